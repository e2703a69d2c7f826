/** Where the host writes what it asks about, and reads the answer. Octets are most significant first. */

/** x ‖ y of a point, 64 octets. */
export const KEY: usize = memory.data(64);
/** e, 32 octets. */
export const DIGEST: usize = memory.data(32);
/** r ‖ s, 64 octets. */
export const SIGNATURE: usize = memory.data(64);
/** A private scalar, 32 octets. */
export const SCALAR: usize = memory.data(32);
/** (1 + d)⁻¹ mod n, 32 octets. */
export const INVERSE: usize = memory.data(32);
/** Fresh random octets, 32. */
export const RANDOM: usize = memory.data(32);
/** Octets to be hashed. */
export const MESSAGE: usize = memory.data(4096);
