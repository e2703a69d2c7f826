/** What changes hands between `@gov/pki` and a foreign tool: the rows of the page, and what belongs to each. */
import type { Bytes } from '../peer.js';

export type Algorithm = 'SM2' | 'RSA' | 'ECDSA P-256' | 'Ed25519';

/** Certificates in DER. A stranger is another root of the same name: whoever believes by name takes it. */
export interface Rooted {
  readonly root: Bytes;
  readonly stranger: Bytes;
}

export interface CertificateExhibit extends Rooted {
  readonly certificate: Bytes;
}

export interface ChainExhibit extends CertificateExhibit {
  readonly intermediates: readonly Bytes[];
  /** Signed by `certificate`, which is no CA. */
  readonly child: Bytes;
}

export interface CsrExhibit {
  readonly csr: Bytes;
  /** SubjectPublicKeyInfo and common name that must be read in it. */
  readonly publicKey: Bytes;
  readonly name: string;
}

export interface CrlExhibit extends Rooted {
  readonly crl: Bytes;
  readonly revoked: Bytes;
  /** Of the same issuer, not in the list. */
  readonly good: Bytes;
}

export interface OcspRequestExhibit extends Rooted {
  readonly request: Bytes;
  /** The certificate that is asked about. */
  readonly certificate: Bytes;
  /** Of the same issuer, not asked about. */
  readonly other: Bytes;
}

export interface OcspResponseExhibit extends Rooted {
  readonly response: Bytes;
  /** What the response calls revoked. */
  readonly certificate: Bytes;
  readonly other: Bytes;
}

export interface SignedDataExhibit extends Rooted {
  /** ContentInfo. */
  readonly cms: Bytes;
  readonly content: Bytes;
  readonly signers: number;
}

export interface EnvelopedDataExhibit {
  readonly cms: Bytes;
  readonly content: Bytes;
  readonly recipient: Bytes;
  /** PKCS#8. */
  readonly key: Bytes;
  /** A key of the same kind that the envelope is not for. */
  readonly strangerKey: Bytes;
}

export interface TimestampRequestExhibit {
  readonly request: Bytes;
  readonly data: Bytes;
}

export interface TimestampTokenExhibit extends Rooted {
  /** TimeStampToken: a ContentInfo, out of the response. */
  readonly token: Bytes;
  readonly data: Bytes;
}

export interface KeyFileExhibit {
  readonly file: Bytes;
  readonly password: string;
  /** SubjectPublicKeyInfo of the private key inside. */
  readonly publicKey: Bytes;
}

export interface Pkcs12Exhibit extends KeyFileExhibit {
  readonly certificate: Bytes;
}

export interface Exhibits {
  certificate: CertificateExhibit;
  'certificate for a use of ours': CertificateExhibit;
  chain: ChainExhibit;
  CSR: CsrExhibit;
  CRL: CrlExhibit;
  'OCSP request': OcspRequestExhibit;
  'OCSP response': OcspResponseExhibit;
  'CMS SignedData, attached': SignedDataExhibit;
  'CMS SignedData, detached': SignedDataExhibit;
  'CMS SignedData, two signers': SignedDataExhibit;
  'CMS EnvelopedData, SM4-CBC': EnvelopedDataExhibit;
  'CMS AuthEnvelopedData, SM4-GCM': EnvelopedDataExhibit;
  'timestamp request, SM3': TimestampRequestExhibit;
  'timestamp request, SHA-256': TimestampRequestExhibit;
  'timestamp token, SM3': TimestampTokenExhibit;
  'timestamp token, SHA-256': TimestampTokenExhibit;
  'PKCS#12, AES-256': Pkcs12Exhibit;
  'PKCS#12, SM4': Pkcs12Exhibit;
  'PKCS#12, RC2 and 3DES': Pkcs12Exhibit;
  'encrypted PKCS#8, AES-256': KeyFileExhibit;
  'encrypted PKCS#8, SM4': KeyFileExhibit;
}

export type Thing = keyof Exhibits;

const ALL: readonly Algorithm[] = ['SM2', 'RSA', 'ECDSA P-256', 'Ed25519'];
/** A request for a timestamp has no key: tried once. */
const ONCE: readonly Algorithm[] = ['SM2'];

/** What a row is tried with. */
export const ALGORITHMS: { readonly [T in Thing]: readonly Algorithm[] } = {
  certificate: ALL,
  'certificate for a use of ours': ALL,
  chain: ALL,
  CSR: ALL,
  CRL: ALL,
  'OCSP request': ALL,
  'OCSP response': ALL,
  'CMS SignedData, attached': ALL,
  'CMS SignedData, detached': ALL,
  'CMS SignedData, two signers': ALL,
  'CMS EnvelopedData, SM4-CBC': ['SM2', 'RSA', 'ECDSA P-256'],
  'CMS AuthEnvelopedData, SM4-GCM': ['SM2'],
  'timestamp request, SM3': ONCE,
  'timestamp request, SHA-256': ONCE,
  'timestamp token, SM3': ALL,
  'timestamp token, SHA-256': ALL,
  'PKCS#12, AES-256': ALL,
  'PKCS#12, SM4': ['SM2'],
  'PKCS#12, RC2 and 3DES': ['SM2', 'RSA'],
  'encrypted PKCS#8, AES-256': ALL,
  'encrypted PKCS#8, SM4': ['SM2', 'RSA'],
};

/** Those of no key, under whichever algorithm they stand. */
export const KEYLESS: readonly Thing[] = ['timestamp request, SM3', 'timestamp request, SHA-256'];
export const THINGS = Object.keys(ALGORITHMS) as readonly Thing[];

/** Words that the spoilers look for; every maker writes them. */
export const NAMES = {
  root: 'Interop root',
  intermediate: 'Interop intermediate',
  leaf: 'Interop leaf',
  child: 'Interop child',
  csr: 'Interop applicant',
} as const;
export const CONTENT: Bytes = new TextEncoder().encode('Interop content, signed here and read there\n');
export const PASSWORD = 'Interop-password-1';

/**
 * Whose key it is, of those in a certificate: RSA keys take their time, and all below the issuers may share one. They may not
 * in a path, where key identifiers tell issuers apart.
 */
export const keyHolder = (algorithm: Algorithm, holder: string): string =>
  algorithm !== 'RSA' || /root|stranger|intermediate/i.test(holder) ? holder : NAMES.leaf;
