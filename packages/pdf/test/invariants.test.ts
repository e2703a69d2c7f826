/** What holds for every file that is signed, whatever its shape: nothing of it is lost, nothing is where it should not be. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beginUpdate,
  coverageFindings,
  memoryFile,
  openPdf,
  PdfDict,
  type PdfDocument,
  PdfName,
  PdfRef,
  type PdfSignature,
  PdfString,
  prepareSignature,
  signaturesOf,
} from '../src/index.js';
import { sameObject } from '../src/internal/compare.js';
import { ascii, codeOf, latin } from './build.js';
import { makeDocument, type Shape, shapes } from './documents.js';
import { ENCRYPTED } from './encrypted-files.js';

const RUNS = process.env.SLOW ? 5000 : 250;

const open = (input: Uint8Array, password: string | undefined, inMemory = true): PdfDocument =>
  openPdf(inMemory ? input : fileOf(input), password === undefined ? {} : { password });

/** Not in memory: read by small windows, as a file of the operating system is. */
function fileOf(input: Uint8Array) {
  const inner = memoryFile(input);
  return { length: inner.length, window: 64, read: (start: number, end: number) => inner.read(start, end).slice() };
}

interface Act {
  readonly pages: readonly number[];
  readonly inMemory: boolean;
  readonly password?: string;
}

function sign(input: Uint8Array, { pages, inMemory, password }: Act): Uint8Array {
  const [first, ...others] = pages.map((page) => ({
    page,
    rect: [10, 10, 60, 60] as const,
    appearance: { bbox: [0, 0, 50, 50] as const, content: ascii('0 0 50 50 re f') },
  }));
  const what = { filter: 'Gomain.GMPkiLite', subFilter: 'GM.sm2seal', reservedBytes: 16, reason: '理由' };
  return prepareSignature(open(input, password, inMemory), { ...first!, ...what, alsoOn: others }).finish(
    Uint8Array.of(0x30, 0),
  );
}

const changed = (input: Uint8Array, password: string | undefined, text: string): Uint8Array => {
  const doc = open(input, password);
  const update = beginUpdate(doc);
  update.replace(doc.catalogRef, doc.catalog.with('Lang', PdfString.text(text)));
  update.add(PdfDict.of({ Private: new PdfName('Data') }));
  return Buffer.concat([input, update.toTail()]);
};

/** Every object in use, by number. */
const objectsOf = (doc: PdfDocument): Map<number, ReturnType<PdfDocument['glance']>> => {
  const out = new Map();
  for (let number = 1; number < doc.size; number++) {
    const entry = doc.entry(number);
    if (entry !== undefined && entry.type !== 'free') out.set(number, doc.glance(number));
  }
  return out;
};

/** Everything that is promised of one act. */
function checkAct(input: Uint8Array, output: Uint8Array, act: Act): void {
  const [before, after] = [open(input, act.password), open(output, act.password)];
  // the input is a byte prefix, and nothing follows the end
  expect(Buffer.from(output.subarray(0, input.length)).equals(input)).toBe(true);
  expect(latin(output.subarray(-6))).toBe('%%EOF\n');
  expect(after.revisions.at(-1)!.end).toBe(output.length);
  // one revision more, of the same kind
  expect(after.revisions).toHaveLength(before.revisions.length + 1);
  const kind = before.revisions.at(-1)!.kind;
  expect(after.revisions.at(-1)!.kind).toBe(kind === 'hybrid' ? 'table' : kind);
  expect(after.base).toBe(before.base);
  // the same trailer
  for (const key of ['Root', 'Info', 'ID', 'Encrypt'])
    expect(sameObject(after.trailer.get(key), before.trailer.get(key)), key).toBe(true);
  // numbers without a gap: every number from the old /Size on is in use
  for (let number = before.size; number < after.size; number++) expect(after.entry(number)?.type).toBe('offset');
  expect(after.entriesEnd).toBe(after.size);
  // what was there is there, but for the few objects that a signature touches
  const was = objectsOf(before);
  const is = objectsOf(after);
  const touched = [...was].filter(([number, object]) => !sameObject(object, is.get(number))).map(([number]) => number);
  expect(touched.length).toBeLessThanOrEqual(2 * new Set(act.pages).size + 4);
  expect(after.pageCount).toBe(before.pageCount);
  for (let page = 1; page <= before.pageCount; page++) {
    const { mediaBox, cropBox, rotate } = before.page(page);
    expect(after.page(page)).toMatchObject({ mediaBox, cropBox, rotate });
  }
}

