/** SM2 encryption (GB/T 32918.4-2016) on the parts of a ciphertext; their order and encoding lie above. */
import { sm2Backend } from '#backend/sm2';
import { bytesToHex, sameSecret } from '../bytes.js';
import type { Sm2PrivateKey, Sm2PublicKey } from '../key.js';
import { sm3 } from '../sm3.js';
import { CURVE } from './curve.js';
import { sm2Kdf } from './sm2-kdf.js';

export interface Sm2CiphertextParts {
  /** k·G, 65 octets, on the curve. */
  readonly c1: Uint8Array;
  /** The plaintext under the mask; as long as it. */
  readonly c2: Uint8Array;
  /** SM3(x2 ‖ plaintext ‖ y2), 32 octets. */
  readonly c3: Uint8Array;
}

/** 6.1 for a plaintext of at least one octet. */
export function encryptParts(
  { point }: Sm2PublicKey,
  plaintext: Uint8Array,
  nextScalar: () => Uint8Array = randomScalar,
): Sm2CiphertextParts {
  const backend = sm2Backend('point');
  for (;;) {
    const k = nextScalar();
    const c1 = backend.publicPoint(k);
    const shared = backend.multiply(k, point);
    k.fill(0);
    const c2 = sm2Kdf([shared.subarray(1)], plaintext.length);
    // A5: a mask of zeros would leave the plaintext as it is.
    if (isZero(c2)) continue;
    xor(c2, plaintext);
    const c3 = hash(shared, plaintext);
    shared.fill(0);
    return { c1, c2, c3 };
  }
}

/** 7.1 from B3 on; undefined for every ciphertext that does not belong to the key. Nothing of the plaintext gets out before C3 agrees. */
export function decryptParts(key: Sm2PrivateKey, { c1, c2, c3 }: Sm2CiphertextParts): Uint8Array | undefined {
  const shared = key.multiply(c1);
  const plaintext = sm2Kdf([shared.subarray(1)], c2.length);
  const unmasked = isZero(plaintext);
  xor(plaintext, c2);
  const matches = sameSecret(hash(shared, plaintext), c3);
  shared.fill(0);
  if (matches && !unmasked) return plaintext;
  plaintext.fill(0);
  return undefined;
}

/** SM3(x2 ‖ plaintext ‖ y2). */
const hash = (shared: Uint8Array, plaintext: Uint8Array): Uint8Array =>
  sm3(shared.subarray(1, 33), plaintext, shared.subarray(33));

function xor(target: Uint8Array, other: Uint8Array): void {
  for (let i = 0; i < target.length; i++) target[i] = target[i]! ^ other[i]!;
}

/** Looks at every octet, whatever the first ones are. */
function isZero(octets: Uint8Array): boolean {
  let any = 0;
  for (const octet of octets) any |= octet;
  return any === 0;
}

/** Uniform within 1 … n − 1: a draw outside is taken again. */
function randomScalar(): Uint8Array {
  for (;;) {
    const k = crypto.getRandomValues(new Uint8Array(32));
    const value = BigInt(`0x${bytesToHex(k)}`);
    if (value > 0n && value < CURVE.n) return k;
  }
}
