/** `gov license`: issuing licences and verifying them offline. */
import { join } from 'node:path';
import { FOOD_BUSINESS, type LicenseType, parseLicenseData } from '@gov/e-license';
import { FaceFonts } from '@gov/e-license/face';
import { issueLicense, verifyLicensePdf } from '@gov/e-license/pdf';
import { verifyLicensePicture } from '@gov/e-license/picture';
import { verifyLicenseQr } from '@gov/e-license/qr';
import { readSeal } from '@gov/e-seal';
import type { VerificationOptions } from '@gov/pki';
import { report as combined, GovError, type Report } from '@gov/verdict';
import { certificateOf, PASSWORD_FILE, signerOf, TRUST_OPTIONS, trustOf } from '../arguments.js';
import { type Command, command } from '../command.js';
import { readInput, writeOutputs } from '../files.js';
import { faceFont } from '../fonts.js';
import { refuseStdinTwice } from '../password.js';

/** Licence types that this program knows. */
const LICENSE_TYPES: readonly LicenseType[] = [FOOD_BUSINESS];

const issue = command({
  noun: 'license',
  verb: 'issue',
  about: { en: 'issue a licence: sealed PDF, QR, record', zh: '签发证照：盖章 PDF、二维码、记录' },
  words: ['DATA.json'],
  options: {
    cert: { type: 'string', value: 'C', about: "the issuer's certificate", required: true },
    key: { type: 'string', value: 'K', about: "the issuer's private key", required: true },
    'key-password-file': PASSWORD_FILE,
    seal: { type: 'string', value: 'F.esl', about: "the issuing authority's seal", required: true },
    'seal-cert': { type: 'string', value: 'C2', about: "the seal signer's certificate", required: true },
    'seal-key': { type: 'string', value: 'K2', about: "the seal signer's private key", required: true },
    'seal-key-password-file': PASSWORD_FILE,
    serial: { type: 'string', value: 'S', about: 'serial of the identifier (default: from the licence number)' },
    font: { type: 'string', value: 'FILE', about: 'TTF or OTF of the face' },
    out: {
      type: 'string',
      value: 'DIR',
      about: 'folder for <identifier>.pdf, .qr.png, .qr.txt, .json',
      required: true,
    },
  },
  async run([file], values, { at, force, readStdin }) {
    const passwords = [values['key-password-file'], values['seal-key-password-file']] as const;
    refuseStdinTwice(...passwords);
    const data = parseLicenseData(jsonOf(await readInput(file!)), LICENSE_TYPES);
    const type = LICENSE_TYPES.find(({ code }) => code === data.type)!;
    const license = await issueLicense(data, {
      type,
      issuedAt: at,
      ...(values.serial === undefined ? {} : { serial: values.serial }),
      issuer: {
        certificate: await certificateOf(values.cert),
        signer: await signerOf(values.key, passwords[0], readStdin),
      },
      seal: {
        seal: readSeal(await readInput(values.seal)),
        certificate: await certificateOf(values['seal-cert']),
        signer: await signerOf(values['seal-key'], passwords[1], readStdin),
      },
      fonts: new FaceFonts(values.font === undefined ? await faceFont() : await readInput(values.font)),
    });
    const base = join(values.out, license.record.identifier);
    const files = { pdf: `${base}.pdf`, qrPng: `${base}.qr.png`, qrText: `${base}.qr.txt`, record: `${base}.json` };
    await writeOutputs(
      [
        { path: files.pdf, content: license.pdf },
        { path: files.qrPng, content: license.qrPng },
        { path: files.qrText, content: license.qrText },
        { path: files.record, content: `${JSON.stringify(license.record, null, 2)}\n` },
      ],
      force,
    );
    const json = { identifier: license.record.identifier, ...files, qrVersion: license.qrVersion };
    return { kind: 'done', json, lines: [license.record.identifier, ...Object.values(files)] };
  },
});

/** @throws GovError `input-malformed` */
function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new GovError('input-malformed', 'the licence data is not JSON in UTF-8', { cause });
  }
}

const verify = command({
  noun: 'license',
  verb: 'verify',
  about: {
    en: 'verify a licence offline: PDF, picture of a QR, or QR text',
    zh: '离线核验证照：PDF、二维码图片或二维码文本',
  },
  words: ['F.pdf|F.png|F.txt|-'],
  options: TRUST_OPTIONS,
  async run([file], values, { at, readStdin }) {
    const options = { at, ...(await trustOf(values, at)) };
    const input = file === '-' ? await readStdin() : await readInput(file!);
    return { kind: 'report', report: await verifyInput(input, options) };
  },
});

/** Told apart by content, not by name. */
async function verifyInput(input: Uint8Array, options: VerificationOptions): Promise<Report> {
  const starts = (...octets: number[]) => octets.every((octet, index) => input[index] === octet);
  if (starts(0x89, 0x50, 0x4e, 0x47) || starts(0xff, 0xd8, 0xff)) {
    const reports = await verifyLicensePicture(input, options);
    if (reports.length === 1) return reports[0]!;
    return combined({ kind: 'picture', codes: reports.length }, [], { required: [] }, reports);
  }
  // Junk may stand before the header; PDF readers look for it in the first kilobyte.
  if (new TextDecoder('latin1').decode(input.subarray(0, 1024)).includes('%PDF-'))
    return verifyLicensePdf(input, options);
  if (input.length > 16_384)
    throw new GovError('input-malformed', 'neither a PDF, nor a picture, nor the text of a QR');
  return verifyLicenseQr(new TextDecoder().decode(input).trim(), options);
}

export const LICENSE_COMMANDS: readonly Command[] = [issue, verify];
