/** Who broke what how often (按部门、规则计数): each record once for each rule. */
import { NumberColumn } from '../internal/columns.js';
import { CATALOG_RULES, type RuleCode } from './catalog-rules.js';

const NUMBERS = new Map(CATALOG_RULES.map(({ code }, number) => [code, number]));
/** For each department the rules, then errors and warnings. */
const WIDTH = CATALOG_RULES.length + 2;

export class Tally {
  readonly #counts = new NumberColumn();
  /** For each rule the records that broke it, a bit each. */
  readonly #broken: (Uint8Array | undefined)[] = [];
  readonly #issues = new Uint32Array(CATALOG_RULES.length);

  add(code: RuleCode, severity: 'error' | 'warning', record: number, department: number): void {
    const rule = NUMBERS.get(code)!;
    this.#issues[rule]!++;
    this.#count(department, CATALOG_RULES.length + (severity === 'error' ? 0 : 1));
    if (this.#isFirst(rule, record)) this.#count(department, rule);
  }

  #count(department: number, column: number): void {
    const at = department * WIDTH + column;
    while (this.#counts.length <= at) this.#counts.push(0);
    this.#counts.set(at, this.#counts.get(at) + 1);
  }

  #isFirst(rule: number, record: number): boolean {
    const at = record >>> 3;
    const bit = 1 << (record & 7);
    let bits = this.#broken[rule];
    if (bits === undefined || bits.length <= at) {
      const larger = new Uint8Array(Math.max(1024, at * 2));
      larger.set(bits ?? []);
      bits = larger;
      this.#broken[rule] = bits;
    }
    if ((bits[at]! & bit) !== 0) return false;
    bits[at]! |= bit;
    return true;
  }

  /** Issues of each rule that has any. */
  issues(): Readonly<Partial<Record<RuleCode, number>>> {
    return this.#byRule((rule) => this.#issues[rule]!);
  }

  /** Of a department: its records that break each rule, and its issues. */
  of(department: number): {
    readonly broken: Readonly<Partial<Record<RuleCode, number>>>;
    readonly errors: number;
    readonly warnings: number;
  } {
    const count = (column: number): number => {
      const at = department * WIDTH + column;
      return at < this.#counts.length ? this.#counts.get(at) : 0;
    };
    return {
      broken: this.#byRule(count),
      errors: count(CATALOG_RULES.length),
      warnings: count(CATALOG_RULES.length + 1),
    };
  }

  #byRule(count: (rule: number) => number): Readonly<Partial<Record<RuleCode, number>>> {
    return Object.fromEntries(
      CATALOG_RULES.flatMap(({ code }, rule) => (count(rule) === 0 ? [] : [[code, count(rule)]])),
    );
  }
}
