/**
 * `@gov/e-seal/pdf/file`: sealing and signing from file to file (文件签章), up to 2 GB, without holding the file in memory. Node
 * only. To verify by file handle, give `verifyPdf` what `openFile` of `@gov/pdf/file` answers.
 *
 * @packageDocumentation
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { chmod, copyFile, link, lstat, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PDF_LIMITS, type PdfFile } from '@gov/pdf';
import { openFile } from '@gov/pdf/file';
import { GovError } from '@gov/verdict';
import { type EncodedPicture, encodePicture } from './appearance.js';
import { type PdfActOptions, tailsOf } from './internal/act.js';
import { sealSteps, sealTails } from './internal/seal-steps.js';
import { signTails } from './internal/sign-steps.js';
import type { PdfSealerOptions, PdfSealing, SealPdfOptions } from './seal-options.js';
import type { SignPdfOptions } from './sign-options.js';

/** How the output is written. */
export interface PdfOutputOptions {
  /** Replaces an existing output, the input itself included; without it an existing output is refused. */
  readonly overwrite?: boolean;
  /** False: does not wait until the output is on the disk; a power failure right afterwards may lose it. */
  readonly flush?: boolean;
}

export type SealPdfFileOptions = SealPdfOptions & PdfOutputOptions;
export type SignPdfFileOptions = SignPdfOptions & PdfOutputOptions;

/**
 * Seals a PDF file: the output begins with the input, byte for byte. The input is only read; the output appears under its name
 * when it is complete and on the disk, and on any failure nothing is left.
 *
 * @param options one act, or several: several seals, one after another; `overwrite` or `flush` in one of them is enough
 * @throws GovError as `sealPdf`; `file-missing`, `file-unreadable`, `file-exists`, `file-unwritable`, and `pdf-file-changed`
 *   where the input changes meanwhile
 * @example
 * import { sealPdfFile } from '@gov/e-seal/pdf/file';
 * const place = { page: 1, xMm: 150, yMm: 60 };
 * await sealPdfFile('contract.pdf', 'sealed.pdf', { seal, certificate, signer, place, time: new Date() });
 */
export function sealPdfFile(
  input: string,
  output: string,
  options: SealPdfFileOptions | readonly SealPdfFileOptions[],
): Promise<void> {
  return appendTo(input, output, [options].flat() as readonly SealPdfFileOptions[], (file) => sealTails(file, options));
}

/**
 * Seals many PDF files with one seal: its picture is prepared once.
 *
 * @example
 * import { PdfFileSealer } from '@gov/e-seal/pdf/file';
 * const sealer = new PdfFileSealer({ seal, certificate, signer });
 * await sealer.seal('contract.pdf', 'sealed.pdf', { place: { page: 1, xMm: 150, yMm: 60 }, time: new Date() });
 */
export class PdfFileSealer {
  readonly #options: PdfSealerOptions;
  #picture: EncodedPicture | undefined;

  constructor(options: PdfSealerOptions) {
    this.#options = options;
  }

