/** `gov catalog validate`: everything that is wrong with a catalogue (目录校验). */
import type { CatalogIssue } from '@gov/catalog';
import { GovError } from '@gov/verdict';
import { checkInputs, circumstances, DIVISIONS, drain, tapped } from '../catalog-check.js';
import { catalogInput, INPUT_OPTIONS } from '../catalog-input.js';
import { CatalogIssues, issuesCsv, issuesJsonl } from '../catalog-issues.js';
import { MARKED, MarkedCopies } from '../catalog-marked.js';
import { REPORT_OPTIONS, ReportPage } from '../catalog-report.js';
import { command } from '../command.js';
import { encodedLines } from '../encoded-lines.js';
import { refuseExisting, writeOutputs } from '../files.js';
import { interruptible } from '../interrupt.js';
import type { Language } from '../output.js';

export const catalogValidate = command({
  noun: 'catalog',
  verb: 'validate',
  about: { en: 'check a catalogue against its rules', zh: '按规则校验目录' },
  words: ['IN.xlsx|IN.csv|IN.jsonl…'],
  options: {
    ...INPUT_OPTIONS,
    divisions: DIVISIONS,
    issues: {
      type: 'string',
      value: 'F.csv|F.jsonl',
      about: { en: 'write all issues there', zh: '输出全部问题' },
    },
    marked: MARKED,
    ...REPORT_OPTIONS,
  },
  async run(files, values, { at, force, lang }) {
    const input = await catalogInput(files, values, lang);
    const marked = new MarkedCopies(input, values.marked);
    const written = values.issues === undefined ? undefined : issueFile(values.issues, lang);
    const page = new ReportPage(input, at, values);
    const issues = new CatalogIssues();
    const copies = values.marked ?? [];
    const outs = [values.issues ?? [], copies, values.report ?? []].flat();
    if (!force) for (const path of outs) await refuseExisting(path);
    const summary = await interruptible(async (signal) => {
      const found = tapped(checkInputs(input, circumstances(input, at, values.divisions), signal), (issue) => {
        issues.add(issue);
        marked.add(issue);
        page.add(issue);
      });
      if (written === undefined) await drain(found.all);
      const first = written === undefined ? [] : [written(found.all)];
      await writeOutputs([...first, ...marked.outputs(), ...page.outputs(found.result, signal)], force);
      return found.result();
    });
    const { records, items, departments } = summary;
    return {
      kind: 'done',
      json: {
        records,
        items,
        departments: departments.length,
        ...issues.json(),
        ...(values.issues === undefined ? {} : { out: values.issues }),
        ...(copies.length === 0 ? {} : { marked: copies }),
        ...(values.report === undefined ? {} : { report: values.report }),
      },
      lines: [...issues.lines(lang), ...outs],
      incomplete: issues.errors > 0,
    };
  },
});

/** How issues are written to a file. @throws GovError `usage` for a file of another kind */
function issueFile(path: string, lang: Language) {
  const lines = /\.csv$/i.test(path) ? issuesCsv : /\.jsonl$/i.test(path) ? issuesJsonl : undefined;
  if (lines === undefined) throw new GovError('usage', '--issues writes .csv or .jsonl');
  return (issues: AsyncIterable<CatalogIssue>) => ({ path, content: encodedLines(lines(issues, lang)) });
}
