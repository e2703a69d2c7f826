/** `gov catalog import`: what departments filled in, as records (目录导入). */
import type { RecordKind } from '@gov/catalog';
import { writeCatalogJsonl } from '@gov/catalog/export';
import { catalogInput, entriesOf, INPUT_OPTIONS } from '../catalog-input.js';
import { CatalogIssues } from '../catalog-issues.js';
import { MARKED, MarkedCopies } from '../catalog-marked.js';
import { command } from '../command.js';
import { writeOutputs } from '../files.js';
import { interruptible } from '../interrupt.js';

export const catalogImport = command({
  noun: 'catalog',
  verb: 'import',
  about: { en: 'read spreadsheets into records (JSON Lines)', zh: '将目录表格导入为记录（JSON Lines）' },
  words: ['IN.xlsx|IN.csv|IN.jsonl…'],
  options: {
    out: { type: 'string', value: 'F.jsonl', required: true, about: { en: 'the records', zh: '输出的记录' } },
    ...INPUT_OPTIONS,
    marked: MARKED,
  },
  async run(files, values, { force, lang }) {
    const input = await catalogInput(files, values, lang);
    const marked = new MarkedCopies(input, values.marked);
    const issues = new CatalogIssues();
    const records: Partial<Record<RecordKind, number>> = {};
    let cleaned = 0;
    await interruptible((signal) => {
      const entries = entriesOf(input, signal, (result) => {
        cleaned += result.cleaned.length;
        for (const issue of result.issues) {
          issues.add(issue);
          marked.add(issue);
        }
        if (result.entry === undefined) return;
        const { kind } = result.entry.record;
        records[kind] = (records[kind] ?? 0) + 1;
      });
      return writeOutputs([{ path: values.out, content: writeCatalogJsonl(entries) }, ...marked.outputs()], force);
    });
    const written = Object.values(records).reduce((sum, count) => sum + count, 0);
    const copies = values.marked ?? [];
    return {
      kind: 'done',
      json: { out: values.out, records, cleaned, ...issues.json(), ...(copies.length === 0 ? {} : { marked: copies }) },
      lines: [
        ...issues.lines(lang),
        lang === 'zh'
          ? `${values.out}：${written} 条记录，规范 ${cleaned} 处`
          : `${values.out}: ${written} records, ${cleaned} cells cleaned`,
        ...copies,
      ],
      incomplete: issues.errors > 0,
    };
  },
});
