/** CRLs with every field free to be wrong, and a small PKI to revoke in: root → authority → leaf. */
import { der } from '@gov/der';
import { type Certificate, parseName, readCertificate, signatureOid, TrustStore } from '@gov/pki';
import { type Crl, readCrl } from '@gov/pki/revocation';
import { rawToDer, type Signer } from '@gov/sm';
import { build, extension, keyUsage, type Spec } from './builder.js';
import { changed, RIGHT } from './wrong.js';

export const CRL_OID = {
  number: '2.5.29.20',
  reason: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  delta: '2.5.29.27',
  distributionPoint: '2.5.29.28',
  certificateIssuer: '2.5.29.29',
  expiredCerts: '2.5.29.60',
  crlDistributionPoints: '2.5.29.31',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
} as const;

export const T = (text: string): Date => new Date(text);

interface EntrySpec {
  readonly serial?: bigint | Uint8Array;
  readonly at?: Date | Uint8Array;
  readonly reason?: number;
  readonly invalidityDate?: Date;
  readonly further?: readonly Uint8Array[];
}

export interface CrlSpec {
  readonly version?: number | null;
  readonly issuer?: string;
  readonly by?: Signer;
  readonly thisUpdate?: Date;
  readonly nextUpdate?: Date | null;
  readonly entries?: readonly EntrySpec[];
  /** Content of revokedCertificates as it is. */
  readonly list?: Uint8Array;
  /** Undefined: none. */
  readonly extensions?: readonly Uint8Array[];
  readonly inner?: Uint8Array;
  readonly after?: Uint8Array;
  readonly tamper?: (tbs: Uint8Array) => Uint8Array;
}

const enumerated = (value: number): Uint8Array => der.element(0x0a, Uint8Array.of(value));

export function entry({
  serial = 3n,
  at = T('2026-03-01T00:00:00Z'),
  reason,
  invalidityDate,
  further = [],
}: EntrySpec) {
  const extensions = [
    ...(reason === undefined ? [] : [extension(CRL_OID.reason, enumerated(reason))]),
    ...(invalidityDate === undefined ? [] : [extension(CRL_OID.invalidityDate, der.generalizedTime(invalidityDate))]),
    ...further,
  ];
  return der.sequence(
    typeof serial === 'bigint' ? der.integer(serial) : der.element(2, serial),
    at instanceof Date ? der.x509Time(at) : at,
    ...(extensions.length === 0 ? [] : [der.sequence(...extensions)]),
  );
}

export async function crlBytes(spec: CrlSpec = {}): Promise<Uint8Array> {
  const {
    version = 1,
    nextUpdate = T('2026-07-01T00:00:00Z'),
    entries = [],
    extensions,
    by = RIGHT.authority.key,
  } = spec;
  const algorithm = der.sequence(der.oid(signatureOid(by.algorithm)), der.nullValue());
  const list = spec.list ?? (entries.length === 0 ? undefined : der.sequence(...entries.map(entry)));
  const tbs = der.sequence(
    ...(version === null ? [] : [der.integer(version)]),
    spec.inner ?? algorithm,
    parseName(spec.issuer ?? RIGHT.authority.subject).bytes,
    der.x509Time(spec.thisUpdate ?? T('2026-05-31T00:00:00Z')),
    ...(nextUpdate === null ? [] : [der.x509Time(nextUpdate)]),
    ...(list === undefined ? [] : [list]),
    ...(extensions === undefined ? [] : [der.explicit(0, der.sequence(...extensions))]),
  );
  const signature = rawToDer(await by.sign(tbs));
  return der.sequence(
    spec.tamper?.(tbs) ?? tbs,
    algorithm,
    der.bitString(signature),
    ...(spec.after === undefined ? [] : [spec.after]),
  );
}

export const crlOf = async (spec: CrlSpec = {}): Promise<Crl> => readCrl(await crlBytes(spec));

/** The CA may sign CRLs, too. */
export const CA = changed(RIGHT.authority, { extensions: { keyUsage: keyUsage('keyCertSign', 'cRLSign') } });

interface Pki {
  readonly leaf: Certificate;
  readonly authority: Certificate;
  readonly root: Certificate;
  readonly trust: TrustStore;
  /** leaf, authority, root */
  readonly path: readonly Certificate[];
}

export async function pki(
  change: { readonly leaf?: Parameters<typeof changed>[1]; readonly authority?: Parameters<typeof changed>[1] } = {},
  profile: 'strict' | 'lenient' = 'lenient',
): Promise<Pki> {
  const read = async (spec: Spec) => readCertificate(await build(spec));
  const leaf = await read(changed(RIGHT.leaf, change.leaf));
  const authority = await read(changed(CA, change.authority));
  const root = await read(RIGHT.root);
  const trust = new TrustStore({ anchors: [root], certificates: [authority], profile });
  return { leaf, authority, root, trust, path: [leaf, authority, root] };
}

const uri = (url: string): Uint8Array => der.implicitPrimitive(6, new TextEncoder().encode(url));

const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));

/** DistributionPointName { fullName }, of URLs. */
export const fullName = (...urls: readonly string[]): Uint8Array =>
  der.explicit(0, der.explicit(0, joined(urls.map(uri))));

/** One DistributionPoint for each list of URLs. */
export const distributionPoints = (...points: readonly (readonly string[])[]): Uint8Array =>
  extension(CRL_OID.crlDistributionPoints, der.sequence(...points.map((urls) => der.sequence(fullName(...urls)))));

/** AccessDescription for OCSP, one for each URL. */
export const responders = (...urls: readonly string[]): Uint8Array =>
  extension(
    CRL_OID.authorityInfoAccess,
    der.sequence(...urls.map((url) => der.sequence(der.oid('1.3.6.1.5.5.7.48.1'), uri(url)))),
  );

/** Critical issuingDistributionPoint of these fields. */
export const scope = (...fields: readonly Uint8Array[]): Uint8Array =>
  extension(CRL_OID.distributionPoint, der.sequence(...fields), true);
