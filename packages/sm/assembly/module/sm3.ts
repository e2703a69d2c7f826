/** The module sm3.wasm. */
export { compress, hash, STATE } from '../sm3';

/** What is to be hashed. */
export const DATA: usize = memory.data(65536);

/** The digest, 32 octets. */
export const DIGEST: usize = memory.data(32);
