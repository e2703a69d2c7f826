/** Printed at 25 mm and 600 dpi, photographed, and read: the QR of every kind of licence. */
import { LICENSE_TYPES, licenseClaims, licenseRecord, parseLicenseData } from '@gov/e-license';
import { verifyLicensePicture } from '@gov/e-license/picture';
import { LicenseQrIssuer } from '@gov/e-license/qr';
import { TrustStore } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { qrCode } from '@gov/qr/draw';
import { readQr } from '@gov/qr/read';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { beforeAll, describe, expect, it } from 'vitest';
import { LONG_SAMPLES, SAMPLES } from '../../../packages/e-license/test/samples.js';
import { beside, type Print, photograph, printed, type Shot } from './camera.js';

const SIDE_MM = 25;
const DPI = 600;
/** Largest version that is issued, at level M. */
const MAX_VERSION = 20;
const AT = new Date('2026-11-22T04:00:00Z');
const SIGNED = new Date('2026-05-20T02:00:00Z');

interface Printing {
  readonly name: string;
  readonly text: string;
  readonly version: number;
  readonly modules: number;
  readonly print: Print;
}

let trust: TrustStore;
const printings: Printing[] = [];
const LONG = ', long';

beforeAll(async () => {
  const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2036-01-01T00:00:00Z') };
  const signer = sm2Signer(generateSm2Key());
  const root = await issueRoot({ subject: 'CN=开发根,C=CN', signer, ...validity });
  const certificates = [];
  for (const [suffix, samples] of [
    ['', SAMPLES],
    [LONG, LONG_SAMPLES],
  ] as const) {
    for (const type of LICENSE_TYPES) {
      const data = parseLicenseData(samples[type.code], LICENSE_TYPES);
      const key = generateSm2Key();
      const certificate = await issueLeaf({
        ca: { certificate: root, signer },
        use: 'license-issuer',
        subject: `CN=证照签发,O=${data.authority.code}${data.authority.name},C=CN`,
        publicKey: key.publicKey.toSpki(),
        ...validity,
      });
      certificates.push(certificate);
      const status = { list: 3, index: 1_000_000 };
      const record = licenseRecord(data, { type, issuedAt: SIGNED, serial: '000000016', status });
      const text = await new LicenseQrIssuer({ certificate, signer: sm2Signer(key) }).issue(
        licenseClaims(record, type),
      );
      const code = qrCode(text, { level: 'M', maxVersion: MAX_VERSION });
      const modules = code.size + 2 * code.quietZone;
      printings.push({
        name: `${type.name}${suffix}`,
        text,
        version: code.version,
        modules,
        print: printed(code, SIDE_MM, DPI),
      });
    }
  }
  trust = new TrustStore({ anchors: [root], certificates });
});

/** A photograph whose modules are so many pixels wide. */
const shotOf = ({ modules, print }: Printing, pixels: number, how: Partial<Shot> = {}): Shot => {
  const side = Math.ceil(modules * pixels * 1.6);
  return { width: side, height: side, scale: (pixels * modules) / print.width, ...how };
};

/** A counter's camera takes several pictures a second, and no hand is quite still: one of so many must be read. */
const FRAMES = 3;

async function isRead(printing: Printing, pixels: number, how: Partial<Shot>, frame: number): Promise<boolean> {
  const degrees = (how.degrees ?? 0) + frame * 1.3;
  const picture = photograph(printing.print, shotOf(printing, pixels, { ...how, degrees, seed: frame + 1 }));
  const texts = await readQr(picture);
  for (const text of texts) expect(text).toBe(printing.text);
  return texts.length === 1;
}

