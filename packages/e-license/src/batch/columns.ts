/** Which column of a table goes where in licence data (列名对应): by the labels of the type's form, by its keys, by the names of the metadata. */

import type { ColumnKind } from '@gov/table';
import type { LicenseType, MetadataSource } from '../license-type.js';
import { LICENSE_DATA_LIMITS } from '../metadata.js';

/** Where the value of a column goes: a path in `LicenseData`. */
export interface LicenseColumn {
  readonly path: readonly (string | number)[];
  readonly kind: ColumnKind;
}

/** The columns that a table of licences of one type may have (列名对应表). */
export interface LicenseColumns {
  /** The column of a header; blanks, width, case, `*` and `:` in it count for nothing. */
  find(header: string): LicenseColumn | undefined;
  /** Kinds by header, for `readTable`. */
  readonly kinds: Readonly<Record<string, ColumnKind>>;
}

const headerKey = (header: string): string =>
  header
    .normalize('NFKC')
    .replace(/[\s*:]/g, '')
    .toLowerCase();

/** The column of a metadata source: the first holder, where it is a holder's. */
const OF_SOURCE: Readonly<Record<MetadataSource, LicenseColumn>> = {
  number: { path: ['number'], kind: 'code' },
  authority: { path: ['authority', 'name'], kind: 'text' },
  'holder-name': { path: ['holders', 0, 'name'], kind: 'text' },
  'holder-code': { path: ['holders', 0, 'code'], kind: 'code' },
  'issue-date': { path: ['issueDate'], kind: 'date' },
  'valid-from': { path: ['validFrom'], kind: 'date' },
  'valid-to': { path: ['validTo'], kind: 'date' },
};

/** Names of the metadata in GB/T 36903 and in English. */
const METADATA: readonly (readonly [headers: readonly string[], column: LicenseColumn])[] = [
  [['证照编号', 'number', 'licenseNumber'], OF_SOURCE.number],
  [['证照颁发机构', '证照颁发机构名称', 'authority.name'], OF_SOURCE.authority],
  [['证照颁发机构代码', 'authority.code'], { path: ['authority', 'code'], kind: 'code' }],
  [['行政区划代码', 'authority.divisionCode'], { path: ['authority', 'divisionCode'], kind: 'code' }],
  [
    ['证照定义机构', '证照定义机构名称', 'definingAuthority.name'],
    { path: ['definingAuthority', 'name'], kind: 'text' },
  ],
  [['证照定义机构代码', 'definingAuthority.code'], { path: ['definingAuthority', 'code'], kind: 'code' }],
  [['证照颁发日期', '颁发日期', 'issueDate'], OF_SOURCE['issue-date']],
  [['有效期起始日期', '有效期起', 'validFrom'], OF_SOURCE['valid-from']],
  [['有效期截止日期', '有效期止', '有效期至', 'validTo'], OF_SOURCE['valid-to']],
  [['关联政务服务事项', '关联政务服务事项名称', 'serviceItem.name'], { path: ['serviceItem', 'name'], kind: 'text' }],
  [['关联政务服务事项代码', 'serviceItem.code'], { path: ['serviceItem', 'code'], kind: 'code' }],
];

/** Of each holder; `#` stands for its number, which the first may leave out. */
const OF_HOLDER: readonly (readonly [headers: readonly string[], member: string, kind: ColumnKind])[] = [
  [['持证主体#', '持证主体名称#', '持证主体#名称', 'holder#.name', 'holders#.name'], 'name', 'text'],
  [['持证主体代码#', '持证主体#代码', 'holder#.code', 'holders#.code'], 'code', 'code'],
  [['持证主体代码类型#', '持证主体#代码类型', 'holder#.codeType', 'holders#.codeType'], 'codeType', 'code'],
  [['持证主体类别#', '持证主体#类别', 'holder#.kind', 'holders#.kind'], 'kind', 'code'],
];

/** Parts of licence data that JSON Lines may hold as they are: `{"number": …, "holders": […], "fields": {…}}`. */
const WHOLE = ['authority', 'definingAuthority', 'holders', 'fields', 'serviceItem'] as const;

/**
 * The columns that a table of licences of this type may have. A field answers to its label, its English label and its key;
 * where two fields have the same label, only to its key.
 */
export function licenseColumns(type: LicenseType): LicenseColumns {
  const columns = new Map<string, LicenseColumn>();
  const kinds: Record<string, ColumnKind> = {};
  const set = (header: string, column: LicenseColumn): void => {
    columns.set(headerKey(header), column);
    kinds[header] = column.kind;
  };
  for (const part of WHOLE) set(part, { path: [part], kind: 'text' });
  for (const [headers, column] of METADATA) for (const header of headers) set(header, column);
  for (const [headers, member, kind] of OF_HOLDER) {
    for (let holder: number = LICENSE_DATA_LIMITS.holders; holder >= 1; holder--) {
      const column: LicenseColumn = { path: ['holders', holder - 1, member], kind };
      for (const header of headers) {
        set(header.replace('#', String(holder)), column);
        if (holder === 1) set(header.replace('#', ''), column);
      }
    }
  }
  // What the type says comes last: its own word for something stands before a general one.
  const ambiguous = ambiguousLabels(type);
  for (const field of type.fields) {
    for (const label of [field.label, field.labelEn]) {
      if (ambiguous.has(headerKey(label))) columns.delete(headerKey(label));
      else set(label, columnOf(field));
    }
  }
  for (const field of type.fields) set(field.key, columnOf(field));
  return { find: (header) => columns.get(headerKey(header)), kinds };
}

/** Labels that two fields with values of their own have. */
function ambiguousLabels(type: LicenseType): ReadonlySet<string> {
  const paths = new Map<string, string>();
  const ambiguous = new Set<string>();
  for (const field of type.fields) {
    const path = columnOf(field).path.join('.');
    for (const label of [headerKey(field.label), headerKey(field.labelEn)]) {
      if ((paths.get(label) ?? path) !== path) ambiguous.add(label);
      paths.set(label, path);
    }
  }
  return ambiguous;
}

function columnOf(field: LicenseType['fields'][number]): LicenseColumn {
  if (field.kind === 'metadata') return OF_SOURCE[field.source];
  const kind = KIND_OF_FIELD[field.kind];
  return { path: ['fields', field.key], kind };
}

const KIND_OF_FIELD = {
  text: 'text',
  code: 'code',
  phone: 'code',
  date: 'date',
  number: 'number',
  'credit-code': 'code',
  'citizen-id': 'code',
} as const satisfies Record<Exclude<LicenseType['fields'][number]['kind'], 'metadata'>, ColumnKind>;
