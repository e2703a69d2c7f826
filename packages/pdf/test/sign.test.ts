import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beginUpdate,
  coverageFindings,
  openPdf,
  PdfArray,
  PdfDict,
  type PdfDocument,
  PdfName,
  type PdfObject,
  PdfRef,
  PdfStream,
  PdfString,
  prepareSignature,
  type SignatureFieldOptions,
  signaturesOf,
} from '../src/index.js';
import { appendTable, ascii, buildPdf, codeOf, KINDS, latin } from './build.js';
import { ENCRYPTED } from './encrypted-files.js';

const appearance = {
  bbox: [0, 0, 120, 120] as const,
  content: ascii('q 120 0 0 120 0 0 cm /Im0 Do Q'),
  resources: (update: ReturnType<typeof beginUpdate>) => {
    const image = (keys: Record<string, PdfObject>, bytes: number[]) =>
      update.add(
        new PdfStream(
          PdfDict.of({
            Type: new PdfName('XObject'),
            Subtype: new PdfName('Image'),
            Width: 1,
            Height: 1,
            BitsPerComponent: 8,
            ...keys,
          }),
          Uint8Array.from(bytes),
        ),
      );
    const mask = image({ ColorSpace: new PdfName('DeviceGray') }, [128]);
    return PdfDict.of({
      XObject: PdfDict.of({ Im0: image({ ColorSpace: new PdfName('DeviceRGB'), SMask: mask }, [255, 0, 0]) }),
    });
  },
};
const options: SignatureFieldOptions = {
  page: 1,
  rect: [10.5, 130, 130.25, 20],
  appearance,
  filter: 'Gomain.GMPkiLite',
  subFilter: 'GM.sm2seal',
  reservedBytes: 64,
  signingTime: new Date('2024-12-31T16:00:01Z'),
  name: '电子印章',
  reason: 'a (b) \\',
};
const sign = (bytes: Uint8Array, more: Partial<SignatureFieldOptions> = {}) =>
  prepareSignature(openPdf(bytes), { ...options, ...more }).finish(Uint8Array.of(0x30, 1, 0xff));
const bytesOf = (doc: PdfDocument) => doc.read(0, doc.length);
const codes = (bytes: Uint8Array) => {
  const doc = openPdf(bytes);
  const all = signaturesOf(doc);
  return all.map((signature) => coverageFindings(doc, signature, all).map(({ code }) => code));
};

