/** Document timestamps (文档时间戳, ISO 32000-2 12.8.5): an authority says that the file, as it then was, existed by a time. */
import type { PdfDocument, PdfSignature } from '@gov/pdf';
import type { SigningTime, VerificationOptions } from '@gov/pki';
import { readTimestampToken, type TimestampToken } from '@gov/pki/timestamp';
import { isGovError } from '@gov/verdict';
import { judgedTimestamp } from '../../timestamp.js';
import { paddingFindings, valueEnd } from './contents.js';
import { broken, type Judged } from './judged.js';
import { signedSource } from './signed-bytes.js';
import { typeFindings } from './sub-filter.js';

/** @param existedBy proved by a still later document timestamp */
export async function examineTimestamp(
  doc: PdfDocument,
  signature: PdfSignature,
  contents: Uint8Array,
  existedBy: SigningTime | undefined,
  options: VerificationOptions,
): Promise<Judged> {
  const end = valueEnd(contents);
  if (end === undefined) return broken(signature, 'timestamp', 'timestamp-malformed', '/Contents is cut short');
  let token: TimestampToken;
  try {
    token = readTimestampToken(contents.subarray(0, end), options.trust.profile);
  } catch (error) {
    if (!isGovError(error)) throw error;
    return broken(signature, 'timestamp', 'timestamp-malformed', error.message);
  }
  const report = await judgedTimestamp(token, () => signedSource(doc, signature), options, existedBy);
  const { subject, provedTime: proved } = report;
  const said: SigningTime = { value: token.info.genTime, basis: 'claimed' };
  return {
    signature,
    type: 'timestamp',
    findings: [...report.findings, ...typeFindings(signature, 'timestamp'), ...paddingFindings(contents, end)],
    ...(subject.authority === undefined ? {} : { signerName: subject.authority }),
    digestAlgorithm: subject.hash,
    claimed: said.value,
    time: proved ?? said,
    ...(proved === undefined ? {} : { proved }),
  };
}
