/**
 * SM2 digital signatures (SM2 数字签名, GB/T 32918.2-2016).
 *
 * @packageDocumentation
 */

import { GovError } from '@gov/verdict';
import { sm2Backend } from '#backend/sm2';
import { sm2Verification } from '#backend/sm2-verification';
import type { BackendName } from './internal/backend.js';
import { CURVE_PARAMETERS } from './internal/curve.js';
import type { Sm2PrivateKey, Sm2PublicKey } from './key.js';
import type { Signer, Verifier } from './signer.js';
import { sm3 } from './sm3.js';

/** The signer's ID (可辨别标识) where nothing else is agreed, GB/T 35276-2017 10. */
export const SM2_DEFAULT_ID: Uint8Array = new TextEncoder().encode('1234567812345678');

export interface Sm2Options {
  /** The signer's ID, at most 8191 octets; the default is `SM2_DEFAULT_ID`. */
  readonly id?: Uint8Array;
  /** Asks for one implementation instead of the runtime's own choice (`sm2Backends`). */
  readonly backend?: BackendName;
}

/**
 * ZA = SM3(ENTL ‖ ID ‖ a ‖ b ‖ xG ‖ yG ‖ xA ‖ yA), 32 octets (GB/T 32918.2 5.5).
 *
 * @throws GovError `invalid-argument` for an ID of more than 8191 octets
 */
export function sm2Za(publicKey: Sm2PublicKey, id: Uint8Array = SM2_DEFAULT_ID): Uint8Array {
  if (id.length > 8191) throw new GovError('invalid-argument', 'signer ID of more than 8191 octets');
  const input = new Uint8Array(2 + id.length + 128 + 64);
  new DataView(input.buffer).setUint16(0, id.length * 8);
  input.set(id, 2);
  input.set(CURVE_PARAMETERS, 2 + id.length);
  input.set(publicKey.point.subarray(1), 130 + id.length);
  return sm3(input);
}

/**
 * e = SM3(ZA ‖ message), 32 octets: what `signDigest` signs and `verifyDigest` verifies.
 *
 * @throws GovError `invalid-argument` for an ID of more than 8191 octets
 */
export function sm2Digest(publicKey: Sm2PublicKey, message: Uint8Array, id: Uint8Array = SM2_DEFAULT_ID): Uint8Array {
  return sm3(sm2Za(publicKey, id), message);
}

/** A signer that also takes e = SM3(ZA ‖ M) from callers who hash elsewhere. */
export interface Sm2Signer extends Signer {
  readonly algorithm: 'SM2-SM3';
  /** Signs e of `sm2Digest`: r ‖ s. @throws GovError `invalid-argument` for anything but 32 octets */
  signDigest(e: Uint8Array): Promise<Uint8Array>;
}

export interface Sm2Verifier extends Verifier {
  readonly algorithm: 'SM2-SM3';
  /** @throws GovError `invalid-argument` for an e of anything but 32 octets */
  verifyDigest(e: Uint8Array, signature: Uint8Array): Promise<boolean>;
}

/**
 * A signer on a key held in this process. Official seals need certified modules (密码机); they stand behind the same port.
 *
 * @throws GovError `invalid-argument` for an ID of more than 8191 octets, `backend-unavailable`
 *
 * @example
 * import { generateSm2Key, sm2Signer, sm2Verifier } from '@gov/sm';
 * const key = generateSm2Key();
 * const message = new TextEncoder().encode('某市行政审批局');
 * const signature = await sm2Signer(key).sign(message); // r ‖ s, 64 bytes
 * await sm2Verifier(key.publicKey).verify(message, signature); // true
 */
export function sm2Signer(key: Sm2PrivateKey, options: Sm2Options = {}): Sm2Signer {
  const za = sm2Za(key.publicKey, options.id);
  const sign = key.bind(sm2Backend('sign', options.backend));
  return {
    algorithm: 'SM2-SM3',
    publicKey: key.publicKey.toSpki(),
    sign: async (message) => sign.message(za, message),
    signDigest: async (e) => sign.digest(checkedDigest(e)),
  };
}

/**
 * A verifier for one public key; keep it as long as the key is needed, it grows faster with use.
 *
 * @throws GovError `invalid-argument` for an ID of more than 8191 octets, `backend-unavailable`
 */
export function sm2Verifier(key: Sm2PublicKey, options: Sm2Options = {}): Sm2Verifier {
  const za = sm2Za(key, options.id);
  const verify = sm2Verification(options.backend).verifier(key.point);
  return {
    algorithm: 'SM2-SM3',
    // Encoded when it is asked for: most verifiers only verify.
    get publicKey() {
      return key.toSpki();
    },
    verify: async (message, signature) => verify.message(za, message, signature),
    verifyDigest: async (e, signature) => verify.digest(checkedDigest(e), signature),
  };
}

function checkedDigest(e: Uint8Array): Uint8Array {
  if (e.length !== 32) throw new GovError('invalid-argument', `a digest of ${e.length} octets instead of 32`);
  return e;
}

/** Which implementations this runtime got: `native` (OpenSSL), `wasm` or `js`. */
export const sm2Backends = (): { readonly sign: BackendName; readonly verify: BackendName } => ({
  sign: sm2Backend('sign').name,
  verify: sm2Verification().name,
});
