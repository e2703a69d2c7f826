/** The records of divisions (行政区划), and what lies in what. */
import { DIVISIONS } from './data.js';

/** A division, or what once was one, as GB/T 2260 lists it. */
export interface Division {
  /** 6 digits. */
  readonly code: string;
  /** Its own name, as `西湖区`. */
  readonly name: string;
  readonly level: DivisionLevel;
  /** Whether it is in force as far as the table goes: to the end of {@link DIVISIONS_YEAR}, or of a history that was loaded. */
  readonly status: 'active' | 'abolished';
}

/** 省级, 地级, 县级. */
export type DivisionLevel = 'province' | 'prefecture' | 'county';

/** The table is that of 31 December of this year. */
export const DIVISIONS_YEAR = 2024;

export function levelOf(code: string): DivisionLevel {
  return code.endsWith('0000') ? 'province' : code.endsWith('00') ? 'prefecture' : 'county';
}

/**
 * Reads the packed table: a line for each code of 4 digits, with the name of the prefecture, and of its counties by the last
 * two digits; a hyphen stands before what is abolished.
 */
export function unpackedDivisions(): Map<string, Division> {
  const found = new Map<string, Division>();
  const add = (code: string, text: string) => {
    const abolished = text.startsWith('-');
    const name = abolished ? text.slice(1) : text;
    found.set(code, { code, name, level: levelOf(code), status: abolished ? 'abolished' : 'active' });
  };
  for (const line of DIVISIONS.trim().split('\n')) {
    const [prefecture = '', ...counties] = line.split(' ');
    const head = prefecture.slice(0, 4);
    if (prefecture.length > 4) add(`${head}00`, prefecture.slice(4));
    for (const county of counties) {
      const mark = county.startsWith('-') ? '-' : '';
      const rest = county.slice(mark.length);
      add(head + rest.slice(0, 2), mark + rest.slice(2));
    }
  }
  return found;
}

/** Records by code, in the order of codes, with what lies in what. */
export class DivisionRecords {
  readonly #byCode: ReadonlyMap<string, Division>;
  readonly #children = new Map<string, Division[]>();

  constructor(byCode: ReadonlyMap<string, Division>) {
    const sorted = [...byCode].sort(([a], [b]) => (a < b ? -1 : 1));
    this.#byCode = new Map(sorted);
    for (const [code, division] of this.#byCode) {
      if (division.status !== 'active' || division.level === 'province') continue;
      const above = this.parent(code)?.code ?? '';
      const children = this.#children.get(above);
      if (children === undefined) this.#children.set(above, [division]);
      else children.push(division);
    }
  }

  all(): Iterable<Division> {
    return this.#byCode.values();
  }

  find(code: string): Division | undefined {
    return this.#byCode.get(code);
  }

  /** The prefecture, or the province where no prefecture stands between (省直辖县级行政区划). */
  parent(code: string): Division | undefined {
    const own = this.#byCode.get(code);
    if (own === undefined || own.level === 'province') return undefined;
    const prefecture = own.level === 'county' ? this.#byCode.get(`${code.slice(0, 4)}00`) : undefined;
    return prefecture ?? this.#byCode.get(`${code.slice(0, 2)}0000`);
  }

  /** From the province down to the division itself. */
  path(code: string): Division[] {
    const own = this.#byCode.get(code);
    if (own === undefined) return [];
    const above = this.parent(code);
    return above === undefined ? [own] : [...this.path(above.code), own];
  }

  children(code: string): readonly Division[] {
    return this.#children.get(code) ?? [];
  }
}
