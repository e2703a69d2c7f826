/** How a sheet is laid out (工作表版式): as `@gov/catalog/import` reads it. */
import { GovError } from '@gov/verdict';
import { joinCopy, joinList, joinSteps } from '../internal/delimited.js';
import { type FieldKind, fieldKind, isList } from '../internal/field-kinds.js';
import type { RegionProfile } from '../profile.js';
import type { CatalogRecord, RecordKind } from '../record.js';
import { recordFields } from '../schema/fields.js';
import { LABEL_FIELDS, LABEL_LISTS } from '../schema/labels.js';
import type { OutCell, SheetForm } from './sheet-xml.js';

type Sheet = RegionProfile['sheets'][number];

interface LayoutColumn {
  readonly kind: FieldKind;
  readonly isOfItem: boolean;
  /** In the record, or in the item. */
  readonly steps: readonly string[];
  /** Words of the header from the top down. */
  readonly words: readonly string[];
  /** The whole header, words joined. */
  readonly header: string;
  /** Labels to choose from. */
  readonly labels?: readonly string[];
  /** In characters. */
  readonly width: number;
}

export interface Layout extends SheetForm {
  readonly kind: RecordKind;
  readonly name: string;
  readonly columns: readonly LayoutColumn[];
}

/** What a spreadsheet takes for the name of a sheet. */
const SHEET_NAME = /^(?!')[^[\]:*?/\\\p{Cc}]{1,31}(?<!')$/u;

/** @throws GovError `invalid-argument` for a name that no sheet can have */
export function layoutOf({ kind, names, columns }: Sheet): Layout {
  const [name = ''] = names;
  if (!SHEET_NAME.test(name)) throw new GovError('invalid-argument', `profile: no name of a sheet for ${kind}`);
  const paths = columns.map(({ path }) => path);
  const fields = recordFields(kind).map(({ path }) => path);
  const parts = (path: string): readonly string[] => fields.filter((one) => one.startsWith(`${path}.`));
  const areThere = (path: string): boolean => parts(path).length > 0 && parts(path).every((one) => paths.includes(one));
  // A whole or its parts, not both: the parts where all are there.
  const wanted = columns.filter(
    ({ path }) => !areThere(path) && !paths.some((whole) => path.startsWith(`${whole}.`) && !areThere(whole)),
  );
  const laid = wanted.map(({ path, headers: [header = ''] }) => columnOf(kind, path, header));
  return { kind, name, columns: laid, headerRows: Math.max(1, ...laid.map(({ words }) => words.length)) };
}

/** Merged headers: a group over the words in it. A bracket holds no groups: 信息资源分类（类/项）. */
function columnOf(record: RecordKind, path: string, header: string): LayoutColumn {
  const steps = path.split('.');
  const isOfItem = steps[0] === 'items';
  const kind = fieldKind(record, path);
  const slash = /[(（]/.test(header) ? -1 : header.indexOf('/');
  const list = LABEL_FIELDS[path];
  return {
    kind,
    isOfItem,
    steps: isOfItem ? steps.slice(1) : steps,
    words: slash < 1 ? [header] : [header.slice(0, slash), header.slice(slash + 1)],
    header,
    ...(kind === 'label' && list !== undefined ? { labels: LABEL_LISTS[list].map(({ label }) => label) } : {}),
    width: WIDTHS[kind] ?? (NARROW.includes(path) ? 24 : 32),
  };
}

const WIDTHS: Readonly<Partial<Record<FieldKind, number>>> = {
  label: 14,
  date: 12,
  number: 10,
  code: 22,
  credit: 22,
  credits: 22,
  codes: 24,
};
const NARROW: readonly string[] = ['classification.1', 'classification.2', 'classification.3', 'format.type', 'name'];

/** The rows of a record: a resource has one for each item, its own cells in the first. */
export function* rowsOf(record: CatalogRecord, { columns }: Layout): Generator<OutCell[], void> {
  const items = record.kind === 'resource' ? record.items : [];
  const rows = Math.max(1, items.length);
  for (let row = 0; row < rows; row++)
    yield columns.map((column) => {
      if (!column.isOfItem) return row === 0 ? cellOf(record, column) : undefined;
      return items[row] === undefined ? undefined : cellOf(items[row], column);
    });
}

function cellOf(target: unknown, { steps, kind }: LayoutColumn): OutCell {
  let value: unknown = target;
  for (const step of steps) value = (value as Readonly<Record<string, unknown>> | undefined)?.[step];
  if (value === undefined || typeof value === 'number' || typeof value === 'string') return value;
  if (isList(kind)) return joinList(value as readonly string[]);
  if (kind === 'classification') return joinSteps(value as readonly string[]);
  if (kind === 'copyOf') {
    const { resource, item } = value as { readonly resource: string; readonly item: string };
    return joinCopy([resource, item]);
  }
  const { class: of, type } = value as { readonly class: string; readonly type: string };
  return joinSteps([of, type]);
}
