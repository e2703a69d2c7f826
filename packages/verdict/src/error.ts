/**
 * Misuse and unreadable input throw; verdicts never do (see report.ts).
 */

/** Every code a `GovError` can carry. Chinese texts by code are in `@gov/verdict/zh`; the types keep both complete. */
export type ErrorCode =
  // input of any kind
  | 'input-too-large'
  | 'input-malformed'
  | 'invalid-argument'
  | 'limit-exceeded'
  // der, pem
  | 'der-malformed'
  | 'der-limit'
  | 'pem-malformed'
  // keys and signatures
  | 'key-malformed'
  | 'key-unsupported'
  | 'key-encrypted'
  | 'key-mismatch'
  | 'key-destroyed'
  | 'key-not-current'
  | 'key-ring-malformed'
  | 'pkcs12-malformed'
  | 'password-wrong'
  | 'signature-malformed'
  | 'ciphertext-malformed'
  | 'decryption-failed'
  | 'algorithm-unsupported'
  | 'backend-unavailable'
  // pools of keys
  | 'pool-unavailable'
  | 'pool-busy'
  | 'pool-timeout'
  | 'pool-unauthorized'
  | 'pool-key-unknown'
  | 'pool-answer-wrong'
  | 'idempotency-key-reused'
  // certificates
  | 'certificate-malformed'
  | 'certificate-request-malformed'
  | 'certificate-request-unproved'
  | 'certificate-unsuitable'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'name-malformed'
  // revocation
  | 'crl-malformed'
  | 'crl-unsupported'
  | 'ocsp-malformed'
  | 'ocsp-unsupported'
  | 'ocsp-unsuccessful'
  | 'certificate-unknown'
  | 'already-revoked'
  // timestamps
  | 'timestamp-malformed'
  | 'timestamp-refused'
  | 'timestamp-unavailable'
  | 'timestamp-answer-wrong'
  // cms
  | 'cms-malformed'
  | 'cms-content-missing'
  | 'recipient-not-found'
  // codes
  | 'code-invalid'
  | 'division-history-malformed'
  // qr, cbor, cose
  | 'base45-malformed'
  | 'qr-too-large'
  | 'qr-not-found'
  | 'image-malformed'
  | 'cbor-malformed'
  | 'cose-malformed'
  // city codes
  | 'city-code-malformed'
  | 'challenge-malformed'
  | 'revocation-filter-malformed'
  | 'gate-state-malformed'
  | 'code-not-routed'
  | 'code-ambiguous'
  | 'delegation-unproved'
  | 'delegation-exists'
  | 'delegation-missing'
  | 'counter-reused'
  // json, jose
  | 'json-malformed'
  | 'jws-malformed'
  | 'jwt-malformed'
  | 'jwe-malformed'
  | 'jwk-malformed'
  | 'jwk-private'
  | 'jwks-malformed'
  | 'status-list-malformed'
  // token endpoints
  | 'token-endpoint-refused'
  | 'token-endpoint-unavailable'
  | 'token-endpoint-answer-wrong'
  // trust lists
  | 'trust-list-malformed'
  | 'trust-list-untrusted'
  | 'trust-list-rollback'
  // pdf
  | 'pdf-malformed'
  | 'pdf-encrypted'
  | 'pdf-limit'
  | 'pdf-loop'
  | 'pdf-page-missing'
  | 'pdf-unfaithful'
  | 'pdf-certified'
  | 'pdf-reservation'
  | 'pdf-permission'
  | 'pdf-file-changed'
  | 'pdf-keyword-missing'
  | 'pdf-field-missing'
  | 'pdf-field-locked'
  | 'pdf-render-failed'
  | 'pdf-hazards'
  | 'pdf-signed'
  | 'pdf-seed-value'
  | 'validation-data-missing'
  // seals
  | 'seal-malformed'
  | 'seal-outside-page'
  | 'seal-picture-unsupported'
  | 'seal-name-length'
  | 'seal-expired'
  | 'seal-not-yet-valid'
  | 'signer-not-in-seal'
  | 'glyph-missing'
  // licences
  | 'license-data-invalid'
  | 'license-type-unknown'
  | 'license-type-invalid'
  | 'license-qr-too-large'
  | 'license-face-too-large'
  | 'license-face-overflow'
  | 'license-exists'
  | 'license-not-found'
  | 'license-status'
  | 'clock-behind'
  | 'batch-exists'
  // audit logs
  | 'audit-malformed'
  | 'audit-damaged'
  // tables
  | 'table-malformed'
  | 'table-unsupported'
  | 'table-encrypted'
  | 'table-sheet'
  // catalogues
  | 'catalog-order'
  | 'edition-malformed'
  | 'dcat-malformed'
  // directories
  | 'directory-conflict'
  | 'directory-reference'
  // stores
  | 'store-unavailable'
  | 'store-locked'
  | 'store-version'
  // files and command line
  | 'usage'
  | 'file-missing'
  | 'file-exists'
  | 'file-unreadable'
  | 'file-unwritable'
  | 'interrupted'
  | 'internal';

/** One wrong place in an input; all of them are reported at once. */
export interface Issue {
  /** Where, from the root of the input: `['holders', 0, 'code']`. */
  readonly path: readonly (string | number)[];
  /** Stable code of the rule that was broken, e.g. `credit-code-check`. */
  readonly code: string;
  readonly message: string;
  readonly messageZh: string;
}

export interface GovErrorOptions {
  readonly cause?: unknown;
  readonly issues?: readonly Issue[];
}

/**
 * Misuse or unreadable input (误用或不可读的输入). `message` is English and may name offsets, sizes and fields, never secrets
 * or personal data.
 */
export class GovError extends Error {
  override readonly name = 'GovError';
  readonly code: ErrorCode;
  readonly issues: readonly Issue[];

  constructor(code: ErrorCode, message: string, options: GovErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.issues = options.issues ?? [];
  }
}

/** Tells a `GovError`, also one from a second copy of this package, from every other thrown value. */
export function isGovError(value: unknown): value is GovError {
  return value instanceof Error && value.name === 'GovError' && typeof (value as { code?: unknown }).code === 'string';
}
