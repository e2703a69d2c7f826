import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type GovError, isGovError } from '@gov/verdict';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import {
  defineLicenseType,
  FOOD_BUSINESS,
  formFields,
  LICENSE_DATA_LIMITS,
  type LicenseData,
  licenseDataJsonSchema,
  licenseDataParser,
  parseLicenseData,
} from '../src/index.js';

const TEXT = readFileSync(join(import.meta.dirname, '../../../examples/license/food-business.json'), 'utf8');
// biome-ignore lint/suspicious/noExplicitAny: JSON that the tests take apart and break
type Json = any;
const sample = (): Json => JSON.parse(TEXT);
const KINDS = defineLicenseType({
  code: '11100000MB0000000P002',
  name: '样例证',
  nameEn: 'Sample',
  fields: [
    { key: 'date', label: '日期', labelEn: 'Date', kind: 'date', required: false },
    { key: 'area', label: '面积', labelEn: 'Area', kind: 'number', required: false },
    { key: 'code', label: '代码', labelEn: 'Code', kind: 'code', required: false, maxLength: 8 },
    { key: 'credit', label: '信用代码', labelEn: 'Credit code', kind: 'credit-code', required: false },
    { key: 'id', label: '身份证', labelEn: 'ID', kind: 'citizen-id', required: false },
    { key: 'phone', label: '电话', labelEn: 'Phone', kind: 'phone', required: false, maxLength: 14 },
    { key: 'note', label: '备注', labelEn: 'Note', kind: 'text', required: false, maxLength: 4 },
  ],
});
const TYPES = [FOOD_BUSINESS, KINDS];
const kinds = (fields: object) => ({ ...sample(), type: KINDS.code, fields });

function refusal(input: unknown, parse = (value: unknown) => parseLicenseData(value, TYPES)): GovError {
  try {
    parse(input);
  } catch (error) {
    if (isGovError(error)) return error;
    throw error;
  }
  throw new Error('accepted');
}
const issuesOf = (input: unknown): string[] => {
  const error = refusal(input);
  expect(error.code).toBe('license-data-invalid');
  for (const issue of error.issues) {
    expect(issue.message).toMatch(/[a-z]/);
    expect(issue.message).not.toMatch(/undefined|\p{Script=Han}/u);
    expect(issue.messageZh).toMatch(/\p{Script=Han}/u);
  }
  return error.issues.map((issue) => `${issue.path.join('.')} ${issue.code}`).sort();
};
/** The sample with the value at `path` replaced, or removed where `value` is undefined. */
const changed = (path: string, value: unknown) => {
  const input = sample();
  const steps = path.split('.');
  const last = steps.pop()!;
  const parent = steps.reduce((at, step) => at[step], input);
  if (value === undefined) delete parent[last];
  else Object.defineProperty(parent, last, { value, enumerable: true, configurable: true, writable: true });
  return input;
};

describe('the example', () => {
  it('parses to itself, by either way', () => {
    expect(parseLicenseData(sample(), TYPES)).toEqual(sample());
    expect(licenseDataParser(TYPES)(sample())).toEqual(sample());
  });

  it('is long enough to be realistic', () => {
    const { fields } = parseLicenseData(sample(), TYPES);
    expect(String(fields.domicile).length).toBeGreaterThanOrEqual(28);
    expect(String(fields.businessItems).length).toBeGreaterThanOrEqual(25);
  });

  it('fills all 15 lines of the form', () => {
    const lines = formFields(FOOD_BUSINESS, parseLicenseData(sample(), TYPES));
    expect(lines.map((line) => line.label)).toEqual(FOOD_BUSINESS.fields.map((field) => field.label));
    expect(Object.fromEntries(lines.map((line) => [line.key, line.value]))).toMatchObject({
      operator: '某市样例餐饮管理有限责任公司',
      operatorCode: '91990100MA00000073',
      licenseNumber: 'JY29901010000013',
      issuingAuthority: '某市行政审批局',
      issueDate: '2026-05-20',
      validTo: '2031-05-19',
      signatory: '赵某某',
    });
  });

  it('leaves lines without a value out, joins holders, writes numbers', () => {
    const data = parseLicenseData(kinds({ area: 85.5 }), TYPES);
    expect(formFields(KINDS, data)).toEqual([{ key: 'area', label: '面积', labelEn: 'Area', value: '85.5' }]);
    const two = { ...data, holders: [...data.holders, { name: '乙', code: 'x', codeType: '999' }] };
    expect(formFields(FOOD_BUSINESS, two)[0]?.value).toBe('某市样例餐饮管理有限责任公司、乙');
  });
});

