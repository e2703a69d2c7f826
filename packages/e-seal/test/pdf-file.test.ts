/** Sealing, signing and verifying from file to file. */
import { pbkdf2 } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openPdf, PDF_LIMITS, type PdfFile, PdfRef, type PdfStream } from '@gov/pdf';
import { type OpenedFile, openFile } from '@gov/pdf/file';
import type { Signer } from '@gov/sm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeWorld, TIMES, type World } from '../../../test/world.js';
import { PdfFileSealer, type SealPdfFileOptions, sealPdfFile, signPdfFile } from '../src/pdf/file.node.js';
import { sealPdf, verifyPdf } from '../src/pdf/index.js';
import { codeOf, latin } from './build.js';
import { buildPdf, contentsOf, placed } from './pdf-build.js';

const root = mkdtempSync(join(tmpdir(), 'gov-seal-file-'));
afterAll(() => rmSync(root, { recursive: true }));

let world: World;
const plain = buildPdf();
beforeAll(async () => {
  world = await makeWorld();
});

/** A new folder for each test, with the input in it. */
let dir: string;
let input: string;
let output: string;
let folders = 0;
beforeEach(() => {
  dir = join(root, String(folders++));
  mkdirSync(dir);
  input = join(dir, 'input.pdf');
  output = join(dir, 'output.pdf');
  writeFileSync(input, plain);
});
const names = () => readdirSync(dir).sort();

const seal = (change: Partial<SealPdfFileOptions> = {}) =>
  sealPdfFile(input, output, { ...placed(world, change), ...change });
/** A signer that does something before it signs. */
const meanwhile = (act: () => void): Signer => ({
  ...world.signer.signer,
  sign: (message) => {
    act();
    return world.signer.signer.sign(message);
  },
});

async function verified(path: string) {
  const file = openFile(path);
  try {
    return await verifyPdf(file, { at: TIMES.verified, trust: world.trust });
  } finally {
    file.close();
  }
}

describe('a sealed file', () => {
  it('is what sealing in memory gives, but for the signature value', async () => {
    await seal();
    const [out, expected] = [new Uint8Array(readFileSync(output)), await sealPdf(plain, placed(world))];
    const { start, end } = contentsOf(expected);
    expect(contentsOf(out)).toMatchObject({ start, end });
    expect(latin(out.subarray(0, start))).toBe(latin(expected.subarray(0, start)));
    expect(latin(out.subarray(end))).toBe(latin(expected.subarray(end)));
    expect(names()).toEqual(['input.pdf', 'output.pdf']);
    expect(new Uint8Array(readFileSync(input))).toEqual(plain);
  });

  it('is valid by file handle, with the report that memory gives', async () => {
    await seal();
    const report = await verified(output);
    expect(report.verdict).toBe('valid');
    expect(report).toEqual(await verifyPdf(readFileSync(output), { at: TIMES.verified, trust: world.trust }));
  });

  it('may be sealed several times in one act', async () => {
    const places = [50, 100, 150].map((xMm) => ({ page: 1, xMm, yMm: 60 }));
    await sealPdfFile(
      input,
      output,
      places.map((place) => placed(world, { place })),
    );
    const { verdict, signatures } = await verified(output);
    expect([verdict, signatures?.length]).toEqual(['valid', 3]);
  });

  it('is one of many with the same seal', async () => {
    const { place, time, ...holder } = placed(world);
    const sealer = new PdfFileSealer(holder);
    for (let round = 0; round < 2; round++)
      await sealer.seal(input, `${output}${round}`, { place, time, flush: false });
    expect(names()).toEqual(['input.pdf', 'output.pdf0', 'output.pdf1']);
    expect((await verified(`${output}0`)).verdict).toBe('valid');
    expect((await verified(`${output}1`)).verdict).toBe('valid');
    expect(await codeOf(() => sealer.seal(input, `${output}0`, { place, time }))).toBe('file-exists');
  });

  it('may be signed', async () => {
    await signPdfFile(input, output, { ...world.signer, time: TIMES.signed });
    const { verdict, signatures } = await verified(output);
    expect([verdict, signatures?.length]).toEqual(['valid', 1]);
    expect(names()).toEqual(['input.pdf', 'output.pdf']);
  });

  it('can be written although the input cannot', async () => {
    chmodSync(input, 0o440);
    await seal();
    expect(statSync(output).mode & 0o777).toBe(0o640);
  });

  it('hears how far it is', async () => {
    sparse(input, 40_000_000);
    const bytes: number[] = [];
    await seal({ onProgress: (progress) => bytes.push(progress.bytes / progress.totalBytes) });
    expect(bytes.length).toBeGreaterThan(2);
    expect(bytes.at(-1)).toBe(1);
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
  });
});

