/** What every verifier above the certificates is given: no clock, no store, no network of its own. */
import type { Check } from '@gov/verdict';
import type { Certificate } from './certificate.js';
import type { RevocationData } from './revocation/data.js';
import type { TrustStore } from './trust-store.js';

export interface VerificationOptions {
  /** The moment to judge at; verifiers have no clock. */
  readonly at: Date;
  readonly trust: TrustStore;
  /** CRLs and OCSP responses, from anywhere (`@gov/pki/revocation`). None: `revocation-not-checked`. */
  readonly revocation?: RevocationData;
  /** Asked for more of it, for every path: `(path) => gatherRevocation(path, …)`. Nothing is fetched unless this is given. */
  readonly fetchRevocation?: (path: readonly Certificate[]) => Promise<RevocationData>;
  /** Checks demanded beyond the default, e.g. `['revocation']`. */
  readonly require?: readonly Check[];
}
