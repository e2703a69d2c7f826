/** Finding a keyword in the text of a page: by where the characters stand, not by the order in which a file draws them. */
import type { PdfRectangle } from '@gov/pdf';
import { GovError } from '@gov/verdict';

/** Text as a PDF draws it at once, in default user space. */
export interface TextRun {
  readonly text: string;
  /** From the em square at the run's origin to the page: six numbers of a PDF matrix. */
  readonly transform: readonly number[];
  /** Along the direction of writing, in user space. */
  readonly length: number;
  /** Written from top to bottom (竖排). */
  readonly vertical: boolean;
}

export interface SearchOptions {
  /**
   * Compare as written. Otherwise full-width and half-width characters are the same (NFKC), and white space and characters
   * that only format do not count: a letter-spaced 盖 章 is a 盖章.
   */
  readonly exact?: boolean;
}

/** Characters of one page; a page of a law has two thousand. */
export const MAX_PAGE_CHARACTERS = 100_000;

/** Between two characters of one keyword: more is another column. */
const MAX_GAP_EM = 3;

/** Two characters of one line stand on the same base line, all but this; a superscript does not. */
const BASELINE_EM = 0.3;

/** The same character twice in nearly one place is printed bold. */
const BOLD_EM = 0.2;

/** One character on the page, measured along its line and across it. */
interface Glyph {
  readonly text: string;
  readonly from: number;
  readonly to: number;
  readonly across: number;
  readonly em: number;
  readonly run: Direction;
}

/** Which way a run is written: unit vectors along and to the left of it. */
interface Direction {
  readonly along: readonly [number, number];
  readonly left: readonly [number, number];
  readonly vertical: boolean;
}

/**
 * Where the keyword stands, each time: what its characters take up, as a rectangle of default user space. Within one run
 * only its length is known, so that a character's place in a run of mixed widths is an estimate.
 *
 * @throws GovError `limit-exceeded` past `MAX_PAGE_CHARACTERS`
 */
export function searchRuns(runs: readonly TextRun[], keyword: string, options: SearchOptions = {}): PdfRectangle[] {
  const fold = options.exact === true ? (text: string) => text : remembered(folded);
  const wanted = [...fold(keyword)];
  if (wanted.length === 0) return [];
  return linesOf(runs, fold).flatMap((line) => occurrences(line, wanted));
}

const folded = (text: string): string => text.normalize('NFKC').replace(/[\s\p{Cf}]/gu, '');

/** A page has few different characters, and many of each. */
function remembered(fold: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const already = known.get(text);
    if (already !== undefined) return already;
    const result = fold(text);
    known.set(text, result);
    return result;
  };
}

/** Glyphs that stand in one line, in the order of writing. */
function linesOf(runs: readonly TextRun[], fold: (text: string) => string): Glyph[][] {
  const byDirection = new Map<string, Glyph[]>();
  let count = 0;
  for (const run of runs) {
    count += run.text.length;
    if (count > MAX_PAGE_CHARACTERS) {
      throw new GovError('limit-exceeded', `more than ${MAX_PAGE_CHARACTERS} characters on a page`);
    }
    const direction = directionOf(run);
    if (direction === undefined) continue;
    // Whole degrees: slanted text is drawn in pieces whose matrices differ by rounding.
    const degrees = Math.round((Math.atan2(direction.along[1], direction.along[0]) * 180) / Math.PI);
    const key = `${direction.vertical} ${(degrees + 360) % 360}`;
    const glyphs = byDirection.get(key) ?? [];
    byDirection.set(key, glyphs);
    for (const glyph of glyphsOf(run, direction, fold)) glyphs.push(glyph);
  }
  return [...byDirection.values()].flatMap((glyphs) => {
    const lines: Glyph[][] = [];
    for (const glyph of glyphs.sort((a, b) => a.across - b.across)) {
      const line = lines.at(-1);
      const first = line?.[0];
      if (first !== undefined && glyph.across - first.across <= BASELINE_EM * Math.min(first.em, glyph.em))
        line?.push(glyph);
      else lines.push([glyph]);
    }
    return lines.map((line) => withoutBold(line.sort((a, b) => a.from - b.from)));
  });
}

