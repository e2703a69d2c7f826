/** What the certificates of a complete path must say (RFC 5280 6.1), the signatures apart. */
import type { Finding, FindingCode, Outcome } from '@gov/verdict';
import { isGovError } from '@gov/verdict';
import type { Certificate } from './certificate.js';
import { formatName, sameName } from './name.js';
import { NameConstraintsState, readNameConstraints } from './name-constraints.js';
import { ANY, EXTENSION } from './oid.js';
import { PolicyState, readPolicies } from './policies.js';

/** What is demanded of a path beyond what its certificates demand themselves. */
export interface PathDemands {
  /** One of these certificate policies (OIDs) must be valid along the path: RFC 5280's user-initial-policy-set, made explicit. */
  readonly policies?: readonly string[];
  /** OID that the leaf must name among its extended key usages, and that no CA with such a list may leave out. */
  readonly extendedKeyUsage?: string;
  /** `lenient` (default) forgives an anchor a missing keyCertSign. */
  readonly profile?: 'strict' | 'lenient';
}

export const CLAUSE = 'RFC 5280 6.1';

/** Extensions whose meaning is applied here, or restricts nothing that these paths are used for. */
const UNDERSTOOD: ReadonlySet<string> = new Set([
  EXTENSION.basicConstraints,
  EXTENSION.keyUsage,
  EXTENSION.extendedKeyUsage,
  EXTENSION.subjectKeyIdentifier,
  EXTENSION.authorityKeyIdentifier,
  EXTENSION.subjectAltName,
  EXTENSION.crlDistributionPoints,
  EXTENSION.nameConstraints,
  EXTENSION.certificatePolicies,
  EXTENSION.policyMappings,
  EXTENSION.policyConstraints,
  EXTENSION.inhibitAnyPolicy,
]);

/**
 * Walks from the anchor (last) to the leaf (first). No finding: nothing speaks against the path.
 *
 * Of an anchor its CA flag, path length, keyUsage, name constraints and extended key usage count as those of any CA; its
 * policies do not (RFC 5280 6.1.1: an anchor is a name and a key).
 */
export function validationFindings(path: readonly Certificate[], demands: PathDemands): Finding[] {
  const findings: Finding[] = [];
  const add = (outcome: Outcome, code: FindingCode, detail: string) =>
    findings.push({ check: 'path', outcome, code, clause: CLAUSE, detail });
  const { profile = 'lenient', extendedKeyUsage: purpose } = demands;
  const names = new NameConstraintsState();
  const policies = new PolicyState(demands.policies);
  let policyValid = true;
  for (let index = path.length - 1; index >= 0; index--) {
    const certificate = path[index]!;
    const who = formatName(certificate.subject);
    const isAnchor = index === path.length - 1;
    const isLeaf = index === 0;
    const selfIssued = sameName(certificate.subject, certificate.issuer);
    const unknown = [...certificate.extensions].find(([oid, { critical }]) => critical && !UNDERSTOOD.has(oid));
    if (unknown !== undefined) add('fail', 'path-critical-extension', `${who}: ${unknown[0]}`);
    if (purpose !== undefined && !allowsPurpose(certificate, purpose, isLeaf))
      add('fail', 'path-extended-key-usage', `${who}: not for ${purpose}`);
    try {
      const forbidden = isLeaf || !selfIssued ? names.forbidden(certificate, profile) : undefined;
      if (forbidden !== undefined) add('fail', 'path-name-constraints', `${who}: ${forbidden}`);
      if (!isAnchor && policyValid) {
        policyValid = policies.step(readPolicies(certificate, profile), { selfIssued, leaf: isLeaf });
        if (!policyValid) add('fail', 'path-policy', `${who}: no policy that is valid`);
      }
      const constraints = isLeaf ? undefined : readNameConstraints(certificate, profile);
      if (constraints !== undefined) names.add(constraints);
    } catch (error) {
      if (!isGovError(error)) throw error;
      if (error.code === 'limit-exceeded') add('unknown', 'path-limit', `${who}: ${error.message}`);
      else add('fail', 'path-extension-malformed', `${who}: ${error.message}`);
      // What was not read may forbid everything below.
      return findings;
    }
    if (isLeaf) continue;
    // A version 1 anchor has no extensions to say so; it is trusted because the caller said so.
    if (certificate.basicConstraints?.ca !== true && !(isAnchor && certificate.version === 1))
      add('fail', 'path-not-ca', who);
    // RFC 5280 takes only name and key from an anchor; real provincial roots lack the bit.
    if (certificate.keyUsage?.has('keyCertSign') === false)
      add(isAnchor && profile === 'lenient' ? 'warn' : 'fail', 'path-key-usage', who);
    const below = path.slice(1, index).filter((other) => !sameName(other.subject, other.issuer)).length;
    const allowed = certificate.basicConstraints?.pathLength;
    if (allowed !== undefined && below > allowed) add('fail', 'path-length-exceeded', who);
  }
  return findings;
}

/** A leaf must name the purpose; a CA that names none, or any, limits nothing. */
function allowsPurpose({ extendedKeyUsage: named }: Certificate, purpose: string, isLeaf: boolean): boolean {
  if (named === undefined) return !isLeaf;
  return named.includes(purpose) || (!isLeaf && named.includes(ANY.extendedKeyUsage));
}
