/** Finding divisions by what people type: names whole or in part, several parts, a wrong character, pinyin, initials. */
import { GovError } from '@gov/verdict';
import type { Spelling } from './pinyin.js';
import { shortName } from './short-name.js';
import type { Division, DivisionRecords } from './table.js';

/** Characters that a search, or a name to be looked up, may have. */
export const MAX_DIVISION_QUERY = 100;

/** Matches that one search may ask for. */
export const MAX_DIVISION_MATCHES = 1000;

export interface DivisionSearchOptions {
  /** How many at most, best first; 10 when absent. */
  readonly limit?: number;
  /** Abolished divisions too; they stand behind active ones of the same rank. */
  readonly abolished?: boolean;
}

export interface DivisionMatch {
  readonly division: Division;
  /** As `浙江省杭州市西湖区`. */
  readonly fullName: string;
  /** What was matched; `likeness`: all but one character of a name. */
  readonly by: 'code' | 'name' | 'pinyin' | 'initials' | 'likeness';
}

/** The ways of writing one division in one script: whole, and as people shorten it. */
type Forms = readonly [name: string, short: string];

interface Entry {
  readonly division: Division;
  readonly parent: Entry | undefined;
  readonly fullName: string;
  readonly names: Forms;
  readonly pinyin: Forms;
  readonly initials: Forms;
}

type Script = 'names' | 'pinyin' | 'initials';

/** The fewest characters of which one may be wrong. */
const LEAST_FOR_LIKENESS = 3;

export class DivisionIndex {
  readonly #entries: readonly Entry[];
  readonly #spelling: Spelling;

  constructor(records: DivisionRecords, spelling: Spelling) {
    const made = new Map<string, Entry>();
    const entryOf = (division: Division): Entry => {
      const known = made.get(division.code);
      if (known !== undefined) return known;
      const above = records.parent(division.code);
      const parent = above === undefined ? undefined : entryOf(above);
      const { name } = division;
      const names: Forms = [name, shortName(name)];
      const syllables = spelling(name);
      const written = (part: (syllable: string) => string): Forms => [
        syllables.map(part).join(''),
        syllables.slice(0, names[1].length).map(part).join(''),
      ];
      const entry = {
        division,
        parent,
        fullName: (parent?.fullName ?? '') + name,
        names,
        pinyin: written((syllable) => syllable),
        initials: written((syllable) => syllable.slice(0, 1)),
      };
      made.set(division.code, entry);
      return entry;
    };
    this.#entries = Array.from(records.all(), entryOf);
    this.#spelling = spelling;
  }

  /** @throws GovError `input-too-large`, `invalid-argument` */
  search(text: string, { limit = 10, abolished = false }: DivisionSearchOptions = {}): DivisionMatch[] {
    checkLength(text);
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_DIVISION_MATCHES)
      throw new GovError('invalid-argument', `limit is a whole number from 1 to ${MAX_DIVISION_MATCHES}`);
    const query = normalized(text);
    if (query === '') return [];
    const rank = /^[a-z]+$/.test(query)
      ? latinRank(query)
      : /^\d+$/.test(query)
        ? codeRank(query)
        : nameRank(query, this.#spelling);
    const found: { entry: Entry; rank: number; by: DivisionMatch['by'] }[] = [];
    for (const entry of this.#entries) {
      if (!abolished && entry.division.status === 'abolished') continue;
      const ranked = rank(entry);
      if (ranked !== undefined) found.push({ entry, ...ranked });
    }
    return found
      .sort((a, b) => a.rank - b.rank || order(a.entry) - order(b.entry))
      .slice(0, limit)
      .map(({ entry: { division, fullName }, by }) => ({ division, fullName, by }));
  }

