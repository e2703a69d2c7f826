/** What a type definition asks of one value, and how a value is written. */

import type { Issue } from '@gov/verdict';
import type { CodeForm, DataField, LicenseField, NumberField, TextField } from '../license-type.js';
import { LICENSE_TYPE_LIMITS } from '../license-type.js';
import { fitsForm, formsText } from './code-form.js';
import { issue } from './issues.js';
import { codeIssues, phoneIssues, textIssues } from './text.js';

const TEXT_KINDS = { text: textIssues, code: codeIssues, phone: phoneIssues } as const;

export const isTextField = (field: LicenseField): field is TextField => Object.hasOwn(TEXT_KINDS, field.kind);

/** Where a field's day stands: in the type's own fields, or in the metadata; undefined where it is no date. */
export function dateSource(field: LicenseField): 'field' | 'issueDate' | 'validFrom' | 'validTo' | undefined {
  if (field.kind === 'date') return 'field';
  if (field.kind !== 'metadata') return undefined;
  switch (field.source) {
    case 'issue-date':
      return 'issueDate';
    case 'valid-from':
      return 'validFrom';
    case 'valid-to':
      return 'validTo';
    default:
      return undefined;
  }
}

export function textValueIssues(field: TextField, value: string): Issue[] {
  if (field.enum !== undefined) return field.enum.includes(value) ? [] : [issue('not-allowed')];
  const issues = TEXT_KINDS[field.kind](value, field.maxLength);
  return issues.length > 0 || field.forms === undefined ? issues : formsIssues(field.forms, value);
}

/** Of a text that is clean and bounded already. */
export const formsIssues = (forms: readonly CodeForm[], value: string): Issue[] =>
  forms.some((form) => fitsForm(value, form)) ? [] : [issue('value-form', [], formsText(forms))];

export const numberLimits = (field: NumberField): { min: number; max: number; decimals: number } => ({
  min: field.min ?? -Number.MAX_SAFE_INTEGER,
  max: field.max ?? Number.MAX_SAFE_INTEGER,
  decimals: field.decimals ?? LICENSE_TYPE_LIMITS.decimals,
});

export function numberIssues(field: NumberField, value: number): Issue[] {
  const { min, max, decimals } = numberLimits(field);
  if (value < min || value > max) return [issue('number-range', [], { min, max })];
  return Number(value.toFixed(decimals)) === value ? [] : [issue('number-decimals', [], { max: decimals })];
}

/** A value as face and QR print it: numbers with their unit. */
export const valueText = (field: DataField, value: string | number): string =>
  field.kind === 'number' && field.unit !== undefined ? `${value}${field.unit}` : String(value);