describe('an existing output', () => {
  beforeEach(() => writeFileSync(output, 'mine'));

  it('is refused', async () => {
    expect(await codeOf(() => seal())).toBe('file-exists');
    expect(readFileSync(output, 'utf8')).toBe('mine');
    expect(names()).toEqual(['input.pdf', 'output.pdf']);
  });

  it('is refused where it is a link to nothing', async () => {
    rmSync(output);
    symlinkSync(join(dir, 'absent'), output);
    expect(await codeOf(() => seal())).toBe('file-exists');
  });

  it('is replaced when that is wished', async () => {
    await seal({ overwrite: true });
    expect((await verified(output)).verdict).toBe('valid');
    expect(names()).toEqual(['input.pdf', 'output.pdf']);
  });

  it('stays where sealing fails', async () => {
    writeFileSync(input, 'no PDF');
    expect(await codeOf(() => seal({ overwrite: true }))).toBe('pdf-malformed');
    expect(readFileSync(output, 'utf8')).toBe('mine');
  });

  it('is refused when it appears in the meantime', async () => {
    rmSync(output);
    const signer = meanwhile(() => writeFileSync(output, 'faster'));
    expect(await codeOf(() => seal({ signer }))).toBe('file-exists');
    expect(readFileSync(output, 'utf8')).toBe('faster');
    expect(names()).toEqual(['input.pdf', 'output.pdf']);
  });

  it('may be the input', async () => {
    rmSync(output);
    output = input;
    expect(await codeOf(() => seal())).toBe('file-exists');
    expect(new Uint8Array(readFileSync(input))).toEqual(plain);
    await seal({ overwrite: true });
    expect((await verified(input)).verdict).toBe('valid');
    expect(names()).toEqual(['input.pdf']);
  });
});

describe('nothing is left', () => {
  const unreadable = (before: () => void) => () => {
    before();
    return seal();
  };
  const failing: [string, string, () => Promise<unknown>][] = [
    ['of what is no PDF', 'pdf-malformed', unreadable(() => writeFileSync(input, 'no PDF'))],
    ['of a page that is not there', 'pdf-page-missing', () => seal({ place: { page: 2, xMm: 1, yMm: 1 } })],
    [
      'of a signer that fails',
      'Error: out of paper',
      () =>
        seal({
          signer: meanwhile(() => {
            throw new Error('out of paper');
          }),
        }),
    ],
    ['of a signal given before', 'AbortError', () => seal({ signal: AbortSignal.abort() })],
    [
      'of an input that is written to',
      'pdf-file-changed',
      () => seal({ signer: meanwhile(() => writeFileSync(input, latin(plain).replace('0.9 g', '0.1 g'))) }),
    ],
    [
      'of an input that is replaced',
      'pdf-file-changed',
      () =>
        seal({
          signer: meanwhile(() => {
            rmSync(input);
            writeFileSync(input, plain);
          }),
        }),
    ],
    [
      'of an input that grows',
      'pdf-file-changed',
      () => seal({ signer: meanwhile(() => writeFileSync(input, '\n', { flag: 'a' })) }),
    ],
    [
      'of an input that is gone before it is copied',
      'pdf-file-changed',
      async () => {
        // The four threads of file access: one is left for the look at the input, then it is busy, too, and the copy waits.
        const busy = () => promisify(pbkdf2)('', '', 300_000, 32, 'sha512');
        const before = [busy(), busy(), busy()];
        const sealing = seal({ overwrite: true, signer: meanwhile(() => rmSync(input)) });
        before.push(busy());
        return Promise.all([sealing, ...before]);
      },
    ],
    ['of an input that is not there', 'file-missing', unreadable(() => rmSync(input))],
    [
      'of an input that is a folder',
      'file-unreadable',
      unreadable(() => {
        rmSync(input);
        mkdirSync(input);
      }),
    ],
    ['of an output beyond the limit', 'pdf-limit', () => seal({ limits: { fileBytes: plain.length + 100 } })],
  ];
  it.each(failing)('%s: %s', async (_, code, act) => {
    const error = await act().then(
      () => undefined,
      (thrown) => thrown,
    );
    expect([error?.code, error?.name, String(error)]).toContain(code);
    expect(names().filter((name) => name !== 'input.pdf')).toEqual([]);
  });

  it('of a signal given while bytes are hashed', async () => {
    sparse(input, 40_000_000);
    const controller = new AbortController();
    const reason = new Error('enough');
    const onProgress = () => controller.abort(reason);
    await expect(seal({ signal: controller.signal, onProgress })).rejects.toBe(reason);
    expect(names()).toEqual(['input.pdf']);
  });

  it('where the folder of the output is not there', async () => {
    output = join(dir, 'absent', 'output.pdf');
    expect(await codeOf(() => seal())).toBe('file-unwritable');
  });
});

