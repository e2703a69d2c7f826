/**
 * `@gov/e-seal/pdf/keyword`: finding keywords (关键字) in a PDF with pdf.js, which is installed apart: `npm install pdfjs-dist@4`.
 *
 * @packageDocumentation
 */

import type { PdfDocument } from '@gov/pdf';
import { GovError, isGovError } from '@gov/verdict';
import { characterMaps } from '#backend/pdfjs';
import type { FindText, FoundText } from '../place.js';
import { type SearchOptions, searchRuns, type TextRun } from './search.js';

export { MAX_PAGE_CHARACTERS } from './search.js';

export interface PdfjsTextFinderOptions extends SearchOptions {
  /** For an encrypted document. */
  readonly password?: string;
  /** pdf.js itself, version 4; `pdfjs-dist/legacy/build/pdf.mjs` is imported where not given. In a browser its worker is yours to name. */
  readonly pdfjs?: Pdfjs;
  /** Where the character maps of pdf.js are, with a slash at the end: the installed ones where not given, none in a browser. */
  readonly cMapUrl?: string;
}

/** What is used of pdf.js. */
export interface Pdfjs {
  readonly PDFDataRangeTransport: new (
    length: number,
    initialData: null,
  ) => { onDataRange(begin: number, chunk: Uint8Array): void };
  getDocument(source: Readonly<Record<string, unknown>>): PdfjsTask;
}

interface PdfjsTask {
  readonly promise: Promise<PdfjsDocument>;
  destroy(): Promise<void>;
}

interface PdfjsDocument {
  readonly numPages: number;
  getPage(number: number): Promise<PdfjsPage>;
}

interface PdfjsPage {
  /** The CropBox. */
  readonly view: readonly number[];
  readonly rotate: number;
  getTextContent(options: { readonly disableNormalization: boolean }): Promise<PdfjsText>;
  cleanup(): void;
}

interface PdfjsText {
  readonly items: readonly (Readonly<PdfjsItem> | { readonly type: string })[];
  readonly styles: Readonly<Record<string, { readonly vertical?: boolean } | undefined>>;
}

interface PdfjsItem {
  readonly str: string;
  readonly transform: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly fontName: string;
}

/**
 * A finder of keywords for `sealPdf({ place: { keyword }, findText: pdfjsTextFinder() })`. It sees text that a reader can
 * select, the invisible text of a scan with OCR too, not pictures; a keyword stands in one line, horizontal, vertical or slanted.
 * Pages are read through the document's own file, nothing is fetched, no code of the PDF runs. pdf.js works in the calling thread
 * and can be kept busy by a file made for it: documents of strangers belong in a worker thread that may be ended.
 *
 * @throws GovError `backend-unavailable` without pdfjs-dist; from the finder `pdf-encrypted`, `password-wrong`, `pdf-malformed`
 *   where pdf.js cannot read the file or sees other pages than we do, `limit-exceeded` past `MAX_PAGE_CHARACTERS`
 * @example
 * import { sealPdf } from '@gov/e-seal/pdf';
 * import { pdfjsTextFinder } from '@gov/e-seal/pdf/keyword';
 * const place = { keyword: '（盖章）', nth: 'last' } as const;
 * const sealed = await sealPdf(pdf, { seal, certificate, signer, place, time: new Date(), findText: pdfjsTextFinder() });
 */
export function pdfjsTextFinder(options: PdfjsTextFinderOptions = {}): FindText {
  return async (doc, keyword, pages, signal) => {
    const pdfjs = options.pdfjs ?? (await installed());
    const task = pdfjs.getDocument(sourceOf(pdfjs, doc, options));
    try {
      return await found(await task.promise, doc, keyword, pages, options, signal);
    } catch (error) {
      throw asGovError(error, signal);
    } finally {
      await task.destroy();
    }
  };
}

async function installed(): Promise<Pdfjs> {
  try {
    return (await import('pdfjs-dist/legacy/build/pdf.mjs')) as unknown as Pdfjs;
  } catch (cause) {
    throw new GovError('backend-unavailable', 'keywords are found with pdf.js: npm install pdfjs-dist@4', { cause });
  }
}

const ERRORS_ONLY = 0;
const RANGE_BYTES = 256 * 1024;

function sourceOf(pdfjs: Pdfjs, doc: PdfDocument, { password, cMapUrl = characterMaps() }: PdfjsTextFinderOptions) {
  class Ranges extends pdfjs.PDFDataRangeTransport {
    requestDataRange(begin: number, end: number): void {
      // Not before pdf.js has noted that it asked; and a copy, because it takes what it is given away from whoever had it.
      queueMicrotask(() => this.onDataRange(begin, doc.read(begin, Math.min(end, doc.length)).slice()));
    }
  }
  return {
    range: new Ranges(doc.length, null),
    rangeChunkSize: RANGE_BYTES,
    disableAutoFetch: true,
    disableStream: true,
    useWorkerFetch: false,
    isEvalSupported: false,
    disableFontFace: true,
    useSystemFonts: false,
    enableXfa: false,
    isOffscreenCanvasSupported: false,
    verbosity: ERRORS_ONLY,
    ...(cMapUrl === undefined ? {} : { cMapUrl, cMapPacked: true }),
    ...(password === undefined ? {} : { password }),
  };
}

async function found(
  seen: PdfjsDocument,
  doc: PdfDocument,
  keyword: string,
  pages: readonly number[],
  options: PdfjsTextFinderOptions,
  signal: AbortSignal | undefined,
): Promise<FoundText[]> {
  // Two readers that disagree about a page would put the seal where nobody meant it.
  if (seen.numPages !== doc.pageCount) throw otherPages();
  const all: FoundText[] = [];
  for (const number of pages) {
    signal?.throwIfAborted();
    const page = await seen.getPage(number);
    const { cropBox, rotate } = doc.page(number);
    if (page.rotate !== rotate || !cropBox.every((side, i) => Math.abs(side - (page.view[i] ?? 0)) < 0.01))
      throw otherPages();
    const text = await page.getTextContent({ disableNormalization: true });
    for (const rect of searchRuns(runsOf(text), keyword, options)) all.push({ page: number, rect });
    page.cleanup();
  }
  return all;
}

const otherPages = () => new GovError('pdf-malformed', 'pdf.js sees other pages than we do');

function runsOf({ items, styles }: PdfjsText): TextRun[] {
  return items.flatMap((item) => {
    if (!('str' in item)) return [];
    const vertical = styles[item.fontName]?.vertical === true;
    return [{ text: item.str, transform: item.transform, length: vertical ? item.height : item.width, vertical }];
  });
}

function asGovError(error: unknown, signal: AbortSignal | undefined): unknown {
  if (isGovError(error) || signal?.aborted === true) return error;
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  const INCORRECT_PASSWORD = 2;
  if (name === 'PasswordException')
    return code === INCORRECT_PASSWORD
      ? new GovError('password-wrong', 'the password does not open the document', { cause: error })
      : new GovError('pdf-encrypted', 'the document needs a password', { cause: error });
  return new GovError('pdf-malformed', 'pdf.js cannot read the document', { cause: error });
}
