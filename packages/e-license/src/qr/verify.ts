/** Verifying a licence QR offline (离线验证): everything it takes is in the text, the certificates and the clock given. */

import {
  bodyText,
  type Certificate,
  certificateFindings,
  sameBody,
  type TrustStore,
  type VerificationOptions,
} from '@gov/pki';
import { decodeBase45 } from '@gov/qr/base45';
import type { Verifier } from '@gov/sm';
import { COSE_HEADER, COSE_SIGN1_TAG, coseAlgorithm, readSign1, type Sign1, verifySign1 } from '@gov/token/cose';
import {
  type Check,
  DEFAULT_REQUIRED,
  type Finding,
  type FindingCode,
  isGovError,
  type Report,
  report,
} from '@gov/verdict';
import { inflate } from '#backend/deflate';
import { parseIdentifier } from '../identifier.js';
import { validityAt } from '../validity.js';
import { type FieldValue, type LicenseClaims, readClaims } from './claims.js';
import { QR_AAD, QR_LIMITS, QR_PREFIX } from './format.js';
import type { LicenseVerificationOptions } from './status.js';

const CLAUSE = 'EL1';

/** What a report on a licence QR is about; claims of a QR that does not verify are what it pretends. */
export interface LicenseQrSubject {
  readonly kind: 'license-qr';
  readonly identifier?: string;
  readonly typeName?: string;
  readonly number?: string;
  readonly authority?: { readonly name: string; readonly code?: string };
  readonly holders?: LicenseClaims['holders'];
  readonly validFrom?: string;
  readonly validTo?: string;
  readonly status?: LicenseClaims['status'];
  /** Type fields by QR label. */
  readonly fields?: Readonly<Record<string, FieldValue>>;
  readonly issuer?: string;
  readonly issuedAt?: { readonly value: string; readonly basis: 'claimed' };
}

/** A QR's own checks; there is nothing in it that the signature does not cover. */
export const LICENSE_QR_REQUIRED: readonly Check[] = DEFAULT_REQUIRED.filter((check) => check !== 'coverage');

/** What must be answered: who gives a source of the status asks for it, and silence of the source is no answer. */
export const licensePolicy = (
  own: readonly Check[],
  options: LicenseVerificationOptions,
): { readonly required: readonly Check[] } => ({
  required: [
    ...new Set([...own, ...(options.require ?? []), ...(options.status === undefined ? [] : (['status'] as const))]),
  ],
});

/** The verdict on a QR together with what other checks need of it. */
export interface VerifiedLicenseQr {
  readonly report: Report<LicenseQrSubject>;
  readonly claims?: LicenseClaims;
  readonly issuer?: Certificate;
  /** The claims as they were signed, octet by octet; absent where the text is no licence's. */
  readonly payload?: Uint8Array;
}

/**
 * Verifies the text of a licence QR. Whatever is wrong with the text is a finding: garbage is invalid, never an
 * exception.
 *
 * @example
 * import { verifyLicenseQr } from '@gov/e-license/qr';
 * const { verdict, subject } = await verifyLicenseQr('EL1:…', { at: new Date(), trust });
 */
export async function verifyLicenseQr(
  text: string,
  options: LicenseVerificationOptions,
): Promise<Report<LicenseQrSubject>> {
  return (await examineLicenseQr(text, options)).report;
}

