/** The same document from memory, in windows of a few bytes, and by file handle. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { openFile } from '../src/file.node.js';
import {
  appendedFile,
  chunksOf,
  coverageFindings,
  decodeStream,
  memoryFile,
  openPdf,
  PdfArray,
  PdfDict,
  type PdfFile,
  PdfName,
  type PdfObject,
  PdfRef,
  PdfStream,
  PdfString,
  prepareSignature,
  signaturesOf,
} from '../src/index.js';
import { appendTable, ascii, buildPdf, codeOf, KINDS, latin } from './build.js';

const dir = mkdtempSync(join(tmpdir(), 'gov-pdf-file-'));
afterAll(() => rmSync(dir, { recursive: true }));

const options = { page: 1, rect: [0, 0, 9, 9] as const, filter: 'F', subFilter: 'S', reservedBytes: 16 };
const sign = (input: Uint8Array | PdfFile) => prepareSignature(openPdf(input), options).finish(Uint8Array.of(1));

/** A file that shows itself in windows of this size and counts what is read. */
function windowed(bytes: Uint8Array, window: number): PdfFile & { count: number } {
  const file = memoryFile(bytes);
  return {
    length: bytes.length,
    window,
    count: 0,
    read(start, end) {
      this.count += end - start;
      // A copy: what was read beyond the window cannot be seen by accident.
      return Uint8Array.from(file.read(start, end));
    },
  };
}

let files = 0;
function onDisk(bytes: Uint8Array): string {
  const path = join(dir, `${files++}.pdf`);
  writeFileSync(path, bytes);
  return path;
}

/** Everything that was read of an object, with where it stood and the source it remembers. */
function shown(object: PdfObject): unknown {
  if (object instanceof PdfName) return `/${object.value}`;
  if (object instanceof PdfString) return `${object.hex ? '<' : '('}${latin(object.bytes)}`;
  if (object instanceof PdfRef) return `${object}`;
  if (object instanceof PdfStream) return ['stream', shown(object.dict), object.data.length, latin(object.raw)];
  if (object instanceof PdfArray) return ['array', object.span, textOf(object), object.items.map(shown)];
  if (object instanceof PdfDict)
    return [
      'dict',
      object.span,
      textOf(object),
      object.duplicates,
      [...object.entries].map(([key, { value, start, end }]) => [key, start, end, shown(value)]),
    ];
  return object;
}

const textOf = ({ source, span }: PdfArray | PdfDict) =>
  source === undefined || span === undefined ? undefined : latin(source.file.read(span.start, span.end));

/** What reading a file gives, errors included. */
function everything(input: Uint8Array | PdfFile): unknown {
  const attempt = (act: () => unknown): unknown => {
    try {
      return act();
    } catch (error) {
      if (!isGovError(error)) throw error;
      return `${error.code}: ${error.message}`;
    }
  };
  return attempt(() => {
    const doc = openPdf(input, { limits: { decodedBytes: 1 << 20 } });
    const { base, header, length, revisions, trailer } = doc;
    const numbers = Array.from({ length: Math.min(60, doc.entriesEnd + 1) }, (_, number) => number);
    const objects = numbers.map((number) => [
      doc.entry(number),
      attempt(() => shown(doc.glance(number))),
      attempt(() => doc.spanOf(new PdfRef(number))),
      attempt(() => {
        const object = doc.get(new PdfRef(number));
        return object instanceof PdfStream ? latin(decodeStream(doc, object)) : undefined;
      }),
    ]);
    const older = attempt(() => revisions.map(({ index }) => shown(doc.asOf(index).catalog)));
    const pages = attempt(() => doc.page(doc.pageCount).mediaBox);
    const signatures = attempt(() => {
      const all = signaturesOf(doc);
      return all.map((signature) => [
        { ...signature, dict: shown(signature.dict) },
        coverageFindings(doc, signature, all),
      ]);
    });
    const signed = attempt(() => latin(sign(input)));
    const { deviations } = doc;
    return {
      base,
      header,
      length,
      revisions,
      trailer: shown(trailer),
      objects,
      older,
      pages,
      signatures,
      signed,
      deviations,
    };
  });
}

const data = join(import.meta.dirname, '../../../../shared/data/pdf');
const real = ['inputs', 'signed'].flatMap((folder) =>
  existsSync(join(data, folder))
    ? readdirSync(join(data, folder))
        .filter((name) => name.endsWith('.pdf'))
        .map((name) => join(data, folder, name))
    : [],
);
if (real.length === 0) console.warn('../shared/data/pdf is absent: only files made here are read');

