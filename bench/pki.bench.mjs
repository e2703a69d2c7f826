// Certificates, chains and CMS beside the libraries that one finds for them. The chains are of a foreign maker; the peers
// know no SM2, so that all verify the same ECDSA or RSA signatures.
import { readCertificate, TrustStore, validatePath } from '@gov/pki';
import { signCms, verifyCms } from '@gov/pki/cms';
import { peer } from './peers.mjs';
import { SIGNED, VERIFIED } from './world.mjs';

// @peculiar/x509 asks for it to be loaded first.
await peer('reflect-metadata');
const x509 = await peer('@peculiar/x509');
const pkijs = await peer('pkijs');
const forge = (await peer('node-forge')).default;

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const RSA = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  modulusLength: 2048,
  publicExponent: Uint8Array.of(1, 0, 1),
};

/** Root, two authorities and a leaf, leaf first. @param {typeof P256 | typeof RSA} algorithm */
async function chainOf(algorithm) {
  const names = ['根', '省', '市', '章'];
  const { KeyUsageFlags } = x509;
  /** @type {any[]} */
  const chain = [];
  let issuer;
  for (const [depth, name] of names.entries()) {
    const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    const ca = depth < names.length - 1;
    const certificate = await x509.X509CertificateGenerator.create({
      serialNumber: `0${depth + 1}`,
      subject: `CN=${name}, O=某省, C=CN`,
      issuer: `CN=${names[Math.max(0, depth - 1)]}, O=某省, C=CN`,
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2035-12-31T23:59:59Z'),
      signingAlgorithm: algorithm,
      publicKey: keys.publicKey,
      signingKey: (issuer ?? keys).privateKey,
      extensions: [
        new x509.BasicConstraintsExtension(ca, undefined, true),
        new x509.KeyUsagesExtension(ca ? KeyUsageFlags.keyCertSign : KeyUsageFlags.digitalSignature, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
        await x509.AuthorityKeyIdentifierExtension.create((issuer ?? keys).publicKey),
      ],
    });
    issuer = keys;
    chain.unshift({ keys, bytes: new Uint8Array(certificate.rawData) });
  }
  return chain;
}

/** @type {Record<string, any[]>} */
const chains = { 'ECDSA P-256': await chainOf(P256), 'RSA 2048': await chainOf(RSA) };

/** @param {any[]} chain @returns {import('./harness.mjs').Contestant[]} */
const readers = (chain) => {
  const leaf = chain[0].bytes;
  const binary = Buffer.from(leaf).toString('binary');
  return [
    { label: '@peculiar/x509', run: () => new x509.X509Certificate(leaf).subject },
    { label: 'pkijs', run: () => pkijs.Certificate.fromBER(leaf).subject },
    ...(chain === chains['RSA 2048']
      ? [{ label: 'node-forge', run: () => forge.pki.certificateFromAsn1(forge.asn1.fromDer(binary)).subject }]
      : []),
  ];
};

/** Each from bytes to a verdict. @param {any[]} chain @returns {import('./harness.mjs').Contestant[]} */
const validators = (chain) => {
  const bytes = chain.map((/** @type {any} */ one) => one.bytes);
  const root = bytes.at(-1);
  const between = bytes.slice(1, -1);
  return [
    {
      label: '@peculiar/x509',
      run: async () => {
        const certificates = bytes.map((/** @type {Uint8Array} */ one) => new x509.X509Certificate(one));
        const built = await new x509.X509ChainBuilder({ certificates: certificates.slice(1) }).build(certificates[0]);
        if (built.length !== chain.length) throw new Error('no chain');
      },
    },
    {
      label: 'pkijs',
      run: async () => {
        const engine = new pkijs.CertificateChainValidationEngine({
          checkDate: VERIFIED,
          trustedCerts: [pkijs.Certificate.fromBER(root)],
          certs: [...between, bytes[0]].map((one) => pkijs.Certificate.fromBER(one)),
        });
        const { result, resultMessage } = await engine.verify();
        if (!result) throw new Error(resultMessage);
      },
    },
    ...(chain === chains['RSA 2048']
      ? [
          {
            label: 'node-forge',
            run: () => {
              const [first, ...others] = bytes.map((/** @type {Uint8Array} */ one) =>
                forge.pki.certificateFromAsn1(forge.asn1.fromDer(Buffer.from(one).toString('binary'))),
              );
              const store = forge.pki.createCaStore([others.at(-1)]);
              if (
                !forge.pki.verifyCertificateChain(store, [first, ...others.slice(0, -1)], {
                  validityCheckDate: VERIFIED,
                })
              )
                throw new Error('refused');
            },
          },
        ]
      : []),
  ];
};

/** @param {any[]} chain */
async function ourCold(chain) {
  const [leaf, ...others] = chain.map((/** @type {any} */ one) => readCertificate(one.bytes));
  if (leaf === undefined) throw new Error('no leaf');
  const anchors = others.slice(-1);
  const { complete } = await validatePath(leaf, { anchors, intermediates: others.slice(0, -1) });
  if (!complete) throw new Error('no path');
}

/** @param {any[]} chain */
function ourCached(chain) {
  const [leaf, ...others] = chain.map((/** @type {any} */ one) => readCertificate(one.bytes));
  if (leaf === undefined) throw new Error('no leaf');
  const store = new TrustStore({ anchors: others.slice(-1), certificates: others.slice(0, -1) });
  return async () => {
    if (!(await store.path(leaf)).complete) throw new Error('no path');
  };
}

/** A message of one kilobyte with its content, signed by the leaf, both authorities sent along. */
const content = new Uint8Array(1000).fill(0x61);

/** @param {any[]} chain @param {typeof P256 | typeof RSA} parameters @param {import('@gov/sm').SignatureAlgorithm} algorithm */
async function messageOf(chain, parameters, algorithm) {
  const [leaf, ...others] = chain.map((/** @type {any} */ one) => readCertificate(one.bytes));
  if (leaf === undefined) throw new Error('no leaf');
  const { privateKey } = chain[0].keys;
  const signer = {
    algorithm,
    publicKey: leaf.publicKey,
    sign: async (/** @type {Uint8Array} */ message) =>
      new Uint8Array(await crypto.subtle.sign(parameters, privateKey, Uint8Array.from(message))),
  };
  const message = await signCms(content, {
    form: 'rfc5652',
    signers: [{ signer, certificate: leaf }],
    signingTime: SIGNED,
    certificates: [leaf, ...others.slice(0, -1)],
  });
  return { message, trust: new TrustStore({ anchors: others.slice(-1) }), root: chain.at(-1).bytes };
}

/** @type {Record<string, Awaited<ReturnType<typeof messageOf>>>} */
const messages = {
  'ECDSA P-256': await messageOf(/** @type {any[]} */ (chains['ECDSA P-256']), P256, 'ECDSA-P256-SHA256'),
  'RSA 2048': await messageOf(/** @type {any[]} */ (chains['RSA 2048']), RSA, 'RSA-PKCS1-SHA256'),
};

/** node-forge reads signed messages and verifies none. @param {Awaited<ReturnType<typeof messageOf>>} one */
const pkijsVerifies = ({ message, root }) => ({
  label: 'pkijs',
  run: async () => {
    const { content: body } = pkijs.ContentInfo.fromBER(message);
    const signed = new pkijs.SignedData({ schema: body });
    const trustedCerts = [pkijs.Certificate.fromBER(root)];
    const verified = await signed.verify({
      signer: 0,
      checkChain: true,
      trustedCerts,
      checkDate: VERIFIED,
      extendedMode: true,
    });
    if (!verified.signatureVerified || !verified.signerCertificateVerified) throw new Error('refused');
  },
});

/** @param {Awaited<ReturnType<typeof messageOf>>} one */
const weVerify = ({ message, trust }) => ({
  label: '@gov/pki',
  run: async () => {
    // Foreign certificates name none of our uses: authority stays open, everything else is judged.
    const { verdict } = await verifyCms(message, { at: VERIFIED, trust });
    if (verdict !== 'indeterminate') throw new Error(verdict);
  },
});

/** @type {import('./harness.mjs').Row[]} */
export const rows = Object.entries(chains).flatMap(([name, chain]) => [
  {
    work: `read a certificate, ${name}`,
    ours: { label: '@gov/pki', run: () => readCertificate(chain[0].bytes).subject },
    peers: readers(chain),
  },
  {
    work: `validate a chain of four, cold, ${name}`,
    ours: { label: '@gov/pki', run: () => ourCold(chain) },
    peers: validators(chain),
  },
  {
    work: `validate a chain of four, known, ${name}`,
    ours: { label: '@gov/pki', run: ourCached(chain) },
    peers: validators(chain),
  },
  {
    work: `verify a CMS message of 1 kB, ${name}`,
    ours: weVerify(/** @type {any} */ (messages[name])),
    peers: [pkijsVerifies(/** @type {any} */ (messages[name]))],
  },
]);
