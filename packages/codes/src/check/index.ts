/**
 * `@gov/codes/check`: codes as people write them (代码核对): other spellings accepted and named, every error at once, what the code
 * probably should have been, and whether its division is known.
 *
 * @packageDocumentation
 * @example
 * const { ok, text, issues, likely } = checkCode('citizen-id', '１１０１０５１９４９１２３１００２x');
 * console.log(ok, text); // true 11010519491231002X
 * console.log(checkCode('credit-code', '1110000000001333BW').likely[0]); // { text: '11100000000013338W', change: 'look-alike', places: [ 17 ] }
 */
import type { Issue } from '@gov/verdict';
import type { DivisionTable } from '../division-table.js';
import type { IssueTexts } from '../internal/issues.js';
import { CODE_KINDS, type CodeKind, type CodeValues, KINDS } from './kinds.js';
import { type LikelyChange, type LikelyCode, likelyOf, MAX_LIKELY } from './likely.js';
import { unified } from './spelling.js';

export { CODE_KINDS, type CodeKind, type CodeValues, type LikelyChange, type LikelyCode, MAX_LIKELY };

/** UTF-16 units of a text that is looked at; no code has half as many. */
export const MAX_CODE_LENGTH = 96;

const TEXTS = {
  'code-too-long': ['longer than any code', '长度超过任何代码'],
  'division-unknown': ['the table has no such division', '行政区划代码不在区划表中'],
  'division-abolished': [
    'the division was abolished; numbers that were given stay good',
    '行政区划已撤销；已编发的号码仍然有效',
  ],
} as const satisfies IssueTexts;

export interface CheckCodeOptions {
  /** What birth dates are held against: none is after its day in Asia/Shanghai. */
  readonly at?: Date;
  /** Divisions that exist, e.g. those of `@gov/codes/divisions`. Only a warning comes of it: codes die, numbers stay. */
  readonly divisions?: DivisionTable;
  /**
   * False: what it should have been is not looked for, which takes some hundred times as long as the check. `usual`: only slips that
   * leave a trace are undone, a tenth of the work: not the next key, nor any other character in any place.
   */
  readonly suggest?: boolean | 'usual';
}

/** What is to be said of a text that should be a code (代码核对结果). */
export interface CodeCheck<Kind extends CodeKind = CodeKind> {
  readonly kind: Kind;
  /** No issues: with what `spelling` says undone, it is such a code. */
  readonly ok: boolean;
  /** In the one spelling of the code. */
  readonly text: string;
  /** How it was spelt otherwise: `spelling-…`. */
  readonly spelling: readonly Issue[];
  readonly issues: readonly Issue[];
  /** `division-unknown`, `division-abolished`. */
  readonly warnings: readonly Issue[];
  /** There when `ok`. */
  readonly value?: CodeValues[Kind];
  /** When not `ok`: what it probably should have been, likeliest first, `MAX_LIKELY` at most. To be shown, never to be applied. */
  readonly likely: readonly LikelyCode[];
  /** How many other codes are one slip away, and no likelier than one another. */
  readonly unlisted: number;
}

/**
 * Checks a code as somebody wrote it. Full-width and small letters, blanks, hyphens, invisible characters and letters of other
 * scripts are accepted and named. No text of an issue repeats the code; `text` and `likely` hold it: they may be personal data.
 * Issues: `code-too-long`, or those of the parser of the kind.
 *
 * @throws GovError `invalid-argument` when `at` is no valid time
 * @example
 * const { issues, likely } = checkCode('citizen-id', '110105491231002');
 * console.log(issues[0]?.code, likely[0]?.text); // citizen-id-length 11010519491231002X
 */
export function checkCode<Kind extends CodeKind>(
  kind: Kind,
  given: string,
  { at, divisions, suggest = true }: CheckCodeOptions = {},
): CodeCheck<Kind> {
  const nothing = { kind, spelling: [], warnings: [], likely: [], unlisted: 0 };
  if (given.length > MAX_CODE_LENGTH) return { ...nothing, ok: false, text: '', issues: [issue('code-too-long')] };
  const { text, spelling } = unified(given);
  const { parse, alphabet, hasCheck, division, plausible, completed } = KINDS[kind];
  const parsed = parse(text, at === undefined ? {} : { at });
  const divisionOf = (value: CodeValues[Kind]) => {
    const code = division?.(value);
    return code === undefined ? undefined : { known: divisions?.find(code) };
  };
  if (parsed.ok) {
    const found = divisions === undefined ? undefined : divisionOf(parsed.value);
    const warnings = [
      ...(found !== undefined && found.known === undefined ? [issue('division-unknown')] : []),
      ...(found?.known?.status === 'abolished' ? [issue('division-abolished')] : []),
    ];
    return { ...nothing, ok: true, text, spelling, issues: [], warnings, value: parsed.value };
  }
  if (suggest === false) return { ...nothing, ok: false, text, spelling, issues: parsed.issues };
  const { likely, unlisted } = likelyOf(text, {
    usual: suggest === 'usual',
    alphabet,
    completed: completed?.(text),
    fits: (candidate) => {
      const other = parse(candidate, at === undefined ? {} : { at });
      if (!other.ok || plausible?.(other.value) === false) return false;
      const found = divisionOf(other.value);
      return divisions === undefined || found === undefined || found.known !== undefined;
    },
  });
  // Without a check character only what the form refuses can be told from what is meant.
  const certain = hasCheck ? likely : likely.filter(({ change }) => change === 'look-alike');
  return {
    ...nothing,
    ok: false,
    text,
    spelling,
    issues: parsed.issues,
    likely: certain,
    unlisted: unlisted + likely.length - certain.length,
  };
}

/** Issues of what is not even of the form of a kind. */
const OF_FORM = /-(?:long|length|alphabet|form|series|digits)$/;

/**
 * What kinds of code a text may be, the most certain first: those with a check character that fits, then those of its form. Where
 * it is none, those of whose form it is, or that are one slip away, unless `suggest` is false.
 *
 * @example
 * kindsOf('11010519491231002x') // ['citizen-id']
 */
export function kindsOf(text: string, options: CheckCodeOptions = {}): readonly CodeKind[] {
  const good = CODE_KINDS.filter((kind) => checkCode(kind, text, { ...options, suggest: false }).ok);
  if (good.length > 0 || options.suggest === false) return good;
  return CODE_KINDS.filter((kind) => {
    const { issues, likely, unlisted } = checkCode(kind, text, options);
    return likely.length + unlisted > 0 || issues.every(({ code }) => !OF_FORM.test(code));
  });
}

function issue(code: keyof typeof TEXTS): Issue {
  const [message, messageZh] = TEXTS[code];
  return { path: [], code, message, messageZh };
}
