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
