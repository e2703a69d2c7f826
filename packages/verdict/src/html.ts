/**
 * A report as one HTML page for people (核验报告): no script, no outside resource, everything escaped.
 *
 * @packageDocumentation
 */
import * as en from './en.js';
import { GovError } from './error.js';
import { STYLE } from './internal/html-style.js';
import { type Answer, type Aspects, aspects, type Finding, type Report, type Verdict } from './report.js';
import * as zh from './zh.js';

/** Label and value, both shown as text: `['持证主体', '张*']`. */
export type SubjectRow = readonly [label: string, value: string];

export interface ReportImage {
  readonly alt: string;
  /** `data:image/…;base64,…`: PNG, JPEG, GIF, WebP or SVG. */
  readonly dataUri: string;
}

export interface ReportHtmlOptions {
  readonly lang: 'zh' | 'en';
  readonly title: string;
  /** What was checked, for whom; personal data is shown as given. */
  readonly subjectRows: readonly SubjectRow[];
  /** The same for each of the report's `signatures`, in their order. */
  readonly signatureRows?: readonly (readonly SubjectRow[])[];
  readonly images?: readonly ReportImage[];
}

/** Signatures inside signatures are shown down to this depth. */
export const REPORT_MAX_DEPTH = 8;

const TEXTS = {
  zh: {
    ...zh,
    reasons: { valid: '', invalid: '为什么无效', indeterminate: '为什么无法判定' },
    unanswered: (check: string) => `未对“${check}”作出核验。`,
    unchecked: '没有核验的事项',
    uncheckedNote: '以下事项没有核验，不能当作已经通过：',
    aspects: '四个方面',
    partly: '部分未核验',
    subject: '核验对象',
    images: '图像',
    signature: (n: number) => `签名 ${n}`,
    details: (n: number) => `核验明细（供专业人员查阅，共 ${n} 项）`,
    columns: ['核验项', '结果', '说明', '代码', '依据', '详情'],
    footer: '本页只是一次核验结果的展示，本身没有签名，不能作为凭证。需要确认时，请对原文件重新核验。',
  },
  en: {
    ...en,
    reasons: { valid: '', invalid: 'Why it is invalid', indeterminate: 'Why we cannot tell' },
    unanswered: (check: string) => `Nothing answered the check “${check}”.`,
    unchecked: 'What was not checked',
    uncheckedNote: 'Nobody looked at the following. Do not read it as passed:',
    aspects: 'Four questions',
    partly: 'in part not checked',
    subject: 'What was checked',
    images: 'Pictures',
    signature: (n: number) => `Signature ${n}`,
    details: (n: number) => `All findings, for experts (${n})`,
    columns: ['Check', 'Outcome', 'Meaning', 'Code', 'Clause', 'Detail'],
    footer:
      'This page shows the result of one check. It is not signed and proves nothing by itself: to be sure, check the original file again.',
  },
} as const;

type Texts = (typeof TEXTS)['zh' | 'en'];

const MARK: Readonly<Record<Verdict, string>> = { valid: '✓', invalid: '✗', indeterminate: '?' };

/**
 * The page as text; write it as UTF-8.
 *
 * @throws GovError `invalid-argument` for an image that is not a base64 `data:` URI of a known picture type,
 *   `limit-exceeded` for signatures nested deeper than `REPORT_MAX_DEPTH`
 *
 * @example
 * import { DEFAULT_REQUIRED, report } from '@gov/verdict';
 * import { reportHtml } from '@gov/verdict/html';
 * const answer = report({}, [{ check: 'integrity', outcome: 'fail', code: 'digest-mismatch' }], { required: DEFAULT_REQUIRED });
 * const page = reportHtml(answer, { lang: 'zh', title: '电子证照核验报告', subjectRows: [['文件', '营业执照.pdf']] });
 */
export function reportHtml(report: Report, options: ReportHtmlOptions): string {
  const texts = TEXTS[options.lang];
  const title = escapeHtml(options.title);
  const body = `<h1><bdi>${title}</bdi></h1>
${verdictPanel(report.verdict, texts, '')}
${reasons(report, texts, 2)}
${cards(report, texts)}
${unchecked(report, texts, 2)}
${rows(options.subjectRows, texts.subject)}
${images(options.images ?? [], texts.images)}
${details(report, texts)}
${signatures(report, texts, options.signatureRows ?? [], 1)}
<footer><p>${texts.footer}</p></footer>`;
  return htmlPage({ lang: options.lang, title: options.title, body });
}

