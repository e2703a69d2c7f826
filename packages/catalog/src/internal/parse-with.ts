/** How zod's issues become ours: stable codes, texts in both languages, for one call only. */
import type { Issue } from '@gov/verdict';
import * as z from 'zod/mini';
import type { CatalogIssue } from '../issue.js';
import { CATALOG_LIMITS } from '../schema/limits.js';
import { type CatalogIssueCode, catalogIssue } from './texts.js';

type Path = Issue['path'];

/**
 * Everything wrong, or the value, with texts of our own whatever a global `z.config` elsewhere says.
 *
 * @param nearest what was probably meant where a text is no label of the list at `path`
 */
export function parseWith<Schema extends z.ZodMiniType>(
  schema: Schema,
  input: unknown,
  nearest: (text: string, path: Path) => string | undefined,
): { readonly value: z.output<Schema> } | { readonly issues: readonly CatalogIssue[] } {
  if (!isWithinLimits(input)) return { issues: [catalogIssue('record-too-large')] };
  // Without eval: a content security policy may forbid it.
  const result = z.safeParse(schema, input, { error: stableCode, jitless: true });
  if (result.success) return { value: result.data };
  return { issues: result.error.issues.flatMap((raw) => ofZod(raw, input, nearest)) };
}

/** Before zod looks at every value and names every fault. */
function isWithinLimits(root: unknown): boolean {
  let values = 0;
  let characters = 0;
  const isSmall = (value: unknown, depth: number): boolean => {
    if (++values > CATALOG_LIMITS.values || depth > CATALOG_LIMITS.depth) return false;
    if (typeof value === 'string') characters += value.length;
    if (characters > CATALOG_LIMITS.characters) return false;
    if (typeof value !== 'object' || value === null) return true;
    for (const inner of Object.values(value)) if (!isSmall(inner, depth + 1)) return false;
    return true;
  };
  return isSmall(root, 0);
}

function stableCode(raw: z.core.$ZodRawIssue): CatalogIssueCode {
  if (raw.input === undefined) return 'field-missing';
  switch (raw.code) {
    case 'too_small':
      return raw.origin === 'array' ? 'list-too-short' : 'field-range';
    case 'too_big':
      return raw.origin === 'array' ? 'list-too-long' : raw.origin === 'string' ? 'field-too-long' : 'field-range';
    case 'invalid_value':
      return 'label-unknown';
    default:
      return typeof raw.input === 'number' && raw.expected === 'int' ? 'field-range' : 'field-type';
  }
}

function ofZod(
  raw: z.core.$ZodIssue,
  input: unknown,
  nearest: (text: string, path: Path) => string | undefined,
): CatalogIssue[] {
  const path = raw.path.filter((step) => typeof step !== 'symbol');
  if (raw.code === 'custom') return [{ ...(raw.params?.found as CatalogIssue), path }];
  if (raw.code === 'unrecognized_keys')
    return raw.keys.map((key) => catalogIssue('field-unknown', { path: [...path, key] }));
  const code = raw.message as CatalogIssueCode;
  const text = path.reduce<unknown>((value, step) => (value as Record<string | number, unknown>)?.[step], input);
  const value = code === 'label-unknown' && typeof text === 'string' ? nearest(text, path) : undefined;
  return [catalogIssue(code, { path, ...(value === undefined ? {} : { value }) })];
}
