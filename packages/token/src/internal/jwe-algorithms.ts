/** Which algorithms a JWE may have, and how the SM ones are written. */
import type { Sm2CiphertextForm } from '@gov/sm/sm2-encryption';

/** GM/T 0006: encryption with SM2; SM4 in two modes. */
const SM = { alg: ['SGD_SM2_3'], enc: ['SGD_SM4_GCM', 'SGD_SM4_CCM'] } as const;

/** RFC 7518 4.1 and 5.1. Not among them: RSA1_5 and PBES2, which leak or burn; `dir`, whose one key lasts; CBC with HMAC. */
const FOREIGN = {
  alg: ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW', 'RSA-OAEP-256'],
  enc: ['A128GCM', 'A256GCM'],
} as const;

/** How the key that encrypts the content comes to the recipient (`alg`). */
export type JweAlgorithm = (typeof SM.alg | typeof FOREIGN.alg)[number];

/** How the content is encrypted (`enc`). */
export type JweEncryption = (typeof SM.enc | typeof FOREIGN.enc)[number];

/** Of each `enc`; SM4 as in RFC 8998. GM/T 0125 may say otherwise: here is the one place to change. */
export const ENCRYPTIONS = {
  SGD_SM4_GCM: { mode: 'gcm', keyOctets: 16, nonceOctets: 12, tagOctets: 16 },
  SGD_SM4_CCM: { mode: 'ccm', keyOctets: 16, nonceOctets: 12, tagOctets: 16 },
  A128GCM: { mode: 'gcm', keyOctets: 16, nonceOctets: 12, tagOctets: 16 },
  A256GCM: { mode: 'gcm', keyOctets: 32, nonceOctets: 12, tagOctets: 16 },
} as const;

/** What the encrypted key of `SGD_SM2_3` is: SM2Cipher of GB/T 35276-2017 7.2, DER. GM/T 0125 may say otherwise. */
export const ENCRYPTED_KEY_FORM: Sm2CiphertextForm = 'asn1';

/** SM and foreign algorithms are not mixed. Undefined for a pair that is none. */
export function kindOfJwe(alg: string, enc: string): 'sm' | 'foreign' | undefined {
  const among = (kind: { readonly alg: readonly string[]; readonly enc: readonly string[] }): boolean =>
    kind.alg.includes(alg) && kind.enc.includes(enc);
  return among(SM) ? 'sm' : among(FOREIGN) ? 'foreign' : undefined;
}
