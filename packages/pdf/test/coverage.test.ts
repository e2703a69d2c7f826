import { describe, expect, it } from 'vitest';
import {
  changesSince,
  coverageFindings,
  openPdf,
  type PDF_LIMITS,
  prepareSignature,
  type SignatureFieldOptions,
  signaturesOf,
} from '../src/index.js';
import { appendTable, ascii, type BuildOptions, buildPdf, codeOf, latin, patch } from './build.js';

const options: SignatureFieldOptions = {
  page: 1,
  rect: [10, 20, 30, 40],
  appearance: { bbox: [0, 0, 20, 20], content: ascii('0 0 20 20 re f') },
  filter: 'F',
  subFilter: 'S',
  reservedBytes: 32,
};
const sign = (bytes: Uint8Array, more: Partial<SignatureFieldOptions> = {}) =>
  prepareSignature(openPdf(bytes), { ...options, ...more }).finish(Uint8Array.of(1, 2, 3));

/** What fails, signature by signature. */
const failed = (bytes: Uint8Array): string[][] => {
  const doc = openPdf(bytes);
  const all = signaturesOf(doc);
  return all.map((signature) => [
    ...new Set(
      coverageFindings(doc, signature, all)
        .filter(({ outcome }) => outcome === 'fail')
        .map(({ code }) => code),
    ),
  ]);
};
const changes = (bytes: Uint8Array, revision = 1) => {
  const found = changesSince(openPdf(bytes), revision);
  return found.level === 'other'
    ? found.changes
        .filter(({ level }) => level === 'other')
        .map(({ ref, code, detail }) => `${ref?.number ?? '-'} ${code}: ${detail}`)
        .join('; ')
    : found.level;
};

/** A signed file: 1 catalog, 4 page, 5 content; from 6 on field, dictionary, appearance, form. */
const signed = (build: BuildOptions = {}) => sign(buildPdf(build));
const TRAILER = '/Root 1 0 R/Info 3 0 R/ID[<0102><0304>]';
const later = (objects: Record<number, string | null>, size = 10, trailer = TRAILER, build: BuildOptions = {}) =>
  appendTable(signed(build), objects, `/Size ${size}${trailer}`);
const CATALOG = '<</Type /Catalog /Pages 2 0 R /Unknown#20Key [1.50 (a\\)b) <0aF>] /AcroForm 9 0 R';

