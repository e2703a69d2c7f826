/** The authentication code of a PFX (RFC 7292 4): HMAC under a key of PKCS#12's own derivation, or PBMAC1 (RFC 9579). */
import { type DerElement, type DerReader, der, Tag } from '@gov/der';
import { pbkdf2Sm3, sameSecret } from '@gov/sm';
import { passwordOctets } from '@gov/sm/key-encryption';
import { GovError } from '@gov/verdict';
import {
  type PasswordHash,
  PURPOSE,
  pkcs12Derive,
  SHA_1,
  SHA_224,
  SHA_256,
  SHA_384,
  SHA_512,
  SM3,
} from '../internal/password-hash.js';
import { PKCS12_LIMITS } from './limits.js';

const OID_PBMAC1 = '1.2.840.113549.1.5.14';
const OID_PBKDF2 = '1.2.840.113549.1.5.12';
const OID_SM3 = '1.2.156.10197.1.401';
const OID_SHA256 = '2.16.840.1.101.3.4.2.1';

const HASHES: ReadonlyMap<string, PasswordHash> = new Map([
  ['1.3.14.3.2.26', SHA_1],
  ['2.16.840.1.101.3.4.2.4', SHA_224],
  [OID_SHA256, SHA_256],
  ['2.16.840.1.101.3.4.2.2', SHA_384],
  ['2.16.840.1.101.3.4.2.3', SHA_512],
  [OID_SM3, SM3],
]);

const HMACS: ReadonlyMap<string, PasswordHash> = new Map([
  ['1.2.840.113549.2.7', SHA_1],
  ['1.2.840.113549.2.9', SHA_256],
  ['1.2.840.113549.2.10', SHA_384],
  ['1.2.840.113549.2.11', SHA_512],
  ['1.2.156.10197.1.401.2', SM3],
  ['1.2.156.10197.1.401.3.1', SM3],
]);

