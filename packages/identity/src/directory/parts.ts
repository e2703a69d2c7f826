/** What several kinds of entries are made of. */
import { parseCreditCode } from '@gov/codes';
import * as z from 'zod/mini';
import { issue, rule, text } from '../internal/parse-with.js';

export const DIRECTORY_LIMITS = {
  /** UTF-16 code units of a client_id, of a local id of staff. */
  id: 128,
  /** Of a name, of a title. */
  name: 200,
  /** Of a URI. */
  uri: 2000,
  /** Of an entry as JSON. */
  content: 65_536,
  /** Addresses of one kind, audiences. */
  uris: 20,
  /** Public keys of an application. */
  keys: 10,
  /** Scope values of an application. */
  scopes: 64,
  /** Posts of a member of staff, past ones among them. */
  posts: 50,
  /** Organisations from the root to the lowest, both counted. */
  depth: 16,
} as const;

/** Unified social credit code (统一社会信用代码), GB 32100. */
export const creditCode = z.string().check(
  z.maxLength(18),
  rule((code) => {
    const read = parseCreditCode(code);
    return read.ok ? [] : read.issues;
  }),
);

/** A name in Chinese, and in English where there is one. */
export const names = z.strictObject({
  zh: text(DIRECTORY_LIMITS.name),
  en: z.exactOptional(text(DIRECTORY_LIMITS.name)),
});

/** None of them twice. */
export const distinct = rule((values: readonly string[]) =>
  new Set(values).size === values.length ? [] : [issue('duplicate')],
);
