/** What has the same number, side by side (分组), by counting: no comparison, no list of lists. */
export class Groups {
  readonly #members: Uint32Array;
  readonly #starts: Uint32Array;

  /** Members of a group stand in the order of `members`. Numbers are less than `numbers`. */
  constructor(members: Uint32Array, numbers: number, numberOf: (member: number) => number) {
    const starts = new Uint32Array(numbers + 1);
    for (const member of members) starts[numberOf(member) + 1]!++;
    let before = 0;
    for (let number = 1; number <= numbers; number++) {
      before += starts[number]!;
      starts[number] = before;
    }
    const next = starts.slice();
    this.#starts = starts;
    this.#members = new Uint32Array(members.length);
    for (const member of members) this.#members[next[numberOf(member)]!++] = member;
  }

  /** Empty for a number that nothing has. */
  of(number: number): Uint32Array {
    return this.#members.subarray(this.#starts[number], this.#starts[number + 1] ?? 0);
  }

  /** Each that is not empty, by its number. */
  *[Symbol.iterator](): Generator<Uint32Array, void> {
    for (let number = 0; number + 1 < this.#starts.length; number++) {
      const group = this.of(number);
      if (group.length > 0) yield group;
    }
  }
}