function directionOf({ transform, length, vertical }: TextRun): Direction | undefined {
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = transform;
  if (![a, b, c, d, e, f, length].every(Number.isFinite)) return undefined;
  const [x, y] = vertical ? [-c, -d] : [a, b];
  const size = Math.hypot(x, y);
  if (size === 0 || Math.hypot(c, d) === 0) return undefined;
  const along = [x / size, y / size] as const;
  return { along, left: [-along[1], along[0]], vertical };
}

function* glyphsOf(run: TextRun, direction: Direction, fold: (text: string) => string): Generator<Glyph> {
  const [, , c = 0, d = 0, e = 0, f = 0] = run.transform;
  const { along, left } = direction;
  const start = e * along[0] + f * along[1];
  const across = e * left[0] + f * left[1];
  const em = Math.hypot(c, d);
  const characters = [...run.text];
  const total = characters.reduce((sum, character) => sum + widthOf(character, run.vertical), 0);
  const scale = total === 0 ? 0 : run.length / total;
  let at = start;
  for (const character of characters) {
    const to = at + widthOf(character, run.vertical) * scale;
    // What folds to several characters, such as ㈱, is all of them in one place.
    for (const text of fold(character)) yield { text, from: at, to, across, em, run: direction };
    at = to;
  }
}

/** Ideographs and full-width forms fill an em, what only formats or combines nothing, the others about half of it. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f000}-\u{3ffff}]/u;
const NO_WIDTH = /[\p{Cf}\p{Mn}]/u;

function widthOf(character: string, vertical: boolean): number {
  if (NO_WIDTH.test(character)) return 0;
  return vertical || WIDE.test(character) ? 1 : 0.5;
}

/** So few are looked back at that no file can make it slow; bold is two or three prints. */
const LOOK_BACK = 4;

function withoutBold(line: readonly Glyph[]): Glyph[] {
  const kept: Glyph[] = [];
  for (const glyph of line) {
    let again = false;
    for (let i = Math.max(0, kept.length - LOOK_BACK); i < kept.length; i++) {
      const { text, run, from } = kept[i] as Glyph;
      again ||= text === glyph.text && run !== glyph.run && glyph.from - from < BOLD_EM * glyph.em;
    }
    if (!again) kept.push(glyph);
  }
  return kept;
}

/** Every occurrence in a line; those of one keyword do not overlap. */
function occurrences(line: readonly Glyph[], wanted: readonly string[]): PdfRectangle[] {
  const found: PdfRectangle[] = [];
  for (let i = 0; i + wanted.length <= line.length; i++) {
    if (line[i]?.text !== wanted[0]) continue;
    const part = line.slice(i, i + wanted.length);
    const matches = part.every(
      ({ text, from, em }, k) => text === wanted[k] && (k === 0 || from - part[k - 1]!.to <= MAX_GAP_EM * em),
    );
    if (!matches) continue;
    found.push(boxOf(part));
    i += wanted.length - 1;
  }
  return found;
}

/** From below the base line to the top of an ideograph; a vertical line runs through the middle of its characters. */
function boxOf(glyphs: readonly Glyph[]): PdfRectangle {
  const xs: number[] = [];
  const ys: number[] = [];
  for (const { from, to, across, em, run } of glyphs) {
    const [low, high] = run.vertical ? [-0.5, 0.5] : [-0.12, 0.88];
    for (const s of [from, to])
      for (const t of [across + low * em, across + high * em]) {
        xs.push(s * run.along[0] + t * run.left[0]);
        ys.push(s * run.along[1] + t * run.left[1]);
      }
  }
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
