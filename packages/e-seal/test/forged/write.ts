/** PDFs and revisions written by hand: what an attacker's own tool writes, right or wrong in any one place. */
import { beginUpdate, openPdf, type PdfDocument, type PdfSignature, type PdfUpdate, signaturesOf } from '@gov/pdf';
import { zlibSync } from 'fflate';

export const ascii = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0) & 0xff);
export const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
export const concat = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** How the cross-reference is written; `packed` puts what may be packed into an object stream. */
export type Kind = 'table' | 'stream' | 'packed';

/** Object numbers with the text between `obj` and `endobj`; null frees the object. */
export type Objects = Readonly<Record<number, string | null>>;

/** A stream with these bytes, one per character. */
export const stream = (content: string, keys = ''): string =>
  `<<${keys}/Length ${content.length}>>\nstream\n${content}\nendstream`;

const ID = '<00112233445566778899aabbccddeeff>';

/** A whole file. */
export function writePdf(objects: Readonly<Record<number, string>>, kind: Kind = 'table', trailer = ''): Uint8Array {
  const start = '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n';
  const keys = `/Root 1 0 R/ID[${ID}${ID}]${trailer}`;
  if (kind !== 'packed') return ascii(start + section(start.length, objects, keys, kind === 'stream'));
  const packed = Object.keys(objects)
    .map(Number)
    .filter((number) => number > 2 && !/\nstream\n/.test(objects[number]!));
  const container = Math.max(...Object.keys(objects).map(Number)) + 1;
  const rest = Object.fromEntries(Object.entries(objects).filter(([number]) => !packed.includes(Number(number))));
  return ascii(
    start +
      section(start.length, { ...rest, [container]: objectStream(packed.map((n) => [n, objects[n]!])) }, keys, true, {
        compressed: new Map(packed.map((number, index) => [number, { container, index }])),
      }),
  );
}

/** An object stream of these objects. */
export function objectStream(objects: readonly (readonly [number: number, text: string])[]): string {
  let head = '';
  let body = '';
  for (const [number, text] of objects) {
    head += `${number} ${body.length} `;
    body += `${text} `;
  }
  const data = latin(zlibSync(ascii(head + body)));
  return `<</Type/ObjStm/N ${objects.length}/First ${head.length}/Filter/FlateDecode/Length ${data.length}>>\nstream\n${data}\nendstream`;
}

interface SectionOptions {
  /** Objects that an object stream holds. */
  readonly compressed?: ReadonlyMap<number, { readonly container: number; readonly index: number }>;
  /** Entries that name bytes which stand elsewhere. */
  readonly offsets?: Readonly<Record<number, number>>;
  readonly generations?: Readonly<Record<number, number>>;
  /** At least so many numbers. */
  readonly size?: number;
  /** Instead of the right position. */
  readonly startxref?: number;
  readonly end?: string;
}

/** Objects, their cross-reference and trailer, as text that begins at byte `at` of the file. */
export function section(at: number, objects: Objects, keys: string, asStream: boolean, options: SectionOptions = {}) {
  let text = '';
  const rows = new Map<number, readonly [type: 0 | 1 | 2, field: number, third: number]>();
  for (const [name, body] of Object.entries(objects)) {
    const number = Number(name);
    const generation = options.generations?.[number] ?? 0;
    if (body === null) rows.set(number, [0, 0, generation + 1]);
    else {
      rows.set(number, [1, at + text.length, generation]);
      text += `${number} ${generation} obj\n${body}\nendobj\n`;
    }
  }
  for (const [number, { container, index }] of options.compressed ?? []) rows.set(number, [2, container, index]);
  for (const [number, offset] of Object.entries(options.offsets ?? {}))
    rows.set(Number(number), [1, offset, options.generations?.[Number(number)] ?? 0]);
  const whole = !keys.includes('/Prev');
  if (whole) rows.set(0, [0, 0, 65535]);
  const size = Math.max(options.size ?? 0, ...[...rows.keys()].map((number) => number + 1));
  const xref = at + text.length;
  if (asStream) {
    rows.set(size, [1, xref, 0]);
    const numbers = [...rows.keys()].sort((a, b) => a - b);
    const data = latin(
      zlibSync(
        Uint8Array.from(
          numbers.flatMap((number) => {
            const [type, field, third] = rows.get(number)!;
            return [type, field >>> 24, (field >> 16) & 255, (field >> 8) & 255, field & 255, third >> 8, third & 255];
          }),
        ),
      ),
    );
    const index = numbers.map((number) => `${number} 1`).join(' ');
    text += `${size} 0 obj\n<</Type/XRef/Size ${size + 1}/W[1 4 2]/Index[${index}]/Filter/FlateDecode${keys}/Length ${data.length}>>\nstream\n${data}\nendstream\nendobj\n`;
  } else {
    text += 'xref\n';
    for (const number of [...rows.keys()].sort((a, b) => a - b)) {
      const [type, field, third] = rows.get(number)!;
      text += `${number} 1\n${String(field).padStart(10, '0')} ${String(third).padStart(5, '0')} ${type === 0 ? 'f' : 'n'} \n`;
    }
    text += `trailer\n<</Size ${size}${keys}>>\n`;
  }
  return `${text}startxref\n${options.startxref ?? xref}\n${options.end ?? '%%EOF\n'}`;
}

