/** X.509 certificates (数字证书, RFC 5280 and GB/T 20518-2018). */
import { context, contextPrimitive, type DerElement, type DerMode, readDer, Tag } from '@gov/der';
import { looksLikePem, readPem } from '@gov/der/pem';
import { sameBytes, sm3 } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';
import { readAlgorithm } from './algorithm.js';
import { type DistinguishedName, readName } from './name.js';
import { EXTENSION } from './oid.js';

/** Named bits of keyUsage, RFC 5280 4.2.1.3, in the order of their numbers. */
export const KEY_USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;

export type KeyUsage = (typeof KEY_USAGES)[number];

export interface Extension {
  readonly critical: boolean;
  /** Content of the OCTET STRING. */
  readonly value: Uint8Array;
}

export interface Certificate {
  /** The whole certificate as received, DER. */
  readonly bytes: Uint8Array;
  /** What the issuer signed. */
  readonly tbs: Uint8Array;
  readonly version: 1 | 2 | 3;
  readonly serialNumber: bigint;
  readonly issuer: DistinguishedName;
  readonly subject: DistinguishedName;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** OID; of RSASSA-PSS followed by a space and the hash, e.g. `1.2.840.113549.1.1.10 SHA-256`. */
  readonly signatureAlgorithm: string;
  /** Content of the BIT STRING. */
  readonly signature: Uint8Array;
  /** By OID. */
  readonly extensions: ReadonlyMap<string, Extension>;
  readonly basicConstraints?: { readonly ca: boolean; readonly pathLength?: number };
  /** Absent: any use. */
  readonly keyUsage?: ReadonlySet<KeyUsage>;
  /** OIDs; absent: any use. */
  readonly extendedKeyUsage?: readonly string[];
  readonly subjectKeyIdentifier?: Uint8Array;
  readonly authorityKeyIdentifier?: Uint8Array;
}

/** Size of one certificate, bytes. */
export const CERTIFICATE_MAX_BYTES = 256 * 1024;

/**
 * Reads one certificate, DER or PEM (of several PEM blocks the first).
 *
 * @throws GovError `certificate-malformed`, `input-too-large`
 * @example
 * import { formatName, readCertificate } from '@gov/pki';
 * formatName(readCertificate(pem).subject); // CN=…,O=…,C=CN
 */
export function readCertificate(input: Uint8Array | string, mode: DerMode = 'lenient'): Certificate {
  const [certificate] = readCertificates(input, mode);
  if (certificate === undefined) throw new GovError('certificate-malformed', 'no CERTIFICATE in the PEM text');
  return certificate;
}

/** Reads every certificate of a PEM text, or the one of a DER input. @throws GovError `certificate-malformed` */
export function readCertificates(input: Uint8Array | string, mode: DerMode = 'lenient'): Certificate[] {
  if (typeof input !== 'string' && !looksLikePem(input)) return [read(input, mode)];
  const text = typeof input === 'string' ? input : new TextDecoder('latin1').decode(input);
  return readPem(text, 'CERTIFICATE').map((block) => read(block.bytes, mode));
}

/** First 8 bytes of SM3 over the whole certificate: how QR codes and trust lists name it. */
export const certificateKid = (certificate: Certificate): Uint8Array => sm3(certificate.bytes).slice(0, 8);

