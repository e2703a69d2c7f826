/**
 * OpenSSL's old encryption of PEM (RFC 1421 4.6.1.1 and its own `EVP_BytesToKey`): MD5 once over password and salt. A weak
 * derivation of files that are still about; nothing writes it here.
 */
import { readDer, Tag } from '@gov/der';
import { hexToBytes, sm4Decrypt } from '@gov/sm';
import { passwordOctets, withoutPadding } from '@gov/sm/key-encryption';
import { GovError, isGovError } from '@gov/verdict';
import { type LegacyCipher, legacyDecrypt } from './legacy-cipher.js';
import { MD5 } from './password-hash.js';

interface PemCipher {
  readonly keyLength: number;
  readonly block: number;
  decrypt(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Promise<Uint8Array>;
}

const legacy = (cipher: LegacyCipher, keyLength: number): PemCipher => ({
  keyLength,
  block: 8,
  decrypt: (key, iv, blocks) => legacyDecrypt(cipher, key, iv, blocks),
});

const aes = (keyLength: number): PemCipher => ({ keyLength, block: 16, decrypt: aesCbc });

const CIPHERS: Readonly<Record<string, PemCipher>> = {
  'AES-128-CBC': aes(16),
  'AES-192-CBC': aes(24),
  'AES-256-CBC': aes(32),
  'DES-EDE3-CBC': legacy({ name: 'DES-EDE3' }, 24),
  'DES-CBC': legacy({ name: 'DES' }, 8),
  'SM4-CBC': {
    keyLength: 16,
    block: 16,
    decrypt: async (key, iv, blocks) => sm4Decrypt({ mode: 'cbc', key, iv, padding: 'none' }, blocks),
  },
};

/** Characters of one block; a key is a few thousand. */
const MAX_CHARACTERS = 64 * 1024;

interface EncryptedPem {
  /** e.g. `EC PRIVATE KEY` */
  readonly label: string;
  /** e.g. `AES-256-CBC` */
  readonly cipher: string;
  /** The key in its own form, DER, to be overwritten. @throws GovError `password-wrong`, `key-malformed`, `key-unsupported` */
  open(password: string | Uint8Array): Promise<Uint8Array>;
}

/**
 * The first key of a PEM text if it is in this encryption.
 *
 * @throws GovError `key-malformed` for one that cannot be read
 */
export function encryptedPem(text: string): EncryptedPem | undefined {
  const begin = /-----BEGIN ((?:[A-Z0-9]{1,16} )?PRIVATE KEY)-----/.exec(text);
  if (begin === null) return undefined;
  const label = begin[1]!;
  const from = begin.index + begin[0].length;
  const to = text.indexOf(`-----END ${label}-----`, from);
  if (to < 0 || to - from > MAX_CHARACTERS) return undefined;
  const body = text.slice(from, to);
  const header = /^\s*Proc-Type: *4, *ENCRYPTED\s+DEK-Info: *([A-Z0-9-]{1,32}) *, *([0-9A-Fa-f]{1,64})\s/.exec(body);
  if (header === null) {
    if (/^Proc-Type:.*ENCRYPTED/m.test(body)) throw new GovError('key-malformed', 'headers of an encrypted PEM');
    return undefined;
  }
  const [all, cipher, ivText] = header as unknown as [string, string, string];
  const ciphertext = fromBase64(body.slice(all.length).replace(/\s+/g, ''));
  return { label, cipher, open: (password) => opened(cipher, ivText, ciphertext, password) };
}

async function opened(
  name: string,
  ivText: string,
  ciphertext: Uint8Array,
  password: string | Uint8Array,
): Promise<Uint8Array> {
  const cipher = CIPHERS[name];
  if (cipher === undefined) throw new GovError('key-unsupported', `encrypted with the cipher ${name}`);
  if (ivText.length !== 2 * cipher.block) throw new GovError('key-malformed', 'an iv that is not as long as a block');
  if (ciphertext.length === 0 || ciphertext.length % cipher.block !== 0)
    throw new GovError('key-malformed', `a ciphertext that is not whole blocks of ${cipher.block} octets`);
  const iv = hexToBytes(ivText);
  const octets = passwordOctets(password);
  const key = bytesToKey(octets, iv.subarray(0, 8), cipher.keyLength);
  octets.fill(0);
  const blocks = { octets: await cipher.decrypt(key, iv, ciphertext), size: cipher.block };
  key.fill(0);
  const plaintext = withoutPadding(blocks);
  const head = hasHead(blocks.octets, blocks.size);
  blocks.octets.fill(0);
  if (plaintext !== undefined && isSequence(plaintext)) return plaintext;
  plaintext?.fill(0);
  // The head of a SEQUENCE whose length fits comes about once in 2^20 wrong passwords; damage behind the first block leaves it.
  throw head
    ? new GovError('key-malformed', 'the password fits, but the encrypted key is damaged')
    : new GovError('password-wrong', 'the password does not open the key');
}

/** D_i = MD5(D_(i-1) ‖ password ‖ salt). */
function bytesToKey(password: Uint8Array, salt: Uint8Array, length: number): Uint8Array {
  const key = new Uint8Array(length);
  let digest = new Uint8Array(0) as Uint8Array;
  for (let at = 0; at < length; at += MD5.size) {
    const input = Uint8Array.of(...digest, ...password, ...salt);
    digest = MD5.digest(input);
    input.fill(0);
    key.set(digest.subarray(0, length - at), at);
  }
  return key;
}

/** SEQUENCE, a length that leaves 1 to `size` octets of padding, INTEGER 0 or 1. */
function hasHead(octets: Uint8Array, size: number): boolean {
  const first = octets[1] ?? 0;
  const count = first < 0x80 ? 0 : first & 0x7f;
  if (octets[0] !== Tag.sequence || count > 2) return false;
  let length = count === 0 ? first : 0;
  for (const octet of octets.subarray(2, 2 + count)) length = length * 256 + octet;
  const padding = octets.length - 2 - count - length;
  const [tag, one, version] = octets.subarray(2 + count, 5 + count);
  return padding >= 1 && padding <= size && tag === Tag.integer && one === 1 && version! <= 1;
}

function isSequence(bytes: Uint8Array): boolean {
  try {
    readDer(bytes, { mode: 'lenient' }).children(Tag.sequence).next(Tag.integer);
    return true;
  } catch (error) {
    if (isGovError(error)) return false;
    throw error;
  }
}

/** WebCrypto takes padding off itself: a block that decrypts to nothing but padding is put behind. */
async function aesCbc(key: Uint8Array, iv: Uint8Array, blocks: Uint8Array): Promise<Uint8Array> {
  const name = 'AES-CBC';
  try {
    const handle = await crypto.subtle.importKey('raw', key.slice(), name, false, ['encrypt', 'decrypt']);
    const last = blocks.slice(-16);
    const padding = new Uint8Array(await crypto.subtle.encrypt({ name, iv: last }, handle, new Uint8Array(0)));
    const padded = new Uint8Array(blocks.length + 16);
    padded.set(blocks);
    padded.set(padding, blocks.length);
    return new Uint8Array(await crypto.subtle.decrypt({ name, iv: iv.slice() }, handle, padded));
  } catch (cause) {
    // Chromium has no AES-192.
    throw new GovError('backend-unavailable', `this runtime has no AES of ${8 * key.length} bits`, { cause });
  }
}

function fromBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || /[^A-Za-z0-9+/]/.test(text.replace(/={1,2}$/, '')))
    throw new GovError('key-malformed', 'not base64');
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
