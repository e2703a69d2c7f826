import { qrCode } from '@gov/qr/draw';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, TIMES, type World } from '../../../test/world.js';
import {
  defineLicenseType,
  FOOD_BUSINESS,
  formFields,
  LICENSE_TYPES,
  type LicenseData,
  licenseClaims,
  licenseRecord,
  licenseTypeOf,
  parseLicenseData,
} from '../src/index.js';
import { LicenseQrIssuer, verifyLicenseQr } from '../src/qr/index.js';
import { LONG_SAMPLES, SAMPLES } from './samples.js';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});

const CASES = LICENSE_TYPES.flatMap((type) => [
  // The food licence shows most of its form.
  { name: type.name, type, data: SAMPLES[type.code]!, maxVersion: type.code === FOOD_BUSINESS.code ? 19 : 17 },
  { name: `${type.name}, long`, type, data: LONG_SAMPLES[type.code]!, maxVersion: 20 },
]);

describe('the types', () => {
  it('are eleven, with codes of their own', () => {
    expect(LICENSE_TYPES).toHaveLength(11);
    expect(new Set(LICENSE_TYPES.map((type) => type.code)).size).toBe(11);
    for (const type of LICENSE_TYPES) expect(licenseTypeOf(type.code)).toBe(type);
    expect(licenseTypeOf('11100000MB0000000P999')).toBeUndefined();
  });

  it.each(LICENSE_TYPES)('$name is a definition, unchanged through JSON', (type) => {
    expect(defineLicenseType(JSON.parse(JSON.stringify(type)))).toEqual(type);
  });
});

const issueQr = async (data: LicenseData): Promise<string> => {
  const type = licenseTypeOf(data.type)!;
  const record = licenseRecord(data, {
    type,
    issuedAt: TIMES.signed,
    serial: '000000017',
    status: { list: 3, index: 1_048_575 },
  });
  return new LicenseQrIssuer(world.issuer).issue(licenseClaims(record, type));
};

describe.each(CASES)('$name', ({ type, data, maxVersion }) => {
  it('is accepted as it is', () => {
    expect(parseLicenseData(JSON.parse(JSON.stringify(data)), LICENSE_TYPES)).toEqual(data);
  });

  it('has a value for every line of the face that asks for one', () => {
    const shown = new Set(formFields(type, data).map((line) => line.key));
    for (const field of type.fields) {
      if (field.kind === 'metadata' || field.required) expect(shown).toContain(field.key);
    }
  });

  it('has a QR that fits and verifies', async () => {
    const text = await issueQr(data);
    const { version } = qrCode(text);
    expect(version).toBeLessThanOrEqual(maxVersion);
    const report = await verifyLicenseQr(text, { at: new Date('2026-06-01T00:00:00Z'), trust: world.trust });
    expect(report.verdict).toBe('valid');
  });
});
