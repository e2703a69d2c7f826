/**
 * Certification path validation (证书路径验证, RFC 5280 6): building a path to a given anchor and checking what each
 * link may do. Validity in time is weighed apart, in signing-time.ts, because it depends on when was signed.
 */
import { sameBytes } from '@gov/sm';
import type { Finding } from '@gov/verdict';
import { isGovError } from '@gov/verdict';
import { structureVerifier } from './algorithm.js';
import type { Certificate } from './certificate.js';
import { canonicalName, formatName, sameName } from './name.js';
import { EXTENSION } from './oid.js';

export interface PathOptions {
  /** Believed without proof (信任锚). */
  readonly anchors: readonly Certificate[];
  /** Looked up by name, untrusted by themselves. */
  readonly intermediates?: readonly Certificate[];
  readonly profile?: 'strict' | 'lenient';
}

export interface PathResult {
  /** check `path`: one finding that says how it ended, and warnings. */
  readonly findings: readonly Finding[];
  /** Leaf first, anchor last; the leaf alone where no path was found. */
  readonly path: readonly Certificate[];
  readonly complete: boolean;
}

export const PATH_LIMITS = {
  /** Certificates in a path, leaf and anchor included. */
  maxLength: 10,
  /** Signatures verified while looking for one path. */
  maxSignatures: 256,
} as const;

const CLAUSE = 'RFC 5280 6.1';

/** Extensions whose meaning is applied here, or restricts nothing that these paths are used for. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  EXTENSION.basicConstraints,
  EXTENSION.keyUsage,
  EXTENSION.extendedKeyUsage,
  EXTENSION.subjectKeyIdentifier,
  EXTENSION.authorityKeyIdentifier,
  EXTENSION.subjectAltName,
  EXTENSION.crlDistributionPoints,
]);

/**
 * Looks for a path from a certificate to an anchor, whose every link signed and may sign. Where there is none: no issuer
 * known → unknown `path-no-anchor`; an issuer that did not sign, may not sign, or is too far up → fail; too many
 * certificates of the same name to try them all → unknown `path-limit`.
 *
 * @example
 * const { findings } = await validatePath(certificate, { anchors: [root] });
 */
export async function validatePath(certificate: Certificate, options: PathOptions): Promise<PathResult> {
  const search = new Search(options);
  return (
    (await search.climb([certificate])) ??
    search.flawed ?? { findings: [search.failure ?? noAnchor(certificate)], path: [certificate], complete: false }
  );
}

class Search {
  /** The first path that reached an anchor over a link that may not sign. */
  flawed: PathResult | undefined;
  /** The first dead end that proves something wrong, or that the search was given up. */
  failure: Finding | undefined;
  readonly #anchors: readonly Certificate[];
  readonly #profile: 'strict' | 'lenient';
  /** By name, anchors before intermediates. */
  readonly #issuers = new Map<string, Certificate[]>();
  #signatures = 0;

  constructor({ anchors, intermediates = [], profile = 'lenient' }: PathOptions) {
    this.#anchors = anchors;
    this.#profile = profile;
    for (const certificate of [...anchors, ...intermediates]) {
      const name = canonicalName(certificate.subject);
      const known = this.#issuers.get(name);
      if (known === undefined) this.#issuers.set(name, [certificate]);
      else known.push(certificate);
    }
  }

  /** Depth first, until a path without a flaw. */
  async climb(path: readonly Certificate[]): Promise<PathResult | undefined> {
    const last = path[path.length - 1]!;
    if (this.#anchors.some((anchor) => sameBytes(anchor.bytes, last.bytes))) return this.#arrive(path);
    if (path.length >= PATH_LIMITS.maxLength) return this.#fail('path-limit', 'path too long');
    const problems = new Set<'path-signature-invalid' | 'algorithm-unsupported'>();
    let signed = false;
    for (const issuer of this.#issuers.get(canonicalName(last.issuer)) ?? []) {
      if (!keyIdentifiersAgree(issuer, last) || path.some((other) => sameBytes(other.bytes, issuer.bytes))) continue;
      if (++this.#signatures > PATH_LIMITS.maxSignatures) return this.#giveUp();
      const problem = await issued(issuer, last);
      if (problem !== undefined) {
        problems.add(problem);
        continue;
      }
      signed = true;
      const found = await this.climb([...path, issuer]);
      if (found !== undefined) return found;
    }
    // Beside one that did sign, others of its name prove nothing.
    if (signed || problems.size === 0) return undefined;
    return this.#fail(
      problems.has('path-signature-invalid') ? 'path-signature-invalid' : 'algorithm-unsupported',
      `no certificate of ${formatName(last.issuer)} that is known signed ${formatName(last.subject)}`,
    );
  }

  #arrive(path: readonly Certificate[]): PathResult | undefined {
    const findings = constraintFindings(path, this.#profile);
    if (findings.some(({ outcome }) => outcome === 'fail')) {
      this.flawed ??= { findings, path, complete: true };
      return undefined;
    }
    const anchor = formatName(path[path.length - 1]!.subject);
    return { findings: [...findings, pass(`${path.length} certificates up to ${anchor}`)], path, complete: true };
  }

  #fail(code: 'path-signature-invalid' | 'path-limit' | 'algorithm-unsupported', detail: string): undefined {
    const outcome = code === 'algorithm-unsupported' ? 'unknown' : 'fail';
    this.failure ??= { check: 'path', outcome, code, clause: CLAUSE, detail };
  }

