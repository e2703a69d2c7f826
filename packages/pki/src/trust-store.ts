/**
 * What a verifier believes (信任库): anchors, certificates to look up, and what was already worked out about them. Keep one
 * and pass it to every verification; nothing is cached anywhere else.
 */
import { bytesToHex, sameBytes, sm3 } from '@gov/sm';
import type { Finding } from '@gov/verdict';
import { type StructureVerifier, structureVerifier } from './algorithm.js';
import { authorityFindings, type CertificateBody, certificateBody } from './authority.js';
import { type Certificate, certificateKid } from './certificate.js';
import { formatName } from './name.js';
import { type CertificateUse, USE_OIDS } from './oid.js';
import { PATH_LIMITS, type PathResult, validAt, validatePath } from './path.js';
import type { TrustList, TrustListIssuer } from './trust-list/list.js';
import { TrustListIndex } from './trust-list/listing.js';

export interface TrustStoreOptions {
  /** Believed without proof (信任锚). None: authentic at best, never trusted. */
  readonly anchors?: readonly Certificate[];
  /**
   * A trust list that `verifyTrustList` answered (信任列表): its anchors, each for its services and regions, its issuers to
   * look up, and what it says of them.
   */
  readonly list?: TrustList;
  /** To look up, untrusted by themselves: intermediates, issuers of QR codes. */
  readonly certificates?: readonly Certificate[];
  /** `lenient` (default) accepts the encodings of real products and says so; `strict` relaxes nothing. */
  readonly profile?: 'strict' | 'lenient';
}

/** Certificates that are remembered, however often they are read again; the oldest goes first. About 4 KB each. */
export const TRUST_STORE_MAX_REMEMBERED = 512;

/**
 * Sets of further certificates that are remembered with what was worked out under them; the oldest goes first. A set of
 * more certificates than a path may have is not.
 */
const TRUST_STORE_MAX_EXTENDED = 64;

const digestText = (certificate: Certificate): string => bytesToHex(sm3(certificate.bytes));

/** What was worked out about one certificate. */
interface Known {
  /** By the anchors of the trust list that were allowed, and the extended key usage. */
  readonly paths: Map<string, Promise<PathResult>>;
  listings?: readonly TrustListIssuer[];
  about?: { readonly name: string; readonly body: CertificateBody };
  /** By signature algorithm (OID). */
  readonly verifiers: Map<string, StructureVerifier>;
  readonly authority: Map<CertificateUse, readonly Finding[]>;
}

/** What a path is asked for: a trust list may mean an anchor for some services and regions only. */
export interface PathQuestion {
  readonly use?: CertificateUse;
  /** GB/T 2260, six digits. */
  readonly region?: string | undefined;
  /** Of several paths one whose CAs are valid at this moment is preferred. */
  readonly at?: Date;
}

/** One search: what is remembered of it is right for every moment at which its CAs are valid. */
interface Search {
  /** Anchors of the trust list, by their positions; all, unless said. */
  readonly positions?: readonly number[];
  /** The extended key usage that no CA may leave out. */
  readonly purpose?: string;
  readonly at?: Date;
}

/**
 * @example
 * import { readCertificate, TrustStore } from '@gov/pki';
 * const trust = new TrustStore({ anchors: [readCertificate(rootPem)] });
 */
export class TrustStore {
  /** Those given, then those of the trust list. */
  readonly anchors: readonly Certificate[];
  readonly certificates: readonly Certificate[];
  readonly profile: 'strict' | 'lenient';
  readonly #given: readonly Certificate[];
  readonly #listed: TrustListIndex | undefined;
  /** By the digest of the certificate: a signed file brings the same one again and again, each time read anew. */
  readonly #known = new Map<string, Known>();
  readonly #knownObjects = new WeakMap<Certificate, Known>();
  readonly #byKid = new Map<string, Certificate[]>();
  /** The store that this one only adds certificates to. */
  #base: TrustStore | undefined;
  /** By what they add: a signer sends the same intermediates with every message. */
  readonly #extended = new Map<string, TrustStore>();