const made = KINDS.flatMap((kind) => {
  const plain = buildPdf({
    kind,
    junk: '%junk\n',
    pages: 2,
    objects: { 20: '<</A(x\\)\\\r\ny)/A<0 1>/B[1 2 3 0 R]>>' },
  });
  return [
    [`${kind}`, plain],
    [`${kind}, signed twice`, sign(sign(plain))],
    [`${kind}, with a table appended`, appendTable(plain, { 3: '[(new)]', 5: null }, '/Size 21/Root 1 0 R')],
  ] as const;
});
const samples = [...made, ...real.map((path) => [path.slice(data.length + 1), readFileSync(path)] as const)];

describe.each(samples)('%s', (_, bytes) => {
  const expected = everything(bytes);

  it.each([1, 16, 61])('reads the same in windows of %d bytes', (window) => {
    if (bytes.length > 300_000 && window === 1) window = 16;
    expect(everything(windowed(bytes, window))).toEqual(expected);
  });

  it('reads the same by file handle, and where a part of it was appended', () => {
    const file = openFile(onDisk(bytes));
    try {
      expect(everything(file)).toEqual(expected);
      const cut = Math.floor(bytes.length / 2);
      const front = openFile(onDisk(bytes.subarray(0, cut)));
      expect(everything(appendedFile(front, bytes.subarray(cut)))).toEqual(expected);
      front.close();
    } finally {
      file.close();
    }
  });
});

it('a damaged file gives the same in windows as in memory', () => {
  const seeds = made.map(([, bytes]) => bytes);
  const words = ['(', '<', '%', '/', '[', '<<', '\\', 'R', '1', '\r', 'stream', 'endobj', 'xref', '\0'];
  const change = fc.record({ at: fc.nat(), cut: fc.nat(20), word: fc.constantFrom(...words) });
  fc.assert(
    fc.property(
      fc.nat(seeds.length - 1),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      fc.constantFrom(1, 7, 16, 100),
      (seed, changes, window) => {
        let bytes = seeds[seed] as Uint8Array;
        for (const { at, cut, word } of changes) {
          const position = at % bytes.length;
          bytes = Buffer.concat([bytes.subarray(0, position), ascii(word), bytes.subarray(position + cut)]);
        }
        expect(everything(windowed(bytes, window))).toEqual(everything(bytes));
      },
    ),
    { numRuns: process.env.SLOW ? 10_000 : 250, interruptAfterTimeLimit: process.env.SLOW ? 300_000 : 10_000 },
  );
}, 310_000);

const heavy = (() => {
  const image = 'i'.repeat(3_000_000);
  return buildPdf({
    pages: 3,
    objects: { 10: `<</Kind(image)/Length ${image.length}>>\nstream\n${image}\nendstream` },
  });
})();

describe('what is read', () => {
  it('is little: neither the file nor the data of streams', () => {
    const file = windowed(heavy, 2048);
    const doc = openPdf(file);
    expect(doc.page(3).mediaBox).toEqual([0, 0, 600, 800]);
    const stream = doc.get(new PdfRef(10)) as PdfStream;
    expect(stream.data.length).toBe(3_000_000);
    expect(file.count).toBeLessThan(200_000);
    expect(stream.raw.length).toBe(3_000_000);
    expect(file.count).toBeGreaterThan(3_000_000);
  });

  it('is not kept: a string has its own bytes', () => {
    const doc = openPdf(heavy);
    const stream = doc.get(new PdfRef(10)) as PdfStream;
    expect((stream.dict.get('Kind') as PdfString).bytes.buffer.byteLength).toBe(5);
  });

  it('is as much for a file with much behind its end as the file itself', () => {
    const file = windowed(Buffer.concat([buildPdf(), Buffer.alloc(5_000_000, 'x')]), 2048);
    const doc = openPdf(file);
    const before = file.count;
    expect(signaturesOf(doc)).toEqual([]);
    expect(file.count - before).toBeLessThan(100_000);
  });
});

it.each([undefined, 1, 16, 5000])('an object is at most so long, its stream apart; windows of %s bytes', (window) => {
  const text = `[(${'s'.repeat(150)})%${'c'.repeat(150)}\n<${'00'.repeat(80)}>]`;
  const stream = `<</A${text}/Length 1000>>\nstream\n${'d'.repeat(1000)}\nendstream`;
  const bytes = buildPdf({ objects: { 6: text, 7: stream } });
  const file = window === undefined ? bytes : windowed(bytes, window);
  const longest = `6 0 obj\n${text}\nendobj`.length;
  const codes = [longest, longest - 1].map((objectBytes) => {
    const doc = openPdf(file, { limits: { objectBytes } });
    return codeOf(() => doc.get(new PdfRef(6)));
  });
  expect(codes).toEqual(['nothing thrown', 'pdf-limit']);
  const head = stream.slice(0, stream.indexOf('ddd'));
  const doc = openPdf(file, { limits: { objectBytes: `7 0 obj\n${head}`.length } });
  expect(codeOf(() => doc.get(new PdfRef(7)))).toBe('nothing thrown');
});

