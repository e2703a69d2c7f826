/**
 * `@gov/catalog/ledger`: the catalogues of the nation, of provinces and cities as one (一本账), with every conflict named.
 *
 * @example
 * import { mergeLedgers } from '@gov/catalog/ledger';
 *
 * for await (const { record, ledgers, conflicts } of mergeLedgers([
 *   { level: '国家', name: '国家目录', records },
 *   { level: '市级', name: '某市目录', records: [] },
 * ]))
 *   console.log(record.code, ledgers, conflicts.map(({ code }) => code));
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';
import { changedFields, describeField, type FieldChange, type Words } from './diff.js';
import { LEDGER_LEVELS, type LedgerLevel } from './labels.js';
import { compareKeys, inOrder } from './order.js';
import type { CatalogRecord, CatalogResource, DataItem } from './record.js';

/** One catalogue among those that are merged. */
export interface Ledger {
  readonly level: LedgerLevel;
  /** Its own name, as conflicts say it: no other has the same. */
  readonly name: string;
  /** In order (`inOrder`), as editions are. */
  readonly records: AsyncIterable<CatalogRecord> | Iterable<CatalogRecord>;
}

/** Where ledgers disagree (冲突). */
export type LedgerConflict =
  | {
      /** The same record, another value: that of the higher ledger is kept. */
      readonly code: 'ledger-field';
      readonly ledgers: readonly [kept: string, other: string];
      readonly field: FieldChange;
    }
  | {
      /** The same name of the same provider under another code. */
      readonly code: 'ledger-recoded';
      readonly ledgers: readonly [first: string, other: string];
      readonly codes: readonly [first: string, other: string];
    };

export interface LedgerRow {
  /** As the highest ledger has it, with the items that only others have. */
  readonly record: CatalogRecord;
  /** Names of the ledgers that have it, the highest first. */
  readonly ledgers: readonly string[];
  readonly conflicts: readonly LedgerConflict[];
}

export interface LedgerSummary {
  readonly records: number;
  /** Records that more than one ledger has. */
  readonly common: number;
  readonly conflicts: number;
}

/** Ledgers that are merged at once. */
const MOST_LEDGERS = 400;

/**
 * Merges ledgers in one pass, in the order of their records. The higher level counts, among equals the one named first; what is
 * different elsewhere is a conflict and never lost without a word. Kept in memory is the name of each resource, nothing else.
 *
 * @throws GovError `invalid-argument` for two ledgers of one name, or more than 400; `catalog-order`; the reason of `signal`;
 *   whatever the sources throw
 */
export async function* mergeLedgers(
  ledgers: readonly Ledger[],
  { signal }: { readonly signal?: AbortSignal } = {},
): AsyncGenerator<LedgerRow, LedgerSummary> {
  if (new Set(ledgers.map(({ name }) => name)).size !== ledgers.length)
    throw new GovError('invalid-argument', 'two ledgers of one name');
  if (ledgers.length > MOST_LEDGERS)
    throw new GovError('invalid-argument', `${ledgers.length} ledgers; at most ${MOST_LEDGERS} are merged`);
  const rank = ({ level }: Ledger): number => LEDGER_LEVELS.findIndex(({ label }) => label === level);
  const sides = [...ledgers]
    .sort((a, b) => rank(a) - rank(b))
    .map(({ name, records }) => ({ name, records: inOrder(records), next: undefined as CatalogRecord | undefined }));
  const advance = async (side: (typeof sides)[number]): Promise<void> => {
    const { value } = await side.records.next();
    side.next = value ?? undefined;
  };
  const firstOf = new Map<string, { readonly ledger: string; readonly code: string }>();
  const summary = { records: 0, common: 0, conflicts: 0 };
  try {
    for (const side of sides) await advance(side);
    for (;;) {
      signal?.throwIfAborted();
      const waiting = sides.flatMap(({ name, next }) => (next === undefined ? [] : [{ name, record: next }]));
      if (waiting.length === 0) return summary;
      const lowest = waiting.reduce((a, b) => (compareKeys(b.record, a.record) < 0 ? b : a)).record;
      const same = waiting.filter(({ record }) => compareKeys(record, lowest) === 0);
      const row = merged(same);
      const recoded = recodings(same, firstOf);
      const conflicts = [...row.conflicts, ...recoded];
      summary.records++;
      if (same.length > 1) summary.common++;
      summary.conflicts += conflicts.length;
      yield { ...row, conflicts };
      for (const side of sides)
        if (side.next !== undefined && compareKeys(side.next, lowest) === 0) await advance(side);
    }
  } finally {
    for (const { records } of sides) await records.return();
  }
}

interface Held {
  readonly name: string;
  readonly record: CatalogRecord;
}

function merged([first, ...others]: readonly Held[]): LedgerRow {
  const { name: kept, record } = first!;
  const conflicts: LedgerConflict[] = [];
  const further = new Map<string, { readonly ledger: string; readonly item: DataItem }>();
  const conflict = (first: string, other: string, field: FieldChange): void => {
    conflicts.push({ code: 'ledger-field', ledgers: [first, other], field });
  };
  for (const other of others)
    for (const field of changedFields(record, other.record)) {
      // What only a lower ledger has adds to the record: it contradicts nothing but another ledger that adds it, too.
      const item = field.before === undefined ? itemOf(field, other.record) : undefined;
      const added = item && further.get(item.name);
      if (item === undefined) conflict(kept, other.name, field);
      else if (added === undefined) further.set(item.name, { ledger: other.name, item });
      else
        for (const { path, ...values } of changedFields(added.item, item))
          conflict(added.ledger, other.name, { path: [...field.path, ...path], ...values });
    }
  const whole =
    further.size === 0 || record.kind !== 'resource'
      ? record
      : { ...record, items: [...record.items, ...Array.from(further.values(), ({ item }) => item)] };
  return { record: whole, ledgers: [kept, ...others.map(({ name }) => name)], conflicts };
}

const itemOf = ({ path }: FieldChange, record: CatalogRecord): DataItem | undefined =>
  path.length === 2 && path[0] === 'items' && record.kind === 'resource'
    ? record.items.find(({ name }) => name === path[1])
    : undefined;

function recodings(
  same: readonly Held[],
  firstOf: Map<string, { readonly ledger: string; readonly code: string }>,
): LedgerConflict[] {
  const conflicts: LedgerConflict[] = [];
  for (const { name: ledger, record } of same) {
    if (record.kind !== 'resource') continue;
    const { provider, name, code } = record as CatalogResource;
    const key = `${provider}\0${name}`;
    const first = firstOf.get(key);
    if (first === undefined) firstOf.set(key, { ledger, code });
    else if (first.code !== code)
      conflicts.push({ code: 'ledger-recoded', ledgers: [first.ledger, ledger], codes: [first.code, code] });
  }
  return conflicts;
}

/** A conflict in one sentence in each language. */
export function describeConflict(conflict: LedgerConflict): Words {
  const [first, other] = conflict.ledgers;
  if (conflict.code === 'ledger-recoded') {
    const [a, b] = conflict.codes;
    return {
      en: `the same name of one provider is ${a} in ${first} and ${b} in ${other}`,
      zh: `同一提供方的同名信息资源在${first}中为${a}，在${other}中为${b}`,
    };
  }
  const { en, zh } = describeField(conflict.field);
  return { en: `${first} against ${other}: ${en}`, zh: `${first}与${other}不一致：${zh}` };
}
