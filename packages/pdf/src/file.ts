/** Where the bytes of a document come from: memory, a file of the operating system, a file with what was appended to it. */
import { GovError } from '@gov/verdict';
import { concatenate } from './internal/write.js';

/** Random access to the bytes of a file (随机读取). Reading is synchronous: objects are found by following offsets. */
export interface PdfFile {
  /** Bytes. */
  readonly length: number;
  /**
   * The bytes from `start` up to `end`, exactly `end - start` of them, perhaps a view: nobody alters them.
   *
   * @throws GovError `invalid-argument` outside the file, `pdf-file-changed` where the file became shorter meanwhile
   */
  read(start: number, end: number): Uint8Array;
}

/** Bytes read at once where a whole file is gone through. */
export const CHUNK_BYTES = 1024 * 1024;

/** Bytes in memory. */
export function memoryFile(bytes: Uint8Array): PdfFile {
  return {
    length: bytes.length,
    read(start, end) {
      if (start < 0 || end < start || end > bytes.length) throw outside(start, end);
      return bytes.subarray(start, end);
    },
  };
}

/** A file with more behind it: nothing is copied. */
export function appendedFile(base: PdfFile, tail: Uint8Array): PdfFile {
  return {
    length: base.length + tail.length,
    read(start, end) {
      if (end <= base.length) return base.read(start, end);
      if (start < 0 || end < start || end > base.length + tail.length) throw outside(start, end);
      if (start >= base.length) return tail.subarray(start - base.length, end - base.length);
      return concatenate([base.read(start, base.length), tail.subarray(0, end - base.length)]);
    },
  };
}

/** From `start` up to `end`, at most `CHUNK_BYTES` at a time. */
export function* chunksOf(file: PdfFile, start: number, end: number): Generator<Uint8Array> {
  for (let at = start; at < end; at += CHUNK_BYTES) yield file.read(at, Math.min(end, at + CHUNK_BYTES));
}

const outside = (start: number, end: number): GovError =>
  new GovError('invalid-argument', `bytes ${start} to ${end} are not in the file`);
