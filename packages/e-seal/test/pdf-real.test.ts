/** Real files, and what other programs say of what is made here. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPdf } from '@gov/pdf';
import { bytesToHex, readSm2PublicKey, sm2Za } from '@gov/sm';
import { decode } from 'fast-png';
import { sm2 as peerSm2, sm3 as peerSm3 } from 'sm-crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, sealOptions, TIMES, type World } from '../../../test/world.js';
import { makeSeal, readSesSignature, type Seal } from '../src/index.js';
import { seenSize, verifyPdf } from '../src/pdf/index.js';
import { codeOf, said } from './build.js';
import { buildPdf, contentsOf, letterL, sealed, signatures } from './pdf-build.js';

const DATA = join(import.meta.dirname, '../../../../shared/data');
const hasData = existsSync(DATA);
if (!hasData) console.log(`skipped: no real files at ${DATA}`);
const has = (program: string): boolean => {
  const found = spawnSync(program, ['-v']).error === undefined;
  if (!found) console.log(`skipped: ${program} is not installed`);
  return found;
};
const [hasQpdf, hasPdfsig, hasPdftoppm, hasOpenssl] = ['qpdf', 'pdfsig', 'pdftoppm', 'openssl'].map(has);

let world: World;
let folder = '';
beforeAll(async () => {
  world = await makeWorld();
  folder = mkdtempSync(join(tmpdir(), 'gov-e-seal-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const keep = (name: string, bytes: Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
};
const run = (program: string, ...args: string[]) => spawnSync(program, args, { encoding: 'utf8' });
const read = (name: string) => new Uint8Array(readFileSync(join(DATA, name)));
const list = (under: string) => (hasData ? readdirSync(join(DATA, under)).map((name) => `${under}/${name}`) : []);
const verify = (pdf: Uint8Array) => verifyPdf(pdf, { at: TIMES.verified, trust: world.trust });

/** Exit status and kinds of complaint of qpdf: names, numbers and offsets taken out. */
function qpdf(bytes: Uint8Array): { status: number | null; kinds: string[] } {
  const { status, stderr } = run('qpdf', '--check', keep('checked.pdf', bytes));
  const kinds = stderr.split('\n').filter((line) => line.startsWith('WARNING'));
  return {
    status,
    kinds: [...new Set(kinds.map((line) => line.replace(/\d+/g, 'n').replace(/.*?: .*?: /, '')))].sort(),
  };
}

