/** `gov license issue`: one licence. */
import { join } from 'node:path';
import { FOOD_BUSINESS, type LicenseType, parseLicenseData } from '@gov/e-license';
import { FaceFonts } from '@gov/e-license/face';
import { issueLicense } from '@gov/e-license/pdf';
import { readSeal } from '@gov/e-seal';
import { GovError } from '@gov/verdict';
import { certificateOf, PASSWORD_FILE, signerOf } from '../arguments.js';
import { command } from '../command.js';
import { readInput, writeOutputs } from '../files.js';
import { faceFont } from '../fonts.js';
import { refuseStdinTwice } from '../password.js';

/** Licence types that this program knows. */
const SHIPPED_TYPES: readonly LicenseType[] = [FOOD_BUSINESS];

export const licenseIssue = command({
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
    const data = parseLicenseData(jsonOf(await readInput(file!)), SHIPPED_TYPES);
    const type = SHIPPED_TYPES.find(({ code }) => code === data.type)!;
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
