/** Keys of devices (设备密钥): their 33 octets, and what verifies what they signed. */
import { readSm2PublicKey, sm2Verifier, type Verifier } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { p256Verifier } from '#backend/p256';
import type { CitySuite } from './code.js';

/** A key in a device (设备密钥), made for one delegation. Where it lies is the matter of whoever implements it. */
export interface DeviceKey {
  readonly suite: CitySuite;
  /** Compressed point, 33 octets. */
  readonly publicKey: Uint8Array;
  /** r ‖ s, 64 octets, over the whole message. */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/**
 * A verifier for the device key of a delegation: SM2 with the default ID in suite 1, ECDSA on P-256 with SHA-256 in suite 2.
 * Signatures are r ‖ s, 64 octets.
 *
 * @param deviceKey compressed point, 33 octets
 * @throws GovError `key-malformed` for what is no compressed point of the curve; `invalid-argument` for another suite
 */
export function deviceVerifier(suite: CitySuite, deviceKey: Uint8Array): Verifier {
  if (deviceKey.length !== 33 || (deviceKey[0] !== 2 && deviceKey[0] !== 3)) {
    throw new GovError('key-malformed', 'a device key is a compressed point of 33 octets');
  }
  if (suite === 1) return sm2Verifier(readSm2PublicKey(deviceKey));
  if (suite === 2) return p256Verifier(deviceKey);
  throw new GovError('invalid-argument', 'the suite is 1 or 2');
}

/** The compressed form, 33 octets, of 04 ‖ x ‖ y. */
export function compressedPoint(point: Uint8Array): Uint8Array<ArrayBuffer> {
  const compressed = Uint8Array.from(point.subarray(0, 33));
  compressed[0] = 2 | (point[64]! & 1);
  return compressed;
}