  /**
   * The codes of a name that is written exactly, alone or with names of what it lies in before it: active ones, or abolished
   * ones when there is no active one.
   *
   * @throws GovError `input-too-large`
   */
  codesOf(name: string): string[] {
    checkLength(name);
    const rests = restsOf(name, 'names', true);
    const codes = { active: [] as string[], abolished: [] as string[] };
    for (const { division, parent } of this.#entries)
      if (division.name === name || rests(parent).includes(division.name)) codes[division.status].push(division.code);
    return codes.active.length > 0 ? codes.active : codes.abolished;
  }
}

function checkLength(text: string): void {
  if (text.length > MAX_DIVISION_QUERY)
    throw new GovError('input-too-large', `the name of a division has at most ${MAX_DIVISION_QUERY} characters`);
}

/** Without blanks, hyphens, apostrophes and what nobody sees, full-width made half-width; letters small, without tones, `ü` as `v`, as passports write it too: `lyu`. */
function normalized(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFD')
    .replace(/u\u0308/g, 'v')
    .replace(/[\u0300-\u036f\s\p{Default_Ignorable_Code_Point}\-'’·,，、/]/gu, '')
    .replace(/lyu/g, 'lv')
    .normalize('NFC');
}

/** Active before abolished, the larger before the smaller, then by code. */
function order({ division: { code, level, status } }: Entry): number {
  const large = level === 'province' ? 0 : level === 'prefecture' ? 1 : 2;
  return (status === 'active' ? 0 : 4e6) + large * 1e6 + Number(code);
}

/** What is left of a query after the names of a division and of what it lies in, each of which may be left out. */
function restsOf(query: string, script: Script, whole = false): (entry: Entry | undefined) => readonly string[] {
  const known = new Map<Entry, readonly string[]>();
  const rests = (entry: Entry | undefined): readonly string[] => {
    if (entry === undefined) return [];
    const found = known.get(entry);
    if (found !== undefined) return found;
    const above = rests(entry.parent);
    const own = new Set(above);
    const forms = whole ? entry[script].slice(0, 1) : entry[script];
    for (const text of [query, ...above])
      for (const form of forms)
        if (text.length > form.length && text.startsWith(form)) own.add(text.slice(form.length));
    known.set(entry, [...own]);
    return [...own];
  };
  return rests;
}

type Ranked = { readonly rank: number; readonly by: DivisionMatch['by'] } | undefined;

/** Lower is better. Whole names come before shortened ones, these before beginnings and parts; a wrong character is best of the same sound. */
const RANK = {
  whole: 0,
  path: 1,
  short: 2,
  shortPath: 3,
  initials: 4,
  initialsPath: 5,
  prefix: 6,
  pathPrefix: 7,
  part: 8,
  sound: 9,
  like: 10,
};

function formRank(query: string, rests: readonly string[], [name, short]: Forms): number | undefined {
  if (query === name) return RANK.whole;
  if (rests.includes(name)) return RANK.path;
  if (query === short) return RANK.short;
  if (rests.includes(short)) return RANK.shortPath;
  if (name.startsWith(query)) return RANK.prefix;
  return rests.some((rest) => name.startsWith(rest)) ? RANK.pathPrefix : undefined;
}

function codeRank(query: string): (entry: Entry) => Ranked {
  return ({ division: { code } }) =>
    code.startsWith(query) ? { rank: code === query ? RANK.whole : RANK.prefix, by: 'code' } : undefined;
}

function nameRank(query: string, spelling: Spelling): (entry: Entry) => Ranked {
  const rests = restsOf(query, 'names');
  return (entry) => {
    const rank = formRank(query, rests(entry.parent), entry.names);
    if (rank !== undefined) return { rank, by: 'name' };
    if (entry.division.name.includes(query)) return { rank: RANK.part, by: 'name' };
    const alike = writings(entry).find((text) => isAlike(query, text));
    if (alike === undefined) return undefined;
    const sounds = spelling(alike).join() === spelling(query).join();
    return { rank: sounds ? RANK.sound : RANK.like, by: 'likeness' };
  };
}

function latinRank(query: string): (entry: Entry) => Ranked {
  const rests = restsOf(query, 'pinyin');
  const initialRests = restsOf(query, 'initials');
  return (entry) => {
    const rank = formRank(query, rests(entry.parent), entry.pinyin);
    if (rank !== undefined && rank < RANK.initials) return { rank, by: 'pinyin' };
    if (query.length > 1) {
      if (entry.initials.includes(query)) return { rank: RANK.initials, by: 'initials' };
      if (initialRests(entry.parent).some((rest) => rest.length > 1 && entry.initials.includes(rest)))
        return { rank: RANK.initialsPath, by: 'initials' };
    }
    return rank === undefined ? undefined : { rank, by: 'pinyin' };
  };
}

/** How a division is written where one character of it may be wrong. */
function writings({ names: [name, short], fullName, parent }: Entry): string[] {
  return [name, short, fullName, (parent?.names[0] ?? '') + name, (parent?.names[1] ?? '') + short];
}

/** The same length, and one character differs. */
function isAlike(query: string, text: string): boolean {
  if (query.length !== text.length || query.length < LEAST_FOR_LIKENESS) return false;
  let wrong = 0;
  for (let at = 0; at < text.length && wrong < 2; at++) if (query[at] !== text[at]) wrong++;
  return wrong === 1;
}