export interface HtmlPageOptions {
  readonly lang: 'zh' | 'en';
  readonly title: string;
  /** HTML; text from outside in it has gone through `escapeHtml`. */
  readonly body: string;
  /** CSS besides that of all reports. */
  readonly style?: string;
}

/** The shell of every report: it loads nothing and runs nothing, whatever slipped into its body. */
export function htmlPage({ lang, title, body, style = '' }: HtmlPageOptions): string {
  return `<!doctype html>
<html lang="${lang === 'zh' ? 'zh-CN' : 'en'}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`;
}

function verdictPanel(verdict: Verdict, texts: Texts, size: '' | ' small'): string {
  return `<div class="verdict ${known(verdict)}${size}"><span class="mark" aria-hidden="true">${MARK[known(verdict)]}</span>
<div><strong>${texts.verdictText[known(verdict)]}</strong><p>${texts.verdictExplanation[known(verdict)]}</p></div></div>`;
}

/** A report read from JSON may say anything: what is no verdict is shown as none. */
const known = (verdict: Verdict): Verdict => (Object.hasOwn(MARK, verdict) ? verdict : 'indeterminate');

function reasons(report: Report, texts: Texts, level: number): string {
  const verdict = known(report.verdict);
  if (verdict === 'valid') return '';
  const counted = everyReport(report).flatMap(({ findings, required }) =>
    findings.filter(({ check, outcome }) =>
      verdict === 'invalid' ? outcome === 'fail' : isOpen(outcome) && required.includes(check),
    ),
  );
  const sentences = counted.map(({ code }) => text(texts.findingText, code));
  if (verdict === 'indeterminate') {
    for (const { findings, required } of everyReport(report)) {
      const unanswered = required.filter((check) => !findings.some((finding) => finding.check === check));
      sentences.push(...unanswered.map((check) => texts.unanswered(text(texts.checkText, check))));
    }
  }
  if (sentences.length === 0) return '';
  return `<section>${heading(level, texts.reasons[verdict])}${list(sentences)}</section>`;
}

function cards(report: Report, texts: Texts): string {
  const answers = reportAspects(report);
  const open = everyFinding(report).filter(({ outcome }) => isOpen(outcome));
  const items = (Object.keys(texts.aspectText) as (keyof Aspects)[]).map((aspect) => {
    const answer = answers[aspect];
    // A yes in which something was left open must not read like one in which nothing was.
    const partly = answer === 'yes' && open.some((finding) => isAbout(finding, aspect));
    const remark = partly ? ` <span class="remark">${texts.partly}</span>` : '';
    return `<li class="${answer}"><b>${texts.aspectText[aspect]}</b> <span class="answer">${texts.answerText[answer]}</span>${remark}<small>${texts.aspectQuestion[aspect]}</small></li>`;
  });
  return `<ul class="cards" aria-label="${texts.aspects}">${items.join('')}</ul>`;
}

/** Only the aspect a finding belongs to has any answer when it is asked alone. */
const isAbout = (finding: Finding, aspect: keyof Aspects): boolean =>
  aspects([finding], { required: [] })[aspect] !== 'unknown';

function unchecked(report: Report, texts: Texts, level: number): string {
  const codes = everyReport(report).flatMap((each) => each.unchecked);
  if (codes.length === 0) return '';
  const sentences = codes.map((code) => text(texts.findingText, code));
  return `<section class="open">${heading(level, texts.unchecked)}<p>${texts.uncheckedNote}</p>${list(sentences)}</section>`;
}

function rows(subjectRows: readonly SubjectRow[], title: string): string {
  if (subjectRows.length === 0) return '';
  const pairs = subjectRows.map(([label, value]) => `<dt>${bdi(label)}</dt><dd>${bdi(value)}</dd>`);
  return `<section>${title === '' ? '' : heading(2, title)}<dl>${pairs.join('')}</dl></section>`;
}

const PICTURE = /^data:image\/(?:png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}$/;