describe('the byte range', () => {
  const file = signed();
  const [, a, b, c] = signaturesOf(openPdf(file))[0]?.byteRange as number[];
  const range = (text: string) => {
    const old = /\/ByteRange (\[[^\]]*\])/.exec(latin(file))?.[1] as string;
    return patch(file, old, `[${text}`.padEnd(old.length - 1).concat(']'));
  };
  it('is whole', () => {
    expect(failed(file)).toEqual([[]]);
    expect(changes(file)).toBe('none');
  });
  it.each([
    ['not from 0', `1 ${a} ${b} ${c}`, ['coverage-byte-range']],
    ['negative', `0 -${a} ${b} ${c}`, ['coverage-byte-range']],
    ['a fraction', `0 ${a} ${b} ${c}.5`, ['coverage-byte-range']],
    ['two numbers', `0 ${a}`, ['coverage-byte-range']],
    ['six numbers', `0 ${a} ${b} ${c} 1 1`, ['coverage-byte-range']],
    ['behind the end', `0 ${a} ${b} ${c}0`, ['coverage-byte-range']],
    ['backwards', `0 ${b} ${a} ${c}`, ['coverage-byte-range']],
    ['a reference', `0 ${a} ${b} 3 0 R`, ['coverage-byte-range']],
    ['names', '/A/B/C/D', ['coverage-byte-range']],
    ['a wider gap', `0 ${(a as number) - 1} ${b} ${c}`, ['coverage-gap']],
    ['a gap one byte later', `0 ${a} ${(b as number) + 1} ${(c as number) - 1}`, ['coverage-gap']],
    [
      'a gap without the brackets',
      `0 ${(a as number) + 1} ${(b as number) - 1} ${(c as number) + 1}`,
      ['coverage-gap'],
    ],
    ['a short tail', `0 ${a} ${b} ${(c as number) - 9}`, ['coverage-revision']],
    ['a tail inside the last %%EOF', `0 ${a} ${b} ${(c as number) - 2}`, ['coverage-revision']],
  ])('%s', (_, text, codes) => {
    expect(failed(range(text))).toEqual([codes]);
  });
  it('may leave the last end of line', () => {
    expect(failed(range(`0 ${a} ${b} ${(c as number) - 1}`))).toEqual([[]]);
  });
  it('must be direct, even where the numbers are right', () => {
    const withArray = (numbers: number[]) =>
      sign(buildPdf({ objects: { 6: `[${numbers.map((n) => String(n).padStart(6, '0')).join(' ')}]` } }));
    const draft = signaturesOf(openPdf(withArray([0, 0, 0, 0])))[0]?.byteRange as number[];
    const text = latin(withArray(draft));
    const old = /\/ByteRange \[[^\]]*\]/.exec(text)?.[0] as string;
    expect(failed(ascii(text))).toEqual([[]]);
    expect(failed(patch(ascii(text), old, '/ByteRange 6 0 R'.padEnd(old.length)))).toEqual([['coverage-byte-range']]);
  });
  it('must be around a token of digits alone', () => {
    expect(failed(patch(file, '0000>', '00  >'))).toEqual([['coverage-gap']]);
  });
  it('must be an array', () => {
    const text = latin(file);
    const old = /\/ByteRange \[[^\]]*\]/.exec(text)?.[0] as string;
    expect(failed(patch(file, old, '/ByteRange 5 0 R'.padEnd(old.length)))).toEqual([['coverage-byte-range']]);
  });
  it('must stand once, as must /Contents', () => {
    const again = (keys: string) =>
      appendTable(
        buildPdf({
          objects: {
            1: '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]>>>>',
            6: '<</FT/Sig/T(a)/V 7 0 R>>',
          },
        }),
        { 7: `<</Type/Sig${keys}>>` },
        '/Size 8/Root 1 0 R',
      );
    expect(failed(again('/ByteRange[0 1 2 3]/ByteRange[0 1 2 3]/Contents<00>'))[0]).toContain('coverage-byte-range');
    expect(failed(again('/ByteRange[0 1 5 3]/Contents<00>/Contents<00>'))[0]).toContain('coverage-gap');
    expect(failed(again('/ByteRange[0 1 5 3]/Contents(00)'))[0]).toContain('coverage-gap');
    expect(failed(again('/ByteRange[0 1 5 3]/Contents 5 0 R'))[0]).toContain('coverage-gap');
    expect(failed(again('/ByteRange[0 1 5 3]/Contents<0  0>'))[0]).toContain('coverage-gap');
    expect(failed(again('/ByteRange[0 1 5 3]/Contents<000>'))[0]).toContain('coverage-gap');
    expect(failed(again('/ByteRange[0 1 5 3]'))[0]).toContain('coverage-gap');
    expect(failed(again('/Contents<00>'))[0]).toContain('coverage-byte-range');
  });
});