/**
 * A file of exactly this length whose newest revision begins behind a hole: nothing is stored for the zeros, which are the data of a stream.
 */
function sparse(path: string, length: number): void {
  const front = `${latin(plain)}9 0 obj\n<</Length LENGTHHERE>>\nstream\n`;
  const catalog = '1 0 obj\n<</Type/Catalog/Pages 2 0 R/Lang(zh-CN)>>\nendobj\n';
  const start = /startxref\n(\d+)/.exec(latin(plain))?.[1];
  const offset = (at: number) => String(at).padStart(10, '0');
  const back = (catalogAt: number) => {
    const body = `\nendstream\nendobj\n${catalog}`;
    const table = `xref\n1 1\n${offset(catalogAt)} 00000 n \n9 1\n${offset(plain.length)} 00000 n \n`;
    const id = /\/ID ?(\[[^\]]*\])/.exec(latin(plain))?.[1];
    const trailer = `trailer\n<</Size 10/Root 1 0 R/ID${id}/Prev ${start}>>\n`;
    return `${body}${table}${trailer}startxref\n${offset(catalogAt + catalog.length)}\n%%EOF\n`;
  };
  const tail = back(0).length;
  const data = length - front.length - tail;
  writeFileSync(path, front.replace('LENGTHHERE', String(data).padStart(10)), 'latin1');
  const handle = openSync(path, 'r+');
  writeSync(handle, back(length - tail + '\nendstream\nendobj\n'.length), length - tail);
  closeSync(handle);
}

/** A file that counts what is read of it. */
function counted(path: string): OpenedFile & { count: number } {
  const file = openFile(path);
  return {
    length: file.length,
    count: 0,
    read(start, end) {
      this.count += end - start;
      return file.read(start, end);
    },
    close: () => file.close(),
  };
}

describe('a file with a hole', () => {
  const sizes = process.env.SLOW ? [30_000_000, 300_000_000, PDF_LIMITS.fileBytes - 60_000] : [30_000_000];
  it.each(sizes)('of %d bytes is read without its hole, sealed and verified', async (size) => {
    sparse(input, size);
    const file = counted(input);
    const doc = openPdf(file);
    expect(doc.length).toBe(size);
    expect(latin((doc.catalog.get('Lang') as { bytes: Uint8Array }).bytes)).toBe('zh-CN');
    expect(doc.page(1).mediaBox[2]).toBeGreaterThan(500);
    expect((doc.get(new PdfRef(9)) as PdfStream).data.length).toBeGreaterThan(size - 3000);
    expect(file.count).toBeLessThan(100_000);
    file.close();
    await seal();
    expect(statSync(output).size).toBeGreaterThan(size);
    expect((await verified(output)).verdict).toBe('valid');
    // One bit far inside the hole.
    const handle = openSync(output, 'r+');
    writeSync(handle, Uint8Array.of(1), 0, 1, Math.floor(size / 2));
    closeSync(handle);
    const { verdict, signatures } = await verified(output);
    expect(verdict).toBe('invalid');
    expect(signatures?.[0]?.findings.filter(({ outcome }) => outcome === 'fail').length).toBeGreaterThan(0);
  });

  it('is refused beyond the limit, and read up to it', () => {
    const read = (file: string): PdfFile & { close(): void } => openFile(file);
    sparse(input, PDF_LIMITS.fileBytes);
    const largest = read(input);
    expect(openPdf(largest).pageCount).toBe(1);
    largest.close();
    sparse(input, PDF_LIMITS.fileBytes + 1);
    const larger = read(input);
    expect(() => openPdf(larger)).toThrowError(expect.objectContaining({ code: 'pdf-limit' }));
    // Offsets are no 32-bit integers.
    expect(openPdf(larger, { limits: { fileBytes: 2 ** 33 } }).pageCount).toBe(1);
    larger.close();
    sparse(input, 5_000_000_000);
    const huge = read(input);
    const doc = openPdf(huge, { limits: { fileBytes: 2 ** 33 } });
    expect(latin((doc.catalog.get('Lang') as { bytes: Uint8Array }).bytes)).toBe('zh-CN');
    expect(doc.spanOf(doc.catalogRef)?.start).toBeGreaterThan(2 ** 32);
    huge.close();
  });
});
