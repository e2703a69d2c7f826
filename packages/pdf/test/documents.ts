/** Documents of every shape that is allowed and many that are only found, made from a few choices. */

import fc from 'fast-check';
import { zlibSync } from 'fflate';
import { ascii, latin } from './build.js';

export interface Shape {
  readonly version: string;
  readonly junk: string;
  readonly eol: string;
  /** Of the entries of a table: two bytes. */
  readonly entryEol: string;
  readonly end: string;
  readonly kind: 'table' | 'stream' | 'packed' | 'hybrid' | 'linearized';
  readonly pages: number;
  readonly rotate: number;
  readonly mediaBox: readonly number[];
  readonly cropBox: boolean;
  readonly userUnit: number | undefined;
  readonly annots: 'none' | 'null' | 'direct' | 'indirect' | 'shared' | 'taken';
  readonly form: 'none' | 'direct' | 'indirect';
  readonly fields: 'none' | 'direct' | 'indirect';
  /** Generation of the page objects. */
  readonly generation: number;
  readonly gap: 'none' | 'free' | 'unmentioned' | 'offset-zero';
  readonly nested: boolean;
  readonly id: boolean;
  readonly info: boolean;
}

export const shapes: fc.Arbitrary<Shape> = fc.record({
  version: fc.constantFrom('1.0', '1.2', '1.4', '1.5', '1.6', '1.7', '2.0'),
  junk: fc.constantFrom('', 'junk\n', '\n\n', `${'x'.repeat(900)}\r\n`),
  eol: fc.constantFrom('\n', '\r\n', '\r'),
  entryEol: fc.constantFrom(' \n', '\r\n', ' \r'),
  end: fc.constantFrom('', '\n', '\r\n', '\r', '\n\n', ' \n'),
  kind: fc.constantFrom('table', 'stream', 'packed', 'hybrid', 'linearized'),
  pages: fc.integer({ min: 1, max: 5 }),
  rotate: fc.constantFrom(0, 90, 180, 270, -90, 450),
  mediaBox: fc.constantFrom([0, 0, 595, 842], [-100, -50, 495, 792], [595, 842, 0, 0], [0.5, 1000.25, 600.5, 1842.25]),
  cropBox: fc.boolean(),
  userUnit: fc.constantFrom(undefined, 1, 2.5),
  annots: fc.constantFrom('none', 'null', 'direct', 'indirect', 'shared', 'taken'),
  form: fc.constantFrom('none', 'direct', 'indirect'),
  fields: fc.constantFrom('none', 'direct', 'indirect'),
  generation: fc.constantFrom(0, 0, 1, 65_534),
  gap: fc.constantFrom('none', 'free', 'unmentioned', 'offset-zero'),
  nested: fc.boolean(),
  id: fc.boolean(),
  info: fc.boolean(),
});

interface Placed {
  readonly number: number;
  readonly generation: number;
  readonly body: string;
}

const numbers = (values: readonly number[]): string => `[${values.join(' ')}]`;

function bodies(shape: Shape): Placed[] {
  const out: Placed[] = [];
  const put = (number: number, body: string, generation = 0): string => {
    out.push({ number, generation, body });
    return `${number} ${generation} R`;
  };
  const generation = shape.kind === 'packed' || shape.kind === 'hybrid' ? 0 : shape.generation;
  const fields = shape.fields === 'none' ? '' : `/Fields ${shape.fields === 'direct' ? '[]' : put(5, '[]')}`;
  const form = `<<${fields}/DA(/Helv 0 Tf 0 g)/DR<<>>>>`;
  const acroForm = shape.form === 'none' ? '' : `/AcroForm ${shape.form === 'direct' ? form : put(6, form)}`;
  put(1, `<</Type/Catalog/Pages 2 0 R${acroForm}/Lang(zh \\(CN\\))>>`);
  if (shape.info) put(7, '<</Producer(some program)/CreationDate(D:20200101)>>');
  const shared = shape.annots === 'shared' ? put(8, '[ ]') : '';
  // One number stays free: after the fixed objects, before those of the pages.
  const kids = Array.from({ length: shape.pages }, (_, i) => {
    const number = 10 + 3 * i;
    const annots = {
      none: '',
      null: '/Annots null',
      direct: '/Annots[]',
      indirect: `/Annots ${shape.annots === 'indirect' ? put(number + 1, '[]') : ''}`,
      shared: `/Annots ${shared}`,
      taken: '/Annots[<</Type/Annot/Subtype/Link/Rect[1 1 2 2]>>]',
    }[shape.annots];
    const crop = shape.cropBox ? `/CropBox${numbers(shape.mediaBox.map((n, at) => n + (at < 2 ? 10 : -10)))}` : '';
    const unit = shape.userUnit === undefined ? '' : `/UserUnit ${shape.userUnit}`;
    const content = put(number + 2, `<</Length 4>>${shape.eol === '\r' ? '\n' : shape.eol}stream\nq Q \nendstream`);
    const parent = shape.nested ? '3 0 R' : '2 0 R';
    return put(number, `<</Type/Page/Parent ${parent}/Contents ${content}${crop}${unit}${annots}>>`, generation);
  });
  const inherited = `/MediaBox${numbers(shape.mediaBox)}/Rotate ${shape.rotate}/Resources<<>>`;
  const node = (parent: string): string => `<</Type/Pages/Count ${shape.pages}/Kids[${kids.join(' ')}]${parent}>>`;
  if (shape.nested) {
    put(2, `<</Type/Pages/Count ${shape.pages}/Kids[3 0 R]${inherited}>>`);
    put(3, node('/Parent 2 0 R'));
  } else put(2, node(inherited));
  return out.sort((a, b) => a.number - b.number);
}

