/** A map that a transaction may change and then keep or drop (写时复制). */
export class StagedMap<V> {
  readonly #kept = new Map<string, V>();
  #staged = new Map<string, V | undefined>();

  /** What was committed. */
  get(key: string): V | undefined {
    return this.#kept.get(key);
  }

  /** What the running transaction sees. */
  peek(key: string): V | undefined {
    return this.#staged.has(key) ? this.#staged.get(key) : this.#kept.get(key);
  }

  set(key: string, value: V): void {
    this.#staged.set(key, value);
  }

  delete(key: string): void {
    this.#staged.set(key, undefined);
  }

  commit(): void {
    for (const [key, value] of this.#staged) {
      if (value === undefined) this.#kept.delete(key);
      else this.#kept.set(key, value);
    }
    this.#staged = new Map();
  }

  rollback(): void {
    this.#staged = new Map();
  }

  /** What the running transaction sees, all of it. */
  peekEntries(): [string, V][] {
    const seen = new Map<string, V | undefined>([...this.#kept, ...this.#staged]);
    return [...seen].filter((entry): entry is [string, V] => entry[1] !== undefined);
  }

  /** What was committed, as it is now. */
  keptEntries(): [string, V][] {
    return [...this.#kept];
  }
}

/** Parts of a composite key; no part holds U+0000. */
export const keyOf = (...parts: readonly (string | number)[]): string => parts.join('\0');
