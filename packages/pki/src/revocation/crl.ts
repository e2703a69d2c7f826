/** Certificate revocation lists (证书吊销列表, RFC 5280 5 and GB/T 20518-2018): complete ones of one issuer. */
import { context, contextPrimitive, type DerElement, type DerMode, type DerReader, readDer, Tag } from '@gov/der';
import { looksLikePem, readPem } from '@gov/der/pem';
import { sameBytes } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';
import { readAlgorithm, type StructureVerifier } from '../algorithm.js';
import { CrlEntries } from '../internal/crl-entries.js';
import { readExtensionList } from '../internal/extension-list.js';
import { type DistinguishedName, readName } from '../name.js';
import { CRL_EXTENSION, EXTENSION } from '../oid.js';
import type { Revocation } from './reason.js';

/** A text in PEM is bounded by `PEM_MAX_CHARACTERS` beside: larger lists come as DER, as they do from any CA. */
export const CRL_LIMITS = {
  /** Size of one list, bytes. */
  maxBytes: 64 * 1024 * 1024,
  /** Revoked certificates in one list. */
  maxEntries: 1_000_000,
} as const;

interface CrlFields {
  readonly bytes: Uint8Array;
  readonly tbs: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly thisUpdate: Date;
  readonly nextUpdate?: Date;
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
  readonly crlNumber?: bigint;
  readonly authorityKeyIdentifier?: Uint8Array;
  readonly distributionPoint?: readonly Uint8Array[];
  readonly expiredCertsOnCrl?: Date;
  readonly entries: CrlEntries;
}

/** A complete CRL of one issuer; made by `readCrl`. */
export class Crl {
  /** The whole list as received, DER. */
  readonly bytes: Uint8Array;
  readonly issuer: DistinguishedName;
  readonly thisUpdate: Date;
  /** When the next one is due at the latest. */
  readonly nextUpdate: Date | undefined;
  /** OID. */
  readonly signatureAlgorithm: string;
  /** cRLNumber: grows with each list of an issuer. */
  readonly crlNumber: bigint | undefined;
  readonly authorityKeyIdentifier: Uint8Array | undefined;
  /**
   * GeneralNames (DER each) of the distribution point in issuingDistributionPoint: the list speaks only of certificates that
   * name one of them. Undefined: of all certificates of its issuer.
   */
  readonly distributionPoint: readonly Uint8Array[] | undefined;
  /** expiredCertsOnCRL (X.509 9.5.2.9): certificates that expired after this moment are still listed. */
  readonly expiredCertsOnCrl: Date | undefined;
  readonly #tbs: Uint8Array;
  readonly #signature: Uint8Array;
  readonly #entries: CrlEntries;
  readonly #signed = new WeakMap<StructureVerifier, Promise<boolean>>();

  /** @internal */
  constructor(fields: CrlFields) {
    this.bytes = fields.bytes;
    this.issuer = fields.issuer;
    this.thisUpdate = fields.thisUpdate;
    this.nextUpdate = fields.nextUpdate;
    this.signatureAlgorithm = fields.signatureAlgorithm;
    this.crlNumber = fields.crlNumber;
    this.authorityKeyIdentifier = fields.authorityKeyIdentifier;
    this.distributionPoint = fields.distributionPoint;
    this.expiredCertsOnCrl = fields.expiredCertsOnCrl;
    this.#tbs = fields.tbs;
    this.#signature = fields.signature;
    this.#entries = fields.entries;
  }

  /** Number of revoked certificates. */
  get size(): number {
    return this.#entries.count;
  }

  /** What the list says of a serial number: nothing, or a revocation; several where it names it more than once. */
  revocations(serialNumber: bigint): readonly Revocation[] {
    return this.#entries.find(serialNumber);
  }

  /** Whether the signature value verifies; worked out once for each verifier. */
  signedBy(verifier: StructureVerifier): Promise<boolean> {
    const known = this.#signed.get(verifier) ?? verifier.verify(this.#tbs, this.#signature);
    this.#signed.set(verifier, known);
    return known;
  }
}

/**
 * Reads one CRL, DER or PEM (of several PEM blocks the first). Nothing of it is believed yet: `revocationFindings` asks who
 * signed it.
 *
 * Delta lists, indirect lists, lists for some kinds of certificates or some reasons only, and critical extensions that are
 * not known are refused: what they leave out could be read as "not revoked". A list for one distribution point is read.
 *
 * @throws GovError `crl-malformed`, `crl-unsupported`, `input-too-large`
 * @example
 * const crl = readCrl(bytes);
 * crl.revocations(certificate.serialNumber); // [ { revokedAt, reason } ], or nothing
 */
export function readCrl(input: Uint8Array | string, mode: DerMode = 'lenient'): Crl {
  if (typeof input !== 'string' && !looksLikePem(input)) return read(input, mode);
  const text = typeof input === 'string' ? input : new TextDecoder('latin1').decode(input);
  const [block] = readPem(text, 'X509 CRL');
  if (block === undefined) throw new GovError('crl-malformed', 'no X509 CRL in the PEM text');
  return read(block.bytes, mode);
}

