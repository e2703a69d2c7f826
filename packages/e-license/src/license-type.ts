/** Licence types (证照类型) as data: which fields a licence of the type has, what they may hold, and what the QR shows. */

import { GovError, type Issue } from '@gov/verdict';
import * as z from 'zod/mini';
import { typeCodeIssues } from './identifier.js';
import { issue } from './internal/issues.js';
import { parseWith, rule } from './internal/parse-with.js';
import { textIssues } from './internal/text.js';

/** Limits of a type definition. */
export const LICENSE_TYPE_LIMITS = {
  fields: 100,
  /** characters of a name or label */
  label: 60,
  /** greatest `maxLength` of a field, characters */
  fieldText: 2_000,
  /** greatest `qrLabel`; up to 23 an integer takes one byte of the QR */
  qrLabel: 255,
} as const;

/** How a value is masked where anyone can see it (脱敏). */
export type Mask = 'none' | 'name' | 'citizen-id' | 'phone';

/** Where in the metadata a field of the form finds its value. */
export type MetadataSource =
  | 'number'
  | 'authority'
  | 'holder-name'
  | 'holder-code'
  | 'issue-date'
  | 'valid-from'
  | 'valid-to';

interface FieldLabels {
  /** Name of the field in data: `legalRepresentative`. */
  readonly key: string;
  /** As the form prints it: 法定代表人. */
  readonly label: string;
  readonly labelEn: string;
}

interface ValueField extends FieldLabels {
  readonly required: boolean;
  /** Integer key in the QR; a field without one is not in the QR. */
  readonly qrLabel?: number;
  /** In the QR; by default `citizen-id` and `phone` mask what they hold, other kinds nothing. */
  readonly mask?: Mask;
}

interface TextField extends ValueField {
  /** `text` any visible text of one line; `code` ASCII letters, digits, brackets and `./-`; `phone` digits, blanks and `+()-`. */
  readonly kind: 'text' | 'code' | 'phone';
  /** Characters (code points) at most. */
  readonly maxLength: number;
}

interface FixedField extends ValueField {
  /** `date` `YYYY-MM-DD`; `number` a JSON number; the others with their check characters. */
  readonly kind: 'date' | 'number' | 'credit-code' | 'citizen-id';
}

/** A field of the form with a value of its own, in `fields` of the licence data. All values but numbers are strings. */
export type DataField = TextField | FixedField;

/**
 * A field of the form that repeats the metadata (the holder's name, the number, …): no value of its own, so that face
 * and metadata cannot disagree. On `holder-name` and `holder-code` `mask` says how the QR shows them; by default names
 * are shown, and of codes those of persons are masked.
 */
export interface MetadataField extends FieldLabels {
  readonly kind: 'metadata';
  readonly source: MetadataSource;
  readonly mask?: Mask;
}

export type LicenseField = DataField | MetadataField;

/** How the face of a type looks (照面版式); what is not said is as in a plain landscape face. */
export interface FaceStyle {
  readonly page?: 'landscape' | 'portrait';
  /** Colour of border and rules. */
  readonly colour?: 'gold' | 'red' | 'green' | 'blue';
  /** Columns of rows. */
  readonly columns?: 1 | 2;
  /** Keys of fields that take the whole width. */
  readonly wide?: readonly string[];
  /** Under the title, e.g. （副本）. */
  readonly subtitle?: string;
}

/** A licence type (证照类型). */
export interface LicenseType {
  /** 证照类型代码, 21 characters: the credit code of the defining authority and 3 digits. */
  readonly code: string;
  /** 证照类型名称, e.g. 食品经营许可证. */
  readonly name: string;
  readonly nameEn: string;
  /** In the order of the form. */
  readonly fields: readonly LicenseField[];
  readonly face?: FaceStyle;
}

/**
 * Checks a type definition, for instance one read from JSON, and answers it typed.
 *
 * @throws GovError `license-type-invalid` with every issue.
 */
export function defineLicenseType(definition: unknown): LicenseType {
  const result = parseWith(typeSchema(), definition, { jitless: true });
  if ('value' in result) return result.value;
  throw new GovError('license-type-invalid', 'the definition of the licence type is wrong', { issues: result.issues });
}

function typeSchema() {
  const label = z.string().check(rule((text) => textIssues(text, LICENSE_TYPE_LIMITS.label)));
  const mask = z.exactOptional(z.enum(['none', 'name', 'citizen-id', 'phone']));
  const labels = {
    key: z
      .string()
      .check(rule((key) => (/^[a-z][0-9A-Za-z]{0,39}$/.test(key) && !(key in {}) ? [] : [issue('field-key')]))),
    label,
    labelEn: label,
    mask,
  };
  const value = {
    ...labels,
    required: z.boolean(),
    qrLabel: z.exactOptional(z.int().check(z.gte(1), z.lte(LICENSE_TYPE_LIMITS.qrLabel))),
  };
  const textField = z.strictObject({
    ...value,
    kind: z.enum(['text', 'code', 'phone']),
    maxLength: z.int().check(z.gte(1), z.lte(LICENSE_TYPE_LIMITS.fieldText)),
  });
  const fixedField = z.strictObject({ ...value, kind: z.enum(['date', 'number', 'credit-code', 'citizen-id']) });
  const metadataField = z.strictObject({
    ...labels,
    kind: z.literal('metadata'),
    source: z.enum(['number', 'authority', 'holder-name', 'holder-code', 'issue-date', 'valid-from', 'valid-to']),
  });
  return z.strictObject({
    code: z.string().check(rule(typeCodeIssues)),
    name: label,
    nameEn: label,
    fields: z
      .array(z.discriminatedUnion('kind', [textField, fixedField, metadataField]))
      .check(z.minLength(1), z.maxLength(LICENSE_TYPE_LIMITS.fields), rule(duplicates)),
  });
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
