/**
 * The electronic seal (电子印章, GB/T 38540-2020 6): a picture, a name and the list of those who may use it, signed by
 * the seal maker. Read in versions 4 and 5 (GM/T 0031-2025), made in version 4.
 */
import { type DerDeviation, type DerElement, der, readDer, Tag } from '@gov/der';
import { type Certificate, signatureOid, signatureValue } from '@gov/pki';
import { type Signer, sameBytes, sm3 } from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';

/** `lenient` reads what real products write; `strict` relaxes nothing. */
export type SealProfile = 'strict' | 'lenient';

export interface SealPicture {
  /** Format as written in the seal, lower case: `png`, `jpg`, `ofd` … */
  readonly type: string;
  readonly data: Uint8Array;
  /** Millimetres. */
  readonly widthMm: number;
  readonly heightMm: number;
}

export interface ExtensionData {
  readonly id: string;
  readonly critical: boolean;
  readonly value: Uint8Array;
}

/** The list of signers (签章人证书列表): whole certificates, or digests of them. */
export type SignerList =
  | { readonly kind: 'certificates'; readonly certificates: readonly Uint8Array[] }
  | { readonly kind: 'digests'; readonly digests: readonly { readonly type: string; readonly value: Uint8Array }[] };

/** An encoding the standard does not have, and that `lenient` let through. */
export interface SealDeviation {
  /** `signer-list-type`: an entry of the list of signers in another type, e.g. IA5String for OCTET STRING. */
  readonly code: DerDeviation['code'] | 'signer-list-type';
  /** Offset of the element in the input, bytes. */
  readonly offset: number;
}

/** SESeal (电子印章数据). */
export interface Seal {
  /** The whole seal as received, DER. */
  readonly bytes: Uint8Array;
  readonly version: 4 | 5;
  /** SES_SealInfo as received: what the maker signed. */
  readonly info: Uint8Array;
  readonly vendorId: string;
  /** esID (印章标识), usually 14 digits: division and serial number. */
  readonly id: string;
  /** Type code: 1 organisation; other codes differ between issuers. */
  readonly type: number;
  readonly name: string;
  readonly signers: SignerList;
  readonly createdAt: Date;
  readonly validFrom: Date;
  readonly validTo: Date;
  readonly picture: SealPicture;
  readonly extensions: readonly ExtensionData[];
  /** The maker's certificate, DER. */
  readonly makerCertificate: Uint8Array;
  /** OID. */
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
  readonly timeStamp?: Uint8Array;
  readonly deviations: readonly SealDeviation[];
}

export const SEAL_LIMITS = {
  /** A whole seal, bytes. */
  maxBytes: 4 * 1024 * 1024,
  /** Certificates or digests in the list. */
  maxSigners: 256,
  maxExtensions: 64,
  /** Width or height of a picture, millimetres. */
  maxMillimetres: 1000,
} as const;

/**
 * Reads an electronic seal.
 *
 * @throws GovError `seal-malformed`, `input-too-large`
 * @example
 * import { readSeal } from '@gov/e-seal';
 * const seal = readSeal(bytes);
 * console.log(seal.name, seal.validTo);
 */
export function readSeal(bytes: Uint8Array, profile: SealProfile = 'lenient'): Seal {
  if (bytes.length > SEAL_LIMITS.maxBytes) throw new GovError('input-too-large', `seal of ${bytes.length} bytes`);
  return asSeal(() => readSealElement(readDer(bytes, { mode: profile }), profile, []));
}

