/** Licence data: the metadata of an electronic licence (电子证照元数据), GB/T 36903, and the fields of its type. */

import { parseCitizenId, parseCreditCode, parseDivisionCode, parseHolderCode } from '@gov/codes';
import { GovError, type Issue } from '@gov/verdict';
import * as z from 'zod/mini';
import { IDENTIFIER_ROOT, parseIdentifier } from './identifier.js';
import { formsPattern } from './internal/code-form.js';
import {
  formsIssues,
  isTextField,
  numberIssues,
  numberLimits,
  textValueIssues,
  valueText,
} from './internal/field-rules.js';
import { identifierIssue } from './internal/identifier-issues.js';
import { under } from './internal/issue-path.js';
import { issue } from './internal/issues.js';
import { parseWith, rule } from './internal/parse-with.js';
import { codeIssues, dateIssues, endIssues, textIssues } from './internal/text.js';
import { crossIssues, member } from './internal/type-rules.js';
import type {
  DataField,
  HolderKind,
  LicenseType,
  MemberRule,
  MetadataField,
  NumberField,
  NumberRule,
  TextField,
} from './license-type.js';
import { LONG_TERM } from './validity.js';

/** Limits of licence data, asked before anything else is. Characters are code points unless said otherwise. */
export const LICENSE_DATA_LIMITS = {
  /** values of every kind in the whole input, nested ones included */
  values: 2_000,
  /** UTF-16 units of all texts and keys together */
  text: 65_536,
  holders: 20,
  /** members of a composite licence */
  members: 20,
  /** characters of the name of a body, a person or a service item */
  name: 100,
  /** characters of the licence number and of a service item's code */
  number: 64,
} as const;

/** A body and its credit code (机构名称、统一社会信用代码). */
export interface Authority {
  readonly name: string;
  readonly code: string;
}

/** Who holds the licence (持证主体). */
export interface Holder {
  readonly name: string;
  readonly code: string;
  /** 持证主体代码类型, a row of `HOLDER_CODE_TYPES`: 001, 111, … */
  readonly codeType: string;
  /** 持证主体类别: 自然人, 法人, 非法人组织 */
  readonly kind?: HolderKind;
}

/** One of the licences that a composite licence is made of (成员证照). */
export interface CompositeMember {
  /** GB/T 36904, with its root. */
  readonly identifier: string;
  /** SM3 of the COSE message in its QR, hexadecimal in small letters. */
  readonly digest: string;
}

/** What a licence says (证照数据). Dates are `YYYY-MM-DD`, days in Asia/Shanghai. */
export interface LicenseData {
  /** 证照类型代码, 21 characters. */
  readonly type: string;
  /** 证照编号 as printed. */
  readonly number: string;
  /** 版本号, 1 to 999. */
  readonly version?: number;
  /** 证照颁发机构; `divisionCode` 行政区划代码. */
  readonly authority: Authority & { readonly divisionCode?: string };
  /** 证照定义机构; its code begins the type code. */
  readonly definingAuthority?: Authority;
  /** 证照颁发日期. Later than `validFrom` where a licence is replaced within its term. */
  readonly issueDate: string;
  /** 有效期起始日期 */
  readonly validFrom: string;
  /** 有效期截止日期, or `长期`. */
  readonly validTo: string;
  readonly holders: readonly Holder[];
  /** The type's own fields by key. */
  readonly fields: Readonly<Record<string, string | number>>;
  /** Of a composite licence (一业一证): made by `compositeOf`. */
  readonly members?: readonly CompositeMember[];
  /** 关联政务服务事项 */
  readonly serviceItem?: { readonly name: string; readonly code: string };
}

/** Reads licence data, or throws with everything that is wrong. */
export type LicenseDataParser = (input: unknown) => LicenseData;

/**
 * Makes a parser for licences of the `types` given: for many licences, as its schemas are built once.
 *
 * The parser throws GovError `license-data-invalid` with every issue at once, each with its JSON path, and
 * `limit-exceeded` past `LICENSE_DATA_LIMITS.values` or `.text`.
 */
export function licenseDataParser(types: readonly LicenseType[]): LicenseDataParser {
  return parserOf(types, false);
}

