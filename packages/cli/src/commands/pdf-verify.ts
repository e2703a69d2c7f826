/** `gov pdf verify`: every signature of a PDF. */
import { basename } from 'node:path';
import { type PdfSignatureSubject, verifyPdf } from '@gov/e-seal/pdf';
import { openFile } from '@gov/pdf/file';
import type { Report } from '@gov/verdict';
import { reportHtml, type SubjectRow } from '@gov/verdict/html';
import { TRUST_OPTIONS, trustOf } from '../arguments.js';
import { command } from '../command.js';
import { writeOutputs } from '../files.js';
import type { Language } from '../output.js';
import { PDF_PASSWORD, pdfPassword } from '../pdf-input.js';

export const pdfVerify = command({
  noun: 'pdf',
  verb: 'verify',
  about: { en: 'verify the seals and signatures of a PDF', zh: '验证 PDF 上的签章和签名' },
  words: ['F.pdf'],
  options: {
    ...TRUST_OPTIONS,
    password: PDF_PASSWORD,
    html: {
      type: 'string',
      value: 'OUT.html',
      about: { en: 'write the report as a page', zh: '将核验报告输出为网页' },
    },
  },
  async run([path], values, { at, force, lang, readStdin }) {
    const password = await pdfPassword(values.password, readStdin);
    const trust = await trustOf(values, at);
    const file = openFile(path!);
    try {
      const report = await verifyPdf(file, { at, ...trust, ...(password === undefined ? {} : { password }) });
      const signatures = (report.signatures ?? []) as readonly Report<PdfSignatureSubject>[];
      const headings = signatures.map(({ subject }) => headingOf(subject, lang));
      if (values.html !== undefined) {
        const { pages, revisions } = report.subject;
        const content = reportHtml(report, {
          lang,
          title: lang === 'zh' ? 'PDF 签章核验报告' : 'Verification of the signatures of a PDF',
          subjectRows: [
            [lang === 'zh' ? '文件' : 'File', basename(path!)],
            [lang === 'zh' ? '页数' : 'Pages', String(pages)],
            [lang === 'zh' ? '版本数' : 'Revisions', String(revisions)],
            [lang === 'zh' ? '核验时间' : 'Checked at', at.toISOString()],
          ],
          signatureRows: signatures.map(({ subject }) => rowsOf(subject, lang)),
        });
        await writeOutputs([{ path: values.html, content }], force);
      }
      return { kind: 'report', report, headings };
    } finally {
      file.close();
    }
  },
});

const TYPES: Readonly<Record<Language, Readonly<Record<PdfSignatureSubject['type'], string>>>> = {
  zh: { seal: '电子签章', cms: '数字签名', timestamp: '文档时间戳', unknown: '未知类型的签名' },
  en: { seal: 'seal', cms: 'signature', timestamp: 'document timestamp', unknown: 'signature of an unknown kind' },
};

/** Which of several signatures this is: its kind, its field, its seal or signer, where it shows. */
function headingOf(subject: PdfSignatureSubject, lang: Language): string {
  const { type, field, level, pages } = subject;
  const name = subject.seal?.seal.name ?? subject.signer;
  const where = pages.length === 0 ? '' : lang === 'zh' ? `第 ${listed(pages)} 页` : `page ${listed(pages)}`;
  const kind = `${TYPES[lang][type]}${level === undefined ? '' : ` ${level}`}`;
  return [kind, `“${field}”`, name, where].filter((part) => part !== undefined && part !== '').join('  ');
}

/** Page numbers in order as people write them: 1-3, 7. */
function listed(pages: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const page of pages) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] + 1 === page) run[1] = page;
    else runs.push([page, page]);
  }
  const shown = runs.slice(0, MAX_RUNS).map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`));
  return `${shown.join(', ')}${runs.length > MAX_RUNS ? ' …' : ''}`;
}

/** Runs of pages that one line names. */
const MAX_RUNS = 20;

const LABELS = {
  zh: {
    type: '类型',
    field: '签名域',
    seal: '印章',
    signer: '签章人',
    pages: '页',
    time: '签章时间',
    covers: '签署的版本',
    claimed: '自称',
    proved: '已由时间戳证明',
  },
  en: {
    type: 'Kind',
    field: 'Field',
    seal: 'Seal',
    signer: 'Signer',
    pages: 'Pages',
    time: 'Signed at',
    covers: 'Revision',
    claimed: 'claimed',
    proved: 'proved',
  },
} as const;

function rowsOf(subject: PdfSignatureSubject, lang: Language): SubjectRow[] {
  const labels = LABELS[lang];
  const { signingTime, signer, revision, pages, level } = subject;
  const name = subject.seal?.seal.name;
  return [
    [labels.type, `${TYPES[lang][subject.type]}${level === undefined ? '' : ` ${level}`}`],
    [labels.field, subject.field],
    ...(name === undefined ? [] : [[labels.seal, name] as const]),
    ...(signer === undefined ? [] : [[labels.signer, signer] as const]),
    ...(signingTime === undefined
      ? []
      : [[labels.time, `${signingTime.value} (${labels[signingTime.basis]})`] as const]),
    ...(revision === undefined ? [] : [[labels.covers, String(revision)] as const]),
    ...(pages.length === 0 ? [] : [[labels.pages, listed(pages)] as const]),
  ];
}
