/** Files that hold keys and certificates: what stands in them, told without using it. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { type DerElement, readDer, Tag } from '@gov/der';
import { looksLikePem, PEM_MAX_CHARACTERS, readPem } from '@gov/der/pem';
import { type Certificate, readCertificate } from '@gov/pki';
import { describePublicKey, readKeyProtection } from '@gov/pki/cbom';
import { looksLikePkcs12, type Pkcs12Key } from '@gov/pki/pkcs12';
import { openPrivateKey } from '@gov/pki/private-key';
import { readSm2PrivateKey, readSm2PublicKey } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';

/** One key or certificate. Of a private key only the public half is kept, whatever the file holds. */
export type KeyItem = { readonly encoding: 'PEM' | 'DER' | 'raw' } & (
  | {
      readonly kind: 'private' | 'public';
      readonly form: 'PKCS#8' | 'SEC1' | 'PKCS#1' | 'SPKI' | 'point';
      /** SubjectPublicKeyInfo, DER. */
      readonly publicKey: Uint8Array;
    }
  | { readonly kind: 'encrypted'; readonly form: 'PKCS#8'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'certificate';
      readonly form: 'X.509';
      readonly publicKey: Uint8Array;
      readonly certificate: Certificate;
    }
);

/** One block of a PEM text. */
interface PemText {
  readonly label: string;
  /** From 1. */
  readonly line: number;
  readonly text: string;
}

/**
 * The blocks of a PEM text one by one, so that one that is broken does not hide the others.
 *
 * @throws GovError `input-too-large`
 */
export function pemTexts(bytes: Uint8Array): PemText[] {
  if (bytes.length > PEM_MAX_CHARACTERS)
    throw new GovError('input-too-large', `PEM text of more than ${PEM_MAX_CHARACTERS} characters`);
  let line = 1;
  // A block reaches to the next BEGIN at most: one that does not end takes nothing with it.
  return new TextDecoder('latin1')
    .decode(bytes)
    .split(/(?=-----BEGIN [A-Z0-9 ]{1,64}-----)/)
    .flatMap((text) => {
      const at = line;
      line += text.split('\n').length - 1;
      const label = /^-----BEGIN ([A-Z0-9 ]{1,64})-----/.exec(text)?.[1];
      return label === undefined ? [] : [{ label, line: at, text }];
    });
}

/** Parameters that stand beside a key and are none. */
const BESIDE: ReadonlySet<string> = new Set(['EC PARAMETERS', 'SM2 PARAMETERS', 'DSA PARAMETERS', 'DH PARAMETERS']);

/**
 * What one PEM block holds; undefined for parameters beside a key.
 *
 * @throws GovError `key-malformed`, `certificate-malformed`, `pem-malformed`, `key-encrypted` for OpenSSL's old encryption,
 *   `key-unsupported` for anything that is neither key nor certificate
 */
export function readPemItem({ label, text }: PemText): KeyItem | undefined {
  if (BESIDE.has(label)) return undefined;
  const bytes = readPem(text)[0]!.bytes;
  switch (label) {
    case 'CERTIFICATE':
    case 'X509 CERTIFICATE':
      return certificateItem(bytes, 'PEM');
    case 'PUBLIC KEY':
      return publicItem(bytes, 'PEM');
    case 'RSA PUBLIC KEY':
      return { kind: 'public', form: 'PKCS#1', encoding: 'PEM', publicKey: foreignPublicKey(bytes) };
    case 'ENCRYPTED PRIVATE KEY':
      return encryptedItem(bytes, 'PEM');
    case 'PRIVATE KEY':
    case 'EC PRIVATE KEY':
    case 'SM2 PRIVATE KEY':
    case 'RSA PRIVATE KEY':
      return privateItem(bytes, 'PEM');
    default:
      throw new GovError('key-unsupported', `${label} is neither a key nor a certificate that is read`);
  }
}

/**
 * What a DER file holds, told by its structure.
 *
 * @throws GovError `key-malformed`, `key-unsupported`, `certificate-malformed`
 */
export function readDerItem(bytes: Uint8Array): KeyItem {
  switch (shapeOf(bytes)) {
    case 'private':
      return privateItem(bytes, 'DER');
    case 'public':
      return publicItem(bytes, 'DER');
    case 'encrypted':
      return encryptedItem(bytes, 'DER');
    case 'certificate':
      return certificateItem(bytes, 'DER');
    default:
      throw new GovError('key-unsupported', 'neither a key nor a certificate');
  }
}

/**
 * The first key or certificate of a file: PEM, DER, or the bare point of an SM2 key (65, 64 or 33 octets).
 *
 * @throws GovError as `readPemItem` and `readDerItem`
 */
export function readKeyItem(bytes: Uint8Array): KeyItem {
  if (looksLikePem(bytes)) {
    for (const block of pemTexts(bytes)) {
      const item = readPemItem(block);
      if (item !== undefined) return item;
    }
    throw new GovError('key-malformed', 'no key in the PEM text');
  }
  if (bytes.length === 65 || bytes.length === 64 || bytes.length === 33) {
    return { kind: 'public', form: 'point', encoding: 'raw', publicKey: readSm2PublicKey(bytes).toSpki() };
  }
  return readDerItem(bytes);
}

/**
 * Whether a private key needs a password.
 *
 * @throws GovError what `openPrivateKey` throws for what is no private key
 */
