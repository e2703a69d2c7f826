/** What every verifier above the certificates is given: no clock, no store, no network of its own. */
import type { Check } from '@gov/verdict';
import type { TrustStore } from './trust-store.js';

export interface VerificationOptions {
  /** The moment to judge at; verifiers have no clock. */
  readonly at: Date;
  readonly trust: TrustStore;
  /** Checks demanded beyond the default, e.g. `['revocation']`. */
  readonly require?: readonly Check[];
}
