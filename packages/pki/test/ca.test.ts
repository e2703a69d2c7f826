import { der } from '@gov/der';
import { writePem } from '@gov/der/pem';
import {
  type Certificate,
  readCertificate,
  readNameConstraints,
  readPolicies,
  subjectAltNames,
  validatePath,
} from '@gov/pki';
import {
  authorityInfoAccess,
  basicConstraints,
  type CertificateFields,
  certificatePolicies,
  createCertificateRequest,
  crlDistributionPoints,
  extendedKeyUsage,
  extension,
  holdsKey,
  inhibitAnyPolicy,
  issueCertificate,
  keyUsage,
  nameConstraints,
  parseGeneralName,
  policyConstraints,
  policyMappings,
  readCertificateRequest,
  requireKey,
  subjectAltName,
} from '@gov/pki/ca';
import { issueDual, issueIntermediate, issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { type SignatureAlgorithm, type Signer, sameBytes } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Corpus, random } from '../../../test/fuzz/mutation.js';
import { hasOpenssl, Openssl } from '../../sm/test/openssl.js';
import { codeOf, sm2, webCryptoSigner } from './builder.js';

const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2036-01-01T00:00:00Z') };
const ALGORITHMS: readonly SignatureAlgorithm[] = [
  'SM2-SM3',
  'ECDSA-P256-SHA256',
  'ECDSA-P384-SHA384',
  'ECDSA-P521-SHA512',
  'RSA-PKCS1-SHA256',
  'RSA-PKCS1-SHA384',
  'RSA-PKCS1-SHA512',
  'RSA-PSS-SHA256',
  'RSA-PSS-SHA384',
  'RSA-PSS-SHA512',
  'Ed25519',
];
const signerOf = async (algorithm: SignatureAlgorithm): Promise<Signer> =>
  algorithm === 'SM2-SM3' ? sm2() : webCryptoSigner(algorithm);

const rootSigner = sm2();
const leafSigner = sm2();
let root: Certificate;
beforeAll(async () => {
  root = await issueRoot({ ...validity, subject: 'CN=r', signer: rootSigner, pathLength: 1 });
});
const issue = (change: Partial<CertificateFields> = {}) =>
  issueCertificate({
    ...validity,
    issuer: root,
    signer: rootSigner,
    subject: 'CN=x',
    publicKey: leafSigner.publicKey,
    ...change,
  });

const names = [
  'DNS:www.gov.cn',
  'email:a@gov.cn',
  'URI:https://gov.cn/x',
  'IP:10.1.2.3',
  'IP:2001:db8::1',
  'dir:CN=甲,C=CN',
];
const everything = () => [
  keyUsage(['digitalSignature', 'decipherOnly']),
  extendedKeyUsage(['1.3.6.1.5.5.7.3.8'], { critical: true }),
  subjectAltName(names.map(parseGeneralName)),
  crlDistributionPoints(['http://gov.cn/a.crl', 'http://gov.cn/b.crl']),
  authorityInfoAccess({ ocsp: ['http://ocsp.gov.cn'], caIssuers: ['http://gov.cn/ca.crt'] }),
  certificatePolicies(['1.2.3.4', '2.5.29.32.0']),
];
const constraints = () => [
  basicConstraints({ pathLength: 3 }),
  keyUsage(['keyCertSign', 'cRLSign']),
  nameConstraints({
    permitted: [parseGeneralName('DNS:gov.cn'), { form: 'iPAddress', value: Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0) }],
    excluded: [parseGeneralName('dir:C=CN,O=乙')],
  }),
  certificatePolicies(['1.2.3.4']),
  policyMappings([['1.2.3.4', '1.2.3.5']]),
  policyConstraints({ requireExplicitPolicy: 0, inhibitPolicyMapping: 200 }),
  inhibitAnyPolicy(0),
];

