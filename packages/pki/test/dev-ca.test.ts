import { writePem } from '@gov/der/pem';
import {
  authorityFindings,
  type Certificate,
  type CertificateUse,
  formatName,
  readCertificate,
  USE_OIDS,
  validatePath,
} from '@gov/pki';
import { issueLeaf, issueRoot, type LeafOptions } from '@gov/pki/dev-ca';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasOpenssl, Openssl } from '../../sm/test/openssl.js';
import { codeOf, sm2, webCryptoSigner } from './builder.js';

const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2049-12-31T23:59:59Z') };
const USES = Object.keys(USE_OIDS) as CertificateUse[];
const signer = sm2();
const leafKey = generateSm2Key();
let root: Certificate;
const issue = (change: Partial<LeafOptions> = {}) =>
  issueLeaf({
    ...validity,
    ca: { certificate: root, signer },
    subject: 'CN=某局电子印章,O=某局,C=CN',
    publicKey: leafKey.publicKey.toSpki(),
    use: 'signer',
    ...change,
  });

beforeAll(async () => {
  root = await issueRoot({ ...validity, subject: 'CN=某省电子政务根,O=某省,C=CN', signer });
});

describe('what the development CA issues', () => {
  it('leads to its root and may do what it was issued for', async () => {
    for (const use of USES) {
      const leaf = await issue({ use });
      const { findings } = await validatePath(leaf, { anchors: [root], profile: 'strict' });
      expect(findings.map(({ code }) => code)).toEqual(['path-ok']);
      expect(authorityFindings(leaf, use).map(({ code }) => code)).toEqual(['authority-ok']);
      expect(leaf.basicConstraints).toBeUndefined();
      expect(leaf.extendedKeyUsage).toEqual([USE_OIDS[use]]);
      expect([...leaf.keyUsage!]).toEqual(['digitalSignature', 'nonRepudiation']);
      expect(leaf.authorityKeyIdentifier).toEqual(root.subjectKeyIdentifier);
    }
  });

  it('has a root that signs leaves only', async () => {
    expect(root.basicConstraints).toEqual({ ca: true, pathLength: 0 });
    expect([...root.keyUsage!]).toEqual(['keyCertSign', 'cRLSign']);
    expect(formatName(root.subject)).toBe(formatName(root.issuer));
  });

  it('has positive serial numbers of 16 octets, another each time', async () => {
    const issued = await Promise.all(Array.from({ length: 60 }, () => issue()));
    const serials = [root, ...issued].map(({ serialNumber }) => serialNumber);
    expect(new Set(serials).size).toBe(61);
    for (const serial of serials) expect(serial.toString(16)).toHaveLength(32);
  });

  it('writes years past 2049 and reads them back', async () => {
    const notAfter = new Date('2050-01-01T00:00:00Z');
    expect((await issue({ notAfter })).notAfter).toEqual(notAfter);
  });

  it('signs with ECDSA and RSA keys as well', async () => {
    for (const algorithm of ['ECDSA-P256-SHA256', 'RSA-PKCS1-SHA256'] as const) {
      const other = await webCryptoSigner(algorithm);
      const certificate = await issueRoot({ ...validity, subject: 'CN=r', signer: other });
      const leaf = await issue({ ca: { certificate, signer: other } });
      const { findings } = await validatePath(leaf, { anchors: [certificate] });
      expect(findings.map(({ code }) => code)).toEqual(['path-ok']);
    }
  });

  it.each<[string, () => Promise<unknown>, string]>([
    [
      'a leaf as CA',
      async () => issue({ ca: { certificate: await issue(), signer: sm2Signer(leafKey) } }),
      'certificate-unsuitable',
    ],
    ['a signer that is not the CA’s', () => issue({ ca: { certificate: root, signer: sm2() } }), 'key-mismatch'],
    [
      'a validity that ends before it begins',
      () => issue({ notAfter: new Date('2025-01-01T00:00:00Z') }),
      'invalid-argument',
    ],
    ['a validity of no length', () => issue({ notAfter: validity.notBefore }), 'invalid-argument'],
    ['no date', () => issue({ notAfter: new Date(Number.NaN) }), 'invalid-argument'],
    ['the year 10000', () => issue({ notAfter: new Date('+010000-01-01T00:00:00Z') }), 'invalid-argument'],
    ['a name that is none', () => issue({ subject: 'nobody' }), 'name-malformed'],
    ['a root name that is none', () => issueRoot({ ...validity, subject: '', signer }), 'name-malformed'],
    ['a key that is none', () => issue({ publicKey: new Uint8Array(3) }), 'key-malformed'],
  ])('refuses %s', async (_, run, code) => expect(await codeOf(run)).toBe(code));
});

