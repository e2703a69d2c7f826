import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { CHUNK_BYTES, memoryFile } from '../src/file.js';
import {
  beginUpdate,
  coverageFindings,
  decodeStream,
  openPdf,
  PdfArray,
  PdfDict,
  type PdfDocument,
  PdfName,
  PdfRef,
  PdfStream,
  PdfString,
  prepareSignature,
  signaturesOf,
} from '../src/index.js';
import { MAX_BROKEN_OBJECTS, scan } from '../src/internal/scan.js';
import { PDF_LIMITS } from '../src/limits.js';
import { appendTable, ascii, buildPdf, codeOf, KINDS, latin } from './build.js';
import { ENCRYPTED } from './encrypted-files.js';

const repair = (input: Uint8Array, password?: string): PdfDocument =>
  openPdf(input, { repair: true, ...(password === undefined ? {} : { password }) });

/** The values of some objects, streams decoded, as text. */
function told(doc: PdfDocument, numbers: readonly number[]): unknown[] {
  const tell = (value: unknown): unknown => {
    if (value instanceof PdfName) return `/${value.value}`;
    if (value instanceof PdfString) return `(${latin(value.bytes)})`;
    if (value instanceof PdfRef) return value.toString();
    if (value instanceof PdfArray) return value.items.map(tell);
    if (value instanceof PdfStream) return [tell(value.dict), latin(decodeStream(doc, value))];
    if (value instanceof PdfDict)
      return Object.fromEntries([...value.keys()].map((key) => [key, tell(value.get(key))]));
    return value;
  };
  return numbers.map((number) => tell(doc.resolve(new PdfRef(number))));
}

const sign = (doc: PdfDocument): Uint8Array =>
  prepareSignature(doc, { page: 1, rect: [0, 0, 50, 50], filter: 'A', subFilter: 'B', reservedBytes: 32 }).finish(
    Uint8Array.of(0x30, 0),
  );

/** Repairs, signs, and sees that what comes out needs no repair and says the same. */
function checkRepair(input: Uint8Array, numbers: readonly number[], like: readonly unknown[], password?: string): void {
  const doc = repair(input, password);
  expect(doc.repaired).toBe(true);
  expect(told(doc, numbers)).toEqual(like);
  const out = sign(doc);
  expect(latin(out.subarray(0, input.length))).toBe(latin(input));
  const tail = latin(out.subarray(input.length));
  expect(tail).not.toContain('/Prev');
  const after = openPdf(out, password === undefined ? {} : { password });
  expect(after.repaired).toBe(false);
  expect(repair(out, password).repaired).toBe(false);
  expect(after.revisions).toHaveLength(1);
  const unchanged = numbers.filter((number) => number !== doc.catalogRef.number && number !== doc.page(1).ref.number);
  expect(told(after, unchanged)).toEqual(told(doc, unchanged));
  const [signature] = signaturesOf(after);
  expect(coverageFindings(after, signature!)).toMatchObject([{ outcome: 'pass', code: 'coverage-whole-file' }]);
  // and it is not repaired a second time, now that it is signed
  const again = openPdf(sign(after), password === undefined ? {} : { password });
  expect(again.revisions).toHaveLength(2);
}

const last = (text: string, from: string, to: string): string => {
  const at = text.lastIndexOf(from);
  expect(at).toBeGreaterThan(0);
  return text.slice(0, at) + to + text.slice(at + from.length);
};

const DAMAGES: readonly (readonly [string, (text: string) => string])[] = [
  ['a wrong startxref', (text) => text.replace(/startxref\n\d+/, 'startxref\n7')],
  ['a startxref past the end', (text) => text.replace(/startxref\n\d+/, 'startxref\n99999999')],
  ['no startxref', (text) => last(text, 'startxref', 'nothing..')],
  ['no %%EOF', (text) => last(text, '%%EOF\n', '')],
  ['bytes put in after the header', (text) => text.replace('%PDF-1.7\n', '%PDF-1.7\n% put in by a mail gateway\n')],
  ['every line end two bytes long', (text) => text.replace(/ 0 obj\n/g, ' 0 obj\r\n')],
  ['a /Prev to nowhere', (text) => text.replace('/Root 1 0 R', '/Prev 3/Root 1 0 R')],
];

