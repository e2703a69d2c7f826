import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { decodeBase45, encodeBase45 } from '@gov/qr/base45';
import { qrCode } from '@gov/qr/draw';
import { bytesToHex, sm3 } from '@gov/sm';
import { type CborValue, decodeCbor, encodeCbor } from '@gov/token/cbor';
import { isGovError } from '@gov/verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, TIMES, type World } from '../../../test/world.js';
import { compositeOf, verifyComposite } from '../src/composite.js';
import {
  BUSINESS_LICENSE,
  defineLicenseType,
  FOOD_BUSINESS,
  LICENSE_DATA_LIMITS,
  LICENSE_TYPES,
  type LicenseData,
  type LicenseType,
  licenseClaims,
  licenseRecord,
  licenseTypeOf,
  parseLicenseData,
} from '../src/index.js';
import { faceDataFinding } from '../src/pdf/face-data.js';
import { encodeClaims, readClaims } from '../src/qr/claims.js';
import { CLAIM_LIMITS, LicenseQrIssuer, type LicenseStatusSource, qrFits } from '../src/qr/index.js';
import { SAMPLES } from './samples.js';

const COMPOSITE = defineLicenseType({
  code: '11100000MB0000000P900',
  name: '行业综合许可证',
  nameEn: 'Composite licence of a trade',
  holders: { max: 1, codeTypes: ['001'] },
  validity: { longTerm: 'allowed' },
  members: { min: 2, max: 10, types: LICENSE_TYPES.map((type) => type.code) },
  fields: [
    { key: 'holder', label: '经营者名称', labelEn: 'Operator', kind: 'metadata', source: 'holder-name' },
    { key: 'trade', label: '行业', labelEn: 'Trade', kind: 'text', required: true, maxLength: 30, qrLabel: 1 },
  ],
});
const TYPES = [...LICENSE_TYPES, COMPOSITE];
const at = new Date('2026-06-01T00:00:00Z');

let world: World;
let food: Issued;
let business: Issued;
let composite: Issued;

interface Issued {
  readonly identifier: string;
  readonly qrText: string;
  readonly data: LicenseData;
}

async function issue(data: LicenseData, serial: string, issuer = world.issuer): Promise<Issued> {
  const type: LicenseType = data.type === COMPOSITE.code ? COMPOSITE : licenseTypeOf(data.type)!;
  const parsed = parseLicenseData(data, TYPES);
  const record = licenseRecord(parsed, {
    type,
    issuedAt: TIMES.signed,
    serial,
    status: { list: 0, index: Number(serial) },
  });
  const qrText = await new LicenseQrIssuer(issuer).issue(licenseClaims(record, type));
  return { identifier: record.identifier, qrText, data: parsed };
}

const compositeData = (members: LicenseData['members']): LicenseData => ({
  ...SAMPLES[FOOD_BUSINESS.code]!,
  type: COMPOSITE.code,
  number: 'ZH29901010000017',
  fields: { trade: '餐馆' },
  ...(members === undefined ? {} : { members }),
});

beforeAll(async () => {
  world = await makeWorld();
  food = await issue(SAMPLES[FOOD_BUSINESS.code]!, '000000001');
  business = await issue(SAMPLES[BUSINESS_LICENSE.code]!, '000000002');
  composite = await issue(compositeData(compositeOf([food, business])), '000000003');
});

const verify = (members: readonly string[], qrText = composite.qrText, options = {}) =>
  verifyComposite(qrText, members, { at, trust: world.trust, ...options });
const codesOf = (report: Awaited<ReturnType<typeof verify>>) =>
  report.findings
    .filter((found) => found.code.startsWith('composite'))
    .map((found) => `${found.code} ${found.outcome}`);

