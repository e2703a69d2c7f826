/**
 * `@gov/qr/read`: finds and reads QR codes in a PNG or JPEG.
 *
 * @example
 * import { qrCode, qrPng } from '@gov/qr/draw';
 * import { readQr } from '@gov/qr/read';
 *
 * await readQr(qrPng(qrCode('EL1:NCFOXN'))); // ['EL1:NCFOXN']
 *
 * @packageDocumentation
 */

import { GovError } from '@gov/verdict';
import { type PrepareZXingModuleOptions, prepareZXingModule, purgeZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { instantiatePackaged } from '#backend';
import { enlargedPng } from './internal/enlarge.js';
import { checkInflatedSize, imageSize, isPng } from './internal/image-header.js';

export interface ReadLimits {
  /** Bytes of the file. */
  readonly bytes: number;
  /** Width times height. */
  readonly pixels: number;
  /** Width and height, each. */
  readonly side: number;
  /** Codes looked for, at most 255; further ones are left unread. */
  readonly codes: number;
  /** Width times height of a PNG that is looked at once more, twice as large, where nothing is found in it; 0: none is. */
  readonly enlargedPixels: number;
}

/** What `readQr` takes unless told otherwise: A4 at 600 dpi fits; screenshots are enlarged, scans are not. */
export const READ_LIMITS: ReadLimits = {
  bytes: 16_777_216,
  pixels: 40_000_000,
  side: 16_384,
  codes: 32,
  enlargedPixels: 2_000_000,
};

export interface ReadQrOptions {
  readonly limits?: Partial<ReadLimits>;
  /**
   * `zxing_reader.wasm` of the installed zxing-wasm version. On Node it is read from that package unless given;
   * elsewhere the caller has to pass it, the same array each time: it is compiled once for each.
   */
  readonly wasm?: Uint8Array;
}

/**
 * Reads every QR code (model 2) in a picture, upright, rotated, mirrored or inverted. No code found: an empty array. A module
 * should have two pixels; in a PNG it may have 1.6 wherever they fall, in a JPEG it then depends on how they do.
 *
 * @param image a PNG or JPEG
 * @throws GovError `image-malformed`; `input-too-large` beyond the limits, judged from the header before anything is
 * decoded; `backend-unavailable` when the decoder is neither passed nor installed.
 */
export async function readQr(image: Uint8Array, { limits, wasm }: ReadQrOptions = {}): Promise<string[]> {
  const { bytes, pixels, side, codes, enlargedPixels } = { ...READ_LIMITS, ...limits };
  if (image.length > bytes) {
    throw new GovError('input-too-large', `picture of ${image.length} bytes; at most ${bytes} are read`);
  }
  const size = imageSize(image);
  const { width, height } = size;
  if (width > side || height > side || width * height > pixels) {
    throw new GovError(
      'input-too-large',
      `picture of ${width} × ${height} pixels; at most ${pixels}, ${side} per side`,
    );
  }
  if (width === 0 || height === 0) throw new GovError('image-malformed', 'picture: without pixels');
  checkInflatedSize(image, size);
  const texts = await scan(image, codes, wasm);
  if (texts.length > 0 || !isPng(image) || width * height > enlargedPixels) return texts;
  const enlarged = enlargedPng(image);
  return enlarged === undefined ? texts : scan(enlarged as ImageData, codes, wasm);
}

/**
 * zxing-wasm keeps one instance per process by itself, and would fetch its wasm from a public server if it had none. Each
 * call therefore states its source first and reads in the same turn, so that no other user of the library can come in
 * between; an equal source keeps the instance, which is all the caching there is.
 */
async function scan(image: Uint8Array | ImageData, codes: number, wasm: Uint8Array | undefined): Promise<string[]> {
  const overrides = wasm === undefined ? { instantiateWasm: instantiatePackaged } : { wasmBinary: wasm };
  const options = { overrides, fireImmediately: true } as PrepareZXingModuleOptions & { fireImmediately: true };
  const [loaded, read] = await Promise.allSettled([
    prepareZXingModule(options),
    readBarcodes(image, { formats: ['QRCodeModel2'], textMode: 'Plain', maxNumberOfSymbols: codes }),
  ]);
  if (loaded.status === 'rejected') {
    purgeZXingModule();
    if (loaded.reason instanceof GovError) throw loaded.reason;
    throw new GovError('backend-unavailable', 'zxing_reader.wasm cannot be started', { cause: loaded.reason });
  }
  if (read.status === 'rejected') {
    // After a trap the instance's memory is in an unknown state: the next call starts a new one.
    purgeZXingModule();
    throw new GovError('image-malformed', 'picture: the decoder gave up', { cause: read.reason });
  }
  const broken = read.value.find((code) => !code.isValid);
  if (broken !== undefined) throw new GovError('image-malformed', `picture: ${broken.error}`);
  return read.value.map((code) => code.text);
}
