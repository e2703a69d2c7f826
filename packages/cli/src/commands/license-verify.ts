/** `gov license verify`: offline, from whatever carries the licence. */
import { verifyLicensePdf } from '@gov/e-license/pdf';
import { verifyLicensePicture } from '@gov/e-license/picture';
import { type LicenseVerificationOptions, verifyLicenseQr } from '@gov/e-license/qr';
import { report as combined, GovError, type Report } from '@gov/verdict';
import { TRUST_OPTIONS, trustOf } from '../arguments.js';
import { command } from '../command.js';
import { readInput } from '../files.js';
import { licenseStatusOf, STATUS_OPTIONS } from '../license-status.js';

export const licenseVerify = command({
  noun: 'license',
  verb: 'verify',
  about: {
    en: 'verify a licence offline: PDF, picture of a QR, or QR text',
    zh: '离线核验证照：PDF、二维码图片或二维码文本',
  },
  words: ['F.pdf|F.png|F.txt|-'],
  options: { ...TRUST_OPTIONS, ...STATUS_OPTIONS },
  async run([file], values, { at, readStdin }) {
    const options = { at, ...(await trustOf(values, at)), ...(await licenseStatusOf(values)) };
    const input = file === '-' ? await readStdin() : await readInput(file!);
    return { kind: 'report', report: await verifyInput(input, options) };
  },
});

/** Told apart by content, not by name. */
async function verifyInput(input: Uint8Array, options: LicenseVerificationOptions): Promise<Report> {
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