  /** As `sealPdfFile`, and throws the same. */
  seal(input: string, output: string, sealing: PdfSealing & PdfOutputOptions): Promise<void> {
    return appendTo(input, output, [sealing], (file) => {
      this.#picture ??= encodePicture(this.#options.seal.picture);
      return tailsOf(file, sealSteps({ ...this.#options, ...sealing }, this.#picture));
    });
  }
}

/**
 * Signs a PDF file as `signPdf` does, written as `sealPdfFile` writes.
 *
 * @throws GovError as `signPdf`, and as `sealPdfFile` for the files
 * @example
 * import { signPdfFile } from '@gov/e-seal/pdf/file';
 * await signPdfFile('contract.pdf', 'signed.pdf', { certificate, signer, time: new Date() });
 */
export function signPdfFile(input: string, output: string, options: SignPdfFileOptions): Promise<void> {
  return appendTo(input, output, [options], (file) => signTails(file, options));
}

/** The input is copied by the system while it is hashed here: neither waits for the other. */
async function appendTo(
  input: string,
  output: string,
  acts: readonly (PdfActOptions & PdfOutputOptions)[],
  append: (file: PdfFile) => Promise<Uint8Array[]>,
): Promise<void> {
  const overwrite = acts.some((act) => act.overwrite === true);
  const flush = acts.every((act) => act.flush !== false);
  if (!overwrite && (await exists(output))) throw alreadyThere(output);
  const before = await stateOf(input);
  const temporary = join(dirname(output), `.${basename(output)}.${randomUUID()}.tmp`);
  const file = openFile(input);
  const copying = copy(input, temporary, flush && file.length >= EARLY_BYTES);
  // A failure is looked at when the tails are there; until then nobody waits for it.
  copying.catch(() => undefined);
  try {
    const tails = await append(file);
    const length = tails.reduce((sum, tail) => sum + tail.length, file.length);
    const longest = Math.min(...acts.map(({ limits }) => limits?.fileBytes ?? PDF_LIMITS.fileBytes));
    if (length > longest) throw new GovError('pdf-limit', `the output would have ${length} bytes, at most ${longest}`);
    const failure = await copying.then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    // Before why the copy failed: what is gone cannot be copied.
    if ((await stateOf(input).catch(() => undefined)) !== before)
      throw new GovError('pdf-file-changed', `${input} changed meanwhile`);
    if (failure !== undefined) throw failure.error;
    await appendTails(temporary, file.length, tails, flush);
    file.close();
    await publish(temporary, output, overwrite);
  } catch (error) {
    throw asWriting(error, output);
  } finally {
    file.close();
    await copying.catch(() => undefined);
    await rm(temporary, { force: true });
  }
}

/** What changes when anybody writes to the file. */
async function stateOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs].join(' ');
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === 'ENOENT';
    throw new GovError(missing ? 'file-missing' : 'file-unreadable', `${path} cannot be read`, { cause });
  }
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** From here on the disk begins while hashing goes on; for less, waiting for it twice costs more. */
const EARLY_BYTES = 16 * 1024 * 1024;

/** Where the file system can, nothing is copied: both files share the bytes. The copy of a read-only file can be written. */
async function copy(input: string, temporary: string, flush: boolean): Promise<void> {
  await copyFile(input, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await chmod(temporary, (await stat(temporary)).mode | 0o200);
  if (!flush) return;
  const handle = await open(temporary, 'r+');
  await handle.datasync().finally(() => handle.close());
}

async function appendTails(path: string, length: number, tails: readonly Uint8Array[], flush: boolean): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    if ((await handle.stat()).size !== length) throw new GovError('pdf-file-changed', 'the input changed meanwhile');
    let at = length;
    for (const tail of tails) {
      for (let done = 0; done < tail.length; )
        done += (await handle.write(tail, done, tail.length - done, at + done)).bytesWritten;
      at += tail.length;
    }
    if (flush) await handle.sync();
  } finally {
    await handle.close();
  }
}

/** File systems without a second name for a file. */
const NO_LINKS = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** `link` fails where the name is taken by now; `rename` would silently replace it. */
async function publish(temporary: string, output: string, overwrite: boolean): Promise<void> {
  if (!overwrite) {
    try {
      await link(temporary, output);
      return;
    } catch (error) {
      if (!NO_LINKS.has((error as NodeJS.ErrnoException).code ?? '') || (await exists(output))) throw error;
    }
  }
  await rename(temporary, output);
}

const alreadyThere = (path: string, cause?: unknown): GovError =>
  new GovError('file-exists', `${path} exists already`, { cause });

/** What the system says of the output, as one of our codes; anything else stays. */
function asWriting(error: unknown, output: string): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof GovError || syscall === undefined) return error;
  if (code === 'EEXIST') return alreadyThere(output, error);
  return new GovError('file-unwritable', `${output}: ${code}`, { cause: error });
}