describe.each(KINDS)('%s', (kind) => {
  const good = buildPdf({ kind, pages: 2 });
  const numbers = [1, 2, 3, 4, 5, 6, 7];
  const like = told(openPdf(good), numbers);

  it.each(DAMAGES)('is repaired by appending: %s', (_, damage) => {
    const input = ascii(damage(latin(good)));
    expect(latin(input)).not.toBe(latin(good));
    expect(codeOf(() => told(openPdf(input), numbers))).toBe('pdf-malformed');
    checkRepair(input, numbers, like);
  });

  it('is left as it is when it is sound', () => {
    expect(repair(good).repaired).toBe(false);
    expect(openPdf(good).repaired).toBe(false);
    expect(latin(sign(repair(good)))).toBe(latin(sign(openPdf(good))));
  });

  it('is repaired when the end is cut off, unless objects are missing then', () => {
    const text = latin(good);
    const structure = kind === 'table' ? text.indexOf('xref\n') : text.lastIndexOf('/Type/XRef') - 8;
    const cut = ascii(text.slice(0, structure));
    if (kind === 'objstm') expect(codeOf(() => told(repair(cut), [3]))).toBe('nothing thrown');
    expect(codeOf(() => openPdf(cut))).toBe('pdf-malformed');
    checkRepair(cut, [1, 2, 5], [like[0], like[1], like[4]]);
    expect(codeOf(() => repair(ascii(text.slice(0, 30))))).toBe('pdf-malformed');
  });

  it('with random damage throws typed errors or reads', () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(40), fc.uint8Array({ maxLength: 8 }), (at, gone, put) => {
        const input = Buffer.concat([good.subarray(0, at), put, good.subarray(at + gone)]);
        const code = codeOf(() => sign(repair(new Uint8Array(input))));
        expect(code).toMatch(/^(nothing thrown|pdf-.*|algorithm-unsupported)$/);
      }),
      { numRuns: process.env.SLOW ? 20_000 : 300 },
    );
  });
});

describe.each(['rc4-128', 'aes-128-packed', 'aes-256', 'aes-256-packed'])('encrypted %s', (name) => {
  const { file, owner, user } = ENCRYPTED[name]!;

  it('is repaired with its password', () => {
    const input = ascii(latin(file).replace(/startxref\n\d+/, 'startxref\n1'));
    const whole = openPdf(file, { password: user });
    const numbers = [...Array(whole.size - 1).keys()]
      .map((n) => n + 1)
      .filter((n) => {
        const value = whole.resolve(new PdfRef(n));
        return !(value instanceof PdfStream) || !/XRef|ObjStm/.test((value.dict.get('Type') as PdfName)?.value ?? '');
      });
    checkRepair(input, numbers, told(whole, numbers), owner);
    if (user !== '') {
      expect(codeOf(() => repair(input))).toBe('pdf-encrypted');
      expect(codeOf(() => repair(input, 'wrong'))).toBe('password-wrong');
    }
  });

  it('is refused where its trailer is lost: the key would be unknown', () => {
    const text = latin(file);
    const cut = text.slice(0, text.lastIndexOf(name.endsWith('packed') ? ' 0 obj\n<< /Type /XRef' : '\nxref\n') - 2);
    expect(() => repair(ascii(cut), owner)).toThrow('not clear whether the file is encrypted');
  });
});

const broken = (text: string): Uint8Array => ascii(`${text}\nstartxref\n0\n%%EOF\n`);
const TREE =
  '2 0 obj<</Type/Pages/Count 1/Kids[3 0 R]/MediaBox[0 0 9 9]>>endobj 3 0 obj<</Type/Page/Parent 2 0 R>>endobj\n';
const CATALOG = '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n';

