/** PBES2 with PBKDF2 (RFC 8018 6.2, A.2, A.4) or scrypt (RFC 7914 7): a cipher under a key that comes from a password. */
import { type DerElement, der, Tag } from '@gov/der';
import { GovError } from '@gov/verdict';
import { scrypt } from '#backend/scrypt';
import { MAX_PBKDF2_ITERATIONS, pbkdf2Sm3 } from '../kdf.js';
import { AES_128_CBC, AES_192_CBC, AES_256_CBC, DES_EDE3_CBC, SM4_CBC } from './cbc.js';
import type { CbcCipher } from './cbc-cipher.js';
import { asKey } from './key-input.js';
import { webCrypto } from './web-crypto.js';

const OID_PBES2 = '1.2.840.113549.1.5.13';
const OID_PBKDF2 = '1.2.840.113549.1.5.12';
const OID_SCRYPT = '1.3.6.1.4.1.11591.4.11';
const OID_HMAC_SHA1 = '1.2.840.113549.2.7';

/** What a password-encrypted file may ask for; each is checked before any work. */
export const PBES2_LIMITS = {
  /** Of PBKDF2; about ten seconds. */
  iterations: MAX_PBKDF2_ITERATIONS,
  /** Octets of memory that scrypt takes, 128·N·r; `openssl pkcs8 -scrypt` asks for an eighth. */
  scryptMemory: 128 * 1024 * 1024,
  /** Times that scrypt goes through that memory, p. */
  scryptParallelization: 16,
  /** Octets of salt. */
  salt: 1024,
  /** Octets of ciphertext. */
  ciphertext: 1024 * 1024,
} as const;

/** NIST SP 800-132 5.2, RFC 8018 4.2: fewer make a file that is soon guessed. */
const LEAST_ITERATIONS = 1000;

export interface Pbes2Options {
  /** The default is `SM4-CBC`. */
  readonly cipher?: 'SM4-CBC' | 'AES-256-CBC';
  /**
   * The pseudorandom function of PBKDF2; the default is `HMAC-SM3` with SM4 and `HMAC-SHA256` with AES.
   *
   * HMAC-SM3 has two names: `HMAC-SM3` is written as 1.2.156.10197.1.401.2 (GM/T 0006), which GmSSL and emmansun/gmsm read;
   * `HMAC-SM3-OPENSSL` as 1.2.156.10197.1.401.3.1 (GM/T 0091 A.2), the only one that OpenSSL 3.5 reads; OpenSSL 3.0 reads
   * neither. Reading takes both.
   */
  readonly prf?: 'HMAC-SM3' | 'HMAC-SM3-OPENSSL' | 'HMAC-SHA256';
  /** Rounds of PBKDF2: 1,000 to 10,000,000; the default is 600,000, a fraction of a second. */
  readonly iterations?: number;
}

const CIPHERS: ReadonlyMap<string, CbcCipher> = new Map([
  ['1.2.156.10197.1.104.2', SM4_CBC],
  ['2.16.840.1.101.3.4.1.2', AES_128_CBC],
  ['2.16.840.1.101.3.4.1.22', AES_192_CBC],
  ['2.16.840.1.101.3.4.1.42', AES_256_CBC],
  ['1.2.840.113549.3.7', DES_EDE3_CBC],
]);

type Hash = 'SM3' | 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

const PRFS: ReadonlyMap<string, Hash> = new Map([
  [OID_HMAC_SHA1, 'SHA-1'],
  ['1.2.840.113549.2.9', 'SHA-256'],
  ['1.2.840.113549.2.10', 'SHA-384'],
  ['1.2.840.113549.2.11', 'SHA-512'],
  ['1.2.156.10197.1.401.2', 'SM3'],
  ['1.2.156.10197.1.401.3.1', 'SM3'],
]);

const WRITTEN_CIPHERS: ReadonlyMap<string, string> = new Map([
  ['SM4-CBC', '1.2.156.10197.1.104.2'],
  ['AES-256-CBC', '2.16.840.1.101.3.4.1.42'],
]);

