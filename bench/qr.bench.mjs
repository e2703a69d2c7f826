// The licence QR's text, issued and verified offline: one SM2 operation is the floor. The peers sign the same claims
// with ES256, which OpenSSL does several times faster than SM2.
import { createHash, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { FOOD_BUSINESS, licenseClaims, licenseRecord, parseLicenseData } from '@gov/e-license';
import { LicenseQrIssuer, QR_PREFIX, verifyLicenseQr } from '@gov/e-license/qr';
import { decodeBase45, encodeBase45 } from '@gov/qr/base45';
import { sm2Verifier } from '@gov/sm';
import { decodeCbor, encodeCbor } from '@gov/token/cbor';
import { readSign1, sigStructure } from '@gov/token/cose';
import { peer } from './peers.mjs';
import { issuer, SIGNED, trust, VERIFIED } from './world.mjs';

const { default: base45 } = await peer('base45');
const cborX = await peer('cbor-x');
const { SDJwtVcInstance } = await peer('@sd-jwt/sd-jwt-vc');
const { coseSign, coseVerify } = await peer('cose-kit');
const { default: openAttestation } = await peer('@govtechsg/open-attestation');
const { Wallet, verifyMessage } = await peer('@ethersproject/wallet');

const example = readFileSync(join(import.meta.dirname, '../examples/license/food-business.json'), 'utf8');
const data = parseLicenseData(JSON.parse(example), [FOOD_BUSINESS]);
const record = licenseRecord(data, { type: FOOD_BUSINESS, issuedAt: SIGNED });
const claims = licenseClaims(record, FOOD_BUSINESS);
const qrIssuer = new LicenseQrIssuer(issuer);
const text = await qrIssuer.issue(claims);

// The parts of this very text.
const base45Text = text.slice(QR_PREFIX.length);
const compressed = decodeBase45(base45Text);
const message = readSign1(inflateRawSync(compressed), { profile: 'strict' });
const payload = message.payload ?? new Uint8Array();
const payloadValue = decodeCbor(payload, { profile: 'strict' });
const signed = sigStructure(message, new TextEncoder().encode('EL1'));
const verifier = sm2Verifier(issuer.publicKey);

// COSE_Sign1 with ES256, as one writes it by hand from node:crypto and two packages.
const es256 = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const cbor = new cborX.Encoder({ mapsAsObjects: false, useRecords: false, tagUint8Array: false });
const claimsMap = cbor.decode(payload);
const header = cbor.encode(
  new Map(
    /** @type {[number, number | Uint8Array][]} */ ([
      [1, -7],
      [4, new Uint8Array(8)],
    ]),
  ),
);
const structure = (/** @type {Uint8Array} */ content) => cbor.encode(['Signature1', header, new Uint8Array(), content]);
const byHand = {
  label: 'COSE ES256 by hand',
  issue: () => {
    const content = cbor.encode(claimsMap);
    const signature = sign('sha256', structure(content), { key: es256.privateKey, dsaEncoding: 'ieee-p1363' });
    const sign1 = new cborX.Tag([header, new Map(), content, signature], 18);
    return base45.encode(deflateRawSync(cbor.encode(sign1)));
  },
  verify: (/** @type {string} */ token) => {
    // Without its tag, one octet: cose-kit registers a class of its own for it with cbor-x, for everybody.
    const value = cbor.decode(inflateRawSync(base45.decode(token)).subarray(1));
    const signature = { key: es256.publicKey, dsaEncoding: /** @type {const} */ ('ieee-p1363') };
    expectTrue(verify('sha256', structure(value[2]), signature, value[3]));
    return cbor.decode(value[2]);
  },
};
const byHandText = byHand.issue();

const sdJwt = new SDJwtVcInstance({
  signAlg: 'ES256',
  signer: (/** @type {string} */ input) =>
    sign('sha256', Buffer.from(input), { key: es256.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url'),
  verifier: (/** @type {string} */ input, /** @type {string} */ signature) => {
    const key = { key: es256.publicKey, dsaEncoding: /** @type {const} */ ('ieee-p1363') };
    return verify('sha256', Buffer.from(input), key, Buffer.from(signature, 'base64url'));
  },
  hasher: (/** @type {string} */ input) => createHash('sha256').update(input).digest(),
  hashAlg: 'sha-256',
  saltGenerator: (/** @type {number} */ length) => randomBytes(length).toString('hex').slice(0, length),
});
const credential = {
  iss: 'https://issuer.example',
  iat: Math.floor(SIGNED.getTime() / 1000),
  vct: 'https://issuer.example/license',
  license: { ...claims, issuedAt: undefined, fields: Object.fromEntries(claims.fields) },
};
const sdJwtText = await sdJwt.issue(credential);

// The same claims as COSE ES256 by cose-kit; nothing around it compresses or writes base45.
const coseKit = {
  label: 'cose-kit ES256',
  issue: () => coseSign({ alg: 'ES256' }, {}, cbor.encode(claimsMap), es256.privateKey),
  verify: async (/** @type {Uint8Array} */ bytes) => {
    const { isValid, decoded } = await coseVerify(bytes, es256.publicKey);
    expectTrue(isValid);
    return cbor.decode(decoded.payload);
  },
};
const coseKitBytes = await coseKit.issue();

// OpenAttestation 2.0: every value salted, a Merkle root over all, signed with secp256k1 by a DID. Offline: its DNS and DID
// look-ups are left out.
const wallet = Wallet.createRandom();
const did = `did:ethr:${wallet.address}`;
const attested = {
  issuers: [
    {
      id: did,
      name: data.authority.name,
      revocation: { type: 'NONE' },
      identityProof: { type: 'DNS-DID', key: `${did}#controller`, location: 'issuer.example' },
    },
  ],
  license: credential.license,
};
const attestation = {
  label: 'OpenAttestation',
  issue: () =>
    openAttestation.signDocument(
      openAttestation.wrapDocument(attested),
      openAttestation.SUPPORTED_SIGNING_ALGORITHM.Secp256k1VerificationKey2018,
      { public: `${did}#controller`, private: wallet.privateKey },
    ),
  verify: (/** @type {any} */ document) => {
    expectTrue(openAttestation.verifySignature(document));
    const root = Buffer.from(document.signature.merkleRoot, 'hex');
    expectTrue(verifyMessage(root, document.proof[0].signature) === wallet.address);
    return openAttestation.getData(document);
  },
};
const attestationDocument = await attestation.issue();

/** @type {import('./harness.mjs').Row[]} */
export const rows = [
  {
    work: 'issue a licence QR text',
    ours: { label: '@gov/e-license', run: () => qrIssuer.issue(claims) },
    floor: { label: 'SM2 sign', run: () => issuer.signer.sign(signed) },
    peers: [
      { label: byHand.label, run: byHand.issue },
      { label: coseKit.label, run: coseKit.issue },
      { label: 'sd-jwt-vc', run: () => sdJwt.issue(credential) },
      { label: attestation.label, run: attestation.issue },
    ],
    goal: { ofFloor: 0.85 },
  },
  {
    work: 'verify a licence QR text offline',
    ours: {
      label: '@gov/e-license',
      run: async () => {
        const { verdict } = await verifyLicenseQr(text, { at: VERIFIED, trust });
        expectTrue(verdict === 'valid');
      },
    },
    floor: { label: 'SM2 verify', run: async () => expectTrue(await verifier.verify(signed, message.signature)) },
    peers: [
      { label: byHand.label, run: () => byHand.verify(byHandText) },
      { label: coseKit.label, run: () => coseKit.verify(coseKitBytes) },
      { label: 'sd-jwt-vc', run: () => sdJwt.verify(sdJwtText) },
      { label: attestation.label, run: () => attestation.verify(attestationDocument) },
    ],
    goal: { times: { [byHand.label]: 2 } },
  },
  {
    work: `base45 of ${base45Text.length} characters, there and back`,
    ours: { label: '@gov/qr', run: () => encodeBase45(decodeBase45(base45Text)) },
    peers: [{ label: 'base45', run: () => base45.encode(base45.decode(base45Text)) }],
    goal: { times: { base45: 1 } },
  },
  {
    work: `CBOR decode, ${payload.length} bytes`,
    ours: { label: '@gov/token', run: () => decodeCbor(payload, { profile: 'strict' }) },
    peers: [{ label: 'cbor-x', run: () => cbor.decode(payload) }],
  },
  {
    work: `CBOR encode, ${payload.length} bytes`,
    ours: { label: '@gov/token', run: () => encodeCbor(payloadValue) },
    peers: [{ label: 'cbor-x', run: () => cbor.encode(claimsMap) }],
  },
];

/** @param {boolean} verdict */
function expectTrue(verdict) {
  if (!verdict) throw new Error('a good signature does not verify');
}
