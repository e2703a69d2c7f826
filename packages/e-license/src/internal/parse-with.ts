/** How zod's issues become ours. */

import type { Issue } from '@gov/verdict';
import * as z from 'zod/mini';
import { type DataIssue, issue } from './issues.js';

/** A check that answers issues of ours; the others of the same value still run. */
export const rule = <Value>(find: (value: Value) => readonly Issue[]) =>
  z.check<Value>((context) => {
    for (const found of find(context.value)) {
      context.issues.push({
        code: 'custom',
        input: context.value,
        path: [...found.path],
        params: { found },
        continue: true,
      });
    }
  });

/**
 * Parses with texts of our own, for this call only: the error map hands zod our stable code as its message, whatever a
 * global `z.config` elsewhere says, and the texts follow from the code.
 */
export function parseWith<Schema extends z.ZodMiniType>(
  schema: Schema,
  input: unknown,
  options: { readonly jitless: boolean },
): { readonly value: z.output<Schema> } | { readonly issues: readonly Issue[] } {
  const result = z.safeParse(schema, input, { error: stableCode, ...options });
  return result.success ? { value: result.data } : { issues: result.error.issues.flatMap(ofZod) };
}

function stableCode(raw: z.core.$ZodRawIssue): DataIssue {
  if (raw.input === undefined) return 'missing';
  switch (raw.code) {
    case 'too_small':
      return raw.origin === 'array' ? 'list-too-short' : 'number-range';
    case 'too_big':
      return raw.origin === 'array' ? 'list-too-long' : 'number-range';
    case 'invalid_value':
    case 'invalid_union':
      return 'not-allowed';
    default:
      return 'wrong-type';
  }
}

function ofZod(raw: z.core.$ZodIssue): Issue[] {
  const path = raw.path.filter((step) => typeof step !== 'symbol');
  if (raw.code === 'custom') return [{ ...(raw.params?.found as Issue), path }];
  if (raw.code === 'unrecognized_keys') return raw.keys.map((key) => issue('unknown-field', [...path, key]));
  return [
    issue(raw.message as DataIssue, path, {
      ...('minimum' in raw ? { min: Number(raw.minimum) } : {}),
      ...('maximum' in raw ? { max: Number(raw.maximum) } : {}),
      ...('expected' in raw ? { expected: String(raw.expected) } : {}),
    }),
  ];
}
