/**
 * SM2 digital signatures (SM2 数字签名, GB/T 32918.2-2016).
 *
 * @packageDocumentation
 */

import { GovError } from '@gov/verdict';
import { sm2Backend } from '#backend/sm2';
import { CURVE_PARAMETERS } from './internal/curve.js';
import type { Sm2PrivateKey, Sm2PublicKey } from './key.js';
import type { Signer, Verifier } from './signer.js';
import { sm3 } from './sm3.js';

/** The signer's ID (可辨别标识) where nothing else is agreed, GB/T 35276-2017 10. */
export const SM2_DEFAULT_ID: Uint8Array = new TextEncoder().encode('1234567812345678');

export interface Sm2Options {
  /** The signer's ID, at most 8191 octets; the default is `SM2_DEFAULT_ID`. */
  readonly id?: Uint8Array;
}

/**
 * ZA = SM3(ENTL ‖ ID ‖ a ‖ b ‖ xG ‖ yG ‖ xA ‖ yA), 32 octets (GB/T 32918.2 5.5).
 *
 * @throws GovError `invalid-argument` for an ID of more than 8191 octets
 */
export function sm2Za(publicKey: Sm2PublicKey, id: Uint8Array = SM2_DEFAULT_ID): Uint8Array {
  if (id.length > 8191) throw new GovError('invalid-argument', 'signer ID of more than 8191 octets');
  const bits = id.length * 8;
  return sm3(Uint8Array.of(bits >> 8, bits & 0xff), id, CURVE_PARAMETERS, publicKey.point.subarray(1));
}

/**
 * A signer on a key held in this process. Official seals need certified modules (密码机); they stand behind the same port.
 *
 * @example
 * import { generateSm2Key, sm2Signer, sm2Verifier } from '@gov/sm';
 * const key = generateSm2Key();
 * const message = new TextEncoder().encode('某市行政审批局');
 * const signature = await sm2Signer(key).sign(message); // r ‖ s, 64 bytes
 * await sm2Verifier(key.publicKey).verify(message, signature); // true
 */
export function sm2Signer(key: Sm2PrivateKey, options: Sm2Options = {}): Signer {
  const za = sm2Za(key.publicKey, options.id);
  const sign = key.bind();
  return {
    algorithm: 'SM2-SM3',
    publicKey: key.publicKey.toSpki(),
    sign: async (message) => sign(za, message),
  };
}

/** A verifier for one public key; keep it as long as the key is needed, it grows faster with use. */
export function sm2Verifier(key: Sm2PublicKey, options: Sm2Options = {}): Verifier {
  const za = sm2Za(key, options.id);
  const verify = sm2Backend().verifier(key.point);
  return {
    algorithm: 'SM2-SM3',
    publicKey: key.toSpki(),
    verify: async (message, signature) => verify(za, message, signature),
  };
}

/** Which implementation this runtime got: `native` (OpenSSL) or `js`. */
export const sm2BackendName = (): 'native' | 'js' => sm2Backend().name;
