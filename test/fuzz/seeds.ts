/** Sound files of every kind that is read, made here: what is spoilt must have been right. */
import { signSes } from '@gov/e-seal';
import { parseName } from '@gov/pki';
import {
  authorityInfoAccess,
  certificatePolicies,
  createCertificateRequest,
  crlDistributionPoints,
  inhibitAnyPolicy,
  nameConstraints,
  parseGeneralName,
  policyConstraints,
  policyMappings,
  subjectAltName,
} from '@gov/pki/ca';
import { encryptCms, signCms } from '@gov/pki/cms';
import { issueDual, issueIntermediate, issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { createOcspRequest, createOcspResponse } from '@gov/pki/ocsp';
import { writePkcs12 } from '@gov/pki/pkcs12';
import { generatePrivateKey } from '@gov/pki/private-key';
import { issueCrl } from '@gov/pki/revocation';
import { createTimestampRequest } from '@gov/pki/timestamp';
import { tsaHandler } from '@gov/pki/tsa';
import { generateSm2Key, type Signer, sm2Signer } from '@gov/sm';
import { encryptPrivateKeyInfo } from '@gov/sm/key-encryption';
import { makeWorld, TIMES } from '../world.js';

const VALIDITY = { notBefore: TIMES.certificatesFrom, notAfter: TIMES.certificatesTo };

async function p256(): Promise<Signer> {
  const parameters = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const { publicKey, privateKey } = await crypto.subtle.generateKey(parameters, true, ['sign', 'verify']);
  return {
    algorithm: 'ECDSA-P256-SHA256',
    publicKey: new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign(parameters, privateKey, Uint8Array.from(message))),
  };
}

