/** What a backend has to bring: the smallest pieces that differ between runtimes. Rules of the standard stay above. */

/** A running SM3 hash. */
export interface Sm3State {
  update(data: Uint8Array): void;
  digest(): Uint8Array;
}

export interface Sm3Backend {
  readonly name: 'native' | 'js';
  create(): Sm3State;
  /** One-shot; a backend may be faster here than through `create`. */
  hash(data: Uint8Array): Uint8Array;
}

/** Points are 65 octets uncompressed (04 ‖ x ‖ y), scalars 32 octets, signatures r ‖ s, 64 octets; all big-endian. */
export interface Sm2Backend {
  readonly name: 'native' | 'js';
  /** d·G for a scalar within 1 … n − 2. */
  publicPoint(scalar: Uint8Array): Uint8Array;
  /** Signs SM3(za ‖ message) with a fresh nonce. */
  signer(scalar: Uint8Array, point: Uint8Array): (za: Uint8Array, message: Uint8Array) => Uint8Array;
  /** Throws anything when the point is not on the curve; the answer is false for every signature that does not fit. */
  verifier(point: Uint8Array): (za: Uint8Array, message: Uint8Array, signature: Uint8Array) => boolean;
}
