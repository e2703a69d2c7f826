/**
 * What a seal may show over the content of a page: exactly what appearance.ts writes, dictionary by dictionary. Anything else
 * could repaint the page.
 */
import {
  decodeStream,
  PdfArray,
  PdfDict,
  type PdfDocument,
  PdfName,
  type PdfObject,
  type PdfPage,
  PdfStream,
  type SignatureWidget,
} from '@gov/pdf';
import { sameBytes } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import type { SealPicture } from '../seal.js';
import { contentText, type DrawnBox, filterOf, maskOf } from './appearance.js';
import { millimetresPerUnit, seenExtent } from './placement.js';
import { type Raster, rasterOf } from './raster.js';
import { MIN_SLICE_MM } from './ride-seam.js';

/**
 * True when the widgets of one signature show exactly this picture and nothing else: upright as seen, multiplied, at the size
 * that the seal declares; each the whole of it, in the middle of its rectangle, or a slice of its full height (骑缝章). A widget
 * without appearance shows nothing.
 */
export function showsOnlySeal(doc: PdfDocument, widgets: readonly SignatureWidget[], picture: SealPicture): boolean {
  // One image serves all widgets of a seal: it is decoded once, however many there are.
  let known: { readonly image: PdfStream; readonly same: boolean } | undefined;
  const isPicture = (image: PdfStream): boolean => {
    known ??= { image, same: sameImage(doc, image, rasterOf(picture.data)) };
    return known.same && known.image === image;
  };
  return ours(() => widgets.every((widget) => showsSeal(doc, widget, picture, isPicture)));
}

/** Keys of a widget, merged with its field or not, that leave its normal appearance as it is. */
const WIDGET_KEYS = [
  ...['Type', 'Subtype', 'Rect', 'Contents', 'P', 'NM', 'M', 'F', 'AP', 'Border', 'StructParent', 'Lang'],
  ...['H', 'MK', 'BS', 'Parent', 'FT', 'T', 'TU', 'Ff', 'V', 'DA', 'Q', 'Lock', 'SV'],
];

/** Print, ReadOnly, Locked, LockedContents (ISO 32000-2 12.5.3); the others hide an annotation, or turn or size it otherwise. */
const HARMLESS_FLAGS = 4 + 64 + 128 + 512;

/** True when a widget, whatever it shows, shows it always, and in its rectangle. */
export function showsPlainly(doc: PdfDocument, widget: PdfDict): boolean {
  return ours(() => {
    const flags = new Reader(doc, widget, ...WIDGET_KEYS).get('F') ?? 0;
    return typeof flags === 'number' && (flags & ~HARMLESS_FLAGS) === 0;
  });
}

function showsSeal(
  doc: PdfDocument,
  { ref, rect, page }: SignatureWidget,
  picture: SealPicture,
  isPicture: (image: PdfStream) => boolean,
): boolean {
  const dict = doc.resolve(ref);
  if (!(dict instanceof PdfDict) || !showsPlainly(doc, dict)) return false;
  // With an appearance no viewer makes one of /MK; without, some do.
  if (!dict.has('AP')) return !dict.has('MK');
  const normal = new Reader(doc, doc.resolve(dict.get('AP')), 'N').get('N');
  if (!(normal instanceof PdfStream) || rect === undefined || page === undefined) return false;
  const shown = doc.page(page);
  const form = drawnForm(doc, normal, shown.rotate);
  const size = { width: rect[2] - rect[0], height: rect[3] - rect[1] };
  return isPicture(form.image) && trueToSize(size, form) && isWholeOrSlice(form, shown, picture);
}

/** True when a widget multiplies one picture onto the page, whichever it is: what lies beneath can be darkened, not hidden. */
export function onlyMultiplies(doc: PdfDocument, { ref, rect, page }: SignatureWidget): boolean {
  return ours(() => {
    const dict = doc.resolve(ref);
    if (!(dict instanceof PdfDict) || !showsPlainly(doc, dict) || rect === undefined || page === undefined)
      return false;
    const normal = new Reader(doc, doc.resolve(dict.get('AP')), 'N').get('N');
    if (!(normal instanceof PdfStream)) return false;
    return trueToSize(
      { width: rect[2] - rect[0], height: rect[3] - rect[1] },
      drawnForm(doc, normal, doc.page(page).rotate),
    );
  });
}

/** What a form XObject draws, and in which box. */
interface DrawnForm {
  readonly width: number;
  readonly height: number;
  readonly drawn: DrawnBox;
  readonly image: PdfStream;
}

/**
 * A form that draws one image upright on a page turned by `rotate`, multiplied, and nothing else. Every dictionary on the way
 * may hold what is written and nothing more: a transparency group would undo the multiplication, a default colour space the
 * colours.
 */
function drawnForm(doc: PdfDocument, appearance: PdfStream, rotate: PdfPage['rotate']): DrawnForm {
  const form = new Reader(doc, appearance.dict, 'Type', 'Subtype', 'BBox', 'Resources', 'Length', 'Filter');
  const box = form.get('BBox');
  const [x, y, width, height, ...more] = box instanceof PdfArray ? box.items : [];
  if (x !== 0 || y !== 0 || typeof width !== 'number' || typeof height !== 'number' || more.length > 0)
    throw new NotOurs();
  const resources = form.inner('Resources', 'ExtGState', 'XObject');
  const state = resources.inner('ExtGState', 'GS').inner('GS', 'Type', 'BM');
  const image = resources.inner('XObject', 'Seal').get('Seal');
  if (!form.isName('Subtype', 'Form') || !state.isName('BM', 'Multiply') || !(image instanceof PdfStream))
    throw new NotOurs();
  const content = new TextDecoder('latin1').decode(decodeStream(doc, appearance));
  return { width, height, drawn: drawnBox(content, rotate), image };
}