/** `verifyLicenseQr` with the claims, their octets and the issuer's certificate beside the report. */
export async function examineLicenseQr(text: string, options: LicenseVerificationOptions): Promise<VerifiedLicenseQr> {
  const policy = licensePolicy(LICENSE_QR_REQUIRED, options);
  const opened = openQr(text);
  if ('code' in opened) {
    const finding: Finding = { check: 'format', outcome: 'fail', clause: CLAUSE, ...opened };
    return { report: report({ kind: 'license-qr' }, [finding], policy) };
  }
  const { message, kid, claims } = opened;
  const findings: Finding[] = [{ check: 'format', outcome: 'pass', code: 'format-ok', clause: CLAUSE }];
  const issuer = await findIssuer(message, kid, options);
  findings.push(...issuer.findings);
  if (issuer.certificate !== undefined) {
    findings.push(...(await issuerFindings(issuer.certificate, claims, options)));
  }
  findings.push(...identifierFindings(claims), ...validityFindings(claims, options.at));
  findings.push(...(await statusFindings(issuer.certificate, claims, options)));
  return {
    report: report(
      subjectOf(claims, issuer.certificate && options.trust.about(issuer.certificate).name),
      findings,
      policy,
    ),
    claims,
    payload: message.payload!,
    ...(issuer.certificate === undefined ? {} : { issuer: issuer.certificate }),
  };
}

interface Opened {
  readonly message: Sign1;
  readonly kid: Uint8Array;
  readonly claims: LicenseClaims;
}

interface Problem {
  readonly code: FindingCode;
  readonly detail: string;
}

/**
 * The COSE_Sign1 message in the text of a QR, which is the licence as it was signed: the same message may be compressed in several
 * ways. Undefined for a text that holds none.
 */
export function signedMessage(text: string): Uint8Array | undefined {
  const octets = unpackQr(text);
  return octets instanceof Uint8Array ? octets : undefined;
}

/**
 * The payload of a licence QR, as it was signed (证照二维码载荷): what a city code of profile P2 names the digest of. Undefined for a text
 * that is no licence QR. Nothing is verified: `examineLicenseQr` does.
 *
 * @example
 * import { licenseQrPayload } from '@gov/e-license/qr';
 * licenseQrPayload('HELLO'); // undefined
 */
export function licenseQrPayload(text: string): Uint8Array | undefined {
  const opened = openQr(text);
  return 'code' in opened ? undefined : opened.message.payload!;
}

/** From text to the octets that are compressed in it. */
function unpackQr(text: string): Uint8Array | Problem {
  if (!text.startsWith(QR_PREFIX)) {
    return /^EL\d{1,3}:/.test(text)
      ? { code: 'qr-version-unknown', detail: `version ${text.slice(0, text.indexOf(':'))} is not known` }
      : { code: 'qr-prefix', detail: `the text does not begin with ${QR_PREFIX}` };
  }
  if (text.length > QR_LIMITS.characters)
    return { code: 'qr-base45', detail: `more than ${QR_LIMITS.characters} characters` };
  const compressed = attempt(() => decodeBase45(text.slice(QR_PREFIX.length)));
  if (isProblem(compressed)) return { code: 'qr-base45', detail: compressed.detail };
  const inflated = inflate(compressed, QR_LIMITS.inflatedBytes);
  if ('problem' in inflated) {
    const codes = { damaged: 'qr-deflate', 'too-large': 'qr-bomb', 'trailing-bytes': 'qr-trailing-bytes' } as const;
    return { code: codes[inflated.problem], detail: `deflate stream: ${inflated.problem}` };
  }
  return inflated.bytes;
}

/** From text to claims; the first thing that is not as the format says ends it. */
function openQr(text: string): Opened | Problem {
  const octets = unpackQr(text);
  if (!(octets instanceof Uint8Array)) return octets;
  const message = attempt(() => readSign1(octets, { profile: 'strict' }));
  if (isProblem(message))
    return { code: message.code === 'cose-malformed' ? 'qr-cose' : 'qr-cbor', detail: message.detail };
  const header = headerProblem(message);
  if (header !== undefined) return { code: 'qr-header', detail: header };
  const claims = readClaims(message.payload!);
  if ('problem' in claims) {
    const codes = { cbor: 'qr-cbor', claims: 'qr-claims', 'claim-unknown': 'qr-claim-unknown' } as const;
    return { code: codes[claims.problem], detail: claims.detail };
  }
  return { message, kid: message.protected.get(COSE_HEADER.kid) as Uint8Array, claims };
}

