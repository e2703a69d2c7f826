/** What a backend has to bring: the smallest pieces that differ between runtimes. Rules of the standard stay above. */

/** A running SM3 hash. */
export interface Sm3State {
  update(data: Uint8Array): void;
  digest(): Uint8Array;
}

export interface Sm3Backend {
  readonly name: BackendName;
  create(): Sm3State;
  /** Of the parts one after another; a backend may be faster here than through `create`. */
  hash(...parts: readonly Uint8Array[]): Uint8Array;
}

/** Octets of all parts. */
export const lengthOf = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);

/** Which implementation: OpenSSL through Node, our WebAssembly, or plain JavaScript. */
export type BackendName = 'native' | 'wasm' | 'js';

/** What a runtime may choose a different implementation for, verification apart. `point` is arithmetic on points: keys, encryption. */
export type Sm2Work = 'sign' | 'point';

/** What verifies alone, which is all that most pages need. */
export interface Sm2Verification {
  readonly name: BackendName;
  /** The point of a compressed one (02 or 03 ‖ x, 33 octets); undefined where the curve has none. */
  openPoint(compressed: Uint8Array): Uint8Array | undefined;
  /** Throws anything when the point is not on the curve. */
  verifier(point: Uint8Array): Sm2Verify;
}

/** Points are 65 octets uncompressed (04 ‖ x ‖ y), scalars 32 octets, signatures r ‖ s, 64 octets; all big-endian. */
export interface Sm2Backend extends Sm2Verification {
  /** d·G for a scalar within 1 … n − 1. */
  publicPoint(scalar: Uint8Array): Uint8Array;
  /** scalar·point for a scalar within 1 … n − 1 and a point that is known to be on the curve. */
  multiply(scalar: Uint8Array, point: Uint8Array): Uint8Array;
  signer(scalar: Uint8Array, point: Uint8Array): Sm2Sign;
}

export interface Sm2Sign {
  /** Signs SM3(za ‖ message) with a fresh nonce. */
  message(za: Uint8Array, message: Uint8Array): Uint8Array;
  /** Signs e, 32 octets, with a fresh nonce. */
  digest(e: Uint8Array): Uint8Array;
}

/** The answer is false for every signature that does not fit. */
export interface Sm2Verify {
  message(za: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  digest(e: Uint8Array, signature: Uint8Array): boolean;
}
