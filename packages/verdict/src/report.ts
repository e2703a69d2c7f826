/**
 * How a check says yes, no or cannot tell. A verifier gathers findings; the verdict follows from them by one rule.
 */

/** The question a finding answers. */
export type Check =
  /** the structure could be read as the standard writes it (格式) */
  | 'format'
  /** the protected bytes are the ones that were signed (完整性) */
  | 'integrity'
  /** the signature value verifies with the signer's public key (签名值) */
  | 'authenticity'
  /** the signer's certificate was found and belongs to the signature (证书) */
  | 'certificate'
  /** a path leads from the certificate to a given anchor (证书路径) */
  | 'path'
  /** the signer may do this: key usage, EKU, listed in the seal, issuing authority (用途与权限) */
  | 'authority'
  /** validity at the time that counts (时间) */
  | 'time'
  /** everything shown is covered by the signature, or what is not covered is harmless (覆盖范围) */
  | 'coverage'
  /** what is shown agrees with what is signed elsewhere in the same document (内容一致) */
  | 'content'
  /** a timestamp proves when it was signed (时间戳) */
  | 'timestamp'
  /** somebody else's signature over the signature (副署) */
  | 'countersignature'
  /** the certificate was not revoked (吊销) */
  | 'revocation'
  /** the licence or token is in force (证照、令牌状态) */
  | 'status'
  /** the key of a token was found among its issuer's, for an algorithm that the issuer has (密钥) */
  | 'key'
  /** who shows a token holds the key it is bound to (持有证明) */
  | 'binding'
  /** what may be used once is used for the first time (防重放) */
  | 'replay'
  /** the person was identified and logged in surely enough (身份保障等级) */
  | 'assurance';

export type Outcome = 'pass' | 'fail' | 'warn' | 'unknown' | 'skipped';

