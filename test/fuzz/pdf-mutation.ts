/**
 * Changes sealed PDFs as a stranger would: bytes and numbers in the places that count, objects exchanged, and whole revisions
 * appended whose cross-reference is right, so that what is wrong is met where it stands and not at the first keyword.
 */
import type { Random } from './mutation.js';

const latin = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'latin1'));

/** What a mutation likes to write. */
const WORDS = [
  ...[
    '0',
    '9',
    '-1',
    '99999999',
    '4294967296',
    ' 0 R',
    '1 0 R',
    '<<',
    '>>',
    '[',
    ']',
    '(',
    ')',
    '<',
    '>',
    '/',
    '%',
    '\0',
    '\n',
    '#',
  ],
  ...['obj', 'endobj', 'stream\n', 'endstream', 'xref', 'trailer', 'startxref', '%%EOF', '%PDF-1.7\n', 'null', 'true'],
  ...[
    '/Prev 0',
    '/Size 0',
    '/Kids',
    '/Length 1',
    '/Count',
    '/XRefStm 9',
    '/Index',
    '/ByteRange',
    '/Contents',
    '/V',
    '/FT',
    '/T',
  ],
  ...[
    '/Root 2 0 R',
    '/Type/ObjStm',
    '/Encrypt 1 0 R',
    '/AP',
    '/N',
    '/Rect',
    '/Annots',
    '/Fields',
    '/Perms',
    '/DocMDP',
    '/P 3',
  ],
];
/** Where a change is likely to matter. */
const PLACES =
  /\/ByteRange|\/Contents|startxref|trailer|xref|\/Prev|\/Root|\/Size|\/Kids|\/Annots|\/AcroForm|\/Fields|\/Reference|\/V |\/W|\/Index|\d+ \d+ obj|endobj|stream|%%EOF|\/Rect|\/AP|\/Encrypt/g;
/** Objects that anybody could wish to see instead of what is there. */
const VALUES = [
  'null',
  '<<>>',
  '[]',
  '<</Type/Catalog/Pages 2 0 R>>',
  '<</Type/Pages/Count 0/Kids[]>>',
  '<</Length 20>>\nstream\n1 g 0 0 999 999 re f \nendstream',
  '<</Type/Annot/Subtype/Square/Rect[0 0 500 500]/IC[1 1 1]/F 4>>',
  '<</FT/Sig/T(x)/V 1 0 R>>',
  '<</Fields[]/SigFlags 3>>',
];

interface Seed {
  readonly bytes: Uint8Array;
  readonly text: string;
  readonly places: readonly number[];
  readonly objects: readonly { readonly number: number; readonly body: string }[];
  readonly startxref: string;
  readonly trailer: string;
  readonly size: number;
}

function seedOf(bytes: Uint8Array): Seed {
  const text = latin(bytes);
  const objects = [...text.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(([, number, body]) => ({
    number: Number(number),
    body: body!,
  }));
  const root = [...text.matchAll(/\/Root ?(\d+ \d+ R)/g)].at(-1)?.[1] ?? '1 0 R';
  const encrypt = [...text.matchAll(/\/Encrypt ?(\d+ \d+ R)/g)].at(-1)?.[1];
  const id = [...text.matchAll(/\/ID ?(\[[^\]]*\])/g)].at(-1)?.[1] ?? '[]';
  return {
    bytes,
    text,
    places: [...text.matchAll(PLACES)].map(({ index }) => index),
    objects,
    startxref: [...text.matchAll(/startxref\s+(\d+)/g)].at(-1)?.[1] ?? '0',
    trailer: `/Root ${root}/ID${id}${encrypt === undefined ? '' : `/Encrypt ${encrypt}`}`,
    size: Math.max(0, ...[...text.matchAll(/\/Size (\d+)/g)].map(([, size]) => Number(size))),
  };
}

/** Sealed files taken apart once. */
export class PdfCorpus {
  readonly #seeds: readonly Seed[];

  constructor(seeds: readonly Uint8Array[]) {
    this.#seeds = seeds.map(seedOf);
  }

