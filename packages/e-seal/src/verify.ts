/** Verifying seals and seal signatures in the order of GB/T 38540-2020 (7.3 印章验证, 8.3 签章验证). */
import { type Certificate, formatName, readCertificate, type SigningTime, type VerificationOptions } from '@gov/pki';
import { sameBytes, sm3 } from '@gov/sm';
import { type Check, DEFAULT_REQUIRED, type Finding, isGovError, type Report, report } from '@gov/verdict';
import { mayUseSeal, readSeal, type Seal } from './seal.js';
import { readSesSignature, type SesSignature } from './ses-signature.js';
import { carriedTimestamp, claimFindings, weighedTime } from './timestamp.js';
import { earliest, weighedCertificate } from './weighed-certificate.js';

const SEAL_CLAUSE = 'GB/T 38540-2020 6';
const SIGNATURE_CLAUSE = 'GB/T 38540-2020 7';

/** What a report on a seal is about. Instants are RFC 3339. */
export interface SealSubject {
  readonly kind: 'seal';
  readonly version: number;
  readonly id: string;
  readonly name: string;
  readonly type: number;
  readonly createdAt: string;
  readonly validFrom: string;
  readonly validTo: string;
  readonly signers: number;
  readonly picture: { readonly type: string; readonly widthMm: number; readonly heightMm: number };
  readonly maker?: string;
}

/** What a report on a seal signature is about. */
export interface SesSignatureSubject {
  readonly kind: 'seal-signature';
  readonly version: number;
  readonly signer?: string;
  readonly seal: SealSubject;
  /**
   * A signer's own time is a claim until a timestamp proves it: then `value` is when the signature existed at the latest,
   * and `claimed` what the signer says (timeInfo).
   */
  readonly signingTime: { readonly value: string; readonly basis: 'claimed' | 'proved'; readonly claimed?: string };
  readonly propertyInfo: string;
}

/** The checks a seal by itself can answer: there is no document to cover. */
const SEAL_REQUIRED: readonly Check[] = ['format', 'authenticity', 'certificate', 'path', 'authority', 'time'];

/**
 * Verifies a seal (印章验证): format, the maker's signature, the maker's certificate when the seal was made, and the
 * seal's own validity at `options.at`.
 *
 * @throws GovError `seal-malformed` for bytes that are no seal, `input-too-large`
 * @example
 * const { verdict, findings } = await verifySeal(bytes, { at: new Date(), trust });
 */
export async function verifySeal(bytes: Uint8Array, options: VerificationOptions): Promise<Report<SealSubject>> {
  const policy = { required: [...SEAL_REQUIRED, ...(options.require ?? [])] };
  const seal = readSeal(bytes);
  const { findings, maker } = await sealFindings(seal, options.at, options);
  return report(sealSubject(seal, maker), findings, policy);
}

/**
 * Verifies a seal signature over a document's bytes (签章验证), given whole or in parts. The coverage of a file is
 * judged by those who know its format.
 *
 * @throws GovError `seal-malformed` for bytes that are no seal signature, `input-too-large`
 */
export async function verifySesSignature(
  bytes: Uint8Array,
  content: readonly Uint8Array[],
  options: VerificationOptions,
): Promise<Report<SesSignatureSubject>> {
  const required = [...DEFAULT_REQUIRED.filter((check) => check !== 'coverage'), ...(options.require ?? [])];
  const signature = readSesSignature(bytes);
  const { findings, subject } = await sesSignatureFindings(signature, sm3(...content), options);
  return report(subject, findings, { required });
}