export interface RevisionOptions extends SectionOptions {
  /** Instead of the kind of the revision before. */
  readonly kind?: 'table' | 'stream';
  /** More keys of the trailer. */
  readonly trailer?: string;
  readonly root?: string;
  readonly prev?: number;
  readonly id?: string;
}

/** A later revision by anybody, well formed unless the options say otherwise. */
export function revise(pdf: Uint8Array, objects: Objects, options: RevisionOptions = {}): Uint8Array {
  const doc = openPdf(pdf);
  const newest = doc.revisions.at(-1)!;
  const text = latin(pdf);
  const id = options.id ?? /\/ID ?(\[[^\]]*\])/.exec(text)?.[1];
  const info = doc.trailer.has('Info') ? `/Info ${doc.trailer.get('Info')}` : '';
  const keys = `/Root ${options.root ?? doc.catalogRef}${info}${id === undefined ? '' : `/ID${id}`}/Prev ${options.prev ?? newest.startxref}${options.trailer ?? ''}`;
  const asStream = (options.kind ?? newest.kind) === 'stream';
  return concat(pdf, ascii(section(pdf.length, objects, keys, asStream, { size: doc.size, ...options })));
}

/** A later revision written by `@gov/pdf` itself: faithful in form, whatever it says. */
export function edit(pdf: Uint8Array, change: (update: PdfUpdate, doc: PdfDocument) => void): Uint8Array {
  const doc = openPdf(pdf);
  const update = beginUpdate(doc);
  change(update, doc);
  return concat(pdf, update.toTail());
}

/** The text of an object as its newest writing has it; only for what stands in no object stream. */
export function textOf(pdf: Uint8Array, number: number): string {
  const pieces = latin(pdf).split(`\n${number} 0 obj\n`);
  if (pieces.length < 2) throw new Error(`object ${number} is not in the file`);
  return pieces.at(-1)!.split('\nendobj')[0]!;
}

/** The text of an object with one part of it replaced. */
export function changed(pdf: Uint8Array, number: number, from: string | RegExp, to: string): string {
  const text = textOf(pdf, number);
  const result = text.replace(from, () => to);
  if (result === text) throw new Error(`object ${number} has no ${from}: ${text.slice(0, 300)}`);
  return result;
}

/** A revision that replaces one part of one object. */
export const changing = (pdf: Uint8Array, number: number, from: string | RegExp, to: string): Uint8Array =>
  revise(pdf, { [number]: changed(pdf, number, from, to) });

/** Where the parts of a sealed file stand. */
interface Parts {
  readonly signature: PdfSignature;
  readonly field: number;
  readonly value: number;
  readonly appearance: number;
  readonly form: number;
  /** The next free object number. */
  readonly next: number;
  /** The gap: from the first byte of `<…>` to just after it, and where the signed bytes end. */
  readonly gap: readonly [start: number, end: number, stop: number];
}

/** The parts of the first signature, or of another one. */
export function partsOf(pdf: Uint8Array, index = 0): Parts {
  const doc = openPdf(pdf);
  const signature = signaturesOf(doc).at(index);
  if (signature === undefined) throw new Error('not signed');
  const { start, end } = signature.contentsSpan!;
  const length = signature.byteRange!.at(-1) as number;
  const form = doc.catalog.get('AcroForm');
  return {
    signature,
    field: signature.fieldRef!.number,
    value: signature.dictRef!.number,
    appearance: signature.widgets[0]?.appearance?.number ?? 0,
    form: form !== undefined && form !== null && typeof form === 'object' && 'number' in form ? form.number : 0,
    next: doc.size,
    gap: [start, end, end + length],
  };
}
