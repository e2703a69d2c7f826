/** What fields are made of: texts, codes, days, labels. */
import { holdsPersonalNumber, parseCreditCode, parseDivisionCode } from '@gov/codes';
import { checkCode } from '@gov/codes/check';
import type { Issue } from '@gov/verdict';
import * as z from 'zod/mini';
import { catalogIssue } from '../internal/texts.js';
import type { CatalogIssue } from '../issue.js';
import type { Labelled } from '../labels.js';
import { CATALOG_LIMITS } from './limits.js';

/** What JSON Schema knows of a part that zod's own rules do not say. */
export const NOTES = z.registry<Record<string, unknown>>();

/** What zod's rules and ours ask of a part itself, in one: for `internal/guard.ts`. */
export const TESTS = z.registry<{ readonly test: (value: unknown) => boolean }>();

/** Line ends, directions, halves of characters, fillers, selectors of variants and what else nobody sees. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
/** Most texts, at a tenth of the cost: printable ASCII, Chinese characters, Chinese and full-width punctuation; no blank at an end. */
const PLAIN =
  /^[!-~\u3001-\u303f\u4e00-\u9fff\uff01-\uff5e](?:[ -~\u3001-\u303f\u4e00-\u9fff\uff01-\uff5e]*[!-~\u3001-\u303f\u4e00-\u9fff\uff01-\uff5e])?$/;

const isShown = (text: string): boolean => !INVISIBLE.test(text) && text === text.normalize('NFC');

function isLine(text: string): boolean {
  return PLAIN.test(text) || (text !== '' && text === text.trim() && isShown(text));
}

const isParagraph = (text: string): boolean =>
  text.includes('\n') ? text === text.trim() && isShown(text.replaceAll('\n', '')) : isLine(text);

/** The same for whoever reads JSON Schema: every regular expression of the last twenty years knows these ranges. */
const HIDDEN =
  '\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u115f\\u1160\\u180b-\\u180f\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufe00-\\ufe0f\\ufeff\\uffa0';
const HIDDEN_BUT_LINE_END = HIDDEN.replace('\\u0000-\\u001f', '\\u0000-\\u0009\\u000b-\\u001f');
const pattern = (inner: string): string => `^[^\\s${HIDDEN}](?:[^${inner}]*[^\\s${HIDDEN}])?$`;

/** A check that answers issues of ours; the others of the same value still run. */
export const rule = <Value>(find: (value: Value) => readonly Issue[]) =>
  z.check<Value>((context) => {
    for (const found of find(context.value))
      context.issues.push({
        code: 'custom',
        input: context.value,
        path: [...found.path],
        params: { found },
        continue: true,
      });
  });

type TextIssues = (text: string) => readonly Issue[];

/** A text that `find` finds nothing wrong with, of at most `max` UTF-16 code units. */
function part(max: number, find: TextIssues, notes: Record<string, unknown>) {
  const schema = z.string().check(z.maxLength(max), rule(find));
  NOTES.add(schema, notes);
  TESTS.add(schema, {
    test: (text) => typeof text === 'string' && text.length <= max && find(text).length === 0,
  });
  return schema;
}

const formed = (isFormed: (text: string) => boolean): TextIssues => {
  const wrong = [catalogIssue('text-form')];
  return (text) => (isFormed(text) ? NONE : wrong);
};

const NONE: readonly Issue[] = [];

/** Text of one line. */
export const line = (max: number = CATALOG_LIMITS.name) => part(max, formed(isLine), { pattern: pattern(HIDDEN) });

/** Text that may have several lines. */
export const paragraph = () =>
  part(CATALOG_LIMITS.text, formed(isParagraph), { pattern: pattern(HIDDEN_BUT_LINE_END) });

/** A code that no standard gives a form to. */
export const code = () =>
  part(
    CATALOG_LIMITS.code,
    (text) => (isLine(text) ? (/\s/.test(text) ? [catalogIssue('code-form')] : NONE) : [catalogIssue('text-form')]),
    { pattern: `^[^\\s${HIDDEN}]+$` },
  );

/** Post, account: never the number of a person. */
export const office = () =>
  part(
    CATALOG_LIMITS.name,
    (text) =>
      !isLine(text)
        ? [catalogIssue('text-form')]
        : holdsPersonalNumber(text)
          ? [catalogIssue('personal-number')]
          : NONE,
    { pattern: pattern(HIDDEN) },
  );

