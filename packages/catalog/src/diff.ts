/**
 * `@gov/catalog/diff`: what changed from one edition of a catalogue to the next (版本比对), in one pass, and in words.
 *
 * @example
 * import { NATIONAL_PROFILE } from '@gov/catalog';
 * import { describeChange, diffCatalogs } from '@gov/catalog/diff';
 * import { readEdition } from '@gov/catalog/edition';
 *
 * for await (const change of diffCatalogs(readEdition(lastYear, NATIONAL_PROFILE), readEdition(thisYear, NATIONAL_PROFILE)))
 *   console.log(describeChange(change).zh); // 修改信息资源“社保缴纳信息”（3070010370/000066）：更新周期由“每月”改为“每日”
 *
 * @packageDocumentation
 */
import { type FieldPath, fieldName, KIND_NAMES, recordName, valueInWords } from './internal/field-names.js';
import { compareKeys, inOrder } from './order.js';
import type { CatalogRecord, CatalogResource, DataItem } from './record.js';

export type { FieldPath };

export interface FieldChange {
  readonly path: FieldPath;
  /** Absent where it was not there. */
  readonly before?: unknown;
  /** Absent where it is no more. */
  readonly after?: unknown;
}

/** What happened to one record. */
export type CatalogChange =
  | { readonly change: 'added'; readonly record: CatalogRecord }
  | { readonly change: 'removed'; readonly record: CatalogRecord }
  | {
      readonly change: 'changed';
      readonly before: CatalogRecord;
      readonly after: CatalogRecord;
      readonly fields: readonly FieldChange[];
    };

export interface DiffSummary {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Resources that went and came under another code: same provider, same name. */
  readonly recoded: readonly { readonly from: string; readonly to: string }[];
}

export interface DiffOptions {
  readonly signal?: AbortSignal;
  /** After each thousand records of either side. */
  readonly onProgress?: (records: number) => void;
}

/**
 * What changed from one catalogue to another, in the order of their records. Both must be in order (`inOrder`), as editions are;
 * they are read once, and nothing of them is kept but the names of resources that came or went.
 *
 * @throws GovError `catalog-order`; the reason of `signal`; whatever the sources throw
 */
export async function* diffCatalogs(
  before: AsyncIterable<CatalogRecord> | Iterable<CatalogRecord>,
  after: AsyncIterable<CatalogRecord> | Iterable<CatalogRecord>,
  { signal, onProgress }: DiffOptions = {},
): AsyncGenerator<CatalogChange, DiffSummary> {
  const old = inOrder(before);
  const now = inOrder(after);
  const counts = { added: 0, removed: 0, changed: 0, unchanged: 0 };
  const gone = new Map<string, string>();
  const come = new Map<string, string>();
  let read = 0;
  const next = async (side: AsyncGenerator<CatalogRecord, void>): Promise<CatalogRecord | undefined> => {
    signal?.throwIfAborted();
    const { value } = await side.next();
    if (value !== undefined && ++read % 1000 === 0) onProgress?.(read);
    return value ?? undefined;
  };
  try {
    let [left, right] = [await next(old), await next(now)];
    while (left !== undefined || right !== undefined) {
      const order = left === undefined ? 1 : right === undefined ? -1 : compareKeys(left, right);
      if (order < 0) {
        counts.removed++;
        if (left!.kind === 'resource') gone.set(nameOf(left as CatalogResource), left!.code);
        yield { change: 'removed', record: left! };
        left = await next(old);
      } else if (order > 0) {
        counts.added++;
        if (right!.kind === 'resource') come.set(nameOf(right as CatalogResource), right!.code);
        yield { change: 'added', record: right! };
        right = await next(now);
      } else {
        const fields = changedFields(left!, right!);
        counts[fields.length === 0 ? 'unchanged' : 'changed']++;
        if (fields.length > 0) yield { change: 'changed', before: left!, after: right!, fields };
        [left, right] = [await next(old), await next(now)];
      }
    }
  } finally {
    await old.return();
    await now.return();
  }
  const recoded = [...gone].flatMap(([name, from]) => {
    const to = come.get(name);
    return to === undefined ? [] : [{ from, to }];
  });
  return { ...counts, recoded };
}

const nameOf = ({ provider, name }: CatalogResource): string => `${provider}\0${name}`;

/** The fields in which two records of one key differ, in the order in which they stand in the records. */
export function changedFields<Whole extends CatalogRecord | DataItem>(before: Whole, after: Whole): FieldChange[] {
  return [...changes([], before, after)];
}

function* changes(path: FieldPath, before: unknown, after: unknown): Generator<FieldChange, void> {
  if (before === after) return;
  if (isObject(before) && isObject(after)) {
    for (const name of new Set([...Object.keys(before), ...Object.keys(after)]))
      yield* changes([...path, name], own(before, name), own(after, name));
    return;
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const [left, right] = [byName(before), byName(after)];
    if (left !== undefined && right !== undefined) {
      for (const name of new Set([...left.keys(), ...right.keys()]))
        yield* changes([...path, name], left.get(name), right.get(name));
      return;
    }
    if (before.length === after.length && before.every((one, index) => one === after[index])) return;
  }
  yield { path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

/** Items by their names, where every one has its own. */
function byName(list: readonly unknown[]): Map<string, unknown> | undefined {
  const named = new Map<string, unknown>();
  for (const one of list) {
    const name = isObject(one) ? one.name : undefined;
    if (typeof name !== 'string' || named.has(name)) return undefined;
    named.set(name, one);
  }
  return named;
}

const own = (value: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(value, name) ? value[name] : undefined;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export interface Words {
  readonly en: string;
  readonly zh: string;
}

/** UTF-16 units of a value within a sentence; a longer one is cut. */
const SHOWN = 60;

/** A change in one sentence in each language. What it quotes is the catalogue's own words, which are not personal. */
export function describeChange(change: CatalogChange): Words {
  const record = change.change === 'changed' ? change.after : change.record;
  const name = recordName(record);
  const zh = `${KIND_NAMES[record.kind].zh}“${name}”（${record.code}）`;
  const en = `${KIND_NAMES[record.kind].en} "${name}" (${record.code})`;
  if (change.change === 'added') return { en: `added: ${en}`, zh: `新增${zh}` };
  if (change.change === 'removed') return { en: `removed: ${en}`, zh: `撤销${zh}` };
  const fields = change.fields.map(describeField);
  return {
    en: `changed: ${en}: ${fields.map((field) => field.en).join('; ')}`,
    zh: `修改${zh}：${fields.map((field) => field.zh).join('；')}`,
  };
}

/** One field in words: `更新周期由“每月”改为“每日”`. */
export function describeField(field: FieldChange): Words {
  const { zh, en } = fieldName(field.path);
  const [before, after] = [shown(field.before), shown(field.after)];
  // An item that came or went has been named already.
  if (field.path[0] === 'items' && field.path.length === 2)
    return before === undefined ? { en: `${en} added`, zh: `新增${zh}` } : { en: `${en} no more`, zh: `删除${zh}` };
  if (before === undefined) return { en: `${en} now "${after}"`, zh: `新增${zh}“${after}”` };
  if (after === undefined) return { en: `${en} no more (was "${before}")`, zh: `删除${zh}“${before}”` };
  return { en: `${en} from "${before}" to "${after}"`, zh: `${zh}由“${before}”改为“${after}”` };
}

const shown = (value: unknown): string | undefined => {
  const text = valueInWords(value);
  return text !== undefined && text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
};
