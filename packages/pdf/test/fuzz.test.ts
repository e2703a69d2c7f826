import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import {
  coverageFindings,
  decodeStream,
  embeddedFiles,
  openPdf,
  PdfRef,
  PdfStream,
  prepareSignature,
  signaturesOf,
} from '../src/index.js';
import { ascii, buildPdf, KINDS } from './build.js';

const options = { page: 1, rect: [0, 0, 9, 9] as const, filter: 'F', subFilter: 'S', reservedBytes: 16 };
const sign = (bytes: Uint8Array) => prepareSignature(openPdf(bytes), options).finish(Uint8Array.of(1));
const attached = {
  1: '<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Kids[7 0 R]>>>>/AF[8 0 R]>>',
  6: '<</Length 3>>\nstream\nabc\nendstream',
  7: '<</Names[(a)8 0 R]>>',
  8: '<</UF(a)/EF<</F 6 0 R>>>>',
};
const seeds = KINDS.flatMap((kind) => {
  const plain = buildPdf({ kind, objects: attached });
  return [plain, sign(sign(plain))];
});
/** What a mutation likes to write. */
const WORDS = [
  '0',
  '9',
  '-',
  '99999999',
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
  'obj',
  'endobj',
  'stream\n',
  'xref',
  'trailer',
  'startxref',
  '%%EOF',
  '/Prev 0',
  '/Size 0',
  '/Kids',
  '/Length 1',
  '/Count',
  '/XRefStm',
  '/Index',
  '\0',
  '\n',
];

/** Everything a reader does, whatever the file. */
function use(bytes: Uint8Array): void {
  const doc = openPdf(bytes, { limits: { decodedBytes: 1 << 20 } });
  const all = signaturesOf(doc);
  for (const signature of all) coverageFindings(doc, signature, all);
  for (let page = 1; page <= Math.min(doc.pageCount, 5); page++) doc.page(page);
  for (const file of embeddedFiles(doc)) file.bytes();
  for (let n = 1; n < Math.min(doc.size, 40); n++) {
    const object = doc.get(new PdfRef(n));
    if (object instanceof PdfStream) decodeStream(doc, object);
  }
  sign(bytes);
}

const change = fc.record({
  at: fc.nat(),
  length: fc.nat(6),
  word: fc.oneof(fc.constantFrom(...WORDS), fc.string({ unit: 'binary-ascii', maxLength: 3 })),
});

it('throws nothing but GovError, in bounded time, whatever the bytes', () => {
  const outcomes = { read: 0, refused: 0 };
  let slowest = 0;
  fc.assert(
    fc.property(
      fc.nat(seeds.length - 1),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      (seed, changes, keepLength) => {
        let bytes = seeds[seed] as Uint8Array;
        for (const { at, length, word } of changes) {
          const position = at % bytes.length;
          const cut = keepLength ? word.length : length;
          bytes = Buffer.concat([bytes.subarray(0, position), ascii(word), bytes.subarray(position + cut)]);
        }
        const start = cpuTime();
        try {
          use(bytes);
          outcomes.read++;
        } catch (error) {
          if (!isGovError(error)) throw error;
          outcomes.refused++;
        }
        slowest = Math.max(slowest, cpuTime() - start);
      },
    ),
    process.env.SLOW
      ? { numRuns: 100_000, interruptAfterTimeLimit: 300_000 }
      : { numRuns: 2000, interruptAfterTimeLimit: 10_000 },
  );
  expect(outcomes.read).toBeGreaterThan(20);
  expect(outcomes.refused).toBeGreaterThan(20);
  expect(slowest).toBeLessThan(2000);
}, 310_000);

it('a changed byte outside /Contents never leaves all coverage findings passing and the bytes covered unchanged', () => {
  const file = sign(buildPdf());
  fc.assert(
    fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const doc0 = openPdf(file);
      const [signature] = signaturesOf(doc0);
      const range = signature?.byteRange as number[];
      const inGap = at >= (range[1] as number) && at < (range[2] as number);
      const bytes = Uint8Array.from(file);
      bytes[at] = (bytes[at] as number) ^ flip;
      let fine = false;
      let covered: readonly Uint8Array[] = [];
      try {
        const doc = openPdf(bytes);
        const all = signaturesOf(doc);
        const first = all[0];
        if (first === undefined) return;
        fine = coverageFindings(doc, first, all).every(({ outcome }) => outcome !== 'fail');
        const [, a, b, c] = (first.byteRange ?? []) as number[];
        covered = [bytes.subarray(0, a), bytes.subarray(b, (b as number) + (c as number))];
      } catch (error) {
        if (!isGovError(error)) throw error;
      }
      if (fine && !inGap) {
        const [, a, b, c] = range;
        const original = Buffer.concat([file.subarray(0, a), file.subarray(b, (b as number) + (c as number))]);
        expect(Buffer.concat(covered).equals(original)).toBe(false);
      }
    }),
    { numRuns: 500 },
  );
});
