/** The file encryption key up to revision 4 (ISO 32000-2 §7.6.4.3.2, §7.6.4.4: algorithms 2, 4, 5, 6, 7). */
import { md5 } from '@noble/hashes/legacy.js';
import { concatenate } from '../internal/write.js';
import { type FileKey, sameBytes } from './file-key.js';
import { paddedPassword } from './password.js';
import { rc4 } from './rc4.js';
import type { StandardEncryption } from './standard-encryption.js';

/** The key that `password` opens, as the owner or as the user; undefined when it opens nothing. */
export function legacyFileKey(
  encryption: StandardEncryption,
  id: Uint8Array,
  password: Uint8Array,
): FileKey | undefined {
  const asOwner = userKey(encryption, id, ownersUserPassword(encryption, password));
  if (asOwner !== undefined) return { key: asOwner, role: 'owner' };
  const asUser = userKey(encryption, id, paddedPassword(password));
  return asUser === undefined ? undefined : { key: asUser, role: 'user' };
}

/** Algorithm 6: the key, if the padded user password is right. */
function userKey(encryption: StandardEncryption, id: Uint8Array, padded: Uint8Array): Uint8Array | undefined {
  const key = fileKey(encryption, id, padded);
  const right =
    encryption.revision === 2
      ? sameBytes(rc4(key, paddedPassword()), encryption.user)
      : sameBytes(everyKey(key, md5(concatenate([paddedPassword(), id])), false), encryption.user.subarray(0, 16));
  return right ? key : undefined;
}

/** Algorithm 2. */
function fileKey(encryption: StandardEncryption, id: Uint8Array, padded: Uint8Array): Uint8Array {
  const { owner, permissions, revision, keyBytes, encryptMetadata } = encryption;
  const mark = revision >= 4 && !encryptMetadata ? Uint8Array.of(255, 255, 255, 255) : new Uint8Array();
  const hash = md5(concatenate([padded, owner, littleEndian(permissions), id, mark]));
  return rehashed(hash, revision, keyBytes);
}

/** Algorithm 7: the padded user password that this owner password uncovers, if it is one. */
function ownersUserPassword({ owner, revision, keyBytes }: StandardEncryption, password: Uint8Array): Uint8Array {
  const key = rehashed(md5(paddedPassword(password)), revision, 16).subarray(0, keyBytes);
  return revision === 2 ? rc4(key, owner) : everyKey(key, owner, true);
}

/** From revision 3 on the hash is hashed fifty times more. */
function rehashed(hash: Uint8Array, revision: number, keyBytes: number): Uint8Array {
  let key = hash.subarray(0, keyBytes);
  if (revision >= 3) for (let i = 0; i < 50; i++) key = md5(key).subarray(0, keyBytes);
  return key;
}

/** RC4 with the key itself and with the nineteen keys made of it by exclusive or with 1 to 19; `backwards` undoes it. */
function everyKey(key: Uint8Array, data: Uint8Array, backwards: boolean): Uint8Array {
  let out = data;
  for (let i = 0; i < 20; i++) {
    const mask = backwards ? 19 - i : i;
    out = rc4(
      key.map((byte) => byte ^ mask),
      out,
    );
  }
  return out;
}

const littleEndian = (value: number): Uint8Array =>
  Uint8Array.of(value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, (value >> 24) & 0xff);