/** A document of this shape; offsets count from its header. */
export function makeDocument(shape: Shape): Uint8Array {
  const { eol } = shape;
  const objects = bodies(shape);
  let size = Math.max(...objects.map(({ number }) => number)) + 1;
  let text = `${shape.junk}%PDF-${shape.version}${eol}%\xe2\xe3\xcf\xd3${eol}`;
  const here = (): number => text.length - shape.junk.length;
  const offsets = new Map<number, { at: number; generation: number }>();
  const inside = new Map<number, number>();
  const write = ({ number, generation, body }: Placed): void => {
    offsets.set(number, { at: here(), generation });
    text += `${number} ${generation} obj${eol}${body}${eol}endobj${eol}`;
  };
  const keys = `/Root 1 0 R${shape.info ? '/Info 7 0 R' : ''}${shape.id ? '/ID[<0102><0304>]' : ''}`;
  const packs = shape.kind === 'packed' || shape.kind === 'hybrid';
  const packed = packs ? objects.filter(({ body }) => !body.includes('stream')) : [];
  // In a hybrid file old readers find the catalog and the tree.
  const hidden = shape.kind === 'hybrid' ? packed.filter(({ number }) => number > 3 && number < 10) : packed;
  const plain = objects.filter((object) => !hidden.includes(object));
  const table = (from: number, to: number, trailer: string): string => {
    const rows: (string | undefined)[] = [];
    for (let number = from; number < to; number++) {
      const known = offsets.get(number);
      const gone = shape.gap === 'offset-zero' ? '0000000000 00000 n' : '0000000000 00001 f';
      const row = number === 0 ? '0000000000 65535 f' : shape.gap === 'unmentioned' ? undefined : gone;
      rows.push(known === undefined ? row : `${String(known.at).padStart(10, '0')} ${pad(known.generation)} n`);
    }
    let out = `xref${eol}`;
    for (let at = 0; at < rows.length; ) {
      let end = at;
      while (end < rows.length && rows[end] !== undefined) end++;
      if (end > at) out += `${from + at} ${end - at}${eol}${rows.slice(at, end).join(shape.entryEol)}${shape.entryEol}`;
      at = end + 1;
    }
    return `${out}trailer${eol}<</Size ${size}${trailer}>>${eol}`;
  };
  const stream = (number: number, trailer: string, container: number): void => {
    offsets.set(number, { at: here(), generation: 0 });
    const rows: number[] = [];
    for (let n = 0; n <= number; n++) {
      const known = offsets.get(n);
      if (known !== undefined)
        rows.push(1, known.at >> 16, known.at >> 8, known.at, known.generation >> 8, known.generation);
      else if (inside.has(n)) rows.push(2, 0, container >> 8, container, 0, inside.get(n)!);
      else rows.push(0, 0, 0, 0, 255, 255);
    }
    const data = latin(zlibSync(Uint8Array.from(rows)));
    const dict = `<</Type/XRef/Size ${size}/W[1 3 2]/Filter/FlateDecode${trailer}/Length ${data.length}>>`;
    text += `${number} 0 obj${eol}${dict}\nstream\n${data}\nendstream${eol}endobj${eol}`;
  };
  const foot = (at: number): string => `startxref${eol}${at}${eol}%%EOF`;

  if (shape.kind === 'linearized') {
    // The first section stands before its objects: once they have their places, once more, and they stay.
    const half = 10;
    const [first, rest] = [plain.filter(({ number }) => number >= half), plain.filter(({ number }) => number < half)];
    const start = text;
    let sections: readonly [number, string] = [0, ''];
    let prev = 0;
    for (let round = 0; round < 3; round++) {
      text = start;
      const at = here();
      const section = table(half, size, `${keys}/Prev ${String(prev).padStart(9, '0')}`);
      sections = [at, section];
      text += `${section}${foot(0)}${eol}`;
      for (const object of [...first, ...rest]) write(object);
      prev = here();
    }
    return ascii(`${text}${table(0, half, '')}${foot(sections[0])}${shape.end}`);
  }
  for (const object of plain) write(object);
  let container = 0;
  if (hidden.length > 0) {
    container = size++;
    let head = '';
    let content = '';
    hidden.forEach(({ number, body }, index) => {
      inside.set(number, index);
      head += `${number} ${content.length} `;
      content += `${body} `;
    });
    const data = latin(zlibSync(ascii(head + content)));
    const dict = `<</Type/ObjStm/N ${hidden.length}/First ${head.length}/Filter/FlateDecode/Length ${data.length}>>`;
    write({ number: container, generation: 0, body: `${dict}\nstream\n${data}\nendstream` });
  }
  const at = here();
  if (shape.kind === 'table') return ascii(`${text}${table(0, size, keys)}${foot(at)}${shape.end}`);
  const own = size++;
  if (shape.kind !== 'hybrid') {
    stream(own, keys, container);
    return ascii(`${text}${foot(at)}${shape.end}`);
  }
  stream(own, '', container);
  const tableAt = here();
  return ascii(`${text}${table(0, size, `${keys}/XRefStm ${at}`)}${foot(tableAt)}${shape.end}`);
}

const pad = (generation: number): string => String(generation).padStart(5, '0');
