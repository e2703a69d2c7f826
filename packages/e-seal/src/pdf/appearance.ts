/**
 * The seal's picture on the page (印章图像): one image, multiplied so that text under it stays readable. recognition.ts knows
 * exactly this and nothing more: change both.
 */
import {
  PdfDict,
  PdfName,
  type PdfObject,
  type PdfPage,
  type PdfRectangle,
  PdfStream,
  type PdfUpdate,
  type SignatureAppearance,
} from '@gov/pdf';
import { zlibSync } from 'fflate';
import type { SealPicture } from '../seal.js';
import { round, uprightMatrix } from './placement.js';
import { type Raster, rasterOf } from './raster.js';

/** A picture as a PDF carries it, compressed: work worth doing once for many documents. */
export interface EncodedPicture {
  /** Millimetres. */
  readonly widthMm: number;
  readonly heightMm: number;
  /** /Resources that draw it; however many widgets show it, a document gets it once. */
  readonly resources: (file: PictureTarget) => PdfDict;
}

/** What a picture is put into: an update, or a new file. */
export type PictureTarget = Pick<PdfUpdate, 'add'>;

interface EncodedImage {
  readonly raster: Raster;
  readonly bytes: Uint8Array;
}

/** @throws GovError `seal-picture-unsupported` for a picture that is neither PNG nor JPEG, is damaged or too large */
export function encodePicture(picture: SealPicture): EncodedPicture {
  const raster = rasterOf(picture.data);
  const colour = encoded(raster);
  const alpha = raster.alpha === undefined ? undefined : encoded(maskOf(raster, raster.alpha));
  const known = new WeakMap<PictureTarget, PdfDict>();
  const resources = (file: PictureTarget): PdfDict => {
    const already = known.get(file);
    if (already !== undefined) return already;
    const mask = alpha === undefined ? undefined : file.add(image(alpha));
    const made = PdfDict.of({
      ExtGState: PdfDict.of({ GS: PdfDict.of({ Type: new PdfName('ExtGState'), BM: new PdfName('Multiply') }) }),
      XObject: PdfDict.of({ Seal: file.add(image(colour, mask)) }),
    });
    known.set(file, made);
    return made;
  };
  return { widthMm: picture.widthMm, heightMm: picture.heightMm, resources };
}

const encoded = (raster: Raster): EncodedImage => ({
  raster,
  bytes: raster.encoding === 'samples' ? zlibSync(raster.colour, { level: 6 }) : raster.colour,
});

/**
 * The picture upright, as seen, in the rectangle `drawn`, shown by a widget in the rectangle `rect`: the same one for a whole
 * seal, a larger one for a seal in the middle of a field, a narrower one for a slice.
 */
export function sealAppearance(
  { resources }: EncodedPicture,
  rect: PdfRectangle,
  rotate: PdfPage['rotate'],
  drawn: PdfRectangle = rect,
): SignatureAppearance {
  const picture = {
    x: drawn[0] - rect[0],
    y: drawn[1] - rect[1],
    width: drawn[2] - drawn[0],
    height: drawn[3] - drawn[1],
  };
  return {
    bbox: [0, 0, round(rect[2] - rect[0]), round(rect[3] - rect[1])],
    content: new TextEncoder().encode(contentText(rotate, picture)),
    resources,
  };
}

/** Where a picture is drawn, in the units of its form. */
export interface DrawnBox {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const contentText = (rotate: PdfPage['rotate'], { x, y, width, height }: DrawnBox): string => {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = uprightMatrix(rotate, width, height);
  return `q /GS gs ${[a, b, c, d, x + e, y + f].map(number).join(' ')} cm /Seal Do Q\n`;
};

/** No exponents, no negative zero. */
const number = (value: number): string => String(round(value) + 0);

/** The alpha of a picture as an image of its own. */
export const maskOf = (raster: Raster, alpha: Uint8Array): Raster => ({
  width: raster.width,
  height: raster.height,
  colorSpace: 'DeviceGray',
  colour: alpha,
  encoding: 'samples',
});

export const filterOf = ({ encoding }: Raster): string => (encoding === 'samples' ? 'FlateDecode' : 'DCTDecode');

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