/** With a NULL or without, as the programs that read them expect: GmSSL refuses one behind HMAC-SM3. */
const WRITTEN_PRFS: ReadonlyMap<string, readonly [oid: string, withNull: boolean]> = new Map([
  ['HMAC-SM3', ['1.2.156.10197.1.401.2', false]],
  ['HMAC-SM3-OPENSSL', ['1.2.156.10197.1.401.3.1', true]],
  ['HMAC-SHA256', ['1.2.840.113549.2.9', true]],
]);

interface Scheme {
  readonly cipher: CbcCipher;
  readonly iv: Uint8Array;
  readonly derivation: Derivation;
}

/** How the password becomes the key; numbers that are within the limits. */
type Derivation =
  | { readonly hash: Hash; readonly salt: Uint8Array; readonly iterations: number }
  | { readonly hash: 'scrypt'; readonly salt: Uint8Array; readonly N: number; readonly r: number; readonly p: number };

/** Decrypted blocks with whatever padding they have. */
export interface PaddedBlocks {
  readonly octets: Uint8Array;
  /** Of one block: 8 or 16. */
  readonly size: number;
}

/**
 * Decrypts under an AlgorithmIdentifier of PBES2. Nothing says yet whether the password was right.
 *
 * @throws GovError `key-unsupported`, `key-malformed`, `limit-exceeded`, `backend-unavailable`
 */
export async function pbes2Blocks(
  algorithm: DerElement,
  ciphertext: Uint8Array,
  password: string | Uint8Array,
): Promise<PaddedBlocks> {
  const scheme = asKey(() => readScheme(algorithm));
  const size = scheme.cipher.block;
  if (ciphertext.length > PBES2_LIMITS.ciphertext)
    throw new GovError('limit-exceeded', `more than ${PBES2_LIMITS.ciphertext} octets of ciphertext`);
  if (ciphertext.length === 0 || ciphertext.length % size !== 0)
    throw new GovError('key-malformed', `a ciphertext that is not whole blocks of ${size} octets`);
  return { octets: await crypt('decrypt', scheme, password, ciphertext), size };
}

/**
 * What PBES2 hides, be it what it may, e.g. the contents of a PKCS#12.
 *
 * @param algorithm the AlgorithmIdentifier of PBES2
 * @throws GovError `password-wrong` where the padding is wrong, which may as well be damage and is missed once in 256 times:
 *   ask an authentication code first; `key-malformed`, `key-unsupported`, `limit-exceeded`, `backend-unavailable`
 */
export async function pbes2Decrypt(
  algorithm: DerElement,
  ciphertext: Uint8Array,
  password: string | Uint8Array,
): Promise<Uint8Array> {
  const blocks = await pbes2Blocks(algorithm, ciphertext, password);
  const plaintext = withoutPadding(blocks);
  blocks.octets.fill(0);
  if (plaintext === undefined) throw new GovError('password-wrong', 'the password does not open the content');
  return plaintext;
}

/** The plaintext (a copy) without its 1 to `size` octets of padding (RFC 8018 6.1.1), undefined where they are wrong. */
export function withoutPadding({ octets, size }: PaddedBlocks): Uint8Array | undefined {
  const count = paddingLength({ octets, size });
  return count === 0 ? undefined : octets.slice(0, -count);
}

/** Octets of padding, 0 where it is wrong. */
export function paddingLength({ octets, size }: PaddedBlocks): number {
  const count = octets[octets.length - 1]!;
  if (count === 0 || count > size) return 0;
  return octets.subarray(-count).every((octet) => octet === count) ? count : 0;
}

/**
 * Encrypts under a fresh salt and iv: the AlgorithmIdentifier in DER, and the ciphertext.
 *
 * @throws GovError `invalid-argument` for options that do not exist, rounds out of range and an empty password, `backend-unavailable`
 */
