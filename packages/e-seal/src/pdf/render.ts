/**
 * `@gov/e-seal/pdf/render`: pages as pictures, drawn by PDFium in WebAssembly (`@embedpdf/pdfium`, an optional peer that is
 * imported when a renderer is made).
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';
import type { PagePicture, RenderPage } from './diff/index.js';

export interface PdfiumRendererOptions {
  /** `@embedpdf/pdfium` itself, for bundlers, which must see its import; imported where not given. */
  readonly pdfium?: PdfiumModule;
  /** The bytes of `@embedpdf/pdfium/pdfium.wasm`; needed where the package cannot read its own files, as in browsers. */
  readonly wasmBinary?: Uint8Array;
}

/** What is used of the module `@embedpdf/pdfium`. */
export interface PdfiumModule {
  init(options: { readonly wasmBinary?: Uint8Array }): Promise<unknown>;
}

export interface PdfiumRenderer {
  readonly renderPage: RenderPage;
  /** Frees the documents it holds. */
  close(): void;
}

/** Pixels of one picture; a larger page is drawn at fewer dots per inch. */
export const MAX_PICTURE_PIXELS = 8_000_000;

/** What is needed of `@embedpdf/pdfium`: named here so that nothing depends on its types. */
interface Pdfium {
  readonly pdfium: {
    readonly HEAPU8: Uint8Array;
    readonly wasmExports: { malloc(bytes: number): number; free(pointer: number): void };
  };
  PDFiumExt_Init(): void;
  FPDF_LoadMemDocument(pointer: number, bytes: number, password: string): number;
  FPDF_CloseDocument(document: number): void;
  FPDF_GetPageCount(document: number): number;
  PDFiumExt_OpenFormFillInfo(): number;
  PDFiumExt_InitFormFillEnvironment(document: number, info: number): number;
  PDFiumExt_ExitFormFillEnvironment(form: number): void;
  PDFiumExt_CloseFormFillInfo(info: number): void;
  FORM_OnAfterLoadPage(page: number, form: number): void;
  FORM_OnBeforeClosePage(page: number, form: number): void;
  FPDF_LoadPage(document: number, index: number): number;
  FPDF_ClosePage(page: number): void;
  FPDF_GetPageWidthF(page: number): number;
  FPDF_GetPageHeightF(page: number): number;
  FPDFBitmap_CreateEx(width: number, height: number, format: number, pointer: number, stride: number): number;
  FPDFBitmap_FillRect(bitmap: number, x: number, y: number, width: number, height: number, color: number): unknown;
  FPDFBitmap_Destroy(bitmap: number): void;
  FPDF_RenderPageBitmap(
    bitmap: number,
    page: number,
    x: number,
    y: number,
    width: number,
    height: number,
    rotate: number,
    flags: number,
  ): void;
  FPDF_FFLDraw(
    form: number,
    bitmap: number,
    page: number,
    x: number,
    y: number,
    width: number,
    height: number,
    rotate: number,
    flags: number,
  ): void;
}

const BGRA = 4;
/** Annotations are drawn, and with a form environment its fields: seals among them. */
const FPDF_ANNOT = 1;
/** Red first, as pictures have it. */
const FPDF_REVERSE_BYTE_ORDER = 16;
const WHITE = 0xffffffff;
/** Two: the revisions that are compared. */
const HELD_DOCUMENTS = 2;

interface Held {
  readonly pdf: Uint8Array;
  readonly pointer: number;
  readonly document: number;
  /** The form environment, and what it was made of. */
  readonly form: number;
  readonly info: number;
}

/**
 * A renderer on PDFium. Documents lie in the memory of WebAssembly alone, and their scripts are not run.
 *
 * @throws GovError `backend-unavailable` where `@embedpdf/pdfium` is not installed
 * @example
 * import { comparePages, diffPdf } from '@gov/e-seal/pdf/diff';
 * import { pdfiumRenderer } from '@gov/e-seal/pdf/render';
 * const { renderPage, close } = await pdfiumRenderer();
 * const compared = await comparePages(doc, diffPdf(doc), { renderPage });
 * close();
 */
