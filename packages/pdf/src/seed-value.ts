/** Seed values (种子值, ISO 32000-2 §12.7.5.5, table 237): what a field's author demands of the signature in it. */
import { GovError } from '@gov/verdict';
import type { PdfDocument } from './document.js';
import { sameBytes } from './internal/compare.js';
import { PdfArray, PdfDict, PdfName, type PdfObject, PdfString } from './object.js';

/** What a signature will be, as far as a seed value may ask. */
export interface SeedAnswer {
  readonly filter: string;
  readonly subFilter: string;
  readonly reason?: string;
  readonly certify?: 1 | 2 | 3;
  /** The digest's name as seed values write it: `SHA256`, `SHA384`, `SHA512`, `SM3`. */
  readonly digestMethod?: string;
  /** It will carry a timestamp. */
  readonly timestamped?: boolean;
  /** DER, the signer's first, then those above it. */
  readonly certificates?: readonly Uint8Array[];
}

/** Bits of /Ff: which entries are demanded rather than recommended. */
const REQUIRED = {
  Filter: 1,
  SubFilter: 2,
  V: 4,
  Reasons: 8,
  LegalAttestation: 16,
  AddRevInfo: 32,
  DigestMethod: 64,
  LockDocument: 128,
  AppearanceFilter: 256,
} as const;

/** Version of seed value dictionaries that is understood: PDF 2.0. */
const VERSION = 3;

/** Bits of /Ff of a certificate seed value: those that can be told without reading certificates. */
const CERTIFICATE_SUBJECT = 1;
const CERTIFICATE_ISSUER = 2;

/**
 * Holds a signature against the seed value of its field. What is only recommended is not insisted on.
 *
 * @throws GovError `pdf-seed-value` naming what is demanded and not there; `pdf-malformed`
 */
export function assertSeedValue(doc: PdfDocument, field: PdfDict, answer: SeedAnswer): void {
  const seed = dictIn(doc, field, 'SV');
  if (seed === undefined) return;
  const flags = flagsOf(doc, seed);
  const demanded = (key: keyof typeof REQUIRED): PdfObject =>
    (flags & REQUIRED[key]) === 0 ? null : doc.resolve(seed.get(key));
  const filter = demanded('Filter');
  if (filter !== null && nameOf(filter) !== answer.filter) throw unmet('/Filter');
  const oneOf = (key: 'SubFilter' | 'Reasons' | 'DigestMethod', given: string | undefined): void => {
    const list = demanded(key);
    if (list === null) return;
    if (!(list instanceof PdfArray)) throw new GovError('pdf-malformed', `/${key} of a seed value`);
    const values = list.items.map((item) => nameOf(doc.resolve(item)));
    // §12.7.5.5: an array of one period, or none at all, wants no reason.
    const none = key === 'Reasons' && (values.length === 0 || (values.length === 1 && values[0] === '.'));
    if (none ? given !== undefined : !values.includes(given)) throw unmet(`/${key}`);
  };
  oneOf('SubFilter', answer.subFilter);
  oneOf('DigestMethod', answer.digestMethod);
  oneOf('Reasons', answer.reason);
  const version = demanded('V');
  if (version !== null && !(typeof version === 'number' && version <= VERSION)) throw unmet('/V');
  for (const key of ['LegalAttestation', 'AppearanceFilter', 'LockDocument'] as const)
    if (demanded(key) !== null) throw unmet(`/${key}`);
  if (demanded('AddRevInfo') === true) throw unmet('/AddRevInfo');
  assertMdp(doc, seed, answer);
  const stamp = dictIn(doc, seed, 'TimeStamp');
  if (stamp !== undefined && flagsOf(doc, stamp) !== 0 && answer.timestamped !== true) throw unmet('/TimeStamp');
  assertCertificate(doc, seed, answer.certificates ?? []);
}

/** /MDP always demands: 0 a signature that certifies nothing, else a certification of that permission. */
function assertMdp(doc: PdfDocument, seed: PdfDict, { certify }: SeedAnswer): void {
  const mdp = dictIn(doc, seed, 'MDP');
  if (mdp === undefined) return;
  if (doc.resolve(mdp.get('P')) !== (certify ?? 0)) throw unmet('/MDP');
}

function assertCertificate(doc: PdfDocument, seed: PdfDict, certificates: readonly Uint8Array[]): void {
  const wanted = dictIn(doc, seed, 'Cert');
  if (wanted === undefined) return;
  const flags = flagsOf(doc, wanted);
  const among = (key: string, given: readonly Uint8Array[]): boolean => {
    const list = doc.resolve(wanted.get(key));
    const allowed = list instanceof PdfArray ? list.items.map((item) => doc.resolve(item)) : [];
    return given.some((one) => allowed.some((item) => item instanceof PdfString && sameBytes(item.bytes, one)));
  };
  if ((flags & CERTIFICATE_SUBJECT) !== 0 && !among('Subject', certificates.slice(0, 1))) throw unmet('/Cert /Subject');
  if ((flags & CERTIFICATE_ISSUER) !== 0 && !among('Issuer', certificates)) throw unmet('/Cert /Issuer');
  if ((flags & ~(CERTIFICATE_SUBJECT | CERTIFICATE_ISSUER)) !== 0) throw unmet('/Cert');
}

function dictIn(doc: PdfDocument, holder: PdfDict, key: string): PdfDict | undefined {
  const value = doc.resolve(holder.get(key));
  if (value === null) return undefined;
  if (!(value instanceof PdfDict)) throw new GovError('pdf-malformed', `/${key} is no dictionary`);
  if (value.duplicates.length > 0) throw new GovError('pdf-malformed', `/${key} repeats /${value.duplicates[0]}`);
  return value;
}

function flagsOf(doc: PdfDocument, dict: PdfDict): number {
  const flags = doc.resolve(dict.get('Ff')) ?? 0;
  if (typeof flags !== 'number' || !Number.isInteger(flags)) throw new GovError('pdf-malformed', '/Ff is no integer');
  return flags;
}

const nameOf = (object: PdfObject): string | undefined =>
  object instanceof PdfName ? object.value : object instanceof PdfString ? object.text : undefined;

const unmet = (what: string): GovError =>
  new GovError('pdf-seed-value', `the field demands ${what}, which this signature does not fulfil`);
