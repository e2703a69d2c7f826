/** Small PDFs written by hand, and signatures that are wrong in one place. */
import { openPdf, type PdfRectangle, prepareSignature, type SignatureAppearance, signaturesOf } from '@gov/pdf';
import { sm3 } from '@gov/sm';
import { encode } from 'fast-png';
import { type Holder, TIMES, type World } from '../../../test/world.js';
import { type Seal, signSes } from '../src/index.js';
import { PDF_SEAL_NAMES, type SealPdfOptions, sealPdf } from '../src/pdf/index.js';
import { ascii, latin } from './build.js';

export interface PageOptions {
  readonly mediaBox?: string;
  /** More keys of the page. */
  readonly keys?: string;
  readonly content?: string;
}

interface PdfOptions {
  readonly pages?: readonly PageOptions[];
  readonly catalog?: string;
  /** Further objects, from the number after the last page's content on. */
  readonly objects?: readonly string[];
}

/** A4. */
const A4 = '[0 0 595.276 841.89]';

/** Catalog 1, tree 2, pages 3, 5 …, their contents 4, 6 …; one cross-reference table. */
export function buildPdf({ pages = [{}], catalog = '', objects = [] }: PdfOptions = {}): Uint8Array {
  const bodies = [
    `<</Type/Catalog/Pages 2 0 R${catalog}>>`,
    `<</Type/Pages/Count ${pages.length}/Kids[${pages.map((_, i) => `${3 + 2 * i} 0 R`).join(' ')}]>>`,
    ...pages.flatMap(({ mediaBox = A4, keys = '', content = '0.9 g 0 0 9999 9999 re f' }, i) => [
      `<</Type/Page/Parent 2 0 R/MediaBox${mediaBox}/Contents ${4 + 2 * i} 0 R${keys}>>`,
      `<</Length ${content.length}>>\nstream\n${content}\nendstream`,
    ]),
    ...objects,
  ];
  let text = '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n';
  let table = `xref\n0 ${bodies.length + 1}\n0000000000 65535 f \n`;
  bodies.forEach((body, i) => {
    table += `${String(text.length).padStart(10, '0')} 00000 n \n`;
    text += `${i + 1} 0 obj\n${body}\nendobj\n`;
  });
  const at = text.length;
  const id = '<00112233445566778899aabbccddeeff>';
  return ascii(
    `${text}${table}trailer\n<</Size ${bodies.length + 1}/Root 1 0 R/ID[${id}${id}]>>\nstartxref\n${at}\n%%EOF\n`,
  );
}

/** A later revision by anybody: objects by number. */
export function append(input: Uint8Array, objects: Readonly<Record<number, string>>): Uint8Array {
  const doc = openPdf(input);
  let out = latin(input);
  let table = 'xref\n';
  for (const [number, body] of Object.entries(objects)) {
    table += `${number} 1\n${String(out.length).padStart(10, '0')} 00000 n \n`;
    out += `${number} 0 obj\n${body}\nendobj\n`;
  }
  const size = Math.max(doc.size, ...Object.keys(objects).map((number) => Number(number) + 1));
  const id = /\/ID ?(\[[^\]]*\])/.exec(out)?.[1] ?? '[]';
  const trailer = `<</Size ${size}/Root ${doc.catalogRef}/ID${id}/Prev ${doc.revisions.at(-1)?.startxref}>>`;
  return ascii(`${out}${table}trailer\n${trailer}\nstartxref\n${out.length}\n%%EOF\n`);
}

/** The source text of an object. */
export function textOf(bytes: Uint8Array, number: number): string {
  const pieces = latin(bytes).split(`\n${number} 0 obj\n`);
  return pieces.at(-1)!.split('\nendobj')[0]!;
}

/** One text, the last of its kind, replaced by another that is no longer; spaces fill up. */
export function patch(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = latin(bytes);
  const at = text.lastIndexOf(from);
  if (at < 0 || to.length > from.length) throw new Error(`cannot patch ${from}`);
  return ascii(text.slice(0, at) + to.padEnd(from.length) + text.slice(at + from.length));
}

