/** Checking definitions of licence types, which anyone may have written. */

import { HOLDER_CODE_TYPES } from '@gov/codes';
import { GovError, type Issue } from '@gov/verdict';
import * as z from 'zod/mini';
import { typeCodeIssues } from './identifier.js';
import { formIssues } from './internal/code-form.js';
import { dateSource, isTextField, textValueIssues } from './internal/field-rules.js';
import { issue } from './internal/issues.js';
import { parseWith, rule } from './internal/parse-with.js';
import { textIssues } from './internal/text.js';
import { LICENSE_TYPE_LIMITS, type LicenseField, type LicenseType } from './license-type.js';
import { LICENSE_DATA_LIMITS } from './metadata.js';

/**
 * Checks a type definition, for instance one read from JSON, and answers it typed.
 *
 * @throws GovError `license-type-invalid` with every issue.
 * @example
 * import { defineLicenseType } from '@gov/e-license';
 * const type = defineLicenseType(JSON.parse(text)); // the shipped ones: docs/formats/license-types.json
 */
export function defineLicenseType(definition: unknown): LicenseType {
  const result = parseWith(typeSchema(), definition, { jitless: true });
  if ('value' in result) return result.value;
  throw new GovError('license-type-invalid', 'the definition of the licence type is wrong', { issues: result.issues });
}

/** JSON Schema (2020-12) of a type definition; references between its parts only `defineLicenseType` checks. */
export function licenseTypeJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(typeSchema(), { io: 'input' });
}

function typeSchema() {
  const limits = LICENSE_TYPE_LIMITS;
  const text = (max: number) => z.string().check(rule((value) => textIssues(value, max)));
  const whole = (min: number, max: number) => z.int().check(z.gte(min), z.lte(max));
  const label = text(limits.label);
  const mask = z.exactOptional(z.enum(['none', 'name', 'citizen-id', 'phone']));
  const labels = {
    key: z
      .string()
      .check(rule((key) => (/^[a-z][0-9A-Za-z]{0,39}$/.test(key) && !(key in {}) ? [] : [issue('field-key')]))),
    label,
    labelEn: label,
    mask,
  };
  const values = z
    .array(text(limits.fieldText))
    .check(z.minLength(1), z.maxLength(limits.values), rule(valueDuplicates));
  const part = z.strictObject({
    of: z.enum(['digit', 'capital', 'capital-or-digit', 'han']),
    count: whole(1, limits.formPart),
    upTo: z.exactOptional(whole(1, limits.formPart)),
  });
  const form = z
    .array(z.union([text(limits.formPart), part]))
    .check(z.minLength(1), z.maxLength(limits.formParts), rule(formIssues));
  const forms = z.exactOptional(z.array(form).check(z.minLength(1), z.maxLength(limits.forms)));
  const value = {
    ...labels,
    required: z.boolean(),
    perIssue: z.exactOptional(z.boolean()),
    requiredIf: z.exactOptional(z.strictObject({ field: z.string(), is: values })),
    qrLabel: z.exactOptional(whole(1, limits.qrLabel)),
  };
  const textField = z.strictObject({
    ...value,
    kind: z.enum(['text', 'code', 'phone']),
    maxLength: whole(1, limits.fieldText),
    enum: z.exactOptional(values),
    forms,
    qrMaxLength: z.exactOptional(whole(1, limits.fieldText)),
  });
  const numberField = z.strictObject({
    ...value,
    kind: z.literal('number'),
    min: z.exactOptional(z.number()),
    max: z.exactOptional(z.number()),
    decimals: z.exactOptional(whole(0, limits.decimals)),
    unit: z.exactOptional(text(limits.unit)),
  });
  const dateField = z.strictObject({
    ...value,
    kind: z.literal('date'),
    notBefore: z.exactOptional(z.string()),
    notAfter: z.exactOptional(z.string()),
  });
  const fixedField = z.strictObject({ ...value, kind: z.enum(['credit-code', 'citizen-id']) });
  const metadataField = z.strictObject({
    ...labels,
    kind: z.literal('metadata'),
    source: z.enum(['number', 'authority', 'holder-name', 'holder-code', 'issue-date', 'valid-from', 'valid-to']),
  });
  const codeTypes = z.enum(HOLDER_CODE_TYPES.map((row) => row.type));
  const holders = z.strictObject({
    min: z.exactOptional(whole(1, LICENSE_DATA_LIMITS.holders)),
    max: z.exactOptional(whole(1, LICENSE_DATA_LIMITS.holders)),
    codeTypes: z.exactOptional(z.array(codeTypes).check(z.minLength(1), z.maxLength(HOLDER_CODE_TYPES.length))),
    kinds: z.exactOptional(
      z.array(z.enum(['natural-person', 'legal-person', 'unincorporated'])).check(z.minLength(1), z.maxLength(3)),
    ),
  });
  const face = z.strictObject({
    page: z.exactOptional(z.enum(['landscape', 'portrait'])),
    colour: z.exactOptional(z.enum(['gold', 'red', 'green', 'blue'])),
    columns: z.exactOptional(z.union([z.literal(1), z.literal(2)])),
    wide: z.exactOptional(z.array(z.string()).check(z.maxLength(limits.fields))),
    subtitle: z.exactOptional(label),
  });
  return z
    .strictObject({
      code: z.string().check(rule(typeCodeIssues)),
      name: label,
      nameEn: label,
      number: z.exactOptional(z.strictObject({ forms, sameAs: z.exactOptional(z.literal('holder-code')) })),
      holders: z.exactOptional(holders),
      validity: z.exactOptional(
        z.strictObject({
          longTerm: z.enum(['allowed', 'required', 'no']),
          maxYears: z.exactOptional(whole(1, limits.years)),
        }),
      ),
      members: z.exactOptional(
        z.strictObject({
          min: z.exactOptional(whole(1, LICENSE_DATA_LIMITS.members)),
          max: z.exactOptional(whole(1, LICENSE_DATA_LIMITS.members)),
          types: z.exactOptional(
            z.array(z.string().check(rule(typeCodeIssues))).check(z.minLength(1), z.maxLength(limits.values)),
          ),
        }),
      ),
      fields: z
        .array(z.discriminatedUnion('kind', [textField, numberField, dateField, fixedField, metadataField]))
        .check(z.minLength(1), z.maxLength(limits.fields), rule(duplicates)),
      face: z.exactOptional(face),
    })
    .check(rule(references));
}

