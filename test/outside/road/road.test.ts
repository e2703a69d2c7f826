import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { embeddedFiles, openPdf, signaturesOf } from '@gov/pdf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tool, workFolder } from '../tools.js';
import { gov, issueRoad, TRUST } from './gov.js';

const sample = join(import.meta.dirname, '../../../examples/license/food-business.json');
const qpdf = tool('qpdf');
const pdfsig = tool('pdfsig', '-v');
const pdftoppm = tool('pdftoppm', '-v');
const pdftotext = tool('pdftotext', '-v');
const openssl = tool('openssl', 'version');

let folder: ReturnType<typeof workFolder>;
let pdf: string;

beforeAll(() => {
  folder = workFolder();
  const identifier = issueRoad(folder.path, sample);
  pdf = join('licences', `${identifier}.pdf`);
});
afterAll(() => folder?.[Symbol.dispose]());

const read = (name: string): Buffer => readFileSync(join(folder.path, name));
const verdict = (file: string): string =>
  JSON.parse(gov(folder.path, `license verify ${file} ${TRUST} --json`).stdout).verdict;

describe('the road, through the installed command', () => {
  it('is verified from the PDF, the picture and the text', () => {
    for (const file of [pdf, pdf.replace('.pdf', '.qr.png'), pdf.replace('.pdf', '.qr.txt')])
      expect(verdict(file)).toBe('valid');
    const text = read(pdf.replace('.pdf', '.qr.txt'));
    expect(gov(folder.path, `license verify - ${TRUST}`, text).status).toBe(0);
  });

  it('ends with 1, 2 and 3 where it should', () => {
    const text = read(pdf.replace('.pdf', '.qr.txt')).toString();
    // One character in the middle: the last ones may well be zeros, a deflate stream ends with some.
    const at = text.length >> 1;
    folder.write('bad.txt', `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`);
    expect(gov(folder.path, `license verify bad.txt ${TRUST}`).status).toBe(1);
    expect(gov(folder.path, 'license verify nothing.txt').status).toBe(2);
    expect(gov(folder.path, `license verify ${pdf.replace('.pdf', '.qr.txt')} --trust ca/root.crt.pem`).status).toBe(3);
  });
});

describe.skipIf(qpdf === undefined || pdfsig === undefined)('qpdf and pdfsig', () => {
  it('find nothing wrong with a sealed licence, which its seal covers wholly', () => {
    expect(qpdf!(['--check', join(folder.path, pdf)])).toMatchObject({ status: 0 });
    const { text } = pdfsig!([join(folder.path, pdf)]);
    expect(text).toContain('Total document signed');
    expect(text.match(/Signature #/g)).toHaveLength(1);
  });

  it('see both of two seals', () => {
    const line = `pdf seal ${pdf} --seal seal.esl --cert keys/signer.crt.pem --key keys/signer.key.pem --page 1 --x 60 --y 150 --out twice.pdf`;
    expect(gov(folder.path, line).status).toBe(0);
    expect(read('twice.pdf').subarray(0, read(pdf).length).equals(read(pdf))).toBe(true);
    expect(qpdf!(['--check', join(folder.path, 'twice.pdf')])).toMatchObject({ status: 0 });
    expect(pdfsig!([join(folder.path, 'twice.pdf')]).text.match(/Signature #/g)).toHaveLength(2);
    expect(gov(folder.path, `pdf verify twice.pdf ${TRUST}`).status).toBe(0);
  });
});

describe.skipIf(pdftoppm === undefined || pdftotext === undefined)('poppler', () => {
  it('shows the face: its text, its red seal over the date, and a QR that is read from the rendering', () => {
    const { stdout } = pdftotext!(['-layout', join(folder.path, pdf), '-']);
    for (const text of ['食品经营许可证', '某市行政审批局', '某市样例餐饮管理有限责任公司', '2026年05月20日']) {
      expect(stdout.toString('utf8').replace(/\s/g, '')).toContain(text);
    }
    const picture = pdftoppm!(['-r', '200', '-png', '-singlefile', join(folder.path, pdf), join(folder.path, 'page')]);
    expect(picture.status).toBe(0);
    expect(verdict('page.png')).toBe('valid');
  });
});

describe.skipIf(openssl === undefined)('openssl', () => {
  const ID = 'distid:1234567812345678';

  it('accepts the certificates of the development CA, one link at a time', () => {
    for (const use of ['seal-maker', 'signer', 'license-issuer']) {
      const { status, text } = openssl!(
        ['verify', '-vfyopt', ID, '-partial_chain', '-CAfile', 'ca/root.crt.pem', `keys/${use}.crt.pem`],
        { cwd: folder.path },
      );
      expect([status, text]).toEqual([0, expect.stringContaining('OK')]);
    }
  });

  it('verifies the seal inside the PDF: digest and signature', () => {
    const file = read(pdf);
    const [signature] = signaturesOf(openPdf(new Uint8Array(file)));
    const [, gapStart, gapEnd, length] = signature!.byteRange as number[];
    const covered = Buffer.concat([file.subarray(0, gapStart), file.subarray(gapEnd, gapEnd! + length!)]);
    const digest = openssl!(['dgst', '-sm3', '-binary'], { input: covered }).stdout;
    // SES_Signature ::= SEQUENCE { toSign, cert OCTET STRING, algorithm OID, signature BIT STRING }, read by openssl.
    const contents = folder.write('ses.der', signature!.contents!);
    const fields = openssl!(['asn1parse', '-inform', 'DER', '-in', contents])
      .text.split('\n')
      .map((line) => /^\s*(\d+):d=(\d+)\s+hl=(\d+) l=\s*(\d+) \w+:\s+(.*?)\s*$/.exec(line))
      .filter((match) => match?.[2] === '1')
      .map((match) => {
        const [at, , header, size] = match!.slice(1).map(Number) as [number, number, number, number];
        return {
          whole: signature!.contents!.subarray(at, at + header + size),
          content: signature!.contents!.subarray(at + header, at + header + size),
        };
      });
    const [toSign, certificate, , value] = fields;
    expect(Buffer.from(toSign!.content).includes(digest)).toBe(true);
    const key = openssl!([
      'x509',
      '-inform',
      'DER',
      '-in',
      folder.write('signer.der', certificate!.content),
      '-pubkey',
      '-noout',
    ]);
    const verify = (message: Uint8Array) =>
      openssl!([
        'dgst',
        '-sm3',
        '-verify',
        folder.write('signer.pub', key.text),
        '-sigopt',
        ID,
        '-signature',
        folder.write('signature.der', value!.content.subarray(1)),
        folder.write('to-sign.der', message),
      ]).text;
    expect(verify(toSign!.whole)).toContain('Verified OK');
    expect(verify(toSign!.whole.subarray(1))).not.toContain('Verified OK');
  });
});

it('carries its QR text and its record as attachments', () => {
  const names = embeddedFiles(openPdf(new Uint8Array(read(pdf)))).map(({ name }) => name);
  expect(names.sort()).toEqual(['license.json', 'license.qr.txt']);
});