export async function pbes2Encrypt(
  plaintext: Uint8Array,
  password: string | Uint8Array,
  options: Pbes2Options = {},
): Promise<{ readonly algorithm: Uint8Array; readonly ciphertext: Uint8Array }> {
  if (password.length === 0) throw new GovError('invalid-argument', 'an empty password protects nothing');
  const { cipher: name = 'SM4-CBC', iterations = 600_000 } = options;
  const prfName = options.prf ?? (name === 'SM4-CBC' ? 'HMAC-SM3' : 'HMAC-SHA256');
  const [cipherOid, prf] = [WRITTEN_CIPHERS.get(name), WRITTEN_PRFS.get(prfName)];
  if (cipherOid === undefined || prf === undefined)
    throw new GovError('invalid-argument', 'no such cipher or pseudorandom function');
  const [prfOid, withNull] = prf;
  if (!Number.isInteger(iterations) || iterations < LEAST_ITERATIONS || iterations > PBES2_LIMITS.iterations)
    throw new GovError('invalid-argument', `iterations: ${LEAST_ITERATIONS} to ${PBES2_LIMITS.iterations}`);

  const cipher = CIPHERS.get(cipherOid)!;
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const iv = crypto.getRandomValues(new Uint8Array(cipher.block));
  const count = cipher.block - (plaintext.length % cipher.block);
  const blocks = new Uint8Array(plaintext.length + count).fill(count, plaintext.length);
  blocks.set(plaintext);
  const ciphertext = await crypt(
    'encrypt',
    { cipher, iv, derivation: { hash: PRFS.get(prfOid)!, salt, iterations } },
    password,
    blocks,
  );
  blocks.fill(0);

  const parameters = der.sequence(
    der.octetString(salt),
    der.integer(iterations),
    der.sequence(der.oid(prfOid), ...(withNull ? [der.nullValue()] : [])),
  );
  const algorithm = der.sequence(
    der.oid(OID_PBES2),
    der.sequence(der.sequence(der.oid(OID_PBKDF2), parameters), der.sequence(der.oid(cipherOid), der.octetString(iv))),
  );
  return { algorithm, ciphertext };
}

function readScheme(algorithm: DerElement): Scheme {
  const fields = algorithm.children(Tag.sequence);
  const name = fields.next(Tag.oid).oid();
  if (name !== OID_PBES2) throw new GovError('key-unsupported', `encrypted with ${name}, not with PBES2`);
  const schemes = fields.next(Tag.sequence).children();
  fields.end();
  const derivation = schemes.next(Tag.sequence).children();
  const encryption = schemes.next(Tag.sequence).children();
  schemes.end();

  const cipherOid = encryption.next(Tag.oid).oid();
  const cipher = CIPHERS.get(cipherOid);
  if (cipher === undefined) throw new GovError('key-unsupported', `encrypted with the cipher ${cipherOid}`);
  const iv = encryption.next(Tag.octetString).octets();
  encryption.end();
  if (iv.length !== cipher.block) throw new GovError('key-malformed', 'an iv that is not as long as a block');

  const derivationOid = derivation.next(Tag.oid).oid();
  const read = derivationOid === OID_PBKDF2 ? readPbkdf2 : derivationOid === OID_SCRYPT ? readScrypt : undefined;
  if (read === undefined)
    throw new GovError('key-unsupported', `the password is processed with ${derivationOid}, not with PBKDF2 or scrypt`);
  const parameters = derivation.next(Tag.sequence);
  derivation.end();
  return { cipher, iv, derivation: read(parameters, cipher.keyLength) };
}

function readSalt(element: DerElement): Uint8Array {
  const salt = element.octets();
  if (salt.length > PBES2_LIMITS.salt)
    throw new GovError('limit-exceeded', `more than ${PBES2_LIMITS.salt} octets of salt`);
  return salt;
}

function checkKeyLength(stated: DerElement | undefined, keyLength: number): void {
  if (stated !== undefined && stated.integer() !== BigInt(keyLength))
    throw new GovError('key-malformed', 'a key length that is not that of the cipher');
}

