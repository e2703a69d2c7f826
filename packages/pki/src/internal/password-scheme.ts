/**
 * Every password-based encryption that key files carry: PBES2, and what came before it (RFC 8018 PBES1, RFC 7292 appendix C).
 */
import { type DerElement, Tag } from '@gov/der';
import { type PaddedBlocks, passwordOctets, pbes2Blocks } from '@gov/sm/key-encryption';
import { GovError, isGovError } from '@gov/verdict';
import { type LegacyCipher, legacyDecrypt } from './legacy-cipher.js';
import { hashedAgain, MD5, type PasswordHash, PURPOSE, pkcs12Derive, SHA_1 } from './password-hash.js';

const OID_PBES2 = '1.2.840.113549.1.5.13';

/** What an old scheme may ask for; `PBES2_LIMITS` has the same of PBES2. */
export const PASSWORD_SCHEME_LIMITS = {
  /** Rounds; some seconds. */
  iterations: 3_000_000,
  /** Octets of salt. */
  salt: 1024,
  /** Octets of ciphertext. */
  ciphertext: 1024 * 1024,
} as const;

const DES = { name: 'DES' } as const;
const DES_EDE3 = { name: 'DES-EDE3' } as const;
const rc2 = (effectiveBits: number) => ({ name: 'RC2', effectiveBits }) as const;

/** RFC 8018 A.3: the password as octets, eight octets of key and iv each. */
const PBES1: ReadonlyMap<string, readonly [hash: PasswordHash, cipher: LegacyCipher]> = new Map([
  ['1.2.840.113549.1.5.3', [MD5, DES]],
  ['1.2.840.113549.1.5.6', [MD5, rc2(64)]],
  ['1.2.840.113549.1.5.10', [SHA_1, DES]],
  ['1.2.840.113549.1.5.11', [SHA_1, rc2(64)]],
]);

/** RFC 7292 C, all with SHA-1; the stream cipher RC4 was hardly ever used. */
const PKCS12: ReadonlyMap<string, readonly [cipher: LegacyCipher, keyLength: number]> = new Map([
  ['1.2.840.113549.1.12.1.3', [DES_EDE3, 24]],
  ['1.2.840.113549.1.12.1.4', [DES_EDE3, 16]],
  ['1.2.840.113549.1.12.1.5', [rc2(128), 16]],
  ['1.2.840.113549.1.12.1.6', [rc2(40), 5]],
]);

/**
 * Decrypts under an AlgorithmIdentifier of any of the schemes. Nothing says yet whether the password was right.
 *
 * @param bmp the password as PKCS#12 takes it
 * @throws GovError `key-unsupported`, `key-malformed`, `limit-exceeded`, `backend-unavailable`, `invalid-argument`
 */
export async function passwordBlocks(
  algorithm: DerElement,
  ciphertext: Uint8Array,
  password: string | Uint8Array,
  bmp?: Uint8Array,
): Promise<PaddedBlocks> {
  const { oid, parameters } = asKey(() => readIdentifier(algorithm));
  if (oid === OID_PBES2) return pbes2Blocks(algorithm, ciphertext, password);
  const [pbes1, pkcs12] = [PBES1.get(oid), PKCS12.get(oid)];
  if (pbes1 === undefined && pkcs12 === undefined) throw new GovError('key-unsupported', `encrypted with ${oid}`);
  const { salt, iterations } = asKey(() => readParameters(parameters));
  if (ciphertext.length > PASSWORD_SCHEME_LIMITS.ciphertext)
    throw new GovError('limit-exceeded', `more than ${PASSWORD_SCHEME_LIMITS.ciphertext} octets of ciphertext`);
  if (ciphertext.length === 0 || ciphertext.length % 8 !== 0)
    throw new GovError('key-malformed', 'a ciphertext that is not whole blocks of 8 octets');

  const secrets: Uint8Array[] = [];
  const secret = (octets: Uint8Array): Uint8Array => {
    secrets.push(octets);
    return octets;
  };
  try {
    if (pbes1 !== undefined) {
      const [hash, cipher] = pbes1;
      const octets = secret(passwordOctets(password));
      const start = secret(new Uint8Array(octets.length + salt.length));
      start.set(octets);
      start.set(salt, octets.length);
      const derived = secret(await hashedAgain(hash, start, iterations));
      const decrypted = await legacyDecrypt(cipher, derived.subarray(0, 8), derived.subarray(8, 16), ciphertext);
      return { octets: decrypted, size: 8 };
    }
    const [cipher, keyLength] = pkcs12!;
    const unicode = bmp ?? secret(bmpPassword(password));
    const derivation = { hash: SHA_1, salt, iterations };
    const derived = secret(await pkcs12Derive(derivation, unicode, PURPOSE.key, keyLength));
    const iv = await pkcs12Derive(derivation, unicode, PURPOSE.iv, 8);
    const key = keyLength === 16 && cipher.name === 'DES-EDE3' ? secret(twoKeys(derived)) : derived;
    return { octets: await legacyDecrypt(cipher, key, iv, ciphertext), size: 8 };
  } finally {
    for (const octets of secrets) octets.fill(0);
  }
}

