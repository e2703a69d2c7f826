/** Whether the QR of a licence will fit, before it has a number and a signature. */

import { licenseClaims, licenseRecord } from '../license.js';
import type { LicenseType } from '../license-type.js';
import type { LicenseData } from '../metadata.js';
import { estimateQrText, qrFits } from '../qr/estimate.js';
import { STATUS_LIST_SIZE } from '../register/index.js';

/** No serial and no place of a status list takes more room than these. */
const LONGEST = { serial: 'ZZZZZZZZZ', status: { list: 65_535, index: STATUS_LIST_SIZE - 1 } };
const ISSUED_AT = new Date('2038-01-19T03:14:07Z');

/** The characters that it may need, where that is too many; undefined where it fits. */
export function oversizedQr(type: LicenseType, data: LicenseData): number | undefined {
  const claims = licenseClaims(licenseRecord(data, { type, issuedAt: ISSUED_AT, ...LONGEST }), type);
  return qrFits(claims) ? undefined : estimateQrText(claims);
}