/** Every code a finding can carry: `<subject>-<what>`. Texts in both languages are in `./en` and `./zh`. */
export type FindingCode =
  // shared by every verifier
  | 'format-ok'
  | 'format-malformed'
  | 'format-deviation'
  | 'check-not-made'
  | 'no-signature'
  | 'integrity-ok'
  | 'digest-mismatch'
  | 'signature-ok'
  | 'signature-invalid'
  | 'signature-malformed'
  | 'certificate-ok'
  | 'certificate-malformed'
  | 'algorithm-unsupported'
  // path and authority
  | 'path-ok'
  | 'path-no-anchor'
  | 'path-signature-invalid'
  | 'path-not-ca'
  | 'path-length-exceeded'
  | 'path-key-usage'
  | 'path-critical-extension'
  | 'path-extension-malformed'
  | 'path-name-constraints'
  | 'path-policy'
  | 'path-extended-key-usage'
  | 'path-limit'
  | 'authority-ok'
  | 'authority-unknown'
  | 'not-authorised-for-use'
  | 'key-usage'
  | 'revocation-not-checked'
  | 'revocation-ok'
  | 'revoked-after-signing'
  | 'certificate-revoked'
  | 'revocation-stale'
  | 'revocation-not-covered'
  | 'revocation-data-untrusted'
  | 'revocation-status-unknown'
  | 'status-not-checked'
  | 'status-ok'
  | 'status-stale'
  | 'status-revoked'
  | 'status-suspended'
  | 'status-superseded'
  | 'status-index'
  | 'status-expired'
  | 'status-future'
  | 'status-untrusted'
  | 'status-malformed'
  | 'status-other'
  | 'status-unavailable'
  | 'status-value-unknown'
  | 'status-none'
  // time
  | 'time-ok'
  | 'signing-time-future'
  | 'certificate-expired-at-signing'
  | 'certificate-not-yet-valid-at-signing'
  | 'expired-time-unproved'
  | 'revoked-time-unproved'
  | 'timestamp-not-checked'
  | 'signing-time-after-timestamp'
  // timestamp
  | 'timestamp-ok'
  | 'timestamp-malformed'
  | 'timestamp-invalid'
  | 'timestamp-unproved'
  | 'timestamp-signers'
  | 'timestamp-imprint-mismatch'
  | 'timestamp-nonce-mismatch'
  | 'timestamp-policy-mismatch'
  | 'timestamp-critical-extension'
  | 'timestamp-authority-name'
  | 'timestamp-key-purpose'
  | 'signing-certificate-missing'
  | 'signing-certificate-mismatch'
  // cms
  | 'cms-dialect'
  | 'cms-attribute-missing'
  | 'cms-attribute-malformed'
  | 'cms-content-type-mismatch'
  | 'cms-attributes-as-content'
  | 'cms-content-may-be-digest'
  | 'cms-content-not-held'
  | 'cms-algorithm-mismatch'
  | 'certificate-missing'
  | 'countersignature-not-checked'
  | 'countersignature-ok'
  | 'countersignature-invalid'
  | 'countersignature-unproved'
  // seal
  | 'seal-ok'
  | 'seal-malformed'
  | 'seal-signature-invalid'
  | 'seal-maker-expired-at-creation'
  | 'seal-maker-not-yet-valid-at-creation'
  | 'seal-expired'
  | 'seal-expired-time-unproved'
  | 'seal-not-yet-valid'
  | 'seal-dates-reversed'
  | 'seal-valid-before-made'
  | 'signer-in-seal'
  | 'signer-not-in-seal'
  // pdf coverage
  | 'coverage-ok'
  | 'coverage-whole-file'
  | 'coverage-further-signature'
  | 'coverage-validation-data'
  | 'coverage-byte-range'
  | 'coverage-gap'
  | 'coverage-padding'
  | 'coverage-revision'
  | 'coverage-overlap'
  | 'coverage-trailing-bytes'
  | 'coverage-later-change'
  | 'signature-covers-content'
  | 'signature-dictionary-changed'
  | 'subfilter-unknown'
  | 'subfilter-mismatch'
  | 'seal-version-unsupported'
  | 'digest-weak'
  | 'pdf-hybrid'
  | 'coverage-form-filled'
  | 'coverage-annotated'
  | 'page-tree-changed'
  | 'page-content-changed'
  | 'shared-object-changed'
  | 'font-changed'
  | 'object-revealed'
  | 'annotation-added'
  | 'annotation-covers-content'
  | 'annotation-changed'
  | 'field-changed'
  | 'field-locked'
  | 'field-appearance-changed'
  | 'certification-exceeded'
  | 'catalog-changed'
  | 'trailer-changed'
  | 'signature-empty'
  | 'cms-content-not-detached'
  // before a PDF is sealed
  | 'hazard-unreferenced-object'
  | 'hazard-duplicate-object'
  | 'hazard-unlisted-object'
  | 'hazard-missing-object'
  | 'hazard-unreadable'
  | 'hazard-limit'
  | 'hazard-hybrid'
  | 'hazard-repaired'
  | 'hazard-hidden-layer'
  | 'hazard-layer-usage'
  | 'hazard-javascript'
  | 'hazard-action'
  | 'hazard-field-appearance'
  | 'hazard-field-overlay'
  | 'hazard-annotation'
  | 'hazard-hidden-annotation'
  | 'hazard-embedded-file'
  | 'hazard-external-stream'
  | 'hazard-xfa'
  | 'hazard-font-not-embedded'
  | 'hazard-duplicate-key'
  | 'hazard-need-appearances'
  | 'hazard-encrypted'
  // trust list
  | 'trust-list-ok'
  | 'trust-list-untrusted'
  | 'trust-list-key'
  | 'trust-list-other'
  | 'trust-list-rollback'
  | 'trust-list-future'
  | 'trust-list-current'
  | 'trust-list-stale'
  | 'trust-list-expired'
  | 'listing-ok'
  | 'listing-ended'
  | 'listing-not-yet-valid'
  | 'region-not-authorised'
  // licence
  | 'issuer-unknown'
  | 'issuer-authority-ok'
  | 'issuer-authority-mismatch'
  | 'identifier-check'
  | 'identifier-mismatch'
  | 'qr-prefix'
  | 'qr-version-unknown'
  | 'qr-base45'
  | 'qr-deflate'
  | 'qr-bomb'
  | 'qr-trailing-bytes'
  | 'qr-cbor'
  | 'qr-cose'
  | 'qr-header'
  | 'qr-claims'
  | 'qr-claim-unknown'
  | 'qr-missing'
  | 'license-ok'
  | 'license-expired'
  | 'license-not-yet-valid'
  | 'seal-issuer-ok'
  | 'seal-issuer-mismatch'
  | 'face-data-ok'
  | 'face-data-mismatch'
  | 'face-data-missing'
  | 'composite-member-ok'
  | 'composite-member-missing'
  | 'composite-member-mismatch'
  | 'composite-member-foreign'
  | 'composite-member-not-valid'
  | 'composite-no-members'
  // audit log
  | 'audit-log-ok'
  | 'audit-entry-mismatch'
  | 'audit-entry-missing'
  | 'audit-tile-mismatch'
  | 'audit-included'
  | 'audit-proof-invalid'
  | 'audit-head-ok'
  | 'audit-head-untrusted'
  | 'audit-head-forged'
  | 'audit-head-future'
  | 'audit-head-earlier'
  | 'audit-origin-ok'
  | 'audit-origin-mismatch'
  | 'audit-origin-not-checked'
  | 'audit-consistent'
  | 'audit-rollback'
  | 'audit-fork'
  | 'audit-history-not-checked'
  | 'audit-witness-missing'
  // tokens
  | 'token-type-mismatch'
  | 'token-issuer-unknown'
  | 'token-algorithm-refused'
  | 'token-key-ok'
  | 'token-key-unknown'
  | 'token-key-unavailable'
  | 'token-audience-ok'
  | 'token-audience-mismatch'
  | 'token-claim-missing'
  | 'token-claim-malformed'
  | 'token-time-ok'
  | 'token-expired'
  | 'token-not-yet-valid'
  | 'token-issued-later'
  | 'token-lifetime-too-long'
  | 'token-first-use'
  | 'token-replayed'
  | 'replay-not-checked'
  | 'token-binding-ok'
  | 'token-binding-missing'
  | 'token-binding-mismatch'
  | 'proof-request-mismatch'
  | 'proof-token-mismatch'
  | 'proof-nonce-mismatch'
  | 'proof-too-old'
  // city codes at a gate
  | 'city-code-online'
  | 'city-issuer-ok'
  | 'city-issuer-unknown'
  | 'city-issuer-region'
  | 'city-issuer-expired'
  | 'city-issuer-revoked'
  | 'delegation-ok'
  | 'delegation-forged'
  | 'device-signature-ok'
  | 'device-signature-forged'
  | 'challenge-ok'
  | 'challenge-missing'
  | 'challenge-failed'
  | 'city-code-time-ok'
  | 'city-code-too-old'
  | 'city-code-from-later'
  | 'delegation-expired'
  | 'delegation-too-long'
  | 'gate-clock-drift'
  | 'delegation-not-revoked'
  | 'delegation-revoked'
  | 'delegation-perhaps-revoked'
  | 'revocation-filter-stale'
  | 'revocation-filter-ok'
  | 'revocation-filter-forged'
  | 'revocation-filter-older'
  | 'city-code-first-use'
  | 'city-code-replayed'
  | 'city-code-scene-ok'
  | 'city-code-scene-refused'
  | 'city-code-region-refused'
  | 'city-code-profile-refused'
  | 'city-code-subject-refused'
  | 'entitlement-missing'
  | 'license-digest-ok'
  | 'license-digest-mismatch'
  // logs of verdicts
  | 'verdict-log-ok'
  | 'verdict-log-broken'
  | 'verdict-log-checkpoint-ok'
  | 'verdict-log-checkpoint-forged'
  | 'verdict-log-checkpoint-missing'
  | 'verdict-log-truncated'
  | 'verdict-log-unsealed'
  // city codes that are redeemed online, and codes of other systems
  | 'online-code-redeemed'
  | 'online-code-refused'
  | 'code-link-confirmed'
  | 'code-link-refused'
  | 'code-link-taken'
  | 'code-link-not-asked'
  // editions of catalogues
  | 'edition-ok'
  | 'edition-malformed'
  | 'edition-follows'
  | 'edition-does-not-follow'
  // identity: who is meant, how surely, and who acts
  | 'token-unbound'
  | 'token-party-mismatch'
  | 'token-nonce-mismatch'
  | 'token-hash-mismatch'
  | 'token-login-too-old'
  | 'token-in-force'
  | 'token-revoked'
  | 'token-status-unavailable'
  | 'assurance-ok'
  | 'assurance-too-low'
  | 'assurance-unknown'
  | 'mandate-ok'
  | 'mandate-not-yet-valid'
  | 'mandate-expired'
  | 'mandate-revoked'
  | 'mandate-scope'
  | 'mandate-mismatch';

