import type { Issue } from '@gov/verdict';
import type { Parsed } from '../parsed.js';

/** English and Chinese by the issue's code. They name places and rules, never the code itself: it may be personal data. */
export type IssueTexts = Readonly<Record<string, readonly [en: string, zh: string]>>;

/** The value when nothing is wrong, all issues otherwise; each subject brings its own texts, so that nobody loads others'. */
export function parsed<Texts extends IssueTexts, Value>(
  texts: Texts,
  codes: readonly ((keyof Texts & string) | false)[],
  value: () => Value,
): Parsed<Value> {
  const found = codes.filter((code) => code !== false);
  return found.length === 0
    ? { ok: true, value: value() }
    : { ok: false, issues: found.map((code) => issue(code, texts[code]!)) };
}

const issue = (code: string, [message, messageZh]: readonly [string, string]): Issue => ({
  path: [],
  code,
  message,
  messageZh,
});