/** What speaks against a signature. A hybrid file is warned of, and no more. */
const counted = (doc: PdfDocument, signature: PdfSignature) =>
  coverageFindings(doc, signature).filter(({ outcome, code }) => outcome !== 'pass' && code !== 'pdf-hybrid');

function checkSigned(input: Uint8Array, act: Act): void {
  const once = sign(input, act);
  checkAct(input, once, act);
  const twice = sign(once, act);
  checkAct(once, twice, act);
  const signatures = signaturesOf(open(once, act.password));
  const known = signatures.length;
  for (const [file, count] of [
    [once, known],
    [twice, known + 1],
  ] as const) {
    const doc = open(file, act.password, act.inMemory);
    const found = signaturesOf(doc);
    expect(found).toHaveLength(count);
    for (const signature of found.slice(known - 1)) {
      expect(signature).toMatchObject({ reason: '理由', changed: false });
      expect(counted(doc, signature)).toEqual([]);
    }
  }
}

const acts = (pages: number): fc.Arbitrary<Act> =>
  fc.record({
    pages: fc.uniqueArray(fc.integer({ min: 1, max: pages }), { minLength: 1, maxLength: pages }),
    inMemory: fc.boolean(),
  });

const shapesAndActs = shapes.chain((shape) => fc.tuple(fc.constant(shape), acts(shape.pages), fc.nat(3)));

const PLAIN: Shape = {
  version: '1.7',
  junk: '',
  eol: '\n',
  entryEol: ' \n',
  end: '\n',
  kind: 'table',
  pages: 2,
  rotate: 0,
  mediaBox: [0, 0, 595, 842],
  cropBox: false,
  userUnit: undefined,
  annots: 'none',
  form: 'none',
  fields: 'none',
  generation: 0,
  gap: 'none',
  nested: false,
  id: true,
  info: true,
};

describe('signing keeps its promises', () => {
  it('for documents of every shape, updated before or not', () => {
    fc.assert(
      fc.property(shapesAndActs, ([shape, act, updates]) => {
        let input = makeDocument(shape);
        for (let i = 0; i < updates; i++) input = changed(input, undefined, `zh-${i}`);
        checkSigned(input, act);
      }),
      { numRuns: RUNS },
    );
  });

  const KINDS: readonly Shape['kind'][] = ['table', 'stream', 'packed', 'hybrid', 'linearized'];
  const ANNOTS: readonly Shape['annots'][] = ['none', 'null', 'direct', 'indirect', 'shared', 'taken'];
  it.each(KINDS.flatMap((kind) => ANNOTS.map((annots) => [kind, annots] as const)))(
    'for %s with annotations %s',
    (kind, annots) => {
      const forms: readonly Shape['form'][] = ['none', 'direct', 'indirect'];
      for (const form of forms)
        checkSigned(makeDocument({ ...PLAIN, kind, annots, form, fields: 'indirect' }), {
          pages: [1, 2],
          inMemory: true,
        });
    },
  );

  it.each(Object.keys(ENCRYPTED))('for the encrypted %s', (name) => {
    const { file, owner } = ENCRYPTED[name]!;
    const act = { pages: [1], inMemory: true, password: owner };
    checkSigned(file, act);
    checkSigned(changed(file, owner, 'zh-TW'), { ...act, inMemory: false });
  });

  it('for a repaired document, after its first signature', () => {
    const input = ascii(latin(makeDocument(PLAIN)).replace(/startxref\n\d+/, 'startxref\n1'));
    const options = { page: 1, rect: [0, 0, 9, 9] as const, filter: 'A', subFilter: 'B', reservedBytes: 16 };
    const repaired = prepareSignature(openPdf(input, { repair: true }), options).finish(Uint8Array.of(0x30, 0));
    expect(Buffer.from(repaired.subarray(0, input.length)).equals(input)).toBe(true);
    checkSigned(repaired, { pages: [1], inMemory: true });
  });
});

