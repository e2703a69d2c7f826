/** /SubFilter (ISO 32000-2 table 260, GM/T 0112): how products say what stands in /Contents, and what its digest is of. */
import { isName, type PdfSignature } from '@gov/pdf';
import type { Finding } from '@gov/verdict';

export type SubFilter =
  /** SES_Signature; dataHash is SM3 of the signed bytes */
  | 'seal'
  /** CMS without content: it is the signed bytes */
  | 'detached'
  /** the same, or CMS whose content is the digest of the signed bytes, which is what products write */
  | 'detached-or-digest'
  /** CMS whose content is SHA-1 of the signed bytes */
  | 'sha1'
  /** TimeStampToken, its imprint that of the signed bytes */
  | 'timestamp';

/** [open] GM/T 0112-2021 could not be read: its names are those that products write. */
const SUB_FILTERS: ReadonlyMap<string, SubFilter> = new Map([
  ['GM.sm2seal', 'seal'],
  ['GM.sm2cms.detached', 'detached-or-digest'],
  ['adbe.pkcs7.detached', 'detached'],
  ['ETSI.CAdES.detached', 'detached'],
  ['adbe.pkcs7.sha1', 'sha1'],
  ['ETSI.RFC3161', 'timestamp'],
]);

/** Undefined for a name that nobody here knows, and for none. */
export const subFilterOf = ({ subFilter }: PdfSignature): SubFilter | undefined =>
  subFilter === undefined ? undefined : SUB_FILTERS.get(subFilter);

/** PAdES (EN 319 142-1 6.3): the signer's certificate is named by a signed attribute. */
export const isPades = ({ subFilter }: PdfSignature): boolean => subFilter === 'ETSI.CAdES.detached';

/** /Type /DocTimeStamp (12.8.5). */
const saysTimestamp = ({ dict }: PdfSignature): boolean => isName(dict.get('Type'), 'DocTimeStamp');

const saysSignature = ({ dict }: PdfSignature): boolean => isName(dict.get('Type'), 'Sig');

/** What is nameless to a verifier: not judged, never "unsigned". */
export function unknownFinding({ subFilter }: PdfSignature): Finding {
  const detail = subFilter === undefined ? 'no sub-filter' : `sub-filter ${subFilter}`;
  return { check: 'format', outcome: 'unknown', code: 'subfilter-unknown', detail };
}

/**
 * The dictionary says one thing and its /Contents are another: who goes by the name sees another signature than who goes by
 * the content, or none. No forgery is proved by that, and no honest product is known to do it: unknown.
 */
export function mismatchFinding({ subFilter }: PdfSignature, what: string): Finding {
  return {
    check: 'format',
    outcome: 'unknown',
    code: 'subfilter-mismatch',
    clause: 'ISO 32000-2 12.8.1',
    detail: `sub-filter ${subFilter ?? 'missing'}: ${what}`,
  };
}

/** /Type against what the dictionary holds: what later changes are permitted depends on it (12.8.2.2). */
export function typeFindings(signature: PdfSignature, type: 'signature' | 'timestamp'): Finding[] {
  if (type === 'signature' && saysTimestamp(signature)) return [mismatchFinding(signature, '/Type /DocTimeStamp')];
  if (type === 'timestamp' && saysSignature(signature)) return [mismatchFinding(signature, '/Type /Sig')];
  return [];
}
