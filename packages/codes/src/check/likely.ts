/** What a wrong code probably should have been (疑似正确代码): one slip of the hand undone. */

/** How a suggestion differs from what was written. */
export type LikelyChange =
  /** 补上校验码 or 15位升18位: everything was there but for what can be reckoned. */
  | 'completed'
  /** O for 0, I for 1 …: all characters of that sort, as many as there are. */
  | 'look-alike'
  /** Two neighbours in the wrong order. */
  | 'exchanged'
  /** One character too many. */
  | 'extra'
  /** One digit, and the right one lies beside it on the keypad. */
  | 'keypad'
  /** Any other single character. */
  | 'character';

/** 疑似正确代码 */
export interface LikelyCode {
  /** A code without any error. */
  readonly text: string;
  readonly change: LikelyChange;
  /** The characters of it that are other than what was written, from 1. */
  readonly places: readonly number[];
}

/** As many as a person looks at. */
export const MAX_LIKELY = 5;

interface Candidates {
  readonly likely: readonly LikelyCode[];
  /** How many more fit no worse than those that are not in the list: nobody could choose. */
  readonly unlisted: number;
}

/** Read or typed for one another; the first of each pair is what codes have. */
const LOOK_ALIKES: readonly (readonly [string, string])[] = (
  '0O 0Q 0D 1I 1L 1J 2Z 5S 6G 8B UV YV 7T 4A 9G 3B WV KX MN'.split(' ') as readonly string[]
).map((pair) => [pair[0]!, pair[1]!]);

const KEYPAD = ['789', '456', '123', ' 0 '];

const BESIDE: ReadonlyMap<string, string> = new Map(
  [...'0123456789'].map((digit) => {
    const row = KEYPAD.findIndex((keys) => keys.includes(digit));
    const column = digit === '0' ? 1 : KEYPAD[row]!.indexOf(digit);
    const beside = [
      KEYPAD[row]![column - 1],
      KEYPAD[row]![column + 1],
      KEYPAD[row - 1]?.[column],
      KEYPAD[row + 1]?.[column],
    ].filter((key) => key !== undefined && key !== ' ');
    return [digit, beside.join('')];
  }),
);

/**
 * Everything one slip away from `text` that `fits`, by how likely the slip is. A sort of slip that would make the list longer
 * than `MAX_LIKELY` is left out and counted.
 */
export function likelyOf(
  text: string,
  {
    alphabet,
    completed,
    usual,
    fits,
  }: {
    readonly alphabet: string;
    readonly completed: string | undefined;
    /** The slips alone that leave traces: not any other character in any place. */
    readonly usual: boolean;
    readonly fits: (text: string) => boolean;
  },
): Candidates {
  const seen = new Set<string>([text]);
  const likely: LikelyCode[] = [];
  let unlisted = 0;
  for (const [change, candidates] of slips(text, alphabet, completed)) {
    if (usual && (change === 'keypad' || change === 'character')) break;
    const fitting: LikelyCode[] = [];
    for (const candidate of candidates) {
      if (seen.has(candidate)) continue;
      seen.add(candidate);
      if (fits(candidate)) fitting.push({ text: candidate, change, places: placesOf(text, candidate) });
    }
    if (likely.length + fitting.length <= MAX_LIKELY) likely.push(...fitting);
    else unlisted += fitting.length;
  }
  return { likely, unlisted };
}

function* slips(
  text: string,
  alphabet: string,
  completed: string | undefined,
): Generator<readonly [LikelyChange, Iterable<string>], void> {
  const with1 = (at: number, characters: string): string => text.slice(0, at) + characters + text.slice(at + 1);
  const each = (changed: (at: number) => readonly string[]): string[] =>
    Array.from(text, (_, at) => changed(at)).flat();
  yield ['completed', completed === undefined ? [] : [completed]];
  yield [
    'look-alike',
    [...replaced(text, alphabet), ...each((at) => twins(text[at]!, alphabet).map((one) => with1(at, one)))],
  ];
  yield [
    'exchanged',
    each((at) => (at + 1 < text.length ? [text.slice(0, at) + text[at + 1]! + text[at]! + text.slice(at + 2)] : [])),
  ];
  yield ['extra', each((at) => [with1(at, '')])];
  yield ['keypad', each((at) => [...(BESIDE.get(text[at]!) ?? '')].map((one) => with1(at, one)))];
  yield ['character', each((at) => [...alphabet].map((one) => with1(at, one)))];
}

const twins = (character: string, alphabet: string): string[] =>
  LOOK_ALIKES.flatMap((pair) => (pair[1] === character ? [pair[0]] : pair[0] === character ? [pair[1]] : [])).filter(
    (one) => alphabet.includes(one),
  );

/** Who writes O for 0 once writes it every time: all characters that the code cannot have, each as what it looks like most. */
function replaced(text: string, alphabet: string): string[] {
  if ([...text].every((one) => alphabet.includes(one))) return [];
  return [[...text].map((one) => (alphabet.includes(one) ? one : (twins(one, alphabet)[0] ?? one))).join('')];
}

function placesOf(before: string, after: string): number[] {
  if (before.length === after.length) return [...after].flatMap((one, at) => (one === before[at] ? [] : [at + 1]));
  // What was put in, or the place where something was taken out.
  let head = 0;
  while (head < after.length && before[head] === after[head]) head++;
  if (after.length < before.length) return [head + 1];
  let tail = 0;
  while (tail < before.length - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return Array.from({ length: after.length - head - tail }, (_, at) => head + at + 1);
}