/** What a telephone over a counter does to a code; lengths in pixels at 4 to the module, with the blur beyond half a module. */
const HARD: Readonly<Record<string, { readonly pixels: number; readonly how: Partial<Shot> }>> = {
  'small, straight': { pixels: 2.5, how: {} },
  'turned by 17°': { pixels: 3, how: { degrees: 17 } },
  'turned by 133°': { pixels: 3, how: { degrees: 133 } },
  'upside down': { pixels: 3, how: { degrees: 180 } },
  'tilted by 25° and 15°': { pixels: 3, how: { degrees: 10, tilt: [25, 15] } },
  'tilted by 40°': { pixels: 4, how: { tilt: [40, 0] } },
  'out of focus': { pixels: 4, how: { degrees: 5, blur: 1.6 } },
  'a moving hand': { pixels: 4, how: { degrees: 5, motion: 3 } },
  'a dark room': { pixels: 3, how: { degrees: 5, noise: 30 } },
  'a lamp at one side': { pixels: 3, how: { degrees: 5, light: [1, 0.3] } },
  'a JPEG of quality 20': { pixels: 3, how: { degrees: 5, quality: 20 } },
  'all of it': { pixels: 3, how: { degrees: 23, tilt: [15, 10], blur: 0.8, noise: 12, light: [1, 0.5], quality: 60 } },
};

it('every kind fits version 20 at level M, with its status reference', () => {
  expect(LICENSE_TYPES).toHaveLength(11);
  console.log(printings.map(({ name, version }) => `${name} ${version}-M`).join(', '));
  for (const { name, version } of printings) expect(version, name).toBeLessThanOrEqual(MAX_VERSION);
});

describe.each(Object.entries(HARD))('%s', (_, { pixels, how }) => {
  it('every kind is read', async () => {
    const unread: string[] = [];
    // The longest data of each kind are the hardest to read; the others take as long once more.
    const chosen = process.env.SLOW === undefined ? printings.filter(({ name }) => name.endsWith(LONG)) : printings;
    for (const printing of chosen) {
      let frame = 0;
      while (frame < FRAMES && !(await isRead(printing, pixels, how, frame))) frame++;
      if (frame === FRAMES) unread.push(`${printing.name} ${printing.version}-M`);
    }
    expect(unread).toEqual([]);
  });
});

describe('what a photograph must not do', () => {
  it('several codes on one table are each judged, a foreign one among them left alone', async () => {
    const [first, second] = printings as [Printing, Printing];
    const foreign = printed(qrCode('https://example.org/menu'), SIDE_MM, DPI);
    const table = beside([first.print, foreign, second.print]);
    const pixels = 3.5;
    const scale = (pixels * first.modules) / first.print.width;
    const size = { width: Math.ceil(table.width * scale * 1.15), height: Math.ceil(table.height * scale * 1.6) };
    const picture = photograph(table, { ...size, scale, degrees: 4, noise: 8, quality: 70 });
    expect(await readQr(picture)).toHaveLength(3);
    const reports = await verifyLicensePicture(picture, { at: AT, trust });
    expect(reports.map(({ verdict }) => verdict)).toEqual(['valid', 'valid']);
    expect(new Set(reports.map(({ subject }) => subject.typeName))).toEqual(
      new Set([LICENSE_TYPES[0]!.name, LICENSE_TYPES[1]!.name]),
    );
  });

  it('what was never a code is not found, and what is half hidden is not guessed', async () => {
    const [printing] = printings as [Printing];
    const shot = shotOf(printing, 4);
    const grey = { ...printing.print, data: printing.print.data.map((_, i) => (i * 2654435761) >>> 24) };
    await expect(verifyLicensePicture(photograph(grey, shot), { at: AT, trust })).rejects.toMatchObject({
      code: 'qr-not-found',
    });
    for (const share of [0.3, 0.5]) {
      const { width, height, data } = printing.print;
      const hidden = data.map((value, i) => (Math.floor(i / width) > height * (1 - share) ? 128 : value));
      await expect(
        verifyLicensePicture(photograph({ width, height, data: hidden }, shot), { at: AT, trust }),
      ).rejects.toMatchObject({ code: 'qr-not-found' });
    }
  });

  it('worn off as it may be, a code says what was signed or nothing', async () => {
    const [printing] = printings as [Printing];
    let read = 0;
    for (let seed = 1; seed <= 40; seed++) {
      const how = { degrees: seed * 7, blur: (seed % 10) / 4, noise: seed, quality: 10 + seed };
      const texts = await readQr(photograph(printing.print, shotOf(printing, 2 + (seed % 5) / 2, { ...how, seed })));
      for (const text of texts) expect(text, `seed ${seed}`).toBe(printing.text);
      read += texts.length;
    }
    console.log(`${read} of 40 worst pictures were read`);
    expect(read).toBeGreaterThan(4);
    expect(read).toBeLessThan(40);
  });
});
