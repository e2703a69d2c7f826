import { qrCode } from '@gov/qr/draw';
import type { Signer } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, TIMES, type World } from '../../../test/world.js';
import {
  type CodeForm,
  type DataField,
  LICENSE_TYPES,
  type LicenseData,
  type LicenseType,
  licenseClaims,
  licenseDataParser,
  licenseRecord,
} from '../src/index.js';
import {
  CLAIM_LIMITS,
  estimateQrText,
  type LicenseClaims,
  LicenseQrIssuer,
  QR_LIMITS,
  qrFits,
  verifyLicenseQr,
} from '../src/qr/index.js';
import { LONG_SAMPLES, SAMPLES } from './samples.js';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});

const claimsOf = (data: LicenseData, type: LicenseType): LicenseClaims =>
  licenseClaims(
    licenseRecord(data, {
      type,
      issuedAt: TIMES.signed,
      serial: 'ZZZZZZZZZ',
      status: { list: 4_294_967_295, index: 1_048_575 },
    }),
    type,
  );

/** An issuer whose signatures are these octets: as long as real ones, and free. */
const issuerOf = (signature: () => Uint8Array): LicenseQrIssuer => {
  const { certificate } = world.issuer;
  const signer: Signer = { algorithm: 'SM2-SM3', publicKey: certificate.publicKey, sign: async () => signature() };
  return new LicenseQrIssuer({ certificate, signer });
};

/** Characters as issued; undefined where they are too many. */
async function issued(claims: LicenseClaims, issuer: LicenseQrIssuer): Promise<string | undefined> {
  try {
    return await issuer.issue(claims);
  } catch (error) {
    if (!isGovError(error) || error.code !== 'license-qr-too-large') throw error;
    return undefined;
  }
}

describe.each(
  LICENSE_TYPES.flatMap((type) => [
    { name: type.name, type, data: SAMPLES[type.code]! },
    { name: `${type.name}, long`, type, data: LONG_SAMPLES[type.code]! },
  ]),
)('$name', ({ type, data }) => {
  it('is never longer than estimated, and not much shorter', async () => {
    const claims = claimsOf(data, type);
    const estimate = estimateQrText(claims);
    expect(qrFits(claims)).toBe(true);
    const runs = process.env.SLOW === undefined ? 200 : 20_000;
    let longest = 0;
    for (let run = 0; run < runs; run++) {
      const issuer = issuerOf(() => crypto.getRandomValues(new Uint8Array(64)));
      longest = Math.max(longest, (await issued(claims, issuer))?.length ?? Number.POSITIVE_INFINITY);
    }
    expect(longest).toBeLessThanOrEqual(estimate);
    expect(estimate - longest).toBeLessThan(50);
  });

  it('is estimated the same every time', () => {
    expect(estimateQrText(claimsOf(data, type))).toBe(estimateQrText(claimsOf(data, type)));
  });
});

describe('signatures made to compress badly or well', () => {
  const data = LONG_SAMPLES[LICENSE_TYPES[0]!.code]!;
  it.each([
    ['one octet', () => new Uint8Array(64).fill(255)],
    ['none twice, high', () => Uint8Array.from({ length: 64 }, (_, index) => 255 - index)],
    ['none twice, far apart', () => Uint8Array.from({ length: 64 }, (_, index) => index * 4)],
    ['none twice, low', () => Uint8Array.from({ length: 64 }, (_, index) => index)],
  ])('%s', async (_, signature) => {
    const claims = claimsOf(data, LICENSE_TYPES[0]!);
    const text = await issuerOf(signature).issue(claims);
    expect(text.length).toBeLessThanOrEqual(estimateQrText(claims));
  });
});

