// Licence PDFs in bulk: from a record and its QR text to the sealed file, every licence another holder at another address. The
// floor is what no way of making them leaves out: one SM2 signature over the SM3 of the file.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FOOD_BUSINESS, licenseClaims, licenseRecord, parseLicenseData } from '@gov/e-license';
import { FaceFonts } from '@gov/e-license/face';
import { drawPrintForm, LicensePdfIssuer, verifyLicensePdf } from '@gov/e-license/pdf';
import { LicenseQrIssuer } from '@gov/e-license/qr';
import { sm3 } from '@gov/sm';
import { drawnSeal, issuer, SIGNED, sealer, trust, VERIFIED } from './world.mjs';

const repository = join(import.meta.dirname, '..');
const fontFile = readFileSync(
  join(repository, 'node_modules/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf'),
);
const example = JSON.parse(readFileSync(join(repository, 'examples/license/food-business.json'), 'utf8'));

/** As many as there are in a batch; their names and addresses use some 1,500 characters. */
const LICENCES = 1000;

async function prepared() {
  const fonts = new FaceFonts(fontFile);
  const seal = { seal: await drawnSeal(), certificate: sealer.certificate, signer: sealer.signer };
  const pdfs = new LicensePdfIssuer({ types: [FOOD_BUSINESS], fonts, seal });
  const qrs = new LicenseQrIssuer(issuer);
  const characters = drawable(fonts);
  const text = (/** @type {number} */ from, /** @type {number} */ length) =>
    Array.from({ length }, (_, i) => characters[(from * 37 + i * 101) % characters.length]).join('');
  const licences = [];
  for (let i = 0; i < LICENCES; i++) {
    const [holder] = example.holders;
    const data = parseLicenseData(
      {
        ...example,
        holders: [{ ...holder, name: `某市${text(i, 8)}餐饮管理有限责任公司` }],
        fields: { ...example.fields, premises: `某市${text(i + 5, 14)}大道${i + 1}号` },
      },
      [FOOD_BUSINESS],
    );
    const serial = String(i + 1).padStart(9, '0');
    const record = licenseRecord(data, {
      type: FOOD_BUSINESS,
      issuedAt: SIGNED,
      serial,
      status: { list: 0, index: i },
    });
    licences.push({ record, qrText: await qrs.issue(licenseClaims(record, FOOD_BUSINESS)) });
  }
  return { fonts, pdfs, licences };
}

/** @param {FaceFonts} fonts */
function drawable(fonts) {
  const found = [];
  for (let point = 0x4e00; found.length < 1500; point += 7) {
    const character = String.fromCodePoint(point);
    try {
      fonts.charactersOf(character);
      found.push(character);
    } catch {
      // This font does not draw it.
    }
  }
  return found;
}

/** @type {import('./harness.mjs').Row[]} */
export const rows = [];
/** @type {import('./harness.mjs').PeakRow[]} */
export const peaks = [];

if (process.argv[1] === import.meta.filename) {
  await many(Number(process.argv[2]));
} else {
  const { fonts, pdfs, licences } = await prepared();
  const [first] = licences;
  if (first === undefined) throw new Error('no licence');
  const sealed = await pdfs.issue(first.record, first.qrText);
  const { verdict } = await verifyLicensePdf(sealed, { at: VERIFIED, trust });
  if (verdict !== 'valid') throw new Error(`the licence PDF is ${verdict}`);
  let next = 0;
  const another = () => licences[next++ % LICENCES] ?? first;
  rows.push(
    {
      work: 'a sealed licence PDF from its record',
      ours: {
        label: '@gov/e-license',
        run: () => {
          const { record, qrText } = another();
          return pdfs.issue(record, qrText);
        },
      },
      floor: { label: 'SM3, SM2 sign', run: () => issuer.signer.sign(sm3(sealed)) },
      // With the floor's own less than a millisecond: 15 ms in all.
      goal: { overFloorMs: 14 },
      rounds: 5,
      roundMs: 1000,
    },
    {
      work: 'the paper form of a licence',
      ours: {
        label: '@gov/e-license',
        run: () => {
          const { record, qrText } = another();
          return drawPrintForm(record, qrText, { type: FOOD_BUSINESS, fonts, copy: 1, createdAt: SIGNED });
        },
      },
      rounds: 3,
    },
  );
  peaks.push({
    work: `${LICENCES} sealed licence PDFs, one after another`,
    ours: { label: '@gov/e-license', megabytes: () => megabytes(LICENCES) },
    peers: [{ label: 'the first 100 of them', megabytes: () => megabytes(100) }],
    most: 350,
  });
}

/** In a process of its own. @param {number} count */
async function megabytes(count) {
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, String(count)]);
  return Number(stdout.trim());
}

/** Makes so many and prints the peak resident size in megabytes. @param {number} count */
async function many(count) {
  const { pdfs, licences } = await prepared();
  for (const { record, qrText } of licences.slice(0, count)) await pdfs.issue(record, qrText);
  const peak =
    /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? process.resourceUsage().maxRSS;
  console.log(Math.round(Number(peak) / 1024));
}
