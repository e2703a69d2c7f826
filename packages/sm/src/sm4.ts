/**
 * SM4 (分组密码算法, GB/T 32907-2016) in the modes ECB, CBC, CTR (GB/T 17964-2021), GCM and CCM (GB/T 36624-2018, RFC 8998).
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';
import { sm4Backend } from '#backend/sm4';
import type { BackendName } from './internal/backend.js';
import type { Direction, Sm4Backend } from './internal/sm4-backend.js';
import { ccmDecrypt, ccmEncrypt } from './internal/sm4-ccm.js';
import { gcmDecrypt, gcmEncrypt } from './internal/sm4-gcm.js';

const BLOCK = 16;

/** The longest plaintext of one GCM message, in bytes (SP 800-38D 5.2.1.1). */
export const SM4_GCM_MAX_LENGTH = 2 ** 36 - 32;

/** The longest associated data of GCM and CCM that is taken, in bytes. */
export const SM4_MAX_AAD_LENGTH = 2 ** 32 - 1;

/** The longest plaintext of one CCM message, in bytes: the longer the nonce, the shorter the message (SP 800-38C A.1). */
export function sm4CcmMaxLength(nonceLength: number): number {
  return 2 ** (8 * (15 - nonceLength)) - 1;
}

const GCM_TAG_LENGTHS: readonly number[] = [12, 13, 14, 15, 16];
const CCM_TAG_LENGTHS: readonly number[] = [4, 6, 8, 10, 12, 14, 16];

/**
 * What makes a plaintext whole blocks (填充): `pkcs7` adds 1 to 16 octets (RFC 5652 6.3), `none` takes whole blocks only.
 */
export type Sm4Padding = 'pkcs7' | 'none';

interface Sm4Common {
  /** 16 bytes. */
  readonly key: Uint8Array;
  /** Asks for one implementation instead of the runtime's own choice. */
  readonly backend?: BackendName;
}

/** Electronic codebook (电码本): equal blocks stay visibly equal. For systems that demand it, and single keys. */
export interface Sm4EcbOptions extends Sm4Common {
  readonly mode: 'ecb';
  /** The default is `pkcs7`. */
  readonly padding?: Sm4Padding;
}

/** Cipher block chaining (密文分组链接): hides, and protects nothing from being changed; authenticate the ciphertext too. */
export interface Sm4CbcOptions extends Sm4Common {
  readonly mode: 'cbc';
  /** 16 bytes, random for each message; not secret. */
  readonly iv: Uint8Array;
  /** The default is `pkcs7`. */
  readonly padding?: Sm4Padding;
}

/** Counter (计数器): no padding; whoever changes a bit of the ciphertext changes that bit of the plaintext. */
export interface Sm4CtrOptions extends Sm4Common {
  readonly mode: 'ctr';
  /** The first counter block, 16 bytes, counted up over all 128 bits; none may ever be used twice with one key. */
  readonly iv: Uint8Array;
}

/** Authenticated encryption (可鉴别加密): for everything new. The ciphertext is followed by the tag. */
export interface Sm4AeadOptions extends Sm4Common {
  readonly mode: 'gcm' | 'ccm';
  /**
   * GCM: 12 bytes, any other length from 1 on is hashed to a counter; CCM: 7 to 13. RFC 8998 has 12.
   * Never twice with one key: a second use gives away both plaintexts and, in GCM, the means to forge.
   */
  readonly nonce: Uint8Array;
  /** Associated data (附加数据): authenticated, not encrypted, not part of the answer. */
  readonly aad?: Uint8Array;
  /** Bytes of the tag: GCM 12 to 16, CCM 4, 6, … 16. The default is 16. Never taken from what is decrypted. */
  readonly tagLength?: number;
}

export type Sm4Options = Sm4EcbOptions | Sm4CbcOptions | Sm4CtrOptions | Sm4AeadOptions;

/**
 * Encrypts one message (加密). The answer is the ciphertext; with GCM and CCM it is ciphertext ‖ tag.
 *
 * @throws GovError `invalid-argument` for a key, iv, nonce or tag of a wrong length and for a partial block without
 *   padding, `input-too-large` beyond the limits of GCM and CCM, `backend-unavailable`
 *
 * @example
 * import { sm4Decrypt, sm4Encrypt } from '@gov/sm/sm4';
 * const key = crypto.getRandomValues(new Uint8Array(16));
 * const nonce = crypto.getRandomValues(new Uint8Array(12)); // a new one for each message, kept beside the ciphertext
 * const sealed = sm4Encrypt({ mode: 'gcm', key, nonce }, new TextEncoder().encode('身份证号'));
 * sm4Decrypt({ mode: 'gcm', key, nonce }, sealed); // the plaintext, or `decryption-failed` if a single bit was changed
 */
export function sm4Encrypt(options: Sm4Options, plaintext: Uint8Array): Uint8Array {
  return modeOf(options).encrypt(octets('plaintext', plaintext));
}

/**
 * Decrypts what `sm4Encrypt` made with the same options (解密). GCM and CCM answer nothing before the tag is found right.
 *
 * One code, `decryption-failed`, stands for a wrong tag, key, nonce or aad, for wrong padding and for a length that no
 * ciphertext has. With CBC and ECB it still says whether the padding is right, which an attacker who may ask often
 * enough turns into the plaintext: authenticate the ciphertext first, or use GCM.
 *
 * @throws GovError `decryption-failed`; `invalid-argument` for a key, iv, nonce or tag length that is wrong by itself,
 *   `input-too-large` beyond the limits of GCM and CCM, `backend-unavailable`
 */
