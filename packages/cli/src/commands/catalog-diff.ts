/** `gov catalog diff`: what changed from one catalogue to another, in words (版本比对). */
import { extname } from 'node:path';
import { type CatalogChange, describeChange, diffCatalogs } from '@gov/catalog/diff';
import { writeDiffXlsx } from '@gov/catalog/export';
import { GovError } from '@gov/verdict';
import { batchLine } from '../batch-progress.js';
import { drain, tapped } from '../catalog-check.js';
import { catalogInput, INPUT_OPTIONS, orderedRecords } from '../catalog-input.js';
import { command } from '../command.js';
import { writeOutputs } from '../files.js';
import { interruptible } from '../interrupt.js';

/** Changes that are shown; the workbook has all. */
const SHOWN = 1_000;

const WORDS = {
  zh: {
    totals: (added: number, removed: number, changed: number, unchanged: number) =>
      `新增 ${added}，撤销 ${removed}，修改 ${changed}，未变 ${unchanged}`,
    recoded: (from: string, to: string) => `改码：${from} → ${to}`,
    more: (count: number) => `另有 ${count} 处变更（--out 输出全部）`,
  },
  en: {
    totals: (added: number, removed: number, changed: number, unchanged: number) =>
      `added: ${added}, removed: ${removed}, changed: ${changed}, unchanged: ${unchanged}`,
    recoded: (from: string, to: string) => `recoded: ${from} → ${to}`,
    more: (count: number) => `${count} more changes (--out writes all)`,
  },
} as const;

export const catalogDiff = command({
  noun: 'catalog',
  verb: 'diff',
  about: { en: 'say what changed between two editions or files', zh: '比对两个版本的目录' },
  words: ['OLD', 'NEW'],
  options: {
    out: { type: 'string', value: 'D.xlsx', about: { en: 'all changes as a workbook', zh: '输出全部变更（表格）' } },
    ...INPUT_OPTIONS,
  },
  async run([old, now], values, { force, lang }) {
    const { out } = values;
    if (out !== undefined && extname(out).toLowerCase() !== '.xlsx') throw new GovError('usage', '--out is a .xlsx');
    const input = await catalogInput([old!, now!], values, lang);
    const shown: CatalogChange[] = [];
    const line = batchLine(lang);
    const summary = await interruptible(async (signal) => {
      const changes = tapped(
        diffCatalogs(orderedRecords(old!, input, signal), orderedRecords(now!, input, signal), {
          signal,
          onProgress: line.checked,
        }),
        (change) => {
          if (shown.length < SHOWN) shown.push(change);
        },
      );
      if (out === undefined) await drain(changes.all);
      else await writeOutputs([{ path: out, content: writeDiffXlsx(changes.all, { language: lang }) }], force);
      return changes.result();
    }).finally(line.done);
    const { recoded, ...counts } = summary;
    const { added, removed, changed, unchanged } = counts;
    const more = added + removed + changed - shown.length;
    const words = WORDS[lang];
    return {
      kind: 'done',
      json: {
        ...counts,
        recoded: { count: recoded.length, first: recoded.slice(0, SHOWN) },
        changes: shown.map(jsonOf),
        ...(out === undefined ? {} : { out }),
      },
      lines: [
        ...shown.map((change) => describeChange(change)[lang]),
        ...(more === 0 ? [] : [words.more(more)]),
        ...recoded.slice(0, SHOWN).map(({ from, to }) => words.recoded(from, to)),
        words.totals(added, removed, changed, unchanged),
        ...(out === undefined ? [] : [out]),
      ],
    };
  },
});

function jsonOf(change: CatalogChange) {
  const { kind, code } = change.change === 'changed' ? change.after : change.record;
  const { en: text, zh: textZh } = describeChange(change);
  return {
    change: change.change,
    kind,
    code,
    ...(change.change === 'changed' ? { fields: change.fields } : {}),
    text,
    textZh,
  };
}
