/** What a verifier is given to judge revocation by. */
import type { Certificate } from '../certificate.js';
import type { OcspResponse } from '../ocsp/response.js';
import type { Crl } from './crl.js';

/** Revocation data (吊销信息): it may come from anywhere; who signed it is asked when it is used. */
export interface RevocationData {
  readonly crls: readonly Crl[];
  readonly ocspResponses: readonly OcspResponse[];
  /** What could not be had, to be named where an answer is missing. */
  readonly problems?: readonly RevocationProblem[];
}

/** Why a source of revocation data gave none. */
export interface RevocationProblem {
  /** Whose data was looked for. */
  readonly certificate: Certificate;
  /** As the certificate writes it, at most 200 characters of it. */
  readonly url: string;
  readonly problem: /** not http or https, e.g. ldap; or no URL, or too long */
    | 'not-fetched'
    /** more URLs than are tried */
    | 'too-many-urls'
    /** the port threw, or a redirection led elsewhere */
    | 'fetch-failed'
    | 'timeout'
    /** an HTTP status other than 200 */
    | 'http-status'
    | 'too-large'
    /** no CRL, no OCSP response, or one that is refused */
    | 'unreadable'
    /** the responder says that it gives no answer, or repeats another nonce */
    | 'no-answer'
    /** stale, not trusted, about another certificate, or "unknown" */
    | 'not-usable';
  readonly detail: string;
}
