import type { FaceCharacter } from './fonts.js';

/** Characters that may not begin a line (避头标点). */
const NOT_FIRST = new Set('，。、；：！？）》」』】〉”’…％,.;:!?)]%');

/** Width in em. */
export function widthOf(characters: readonly FaceCharacter[]): number {
  return characters.reduce((sum, { advance }) => sum + advance, 0);
}

/** Breaks text between any two characters, but not before closing punctuation; `width` in em. */
export function breakLines(characters: readonly FaceCharacter[], width: number): FaceCharacter[][] {
  const lines: FaceCharacter[][] = [];
  let line: FaceCharacter[] = [];
  let used = 0;
  for (const character of characters) {
    if (line.length > 0 && used + character.advance > width + 1e-9) {
      const carried = NOT_FIRST.has(character.text) ? line.splice(carryFrom(line)) : [];
      lines.push(line);
      line = carried;
      used = widthOf(line);
    }
    line.push(character);
    used += character.advance;
  }
  lines.push(line);
  return lines;
}

/** Where to cut a line before closing punctuation: before the last character that may begin a line, if any stays behind. */
function carryFrom(line: readonly FaceCharacter[]): number {
  for (let i = line.length - 1; i > 0; i--) if (!NOT_FIRST.has((line[i] as FaceCharacter).text)) return i;
  return line.length;
}

/** Whether every line stays within `width` em: a single character may be wider than a narrow column. */
export function linesFit(lines: readonly (readonly FaceCharacter[])[], width: number): boolean {
  return lines.every((line) => widthOf(line) <= width + 1e-9);
}
