/** What another system's code is to this one (码适配器). */
import type { Report } from '@gov/verdict';

/**
 * A code of some system as it was read (他码). What it names is personal data: it shows itself masked to logs, to JSON and to
 * string conversion, and whole to those alone who ask for `account` or `detail`.
 */
export class ReadCode<Detail = unknown> {
  /** The name of the adapter that read it. */
  readonly system: string;
  /** For logs and screens (脱敏). */
  readonly masked: string;
  readonly #account: string;
  readonly #detail: Detail;

  constructor(read: {
    readonly system: string;
    readonly account: string;
    readonly masked: string;
    readonly detail: Detail;
  }) {
    this.system = read.system;
    this.masked = read.masked;
    this.#account = read.account;
    this.#detail = read.detail;
  }

  /** Names the holder in that system: one text for one account. */
  get account(): string {
    return this.#account;
  }

  /** All that the code says. */
  get detail(): Detail {
    return this.#detail;
  }

  toJSON(): { readonly system: string; readonly masked: string } {
    return { system: this.system, masked: this.masked };
  }

  toString(): string {
    return `${this.system} ${this.masked}`;
  }
}

/** Knows the codes of a system when it sees them (识别). */
export interface CodeReader<Detail = unknown> {
  /** Of the system: letters, digits and hyphens. */
  readonly name: string;
  /** Octets or text of a scanned code; undefined for what is none of this system's. Throws for nothing that is scanned. */
  read(scanned: Uint8Array | string): ReadCode<Detail> | undefined;
}

/** Also knows what such a code proves (验码). */
export interface CodeAdapter<Detail = unknown> extends CodeReader<Detail> {
  /** How far the code vouches for itself, by what the caller holds of that system. */
  verify(code: ReadCode<Detail>, options: { readonly at: Date }): Promise<Report>;
}
