/**
 * Tables of public keys in the memory of the WebAssembly module. A table makes a verification four times as fast and costs
 * as much as seven verifications, so that it is built when a key is seen for the third time. All tables together stay
 * under one limit; where it is reached, a key takes the place of one that has rested, and waits where none has.
 */

/** Verifications with a key before its table is built. */
export const TABLE_AFTER = 3;

/** Bytes of all tables of this process or page. */
export const TABLES_LIMIT_BYTES = 32 * 1024 * 1024;

/** A table may be taken from a key that was not used for this many verifications a table. */
const RESTED_FACTOR = 4;

/** What a key has: its count, and its table's address, 0 for none. */
export class KeyUse {
  uses = 0;
  lastUse = 0;
  table = 0;
}

export class KeyTables {
  readonly #allocate: () => number;
  readonly #capacity: number;
  /** Who has the table at an address. */
  readonly #owners = new Map<number, KeyUse>();
  readonly #free: number[] = [];
  readonly #gone: FinalizationRegistry<KeyUse>;
  #allocated = 0;
  #clock = 0;

  /** `allocate` answers the address of a new place for a table, 0 where there is none. */
  constructor(allocate: () => number, tableBytes: number, limitBytes = TABLES_LIMIT_BYTES) {
    this.#allocate = allocate;
    this.#capacity = Math.floor(limitBytes / tableBytes);
    this.#gone = new FinalizationRegistry((use) => this.#release(use));
  }

  /**
   * Counts one verification and answers the address of the key's table, built by `build` if it is time; 0 for none. The table
   * is given back when `holder` is no longer reachable; nothing here may reach it.
   */
  tableOf(use: KeyUse, holder: object, build: (table: number) => void): number {
    use.lastUse = ++this.#clock;
    if (use.table !== 0 || ++use.uses < TABLE_AFTER) return use.table;
    const table = this.#place();
    if (table === 0) return 0;
    build(table);
    use.table = table;
    this.#owners.set(table, use);
    // Only now: a key that is seen once costs the collector nothing.
    this.#gone.register(holder, use);
    return table;
  }

  #place(): number {
    const free = this.#free.pop();
    if (free !== undefined) return free;
    if (this.#allocated < this.#capacity) {
      const table = this.#allocate();
      if (table !== 0) {
        this.#allocated++;
        return table;
      }
    }
    for (const [table, owner] of this.#owners) {
      if (this.#clock - owner.lastUse <= RESTED_FACTOR * this.#capacity) {
        // Looked at again only after the others: a busy key does not stand in the way of each search.
        this.#owners.delete(table);
        this.#owners.set(table, owner);
        return 0;
      }
      this.#owners.delete(table);
      owner.table = 0;
      owner.uses = 0;
      return table;
    }
    return 0;
  }

  #release(use: KeyUse): void {
    if (use.table === 0) return;
    this.#owners.delete(use.table);
    this.#free.push(use.table);
    use.table = 0;
  }
}
