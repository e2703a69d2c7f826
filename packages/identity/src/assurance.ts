/**
 * Identity assurance (身份保障等级): how surely a person was identified and logged in. The table of levels is data; a token
 * names exactly one of them, by its `acr`.
 */
import { GovError, type Issue } from '@gov/verdict';
import * as z from 'zod/mini';
import { issue, readAs, rule, text } from './internal/parse-with.js';

export interface AssuranceLevel {
  /** A higher number is surer. Tables between which there is a mapping count on one scale. */
  readonly level: number;
  /** Authentication Context Class Reference (OpenID Connect Core 2): a URI. */
  readonly acr: string;
  readonly name: string;
  readonly nameZh: string;
}

/** The levels of one domain (等级表). */
export interface AssuranceTable {
  readonly levels: readonly AssuranceLevel[];
}

/**
 * Used where a domain configures no table of its own. The names are of no registry: domains that exchange tokens agree on
 * theirs, or map them.
 */
export const ASSURANCE_LEVELS: AssuranceTable = {
  levels: [
    { level: 1, acr: 'urn:gov:assurance:1', name: 'account only', nameZh: '仅注册账号' },
    { level: 2, acr: 'urn:gov:assurance:2', name: 'real name checked', nameZh: '实名核验' },
    { level: 3, acr: 'urn:gov:assurance:3', name: 'person checked', nameZh: '实人核验' },
    { level: 4, acr: 'urn:gov:assurance:4', name: 'person checked, key in hardware', nameZh: '实人核验并使用密码介质' },
  ],
};

/** Levels of a table, characters of an `acr`. */
export const ASSURANCE_LIMITS = { levels: 16, acr: 200 } as const;

/** One word, so that a list of several (`acr_values`) is never taken for one. */
const ACR = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

const assuranceTable = z.strictObject({
  levels: z
    .array(
      z.strictObject({
        level: z.int().check(z.minimum(0), z.maximum(1000)),
        acr: z.string().check(z.maxLength(ASSURANCE_LIMITS.acr), z.regex(ACR)),
        name: text(200),
        nameZh: text(200),
      }),
    )
    .check(
      z.minLength(1),
      z.maxLength(ASSURANCE_LIMITS.levels),
      rule((levels) => [...twice(levels, 'level'), ...twice(levels, 'acr')]),
    ),
});

function twice(levels: readonly AssuranceLevel[], member: 'level' | 'acr'): Issue[] {
  return levels.flatMap((level, index) =>
    levels.findIndex((other) => other[member] === level[member]) < index ? [issue('not-allowed', [index, member])] : [],
  );
}

/**
 * Reads a table from configuration: no level and no `acr` twice.
 *
 * @throws GovError `input-malformed` with issues
 */
export const readAssuranceTable = (value: unknown): AssuranceTable => readAs(assuranceTable, value, 'assurance table');

/**
 * The one `acr` of a level.
 *
 * @throws GovError `invalid-argument` for a level that the table has not
 * @example
 * acrOfLevel(ASSURANCE_LEVELS, 3); // urn:gov:assurance:3
 */
export function acrOfLevel(table: AssuranceTable, level: number): string {
  const row = table.levels.find((candidate) => candidate.level === level);
  if (row === undefined) throw new GovError('invalid-argument', `there is no assurance level ${level} in the table`);
  return row.acr;
}

/** The level of an `acr`, compared exactly; undefined for one that is not in the table, which is no low level but none. */
export const levelOfAcr = (table: AssuranceTable, acr: string): number | undefined =>
  table.levels.find((row) => row.acr === acr)?.level;

/** What the levels of one domain are worth in another (等级映射): each `acr` that counts is named. */
export interface AssuranceMapping {
  readonly from: AssuranceTable;
  readonly to: AssuranceTable;
  /** `acr` there → `acr` here. */
  readonly rules: Readonly<Record<string, string>>;
}

/**
 * Makes a mapping, so that no rule raises a level: not above its own number, and not above what a higher level is worth.
 *
 * @throws GovError `invalid-argument` for an `acr` that its table has not, and for a rule that goes upwards
 * @example
 * const province = readAssuranceTable(json);
 * const city = assuranceMapping(province, ASSURANCE_LEVELS, { 'urn:province:real': 'urn:gov:assurance:2' });
 * mappedLevel(city, 'urn:province:real'); // 2
 * mappedLevel(city, 'urn:province:face'); // undefined: no rule names it
 */
export function assuranceMapping(
  from: AssuranceTable,
  to: AssuranceTable,
  rules: Readonly<Record<string, string>>,
): AssuranceMapping {
  const pairs = Object.entries(rules).map(([there, here]) => {
    const [lower, upper] = [levelOfAcr(to, here), levelOfAcr(from, there)];
    if (lower === undefined || upper === undefined)
      throw new GovError('invalid-argument', 'assurance mapping: an acr that its table has not');
    if (lower > upper)
      throw new GovError('invalid-argument', `assurance mapping: level ${upper} is raised to ${lower}`);
    return { upper, lower };
  });
  pairs.sort((a, b) => a.upper - b.upper);
  if (pairs.some(({ lower }, index) => index > 0 && lower < pairs[index - 1]!.lower))
    throw new GovError('invalid-argument', 'assurance mapping: a higher level is worth less than a lower one');
  return { from, to, rules: { ...rules } };
}

/** The level here of an `acr` there; undefined where no rule names it, or one that nobody checked would raise it. */
export function mappedLevel({ from, to, rules }: AssuranceMapping, acr: string): number | undefined {
  const there = levelOfAcr(from, acr);
  const named = rules[acr];
  const here = named === undefined ? undefined : levelOfAcr(to, named);
  return there !== undefined && here !== undefined && here <= there ? here : undefined;
}
