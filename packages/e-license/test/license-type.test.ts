import { isGovError } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import { defineLicenseType, FOOD_BUSINESS, LICENSE_TYPE_LIMITS } from '../src/index.js';

const FIELD = { key: 'a', label: '甲', labelEn: 'A', kind: 'text', required: true, maxLength: 10, qrLabel: 1 };
const TYPE = { code: FOOD_BUSINESS.code, name: '样例证', nameEn: 'Sample', fields: [FIELD] };

const issuesOf = (definition: unknown): string[] => {
  try {
    defineLicenseType(definition);
    return [];
  } catch (error) {
    if (!isGovError(error)) throw error;
    expect(error.code).toBe('license-type-invalid');
    for (const issue of error.issues) {
      expect(issue.message).not.toBe('');
      expect(issue.messageZh).toMatch(/\p{Script=Han}/u);
    }
    return error.issues.map((issue) => `${issue.path.join('.')} ${issue.code}`);
  }
};
const withField = (change: object) => ({ ...TYPE, fields: [{ ...FIELD, ...change }] });
const without = (key: string) => {
  const { [key as 'a']: _, ...rest } = FIELD as Record<string, unknown>;
  return { ...TYPE, fields: [rest] };
};

describe('defineLicenseType', () => {
  it('accepts the food business licence, 15 fields, unchanged through JSON', () => {
    expect(FOOD_BUSINESS.fields).toHaveLength(15);
    expect(defineLicenseType(JSON.parse(JSON.stringify(FOOD_BUSINESS)))).toEqual(FOOD_BUSINESS);
  });

  it('accepts every kind', () => {
    const { maxLength: _, ...fixed } = FIELD;
    for (const kind of ['text', 'code', 'phone']) expect(issuesOf(withField({ kind }))).toEqual([]);
    for (const kind of ['date', 'number', 'credit-code', 'citizen-id']) {
      expect(issuesOf({ ...TYPE, fields: [{ ...fixed, kind }] })).toEqual([]);
    }
  });

  it('accepts the limits', () => {
    const fields = Array.from({ length: LICENSE_TYPE_LIMITS.fields }, (_, i) => ({
      ...FIELD,
      key: `a${i}`,
      qrLabel: i + 1,
    }));
    expect(issuesOf({ ...TYPE, fields })).toEqual([]);
    expect(issuesOf({ ...TYPE, fields: [...fields, { ...FIELD, key: 'z', qrLabel: 255 }] })).toEqual([
      'fields list-too-long',
    ]);
    expect(issuesOf({ ...TYPE, name: '证'.repeat(LICENSE_TYPE_LIMITS.label) })).toEqual([]);
    expect(issuesOf({ ...TYPE, name: '证'.repeat(LICENSE_TYPE_LIMITS.label + 1) })).toEqual(['name text-too-long']);
    expect(issuesOf(withField({ maxLength: LICENSE_TYPE_LIMITS.fieldText }))).toEqual([]);
  });

  it.each([
    [null, [' wrong-type']],
    [undefined, [' missing']],
    [[], [' wrong-type']],
    [{}, ['code missing', 'name missing', 'nameEn missing', 'fields missing']],
    [{ ...TYPE, more: 1 }, ['more unknown-field']],
    [{ ...TYPE, code: 'x' }, ['code identifier-type']],
    [{ ...TYPE, code: '11100000MB00000001001' }, ['code credit-code-check']],
    [{ ...TYPE, code: '11100000MB0000000P00A' }, ['code identifier-type']],
    [{ ...TYPE, fields: [] }, ['fields list-too-short']],
    [{ ...TYPE, fields: [FIELD, FIELD] }, ['fields.1.key field-key-duplicate', 'fields.1.qrLabel qr-label-duplicate']],
    [withField({ key: 'constructor' }), ['fields.0.key field-key']],
    [withField({ key: '__proto__' }), ['fields.0.key field-key']],
    [withField({ key: 'toString' }), ['fields.0.key field-key']],
    [withField({ key: 'A' }), ['fields.0.key field-key']],
    [withField({ key: '' }), ['fields.0.key field-key']],
    [withField({ key: `a${'b'.repeat(40)}` }), ['fields.0.key field-key']],
    [withField({ kind: 'address' }), ['fields.0.kind not-allowed']],
    [without('kind'), ['fields.0.kind not-allowed']],
    [withField({ kind: 'date' }), ['fields.0.maxLength unknown-field']],
    [withField({ maxLength: 0 }), ['fields.0.maxLength number-range']],
    [withField({ maxLength: 2001 }), ['fields.0.maxLength number-range']],
    [withField({ maxLength: 1.5 }), ['fields.0.maxLength wrong-type']],
    [without('maxLength'), ['fields.0.maxLength missing']],
    [without('required'), ['fields.0.required missing']],
    [withField({ qrLabel: 0 }), ['fields.0.qrLabel number-range']],
    [withField({ qrLabel: 256 }), ['fields.0.qrLabel number-range']],
    [withField({ mask: 'half' }), ['fields.0.mask not-allowed']],
    [withField({ label: '甲\u202e乙' }), ['fields.0.label text-control']],
    [
      withField({ kind: 'metadata' }),
      [
        'fields.0.source missing',
        ...['maxLength', 'qrLabel', 'required'].map((key) => `fields.0.${key} unknown-field`),
      ],
    ],
  ])('refuses %j', (definition, issues) => {
    expect(issuesOf(definition).sort()).toEqual([...issues].sort());
  });
});

