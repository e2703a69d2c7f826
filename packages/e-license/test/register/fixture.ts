/** A register on a store in memory, stores that fail, and stores that lie. */
import { readFileSync } from 'node:fs';
import { FOOD_BUSINESS } from '@gov/e-license';
import {
  type Discrepancy,
  LicenseRegister,
  type LicenseStore,
  type LicenseTransaction,
  type RegisterOptions,
  reconcile,
} from '@gov/e-license/register';
import type { Store } from '@gov/store';
import { GovError, isGovError } from '@gov/verdict';
import { TIMES, type World } from '../../../../test/world.js';

const SAMPLE = JSON.parse(
  readFileSync(new URL('../../../../examples/license/food-business.json', import.meta.url), 'utf8'),
);

export const TYPE = FOOD_BUSINESS;
export const LOG = 'licences';
export const ISSUER = SAMPLE.authority.code as string;
export const SERIALS = `serial:${TYPE.code}:${ISSUER}`;
export const SLOTS = `slot:${ISSUER}`;
/** Small, so that a few licences fill several lists. */
export const LIST_SIZE = 4;

interface Sample {
  readonly [name: string]: unknown;
  readonly number: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Licence data with number `n`. */
export function sample(n: number, changes: Readonly<Record<string, unknown>> = {}): Sample {
  const { version: _, ...data } = SAMPLE;
  return { ...data, number: `JY2990101${String(n).padStart(7, '0')}`, ...changes };
}

export const withFields = (data: Sample, fields: Readonly<Record<string, unknown>>): Sample => ({
  ...data,
  fields: { ...data.fields, ...fields },
});

export const registerOn = (
  store: LicenseStore,
  world: World,
  options: Partial<RegisterOptions> = {},
): LicenseRegister =>
  new LicenseRegister({
    store,
    types: [TYPE],
    issuer: world.issuer,
    log: LOG,
    listSize: LIST_SIZE,
    clock: () => TIMES.signed,
    ...options,
  });

export const BY = { actor: 'window-3' } as const;

export async function discrepancies(store: LicenseStore & Pick<Store, 'audit'>): Promise<readonly Discrepancy[]> {
  const found: Discrepancy[] = [];
  for await (const one of reconcile(store, { log: LOG, listSize: LIST_SIZE })) found.push(one);
  return found;
}

/** The code of what a promise is rejected with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (isGovError(error)) return error.code;
    throw error;
  }
  return 'done';
}

const gone = () => new GovError('store-unavailable', 'the test pulled the plug');

/**
 * A store whose `failing`-th call, of itself or inside a transaction, fails: before it does anything, or after. `calls` says how
 * many there were.
 */
export function faulty(store: Store, failing: number, when: 'before' | 'after'): { store: Store; calls: () => number } {
  let calls = 0;
  const counted = <Target extends object>(target: Target): Target =>
    new Proxy(target, {
      get(object, name) {
        const member = Reflect.get(object, name);
        if (name === 'audit') return counted(member as object);
        if (typeof member !== 'function') return member;
        return async (...args: unknown[]) => {
          if (name === 'transaction') {
            const [work] = args as [(tx: LicenseTransaction) => Promise<unknown>];
            args = [(tx: LicenseTransaction) => work(counted(tx))];
          }
          calls += 1;
          const isFailing = calls === failing;
          if (isFailing && when === 'before') throw gone();
          const result = await member.apply(object, args);
          if (isFailing) throw gone();
          return result;
        };
      },
    });
  return { store: counted(store), calls: () => calls };
}

/** A store that answers some questions differently. */
export const lying = (store: Store, answers: Partial<Store>): Store =>
  new Proxy(store, {
    get(object, name) {
      const member = Reflect.get(Object.hasOwn(answers, name) ? answers : object, name);
      return typeof member === 'function' ? member.bind(object) : member;
    },
  });

/** Everything of the store that an act could have touched, as text. */
export async function snapshot(store: Store): Promise<string> {
  const entries: unknown[] = [];
  for await (const entry of store.entries()) {
    entries.push([entry, (await store.document(entry.identifier, 'pdf'))?.length]);
  }
  return JSON.stringify([entries, await store.counters(), await store.audit.size(LOG)]);
}
