import { zlibSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import {
  decodeStream,
  openPdf,
  PDF_LIMITS,
  type PdfArray,
  type PdfDict,
  PdfName,
  PdfRef,
  type PdfStream,
  PdfString,
} from '../src/index.js';
import { appendTable, ascii, buildPdf, codeOf, KINDS, latin } from './build.js';

const value = (text: string, limits = {}) => {
  const doc = openPdf(buildPdf({ objects: { 6: text } }), { limits });
  return doc.get(new PdfRef(6));
};

describe.each(KINDS)('a document with cross-reference of kind %s', (kind) => {
  it('is opened and its objects are found', () => {
    const doc = openPdf(buildPdf({ kind, pages: 3 }));
    expect(doc.pageCount).toBe(3);
    expect(doc.revisions).toHaveLength(1);
    expect(doc.revisions[0]?.kind).toBe(kind === 'objstm' ? 'stream' : kind);
    expect(doc.revisions[0]?.end).toBe(doc.length);
    const page = doc.page(3);
    expect(page.mediaBox).toEqual([0, 0, 600, 800]);
    expect(page.dict.get('Num')).toBe(1.5);
    const content = doc.resolve(page.dict.get('Contents'));
    expect(latin(decodeStream(doc, content as PdfStream))).toBe('BT (page 3) Tj ET');
    expect((doc.resolve(doc.trailer.get('Info')) as PdfDict).get('Producer')).toEqual(new PdfString(ascii('test')));
  });

  it.each([
    ['%!junk\n', false],
    ['x'.repeat(1000), false],
    ['\n\n\n', true],
  ] as const)('has %j before the header, from zero: %s', (junk, fromZero) => {
    const doc = openPdf(buildPdf({ kind, junk, fromZero, pages: 2 }));
    expect(doc.base).toBe(fromZero ? 0 : junk.length);
    expect(doc.page(2).dict.get('Num')).toBe(1.5);
    expect(doc.deviations.map(({ code }) => code)).toContain('junk-before-header');
  });
});

describe('tokens', () => {
  it.each([
    ['null', null],
    ['true', true],
    ['-1.', -1],
    ['+.5', 0.5],
    ['007', 7],
    ['/A#42 ', new PdfName('AB')],
    ['/', new PdfName('')],
    ['12 0 R', new PdfRef(12)],
    ['12%c\n0%(\r R', new PdfRef(12)],
    ['<4 8 6>', new PdfString(ascii('H`'), true)],
    ['(a(b)\\)\\\r\nc\\0501\\5d\\n\\q\r\ne)', new PdfString(ascii('a(b))c(1\x05d\nq\ne'))],
  ])('%j', (text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  it('reads compact syntax', () => {
    const array = value('[true[[]]null<68>1.(a)/N/M 1 0 R[1 2]<</K/V/L[]>>%x\n2 0 R]') as PdfArray;
    expect(
      array.items.map((item) => (item === null ? 'null' : typeof item === 'object' ? item.constructor.name : item)),
    ).toEqual([
      ...[
        true,
        'PdfArray',
        'null',
        'PdfString',
        1,
        'PdfString',
        'PdfName',
        'PdfName',
        'PdfRef',
        'PdfArray',
        'PdfDict',
        'PdfRef',
      ],
    ]);
  });

  it('reads an empty object as null and says so', () => {
    const doc = openPdf(buildPdf({ objects: { 6: '' } }));
    expect(doc.get(new PdfRef(6))).toBeNull();
    expect(doc.deviations.map(({ code }) => code)).toEqual(['empty-object']);
  });

  it('keeps a repeated key visible', () => {
    const doc = openPdf(buildPdf({ objects: { 6: '<</A 1/B 2/A 3>>' } }));
    const dict = doc.get(new PdfRef(6)) as PdfDict;
    expect(dict.get('A')).toBe(3);
    expect(dict.duplicates).toEqual(['A']);
    expect(doc.deviations[0]?.code).toBe('duplicate-key');
  });

  it.each([
    '1.2.3',
    '--1',
    '1e5',
    'tru',
    'nullx',
    '(',
    '<4g>',
    '<<1 2>>',
    '[1',
    '<</A>>',
    '/A/B]',
    '{',
    '9'.repeat(300),
  ])('refuses %j', (text) => {
    expect(codeOf(() => value(text))).toBe('pdf-malformed');
  });
});

describe('limits', () => {
  it.each([
    ['depth', 3, '[[[1]]]', '[[[[1]]]]'],
    ['depth', 3, '<</A<</B<<>>>>>>', '<</A<</B<</C[]>>>>>>'],
    ['stringBytes', 6, '(abcde)', '(abcdef)'],
    ['stringBytes', 6, '<abcde>', '<abcdef>'],
    ['nameBytes', 13, '/abcdefghijklm', '/abcdefghijklmn'],
  ] as const)('%s %d: %s', (name, bound, inside, outside) => {
    expect(codeOf(() => value(inside, { [name]: bound }))).toBe('nothing thrown');
    expect(codeOf(() => value(outside, { [name]: bound }))).toBe('pdf-limit');
  });

  it('bounds the size of the file, its sections, entries, pages and objects', () => {
    const file = buildPdf({ pages: 3 });
    expect(codeOf(() => openPdf(file, { limits: { fileBytes: file.length } }))).toBe('nothing thrown');
    expect(codeOf(() => openPdf(file, { limits: { fileBytes: file.length - 1 } }))).toBe('pdf-limit');
    const twice = appendTable(file, {}, '/Size 10/Root 1 0 R');
    expect(codeOf(() => openPdf(twice, { limits: { sections: 2 } }))).toBe('nothing thrown');
    expect(codeOf(() => openPdf(twice, { limits: { sections: 1 } }))).toBe('pdf-limit');
    expect(codeOf(() => openPdf(file, { limits: { xrefEntries: 10 } }))).toBe('nothing thrown');
    expect(codeOf(() => openPdf(file, { limits: { xrefEntries: 9 } }))).toBe('pdf-limit');
    expect(codeOf(() => openPdf(file, { limits: { pages: 3 } }).page(3))).toBe('nothing thrown');
    expect(codeOf(() => openPdf(file, { limits: { pages: 2 } }).page(1))).toBe('pdf-limit');
    expect(codeOf(() => openPdf(file, { limits: { objects: 3 } }).page(1))).toBe('nothing thrown');
    expect(codeOf(() => openPdf(file, { limits: { objects: 2 } }).page(1))).toBe('pdf-limit');
  });

  it('stops a Flate bomb', () => {
    const data = latin(zlibSync(new Uint8Array(1_000_000)));
    const stream = `<</Filter/FlateDecode/Length ${data.length}>>\nstream\n${data}\nendstream`;
    const read = (decodedBytes: number) => {
      const doc = openPdf(buildPdf({ objects: { 6: stream } }), { limits: { decodedBytes } });
      return decodeStream(doc, doc.get(new PdfRef(6)) as PdfStream).length;
    };
    expect(read(1_000_000)).toBe(1_000_000);
    expect(codeOf(() => read(999_999))).toBe('pdf-limit');
  });

  it('bounds a chain of lengths', () => {
    const objects: Record<number, string> = {};
    for (let n = 6; n < 6 + PDF_LIMITS.treeDepth + 2; n++) objects[n] = `<</Length ${n + 1} 0 R>>\nstream\n\nendstream`;
    expect(codeOf(() => openPdf(buildPdf({ objects })).get(new PdfRef(6)))).toBe('pdf-limit');
  });
});

describe('filters', () => {
  const decoded = (filter: string, data: string, parms = '') => {
    const doc = openPdf(
      buildPdf({ objects: { 6: `<</Filter${filter}${parms}/Length ${data.length}>>\nstream\n${data}\nendstream` } }),
    );
    return latin(decodeStream(doc, doc.get(new PdfRef(6)) as PdfStream));
  };
  it('decodes', () => {
    expect(decoded('/ASCIIHexDecode', '48 65 6c6C 6f7>zz')).toBe('Hellop');
    expect(decoded('/ASCII85Decode', '87cURD]i,"Ebo80~>')).toBe('Hello World!');
    expect(decoded('[/ASCIIHexDecode/ASCII85Decode]', '7a 21 21 7e 3e')).toBe('\0\0\0\0\0');
    const plain = Uint8Array.from({ length: 12 }, (_, i) => i * 7);
    const png = (rows: number[][]) => latin(zlibSync(Uint8Array.from(rows.flat())));
    const row = (i: number) => [...plain.subarray(i * 4, i * 4 + 4)];
    expect(
      decoded(
        '/FlateDecode',
        png([
          [0, ...row(0)],
          [1, 28, 7, 7, 7],
          [2, 28, 28, 28, 28],
        ]),
        '/DecodeParms<</Predictor 15/Columns 4>>',
      ),
    ).toBe(latin(plain));
    expect(
      decoded(
        '/FlateDecode',
        latin(zlibSync(Uint8Array.of(1, 1, 1, 5, 1, 1))),
        '/DecodeParms<</Predictor 2/Columns 3>>',
      ),
    ).toBe('\x01\x02\x03\x05\x06\x07');
  });
  it.each([
    ['/FlateDecode', 'abc', 'pdf-malformed'],
    ['/FlateDecode', '', 'pdf-malformed'],
    ['/ASCIIHexDecode', '4x>', 'pdf-malformed'],
    ['/ASCII85Decode', 'v', 'pdf-malformed'],
    ['/ASCII85Decode', 's8W-"', 'pdf-malformed'],
    ['/ASCII85Decode', 'a~>', 'pdf-malformed'],
    ['/DCTDecode', 'x', 'algorithm-unsupported'],
    ['[/A/A/A/A/A/A/A/A/A]', 'x', 'pdf-limit'],
  ])('refuses %s of %j', (filter, data, code) => {
    expect(codeOf(() => decoded(filter, data))).toBe(code);
  });
});

describe('what cannot be read', () => {
  const good = latin(buildPdf());
  it.each([
    ['no header', good.replace('%PDF-', '%PDX-'), 'pdf-malformed'],
    ['no startxref', good.replace('startxref', 'startxxxx'), 'pdf-malformed'],
    ['startxref into nowhere', good.replace(/startxref\n\d+/, 'startxref\n999999'), 'pdf-malformed'],
    [
      'startxref beside the table',
      good.replace(/startxref\n(\d+)/, (_, n) => `startxref\n${Number(n) + 1}`),
      'pdf-malformed',
    ],
    ['no %%EOF', good.replace('%%EOF', ''), 'pdf-malformed'],
    ['truncated', good.slice(0, -20), 'pdf-malformed'],
    ['empty', '', 'pdf-malformed'],
    ['no trailer', good.replace('trailer', 'trxxler'), 'pdf-malformed'],
    ['no root', good.replace('/Root 1 0 R', '           '), 'pdf-malformed'],
    ['an encryption that is none', good.replace('/Root 1 0 R', '/Root 1 0 R/Encrypt 3 0 R'), 'pdf-malformed'],
    ['a count of entries beyond the end', good.replace('xref\n0 6', 'xref\n0 99999999'), 'pdf-malformed'],
  ])('%s', (_, text, code) => {
    expect(codeOf(() => openPdf(ascii(text)))).toBe(code);
  });

  it('an object that is not where the cross-reference says', () => {
    const doc = openPdf(ascii(good.replace('5 0 obj', '7 0 obj')));
    expect(doc.pageCount).toBe(1);
    expect(codeOf(() => doc.get(new PdfRef(5)))).toBe('pdf-malformed');
  });

  it('a stream that does not end where /Length says, or begins after a lone carriage return', () => {
    expect(codeOf(() => value('<</Length 3>>\nstream\nabcd\nendstream'))).toBe('pdf-malformed');
    expect(codeOf(() => value('<</Length 3>>\nstream\rabc\nendstream'))).toBe('pdf-malformed');
    expect(codeOf(() => value('<</Length 99999>>\nstream\nabc\nendstream'))).toBe('pdf-malformed');
  });

  it('an object number twice in one section', () => {
    const twice = appendTable(buildPdf(), {}, '/Size 6/Root 1 0 R');
    const text = latin(twice).replace(
      /xref\ntrailer(?![\s\S]*trailer)/,
      'xref\n1 2\n0000000015 00000 n \n0000000015 00000 n \n2 1\n0000000015 00000 n \ntrailer',
    );
    expect(codeOf(() => openPdf(ascii(text)))).toBe('pdf-malformed');
  });

  it('offsets that fit from byte 0 and from the header', () => {
    const inner = latin(buildPdf({ junk: '0123456789' }));
    const at = Number(/startxref\n(\d+)/.exec(inner)?.[1]);
    expect(codeOf(() => openPdf(ascii(`${inner.slice(0, at - 1)}\nxref     ${inner.slice(at + 9)}`)))).not.toBe(
      'nothing thrown',
    );
  });
});

describe('loops', () => {
  it('/Prev', () => {
    const file = latin(buildPdf());
    const at = /startxref\n(\d+)/.exec(file)?.[1];
    expect(codeOf(() => openPdf(ascii(file.replace('/Root', `/Prev ${at}/Root`))))).toBe('pdf-loop');
  });
  it.each([
    ['/Kids', { 2: '<</Type/Pages/Count 2/Kids[2 0 R 4 0 R]>>' }, 'pdf-loop'],
    ['a reference to itself', { 2: '2 0 R' }, 'pdf-loop'],
    ['references in a circle', { 2: '6 0 R', 6: '7 0 R', 7: '2 0 R' }, 'pdf-loop'],
    ['/Count too high', { 2: '<</Type/Pages/Count 2/Kids[4 0 R]/MediaBox[0 0 1 1]>>' }, 'pdf-malformed'],
    ['/Count negative', { 2: '<</Type/Pages/Count -1/Kids[4 0 R]>>' }, 'pdf-malformed'],
    ['no /MediaBox', { 2: '<</Type/Pages/Count 1/Kids[4 0 R]>>' }, 'pdf-malformed'],
    ['a direct page', { 2: '<</Type/Pages/Count 1/Kids[<<>>]>>' }, 'pdf-malformed'],
    ['a slanted page', { 2: '<</Type/Pages/Count 1/Kids[4 0 R]/Rotate 45/MediaBox[0 0 1 1]>>' }, 'pdf-malformed'],
  ] as [string, Record<number, string>, string][])('%s of the page tree', (_, objects, code) => {
    const doc = openPdf(buildPdf({ objects }));
    expect(codeOf(() => doc.page(doc.pageCount))).toBe(code);
  });
  it('/Length of itself', () => {
    expect(codeOf(() => value('<</Length 6 0 R>>\nstream\n\nendstream'))).toBe('pdf-loop');
  });
  it('/Extends', () => {
    const body = (next: number) => `<</Type/ObjStm/N 0/First 0/Extends ${next} 0 R/Length 0>>\nstream\n\nendstream`;
    const straight = buildPdf({
      kind: 'objstm',
      containerKeys: '/Extends 7 0 R',
      objects: { 7: body(8), 8: body(99) },
    });
    expect(codeOf(() => openPdf(straight).page(1))).toBe('nothing thrown');
    const extended = buildPdf({ kind: 'objstm', containerKeys: '/Extends 7 0 R', objects: { 7: body(8), 8: body(7) } });
    expect(codeOf(() => openPdf(extended).page(1))).toBe('pdf-loop');
  });
});

describe('pages', () => {
  it('inherit, are cut, turned and scaled', () => {
    const doc = openPdf(
      buildPdf({
        objects: {
          2: '<</Type/Pages/Count 3/Kids[6 0 R 4 0 R]/MediaBox[600 800 -10 0]/Rotate -90>>',
          6: '<</Type/Pages/Count 2/Parent 2 0 R/Kids[7 0 R 8 0 R]/CropBox[10 20 700 30]>>',
          7: '<</Type/Page/Parent 6 0 R>>',
          8: '<</Type/Page/Parent 6 0 R/MediaBox[0 0 9 9]/CropBox[100 100 200 200]/UserUnit 2/Rotate 450>>',
        },
      }),
    );
    expect(doc.page(1)).toMatchObject({
      mediaBox: [-10, 0, 600, 800],
      cropBox: [10, 20, 600, 30],
      rotate: 270,
      userUnit: 1,
    });
    expect(doc.page(2)).toMatchObject({ mediaBox: [0, 0, 9, 9], cropBox: [0, 0, 9, 9], rotate: 90, userUnit: 2 });
    expect(doc.page(3).ref.number).toBe(4);
    for (const n of [0, 4, 1.5, Number.NaN]) expect(codeOf(() => doc.page(n))).toBe('pdf-page-missing');
  });
});

describe('revisions', () => {
  it('are views of the document as it was', () => {
    const first = buildPdf();
    const second = appendTable(first, { 3: '<</Producer (second)>>', 6: '(new)' }, '/Size 7/Root 1 0 R/Info 3 0 R');
    const third = appendTable(second, { 6: null }, '/Size 7/Root 1 0 R/Info 3 0 R');
    const doc = openPdf(third);
    expect(doc.revisions.map(({ end }) => end)).toEqual([first.length, second.length, third.length]);
    const producer = (n: number) => ((doc.asOf(n).get(new PdfRef(3)) as PdfDict).get('Producer') as PdfString).text;
    expect([producer(0), producer(1), producer(2)]).toEqual(['test', 'second', 'second']);
    expect([0, 1, 2].map((n) => doc.asOf(n).get(new PdfRef(6)))).toEqual([null, new PdfString(ascii('new')), null]);
    [first, second, third].forEach((bytes, n) => {
      expect(doc.asOf(n).read(0, bytes.length)).toEqual(bytes);
      expect(openPdf(bytes).revisions).toEqual(doc.asOf(n).revisions);
    });
    expect(codeOf(() => doc.asOf(3))).toBe('invalid-argument');
  });

  it('a newest section that stands before an older one is refused', () => {
    const build = (previous: number) => {
      const file = latin(buildPdf({ trailer: `/Prev ${previous}` }));
      const start = /startxref\n(\d+)/.exec(file)?.[1];
      const older = `xref\n0 0\ntrailer\n<</Size 6/Root 1 0 R>>\nstartxref\n${file.length}\n%%EOF\n`;
      return { file: ascii(`${file}${older}startxref\n${start}\n%%EOF\n`), at: file.length };
    };
    const { file } = build(build(100).at);
    expect(codeOf(() => openPdf(file))).toBe('pdf-malformed');
  });

  it('a /Prev that points to its own section is a loop', () => {
    const file = buildPdf();
    expect(codeOf(() => openPdf(appendTable(file, {}, '/Size 6/Root 1 0 R', file.length)))).toBe('pdf-loop');
  });
});