describe.skipIf(!hasOpenssl)('openssl', () => {
  const openssl = new Openssl();
  const ID = ['-vfyopt', 'distid:1234567812345678'];
  const put = (name: string, certificate: Certificate) => openssl.put(name, writePem('CERTIFICATE', certificate.bytes));
  // `-attime`: the validity above begins after some clocks' today.
  const AT = ['-attime', String(Date.parse('2027-01-01T00:00:00Z') / 1000)];
  afterAll(() => openssl.remove());

  it('verifies root and leaves, one link at a time, and not those of a stranger', async () => {
    put('root.pem', root);
    expect(openssl.accepts('verify', ...ID, ...AT, '-CAfile', 'root.pem', 'root.pem')).toBe(true);
    for (const use of USES) {
      put('leaf.pem', await issue({ use }));
      const link = ['verify', ...ID, ...AT, '-partial_chain', '-trusted', 'root.pem', 'leaf.pem'];
      expect(openssl.accepts(...link)).toBe(true);
      expect(openssl.accepts('verify', ...ID, ...AT, '-x509_strict', '-CAfile', 'root.pem', 'leaf.pem')).toBe(true);
    }
    const stranger = sm2();
    const other = await issueRoot({ ...validity, subject: formatName(root.subject), signer: stranger });
    put('leaf.pem', await issue({ ca: { certificate: other, signer: stranger } }));
    expect(openssl.accepts('verify', ...ID, ...AT, '-partial_chain', '-trusted', 'root.pem', 'leaf.pem')).toBe(false);
  });

  it('reads every field as we do', async () => {
    put('leaf.pem', await issue());
    const text = openssl.run('x509', '-in', 'leaf.pem', '-noout', '-text', '-nameopt', 'utf8');
    for (const line of [
      'Version: 3 (0x2)',
      'Signature Algorithm: SM2-with-SM3',
      'CN = 某局电子印章, O = 某局, C = CN'.replaceAll(' = ', '='),
      'Not Before: Jan  1 00:00:00 2026 GMT',
      'Not After : Dec 31 23:59:59 2049 GMT',
      'ASN1 OID: SM2',
      'X509v3 Key Usage: critical',
      'Digital Signature, Non Repudiation',
      USE_OIDS.signer,
    ]) {
      expect(text.replaceAll(' = ', '=').replaceAll(', ', ',')).toContain(line.replaceAll(', ', ','));
    }
    openssl.run('x509', '-in', 'leaf.pem', '-outform', 'DER', '-out', 'leaf.der');
    expect(openssl.get('leaf.der')).toEqual(readCertificate(openssl.get('leaf.pem')).bytes);
  });

  it.each([
    ['EC P-256', ['ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out'], '-sha256'],
    ['EC P-384', ['ecparam', '-genkey', '-name', 'secp384r1', '-noout', '-out'], '-sha384'],
    ['RSA', ['genrsa', '-out'], '-sha256'],
    ['SM2', ['ecparam', '-genkey', '-name', 'SM2', '-noout', '-out'], '-sm3'],
  ] as const)('makes a chain of %s that we validate', async (kind, [command, ...rest], hash) => {
    const signing = kind === 'SM2' ? ['-sigopt', 'distid:1234567812345678'] : [];
    const request = kind === 'SM2' ? ['-vfyopt', 'distid:1234567812345678'] : [];
    for (const name of ['r', 'l']) openssl.run(command, ...rest, `${name}.key`);
    const subject = ['-utf8', '-subj'];
    openssl.run(
      'req',
      '-x509',
      '-new',
      '-key',
      'r.key',
      hash,
      ...signing,
      ...subject,
      '/C=CN/O=某省/CN=r',
      '-days',
      '30',
      '-out',
      'r.pem',
    );
    openssl.run('req', '-new', '-key', 'l.key', hash, ...signing, ...subject, '/C=CN/O=某局/CN=l', '-out', 'l.csr');
    openssl.put('ext', 'keyUsage=critical,digitalSignature\nsubjectAltName=DNS:gov.cn\nauthorityKeyIdentifier=keyid\n');
    openssl.run(
      'x509',
      '-req',
      '-in',
      'l.csr',
      ...request,
      '-CA',
      'r.pem',
      '-CAkey',
      'r.key',
      '-CAcreateserial',
      hash,
      ...signing,
      '-extfile',
      'ext',
      '-days',
      '30',
      '-out',
      'l.pem',
    );
    const [leaf, anchor] = ['l.pem', 'r.pem'].map((name) => readCertificate(openssl.get(name), 'strict'));
    const { findings } = await validatePath(leaf!, { anchors: [anchor!], profile: 'strict' });
    expect(findings.map(({ outcome, code }) => `${outcome} ${code}`)).toEqual(['pass path-ok']);
    const forged = { ...leaf!, tbs: leaf!.tbs.map((octet, at) => (at === leaf!.tbs.length - 1 ? octet ^ 1 : octet)) };
    expect((await validatePath(forged, { anchors: [anchor!] })).findings[0]!.code).toBe('path-signature-invalid');
    expect(formatName(leaf!.subject)).toBe('C=CN,O=某局,CN=l');
  });
});