export async function pdfiumRenderer(options: PdfiumRendererOptions = {}): Promise<PdfiumRenderer> {
  const pdfium = await load(options);
  const held: Held[] = [];
  const close = ({ document, pointer, form, info }: Held): void => {
    pdfium.PDFiumExt_ExitFormFillEnvironment(form);
    pdfium.PDFiumExt_CloseFormFillInfo(info);
    pdfium.FPDF_CloseDocument(document);
    pdfium.pdfium.wasmExports.free(pointer);
  };
  const open = (pdf: Uint8Array, password: string): Held => {
    const known = held.find((one) => one.pdf === pdf);
    if (known !== undefined) return known;
    for (const old of held.splice(0, Math.max(0, held.length - HELD_DOCUMENTS + 1))) close(old);
    const pointer = allocate(pdfium, pdf.length);
    pdfium.pdfium.HEAPU8.set(pdf, pointer);
    const document = pdfium.FPDF_LoadMemDocument(pointer, pdf.length, password);
    if (document === 0) {
      pdfium.pdfium.wasmExports.free(pointer);
      throw failed('PDFium cannot open the file');
    }
    const info = pdfium.PDFiumExt_OpenFormFillInfo();
    const form = pdfium.PDFiumExt_InitFormFillEnvironment(document, info);
    const opened = { pdf, pointer, document, form, info };
    held.push(opened);
    return opened;
  };
  return {
    async renderPage(pdf, page, { dpi, password = '' }) {
      const text = typeof password === 'string' ? password : new TextDecoder('latin1').decode(password);
      try {
        return draw(pdfium, open(pdf, text), page, dpi);
      } catch (error) {
        if (error instanceof GovError) throw error;
        throw failed('PDFium gave up', error);
      }
    },
    close() {
      for (const one of held.splice(0)) close(one);
    },
  };
}

async function load({ pdfium: given, wasmBinary }: PdfiumRendererOptions): Promise<Pdfium> {
  const module = given ?? (await imported());
  const pdfium = (await module.init(wasmBinary === undefined ? {} : { wasmBinary })) as Pdfium;
  pdfium.PDFiumExt_Init();
  return pdfium;
}

async function imported(): Promise<PdfiumModule> {
  try {
    // Held in a variable, so that neither types nor bundlers ask for it where it is not wanted.
    const name = '@embedpdf/pdfium';
    return await import(/* @vite-ignore */ name);
  } catch (cause) {
    throw new GovError('backend-unavailable', '@embedpdf/pdfium is not installed: npm install @embedpdf/pdfium', {
      cause,
    });
  }
}

function allocate(pdfium: Pdfium, bytes: number): number {
  const pointer = pdfium.pdfium.wasmExports.malloc(bytes);
  if (pointer === 0) throw failed(`no memory for ${bytes} bytes`);
  return pointer;
}

function draw(pdfium: Pdfium, { document, form }: Held, number: number, dpi: number): PagePicture {
  if (!Number.isFinite(dpi) || dpi <= 0) throw new GovError('invalid-argument', 'dpi is a positive number');
  if (number < 1 || number > pdfium.FPDF_GetPageCount(document)) throw failed(`PDFium finds no page ${number}`);
  const page = pdfium.FPDF_LoadPage(document, number - 1);
  if (page === 0) throw failed(`PDFium cannot load page ${number}`);
  pdfium.FORM_OnAfterLoadPage(page, form);
  try {
    const [widthPt, heightPt] = [pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)];
    const scale = Math.min(dpi / 72, Math.sqrt(MAX_PICTURE_PIXELS / Math.max(1, widthPt * heightPt)));
    const width = Math.max(1, Math.round(widthPt * scale));
    const height = Math.max(1, Math.round(heightPt * scale));
    if (width * height > 2 * MAX_PICTURE_PIXELS) throw failed(`page ${number} is no page that could be drawn`);
    const pointer = allocate(pdfium, width * height * 4);
    try {
      const bitmap = pdfium.FPDFBitmap_CreateEx(width, height, BGRA, pointer, width * 4);
      if (bitmap === 0) throw failed(`no picture of ${width} × ${height} pixels`);
      pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, WHITE);
      pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, FPDF_ANNOT | FPDF_REVERSE_BYTE_ORDER);
      pdfium.FPDF_FFLDraw(form, bitmap, page, 0, 0, width, height, 0, FPDF_ANNOT | FPDF_REVERSE_BYTE_ORDER);
      const rgba = pdfium.pdfium.HEAPU8.slice(pointer, pointer + width * height * 4);
      pdfium.FPDFBitmap_Destroy(bitmap);
      return { width, height, rgba };
    } finally {
      pdfium.pdfium.wasmExports.free(pointer);
    }
  } finally {
    pdfium.FORM_OnBeforeClosePage(page, form);
    pdfium.FPDF_ClosePage(page);
  }
}

const failed = (message: string, cause?: unknown): GovError =>
  new GovError('pdf-render-failed', message, cause === undefined ? {} : { cause });