function images(pictures: readonly ReportImage[], title: string): string {
  if (pictures.length === 0) return '';
  const tags = pictures.map(({ alt, dataUri }) => {
    if (!PICTURE.test(dataUri))
      throw new GovError('invalid-argument', 'an image must be a base64 data: URI of a picture');
    return `<img src="${dataUri}" alt="${escapeHtml(alt)}">`;
  });
  return `<section>${heading(2, title)}<div class="images">${tags.join('')}</div></section>`;
}

function details(report: Report, texts: Texts): string {
  if (report.findings.length === 0) return '';
  const head = texts.columns.map((column) => `<th scope="col">${column}</th>`).join('');
  const body = report.findings.map(({ check, outcome, code, clause, detail }) => {
    const cells = [
      `<td>${escapeHtml(text(texts.checkText, check))}</td>`,
      `<td${outcome === 'fail' ? ' class="fail"' : ''}>${escapeHtml(text(texts.outcomeText, outcome))}</td>`,
      `<td>${escapeHtml(text(texts.findingText, code))}</td>`,
      `<td><code>${escapeHtml(code)}</code></td>`,
      `<td>${bdi(clause ?? '')}</td>`,
      `<td lang="en">${bdi(detail ?? '')}</td>`,
    ];
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<details><summary>${texts.details(report.findings.length)}</summary><div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div></details>`;
}

function signatures(
  report: Report,
  texts: Texts,
  signatureRows: readonly (readonly SubjectRow[])[],
  depth: number,
): string {
  const nested = report.signatures ?? [];
  if (nested.length > 0 && depth > REPORT_MAX_DEPTH)
    throw new GovError('limit-exceeded', `signatures nested deeper than ${REPORT_MAX_DEPTH}`);
  const sections = nested.map(
    (signature, i) => `<section class="signature">
${heading(depth + 1, texts.signature(i + 1))}
${verdictPanel(signature.verdict, texts, ' small')}
${reasons(signature, texts, depth + 2)}
${rows(signatureRows[i] ?? [], '')}
${cards(signature, texts)}
${unchecked(signature, texts, depth + 2)}
${details(signature, texts)}
${signatures(signature, texts, [], depth + 1)}
</section>`,
  );
  return sections.join('\n');
}

/** Over several signatures each question has the worst answer: no before cannot tell before yes. */
function reportAspects(report: Report): Aspects {
  const answers = [aspects(everyFinding(report), report), ...(report.signatures ?? []).map(reportAspects)];
  const worst = (aspect: keyof Aspects): Answer => {
    const given = answers.map((answer) => answer[aspect]);
    return given.includes('no') ? 'no' : given.includes('unknown') ? 'unknown' : 'yes';
  };
  return {
    intact: worst('intact'),
    authentic: worst('authentic'),
    trusted: worst('trusted'),
    current: worst('current'),
  };
}

function everyReport(report: Report, depth = 0): Report[] {
  if (depth > REPORT_MAX_DEPTH)
    throw new GovError('limit-exceeded', `signatures nested deeper than ${REPORT_MAX_DEPTH}`);
  return [report, ...(report.signatures ?? []).flatMap((signature) => everyReport(signature, depth + 1))];
}

const everyFinding = (report: Report): Finding[] => everyReport(report).flatMap(({ findings }) => findings);

const isOpen = (outcome: Finding['outcome']): boolean => outcome === 'unknown' || outcome === 'skipped';

/** A code this version has no text for is shown as it is. */
const text = (table: Readonly<Record<string, string>>, code: string): string =>
  (Object.hasOwn(table, code) ? table[code] : undefined) ?? code;

const heading = (level: number, title: string): string => {
  const name = `h${Math.min(level, 6)}`;
  return `<${name}>${title}</${name}>`;
};

const list = (sentences: readonly string[]): string =>
  `<ul>${[...new Set(sentences)].map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join('')}</ul>`;

/** A value from outside, kept from turning the text around it. */
const bdi = (value: string): string => `<bdi>${escapeHtml(value)}</bdi>`;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for an element or a quoted attribute; control and direction characters become visible (U+FFFD). */
export function escapeHtml(value: string): string {
  return value
    .replace(/[&<>"']/g, (char) => ENTITIES[char] ?? '')
    .replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, (char) =>
      char === '\n' || char === '\t' ? char : '\ufffd',
    );
}
