/**
 * `@gov/catalog/lists`: the three lists of a catalogue (三张清单): what departments must provide (责任清单), what they offer (能力清单)
 * and what they ask for (需求清单).
 *
 * @example
 * import { responsibilityRow } from '@gov/catalog/lists';
 *
 * for await (const record of records) {
 *   const row = responsibilityRow(record);
 *   if (row !== undefined) console.log(row.department, row.resource, row.sharing);
 * }
 *
 * @packageDocumentation
 */
import { SHARING_TYPES, type SharingMethod, type SharingType, type UpdateCycle } from './labels.js';
import type { Capability, CatalogRecord, Demand } from './record.js';

/** What a department must provide (责任清单的一行): derived, never written by hand. */
export interface ResponsibilityRow {
  /** Unified social credit code. */
  readonly department: string;
  readonly departmentName: string;
  readonly resource: string;
  readonly name: string;
  readonly sharing: SharingType;
  /** 共享条件, or why nothing is shared (不予共享依据). */
  readonly terms?: string;
  readonly method?: SharingMethod;
  readonly updateCycle: UpdateCycle;
  /** 数据责任部门: who answers for the data, where that is another department. */
  readonly responsible: string;
  readonly items: number;
}

/** The row of a resource; undefined for every other record. What is not shared has its row too: that it is not is a duty to argue. */
export function responsibilityRow(record: CatalogRecord): ResponsibilityRow | undefined {
  if (record.kind !== 'resource') return undefined;
  const { type, condition, legalBasis, method } = record.sharing;
  const terms = type === '不予共享' ? legalBasis : condition;
  return {
    department: record.provider,
    departmentName: record.providerName,
    resource: record.code,
    name: record.name,
    sharing: type,
    ...(terms === undefined ? {} : { terms }),
    ...(method === undefined ? {} : { method }),
    updateCycle: record.updateCycle,
    responsible: record.responsible,
    items: record.items.length,
  };
}

/** How the catalogue answers a demand (需求): the worst of its resources counts. */
export type DemandAnswer =
  /** All are shared without conditions: take them. */
  | 'listed'
  /** Conditions have to be met. */
  | 'conditional'
  /** Something is not shared: negotiate. */
  | 'not-shared'
  /** Something is in no list: negotiate, then list it (清单外需求). */
  | 'outside';

const ANSWERS = {
  listed: { en: 'listed, shared without conditions', zh: '清单内，无条件共享' },
  conditional: { en: 'listed, shared on conditions', zh: '清单内，有条件共享' },
  'not-shared': { en: 'not shared: negotiate', zh: '不予共享，须协商' },
  outside: { en: 'in no list: negotiate, then list it', zh: '清单外，须协商后列入' },
} as const satisfies Readonly<Record<DemandAnswer, { readonly en: string; readonly zh: string }>>;

/** An answer in words. */
export const describeAnswer = (answer: DemandAnswer): { readonly en: string; readonly zh: string } => ANSWERS[answer];

export interface DemandRow {
  readonly demand: Demand;
  readonly answer: DemandAnswer;
  /** Codes of what stands in the way, or has conditions; none where the answer is `listed`. */
  readonly about: readonly string[];
}

/** The widest first. */
const NARROWNESS = new Map(SHARING_TYPES.map(({ label }, narrowness) => [label, narrowness]));

export interface CapabilityRow {
  readonly capability: Capability;
  /** Codes of its resources that no department provides. */
  readonly missing: readonly string[];
}

/**
 * The two lists that departments keep, seen against the catalogue. Give it every record, in any order, then ask.
 *
 * @example
 * const lists = new DepartmentLists();
 * for await (const record of records) lists.add(record);
 * for (const { demand, answer } of lists.demands()) console.log(demand.code, answer);
 */
export class DepartmentLists {
  readonly #sharing = new Map<string, SharingType>();
  readonly #demands: Demand[] = [];
  readonly #capabilities: Capability[] = [];

  add(record: CatalogRecord): void {
    if (record.kind === 'resource') {
      const known = this.#sharing.get(record.code);
      // Where a code is there twice, the narrower counts, whatever came first.
      if (known === undefined || NARROWNESS.get(known)! < NARROWNESS.get(record.sharing.type)!)
        this.#sharing.set(record.code, record.sharing.type);
    }
    if (record.kind === 'demand') this.#demands.push(record);
    if (record.kind === 'capability') this.#capabilities.push(record);
  }

  /** 需求清单, in the order in which they were asked. */
  *demands(): Generator<DemandRow, void> {
    const asked = [...this.#demands].sort((a, b) => (a.askedOn < b.askedOn ? -1 : a.askedOn > b.askedOn ? 1 : 0));
    for (const demand of asked) {
      const of = (sharing: SharingType | undefined): readonly string[] =>
        demand.resources.filter((code) => this.#sharing.get(code) === sharing);
      const [outside, closed, conditional] = [of(undefined), of('不予共享'), of('有条件共享')];
      if (outside.length > 0 || demand.resources.length === 0) yield { demand, answer: 'outside', about: outside };
      else if (closed.length > 0) yield { demand, answer: 'not-shared', about: closed };
      else if (conditional.length > 0) yield { demand, answer: 'conditional', about: conditional };
      else yield { demand, answer: 'listed', about: [] };
    }
  }

  /** 能力清单, as it was given. */
  *capabilities(): Generator<CapabilityRow, void> {
    for (const capability of this.#capabilities)
      yield { capability, missing: capability.resources.filter((code) => !this.#sharing.has(code)) };
  }
}
