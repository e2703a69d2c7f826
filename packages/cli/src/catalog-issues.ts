/** What is wrong with a catalogue, for people and machines: so many of each rule are shown, all are counted. */
import type { CatalogIssue, Place } from '@gov/catalog';
import { csvLine } from '@gov/table';
import type { Language } from './output.js';

/** Issues of one rule that are shown. */
const SHOWN = 20;

const WORDS = {
  zh: {
    error: '错误',
    warning: '提醒',
    line: (line: number) => `第${line}行`,
    suggestion: '建议：',
    more: (count: number) => `另有 ${count} 处`,
    total: (errors: number, warnings: number) => `错误 ${errors}，提醒 ${warnings}`,
    columns: ['级别', '规则', '文件', '工作表', '行', '单元格', '列', '记录类型', '代码', '问题', '建议'],
  },
  en: {
    error: 'error',
    warning: 'warning',
    line: (line: number) => `line ${line}`,
    suggestion: 'suggestion: ',
    more: (count: number) => `${count} more`,
    total: (errors: number, warnings: number) => `errors: ${errors}, warnings: ${warnings}`,
    columns: ['severity', 'rule', 'file', 'sheet', 'line', 'cell', 'column', 'kind', 'code', 'problem', 'suggestion'],
  },
} as const;

/** `目录.xlsx 信息资源!C12` */
export function placeText(place: Place | undefined, lang: Language): string {
  if (place === undefined) return '-';
  const { file, sheet, line, cell } = place;
  const within = cell ?? WORDS[lang].line(line);
  return `${file === undefined ? '' : `${file} `}${sheet === undefined ? '' : `${sheet}!`}${within}`;
}

export class CatalogIssues {
  readonly #rules = new Map<string, number>();
  readonly #shown: CatalogIssue[] = [];
  errors = 0;
  warnings = 0;

  add(issue: CatalogIssue): void {
    const count = (this.#rules.get(issue.code) ?? 0) + 1;
    this.#rules.set(issue.code, count);
    if (issue.severity === 'error') this.errors++;
    else this.warnings++;
    if (count <= SHOWN) this.#shown.push(issue);
  }

  json() {
    const { errors, warnings } = this;
    return { errors, warnings, rules: Object.fromEntries(this.#rules), issues: this.#shown };
  }

  lines(lang: Language): string[] {
    const words = WORDS[lang];
    return [
      ...this.#shown.map((issue) => issueLine(issue, lang)),
      ...[...this.#rules].flatMap(([code, count]) =>
        count > SHOWN ? [`… ${words.more(count - SHOWN)} [${code}]`] : [],
      ),
      words.total(this.errors, this.warnings),
    ];
  }
}

function issueLine({ severity, code, place, message, messageZh, suggestion }: CatalogIssue, lang: Language): string {
  const words = WORDS[lang];
  const advice = suggestion && (lang === 'zh' ? suggestion.textZh : suggestion.text);
  const text = `${placeText(place, lang)}  ${words[severity]}  ${lang === 'zh' ? messageZh : message} [${code}]`;
  return advice === undefined ? text : `${text}  ${words.suggestion}${advice}`;
}

/** All issues as a table, each a line. */
export async function* issuesCsv(issues: AsyncIterable<CatalogIssue>, lang: Language): AsyncGenerator<string, void> {
  const words = WORDS[lang];
  yield `\ufeff${csvLine(words.columns)}`;
  for await (const { severity, code, place, record, message, messageZh, suggestion } of issues)
    yield csvLine([
      words[severity],
      code,
      place?.file ?? '',
      place?.sheet ?? '',
      place?.line ?? '',
      place?.cell ?? '',
      place?.column ?? '',
      record?.kind ?? '',
      record?.code ?? '',
      lang === 'zh' ? messageZh : message,
      (lang === 'zh' ? suggestion?.textZh : suggestion?.text) ?? '',
    ]);
}

/** All issues as JSON Lines. */
export async function* issuesJsonl(issues: AsyncIterable<CatalogIssue>): AsyncGenerator<string, void> {
  for await (const issue of issues) yield `${JSON.stringify(issue)}\n`;
}
