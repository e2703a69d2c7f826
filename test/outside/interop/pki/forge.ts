/** node-forge as a peer of `@gov/pki`: RSA only, and of CMS the writing half. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import forge, { type Asn1, type Binary, type Certificate, type PrivateKey, type PublicKey } from 'node-forge';
import type { Bytes } from '../peer.js';
import { equal } from '../peer.js';
import { oidOf, SIGNER_USE, tlv } from './assemble.js';
import { type Algorithm, CONTENT, type Exhibits, NAMES, PASSWORD, type Thing } from './exhibits.js';
import type { Or, Peer, Refusal, Skill } from './matrix.js';
import type { Openssl } from './openssl-shell.js';
import { read } from './structure.js';

const NO_KEY = 'RSA only';
const binary = (bytes: Bytes): Binary => Buffer.from(bytes).toString('latin1');
const asn1 = (bytes: Bytes): Asn1 => forge.asn1.fromDer(binary(bytes));
const der = (value: Asn1): Bytes => new Uint8Array(Buffer.from(forge.asn1.toDer(value).getBytes(), 'latin1'));
const certificateOf = (bytes: Bytes): Certificate => forge.pki.certificateFromAsn1(asn1(bytes), true);
const bytesOf = (certificate: Certificate): Bytes => der(forge.pki.certificateToAsn1(certificate));
/** Of any kind; forge itself reads RSA keys only. */
const publicKeyOf = (pkcs8: Bytes): Bytes => {
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }));
};

interface Holder {
  readonly key: PrivateKey;
  readonly certificate: Certificate;
}

const ROOT = [
  { name: 'basicConstraints', critical: true, cA: true },
  { name: 'keyUsage', critical: true, keyCertSign: true, cRLSign: true },
  { name: 'subjectKeyIdentifier' },
];
const LEAF = [
  { name: 'keyUsage', critical: true, digitalSignature: true, nonRepudiation: true, keyEncipherment: true },
  // Its own writer of OIDs ends at arcs of 32 bits.
  { id: '2.5.29.37', critical: false, value: binary(tlv(0x30, oidOf(SIGNER_USE))) },
  { name: 'subjectKeyIdentifier' },
];

class ForgePki {
  readonly #openssl: Openssl;
  #serial = 0x61_00;
  readonly root: Holder;
  readonly stranger: Holder;

  /** Keys by openssl: in plain JavaScript each takes a second. */
  constructor(openssl: Openssl) {
    this.#openssl = openssl;
    this.root = this.issue(NAMES.root, ROOT);
    this.stranger = this.issue(NAMES.root, ROOT, undefined, 'stranger');
  }