describe('what is taken for an object', () => {
  const at = (text: string): string[] =>
    scan(memoryFile(ascii(text)), PDF_LIMITS).objects.map(({ ref, offset, kind }) => `${ref} ${offset} ${kind}`);

  it('the header and what follows it', () => {
    expect(at('7 0 obj null endobj\n8 65535 obj<</Type/Catalog>>endobj 9\n0\nobj()endobj')).toEqual([
      '7 0 R 0 other',
      '8 65535 R 20 catalog',
      '9 0 R 55 other',
    ]);
    expect(at('endobj7 0 obj null endobj8 0 obj 1 endobj')).toHaveLength(2);
  });

  it('no header in a stream, a string, a comment or a word', () => {
    const inside = '9 0 obj<</Type/Catalog>>endobj';
    const stream = (length: string, end = '\n') =>
      `7 0 obj<</Length ${length}>>stream\n${inside}${end}endstream endobj 8 0 obj 30 endobj`;
    expect(at(stream('30'))).toHaveLength(2);
    expect(at(stream('30', ''))).toHaveLength(2);
    expect(at(stream('12'))).toHaveLength(2);
    expect(at(stream('99999'))).toHaveLength(2);
    expect(at(stream('8 0 R'))).toHaveLength(2);
    expect(at(`8 0 obj 30 endobj ${stream('8 0 R')}`)).toHaveLength(3);
    expect(at(`7 0 obj<</Length 43>>stream\r\n${inside}endstream ${inside}\r\nendstream endobj`)).toHaveLength(2);
    expect(at(`7 0 obj<</Length 72>>stream\r\n${inside} endstream ${inside}\r\nendstream endobj`)).toHaveLength(1);
    expect(at(`7 0 obj(${inside})endobj`)).toHaveLength(1);
    expect(at(`% ${inside}\n7 0 obj 1 endobj`)).toHaveLength(1);
    expect(at('a7 0 obj 1 endobj')).toHaveLength(0);
    expect(at('12345678901 0 obj 1 endobj')).toHaveLength(0);
    expect(at('7 123456 obj 1 endobj')).toHaveLength(0);
  });

  it('anything inside data without an end', () => {
    expect(at('7 0 obj<</Length 5>>stream\n8 0 obj 1 endobj')).toHaveLength(2);
  });

  it('an object that cannot be parsed, as far as its header', () => {
    expect(at('7 0 obj<</A (b>>endobj 8 0 obj 1 endobj')).toEqual(['7 0 R 0 other', '8 0 R 23 other']);
  });

  it('up to a bound of broken ones', () => {
    const bad = (count: number) => '7 0 obj ) endobj '.repeat(count);
    expect(at(bad(MAX_BROKEN_OBJECTS))).toHaveLength(MAX_BROKEN_OBJECTS);
    expect(codeOf(() => at(bad(MAX_BROKEN_OBJECTS + 1)))).toBe('pdf-malformed');
    expect(codeOf(() => scan(memoryFile(ascii('1 0 obj 1 endobj 2 0 obj 1')), { ...PDF_LIMITS, objects: 1 }))).toBe(
      'pdf-limit',
    );
  });

  it('across the pieces that a file is read in', () => {
    for (let shift = 0; shift < 180; shift += 22) {
      const padding = `%${' '.repeat(CHUNK_BYTES - 130 + shift)}\n`;
      expect(at(`${padding}7 0 obj 1 endobj`)).toEqual([`7 0 R ${padding.length} other`]);
      const start = '7 0 obj<<>>stream\n';
      expect(at(`${start}${padding}endstream endobj 8 0 obj 1 endobj`)).toHaveLength(2);
    }
  });

  it('in good time, however hostile', () => {
    const size = 400_000;
    const time = (unit: string): number => {
      const input = ascii(unit.repeat(Math.ceil(size / unit.length)));
      const before = cpuTime();
      codeOf(() => scan(memoryFile(input), PDF_LIMITS));
      return cpuTime() - before;
    };
    for (const unit of [
      '1 ',
      '1 0 obj',
      '1 0 obj(',
      '1 0 obj[',
      '1 0 obj<<>>stream\n',
      ' ',
      '1',
      'trailer',
      '%',
      '1 0 obj 1 ',
    ])
      expect(time(unit), unit).toBeLessThan(1500);
  });
});