/** All findings on a signature that could be read; `existedBy`: proved by a later timestamp over all of it. @internal */
export async function sesSignatureFindings(
  signature: SesSignature,
  digest: Uint8Array,
  options: VerificationOptions,
  existedBy?: SigningTime,
): Promise<{
  readonly findings: readonly Finding[];
  readonly subject: SesSignatureSubject;
  readonly signer?: Certificate;
}> {
  const findings: Finding[] = [formatFinding(signature.deviations, SIGNATURE_CLAUSE, options)];
  const signer = certificateOrFinding(signature.certificate);
  const stamp = await carriedTimestamp(signature, options, existedBy);
  const times = { claimed: signature.time, stamped: stamp.proved, existedBy };
  const proved = earliest(stamp.proved, existedBy);
  let time = weighedTime(signature.time, proved, undefined);
  if ('check' in signer) {
    findings.push(signer);
  } else {
    findings.push(
      await authenticity(signature.toSign, signature, signer, 'signature-invalid', SIGNATURE_CLAUSE, options),
      { check: 'certificate', outcome: 'pass', code: 'certificate-ok', detail: formatName(signer.subject) },
    );
    const weighed = await weighedCertificate(signer, 'signer', times, options);
    findings.push(...weighed.findings);
    time = weighed.time ?? time;
  }
  findings.push(
    sameBytes(digest, signature.dataHash)
      ? { check: 'integrity', outcome: 'pass', code: 'integrity-ok', clause: SIGNATURE_CLAUSE }
      : { check: 'integrity', outcome: 'fail', code: 'digest-mismatch', clause: SIGNATURE_CLAUSE },
    mayUseSeal(signature.seal, signature.certificate)
      ? { check: 'authority', outcome: 'pass', code: 'signer-in-seal', clause: SIGNATURE_CLAUSE }
      : { check: 'authority', outcome: 'fail', code: 'signer-not-in-seal', clause: SIGNATURE_CLAUSE },
  );
  const seal = await sealFindings(signature.seal, signature.time, options, { used: stamp.proved, existedBy });
  findings.push(...seal.findings.filter(countsForSignature));
  findings.push(...stamp.findings, ...claimFindings(signature.time, proved));
  return {
    findings,
    subject: {
      kind: 'seal-signature',
      version: signature.version,
      ...('check' in signer ? {} : { signer: formatName(signer.subject) }),
      seal: sealSubject(signature.seal, seal.maker),
      signingTime: signingTimeOf(signature, time),
      propertyInfo: signature.propertyInfo,
    },
    ...('check' in signer ? {} : { signer }),
  };
}

function signingTimeOf({ time: claimed }: SesSignature, time: SigningTime): SesSignatureSubject['signingTime'] {
  const said = time.basis === 'proved' ? { claimed: claimed.toISOString() } : {};
  return { value: time.value.toISOString(), basis: time.basis, ...said };
}

/** The seal's encoding was judged with the signature that carries it; its timestamp proves when it was made, not used. */
const countsForSignature = ({ check, outcome }: Finding): boolean =>
  check !== 'format' && !(check === 'timestamp' && outcome === 'pass');

/** The seal itself, at the moment it was used (or is looked at), and by when that is proved. */
async function sealFindings(
  seal: Seal,
  moment: Date,
  options: VerificationOptions,
  { used, existedBy }: { readonly used?: SigningTime | undefined; readonly existedBy?: SigningTime | undefined } = {},
): Promise<{ readonly findings: readonly Finding[]; readonly maker?: Certificate }> {
  const findings: Finding[] = [formatFinding(seal.deviations, SEAL_CLAUSE, options)];
  const maker = certificateOrFinding(seal.makerCertificate);
  const stamp = await carriedTimestamp(seal, options, existedBy);
  if ('check' in maker) {
    findings.push(maker);
  } else {
    findings.push(await authenticity(seal.info, seal, maker, 'seal-signature-invalid', SEAL_CLAUSE, options), {
      check: 'certificate',
      outcome: 'pass',
      code: 'certificate-ok',
      detail: `seal maker ${formatName(maker.subject)}`,
    });
    const times = { claimed: seal.createdAt, stamped: stamp.proved, existedBy };
    const own = await weighedCertificate(maker, 'seal-maker', times, options);
    findings.push(...own.findings.map((finding) => makerFinding(finding, seal, options)));
  }
  findings.push(validityFinding(seal, moment, used), ...dateOrderFindings(seal, options));
  findings.push(...stamp.findings, ...claimFindings(seal.createdAt, stamp.proved));
  return { findings, ...('check' in maker ? {} : { maker }) };
}

/** The maker's certificate counts when the seal was made; seals outlive it as a rule, which `strict` does not take. */
function makerFinding(finding: Finding, seal: Seal, options: VerificationOptions): Finding {
  if (finding.check !== 'time') return finding;
  const lenient = options.trust.profile !== 'strict';
  const detail = `seal made ${seal.createdAt.toISOString()}; ${finding.detail ?? ''}`;
  switch (finding.code) {
    case 'certificate-expired-at-signing':
      return { ...finding, code: 'seal-maker-expired-at-creation', clause: SEAL_CLAUSE, detail };
    case 'certificate-not-yet-valid-at-signing':
      return {
        ...finding,
        outcome: lenient ? 'warn' : 'fail',
        code: 'seal-maker-not-yet-valid-at-creation',
        clause: SEAL_CLAUSE,
        detail,
      };
    case 'expired-time-unproved':
      return { ...finding, outcome: lenient ? 'warn' : 'unknown', detail };
    default:
      return { ...finding, detail };
  }
}