describe('after the signature', () => {
  it('bytes without a revision', () => {
    expect(failed(Buffer.concat([signed(), ascii('trailing')]))).toEqual([['coverage-trailing-bytes']]);
    expect(codeOf(() => openPdf(Buffer.concat([signed(), ascii('startxref\n')])))).toBe('pdf-malformed');
    expect(failed(Buffer.concat([signed(), ascii('\n \0')]))).toEqual([[]]);
  });

  it('a second startxref that leads back to the signed revision', () => {
    const file = signed();
    const start = openPdf(file).revisions.at(-1)?.startxref;
    expect(failed(Buffer.concat([file, ascii(`7 0 obj null endobj\nstartxref\n${start}\n%%EOF\n`)]))).toEqual([
      ['coverage-trailing-bytes'],
    ]);
  });

  it('an empty update', () => {
    expect(changes(later({}))).toBe('none');
    expect(failed(later({}))).toEqual([[]]);
  });

  it('an object written again as it was', () => {
    expect(changes(later({ 3: '<< /Producer <74657374> >>' }))).toBe('none');
  });

  it.each([
    [
      'page content replaced',
      later({ 5: '<</Length 1>>\nstream\nq\nendstream' }),
      '5 page-content-changed: a stream was replaced',
    ],
    [
      'page replaced',
      later({ 4: '<</Type/Page/Parent 2 0 R/Contents 3 0 R/Annots[6 0 R]>>' }),
      '4 page-content-changed: /Contents, /Num of the page',
    ],
    [
      'page tree replaced',
      later({ 2: '<</Type/Pages/Count 2/Kids[4 0 R 4 0 R]/MediaBox[0 0 600 800]>>' }),
      '2 page-tree-changed: the page tree was replaced',
    ],
    [
      'appearance replaced',
      later({ 8: '<</Type/XObject/Subtype/Form/BBox[0 0 20 20]/Length 1>>\nstream\nq\nendstream' }),
      '8 field-appearance-changed: an image or form was replaced',
    ],
    ['catalog replaced', later({ 1: `${CATALOG}/OpenAction 5 0 R>>` }), '1 catalog-changed: /OpenAction'],
    ['object freed', later({ 5: null }), '5 page-content-changed: a stream was removed'],
    ['object added', later({ 10: '(hidden)' }, 11), '10 coverage-later-change: was added and does not belong'],
    [
      'object reused with another generation',
      ascii(
        latin(later({ 5: '(x)' }))
          .replace('5 0 obj\n(x)', '5 1 obj\n(x)')
          .replace(/00000 n \ntrailer(?![\s\S]*trailer)/, '00001 n \ntrailer'),
      ),
      '5 page-content-changed: a stream was replaced',
    ],
    [
      'another root',
      later({ 10: '<</Type/Catalog/Pages 2 0 R>>' }, 11, '/Root 10 0 R/Info 3 0 R/ID[<0102><0304>]'),
      '- trailer-changed: /Root',
    ],
    ['another info', later({}, 10, '/Root 1 0 R/Info 5 0 R/ID[<0102><0304>]'), '- trailer-changed: /Info'],
    ['another first ID', later({}, 10, '/Root 1 0 R/Info 3 0 R/ID[<0101><0304>]'), '- trailer-changed: /ID'],
    ['a smaller size', later({}, 9), '- trailer-changed: /Size'],
    [
      'an old object under a new number',
      later({ 5: '(x)' }).length > 0 ? oldBytes() : signed(),
      '10 object-revealed: the new cross-reference names an object among older bytes',
    ],
  ])('%s', (_, file, what) => {
    expect(changes(file)).toContain(what);
    expect(failed(file)[0]).toContain(/[a-z]+(-[a-z]+)+(?=:)/.exec(what)?.[0]);
  });

  function oldBytes(): Uint8Array {
    const text = latin(later({ 10: '(x)' }, 11));
    const target = text.indexOf('5 0 obj');
    return ascii(text.replace(/\d{10}( 00000 n \ntrailer)(?![\s\S]*trailer)/, `${String(target).padStart(10, '0')}$1`));
  }

  it('a hybrid update', () => {
    expect(
      changes(
        later(
          { 10: '<</Type/XRef/Size 11/W[1 1 1]/Index[0 0]/Length 0>>\nstream\n\nendstream' },
          11,
          `${TRAILER}/XRefStm ${signed().length}`,
        ),
      ),
    ).toContain('- pdf-hybrid');
  });

  it('a /Prev that jumps over the signed revision', () => {
    const file = signed();
    const first = openPdf(file).revisions[0]?.startxref;
    const jumped = appendTable(
      file,
      {
        1: `${CATALOG}>>`,
        9: '<</Fields[6 0 R]>>',
        6: '<</FT/Sig/T(a)/V 7 0 R>>',
        7: latin(file).match(/7 0 obj\n(<<[\s\S]*?>>)\nendobj/)?.[1] as string,
      },
      `/Size 10${TRAILER}`,
      first,
    );
    expect(failed(jumped)[0]).toEqual(expect.arrayContaining(['coverage-gap', 'coverage-revision']));
  });

  it('the signature dictionary replaced', () => {
    const file = signed();
    const dict = latin(file).match(/7 0 obj\n(<<[\s\S]*?>>)\nendobj/)?.[1] as string;
    const swapped = appendTable(file, { 7: dict.replace('/Filter /F', '/Filter /G') }, `/Size 10${TRAILER}`);
    expect(failed(swapped)[0]).toContain('signature-dictionary-changed');
    const moved = appendTable(
      file,
      {
        6: latin(file)
          .match(/6 0 obj\n(<<[\s\S]*?>>)\nendobj/)?.[1]
          ?.replace('/V 7 0 R', '/V 10 0 R') as string,
        10: dict,
      },
      `/Size 11${TRAILER}`,
    );
    expect(failed(moved)[0]).toContain('signature-dictionary-changed');
  });

  it('another field of the same name with the same signature', () => {
    const file = signed();
    const field = latin(file).match(/6 0 obj\n(<<[\s\S]*?>>)\nendobj/)?.[1] as string;
    const swapped = appendTable(file, { 9: '<</Fields[10 0 R]/SigFlags 3>>', 10: field }, `/Size 11${TRAILER}`);
    expect(failed(swapped)[0]).toContain('signature-dictionary-changed');
  });

  it('an object that only later bytes complete', () => {
    const base = buildPdf({ objects: { 6: '(later)' } });
    const first = sign(base);
    const text = latin(first);
    // the first revision says that object 6 begins where the file will have grown to
    const future = ascii(
      text.replace(
        `${String(text.indexOf('6 0 obj')).padStart(10, '0')} 00000 n`,
        `${String(first.length).padStart(10, '0')} 00000 n`,
      ),
    );
    const grown = appendTable(
      Buffer.concat([future, ascii('6 0 obj\n(now)\nendobj\n')]),
      {},
      `/Size 11${TRAILER}`,
      openPdf(first).revisions[1]?.startxref,
    );
    expect(changes(grown)).toContain('6 object-revealed: could not be read in the signed revision, and can be now');
  });
});