describe('issueCertificate', () => {
  it.each(ALGORITHMS)('%s: self-signed, and signing another, read strictly', async (algorithm) => {
    const signer = await signerOf(algorithm);
    const anchor = await issueRoot({ ...validity, subject: 'CN=r', signer });
    const leaf = await issueLeaf({
      ...validity,
      ca: { certificate: anchor, signer },
      subject: 'CN=x',
      publicKey: leafSigner.publicKey,
      use: 'signer',
    });
    const { findings } = await validatePath(leaf, { anchors: [anchor], profile: 'strict' });
    expect(findings.map(({ code }) => code)).toEqual(['path-ok']);
    const forged = { ...leaf, tbs: leaf.tbs.map((octet, at) => (at === leaf.tbs.length - 1 ? octet ^ 1 : octet)) };
    expect((await validatePath(forged, { anchors: [anchor] })).findings[0]!.code).toBe('path-signature-invalid');
  });

  it('adds the key identifiers, and nothing else', async () => {
    const leaf = await issue();
    expect([...leaf.extensions.keys()]).toEqual(['2.5.29.14', '2.5.29.35']);
    expect(leaf.authorityKeyIdentifier).toEqual(root.subjectKeyIdentifier);
    expect(root.authorityKeyIdentifier).toBeUndefined();
  });

  it('takes a serial number of up to 20 octets', async () => {
    const most = (1n << 159n) - 1n;
    expect((await issue({ serialNumber: most })).serialNumber).toBe(most);
    expect((await issue({ serialNumber: 1n })).serialNumber).toBe(1n);
    for (const serialNumber of [0n, -1n, most + 1n])
      expect(await codeOf(() => issue({ serialNumber }))).toBe('invalid-argument');
  });

  it('writes extensions that read back as they were meant', async () => {
    const leaf = await issue({ extensions: everything() });
    expect(subjectAltNames(leaf, 'strict')).toEqual([
      { form: 'dNSName', value: 'www.gov.cn' },
      { form: 'rfc822Name', value: 'a@gov.cn' },
      { form: 'uniformResourceIdentifier', value: 'https://gov.cn/x' },
      { form: 'iPAddress', value: Uint8Array.of(10, 1, 2, 3) },
      { form: 'iPAddress', value: Uint8Array.of(0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) },
      parseGeneralName('dir:CN=甲,C=CN'),
    ]);
    expect(leaf.extensions.get('2.5.29.37')!.critical).toBe(true);
    expect(readPolicies(leaf, 'strict')).toEqual({ policies: ['1.2.3.4', '2.5.29.32.0'], mappings: [] });
    const ca = await issue({ extensions: constraints() });
    expect(ca.basicConstraints).toEqual({ ca: true, pathLength: 3 });
    expect(readNameConstraints(ca, 'strict')).toEqual({
      permitted: [
        { form: 'dNSName', value: 'gov.cn' },
        { form: 'iPAddress', value: Uint8Array.of(10, 0, 0, 0, 255, 0, 0, 0) },
      ],
      excluded: [parseGeneralName('dir:C=CN,O=乙')],
    });
    expect(readPolicies(ca, 'strict')).toEqual({
      policies: ['1.2.3.4'],
      mappings: [['1.2.3.4', '1.2.3.5']],
      requireExplicitPolicy: 0,
      inhibitPolicyMapping: 200,
      inhibitAnyPolicy: 0,
    });
    const critical = ['2.5.29.19', '2.5.29.15', '2.5.29.30', '2.5.29.33', '2.5.29.36', '2.5.29.54'];
    expect([...ca.extensions].filter(([, { critical }]) => critical).map(([oid]) => oid)).toEqual(critical);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      'an issuer that is no CA',
      async () => issue({ issuer: await issue(), signer: leafSigner }),
      'certificate-unsuitable',
    ],
    [
      'an issuer that may not sign certificates',
      async () =>
        issue({
          issuer: await issue({ extensions: [basicConstraints(), keyUsage(['cRLSign'])] }),
          signer: leafSigner,
        }),
      'certificate-unsuitable',
    ],
    ['a signer that is not the issuer’s', () => issue({ signer: leafSigner }), 'key-mismatch'],
    [
      'another key signed by itself',
      () => issueCertificate({ ...validity, signer: rootSigner, subject: 'CN=x', publicKey: leafSigner.publicKey }),
      'key-mismatch',
    ],
    ['a key that is none', () => issue({ publicKey: der.sequence() }), 'key-malformed'],
    [
      'an SM2 key off the curve',
      () => issue({ publicKey: leafSigner.publicKey.map((octet, at) => (at === 90 ? octet ^ 1 : octet)) }),
      'key-malformed',
    ],
    [
      'an RSA key of 1024 bits',
      async () => issue({ publicKey: (await webCryptoSigner('RSA-PKCS1-SHA256', 1024)).publicKey }),
      'algorithm-unsupported',
    ],
    [
      'an extension twice',
      () => issue({ extensions: [keyUsage(['cRLSign']), keyUsage(['cRLSign'])] }),
      'certificate-malformed',
    ],
    ['an extension that is none', () => issue({ extensions: [der.nullValue()] }), 'certificate-malformed'],
    ['a name that is none', () => issue({ subject: 'x' }), 'name-malformed'],
  ])('refuses %s', async (_, run, code) => expect(await codeOf(run)).toBe(code));
});