describe('parseLicenseData accepts', () => {
  it.each([
    ['validTo', '长期'],
    ['validTo', '2026-05-20'],
    ['issueDate', '2027-01-01'], // replaced within its term
    ['issueDate', '2026-01-01'],
    ['version', undefined],
    ['version', 999],
    ['serviceItem', undefined],
    ['definingAuthority', undefined],
    ['authority.divisionCode', undefined],
    ['holders.0.kind', undefined],
    ['holders.0.name', '𬎆·阿卜杜拉'],
    ['holders.0.name', '某'.repeat(100)],
    ['holders.0.name', '𬎆'.repeat(100)],
  ])('%s = %j', (path, value) => {
    expect(parseLicenseData(changed(path, value), TYPES)).toEqual(changed(path, value));
  });

  it('every kind of field', () => {
    const fields = {
      date: '2024-02-29',
      area: -1.5,
      code: 'A-(1).b/',
      credit: '11100000000013338W',
      id: '11010519491231002X',
      phone: '+86 551-623456',
      note: '𬎆𬎆𬎆𬎆',
    };
    expect(parseLicenseData(kinds(fields), TYPES).fields).toEqual(fields);
    expect(parseLicenseData(kinds({}), TYPES).fields).toEqual({});
  });
});

describe('parseLicenseData refuses', () => {
  it.each([
    ['type', '11100000MB0000000P009', ['type license-type-unknown']],
    ['type', undefined, ['type missing']],
    ['type', 7, ['type wrong-type']],
    ['type', '__proto__', ['definingAuthority.code defining-authority-mismatch', 'type license-type-unknown']],
    ['number', '', ['number text-empty']],
    ['number', '编号', ['number code-form']],
    ['number', 'A'.repeat(65), ['number text-too-long']],
    ['number', 12, ['number wrong-type']],
    ['version', 0, ['version number-range']],
    ['version', 1000, ['version number-range']],
    ['version', '1', ['version wrong-type']],
    ['version', 1.5, ['version wrong-type']],
    ['authority', undefined, ['authority missing']],
    ['authority', null, ['authority wrong-type']],
    ['authority.code', '11990100MB00000190', ['authority.code credit-code-check']],
    ['authority.code', '11990100MB000001', ['authority.code credit-code-length']],
    ['authority.divisionCode', '34010', ['authority.divisionCode division-code-form']],
    ['authority.name', ' 某市', ['authority.name text-edge-space']],
    ['authority.more', 1, ['authority.more unknown-field']],
    ['definingAuthority.code', '11990100MB0000019L', ['definingAuthority.code defining-authority-mismatch']],
    ['issueDate', '2026-02-30', ['issueDate date-impossible']],
    ['issueDate', '2026/05/20', ['issueDate date-form']],
    ['issueDate', '长期', ['issueDate date-form']],
    ['issueDate', '2031-05-20', ['issueDate issue-date-after-end']],
    ['validFrom', '2026-13-01', ['validFrom date-impossible']],
    ['validFrom', '2031-05-20', ['validTo date-order']],
    ['validTo', '2026-05-19', ['validTo date-order']],
    ['validTo', '2026-02-29', ['validTo date-impossible']],
    ['validTo', '', ['validTo date-form']],
    ['validTo', '长期有效', ['validTo date-form']],
    ['validTo', null, ['validTo wrong-type']],
    ['holders', [], ['holders list-too-short']],
    ['holders', undefined, ['holders missing']],
    ['holders', {}, ['holders wrong-type']],
    ['holders.0.code', '91990100MA00000074', ['holders.0.code credit-code-check']],
    ['holders.0.code', undefined, ['holders.0.code missing']],
    ['holders.0.codeType', '002', ['holders.0.codeType holder-code-type']],
    ['holders.0.codeType', '111', ['holders.0.code citizen-id-alphabet']],
    ['holders.0.kind', 'dog', ['holders.0.kind not-allowed']],
    ['holders.0.name', '', ['holders.0.name text-empty']],
    ['holders.0.name', '\u3000', ['holders.0.name text-empty']],
    ['holders.0.name', '某'.repeat(101), ['holders.0.name text-too-long']],
    ['holders.0.name', '𬎆'.repeat(101), ['holders.0.name text-too-long']],
    ['holders.0.name', '某\u202e公司', ['holders.0.name text-control']],
    ['holders.0.name', '某\u2067公司', ['holders.0.name text-control']],
    ['holders.0.name', '某\u200b公司', ['holders.0.name text-control']],
    ['holders.0.name', '某\ufeff公司', ['holders.0.name text-control']],
    ['holders.0.name', '某\n公司', ['holders.0.name text-control']],
    ['holders.0.name', '某\u0000公司', ['holders.0.name text-control']],
    ['holders.0.name', '某\u0085公司', ['holders.0.name text-control']],
    ['holders.0.name', '某\u2028公司', ['holders.0.name text-control']],
    ['holders.0.name', '某\ud800公司', ['holders.0.name text-control']],
    ['holders.0.name', '某\u3164公司', ['holders.0.name text-control']],
    ['holders.0.name', '某\u034f公司', ['holders.0.name text-control']],
    ['holders.0.name', 'Cafe\u0301', ['holders.0.name text-not-nfc']],
    ['holders.0.name', '\ufa12某', ['holders.0.name text-not-nfc']],
    ['fields', undefined, ['fields missing']],
    ['fields.signatory', undefined, ['fields.signatory missing']],
    ['fields.signatory', 5, ['fields.signatory wrong-type']],
    ['fields.signatory', '赵'.repeat(51), ['fields.signatory text-too-long']],
    ['fields.operator', '某某', ['fields.operator unknown-field']], // repeats the metadata: no value of its own
    ['fields.more', 'x', ['fields.more unknown-field']],
    ['fields.__proto__', 'x', ['fields.__proto__ unknown-field']],
    ['fields.constructor', 'x', ['fields.constructor unknown-field']],
    ['fields.complaintPhone', '一二三', ['fields.complaintPhone phone-form']],
    ['serviceItem.code', undefined, ['serviceItem.code missing']],
    ['identifier', 'x', ['identifier unknown-field']],
    ['__proto__', { type: 'x' }, ['__proto__ unknown-field']],
  ])('%s = %j', (path, value, issues) => {
    expect(issuesOf(changed(path, value))).toEqual(issues);
  });

  it.each([
    ['date', '2023-02-29', 'date-impossible'],
    ['area', '85', 'wrong-type'],
    ['area', Number.NaN, 'wrong-type'],
    ['area', Number.POSITIVE_INFINITY, 'wrong-type'],
    ['code', 'A 1', 'code-form'],
    ['code', 'A23456789', 'text-too-long'],
    ['credit', '11100000000013338X', 'credit-code-check'],
    ['id', '110105194912310021', 'citizen-id-check'],
    ['phone', '1', 'phone-form'],
    ['note', '𬎆𬎆𬎆𬎆𬎆', 'text-too-long'],
    ['note', undefined, 'missing'],
    ['note', null, 'wrong-type'],
  ])('field %s = %j', (key, value, code) => {
    expect(issuesOf(kinds({ [key]: value }))).toEqual([`fields.${key} ${code}`]);
  });

  it('the same holder twice', () => {
    const [holder] = sample().holders;
    expect(issuesOf(changed('holders', [holder, { ...holder, name: '别名' }]))).toEqual(['holders.1 holder-duplicate']);
  });

  it.each([null, undefined, 1, 'x', true, [], () => 1])('%o', (input) => {
    expect(issuesOf(input)).toEqual([input === undefined ? ' missing' : ' wrong-type']);
  });

  it('everything at once, each with path, code and both texts', () => {
    const input = {
      ...sample(),
      type: FOOD_BUSINESS.code,
      version: 0,
      authority: { name: '\u202e', code: 'X' },
      definingAuthority: { name: '某部', code: '11990100MB0000019L' },
      issueDate: '2026-02-30',
      validTo: '2020-01-01',
      holders: [{ name: '', code: '91990100MA00000074', codeType: '001' }, { codeType: '003' }],
      fields: { domicile: '住'.repeat(121), more: 1 },
      more: {},
    };
    expect(issuesOf(input)).toEqual(
      [
        'version number-range',
        'authority.name text-control',
        'authority.code credit-code-length',
        'definingAuthority.code defining-authority-mismatch',
        'issueDate date-impossible',
        'validTo date-order',
        'holders.0.name text-empty',
        'holders.0.code credit-code-check',
        'holders.1.name missing',
        'holders.1.code missing',
        'fields.domicile text-too-long',
        ...['businessForm', 'businessItems', 'complaintPhone', 'legalRepresentative', 'premises', 'signatory'].map(
          (key) => `fields.${key} missing`,
        ),
        'fields.supervisingOfficers missing',
        'fields.supervisor missing',
        'fields.more unknown-field',
        'more unknown-field',
      ].sort(),
    );
  });

  it('without repeating a value', () => {
    const error = refusal(changed('holders.0', { name: '张\u202e三丰', code: '110105194912310021', codeType: '111' }));
    expect(JSON.stringify([error.message, error.issues])).not.toMatch(/三丰|194912310021/);
  });

  it('whatever texts a global zod configuration gives', () => {
    const before = z.config().customError;
    z.config({ customError: () => 'hijacked' });
    try {
      expect(issuesOf(changed('number', 12))).toEqual(['number wrong-type']);
    } finally {
      z.config({ customError: before });
    }
  });
});

