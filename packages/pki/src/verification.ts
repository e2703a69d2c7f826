/** What every verifier above the certificates is given: no clock, no store, no network of its own. */
import type { Check } from '@gov/verdict';
import type { Certificate } from './certificate.js';

export interface VerificationOptions {
  /** The moment to judge at; verifiers have no clock. */
  readonly at: Date;
  /** Certificates believed without proof (信任锚). None: authentic at best, never trusted. */
  readonly anchors: readonly Certificate[];
  /** Certificates to look up, untrusted by themselves. */
  readonly certificates?: readonly Certificate[];
  /** `lenient` (default) accepts the encodings of real products and says so; `strict` relaxes nothing. */
  readonly profile?: 'strict' | 'lenient';
  /** Checks demanded beyond the default, e.g. `['revocation']`. */
  readonly require?: readonly Check[];
}
