/** The issuers that a gate believes (签发者), each with a verifier that is kept. */
import { authorityFindings, readCertificate } from '@gov/pki';
import type { TrustList, TrustListIssuer } from '@gov/pki/trust-list';
import { readSm2PublicKey, sm2Verifier, type Verifier } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';

interface GateIssuer {
  readonly entry: TrustListIssuer;
  readonly verifier: Verifier;
}

export class GateIssuers {
  /** Where a whole list was given. */
  readonly edition: TrustList | undefined;
  readonly #entries = new Map<number, TrustListIssuer>();
  /** Made when an issuer is met for the first time; undefined for a certificate that will not do. */
  readonly #met = new Map<number, GateIssuer | undefined>();

  /** @throws GovError `invalid-argument` where two entries have one index */
  constructor(issuers: TrustList | readonly TrustListIssuer[]) {
    const entries = 'issuers' in issuers ? issuers.issuers : issuers;
    this.edition = 'issuers' in issuers ? issuers : undefined;
    for (const entry of entries) {
      if (entry.use !== 'city-code-issuer') continue;
      if (this.#entries.has(entry.index)) throw new GovError('invalid-argument', `two issuers of index ${entry.index}`);
      this.#entries.set(entry.index, entry);
    }
  }

  byIndex(index: number): GateIssuer | undefined {
    if (this.#met.has(index)) return this.#met.get(index);
    const entry = this.#entries.get(index);
    // Indexes that nobody has are not remembered: a stranger could show all of them.
    if (entry === undefined) return undefined;
    const issuer = open(entry);
    this.#met.set(index, issuer);
    return issuer;
  }
}

/** Undefined for a certificate that cannot be read, says it is for something else, or has another key than SM2. */
function open(entry: TrustListIssuer): GateIssuer | undefined {
  try {
    const certificate = readCertificate(entry.certificate);
    const authority = authorityFindings(certificate, 'city-code-issuer', [entry]);
    if (authority.some(({ outcome }) => outcome !== 'pass')) return undefined;
    return { entry, verifier: sm2Verifier(readSm2PublicKey(certificate.publicKey)) };
  } catch (error) {
    if (isGovError(error)) return undefined;
    throw error;
  }
}