describe('rules of a definition', () => {
  const DATE = { key: 'd', label: '日', labelEn: 'D', kind: 'date', required: false };
  const NUMBER = { key: 'n', label: '数', labelEn: 'N', kind: 'number', required: false };
  const with_ = (...fields: object[]) => ({ ...TYPE, fields: [FIELD, ...fields] });
  const form = (...parts: unknown[]) => withField({ forms: [parts] });

  it.each([
    ['values', withField({ enum: ['甲', '乙'] })],
    ['forms', form('J', { of: 'digit', count: 6 }, '-', { of: 'han', count: 1, upTo: 4 }, 'x')],
    ['a part of varying length before another kind', form({ of: 'han', count: 1, upTo: 4 }, { of: 'digit', count: 2 })],
    ['a part of fixed length before its own kind', form({ of: 'digit', count: 2 }, { of: 'digit', count: 1, upTo: 3 })],
    ['required if', with_({ ...FIELD, key: 'b', qrLabel: 2, required: false, requiredIf: { field: 'a', is: ['甲'] } })],
    ['a range of one', with_({ ...NUMBER, min: 1, max: 1, decimals: 0, unit: '个' })],
    ['days in order', with_(DATE, { ...DATE, key: 'e', notBefore: 'd', notAfter: 'd' })],
    ['holders', { ...TYPE, holders: { min: 2, max: 2, codeTypes: ['111'], kinds: ['natural-person'] } }],
    ['validity', { ...TYPE, validity: { longTerm: 'no', maxYears: 200 } }],
    ['number', { ...TYPE, number: { forms: [['J']], sameAs: 'holder-code' } }],
    ['members', { ...TYPE, members: { min: 1, max: 20, types: [TYPE.code] } }],
    ['face', { ...TYPE, face: { page: 'portrait', colour: 'red', columns: 1, wide: ['a'], subtitle: '（副本）' } }],
    ['an empty face', { ...TYPE, face: {} }],
    ['the limits of a form', form(...Array(LICENSE_TYPE_LIMITS.formParts).fill({ of: 'digit', count: 100 }))],
    ['the limit of values', withField({ enum: Array.from({ length: 200 }, (_, i) => `${i}`) })],
  ])('accepts %s', (_, definition) => {
    expect(issuesOf(definition)).toEqual([]);
  });

  it.each<[object, string[]]>([
    [withField({ enum: [] }), ['fields.0.enum list-too-short']],
    [withField({ enum: ['甲', '甲'] }), ['fields.0.enum.1 value-duplicate']],
    [withField({ enum: ['甲'.repeat(11)] }), ['fields.0.enum.0 rule-value']],
    [withField({ kind: 'code', enum: ['甲'] }), ['fields.0.enum.0 rule-value']],
    [withField({ enum: Array.from({ length: 201 }, (_, i) => `${i}`) }), ['fields.0.enum list-too-long']],
    [withField({ forms: [] }), ['fields.0.forms list-too-short']],
    [withField({ forms: [[]] }), ['fields.0.forms.0 list-too-short']],
    [withField({ forms: Array(9).fill(['J']) }), ['fields.0.forms list-too-long']],
    [form(...Array(17).fill('J')), ['fields.0.forms.0 list-too-long']],
    [form({ of: 'digit', count: 0 }), ['fields.0.forms.0.0.count number-range']],
    [form({ of: 'digit', count: 101 }), ['fields.0.forms.0.0.count number-range']],
    [form({ of: 'any', count: 1 }), ['fields.0.forms.0.0 not-allowed']],
    [form('.*'.repeat(60)), ['fields.0.forms.0.0 text-too-long']],
    [form({ of: 'digit', count: 3, upTo: 2 }), ['fields.0.forms.0.0.upTo range-order']],
    [form({ of: 'digit', count: 1, upTo: 2 }, '1'), ['fields.0.forms.0.1 form-ambiguous']],
    [form({ of: 'capital', count: 1, upTo: 2 }, 'A'), ['fields.0.forms.0.1 form-ambiguous']],
    [form({ of: 'han', count: 1, upTo: 2 }, '号'), ['fields.0.forms.0.1 form-ambiguous']],
    [
      form({ of: 'digit', count: 1, upTo: 2 }, { of: 'capital-or-digit', count: 1 }),
      ['fields.0.forms.0.1 form-ambiguous'],
    ],
    [
      form({ of: 'capital-or-digit', count: 1, upTo: 2 }, { of: 'capital', count: 1 }),
      ['fields.0.forms.0.1 form-ambiguous'],
    ],
    [withField({ pattern: '(a+)+' }), ['fields.0.pattern unknown-field']],
    [withField({ qrMaxLength: 0 }), ['fields.0.qrMaxLength number-range']],
    [withField({ perIssue: 'yes' }), ['fields.0.perIssue wrong-type']],
    [
      withField({ requiredIf: { field: 'z', is: ['1'] } }),
      ['fields.0.requiredIf required-always', 'fields.0.requiredIf.field rule-field'],
    ],
    [withField({ required: false, requiredIf: { field: 'a', is: ['1'] } }), ['fields.0.requiredIf.field rule-field']],
    [with_({ ...NUMBER, requiredIf: { field: 'a', is: ['甲'.repeat(11)] } }), ['fields.1.requiredIf.is.0 rule-value']],
    [with_(NUMBER, { ...DATE, requiredIf: { field: 'n', is: ['1'] } }), ['fields.2.requiredIf.field rule-field']],
    [with_({ ...NUMBER, min: 2, max: 1 }), ['fields.1.max range-order']],
    [with_({ ...NUMBER, decimals: 7 }), ['fields.1.decimals number-range']],
    [with_({ ...NUMBER, decimals: -1 }), ['fields.1.decimals number-range']],
    [with_({ ...NUMBER, unit: '米'.repeat(13) }), ['fields.1.unit text-too-long']],
    [with_({ ...DATE, notAfter: 'd' }), ['fields.1.notAfter rule-field']],
    [with_({ ...DATE, notAfter: 'a' }), ['fields.1.notAfter rule-field']],
    [with_({ ...DATE, notBefore: 'z' }), ['fields.1.notBefore rule-field']],
    [with_({ ...DATE, notBefore: '' }), ['fields.1.notBefore rule-field']],
    [{ ...TYPE, holders: { min: 0 } }, ['holders.min number-range']],
    [{ ...TYPE, holders: { max: 21 } }, ['holders.max number-range']],
    [{ ...TYPE, holders: { min: 3, max: 2 } }, ['holders.max range-order']],
    [{ ...TYPE, holders: { codeTypes: ['002'] } }, ['holders.codeTypes.0 not-allowed']],
    [{ ...TYPE, holders: { codeTypes: [] } }, ['holders.codeTypes list-too-short']],
    [{ ...TYPE, holders: { kinds: ['dog'] } }, ['holders.kinds.0 not-allowed']],
    [{ ...TYPE, validity: {} }, ['validity.longTerm missing']],
    [{ ...TYPE, validity: { longTerm: 'no', maxYears: 0 } }, ['validity.maxYears number-range']],
    [{ ...TYPE, validity: { longTerm: 'no', maxYears: 201 } }, ['validity.maxYears number-range']],
    [{ ...TYPE, number: { sameAs: 'number' } }, ['number.sameAs not-allowed']],
    [{ ...TYPE, members: { min: 3, max: 2 } }, ['members.max range-order']],
    [{ ...TYPE, members: { types: ['x'] } }, ['members.types.0 identifier-type']],
    [{ ...TYPE, face: { page: 'round' } }, ['face.page not-allowed']],
    [{ ...TYPE, face: { colour: '#f00' } }, ['face.colour not-allowed']],
    [{ ...TYPE, face: { columns: 3 } }, ['face.columns not-allowed']],
    [{ ...TYPE, face: { wide: ['z'] } }, ['face.wide.0 rule-field']],
    [{ ...TYPE, face: { subtitle: '证'.repeat(61) } }, ['face.subtitle text-too-long']],
    [{ ...TYPE, face: { script: '' } }, ['face.script unknown-field']],
  ])('refuses %j', (definition, issues) => {
    expect(issuesOf(definition).sort()).toEqual([...issues].sort());
  });
});
