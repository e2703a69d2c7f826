/**
 * Certification path validation (证书路径验证, RFC 5280 6): building a path to a given anchor and checking what each
 * certificate of it must say. Validity in time is weighed apart, in signing-time.ts, because it depends on when was signed.
 */
import { sameBytes } from '@gov/sm';
import type { Finding } from '@gov/verdict';
import { isGovError } from '@gov/verdict';
import { structureVerifier } from './algorithm.js';
import type { Certificate } from './certificate.js';
import { canonicalName, formatName, sameName } from './name.js';
import { CLAUSE, type PathDemands, validationFindings } from './path-validation.js';

export interface PathOptions extends PathDemands {
  /** Believed without proof (信任锚). */
  readonly anchors: readonly Certificate[];
  /** Looked up by name, untrusted by themselves. */
  readonly intermediates?: readonly Certificate[];
  /** Of several paths one whose every certificate is valid at this moment is preferred; it is no condition. */
  readonly at?: Date;
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
  /** Issuers tried, each by verifying a signature, while looking for one path. */
  maxSignatures: 256,
} as const;

/**
 * Looks for a path from a certificate to an anchor, whose every link signed and may sign, and which fulfils RFC 5280 6.1.
 * Where there is none: no issuer known → unknown `path-no-anchor`; an issuer that did not sign, may not sign, or is too far
 * up → fail; too many certificates of the same name to try them all → unknown `path-limit`.
 *
 * @example
 * const { findings } = await validatePath(certificate, { anchors: [root], at: new Date('2026-05-20T00:00:00Z') });
 */
export async function validatePath(certificate: Certificate, options: PathOptions): Promise<PathResult> {
  const search = new Search(options);
  const found = (await search.climb([certificate])) ?? search.untimely;
  if (found !== undefined) return found;
  // What was not tried may be the path: what was found to be wrong proves nothing.
  if (search.flawed !== undefined && !search.gaveUp) return search.flawed;
  return { findings: [search.failure ?? noAnchor(certificate)], path: [certificate], complete: false };
}

class Search {
  /** The first path without a flaw that is not valid at the moment asked for. */
  untimely: PathResult | undefined;
  /** The first path that reached an anchor with a flaw. */
  flawed: PathResult | undefined;
  /** The first dead end that proves something wrong, or that the search was given up. */
  failure: Finding | undefined;
  gaveUp = false;
  readonly #anchors: readonly Certificate[];
  readonly #demands: PathDemands;
  readonly #at: Date | undefined;
  /** By name, anchors before intermediates. */
  readonly #issuers = new Map<string, Certificate[]>();
  #tried = 0;

  constructor({ anchors, intermediates = [], at, ...demands }: PathOptions) {
    this.#anchors = anchors;
    this.#demands = demands;
    this.#at = at;
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
      if (!keyIdentifiersAgree(issuer, last) || comesRound(path, issuer)) continue;
      if (++this.#tried > PATH_LIMITS.maxSignatures) return this.#giveUp();
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
    const findings = validationFindings(path, this.#demands);
    if (findings.some(({ outcome }) => outcome !== 'warn')) {
      this.flawed ??= { findings, path, complete: true };
      return undefined;
    }
    const anchor = formatName(path[path.length - 1]!.subject);
    const result = {
      findings: [...findings, pass(`${path.length} certificates up to ${anchor}`)],
      path,
      complete: true,
    };
    if (this.#at === undefined || validAt(path, this.#at)) return result;
    this.untimely ??= result;
    return undefined;
  }

  #fail(code: 'path-signature-invalid' | 'path-limit' | 'algorithm-unsupported', detail: string): undefined {
    const outcome = code === 'algorithm-unsupported' ? 'unknown' : 'fail';
    this.failure ??= { check: 'path', outcome, code, clause: CLAUSE, detail };
  }

  /** What was not tried may be the path: nothing is proved. */
  #giveUp(): undefined {
    const detail = `more than ${PATH_LIMITS.maxSignatures} candidates`;
    this.gaveUp = true;
    this.failure = { check: 'path', outcome: 'unknown', code: 'path-limit', clause: CLAUSE, detail };
  }
}

/** Whether each certificate of a path is valid at a moment. */
export const validAt = (path: readonly Certificate[], at: Date): boolean =>
  path.every(({ notBefore, notAfter }) => notBefore <= at && at <= notAfter);

/** Whether a path already went through this name with this key: another certificate for them leads in a circle, not up. */
const comesRound = ([leaf, ...issuers]: readonly Certificate[], next: Certificate): boolean =>
  sameBytes(leaf!.bytes, next.bytes) ||
  issuers.some((other) => sameBytes(other.publicKey, next.publicKey) && sameName(other.subject, next.subject));

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

const pass = (detail: string): Finding => ({ check: 'path', outcome: 'pass', code: 'path-ok', clause: CLAUSE, detail });

const noAnchor = (certificate: Certificate): Finding => ({
  check: 'path',
  outcome: 'unknown',
  code: 'path-no-anchor',
  clause: CLAUSE,
  detail: `no given anchor leads to ${formatName(certificate.subject)}, issued by ${formatName(certificate.issuer)}`,
});
