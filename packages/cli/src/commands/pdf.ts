/** `gov pdf`: sealing PDFs and verifying their seals. */
import { readSeal } from '@gov/e-seal';
import { sealPdf, verifyPdf } from '@gov/e-seal/pdf';
import { GovError } from '@gov/verdict';
import { certificateOf, numberOf, PASSWORD_FILE, signerOf, TRUST_OPTIONS, trustOf } from '../arguments.js';
import { type Command, command } from '../command.js';
import { readInput, writeOutputs } from '../files.js';

const seal = command({
  noun: 'pdf',
  verb: 'seal',
  about: { en: 'seal a PDF', zh: '为 PDF 盖章' },
  words: ['IN.pdf'],
  options: {
    seal: { type: 'string', value: 'F.esl', about: 'the seal', required: true },
    cert: { type: 'string', value: 'C', about: "the signer's certificate", required: true },
    key: { type: 'string', value: 'K', about: "the signer's private key", required: true },
    'key-password-file': PASSWORD_FILE,
    page: { type: 'string', value: 'N', about: 'page, from 1', required: true },
    x: { type: 'string', value: 'MM', about: "the seal's centre from the left edge as seen", required: true },
    y: { type: 'string', value: 'MM', about: "the seal's centre from the lower edge as seen", required: true },
    out: { type: 'string', value: 'OUT.pdf', about: 'the sealed file', required: true },
  },
  async run([file], values, { at, force, readStdin }) {
    const page = numberOf(values.page, 'page');
    if (!Number.isInteger(page)) throw new GovError('usage', '--page is a whole number');
    const sealed = await sealPdf(await readInput(file!), {
      seal: readSeal(await readInput(values.seal)),
      certificate: await certificateOf(values.cert),
      signer: await signerOf(values.key, values['key-password-file'], readStdin),
      page,
      xMm: numberOf(values.x, 'x'),
      yMm: numberOf(values.y, 'y'),
      time: at,
    });
    await writeOutputs([{ path: values.out, content: sealed }], force);
    return { kind: 'done', json: { pdf: values.out, bytes: sealed.length }, lines: [values.out] };
  },
});

const verify = command({
  noun: 'pdf',
  verb: 'verify',
  about: { en: 'verify the seals of a PDF', zh: '验证 PDF 上的签章' },
  words: ['F.pdf'],
  options: TRUST_OPTIONS,
  async run([file], values, { at }) {
    const options = { at, ...(await trustOf(values, at)) };
    return { kind: 'report', report: await verifyPdf(await readInput(file!), options) };
  },
});

export const PDF_COMMANDS: readonly Command[] = [seal, verify];
