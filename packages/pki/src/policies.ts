/**
 * Certificate policies (证书策略, RFC 5280 4.2.1.4 and 6.1): instead of a tree, whose size an attacker can make grow without
 * bound, a graph of one node per policy and certificate, which says the same.
 */
import { contextPrimitive, type DerMode, Tag } from '@gov/der';
import { GovError } from '@gov/verdict';
import type { Certificate } from './certificate.js';
import { readExtension, someOf } from './extension.js';
import { ANY, EXTENSION } from './oid.js';

/** Policies, and mappings, in one certificate. */
export const POLICIES_MAX = 1024;

/** What a certificate says about policies. */
export interface CertificatePolicies {
  /** OIDs; absent: none at all. */
  readonly policies?: readonly string[];
  /** Of a CA: the issuer's policy and the subject's that it counts as. */
  readonly mappings: readonly (readonly [issuerDomain: string, subjectDomain: string])[];
  readonly requireExplicitPolicy?: number;
  readonly inhibitPolicyMapping?: number;
  readonly inhibitAnyPolicy?: number;
}

/** @throws GovError `certificate-malformed`, `limit-exceeded` past `POLICIES_MAX` */
export function readPolicies(certificate: Certificate, mode: DerMode = 'lenient'): CertificatePolicies {
  const policies = readExtension(certificate, EXTENSION.certificatePolicies, mode, (value) => {
    const oids = bounded(someOf(value.children(Tag.sequence).rest())).map((information) => {
      const fields = information.children(Tag.sequence);
      const oid = fields.next(Tag.oid).oid();
      fields.optional(Tag.sequence);
      fields.end();
      return oid;
    });
    if (new Set(oids).size !== oids.length) throw new GovError('der-malformed', 'the same policy twice');
    return oids;
  });
  const mappings = readExtension(certificate, EXTENSION.policyMappings, mode, (value) =>
    bounded(someOf(value.children(Tag.sequence).rest())).map((mapping) => {
      const fields = mapping.children(Tag.sequence);
      const pair = [fields.next(Tag.oid).oid(), fields.next(Tag.oid).oid()] as const;
      fields.end();
      // RFC 5280 6.1.4 (a)
      if (pair.includes(ANY.policy)) throw new GovError('der-malformed', 'anyPolicy is mapped');
      return pair;
    }),
  );
  const constraints = readExtension(certificate, EXTENSION.policyConstraints, mode, (value) => {
    const fields = value.children(Tag.sequence);
    const [requireExplicitPolicy, inhibitPolicyMapping] = [0, 1].map((n) =>
      fields.optional(contextPrimitive(n))?.as(Tag.integer).smallInteger(),
    );
    fields.end();
    if (requireExplicitPolicy === undefined && inhibitPolicyMapping === undefined)
      throw new GovError('der-malformed', 'policyConstraints of nothing');
    return {
      ...(requireExplicitPolicy === undefined ? {} : { requireExplicitPolicy }),
      ...(inhibitPolicyMapping === undefined ? {} : { inhibitPolicyMapping }),
    };
  });
  const inhibitAnyPolicy = readExtension(certificate, EXTENSION.inhibitAnyPolicy, mode, (value) =>
    value.smallInteger(),
  );
  return {
    ...(policies === undefined ? {} : { policies }),
    mappings: mappings ?? [],
    ...constraints,
    ...(inhibitAnyPolicy === undefined ? {} : { inhibitAnyPolicy }),
  };
}

function bounded<T>(list: readonly T[]): readonly T[] {
  if (list.length > POLICIES_MAX) throw new GovError('limit-exceeded', `more than ${POLICIES_MAX} policies`);
  return list;
}

/** A policy that is valid at one certificate. */
interface Node {
  readonly policy: string;
  /** Nodes of the certificate above that expect it; none: it comes from anyPolicy. */
  readonly parents: readonly Node[];
}