describe('limits', () => {
  const holder = (index: number) => ({ name: `某${index}`, code: `E${index}`, codeType: '999' });
  const holders = (count: number) =>
    changed(
      'holders',
      Array.from({ length: count }, (_, index) => holder(index)),
    );

  it('of holders', () => {
    expect(parseLicenseData(holders(LICENSE_DATA_LIMITS.holders), TYPES).holders).toHaveLength(20);
    expect(issuesOf(holders(LICENSE_DATA_LIMITS.holders + 1))).toEqual(['holders list-too-long']);
  });

  it('of values, at the edge', () => {
    const inSample = (function count(value: unknown): number {
      return (
        1 +
        (typeof value === 'object' && value !== null
          ? Object.values(value).reduce((n: number, v) => n + count(v), 0)
          : 0)
      );
    })(sample());
    const padded = (count: number) =>
      changed(
        'more',
        Array.from({ length: count }, () => 0),
      );
    const room = LICENSE_DATA_LIMITS.values - inSample - 1;
    expect(issuesOf(padded(room))).toEqual(['more unknown-field']);
    expect(refusal(padded(room + 1)).code).toBe('limit-exceeded');
  });

  it('of text, at the edge', () => {
    const inSample = (function count(value: unknown): number {
      if (typeof value === 'string') return value.length;
      if (typeof value !== 'object' || value === null) return 0;
      return Object.entries(value).reduce((n, [key, part]) => n + key.length + count(part), 0);
    })(sample());
    const room = LICENSE_DATA_LIMITS.text - inSample - 4;
    expect(issuesOf(changed('more', 'x'.repeat(room)))).toEqual(['more unknown-field']);
    expect(refusal(changed('more', 'x'.repeat(room + 1))).code).toBe('limit-exceeded');
  });

  it('end on circular and deep input', () => {
    const circular = sample();
    circular.holders.push(circular);
    expect(refusal(circular).code).toBe('limit-exceeded');
    let deep: unknown = 0;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(refusal(changed('more', deep)).code).toBe('limit-exceeded');
  });
});