function read(bytes: Uint8Array, mode: DerMode): Certificate {
  if (bytes.length > CERTIFICATE_MAX_BYTES) throw new GovError('input-too-large', 'certificate of more than 256 KiB');
  try {
    return parse(readDer(bytes, { mode }), mode);
  } catch (error) {
    if (isGovError(error) && error.code.startsWith('der-')) {
      throw new GovError('certificate-malformed', `not a certificate: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

function parse(element: DerElement, mode: DerMode): Certificate {
  const outer = element.children(Tag.sequence);
  const tbs = outer.next(Tag.sequence);
  const algorithm = outer.next(Tag.sequence);
  const signatureAlgorithm = readAlgorithm(algorithm);
  const signature = outer.next(Tag.bitString).bitOctets();
  outer.end();

  const fields = tbs.children();
  const stated = fields.optional(context(0));
  const version = (stated?.inner(Tag.integer).smallInteger() ?? 0) + 1;
  if (version === 1) stated?.defaultEncoded();
  if (version !== 1 && version !== 2 && version !== 3) throw malformed(`version ${version}`);
  const serialElement = fields.next(Tag.integer);
  const serialNumber = serialElement.integer();
  // RFC 5280 4.1.1.2: what is signed must name the same algorithm as the outside, parameters included, or the outside
  // could be changed without a trace.
  if (!sameBytes(fields.next(Tag.sequence).raw, algorithm.raw)) throw malformed('two signature algorithms');
  const issuer = readName(fields.next(Tag.sequence));
  const validity = fields.next(Tag.sequence).children();
  const notBefore = validity.next().time();
  const notAfter = validity.next().time();
  validity.end();
  const subject = readName(fields.next(Tag.sequence));
  const publicKey = fields.next(Tag.sequence).raw;
  const identifiers = [1, 2].map((n) => fields.optional(contextPrimitive(n)) ?? fields.optional(context(n)));
  const wrapped = fields.optional(context(3))?.inner(Tag.sequence);
  fields.end();
  if (wrapped !== undefined && version !== 3) throw malformed('extensions in a version before 3');
  if (mode === 'strict') {
    // RFC 5280 4.1.2.2, 4.1.2.4, 4.1.2.8 and 4.1.2.9
    if (serialNumber <= 0n || serialElement.content.length > 20) throw malformed('serial number');
    if (issuer.rdns.length === 0) throw malformed('issuer without a name');
    if (version === 1 && identifiers.some((identifier) => identifier !== undefined))
      throw malformed('unique identifier in version 1');
    if (wrapped?.content.length === 0) throw malformed('extensions of none');
  }

  return {
    bytes: element.raw,
    tbs: tbs.raw,
    version,
    serialNumber,
    issuer,
    subject,
    notBefore,
    notAfter,
    publicKey,
    signatureAlgorithm,
    signature,
    ...readExtensions(wrapped),
  };
}

type Extensions = Pick<
  Certificate,
  | 'extensions'
  | 'basicConstraints'
  | 'keyUsage'
  | 'extendedKeyUsage'
  | 'subjectKeyIdentifier'
  | 'authorityKeyIdentifier'
>;

/** The Extensions of a certificate or of a request. */
export function readExtensions(wrapped: DerElement | undefined): Extensions {
  const extensions = new Map<string, Extension>();
  const read: { -readonly [Key in keyof Extensions]: Extensions[Key] } = { extensions };
  if (wrapped === undefined) return read;
  for (const list = wrapped.children(); list.more; ) {
    const fields = list.next(Tag.sequence).children();
    const oid = fields.next(Tag.oid).oid();
    const flag = fields.optional(Tag.boolean);
    const critical = flag?.boolean() ?? false;
    if (flag !== undefined && !critical) flag.defaultEncoded();
    const value = fields.next(Tag.octetString);
    fields.end();
    if (extensions.has(oid)) throw malformed(`extension ${oid} twice`);
    extensions.set(oid, { critical, value: value.octets() });
    switch (oid) {
      case EXTENSION.basicConstraints: {
        const constraints = value.nested(Tag.sequence).children();
        const caFlag = constraints.optional(Tag.boolean);
        const ca = caFlag?.boolean() ?? false;
        if (!ca) caFlag?.defaultEncoded();
        const pathLength = constraints.optional(Tag.integer)?.smallInteger();
        constraints.end();
        read.basicConstraints = pathLength === undefined ? { ca } : { ca, pathLength };
        break;
      }
      case EXTENSION.keyUsage: {
        const { octets } = value.nested(Tag.bitString).bits();
        read.keyUsage = new Set(KEY_USAGES.filter((_, bit) => ((octets[bit >> 3] ?? 0) << (bit & 7)) & 0x80));
        break;
      }
      case EXTENSION.extendedKeyUsage:
        read.extendedKeyUsage = value
          .nested(Tag.sequence)
          .children()
          .rest()
          .map((usage) => usage.oid());
        break;
      case EXTENSION.subjectKeyIdentifier:
        read.subjectKeyIdentifier = value.nested(Tag.octetString).octets();
        break;
      case EXTENSION.authorityKeyIdentifier: {
        const keyId = value.nested(Tag.sequence).children().optional(contextPrimitive(0));
        if (keyId !== undefined) read.authorityKeyIdentifier = keyId.content;
        break;
      }
    }
  }
  return read;
}

const malformed = (what: string) => new GovError('certificate-malformed', `not a certificate: ${what}`);
