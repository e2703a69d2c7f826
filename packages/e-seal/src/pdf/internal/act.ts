/**
 * An act on a PDF is a chain of steps. Each answers what is to be appended to the file that the steps before it made: nothing
 * is copied, and nothing is left where one of them refuses or is aborted.
 */
import {
  appendedFile,
  memoryFile,
  type OpenPdfOptions,
  openPdf,
  type PdfDocument,
  type PdfFile,
  type PdfLimits,
} from '@gov/pdf';

/** What is being done, and how far it is. */
export interface PdfProgress {
  readonly step: 'seal' | 'signature' | 'validation-data' | 'document-timestamp';
  /** Bytes of the document that went by in this step, and how many there are. */
  readonly bytes: number;
  readonly totalBytes: number;
}

/** What every act on a PDF takes. */
export interface PdfActOptions {
  readonly limits?: Partial<PdfLimits>;
  /** Opens an encrypted document. */
  readonly password?: string | Uint8Array;
  /** Takes a file with a damaged cross-reference for what its objects make of it, and appends a whole new one (`openPdf`). */
  readonly repair?: boolean;
  /** Stops the work: the promise is rejected with the signal's reason, and there is no output. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: PdfProgress) => void;
}

/** One revision: what is to be appended to a file. */
export type Step = (file: PdfFile) => Promise<Uint8Array>;

/** What the steps append, one after another. */
export async function tailsOf(file: PdfFile, steps: readonly Step[]): Promise<Uint8Array[]> {
  const tails: Uint8Array[] = [];
  let current = file;
  for (const step of steps) {
    const tail = await step(current);
    tails.push(tail);
    current = appendedFile(current, tail);
  }
  return tails;
}

/** The whole file that the steps make. */
export async function appended(pdf: Uint8Array | PdfFile, steps: readonly Step[]): Promise<Uint8Array> {
  const file = pdf instanceof Uint8Array ? memoryFile(pdf) : pdf;
  const tails = await tailsOf(file, steps);
  const out = new Uint8Array(tails.reduce((sum, tail) => sum + tail.length, file.length));
  for (let at = 0; at < file.length; at += COPY_BYTES)
    out.set(file.read(at, Math.min(file.length, at + COPY_BYTES)), at);
  let at = file.length;
  for (const tail of tails) {
    out.set(tail, at);
    at += tail.length;
  }
  return out;
}

const COPY_BYTES = 8 * 1024 * 1024;

export function opened(file: PdfFile, { limits, password, repair }: PdfActOptions): PdfDocument {
  const options: OpenPdfOptions = {
    ...(limits === undefined ? {} : { limits }),
    ...(password === undefined ? {} : { password }),
    ...(repair === undefined ? {} : { repair }),
  };
  return openPdf(file, options);
}

/** Bytes that are gone through before anybody else has a turn: some forty milliseconds of hashing; a turn may take one. */
const TURN_BYTES = 16 * 1024 * 1024;

/** The pieces of a document as they come; between some of them the event loop has its turn, so that a signal can come through. */
export async function* inTurns(
  parts: Iterable<Uint8Array>,
  totalBytes: number,
  step: PdfProgress['step'],
  { signal, onProgress }: Pick<PdfActOptions, 'signal' | 'onProgress'>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let [bytes, since] = [0, 0];
  signal?.throwIfAborted();
  for (const part of parts) {
    yield part;
    bytes += part.length;
    since += part.length;
    if (since < TURN_BYTES) continue;
    since = 0;
    onProgress?.({ step, bytes, totalBytes });
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
  }
  onProgress?.({ step, bytes, totalBytes });
  signal?.throwIfAborted();
}