  /** One of the seeds, changed in one to three places, or with one or two revisions behind it. */
  mutate(next: Random): Uint8Array {
    const seed = this.#seeds[next(this.#seeds.length)]!;
    if (next(3) === 0) {
      let { text } = seed;
      let { startxref } = seed;
      for (let revisions = 1 + next(2); revisions > 0; revisions--)
        [text, startxref] = this.#revision(seed, text, startxref, next);
      return bytesOf(next(4) === 0 ? this.#change(seed, text, next) : text);
    }
    let { text } = seed;
    for (let changes = 1 + next(3); changes > 0; changes--) text = this.#change(seed, text, next);
    return bytesOf(text);
  }

  /** The file with a revision, and where its cross-reference begins. */
  #revision(seed: Seed, before: string, startxref: string, next: Random): [string, string] {
    let text = before;
    const entries: string[] = [];
    let size = seed.size;
    for (let objects = next(4); objects > 0; objects--) {
      const old = seed.objects[next(seed.objects.length)]!;
      const number = next(5) === 0 ? seed.size + next(3) : old.number;
      size = Math.max(size, number + 1);
      if (next(8) === 0) entries.push(`${number} 1\n0000000000 00001 f \n`);
      else {
        const other = this.#seeds[next(this.#seeds.length)]!.objects;
        const body = [
          () => this.#change(seed, old.body, next),
          () => old.body.replace(/\d+(?= 0 R)/, () => String(1 + next(size))),
          () => other[next(other.length)]!.body,
          () => VALUES[next(VALUES.length)]!,
        ][next(4)]!();
        entries.push(`${number} 1\n${String(text.length).padStart(10, '0')} 00000 n \n`);
        text += `${number} 0 obj\n${body}\nendobj\n`;
      }
    }
    // An entry that leads to older bytes.
    if (next(6) === 0) {
      const number = seed.objects[next(seed.objects.length)]!.number;
      const at = [...seed.text.matchAll(/(?<=\n)\d+ 0 obj/g)].map(({ index }) => index);
      entries.push(`${number} 1\n${String(at[next(at.length)] ?? 0).padStart(10, '0')} 00000 n \n`);
    }
    const prev = next(12) === 0 ? String(next(text.length)) : startxref;
    const at = String(text.length);
    return [
      `${text}xref\n${entries.join('')}trailer\n<</Size ${size}${seed.trailer}/Prev ${prev}>>\nstartxref\n${at}\n%%EOF\n`,
      at,
    ];
  }

  #change(seed: Seed, text: string, next: Random): string {
    const position = next(3) === 0 ? next(text.length + 1) : (seed.places[next(seed.places.length)] ?? 0) + next(40);
    const at = Math.min(position, text.length);
    const word = WORDS[next(WORDS.length)]!;
    const splice = (put: string, cut: number): string => text.slice(0, at) + put + text.slice(at + cut);
    switch (next(11)) {
      case 0:
        return splice(word, 0);
      case 1:
        return splice(word, word.length);
      case 2:
        return splice('', 1 + next(8));
      case 3:
        return splice(String.fromCharCode((text.charCodeAt(at) || 0) ^ (1 << next(8))), 1);
      case 4: {
        // A number becomes one beside it, or another length of number.
        const [found] = /\d+/.exec(text.slice(at, at + 200)) ?? [];
        if (found === undefined) return splice('', 1);
        const start = text.indexOf(found, at);
        const put = [
          String(Number(found) + 1),
          String(Math.max(0, Number(found) - 1)),
          '0',
          `-${found}`,
          `${found}0`,
          found.padStart(found.length + 2, '0'),
        ];
        return text.slice(0, start) + put[next(put.length)]! + text.slice(start + found.length);
      }
      case 5: {
        // Two objects of the same length of text change places.
        const [a, b] = [seed.objects[next(seed.objects.length)]!, seed.objects[next(seed.objects.length)]!];
        const length = Math.min(a.body.length, b.body.length);
        return text.replace(a.body, () => b.body.slice(0, length).padEnd(a.body.length));
      }
      case 6:
        return text + text.slice(text.length - next(Math.min(text.length, 4000)));
      case 7:
        return text.slice(0, at);
      case 8: {
        const from = next(text.length);
        return splice(text.slice(from, from + next(300)), 0);
      }
      case 9: {
        const other = this.#seeds[next(this.#seeds.length)]!.text;
        return text.slice(0, at) + other.slice(Math.min(at, other.length));
      }
      default: {
        // A name becomes another.
        const names = [...text.slice(at, at + 400).matchAll(/\/[A-Za-z]+/g)];
        const name = names[next(names.length || 1)];
        if (name === undefined) return splice('/', 0);
        const start = at + name.index;
        const other = [...seed.text.matchAll(/\/[A-Za-z]+/g)];
        return text.slice(0, start) + other[next(other.length)]![0] + text.slice(start + name[0].length);
      }
    }
  }
}
