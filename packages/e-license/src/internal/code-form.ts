/** Code forms (编码规则): how a code is built, read in one pass. */

import type { Issue } from '@gov/verdict';
import type { CodeForm, FormPart } from '../license-type.js';
import { issue } from './issues.js';

const CLASSES: Readonly<Record<FormPart['of'], { one: RegExp; pattern: string; en: string; zh: string }>> = {
  digit: { one: /^[0-9]$/, pattern: '[0-9]', en: 'digits', zh: '位数字' },
  capital: { one: /^[A-Z]$/, pattern: '[A-Z]', en: 'capitals', zh: '位大写字母' },
  'capital-or-digit': { one: /^[0-9A-Z]$/, pattern: '[0-9A-Z]', en: 'capitals or digits', zh: '位数字或大写字母' },
  han: { one: /^\p{Script=Han}$/u, pattern: '\\p{Script=Han}', en: 'Chinese characters', zh: '个汉字' },
};

/** Which classes share characters. */
const OVERLAPS: Readonly<Record<FormPart['of'], readonly FormPart['of'][]>> = {
  digit: ['digit', 'capital-or-digit'],
  capital: ['capital', 'capital-or-digit'],
  'capital-or-digit': ['digit', 'capital', 'capital-or-digit'],
  han: ['han'],
};

/** What is wrong with a form: one text must have one way of being read. */
export function formIssues(form: CodeForm): Issue[] {
  return form.flatMap((part, index) => {
    if (typeof part === 'string' || part.upTo === undefined) return [];
    if (part.upTo < part.count) return [issue('range-order', [index, 'upTo'])];
    const next = form[index + 1];
    const same =
      next !== undefined &&
      (typeof next === 'string' ? CLASSES[part.of].one.test([...next][0] ?? '') : OVERLAPS[part.of].includes(next.of));
    return same ? [issue('form-ambiguous', [index + 1])] : [];
  });
}

/** Takes as much as each part can: as a form is unambiguous, no other way of reading would do better. */
export function fitsForm(text: string, form: CodeForm): boolean {
  const characters = [...text];
  let at = 0;
  for (const part of form) {
    if (typeof part === 'string') {
      const fixed = [...part];
      if (fixed.some((character, index) => characters[at + index] !== character)) return false;
      at += fixed.length;
      continue;
    }
    const start = at;
    const end = Math.min(at + (part.upTo ?? part.count), characters.length);
    while (at < end && CLASSES[part.of].one.test(characters[at]!)) at++;
    if (at - start < part.count) return false;
  }
  return at === characters.length;
}

/** For JSON Schema (ECMA-262, with the flag u). */
export const formsPattern = (forms: readonly CodeForm[]): string => `^(?:${forms.map(formPattern).join('|')})$`;

const formPattern = (form: CodeForm): string =>
  form
    .map((part) =>
      typeof part === 'string'
        ? part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
        : `${CLASSES[part.of].pattern}{${part.upTo === undefined ? part.count : `${part.count},${part.upTo}`}}`,
    )
    .join('');

/** `JY{14 digits}`, and the same in Chinese. */
export const formsText = (forms: readonly CodeForm[]): { en: string; zh: string } => ({
  en: forms.map((form) => described(form, (count, of) => `{${count} ${CLASSES[of].en}}`)).join(' or '),
  zh: forms.map((form) => described(form, (count, of) => `〔${count}${CLASSES[of].zh}〕`)).join('或'),
});

const described = (form: CodeForm, say: (count: string, of: FormPart['of']) => string): string =>
  form
    .map((part) =>
      typeof part === 'string'
        ? part
        : say(part.upTo === undefined ? String(part.count) : `${part.count}-${part.upTo}`, part.of),
    )
    .join('');
