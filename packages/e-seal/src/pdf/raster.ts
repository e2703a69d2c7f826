/** The pixels of a seal's picture (印章图像), measured before anything is decoded: the picture may be a stranger's. */
import { GovError } from '@gov/verdict';
import { convertIndexedToRgb, type DecodedPng, decode } from 'fast-png';
import { Unzlib } from 'fflate';
import { pictureType } from '../seal.js';

/** Pixels of a picture. 50 mm at 1200 dpi are 5.6 million. */
export const PICTURE_MAX_PIXELS = 16_000_000;

export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly colorSpace: 'DeviceRGB' | 'DeviceGray';
  /** Samples, or the JPEG file itself. */
  readonly colour: Uint8Array;
  readonly encoding: 'samples' | 'jpeg';
  /** One octet a pixel; absent where every pixel is opaque. */
  readonly alpha?: Uint8Array;
}

/** @throws GovError `seal-picture-unsupported` for a picture that is neither PNG nor JPEG, is damaged or too large */
export function rasterOf(data: Uint8Array): Raster {
  switch (pictureType(data)) {
    case 'png':
      return pngRaster(data);
    case 'jpg':
      return jpegRaster(data);
    default:
      throw unsupported('neither PNG nor JPEG');
  }
}

/** PNG colour types (ISO/IEC 15948 11.2.2) and their samples per pixel. */
const PNG_SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
const PALETTE = 3;

interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
}

function pngRaster(file: Uint8Array): Raster {
  const header = pngHeader(file);
  const { png, data } = decodePng(drawnParts(file, header), header);
  const { width, height, depth, palette } = png;
  const channels = palette === undefined ? png.channels : (palette[0]?.length ?? 3);
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

function pngHeader(file: Uint8Array): PngHeader {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (file.length < 33 || view.getUint32(8) !== 13 || chunkType(file, 12) !== 'IHDR') throw unsupported('damaged PNG');
  const header = {
    width: view.getUint32(16),
    height: view.getUint32(20),
    depth: file[24]!,
    colourType: file[25]!,
    interlaced: file[28] !== 0,
  };
  checkPixels(header.width, header.height);
  if (header.depth < 8 && header.colourType !== PALETTE) {
    throw unsupported('PNG of less than 8 bits a sample; convert it to RGBA');
  }
  return header;
}

/**
 * The file with nothing but what draws: profiles and texts inflate without bound in decoders, and a second header or more
 * pixels than the first one says would be a bomb.
 */
function drawnParts(file: Uint8Array, header: PngHeader): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const parts = [file.subarray(0, 33)];
  const expected = inflatedSize(header);
  let inflated = 0;
  const stream = new Unzlib((part) => {
    inflated += part.length;
    if (inflated > expected) throw unsupported('PNG with more pixels than its header says');
  });
  for (let at = 33, type = ''; type !== 'IEND'; ) {
    const end = at + 12 <= file.length ? at + 12 + view.getUint32(at) : Number.POSITIVE_INFINITY;
    if (end > file.length) throw unsupported('PNG cut short');
    type = chunkType(file, at + 4);
    if (type === 'IDAT') inflateInSteps(stream, file.subarray(at + 8, end - 4));
    if (type === 'tRNS' && header.colourType !== PALETTE) {
      throw unsupported('PNG with a colour key; convert it to RGBA');
    }
    if (type === 'IDAT' || type === 'IEND' || (header.colourType === PALETTE && (type === 'PLTE' || type === 'tRNS'))) {
      parts.push(file.subarray(at, end));
    } else if (type !== 'PLTE' && type.charCodeAt(0) < 0x60) {
      throw unsupported('PNG with a second header or an unknown critical chunk');
    }
    at = end;
  }
  if (inflated !== expected) throw unsupported('PNG with fewer pixels than its header says');
  const drawn = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    drawn.set(part, at);
    at += part.length;
  }
  return drawn;
}

const chunkType = (file: Uint8Array, at: number): string => String.fromCharCode(...file.subarray(at, at + 4));

/** So that a bomb is noticed long before it has gone off. */
const STEP = 16_384;

function inflateInSteps(stream: Unzlib, data: Uint8Array): void {
  try {
    for (let at = 0; at < data.length; at += STEP) stream.push(data.subarray(at, at + STEP));
  } catch (cause) {
    throw cause instanceof GovError ? cause : unsupported('damaged PNG', cause);
  }
}

/** First column and row of each pass of Adam7, and the steps between (ISO/IEC 15948 8.2). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/** Octets of all scanlines with their filter octets. */
function inflatedSize({ width, height, depth, colourType, interlaced }: PngHeader): number {
  const bits = depth * (PNG_SAMPLES[colourType] ?? 0);
  const pass = (columns: number, rows: number) => (columns > 0 ? rows * (1 + Math.ceil((columns * bits) / 8)) : 0);
  if (!interlaced) return pass(width, height);
  return ADAM7.reduce(
    (sum, [x, y, dx, dy]) => sum + pass(Math.ceil((width - x) / dx), Math.max(0, Math.ceil((height - y) / dy))),
    0,
  );
}

function decodePng(file: Uint8Array, header: PngHeader): { png: DecodedPng; data: DecodedPng['data'] } {
  try {
    const png = decode(file, { checkCrc: true });
    return { png, data: header.colourType === PALETTE ? convertIndexedToRgb(png) : png.data };
  } catch (cause) {
    throw unsupported('damaged PNG', cause);
  }
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