  key(holder: string): {
    readonly key: PrivateKey;
    readonly publicKey: PublicKey;
    readonly pkcs8: Bytes;
    readonly spki: Bytes;
  } {
    const file = this.#openssl.keyOf('RSA', `forge ${holder}`);
    const [pkcs8, spki] = [this.#openssl.pkcs8(file), this.#openssl.spki(file)];
    return {
      key: forge.pki.privateKeyFromAsn1(asn1(pkcs8)),
      publicKey: forge.pki.publicKeyFromAsn1(asn1(spki)),
      pkcs8,
      spki,
    };
  }

  /** For containers that do not look at what they hold. */
  anyKey(algorithm: Algorithm): { readonly pkcs8: Bytes; readonly spki: Bytes } {
    const file = this.#openssl.keyOf(algorithm, NAMES.leaf);
    return { pkcs8: this.#openssl.pkcs8(file), spki: this.#openssl.spki(file) };
  }

  issue(name: string, extensions: readonly object[], by?: Holder, holder = name): Holder {
    const { key, publicKey } = this.key(holder);
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = publicKey;
    certificate.serialNumber = (++this.#serial).toString(16);
    certificate.validity.notBefore = new Date(Date.now() - 86_400_000);
    certificate.validity.notAfter = new Date(Date.now() + 100 * 86_400_000);
    const subject = [{ name: 'commonName', value: name }];
    certificate.setSubject(subject);
    certificate.setIssuer(by?.certificate.subject.attributes ?? subject);
    certificate.setExtensions(extensions);
    certificate.sign(by?.key ?? key, forge.md.sha256.create());
    return { key, certificate };
  }

  get roots() {
    return { root: bytesOf(this.root.certificate), stranger: bytesOf(this.stranger.certificate) };
  }
}

function verifyPath(root: Bytes, path: readonly Bytes[]): Refusal {
  try {
    return forge.pki.verifyCertificateChain(forge.pki.createCaStore([certificateOf(root)]), path.map(certificateOf))
      ? undefined
      : 'refused';
  } catch (error) {
    // It throws plain objects.
    return (error as { message?: string }).message ?? String(error);
  }
}

const NO_VERIFY =
  'its `verify` of CMS is `not yet implemented`; instead `publicKey.verify` on the signed attributes, the digest in them, and `verifyCertificateChain`';
const NOTHING = (what: string): string => `node-forge has no ${what}`;

type Skills = { readonly [T in Thing]: (pki: ForgePki, algorithm: Algorithm) => Or<Skill<Exhibits[T]>> };

const sha256 = (bytes: Bytes) => forge.md.sha256.create().update(binary(bytes)).digest().getBytes();

function signedData({ attached, signers }: { readonly attached: boolean; readonly signers: number }) {
  return (pki: ForgePki): Skill<Exhibits['CMS SignedData, attached']> => ({
    make: {
      run() {
        const message = forge.pkcs7.createSignedData();
        message.content = forge.util.createBuffer(binary(CONTENT));
        for (let i = 1; i <= signers; i++) {
          const { key, certificate } = pki.issue(`${NAMES.leaf} ${i}`, LEAF, pki.root);
          message.addCertificate(certificate);
          message.addSigner({
            ...{ key, certificate, digestAlgorithm: forge.pki.oids.sha256 },
            authenticatedAttributes: [
              { type: forge.pki.oids.contentType, value: forge.pki.oids.data },
              { type: forge.pki.oids.signingTime, value: new Date() },
              { type: forge.pki.oids.messageDigest },
            ],
          });
        }
        message.sign({ detached: !attached });
        return { ...pki.roots, cms: der(message.toAsn1()), content: CONTENT, signers };
      },
    },
    take: {
      instead: NO_VERIFY,
      run({ cms, content, root, signers }) {
        const { certificates } = forge.pkcs7.messageFromAsn1(asn1(cms));
        const inside = read.signedData(cms);
        if (certificates.length < signers || inside.signers.length !== signers)
          return `${inside.signers.length} signers`;
        if (attached && (inside.content === undefined || !equal(inside.content, content))) return 'another content';
        for (const { attributes, messageDigest, serial, signature } of inside.signers) {
          if (attributes === undefined || messageDigest === undefined) return 'no signed attributes';
          if (binary(messageDigest) !== sha256(content)) return 'another digest';
          const certificate = inside.certificates.find(
            (one) => serial !== undefined && equal(read.serial(one), serial),
          );
          if (certificate === undefined) return 'no certificate';
          if (!certificateOf(certificate).publicKey.verify(sha256(attributes), binary(signature)))
            return 'signature wrong';
          const refusal = verifyPath(root, [certificate]);
          if (refusal !== undefined) return refusal;
        }
        return undefined;
      },
    },
  });
}

const rsa =
  <T extends Thing>(skill: (pki: ForgePki) => Or<Skill<Exhibits[T]>>) =>
  (pki: ForgePki, algorithm: Algorithm): Or<Skill<Exhibits[T]>> =>
    algorithm === 'RSA' ? skill(pki) : NO_KEY;

function pkcs12(cipher: 'aes256' | '3des') {
  return (pki: ForgePki, algorithm: Algorithm): Skill<Exhibits['PKCS#12, AES-256']> => ({
    make:
      algorithm === 'RSA'
        ? {
            run() {
              const { key, certificate } = pki.issue(NAMES.leaf, LEAF, pki.root);
              const file = forge.pkcs12.toPkcs12Asn1(key, [certificate, pki.root.certificate], PASSWORD, {
                algorithm: cipher,
              });
              return {
                file: der(file),
                password: PASSWORD,
                publicKey: pki.key(NAMES.leaf).spki,
                certificate: bytesOf(certificate),
              };
            },
          }
        : NO_KEY,
    // Of a key it does not know it hands out the ASN.1.
    take: {
      run({ file, password, publicKey, certificate }) {
        const opened = forge.pkcs12.pkcs12FromAsn1(asn1(file), password);
        const bags = (type: string) => opened.getBags({ bagType: forge.pki.oids[type]! })[forge.pki.oids[type]!] ?? [];
        const [bag] = bags('pkcs8ShroudedKeyBag');
        const key = bag?.key
          ? der(forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(bag.key)))
          : bag?.asn1 && der(bag.asn1);
        if (key === undefined || !equal(publicKeyOf(key), publicKey)) return 'another key';
        const found = bags('certBag').map(({ cert, asn1 }) => (cert ? bytesOf(cert) : der(asn1!)));
        return found.some((one) => equal(one, certificate)) ? undefined : 'another certificate';
      },
    },
  });
}

const certificate = (pki: ForgePki): Skill<Exhibits['certificate']> => ({
  make: { run: () => ({ ...pki.roots, certificate: bytesOf(pki.issue(NAMES.leaf, LEAF, pki.root).certificate) }) },
  take: { run: ({ certificate, root }) => verifyPath(root, [certificate]) },
});

const SKILLS: Skills = {
  certificate: rsa<'certificate'>(certificate),
  'certificate for a use of ours': rsa<'certificate for a use of ours'>(certificate),
  chain: rsa<'chain'>((pki) => ({
    make: {
      run() {
        const intermediate = pki.issue(NAMES.intermediate, ROOT, pki.root);
        const leaf = pki.issue(NAMES.leaf, LEAF, intermediate);
        const child = pki.issue(NAMES.child, LEAF, leaf);
        return {
          ...pki.roots,
          intermediates: [bytesOf(intermediate.certificate)],
          certificate: bytesOf(leaf.certificate),
          child: bytesOf(child.certificate),
        };
      },
    },
    take: { run: ({ certificate, intermediates, root }) => verifyPath(root, [certificate, ...intermediates]) },
  })),
  CSR: rsa<'CSR'>((pki) => ({
    make: {
      run() {
        const { key, publicKey, spki } = pki.key(NAMES.csr);
        const request = forge.pki.createCertificationRequest();
        request.publicKey = publicKey;
        request.setSubject([{ name: 'commonName', value: NAMES.csr }]);
        request.sign(key, forge.md.sha256.create());
        return { csr: der(forge.pki.certificationRequestToAsn1(request)), publicKey: spki, name: NAMES.csr };
      },
    },
    take: {
      run({ csr, publicKey, name }) {
        const request = forge.pki.certificationRequestFromAsn1(asn1(csr), true);
        if (!request.verify()) return 'signature wrong';
        if (!equal(der(forge.pki.publicKeyToAsn1(request.publicKey)), publicKey)) return 'another key';
        return request.subject.getField('CN')?.value === name ? undefined : 'another name';
      },
    },
  })),
  CRL: () => NOTHING('CRLs'),
  'OCSP request': () => NOTHING('OCSP'),
  'OCSP response': () => NOTHING('OCSP'),
  'CMS SignedData, attached': rsa<'CMS SignedData, attached'>(signedData({ attached: true, signers: 1 })),
  'CMS SignedData, detached': rsa<'CMS SignedData, detached'>(signedData({ attached: false, signers: 1 })),
  'CMS SignedData, two signers': rsa<'CMS SignedData, two signers'>(signedData({ attached: true, signers: 2 })),
  'CMS EnvelopedData, SM4-CBC': () => NOTHING('SM2, no SM4'),
  'CMS AuthEnvelopedData, SM4-GCM': () => NOTHING('SM2, no SM4'),
  'timestamp request, SM3': () => NOTHING('timestamps'),
  'timestamp request, SHA-256': () => NOTHING('timestamps'),
  'timestamp token, SM3': () => NOTHING('timestamps'),
  'timestamp token, SHA-256': () => NOTHING('timestamps'),
  'PKCS#12, AES-256': pkcs12('aes256'),
  'PKCS#12, SM4': () => NOTHING('SM4'),
  'PKCS#12, RC2 and 3DES': pkcs12('3des'),
  'encrypted PKCS#8, AES-256': (pki, algorithm) => ({
    make: {
      run() {
        const { pkcs8, spki } = pki.anyKey(algorithm);
        const how = { algorithm: 'aes256', prfAlgorithm: 'sha256', count: 2048 };
        return {
          file: der(forge.pki.encryptPrivateKeyInfo(asn1(pkcs8), PASSWORD, how)),
          password: PASSWORD,
          publicKey: spki,
        };
      },
    },
    take: {
      run({ file, password, publicKey }) {
        const opened = forge.pki.decryptPrivateKeyInfo(asn1(file), password);
        return opened !== null && equal(publicKeyOf(der(opened)), publicKey) ? undefined : 'another key';
      },
    },
  }),
  'encrypted PKCS#8, SM4': () => NOTHING('SM4'),
};

export function forgePeer(openssl: Openssl, version: string): Peer {
  const pki = new ForgePki(openssl);
  return {
    name: 'node-forge',
    version,
    exceptions: [],
    skill: (thing, algorithm) => SKILLS[thing](pki, algorithm),
  };
}
