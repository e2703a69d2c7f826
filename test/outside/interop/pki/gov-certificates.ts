/** Certificates, requests for them, and what revokes them, by `@gov/pki`; and the small PKI behind all of its exhibits. */
import {
  authorityFindings,
  type Certificate,
  formatName,
  readCertificate,
  TrustStore,
  USE_OIDS,
  validatePath,
} from '@gov/pki';
import {
  basicConstraints,
  createCertificateRequest,
  extendedKeyUsage,
  holdsKey,
  issueCertificate,
  keyUsage,
  readCertificateRequest,
} from '@gov/pki/ca';
import { type CertIdHash, createOcspRequest, ocspResponder, readOcspResponse } from '@gov/pki/ocsp';
import { generatePrivateKey } from '@gov/pki/private-key';
import { issueCrl, type RevocationData, readCrl, revocationFindings } from '@gov/pki/revocation';
import type { SignatureAlgorithm, Signer } from '@gov/sm';
import type { Finding } from '@gov/verdict';
import type { Bytes } from '../peer.js';
import { equal } from '../peer.js';
import { type Algorithm, type Exhibits, keyHolder, NAMES } from './exhibits.js';
import type { Refusal, Skill } from './matrix.js';

const KEYS: Readonly<Record<Algorithm, SignatureAlgorithm>> = {
  SM2: 'SM2-SM3',
  RSA: 'RSA-PKCS1-SHA256',
  'ECDSA P-256': 'ECDSA-P256-SHA256',
  Ed25519: 'Ed25519',
};

export interface Holder {
  readonly certificate: Certificate;
  readonly signer: Signer;
  readonly pkcs8: Bytes;
}

export type Kind = 'ca' | 'leaf' | 'recipient' | 'timestamp' | 'ocsp';

const DAY = 86_400_000;

const EXTENSIONS: Readonly<Record<Kind, readonly Bytes[]>> = {
  ca: [basicConstraints(), keyUsage(['keyCertSign', 'cRLSign'])],
  // As a foreign CA issues them: without a use of ours.
  leaf: [keyUsage(['digitalSignature', 'nonRepudiation'])],
  recipient: [keyUsage(['keyEncipherment', 'dataEncipherment', 'keyAgreement'])],
  timestamp: [keyUsage(['digitalSignature']), extendedKeyUsage(['1.3.6.1.5.5.7.3.8'], { critical: true })],
  ocsp: [keyUsage(['digitalSignature']), extendedKeyUsage(['1.3.6.1.5.5.7.3.9'])],
};

export class GovPki {
  readonly algorithm: Algorithm;
  readonly #keys = new Map<string, ReturnType<typeof generatePrivateKey>>();
  readonly #roots = new Map<string, Promise<Holder>>();

  constructor(algorithm: Algorithm) {
    this.algorithm = algorithm;
  }

  keyOf(holder: string): ReturnType<typeof generatePrivateKey> {
    const name = keyHolder(this.algorithm, holder);
    const key = this.#keys.get(name) ?? generatePrivateKey(KEYS[this.algorithm]);
    this.#keys.set(name, key);
    return key;
  }

  async issue(name: string, extensions: readonly Bytes[], by?: Holder, holder = name): Promise<Holder> {
    const { signer, pkcs8 } = await this.keyOf(holder);
    const certificate = await issueCertificate({
      subject: `CN=${name}`,
      publicKey: signer.publicKey,
      signer: by?.signer ?? signer,
      ...(by === undefined ? {} : { issuer: by.certificate }),
      notBefore: new Date(Date.now() - DAY),
      notAfter: new Date(Date.now() + 100 * DAY),
      extensions,
    });
    return { certificate, signer, pkcs8 };
  }

