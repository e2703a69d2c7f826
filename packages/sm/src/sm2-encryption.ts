/**
 * SM2 public key encryption (SM2 公钥加密算法, GB/T 32918.4-2016): keys and short messages, up to `SM2_MAX_PLAINTEXT`.
 *
 * @packageDocumentation
 */
import { type DerMode, der, readDer, Tag } from '@gov/der';
import { GovError, isGovError } from '@gov/verdict';
import { decryptParts, encryptParts, type Sm2CiphertextParts } from './internal/sm2-cipher.js';
import { readSm2PublicKey, type Sm2PrivateKey, type Sm2PublicKey } from './key.js';
import type { Decrypter } from './signer.js';

/** Octets of plaintext that `sm2Encrypt` takes and `sm2Decrypt` gives: for more, encrypt a key and use SM4. */
export const SM2_MAX_PLAINTEXT: number = 1024 * 1024;

/**
 * How the three parts of a ciphertext are written (密文格式). The same octets may read as several forms, so that it is
 * named (or `asn1`) and never tried out.
 *
 * - `asn1`: `SEQUENCE { x INTEGER, y INTEGER, hash OCTET STRING, cipher OCTET STRING }` of GB/T 35276-2017 7.2, in DER
 * - `c1c3c2`: C1 ‖ C3 ‖ C2 of GB/T 32918.4-2016, C1 uncompressed: 04 ‖ x ‖ y
 * - `c1c2c3`: the order of GM/T 0003.4-2012 and of older programs
 * - `c1c3c2-bare`, `c1c2c3-bare`: the same without the octet 04 in front, as sm-crypto writes them
 */
export type Sm2CiphertextForm = 'asn1' | 'c1c3c2' | 'c1c2c3' | 'c1c3c2-bare' | 'c1c2c3-bare';

export interface Sm2EncryptOptions {
  /** The default is `asn1`. */
  readonly form?: Sm2CiphertextForm;
}

export interface Sm2DecryptOptions extends Sm2EncryptOptions {
  /** How `asn1` is read; the default is `lenient`. */
  readonly mode?: DerMode;
}

/**
 * Encrypts to a public key (加密). The result differs each time.
 *
 * @throws GovError `invalid-argument` for an empty plaintext, which the standard does not know (klen > 0), `input-too-large`
 *   for one of more than `SM2_MAX_PLAINTEXT` octets
 *
 * @example
 * import { generateSm2Key } from '@gov/sm/key';
 * import { sm2Decrypt, sm2Encrypt } from '@gov/sm/sm2-encryption';
 * const key = generateSm2Key();
 * const ciphertext = await sm2Encrypt(key.publicKey, new TextEncoder().encode('会话密钥'), { form: 'c1c3c2' });
 * new TextDecoder().decode(await sm2Decrypt(key, ciphertext, { form: 'c1c3c2' })); // 会话密钥
 */
export async function sm2Encrypt(
  publicKey: Sm2PublicKey,
  plaintext: Uint8Array,
  options: Sm2EncryptOptions = {},
): Promise<Uint8Array> {
  const { write } = formOf(options);
  if (plaintext.length === 0) throw new GovError('invalid-argument', 'SM2 encrypts at least one octet');
  checkSize(plaintext.length);
  return write(encryptParts(publicKey, plaintext));
}

/**
 * Decrypts with a key of this process (解密); the same as `sm2Decrypter(key, options).decrypt(ciphertext)`.
 *
 * @throws GovError as `sm2Decrypter` and what it decrypts with
 */
export async function sm2Decrypt(
  privateKey: Sm2PrivateKey,
  ciphertext: Uint8Array,
  options: Sm2DecryptOptions = {},
): Promise<Uint8Array> {
  return sm2Decrypter(privateKey, options).decrypt(ciphertext);
}

/**
 * A handle that decrypts with a key of this process. What it throws: `ciphertext-malformed` for octets that are not of the
 * form, `input-too-large`, `key-destroyed`, and one `decryption-failed` for all else: C1 off the curve, another key, a
 * changed octet, a mask of zeros (7.1 B4). It never says which, and never gives out a part.
 *
 * @throws GovError `invalid-argument` for a form that does not exist
 */
