import type { FaceCharacter } from './fonts.js';

/** Characters that may not begin a line (避头标点), and those that may not end one (避尾标点). */
const NOT_FIRST = new Set('，。、；：！？）》」』】〉〕”’…％·,.;:!?)]%');
const NOT_LAST = new Set('（《「『【〈〔“‘([');
/** Longer ones, digests, go over several lines. */
const CODE_MAX = 30;
const IN_WORD = /^[0-9A-Za-z.\-/]$/;

/** Width in em. */
export function widthOf(characters: readonly FaceCharacter[]): number {
  return characters.reduce((sum, { advance }) => sum + advance, 0);
}

/**
 * Breaks text between any two characters, but not before closing or after opening punctuation, not within a word or number
 * that fits into half a line, and not so that the last line has less than four characters, or two where lines are short;
 * `width` in em.
 */
export function breakLines(characters: readonly FaceCharacter[], width: number): FaceCharacter[][] {
  const lines: FaceCharacter[][] = [];
  let line: FaceCharacter[] = [];
  let used = 0;
  characters.forEach((character, index) => {
    if (line.length > 0 && used + character.advance > width + 1e-9) {
      const carried = line.splice(breakIn(line, character, width, characters.length - index));
      lines.push(line);
      line = carried;
      used = widthOf(line);
    }
    line.push(character);
    used += character.advance;
  });
  lines.push(line);
  return lines;
}

/**
 * Where a full line is cut: as late as may be, and no further back than half of it.
 *
 * @param left characters that are not in the line, `next` being the first
 */
function breakIn(line: readonly FaceCharacter[], next: FaceCharacter, width: number, left: number): number {
  const least = line.length >= 8 ? 4 : line.length > 2 ? 2 : 1;
  let carried = 0;
  for (let i = line.length; i > 0; i--) {
    const [before, after] = [line[i - 1] as FaceCharacter, line[i] ?? next];
    if (mayPart(before.text, after.text) && line.length - i + left >= least) return i;
    carried += before.advance;
    if (carried > width / 2 + 1e-9) break;
  }
  return line.length;
}

const mayPart = (before: string, after: string): boolean =>
  !NOT_FIRST.has(after) && !NOT_LAST.has(before) && !(IN_WORD.test(before) && IN_WORD.test(after));

/** A number or code that is read as one (编号), which would be misread in two lines. */
export function isCode(characters: readonly FaceCharacter[]): boolean {
  return characters.length <= CODE_MAX && characters.every(({ text }) => IN_WORD.test(text));
}

/** Whether every line stays within `width` em: a single character may be wider than a narrow column. */
export function linesFit(lines: readonly (readonly FaceCharacter[])[], width: number): boolean {
  return lines.every((line) => widthOf(line) <= width + 1e-9);
}