describe('what no reader accepts is refused before it is signed', () => {
  const type = LICENSE_TYPES[0]!;
  const claims = () => claimsOf(SAMPLES[type.code]!, type);
  const field = (length: number): LicenseClaims => ({ ...claims(), fields: new Map([[1, '样'.repeat(length)]]) });
  const wide = (count: number): LicenseClaims => ({
    ...claims(),
    fields: new Map(Array.from({ length: count }, (_, index) => [index, 1])),
  });

  it.each([
    ['a text at the limit', () => field(CLAIM_LIMITS.text), true],
    ['a text beyond, however well it compresses', () => field(CLAIM_LIMITS.text + 1), false],
    ['fields at the limit', () => wide(CLAIM_LIMITS.fields), true],
    ['fields beyond', () => wide(CLAIM_LIMITS.fields + 1), false],
    [
      'holders beyond',
      () => ({ ...claims(), holders: Array(CLAIM_LIMITS.holders + 1).fill(claims().holders[0]) }),
      false,
    ],
    ['a long number', () => ({ ...claims(), number: '1'.repeat(CLAIM_LIMITS.text + 1) }), false],
    ['a long name of the type', () => ({ ...claims(), typeName: '证'.repeat(CLAIM_LIMITS.text + 1) }), false],
    ['a long authority', () => ({ ...claims(), authorityName: '局'.repeat(CLAIM_LIMITS.text + 1) }), false],
  ] as const)('%s', async (_, make, accepted) => {
    const issuer = new LicenseQrIssuer(world.issuer);
    expect(qrFits(make() as LicenseClaims)).toBe(accepted);
    const text = await issued(make() as LicenseClaims, issuer);
    expect(text !== undefined).toBe(accepted);
    expect(estimateQrText(make() as LicenseClaims)).toBeLessThanOrEqual(
      accepted ? QR_LIMITS.issueCharacters : Number.POSITIVE_INFINITY,
    );
    if (text === undefined) return;
    const { verdict } = await verifyLicenseQr(text, { at: new Date('2026-06-01T00:00:00Z'), trust: world.trust });
    expect(verdict).toBe('valid');
  });
});

const HAN = fc.integer({ min: 0x4e00, max: 0x9fa5 }).map((point) => String.fromCodePoint(point));
const textOf = (max: number) =>
  fc
    .integer({ min: 1, max })
    .chain((length) => fc.array(HAN, { minLength: length, maxLength: length }).map((all) => all.join('')));
const LETTERS = { digit: '1', capital: 'A', 'capital-or-digit': 'Z', han: '某' } as const;
const ofForm = (form: CodeForm): string =>
  form.map((part) => (typeof part === 'string' ? part : LETTERS[part.of].repeat(part.upTo ?? part.count))).join('');

function anyValueOf(field: DataField): fc.Arbitrary<string | number> {
  switch (field.kind) {
    case 'text':
    case 'code':
    case 'phone':
      if (field.enum !== undefined) return fc.constantFrom(...field.enum);
      if (field.forms !== undefined) return fc.constantFrom(...field.forms.map(ofForm));
      if (field.kind === 'text') return fc.oneof(textOf(field.maxLength), textOf(Math.min(40, field.maxLength)));
      return fc.constant('1'.repeat(field.maxLength));
    case 'number':
      return fc.constantFrom(field.min ?? 0, field.max ?? 999_999_999_999);
    case 'date':
      return fc.constant('2026-05-20');
    case 'credit-code':
      return fc.constant('91990100MA00000073');
    case 'citizen-id':
      return fc.constant('349900199001010013');
  }
}

/** Data of a type with values up to their greatest lengths. */
function dataOf(type: LicenseType): fc.Arbitrary<LicenseData> {
  const sample = SAMPLES[type.code]!;
  const fields = type.fields.filter((field) => field.kind !== 'metadata');
  return fc
    .tuple(
      fc.record(Object.fromEntries(fields.map((field) => [field.key, anyValueOf(field)]))),
      fc.oneof(textOf(100), textOf(20)),
      fc.oneof(textOf(100), textOf(20)),
    )
    .map(([values, holder, authority]) => ({
      ...sample,
      authority: { ...sample.authority, name: authority },
      holders: sample.holders.map((own) => ({ ...own, name: holder })),
      fields: values,
    }));
}

describe('whatever the parser accepts', () => {
  const parse = licenseDataParser(LICENSE_TYPES);
  it.each(LICENSE_TYPES)('of $name either fits or is refused before it is issued', async (type) => {
    const issuer = issuerOf(() => crypto.getRandomValues(new Uint8Array(64)));
    await fc.assert(
      fc.asyncProperty(dataOf(type), async (input) => {
        const claims = claimsOf(parse(input), type);
        const fits = qrFits(claims);
        expect(fits).toBe(estimateQrText(claims) <= QR_LIMITS.issueCharacters);
        const text = await issued(claims, issuer);
        if (fits) expect(qrCode(text!).version).toBeLessThanOrEqual(20);
      }),
      { numRuns: process.env.SLOW === undefined ? 60 : 5_000 },
    );
  });
});
