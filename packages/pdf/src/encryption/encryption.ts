/** Opening an encrypted document (加密文档, ISO 32000-2 §7.6) with a password. */
import { GovError } from '@gov/verdict';
import { sameObject } from '../internal/compare.js';
import { PdfArray, type PdfDict, PdfString } from '../object.js';
import { sameBytes } from './file-key.js';
import { aes256FileKey } from './file-key-aes256.js';
import { legacyFileKey } from './file-key-legacy.js';
import { DocumentCipher } from './object-cipher.js';
import { legacyPassword, utf8Passwords } from './password.js';
import { type PdfPermissions, readPermissions } from './permissions.js';
import { readStandardEncryption, type StandardEncryption } from './standard-encryption.js';

/** How a document is encrypted, and as whom it was opened. */
export interface PdfEncryption {
  /** What its streams are encrypted with; `none` where only strings or attached files are. */
  readonly method: 'RC4' | 'AES' | 'none';
  /** Bits of the file encryption key. */
  readonly keyBits: number;
  /** /R of the standard security handler: 2, 3 and 4 rest on MD5, 5 and 6 on SHA-2. */
  readonly revision: 2 | 3 | 4 | 5 | 6;
  readonly role: 'user' | 'owner';
  readonly permissions: PdfPermissions;
}

/** An opened encryption. */
export interface OpenedEncryption {
  readonly dict: PdfDict;
  /** The first string of /ID, which goes into the key up to revision 4. */
  readonly id: Uint8Array;
  readonly cipher: DocumentCipher;
  readonly info: PdfEncryption;
}

/**
 * Opens with the password; without one, with the empty password, which files have that anyone may read.
 *
 * @param known what another revision of the file was opened with, taken over where nothing differs
 * @throws GovError `pdf-encrypted` when a password is needed, `password-wrong`, `pdf-malformed`, `algorithm-unsupported`
 */
export function openEncryption(
  dict: PdfDict,
  trailer: PdfDict,
  password: string | Uint8Array | undefined,
  known?: OpenedEncryption,
): OpenedEncryption {
  const id = firstId(trailer);
  if (known !== undefined && sameBytes(known.id, id) && sameObject(known.dict, dict)) return known;
  const encryption = readStandardEncryption(dict);
  const found = fileKey(encryption, id, password ?? '');
  if (found === undefined)
    throw password === undefined
      ? new GovError('pdf-encrypted', 'the file is encrypted: a password is needed')
      : new GovError('password-wrong', 'the password opens the file neither as its user nor as its owner');
  const { revision, keyBytes, streams, permissions } = encryption;
  return {
    dict,
    id,
    cipher: new DocumentCipher(encryption, found.key),
    info: {
      method: streams === 'identity' ? 'none' : streams === 'rc4' ? 'RC4' : 'AES',
      keyBits: 8 * keyBytes,
      revision,
      role: found.role,
      permissions: readPermissions(permissions, revision),
    },
  };
}

function fileKey(encryption: StandardEncryption, id: Uint8Array, password: string | Uint8Array) {
  if (encryption.revision < 5) return legacyFileKey(encryption, id, legacyPassword(password));
  for (const candidate of utf8Passwords(password)) {
    const found = aes256FileKey(encryption, candidate);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** /ID has to stand in the trailer directly (§14.4); without one, as some writers leave it, nothing is hashed in its place. */
function firstId(trailer: PdfDict): Uint8Array {
  const id = trailer.get('ID');
  const first = id instanceof PdfArray ? id.items[0] : undefined;
  return first instanceof PdfString ? first.bytes : new Uint8Array();
}
