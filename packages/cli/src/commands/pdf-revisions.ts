/** `gov pdf revisions`: the savings of a file, and the exact bytes that a signature covered. */

import { levelText } from '@gov/e-seal/pdf/diff';
import { changesSince, chunksOf, type PdfDocument, signaturesOf, signedRevision } from '@gov/pdf';
import { GovError } from '@gov/verdict';
import { command } from '../command.js';
import { writeOutputs } from '../files.js';
import type { Language } from '../output.js';
import { PDF_PASSWORD, pdfPassword, withPdf } from '../pdf-input.js';
import { tableLines } from '../table.js';

export const pdfRevisions = command({
  noun: 'pdf',
  verb: 'revisions',
  about: { en: 'list the revisions of a PDF, or take one out', zh: '列出 PDF 的各个版本，或导出某个签名所签的版本' },
  words: ['F.pdf'],
  options: {
    extract: {
      type: 'string',
      value: 'N',
      about: { en: 'write the exact bytes that signature N covered', zh: '导出第 N 个签名所覆盖的原始字节' },
    },
    out: { type: 'string', value: 'OUT.pdf', about: { en: 'where they go', zh: '导出的文件' } },
    password: PDF_PASSWORD,
  },
  async run([path], values, { force, lang, readStdin }) {
    const { extract, out } = values;
    if ((extract === undefined) !== (out === undefined))
      throw new GovError('usage', '--extract N goes with --out OUT.pdf');
    const password = await pdfPassword(values.password, readStdin);
    return withPdf(path!, { password }, async (doc) => {
      const signatures = signaturesOf(doc).map(({ fieldName, revisionIndex, dict }, index) => ({
        number: index + 1,
        field: fieldName,
        ...(revisionIndex === undefined ? {} : { revision: revisionIndex + 1 }),
        dict,
      }));
      if (extract !== undefined && out !== undefined) {
        const all = signaturesOf(doc);
        const chosen = /^[1-9]\d{0,8}$/.test(extract) ? all[Number(extract) - 1] : undefined;
        if (chosen === undefined)
          throw new GovError('usage', `--extract is a signature from 1 to ${all.length}, not "${extract}"`);
        const signed = signedRevision(doc, chosen);
        const content = async function* () {
          yield* chunksOf(signed, 0, signed.length);
        };
        await writeOutputs([{ path: out, content: content() }], force);
        return { kind: 'done', json: { pdf: out, bytes: signed.length, field: chosen.fieldName }, lines: [out] };
      }
      const revisions = doc.revisions.map(({ index, end, kind }) => ({
        revision: index + 1,
        bytes: end,
        kind,
        signatures: signatures.filter(({ revision }) => revision === index + 1).map(({ field }) => field),
        ...(index === 0 ? {} : { changes: changesSince(doc.asOf(index), index - 1).level }),
      }));
      const json = { revisions, signatures: signatures.map(({ dict: _, ...rest }) => rest) };
      return { kind: 'done', json, lines: linesOf(revisions, lang) };
    });
  },
});

interface Row {
  readonly revision: number;
  readonly bytes: number;
  readonly kind: PdfDocument['revisions'][number]['kind'];
  readonly signatures: readonly string[];
  readonly changes?: Parameters<typeof levelText>[0];
}

function linesOf(rows: readonly Row[], lang: Language): string[] {
  const head =
    lang === 'zh'
      ? ['版本', '字节', '交叉引用', '签名', '改动']
      : ['revision', 'bytes', 'xref', 'signatures', 'changes'];
  const body = rows.map(({ revision, bytes, kind, signatures, changes }) => [
    String(revision),
    String(bytes),
    kind,
    signatures.join(', ') || '-',
    changes === undefined ? '-' : levelText(changes, lang),
  ]);
  return tableLines([head, ...body]);
}