/**
 * Reads licence data from a parsed JSON value. Texts must be NFC, of one line, without invisible characters; nothing is
 * repaired.
 *
 * @throws GovError `license-data-invalid` with every issue at once, `limit-exceeded` past the limits of the whole.
 * @example
 * const data = parseLicenseData(json, [FOOD_BUSINESS]);
 * // or an error whose `issues` are [{ path: ['validTo'], code: 'date-impossible', message, messageZh }, …]
 */
export function parseLicenseData(input: unknown, types: readonly LicenseType[]): LicenseData {
  // Compiling a schema that is used once costs more than walking it.
  return parserOf(types, true)(input);
}

/**
 * JSON Schema (2020-12) of licence data, of the `types` given or, without them, of any type: for departments not on
 * TypeScript. It knows forms and lengths; check characters, the order of dates and the calendar only the parser does.
 */
export function licenseDataJsonSchema(types: readonly LicenseType[] = []): Record<string, unknown> {
  const notes = z.registry<Record<string, unknown>>();
  const schemas = types.map((type) => dataSchema(notes, type));
  const schema = schemas.length === 0 ? dataSchema(notes) : schemas.length === 1 ? schemas[0]! : z.union(schemas);
  return z.toJSONSchema(schema, { metadata: notes, io: 'input' });
}

/** One line of the form (证面): label and value as text. */
export interface FormField {
  readonly key: string;
  readonly label: string;
  readonly labelEn: string;
  readonly value: string;
}

/** The fields of the form in its order, with values from `fields` or the metadata; fields without a value are left out. */
export function formFields(type: LicenseType, data: LicenseData): FormField[] {
  return type.fields.flatMap((field) => {
    const { key, label, labelEn } = field;
    if (field.kind === 'metadata') return [{ key, label, labelEn, value: metadataValue(field, data) }];
    const value = data.fields[key];
    return value === undefined ? [] : [{ key, label, labelEn, value: valueText(field, value) }];
  });
}

function metadataValue(field: MetadataField, data: LicenseData): string {
  switch (field.source) {
    case 'number':
      return data.number;
    case 'authority':
      return data.authority.name;
    case 'holder-name':
      return data.holders.map((holder) => holder.name).join('、');
    case 'holder-code':
      return data.holders.map((holder) => holder.code).join('、');
    case 'issue-date':
      return data.issueDate;
    case 'valid-from':
      return data.validFrom;
    case 'valid-to':
      return data.validTo;
  }
}

function parserOf(types: readonly LicenseType[], jitless: boolean): LicenseDataParser {
  const notes: Notes = z.registry();
  const byCode = new Map(types.map((type) => [type.code, { type, schema: dataSchema(notes, type) }]));
  const unknownType = dataSchema(notes);
  return (input) => {
    checkSize(input);
    const known = byCode.get(member(input, 'type') as string);
    const result = parseWith(known?.schema ?? unknownType, input, { jitless });
    const issues = 'issues' in result ? [...result.issues] : [];
    if (known === undefined && typeof member(input, 'type') === 'string') {
      issues.push(issue('license-type-unknown', ['type']));
    }
    issues.push(...crossIssues(input, known?.type));
    if (issues.length > 0 || !('value' in result)) {
      throw new GovError('license-data-invalid', `the licence data has ${issues.length} errors`, { issues });
    }
    return result.value;
  };
}

type Notes = z.core.$ZodRegistry<Record<string, unknown>>;

