/** The differences as one HTML page for people (改动报告): no script, no outside resource. */
import { escapeHtml, htmlPage } from '@gov/verdict/html';
import { encode } from 'fast-png';
import type { PdfDiff } from './difference.js';
import type { ComparedPages, PageComparison } from './pictures.js';
import type { PagePicture } from './regions.js';
import { type DiffLanguage, levelText, sentenceOf, sentencesOf } from './words.js';

export interface Comparison {
  readonly diff: PdfDiff;
  /** What the older revision is, e.g. the name of the signature that covers it. */
  readonly title?: string;
  /** Without it the report has no pictures, and says so. */
  readonly compared?: ComparedPages;
}

export interface DiffHtmlOptions {
  readonly lang: DiffLanguage;
  readonly title: string;
  /** Why there are no pictures, for people. */
  readonly whyNoPictures?: string;
}

const TEXTS = {
  zh: {
    revisions: (from: number, to: number) => `第 ${from} 版 → 第 ${to} 版`,
    changes: '改动',
    none: '没有改动。',
    pictures: '页面对比',
    same: '画出的页面没有可见的差别。',
    before: (page: number) => `改动前：第 ${page} 页`,
    after: (page: number) => `改动后：第 ${page} 页`,
    missing: '无此页',
    omitted: (count: number) => `另有 ${count} 页未画出或未能画出。`,
    noPictures: '没有页面图像：',
    unknown: '未能加载页面渲染组件',
    experts: (count: number) => `改动明细（供专业人员查阅，共 ${count} 项）`,
    columns: ['版本', '级别', '改动', '代码', '详情'],
    footer:
      '本页只说明文件的各个版本有何不同，不对签名作出核验，本身没有签名，不能作为凭证。红框标出显示不同的部分；不同的阅读器显示可能略有差别。',
  },
  en: {
    revisions: (from: number, to: number) => `Revision ${from} → revision ${to}`,
    changes: 'What changed',
    none: 'Nothing was changed.',
    pictures: 'The pages side by side',
    same: 'The pages that were drawn show no difference.',
    before: (page: number) => `Before: page ${page}`,
    after: (page: number) => `After: page ${page}`,
    missing: 'no such page',
    omitted: (count: number) => `${count} more pages were not drawn, or could not be.`,
    noPictures: 'There are no pictures: ',
    unknown: 'no renderer was loaded',
    experts: (count: number) => `All changes, for experts (${count})`,
    columns: ['Revision', 'Level', 'Change', 'Code', 'Detail'],
    footer:
      'This page says how revisions of one file differ. It verifies no signature, is not signed and proves nothing by itself. Red frames mark what shows differently; other viewers may show pages slightly otherwise.',
  },
} as const;

type Texts = (typeof TEXTS)[DiffLanguage];

/** Rows of the table for experts. */
const MAX_ROWS = 1000;

/** Sentences of the list. */
const MAX_SENTENCES = 200;

const STYLE = `
main{max-width:76rem}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:1rem;margin:1rem 0;break-inside:avoid}
.pair figure{margin:0}
.pair figcaption{color:var(--soft);font-size:.9rem}
.pair img{display:block;width:100%;height:auto;border:1px solid var(--line);background:#fff}
.pair .absent{display:grid;place-items:center;min-height:8rem;border:1px dashed var(--line);color:var(--soft)}
`;

/**
 * The page as text; write it as UTF-8. Revisions are counted from 1 here, as people count.
 *
 * @example
 * import { diffHtml, diffPdf } from '@gov/e-seal/pdf/diff';
 * const page = diffHtml([{ diff: diffPdf(doc) }], { lang: 'zh', title: '合同.pdf 的改动' });
 */
export function diffHtml(comparisons: readonly Comparison[], options: DiffHtmlOptions): string {
  const { lang, title, whyNoPictures } = options;
  const texts = TEXTS[lang];
  const sections = comparisons.map((comparison) => section(comparison, lang, texts, whyNoPictures)).join('\n');
  const body = `<h1>${bdi(title)}</h1>
${sections === '' ? `<p>${texts.none}</p>` : sections}
<footer><p>${texts.footer}</p></footer>`;
  return htmlPage({ lang, title, body, style: STYLE });
}

function section(
  { diff, title, compared }: Comparison,
  lang: DiffLanguage,
  texts: Texts,
  whyNoPictures: string | undefined,
): string {
  const revisions = texts.revisions(diff.from + 1, diff.to + 1);
  const sentences = sentencesOf(diff.differences, lang);
  const shown = sentences.slice(0, MAX_SENTENCES).map((sentence) => `<li>${bdi(sentence)}</li>`);
  if (sentences.length > MAX_SENTENCES) shown.push(`<li>… (${sentences.length})</li>`);
  return `<section>
<h2>${title === undefined ? revisions : `${bdi(title)} <small>${revisions}</small>`}</h2>
<p><b>${levelText(diff.level, lang)}</b></p>
${shown.length === 0 ? '' : `<h3>${texts.changes}</h3><ul>${shown.join('')}</ul>`}
${diff.level === 'none' ? '' : pictures(compared, texts, whyNoPictures)}
${experts(diff, lang, texts)}
</section>`;
}

function pictures(compared: ComparedPages | undefined, texts: Texts, why: string | undefined): string {
  if (compared === undefined) return `<p class="open">${texts.noPictures}${escapeHtml(why ?? texts.unknown)}</p>`;
  const pairs = compared.pages.map((page) => pair(page, texts)).join('\n');
  const omitted = compared.omitted === 0 ? '' : `<p class="open">${texts.omitted(compared.omitted)}</p>`;
  return `<h3>${texts.pictures}</h3>${pairs === '' ? `<p>${texts.same}</p>` : pairs}${omitted}`;
}

function pair({ before, after, pictureBefore, pictureAfter }: PageComparison, texts: Texts): string {
  const side = (
    page: number | undefined,
    picture: PagePicture | undefined,
    caption: (page: number) => string,
  ): string =>
    page === undefined || picture === undefined
      ? `<figure><div class="absent">${texts.missing}</div></figure>`
      : `<figure><figcaption>${caption(page)}</figcaption><img alt="${caption(page)}" src="${dataUri(picture)}"></figure>`;
  return `<div class="pair">${side(before, pictureBefore, texts.before)}${side(after, pictureAfter, texts.after)}</div>`;
}

function dataUri({ width, height, rgba }: PagePicture): string {
  const png = encode({ width, height, data: rgba, channels: 4, depth: 8 });
  return `data:image/png;base64,${base64(png)}`;
}

/** In pieces: a function takes only so many arguments. */
function base64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

function experts({ differences }: PdfDiff, lang: DiffLanguage, texts: Texts): string {
  if (differences.length === 0) return '';
  const head = texts.columns.map((column) => `<th scope="col">${column}</th>`).join('');
  const rows = differences.slice(0, MAX_ROWS).map((difference) => {
    const { revision, level, code, detail } = difference;
    const cells = [
      String(revision + 1),
      escapeHtml(levelText(level, lang)),
      bdi(sentenceOf(difference, lang)),
      `<code>${escapeHtml(code)}</code>`,
      `<span lang="en">${bdi(detail)}</span>`,
    ];
    return `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  });
  return `<details><summary>${texts.experts(differences.length)}</summary><div class="scroll"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div></details>`;
}

/** A value from outside, kept from turning the text around it. */
const bdi = (value: string): string => `<bdi>${escapeHtml(value)}</bdi>`;
