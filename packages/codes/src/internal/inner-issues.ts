import type { Parsed } from '../parsed.js';

/** `own`, with the issues of a code that stands inside it. */
export function withIssuesOf<Value>(inner: Parsed<unknown>, own: Parsed<Value>): Parsed<Value> {
  if (inner.ok) return own;
  return own.ok ? inner : { ok: false, issues: [...own.issues, ...inner.issues] };
}
