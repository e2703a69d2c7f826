/** A seal in a signature field that the document has already: at its true size in the middle, never shrunk. */
import {
  emptySignatureFields,
  PdfDict,
  type PdfDocument,
  type PdfPage,
  type PdfRectangle,
  type SignatureAppearance,
  type SignatureWidget,
} from '@gov/pdf';
import { GovError } from '@gov/verdict';
import { type EncodedPicture, sealAppearance } from './appearance.js';
import { pageRectangle, seenRectangle } from './placement.js';
import { showsPlainly } from './recognition.js';

/**
 * What all widgets of a field show from now on. /MK /R of a widget says how a viewer would make an appearance; with one given
 * it has no say.
 *
 * @throws GovError `pdf-field-missing` where there is not exactly one empty signature field of this name, `seal-outside-page`
 *   where the field is nowhere on a page or smaller than the seal, `pdf-unfaithful` where the field would hide or distort the
 *   seal, or has several widgets of different sizes or on pages turned differently
 */
export function fieldPlace(
  doc: PdfDocument,
  fieldName: string,
  picture: EncodedPicture,
): { readonly fieldName: string; readonly appearance: SignatureAppearance } {
  const [field, second] = emptySignatureFields(doc).filter((candidate) => candidate.fieldName === fieldName);
  if (field === undefined || second !== undefined)
    throw new GovError('pdf-field-missing', 'there is not exactly one empty signature field of this name');
  const [first, ...others] = field.widgets.map((widget) => shown(doc, widget));
  if (first === undefined) throw outside('the field shows on no page');
  const appearance = appearanceIn(first, picture);
  for (const other of others) {
    if (!sameAppearance(appearance, appearanceIn(other, picture)))
      throw new GovError('pdf-unfaithful', 'the widgets of the field are not alike: one seal cannot be in each');
  }
  return { fieldName, appearance };
}

interface Shown {
  readonly page: PdfPage;
  readonly rect: PdfRectangle;
}

function shown(doc: PdfDocument, { ref, page, rect }: SignatureWidget): Shown {
  if (page === undefined || rect === undefined || rect[0] === rect[2] || rect[1] === rect[3])
    throw outside('the field shows on no page');
  const dict = doc.resolve(ref);
  if (!(dict instanceof PdfDict) || !showsPlainly(doc, dict))
    throw new GovError('pdf-unfaithful', 'the field would hide or distort a seal (/F, /OC)');
  return { page: doc.page(page), rect };
}

function appearanceIn({ page, rect }: Shown, picture: EncodedPicture): SignatureAppearance {
  const field = seenRectangle(page, rect);
  const { widthMm, heightMm } = picture;
  if (widthMm > field.widthMm + TOLERANCE_MM || heightMm > field.heightMm + TOLERANCE_MM) {
    const size = `${field.widthMm.toFixed(1)} × ${field.heightMm.toFixed(1)} mm`;
    throw outside(`a seal of ${widthMm} × ${heightMm} mm does not fit a field of ${size}; seals are never shrunk`);
  }
  const drawn = pageRectangle(page, { xMm: field.xMm, yMm: field.yMm, widthMm, heightMm });
  return sealAppearance(picture, rect, page.rotate, drawn);
}

/** Rounding in files; a seal may touch the border of its field. */
const TOLERANCE_MM = 0.01;

const sameAppearance = (a: SignatureAppearance, b: SignatureAppearance): boolean =>
  a.bbox.every((value, i) => value === b.bbox[i]) &&
  a.content.length === b.content.length &&
  a.content.every((octet, i) => octet === b.content[i]);

const outside = (what: string) => new GovError('seal-outside-page', what);