/** Where the content draws the picture; the text is exactly the one that is written for it. */
function drawnBox(content: string, rotate: PdfPage['rotate']): DrawnBox {
  const [, matrix = ''] = /^q \/GS gs ([-0-9. ]{11,120}) cm \/Seal Do Q\n$/.exec(content) ?? [];
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = matrix.split(' ').map(Number);
  const width = Math.abs(rotate % 180 === 0 ? a : c);
  const height = Math.abs(rotate % 180 === 0 ? d : b);
  const box = {
    x: rotate === 90 || rotate === 180 ? e - width : e,
    y: rotate === 180 || rotate === 270 ? f - height : f,
    width,
    height,
  };
  if (contentText(rotate, box) !== content) throw new NotOurs();
  return box;
}

/** User space units: what is written is rounded to a tenth of this. */
const ROUNDING = 0.001;

/** Half a millimetre: what declared sizes and files are rounded by. */
const SIZE_TOLERANCE_MM = 0.5;

/** A viewer stretches the form's box to the widget's rectangle: they are of one size. */
const trueToSize = (rect: { readonly width: number; readonly height: number }, { width, height }: DrawnForm): boolean =>
  near(rect.width, width) && near(rect.height, height);

const near = (a: number, b: number): boolean => Math.abs(a - b) <= ROUNDING;

function isWholeOrSlice({ width, height, drawn }: DrawnForm, page: PdfPage, picture: SealPicture): boolean {
  const unit = millimetresPerUnit(page);
  const [across, up] = seenExtent(page.rotate, drawn.width, drawn.height);
  const isSize = (units: number, mm: number) => Math.abs(units * unit - mm) <= SIZE_TOLERANCE_MM;
  if (!isSize(across, picture.widthMm) || !isSize(up, picture.heightMm)) return false;
  const isCentred =
    near(2 * drawn.x + drawn.width, width) &&
    near(2 * drawn.y + drawn.height, height) &&
    drawn.x >= -ROUNDING &&
    drawn.y >= -ROUNDING;
  if (isCentred) return true;
  const [sliceWidth, sliceHeight] = seenExtent(page.rotate, width, height);
  const [along, above] = seenExtent(page.rotate, drawn.x, drawn.y);
  return (
    near(above, 0) &&
    near(sliceHeight, up) &&
    sliceWidth * unit >= MIN_SLICE_MM - ROUNDING &&
    along <= ROUNDING &&
    along + across >= sliceWidth - ROUNDING
  );
}

class NotOurs extends Error {}

/** Whatever cannot be read was not written by a seal of ours. */
function ours(read: () => boolean): boolean {
  try {
    return read();
  } catch (error) {
    if (isGovError(error) || error instanceof NotOurs) return false;
    throw error;
  }
}

/** A dictionary that may hold the named keys and no others, each once. */
class Reader {
  readonly #doc: PdfDocument;
  readonly #dict: PdfDict;

  constructor(doc: PdfDocument, dict: PdfObject, ...keys: readonly string[]) {
    if (!(dict instanceof PdfDict) || dict.duplicates.length > 0) throw new NotOurs();
    if ([...dict.keys()].some((key) => !keys.includes(key))) throw new NotOurs();
    this.#doc = doc;
    this.#dict = dict;
  }

  get(key: string): PdfObject {
    return this.#doc.resolve(this.#dict.get(key));
  }

  inner(key: string, ...keys: readonly string[]): Reader {
    return new Reader(this.#doc, this.get(key), ...keys);
  }

  isName(key: string, name: string): boolean {
    const value = this.get(key);
    return value instanceof PdfName && value.value === name;
  }
}

function sameImage(doc: PdfDocument, drawn: PdfStream, raster: Raster): boolean {
  const mask = doc.resolve(drawn.dict.get('SMask'));
  if (mask === null) return raster.alpha === undefined && sameSamples(doc, drawn, raster);
  if (raster.alpha === undefined || !(mask instanceof PdfStream) || mask.dict.has('SMask')) return false;
  return sameSamples(doc, drawn, raster) && sameSamples(doc, mask, maskOf(raster, raster.alpha));
}

function sameSamples(doc: PdfDocument, drawn: PdfStream, raster: Raster): boolean {
  const size = ['Width', 'Height', 'BitsPerComponent'];
  const dict = new Reader(doc, drawn.dict, 'Type', 'Subtype', ...size, 'ColorSpace', 'Filter', 'Length', 'SMask');
  return (
    dict.isName('Subtype', 'Image') &&
    dict.get('Width') === raster.width &&
    dict.get('Height') === raster.height &&
    dict.get('BitsPerComponent') === 8 &&
    dict.isName('ColorSpace', raster.colorSpace) &&
    dict.isName('Filter', filterOf(raster)) &&
    sameBytes(raster.encoding === 'jpeg' ? drawn.raw : decodeStream(doc, drawn), raster.colour)
  );
}
