/** What a type asks of its licences, rule by rule: every rule broken once, with code and path. */
import { isGovError } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import {
  BIRTH_CERTIFICATE,
  BUSINESS_LICENSE,
  CONSTRUCTION_QUALIFICATION,
  DATA_ASSET,
  defineLicenseType,
  formFields,
  LICENSE_TYPES,
  type LicenseData,
  type LicenseType,
  licenseDataJsonSchema,
  MARRIAGE_CERTIFICATE,
  MEDICAL_INSTITUTION,
  PERSONAL_ATTESTATION,
  parseLicenseData,
  qrContent,
  REAL_ESTATE,
  RESIDENCE_PERMIT,
  ROAD_TRANSPORT,
} from '../src/index.js';
import { SAMPLES } from './samples.js';

// biome-ignore lint/suspicious/noExplicitAny: JSON that the tests take apart and break
type Json = any;

function issuesOf(input: unknown, types: readonly LicenseType[] = LICENSE_TYPES): string[] {
  try {
    parseLicenseData(input, types);
    return [];
  } catch (error) {
    if (!isGovError(error)) throw error;
    for (const { message, messageZh } of error.issues) {
      expect(message).toMatch(/[a-z]/);
      expect(message).not.toMatch(/undefined/);
      expect(messageZh).toMatch(/\p{Script=Han}/u);
      expect(messageZh).not.toMatch(/undefined/);
    }
    return error.issues.map((found) => `${found.path.join('.')} ${found.code}`).sort();
  }
}