function read(bytes: Uint8Array, mode: DerMode): Crl {
  if (bytes.length > CRL_LIMITS.maxBytes) throw new GovError('input-too-large', 'CRL of more than 64 MiB');
  try {
    return parse(readDer(bytes, { mode, limits: { maxBytes: CRL_LIMITS.maxBytes } }), mode);
  } catch (error) {
    if (isGovError(error) && error.code.startsWith('der-')) {
      throw new GovError('crl-malformed', `not a CRL: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function parse(element: DerElement, mode: DerMode): Crl {
  const outer = element.children(Tag.sequence);
  const tbs = outer.next(Tag.sequence);
  const algorithm = outer.next(Tag.sequence);
  const signatureAlgorithm = readAlgorithm(algorithm);
  const signature = outer.next(Tag.bitString).bitOctets();
  outer.end();

  const fields = tbs.children();
  const version = fields.optional(Tag.integer)?.smallInteger();
  if (version !== undefined && version !== 1) throw malformed(`version field ${version}`);
  if (!sameBytes(fields.next(Tag.sequence).raw, algorithm.raw)) throw malformed('two signature algorithms');
  const issuer = readName(fields.next(Tag.sequence));
  const thisUpdate = fields.next().time();
  const nextUpdate = isTime(fields) ? fields.next().time() : undefined;
  const list = fields.optional(Tag.sequence);
  // RFC 5280 5.1.2.6: absent where nothing is revoked.
  if (list !== undefined && list.content.length === 0 && mode === 'strict') throw malformed('an empty list of entries');
  const extensions = fields.optional(context(0))?.inner(Tag.sequence);
  fields.end();
  if (extensions !== undefined && version !== 1) throw malformed('extensions in version 1');
  const entries = new CrlEntries(list?.content ?? new Uint8Array(0), {
    mode,
    maxEntries: CRL_LIMITS.maxEntries,
    extensionsAllowed: version === 1,
  });
  return new Crl({
    bytes: element.raw,
    tbs: tbs.raw,
    issuer,
    thisUpdate,
    ...(nextUpdate === undefined ? {} : { nextUpdate }),
    signatureAlgorithm,
    signature,
    entries,
    ...readExtensions(extensions),
  });
}

const isTime = (fields: DerReader): boolean => fields.tag === Tag.utcTime || fields.tag === Tag.generalizedTime;

type Extensions = Pick<CrlFields, 'crlNumber' | 'authorityKeyIdentifier' | 'distributionPoint' | 'expiredCertsOnCrl'>;

function readExtensions(wrapped: DerElement | undefined): Extensions {
  const read: { -readonly [Key in keyof Extensions]: Extensions[Key] } = {};
  for (const [oid, { critical, value }] of readExtensionList(wrapped)) {
    switch (oid) {
      case CRL_EXTENSION.cRLNumber:
        read.crlNumber = value.nested(Tag.integer).integer();
        break;
      case EXTENSION.authorityKeyIdentifier: {
        const keyId = value.nested(Tag.sequence).children().optional(contextPrimitive(0));
        if (keyId !== undefined) read.authorityKeyIdentifier = keyId.content;
        break;
      }
      case CRL_EXTENSION.issuingDistributionPoint: {
        const point = readDistributionPoint(value.nested(Tag.sequence));
        if (point !== undefined) read.distributionPoint = point;
        break;
      }
      case CRL_EXTENSION.expiredCertsOnCRL:
        read.expiredCertsOnCrl = value.nested(Tag.generalizedTime).time();
        break;
      case CRL_EXTENSION.deltaCRLIndicator:
        throw unsupported('a delta CRL');
      default:
        if (critical) throw unsupported(`critical extension ${oid}`);
    }
  }
  return read;
}

/** RFC 5280 5.2.5: only a distribution point may stand there, and it by its full name. */
function readDistributionPoint(element: DerElement): readonly Uint8Array[] | undefined {
  const fields = element.children();
  const point = fields.optional(context(0));
  // onlyContainsUserCerts, onlyContainsCACerts, onlySomeReasons, indirectCRL, onlyContainsAttributeCerts
  for (const part of fields.rest()) {
    const isFalse = part.tag !== contextPrimitive(3) && part.content.length === 1 && part.content[0] === 0;
    if (!isFalse) throw unsupported('a list for a part of the certificates, of the reasons, or of other issuers');
    part.defaultEncoded();
  }
  if (point === undefined) return undefined;
  const name = point.inner();
  if (name.tag !== context(0)) throw unsupported('a distribution point named relative to the issuer');
  return name
    .children()
    .rest()
    .map((generalName) => generalName.raw);
}

const malformed = (what: string) => new GovError('crl-malformed', `not a CRL: ${what}`);
const unsupported = (what: string) => new GovError('crl-unsupported', `this kind of CRL is not read: ${what}`);
