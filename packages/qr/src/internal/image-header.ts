import { GovError } from '@gov/verdict';
import { Unzlib } from 'fflate';

interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/** Limits of the file structure, beside those that a caller sets. */
export const IMAGE_LIMITS = {
  /** Scans of a progressive JPEG: each one costs a pass over all pixels, and cameras write about ten. */
  jpegScans: 64,
  /** PNG pixel data that may inflate beyond this many bytes is inflated once for its length alone, before any decoder. */
  pngUnchecked: 134_217_728,
} as const;

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** Samples per pixel by PNG colour type (ISO/IEC 15948 11.2.2). */
const PNG_SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** What deflate reaches at most: 258 bytes from two bits. */
const DEFLATE_RATIO = 1032;
const SLICE = 16_384;

export const isPng = (bytes: Uint8Array): boolean => PNG_SIGNATURE.every((byte, index) => bytes[index] === byte);

/**
 * Reads width and height out of a PNG or JPEG without decoding it.
 *
 * @throws GovError `image-malformed`
 */
export function imageSize(bytes: Uint8Array): ImageSize {
  if (isPng(bytes)) return pngSize(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return jpegSize(bytes);
  throw malformed('neither PNG nor JPEG');
}

/**
 * Refuses a PNG whose pixel data is longer than its header says: decoders allocate as they inflate.
 *
 * @throws GovError `image-malformed`
 */
export function checkInflatedSize(bytes: Uint8Array, { width, height }: ImageSize): void {
  if (bytes[0] !== PNG_SIGNATURE[0] || bytes.length * DEFLATE_RATIO <= IMAGE_LIMITS.pngUnchecked) return;
  const bitsPerPixel = bytes[24]! * (PNG_SAMPLES[bytes[25]!] ?? 4);
  // Interlacing adds filter bytes and padding, less than as much again.
  const most = 2 * height * (1 + Math.ceil((width * bitsPerPixel) / 8));
  let inflated = 0;
  const stream = new Unzlib((part) => {
    inflated += part.length;
    if (inflated > most) throw malformed('more pixel data than its header says');
  });
  for (const { type, start, end } of pngChunks(bytes)) {
    if (type !== 'IDAT') continue;
    for (let from = start; from < end; from += SLICE) {
      try {
        stream.push(bytes.subarray(from, Math.min(from + SLICE, end)));
      } catch (cause) {
        if (cause instanceof GovError) throw cause;
        throw malformed('pixel data that does not inflate', cause);
      }
    }
  }
}

function pngSize(bytes: Uint8Array): ImageSize {
  let size: ImageSize | undefined;
  for (const { type, start, end } of pngChunks(bytes)) {
    // Apple's variant carries raw deflate, which the length check would read differently than a decoder.
    if (type === 'CgBI') throw malformed('CgBI variant of PNG');
    if ((type === 'IHDR') !== (size === undefined)) throw malformed('IHDR is not first, or there are two');
    if (type !== 'IHDR') continue;
    if (end - start !== 13) throw malformed('IHDR of a wrong length');
    size = { width: uint32(bytes, start), height: uint32(bytes, start + 4) };
  }
  if (size === undefined) throw malformed('no IHDR');
  return size;
}

/** Chunks up to IEND; each lies inside the file. */
function* pngChunks(bytes: Uint8Array): Generator<{ type: string; start: number; end: number }> {
  for (let offset = PNG_SIGNATURE.length; ; ) {
    if (offset + 12 > bytes.length) throw malformed('truncated');
    const start = offset + 8;
    const end = start + uint32(bytes, offset);
    if (end + 4 > bytes.length) throw malformed('a chunk beyond the end');
    const type = String.fromCharCode(...bytes.subarray(offset + 4, start));
    yield { type, start, end };
    if (type === 'IEND') return;
    offset = end + 4;
  }
}

/** The first frame header (SOFn, ITU-T T.81 B.2.2), reached over whole segments so that no thumbnail is taken for it. */
function jpegSize(bytes: Uint8Array): ImageSize {
  let scans = 0;
  for (let i = 2; i + 1 < bytes.length; i++) {
    // Inside coded data 0xFF is followed by 0, so that this counts too many scans at most.
    if (bytes[i] === 0xff && bytes[i + 1] === 0xda) scans++;
  }
  if (scans > IMAGE_LIMITS.jpegScans) throw malformed(`more than ${IMAGE_LIMITS.jpegScans} scans`);
  for (let offset = 2; ; ) {
    if (bytes[offset] !== 0xff) throw malformed('a segment without a marker');
    while (bytes[offset] === 0xff) offset++;
    const marker = bytes[offset];
    if (marker === undefined || offset + 8 > bytes.length) throw malformed('truncated');
    // SOFn are C0 to CF but for DHT C4, JPG C8 and DAC CC; before them come tables and application segments only.
    if (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      return { height: uint16(bytes, offset + 4), width: uint16(bytes, offset + 6) };
    }
    if (marker < 0xc0 || (marker >= 0xd0 && marker <= 0xda)) throw malformed('no frame header before the scan');
    offset += 1 + uint16(bytes, offset + 1);
  }
}

const uint16 = (bytes: Uint8Array, offset: number): number => (bytes[offset]! << 8) | bytes[offset + 1]!;

const uint32 = (bytes: Uint8Array, offset: number): number =>
  uint16(bytes, offset) * 0x1_0000 + uint16(bytes, offset + 2);

const malformed = (why: string, cause?: unknown): GovError =>
  new GovError('image-malformed', `picture: ${why}`, cause === undefined ? {} : { cause });
