/** From what a sheet or another platform says to the labels that are stored (值域对照). */
import {
  DATA_LEVELS,
  FORMAT_CLASSES,
  ITEM_KINDS,
  ITEM_TYPES,
  type Labelled,
  OPENING_TYPES,
  RESOURCE_CLASSES,
  SECRECY_LABELS,
  SHARING_METHODS,
  SHARING_TYPES,
  UPDATE_CYCLES,
} from '../labels.js';
import type { RegionProfile } from '../profile.js';
import { CATALOG_LIMITS } from './limits.js';

/** The value lists by the names that `RegionProfile.codes` has for them. */
export const LABEL_LISTS = {
  class: RESOURCE_CLASSES,
  sharing: SHARING_TYPES,
  opening: OPENING_TYPES,
  method: SHARING_METHODS,
  cycle: UPDATE_CYCLES,
  type: ITEM_TYPES,
  format: FORMAT_CLASSES,
  level: DATA_LEVELS,
  secrecy: SECRECY_LABELS,
  itemKind: ITEM_KINDS,
} as const satisfies Readonly<Record<string, readonly Labelled<string>[]>>;

export type LabelList = keyof typeof LABEL_LISTS;

/** Which list the value of a field is of: path in the record without the numbers of its items. */
export const LABEL_FIELDS: Readonly<Record<string, LabelList>> = {
  'classification.0': 'class',
  'format.class': 'format',
  'sharing.type': 'sharing',
  'sharing.method': 'method',
  'opening.type': 'opening',
  updateCycle: 'cycle',
  level: 'level',
  secrecy: 'secrecy',
  'items.type': 'type',
  'items.level': 'level',
  'items.secrecy': 'secrecy',
  'items.sharing': 'sharing',
  'items.opening': 'opening',
  itemKind: 'itemKind',
};

/** `['items', 3, 'type']` is the field `items.type`. */
export const labelListAt = (path: readonly (string | number)[]): LabelList | undefined => {
  const field = (path[0] === 'items' ? ['items', ...path.slice(2)] : path).join('.');
  return Object.hasOwn(LABEL_FIELDS, field) ? LABEL_FIELDS[field] : undefined;
};

/** As people compare words: width, letter case, blanks and brackets aside. */
const plain = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll(/[\s"'“”()]/g, '')
    .toLowerCase();

/**
 * The label that a text means for certain: itself, or the profile's code for it. Nothing else is guessed: that is `nearestLabel`,
 * for suggestions.
 *
 * @example
 * labelOf(NATIONAL_PROFILE, 'sharing', '1'); // 无条件共享
 * labelOf(NATIONAL_PROFILE, 'sharing', '无条件'); // undefined
 */
export function labelOf(profile: Pick<RegionProfile, 'codes'>, list: LabelList, text: string): string | undefined {
  if (text.length > CATALOG_LIMITS.name) return undefined;
  const labels: readonly Labelled<string>[] = LABEL_LISTS[list];
  const asked = plain(text);
  const label = labels.find((one) => one.label === text || plain(one.label) === asked)?.label;
  if (label !== undefined) return label;
  const codes = profile.codes[list] ?? {};
  return Object.hasOwn(codes, text) ? codes[text] : Object.entries(codes).find(([code]) => plain(code) === asked)?.[1];
}

/**
 * The label that was probably meant (建议值): the only one that the text is a part of or has as a part, otherwise the one with the
 * fewest characters changed, where that is less than half.
 *
 * @example
 * nearestLabel('sharing', '无条件'); // 无条件共享
 */
export function nearestLabel(list: LabelList, text: string): string | undefined {
  const asked = plain(text);
  if (asked === '' || text.length > CATALOG_LIMITS.name) return undefined;
  const labels = LABEL_LISTS[list].map((one) => one.label);
  const parts = labels.filter((one) => plain(one).includes(asked) || asked.includes(plain(one)));
  // 无条件共享 has 条件共享 in it, as 有条件共享 has: then the shortest way decides.
  if (parts.length === 1) return parts[0];
  const ranked = labels
    .map((label) => ({ label, changes: distance(plain(label), asked) }))
    .sort((a, b) => a.changes - b.changes);
  const [first, second] = ranked;
  const isNear = first!.changes * 2 < Math.max(first!.label.length, asked.length);
  return isNear && first!.changes < (second?.changes ?? Number.POSITIVE_INFINITY) ? first!.label : undefined;
}

/** Characters put in, taken out or changed (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

/**
 * A record of another platform with the labels where it has its codes (代码转标签): `{ sharing: { type: '1' } }` becomes
 * `{ sharing: { type: '无条件共享' } }`. What is no code of the profile stays as it is, for `readRecord` to name.
 */
export function normaliseLabels(value: unknown, profile: Pick<RegionProfile, 'codes'>): unknown {
  const mapped = (inner: unknown, path: readonly (string | number)[]): unknown => {
    if (path.length > CATALOG_LIMITS.depth || inner === null) return inner;
    if (typeof inner === 'string' || typeof inner === 'number') {
      const list = labelListAt(path);
      return (list === undefined ? undefined : labelOf(profile, list, String(inner))) ?? inner;
    }
    if (Array.isArray(inner)) return inner.map((one, index) => mapped(one, [...path, index]));
    if (typeof inner !== 'object') return inner;
    return Object.fromEntries(Object.entries(inner).map(([key, one]) => [key, mapped(one, [...path, key])]));
  };
  return mapped(value, []);
}