describe('parseGeneralName', () => {
  it.each([
    'gov.cn',
    'DNS',
    'x:y',
    'IP:10.0.0',
    'IP:10.0.0.256',
    'IP:01.0.0.1',
    'IP:::1::',
    'IP:1:2:3:4:5:6:7:8:9',
    'IP:1:2:3:4:5:6:7',
    'IP:1:2:3:4:5:6:7::8',
    'IP:g::',
    'IP:',
  ])('refuses %s', async (text) => expect(await codeOf(() => parseGeneralName(text))).toBe('invalid-argument'));
  it('refuses characters that the form cannot hold', async () => {
    expect(await codeOf(() => subjectAltName([parseGeneralName('DNS:某局.cn')]))).toBe('invalid-argument');
  });
  it('reads addresses of version 6', () => {
    expect(parseGeneralName('IP:::').value).toEqual(new Uint8Array(16));
    expect(parseGeneralName('IP:::ffff').value).toEqual(Uint8Array.of(...new Array(14).fill(0), 255, 255));
    expect(parseGeneralName('ip:1:2:3:4:5:6:7:8').value).toEqual(
      Uint8Array.of(0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8),
    );
  });
});

describe('the development CA', () => {
  it('issues intermediates within the path length of the one above', async () => {
    const [first, second] = [sm2(), sm2()];
    const ca = { certificate: root, signer: rootSigner };
    const middle = await issueIntermediate({ ...validity, ca, subject: 'CN=m', publicKey: first.publicKey });
    expect(middle.basicConstraints).toEqual({ ca: true, pathLength: 0 });
    const leaf = await issueLeaf({
      ...validity,
      ca: { certificate: middle, signer: first },
      subject: 'CN=x',
      publicKey: leafSigner.publicKey,
      use: 'signer',
    });
    const { path } = await validatePath(leaf, { anchors: [root], intermediates: [middle], profile: 'strict' });
    expect(path).toEqual([leaf, middle, root]);
    const under = {
      ...validity,
      ca: { certificate: middle, signer: first },
      subject: 'CN=n',
      publicKey: second.publicKey,
    };
    expect(await codeOf(() => issueIntermediate(under))).toBe('certificate-unsuitable');
    expect(await codeOf(() => issueIntermediate({ ...under, ca, pathLength: 1 }))).toBe('certificate-unsuitable');
  });

  it('issues dual certificates, each for its own half', async () => {
    const encryption = sm2();
    const options = {
      ...validity,
      ca: { certificate: root, signer: rootSigner },
      subject: 'CN=x',
      use: 'signer',
      signingKey: leafSigner.publicKey,
      encryptionKey: encryption.publicKey,
    } as const;
    const pair = await issueDual(options);
    expect([...pair.signing.keyUsage!]).toEqual(['digitalSignature', 'nonRepudiation']);
    expect([...pair.encryption.keyUsage!]).toEqual(['keyEncipherment', 'dataEncipherment', 'keyAgreement']);
    expect(pair.encryption.extendedKeyUsage).toBeUndefined();
    expect(pair.encryption.publicKey).toEqual(encryption.publicKey);
    expect(pair.encryption.subject.bytes).toEqual(pair.signing.subject.bytes);
    expect(pair.encryption.serialNumber).not.toBe(pair.signing.serialNumber);
    expect(await codeOf(() => issueDual({ ...options, encryptionKey: leafSigner.publicKey }))).toBe('invalid-argument');
  });
});

