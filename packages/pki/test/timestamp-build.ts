/** Timestamps of a small world, written apart from the code under test; each part free to be wrong. */
import { createHash } from 'node:crypto';
import { der } from '@gov/der';
import { type Certificate, signatureOid, TrustStore } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { rawToDer, type Signer, sm3 } from '@gov/sm';
import { sm2, webCryptoSigner } from './builder.js';

export const OID = {
  signedData: '1.2.840.113549.1.7.2',
  data: '1.2.840.113549.1.7.1',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  SM3: '1.2.156.10197.1.401',
  'SHA-1': '1.3.14.3.2.26',
  'SHA-256': '2.16.840.1.101.3.4.2.1',
  'SHA-384': '2.16.840.1.101.3.4.2.2',
  'SHA-512': '2.16.840.1.101.3.4.2.3',
  policy: '1.2.156.11235.1',
} as const;

type Hash = 'SM3' | 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512';

export const digest = (hash: Hash, content: Uint8Array): Uint8Array =>
  hash === 'SM3' ? sm3(content) : new Uint8Array(createHash(hash.replace('-', '')).update(content).digest());

export const CONTENT = new TextEncoder().encode('某市行政审批局');
export const AT = new Date('2026-06-01T00:00:00Z');
const GEN_TIME = '20260520020000Z';

const VALIDITY = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2030-01-01T00:00:00Z') };

export interface World {
  readonly root: Certificate;
  readonly ca: { readonly certificate: Certificate; readonly signer: Signer };
  readonly signer: Signer;
  readonly certificate: Certificate;
  readonly trust: TrustStore;
}

/** A root and an authority, of SM2 unless told otherwise. */
export async function worldOf(algorithm?: 'ECDSA-P256-SHA256' | 'RSA-PKCS1-SHA256'): Promise<World> {
  const key = async () => (algorithm === undefined ? sm2() : webCryptoSigner(algorithm));
  const rootSigner = await key();
  const root = await issueRoot({ ...VALIDITY, subject: 'CN=某省根,O=某省,C=CN', signer: rootSigner });
  const ca = { certificate: root, signer: rootSigner };
  const signer = await key();
  const certificate = await tsaCertificate(ca, signer);
  return { root, ca, signer, certificate, trust: new TrustStore({ anchors: [root] }) };
}

export const tsaCertificate = (ca: World['ca'], signer: Signer, validity: Partial<typeof VALIDITY> = {}) =>
  issueLeaf({
    ...VALIDITY,
    ...validity,
    ca,
    subject: 'CN=时间戳服务,O=某省,C=CN',
    publicKey: signer.publicKey,
    use: 'timestamp',
  });

export const algorithmIdentifier = (oid: string, ...parameters: Uint8Array[]): Uint8Array =>
  der.sequence(der.oid(oid), ...parameters);

export const imprint = (hash: Hash, content: Uint8Array = CONTENT): Uint8Array =>
  der.sequence(algorithmIdentifier(OID[hash]), der.octetString(digest(hash, content)));

export const generalizedTime = (text: string): Uint8Array => der.element(0x18, new TextEncoder().encode(text));

/** Fields of TSTInfo in their order; undefined leaves one out. */
export interface InfoSpec {
  readonly version: Uint8Array;
  readonly policy: Uint8Array;
  readonly imprint: Uint8Array;
  readonly serialNumber: Uint8Array;
  readonly genTime: Uint8Array;
  readonly accuracy?: Uint8Array | undefined;
  readonly ordering?: Uint8Array | undefined;
  readonly nonce?: Uint8Array | undefined;
  readonly tsa?: Uint8Array | undefined;
  readonly extensions?: Uint8Array | undefined;
  readonly more?: Uint8Array | undefined;
}

const RIGHT_INFO: InfoSpec = {
  version: der.integer(1),
  policy: der.oid(OID.policy),
  imprint: imprint('SM3'),
  serialNumber: der.integer(7),
  genTime: generalizedTime(GEN_TIME),
};

