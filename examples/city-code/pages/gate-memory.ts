/** What a terminal must not forget: the trust list, the filter, which codes passed, the verdict log, its key. */

import { type WrappedSm2DeviceKey, type WrappedSm2Key, wrappedSm2DeviceKey } from '@gov/city-code/show';
import type { VerdictLogSnapshot } from '@gov/city-code/verdict-log';
import { toBase64url } from '@gov/sm';
import { openDatabase, transact } from './database.js';

/** Of single values, by name. */
interface Values {
  readonly list: string;
  readonly state: Uint8Array;
  readonly filter: Uint8Array;
  readonly window: Uint8Array;
  /** All of the log but its lines. */
  readonly log: Omit<VerdictLogSnapshot, 'lines'>;
  readonly key: WrappedSm2Key;
  readonly gate: string;
}

export class GateMemory {
  readonly #database: IDBDatabase;
  /** The number of the next line that is not kept yet. */
  #kept = 0;

  private constructor(database: IDBDatabase) {
    this.#database = database;
  }

  static async open(name: string): Promise<GateMemory> {
    return new GateMemory(await openDatabase(name, ['values', 'lines']));
  }

  get<Name extends keyof Values>(name: Name): Promise<Values[Name] | undefined> {
    return transact(this.#database, ['values'], 'readonly', (store) => {
      const asked: IDBRequest<Values[Name] | undefined> = store('values').get(name);
      return () => asked.result;
    });
  }

  put(values: Partial<Values>): Promise<void> {
    return transact(this.#database, ['values'], 'readwrite', (store) => {
      for (const [name, value] of Object.entries(values)) store('values').put(value, name);
      return () => undefined;
    });
  }

  async log(): Promise<VerdictLogSnapshot | undefined> {
    const log = await this.get('log');
    const lines = await transact(this.#database, ['lines'], 'readonly', (store) => {
      const asked: IDBRequest<string[]> = store('lines').getAll();
      return () => asked.result;
    });
    this.#kept = (log?.first ?? 0) + lines.length;
    return log && { ...log, lines };
  }

  /** A passage as it is remembered, all of it or nothing: before anybody is told. */
  passed(window: Uint8Array, { lines, ...log }: VerdictLogSnapshot): Promise<void> {
    const from = Math.max(this.#kept, log.first);
    this.#kept = log.first + lines.length;
    return transact(this.#database, ['values', 'lines'], 'readwrite', (store) => {
      store('values').put(window, 'window');
      store('values').put(log, 'log');
      for (let number = from; number < this.#kept; number++) store('lines').put(lines[number - log.first]!, number);
      if (log.first > 0) store('lines').delete(IDBKeyRange.upperBound(log.first, true));
      return () => undefined;
    });
  }

  /** The key of this gate: made once, never to be had in the clear. */
  async key(): Promise<WrappedSm2DeviceKey> {
    const kept = await this.get('key');
    if (kept !== undefined) return wrappedSm2DeviceKey(kept);
    const key = await wrappedSm2DeviceKey();
    await this.put({ key: key.stored });
    return key;
  }

  /** The name of this gate. */
  async gate(): Promise<string> {
    const kept = await this.get('gate');
    if (kept !== undefined) return kept;
    const gate = `demonstration/${toBase64url(crypto.getRandomValues(new Uint8Array(6)))}`;
    await this.put({ gate });
    return gate;
  }
}
