/** base64url as Node has it, ten times as fast as by tables. */
import { Buffer } from 'node:buffer';

/** Octets up to which a copy is cheaper than a view: V8 keeps such an array in its own heap, and a view drives it out. */
const SHORT = 64;

export const encodeBase64url = (bytes: Uint8Array): string =>
  (bytes.length <= SHORT ? Buffer.from(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).toString(
    'base64url',
  );

export function decodeBase64url(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64url');
  // Node skips what is no letter and takes padding, the other alphabet and bits past the end: only one text is written again alike.
  return bytes.toString('base64url') === text ? new Uint8Array(bytes) : undefined;
}