describe('certificate requests', () => {
  it.each(ALGORITHMS)('%s: written, read strictly, and proved', async (algorithm) => {
    const signer = await signerOf(algorithm);
    const request = await createCertificateRequest({
      subject: 'CN=某局,C=CN',
      signer,
      extensions: [subjectAltName([parseGeneralName('DNS:gov.cn')])],
    });
    const read = readCertificateRequest(writePem('CERTIFICATE REQUEST', request.bytes), 'strict');
    expect(read.publicKey).toEqual(signer.publicKey);
    expect(subjectAltNames(read)).toEqual([{ form: 'dNSName', value: 'gov.cn' }]);
    expect(await holdsKey(read)).toBe(true);
    expect(await requireKey(read)).toBeUndefined();
  });

  it('is not proved by another key, for another subject, or by another request’s signature', async () => {
    const request = await createCertificateRequest({ subject: 'CN=x', signer: leafSigner });
    const other = await createCertificateRequest({ subject: 'CN=y', signer: leafSigner });
    const stolen = await createCertificateRequest({
      subject: 'CN=x',
      signer: { ...rootSigner, publicKey: leafSigner.publicKey },
    });
    expect(await holdsKey({ ...request, signature: other.signature })).toBe(false);
    expect(await holdsKey({ ...request, info: other.info })).toBe(false);
    expect(await holdsKey(stolen)).toBe(false);
    expect(await codeOf(() => requireKey(stolen))).toBe('certificate-request-unproved');
  });

  const info = (...fields: readonly Uint8Array[]) => der.sequence(...fields);
  const name = der.sequence();
  const algorithm = der.sequence(der.oid('1.2.156.10197.1.501'));
  const spki = leafSigner.publicKey;
  const attributes = (...inside: readonly Uint8Array[]) => der.element(0xa0, ...inside);
  const asked = (...values: readonly Uint8Array[]) =>
    der.sequence(der.oid('1.2.840.113549.1.9.14'), der.setOf(...values));
  const request = (tbs: Uint8Array, ...rest: readonly Uint8Array[]) =>
    der.sequence(tbs, algorithm, der.bitString(new Uint8Array(8)), ...rest);
  const MALFORMED = 'certificate-request-malformed';

  it.each<[string, Uint8Array | string, string]>([
    ['nothing', new Uint8Array(0), MALFORMED],
    ['text without a request', 'x', MALFORMED],
    ['a certificate', writePem('CERTIFICATE', request(info())), MALFORMED],
    ['version 2', request(info(der.integer(1), name, spki, attributes())), MALFORMED],
    ['no key', request(info(der.integer(0), name, attributes())), MALFORMED],
    ['a field too many', request(info(der.integer(0), name, spki, attributes(), der.nullValue())), MALFORMED],
    [
      'a field after the signature',
      request(info(der.integer(0), name, spki, attributes()), der.nullValue()),
      MALFORMED,
    ],
    [
      'extensions asked for twice',
      request(info(der.integer(0), name, spki, attributes(asked(der.sequence()), asked(der.sequence())))),
      MALFORMED,
    ],
    [
      'two lists of extensions',
      request(info(der.integer(0), name, spki, attributes(asked(der.sequence(), der.sequence())))),
      MALFORMED,
    ],
    [
      'the same extension twice',
      request(
        info(
          der.integer(0),
          name,
          spki,
          attributes(asked(der.sequence(...['1', '2'].map(() => extension('1.2.3', der.nullValue()))))),
        ),
      ),
      MALFORMED,
    ],
    ['more than 256 KiB', new Uint8Array(256 * 1024 + 1), 'input-too-large'],
  ])('%s is refused', async (_, input, code) => {
    for (const mode of ['strict', 'lenient'] as const)
      expect(await codeOf(() => readCertificateRequest(input, mode))).toBe(code);
  });

  it('without attributes is read in lenient only', async () => {
    const bytes = request(info(der.integer(0), name, spki));
    expect(readCertificateRequest(bytes).extensions.size).toBe(0);
    expect(await codeOf(() => readCertificateRequest(bytes, 'strict'))).toBe(MALFORMED);
  });

  it('throw nothing but GovError for mutations', { timeout: 1_200_000 }, async () => {
    const extensions = [subjectAltName([parseGeneralName('DNS:gov.cn')])];
    const request = await createCertificateRequest({ subject: 'CN=x', signer: leafSigner, extensions });
    const corpus = new Corpus([request.bytes]);
    for (let run = 0; run < (process.env.SLOW === undefined ? 2_000 : 100_000); run++) {
      try {
        const read = readCertificateRequest(corpus.mutate(random(run)));
        subjectAltNames(read);
        // A changed request is never proved: what is signed is what is read.
        if (!sameBytes(read.info, request.info)) expect(await holdsKey(read)).toBe(false);
      } catch (error) {
        if (!isGovError(error)) throw error;
      }
    }
  });

  it('with a key that is not read here is neither proved nor refused', async () => {
    const odd = readCertificateRequest(request(info(der.integer(0), name, der.sequence(), attributes())));
    expect(await codeOf(() => holdsKey(odd))).toBe('key-malformed');
  });
});