describe('what cannot be signed faithfully is refused, and nothing is written', () => {
  const act: Act = { pages: [1], inMemory: true };
  const text = latin(makeDocument(PLAIN));
  const REFUSED: readonly (readonly [string, string, string])[] = [
    ['/Size too small', text.replace(/\/Size \d+/, '/Size 12'), 'pdf-unfaithful'],
    ['/Size missing', text.replace(/\/Size \d+/, '        '), 'pdf-malformed'],
    ['a page key twice', text.replace('/Type/Page/Parent 2 0 R', '/Type/Page/Type/Page/Parent 2 0 R'), 'pdf-malformed'],
    ['a catalog that is none', text.replace('/Root 1 0 R', '/Root 2 0 R'), 'pdf-malformed'],
    ['a root that dangles', text.replace('/Root 1 0 R', '/Root 9 0 R'), 'pdf-malformed'],
    ['no startxref', text.replace('startxref', 'startXref'), 'pdf-malformed'],
    ['a page that is missing', text.replace('/Count 2/Kids[10 0 R', '/Count 2/Kids[99 0 R'), 'pdf-malformed'],
    [
      'annotations that are no array',
      latin(makeDocument({ ...PLAIN, annots: 'direct' })).replace('/Annots[]', '/Annots 7'),
      'pdf-malformed',
    ],
    [
      'a form that is no dictionary',
      latin(makeDocument({ ...PLAIN, form: 'direct' })).replace(/\/AcroForm <<.*?>>>>/, '/AcroForm 1'),
      'pdf-malformed',
    ],
  ];
  it.each(REFUSED)('%s', (_, damaged, code) => {
    expect(damaged).not.toBe(text);
    expect(codeOf(() => sign(ascii(damaged), act))).toBe(code);
  });

  it('cut and altered files throw typed errors or keep the promises', () => {
    fc.assert(
      fc.property(
        shapes,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.nat(30),
        fc.uint8Array({ maxLength: 4 }),
        (shape, where, gone, put) => {
          const whole = makeDocument(shape);
          const at = Math.floor(where * whole.length);
          const input = new Uint8Array(Buffer.concat([whole.subarray(0, at), put, whole.subarray(at + gone)]));
          let output: Uint8Array | undefined;
          const code = codeOf(() => {
            output = sign(input, act);
          });
          expect(code).toMatch(/^(nothing thrown|pdf-[a-z-]+|algorithm-unsupported)$/);
          if (output === undefined) return;
          expect(Buffer.from(output.subarray(0, input.length)).equals(input)).toBe(true);
          // Pages that nobody looked at may be unreadable: then the verifier says so.
          const found = codeOf(() => {
            const doc = openPdf(output!);
            const signatures = signaturesOf(doc).filter(
              ({ revisionIndex }) => revisionIndex === doc.revisions.length - 1,
            );
            expect(counted(doc, signatures[0]!)).toEqual([]);
          });
          expect(found).toMatch(/^(nothing thrown|pdf-malformed)$/);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('a reference of another generation is no reference', () => {
    const input = makeDocument({ ...PLAIN, generation: 1 });
    expect(openPdf(input).get(new PdfRef(10, 0))).toBeNull();
    expect(openPdf(input).get(new PdfRef(10, 1))).toBeInstanceOf(PdfDict);
  });
});