describe('what a repaired document is', () => {
  it('the last definition of each object', () => {
    const doc = repair(broken(`${CATALOG}${TREE}4 0 obj(old)endobj 4 1 obj(new)endobj`));
    expect(doc.resolve(new PdfRef(4, 1))).toMatchObject({ bytes: ascii('new') });
    expect(doc.resolve(new PdfRef(4, 0))).toBeNull();
  });

  it('a later plain object instead of one in an object stream, and the other way round', () => {
    const packed = latin(buildPdf({ kind: 'objstm' }));
    const text = packed.slice(0, packed.lastIndexOf('startxref'));
    const later = repair(broken(`${text}3 0 obj<</Producer(later)>>endobj`));
    expect(later.entry(3)?.type).toBe('offset');
    const earlier = repair(broken(text.replace('2 0 obj', '3 0 obj<</Producer(earlier)>>endobj 2 0 obj')));
    expect(earlier.entry(3)?.type).toBe('compressed');
    // an object stream that is defined anew has nothing any more
    const page = '4 0 obj<</Type/Page/Parent 2 0 R>>endobj';
    expect(repair(broken(`${text}6 0 obj(replaced)endobj ${page}`)).entry(3)).toBeUndefined();
  });

  it('a stream where there are object streams, otherwise a table without gaps', () => {
    const doc = repair(broken(`${CATALOG}${TREE}7 0 obj(seven)endobj`));
    const update = beginUpdate(doc);
    expect(update.add(null)).toEqual(new PdfRef(8));
    const tail = latin(update.toTail());
    expect(tail).toMatch(/xref\n0 9\n0000000004 65535 f \n/);
    expect(tail).toMatch(/0000000005 00000 f \n0000000006 00000 f \n0000000000 00000 f \n\d{10} 00000 n \n/);
    expect(tail).toContain('/Size 9');
    const packed = beginUpdate(repair(ascii(latin(buildPdf({ kind: 'objstm' })).replace('%%EOF', ''))));
    expect(latin(packed.toTail())).toMatch(/\/Type \/XRef\n\/Size 9\n\/W \[1 2 2\]\n\/Index \[0 9\]/);
  });

  it('numbered from after the junk before its header', () => {
    const input = ascii(`junk before\n${latin(broken(CATALOG + TREE))}`);
    const doc = repair(input);
    expect(doc.base).toBe(12);
    const out = sign(doc);
    expect(openPdf(out)).toMatchObject({ base: 12, repaired: false });
    expect(codeOf(() => repair(ascii(TREE)))).toBe('pdf-malformed');
  });

  it.each([
    ['no catalog', `%PDF-1.4\n${TREE}`],
    ['two catalogs and no trailer', `${CATALOG}${TREE}9 0 obj<</Type/Catalog/Pages 2 0 R>>endobj`],
    ['a catalog without pages', '%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj'],
    ['a number far above all others', `${CATALOG}${TREE}8000000 0 obj(far)endobj`],
    [
      'an object stream that cannot be read',
      `${CATALOG}${TREE}9 0 obj<</Type/ObjStm/N 1/First 9/Length 0>>stream\n\nendstream endobj`,
    ],
    [
      'encryption in one trailer and none in the last',
      `${CATALOG}${TREE}trailer<</Encrypt 9 0 R/Root 1 0 R>> trailer<</Root 1 0 R>>`,
    ],
  ])('is refused: %s', (_, text) => {
    expect(codeOf(() => repair(broken(text)))).toBe('pdf-malformed');
  });

  it('decided by a trailer where there are two catalogs', () => {
    const two = `${CATALOG}${TREE}9 0 obj<</Type/Catalog/Pages 2 0 R>>endobj `;
    expect(repair(broken(`${two}trailer<</Root 1 0 R/Info 5 0 R>>`)).catalogRef.number).toBe(1);
    expect(
      repair(broken(`${two}trailer<</Root 1 0 R>> trailer<</Root 9 0 R>> trailer<</Size 1>>`)).catalogRef.number,
    ).toBe(9);
    expect(repair(broken(`${two}trailer<</Root 9 0 R>> trailer<</Root 2 0 R>>`)).catalogRef.number).toBe(9);
  });

  it('never a signed one', () => {
    const signed = latin(sign(openPdf(buildPdf())));
    expect(repair(ascii(signed)).repaired).toBe(false);
    const damaged = ascii(signed.replace(/startxref\n\d+\n%%EOF\n$/, ''));
    // the older cross-reference is still sound: the file reads as it was before it was signed, as without repair
    expect(openPdf(damaged).revisions).toHaveLength(1);
    const worse = ascii(signed.replace(/startxref\n\d+/g, 'startxref\n9'));
    expect(codeOf(() => openPdf(worse))).toBe('pdf-malformed');
    expect(codeOf(() => repair(worse))).toBe('pdf-unfaithful');
    const orphan = broken(`${CATALOG}${TREE}9 0 obj<</V[<</ByteRange[0 1 2 3]>>]>>endobj`);
    expect(codeOf(() => repair(orphan))).toBe('pdf-unfaithful');
    const torn = broken(`${CATALOG}${TREE}9 0 obj<</Contents<00zz>/ByteRange[0 1 2 3]>>endobj`);
    expect(codeOf(() => repair(torn))).toBe('pdf-unfaithful');
  });

  it('not asked about /Size', () => {
    const small = ascii(latin(buildPdf()).replace('/Size 6', '/Size 5'));
    expect(codeOf(() => beginUpdate(repair(small)))).toBe('pdf-unfaithful');
  });

  it('built of later updates too', () => {
    const input = appendTable(buildPdf(), { 3: '<</Producer(second)>>' }, '/Size 6/Root 1 0 R');
    const doc = repair(ascii(latin(input).replace(/startxref\n\d+\n%%EOF\n$/, 'startxref\n5\n%%EOF')));
    expect(doc.repaired).toBe(true);
    expect((doc.resolve(new PdfRef(3)) as PdfDict).get('Producer')).toMatchObject({ bytes: ascii('second') });
  });
});