  #root(holder: string): Promise<Holder> {
    const root = this.#roots.get(holder) ?? this.issue(NAMES.root, EXTENSIONS.ca, undefined, holder);
    this.#roots.set(holder, root);
    return root;
  }

  root = (): Promise<Holder> => this.#root('root');

  async roots() {
    return { root: (await this.root()).certificate.bytes, stranger: (await this.#root('stranger')).certificate.bytes };
  }

  leaf = async (name: string = NAMES.leaf, kind: Kind = 'leaf'): Promise<Holder> =>
    this.issue(name, EXTENSIONS[kind], await this.root());
}

export const trustIn = (root: Bytes): TrustStore => new TrustStore({ anchors: [readCertificate(root)] });

/** The codes that say why not: what failed; where nothing did, what could not be told. */
export function codes(findings: readonly Finding[]): string {
  const ofOutcome = (wanted: Finding['outcome']) =>
    findings.filter(({ outcome }) => outcome === wanted).map(({ code }) => code);
  const failed = ofOutcome('fail');
  return [...new Set(failed.length > 0 ? failed : ofOutcome('unknown'))].join(', ');
}

async function path(certificate: Bytes, intermediates: readonly Bytes[], root: Bytes): Promise<Refusal> {
  const anchors = [readCertificate(root)];
  const given = { anchors, intermediates: intermediates.map((one) => readCertificate(one)) };
  const { findings, complete } = await validatePath(readCertificate(certificate), given);
  return complete && findings.some(({ code }) => code === 'path-ok') ? undefined : codes(findings);
}

export const certificate = (pki: GovPki): Skill<Exhibits['certificate']> => ({
  make: { run: async () => ({ ...(await pki.roots()), certificate: (await pki.leaf()).certificate.bytes }) },
  take: { run: ({ certificate, root }) => path(certificate, [], root) },
});

export const certificateForUse = (pki: GovPki): Skill<Exhibits['certificate']> => ({
  make: {
    async run() {
      const extensions = [...EXTENSIONS.leaf, extendedKeyUsage([USE_OIDS.signer])];
      const { certificate } = await pki.issue(NAMES.leaf, extensions, await pki.root());
      return { ...(await pki.roots()), certificate: certificate.bytes };
    },
  },
  take: {
    async run({ certificate, root }) {
      const findings = authorityFindings(readCertificate(certificate), 'signer');
      return codes(findings) === '' ? path(certificate, [], root) : codes(findings);
    },
  },
});

export const chain = (pki: GovPki): Skill<Exhibits['chain']> => ({
  make: {
    async run() {
      const ca = [basicConstraints({ pathLength: 0 }), keyUsage(['keyCertSign', 'cRLSign'])];
      const intermediate = await pki.issue(NAMES.intermediate, ca, await pki.root());
      const leaf = await pki.issue(NAMES.leaf, EXTENSIONS.leaf, intermediate);
      // Ours refuses to issue for a leaf: it is told of a CA with the same name and key.
      const pretended = await pki.issue(NAMES.leaf, EXTENSIONS.ca);
      const child = await pki.issue(NAMES.child, EXTENSIONS.leaf, pretended);
      return {
        ...(await pki.roots()),
        intermediates: [intermediate.certificate.bytes],
        certificate: leaf.certificate.bytes,
        child: child.certificate.bytes,
      };
    },
  },
  take: { run: ({ certificate, intermediates, root }) => path(certificate, intermediates, root) },
});

export const csr = (pki: GovPki): Skill<Exhibits['CSR']> => ({
  make: {
    async run() {
      const { signer } = await pki.keyOf(NAMES.csr);
      const { bytes } = await createCertificateRequest({ subject: `CN=${NAMES.csr}`, signer });
      return { csr: bytes, publicKey: signer.publicKey, name: NAMES.csr };
    },
  },
  take: {
    async run({ csr, publicKey, name }) {
      const request = readCertificateRequest(csr);
      if (!(await holdsKey(request))) return '`holdsKey` is false';
      if (!equal(request.publicKey, publicKey)) return 'another key';
      return formatName(request.subject) === `CN=${name}` ? undefined : 'another name';
    },
  },
});

/** Revoked, by what is given; and for another certificate not. */
async function judged(about: Bytes, root: Bytes, revocation: RevocationData): Promise<string> {
  const trust = trustIn(root);
  const findings = await revocationFindings([readCertificate(about), readCertificate(root)], undefined, {
    at: new Date(),
    trust,
    revocation,
  });
  return findings.map(({ code }) => code).join(', ');
}

export const crl = (pki: GovPki): Skill<Exhibits['CRL']> => ({
  make: {
    async run() {
      const { certificate: issuer, signer } = await pki.root();
      const [revoked, good] = await Promise.all([pki.leaf(), pki.leaf(NAMES.child)]);
      const { bytes } = await issueCrl({
        ...{ issuer, signer, crlNumber: 7n },
        thisUpdate: new Date(Date.now() - 3_600_000),
        nextUpdate: new Date(Date.now() + DAY),
        entries: [
          {
            serialNumber: revoked.certificate.serialNumber,
            revokedAt: new Date(Date.now() - 7_200_000),
            reason: 'keyCompromise',
          },
        ],
      });
      return { ...(await pki.roots()), crl: bytes, revoked: revoked.certificate.bytes, good: good.certificate.bytes };
    },
  },
  take: {
    async run({ crl, root, revoked, good }) {
      const data = { crls: [readCrl(crl)], ocspResponses: [] };
      const said = await judged(revoked, root, data);
      if (said !== 'certificate-revoked') return said;
      const other = await judged(good, root, data);
      return other === 'revocation-ok' ? undefined : other;
    },
  },
});

const hashFor = (algorithm: Algorithm): CertIdHash => (algorithm === 'SM2' ? 'SM3' : 'SHA-256');

export const ocspRequest = (pki: GovPki): Skill<Exhibits['OCSP request']> => ({
  make: {
    async run() {
      const [{ certificate: issuer }, { certificate }, other] = await Promise.all([
        pki.root(),
        pki.leaf(),
        pki.leaf(NAMES.child),
      ]);
      const nonce = crypto.getRandomValues(new Uint8Array(16));
      const { bytes } = await createOcspRequest({
        certificates: [{ certificate, issuer }],
        hash: hashFor(pki.algorithm),
        nonce,
      });
      return { ...(await pki.roots()), request: bytes, certificate: certificate.bytes, other: other.certificate.bytes };
    },
  },
  take: {
    // Our responder answers: `good` for the one certificate it knows, `unknown` for all others.
    async run({ request, certificate, root }) {
      const { signer, certificate: responder } = await pki.leaf('Interop responder', 'ocsp');
      const { serialNumber } = readCertificate(certificate);
      const handler = ocspResponder({
        ...{ issuer: readCertificate(root), signer, certificate: responder, clock: () => new Date() },
        statusOf: (serial) => ({ status: serial === serialNumber ? 'good' : 'unknown' }),
      });
      const [answer] = readOcspResponse(await post(handler, request)).responses;
      return answer?.certificateStatus.status === 'good' ? undefined : (answer?.certificateStatus.status ?? 'nothing');
    },
  },
});

const post = async (handler: (request: Request) => Promise<Response>, body: Bytes): Promise<Bytes> => {
  const request = new Request('http://ocsp.example/', { method: 'POST', body: Uint8Array.from(body) });
  return new Uint8Array(await (await handler(request)).arrayBuffer());
};

export const ocspResponse = (pki: GovPki): Skill<Exhibits['OCSP response']> => ({
  make: {
    async run() {
      const [root, revoked, other] = await Promise.all([pki.root(), pki.leaf(), pki.leaf(NAMES.child)]);
      const responder = await pki.issue('Interop responder', EXTENSIONS.ocsp, root);
      const handler = ocspResponder({
        issuer: root.certificate,
        signer: responder.signer,
        certificate: responder.certificate,
        statusOf: (serial) =>
          serial === revoked.certificate.serialNumber
            ? { status: 'revoked', revokedAt: new Date(Date.now() - 7_200_000), reason: 'keyCompromise' }
            : { status: 'good' },
        clock: () => new Date(),
      });
      const about = { certificate: revoked.certificate, issuer: root.certificate };
      const { bytes } = await createOcspRequest({ certificates: [about], hash: hashFor(pki.algorithm) });
      return {
        ...(await pki.roots()),
        response: await post(handler, bytes),
        certificate: revoked.certificate.bytes,
        other: other.certificate.bytes,
      };
    },
  },
  take: {
    async run({ response, certificate, root }) {
      const said = await judged(certificate, root, { crls: [], ocspResponses: [readOcspResponse(response)] });
      return said === 'certificate-revoked' ? undefined : said;
    },
  },
});
