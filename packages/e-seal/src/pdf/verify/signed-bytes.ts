/** The bytes that /ByteRange names, in pieces: a file of any size is gone through once for each signature. */
import { chunksOf, type PdfDocument, type PdfSignature } from '@gov/pdf';
import { Sm3 } from '@gov/sm';
import type { ByteSource } from '@gov/sm/sm3-stream';

/** What is put together where a signature covers the bytes themselves instead of their digest, bytes; more is not verified. */
export const MAX_WHOLE_BYTES = 64 * 1024 * 1024;

/** The two ranges; nothing where they are not such, which `coverage-byte-range` says. */
function rangesOf(doc: PdfDocument, { byteRange = [] }: PdfSignature): readonly (readonly [number, number])[] {
  const [start = 0, length = 0, start2 = 0, length2 = 0] = byteRange.map((value) =>
    typeof value === 'number' ? value : 0,
  );
  const within = (at: number) => Math.min(Math.max(Math.floor(at), 0), doc.length);
  return [
    [within(start), within(start + length)],
    [within(start2), within(start2 + length2)],
  ];
}

function* signedPieces(doc: PdfDocument, signature: PdfSignature): Generator<Uint8Array> {
  for (const [start, end] of rangesOf(doc, signature)) yield* chunksOf(doc.file, start, end);
}

/** For those who read streams. */
export async function* signedSource(doc: PdfDocument, signature: PdfSignature): AsyncGenerator<Uint8Array> {
  yield* signedPieces(doc, signature);
}

/** All of it in one piece, or a stream where that would be more than `MAX_WHOLE_BYTES`. */
export function signedWhole(doc: PdfDocument, signature: PdfSignature): Uint8Array | ByteSource {
  const size = rangesOf(doc, signature).reduce((sum, [start, end]) => sum + Math.max(end - start, 0), 0);
  if (size > MAX_WHOLE_BYTES) return signedSource(doc, signature);
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of signedPieces(doc, signature)) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

export function sm3OfSigned(doc: PdfDocument, signature: PdfSignature): Uint8Array {
  const hash = new Sm3();
  for (const piece of signedPieces(doc, signature)) hash.update(piece);
  return hash.digest();
}