describe.skipIf(!hasData)('real files, sealed', () => {
  const ENCRYPTED = 'pdf/inputs/minimal-two-fields-aes256.pdf';
  let real: Seal;
  beforeAll(async () => {
    real = await makeSeal({
      ...sealOptions(world.maker, [world.signer]),
      picture: { type: 'png', data: read('seal/seals/StampImg.png'), widthMm: 20, heightMm: 20 },
    });
  });
  const inputs = ['pdf/example.pdf', ...list('pdf/inputs')].filter((name) => name !== ENCRYPTED);

  it.each(hasData ? inputs : [])(
    '%s',
    async (name) => {
      const input = read(name);
      const sealOn = (pdf: Uint8Array, right: boolean) => {
        const doc = openPdf(pdf);
        const page = right ? doc.pageCount : 1;
        const { widthMm, heightMm } = seenSize(doc.page(page));
        return sealed(pdf, world, {
          seal: real,
          place: { page, xMm: right ? widthMm - 10 : 10, yMm: heightMm / 2 },
        });
      };
      let pdf: Uint8Array = input;
      for (const count of [1, 2]) {
        const next = await sealOn(pdf, count === 2);
        expect(Buffer.compare(next.subarray(0, pdf.length), pdf)).toBe(0);
        pdf = next;
        const report = await verify(pdf);
        const ours = report.signatures!.filter(({ subject }) => (subject as { seal?: unknown }).seal !== undefined);
        const expected = { verdict: 'valid', codes: name.includes('hybrid') ? ['warn pdf-hybrid'] : [] };
        expect(ours.map(said)).toEqual(Array(count).fill(expected));
        expect(report.verdict).toBe('valid');
        if (hasPdfsig) {
          const { stdout } = run('pdfsig', '-nocert', keep('signed.pdf', pdf));
          // Poppler finds no signature at all in a file with bytes before its header, signed by whomever.
          const blind = openPdf(input).base > 0 && !stdout.includes('Signature #');
          if (!blind) {
            expect(stdout.match(/^Signature #/gm)).toHaveLength(count);
            expect(stdout.slice(stdout.lastIndexOf('Signature #'))).toContain('Total document signed');
          }
        }
      }
      if (hasQpdf) {
        const after = qpdf(pdf);
        if (after.status === 0) return;
        const before = qpdf(input);
        expect(after.status).toBe(before.status);
        expect(before.kinds).toEqual(expect.arrayContaining(after.kinds));
      }
    },
    120_000,
  );

  it('an encrypted file is refused', async () => {
    expect(await codeOf(() => sealed(read(ENCRYPTED), world))).toBe('pdf-encrypted');
  });
});

describe('other programs on the signature', () => {
  it.skipIf(!hasOpenssl)('OpenSSL agrees with digest and signature value', async () => {
    const pdf = await sealed(buildPdf(), world);
    const { start, end } = contentsOf(pdf);
    const ses = readSesSignature(signatures(pdf)[0]!.contents!, { padded: true });
    const covered = keep('covered', new Uint8Array(Buffer.concat([pdf.subarray(0, start), pdf.subarray(end)])));
    const digest = run('openssl', 'dgst', '-sm3', covered).stdout.trim().split(' ').at(-1);
    expect(digest).toBe(bytesToHex(ses.dataHash));
    const checked = (name: string, spki: Uint8Array, message: Uint8Array, signature: Uint8Array) =>
      run(
        'openssl',
        'dgst',
        '-sm3',
        '-verify',
        keep(`${name}.pem`, Buffer.from(readSm2PublicKey(spki).toPem())),
        '-sigopt',
        'distid:1234567812345678',
        '-signature',
        keep(`${name}.sig`, signature),
        keep(`${name}.tbs`, message),
      ).stdout.trim();
    expect(checked('signer', world.signer.certificate.publicKey, ses.toSign, ses.signature)).toBe('Verified OK');
    expect(checked('maker', world.maker.certificate.publicKey, ses.seal.info, ses.seal.signature)).toBe('Verified OK');
    expect(checked('wrong', world.maker.certificate.publicKey, ses.toSign, ses.signature)).not.toBe('Verified OK');
  });

  it('sm-crypto agrees with digest and signature value', async () => {
    const pdf = await sealed(buildPdf(), world);
    const { start, end } = contentsOf(pdf);
    const ses = readSesSignature(signatures(pdf)[0]!.contents!, { padded: true });
    expect(peerSm3([...pdf.subarray(0, start), ...pdf.subarray(end)])).toBe(bytesToHex(ses.dataHash));
    const key = readSm2PublicKey(world.signer.certificate.publicKey);
    const agrees = (message: Uint8Array) =>
      peerSm2.doVerifySignature([...message], bytesToHex(ses.signature), bytesToHex(key.point), {
        der: true,
        hash: true,
        userId: '1234567812345678',
      });
    expect(agrees(ses.toSign)).toBe(true);
    expect(agrees(ses.toSign.map((octet, i) => (i === 50 ? octet ^ 1 : octet)))).toBe(false);
    expect(sm2Za(key)).toHaveLength(32);
  });
});

describe.skipIf(!hasPdftoppm)('Poppler draws', () => {
  /** Edges of what is red on the first page, in fractions of the page, from lower left; and which corner is missing. */
  function redOn(pdf: Uint8Array) {
    run(
      'pdftoppm',
      '-cropbox',
      '-r',
      '100',
      '-f',
      '1',
      '-l',
      '1',
      '-png',
      '-singlefile',
      keep('page.pdf', pdf),
      join(folder, 'page'),
    );
    const { width, height, data, channels } = decode(readFileSync(join(folder, 'page.png')));
    const isRed = (x: number, y: number) => {
      const at = (y * width + x) * channels;
      return data[at]! > 150 && data[at + 1]! < 60 && data[at + 2]! < 60;
    };
    let [left, right, top, bottom] = [width, 0, height, 0];
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        if (isRed(x, y)) {
          [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
          [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
        }
    const inset = (from: number, to: number, part: number) => Math.round(from + (to - from) * part);
    const at = (u: number, v: number) => isRed(inset(left, right, u), inset(top, bottom, v));
    return {
      box: [left / width, 1 - bottom / height, right / width, 1 - top / height],
      // An L: upper left, lower left and lower right, but not upper right.
      corners: [at(0.1, 0.1), at(0.9, 0.1), at(0.1, 0.9), at(0.9, 0.9)],
    };
  }

  it.each([
    ['upright', '/Rotate 0'],
    ['turned by 90', '/Rotate 90'],
    ['turned by 180', '/Rotate 180'],
    ['turned by 270', '/Rotate 270'],
    ['turned by 90, cropped', '/Rotate 90/CropBox[100 200 500 700]'],
    ['turned by 270, cropped', '/Rotate 270/CropBox[100 200 500 700]'],
    ['with a larger unit', '/UserUnit 2'],
  ])('the seal where it belongs, upright: %s', async (_, keys) => {
    const picture = { type: 'png', data: letterL(40, 60), widthMm: 20, heightMm: 30 };
    const seal = await makeSeal({ ...sealOptions(world.maker, [world.signer]), picture });
    const pdf = await sealed(buildPdf({ pages: [{ keys }] }), world, { seal, place: { page: 1, xMm: 40, yMm: 50 } });
    const { widthMm, heightMm } = seenSize(openPdf(pdf).page(1));
    const { box, corners } = redOn(pdf);
    const expected = [30 / widthMm, 35 / heightMm, 50 / widthMm, 65 / heightMm];
    for (const [i, edge] of expected.entries()) expect(Math.abs(box[i]! - edge)).toBeLessThan(0.005);
    expect(corners).toEqual([true, false, true, true]);
  });

  it('what is under a seal: black stays black, the rest turns red', async () => {
    const picture = { type: 'png', data: letterL(8, 8), widthMm: 50, heightMm: 50 };
    const seal = await makeSeal({ ...sealOptions(world.maker, [world.signer]), picture });
    const content = '0 g 0 0 595 100 re f';
    const pdf = await sealed(buildPdf({ pages: [{ content }] }), world, { seal, place: { page: 1, xMm: 30, yMm: 30 } });
    const { box } = redOn(pdf);
    // The bar is 35 mm high: there the seal, from 5 mm on, is not seen.
    expect(Math.abs(box[1]! * 297 - 35.3)).toBeLessThan(1);
  });
});
