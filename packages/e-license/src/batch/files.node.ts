/**
 * `@gov/e-license/batch/files`: what a batch leaves in a folder (批量制发的文件): a QR text for each licence, sealed PDFs, a table of
 * results. Node only.
 *
 * @packageDocumentation
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GovError } from '@gov/verdict';
import type { LicenseRecord } from '../license.js';
import type { LicenseStore, RegisterEntry } from '../register/index.js';
import type { RangeSpool } from './spool.js';

/** Makes sealed PDFs: `LicensePdfIssuer` of `@gov/e-license/pdf` fits. */
export interface BatchDocuments {
  issue(record: LicenseRecord, qrText: string): Promise<Uint8Array>;
}

export interface LicenseFilesOptions {
  /** With them a sealed PDF for each licence. */
  readonly documents?: BatchDocuments;
  readonly signal?: AbortSignal;
  readonly onProgress?: (licences: number) => void;
}

export interface LicenseFiles {
  /** Licences that have all their files now. */
  readonly licences: number;
  /** Files that were missing. */
  readonly written: number;
}

/** Files that are written at once: a disk answers several as fast as one. */
const AT_ONCE = 8;
const TEMPORARY = '.gov-tmp-';
/** Personal data: nobody but the owner may read it. */
const PRIVATE = 0o600;

/**
 * Writes `<identifier>.qr.txt`, and with `documents` `<identifier>.pdf`, for every licence of a batch that is in the register.
 * Each is complete when it has its name, and its owner alone may read it; one that is there already is left alone, so that it can be killed and run again. The
 * text of the QR says whose files they are: it is written first, and what is there must be this licence's.
 *
 * @throws GovError `file-exists` for files of another register under the same identifier, which may be a test's or one that
 *   was restored; `file-unwritable`; what the store, the documents and the signal throw
 */
export async function writeLicenseFiles(
  store: LicenseStore,
  batch: string,
  folder: string,
  options: LicenseFilesOptions = {},
): Promise<LicenseFiles> {
  const { documents, signal, onProgress } = options;
  await onDisk(folder, async () => {
    await mkdir(folder, { recursive: true });
    // Left by a process that was killed; two that write into one folder would take them from each other.
    const left = (await readdir(folder)).filter((name) => name.startsWith(TEMPORARY));
    for (const name of left) if (await isOld(join(folder, name))) await rm(join(folder, name), { force: true });
  });
  let [licences, written] = [0, 0];
  const one = async ({ identifier, record, qrText }: RegisterEntry): Promise<void> => {
    if (record === undefined || qrText === undefined) return;
    const [textFile, pdfFile] = [join(folder, `${identifier}.qr.txt`), join(folder, `${identifier}.pdf`)];
    const there = await textAt(textFile);
    if (there !== undefined && there !== '' && there !== `${qrText}\n`) throw foreign(textFile);
    if (there === undefined || there === '') {
      const isPdf = there === undefined && documents !== undefined && (await isFull(pdfFile));
      // Unless somebody wrote both between the two looks.
      if (isPdf && (await textAt(textFile)) !== `${qrText}\n`) throw foreign(pdfFile);
      await writeUnder(textFile, new TextEncoder().encode(`${qrText}\n`));
      written += 1;
    }
    if (documents !== undefined && (there === '' || !(await isFull(pdfFile)))) {
      await writeUnder(pdfFile, await documents.issue(record, qrText));
      written += 1;
    }
    licences += 1;
    onProgress?.(licences);
  };
  const entries = store.entries({ batch })[Symbol.asyncIterator]();
  const lane = async (): Promise<void> => {
    for (;;) {
      signal?.throwIfAborted();
      const next = await entries.next();
      if (next.done === true) return;
      await one(next.value);
    }
  };
  try {
    const lanes = await Promise.allSettled(Array.from({ length: AT_ONCE }, lane));
    const failed = lanes.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  } finally {
    await entries.return?.();
  }
  return { licences, written };
}

/**
 * Writes a text that comes in pieces, under a temporary name until it is complete; its owner alone may read it.
 *
 * @throws GovError `file-unwritable`; what the pieces throw
 */
export async function writeWhole(path: string, pieces: AsyncIterable<string>): Promise<void> {
  const temporary = temporaryOf(path);
  try {
    await onDisk(path, async () => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(temporary, inChunks(pieces), { flag: 'wx', mode: PRIVATE });
      await flush(temporary);
      await rename(temporary, path);
    });
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** A write of its own for every line would take longer than making it. */
async function* inChunks(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let chunk = '';
  for await (const piece of pieces) {
    chunk += piece;
    if (chunk.length < 65_536) continue;
    yield chunk;
    chunk = '';
  }
  yield chunk;
}

/** Keeps packed ranges in a file of the system's temporary folder, which goes away with `close`, or with the process. */
export async function fileSpool(folder = tmpdir()): Promise<RangeSpool> {
  const path = join(folder, `gov-batch-${randomUUID()}`);
  const file = await onDisk(path, () => open(path, 'wx+', PRIVATE));
  // Without a name it cannot be left behind by a kill; systems that keep the names of open files lose it in `close`.
  await rm(path, { force: true }).catch(() => undefined);
  const lengths: number[] = [];
  return {
    async append(range) {
      await onDisk(path, () => file.appendFile(range));
      lengths.push(range.length);
    },
    async *ranges() {
      let at = 0;
      for (const length of lengths) {
        const range = new Uint8Array(length);
        await onDisk(path, () => file.read(range, 0, length, at));
        at += length;
        yield range;
      }
    },
    async close() {
      await file.close();
      await rm(path, { force: true });
    },
  };
}

/** The bytes of a file, for `licenseTable` and `batchDigest`. */
export const fileBytes = (path: string): AsyncIterable<Uint8Array> => createReadStream(path);

const foreign = (path: string): GovError =>
  new GovError(
    'file-exists',
    `${path} is there already and belongs to another licence: write into a folder of its own`,
  );

/** The text of a file; undefined where there is none. An empty one is what a crash of the system leaves of a full one. */
async function textAt(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    return onDisk(path, () => Promise.reject(error));
  }
}

const isFull = (path: string): Promise<boolean> =>
  stat(path).then(
    ({ size }) => size > 0,
    () => false,
  );

/** Under a temporary name until it is complete. */
async function writeUnder(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = temporaryOf(path);
  await onDisk(path, async () => {
    try {
      await writeFile(temporary, bytes, { flag: 'wx', mode: PRIVATE });
      await rename(temporary, path);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
  });
}

const temporaryOf = (path: string): string => join(dirname(path), `${TEMPORARY}${randomUUID()}`);

const isOld = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && Date.now() - found.mtimeMs > 60_000;
};

async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Errors of the system get a code of ours; others stay. */
async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (cause instanceof GovError || syscall === undefined) throw cause;
    throw new GovError('file-unwritable', `${path}: ${code}`, { cause });
  }
}
