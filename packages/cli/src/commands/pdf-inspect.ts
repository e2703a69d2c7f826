/** `gov pdf inspect`: what a PDF is, and what to know before it is sealed. */
import { certificationOf, emptySignatureFields, sealingHazards, signaturesOf } from '@gov/pdf';
import { command } from '../command.js';
import { PDF_PASSWORD, PDF_REPAIR, pdfPassword, withPdf } from '../pdf-input.js';
import { tableLines } from '../table.js';

const LABELS = {
  zh: {
    pages: '页数',
    revisions: '版本数',
    signatures: '签名',
    emptyFields: '空签名域',
    certification: '认证级别',
    encryption: '加密',
    none: '盖章前没有需要提示的事项。',
  },
  en: {
    pages: 'pages',
    revisions: 'revisions',
    signatures: 'signatures',
    emptyFields: 'empty signature fields',
    certification: 'certified',
    encryption: 'encrypted',
    none: 'Nothing to warn of before sealing.',
  },
} as const;

export const pdfInspect = command({
  noun: 'pdf',
  verb: 'inspect',
  about: { en: 'what to know of a PDF before it is sealed', zh: '盖章前查看 PDF 及提示' },
  words: ['F.pdf'],
  options: { password: PDF_PASSWORD, repair: PDF_REPAIR },
  async run([path], values, { lang, readStdin }) {
    const password = await pdfPassword(values.password, readStdin);
    return withPdf(path!, { password, repair: values.repair }, (doc) => {
      const certification = certificationOf(doc);
      const encryption = doc.encryption;
      const facts = {
        bytes: doc.length,
        pages: doc.pageCount,
        revisions: doc.revisions.length,
        signatures: signaturesOf(doc).map(({ fieldName }) => fieldName),
        emptyFields: emptySignatureFields(doc).map(({ fieldName }) => fieldName),
        ...(certification === undefined ? {} : { certification }),
        ...(encryption === undefined
          ? {}
          : { encryption: { method: encryption.method, keyBits: encryption.keyBits, role: encryption.role } }),
      };
      const hazards = sealingHazards(doc);
      const labels = LABELS[lang];
      const rows = Object.entries(facts).flatMap(([key, value]) => {
        if (!Object.hasOwn(labels, key)) return [];
        const text = Array.isArray(value)
          ? value.join(', ') || '-'
          : typeof value === 'object'
            ? Object.values(value).join(' ')
            : String(value);
        return [[labels[key as keyof typeof labels], text]];
      });
      const lines = [...tableLines(rows), ...(hazards.length === 0 ? [labels.none] : [])];
      return { kind: 'done', json: facts, lines, warnings: hazards };
    });
  },
});