export function sm4Decrypt(options: Sm4Options, ciphertext: Uint8Array): Uint8Array {
  const plaintext = modeOf(options).decrypt(octets('ciphertext', ciphertext));
  if (plaintext === undefined) throw new GovError('decryption-failed', 'wrong key, or the ciphertext was changed');
  return plaintext;
}

interface Mode {
  encrypt(plaintext: Uint8Array): Uint8Array;
  /** Undefined when the ciphertext does not fit. */
  decrypt(ciphertext: Uint8Array): Uint8Array | undefined;
}

function modeOf(options: Sm4Options): Mode {
  const backend = sm4Backend(options.backend);
  const key = octets('key', options.key, BLOCK);
  switch (options.mode) {
    case 'ecb':
      return padded(options.padding, (direction, blocks) => backend.ecb(direction, key, blocks));
    case 'cbc': {
      const iv = octets('iv', options.iv, BLOCK);
      return padded(options.padding, (direction, blocks) => backend.cbc(direction, key, iv, blocks));
    }
    case 'ctr': {
      const iv = octets('iv', options.iv, BLOCK);
      const both = (data: Uint8Array) => backend.ctr(key, iv, data);
      return { encrypt: both, decrypt: both };
    }
    case 'gcm':
    case 'ccm':
      return aead(options, backend, key);
    default:
      throw new GovError('invalid-argument', 'a mode is wanted: ecb, cbc, ctr, gcm or ccm');
  }
}

function padded(padding: Sm4Padding = 'pkcs7', crypt: (direction: Direction, blocks: Uint8Array) => Uint8Array): Mode {
  if (padding !== 'pkcs7' && padding !== 'none') throw new GovError('invalid-argument', 'padding is pkcs7 or none');
  return {
    encrypt(plaintext) {
      if (padding === 'none') {
        if (plaintext.length % BLOCK !== 0)
          throw new GovError('invalid-argument', 'without padding a plaintext has whole blocks of 16 bytes');
        return crypt('encrypt', plaintext);
      }
      const blocks = pkcs7(plaintext);
      const ciphertext = crypt('encrypt', blocks);
      blocks.fill(0);
      return ciphertext;
    },
    decrypt(ciphertext) {
      if (ciphertext.length % BLOCK !== 0) return undefined;
      const plaintext = crypt('decrypt', ciphertext);
      return padding === 'pkcs7' ? withoutPkcs7(plaintext) : plaintext;
    },
  };
}

function pkcs7(plaintext: Uint8Array): Uint8Array {
  const count = BLOCK - (plaintext.length % BLOCK);
  const blocks = new Uint8Array(plaintext.length + count).fill(count, plaintext.length);
  blocks.set(plaintext);
  return blocks;
}

/** Looks at all of the last 16 octets, whatever they are, so that the time tells nothing about them. */
function withoutPkcs7(blocks: Uint8Array): Uint8Array | undefined {
  if (blocks.length === 0) return undefined;
  const count = blocks[blocks.length - 1]!;
  let wrong = ((count - 1) | (BLOCK - count)) >> 31;
  for (let i = 1; i <= BLOCK; i++) {
    const within = (i - 1 - count) >> 31;
    wrong |= within & (blocks[blocks.length - i]! ^ count);
  }
  const plaintext = wrong === 0 ? blocks.slice(0, blocks.length - count) : undefined;
  blocks.fill(0);
  return plaintext;
}

function aead(options: Sm4AeadOptions, backend: Sm4Backend, key: Uint8Array): Mode {
  const gcm = options.mode === 'gcm';
  const nonce = octets('nonce', options.nonce);
  if (gcm ? nonce.length === 0 : nonce.length < 7 || nonce.length > 13)
    throw new GovError('invalid-argument', 'a nonce of GCM has 1 byte or more, one of CCM 7 to 13');
  const { tagLength = 16 } = options;
  if (!(gcm ? GCM_TAG_LENGTHS : CCM_TAG_LENGTHS).includes(tagLength))
    throw new GovError('invalid-argument', 'a tag of GCM has 12 to 16 bytes, one of CCM 4, 6, 8, 10, 12, 14 or 16');
  const aad = octets('aad', options.aad ?? new Uint8Array(0));
  if (aad.length > SM4_MAX_AAD_LENGTH)
    throw new GovError('input-too-large', `associated data of more than ${SM4_MAX_AAD_LENGTH} bytes`);
  const most = gcm ? SM4_GCM_MAX_LENGTH : sm4CcmMaxLength(nonce.length);
  const checked = (data: Uint8Array, length: number): Uint8Array => {
    if (length > most) throw new GovError('input-too-large', `a plaintext of more than ${most} bytes`);
    return data;
  };
  const parameters = { key, nonce, aad, tagLength };
  return {
    encrypt: (plaintext) => (gcm ? gcmEncrypt : ccmEncrypt)(backend, parameters, checked(plaintext, plaintext.length)),
    decrypt: (ciphertext) =>
      (gcm ? gcmDecrypt : ccmDecrypt)(backend, parameters, checked(ciphertext, ciphertext.length - tagLength)),
  };
}

/** Of exactly this many bytes, where a number is given. */
function octets(name: string, value: Uint8Array, length?: number): Uint8Array {
  if (!(value instanceof Uint8Array) || (length !== undefined && value.length !== length))
    throw new GovError(
      'invalid-argument',
      `${name}: ${length === undefined ? 'a' : `${length} bytes in a`} Uint8Array`,
    );
  return value;
}
