/** `gov pdf diff`: what later revisions changed, in words and pictures. */
import { basename } from 'node:path';
import {
  type Comparison,
  comparePages,
  diffHtml,
  diffPdf,
  levelText,
  type PdfDiff,
  sentenceOf,
  sentencesOf,
} from '@gov/e-seal/pdf/diff';
import { pdfiumRenderer } from '@gov/e-seal/pdf/render';
import { type PdfDocument, signaturesOf } from '@gov/pdf';
import { GovError, isGovError } from '@gov/verdict';
import { command } from '../command.js';
import { writeOutputs } from '../files.js';
import { interruptible } from '../interrupt.js';
import type { Language } from '../output.js';
import { PDF_PASSWORD, pdfPassword, withPdf } from '../pdf-input.js';

export const pdfDiff = command({
  noun: 'pdf',
  verb: 'diff',
  about: { en: 'say what later revisions of a PDF changed', zh: '说明 PDF 的后续版本改动了什么' },
  words: ['F.pdf'],
  options: {
    from: {
      type: 'string',
      value: 'N',
      about: {
        en: 'older revision, from 1 (each that is signed)',
        zh: '较旧的版本，从 1 起（默认为每个已签名的版本）',
      },
    },
    to: { type: 'string', value: 'N', about: { en: 'newer revision (the newest)', zh: '较新的版本（默认最新）' } },
    html: {
      type: 'string',
      value: 'OUT.html',
      about: {
        en: 'a page with pictures before and after (needs @embedpdf/pdfium)',
        zh: '输出前后对比的网页（图像需安装 @embedpdf/pdfium）',
      },
    },
    password: PDF_PASSWORD,
  },
  async run([path], values, { force, lang, readStdin }) {
    const from = revisionOf(values.from, 'from');
    const to = revisionOf(values.to, 'to');
    const password = await pdfPassword(values.password, readStdin);
    return withPdf(path!, { password }, async (doc) => {
      const comparisons = comparisonsOf(doc, from, to);
      if (values.html !== undefined) {
        const content = await pageOf(doc, comparisons, { lang, title: basename(path!), password });
        await writeOutputs([{ path: values.html, content }], force);
      }
      return {
        kind: 'done',
        json: {
          comparisons: comparisons.map(({ diff, title }) => jsonOf(diff, title)),
          ...(values.html === undefined ? {} : { html: values.html }),
        },
        lines: [
          ...comparisons.flatMap((comparison) => linesOf(comparison, lang)),
          ...(values.html === undefined ? [] : [values.html]),
        ],
      };
    });
  },
});

function revisionOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new GovError('usage', `--${name} is a revision from 1, not "${text}"`);
  return Number(text) - 1;
}

/** Each signed revision against the newer one, or the one that was asked for. */
function comparisonsOf(doc: PdfDocument, from: number | undefined, to: number | undefined): Comparison[] {
  const end = to ?? doc.revisions.length - 1;
  const options = to === undefined ? {} : { to };
  if (from !== undefined) return [{ diff: diffPdf(doc, { from, ...options }) }];
  const signed = new Map<number, string[]>();
  for (const { revisionIndex, fieldName } of signaturesOf(doc))
    if (revisionIndex !== undefined && revisionIndex < end)
      signed.set(revisionIndex, [...(signed.get(revisionIndex) ?? []), fieldName]);
  if (signed.size === 0) return [{ diff: diffPdf(doc, options) }];
  return [...signed]
    .sort(([a], [b]) => a - b)
    .map(([index, fields]) => ({ diff: diffPdf(doc, { from: index, ...options }), title: fields.join(', ') }));
}

interface PageOptions {
  readonly lang: Language;
  readonly title: string;
  readonly password: Uint8Array | undefined;
}

/** With pictures where there is a renderer. */
async function pageOf(doc: PdfDocument, comparisons: readonly Comparison[], options: PageOptions): Promise<string> {
  const { lang, title, password } = options;
  const heading = lang === 'zh' ? `“${title}”的改动` : `What changed in “${title}”`;
  const renderer = await pdfiumRenderer().catch((error) => {
    if (!isGovError(error) || error.code !== 'backend-unavailable') throw error;
    return error;
  });
  if (isGovError(renderer)) {
    const whyNoPictures = lang === 'zh' ? '未安装 @embedpdf/pdfium' : renderer.message;
    return diffHtml(comparisons, { lang, title: heading, whyNoPictures });
  }
  const { renderPage, close } = renderer;
  try {
    return await interruptible(async (signal) => {
      const drawn: Comparison[] = [];
      for (const comparison of comparisons)
        drawn.push({
          ...comparison,
          compared: await comparePages(doc, comparison.diff, {
            renderPage,
            signal,
            ...(password === undefined ? {} : { password }),
          }),
        });
      return diffHtml(drawn, { lang, title: heading });
    });
  } finally {
    close();
  }
}

/** Revisions counted from 1, as everywhere on the command line. */
const jsonOf = (
  { from, to, level, differences }: PdfDiff,
  title: string | undefined,
): Readonly<Record<string, unknown>> => ({
  ...(title === undefined ? {} : { signatures: title }),
  from: from + 1,
  to: to + 1,
  level,
  changes: differences.map(({ revision, ...difference }) => ({
    revision: revision + 1,
    ...difference,
    sentence: sentenceOf({ revision, ...difference }, 'en'),
    sentenceZh: sentenceOf({ revision, ...difference }, 'zh'),
  })),
});

function linesOf({ diff, title }: Comparison, lang: Language): string[] {
  const revisions =
    lang === 'zh' ? `版本 ${diff.from + 1} → ${diff.to + 1}` : `revision ${diff.from + 1} → ${diff.to + 1}`;
  const heading = title === undefined ? revisions : `${title}  ${revisions}`;
  return [
    `${heading}: ${levelText(diff.level, lang)}`,
    ...sentencesOf(diff.differences, lang).map((line) => `  ${line}`),
  ];
}
