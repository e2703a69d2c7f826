/**
 * Certification path validation (证书路径验证, RFC 5280 6): building a path to a given anchor and checking what each
 * link may do. Validity in time is weighed apart, in signing-time.ts, because it depends on when was signed.
 */
import type { Finding } from '@gov/verdict';
import { isGovError } from '@gov/verdict';
import { structureVerifier } from './algorithm.js';
import type { Certificate } from './certificate.js';
import { formatName, sameName } from './name.js';
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
  maxSignatures: 100,
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
 * Looks for a path from a certificate to an anchor. No issuer known → unknown `path-no-anchor`; an issuer that did not
 * sign, may not sign, or is too far up → fail.
 *
 * @example
 * const { findings } = await validatePath(signer, { anchors: [root], intermediates });
 */
export async function validatePath(certificate: Certificate, options: PathOptions): Promise<PathResult> {
  const search = new Search(options);
  const path = await search.climb([certificate]);
  if (path === undefined) {
    return { findings: [search.failure ?? noAnchor(certificate)], path: [certificate], complete: false };
  }
  const findings = constraintFindings(path, options.profile ?? 'lenient');
  return {
    findings: findings.some(({ outcome }) => outcome === 'fail')
      ? findings
      : [...findings, pass(`${path.length} certificates up to ${formatName(path[path.length - 1]!.subject)}`)],
    path,
    complete: true,
  };
}

class Search {
  failure: Finding | undefined;
  readonly #options: PathOptions;
  #signatures = 0;

  constructor(options: PathOptions) {
    this.#options = options;
  }

  /** Depth first, anchors before intermediates. The first dead end that proves something wrong is remembered. */
  async climb(path: readonly Certificate[]): Promise<readonly Certificate[] | undefined> {
    const last = path[path.length - 1]!;
    if (this.#options.anchors.some((anchor) => sameBytes(anchor.bytes, last.bytes))) return path;
    if (path.length >= PATH_LIMITS.maxLength) return this.#fail('path-limit', 'path too long');
    const known = [...this.#options.anchors, ...(this.#options.intermediates ?? [])];
    for (const issuer of known) {
      if (!mayHaveIssued(issuer, last) || path.some((certificate) => sameBytes(certificate.bytes, issuer.bytes)))
        continue;
      if (++this.#signatures > PATH_LIMITS.maxSignatures) return this.#fail('path-limit', 'too many candidates');
      const problem = await issued(issuer, last);
      if (problem !== undefined) {
        this.#fail(problem, `${formatName(last.subject)} names ${formatName(issuer.subject)} as its issuer`);
        continue;
      }
      const found = await this.climb([...path, issuer]);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #fail(code: 'path-signature-invalid' | 'path-limit' | 'algorithm-unsupported', detail: string): undefined {
    const outcome = code === 'algorithm-unsupported' ? 'unknown' : 'fail';
    this.failure ??= { check: 'path', outcome, code, clause: CLAUSE, detail };
  }
}

/** Names agree, and key identifiers where both sides carry one. */
function mayHaveIssued(issuer: Certificate, subject: Certificate): boolean {
  if (!sameName(issuer.subject, subject.issuer)) return false;
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

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((octet, index) => octet === b[index]);
}