function duplicates(fields: readonly LicenseField[]): Issue[] {
  const keys = new Set<string>();
  const labels = new Set<number>();
  return fields.flatMap((field, index) => {
    const issues: Issue[] = [];
    if (keys.has(field.key)) issues.push(issue('field-key-duplicate', [index, 'key']));
    keys.add(field.key);
    const qrLabel = field.kind === 'metadata' ? undefined : field.qrLabel;
    if (qrLabel !== undefined) {
      if (labels.has(qrLabel)) issues.push(issue('qr-label-duplicate', [index, 'qrLabel']));
      labels.add(qrLabel);
    }
    return issues;
  });
}

const valueDuplicates = (values: readonly string[]): Issue[] =>
  values.flatMap((value, index) => (values.indexOf(value) < index ? [issue('value-duplicate', [index])] : []));

/** What one part of a definition says of another must fit it. */
function references(type: LicenseType): Issue[] {
  const byKey = new Map(type.fields.map((field) => [field.key, field]));
  const { holders, members, face } = type;
  return [
    ...type.fields.flatMap((field, index) =>
      fieldReferences(field, byKey).map((found) => ({ ...found, path: ['fields', index, ...found.path] })),
    ),
    ...order(holders?.min, holders?.max, ['holders', 'max']),
    ...order(members?.min, members?.max, ['members', 'max']),
    ...(face?.wide ?? []).flatMap((key, index) =>
      byKey.has(key) ? [] : [issue('rule-field', ['face', 'wide', index])],
    ),
  ];
}

function fieldReferences(field: LicenseField, byKey: ReadonlyMap<string, LicenseField>): Issue[] {
  if (field.kind === 'metadata') return [];
  const issues: Issue[] = [];
  if (field.requiredIf !== undefined) {
    const other = byKey.get(field.requiredIf.field);
    if (other === undefined || other === field || !isTextField(other)) {
      issues.push(issue('rule-field', ['requiredIf', 'field']));
    } else {
      issues.push(...unfit(field.requiredIf.is, (value) => textValueIssues(other, value), ['requiredIf', 'is']));
    }
    if (field.required) issues.push(issue('required-always', ['requiredIf']));
  }
  if (field.kind === 'number') issues.push(...order(field.min, field.max, ['max']));
  if (field.kind === 'date') {
    for (const bound of ['notBefore', 'notAfter'] as const) {
      const other = byKey.get(field[bound] ?? '');
      const fits = other !== undefined && other !== field && dateSource(other) !== undefined;
      if (field[bound] !== undefined && !fits) issues.push(issue('rule-field', [bound]));
    }
  }
  if (isTextField(field)) {
    const { enum: values = [], ...rest } = field;
    issues.push(...unfit(values, (value) => textValueIssues(rest, value), ['enum']));
  }
  return issues;
}

const unfit = (values: readonly string[], find: (value: string) => readonly Issue[], path: Issue['path']): Issue[] =>
  values.flatMap((value, index) => (find(value).length === 0 ? [] : [issue('rule-value', [...path, index])]));

const order = (min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, path: Issue['path']): Issue[] =>
  min <= max ? [] : [issue('range-order', path)];
