/** What is wrong with a catalogue, where, and what would mend it. */
import type { Issue } from '@gov/verdict';
import type { RecordKind } from './record.js';

/** `error`: the catalogue must not be published so; `warning`: somebody has to look at it; `off`: not asked. */
export type Severity = 'error' | 'warning' | 'off';

/** Where a record came from, as the spreadsheet shows it. */
export interface Place {
  /** The file, by the name that it was read under. */
  readonly file?: string;
  readonly sheet?: string;
  /** Row or line from 1. */
  readonly line: number;
  /** As the spreadsheet shows it: `C12`; absent where a whole row is meant, and in JSON Lines. */
  readonly cell?: string;
  /** Header of the column. */
  readonly column?: string;
}

/** A rule that is broken (问题). No text repeats a value that may be personal or secret. */
export interface CatalogIssue extends Issue {
  /** `code` is the rule: of `CATALOG_RULES`, of the schema, of `@gov/codes` or `@gov/table`. */
  readonly severity: Exclude<Severity, 'off'>;
  readonly place?: Place;
  readonly record?: { readonly kind: RecordKind; readonly code: string };
  /** 建议: what would mend it, in both languages. */
  readonly suggestion?: { readonly text: string; readonly textZh: string; readonly value?: string };
  /** The others that it is about: both sources of one datum, for example. */
  readonly related?: readonly { readonly kind: RecordKind; readonly code: string; readonly place?: Place }[];
}