export interface Finding {
  readonly check: Check;
  readonly outcome: Outcome;
  readonly code: FindingCode;
  /** Clause of the standard the check comes from, e.g. `GB/T 38540-2020 7.3`. */
  readonly clause?: string;
  /** English, for people: names, times, offsets. Never secrets, personal data masked. */
  readonly detail?: string;
}

export type Verdict = 'valid' | 'invalid' | 'indeterminate';

/** Which checks must be answered before anything is called valid. */
export interface Policy {
  readonly required: readonly Check[];
}

/** Required unless a caller says otherwise; revocation and status need data that a counter may not have. */
export const DEFAULT_REQUIRED: readonly Check[] = [
  'format',
  'integrity',
  'authenticity',
  'certificate',
  'path',
  'authority',
  'time',
  'coverage',
];

/** What a verifier answers (验证报告). */
export interface Report<Subject = unknown> {
  readonly verdict: Verdict;
  readonly subject: Subject;
  readonly findings: readonly Finding[];
  /** The checks that had to be answered: what the verdict was judged by. */
  readonly required: readonly Check[];
  /** Codes of what was not looked at and not required: never to be read as passed. */
  readonly unchecked: readonly FindingCode[];
  /** One report per signature where a file carries several. */
  readonly signatures?: readonly Report[];
}