const ofCodes = (issues: readonly Issue[]): readonly CatalogIssue[] =>
  issues.map((found) => ({ ...found, severity: 'error' }));

/** The code that it probably should have been, where only one is: never that of a person who put the number of an ID card there. */
function withLikely(issues: readonly CatalogIssue[], text: string): readonly CatalogIssue[] {
  if (holdsPersonalNumber(text)) return issues;
  const { likely, unlisted } = checkCode('credit-code', text, { suggest: 'usual' });
  const value = likely.length + unlisted === 1 ? likely[0]?.text : undefined;
  if (value === undefined) return issues;
  const suggestion = { text: `perhaps "${value}": look it up`, textZh: `疑为“${value}”，请核对`, value };
  return issues.map((issue, at) => (at === 0 ? { ...issue, suggestion } : issue));
}

/** 统一社会信用代码, GB 32100. */
export const creditCode = () =>
  part(
    CATALOG_LIMITS.code,
    (text) => {
      const read = parseCreditCode(text);
      return read.ok ? NONE : withLikely(ofCodes(read.issues), text);
    },
    { pattern: '^[0-9A-HJ-NP-RTUWXY]{2}[0-9]{6}[0-9A-HJ-NP-RTUWXY]{10}$', examples: ['11100000000013338W'] },
  );

/** 行政区划代码, GB/T 2260. */
export const division = () =>
  part(
    CATALOG_LIMITS.code,
    (text) => {
      const read = parseDivisionCode(text);
      return read.ok ? NONE : ofCodes(read.issues);
    },
    { pattern: '^[1-9][0-9]{5}$', examples: ['370100'] },
  );

const DAY = /^[12][0-9]{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$/;

/** `YYYY-MM-DD`, a day that exists. */
export const day = () =>
  part(
    CATALOG_LIMITS.code,
    (text) => (!DAY.test(text) ? [catalogIssue('day-form')] : isDay(text) ? NONE : [catalogIssue('day-impossible')]),
    { pattern: DAY.source, examples: ['2026-05-20'] },
  );

function isDay(text: string): boolean {
  const dayOfMonth = Number(text.slice(8));
  if (dayOfMonth <= 28) return true;
  const year = Number(text.slice(0, 4));
  const month = Number(text.slice(5, 7));
  return dayOfMonth <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** One of the Chinese labels of a value list (值域). */
export const label = <const Label extends string>(list: readonly Labelled<Label>[]) =>
  z.enum(list.map((one) => one.label) as [Label, ...Label[]]);

/** Whole, from `min` to `max`. */
export function whole(min: number, max: number) {
  const schema = z.int().check(z.gte(min), z.lte(max));
  TESTS.add(schema, {
    test: (value) => Number.isInteger(value) && (value as number) >= min && (value as number) <= max,
  });
  return schema;
}

const twice = (entries: readonly unknown[]): readonly Issue[] => {
  if (new Set(entries).size === entries.length) return NONE;
  const seen = new Set<unknown>();
  return entries.flatMap((entry, index) => {
    if (seen.has(entry)) return [catalogIssue('list-duplicate', { path: [index] })];
    seen.add(entry);
    return [];
  });
};

/** A list without duplicates. */
export function list<Entry extends z.ZodMiniType>(entry: Entry, max: number = CATALOG_LIMITS.references) {
  const schema = z.array(entry).check(z.maxLength(max), rule(twice));
  NOTES.add(schema, { uniqueItems: true });
  TESTS.add(schema, {
    test: (entries) => Array.isArray(entries) && entries.length <= max && twice(entries).length === 0,
  });
  return schema;
}

/** A list of `min` to `max` entries, alike or not. */
export function series<Entry extends z.ZodMiniType>(entry: Entry, min: number, max: number) {
  const schema = z.array(entry).check(z.minLength(min), z.maxLength(max));
  TESTS.add(schema, { test: (entries) => Array.isArray(entries) && entries.length >= min && entries.length <= max });
  return schema;
}

/** A list that begins with `first`, of at most `max` entries. */
export function headed<First extends z.ZodMiniType, Rest extends z.ZodMiniType>(first: First, rest: Rest, max: number) {
  const schema = z.tuple([first], rest).check(z.maxLength(max));
  NOTES.add(schema, { minItems: 1, maxItems: max });
  TESTS.add(schema, { test: (entries) => Array.isArray(entries) && entries.length >= 1 && entries.length <= max });
  return schema;
}