export async function isLocked(input: Uint8Array): Promise<boolean> {
  if (looksLikePkcs12(input)) return true;
  try {
    (await openPrivateKey(input)).fill(0);
    return false;
  } catch (error) {
    if (isGovError(error) && error.code === 'key-encrypted') return true;
    throw error;
  }
}

/**
 * The key of a PKCS#12 that signs. People have two of them, one to sign with and one to decrypt with (双证书); their
 * certificates tell which is which.
 *
 * @throws GovError `key-unsupported` for none, or several
 */
export function signingKeyOf(keys: readonly Pkcs12Key[]): Pkcs12Key {
  const signing = keys.filter(({ certificate }) => {
    const usage = certificate?.keyUsage;
    return usage === undefined || usage.has('digitalSignature') || usage.has('nonRepudiation');
  });
  const [key, more] = keys.length === 1 ? keys : signing;
  if (key !== undefined && more === undefined) return key;
  throw new GovError(
    'key-unsupported',
    `the PKCS#12 holds ${key === undefined ? 'no key' : 'several keys'} to sign with`,
  );
}

/** Tags tell: PrivateKeyInfo and its kin begin with a version, the others have an AlgorithmIdentifier. */
function shapeOf(bytes: Uint8Array): KeyItem['kind'] | undefined {
  try {
    const fields = readDer(bytes, { mode: 'lenient' }).children(Tag.sequence).rest();
    const [first, second] = fields;
    const tags = fields.map(({ tag }) => tag).join();
    // Keys count their versions from 0 to 1; PKCS#12, CMS and seal signatures begin with other numbers.
    if (first?.tag === Tag.integer) return first.smallInteger() <= 1 ? 'private' : undefined;
    if (tags === `${Tag.sequence},${Tag.bitString}`) return isAlgorithm(first!) ? 'public' : undefined;
    if (tags === `${Tag.sequence},${Tag.octetString}`) return isAlgorithm(first!) ? 'encrypted' : undefined;
    if (tags === `${Tag.sequence},${Tag.sequence},${Tag.bitString}`)
      return isAlgorithm(second!) ? 'certificate' : undefined;
    return undefined;
  } catch (error) {
    if (isGovError(error)) return undefined;
    throw error;
  }
}

const isAlgorithm = (element: DerElement): boolean => element.children(Tag.sequence).tag === Tag.oid;

function certificateItem(bytes: Uint8Array, encoding: 'PEM' | 'DER'): KeyItem {
  const certificate = readCertificate(bytes);
  return { kind: 'certificate', form: 'X.509', encoding, publicKey: certificate.publicKey, certificate };
}

function publicItem(bytes: Uint8Array, encoding: 'PEM' | 'DER'): KeyItem {
  describePublicKey(bytes);
  return { kind: 'public', form: 'SPKI', encoding, publicKey: bytes };
}

function encryptedItem(bytes: Uint8Array, encoding: 'PEM' | 'DER'): KeyItem {
  readKeyProtection(bytes);
  return { kind: 'encrypted', form: 'PKCS#8', encoding, bytes };
}

function privateItem(bytes: Uint8Array, encoding: 'PEM' | 'DER'): KeyItem {
  const form = privateForm(bytes);
  try {
    return { kind: 'private', form, encoding, publicKey: readSm2PrivateKey(bytes).publicKey.toSpki() };
  } catch (error) {
    if (!isGovError(error) || error.code !== 'key-unsupported') throw error;
    return { kind: 'private', form, encoding, publicKey: foreignPublicHalf(bytes, form) };
  }
}

/** What follows the version: an AlgorithmIdentifier, the scalar, or the modulus. @throws GovError `key-malformed` */
function privateForm(bytes: Uint8Array): 'PKCS#8' | 'SEC1' | 'PKCS#1' {
  try {
    const fields = readDer(bytes, { mode: 'lenient' }).children(Tag.sequence);
    fields.next(Tag.integer);
    if (fields.tag === Tag.sequence) return 'PKCS#8';
    return fields.tag === Tag.octetString ? 'SEC1' : 'PKCS#1';
  } catch (cause) {
    if (!isGovError(cause)) throw cause;
    throw new GovError('key-malformed', `not a private key: ${cause.message}`, { cause });
  }
}

/** RSA, ECDSA and EdDSA keys are none of ours: Node's OpenSSL knows their public half. */
function foreignPublicHalf(bytes: Uint8Array, form: 'PKCS#8' | 'SEC1' | 'PKCS#1'): Uint8Array {
  const type = ({ 'PKCS#8': 'pkcs8', SEC1: 'sec1', 'PKCS#1': 'pkcs1' } as const)[form];
  return foreign(() => createPublicKey(createPrivateKey({ key: Buffer.from(bytes), format: 'der', type })));
}

const foreignPublicKey = (bytes: Uint8Array): Uint8Array =>
  foreign(() => createPublicKey({ key: Buffer.from(bytes), format: 'der', type: 'pkcs1' }));

/** OpenSSL's own messages are left out: they may quote what they could not read. */
function foreign(read: () => ReturnType<typeof createPublicKey>): Uint8Array {
  try {
    return new Uint8Array(read().export({ type: 'spki', format: 'der' }));
  } catch {
    throw new GovError('key-unsupported', 'not a key that is read here');
  }
}
