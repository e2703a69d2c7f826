/** Stream filters (ISO 32000-2 §7.4): those needed to read a file's structure and its attachments. */
import { GovError } from '@gov/verdict';
import { Unzlib } from 'fflate';
import { malformed, overLimit } from './internal/fault.js';
import { hexDigit, isSpace } from './internal/lexer.js';
import { PdfArray, PdfDict, PdfName, type PdfObject, type PdfStream } from './object.js';
import type { PdfReading } from './reading.js';

/**
 * The content of a stream after all its filters: FlateDecode (with PNG and TIFF predictors), ASCIIHexDecode, ASCII85Decode.
 *
 * @throws GovError `algorithm-unsupported` for another filter (its bytes are in `stream.raw`), `pdf-malformed`, `pdf-limit`
 * when the content would grow past `limits.decodedBytes`.
 */
export function decodeStream(doc: PdfReading, stream: PdfStream): Uint8Array {
  return decode(stream, doc.limits.decodedBytes, (object) => doc.resolve(object));
}

/** The same for streams that are read before there is a document. */
export function decode(
  stream: PdfStream,
  bound: number,
  resolve: (object: PdfObject) => PdfObject = (object) => object,
): Uint8Array {
  const filters = listOf(resolve(stream.dict.get('Filter') ?? stream.dict.get('F') ?? null)).map(resolve);
  const parameters = listOf(resolve(stream.dict.get('DecodeParms') ?? stream.dict.get('DP') ?? null)).map(resolve);
  if (filters.length > 8) throw overLimit('filters of one stream', 8);
  return filters.reduce<Uint8Array>((bytes, filter, i) => {
    const name = filter instanceof PdfName ? filter.value : '';
    const parameter = parameters[i];
    if (name === 'FlateDecode' || name === 'Fl')
      return predict(inflate(bytes, bound), parameter instanceof PdfDict ? parameter : undefined, resolve);
    if (name === 'ASCIIHexDecode' || name === 'AHx') return asciiHex(bytes);
    if (name === 'ASCII85Decode' || name === 'A85') return ascii85(bytes, bound);
    // Decrypting is done before anything else.
    if (name === 'Crypt') return bytes;
    throw new GovError('algorithm-unsupported', `stream filter ${name === '' ? 'that is no name' : name}`);
  }, stream.raw);
}

const listOf = (object: PdfObject): readonly PdfObject[] =>
  object === null ? [] : object instanceof PdfArray ? object.items : [object];

const STEP = 16384;

/** zlib in small steps, so that a bomb is noticed long before it has gone off. */
function inflate(bytes: Uint8Array, bound: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  const unzlib = new Unzlib((part) => {
    length += part.length;
    if (length > bound) throw overLimit('bytes of a decoded stream', bound);
    parts.push(part);
  });
  try {
    for (let i = 0; i < bytes.length; i += STEP) unzlib.push(bytes.subarray(i, i + STEP), i + STEP >= bytes.length);
    if (bytes.length === 0) throw malformed('empty Flate data');
  } catch (error) {
    if (error instanceof GovError) throw error;
    throw new GovError('pdf-malformed', 'malformed Flate data', { cause: error });
  }
  if (parts.length === 1) return parts[0] as Uint8Array;
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function predict(
  bytes: Uint8Array,
  parameters: PdfDict | undefined,
  resolve: (object: PdfObject) => PdfObject,
): Uint8Array {
  const number = (key: string, fallback: number): number => {
    const value = resolve(parameters?.get(key) ?? fallback);
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 1 << 24)
      throw malformed(`/${key} of a predictor is out of range`);
    return value;
  };
  const predictor = number('Predictor', 1);
  if (predictor === 1) return bytes;
  const colors = number('Colors', 1);
  const bits = number('BitsPerComponent', 8);
  const unit = Math.max(1, (colors * bits) >> 3);
  const row = Math.ceil((colors * bits * number('Columns', 1)) / 8);
  if (predictor === 2) return tiff(bytes, bits, unit, row);
  if (predictor >= 10 && predictor <= 15) return png(bytes, unit, row);
  throw malformed(`unknown predictor ${predictor}`);
}