export const placed = (world: World, change: Partial<SealPdfOptions> = {}): SealPdfOptions => ({
  seal: world.seal,
  ...world.signer,
  place: { page: 1, xMm: 100, yMm: 100 },
  time: TIMES.signed,
  ...change,
});

export const sealed = (pdf: Uint8Array, world: World, change: Partial<SealPdfOptions> = {}): Promise<Uint8Array> =>
  sealPdf(pdf, placed(world, change));

export interface FurtherOptions {
  readonly holder: Holder;
  readonly seal: Seal;
  readonly page?: number;
  readonly rect?: PdfRectangle;
  readonly appearance?: SignatureAppearance;
  readonly time?: Date;
  /** What is written instead of a seal signature. */
  readonly contents?: Uint8Array;
  readonly dataHash?: Uint8Array;
  readonly padding?: Uint8Array;
}

/** A signature made without `sealPdf`: with any appearance, or with a value that is no seal signature. */
export async function furtherSigned(pdf: Uint8Array, options: FurtherOptions): Promise<Uint8Array> {
  const { holder, seal, rect = [0, 0, 0, 0], appearance, time = TIMES.signed } = options;
  const prepared = prepareSignature(openPdf(pdf), {
    page: options.page ?? 1,
    rect,
    ...(appearance === undefined ? {} : { appearance }),
    ...PDF_SEAL_NAMES,
    reservedBytes: 8000,
  });
  const dataHash = options.dataHash ?? sm3(...prepared.coveredParts());
  const contents = options.contents ?? (await signSes({ seal, ...holder, time, dataHash, propertyInfo: 'x' }));
  return prepared.finish(Uint8Array.from([...contents, ...(options.padding ?? [])]));
}

/**
 * Signs the last signature of a file again, as an attacker with a good key could: whatever was changed in its revision is
 * then intact and authentic.
 */
export async function resigned(pdf: Uint8Array, { holder, seal }: FurtherOptions, ranges?: readonly number[]) {
  const text = latin(pdf);
  const [, written] = /.*\/ByteRange \[([^\]]*)\]/s.exec(text)!;
  const start = text.lastIndexOf('/Contents <') + 10;
  const end = text.indexOf('>', start) + 1;
  const numbers = ranges ?? [0, start, end, pdf.length - end];
  const blank = `${text.slice(0, start)}<${'0'.repeat(end - start - 2)}>${text.slice(end)}`;
  const out = patch(ascii(blank), `[${written}]`, `[${numbers.join(' ')}]`);
  const parts: Uint8Array[] = [];
  for (let i = 0; i + 1 < numbers.length; i += 2) parts.push(out.subarray(numbers[i]!, numbers[i]! + numbers[i + 1]!));
  const contents = await signSes({ seal, ...holder, time: TIMES.signed, dataHash: sm3(...parts), propertyInfo: 'x' });
  out.set(ascii(Buffer.from(contents).toString('hex')), start + 1);
  return out;
}

/** The signatures of a file. */
export const signatures = (pdf: Uint8Array) => signaturesOf(openPdf(pdf));

/** From the first byte of the `<…>` of the last signature to just after it. */
export function contentsOf(pdf: Uint8Array): { start: number; end: number; used: number } {
  const signature = signatures(pdf).at(-1)!;
  const { start, end } = signature.contentsSpan!;
  const value = signature.contents!;
  const used = 4 + value[2]! * 256 + value[3]!;
  return { start, end, used };
}

/** An L in red on a transparent ground: shows which way up it is. */
export function letterL(width: number, height: number): Uint8Array {
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (x < width / 4 || y >= (height * 3) / 4) data.set([0xd6, 0, 0x0f, 0xff], (y * width + x) * 4);
  return new Uint8Array(encode({ width, height, data, channels: 4 }));
}
