/** Several texts in one cell (一格多值): parted by marks; a text that has one in it stands in quotes, a quote in it twice. */

/** Marks between the entries of a list; a line break is one of them. */
const MARKS = '、；;\n';
const STEP = '/';
const HASH = '#';

/** `甲、乙；丙`, or one in each line. Empty entries are none. */
export const splitList = (text: string): string[] => split(text, MARKS);

/** One in each line: what a person can still read where entries are long. */
export const joinList = (entries: readonly string[]): string => join(entries, MARKS, '\n');

/** 部门/人社/社会保险 */
export const splitSteps = (text: string): string[] => split(text, STEP);
export const joinSteps = (steps: readonly string[]): string => join(steps, STEP, STEP);

/** 代码#信息项 */
export const splitCopy = (text: string): string[] => split(text, HASH);
export const joinCopy = (parts: readonly string[]): string => join(parts, HASH, HASH);

function join(entries: readonly string[], marks: string, mark: string): string {
  const isPlain = (entry: string): boolean =>
    entry !== '' && !entry.startsWith('"') && ![...marks].some((one) => entry.includes(one));
  return entries.map((entry) => (isPlain(entry) ? entry : `"${entry.replaceAll('"', '""')}"`)).join(mark);
}

function split(text: string, marks: string): string[] {
  const entries: string[] = [];
  let at = 0;
  while (at < text.length) {
    const quoted = quotedAt(text, at, marks);
    let end = at;
    if (quoted !== undefined) end = quoted.end;
    else while (end < text.length && !marks.includes(text[end]!)) end++;
    const entry = quoted?.entry ?? text.slice(at, end).trim();
    if (entry !== '') entries.push(entry);
    at = end + 1;
  }
  return entries;
}

/** A quoted entry, where the closing quote ends it; a quote that means nothing of the kind is a character. */
function quotedAt(text: string, from: number, marks: string): { entry: string; end: number } | undefined {
  let at = from;
  while (text[at] === ' ') at++;
  if (text[at] !== '"') return undefined;
  let entry = '';
  for (at++; at < text.length; at++) {
    if (text[at] !== '"') entry += text[at];
    else if (text[at + 1] === '"') {
      entry += '"';
      at++;
    } else {
      const next = text[at + 1];
      return next === undefined || marks.includes(next) ? { entry, end: at + 1 } : undefined;
    }
  }
  return undefined;
}