/** Reads the seal that a seal signature carries; deviations that DER does not know are added to `own`. @internal */
export function readSealElement(element: DerElement, profile: SealProfile, own: SealDeviation[]): Seal {
  const fields = element.children(Tag.sequence);
  const info = fields.next(Tag.sequence);
  if (fields.tag === Tag.sequence) throw malformed('version 1 (GM/T 0031-2014) is not read');
  const makerCertificate = fields.next(Tag.octetString).octets();
  const signatureAlgorithm = fields.next(Tag.oid).oid();
  const signature = fields.next(Tag.bitString).bitOctets();
  const timeStamp = fields.optional(0xa0)?.inner(Tag.bitString).bitOctets();
  fields.end();

  const parts = info.children();
  const header = parts.next(Tag.sequence).children();
  if (header.next(Tag.ia5String).text() !== 'ES') throw malformed('header ID is not "ES"');
  const version = header.next(Tag.integer).smallInteger();
  if (version !== 4 && version !== 5) throw malformed(`version ${version}`);
  if (version === 4 && timeStamp !== undefined) throw malformed('version 4 with a time stamp');
  const vendorId = header.next(Tag.ia5String).text();
  header.end();
  const id = parts.next(Tag.ia5String).text();

  const property = parts.next(Tag.sequence).children();
  const type = property.next(Tag.integer).smallInteger();
  const name = property.next(Tag.utf8String).text();
  const listKind = property.next(Tag.integer).smallInteger();
  const signers = readSigners(listKind, property.next(Tag.sequence), (item) => {
    if (profile === 'strict') throw malformed(`entry of the list of signers in type 0x${item.tag.toString(16)}`);
    own.push({ code: 'signer-list-type', offset: item.start });
  });
  const createdAt = property.next(Tag.generalizedTime).time();
  const validFrom = property.next(Tag.generalizedTime).time();
  const validTo = property.next(Tag.generalizedTime).time();
  property.end();

  const image = parts.next(Tag.sequence).children();
  const picture: SealPicture = {
    type: image.next(Tag.ia5String).text().toLowerCase(),
    data: image.next(Tag.octetString).octets(),
    widthMm: image.next(Tag.integer).smallInteger(),
    heightMm: image.next(Tag.integer).smallInteger(),
  };
  image.end();
  if (Math.max(picture.widthMm, picture.heightMm) > SEAL_LIMITS.maxMillimetres) throw malformed('picture over a metre');
  if (picture.widthMm === 0 || picture.heightMm === 0) throw malformed('picture without extent');
  const extensions = parts.more ? readExtensions(parts.next(Tag.sequence)) : [];
  parts.end();

  return {
    bytes: element.raw,
    version,
    info: info.raw,
    vendorId,
    id,
    type,
    name,
    signers,
    createdAt,
    validFrom,
    validTo,
    picture,
    extensions,
    makerCertificate,
    signatureAlgorithm,
    signature,
    ...(timeStamp === undefined ? {} : { timeStamp }),
    deviations: [...element.deviations, ...own],
  };
}

function readSigners(kind: number, list: DerElement, otherType: (item: DerElement) => void): SignerList {
  const items = list.children().rest();
  if (items.length > SEAL_LIMITS.maxSigners) throw malformed(`more than ${SEAL_LIMITS.maxSigners} signers`);
  if (kind === 1) {
    const certificates = items.map((item) => {
      if (item.tag !== Tag.ia5String) return item.octets();
      otherType(item);
      return item.content;
    });
    return { kind: 'certificates', certificates };
  }
  if (kind !== 2) throw malformed(`certListType ${kind}`);
  const digests = items.map((item) => {
    const fields = item.children(Tag.sequence);
    const type = fields.next();
    if (type.tag !== Tag.printableString) otherType(type);
    const digest = { type: type.text(), value: fields.next(Tag.octetString).octets() };
    fields.end();
    return digest;
  });
  return { kind: 'digests', digests };
}

/** ExtensionDatas. Real seals write `critical FALSE`, which DER forbids. @internal */
export function readExtensions(list: DerElement): ExtensionData[] {
  const items = list.children().rest();
  if (items.length > SEAL_LIMITS.maxExtensions) throw malformed(`more than ${SEAL_LIMITS.maxExtensions} extensions`);
  return items.map((item) => {
    const fields = item.children(Tag.sequence);
    const id = fields.next(Tag.oid).oid();
    const flag = fields.optional(Tag.boolean);
    const critical = flag?.boolean() ?? false;
    if (flag !== undefined && !critical) flag.defaultEncoded();
    const value = fields.next(Tag.octetString).octets();
    fields.end();
    return { id, critical, value };
  });
}