/** Steps through a path from the certificate below the anchor to the leaf: RFC 5280 6.1.2 to 6.1.5. */
export class PolicyState {
  /** Certificates until a policy must be there, until mappings and anyPolicy count no longer. */
  #explicitPolicy: number;
  #policyMapping = Number.POSITIVE_INFINITY;
  #inhibitAnyPolicy = Number.POSITIVE_INFINITY;
  /** What the next certificate may say, by policy; beside these anything, where `#any`. */
  #expected: ReadonlyMap<string, readonly Node[]> = new Map();
  #any = true;
  readonly #wanted: ReadonlySet<string> | undefined;

  /** @param wanted one of these must be valid (user-initial-policy-set); undefined: any, and none unless a CA demands it */
  constructor(wanted: readonly string[] | undefined) {
    const given = wanted !== undefined && !wanted.includes(ANY.policy);
    this.#wanted = given ? new Set(wanted) : undefined;
    this.#explicitPolicy = wanted === undefined ? Number.POSITIVE_INFINITY : 0;
  }

  /** One certificate; false where no policy is valid although one must be. */
  step(
    own: CertificatePolicies,
    { selfIssued, leaf }: { readonly selfIssued: boolean; readonly leaf: boolean },
  ): boolean {
    const nodes = this.#nodes(own.policies, this.#inhibitAnyPolicy > 0 || (selfIssued && !leaf));
    // 6.1.3 (f)
    if (this.#explicitPolicy === 0 && nodes.size === 0 && !this.#any) return false;
    if (leaf) return this.#wrapUp(own, nodes);
    this.#map(own.mappings, nodes);
    // 6.1.4 (h) to (j)
    const less = (count: number, limit = Number.POSITIVE_INFINITY) =>
      Math.min(selfIssued || count === 0 ? count : count - 1, limit);
    this.#explicitPolicy = less(this.#explicitPolicy, own.requireExplicitPolicy);
    this.#policyMapping = less(this.#policyMapping, own.inhibitPolicyMapping);
    this.#inhibitAnyPolicy = less(this.#inhibitAnyPolicy, own.inhibitAnyPolicy);
    return true;
  }

  /** 6.1.3 (d) and (e) */
  #nodes(policies: readonly string[] | undefined, anyAllowed: boolean): Map<string, Node> {
    const nodes = new Map<string, Node>();
    for (const policy of policies ?? []) {
      const parents = this.#expected.get(policy) ?? (this.#any ? [] : undefined);
      if (policy !== ANY.policy && parents !== undefined) nodes.set(policy, { policy, parents });
    }
    if (anyAllowed && policies?.includes(ANY.policy)) {
      for (const [policy, parents] of this.#expected) if (!nodes.has(policy)) nodes.set(policy, { policy, parents });
    } else {
      this.#any = false;
    }
    return nodes;
  }

  /** 6.1.4 (b) */
  #map(mappings: CertificatePolicies['mappings'], nodes: Map<string, Node>): void {
    const expected = new Map<string, Node[]>();
    const expect = (policy: string, node: Node) => {
      const known = expected.get(policy);
      if (known === undefined) expected.set(policy, [node]);
      else known.push(node);
    };
    const mapped = new Set(mappings.map(([issuer]) => issuer));
    for (const [policy, node] of nodes) if (!mapped.has(policy)) expect(policy, node);
    if (this.#policyMapping > 0) {
      for (const [issuer, subject] of mappings) {
        if (!nodes.has(issuer) && this.#any) nodes.set(issuer, { policy: issuer, parents: [] });
        const node = nodes.get(issuer);
        if (node !== undefined) expect(subject, node);
      }
    }
    this.#expected = expected;
  }

  /** 6.1.5 (a), (b) and (g) */
  #wrapUp({ requireExplicitPolicy }: CertificatePolicies, nodes: ReadonlyMap<string, Node>): boolean {
    if (this.#explicitPolicy > 1 && requireExplicitPolicy !== 0) return true;
    if (this.#any) return true;
    if (this.#wanted === undefined) return nodes.size > 0;
    const open = [...nodes.values()];
    const seen = new Set(open);
    // What counts is the policy as the first CA named it, before any mapping.
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (node.parents.length === 0 && this.#wanted.has(node.policy)) return true;
      for (const parent of node.parents) {
        if (seen.has(parent)) continue;
        seen.add(parent);
        open.push(parent);
      }
    }
    return false;
  }
}
