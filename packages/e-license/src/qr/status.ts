/** Where the status of a licence is asked (证照状态核验): the port that verifiers of licences take. */
import type { Certificate, VerificationOptions } from '@gov/pki';
import type { Finding } from '@gov/verdict';
import type { LicenseClaims } from './claims.js';

/** Of a licence whose QR was verified. */
export interface LicenseStatusQuestion {
  readonly claims: LicenseClaims;
  /** Whose signature the QR bears. */
  readonly issuer: Certificate;
  /** GB/T 2260: where the issuer acts, as far as that is known. */
  readonly region?: string | undefined;
}

/** `LicenseStatusLists` of `@gov/e-license/status-check`, or anything else that knows. */
export interface LicenseStatusSource {
  /** Findings of the check `status`, one at least. */
  check(question: LicenseStatusQuestion, options: VerificationOptions): Promise<readonly Finding[]>;
}

/** What verifying a licence is given, from whatever carries it. */
export interface LicenseVerificationOptions extends VerificationOptions {
  /**
   * Absent: `status-not-checked`, which leaves the verdict alone unless `require` names `status`. Given: the check `status` is
   * required; a licence whose status cannot be told, or that names no place in a list, is indeterminate.
   */
  readonly status?: LicenseStatusSource;
}
