/** Where the bytes of a document come from: memory, a file of the operating system, a file with what was appended to it. */
import { GovError } from '@gov/verdict';

/** Random access to the bytes of a file (随机读取). Reading is synchronous: objects are found by following offsets. */
export interface PdfFile {
  /** Bytes. */
  readonly length: number;
  /** Bytes that are read first where an object begins; more follow as it needs them. Without it `WINDOW_BYTES`. */
  readonly window?: number;
  /**
   * The bytes from `start` up to `end`, exactly `end - start` of them, perhaps a view: nobody alters them.
   *
   * @throws GovError `invalid-argument` outside the file, `pdf-file-changed` where the file became shorter meanwhile
   */
  read(start: number, end: number): Uint8Array;
  /** Fills `target` with the bytes from `start` on: for going through a file without a new buffer for each piece. */
  readInto?(target: Uint8Array, start: number): void;
}

/** Bytes read at once where a whole file is gone through. */
export const CHUNK_BYTES = 1024 * 1024;

/** Most objects without their stream are shorter. */
export const WINDOW_BYTES = 2048;

/** Bytes in memory. */
export function memoryFile(bytes: Uint8Array): PdfFile {
  return new MemoryFile(bytes);
}

class MemoryFile implements PdfFile {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get length(): number {
    return this.bytes.length;
  }

  /** All of it: a view of everything costs nothing. */
  get window(): number {
    return this.bytes.length;
  }

  read(start: number, end: number): Uint8Array {
    if (start === 0 && end === this.bytes.length) return this.bytes;
    checkRange(this, start, end);
    return this.bytes.subarray(start, end);
  }
}

/** A file with more behind it: nothing is copied. */
export function appendedFile(base: PdfFile, tail: Uint8Array): PdfFile {
  const length = base.length + tail.length;
  return {
    length,
    window: Math.min(base.window ?? WINDOW_BYTES, WINDOW_BYTES),
    ...(base.readInto && {
      readInto(target: Uint8Array, start: number): void {
        const fromBase = Math.min(target.length, Math.max(0, base.length - start));
        if (fromBase > 0) base.readInto?.(target.subarray(0, fromBase), start);
        const at = start + fromBase - base.length;
        target.set(tail.subarray(at, at + target.length - fromBase), fromBase);
      },
    }),
    read(start, end) {
      checkRange(this, start, end);
      if (end <= base.length) return base.read(start, end);
      if (start >= base.length) return tail.subarray(start - base.length, end - base.length);
      const out = new Uint8Array(end - start);
      out.set(base.read(start, base.length));
      out.set(tail.subarray(0, end - base.length), base.length - start);
      return out;
    },
  };
}

/** The bytes of a file from `start` up to `end`, as a file. */
export function partOf(file: PdfFile, start: number, end: number): PdfFile {
  if (start === 0 && end === file.length) return file;
  if (file instanceof MemoryFile) return new MemoryFile(file.read(start, end));
  return {
    length: end - start,
    ...(file.window === undefined ? {} : { window: file.window }),
    ...(file.readInto && {
      readInto: (target: Uint8Array, from: number): void => file.readInto?.(target, start + from),
    }),
    read(from, to) {
      checkRange(this, from, to);
      return file.read(start + from, start + to);
    },
  };
}

/** From `start` up to `end`, at most `CHUNK_BYTES` at a time. A piece holds its bytes until the next one is asked for. */
export function* chunksOf(file: PdfFile, start: number, end: number): Generator<Uint8Array> {
  if (file.readInto === undefined) {
    for (let at = start; at < end; at += CHUNK_BYTES) yield file.read(at, Math.min(end, at + CHUNK_BYTES));
    return;
  }
  checkRange(file, start, end);
  const buffer = new Uint8Array(Math.min(CHUNK_BYTES, end - start));
  for (let at = start; at < end; at += CHUNK_BYTES) {
    const piece = buffer.subarray(0, Math.min(CHUNK_BYTES, end - at));
    file.readInto(piece, at);
    yield piece;
  }
}

/** Whether nothing but these bytes stands from `start` up to `end`. */
export function holdsOnly(file: PdfFile, start: number, end: number, bytes: readonly number[]): boolean {
  for (const chunk of chunksOf(file, start, end)) if (!chunk.every((byte) => bytes.includes(byte))) return false;
  return true;
}

/** @throws GovError `invalid-argument` when the file has no such bytes */
export function checkRange(file: PdfFile, start: number, end: number): void {
  if (!(start >= 0 && start <= end && end <= file.length))
    throw new GovError('invalid-argument', `bytes ${start} to ${end} are not in the file`);
}