export function sm2Decrypter(key: Sm2PrivateKey, options: Sm2DecryptOptions = {}): Decrypter {
  const { read } = formOf(options);
  return {
    publicKey: key.publicKey.toSpki(),
    decrypt: async (ciphertext) => {
      checkSize(ciphertext.length - MAX_OVERHEAD);
      const parts = read(ciphertext, options.mode ?? 'lenient');
      checkSize(parts.c2.length);
      const plaintext = isPoint(parts.c1) ? decryptParts(key, parts) : undefined;
      if (plaintext === undefined)
        throw new GovError('decryption-failed', 'the ciphertext does not decrypt with this key');
      return plaintext;
    },
  };
}

/** More than any form adds to the plaintext. */
const MAX_OVERHEAD = 256;

function checkSize(length: number): void {
  if (length > SM2_MAX_PLAINTEXT) throw new GovError('input-too-large', `more than ${SM2_MAX_PLAINTEXT} octets`);
}

/** B1; a point at infinity has no encoding of 65 octets. */
function isPoint(c1: Uint8Array): boolean {
  try {
    readSm2PublicKey(c1);
    return true;
  } catch {
    return false;
  }
}

interface Form {
  readonly write: (parts: Sm2CiphertextParts) => Uint8Array;
  /** Lengths are right, values unchecked. */
  readonly read: (bytes: Uint8Array, mode: DerMode) => Sm2CiphertextParts;
}

function formOf({ form = 'asn1' }: Sm2EncryptOptions): Form {
  switch (form) {
    case 'asn1':
      return asn1;
    case 'c1c3c2':
      return raw(1, true);
    case 'c1c2c3':
      return raw(1, false);
    case 'c1c3c2-bare':
      return raw(0, true);
    case 'c1c2c3-bare':
      return raw(0, false);
    default:
      throw new GovError('invalid-argument', 'no such form of an SM2 ciphertext');
  }
}

const asn1: Form = {
  write: ({ c1, c2, c3 }) =>
    der.sequence(
      der.unsignedInteger(c1.subarray(1, 33)),
      der.unsignedInteger(c1.subarray(33)),
      der.octetString(c3),
      der.octetString(c2),
    ),
  read(bytes, mode) {
    try {
      const fields = readDer(bytes, { mode }).children(Tag.sequence);
      const x = fields.next(Tag.integer).unsigned(32);
      const y = fields.next(Tag.integer).unsigned(32);
      const c3 = fields.next(Tag.octetString).octets();
      const c2 = fields.next(Tag.octetString).octets();
      fields.end();
      if (c3.length !== 32) throw malformed('a hash that is not 32 octets long');
      if (c2.length === 0) throw malformed('nothing is encrypted');
      return { c1: Uint8Array.of(4, ...x, ...y), c2, c3 };
    } catch (cause) {
      if (isGovError(cause) && cause.code.startsWith('der-')) throw malformed(cause.message, cause);
      throw cause;
    }
  },
};

/** `prefix` is the number of octets in front of x ‖ y. */
const raw = (prefix: 0 | 1, hashFirst: boolean): Form => ({
  write({ c1, c2, c3 }) {
    const octets = new Uint8Array(prefix + 64 + 32 + c2.length);
    octets.set(c1.subarray(1 - prefix));
    octets.set(c3, prefix + 64 + (hashFirst ? 0 : c2.length));
    octets.set(c2, prefix + 64 + (hashFirst ? 32 : 0));
    return octets;
  },
  read(bytes) {
    const point = prefix + 64;
    if (bytes.length <= point + 32) throw malformed(`${bytes.length} octets: too short`);
    if (prefix === 1 && bytes[0] !== 4) throw malformed('C1 is not an uncompressed point');
    const c1 = Uint8Array.of(4, ...bytes.subarray(prefix, point));
    if (hashFirst) return { c1, c3: bytes.subarray(point, point + 32), c2: bytes.subarray(point + 32) };
    return { c1, c2: bytes.subarray(point, -32), c3: bytes.subarray(-32) };
  },
});

const malformed = (reason: string, cause?: unknown): GovError =>
  new GovError('ciphertext-malformed', `not an SM2 ciphertext of this form: ${reason}`, { cause });
