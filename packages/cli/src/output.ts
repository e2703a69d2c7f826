/** What is printed: one JSON object, or text for people in their language. */
import { type Answer, type Aspects, aspects, type Finding, type GovError, type Report } from '@gov/verdict';
import * as en from '@gov/verdict/en';
import * as zh from '@gov/verdict/zh';

export type Language = 'zh' | 'en';

const ANSWERS: Readonly<Record<Language, Readonly<Record<Answer, string>>>> = {
  zh: { yes: '是', no: '否', unknown: '无法判断' },
  en: { yes: 'yes', no: 'no', unknown: 'cannot tell' },
};

const LABELS = {
  zh: { unchecked: '未核查', signature: '签章', issues: '问题' },
  en: { unchecked: 'not checked', signature: 'signature', issues: 'issues' },
} as const;

/** A report as text: the verdict, the four aspects, then each finding; the same of each signature, and of what it holds. */
export function reportLines(report: Report, lang: Language, headings: readonly string[] = []): string[] {
  const { verdictText } = lang === 'zh' ? zh : en;
  const shown = `${verdictText[report.verdict]}  (${report.verdict})`;
  return [shown, ...findingLines(report, lang), ...signatureLines(report, lang, headings)];
}

function signatureLines(report: Report, lang: Language, headings: readonly string[] = []): string[] {
  const { verdictText } = lang === 'zh' ? zh : en;
  return (report.signatures ?? []).flatMap((signature, index) => [
    '',
    `${LABELS[lang].signature} ${index + 1}: ${verdictText[signature.verdict]}  (${signature.verdict})`,
    ...(headings[index] === undefined ? [] : [`  ${headings[index]}`]),
    ...[...findingLines(signature, lang), ...signatureLines(signature, lang)].map((line) => `  ${line}`.trimEnd()),
  ]);
}

function findingLines(report: Report, lang: Language): string[] {
  const texts = lang === 'zh' ? zh : en;
  if (report.findings.length === 0) return [];
  const four = aspects(report.findings, report);
  const summary = (Object.keys(four) as (keyof Aspects)[])
    .map((aspect) => `${texts.aspectText[aspect]}: ${ANSWERS[lang][four[aspect]]}`)
    .join('  ');
  return [
    summary,
    ...report.findings.map((finding) => findingLine(finding, lang)),
    ...(report.unchecked.length === 0
      ? []
      : [`${LABELS[lang].unchecked}: ${report.unchecked.map((code) => texts.findingText[code]).join(' ')}`]),
  ];
}

const MARKS: Readonly<Record<Finding['outcome'], string>> = {
  pass: '✓',
  fail: '✗',
  warn: '!',
  unknown: '?',
  skipped: '-',
};

export function findingLine(finding: Finding, lang: Language): string {
  const { findingText } = lang === 'zh' ? zh : en;
  const detail = finding.detail === undefined ? '' : `  ${finding.detail}`;
  return `${MARKS[finding.outcome]} ${findingText[finding.code]} [${finding.code}]${detail}`;
}

/** Control characters, C0 and C1, line separators, and what turns the direction of text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for here
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A line as a terminal may have it: text from files and databases must not drive it, nor turn it round. */
export const printable = (text: string): string => text.replace(UNSEEN, escaped);

/** One JSON object in one line: the same characters are escaped, of which JSON itself leaves most as they are. */
export const jsonLine = (value: unknown): string => printable(JSON.stringify(value));

/** A line on standard error. */
export const warn = (line: string): void => console.error(printable(line));

/** The object of the architecture: `{"error": {code, message, messageZh, issues}}`. */
export function errorJson(error: GovError): Readonly<Record<string, unknown>> {
  return {
    error: {
      code: error.code,
      message: error.message,
      messageZh: zh.errorText[error.code],
      issues: error.issues.map(({ path, code, message, messageZh }) => ({ path, code, message, messageZh })),
    },
  };
}

export function errorLines(error: GovError, lang: Language): string[] {
  const main = lang === 'zh' ? `${zh.errorText[error.code]} (${error.message})` : error.message;
  return [
    `${error.code}: ${main}`,
    ...error.issues.map(
      (issue) => `  ${issue.path.join('.') || '.'}: ${lang === 'zh' ? issue.messageZh : issue.message} [${issue.code}]`,
    ),
  ];
}
