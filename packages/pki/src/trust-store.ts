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

/** Certificates whose path and verifier are remembered; the oldest goes first. About 4 KB each. */
export const TRUST_STORE_MAX_REMEMBERED = 512;

/**
 * @example
 * import { readCertificate, TrustStore } from '@gov/pki';
 * const trust = new TrustStore({ anchors: [readCertificate(rootPem)] });
 */
export class TrustStore {
  readonly anchors: readonly Certificate[];
  readonly certificates: readonly Certificate[];
  readonly profile: 'strict' | 'lenient';
  readonly #paths = new Map<string, Promise<PathResult>>();
  readonly #verifiers = new Map<string, StructureVerifier>();
  readonly #about = new Map<string, { readonly name: string; readonly body: CertificateBody }>();
  readonly #authority = new Map<string, readonly Finding[]>();
  readonly #digests = new WeakMap<Certificate, string>();
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
    return remembered(this.#paths, this.#digest(certificate), () =>
      validatePath(certificate, { anchors: this.anchors, intermediates: this.certificates, profile: this.profile }),
    );
  }

  /** The verifier for a certificate's key and a signature algorithm (OID). @throws GovError `algorithm-unsupported`, `key-malformed` */
  verifier(certificate: Certificate, signatureAlgorithm: string): StructureVerifier {
    return remembered(this.#verifiers, `${this.#digest(certificate)} ${signatureAlgorithm}`, () =>
      structureVerifier(certificate.publicKey, signatureAlgorithm),
    );
  }

  /** Subject and body of a certificate as reports name them. */
  about(certificate: Certificate): { readonly name: string; readonly body: CertificateBody } {
    return remembered(this.#about, this.#digest(certificate), () => ({
      name: formatName(certificate.subject),
      body: certificateBody(certificate),
    }));
  }

  /** `authorityFindings` of a certificate for a use. */
  authority(certificate: Certificate, use: CertificateUse): readonly Finding[] {
    const key = `${this.#digest(certificate)} ${use}`;
    return remembered(this.#authority, key, () => authorityFindings(certificate, use));
  }

  #digest(certificate: Certificate): string {
    const known = this.#digests.get(certificate);
    if (known !== undefined) return known;
    const digest = bytesToHex(sm3(certificate.bytes));
    this.#digests.set(certificate, digest);
    return digest;
  }
}

function remembered<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  if (cache.size >= TRUST_STORE_MAX_REMEMBERED) cache.delete(cache.keys().next().value!);
  cache.set(key, made);
  return made;
}