describe.skipIf(!hasOpenssl)('openssl', () => {
  const openssl = new Openssl();
  afterAll(() => openssl.remove());
  const put = (file: string, certificate: Certificate) => openssl.put(file, writePem('CERTIFICATE', certificate.bytes));

  it.each(ALGORITHMS)('%s: verifies certificate and request', async (algorithm) => {
    const id = algorithm === 'SM2-SM3' ? ['-vfyopt', 'distid:1234567812345678'] : [];
    const signer = await signerOf(algorithm);
    const anchor = await issueRoot({ ...validity, subject: 'CN=r', signer });
    put('root.pem', anchor);
    put(
      'leaf.pem',
      await issueLeaf({
        ...validity,
        ca: { certificate: anchor, signer },
        subject: 'CN=x',
        publicKey: spkiOf,
        use: 'signer',
      }),
    );
    const at = ['-attime', String(Date.parse('2027-01-01T00:00:00Z') / 1000)];
    expect(openssl.run('verify', ...id, ...at, '-x509_strict', '-CAfile', 'root.pem', 'leaf.pem')).toContain('OK');
    const request = await createCertificateRequest({ subject: 'CN=x', signer });
    openssl.put('x.csr', writePem('CERTIFICATE REQUEST', request.bytes));
    expect(openssl.accepts('req', '-verify', '-noout', ...id, '-in', 'x.csr')).toBe(true);
  });
  const spkiOf = leafSigner.publicKey;

  it('reads our extensions as they were meant', async () => {
    put('leaf.pem', await issue({ extensions: everything() }));
    put('ca.pem', await issue({ extensions: constraints() }));
    const text = (file: string) =>
      openssl.run('x509', '-in', file, '-noout', '-text', '-nameopt', 'utf8').replace(/\s+/g, ' ');
    for (const line of [
      'X509v3 Key Usage: critical Digital Signature, Decipher Only',
      'X509v3 Extended Key Usage: critical Time Stamping',
      'DNS:www.gov.cn, email:a@gov.cn, URI:https://gov.cn/x, IP Address:10.1.2.3, IP Address:2001:DB8:0:0:0:0:0:1',
      'Full Name: URI:http://gov.cn/a.crl',
      'Full Name: URI:http://gov.cn/b.crl',
      'OCSP - URI:http://ocsp.gov.cn',
      'CA Issuers - URI:http://gov.cn/ca.crt',
      'Policy: 1.2.3.4 Policy: X509v3 Any Policy',
    ])
      expect(text('leaf.pem')).toContain(line);
    for (const line of [
      'X509v3 Basic Constraints: critical CA:TRUE, pathlen:3',
      'X509v3 Name Constraints: critical Permitted: DNS:gov.cn IP:10.0.0.0/255.0.0.0 Excluded: DirName',
      'X509v3 Policy Mappings: critical 1.2.3.4:1.2.3.5',
      'X509v3 Policy Constraints: critical Require Explicit Policy:0, Inhibit Policy Mapping:200',
      'X509v3 Inhibit Any Policy: critical 0',
    ])
      expect(text('ca.pem')).toContain(line);
  });

  it.each([
    [
      'SM2',
      ['ecparam', '-genkey', '-name', 'SM2', '-noout', '-out', 'k'],
      ['-sm3', '-sigopt', 'distid:1234567812345678'],
    ],
    ['Ed25519', ['genpkey', '-algorithm', 'ed25519', '-out', 'k'], []],
    [
      'RSA-PSS',
      ['genrsa', '-out', 'k'],
      ['-sha384', '-sigopt', 'rsa_padding_mode:pss', '-sigopt', 'rsa_pss_saltlen:-1'],
    ],
  ] as const)('%s: its requests and certificates are read and proved', async (_, key, signing) => {
    openssl.run(...key);
    openssl.run(
      'req',
      '-new',
      '-key',
      'k',
      ...signing,
      '-subj',
      '/CN=x',
      '-addext',
      'subjectAltName=DNS:gov.cn',
      '-out',
      'x.csr',
    );
    const request = readCertificateRequest(openssl.get('x.csr'), 'strict');
    expect(await holdsKey(request)).toBe(true);
    expect(subjectAltNames(request)).toEqual([{ form: 'dNSName', value: 'gov.cn' }]);
    openssl.run('req', '-x509', '-new', '-key', 'k', ...signing, '-subj', '/CN=x', '-out', 'x.pem');
    const anchor = readCertificate(openssl.get('x.pem'), 'strict');
    const copy = { ...anchor, bytes: anchor.bytes.slice(1) };
    expect((await validatePath(copy, { anchors: [anchor] })).findings[0]!.code).toBe('path-ok');
  });

  it('RSA-PSS with other parameters is told apart from a wrong signature', async () => {
    openssl.run('genrsa', '-out', 'k');
    for (const other of [
      ['-sha256', '-sigopt', 'rsa_pss_saltlen:20'],
      ['-sha1', '-sigopt', 'rsa_pss_saltlen:-1'],
      ['-sha256', '-sigopt', 'rsa_mgf1_md:sha512'],
    ]) {
      openssl.run(
        'req',
        '-x509',
        '-new',
        '-key',
        'k',
        '-sigopt',
        'rsa_padding_mode:pss',
        ...other,
        '-subj',
        '/CN=x',
        '-out',
        'x.pem',
      );
      const anchor = readCertificate(openssl.get('x.pem'), 'strict');
      const copy = { ...anchor, bytes: anchor.bytes.slice(1) };
      expect((await validatePath(copy, { anchors: [anchor] })).findings[0]!.code).toBe('algorithm-unsupported');
    }
  });
});
