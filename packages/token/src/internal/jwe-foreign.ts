/** JWE with ECDH-ES and RSA-OAEP by jose, which is loaded when such a one is met. */
import { GovError } from '@gov/verdict';
import type { JWK } from 'jose';
import { type Jwk, publicJwk } from '../jwk.js';
import type { Jwe, JweHeader } from './jwe-compact.js';

/** @throws GovError `key-malformed`; `key-unsupported` for a key that is not for the algorithm */
export async function sealForeign(plaintext: Uint8Array, header: JweHeader, recipient: Uint8Array): Promise<string> {
  const key = publicJwk(recipient);
  const { CompactEncrypt } = await import('jose');
  try {
    return await new CompactEncrypt(plaintext).setProtectedHeader({ ...header }).encrypt(key as JWK);
  } catch (cause) {
    throw new GovError('key-unsupported', `JWE: the key is not for ${header.alg}`, { cause });
  }
}

/** Undefined for all that does not fit: jose, too, goes on with a random key where the encrypted one does not decrypt. */
export async function openForeign(text: string, { header }: Jwe, key: Jwk | CryptoKey) {
  const { compactDecrypt } = await import('jose');
  const options = {
    keyManagementAlgorithms: [header.alg],
    contentEncryptionAlgorithms: [header.enc],
    maxDecompressedLength: 0,
  };
  try {
    return (await compactDecrypt(text, key as JWK | CryptoKey, options)).plaintext;
  } catch {
    // Among them a key of another kind or curve: which one is looked up, the header decides.
    return undefined;
  }
}
