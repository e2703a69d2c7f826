/**
 * The seal's picture on the page (印章图像): one image, multiplied so that text under it stays readable. Writing it and
 * recognising it stand together, because a later seal may cover a page's content only with exactly this.
 */
import {
  type PdfDict as Dict,
  decodeStream,
  PdfArray,
  PdfDict,
  type PdfDocument,
  PdfName,
  type PdfPage,
  type PdfRectangle,
  PdfStream,
  type SignatureAppearance,
} from '@gov/pdf';
import { GovError } from '@gov/verdict';
import { convertIndexedToRgb, decode } from 'fast-png';
import { zlibSync } from 'fflate';
import { pictureType, type SealPicture } from '../seal.js';
import { uprightMatrix } from './placement.js';

/** Pixels of a picture. 50 mm at 1200 dpi are 5.6 million. */
export const PICTURE_MAX_PIXELS = 16_000_000;

interface Raster {
  readonly width: number;
  readonly height: number;
  readonly colorSpace: 'DeviceRGB' | 'DeviceGray';
  /** Samples, or the JPEG file itself. */
  readonly colour: Uint8Array;
  readonly encoding: 'samples' | 'jpeg';
  /** One octet a pixel; absent where every pixel is opaque. */
  readonly alpha?: Uint8Array;
}

/**
 * The appearance of a seal in its rectangle.
 *
 * @throws GovError `seal-picture-unsupported` for a picture that is neither PNG nor JPEG, is damaged or too large
 */
export function sealAppearance(
  picture: SealPicture,
  rect: PdfRectangle,
  rotate: PdfPage['rotate'],
): SignatureAppearance {
  const width = rect[2] - rect[0];
  const height = rect[3] - rect[1];
  const raster = rasterOf(picture.data);
  return {
    bbox: [0, 0, width, height],
    content: new TextEncoder().encode(contentText(rotate, width, height)),
    resources: (update) => {
      const mask =
        raster.alpha === undefined
          ? undefined
          : update.add(image({ ...raster, colorSpace: 'DeviceGray', colour: raster.alpha, encoding: 'samples' }));
      return PdfDict.of({
        ExtGState: PdfDict.of({ GS: PdfDict.of({ Type: new PdfName('ExtGState'), BM: new PdfName('Multiply') }) }),
        XObject: PdfDict.of({ Seal: update.add(image(raster, mask)) }),
      });
    },
  };
}

/**
 * True when an appearance stream draws exactly this picture, multiplied, in the whole of its box, and nothing else.
 */
export function drawsExactly(doc: PdfDocument, appearance: PdfStream, picture: SealPicture): boolean {
  try {
    const content = new TextDecoder('latin1').decode(decodeStream(doc, appearance));
    const box = doc.resolve(appearance.dict.get('BBox'));
    if (!(box instanceof PdfArray) || appearance.dict.has('Matrix')) return false;
    const [x, y, width, height] = box.items;
    if (x !== 0 || y !== 0 || typeof width !== 'number' || typeof height !== 'number') return false;
    const rotations = [0, 90, 180, 270] as const;
    if (!rotations.some((rotate) => contentText(rotate, width, height) === content)) return false;
    const resources = dictionary(doc, appearance.dict.get('Resources'));
    const state = dictionary(doc, dictionary(doc, resources.get('ExtGState')).get('GS'));
    const blend = doc.resolve(state.get('BM'));
    if (!(blend instanceof PdfName) || blend.value !== 'Multiply') return false;
    if ([...state.keys()].some((key) => key !== 'Type' && key !== 'BM')) return false;
    const drawn = doc.resolve(dictionary(doc, resources.get('XObject')).get('Seal'));
    return drawn instanceof PdfStream && sameImage(doc, drawn, rasterOf(picture.data));
  } catch (error) {
    // Whatever cannot be read was not drawn by a seal of ours.
    if (error instanceof GovError) return false;
    throw error;
  }
}

const contentText = (rotate: PdfPage['rotate'], width: number, height: number): string =>
  `q /GS gs ${uprightMatrix(rotate, width, height).map(number).join(' ')} cm /Seal Do Q\n`;

/** No exponents, no negative zero. */
const number = (value: number): string => String(Math.round(value * 10_000) / 10_000 + 0);

function sameImage(doc: PdfDocument, drawn: PdfStream, raster: Raster): boolean {
  const { dict } = drawn;
  const mask = doc.resolve(dict.get('SMask'));
  if (mask instanceof PdfStream !== (raster.alpha !== undefined)) return false;
  const plain = ['Mask', 'Decode', 'ImageMask', 'Matte', 'Alternates', 'OPI', 'OC'].every(
    (key) => !dict.has(key) && !(mask instanceof PdfStream && mask.dict.has(key)),
  );
  const samples = raster.encoding === 'jpeg' ? drawn.raw : decodeStream(doc, drawn);
  return (
    plain &&
    sameShape(doc, dict, raster, raster.colorSpace) &&
    sameBytes(samples, raster.colour) &&
    (!(mask instanceof PdfStream) ||
      (sameShape(doc, mask.dict, raster, 'DeviceGray') && sameBytes(decodeStream(doc, mask), raster.alpha!)))
  );
}

