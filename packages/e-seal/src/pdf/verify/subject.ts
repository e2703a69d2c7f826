/** What reports on PDFs and their signatures are about. */
import { type FieldLock, fieldLocksOf, type PdfDocument, type PdfRectangle, permissionOf } from '@gov/pdf';
import type { SesSignatureSubject } from '../../verify.js';
import type { PadesLevel } from '../sign-options.js';
import type { Judged, PdfSignatureType } from './judged.js';

/** What a report on a PDF is about. */
export interface PdfSubject {
  readonly kind: 'pdf';
  readonly bytes: number;
  readonly pages: number;
  readonly revisions: number;
}

/** What a report on one signature of a PDF is about. Instants are RFC 3339. */
export interface PdfSignatureSubject {
  readonly kind: 'pdf-signature';
  readonly type: PdfSignatureType;
  readonly field: string;
  readonly filter?: string;
  readonly subFilter?: string;
  /** What it signed ends with this revision, counted from 1; absent where no revision ends with the signed bytes. */
  readonly revision?: number;
  /** Pages it shows on, counted from 1, in their order, each once. */
  readonly pages: readonly number[];
  /** Where it shows on them, in default user space. */
  readonly places: readonly { readonly page: number; readonly rect?: PdfRectangle }[];
  /** Of CMS signatures: the evidence they have, in the words of PAdES. */
  readonly level?: PadesLevel;
  /** Subject of the signer's certificate; of a timestamp, the authority's. */
  readonly signer?: string;
  readonly digestAlgorithm?: string;
  /**
   * A signer's own time is a claim until a timestamp proves it: then `value` is when the signature existed at the latest, and
   * `claimed` what the signer says.
   */
  readonly signingTime?: { readonly value: string; readonly basis: 'claimed' | 'proved'; readonly claimed?: string };
  /** The signature certifies the document (DocMDP): 1 nothing may change, 2 forms and signatures, 3 annotations too. */
  readonly certification?: 1 | 2 | 3;
  /** Fields that the signature locks (FieldMDP). */
  readonly locks?: readonly FieldLock[];
  /** Absent where /Contents is no seal signature. */
  readonly seal?: SesSignatureSubject;
}

export function signatureSubject(doc: PdfDocument, judged: Judged): PdfSignatureSubject {
  const { signature, type, level, signerName: signer, digestAlgorithm, seal } = judged;
  const { fieldName, filter, subFilter, revisionIndex, widgets, dict } = signature;
  const places = widgets.flatMap(({ page, rect }) =>
    page === undefined ? [] : [{ page, ...(rect === undefined ? {} : { rect }) }],
  );
  const certification = permissionOf(doc, dict);
  const locks = fieldLocksOf(doc, dict);
  const signingTime = timeOf(judged);
  return {
    kind: 'pdf-signature',
    type,
    field: fieldName,
    ...(filter === undefined ? {} : { filter }),
    ...(subFilter === undefined ? {} : { subFilter }),
    ...(revisionIndex === undefined ? {} : { revision: revisionIndex + 1 }),
    pages: [...new Set(places.map(({ page }) => page))].sort((a, b) => a - b),
    places,
    ...(level === undefined ? {} : { level }),
    ...(signer === undefined ? {} : { signer }),
    ...(digestAlgorithm === undefined ? {} : { digestAlgorithm }),
    ...(signingTime === undefined ? {} : { signingTime }),
    ...(certification === undefined ? {} : { certification }),
    ...(locks.length === 0 ? {} : { locks }),
    ...(seal === undefined ? {} : { seal }),
  };
}

function timeOf({ time, claimed }: Judged): PdfSignatureSubject['signingTime'] {
  if (time === undefined) return undefined;
  const said = time.basis === 'proved' && claimed !== undefined ? { claimed: claimed.toISOString() } : {};
  return { value: time.value.toISOString(), basis: time.basis, ...said };
}