describe('a composite licence', () => {
  it('is valid with all its members, in any order, scanned twice or not', async () => {
    for (const texts of [
      [food.qrText, business.qrText],
      [business.qrText, food.qrText],
      [food.qrText, business.qrText, food.qrText],
    ]) {
      const report = await verify(texts);
      expect(report.verdict).toBe('valid');
      expect(codesOf(report)).toEqual(['composite-member-ok pass', 'composite-member-ok pass']);
      expect(report.signatures).toHaveLength(2);
      expect(report.subject).toMatchObject({ kind: 'composite-license', typeName: '行业综合许可证' });
      expect(report.subject.members.map(({ report: index }) => report.signatures![index!]!.verdict)).toEqual([
        'valid',
        'valid',
      ]);
      expect(food.identifier.endsWith(report.subject.members[0]!.identifier)).toBe(true);
    }
  });

  it('names members by the SM3 of what was signed', () => {
    const digest = bytesToHex(sm3(inflateRawSync(decodeBase45(food.qrText.slice(4)))));
    expect(compositeOf([food])).toEqual([{ identifier: food.identifier, digest }]);
    expect(compositeOf([{ ...food, qrText: `${food.qrText}\n` }])).toEqual([{ identifier: food.identifier, digest }]);
    for (const qrText of ['', 'EL1:', 'EL1:garbage', 'x'])
      expect(() => compositeOf([{ ...food, qrText }])).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('knows a member however its text packs it', async () => {
    const message = inflateRawSync(decodeBase45(food.qrText.slice(4)));
    const packed = [0, 1].map((level) => `EL1:${encodeBase45(deflateRawSync(message, { level }))}`);
    for (const text of [...packed, `${food.qrText}\n`]) {
      expect(text).not.toBe(food.qrText);
      const report = await verify([text, business.qrText], `${composite.qrText}\n`);
      expect([report.verdict, codesOf(report)]).toEqual([
        'valid',
        ['composite-member-ok pass', 'composite-member-ok pass'],
      ]);
    }
  });

  it('has a QR for eight members', async () => {
    const members = Array.from({ length: 8 }, (_, index) => ({
      identifier: food.identifier.replace('000000001.001', `00000010${index}.001`),
      qrText: `EL1:${encodeBase45(deflateRawSync(Uint8Array.of(index)))}`,
    }));
    // Check characters do not matter here.
    const data = compositeData(compositeOf(members));
    const record = licenseRecord(data, { type: COMPOSITE, issuedAt: TIMES.signed, serial: '000000009' });
    const claims = licenseClaims(record, COMPOSITE);
    expect(qrFits(claims)).toBe(true);
    expect(qrCode(await new LicenseQrIssuer(world.issuer).issue(claims)).version).toBeLessThanOrEqual(20);
  });
});

describe('is not valid', () => {
  it('without its members: nothing unchecked reads as passed', async () => {
    const report = await verify([]);
    expect(report.verdict).toBe('indeterminate');
    expect(codesOf(report)).toEqual(['composite-member-missing unknown', 'composite-member-missing unknown']);
    expect(report.signatures).toBeUndefined();
    expect(report.subject.members.every((member) => member.report === undefined)).toBe(true);
  });

  it('without one of them', async () => {
    const report = await verify([food.qrText]);
    expect(report.verdict).toBe('indeterminate');
    expect(codesOf(report)).toEqual(['composite-member-ok pass', 'composite-member-missing unknown']);
  });

  it('with the same licence signed once more', async () => {
    const again = await issue(food.data, '000000001');
    expect(again.qrText).not.toBe(food.qrText);
    const report = await verify([again.qrText, business.qrText]);
    expect(report.verdict).toBe('invalid');
    expect(codesOf(report)).toEqual(['composite-member-ok pass', 'composite-member-mismatch fail']);
  });

  it('with a forged member beside the bound one of the same identifier', async () => {
    const stranger = await makeWorld();
    const forged = await issue(food.data, '000000001', stranger.issuer);
    expect(forged.identifier).toBe(food.identifier);
    for (const texts of [
      [food.qrText, business.qrText, forged.qrText],
      [forged.qrText, food.qrText, business.qrText],
    ]) {
      const report = await verify(texts);
      expect(report.verdict).toBe('invalid');
      expect(codesOf(report)).toEqual([
        'composite-member-ok pass',
        'composite-member-ok pass',
        'composite-member-mismatch fail',
      ]);
    }
  });

  it('with a licence that it does not name', async () => {
    const other = await issue(food.data, '000000077');
    const report = await verify([food.qrText, business.qrText, other.qrText]);
    expect(report.verdict).toBe('invalid');
    expect(codesOf(report)).toContain('composite-member-foreign fail');
    expect(report.signatures).toHaveLength(2);
  });

  it('with another version of a member in its place', async () => {
    const newer = await issue({ ...food.data, version: 2 }, '000000001');
    const report = await verify([newer.qrText, business.qrText]);
    expect(report.verdict).toBe('invalid');
    expect(codesOf(report)).toEqual([
      'composite-member-missing unknown',
      'composite-member-ok pass',
      'composite-member-foreign fail',
    ]);
  });

  it.each(['', 'x', 'EL1:', 'EL2:ABC', 'https://example.com'])('with garbage for a member: %j', async (garbage) => {
    const report = await verify([food.qrText, business.qrText, garbage]);
    expect(report.verdict).toBe('invalid');
    expect(codesOf(report)).toContain('composite-member-foreign fail');
  });

  it('when a member is expired', async () => {
    const report = await verify([food.qrText, business.qrText], composite.qrText, {
      at: new Date('2031-05-19T17:00:00Z'),
    });
    expect(report.verdict).toBe('invalid');
    expect(codesOf(report)).toContain('composite-member-not-valid fail');
    expect(report.signatures?.flatMap((one) => one.findings.map((found) => found.code))).toContain('license-expired');
  });

  it('when only a member is expired', async () => {
    const short = await issue({ ...food.data, validTo: '2026-05-31' }, '000000011');
    const whole = await issue(compositeData(compositeOf([short, business])), '000000012');
    const report = await verify([short.qrText, business.qrText], whole.qrText);
    expect(report.verdict).toBe('invalid');
    expect(codesOf(report)).toEqual([
      'composite-member-ok pass',
      'composite-member-not-valid fail',
      'composite-member-ok pass',
    ]);
    expect(report.findings.find((found) => found.code === 'composite-member-not-valid')?.detail).toContain('000000011');
  });

  it('when a member is revoked, as the status source says', async () => {
    const status: LicenseStatusSource = {
      check: async ({ claims }) => [
        claims.identifier.includes('000000001')
          ? { check: 'status', outcome: 'fail', code: 'license-expired' }
          : { check: 'status', outcome: 'pass', code: 'license-ok' },
      ],
    };
    const report = await verify([food.qrText, business.qrText], composite.qrText, { status });
    expect(report.verdict).toBe('invalid');
    expect(codesOf(report)).toContain('composite-member-not-valid fail');
    expect(report.required).toContain('status');
  });

  it('when the status source knows nothing of it, or of a member', async () => {
    for (const serial of ['000000001', '000000003']) {
      const status: LicenseStatusSource = {
        check: async ({ claims }) => [
          claims.identifier.includes(serial)
            ? { check: 'status', outcome: 'unknown', code: 'status-unavailable' }
            : { check: 'status', outcome: 'pass', code: 'status-ok' },
        ],
      };
      const report = await verify([food.qrText, business.qrText], composite.qrText, { status });
      expect(report.verdict).toBe('indeterminate');
      const said = [report, ...report.signatures!].flatMap(({ findings }) => findings.map(({ code }) => code));
      expect(said.filter((code) => code === 'status-unavailable')).toHaveLength(1);
    }
  });

  it('when the issuer of a member is not known', async () => {
    const stranger = await makeWorld();
    const foreign = await issue(food.data, '000000021', stranger.issuer);
    const whole = await issue(compositeData(compositeOf([foreign, business])), '000000022');
    const report = await verify([foreign.qrText, business.qrText], whole.qrText);
    expect(report.verdict).toBe('indeterminate');
    expect(codesOf(report)).toContain('composite-member-not-valid unknown');
  });

  it('when the digest belongs to another licence than the one it names', async () => {
    const [first] = compositeOf([food]);
    const [second] = compositeOf([business]);
    const crossed = [
      { identifier: food.identifier, digest: second!.digest },
      { identifier: business.identifier, digest: first!.digest },
    ];
    const whole = await issue(compositeData(crossed), '000000031');
    const report = await verify([food.qrText, business.qrText], whole.qrText);
    expect(report.verdict).toBe('invalid');
    expect(codesOf(report)).toEqual(['composite-member-mismatch fail', 'composite-member-mismatch fail']);
  });

  it('when it is no composite licence', async () => {
    for (const members of [[], [business.qrText]]) {
      const report = await verify(members, food.qrText);
      expect(report.verdict).toBe('invalid');
      expect(codesOf(report)).toContain('composite-no-members fail');
    }
  });

  it('when it is garbage, whatever the members are', async () => {
    const report = await verify([food.qrText], 'EL1:garbage');
    expect(report.verdict).toBe('invalid');
    expect(report.subject.members).toEqual([]);
  });

  it('when it lists itself it cannot be shown', async () => {
    const self = await issue(
      compositeData([...compositeOf([food]), { identifier: business.identifier, digest: 'a'.repeat(64) }]),
      '000000041',
    );
    const report = await verify([food.qrText, self.qrText], self.qrText);
    expect(report.verdict).toBe('invalid');
    expect(codesOf(report)).toContain('composite-member-missing unknown');
  });
});

describe('limits', () => {
  const code = async (run: () => unknown): Promise<string> => {
    try {
      await run();
      return 'none';
    } catch (error) {
      if (!isGovError(error)) throw error;
      return error.code;
    }
  };

  it('of members given and made', async () => {
    const many = Array.from({ length: LICENSE_DATA_LIMITS.members + 1 }, (_, index) => `EL1:${index}`);
    expect(await code(() => verify(many))).toBe('limit-exceeded');
    expect(await code(() => verify(many.slice(1)))).toBe('none');
    expect(await code(() => compositeOf(many.map((qrText) => ({ identifier: 'x', qrText }))))).toBe('limit-exceeded');
  });

  it('an erased member cannot be bound', async () => {
    expect(await code(() => compositeOf([{ identifier: food.identifier }]))).toBe('invalid-argument');
  });
});

describe('members in the claims of a QR', () => {
  const IAT = 6;
  const LICENSE = -65537;
  const MEMBERS = 12;
  const digest = new Uint8Array(16);
  const problem = (members: CborValue): string | undefined => {
    const plain = encodeClaims({
      issuedAt: TIMES.signed,
      identifier: 'x',
      typeName: '证',
      authorityName: '局',
      holders: [{ name: '某', code: '1', codeType: '999' }],
      validTo: '长期',
      fields: new Map(),
    });
    const claims = decodeCbor(plain, { profile: 'strict' }) as ReadonlyMap<number, CborValue>;
    const license = new Map(claims.get(LICENSE) as ReadonlyMap<number, CborValue>);
    license.set(MEMBERS, members);
    const read = readClaims(
      encodeCbor(
        new Map([
          [IAT, claims.get(IAT)!],
          [LICENSE, license as CborValue],
        ]),
      ),
    );
    return 'problem' in read ? read.problem : undefined;
  };
  const many = (count: number): CborValue => Array.from({ length: count }, () => ['x', digest]);

  it('are read up to the limit', () => {
    expect(problem(many(1))).toBeUndefined();
    expect(problem(many(CLAIM_LIMITS.members))).toBeUndefined();
  });

  it.each<[string, CborValue]>([
    ['none', []],
    ['too many', many(CLAIM_LIMITS.members + 1)],
    ['a text', 'x'],
    ['null', null],
    ['a map', new Map()],
    ['no pair', [['x']]],
    ['three parts', [['x', digest, 1]]],
    ['a digest too short', [['x', digest.subarray(1)]]],
    ['a digest too long', [['x', new Uint8Array(17)]]],
    ['a digest that is text', [['x', 'a'.repeat(16)]]],
    ['an empty identifier', [['', digest]]],
    ['an identifier that is a number', [[1, digest]]],
    ['an identifier too long', [['x'.repeat(CLAIM_LIMITS.text + 1), digest]]],
    ['one of two wrong', [['x', digest], ['x']]],
  ])('and refused: %s', (_, members) => {
    expect(problem(members)).toBe('claims');
  });
});

describe('the data of a composite licence', () => {
  const issuesOf = (members: unknown): string[] => {
    try {
      parseLicenseData({ ...compositeData(undefined), members }, TYPES);
      return [];
    } catch (error) {
      if (!isGovError(error)) throw error;
      return error.issues.map((found) => `${found.path.join('.')} ${found.code}`);
    }
  };

  it('is refused where its members are wrong', () => {
    const [one, two] = compositeOf([food, business]);
    expect(issuesOf([one, two])).toEqual([]);
    expect(issuesOf(undefined)).toEqual(['members missing']);
    expect(issuesOf([one])).toEqual(['members list-too-short']);
    expect(issuesOf([one, one])).toEqual(['members.1 member-duplicate']);
    expect(issuesOf([one, { ...two, digest: two!.digest.toUpperCase() }])).toEqual(['members.1.digest digest-form']);
    expect(issuesOf([one, { ...two, digest: 'ab' }])).toEqual(['members.1.digest digest-form']);
    expect(issuesOf([one, { ...two, identifier: 'x' }])).toEqual(['members.1.identifier identifier-form']);
    expect(issuesOf([one, { ...two, identifier: two!.identifier.slice('1.2.156.3005.2.'.length) }])).toEqual([
      'members.1.identifier identifier-form',
    ]);
    expect(issuesOf([one, { ...two, identifier: composite.identifier }])).toEqual([
      'members.1.identifier member-type-not-allowed',
    ]);
    expect(issuesOf([one, { ...two, more: 1 }])).toEqual(['members.1.more unknown-field']);
    expect(issuesOf(Array(11).fill(one))).toContain('members list-too-long');
  });

  it('is compared with the QR: another member on the face is a mismatch', () => {
    const record = (data: LicenseData) =>
      licenseRecord(data, { type: COMPOSITE, issuedAt: TIMES.signed, serial: '000000003' });
    const genuine = record(composite.data);
    const claims = licenseClaims(genuine, COMPOSITE);
    const find = (shown: unknown) => faceDataFinding(new TextEncoder().encode(JSON.stringify(shown)), claims);
    expect(find(genuine).code).toBe('face-data-ok');
    const [one, two] = composite.data.members!;
    const digest = `${'0'.repeat(32)}${two!.digest.slice(32)}`;
    for (const members of [
      undefined,
      [one],
      [two, one],
      [one, { ...two, digest }],
      [one, { ...two, digest: '' }],
      'x',
      [one, null],
    ]) {
      expect(find({ ...genuine, data: { ...composite.data, members } }).code).toBe('face-data-mismatch');
    }
    const { members: _, ...bare } = claims;
    const plain = faceDataFinding(new TextEncoder().encode(JSON.stringify(genuine)), bare);
    expect(plain.code).toBe('face-data-mismatch');
  });
});