/** Tag 18; alg and an eight-byte kid protected, nothing else, nothing unprotected; a payload and 64 bytes of signature. */
function headerProblem(message: Sign1): string | undefined {
  if (message.tags.length !== 1 || message.tags[0] !== COSE_SIGN1_TAG) return 'not tagged once as COSE_Sign1';
  if (message.unprotected.size > 0) return 'the unprotected header is not empty';
  if (message.protected.get(COSE_HEADER.alg) !== coseAlgorithm('SM2-SM3')) return 'alg is not SM2 with SM3';
  const kid = message.protected.get(COSE_HEADER.kid);
  if (!(kid instanceof Uint8Array) || kid.length !== 8) return 'kid is not eight bytes';
  if (message.protected.size !== 2) return 'the protected header holds more than alg and kid';
  if (message.payload === null) return 'the payload is detached';
  if (message.signature.length !== 64) return 'the signature is not 64 bytes';
  return undefined;
}

/** Every certificate that the kid fits is tried: eight bytes are a hint, not a name. */
async function findIssuer(
  message: Sign1,
  kid: Uint8Array,
  options: VerificationOptions,
): Promise<{ readonly findings: readonly Finding[]; readonly certificate?: Certificate }> {
  const candidates = options.trust.byKid(kid);
  if (candidates.length === 0) {
    const detail = `no certificate for key id ${[...kid].map((octet) => octet.toString(16).padStart(2, '0')).join('')}`;
    return {
      findings: [
        { check: 'certificate', outcome: 'unknown', code: 'issuer-unknown', clause: CLAUSE, detail },
        { check: 'authenticity', outcome: 'skipped', code: 'issuer-unknown', clause: CLAUSE, detail },
      ],
    };
  }
  for (const certificate of candidates) {
    const verifier = sm2VerifierOf(certificate, options.trust);
    if (verifier === undefined || !(await verifySign1(message, verifier, { externalAad: QR_AAD }))) continue;
    const detail = options.trust.about(certificate).name;
    return {
      findings: [
        { check: 'certificate', outcome: 'pass', code: 'certificate-ok', clause: CLAUSE, detail },
        { check: 'authenticity', outcome: 'pass', code: 'signature-ok', clause: CLAUSE, detail },
        { check: 'integrity', outcome: 'pass', code: 'integrity-ok', clause: CLAUSE },
      ],
      certificate,
    };
  }
  const detail = candidates.map((certificate) => options.trust.about(certificate).name).join('; ');
  return {
    findings: [
      { check: 'certificate', outcome: 'pass', code: 'certificate-ok', clause: CLAUSE, detail },
      { check: 'authenticity', outcome: 'fail', code: 'signature-invalid', clause: CLAUSE, detail },
    ],
  };
}

/** The curve comes from the certificate; one with another key signs no licence QR. */
function sm2VerifierOf(certificate: Certificate, trust: TrustStore): Verifier | undefined {
  const verifier = attempt(() => trust.verifier(certificate, SM2_WITH_SM3).verifier);
  return isProblem(verifier) ? undefined : verifier;
}

const SM2_WITH_SM3 = '1.2.156.10197.1.501';

/** What the issuer's certificate says about the licence. */
async function issuerFindings(
  issuer: Certificate,
  claims: LicenseClaims,
  options: VerificationOptions,
): Promise<Finding[]> {
  const time = { value: claims.issuedAt, basis: 'claimed' } as const;
  const { body } = options.trust.about(issuer);
  const region = regionFor(issuer, claims, options.trust);
  const { findings } = await certificateFindings(issuer, { use: 'license-issuer', time, region }, options);
  const stated = {
    name: claims.authorityName,
    ...(claims.authorityCode === undefined ? {} : { creditCode: claims.authorityCode }),
  };
  const detail = `certificate: ${bodyText(body)}; licence: ${bodyText(stated)}`;
  return [
    ...findings,
    sameBody(body, stated)
      ? { check: 'authority', outcome: 'pass', code: 'issuer-authority-ok', clause: CLAUSE, detail }
      : { check: 'authority', outcome: 'fail', code: 'issuer-authority-mismatch', clause: CLAUSE, detail },
  ];
}

