/**
 * Rules between the parts of licence data, those of every licence and those of its type, of whatever parts of the input can
 * be read: they are reported beside all other issues.
 */

import type { Issue } from '@gov/verdict';
import type { DataField, HolderRule, LicenseType, ValidityRule } from '../license-type.js';
import { isDate, LONG_TERM } from '../validity.js';
import { dateSource } from './field-rules.js';
import { issue } from './issues.js';

export const member = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined;

export function crossIssues(input: unknown, type: LicenseType | undefined): Issue[] {
  const [issued, from, to] = [day(input, 'issueDate'), day(input, 'validFrom'), day(input, 'validTo')];
  const defining = member(member(input, 'definingAuthority'), 'code');
  const code = member(input, 'type');
  const issues: Issue[] = [];
  if (from !== undefined && to !== undefined && to < from) issues.push(issue('date-order', ['validTo']));
  else if (issued !== undefined && to !== undefined && to < issued)
    issues.push(issue('issue-date-after-end', ['issueDate']));
  if (typeof defining === 'string' && typeof code === 'string' && !code.startsWith(defining)) {
    issues.push(issue('defining-authority-mismatch', ['definingAuthority', 'code']));
  }
  if (type === undefined) return issues;
  return [
    ...issues,
    ...(type.validity === undefined ? [] : validityIssues(type.validity, input)),
    ...(type.holders === undefined ? [] : holderIssues(type.holders, input)),
    ...(type.number?.sameAs === undefined ? [] : sameNumberIssues(input)),
    ...type.fields.flatMap((field) => (field.kind === 'metadata' ? [] : fieldIssues(field, type, input))),
  ];
}

function day(input: unknown, key: string): string | undefined {
  const value = member(input, key);
  return typeof value === 'string' && isDate(value) ? value : undefined;
}

function validityIssues({ longTerm, maxYears }: ValidityRule, input: unknown): Issue[] {
  const path = ['validTo'];
  const end = member(input, 'validTo');
  if (end === LONG_TERM) return longTerm === 'no' ? [issue('long-term-not-allowed', path)] : [];
  const [from, to] = [day(input, 'validFrom'), day(input, 'validTo')];
  if (longTerm === 'required')
    return to === undefined ? [] : [issue('long-term-required', path, { expected: LONG_TERM })];
  if (maxYears === undefined || from === undefined || to === undefined) return [];
  // Texts compare like days; the 29th of February compares like the last day of a February that has none.
  const last = `${String(Number(from.slice(0, 4)) + maxYears).padStart(4, '0')}${from.slice(4)}`;
  return to <= last ? [] : [issue('validity-too-long', path, { max: maxYears })];
}

function holderIssues({ codeTypes, kinds }: HolderRule, input: unknown): Issue[] {
  const holders = member(input, 'holders');
  if (!Array.isArray(holders)) return [];
  return holders.flatMap((holder, index) => {
    const [codeType, kind] = [member(holder, 'codeType'), member(holder, 'kind')];
    const unfit = (value: unknown, allowed: readonly string[] | undefined): boolean =>
      typeof value === 'string' && allowed !== undefined && !allowed.includes(value);
    return [
      ...(unfit(codeType, codeTypes) ? [issue('holder-code-type-not-allowed', ['holders', index, 'codeType'])] : []),
      ...(unfit(kind, kinds) ? [issue('holder-kind-not-allowed', ['holders', index, 'kind'])] : []),
    ];
  });
}

function sameNumberIssues(input: unknown): Issue[] {
  const number = member(input, 'number');
  const holders = member(input, 'holders');
  const code = Array.isArray(holders) ? member(holders[0], 'code') : undefined;
  if (typeof number !== 'string' || typeof code !== 'string' || number === code) return [];
  return [issue('number-not-holder-code', ['number'])];
}

function fieldIssues(field: DataField, type: LicenseType, input: unknown): Issue[] {
  const fields = member(input, 'fields');
  if (typeof fields !== 'object' || fields === null) return [];
  const path = ['fields', field.key];
  const named = (key: string | undefined) => type.fields.find((other) => other.key === key);
  const issues: Issue[] = [];
  if (field.requiredIf !== undefined && member(fields, field.key) === undefined) {
    const value = member(fields, field.requiredIf.field);
    const other = named(field.requiredIf.field);
    if (other !== undefined && typeof value === 'string' && field.requiredIf.is.includes(value)) {
      issues.push(issue('missing-if', path, { en: other.labelEn, zh: other.label }));
    }
  }
  if (field.kind === 'date') {
    const own = day(fields, field.key);
    const bound = (key: string | undefined, broken: (own: string, other: string) => boolean, code: DateIssue): void => {
      const other = named(key);
      const source = other === undefined ? undefined : dateSource(other);
      if (own === undefined || other === undefined || source === undefined) return;
      const limit = source === 'field' ? day(fields, other.key) : day(input, source);
      if (limit !== undefined && broken(own, limit)) {
        issues.push(issue(code, path, { en: other.labelEn, zh: other.label }));
      }
    };
    bound(field.notBefore, (own, other) => own < other, 'date-before');
    bound(field.notAfter, (own, other) => own > other, 'date-after');
  }
  return issues;
}

type DateIssue = 'date-before' | 'date-after';