export async function makeSeeds() {
  const world = await makeWorld();
  const key = generateSm2Key();
  const signer = await p256();
  const root = await issueRoot({ ...VALIDITY, subject: 'CN=根,O=某省,C=CN', signer, pathLength: 1 });
  const authoritySigner = sm2Signer(generateSm2Key());
  const authority = await issueIntermediate({
    ...VALIDITY,
    ca: { certificate: root, signer },
    subject: 'CN=某市 CA,O=某省,C=CN',
    publicKey: authoritySigner.publicKey,
    extensions: [
      nameConstraints({
        permitted: [
          ...['DNS:gov.cn', 'email:.gov.cn'].map(parseGeneralName),
          { form: 'directoryName', value: parseName('O=某省,C=CN') },
          { form: 'iPAddress', value: Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0) },
        ],
        excluded: [parseGeneralName('URI:.example')],
      }),
      certificatePolicies(['1.2.3.1', '1.2.3.2']),
      policyMappings([['1.2.3.1', '1.2.3.3']]),
      policyConstraints({ requireExplicitPolicy: 1, inhibitPolicyMapping: 2 }),
      inhibitAnyPolicy(1),
    ],
  });
  const ca = { certificate: authority, signer: authoritySigner };
  const { signing, encryption } = await issueDual({
    ...VALIDITY,
    ca,
    subject: 'CN=某局,O=某省,C=CN',
    signingKey: key.publicKey.toSpki(),
    encryptionKey: generateSm2Key().publicKey.toSpki(),
    use: 'signer',
    extensions: [
      subjectAltName(
        ['DNS:www.gov.cn', 'email:a@gov.cn', 'IP:10.1.2.3', 'URI:https://a.gov.cn/'].map(parseGeneralName),
      ),
      certificatePolicies(['1.2.3.3']),
      crlDistributionPoints(['http://crl.gov.cn/1.crl']),
      authorityInfoAccess({ ocsp: ['http://ocsp.gov.cn/'], caIssuers: ['http://ca.gov.cn/1.cer'] }),
    ],
  });
  const holder = { certificate: signing, signer: sm2Signer(key) };
  const crl = await issueCrl({
    issuer: authority,
    signer: authoritySigner,
    entries: [
      { serialNumber: 5n, revokedAt: TIMES.signed },
      { serialNumber: 1n << 100n, revokedAt: TIMES.signed, reason: 'keyCompromise', invalidityDate: TIMES.sealMade },
    ],
    thisUpdate: TIMES.signed,
    nextUpdate: TIMES.verified,
    crlNumber: 7n,
  });
  const nonce = new Uint8Array(16).fill(7);
  const ocspRequest = await createOcspRequest({
    certificates: [{ certificate: signing, issuer: authority }],
    hash: 'SM3',
    nonce,
  });
  const ocspResponse = await createOcspResponse({
    signer: authoritySigner,
    responder: authority,
    responses: ocspRequest.certIds.map((certId) => ({
      certId,
      certificateStatus: { status: 'good' },
      thisUpdate: TIMES.signed,
      nextUpdate: TIMES.verified,
    })),
    producedAt: TIMES.signed,
    nonce,
    certificates: [authority],
  });
  const stamper = sm2Signer(generateSm2Key());
  const tsa = tsaHandler({
    signer: stamper,
    certificate: await issueLeaf({
      ...VALIDITY,
      ca,
      subject: 'CN=时间戳,O=某省,C=CN',
      publicKey: stamper.publicKey,
      use: 'timestamp',
    }),
    policy: '1.2.3.4',
    clock: () => TIMES.signed,
    serial: async () => 1n,
  });
  const timestampRequest = createTimestampRequest({
    hash: 'SM3',
    content: nonce,
    nonce: 1234567890123n,
    certReq: true,
  });
  const stamped = await tsa(
    new Request('http://tsa/', {
      method: 'POST',
      body: Uint8Array.from(timestampRequest),
      headers: { 'content-type': 'application/timestamp-query' },
    }),
  );
  const content = new TextEncoder().encode('某省电子政务');
  const signers = [holder];
  const signed = { signers, signingTime: TIMES.signed, certificates: [signing, authority] };
  return {
    certificates: [world.root.certificate, root, authority, signing, encryption].map(({ bytes }) => bytes),
    certificateRequests: [
      (
        await createCertificateRequest({
          subject: 'CN=某局,C=CN',
          signer: holder.signer,
          extensions: [subjectAltName([parseGeneralName('DNS:www.gov.cn')])],
        })
      ).bytes,
    ],
    crls: [crl.bytes],
    ocspRequests: [ocspRequest.bytes],
    ocspResponses: [ocspResponse],
    timestampRequests: [timestampRequest],
    timestampResponses: [new Uint8Array(await stamped.arrayBuffer())],
    signedMessages: [
      await signCms(content, signed),
      await signCms(content, { ...signed, form: 'rfc5652', detached: true }),
      await signCms(content, { signers, dialect: 'digest-as-content' }),
    ],
    envelopes: [
      await encryptCms(content, { recipients: [encryption] }),
      await encryptCms(content, { recipients: [encryption], cipher: 'sm4-gcm' }),
    ],
    privateKeys: [key.toPkcs8(), key.toSec1()],
    encryptedKeys: [await encryptPrivateKeyInfo(key.toPkcs8(), 'x', { iterations: 1000 })],
    foreignKeys: [(await generatePrivateKey('ECDSA-P256-SHA256')).pkcs8, (await generatePrivateKey('Ed25519')).pkcs8],
    pkcs12: [
      await writePkcs12({ key: key.toPkcs8(), certificates: [signing, authority], password: 'x', iterations: 1000 }),
    ],
    publicKeys: [key.publicKey.toSpki()],
    seals: [world.seal.bytes],
    sealSignatures: [
      await signSes({
        seal: world.seal,
        ...world.signer,
        time: TIMES.signed,
        dataHash: new Uint8Array(32),
        propertyInfo: '/Doc_0/Signs/Sign_0/Signature.xml',
      }),
    ],
  };
}
