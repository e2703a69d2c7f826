/**
 * A small world of RSA and ECDSA beside the one of SM2: a root, a signer for each algorithm asked for, a timestamp authority,
 * and revocation data that is current at the moment of verifying.
 */
import { type CertificateUse, TrustStore } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { generatePrivateKey } from '@gov/pki/private-key';
import { issueCrl, type RevocationData } from '@gov/pki/revocation';
import { requestTimestamp, type TimestampHash } from '@gov/pki/timestamp';
import { tsaHandler } from '@gov/pki/tsa';
import { generateSm2Key, type SignatureAlgorithm, type Signer, sm2Signer } from '@gov/sm';
import { type Holder, TIMES } from './world.js';

const VALIDITY = { notBefore: TIMES.certificatesFrom, notAfter: TIMES.certificatesTo };

const signerFor = async (algorithm: SignatureAlgorithm): Promise<Signer> =>
  algorithm === 'SM2-SM3' ? sm2Signer(generateSm2Key()) : (await generatePrivateKey(algorithm)).signer;

export interface PadesWorld {
  readonly root: Holder;
  readonly signer: Holder;
  readonly tsa: Holder;
  readonly trust: TrustStore;
  /** A CRL of the root, empty. */
  readonly revocation: RevocationData;
  /** Asks the authority of this world. */
  readonly timestamp: (content: Uint8Array) => Promise<Uint8Array>;
  /** The same for digests. */
  readonly digestTimestamp: { readonly hash: TimestampHash; stamp(digest: Uint8Array): Promise<Uint8Array> };
  leaf(use: CertificateUse, algorithm: SignatureAlgorithm, subject?: string): Promise<Holder>;
}

/** @param rootAlgorithm of the root and of the authority */
export async function makePadesWorld(
  algorithm: SignatureAlgorithm = 'RSA-PKCS1-SHA256',
  rootAlgorithm: SignatureAlgorithm = 'ECDSA-P256-SHA256',
): Promise<PadesWorld> {
  const rootSigner = await signerFor(rootAlgorithm);
  const root = {
    signer: rootSigner,
    certificate: await issueRoot({
      subject: 'CN=Test Root,O=Test,C=CN',
      signer: rootSigner,
      pathLength: 1,
      ...VALIDITY,
    }),
  };
  const leaf = async (use: CertificateUse, of: SignatureAlgorithm, subject = `CN=Test ${use},O=Test,C=CN`) => {
    const signer = await signerFor(of);
    const certificate = await issueLeaf({ ca: root, use, subject, publicKey: signer.publicKey, ...VALIDITY });
    return { certificate, signer };
  };
  const tsa = await leaf('timestamp', rootAlgorithm);
  const trust = new TrustStore({ anchors: [root.certificate] });
  let last = 0n;
  const handler = tsaHandler({
    ...tsa,
    policy: '1.2.3.4.5',
    clock: () => TIMES.signed,
    serial: async () => ++last,
  });
  const ask = { fetch: handler, at: TIMES.signed, trust };
  const url = 'https://tsa.example/';
  const hash = rootAlgorithm === 'SM2-SM3' ? 'SM3' : 'SHA-256';
  const crl = await issueCrl({
    issuer: root.certificate,
    signer: rootSigner,
    entries: [],
    thisUpdate: new Date('2026-05-20T01:00:00Z'),
    nextUpdate: TIMES.certificatesTo,
    crlNumber: 1n,
  });
  return {
    root,
    signer: await leaf('signer', algorithm),
    tsa,
    trust,
    revocation: { crls: [crl], ocspResponses: [] },
    timestamp: async (content) => (await requestTimestamp(url, { content, hash }, ask)).bytes,
    digestTimestamp: {
      hash,
      stamp: async (digest) => (await requestTimestamp(url, { digest, hash }, ask)).bytes,
    },
    leaf,
  };
}