describe('signing again', () => {
  it('is told apart from everything else', () => {
    const twice = sign(signed());
    expect(changes(twice)).toBe('form-filling');
    expect(failed(twice)).toEqual([[], []]);
    expect(changes(sign(twice))).toBe('form-filling');
    expect(failed(sign(twice))).toEqual([[], [], []]);
  });

  it('does not excuse what else the revision does', () => {
    const twice = latin(sign(signed()));
    const last = (text: string, pattern: RegExp, by: string) => {
      const at = text.search(new RegExp(`${pattern.source}(?![\\s\\S]*${pattern.source})`));
      const found = pattern.exec(text.slice(at))?.[0] as string;
      return ascii(text.slice(0, at) + by.padEnd(found.length).slice(0, found.length) + text.slice(at + found.length));
    };
    // the field no longer signs: its value is an older one
    expect(changes(last(twice, /\/V 11 0 R/, '/V 7 0 R'))).not.toBe('form-filling');
    // the widget acts
    expect(changes(last(twice, /\/F 132\n/, '/A<<>>'))).toContain('has /A');
    // the page is another
    expect(changes(last(twice, /\/Num 1\.500/, '/Num 1.501'))).toContain('4 page-content-changed: /Num of the page');
    // the older annotation is gone from the page
    expect(changes(last(twice, /\/Annots \[6 0 R/, '/Annots [9 0 R'))).toContain(
      '6 field-changed: the widget is gone from its page',
    );
    // the older field is gone from the form
    expect(changes(last(twice, /\/Fields \[6 0 R/, '/Fields [3 0 R'))).not.toBe('form-filling');
    // the appearance has a second face
    expect(changes(last(twice, /\/AP <<\n\/N 12 0 R\n>>/, '/AP<</D 12 0 R >>'))).toContain('another appearance');
    // no flags are taken back
    expect(changes(last(twice, /\/SigFlags 3/, '/SigFlags 0'))).not.toBe('form-filling');
  });

  it('does not fill a reference that dangled', () => {
    // 10 is the next field, 12 its appearance
    const dangling = (n: number) =>
      sign(sign(buildPdf({ objects: { 4: `<</Type/Page/Parent 2 0 R/Contents[5 0 R ${n} 0 R]>>` } })));
    expect(changes(dangling(12))).toContain('12 object-revealed: was missing, and object 4 already referred to it');
    expect(failed(dangling(12))).toEqual([['object-revealed'], []]);
    expect(changes(dangling(99))).toBe('form-filling');
  });

  it('does not grow an array that is used twice', () => {
    const page = (annots: string, n: number) => `<</Type/Page/Parent 2 0 R/Annots ${annots}/Contents ${n} 0 R>>`;
    const two = (a: string, b: string, extra = '') =>
      sign(sign(buildPdf({ pages: 2, objects: { 4: page(a, 5), 6: page(b, 7), 8: '[]', 9: `<<${extra}>>` } })));
    expect(changes(two('8 0 R', '[]'))).toBe('form-filling');
    // The writer gives the page an array of its own then.
    expect(changes(two('8 0 R', '8 0 R'))).toBe('form-filling');
    expect(changes(two('8 0 R', '[]', '/Contents 8 0 R'))).toContain('uses it as Contents');
    expect(changes(two('8 0 R', '[]', '/K[[8 0 R]]'))).toContain('uses it as an array item');
  });

  it('in one array for fields and annotations', () => {
    const input = buildPdf({
      objects: {
        1: '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields 6 0 R/SigFlags 3>>>>',
        4: '<</Type/Page/Parent 2 0 R/Annots 6 0 R>>',
        6: '[]',
      },
    });
    expect(failed(sign(sign(input)))).toEqual([[], []]);
  });

  it('with two fields that share one dictionary', () => {
    const file = buildPdf({
      objects: {
        1: '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R 7 0 R]>>>>',
        6: '<</FT/Sig/T(a)/V 8 0 R>>',
        7: '<</FT/Sig/T(b)/V 8 0 R>>',
        8: '<</ByteRange[0 1 2 3]/Contents<00>>>',
      },
    });
    expect(failed(file).every((codes) => codes.includes('coverage-overlap'))).toBe(true);
  });

  it('with ranges that cross', () => {
    const file = buildPdf({
      objects: {
        1: '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R 7 0 R]>>>>',
        6: '<</FT/Sig/T(a)/V 8 0 R>>',
        7: '<</FT/Sig/T(b)/V 9 0 R>>',
        8: '<</ByteRange[0 10 20 100]/Contents<00>>>',
        9: '<</ByteRange[0 50 60 200]/Contents<00>>>',
      },
    });
    expect(failed(file).every((codes) => codes.includes('coverage-overlap'))).toBe(true);
  });
});

describe('finding signatures', () => {
  it('looks through the field tree, and at the pages for what the form does not list', () => {
    const doc = openPdf(
      buildPdf({
        objects: {
          1: '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R 10 0 R]>>>>',
          4: '<</Type/Page/Parent 2 0 R/Annots[8 0 R 11 0 R]>>',
          6: '<</T(a)/FT/Sig/Kids[7 0 R]>>',
          7: '<</T(b)/Parent 6 0 R/V 9 0 R/Kids[8 0 R]>>',
          8: '<</Type/Annot/Subtype/Widget/Parent 7 0 R/Rect[4 3 2 1]/P 5 0 R>>',
          9: '<</Type/Sig/Filter/F/Contents<00>/ByteRange[0 1 2 3]>>',
          10: '<</T(text)/FT/Tx/V(x)>>',
          11: '<</Type/Annot/Subtype/Widget/FT/Sig/T(hidden)/V 9 0 R/Rect[0 0 1 1]>>',
        },
      }),
    );
    expect(signaturesOf(doc)).toMatchObject([
      { fieldName: 'a.b', listed: true, filter: 'F', widgets: [{ page: 1, rect: [2, 1, 4, 3] }] },
      { fieldName: 'hidden', listed: false },
    ]);
    expect(failed(doc.read(0, doc.length))[1]).toContain('signature-dictionary-changed');
  });

  it.each([
    ['a field that is its own child', { 6: '<</T(a)/Kids[6 0 R]>>' }, {}, 'pdf-loop'],
    [
      'a deep tree',
      { 6: '<</T(a)/Kids[7 0 R]>>', 7: '<</T(a)/Kids[8 0 R]>>', 8: '<</T(a)/FT/Sig>>' },
      { treeDepth: 1 },
      'pdf-limit',
    ],
    ['many fields', { 6: '<</T(a)/Kids[<</T(b)>><</T(c)>><</T(d)>>]>>' }, { fields: 3 }, 'pdf-limit'],
  ] as [string, Record<number, string>, Partial<typeof PDF_LIMITS>, string][])('%s', (_, objects, limits, code) => {
    const file = buildPdf({ objects: { 1: '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[6 0 R]>>>>', ...objects } });
    expect(codeOf(() => signaturesOf(openPdf(file, { limits })))).toBe(code);
  });
});