/** A timestamp made after the seal had expired leaves open whether the seal was used before. */
function validityFinding(seal: Seal, moment: Date, used: SigningTime | undefined): Finding {
  const detail = `${seal.name}: ${seal.validFrom.toISOString()} to ${seal.validTo.toISOString()}, at ${moment.toISOString()}`;
  const time = (outcome: Finding['outcome'], code: Finding['code']): Finding => ({
    check: 'time',
    outcome,
    code,
    clause: SEAL_CLAUSE,
    detail,
  });
  if (moment < seal.validFrom) return time('fail', 'seal-not-yet-valid');
  if (moment > seal.validTo) return time('fail', 'seal-expired');
  return used !== undefined && used.value > seal.validTo
    ? time('unknown', 'seal-expired-time-unproved')
    : time('pass', 'seal-ok');
}

function dateOrderFindings(seal: Seal, options: VerificationOptions): Finding[] {
  const detail = `made ${seal.createdAt.toISOString()}, valid ${seal.validFrom.toISOString()} to ${seal.validTo.toISOString()}`;
  if (seal.validTo < seal.validFrom) return [{ check: 'time', outcome: 'fail', code: 'seal-dates-reversed', detail }];
  if (seal.validFrom >= seal.createdAt) return [];
  const outcome = options.trust.profile === 'strict' ? 'fail' : 'warn';
  return [{ check: 'time', outcome, code: 'seal-valid-before-made', detail }];
}

async function authenticity(
  message: Uint8Array,
  signed: { readonly signatureAlgorithm: string; readonly signature: Uint8Array },
  certificate: Certificate,
  failure: Finding['code'],
  clause: string,
  options: VerificationOptions,
): Promise<Finding> {
  try {
    const verifier = options.trust.verifier(certificate, signed.signatureAlgorithm);
    const rawAllowed = options.trust.profile !== 'strict';
    return (await verifier.verify(message, signed.signature, { rawAllowed }))
      ? {
          check: 'authenticity',
          outcome: 'pass',
          code: 'signature-ok',
          clause,
          detail: formatName(certificate.subject),
        }
      : { check: 'authenticity', outcome: 'fail', code: failure, clause, detail: formatName(certificate.subject) };
  } catch (error) {
    if (!isGovError(error)) throw error;
    const outcome = error.code === 'algorithm-unsupported' ? 'unknown' : 'fail';
    const code = outcome === 'unknown' ? 'algorithm-unsupported' : 'certificate-malformed';
    return { check: 'authenticity', outcome, code, clause, detail: error.message };
  }
}

function formatFinding(deviations: Seal['deviations'], clause: string, options: VerificationOptions): Finding {
  if (deviations.length === 0) return { check: 'format', outcome: 'pass', code: 'format-ok', clause };
  const detail = [...new Set(deviations.map(({ code }) => code))].join(', ');
  return {
    check: 'format',
    outcome: options.trust.profile === 'strict' ? 'fail' : 'warn',
    code: 'format-deviation',
    clause,
    detail,
  };
}

function sealSubject(seal: Seal, maker: Certificate | undefined): SealSubject {
  return {
    kind: 'seal',
    version: seal.version,
    id: seal.id,
    name: seal.name,
    type: seal.type,
    createdAt: seal.createdAt.toISOString(),
    validFrom: seal.validFrom.toISOString(),
    validTo: seal.validTo.toISOString(),
    signers: seal.signers.kind === 'certificates' ? seal.signers.certificates.length : seal.signers.digests.length,
    picture: { type: seal.picture.type, widthMm: seal.picture.widthMm, heightMm: seal.picture.heightMm },
    ...(maker === undefined ? {} : { maker: formatName(maker.subject) }),
  };
}

/** What cannot be read inside something that is being verified is a finding, not an exception. */
function certificateOrFinding(bytes: Uint8Array): Certificate | Finding {
  try {
    return readCertificate(bytes);
  } catch (error) {
    if (!isGovError(error)) throw error;
    return { check: 'certificate', outcome: 'fail', code: 'certificate-malformed', detail: error.message };
  }
}