/** A.2. */
function readPbkdf2(parameters: DerElement, keyLength: number): Derivation {
  const fields = parameters.children();
  if (fields.tag === Tag.sequence) throw new GovError('key-unsupported', 'a salt from elsewhere (otherSource)');
  const salt = readSalt(fields.next(Tag.octetString));
  const iterations = fields.next(Tag.integer).integer();
  if (iterations < 1n) throw new GovError('key-malformed', 'no iterations');
  if (iterations > BigInt(PBES2_LIMITS.iterations))
    throw new GovError('limit-exceeded', `more than ${PBES2_LIMITS.iterations} iterations`);
  checkKeyLength(fields.optional(Tag.integer), keyLength);
  const prf = fields.optional(Tag.sequence)?.children();
  const prfOid = prf?.next(Tag.oid).oid() ?? OID_HMAC_SHA1;
  prf?.optional(Tag.null)?.null();
  prf?.end();
  fields.end();
  const hash = PRFS.get(prfOid);
  if (hash === undefined) throw new GovError('key-unsupported', `PBKDF2 with ${prfOid}`);
  return { hash, salt, iterations: Number(iterations) };
}

/** RFC 7914 7.1: N a power of 2 above 1. */
function readScrypt(parameters: DerElement, keyLength: number): Derivation {
  const fields = parameters.children();
  const salt = readSalt(fields.next(Tag.octetString));
  const [N, r, p] = [fields.next(), fields.next(), fields.next()].map((field) => field.integer()) as [
    bigint,
    bigint,
    bigint,
  ];
  checkKeyLength(fields.optional(Tag.integer), keyLength);
  fields.end();
  if (N < 2n || (N & (N - 1n)) !== 0n || r < 1n || p < 1n)
    throw new GovError('key-malformed', 'scrypt with a cost that there is not');
  if (128n * N * r > BigInt(PBES2_LIMITS.scryptMemory) || p > BigInt(PBES2_LIMITS.scryptParallelization))
    throw new GovError(
      'limit-exceeded',
      `scrypt with more than ${PBES2_LIMITS.scryptMemory} octets of memory, or p above 16`,
    );
  return { hash: 'scrypt', salt, N: Number(N), r: Number(r), p: Number(p) };
}

async function crypt(
  direction: 'encrypt' | 'decrypt',
  { cipher, iv, derivation }: Scheme,
  password: string | Uint8Array,
  blocks: Uint8Array,
): Promise<Uint8Array> {
  const octets = passwordOctets(password);
  try {
    const key = await deriveKey(octets, derivation, cipher.keyLength);
    try {
      return await cipher.cbc(direction, key, iv, blocks);
    } finally {
      key.fill(0);
    }
  } finally {
    octets.fill(0);
  }
}

/** A copy, to be overwritten. A lone surrogate would become U+FFFD, and different passwords one. @throws GovError `invalid-argument` */
export function passwordOctets(password: string | Uint8Array): Uint8Array {
  if (typeof password !== 'string') return password.slice();
  if (/\p{Surrogate}/u.test(password)) throw new GovError('invalid-argument', 'a password that is not Unicode text');
  return new TextEncoder().encode(password);
}

async function deriveKey(password: Uint8Array, derivation: Derivation, length: number): Promise<Uint8Array> {
  if (derivation.hash === 'scrypt') return scrypt(password, { ...derivation, length });
  const { hash, salt, iterations } = derivation;
  if (hash === 'SM3') return pbkdf2Sm3(password, { salt, iterations, length });
  const subtle = webCrypto();
  try {
    const key = await subtle.importKey('raw', password.slice(), 'PBKDF2', false, ['deriveBits']);
    const parameters = { name: 'PBKDF2', hash, salt: salt.slice(), iterations };
    return new Uint8Array(await subtle.deriveBits(parameters, key, 8 * length));
  } catch (cause) {
    throw new GovError('backend-unavailable', `this runtime has no PBKDF2 with ${hash}`, { cause });
  }
}