function tiff(bytes: Uint8Array, bits: number, unit: number, row: number): Uint8Array {
  if (bits !== 8) throw new GovError('algorithm-unsupported', `TIFF predictor with ${bits} bits per component`);
  const out = bytes.slice();
  for (let start = 0; start < out.length; start += row)
    for (let i = start + unit; i < Math.min(start + row, out.length); i++)
      out[i] = (out[i] as number) + (out[i - unit] as number);
  return out;
}

function png(bytes: Uint8Array, unit: number, row: number): Uint8Array {
  const rows = Math.ceil(bytes.length / (row + 1));
  const out = new Uint8Array(Math.max(0, bytes.length - rows));
  for (let r = 0; r < rows; r++) {
    const type = bytes[r * (row + 1)] as number;
    const from = r * (row + 1) + 1;
    const to = r * row;
    const length = Math.min(row, bytes.length - from);
    if (type > 4) throw malformed(`unknown PNG row filter ${type}`);
    for (let i = 0; i < length; i++) {
      const left = i >= unit ? (out[to + i - unit] as number) : 0;
      const up = r > 0 ? (out[to + i - row] as number) : 0;
      const corner = r > 0 && i >= unit ? (out[to + i - row - unit] as number) : 0;
      const guess =
        type === 0 ? 0 : type === 1 ? left : type === 2 ? up : type === 3 ? (left + up) >> 1 : paeth(left, up, corner);
      out[to + i] = (bytes[from + i] as number) + guess;
    }
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const p = left + up - corner;
  const dLeft = Math.abs(p - left);
  const dUp = Math.abs(p - up);
  const dCorner = Math.abs(p - corner);
  if (dLeft <= dUp && dLeft <= dCorner) return left;
  return dUp <= dCorner ? up : corner;
}

function asciiHex(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array((bytes.length + 1) >> 1);
  let digits = 0;
  for (const byte of bytes) {
    if (byte === 0x3e) break;
    if (isSpace(byte)) continue;
    const value = hexDigit(byte);
    if (value < 0) throw malformed('not a hexadecimal digit in ASCIIHex data');
    out[digits >> 1] = digits % 2 === 0 ? value << 4 : (out[digits >> 1] as number) | value;
    digits++;
  }
  return out.subarray(0, (digits + 1) >> 1);
}

function ascii85(bytes: Uint8Array, bound: number): Uint8Array {
  const zs = bytes.reduce((n, byte) => (byte === 0x7a ? n + 1 : n), 0);
  const room = 4 * Math.ceil(bytes.length / 5) + 4 * zs;
  if (room > bound) throw overLimit('bytes of a decoded stream', bound);
  const out = new Uint8Array(room);
  let length = 0;
  let group = 0;
  let count = 0;
  const flush = (kept: number): void => {
    if (group > 0xffffffff) throw malformed('ASCII85 group out of range');
    for (let i = 0; i < kept; i++) out[length++] = Math.floor(group / 256 ** (3 - i)) & 0xff;
    group = 0;
    count = 0;
  };
  for (const byte of bytes) {
    if (byte === 0x7e) break;
    if (isSpace(byte)) continue;
    if (byte === 0x7a && count === 0) {
      flush(4);
      continue;
    }
    if (byte < 0x21 || byte > 0x75) throw malformed('not an ASCII85 digit');
    group = group * 85 + byte - 0x21;
    if (++count === 5) flush(4);
  }
  if (count === 1) throw malformed('incomplete ASCII85 group');
  if (count > 1) {
    const kept = count - 1;
    for (; count < 5; count++) group = group * 85 + 84;
    flush(kept);
  }
  return out.subarray(0, length);
}