function sameShape(doc: PdfDocument, dict: Dict, raster: Raster, colorSpace: string): boolean {
  const space = doc.resolve(dict.get('ColorSpace'));
  return (
    doc.resolve(dict.get('Width')) === raster.width &&
    doc.resolve(dict.get('Height')) === raster.height &&
    doc.resolve(dict.get('BitsPerComponent')) === 8 &&
    space instanceof PdfName &&
    space.value === colorSpace
  );
}

function dictionary(doc: PdfDocument, object: Parameters<PdfDocument['resolve']>[0]): Dict {
  const value = doc.resolve(object);
  return value instanceof PdfDict ? value : PdfDict.of({});
}

function image(raster: Raster, mask?: Parameters<PdfDocument['resolve']>[0]): PdfStream {
  const samples = raster.encoding === 'samples';
  return new PdfStream(
    PdfDict.of({
      Type: new PdfName('XObject'),
      Subtype: new PdfName('Image'),
      Width: raster.width,
      Height: raster.height,
      ColorSpace: new PdfName(raster.colorSpace),
      BitsPerComponent: 8,
      Filter: new PdfName(samples ? 'FlateDecode' : 'DCTDecode'),
      SMask: mask,
    }),
    samples ? zlibSync(raster.colour, { level: 6 }) : raster.colour,
  );
}

function rasterOf(data: Uint8Array): Raster {
  switch (pictureType(data)) {
    case 'png':
      return pngRaster(data);
    case 'jpg':
      return jpegRaster(data);
    default:
      throw unsupported('neither PNG nor JPEG');
  }
}

function pngRaster(file: Uint8Array): Raster {
  if (file.length < 33) throw unsupported('PNG cut short');
  // IHDR comes first, so that the size is known before anything is inflated.
  const header = new DataView(file.buffer, file.byteOffset, file.length);
  checkPixels(header.getUint32(16), header.getUint32(20));
  let png: ReturnType<typeof decode>;
  try {
    png = decode(file, { checkCrc: true });
  } catch (cause) {
    throw unsupported('damaged PNG', cause);
  }
  const { width, height, depth, palette } = png;
  if (palette === undefined && (depth < 8 || png.transparency !== undefined)) {
    throw unsupported('PNG of less than 8 bits a sample, or with a colour key; convert it to RGBA');
  }
  const channels = palette === undefined ? png.channels : (palette[0]?.length ?? 3);
  const data = palette === undefined ? png.data : convertIndexedToRgb(png);
  const shift = depth === 16 ? 8 : 0;
  const colours = channels < 3 ? 1 : 3;
  const pixels = width * height;
  const colour = new Uint8Array(pixels * colours);
  const alpha = new Uint8Array(pixels).fill(255);
  for (let pixel = 0, at = 0; pixel < pixels; pixel++, at += channels) {
    for (let c = 0; c < colours; c++) colour[pixel * colours + c] = data[at + c]! >> shift;
    if (channels !== colours) alpha[pixel] = data[at + channels - 1]! >> shift;
  }
  const opaque = alpha.every((value) => value === 255);
  return {
    width,
    height,
    colorSpace: colours === 1 ? 'DeviceGray' : 'DeviceRGB',
    colour,
    encoding: 'samples',
    ...(opaque ? {} : { alpha }),
  };
}

/** Size and components from the first start-of-frame segment; the file itself goes into the PDF unchanged. */
function jpegRaster(data: Uint8Array): Raster {
  for (let at = 2; at + 9 < data.length && data[at] === 0xff; ) {
    const marker = data[at + 1]!;
    const length = data[at + 2]! * 256 + data[at + 3]!;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
    if (isFrame) {
      const height = data[at + 5]! * 256 + data[at + 6]!;
      const width = data[at + 7]! * 256 + data[at + 8]!;
      const colorSpace = ({ 1: 'DeviceGray', 3: 'DeviceRGB' } as const)[data[at + 9]!];
      if (colorSpace === undefined || data[at + 4] !== 8) throw unsupported('JPEG that is neither grey nor RGB');
      checkPixels(width, height);
      return { width, height, colorSpace, colour: data, encoding: 'jpeg' };
    }
    at += 2 + length;
  }
  throw unsupported('damaged JPEG');
}

function checkPixels(width: number, height: number): void {
  if (width === 0 || height === 0 || width * height > PICTURE_MAX_PIXELS) {
    throw unsupported(`${width} × ${height} pixels, at most ${PICTURE_MAX_PIXELS}`);
  }
}

const unsupported = (what: string, cause?: unknown) =>
  new GovError('seal-picture-unsupported', `seal picture: ${what}`, { cause });

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}
