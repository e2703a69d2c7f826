/** Zlib streams (RFC 1950) in JavaScript: the backend of browsers. */
import { inflateSync, zlibSync } from 'fflate';
import type { Inflated } from './inflated.js';

export const compress = async (octets: Uint8Array): Promise<Uint8Array> => zlibSync(octets, { level: 9 });

/** Inflates at most `maxOctets`. The library looks neither at the checksum nor at where the last block ended: both is done here. */
export function decompress(compressed: Uint8Array, maxOctets: number): Inflated {
  const [method = 0, flags = 0] = compressed;
  // Deflate, a window of up to 32 KB, no dictionary.
  const header = (method & 15) === 8 && method >>> 4 <= 7 && (method * 256 + flags) % 31 === 0 && (flags & 32) === 0;
  if (!header || compressed.length < 7) return { problem: 'damaged' };
  const blocks = compressed.subarray(2, -4);
  // The library writes no further than the end of a buffer it is given.
  const room = new Uint8Array(maxOctets + 1);
  const length = inflate(blocks, room);
  if (length === undefined) return { problem: 'damaged' };
  if (length > maxOctets) return { problem: 'too-large' };
  const octets = room.slice(0, length);
  // Where it inflates without its last octet too, that octet was not needed.
  if (inflate(blocks.subarray(0, -1), room) !== undefined) return { problem: 'trailing-bytes' };
  return adler32(octets) === lastFour(compressed) ? { octets } : { problem: 'damaged' };
}

/** How many octets came out; undefined for what is no whole stream. */
function inflate(blocks: Uint8Array, room: Uint8Array): number | undefined {
  // The library answers no input with the whole buffer.
  if (blocks.length === 0) return undefined;
  try {
    return inflateSync(blocks, { out: room }).length;
  } catch {
    return undefined;
  }
}

const lastFour = (bytes: Uint8Array): number =>
  new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint32(0);

/** RFC 1950 8.2 */
function adler32(octets: Uint8Array): number {
  let a = 1;
  let b = 0;
  // So many octets until the sums must be brought down again.
  for (let from = 0; from < octets.length; from += 3800) {
    for (const octet of octets.subarray(from, from + 3800)) {
      a += octet;
      b += a;
    }
    a %= 65521;
    b %= 65521;
  }
  return b * 65536 + a;
}