/** The sample of a type with values replaced, or removed where undefined. */
function changed(type: LicenseType, changes: Readonly<Record<string, unknown>>): Json {
  const input = structuredClone(SAMPLES[type.code]!) as Json;
  for (const [path, value] of Object.entries(changes)) {
    const steps = path.split('.');
    const last = steps.pop()!;
    const parent = steps.reduce((at, step) => at[step], input);
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return input;
}
const person = SAMPLES[MARRIAGE_CERTIFICATE.code]!.holders;
const company = SAMPLES[BUSINESS_LICENSE.code]!.holders[0]!;

describe('the shipped types refuse', () => {
  it.each<[LicenseType, Readonly<Record<string, unknown>>, string[]]>([
    // number
    [BUSINESS_LICENSE, { number: '91990100MA0000015X' }, ['number number-not-holder-code']],
    [REAL_ESTATE, { number: '某（26）某市示范区不动产权第0000017号' }, ['number value-form']],
    [REAL_ESTATE, { number: '某（2026)某市示范区不动产权第0000017号' }, ['number value-form']],
    [REAL_ESTATE, { number: '某（2026）某市示范区不动产权第0000017号 ' }, ['number text-edge-space']],
    [REAL_ESTATE, { number: '' }, ['number text-empty']],
    [ROAD_TRANSPORT, { number: '99010000001' }, ['number value-form']],
    [ROAD_TRANSPORT, { number: '99010000001A' }, ['number value-form']],
    [CONSTRUCTION_QUALIFICATION, { number: 'E299000017' }, ['number value-form']],
    [CONSTRUCTION_QUALIFICATION, { number: 'D2990000170' }, ['number value-form']],
    [MARRIAGE_CERTIFICATE, { number: 'J990100-2026-00017' }, ['number value-form']],
    [MEDICAL_INSTITUTION, { number: '某' }, ['number value-form']],
    [BIRTH_CERTIFICATE, { number: 'Z990000018' }, ['number number-not-holder-code']],
    // holders
    [BUSINESS_LICENSE, { holders: [company, { ...company, code: '91990100MA0000015X' }] }, ['holders list-too-long']],
    [
      BUSINESS_LICENSE,
      { holders: [person[0]], number: person[0]!.code },
      ['holders.0.codeType holder-code-type-not-allowed'],
    ],
    [MARRIAGE_CERTIFICATE, { holders: [person[0]] }, ['holders list-too-short']],
    [MARRIAGE_CERTIFICATE, { holders: [] }, ['holders list-too-short']],
    [MARRIAGE_CERTIFICATE, { holders: [person[0], person[0]] }, ['holders.1 holder-duplicate']],
    [
      MARRIAGE_CERTIFICATE,
      { holders: [...person, { name: '第三人', code: 'E00000001', codeType: '414' }] },
      ['holders list-too-long'],
    ],
    [
      MARRIAGE_CERTIFICATE,
      { holders: [person[0], company] },
      ['holders.1.codeType holder-code-type-not-allowed', 'holders.1.kind holder-kind-not-allowed'],
    ],
    [RESIDENCE_PERMIT, { 'holders.0.kind': 'legal-person' }, ['holders.0.kind holder-kind-not-allowed']],
    [
      PERSONAL_ATTESTATION,
      { holders: [company] },
      ['holders.0.codeType holder-code-type-not-allowed', 'holders.0.kind holder-kind-not-allowed'],
    ],
    // validity
    [RESIDENCE_PERMIT, { validTo: '长期' }, ['validTo long-term-not-allowed']],
    [REAL_ESTATE, { validTo: '2096-05-20' }, ['validTo long-term-required']],
    [CONSTRUCTION_QUALIFICATION, { validTo: '2031-05-21' }, ['validTo validity-too-long']],
    [DATA_ASSET, { validTo: '2126-05-20' }, ['validTo validity-too-long']],
    // listed values
    [RESIDENCE_PERMIT, { 'fields.sex': '男性' }, ['fields.sex not-allowed']],
    [RESIDENCE_PERMIT, { 'fields.sex': '' }, ['fields.sex not-allowed']],
    [RESIDENCE_PERMIT, { 'fields.sex': 1 }, ['fields.sex wrong-type']],
    [ROAD_TRANSPORT, { 'fields.plateColour': '红色' }, ['fields.plateColour not-allowed']],
    // forms
    [ROAD_TRANSPORT, { 'fields.plateNumber': '皖a00000' }, ['fields.plateNumber value-form']],
    [ROAD_TRANSPORT, { 'fields.plateNumber': '皖A0000' }, ['fields.plateNumber value-form']],
    [ROAD_TRANSPORT, { 'fields.plateNumber': '皖00000000' }, ['fields.plateNumber text-too-long']],
    [ROAD_TRANSPORT, { 'fields.plateNumber': '皖A00000挂' }, []],
    [ROAD_TRANSPORT, { 'fields.plateNumber': '挂皖A00000' }, ['fields.plateNumber value-form']],
    [ROAD_TRANSPORT, { 'fields.plateNumber': '皖A000000000' }, ['fields.plateNumber text-too-long']],
    [REAL_ESTATE, { 'fields.unitNumber': '990101001001GB00017F0001060' }, ['fields.unitNumber value-form']],
    [REAL_ESTATE, { 'fields.unitNumber': '990101001001G100017F00010603' }, ['fields.unitNumber value-form']],
    [DATA_ASSET, { 'fields.digest': '66c7f0f4' }, ['fields.digest value-form']],
    // numbers
    [BIRTH_CERTIFICATE, { 'fields.birthHour': 24 }, ['fields.birthHour number-range']],
    [BIRTH_CERTIFICATE, { 'fields.birthMinute': -1 }, ['fields.birthMinute number-range']],
    [BIRTH_CERTIFICATE, { 'fields.weight': 3250.5 }, ['fields.weight number-decimals']],
    [BIRTH_CERTIFICATE, { 'fields.length': 50.25 }, ['fields.length number-decimals']],
    [REAL_ESTATE, { 'fields.buildingArea': 0 }, ['fields.buildingArea number-range']],
    [REAL_ESTATE, { 'fields.buildingArea': 0.001 }, ['fields.buildingArea number-range']],
    [REAL_ESTATE, { 'fields.buildingArea': 118.501 }, ['fields.buildingArea number-decimals']],
    [REAL_ESTATE, { 'fields.buildingArea': '118.5' }, ['fields.buildingArea wrong-type']],
    [REAL_ESTATE, { 'fields.buildingArea': Number.POSITIVE_INFINITY }, ['fields.buildingArea wrong-type']],
    // dates
    [BIRTH_CERTIFICATE, { 'fields.birthDate': '2026-05-21' }, ['fields.birthDate date-after']],
    [BUSINESS_LICENSE, { 'fields.establishedOn': '2026-05-21' }, ['fields.establishedOn date-after']],
    [PERSONAL_ATTESTATION, { 'fields.periodEnd': '2021-04-30' }, ['fields.periodEnd date-before']],
    [PERSONAL_ATTESTATION, { 'fields.periodEnd': '2026-05-21' }, ['fields.periodEnd date-after']],
    [MARRIAGE_CERTIFICATE, { 'fields.spouseBirthDate': '2026-05-21' }, ['fields.spouseBirthDate date-after']],
    [MARRIAGE_CERTIFICATE, { 'fields.spouseBirthDate': '2026-02-30' }, ['fields.spouseBirthDate date-impossible']],
    // required if
    [REAL_ESTATE, { 'fields.coOwnership': '按份共有' }, ['fields.shares missing-if']],
    [DATA_ASSET, { 'fields.registrationType': '变更登记' }, ['fields.previousNumber missing-if']],
    [BIRTH_CERTIFICATE, { 'fields.fatherDocumentNumber': undefined }, ['fields.fatherDocumentNumber missing-if']],
    // members belong to composite licences
    [BUSINESS_LICENSE, { members: [] }, ['members unknown-field']],
  ])('%#', (type, changes, issues) => {
    expect(issuesOf(changed(type, changes))).toEqual(issues);
  });

  it('several at once, each under its own path', () => {
    const input = changed(MARRIAGE_CERTIFICATE, {
      number: 'J1',
      validTo: '2030-01-01',
      holders: [company],
      'fields.holderSex': '?',
      'fields.registeredOn': '2026-06-01',
    });
    expect(issuesOf(input)).toEqual(
      [
        'number value-form',
        'validTo long-term-required',
        'holders list-too-short',
        'holders.0.codeType holder-code-type-not-allowed',
        'holders.0.kind holder-kind-not-allowed',
        'fields.holderSex not-allowed',
        'fields.registeredOn date-after',
      ].sort(),
    );
  });
});

describe('the shipped types accept at the edge', () => {
  it.each<[LicenseType, Readonly<Record<string, unknown>>]>([
    [CONSTRUCTION_QUALIFICATION, { validTo: '2031-05-20' }],
    // A year that has no 29th of February ends with the 28th.
    [CONSTRUCTION_QUALIFICATION, { issueDate: '2028-02-29', validFrom: '2028-02-29', validTo: '2033-02-28' }],
    [BUSINESS_LICENSE, { validTo: '2056-05-19' }],
    [REAL_ESTATE, { number: '某(2026)某市示范区不动产权第0000017号' }],
    [REAL_ESTATE, { 'fields.coOwnership': '按份共有', 'fields.shares': '各50%' }],
    [REAL_ESTATE, { 'fields.buildingArea': 0.01 }],
    [REAL_ESTATE, { 'fields.buildingArea': 100_000_000 }],
    [ROAD_TRANSPORT, { 'fields.plateNumber': '皖AD00000' }],
    [ROAD_TRANSPORT, { 'fields.plateNumber': '皖A0000挂' }],
    [MEDICAL_INSTITUTION, { number: '990100000112' }],
    [BIRTH_CERTIFICATE, { 'fields.birthHour': 23, 'fields.birthMinute': 59 }],
    [BIRTH_CERTIFICATE, { 'fields.fatherDocument': undefined, 'fields.fatherDocumentNumber': undefined }],
    [PERSONAL_ATTESTATION, { 'fields.periodEnd': '2021-05-01' }],
    [MARRIAGE_CERTIFICATE, { 'holders.1': { name: 'Ann Sample', code: 'E00000001', codeType: '414' } }],
  ])('%#', (type, changes) => {
    expect(issuesOf(changed(type, changes))).toEqual([]);
  });
});

describe('numbers', () => {
  const data = SAMPLES[REAL_ESTATE.code]!;
  it('are printed with their unit, on the face and in the QR', () => {
    const line = formFields(REAL_ESTATE, data).find((field) => field.key === 'buildingArea');
    expect(line?.value).toBe('118.5平方米');
    const label = REAL_ESTATE.fields.flatMap((field) =>
      field.key === 'buildingArea' && field.kind === 'number' ? [field.qrLabel!] : [],
    )[0]!;
    expect(qrContent(REAL_ESTATE, data).fields.get(label)).toBe('118.5平方米');
  });

  const plain = (change: object): LicenseType =>
    defineLicenseType({
      code: BUSINESS_LICENSE.code,
      name: '证',
      nameEn: 'L',
      fields: [{ key: 'n', label: '数', labelEn: 'N', kind: 'number', required: true, qrLabel: 1, ...change }],
    });
  const of = (n: unknown): LicenseData => ({ ...SAMPLES[BUSINESS_LICENSE.code]!, fields: { n: n as number } });

  it.each([
    [7, {}, 7],
    [-7, {}, -7],
    // The format has integers only; a fraction is its text.
    [7.5, {}, '7.5'],
    [7, { unit: '张' }, '7张'],
    [Number.MAX_SAFE_INTEGER, {}, Number.MAX_SAFE_INTEGER],
  ])('%s with %j is %j in the QR', (value, change, shown) => {
    expect(issuesOf(of(value), [plain(change)])).toEqual([]);
    expect(qrContent(plain(change), of(value)).fields.get(1)).toBe(shown);
  });

  it.each([
    [Number.MAX_SAFE_INTEGER + 1, {}, 'number-range'],
    [-Number.MAX_SAFE_INTEGER - 1, {}, 'number-range'],
    [1e-7, {}, 'number-decimals'],
    [0.1 + 0.2, {}, 'number-decimals'],
    [1.5, { decimals: 0 }, 'number-decimals'],
    [9, { min: 10 }, 'number-range'],
    [11, { max: 10 }, 'number-range'],
  ])('%s with %j is refused', (value, change, code) => {
    expect(issuesOf(of(value), [plain(change)])).toEqual([`fields.n ${code}`]);
  });
});

describe('qrMaxLength', () => {
  const type = defineLicenseType({
    code: BUSINESS_LICENSE.code,
    name: '证',
    nameEn: 'L',
    fields: [
      { key: 'a', label: '甲', labelEn: 'A', kind: 'text', required: true, maxLength: 10, qrLabel: 1, qrMaxLength: 3 },
    ],
  });
  const shown = (a: string) => [...qrContent(type, { ...SAMPLES[BUSINESS_LICENSE.code]!, fields: { a } }).fields];

  it('leaves a longer value out, whole, and counts characters, not UTF-16 units', () => {
    expect(shown('甲乙丙')).toEqual([[1, '甲乙丙']]);
    expect(shown('𬎆𬎆𬎆')).toEqual([[1, '𬎆𬎆𬎆']]);
    expect(shown('甲乙丙丁')).toEqual([]);
  });
});

describe('JSON Schema of the types', () => {
  const schemaOf = (type: LicenseType) => licenseDataJsonSchema([type]) as Json;

  it('has the rules that JSON Schema can say', () => {
    const marriage = schemaOf(MARRIAGE_CERTIFICATE).properties;
    expect(marriage.holders).toMatchObject({ minItems: 2, maxItems: 2 });
    expect(marriage.holders.items.properties.codeType.enum).not.toContain('001');
    expect(marriage.holders.items.properties.kind.enum).toEqual(['natural-person']);
    expect(marriage.validTo.pattern).toBe('^长期$');
    expect(marriage.number.pattern).toBe('^(?:J[0-9]{6}-[0-9]{4}-[0-9]{6})$');
    const house = schemaOf(REAL_ESTATE).properties.fields;
    expect(house.properties.coOwnership.enum).toEqual(['单独所有', '共同共有', '按份共有']);
    expect(house.properties.buildingArea).toMatchObject({ minimum: 0.01, maximum: 100_000_000 });
    expect(house.allOf).toEqual([
      {
        anyOf: [
          { not: { properties: { coOwnership: { enum: ['按份共有'] } }, required: ['coOwnership'] } },
          { required: ['shares'] },
        ],
      },
    ]);
    expect(schemaOf(BIRTH_CERTIFICATE).properties.fields.properties.weight.multipleOf).toBe(1);
    expect(schemaOf(RESIDENCE_PERMIT).properties.validTo.pattern).toBe('^[0-9]{4}-[0-9]{2}-[0-9]{2}$');
  });

  it('has patterns that accept what the parser accepts', () => {
    for (const type of LICENSE_TYPES) {
      const { properties } = schemaOf(type);
      const sample = SAMPLES[type.code]!;
      if (properties.number.pattern) expect(sample.number).toMatch(new RegExp(properties.number.pattern, 'u'));
      for (const [key, value] of Object.entries(sample.fields)) {
        const { pattern } = properties.fields.properties[key];
        if (pattern) expect(String(value), key).toMatch(new RegExp(pattern, 'u'));
      }
    }
  });
});