/**
 * The one rule. Any `fail` → invalid, whatever else; otherwise a required check that is unknown, skipped or was never
 * answered → indeterminate; otherwise valid.
 *
 * @example
 * judge([{ check: 'integrity', outcome: 'pass', code: 'integrity-ok' }], { required: ['integrity', 'path'] })
 * // 'indeterminate': nobody looked at the path
 */
export function judge(findings: readonly Finding[], policy: Policy): Verdict {
  if (findings.some((finding) => finding.outcome === 'fail')) return 'invalid';
  const answered = (check: Check): boolean => {
    const own = findings.filter((finding) => finding.check === check);
    return (
      own.some((finding) => finding.outcome === 'pass' || finding.outcome === 'warn') &&
      own.every((finding) => finding.outcome !== 'unknown' && finding.outcome !== 'skipped')
    );
  };
  return policy.required.every(answered) ? 'valid' : 'indeterminate';
}

/** Builds a report: verdict and the list of unchecked things follow from the findings. */
export function report<Subject>(
  subject: Subject,
  findings: readonly Finding[],
  policy: Policy,
  signatures?: readonly Report[],
): Report<Subject> {
  const own = judge(findings, policy);
  const verdict = signatures === undefined ? own : worst([own, ...signatures.map((signature) => signature.verdict)]);
  const unchecked = [
    ...new Set(
      findings
        .filter((finding) => isOpen(finding) && !policy.required.includes(finding.check))
        .map((finding) => finding.code),
    ),
  ];
  const { required } = policy;
  return { verdict, subject, findings, required, unchecked, ...(signatures === undefined ? {} : { signatures }) };
}

const isOpen = (finding: Finding): boolean => finding.outcome === 'unknown' || finding.outcome === 'skipped';

/** The verdict over several signatures: the worst one; over none: indeterminate. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.length === 0) return 'indeterminate';
  if (verdicts.includes('invalid')) return 'invalid';
  return verdicts.includes('indeterminate') ? 'indeterminate' : 'valid';
}

export type Answer = 'yes' | 'no' | 'unknown';

/** The four things a user asks, told apart: a document can be intact and authentic and yet not trusted. */
export interface Aspects {
  /** 完整: the bytes are the signed ones, all of them */
  readonly intact: Answer;
  /** 真实: signed by the key in the certificate */
  readonly authentic: Answer;
  /** 可信: by somebody known, who may do this */
  readonly trusted: Answer;
  /** 现行: at a time, and in a state, that counts */
  readonly current: Answer;
}

const ASPECTS: Readonly<Record<keyof Aspects, readonly Check[]>> = {
  intact: ['format', 'integrity', 'coverage', 'content'],
  authentic: ['authenticity', 'certificate', 'key', 'countersignature'],
  trusted: ['path', 'authority', 'binding', 'assurance'],
  current: ['time', 'timestamp', 'replay', 'revocation', 'status'],
};

/** Sums findings up under the four aspects. What is not required and unchecked does not turn a yes into an unknown. */
export function aspects(findings: readonly Finding[], policy: Policy): Aspects {
  const answer = (checks: readonly Check[]): Answer => {
    const own = findings.filter((finding) => checks.includes(finding.check));
    const verdict = judge(own, { required: checks.filter((check) => policy.required.includes(check)) });
    if (own.length === 0) return 'unknown';
    return verdict === 'valid' ? 'yes' : verdict === 'invalid' ? 'no' : 'unknown';
  };
  return {
    intact: answer(ASPECTS.intact),
    authentic: answer(ASPECTS.authentic),
    trusted: answer(ASPECTS.trusted),
    current: answer(ASPECTS.current),
  };
}