const IN_ORDER = [
  'version',
  'policy',
  'imprint',
  'serialNumber',
  'genTime',
  'accuracy',
  'ordering',
  'nonce',
  'tsa',
  'extensions',
  'more',
] as const;

export const buildInfo = (spec: Partial<InfoSpec> = {}): Uint8Array => {
  const fields = { ...RIGHT_INFO, ...spec };
  return der.sequence(...IN_ORDER.flatMap((name) => fields[name] ?? []));
};

/** Names the certificate by SM3 or another digest (RFC 5035). */
export const signingCertificateV2 = (certificate: Certificate, hash: Hash = 'SM3', ...issuerSerial: Uint8Array[]) =>
  der.sequence(
    der.sequence(
      der.sequence(
        ...(hash === 'SHA-256' ? [] : [algorithmIdentifier(OID[hash])]),
        der.octetString(digest(hash, certificate.bytes)),
        ...issuerSerial,
      ),
    ),
  );

export const attribute = (oid: string, ...values: Uint8Array[]): Uint8Array =>
  der.sequence(der.oid(oid), der.setOf(...values));

export interface TokenSpec {
  readonly info?: Partial<InfoSpec>;
  /** eContent and its type, where they are no TSTInfo. */
  readonly content?: Uint8Array | undefined;
  readonly contentType?: string;
  readonly certificates?: readonly Uint8Array[];
  /** Signed attributes by name; undefined leaves one out. */
  readonly attributes?: Readonly<Record<string, Uint8Array | undefined>>;
  readonly signer?: Signer;
  readonly certificate?: Certificate;
  /** SignerInfos, given the right one. */
  readonly signers?: (right: Uint8Array) => readonly Uint8Array[];
  readonly outerType?: string;
}

/** A token that is right unless told otherwise. */
export async function buildToken(world: World, spec: TokenSpec = {}): Promise<Uint8Array> {
  const { signer = world.signer, certificate = world.certificate, contentType = OID.tstInfo } = spec;
  const content = 'content' in spec ? spec.content : buildInfo(spec.info);
  const hash: Hash = signer.algorithm === 'SM2-SM3' ? 'SM3' : 'SHA-256';
  const attributes: TokenSpec['attributes'] = {
    contentType: attribute(OID.contentType, der.oid(contentType)),
    messageDigest: attribute(OID.messageDigest, der.octetString(digest(hash, content ?? new Uint8Array(0)))),
    signingCertificate: attribute(OID.signingCertificateV2, signingCertificateV2(certificate, hash)),
    ...spec.attributes,
  };
  const signedAttributes = der.setOf(...Object.values(attributes).filter((one) => one !== undefined));
  const raw = await signer.sign(signedAttributes);
  const right = der.sequence(
    der.integer(1),
    der.sequence(certificate.issuer.bytes, der.integer(certificate.serialNumber)),
    algorithmIdentifier(OID[hash]),
    Uint8Array.of(0xa0, ...signedAttributes.subarray(1)),
    algorithmIdentifier(signatureOid(signer.algorithm)),
    der.octetString(signer.algorithm.startsWith('RSA') ? raw : rawToDer(raw)),
  );
  const certificates = spec.certificates ?? [certificate.bytes];
  return der.sequence(
    der.oid(spec.outerType ?? OID.signedData),
    der.explicit(
      0,
      der.sequence(
        der.integer(3),
        der.setOf(algorithmIdentifier(OID[hash])),
        der.sequence(
          der.oid(contentType),
          ...(content === undefined ? [] : [der.explicit(0, der.octetString(content))]),
        ),
        ...(certificates.length === 0 ? [] : [der.element(0xa0, ...certificates)]),
        der.setOf(...(spec.signers?.(right) ?? [right])),
      ),
    ),
  );
}