/** The schema of one type's data, or without one of data whose fields are unknown. Only JSON Schema reads the notes. */
function dataSchema(notes: Notes, type?: LicenseType) {
  const note = <Schema extends z.ZodMiniType>(schema: Schema, about: Record<string, unknown>): Schema => {
    notes.add(schema, about);
    return schema;
  };
  const string = (find: (text: string) => readonly Issue[], about: Record<string, unknown>) =>
    note(z.string().check(rule(find)), about);
  const text = (max: number, about = {}) =>
    string((value) => textIssues(value, max), { minLength: 1, maxLength: max, ...about });
  const code = (
    find: typeof parseCreditCode | typeof parseCitizenId | typeof parseDivisionCode,
    about: Record<string, unknown>,
  ) =>
    string((value) => {
      const result = find(value);
      return result.ok ? [] : result.issues;
    }, about);
  const creditCode = (about = {}) => code(parseCreditCode, { pattern: '^[0-9A-HJ-NP-RTUWXY]{18}$', ...about });
  const date = (about = {}) => string(dateIssues, { format: 'date', ...about });

  const ofField = (field: DataField): z.ZodMiniType<string | number> => {
    const about = { title: field.label, description: field.labelEn };
    if (isTextField(field)) return string((value) => textValueIssues(field, value), { ...textForm(field), ...about });
    switch (field.kind) {
      case 'date':
        return date(about);
      case 'number':
        return note(z.number().check(rule((value) => numberIssues(field, value))), { ...numberForm(field), ...about });
      case 'credit-code':
        return creditCode(about);
      case 'citizen-id':
        return code(parseCitizenId, { pattern: '^[0-9]{17}[0-9X]$', ...about });
    }
  };
  const fields = Object.fromEntries(
    (type?.fields ?? [])
      .filter((field) => field.kind !== 'metadata')
      .map((field) => [field.key, field.required ? ofField(field) : z.exactOptional(ofField(field))]),
  );

  const { name, number, holders: mostHolders } = LICENSE_DATA_LIMITS;
  const { min: fewest = 1, max: most = mostHolders, codeTypes, kinds } = type?.holders ?? {};
  const authority = { name: text(name), code: creditCode() };
  const holder = z
    .strictObject({
      name: text(name),
      code: note(z.string(), { minLength: 1, maxLength: 40 }),
      codeType: note(z.string(), codeTypes === undefined ? { pattern: '^[0-9]{3}$' } : { enum: codeTypes }),
      kind: z.exactOptional(note(z.enum(HOLDER_KINDS), kinds === undefined ? {} : { enum: kinds })),
    })
    .check(rule(holderIssues));
  return z.strictObject({
    type:
      type === undefined
        ? note(z.string(), { minLength: 21, maxLength: 21 })
        : note(z.literal(type.code), { title: type.name }),
    number: string((value) => licenseNumberIssues(value, type?.number), {
      minLength: 1,
      maxLength: number,
      title: '证照编号',
      ...(type?.number?.forms === undefined ? {} : { pattern: formsPattern(type.number.forms) }),
    }),
    version: z.exactOptional(z.int().check(z.gte(1), z.lte(999))),
    authority: z.strictObject({
      ...authority,
      divisionCode: z.exactOptional(code(parseDivisionCode, { pattern: '^[1-9][0-9]{5}$' })),
    }),
    definingAuthority: z.exactOptional(z.strictObject(authority)),
    issueDate: date({ title: '证照颁发日期' }),
    validFrom: date({ title: '有效期起始日期' }),
    validTo: string(endIssues, {
      title: '有效期截止日期',
      pattern: END_PATTERNS[type?.validity?.longTerm ?? 'allowed'],
    }),
    holders: z.array(holder).check(z.minLength(fewest), z.maxLength(most), rule(duplicateHolders)),
    fields:
      type === undefined
        ? z.record(z.string(), z.union([z.string(), z.number()]))
        : (note(z.strictObject(fields), conditions(type)) as z.ZodMiniType<Record<string, string | number>>),
    ...membersShape(type),
    serviceItem: z.exactOptional(
      z.strictObject({
        name: text(name),
        code: string((value) => codeIssues(value, number), { minLength: 1, maxLength: number }),
      }),
    ),
  });
}

/** Members are required of composite types and unknown to others; of a type that is not known they may be there. */
function membersShape(type: LicenseType | undefined) {
  const shape =
    type === undefined
      ? { members: z.exactOptional(membersSchema({ min: 1 })) }
      : type.members === undefined
        ? {}
        : { members: membersSchema(type.members) };
  return shape as { readonly members: z.ZodMiniExactOptional<ReturnType<typeof membersSchema>> };
}

function membersSchema({ min = 2, max = LICENSE_DATA_LIMITS.members, types }: MemberRule) {
  const member = z.strictObject({
    identifier: z.string().check(rule((text) => identifierIssues(text, types))),
    digest: z.string().check(rule((text) => (/^[0-9a-f]{64}$/.test(text) ? [] : [issue('digest-form')]))),
  });
  return z.array(member).check(z.minLength(min), z.maxLength(max), rule(duplicateMembers));
}

