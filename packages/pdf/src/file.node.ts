/**
 * PDF files by file handle (按文件句柄读取): nothing is held in memory but what was read last. Node only.
 *
 * @packageDocumentation
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { GovError } from '@gov/verdict';
import { checkRange, type PdfFile } from './file.js';

/** A file that is open for reading. */
export interface OpenedFile extends PdfFile {
  /** Nothing can be read afterwards; a second time does nothing. */
  close(): void;
}

/** Objects stand close together: what surrounds one is likely to be wanted next. */
const PAGE_BYTES = 65_536;
const PAGES = 16;

/**
 * Opens a file for reading at any place. The file must stay as it is until `close`.
 *
 * @throws GovError `file-missing`, `file-unreadable`; `read` throws `pdf-file-changed` where the file has become shorter,
 * `invalid-argument` after `close`
 * @example
 * import { openPdf } from '@gov/pdf';
 * import { openFile } from '@gov/pdf/file';
 * const file = openFile('large.pdf');
 * try {
 *   openPdf(file).pageCount;
 * } finally {
 *   file.close();
 * }
 */
export function openFile(path: string): OpenedFile {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new GovError(missing ? 'file-missing' : 'file-unreadable', `${path} cannot be read`, { cause });
  }
  const stat = fstatSync(handle);
  if (stat.isFile()) return new HandleFile(handle, stat.size);
  closeSync(handle);
  throw new GovError('file-unreadable', `${path} is no regular file`);
}

class HandleFile implements OpenedFile {
  readonly length: number;
  #handle: number | undefined;
  /** By number, least recently used first. */
  readonly #pages = new Map<number, Uint8Array>();

  constructor(handle: number, length: number) {
    this.#handle = handle;
    this.length = length;
  }

  read(start: number, end: number): Uint8Array {
    checkRange(this, start, end);
    const first = Math.floor(start / PAGE_BYTES);
    const at = start - first * PAGE_BYTES;
    if (end - start > PAGE_BYTES) return this.#load(start, end);
    const page = this.#page(first);
    if (at + end - start <= PAGE_BYTES) return page.subarray(at, at + end - start);
    const out = new Uint8Array(end - start);
    out.set(page.subarray(at));
    out.set(this.#page(first + 1).subarray(0, end - start - (PAGE_BYTES - at)), PAGE_BYTES - at);
    return out;
  }

  close(): void {
    if (this.#handle !== undefined) closeSync(this.#handle);
    this.#handle = undefined;
    this.#pages.clear();
  }

  #page(number: number): Uint8Array {
    const start = number * PAGE_BYTES;
    const page = this.#pages.get(number) ?? this.#load(start, Math.min(this.length, start + PAGE_BYTES));
    this.#pages.delete(number);
    this.#pages.set(number, page);
    for (const oldest of this.#pages.keys()) {
      if (this.#pages.size <= PAGES) break;
      this.#pages.delete(oldest);
    }
    return page;
  }

  #load(start: number, end: number): Uint8Array {
    const out = new Uint8Array(end - start);
    this.readInto(out, start);
    return out;
  }

  readInto(target: Uint8Array, start: number): void {
    checkRange(this, start, start + target.length);
    if (this.#handle === undefined) throw new GovError('invalid-argument', 'the file is closed');
    for (let done = 0; done < target.length; ) {
      const read = readSync(this.#handle, target, done, target.length - done, start + done);
      if (read === 0)
        throw new GovError('pdf-file-changed', `the file ends at byte ${start + done}, not ${this.length}`);
      done += read;
    }
  }
}