describe.each(KINDS)('signing a file of kind %s', (kind) => {
  it.each([
    ['as it is', {}],
    ['without a last end of line', { end: '' }],
    ['with junk before the header', { junk: 'junk\r\n' }],
    ['with junk, offsets from byte 0', { junk: 'junk\r\n', fromZero: true }],
    ['with an empty form', { objects: { 1: '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]/DA(x)>>>>' } }],
    [
      'with a form object',
      { objects: { 1: '<</Type/Catalog/Pages 2 0 R/AcroForm 6 0 R>>', 6: '<</Fields 7 0 R/SigFlags 1>>', 7: '[]' } },
    ],
    ['with annotations', { objects: { 4: '<</Type/Page/Parent 2 0 R/Annots[6 0 R %c\n]>>', 6: '<</Subtype/Link>>' } }],
    [
      'with an object of annotations',
      { objects: { 4: '<</Type/Page/Parent 2 0 R/Annots 6 0 R>>', 6: '[<</Subtype/Link>>]' } },
    ],
    ['with annotations that are null', { objects: { 4: '<</Type/Page/Parent 2 0 R/Annots null>>' } }],
  ])('%s, twice', (_, how) => {
    const input = buildPdf({ kind, ...how });
    const once = sign(input);
    const twice = sign(once);
    expect(once.subarray(0, input.length)).toEqual(input);
    expect(twice.subarray(0, once.length)).toEqual(once);
    const doc = openPdf(twice);
    expect(doc.revisions).toHaveLength(3);
    expect(doc.revisions.slice(1).map((revision) => revision.kind)).toEqual(
      Array(2).fill(kind === 'table' || kind === 'hybrid' ? 'table' : 'stream'),
    );
    const before = openPdf(input);
    expect(doc.asOf(1).trailer.get('Root')).toEqual(before.trailer.get('Root'));
    expect(doc.asOf(1).trailer.get('Info')).toEqual(before.trailer.get('Info'));
    expect(doc.asOf(1).trailer.get('Prev')).toBe((before.revisions[0]?.startxref ?? 0) - before.base);
    // contiguous: every number from the old size on is taken
    for (let n = before.size; n < doc.size; n++) expect(doc.entry(n)?.type).toBe('offset');
    const all = signaturesOf(doc);
    expect(
      all.map(({ fieldName, revisionIndex, listed, changed }) => [fieldName, revisionIndex, listed, changed]),
    ).toEqual([
      ['Signature1', 1, true, false],
      ['Signature2', 2, true, false],
    ]);
    expect(all[0]).toMatchObject({
      filter: 'Gomain.GMPkiLite',
      subFilter: 'GM.sm2seal',
      signingTime: "D:20250101000001+08'00'",
      name: '电子印章',
      reason: 'a (b) \\',
    });
    expect(all[0]?.widgets).toMatchObject([{ page: 1, rect: [10.5, 20, 130.25, 130] }]);
    const hybrid = kind === 'hybrid' ? ['pdf-hybrid'] : [];
    expect(codes(twice)).toEqual([
      [...hybrid, 'coverage-further-signature'],
      [...hybrid, 'coverage-whole-file'],
    ]);
  });

  it('leaves every other object as it was', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.stringMatching(/^[A-Za-z]{1,8}$/),
          fc.oneof(
            fc.constantFrom('1.500', '+7', '-.0', '(a\\051)', '<0Af>', '/N#20', 'null', '[1 2.0 (x)]', '<</K 00>>'),
          ),
        ),
        (keys) => {
          const text = Object.entries(keys)
            .map(([key, text]) => `/X${key} ${text}`)
            .join(' ');
          const input = buildPdf({ kind, pages: 2, objects: { 1: `<</Type/Catalog/Pages 2 0 R ${text}>>` } });
          const [before, after] = [openPdf(input), openPdf(sign(input, { page: 2 }))];
          for (let n = 1; n < before.size; n++) if (n !== 1 && n !== 6) expect(after.entry(n)).toEqual(before.entry(n));
          const source = (dict: PdfDict, key: string) => {
            const entry = dict.entries.get(key);
            return latin(dict.source?.file.read(entry?.start ?? 0, entry?.end ?? 0) ?? new Uint8Array());
          };
          expect([...after.catalog.keys()]).toEqual([...before.catalog.keys(), 'AcroForm']);
          for (const key of before.catalog.keys()) expect(source(after.catalog, key)).toBe(source(before.catalog, key));
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a prepared signature', () => {
  it('covers everything but /Contents, copies nothing of the input and is deterministic', () => {
    const input = buildPdf();
    const prepared = prepareSignature(openPdf(input), options);
    const out = prepared.finish(Uint8Array.of(0xab, 0xcd));
    const [, before, after, length] = prepared.byteRange;
    expect(latin(out.subarray(before, after))).toBe(`<abcd${'0'.repeat(124)}>`);
    expect(after + length).toBe(out.length);
    expect(latin(out)).toContain(`/ByteRange [0 ${before} ${after} ${length} `);
    expect(latin(out).endsWith('%%EOF\n')).toBe(true);
    const parts = [...prepared.coveredParts()];
    expect(parts[0]?.buffer).toBe(input.buffer);
    expect(Buffer.concat(parts)).toEqual(Buffer.concat([out.subarray(0, before), out.subarray(after)]));
    expect(Buffer.concat([input, prepared.tail(Uint8Array.of(0xab, 0xcd))])).toEqual(Buffer.from(out));
    expect(prepareSignature(openPdf(input), options).finish(Uint8Array.of(0xab, 0xcd))).toEqual(out);
    // a second filling is not disturbed by the first
    expect(latin(prepared.finish(new Uint8Array(0)))).toContain(`<${'0'.repeat(128)}>`);
  });

  it('takes exactly what was reserved', () => {
    const prepared = prepareSignature(openPdf(buildPdf()), options);
    expect(codeOf(() => prepared.finish(new Uint8Array(64)))).toBe('nothing thrown');
    expect(codeOf(() => prepared.finish(new Uint8Array(65)))).toBe('pdf-reservation');
    expect(codeOf(() => prepared.tail(new Uint8Array(65)))).toBe('pdf-reservation');
  });

  it('can show on several pages, one of them twice', () => {
    const out = sign(buildPdf({ pages: 3 }), {
      alsoOn: [
        { page: 3, rect: [0, 0, 9, 9] },
        { page: 3, rect: [9, 9, 18, 18], appearance },
      ],
    });
    const [signature] = signaturesOf(openPdf(out));
    expect(signature?.widgets.map(({ page }) => page)).toEqual([1, 3, 3]);
    expect(codes(sign(out))).toEqual([['coverage-further-signature'], ['coverage-whole-file']]);
    expect(codes(sign(buildPdf({ pages: 3 }), { alsoOn: [{ page: 2, rect: [0, 0, 0, 0] }] }))).toEqual([
      ['coverage-whole-file'],
    ]);
  });

  it('has a name of its own', () => {
    const once = sign(buildPdf(), { fieldName: 'Signature2' });
    const thrice = sign(sign(once));
    expect(signaturesOf(openPdf(thrice)).map(({ fieldName }) => fieldName)).toEqual([
      'Signature2',
      'Signature1',
      'Signature3',
    ]);
    for (const fieldName of ['Signature2', '', 'a.b'])
      expect(codeOf(() => sign(once, { fieldName }))).toBe('invalid-argument');
  });

  it('needs no form when one array serves as /Fields and /Annots', () => {
    const input = buildPdf({
      objects: {
        1: '<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields 6 0 R/SigFlags 3>>>>',
        4: '<</Type/Page/Parent 2 0 R/Annots 6 0 R>>',
        6: '[]',
      },
    });
    const doc = openPdf(sign(input));
    expect((doc.get(new PdfRef(6)) as PdfArray).items).toHaveLength(1);
    expect(signaturesOf(doc)).toHaveLength(1);
  });

  it.each([
    ['a page that is not there', { page: 2 }, 'pdf-page-missing'],
    ['no room', { reservedBytes: 0 }, 'invalid-argument'],
    ['too much room', { reservedBytes: 9 * 2 ** 20 }, 'invalid-argument'],
    ['a rectangle that is none', { rect: [0, 0, Number.NaN, 1] }, 'invalid-argument'],
    ['a time that is none', { signingTime: new Date(Number.NaN) }, 'invalid-argument'],
    ['a filter that is no name', { filter: '签' }, 'invalid-argument'],
  ] as [string, Partial<SignatureFieldOptions>, string][])('refuses %s', (_, more, code) => {
    expect(codeOf(() => sign(buildPdf(), more))).toBe(code);
  });

  it.each([
    ['an object beyond /Size', ascii(latin(buildPdf()).replace('/Size 6', '/Size 5')), 'pdf-unfaithful'],
    [
      'a catalog with a repeated key',
      buildPdf({ objects: { 1: '<</Type/Catalog/Pages 2 0 R/Lang(a)/Lang(b)>>' } }),
      'pdf-unfaithful',
    ],
    ['a trailer with a repeated key', buildPdf({ trailer: '/A 1/A 2' }), 'pdf-unfaithful'],
    ['a form that is none', buildPdf({ objects: { 1: '<</Type/Catalog/Pages 2 0 R/AcroForm[]>>' } }), 'pdf-malformed'],
    ['/Annots that are none', buildPdf({ objects: { 4: '<</Type/Page/Parent 2 0 R/Annots(a)>>' } }), 'pdf-malformed'],
    ['an encrypted file without its password', ENCRYPTED['aes-256']!.file, 'pdf-encrypted'],
  ])('refuses %s', (_, input, code) => {
    expect(codeOf(() => sign(input))).toBe(code);
  });

  it.each([
    [1, 'pdf-certified'],
    [2, 'nothing thrown'],
    [3, 'nothing thrown'],
  ])('a certification with /P %d', (p, code) => {
    const certified = buildPdf({
      objects: {
        1: '<</Type/Catalog/Pages 2 0 R/Perms<</DocMDP 6 0 R>>>>',
        6: `<</Type/Sig/Reference[7 0 R]>>`,
        7: `<</TransformMethod/DocMDP/TransformParams<</P ${p}>>>>`,
      },
    });
    expect(codeOf(() => sign(certified))).toBe(code);
  });
});

it('an object beyond /Size is told', () => {
  const doc = openPdf(ascii(latin(buildPdf()).replace('/Size 6', '/Size 5')));
  expect(doc.deviations.map(({ code }) => code)).toEqual(['entry-beyond-size']);
});

describe('an update', () => {
  it('writes objects that read back the same', () => {
    const leaf = fc.oneof(
      fc.constantFrom<PdfObject>(null, true, false),
      fc.integer(),
      fc.integer({ min: -99999, max: 99999 }).map((n) => n / 64),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => new PdfString(Uint8Array.from(bytes))),
      fc
        .string({ unit: fc.integer({ min: 1, max: 255 }).map((n) => String.fromCharCode(n)), maxLength: 9 })
        .map((name) => new PdfName(name)),
      fc.nat(99).map((n) => new PdfRef(n, n % 3)),
    );
    const tree = fc.letrec<{ any: PdfObject }>((tie) => ({
      any: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('any'), { maxLength: 4 }).map((items) => new PdfArray(items)),
        fc
          .dictionary(fc.stringMatching(/^[ -~]{0,6}$/), tie('any'), { maxKeys: 4, noNullPrototype: true })
          .map((values) => PdfDict.of(values)),
      ),
    })).any;
    const plain = (object: PdfObject): unknown => {
      if (object instanceof PdfArray) return object.items.map(plain);
      if (object instanceof PdfDict) return [...object.entries].map(([key, { value }]) => [key, plain(value)]);
      if (object instanceof PdfStream) return [plain(object.dict.without('Length')), [...object.raw]];
      if (object instanceof PdfString) return { string: [...object.bytes] };
      if (object instanceof PdfName) return { name: object.value };
      return typeof object === 'number' ? object + 0 : object;
    };
    fc.assert(
      fc.property(tree, fc.constantFrom(...KINDS), (object, kind) => {
        const update = beginUpdate(openPdf(buildPdf({ kind })));
        const ref = update.add(object);
        const out = Buffer.concat([bytesOf(update.doc), update.toTail()]);
        expect(plain(openPdf(out).get(ref))).toEqual(plain(object));
      }),
      { numRuns: 200 },
    );
  });

  it('replaces an object of an object stream by a plain one, and keeps generations', () => {
    const update = beginUpdate(openPdf(buildPdf({ kind: 'objstm' })));
    update.replace(new PdfRef(3), PdfDict.of({ Producer: PdfString.text('new') }));
    const doc = openPdf(Buffer.concat([bytesOf(update.doc), update.toTail()]));
    expect(doc.entry(3)?.type).toBe('offset');
    const other = openPdf(appendTable(buildPdf(), {}, '/Size 6/Root 1 0 R'));
    expect(codeOf(() => beginUpdate(other).replace(new PdfRef(3, 1), null))).toBe('invalid-argument');
    expect(codeOf(() => beginUpdate(other).replace(new PdfRef(99), null))).toBe('invalid-argument');
    expect(codeOf(() => beginUpdate(other).fill(new PdfRef(99), null))).toBe('invalid-argument');
    const open = beginUpdate(other);
    open.reserve();
    expect(codeOf(() => open.toTail())).toBe('invalid-argument');
  });
});

describe('junk before the header', () => {
  it('leaves the new startxref with one meaning, however long it is', () => {
    const plain = buildPdf();
    const tail = update(plain).length;
    // The new cross-reference lies as far behind the old one as the junk is long: both readings would hit one.
    for (let junk = tail - 200; junk <= Math.min(tail, 1000); junk++) {
      const input = Buffer.concat([Buffer.alloc(junk, 'x'), plain]);
      const doc = openPdf(input);
      const changed = Buffer.concat([input, update(input)]);
      expect(openPdf(changed).revisions).toHaveLength(doc.revisions.length + 1);
    }
    function update(input: Uint8Array): Uint8Array {
      const doc = openPdf(input);
      const changing = beginUpdate(doc);
      changing.add(PdfString.text('x'.repeat(300)));
      return changing.toTail();
    }
  });
});
