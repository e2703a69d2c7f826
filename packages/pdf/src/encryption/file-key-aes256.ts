/** The file encryption key of revisions 5 and 6 (ISO 32000-2 §7.6.4.3.3, §7.6.4.3.4, §7.6.4.4.12: algorithms 2.A, 2.B, 13). */
import { cbc, ecb } from '@noble/ciphers/aes.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { malformed } from '../internal/fault.js';
import { concatenate } from '../internal/write.js';
import { type FileKey, sameBytes } from './file-key.js';
import type { StandardEncryption } from './standard-encryption.js';

const NOTHING = new Uint8Array();
const UNPADDED = { disablePadding: true };

/**
 * Algorithm 2.A: the key that `password` opens, as the owner or as the user; undefined when it opens nothing.
 *
 * @throws GovError `pdf-malformed` when /Perms, which only who knows the key can write, contradicts /P or /EncryptMetadata
 */
export function aes256FileKey(encryption: StandardEncryption, password: Uint8Array): FileKey | undefined {
  const found = unlock(encryption, password);
  if (found !== undefined) checkPermissions(encryption, found.key);
  return found;
}

function unlock(encryption: StandardEncryption, password: Uint8Array): FileKey | undefined {
  const { revision, user, owner, userKey, ownerKey } = encryption;
  const hash = revision === 5 ? sha256Of : hardenedHash;
  // 32 bytes of hash, 8 of salt for checking the password, 8 of salt for the key
  const opens = (value: Uint8Array, extra: Uint8Array): boolean =>
    sameBytes(hash(password, value.subarray(32, 40), extra), value.subarray(0, 32));
  const keyFrom = (value: Uint8Array, extra: Uint8Array, wrapped: Uint8Array): Uint8Array =>
    cbc(hash(password, value.subarray(40, 48), extra), new Uint8Array(16), UNPADDED).decrypt(wrapped);
  if (opens(owner, user)) return { key: keyFrom(owner, user, ownerKey), role: 'owner' };
  if (opens(user, NOTHING)) return { key: keyFrom(user, NOTHING, userKey), role: 'user' };
  return undefined;
}

const sha256Of = (password: Uint8Array, salt: Uint8Array, extra: Uint8Array): Uint8Array =>
  sha256(concatenate([password, salt, extra]));

/** Algorithm 2.B: at least 64 rounds, at most 288, because a byte is never more than 255. */
function hardenedHash(password: Uint8Array, salt: Uint8Array, extra: Uint8Array): Uint8Array {
  let key: Uint8Array = sha256(concatenate([password, salt, extra]));
  let last = 0;
  for (let round = 0; round < 64 || last > round - 32; round++) {
    const once = concatenate([password, key, extra]);
    const repeated = new Uint8Array(64 * once.length);
    for (let i = 0; i < 64; i++) repeated.set(once, i * once.length);
    const encrypted = cbc(key.subarray(0, 16), key.subarray(16, 32), UNPADDED).encrypt(repeated);
    // The first 16 bytes as one number modulo 3: 256 leaves 1, so the sum of the bytes does.
    const remainder = encrypted.subarray(0, 16).reduce((sum, byte) => sum + byte, 0) % 3;
    key = (remainder === 0 ? sha256 : remainder === 1 ? sha384 : sha512)(encrypted);
    last = encrypted.at(-1) as number;
  }
  return key.subarray(0, 32);
}

/** Algorithm 13. */
function checkPermissions({ perms, permissions, encryptMetadata }: StandardEncryption, key: Uint8Array): void {
  const plain = ecb(key, UNPADDED).decrypt(perms);
  const view = new DataView(plain.buffer, plain.byteOffset, plain.length);
  const tag = String.fromCharCode(...plain.subarray(8, 12));
  if (view.getInt32(0, true) !== permissions || tag !== `${encryptMetadata ? 'T' : 'F'}adb`)
    throw malformed('/Perms of the encryption dictionary contradicts it');
}
