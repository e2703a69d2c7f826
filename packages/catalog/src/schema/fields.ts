/** The fields of each kind of record, by their paths (字段). */
import type * as z from 'zod/mini';
import type { RecordKind } from '../record.js';
import { RECORD_SCHEMAS } from './records.js';

export interface RecordField {
  /** Without numbers, but for the steps of the classification: `items.name`, `classification.1`. */
  readonly path: string;
  /** Every record of the kind has it. */
  readonly required: boolean;
}

/** All that a column may hold: single values, lists of texts, and what one column may hold as a whole. */
export const recordFields = (kind: RecordKind): readonly RecordField[] => fieldsOf(RECORD_SCHEMAS[kind], '', true);

/** Objects that a column may hold as a whole: `数据库/Dm`. */
const WHOLE: readonly string[] = ['format', 'items.copyOf'];

function fieldsOf(schema: z.core.$ZodType, path: string, required: boolean): RecordField[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'optional') return fieldsOf(def.innerType, path, false);
  if (def.type === 'array' && def.element._zod.def.type === 'object') return fieldsOf(def.element, path, required);
  if (def.type === 'object')
    return [
      ...(WHOLE.includes(path) ? [{ path, required }] : []),
      ...Object.entries(def.shape).flatMap(([key, field]) =>
        key === 'kind' ? [] : fieldsOf(field, path === '' ? key : `${path}.${key}`, required),
      ),
    ];
  if (def.type === 'tuple')
    return [
      { path, required },
      ...[0, 1, 2, 3].map((step) => ({ path: `${path}.${step}`, required: required && step === 0 })),
    ];
  return [{ path, required }];
}