function identifierIssues(text: string, types: readonly string[] | undefined): readonly Issue[] {
  if (!text.startsWith(`${IDENTIFIER_ROOT}.`)) return [identifierIssue('identifier-form')];
  const identifier = parseIdentifier(text);
  if (!identifier.ok) return identifier.issues;
  return types === undefined || types.includes(identifier.value.type) ? [] : [issue('member-type-not-allowed')];
}

const duplicateMembers = (members: readonly CompositeMember[]): Issue[] =>
  members.flatMap(({ identifier }, index) =>
    members.findIndex((other) => other.identifier === identifier) < index ? [issue('member-duplicate', [index])] : [],
  );

const HOLDER_KINDS: readonly HolderKind[] = ['natural-person', 'legal-person', 'unincorporated'];
const DAY_PATTERN = '[0-9]{4}-[0-9]{2}-[0-9]{2}';
const END_PATTERNS = {
  allowed: `^(${DAY_PATTERN}|${LONG_TERM})$`,
  required: `^${LONG_TERM}$`,
  no: `^${DAY_PATTERN}$`,
} as const;

const licenseNumberIssues = (text: string, { forms }: NumberRule = {}): readonly Issue[] => {
  const max = LICENSE_DATA_LIMITS.number;
  if (forms === undefined) return codeIssues(text, max);
  const issues = textIssues(text, max);
  return issues.length > 0 ? issues : formsIssues(forms, text);
};

/** Keywords of JSON Schema for the rules of a field. */
const textForm = ({ kind, maxLength, enum: values, forms }: TextField): Record<string, unknown> =>
  values !== undefined
    ? { enum: values }
    : {
        minLength: kind === 'phone' ? 2 : 1,
        maxLength,
        ...(forms === undefined ? {} : { pattern: formsPattern(forms) }),
      };

const numberForm = (field: NumberField): Record<string, unknown> => {
  const { min, max, decimals } = numberLimits(field);
  return {
    ...(field.min === undefined ? {} : { minimum: min }),
    ...(field.max === undefined ? {} : { maximum: max }),
    ...(decimals === 0 ? { multipleOf: 1 } : {}),
    ...(field.unit === undefined ? {} : { $comment: field.unit }),
  };
};

function conditions(type: LicenseType): Record<string, unknown> {
  const rules = type.fields.flatMap((field) => {
    if (field.kind === 'metadata' || field.requiredIf === undefined) return [];
    const { field: other, is } = field.requiredIf;
    const asks = { properties: { [other]: { enum: is } }, required: [other] };
    return [{ anyOf: [{ not: asks }, { required: [field.key] }] }];
  });
  return rules.length === 0 ? {} : { allOf: rules };
}

function holderIssues(holder: Holder): Issue[] {
  const result = parseHolderCode(holder.codeType, holder.code);
  if (result.ok) return [];
  return result.issues.flatMap((found) => under([found.code === 'holder-code-type' ? 'codeType' : 'code'], [found]));
}

function duplicateHolders(holders: readonly Holder[]): Issue[] {
  const seen = new Set<string>();
  return holders.flatMap((holder, index) => {
    const id = `${holder.codeType} ${holder.code}`;
    const again = seen.has(id);
    seen.add(id);
    return again ? [issue('holder-duplicate', [index])] : [];
  });
}

/** Counts before anything is checked, so that the issues of a hostile input stay few. Also ends on circular objects. */
function checkSize(input: unknown): void {
  const open: unknown[] = [input];
  let values = 0;
  let text = 0;
  while (open.length > 0) {
    const value = open.pop();
    const parts = typeof value === 'object' && value !== null ? Object.entries(value) : [];
    values += 1;
    text += typeof value === 'string' ? value.length : 0;
    for (const [key, part] of parts) {
      text += key.length;
      open.push(part);
    }
    if (values + open.length > LICENSE_DATA_LIMITS.values || text > LICENSE_DATA_LIMITS.text) {
      throw new GovError('limit-exceeded', 'the licence data holds too many values or too much text');
    }
  }
}
