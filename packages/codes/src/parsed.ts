import type { Issue } from '@gov/verdict';

/** What a parser of this package answers: the typed parts, or everything that is wrong. A wrong code never throws. */
export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly issues: readonly Issue[] };
