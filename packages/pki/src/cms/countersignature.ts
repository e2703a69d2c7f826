/** Countersignatures (副署, RFC 5652 11.4): unsigned attributes, each somebody's signature over the value of another one. */
import { readDer } from '@gov/der';
import { type Check, DEFAULT_REQUIRED, type Finding, isGovError, judge } from '@gov/verdict';
import { formatName } from '../name.js';
import type { VerificationOptions } from '../verification.js';
import { ATTRIBUTE_TYPE, digestName } from './algorithm.js';
import { attributesOf } from './attribute.js';
import { seeContent } from './content.js';
import { readSignerInfo, type SignedData, type SignerInfo } from './signed-data.js';
import { verifySigner } from './signer-findings.js';

/** Countersignatures that are looked at, of one signer. */
export const CMS_MAX_COUNTERSIGNATURES = 16;

const CLAUSE = 'RFC 5652 11.4';

/** What a countersignature must be to pass: there is no more to cover than one value. */
const REQUIRED: readonly Check[] = DEFAULT_REQUIRED.filter((check) => check !== 'coverage');

/**
 * One finding each. They are additions: one that is readable and wrong fails, because somebody put it there; of one that cannot
 * be read nothing is said.
 */
export async function countersignatureFindings(
  message: SignedData,
  info: SignerInfo,
  options: VerificationOptions,
): Promise<Finding[]> {
  const values = attributesOf(info.unsignedAttributes, ATTRIBUTE_TYPE.countersignature).flatMap(({ values }) => values);
  const findings: Finding[] = [];
  for (const value of values.slice(0, CMS_MAX_COUNTERSIGNATURES)) {
    try {
      findings.push(await judgeCountersignature(message, info, value, options));
    } catch (error) {
      if (!isGovError(error)) throw error;
      findings.push(finding('unknown', 'countersignature-not-checked', error.message));
    }
  }
  if (values.length > CMS_MAX_COUNTERSIGNATURES)
    findings.push(finding('unknown', 'countersignature-not-checked', `${values.length} countersignatures`));
  return findings;
}

async function judgeCountersignature(
  message: SignedData,
  { signature }: SignerInfo,
  value: Uint8Array,
  options: VerificationOptions,
): Promise<Finding> {
  const { profile } = options.trust;
  const own = readSignerInfo(readDer(value, { mode: profile }), profile, []);
  const digest = digestName(own.digestAlgorithm);
  const signed = await seeContent(signature, digest === undefined ? [] : [digest], 0);
  const verified = await verifySigner(message, own, { signed }, { use: 'signer', countersigns: true }, options);
  const { findings, certificate, claimedTime } = verified;
  const who = certificate === undefined ? 'nobody known' : formatName(certificate.subject);
  const said = claimedTime === undefined ? who : `${who}, claimed ${claimedTime.toISOString()}`;
  const verdict = judge(findings, { required: REQUIRED });
  if (verdict === 'valid') return finding('pass', 'countersignature-ok', said);
  const isReason = ({ outcome, check }: Finding): boolean =>
    verdict === 'invalid' ? outcome === 'fail' : outcome === 'unknown' && REQUIRED.includes(check);
  const reasons = new Set(findings.filter(isReason).map(({ code }) => code));
  const detail = `${said}: ${[...reasons].join(', ')}`;
  return verdict === 'invalid'
    ? finding('fail', 'countersignature-invalid', detail)
    : finding('unknown', 'countersignature-unproved', detail);
}

const finding = (outcome: Finding['outcome'], code: Finding['code'], detail: string): Finding => ({
  check: 'countersignature',
  outcome,
  code,
  clause: CLAUSE,
  detail,
});