/** Where the issuer acts. */
const regionFor = (issuer: Certificate, claims: LicenseClaims, trust: TrustStore): string | undefined =>
  regionOf(claims.authorityCode ?? trust.about(issuer).body.creditCode);

/** A division code as it is; of a credit code (GB 32100) characters 3 to 8, the division of the body that registered it. */
const regionOf = (code = ''): string | undefined =>
  /^\d{6}$/.test(code) ? code : code.length === 18 ? code.slice(2, 8) : undefined;

/** GB/T 36904: the check character, and the issuer inside the identifier. */
function identifierFindings(claims: LicenseClaims): Finding[] {
  const clause = 'GB/T 36904';
  const parsed = parseIdentifier(claims.identifier);
  if (!parsed.ok) {
    const detail = parsed.issues.map((issue) => issue.code).join(', ');
    return [{ check: 'format', outcome: 'fail', code: 'identifier-check', clause, detail }];
  }
  const { issuer } = parsed.value;
  if (claims.authorityCode === undefined || issuer.length !== 18 || issuer === claims.authorityCode) return [];
  const detail = `identifier: ${issuer}; authority: ${claims.authorityCode}`;
  return [{ check: 'authority', outcome: 'fail', code: 'identifier-mismatch', clause, detail }];
}

/** Days in Asia/Shanghai, valid through the end of the last one. */
function validityFindings(claims: LicenseClaims, at: Date): Finding[] {
  const detail = `${claims.validFrom ?? ''} – ${claims.validTo}`;
  const time = (outcome: Finding['outcome'], code: FindingCode): Finding[] => [
    { check: 'time', outcome, code, clause: CLAUSE, detail },
  ];
  switch (validityAt(claims.validFrom ?? '0000-01-01', claims.validTo, at)) {
    case 'before':
      return time('fail', 'license-not-yet-valid');
    case 'after':
      return time('fail', 'license-expired');
    case 'within':
      return time('pass', 'license-ok');
  }
}

/** Of a licence whose signer is not known nobody can say whose lists it is in. */
async function statusFindings(
  issuer: Certificate | undefined,
  claims: LicenseClaims,
  options: LicenseVerificationOptions,
): Promise<readonly Finding[]> {
  if (options.status === undefined || issuer === undefined)
    return [{ check: 'status', outcome: 'unknown', code: 'status-not-checked' }];
  return options.status.check({ claims, issuer, region: regionFor(issuer, claims, options.trust) }, options);
}

function subjectOf(claims: LicenseClaims, issuer: string | undefined): LicenseQrSubject {
  return {
    kind: 'license-qr',
    identifier: claims.identifier,
    typeName: claims.typeName,
    ...(claims.number === undefined ? {} : { number: claims.number }),
    authority: {
      name: claims.authorityName,
      ...(claims.authorityCode === undefined ? {} : { code: claims.authorityCode }),
    },
    holders: claims.holders,
    ...(claims.validFrom === undefined ? {} : { validFrom: claims.validFrom }),
    validTo: claims.validTo,
    ...(claims.status === undefined ? {} : { status: claims.status }),
    fields: Object.fromEntries(claims.fields),
    ...(issuer === undefined ? {} : { issuer }),
    issuedAt: { value: claims.issuedAt.toISOString(), basis: 'claimed' },
  };
}

interface Attempted {
  readonly failed: true;
  readonly code: string;
  readonly detail: string;
}

/** The readers below throw for what a stranger wrote; here it is a finding. */
function attempt<T>(read: () => T): T | Attempted {
  try {
    return read();
  } catch (error) {
    if (!isGovError(error)) throw error;
    return { failed: true, code: error.code, detail: error.message };
  }
}

const isProblem = <T>(value: T | Attempted): value is Attempted =>
  typeof value === 'object' && value !== null && 'failed' in value;
