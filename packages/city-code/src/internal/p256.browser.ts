/** P-256 by WebCrypto. Not every browser opens compressed points: that is done here. */
import { bytesToHex, hexToBytes, type Verifier } from '@gov/sm';
import { foreignVerifier } from '@gov/sm/foreign-verifier';
import { GovError } from '@gov/verdict';
import { p256Spki } from './p256-spki.js';

/** FIPS 186-4 D.1.2.3 */
const P = 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n;
const B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn;

/** @throws GovError `key-malformed` for a point off the curve */
export function p256Verifier(compressed: Uint8Array): Verifier {
  return foreignVerifier(p256Spki(openPoint(compressed)), 'ECDSA-P256-SHA256');
}

/** 04 ‖ x ‖ y of a compressed point. @throws GovError `key-malformed` */
function openPoint(compressed: Uint8Array): Uint8Array {
  const x = BigInt(`0x${bytesToHex(compressed.subarray(1))}`);
  const square = (((x * x - 3n) % P) * x + B) % P;
  const root = squareRoot(square);
  if (x >= P || (root * root - square) % P !== 0n) {
    throw new GovError('key-malformed', 'the device key is not a point of P-256');
  }
  const y = (root & 1n) === BigInt(compressed[0]! & 1) ? root : P - root;
  return Uint8Array.of(4, ...compressed.subarray(1), ...hexToBytes(y.toString(16).padStart(64, '0')));
}

/** p ≡ 3 (mod 4), so z^((p+1)/4) is a root where there is one. */
function squareRoot(z: bigint): bigint {
  let root = 1n;
  let power = z;
  for (let exponent = (P + 1n) / 4n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) root = (root * power) % P;
    power = (power * power) % P;
  }
  return root;
}
