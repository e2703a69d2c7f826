/** Certificates, requests for them, and what revokes them, by pkijs; and the small PKI behind all of its exhibits. */
import * as asn1js from 'asn1js';
import * as pkijs from 'pkijs';
import type { Bytes } from '../peer.js';
import { equal } from '../peer.js';
import { oidOf, SIGNER_USE, tlv } from './assemble.js';
import { type Algorithm, type Exhibits, keyHolder, NAMES } from './exhibits.js';
import type { Refusal, Skill } from './matrix.js';

export type PkijsAlgorithm = 'RSA' | 'ECDSA P-256';

/** ArrayBuffer of exactly these octets: pkijs takes no views. */
export const buffer = (bytes: Bytes): ArrayBuffer => Uint8Array.from(bytes).buffer;
export const octets = (value: { toSchema(): { toBER(): ArrayBuffer } }): Bytes =>
  new Uint8Array(value.toSchema().toBER());
export const certificateOf = (bytes: Bytes): pkijs.Certificate => pkijs.Certificate.fromBER(buffer(bytes));

export interface Holder {
  readonly certificate: pkijs.Certificate;
  readonly key: CryptoKey;
  readonly publicKey: CryptoKey;
}

export type Extensions = 'ca' | 'leaf' | 'timestamp' | 'ocsp';

/** Octet of the keyUsage, and its unused bits. */
const [DIGITAL_SIGNATURE, CERT_AND_CRL_SIGN] = [Uint8Array.of(6, 0xc0), Uint8Array.of(1, 0x06)];

const extension = (extnID: string, critical: boolean, value: Bytes): pkijs.Extension =>
  new pkijs.Extension({ extnID, critical, extnValue: buffer(value) });

function extensionsOf(kind: Extensions): pkijs.Extension[] {
  const usage = kind === 'ca' ? CERT_AND_CRL_SIGN : DIGITAL_SIGNATURE;
  const purpose = { leaf: SIGNER_USE, timestamp: '1.3.6.1.5.5.7.3.8', ocsp: '1.3.6.1.5.5.7.3.9', ca: undefined }[kind];
  return [
    ...(kind === 'ca' ? [extension('2.5.29.19', true, tlv(0x30, Uint8Array.of(1, 1, 0xff)))] : []),
    extension('2.5.29.15', true, tlv(0x03, usage)),
    ...(purpose === undefined ? [] : [extension('2.5.29.37', kind === 'timestamp', tlv(0x30, oidOf(purpose)))]),
  ];
}

const KEYS: Readonly<Record<PkijsAlgorithm, RsaHashedKeyGenParams | EcKeyGenParams>> = {
  RSA: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) },
  'ECDSA P-256': { name: 'ECDSA', namedCurve: 'P-256' },
};

export class PkijsPki {
  readonly algorithm: PkijsAlgorithm;
  readonly #keys = new Map<string, Promise<CryptoKeyPair>>();
  readonly #holders = new Map<string, Promise<Holder>>();
  #serial = 0x71_00;

  constructor(algorithm: PkijsAlgorithm) {
    this.algorithm = algorithm;
  }

  keyOf(holder: string): Promise<CryptoKeyPair> {
    const name = keyHolder(this.algorithm, holder);
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const made = crypto.subtle.generateKey(KEYS[this.algorithm], true, ['sign', 'verify']) as Promise<CryptoKeyPair>;
    this.#keys.set(name, made);
    return made;
  }