interface Derivation {
  readonly hash: PasswordHash;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

export interface Mac {
  readonly form: 'PKCS12-KDF' | 'PBMAC1';
  /** Of the HMAC. */
  readonly hash: PasswordHash;
  readonly derivation: Derivation;
  /** Octets of the HMAC's key. */
  readonly keyLength: number;
  readonly code: Uint8Array;
}

/** Octets of salt. */
const MAX_SALT = 1024;

/** MacData. @throws GovError `algorithm-unsupported`, `limit-exceeded`, `pkcs12-malformed`, `der-malformed` */
export function readMac(element: DerElement): Mac {
  const fields = element.children();
  const digestInfo = fields.next(Tag.sequence).children();
  const algorithm = digestInfo.next(Tag.sequence).children();
  const code = digestInfo.next(Tag.octetString).octets();
  digestInfo.end();
  const salt = fields.next(Tag.octetString);
  const iterations = fields.optional(Tag.integer);
  fields.end();

  const oid = algorithm.next(Tag.oid).oid();
  if (oid === OID_PBMAC1) return { ...readPbmac1(algorithm.next(Tag.sequence)), code };
  const hash = HASHES.get(oid);
  noParameters(algorithm);
  if (hash === undefined) throw new GovError('algorithm-unsupported', `PKCS#12 authenticated with ${oid}`);
  if (code.length !== hash.size) throw new GovError('pkcs12-malformed', `a code that is not as long as ${hash.name}`);
  const derivation = { hash, salt: checkedSalt(salt), iterations: checkedRounds(iterations?.integer() ?? 1n) };
  return { form: 'PKCS12-KDF', hash, derivation, keyLength: hash.size, code };
}

/** RFC 8018 A.5; the salt and iterations of MacData mean nothing then. */
function readPbmac1(parameters: DerElement): Omit<Mac, 'code'> {
  const fields = parameters.children();
  const kdf = fields.next(Tag.sequence).children();
  const mac = fields.next(Tag.sequence).children();
  fields.end();
  const kdfOid = kdf.next(Tag.oid).oid();
  if (kdfOid !== OID_PBKDF2) throw new GovError('algorithm-unsupported', `PBMAC1 with ${kdfOid}`);
  const costs = kdf.next(Tag.sequence).children();
  const salt = checkedSalt(costs.next(Tag.octetString));
  const iterations = checkedRounds(costs.next(Tag.integer).integer());
  // RFC 9579 5: the length must be there, for nothing else says it.
  const keyLength = Number(costs.next(Tag.integer).integer());
  if (!(keyLength >= 20 && keyLength <= 64))
    throw new GovError('pkcs12-malformed', 'PBMAC1 with a key of 20 to 64 octets');
  const prf = costs.optional(Tag.sequence)?.children();
  const derivation = { hash: prf === undefined ? SHA_1 : hmacOf(prf), salt, iterations };
  costs.end();
  const hash = hmacOf(mac);
  return { form: 'PBMAC1', hash, derivation, keyLength };
}

function hmacOf(algorithm: DerReader): PasswordHash {
  const oid = algorithm.next(Tag.oid).oid();
  const hash = HMACS.get(oid);
  if (hash === undefined) throw new GovError('algorithm-unsupported', `PBMAC1 with ${oid}`);
  noParameters(algorithm);
  return hash;
}

function noParameters(algorithm: DerReader): void {
  algorithm.optional(Tag.null)?.null();
  algorithm.end();
}

function checkedSalt(element: DerElement): Uint8Array {
  const salt = element.octets();
  if (salt.length > MAX_SALT) throw new GovError('limit-exceeded', `more than ${MAX_SALT} octets of salt`);
  return salt;
}

function checkedRounds(rounds: bigint): number {
  if (rounds < 1n) throw new GovError('pkcs12-malformed', 'no iterations');
  if (rounds > BigInt(PKCS12_LIMITS.iterations))
    throw new GovError('limit-exceeded', `more than ${PKCS12_LIMITS.iterations} iterations`);
  return Number(rounds);
}

/** What the two derivations take. */
export interface PasswordForms {
  readonly password: string | Uint8Array;
  readonly bmp: Uint8Array;
}

/** Whether the code is that of the content under the password. @throws GovError `backend-unavailable` */
export async function macFits(mac: Mac, content: Uint8Array, forms: PasswordForms): Promise<boolean> {
  const key =
    mac.form === 'PBMAC1'
      ? await pbkdf2(mac.derivation, forms.password, mac.keyLength)
      : await pkcs12Derive(mac.derivation, forms.bmp, PURPOSE.mac, mac.keyLength);
  const code = mac.hash.hmac(key, content);
  key.fill(0);
  return sameSecret(code, mac.code);
}

async function pbkdf2({ hash, salt, iterations }: Derivation, password: string | Uint8Array, length: number) {
  const octets = passwordOctets(password);
  try {
    if (hash === SM3) return await pbkdf2Sm3(octets, { salt, iterations, length });
    const key = await crypto.subtle.importKey('raw', Uint8Array.from(octets), 'PBKDF2', false, ['deriveBits']);
    const parameters = { name: 'PBKDF2', hash: hash.name, salt: Uint8Array.from(salt), iterations };
    return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, 8 * length));
  } finally {
    octets.fill(0);
  }
}

/** MacData in DER, in PKCS#12's own derivation: the form that every program reads. */
export async function writeMac(
  content: Uint8Array,
  bmp: Uint8Array,
  hashName: 'SM3' | 'SHA-256',
  iterations: number,
): Promise<Uint8Array> {
  const [oid, hash] = hashName === 'SM3' ? [OID_SM3, SM3] : [OID_SHA256, SHA_256];
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const key = await pkcs12Derive({ hash, salt, iterations }, bmp, PURPOSE.mac, hash.size);
  const code = hash.hmac(key, content);
  key.fill(0);
  return der.sequence(
    der.sequence(der.sequence(der.oid(oid), der.nullValue()), der.octetString(code)),
    der.octetString(salt),
    der.integer(iterations),
  );
}