  /** What was not tried may be the path: nothing is proved. */
  #giveUp(): undefined {
    const detail = `more than ${PATH_LIMITS.maxSignatures} candidates`;
    this.failure = { check: 'path', outcome: 'unknown', code: 'path-limit', clause: CLAUSE, detail };
  }
}

/** Key identifiers are equal where both sides carry one. */
function keyIdentifiersAgree(issuer: Certificate, subject: Certificate): boolean {
  const wanted = subject.authorityKeyIdentifier;
  return (
    wanted === undefined || issuer.subjectKeyIdentifier === undefined || sameBytes(wanted, issuer.subjectKeyIdentifier)
  );
}

async function issued(
  issuer: Certificate,
  subject: Certificate,
): Promise<'path-signature-invalid' | 'algorithm-unsupported' | undefined> {
  try {
    const verifier = structureVerifier(issuer.publicKey, subject.signatureAlgorithm);
    return (await verifier.verify(subject.tbs, subject.signature)) ? undefined : 'path-signature-invalid';
  } catch (error) {
    if (isGovError(error)) return 'algorithm-unsupported';
    throw error;
  }
}

/** What each certificate of the path must allow (RFC 5280 6.1.4). */
function constraintFindings(path: readonly Certificate[], profile: 'strict' | 'lenient'): Finding[] {
  const findings: Finding[] = [];
  path.forEach((certificate, index) => {
    const who = formatName(certificate.subject);
    const isAnchor = index === path.length - 1;
    const unknown = [...certificate.extensions].find(
      ([oid, { critical }]) => (critical && !UNDERSTOOD.has(oid)) || oid === EXTENSION.nameConstraints,
    );
    if (unknown !== undefined) findings.push(fail('path-critical-extension', `${who}: ${unknown[0]}`));
    if (index === 0) return;
    // A version 1 anchor has no extensions to say so; it is trusted because the caller said so.
    if (certificate.basicConstraints?.ca !== true && !(isAnchor && certificate.version === 1)) {
      findings.push(fail('path-not-ca', who));
    }
    if (certificate.keyUsage !== undefined && !certificate.keyUsage.has('keyCertSign')) {
      // RFC 5280 takes only name and key from an anchor; real provincial roots lack the bit.
      findings.push(
        isAnchor && profile === 'lenient'
          ? { check: 'path', outcome: 'warn', code: 'path-key-usage', clause: CLAUSE, detail: who }
          : fail('path-key-usage', who),
      );
    }
    const below = path.slice(1, index).filter((other) => !sameName(other.subject, other.issuer)).length;
    const allowed = certificate.basicConstraints?.pathLength;
    if (allowed !== undefined && below > allowed) findings.push(fail('path-length-exceeded', who));
  });
  return findings;
}

const fail = (code: Finding['code'], detail: string): Finding => ({
  check: 'path',
  outcome: 'fail',
  code,
  clause: CLAUSE,
  detail,
});

const pass = (detail: string): Finding => ({ check: 'path', outcome: 'pass', code: 'path-ok', clause: CLAUSE, detail });

const noAnchor = (certificate: Certificate): Finding => ({
  check: 'path',
  outcome: 'unknown',
  code: 'path-no-anchor',
  clause: CLAUSE,
  detail: `no given anchor leads to ${formatName(certificate.subject)}, issued by ${formatName(certificate.issuer)}`,
});
