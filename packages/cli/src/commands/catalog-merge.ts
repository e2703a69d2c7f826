/** `gov catalog merge`: the editions of several levels as one ledger (一本账). */
import { extname } from 'node:path';
import { readEdition } from '@gov/catalog/edition';
import { writeCatalogJsonl } from '@gov/catalog/export';
import {
  describeConflict,
  type Ledger,
  type LedgerConflict,
  type LedgerRow,
  type LedgerSummary,
  mergeLedgers,
} from '@gov/catalog/ledger';
import { csvLine } from '@gov/table';
import { GovError } from '@gov/verdict';
import { batchLine } from '../batch-progress.js';
import { tapped } from '../catalog-check.js';
import { type EditionFile, editionFile } from '../catalog-edition.js';
import { PROFILE, piecesOf, profileOf } from '../catalog-input.js';
import { command } from '../command.js';
import { encodedLines } from '../encoded-lines.js';
import { refuseExisting, writeOutputs } from '../files.js';
import { interruptible } from '../interrupt.js';
import type { Language } from '../output.js';

/** Conflicts that are shown; the table has all. */
const SHOWN = 1_000;

const WORDS = {
  zh: {
    columns: ['类型', '代码', '冲突', '保留', '另一方', '说明'],
    more: (count: number) => `另有 ${count} 处冲突（--conflicts 输出全部）`,
    totals: ({ records, common, conflicts }: LedgerSummary) =>
      `${records} 条记录，其中 ${common} 条见于多本目录；冲突 ${conflicts} 处`,
  },
  en: {
    columns: ['kind', 'code', 'conflict', 'kept', 'other', 'in words'],
    more: (count: number) => `${count} more conflicts (--conflicts writes all)`,
    totals: ({ records, common, conflicts }: LedgerSummary) =>
      `${records} records, ${common} of them in several ledgers; conflicts: ${conflicts}`,
  },
} as const;

interface Shown {
  readonly row: LedgerRow;
  readonly conflict: LedgerConflict;
}

export const catalogMerge = command({
  noun: 'catalog',
  verb: 'merge',
  about: { en: 'merge the editions of several levels into one ledger', zh: '合并各级目录版本为一本账' },
  words: ['E.jsonl…'],
  options: {
    out: { type: 'string', value: 'F.jsonl', required: true, about: { en: 'the merged records', zh: '合并后的记录' } },
    conflicts: {
      type: 'string',
      value: 'C.csv',
      about: { en: 'all conflicts as a table', zh: '输出全部冲突（表格）' },
    },
    profile: PROFILE,
  },
  async run(files, values, { force, lang }) {
    const { out, conflicts } = values;
    if (conflicts !== undefined && extname(conflicts).toLowerCase() !== '.csv')
      throw new GovError('usage', '--conflicts is a .csv');
    const profile = await profileOf(values.profile);
    if (!force) for (const path of [out, conflicts ?? []].flat()) await refuseExisting(path);
    const shown: Shown[] = [];
    const line = batchLine(lang);
    const { editions, summary } = await interruptible(async (signal) => {
      // Each is read whole before anything is merged: what is no edition is not found half-way.
      const editions: EditionFile[] = [];
      for (const file of files) editions.push(await editionFile(file, profile, signal));
      const merge = () =>
        mergeLedgers(
          editions.map(({ head }, index): Ledger => {
            const { level, name } = head;
            return { level, name, records: readEdition(piecesOf(files[index]!, signal), profile) };
          }),
          { signal },
        );
      let rows = 0;
      const merged = tapped(merge(), (row) => {
        for (const conflict of row.conflicts) if (shown.length < SHOWN) shown.push({ row, conflict });
        line.checked(++rows);
      });
      const outputs = [{ path: out, content: writeCatalogJsonl(merged.all) }];
      // Merged once more: no conflict has to be held.
      const told =
        conflicts === undefined ? [] : [{ path: conflicts, content: encodedLines(conflictsCsv(merge(), lang)) }];
      await writeOutputs([...outputs, ...told], force);
      return { editions, summary: merged.result() };
    }).finally(line.done);
    const more = summary.conflicts - shown.length;
    return {
      kind: 'done',
      json: {
        out,
        ...summary,
        ledgers: editions.map(({ head: { level, name, edition }, sm3 }) => ({ level, name, edition, sm3 })),
        shown: shown.map(jsonOf),
        ...(conflicts === undefined ? {} : { table: conflicts }),
      },
      lines: [
        ...shown.map(
          ({ row: { record }, conflict }) => `${record.kind} ${record.code}  ${describeConflict(conflict)[lang]}`,
        ),
        ...(more === 0 ? [] : [WORDS[lang].more(more)]),
        WORDS[lang].totals(summary),
        ...[out, conflicts ?? []].flat(),
      ],
      incomplete: summary.conflicts > 0,
    };
  },
});

function jsonOf({ row: { record }, conflict }: Shown) {
  const { en: text, zh: textZh } = describeConflict(conflict);
  return { kind: record.kind, record: record.code, ...conflict, text, textZh };
}

async function* conflictsCsv(rows: AsyncIterable<LedgerRow>, lang: Language): AsyncGenerator<string, void> {
  yield `\ufeff${csvLine(WORDS[lang].columns)}`;
  for await (const { record, conflicts } of rows)
    for (const conflict of conflicts)
      yield csvLine([record.kind, record.code, conflict.code, ...conflict.ledgers, describeConflict(conflict)[lang]]);
}