/**
 * A password as PKCS#12 takes it (RFC 7292 B.1): UTF-16, big-endian, with a zero character behind.
 *
 * @throws GovError `invalid-argument` for what is not Unicode text, and for a zero character
 */
export function bmpPassword(password: string | Uint8Array): Uint8Array {
  const octets = passwordOctets(password);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(octets);
  } catch {
    throw new GovError('invalid-argument', 'a password of PKCS#12 is text in UTF-8');
  } finally {
    octets.fill(0);
  }
  // HMAC takes a key with zeros behind for the same key.
  if (text.includes('\0')) throw new GovError('invalid-argument', 'a password with a zero character');
  const bmp = new Uint8Array(2 * text.length + 2);
  for (let i = 0; i < text.length; i++) {
    bmp[2 * i] = text.charCodeAt(i) >> 8;
    bmp[2 * i + 1] = text.charCodeAt(i);
  }
  return bmp;
}

/**
 * Rounds that a scheme will cost, unknown ones none: what a file with many of them is measured by before any work.
 *
 * @throws GovError `key-malformed`
 */
export function passwordRounds(algorithm: DerElement): number {
  return asKey(() => {
    const { oid, parameters } = readIdentifier(algorithm);
    if (oid !== OID_PBES2) return PBES1.has(oid) || PKCS12.has(oid) ? readParameters(parameters).iterations : 0;
    const derivation = expectParameters(parameters).children().next(Tag.sequence).children();
    derivation.next(Tag.oid);
    const costs = derivation.next(Tag.sequence).children();
    costs.next();
    // Rounds of PBKDF2; scrypt's N takes r and p times as long, and memory, which is limited where it is used.
    const rounds = [costs.next(Tag.integer).integer()];
    for (let more = costs.optional(Tag.integer); more !== undefined; more = costs.optional(Tag.integer)) {
      rounds.push(more.integer());
    }
    const [first, ...rest] = rounds as [bigint, ...bigint[]];
    const scrypt = rest.length >= 2;
    return Number(scrypt ? first * rest[0]! * rest[1]! : first);
  });
}

function readIdentifier(algorithm: DerElement): { oid: string; parameters: DerElement | undefined } {
  const fields = algorithm.children(Tag.sequence);
  const oid = fields.next(Tag.oid).oid();
  const parameters = fields.more ? fields.next() : undefined;
  fields.end();
  return { oid, parameters };
}

function expectParameters(parameters: DerElement | undefined): DerElement {
  if (parameters === undefined) throw new GovError('key-malformed', 'a scheme without parameters');
  return parameters.expect(Tag.sequence);
}

/** RFC 8018 A.3 and RFC 7292 C: salt and iterations. */
function readParameters(parameters: DerElement | undefined): { salt: Uint8Array; iterations: number } {
  const fields = expectParameters(parameters).children();
  const salt = fields.next(Tag.octetString).octets();
  const iterations = fields.next(Tag.integer).integer();
  fields.end();
  if (salt.length > PASSWORD_SCHEME_LIMITS.salt)
    throw new GovError('limit-exceeded', `more than ${PASSWORD_SCHEME_LIMITS.salt} octets of salt`);
  if (iterations < 1n) throw new GovError('key-malformed', 'no iterations');
  if (iterations > BigInt(PASSWORD_SCHEME_LIMITS.iterations))
    throw new GovError('limit-exceeded', `more than ${PASSWORD_SCHEME_LIMITS.iterations} iterations`);
  return { salt, iterations: Number(iterations) };
}

/** K1 ‖ K2 ‖ K1. */
function twoKeys(key: Uint8Array): Uint8Array {
  const three = new Uint8Array(24);
  three.set(key);
  three.set(key.subarray(0, 8), 16);
  return three;
}

function asKey<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isGovError(error) && error.code.startsWith('der-'))
      throw new GovError('key-malformed', `not an encryption scheme: ${error.message}`, { cause: error });
    throw error;
  }
}
