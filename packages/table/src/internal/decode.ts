/** Text of unknown encoding, as a stream (编码识别). Bytes that are no character become U+FFFD, which is named where it stands. */

import { GovError } from '@gov/verdict';
import type { TableEncoding } from '../row.js';
import { concat } from './source.js';

/** How much is looked at to tell UTF-8 from GB18030, from the first byte on that is not ASCII. */
const WINDOW = 1_048_576;

/**
 * Decodes piece by piece. Until a byte comes that is not ASCII nothing need be decided; from there a window is looked at as a
 * whole, so that two characters of GBK that happen to be UTF-8 (联通) do not decide over a file.
 *
 * @throws GovError `table-unsupported` for UTF-16 without a byte order mark, and where the runtime knows no GB18030
 */
export async function* decodeText(
  chunks: AsyncIterable<Uint8Array>,
  given: TableEncoding | undefined,
  onEncoding: (encoding: TableEncoding) => void,
): AsyncGenerator<string> {
  let decoder: TextDecoder | undefined;
  let waiting: Uint8Array[] = [];
  let waitingSize = 0;
  let begun = false;
  const decide = (end: boolean): string => {
    const window = concat(waiting);
    waiting = [];
    waitingSize = 0;
    const marked = begun ? undefined : byteOrderMark(window);
    if (!begun && marked === undefined && given === undefined && manyZeros(window))
      throw new GovError('table-unsupported', 'UTF-16 without a byte order mark, or no text at all');
    begun = true;
    const encoding = marked ?? given ?? (isAscii(window) ? undefined : guess(window, end));
    if (encoding === undefined) return ascii(window);
    onEncoding(encoding);
    decoder = decoderOf(encoding);
    return decoder.decode(window, { stream: true });
  };
  for await (const chunk of chunks) {
    if (decoder !== undefined) {
      yield decoder.decode(chunk, { stream: true });
    } else if (begun && waitingSize === 0 && isAscii(chunk)) {
      yield ascii(chunk);
    } else {
      waiting.push(chunk);
      waitingSize += chunk.length;
      if (waitingSize >= WINDOW) yield decide(false);
    }
  }
  if (decoder === undefined) yield decide(true);
  if (decoder !== undefined) yield decoder.decode();
}

function byteOrderMark([a, b, c]: Uint8Array): TableEncoding | undefined {
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return undefined;
}

const decoderOf = (encoding: TableEncoding): TextDecoder => {
  try {
    return new TextDecoder(encoding);
  } catch (cause) {
    throw new GovError('table-unsupported', `this runtime cannot decode ${encoding}`, { cause });
  }
};

const ascii = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function isAscii(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at]! >= 0x80) return false;
  return true;
}

function manyZeros(bytes: Uint8Array): boolean {
  const sample = bytes.subarray(0, 4_096);
  let zeros = 0;
  for (const byte of sample) if (byte === 0) zeros += 1;
  return zeros > sample.length / 4;
}

/**
 * UTF-8 if every byte fits; also if most sequences fit, for then a UTF-8 file is damaged, and read as GB18030 it would be
 * wrong characters without one error. In Chinese text in GBK about one pair of bytes in seven looks like UTF-8.
 */
function guess(window: Uint8Array, end: boolean): TableEncoding {
  const text = new TextDecoder('utf-8').decode(window, { stream: !end });
  let broken = 0;
  let whole = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 0xfffd) broken += 1;
    else if (unit >= 0x80) whole += 1;
  }
  return broken === 0 || whole > broken ? 'utf-8' : 'gb18030';
}
