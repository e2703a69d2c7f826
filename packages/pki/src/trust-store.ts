/**
 * What a verifier believes (信任库): anchors, certificates to look up, and what was already worked out about them. Keep one
 * and pass it to every verification; nothing is cached anywhere else.
 */
import { bytesToHex, sm3 } from '@gov/sm';
import type { Finding } from '@gov/verdict';
import { type StructureVerifier, structureVerifier } from './algorithm.js';
import { authorityFindings, type CertificateBody, certificateBody } from './authority.js';
import { type Certificate, certificateKid } from './certificate.js';
import { formatName } from './name.js';
import type { CertificateUse } from './oid.js';
import { type PathResult, validatePath } from './path.js';

export interface TrustStoreOptions {
  /** Believed without proof (信任锚). None: authentic at best, never trusted. */
  readonly anchors: readonly Certificate[];
  /** To look up, untrusted by themselves: intermediates, issuers of QR codes. */
  readonly certificates?: readonly Certificate[];
  /** `lenient` (default) accepts the encodings of real products and says so; `strict` relaxes nothing. */
  readonly profile?: 'strict' | 'lenient';
}

/** Certificates that are remembered, however often they are read again; the oldest goes first. About 4 KB each. */
export const TRUST_STORE_MAX_REMEMBERED = 512;

/** What was worked out about one certificate. */
interface Known {
  path?: Promise<PathResult>;
  about?: { readonly name: string; readonly body: CertificateBody };
  /** By signature algorithm (OID). */
  readonly verifiers: Map<string, StructureVerifier>;
  readonly authority: Map<CertificateUse, readonly Finding[]>;
}

/**
 * @example
 * import { readCertificate, TrustStore } from '@gov/pki';
 * const trust = new TrustStore({ anchors: [readCertificate(rootPem)] });
 */
export class TrustStore {
  readonly anchors: readonly Certificate[];
  readonly certificates: readonly Certificate[];
  readonly profile: 'strict' | 'lenient';
  /** By the digest of the certificate: a signed file brings the same one again and again, each time read anew. */
  readonly #known = new Map<string, Known>();
  readonly #knownObjects = new WeakMap<Certificate, Known>();
  readonly #byKid = new Map<string, Certificate[]>();

  constructor(options: TrustStoreOptions) {
    this.anchors = options.anchors;
    this.certificates = options.certificates ?? [];
    this.profile = options.profile ?? 'lenient';
    for (const certificate of new Set([...this.certificates, ...this.anchors])) {
      const kid = bytesToHex(certificateKid(certificate));
      this.#byKid.set(kid, [...(this.#byKid.get(kid) ?? []), certificate]);
    }
  }

  /** Every certificate of the store with this key identifier (first 8 bytes of SM3 over the certificate). */
  byKid(kid: Uint8Array): readonly Certificate[] {
    return this.#byKid.get(bytesToHex(kid)) ?? [];
  }

  /** The path from a certificate to an anchor; it does not depend on time. */
  path(certificate: Certificate): Promise<PathResult> {
    const known = this.#knownOf(certificate);
    const { anchors, certificates: intermediates, profile } = this;
    known.path ??= validatePath(certificate, { anchors, intermediates, profile });
    return known.path;
  }

  /** The verifier for a certificate's key and a signature algorithm (OID). @throws GovError `algorithm-unsupported`, `key-malformed` */
  verifier(certificate: Certificate, signatureAlgorithm: string): StructureVerifier {
    const { verifiers } = this.#knownOf(certificate);
    const verifier = verifiers.get(signatureAlgorithm) ?? structureVerifier(certificate.publicKey, signatureAlgorithm);
    verifiers.set(signatureAlgorithm, verifier);
    return verifier;
  }

  /** Subject and body of a certificate as reports name them. */
  about(certificate: Certificate): { readonly name: string; readonly body: CertificateBody } {
    const known = this.#knownOf(certificate);
    known.about ??= { name: formatName(certificate.subject), body: certificateBody(certificate) };
    return known.about;
  }

  /** `authorityFindings` of a certificate for a use. */
  authority(certificate: Certificate, use: CertificateUse): readonly Finding[] {
    const { authority } = this.#knownOf(certificate);
    const findings = authority.get(use) ?? authorityFindings(certificate, use);
    authority.set(use, findings);
    return findings;
  }

  #knownOf(certificate: Certificate): Known {
    const known = this.#knownObjects.get(certificate) ?? this.#knownByDigest(certificate);
    this.#knownObjects.set(certificate, known);
    return known;
  }

  #knownByDigest(certificate: Certificate): Known {
    const digest = bytesToHex(sm3(certificate.bytes));
    const known = this.#known.get(digest) ?? { verifiers: new Map(), authority: new Map() };
    if (this.#known.size >= TRUST_STORE_MAX_REMEMBERED && !this.#known.has(digest)) {
      this.#known.delete(this.#known.keys().next().value!);
    }
    this.#known.set(digest, known);
    return known;
  }
}
