/** `gov catalog score`: how good the catalogue of each department is (质量评分). */
import { type DepartmentScore, scoreCatalog } from '@gov/catalog/score';
import { checkInputs, circumstances, DIVISIONS, drain, tapped } from '../catalog-check.js';
import { catalogInput, INPUT_OPTIONS } from '../catalog-input.js';
import { CatalogIssues } from '../catalog-issues.js';
import { REPORT_OPTIONS, ReportPage } from '../catalog-report.js';
import { command } from '../command.js';
import { refuseExisting, writeOutputs } from '../files.js';
import { interruptible } from '../interrupt.js';
import type { Language } from '../output.js';
import { tableLines } from '../table.js';

const HEADERS = {
  zh: ['部门', '名称', '评分', '主要扣分'],
  en: ['department', 'name', 'score', 'lost most by'],
} as const;

/** Rules that a line names. */
const NAMED = 3;

export const catalogScore = command({
  noun: 'catalog',
  verb: 'score',
  about: { en: 'score the catalogue of each department, 0 to 100', zh: '按部门评分（0—100）' },
  words: ['IN.xlsx|IN.csv|IN.jsonl…'],
  options: { ...INPUT_OPTIONS, divisions: DIVISIONS, ...REPORT_OPTIONS },
  async run(files, values, { at, force, lang }) {
    const input = await catalogInput(files, values, lang);
    const page = new ReportPage(input, at, values);
    const issues = new CatalogIssues();
    if (values.report !== undefined && !force) await refuseExisting(values.report);
    const summary = await interruptible(async (signal) => {
      const found = tapped(checkInputs(input, circumstances(input, at, values.divisions), signal), (issue) => {
        issues.add(issue);
        page.add(issue);
      });
      await drain(found.all);
      await writeOutputs(page.outputs(found.result, signal), force);
      return found.result();
    });
    const { score, departments } = scoreCatalog(summary, input.profile);
    // What was refused is no record, and costs nobody points: it is told beside the score.
    const refused = issues.errors - summary.errors;
    return {
      kind: 'done',
      json: {
        score,
        departments: departments.map(jsonOf),
        errors: summary.errors,
        warnings: summary.warnings,
        refused,
        ...(values.report === undefined ? {} : { report: values.report }),
      },
      lines: [
        ...tableLines([HEADERS[lang], ...departments.map((department) => row(department, lang))]),
        lang === 'zh' ? `总分 ${score.toFixed(1)}` : `all: ${score.toFixed(1)}`,
        ...(refused === 0 ? [] : [refusedLine(refused, lang)]),
        ...(values.report === undefined ? [] : [values.report]),
      ],
      incomplete: refused > 0,
    };
  },
});

const refusedLine = (refused: number, lang: Language): string =>
  lang === 'zh'
    ? `另有 ${refused} 处错误使记录未能读入，不在评分之内`
    : `${refused} errors kept records from being read; they are not in the score`;

const jsonOf = ({ lost, ...department }: DepartmentScore) => ({
  ...department,
  lost: lost.map(({ rule, ...points }) => ({ rule: rule.code, ...points })),
});

function row({ code, name = '', score, lost }: DepartmentScore, lang: Language): string[] {
  const named = lost
    .slice(0, NAMED)
    .map(({ rule, points }) => `${lang === 'zh' ? rule.nameZh : rule.code} −${points.toFixed(1)}`);
  return [code, name, score.toFixed(1), named.join(lang === 'zh' ? '；' : '; ')];
}
