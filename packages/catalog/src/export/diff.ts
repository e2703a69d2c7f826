/** What changed between editions as a workbook (版本比对表). */
import { TABLE_LIMITS } from '@gov/table';
import { type CatalogChange, type DiffSummary, describeChange, type FieldChange } from '../diff.js';
import { fieldName, KIND_NAMES, recordName, valueInWords } from '../internal/field-names.js';
import type { CatalogRecord } from '../record.js';
import { plainBook } from './plain-book.js';
import type { OutCell } from './sheet-xml.js';

export type SheetLanguage = 'zh' | 'en';

const WORDS = {
  zh: {
    changes: '变更',
    totals: '汇总',
    columns: ['变更', '类型', '代码', '名称', '部门', '字段', '变更前', '变更后', '说明'],
    added: '新增',
    removed: '撤销',
    changed: '修改',
    unchanged: '未变',
    recoded: '改码',
    count: '数量',
    from: '原代码',
    to: '新代码',
  },
  en: {
    changes: 'Changes',
    totals: 'Totals',
    columns: ['Change', 'Kind', 'Code', 'Name', 'Department', 'Field', 'Before', 'After', 'In words'],
    added: 'added',
    removed: 'removed',
    changed: 'changed',
    unchanged: 'unchanged',
    recoded: 'recoded',
    count: 'Count',
    from: 'Old code',
    to: 'New code',
  },
} as const;

const WIDTHS = [8, 12, 24, 32, 32, 24, 32, 32, 60];

/**
 * A workbook of two sheets: a row for each record that came or went and for each field that changed, then the totals with the
 * resources that are under another code. Changes are written as they come and not held. Texts are written as texts, never as
 * formulas; a cell holds no more than 32,767 characters, what is longer is cut and ends in an ellipsis.
 *
 * @example
 * import { NATIONAL_PROFILE } from '@gov/catalog';
 * import { diffCatalogs } from '@gov/catalog/diff';
 * import { readEdition } from '@gov/catalog/edition';
 * import { writeDiffXlsx } from '@gov/catalog/export';
 *
 * const changes = diffCatalogs(readEdition(lastYear, NATIONAL_PROFILE), readEdition(thisYear, NATIONAL_PROFILE));
 * const chunks: Uint8Array[] = [];
 * for await (const chunk of writeDiffXlsx(changes)) chunks.push(chunk);
 *
 * @throws GovError `limit-exceeded` beyond 1,048,576 rows; whatever `changes` throws
 */
export async function* writeDiffXlsx(
  changes: AsyncGenerator<CatalogChange, DiffSummary>,
  { language = 'zh' }: { readonly language?: SheetLanguage } = {},
): AsyncGenerator<Uint8Array, void> {
  const words = WORDS[language];
  let summary: DiffSummary | undefined;
  async function* rows(): AsyncGenerator<readonly OutCell[], void> {
    for (let next = await changes.next(); ; next = await changes.next()) {
      if (next.done === true) {
        summary = next.value;
        return;
      }
      yield* rowsOf(next.value, language);
    }
  }
  function* totals(): Generator<readonly OutCell[], void> {
    const { added, removed, changed, unchanged, recoded } = summary!;
    for (const [name, count] of Object.entries({ added, removed, changed, unchanged, recoded: recoded.length }))
      yield [words[name as keyof DiffSummary], count];
    for (const { from, to } of recoded) yield [words.recoded, undefined, from, to];
  }
  try {
    yield* plainBook([
      { name: words.changes, columns: words.columns.map((header, index) => [header, WIDTHS[index]!]), rows: rows() },
      {
        name: words.totals,
        columns: [
          [words.columns[0], 12],
          [words.count, 12, 'number'],
          [words.from, 28],
          [words.to, 28],
        ],
        rows: totals(),
      },
    ]);
  } finally {
    // Whoever stops reading here stops the reading of the editions, too.
    await changes.return(undefined as never);
  }
}

function* rowsOf(change: CatalogChange, language: SheetLanguage): Generator<readonly OutCell[], void> {
  const record = change.change === 'changed' ? change.after : change.record;
  const head = [
    WORDS[language][change.change],
    KIND_NAMES[record.kind][language],
    record.code,
    recordName(record),
    departmentOf(record),
  ].map(cell);
  if (change.change !== 'changed') {
    yield [...head, undefined, undefined, undefined, cell(describeChange(change)[language])];
    return;
  }
  for (const field of change.fields)
    yield [
      ...head,
      cell(fieldName(field.path)[language]),
      cell(valueInWords(field.before)),
      cell(valueInWords(field.after)),
      cell(sentence(change, field, language)),
    ];
}

const sentence = (change: CatalogChange & { change: 'changed' }, field: FieldChange, language: SheetLanguage): string =>
  describeChange({ ...change, fields: [field] })[language];

/** Whose record it is: its name where the record has it, else its credit code. */
function departmentOf(record: CatalogRecord): string | undefined {
  if (record.kind === 'department') return record.name;
  if (record.kind === 'resource') return record.providerName;
  if (record.kind === 'purchased-data') return record.purchaser;
  return record.department;
}

/** What a cell holds, cut between characters. */
function cell(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= TABLE_LIMITS.cellLength) return text;
  const cut = text.slice(0, TABLE_LIMITS.cellLength - 1);
  return `${/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut}…`;
}
