/** The encryption dictionary of the standard security handler (ISO 32000-2 §7.6.2, §7.6.4.2, §7.6.6), read and checked. */
import { GovError } from '@gov/verdict';
import { malformed } from '../internal/fault.js';
import { PdfDict, PdfName, type PdfObject, PdfString } from '../object.js';

/** What is done to data: RC4, AES with a key of its own per object, AES with the file's key, nothing. */
export type CryptMethod = 'rc4' | 'aes128' | 'aes256' | 'identity';

export interface StandardEncryption {
  readonly version: 1 | 2 | 4 | 5;
  readonly revision: 2 | 3 | 4 | 5 | 6;
  readonly keyBytes: number;
  /** /O and /U: 32 bytes up to revision 4, 48 from revision 5 on. */
  readonly owner: Uint8Array;
  readonly user: Uint8Array;
  /** /OE, /UE (32 bytes) and /Perms (16 bytes); empty up to revision 4. */
  readonly ownerKey: Uint8Array;
  readonly userKey: Uint8Array;
  readonly perms: Uint8Array;
  /** /P as a signed number of 32 bits. */
  readonly permissions: number;
  readonly encryptMetadata: boolean;
  readonly streams: CryptMethod;
  readonly strings: CryptMethod;
  readonly embeddedFiles: CryptMethod;
  /** The method of a crypt filter that a stream names. @throws GovError `pdf-malformed`, `algorithm-unsupported` */
  filter(name: string): CryptMethod;
}

/** Handler versions (/V) and the revisions (/R) that go with each. */
const REVISIONS: Readonly<Record<number, readonly number[]>> = { 1: [2, 3], 2: [3], 4: [4], 5: [5, 6] };

/**
 * All values have to stand in the dictionary itself: an object of its own would be encrypted.
 *
 * @throws GovError `pdf-malformed`; `algorithm-unsupported` for another handler (public keys), version or method
 */
export function readStandardEncryption(dict: PdfDict): StandardEncryption {
  const handler = dict.get('Filter');
  if (!(handler instanceof PdfName)) throw wrong('Filter');
  if (handler.value !== 'Standard') throw unsupported(`security handler ${handler.value.slice(0, 64)}`);
  const version = integer(dict, 'V', 0);
  const revision = integer(dict, 'R');
  if (REVISIONS[version]?.includes(revision) !== true) throw unsupported(`version ${version} revision ${revision}`);
  const modern = version === 5;
  const filter = (name: string): CryptMethod => cryptFilter(dict, version, name);
  const named = (key: string, fallback: CryptMethod): CryptMethod => {
    const name = dict.get(key);
    if (name === undefined) return fallback;
    if (!(name instanceof PdfName)) throw wrong(key);
    return filter(name.value);
  };
  const streams = version < 4 ? 'rc4' : named('StmF', 'identity');
  const encryptMetadata = version < 4 ? true : (dict.get('EncryptMetadata') ?? true);
  if (typeof encryptMetadata !== 'boolean') throw wrong('EncryptMetadata');
  return {
    version: version as StandardEncryption['version'],
    revision: revision as StandardEncryption['revision'],
    keyBytes: keyBytes(dict, version),
    owner: bytes(dict, 'O', modern ? 48 : 32),
    user: bytes(dict, 'U', modern ? 48 : 32),
    ownerKey: modern ? bytes(dict, 'OE', 32) : new Uint8Array(),
    userKey: modern ? bytes(dict, 'UE', 32) : new Uint8Array(),
    perms: modern ? bytes(dict, 'Perms', 16) : new Uint8Array(),
    permissions: permissionBits(dict),
    encryptMetadata,
    streams,
    strings: version < 4 ? 'rc4' : named('StrF', 'identity'),
    embeddedFiles: version < 4 ? 'rc4' : named('EFF', streams),
    filter,
  };
}

/** §7.6.2 Table 20: /Length counts for versions 2 and 3 only. */
function keyBytes(dict: PdfDict, version: number): number {
  if (version === 5) return 32;
  if (version === 4) return 16;
  const bits = version === 1 ? 40 : integer(dict, 'Length', 40);
  if (bits < 40 || bits > 128 || bits % 8 !== 0) throw wrong('Length');
  return bits / 8;
}

/** §7.6.6 Table 25. */
function cryptFilter(dict: PdfDict, version: number, name: string): CryptMethod {
  if (name === 'Identity') return 'identity';
  const filters = dict.get('CF');
  const filter = filters instanceof PdfDict ? filters.get(name) : undefined;
  if (version < 4 || !(filter instanceof PdfDict)) throw malformed('a crypt filter is named that does not exist');
  const method = filter.get('CFM') ?? new PdfName('None');
  if (!(method instanceof PdfName)) throw wrong('CFM');
  if (version === 4 && method.value === 'V2') return 'rc4';
  if (version === 4 && method.value === 'AESV2') return 'aes128';
  if (version === 5 && method.value === 'AESV3') return 'aes256';
  throw unsupported(`crypt filter method ${method.value.slice(0, 64)}`);
}

/** Written signed by most and unsigned by some. */
function permissionBits(dict: PdfDict): number {
  const value = integer(dict, 'P');
  if (value < -(2 ** 31) || value >= 2 ** 32) throw wrong('P');
  return value | 0;
}

function integer(dict: PdfDict, key: string, fallback?: number): number {
  const value: PdfObject | undefined = dict.get(key) ?? fallback;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw wrong(key);
  return value;
}

/** Some writers fill these strings up with zeros to 127 bytes; only zeros may follow. */
function bytes(dict: PdfDict, key: string, length: number): Uint8Array {
  const value = dict.get(key);
  if (!(value instanceof PdfString) || value.bytes.length < length) throw wrong(key);
  if (value.bytes.length > 127 || value.bytes.subarray(length).some((byte) => byte !== 0)) throw wrong(key);
  return value.bytes.subarray(0, length);
}

const wrong = (key: string): GovError => malformed(`/${key} of the encryption dictionary`);
const unsupported = (what: string): GovError => new GovError('algorithm-unsupported', `encryption: ${what}`);
