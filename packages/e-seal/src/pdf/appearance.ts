/**
 * The seal's picture on the page (印章图像): one image, multiplied so that text under it stays readable. Writing it and
 * recognising it stand together, because a later seal may cover a page's content only with exactly this.
 */
import {
  decodeStream,
  PdfArray,
  PdfDict,
  type PdfDocument,
  PdfName,
  type PdfObject,
  type PdfPage,
  type PdfRectangle,
  PdfStream,
  type SignatureAppearance,
} from '@gov/pdf';
import { sameBytes } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import { zlibSync } from 'fflate';
import type { SealPicture } from '../seal.js';
import { uprightMatrix } from './placement.js';
import { type Raster, rasterOf } from './raster.js';

/** A picture as a PDF carries it, compressed: work worth doing once for many documents. */
export interface EncodedPicture {
  readonly colour: EncodedImage;
  readonly alpha?: EncodedImage;
}

interface EncodedImage {
  readonly raster: Raster;
  readonly bytes: Uint8Array;
}

/** @throws GovError `seal-picture-unsupported` for a picture that is neither PNG nor JPEG, is damaged or too large */
export function encodePicture(picture: SealPicture): EncodedPicture {
  const raster = rasterOf(picture.data);
  const colour = encoded(raster);
  return raster.alpha === undefined ? { colour } : { colour, alpha: encoded(maskOf(raster, raster.alpha)) };
}

const encoded = (raster: Raster): EncodedImage => ({
  raster,
  bytes: raster.encoding === 'samples' ? zlibSync(raster.colour, { level: 6 }) : raster.colour,
});

/** The appearance of a seal's picture in its rectangle. */
export function sealAppearance(
  { colour, alpha }: EncodedPicture,
  rect: PdfRectangle,
  rotate: PdfPage['rotate'],
): SignatureAppearance {
  const width = rect[2] - rect[0];
  const height = rect[3] - rect[1];
  return {
    bbox: [0, 0, width, height],
    content: new TextEncoder().encode(contentText(rotate, width, height)),
    resources: (update) => {
      const mask = alpha === undefined ? undefined : update.add(image(alpha));
      return PdfDict.of({
        ExtGState: PdfDict.of({ GS: PdfDict.of({ Type: new PdfName('ExtGState'), BM: new PdfName('Multiply') }) }),
        XObject: PdfDict.of({ Seal: update.add(image(colour, mask)) }),
      });
    },
  };
}

/**
 * True when an appearance stream draws exactly this picture, upright on a page turned by `rotate`, multiplied, in the whole
 * of its box, and nothing else. Every dictionary on the way may hold what `sealAppearance` writes and nothing more: a
 * transparency group would undo the multiplication, a default colour space the colours.
 */
export function drawsExactly(
  doc: PdfDocument,
  appearance: PdfStream,
  picture: SealPicture,
  rotate: PdfPage['rotate'],
): boolean {
  try {
    const form = new Reader(doc, appearance.dict, 'Type', 'Subtype', 'BBox', 'Resources', 'Length', 'Filter');
    const box = form.get('BBox');
    const [x, y, width, height] = box instanceof PdfArray ? box.items : [];
    if (x !== 0 || y !== 0 || typeof width !== 'number' || typeof height !== 'number') return false;
    const content = new TextDecoder('latin1').decode(decodeStream(doc, appearance));
    const resources = form.inner('Resources', 'ExtGState', 'XObject');
    const state = resources.inner('ExtGState', 'GS').inner('GS', 'Type', 'BM');
    const drawn = resources.inner('XObject', 'Seal').get('Seal');
    return (
      form.isName('Subtype', 'Form') &&
      contentText(rotate, width, height) === content &&
      state.isName('BM', 'Multiply') &&
      drawn instanceof PdfStream &&
      sameImage(doc, drawn, rasterOf(picture.data))
    );
  } catch (error) {
    // Whatever cannot be read was not drawn by a seal of ours.
    if (isGovError(error) || error instanceof NotOurs) return false;
    throw error;
  }
}

class NotOurs extends Error {}

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

const contentText = (rotate: PdfPage['rotate'], width: number, height: number): string =>
  `q /GS gs ${uprightMatrix(rotate, width, height).map(number).join(' ')} cm /Seal Do Q\n`;

/** No exponents, no negative zero. */
const number = (value: number): string => String(Math.round(value * 10_000) / 10_000 + 0);

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

const maskOf = (raster: Raster, alpha: Uint8Array): Raster => ({
  width: raster.width,
  height: raster.height,
  colorSpace: 'DeviceGray',
  colour: alpha,
  encoding: 'samples',
});

const filterOf = ({ encoding }: Raster): string => (encoding === 'samples' ? 'FlateDecode' : 'DCTDecode');

function image({ raster, bytes }: EncodedImage, mask?: PdfObject): PdfStream {
  return new PdfStream(
    PdfDict.of({
      Type: new PdfName('XObject'),
      Subtype: new PdfName('Image'),
      Width: raster.width,
      Height: raster.height,
      ColorSpace: new PdfName(raster.colorSpace),
      BitsPerComponent: 8,
      Filter: new PdfName(filterOf(raster)),
      SMask: mask,
    }),
    bytes,
  );
}