it('the last startxref is found wherever it stands', () => {
  const bytes = buildPdf();
  const at = latin(bytes).lastIndexOf('startxref');
  // It is looked for in pieces of 64 KiB: here it lies across the border of two.
  for (let inside = 0; inside <= 9; inside++) {
    const behind = at + inside + 65_536 - bytes.length;
    const file = windowed(Buffer.concat([bytes, Buffer.alloc(behind, ' ')]), 2048);
    expect(openPdf(file).pageCount).toBe(1);
  }
});

describe('a file by its handle', () => {
  it('is read in pieces of any size, across the borders of its pages', () => {
    const bytes = Uint8Array.from({ length: 3 * 65_536 + 17 }, (_, i) => (i * 7) ^ (i >> 8));
    const file = openFile(onDisk(bytes));
    fc.assert(
      fc.property(fc.nat(bytes.length), fc.nat(140_000), (start, length) => {
        const end = Math.min(bytes.length, start + length);
        expect(Buffer.compare(file.read(start, end), bytes.subarray(start, end))).toBe(0);
      }),
    );
    for (const [start, end] of [
      [65_535, 65_537],
      [0, bytes.length],
      [bytes.length, bytes.length],
      [65_536, 131_072],
      [65_535, 131_072],
    ] as const)
      expect(Buffer.compare(file.read(start, end), bytes.subarray(start, end))).toBe(0);
    file.close();
  });

  it('is gone through in pieces of one buffer, also where more was appended to it', () => {
    const bytes = Uint8Array.from({ length: 2_500_000 }, (_, i) => (i * 7) ^ (i >> 8));
    const file = openFile(onDisk(bytes.subarray(0, 1_500_000)));
    const whole = appendedFile(file, bytes.subarray(1_500_000));
    for (const [start, end] of [
      [0, 2_500_000],
      [1_499_990, 1_500_010],
      [1_500_000, 1_500_005],
      [3, 1_400_000],
    ] as const) {
      const pieces = chunksOf(whole, start, end);
      const buffers = new Set<ArrayBufferLike>();
      let at = start;
      for (const piece of pieces) {
        buffers.add(piece.buffer);
        expect(Buffer.compare(piece, bytes.subarray(at, at + piece.length))).toBe(0);
        at += piece.length;
      }
      expect([at, buffers.size]).toEqual([end, 1]);
    }
    const older = openPdf(openFile(onDisk(sign(buildPdf())))).asOf(0).file;
    expect(latin(Buffer.concat([...chunksOf(older, 0, older.length)]))).toBe(latin(buildPdf()));
    file.close();
  });

  it('refuses what is outside', () => {
    const file = openFile(onDisk(new Uint8Array(10)));
    for (const [start, end] of [
      [-1, 3],
      [3, 2],
      [0, 11],
      [11, 11],
      [Number.NaN, 3],
    ] as const)
      expect(codeOf(() => file.read(start, end))).toBe('invalid-argument');
    expect(codeOf(() => file.readInto?.(new Uint8Array(2), 9))).toBe('invalid-argument');
    expect(codeOf(() => file.readInto?.(new Uint8Array(2), -1))).toBe('invalid-argument');
    expect(codeOf(() => [...chunksOf(file, 5, 11)])).toBe('invalid-argument');
    file.close();
  });

  it('notices that it became shorter', () => {
    const path = onDisk(heavy);
    const file = openFile(path);
    const doc = openPdf(file);
    truncateSync(path, 2_000_000);
    expect(codeOf(() => (doc.get(new PdfRef(10)) as PdfStream).raw)).toBe('pdf-file-changed');
    file.close();
  });

  it('is closed once and for all', () => {
    const file = openFile(onDisk(buildPdf()));
    const doc = openPdf(file);
    file.close();
    file.close();
    expect(codeOf(() => doc.page(1))).toBe('invalid-argument');
  });

  it('is a regular file', () => {
    expect(codeOf(() => openFile(dir))).toBe('file-unreadable');
    expect(codeOf(() => openFile(join(dir, 'absent.pdf')))).toBe('file-missing');
  });
});
