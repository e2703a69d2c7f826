/** Every licence type with its two samples: drawn, sealed, and as a paper form. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  LICENSE_TYPES,
  type LicenseRecord,
  type LicenseType,
  licenseClaims,
  licenseRecord,
  parseLicenseData,
} from '@gov/e-license';
import { FaceFonts } from '@gov/e-license/face';
import { drawPrintForm, LicensePdfIssuer } from '@gov/e-license/pdf';
import { LicenseQrIssuer } from '@gov/e-license/qr';
import { makeSeal } from '@gov/e-seal';
import { openFont, roundSeal, sealPng } from '@gov/e-seal/picture';
import { LONG_SAMPLES, SAMPLES } from '../../../packages/e-license/test/samples.js';
import { AUTHORITY, makeWorld, sealOptions, TIMES } from '../../world.js';

const font = (file: string) =>
  readFileSync(createRequire(import.meta.url).resolve(`@expo-google-fonts/noto-sans-sc/${file}`));

export const SEAL_MM = 42;

export interface DrawnLicense {
  readonly name: string;
  readonly type: LicenseType;
  readonly record: LicenseRecord;
  readonly qrText: string;
  readonly sealed: Uint8Array;
  readonly printed: Uint8Array;
}

export async function drawnLicenses() {
  const world = await makeWorld();
  const regular = font('400Regular/NotoSansSC_400Regular.ttf');
  const fonts = new FaceFonts(regular, { title: font('700Bold/NotoSansSC_700Bold.ttf') });
  const { svg } = roundSeal(
    { name: AUTHORITY, purpose: '电子证照专用章', code: '9901000000001', diameterMm: SEAL_MM },
    { font: openFont(regular) },
  );
  const data = await sealPng(svg, { widthMm: SEAL_MM });
  const picture = { type: 'png', data, widthMm: SEAL_MM, heightMm: SEAL_MM };
  const seal = await makeSeal({ ...sealOptions(world.maker, [world.signer]), picture });
  const pdfs = new LicensePdfIssuer({ types: LICENSE_TYPES, fonts, seal: { seal, ...world.signer } });
  const qrs = new LicenseQrIssuer(world.issuer);
  const licenses: DrawnLicense[] = [];
  for (const type of LICENSE_TYPES) {
    for (const [kind, samples] of [
      ['sample', SAMPLES],
      ['long sample', LONG_SAMPLES],
    ] as const) {
      const read = parseLicenseData(samples[type.code], LICENSE_TYPES);
      // A status slot makes the QR a little larger: so has every licence of a register.
      const record = licenseRecord(read, {
        type,
        issuedAt: TIMES.signed,
        serial: '000000042',
        status: { list: 3, index: 1_000_000 },
      });
      const qrText = await qrs.issue(licenseClaims(record, type));
      const sealed = await pdfs.issue(record, qrText);
      const printed = await drawPrintForm(record, qrText, { type, fonts, copy: 2, createdAt: TIMES.signed });
      licenses.push({ name: `${type.name}, ${kind}`, type, record, qrText, sealed, printed });
    }
  }
  return { world, fonts, picture, licenses };
}
