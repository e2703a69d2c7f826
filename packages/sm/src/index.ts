/**
 * `@gov/sm`: SM2 signatures, SM3, keys, and the ports `Signer` and `Verifier` (国密算法).
 *
 * @packageDocumentation
 */
export { fromBase64url, toBase64url } from './base64url.js';
export { bytesToHex, hexToBytes, sameBytes, sameSecret } from './bytes.js';
export { hmacSm3 } from './hmac.js';
export type { BackendName } from './internal/backend.js';
export { hkdfSm3, pbkdf2Sm3 } from './kdf.js';
export { generateSm2Key, readSm2PrivateKey, readSm2PublicKey, Sm2PrivateKey, Sm2PublicKey } from './key.js';
export { derToRaw, rawToDer } from './signature.js';
export type { Decrypter, SignatureAlgorithm, Signer, Verifier } from './signer.js';
export {
  SM2_DEFAULT_ID,
  type Sm2Options,
  type Sm2Signer,
  type Sm2Verifier,
  sm2Backends,
  sm2Digest,
  sm2Signer,
  sm2Verifier,
  sm2Za,
} from './sm2.js';
export { Sm3, sm3 } from './sm3.js';
export { type Sm3StreamOptions, sm3Stream } from './sm3-stream.js';
export { type Sm4Options, type Sm4Padding, sm4CcmMaxLength, sm4Decrypt, sm4Encrypt } from './sm4.js';