it('fuzzed input is accepted or refused, never anything else, by one parser for all', () => {
  const parse = licenseDataParser(TYPES);
  const paths = [
    'type',
    'number',
    'authority',
    'authority.code',
    'holders',
    'holders.0',
    'holders.0.code',
    'validTo',
    'fields',
    'fields.domicile',
    'more',
    '__proto__',
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...paths),
      fc.anything({ maxDepth: 3, withNullPrototype: true, withBigInt: true, withDate: true }),
      (path, value) => {
        const input = changed(path, value);
        try {
          const data: LicenseData = parse(input);
          expect(data).toEqual(parseLicenseData(input, TYPES));
        } catch (error) {
          if (!isGovError(error)) throw error;
          expect(['license-data-invalid', 'limit-exceeded']).toContain(error.code);
          expect(refusal(input).issues).toEqual(error.issues);
        }
      },
    ),
    { numRuns: process.env.SLOW ? 20_000 : 1_000 },
  );
});

describe('licenseDataJsonSchema', () => {
  const schema = licenseDataJsonSchema([FOOD_BUSINESS]) as Json;

  it('says what the parser says, as far as JSON Schema can', () => {
    expect(schema.$schema).toContain('2020-12');
    expect(schema.additionalProperties).toBe(false);
    expect(schema.properties.type).toEqual({ type: 'string', const: FOOD_BUSINESS.code, title: '食品经营许可证' });
    expect(schema.properties.holders).toMatchObject({ type: 'array', minItems: 1, maxItems: 20 });
    expect(schema.properties.fields.properties.domicile).toEqual({
      type: 'string',
      title: '住所',
      description: 'Domicile',
      minLength: 1,
      maxLength: 120,
    });
    expect([...schema.properties.fields.required].sort()).toEqual(Object.keys(sample().fields).sort());
    expect(schema.required).not.toContain('version');
  });

  it('accepts the sample that parses, and refuses what it can see', () => {
    expect(violations(schema, sample())).toEqual([]);
    expect(parseLicenseData(sample(), TYPES).type).toBe(FOOD_BUSINESS.code);
    const wrong: [string, unknown][] = [
      ['type', KINDS.code],
      ['more', 1],
      ['number', undefined],
      ['number', 'A'.repeat(65)],
      ['holders', []],
      ['authority.code', '11990100MB0000019O'],
      ['validTo', 'x'],
      ['fields.signatory', undefined],
      ['fields.more', 'x'],
      ['version', 0],
    ];
    for (const [path, value] of wrong) expect(violations(schema, changed(path, value)), path).not.toEqual([]);
  });

  it('joins several types, and knows data of any', () => {
    expect((licenseDataJsonSchema(TYPES) as Json).anyOf).toHaveLength(2);
    expect(violations(licenseDataJsonSchema(), sample())).toEqual([]);
    expect(JSON.parse(JSON.stringify(licenseDataJsonSchema(TYPES)))).toEqual(licenseDataJsonSchema(TYPES));
  });
});

