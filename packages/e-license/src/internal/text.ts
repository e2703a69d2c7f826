/** What may stand in a text of a licence: it is signed, shown and compared, so nothing invisible may make two of a kind. */

import type { Issue } from '@gov/verdict';
import { isDate, LONG_TERM } from '../validity.js';
import { issue } from './issues.js';

/** Controls, format characters (bidi overrides, zero-width ones), lone surrogates, line and paragraph separators, blank letters. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u115f\u1160\u2800\u3164\uffa0]|\u034f/u;
const CODE = /^[0-9A-Za-z()（）./-]*$/;
const PHONE = /^\+?[0-9][0-9 ()-]+$/;
const DATE = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

/** Issues of a text of 1 to `max` characters (code points). */
export function textIssues(text: string, max: number): Issue[] {
  // A text twice too long in UTF-16 units is too long in code points: no need to look at each.
  if (text.length > 2 * max) return [issue('text-too-long', [], { max })];
  const issues: Issue[] = [];
  if (text.trim() === '') issues.push(issue('text-empty'));
  else if (text.trim() !== text) issues.push(issue('text-edge-space'));
  if ([...text].length > max) issues.push(issue('text-too-long', [], { max }));
  if (INVISIBLE.test(text)) issues.push(issue('text-control'));
  if (text.normalize('NFC') !== text) issues.push(issue('text-not-nfc'));
  return issues;
}

/** Issues of a text that must also look like a code (代码). */
export const codeIssues = (text: string, max: number): Issue[] => [
  ...textIssues(text, max),
  ...(CODE.test(text) ? [] : [issue('code-form')]),
];

export const phoneIssues = (text: string, max: number): Issue[] => [
  ...textIssues(text, max),
  ...(PHONE.test(text) ? [] : [issue('phone-form')]),
];

export function dateIssues(text: string): Issue[] {
  if (!DATE.test(text)) return [issue('date-form')];
  return isDate(text) ? [] : [issue('date-impossible')];
}

export const endIssues = (text: string): Issue[] => (text === LONG_TERM ? [] : dateIssues(text));