/** True when the certificate is in the seal's list, byte for byte or by its SM3 digest. */
export function mayUseSeal(seal: Seal, certificate: Uint8Array): boolean {
  if (seal.signers.kind === 'certificates') {
    return seal.signers.certificates.some((listed) => sameBytes(listed, certificate));
  }
  const digest = sm3(certificate);
  return seal.signers.digests.some(({ value }) => sameBytes(value, digest));
}

export interface SealOptions {
  /** esID, IA5 characters. */
  readonly id: string;
  readonly name: string;
  /** Type code, 1 (organisation) where not given. */
  readonly type?: number;
  readonly vendorId?: string;
  readonly picture: SealPicture;
  /** Those who may use the seal. */
  readonly signers: readonly Certificate[];
  readonly createdAt: Date;
  readonly validFrom: Date;
  readonly validTo: Date;
  readonly maker: { readonly certificate: Certificate; readonly signer: Signer };
}

/**
 * Makes a seal (制章) of version 4. Whether the maker's certificate allows it is for those who verify to say.
 *
 * @throws GovError `invalid-argument` for an empty name or list, more signers than `SEAL_LIMITS`, a type that is no code,
 *   reversed dates or millimetres that are not whole, `key-mismatch` where the maker's key is not that of its certificate,
 *   `seal-picture-unsupported`, `input-too-large`
 */
export async function makeSeal(options: SealOptions): Promise<Seal> {
  const { picture, maker, type = 1 } = options;
  const wrong = (what: string) => new GovError('invalid-argument', what);
  if (options.name.trim() === '' || options.name.length > 200)
    throw wrong('a seal needs a name of at most 200 characters');
  if (options.signers.length === 0 || options.signers.length > SEAL_LIMITS.maxSigners)
    throw wrong(`a seal needs 1 to ${SEAL_LIMITS.maxSigners} signers`);
  if (!Number.isInteger(type) || type < 0 || type > 0x7fffffff) throw wrong('the type of a seal is a code, e.g. 1');
  if (!(options.validFrom < options.validTo)) throw wrong('the validity ends before it begins');
  for (const side of [picture.widthMm, picture.heightMm]) {
    if (!Number.isInteger(side) || side < 1 || side > SEAL_LIMITS.maxMillimetres) {
      throw wrong('width and height are whole millimetres, the seal standard has no fractions');
    }
  }
  if (pictureType(picture.data) === undefined) {
    throw new GovError('seal-picture-unsupported', 'the picture is neither PNG nor JPEG');
  }
  if (!sameBytes(maker.signer.publicKey, maker.certificate.publicKey)) {
    throw new GovError('key-mismatch', "the maker's key does not belong to the maker's certificate");
  }
  const info = der.sequence(
    der.sequence(der.ia5String('ES'), der.integer(4), der.ia5String(options.vendorId ?? 'GOV')),
    der.ia5String(options.id),
    der.sequence(
      der.integer(type),
      der.utf8String(options.name),
      der.integer(1),
      der.sequence(...options.signers.map((signer) => der.octetString(signer.bytes))),
      der.generalizedTime(options.createdAt),
      der.generalizedTime(options.validFrom),
      der.generalizedTime(options.validTo),
    ),
    der.sequence(
      der.ia5String(picture.type),
      der.octetString(picture.data),
      der.integer(picture.widthMm),
      der.integer(picture.heightMm),
    ),
  );
  const bytes = der.sequence(
    info,
    der.octetString(maker.certificate.bytes),
    der.oid(signatureOid(maker.signer.algorithm)),
    der.bitString(await signatureValue(info, maker.signer)),
  );
  return readSeal(bytes, 'strict');
}

/** What the bytes are, whatever the seal says. */
export function pictureType(data: Uint8Array): 'png' | 'jpg' | undefined {
  const starts = (...octets: number[]) => octets.every((octet, index) => data[index] === octet);
  if (starts(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  return starts(0xff, 0xd8, 0xff) ? 'jpg' : undefined;
}

/** Any trouble with the encoding is a malformed seal. @internal */
export function asSeal<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isGovError(error) && error.code.startsWith('der-')) throw malformed(error.message, error);
    throw error;
  }
}

function malformed(what: string, cause?: unknown): GovError {
  return new GovError('seal-malformed', `not an electronic seal: ${what}`, { cause });
}