/** The few keywords of JSON Schema that the schemas here use; an unknown one is an error of the test. */
function violations(schema: Json, value: Json, path = '$'): string[] {
  const out: string[] = [];
  const fail = (keyword: string) => out.push(`${path} ${keyword}`);
  for (const [keyword, want] of Object.entries<Json>(schema)) {
    switch (keyword) {
      case '$schema':
      case 'title':
      case 'description':
      case 'format':
      case 'propertyNames':
        break;
      case 'type': {
        const is = Array.isArray(value) ? 'array' : Number.isInteger(value) ? 'integer' : typeof value;
        if (![want].flat().some((t: string) => t === is || (t === 'number' && is === 'integer'))) fail(keyword);
        break;
      }
      case 'const':
        if (value !== want) fail(keyword);
        break;
      case 'enum':
        if (!want.includes(value)) fail(keyword);
        break;
      case 'pattern':
        if (!new RegExp(want, 'u').test(value)) fail(keyword);
        break;
      case 'minLength':
        if ([...value].length < want) fail(keyword);
        break;
      case 'maxLength':
        if ([...value].length > want) fail(keyword);
        break;
      case 'minimum':
        if (value < want) fail(keyword);
        break;
      case 'maximum':
        if (value > want) fail(keyword);
        break;
      case 'minItems':
        if (value.length < want) fail(keyword);
        break;
      case 'maxItems':
        if (value.length > want) fail(keyword);
        break;
      case 'items':
        value.forEach((item: Json, index: number) => {
          out.push(...violations(want, item, `${path}.${index}`));
        });
        break;
      case 'required':
        for (const key of want) if (!Object.hasOwn(value, key)) fail(`required ${key}`);
        break;
      case 'properties':
        for (const key of Object.keys(want))
          if (Object.hasOwn(value, key)) out.push(...violations(want[key], value[key], `${path}.${key}`));
        break;
      case 'additionalProperties':
        for (const key of Object.keys(value)) {
          if (schema.properties && Object.hasOwn(schema.properties, key)) continue;
          if (want === false) fail(`additional ${key}`);
          else out.push(...violations(want, value[key], `${path}.${key}`));
        }
        break;
      default:
        throw new Error(`keyword ${keyword}`);
    }
  }
  return out;
}