  constructor(options: TrustStoreOptions);
  /** @internal */
  constructor(options: TrustStoreOptions, listed?: TrustListIndex);
  constructor(options: TrustStoreOptions, listed?: TrustListIndex) {
    this.#given = options.anchors ?? [];
    this.#listed = listed ?? (options.list && new TrustListIndex(options.list));
    this.anchors = [...this.#given, ...(this.#listed?.anchors ?? [])];
    this.certificates = options.certificates ?? [];
    this.profile = options.profile ?? 'lenient';
    for (const certificate of new Set([...this.certificates, ...this.anchors])) {
      const kid = bytesToHex(certificateKid(certificate));
      this.#byKid.set(kid, [...(this.#byKid.get(kid) ?? []), certificate]);
    }
  }

  /** Every certificate of the store with this key identifier (first 8 bytes of SM3 over the certificate). */
  byKid(kid: Uint8Array): readonly Certificate[] {
    const name = bytesToHex(kid);
    const own = this.#byKid.get(name) ?? [];
    const listed = this.#listed?.byKid(name) ?? [];
    return own.length === 0
      ? listed
      : [...own, ...listed.filter((one) => !own.some((other) => sameBytes(one.bytes, other.bytes)))];
  }

  /** The trust list, where there is one. */
  get list(): TrustList | undefined {
    return this.#listed?.list;
  }

  /** What the trust list says of a certificate: none, one entry, or one for each use and region. */
  listings(certificate: Certificate): readonly TrustListIssuer[] {
    if (this.#listed === undefined) return [];
    const known = this.#knownOf(certificate);
    known.listings ??= this.#listed.listings(certificate);
    return known.listings;
  }

  /**
   * The same beliefs with further certificates to look up, untrusted by themselves: those that a message brings along. This
   * store stays as it is; verifiers are shared, and so is every path that needs none of them.
   */
  withCertificates(certificates: readonly Certificate[]): TrustStore {
    const own = new Set([...this.anchors, ...this.certificates].map(digestText));
    const further = new Map(certificates.map((certificate) => [digestText(certificate), certificate]));
    for (const digest of own) further.delete(digest);
    if (further.size === 0) return this;
    const key = [...further.keys()].sort().join();
    const extended = this.#extended.get(key) ?? this.#extend([...further.values()]);
    if (further.size > PATH_LIMITS.maxLength) return extended;
    if (this.#extended.size >= TRUST_STORE_MAX_EXTENDED && !this.#extended.has(key))
      this.#extended.delete(this.#extended.keys().next().value!);
    this.#extended.set(key, extended);
    return extended;
  }

  #extend(further: readonly Certificate[]): TrustStore {
    const { certificates, profile } = this;
    const options = { anchors: this.#given, certificates: [...certificates, ...further], profile };
    const extended = new TrustStore(options, this.#listed);
    extended.#base = this;
    return extended;
  }

  /**
   * The path from a certificate to an anchor; time decides between paths only. A use that the certificate names among its
   * extended key usages no CA above it may leave out of its own. Where a trust list means the anchors that it could
   * end at for other regions → fail `region-not-authorised`; for other services → unknown `path-no-anchor`.
   */
  path(certificate: Certificate, { use, region, at }: PathQuestion = {}): Promise<PathResult> {
    const listed = this.#listed;
    const oid = use && USE_OIDS[use];
    const search: Search = {
      ...(oid !== undefined && certificate.extendedKeyUsage?.includes(oid) === true ? { purpose: oid } : {}),
      ...(at === undefined ? {} : { at }),
    };
    const here = listed?.anchorsFor(use, region);
    if (listed === undefined || here === undefined || here.length === listed.anchors.length)
      return this.#pathTo(certificate, search);
    return this.#limitedPath(certificate, search, here, listed.anchorsFor(use, undefined));
  }

  async #limitedPath(
    certificate: Certificate,
    search: Search,
    here: readonly number[],
    anywhere: readonly number[],
  ): Promise<PathResult> {
    const found = await this.#pathTo(certificate, { ...search, positions: here });
    if (isSound(found)) return found;
    const elsewhere = await this.#pathTo(certificate, { ...search, positions: anywhere });
    if (isSound(elsewhere)) return limited(elsewhere, 'fail', 'region-not-authorised');
    const otherwise = await this.#pathTo(certificate, search);
    return isSound(otherwise) ? limited(otherwise, 'unknown', 'path-no-anchor') : found;
  }

  #pathTo(certificate: Certificate, search: Search): Promise<PathResult> {
    const { at, ...lasting } = search;
    const { paths } = this.#knownOf(certificate);
    const key = `${search.positions?.join() ?? 'all'} ${search.purpose ?? ''}`;
    const remembered = paths.get(key) ?? this.#findPath(certificate, lasting);
    paths.set(key, remembered);
    if (at === undefined) return remembered;
    return remembered.then((found) =>
      !isSound(found) || isTimely(found, at) ? found : this.#findPath(certificate, search),
    );
  }

  async #findPath(certificate: Certificate, search: Search): Promise<PathResult> {
    const without = this.#base && (await this.#base.#pathTo(certificate, search));
    if (without !== undefined && isSound(without) && isTimely(without, search.at)) return without;
    const { certificates: intermediates, profile } = this;
    const { positions, purpose, at } = search;
    const anchors =
      positions === undefined
        ? this.anchors
        : [...this.#given, ...positions.map((position) => this.#listed!.anchors[position]!)];
    return validatePath(certificate, {
      anchors,
      intermediates,
      profile,
      ...(purpose === undefined ? {} : { extendedKeyUsage: purpose }),
      ...(at === undefined ? {} : { at }),
    });
  }

  /** The verifier for a certificate's key and a signature algorithm (OID). @throws GovError `algorithm-unsupported`, `key-malformed` */
  verifier(certificate: Certificate, signatureAlgorithm: string): StructureVerifier {
    if (this.#base !== undefined) return this.#base.verifier(certificate, signatureAlgorithm);
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
    const findings = authority.get(use) ?? authorityFindings(certificate, use, this.listings(certificate));
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
    const known = this.#known.get(digest) ?? { paths: new Map(), verifiers: new Map(), authority: new Map() };
    if (this.#known.size >= TRUST_STORE_MAX_REMEMBERED && !this.#known.has(digest)) {
      this.#known.delete(this.#known.keys().next().value!);
    }
    this.#known.set(digest, known);
    return known;
  }
}

const isSound = ({ complete, findings }: PathResult): boolean =>
  complete && findings.every(({ outcome }) => outcome === 'pass' || outcome === 'warn');

/** For the leaf itself there is no other path. */
const isTimely = ({ path }: PathResult, at: Date | undefined): boolean =>
  at === undefined || validAt(path.slice(1), at);

/** A path that ends at an anchor which the trust list means for something else. */
function limited(
  { path }: PathResult,
  outcome: 'fail' | 'unknown',
  code: 'region-not-authorised' | 'path-no-anchor',
): PathResult {
  const anchor = formatName(path[path.length - 1]!.subject);
  const detail = `the trust list means ${anchor} for other ${outcome === 'fail' ? 'regions' : 'services'}`;
  return { findings: [{ check: 'path', outcome, code, detail }], path, complete: false };
}
