/** What a cell for a field holds, and how it becomes its value (字段类型). */
import type { ColumnKind } from '@gov/table';
import type { RecordKind } from '../record.js';
import { LABEL_FIELDS } from '../schema/labels.js';

/**
 * `codes`, `texts`: a list in one cell. `classification`, `format`, `copyOf`: what one column may hold as a whole. `credit`: a
 * unified social credit code.
 */
export type FieldKind =
  | 'text'
  | 'code'
  | 'credit'
  | 'date'
  | 'number'
  | 'label'
  | 'codes'
  | 'credits'
  | 'texts'
  | 'classification'
  | 'format'
  | 'copyOf';

const KINDS: Readonly<Record<string, FieldKind>> = {
  code: 'code',
  division: 'code',
  'items.element': 'code',
  'items.copyOf.resource': 'code',
  provider: 'credit',
  responsible: 'credit',
  'items.responsible': 'credit',
  department: 'credit',
  supplier: 'credit',
  purchaser: 'credit',
  users: 'credits',
  related: 'codes',
  systems: 'codes',
  duties: 'codes',
  resources: 'codes',
  businesses: 'codes',
  needs: 'codes',
  dataOfficers: 'texts',
  'items.samples': 'texts',
  publishedOn: 'date',
  updatedOn: 'date',
  startedOn: 'date',
  from: 'date',
  to: 'date',
  askedOn: 'date',
  'items.length': 'number',
  'items.scale': 'number',
  protectionGrade: 'number',
  classification: 'classification',
  format: 'format',
  'items.copyOf': 'copyOf',
};

/** Of a field by its path in the profile: `items.name`, `classification.1`. */
export function fieldKind(record: RecordKind, path: string): FieldKind {
  if (record === 'department' && path === 'code') return 'credit';
  if (Object.hasOwn(LABEL_FIELDS, path)) return 'label';
  return Object.hasOwn(KINDS, path) ? KINDS[path]! : 'text';
}

/** How `@gov/table` reads the column. A label may be a number of the profile, which is no number to count with. */
export function columnKind(kind: FieldKind): ColumnKind {
  switch (kind) {
    case 'code':
    case 'credit':
    case 'codes':
    case 'credits':
      return 'code';
    case 'date':
    case 'number':
      return kind;
    default:
      return 'text';
  }
}

/** The lists of a record that must be there, also where the cell is empty. */
export const isList = (kind: FieldKind): boolean => kind === 'codes' || kind === 'credits' || kind === 'texts';