  async issue(name: string, kind: Extensions, by?: Holder, holder = name): Promise<Holder> {
    const { privateKey, publicKey } = await this.keyOf(holder);
    const certificate = new pkijs.Certificate();
    certificate.version = 2;
    certificate.serialNumber = new asn1js.Integer({ value: ++this.#serial });
    const subject = new pkijs.AttributeTypeAndValue({ type: '2.5.4.3', value: new asn1js.Utf8String({ value: name }) });
    certificate.subject.typesAndValues.push(subject);
    certificate.issuer = by?.certificate.subject ?? certificate.subject;
    certificate.notBefore.value = new Date(Date.now() - 86_400_000);
    certificate.notAfter.value = new Date(Date.now() + 100 * 86_400_000);
    await certificate.subjectPublicKeyInfo.importKey(publicKey);
    certificate.extensions = extensionsOf(kind);
    await certificate.sign(by?.key ?? privateKey, 'SHA-256');
    // Read back: what is signed lies in the octets, not in the object.
    return { certificate: certificateOf(octets(certificate)), key: privateKey, publicKey };
  }

  #once(holder: string): Promise<Holder> {
    const made = this.#holders.get(holder) ?? this.issue(NAMES.root, 'ca', undefined, holder);
    this.#holders.set(holder, made);
    return made;
  }

  root = (): Promise<Holder> => this.#once('root');

  async roots() {
    return {
      root: octets((await this.root()).certificate),
      stranger: octets((await this.#once('stranger')).certificate),
    };
  }

  leaf = async (name: string = NAMES.leaf, kind: Extensions = 'leaf'): Promise<Holder> =>
    this.issue(name, kind, await this.root());
}

export async function verifyPath(root: Bytes, ...path: readonly Bytes[]): Promise<Refusal> {
  const engine = new pkijs.CertificateChainValidationEngine({
    trustedCerts: [certificateOf(root)],
    // The leaf comes last.
    certs: path.toReversed().map(certificateOf),
  });
  const { result, resultMessage } = await engine.verify();
  return result ? undefined : resultMessage;
}

export const certificate = (pki: PkijsPki): Skill<Exhibits['certificate']> => ({
  make: { run: async () => ({ ...(await pki.roots()), certificate: octets((await pki.leaf()).certificate) }) },
  take: { run: ({ certificate, root }) => verifyPath(root, certificate) },
});

export const chain = (pki: PkijsPki): Skill<Exhibits['chain']> => ({
  make: {
    async run() {
      const intermediate = await pki.issue(NAMES.intermediate, 'ca', await pki.root());
      const leaf = await pki.issue(NAMES.leaf, 'leaf', intermediate);
      const child = await pki.issue(NAMES.child, 'leaf', leaf);
      return {
        ...(await pki.roots()),
        intermediates: [octets(intermediate.certificate)],
        certificate: octets(leaf.certificate),
        child: octets(child.certificate),
      };
    },
  },
  take: { run: ({ certificate, intermediates, root }) => verifyPath(root, certificate, ...intermediates) },
});

export const csr = (pki: PkijsPki): Skill<Exhibits['CSR']> => ({
  make: {
    async run() {
      const { privateKey, publicKey } = await pki.keyOf(NAMES.csr);
      const request = new pkijs.CertificationRequest();
      const name = new pkijs.AttributeTypeAndValue({
        type: '2.5.4.3',
        value: new asn1js.Utf8String({ value: NAMES.csr }),
      });
      request.subject.typesAndValues.push(name);
      request.attributes = [];
      await request.subjectPublicKeyInfo.importKey(publicKey);
      await request.sign(privateKey, 'SHA-256');
      const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey));
      return { csr: octets(request), publicKey: spki, name: NAMES.csr };
    },
  },
  take: {
    async run({ csr, publicKey, name }) {
      const request = pkijs.CertificationRequest.fromBER(buffer(csr));
      if (!(await request.verify())) return 'signature wrong';
      if (!equal(octets(request.subjectPublicKeyInfo), publicKey)) return 'another key';
      return request.subject.typesAndValues.some(({ value }) => value.valueBlock.value === name)
        ? undefined
        : 'another name';
    },
  },
});

export const crl = (pki: PkijsPki): Skill<Exhibits['CRL']> => ({
  make: {
    async run() {
      const [root, revoked, good] = await Promise.all([pki.root(), pki.leaf(), pki.leaf(NAMES.child)]);
      const list = new pkijs.CertificateRevocationList();
      list.version = 1;
      list.issuer = root.certificate.subject;
      list.thisUpdate.value = new Date(Date.now() - 3_600_000);
      list.nextUpdate = new pkijs.Time({ type: 0, value: new Date(Date.now() + 30 * 86_400_000) });
      list.revokedCertificates = [
        new pkijs.RevokedCertificate({
          userCertificate: revoked.certificate.serialNumber,
          revocationDate: new pkijs.Time({ type: 0, value: new Date(Date.now() - 7_200_000) }),
        }),
      ];
      const number = new pkijs.Extension({ extnID: '2.5.29.20', extnValue: buffer(tlv(0x02, Uint8Array.of(7))) });
      list.crlExtensions = new pkijs.Extensions({ extensions: [number] });
      await list.sign(root.key, 'SHA-256');
      return {
        ...(await pki.roots()),
        crl: octets(list),
        revoked: octets(revoked.certificate),
        good: octets(good.certificate),
      };
    },
  },
  take: {
    async run({ crl, root, revoked, good }) {
      const list = pkijs.CertificateRevocationList.fromBER(buffer(crl));
      if (!(await list.verify({ issuerCertificate: certificateOf(root) }))) return 'signature wrong';
      if (list.isCertificateRevoked(certificateOf(good))) return 'the good one is in it';
      return list.isCertificateRevoked(certificateOf(revoked)) ? undefined : 'not in it';
    },
  },
});

export const ocspRequest = (pki: PkijsPki): Skill<Exhibits['OCSP request']> => ({
  make: {
    async run() {
      const [root, leaf, other] = await Promise.all([pki.root(), pki.leaf(), pki.leaf(NAMES.child)]);
      const request = new pkijs.OCSPRequest();
      await request.createForCertificate(leaf.certificate, {
        hashAlgorithm: 'SHA-256',
        issuerCertificate: root.certificate,
      });
      return {
        ...(await pki.roots()),
        request: new Uint8Array(request.toSchema(true).toBER()),
        certificate: octets(leaf.certificate),
        other: octets(other.certificate),
      };
    },
  },
  // It reads the request; the CertID in it is held against its own.
  take: {
    async run({ request, certificate, root }) {
      const read = pkijs.OCSPRequest.fromBER(buffer(request));
      const asked = read.tbsRequest.requestList[0]?.reqCert;
      if (asked === undefined) return 'nothing asked';
      const hashes: Readonly<Record<string, string>> = {
        '1.3.14.3.2.26': 'SHA-1',
        '2.16.840.1.101.3.4.2.1': 'SHA-256',
      };
      const hashAlgorithm = hashes[asked.hashAlgorithm.algorithmId];
      if (hashAlgorithm === undefined) return `hash ${asked.hashAlgorithm.algorithmId}`;
      const own = new pkijs.CertID();
      await own.createForCertificate(certificateOf(certificate), {
        hashAlgorithm,
        issuerCertificate: certificateOf(root),
      });
      const same = (a: asn1js.OctetString, b: asn1js.OctetString) =>
        equal(a.valueBlock.valueHexView, b.valueBlock.valueHexView);
      if (!same(asked.issuerNameHash, own.issuerNameHash) || !same(asked.issuerKeyHash, own.issuerKeyHash))
        return 'another issuer';
      return asked.serialNumber.isEqual(own.serialNumber) ? undefined : 'another serial number';
    },
  },
});

export const ocspResponse = (pki: PkijsPki): Skill<Exhibits['OCSP response']> => ({
  make: {
    async run() {
      const [root, revoked, other] = await Promise.all([pki.root(), pki.leaf(), pki.leaf(NAMES.child)]);
      const responder = await pki.issue('Interop responder', 'ocsp', root);
      const basic = new pkijs.BasicOCSPResponse();
      basic.tbsResponseData.responderID = responder.certificate.subject;
      basic.tbsResponseData.producedAt = new Date();
      const certID = new pkijs.CertID();
      await certID.createForCertificate(revoked.certificate, {
        hashAlgorithm: 'SHA-256',
        issuerCertificate: root.certificate,
      });
      const response = new pkijs.SingleResponse({ certID });
      response.certStatus = new asn1js.Constructed({
        idBlock: { tagClass: 3, tagNumber: 1 },
        value: [new asn1js.GeneralizedTime({ valueDate: new Date(Date.now() - 7_200_000) })],
      });
      response.thisUpdate = new Date(Date.now() - 3_600_000);
      response.nextUpdate = new Date(Date.now() + 86_400_000);
      basic.tbsResponseData.responses.push(response);
      basic.certs = [responder.certificate];
      await basic.sign(responder.key, 'SHA-256');
      const whole = new pkijs.OCSPResponse({
        responseStatus: new asn1js.Enumerated({ value: 0 }),
        responseBytes: new pkijs.ResponseBytes({
          responseType: pkijs.id_PKIX_OCSP_Basic,
          response: new asn1js.OctetString({ valueHex: buffer(octets(basic)) }),
        }),
      });
      return {
        ...(await pki.roots()),
        response: octets(whole),
        certificate: octets(revoked.certificate),
        other: octets(other.certificate),
      };
    },
  },
  take: {
    async run({ response, certificate, root }) {
      const whole = pkijs.OCSPResponse.fromBER(buffer(response));
      const basic = pkijs.BasicOCSPResponse.fromBER(whole.responseBytes!.response.getValue());
      if (!(await basic.verify({ trustedCerts: [certificateOf(root)] }))) return 'signature wrong';
      const { isForCertificate, status } = await basic.getCertificateStatus(
        certificateOf(certificate),
        certificateOf(root),
      );
      if (!isForCertificate) return 'about another certificate';
      return status === 1 ? undefined : `status ${status}`;
    },
  },
});

export const isKnown = (algorithm: Algorithm): algorithm is PkijsAlgorithm =>
  algorithm === 'RSA' || algorithm === 'ECDSA P-256';
