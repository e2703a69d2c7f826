import { readFileSync } from 'node:fs';
import { der } from '@gov/der';
import { writePem } from '@gov/der/pem';
import {
  CERTIFICATE_MAX_BYTES,
  certificateKid,
  formatName,
  KEY_USAGES,
  type KeyUsage,
  readCertificate,
  readCertificates,
  signatureOid,
  structureVerifier,
} from '@gov/pki';
import { rawToDer, readSm2PrivateKey, type SignatureAlgorithm, sm2Signer, sm3 } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import { build, codeOf, extension, keyUsage, sm2, webCryptoSigner } from './builder.js';
import { changed, RIGHT } from './wrong.js';

let bytes: Uint8Array;
beforeAll(async () => {
  bytes = await build(RIGHT.authority);
});
const ascii = (text: string) => new TextEncoder().encode(text);

describe('readCertificate', () => {
  it('answers every field', () => {
    const certificate = readCertificate(bytes, 'strict');
    expect(certificate).toMatchObject({
      version: 3,
      serialNumber: 2n,
      notBefore: RIGHT.authority.notBefore,
      notAfter: RIGHT.authority.notAfter,
      publicKey: RIGHT.authority.key.publicKey,
      signatureAlgorithm: '1.2.156.10197.1.501',
      basicConstraints: { ca: true, pathLength: 0 },
      keyUsage: new Set(['keyCertSign']),
      subjectKeyIdentifier: new Uint8Array(20).fill(2),
      authorityKeyIdentifier: new Uint8Array(20).fill(1),
    });
    expect(formatName(certificate.subject)).toBe(RIGHT.authority.subject);
    expect(formatName(certificate.issuer)).toBe(RIGHT.authority.issuer);
    expect(certificate.bytes).toEqual(bytes);
    expect(bytes.subarray(4, 4 + certificate.tbs.length)).toEqual(certificate.tbs);
    expect([...certificate.extensions.keys()]).toEqual(['2.5.29.19', '2.5.29.15', '2.5.29.14', '2.5.29.35']);
    expect(certificate.extensions.get('2.5.29.19')!.critical).toBe(true);
    expect(certificate.extensions.get('2.5.29.14')!.critical).toBe(false);
    expect(certificate.extendedKeyUsage).toBeUndefined();
    expect(certificateKid(certificate)).toEqual(sm3(bytes).slice(0, 8));
  });

  it('knows every named bit of keyUsage', async () => {
    for (const usages of [...KEY_USAGES.map((usage) => [usage]), [...KEY_USAGES]] as KeyUsage[][]) {
      const made = await build(changed(RIGHT.leaf, { extensions: { keyUsage: keyUsage(...usages) } }));
      expect([...readCertificate(made).keyUsage!]).toEqual(usages);
    }
  });

  it('keeps the extensions that it does not read', async () => {
    const made = await build(changed(RIGHT.leaf, { further: [extension('1.2.3', ascii('vendor'))] }));
    expect(readCertificate(made).extensions.get('1.2.3')).toEqual({ critical: false, value: ascii('vendor') });
  });

  it('leaves zeros after the certificate out of its bytes, and strict refuses them', async () => {
    const padded = Uint8Array.of(...bytes, 0, 0);
    expect(readCertificate(padded).bytes).toEqual(bytes);
    expect(await codeOf(() => readCertificate(padded, 'strict'))).toBe('certificate-malformed');
  });

  it('reads serial numbers of 20 octets', async () => {
    const long = new Uint8Array(20).fill(0x7f);
    expect(readCertificate(await build(changed(RIGHT.leaf, { serialNumber: long }))).serialNumber.toString(16)).toBe(
      '7f'.repeat(20),
    );
  });

  it('reads PEM as text and bytes, with text around, several of them, and beside an encrypted key', () => {
    const pem = writePem('CERTIFICATE', bytes);
    const key = '-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END EC PRIVATE KEY-----\n';
    expect(readCertificate(pem).bytes).toEqual(bytes);
    expect(readCertificate(ascii(`Certificate:\n${'    Data: 0\n'.repeat(1000)}${pem}`)).bytes).toEqual(bytes);
    expect(readCertificates(pem + key + pem)).toHaveLength(2);
    expect(readCertificates(bytes)).toHaveLength(1);
    expect(readCertificates('')).toEqual([]);
  });

  it('takes DER for DER, even with PEM in a name', async () => {
    const made = await build(changed(RIGHT.leaf, { subject: 'CN=-----BEGIN CERTIFICATE-----' }));
    expect(formatName(readCertificate(made).subject)).toBe('CN=-----BEGIN CERTIFICATE-----');
  });

  it('takes certificates of 256 KiB and no more', async () => {
    const filled = (size: number) =>
      build(changed(RIGHT.leaf, { further: [extension('1.2.3', new Uint8Array(size))] }));
    const over = (await filled(200_000)).length - 200_000;
    const just = await filled(CERTIFICATE_MAX_BYTES - over);
    // The length of a signature value differs by a few octets from one to the next.
    const fit = just.length <= CERTIFICATE_MAX_BYTES ? just : await filled(CERTIFICATE_MAX_BYTES - over - 8);
    expect(fit.length).toBeGreaterThan(CERTIFICATE_MAX_BYTES - 20);
    expect(readCertificate(fit).bytes).toHaveLength(fit.length);
    expect(await codeOf(() => readCertificate(new Uint8Array(CERTIFICATE_MAX_BYTES + 1).fill(0x30)))).toBe(
      'input-too-large',
    );
    expect(await codeOf(() => readCertificate(new Uint8Array(CERTIFICATE_MAX_BYTES).fill(0x30)))).toBe(
      'certificate-malformed',
    );
  });

  it.each<[string, Uint8Array | string, string]>([
    ['nothing', new Uint8Array(0), 'certificate-malformed'],
    ['text', 'no certificate', 'certificate-malformed'],
    ['a key', writePem('PRIVATE KEY', der.nullValue()), 'certificate-malformed'],
    ['PEM of nothing', writePem('CERTIFICATE', new Uint8Array(0)), 'certificate-malformed'],
    ['PEM cut short', '-----BEGIN CERTIFICATE-----\nMIIB', 'pem-malformed'],
    ['a NULL', der.nullValue(), 'certificate-malformed'],
    [
      'nested sequences',
      [...Array(40)].reduce((inner: Uint8Array) => der.sequence(inner), der.nullValue()),
      'certificate-malformed',
    ],
  ])('refuses %s', async (_, input, code) => expect(await codeOf(() => readCertificate(input))).toBe(code));

  it('refuses any prefix', async () => {
    for (let length = 0; length < bytes.length; length++) {
      expect(await codeOf(() => readCertificate(bytes.subarray(0, length)))).toBe('certificate-malformed');
    }
  });

  it('answers a certificate or a GovError for any changed octet, and never the same signed bytes under other contents', () => {
    const values = process.env.SLOW
      ? Array.from({ length: 256 }, (_, value) => value)
      : [0, 1, 0x30, 0x7f, 0x80, 0xa0, 0xff];
    const { tbs } = readCertificate(bytes);
    for (let at = 0; at < bytes.length; at++) {
      for (const value of values) {
        if (bytes[at] === value) continue;
        const changedBytes = bytes.slice();
        changedBytes[at] = value;
        try {
          const read = readCertificate(changedBytes);
          if (at >= 4 && at < 4 + tbs.length) expect(read.tbs).not.toEqual(tbs);
        } catch (error) {
          if (!isGovError(error)) throw error;
        }
      }
    }
  });
});

describe('structureVerifier', () => {
  const message = ascii('message');
  const sm2Oid = signatureOid('SM2-SM3');

  it('takes DER always, raw only where it is allowed, and nothing else', async () => {
    const signer = sm2();
    const verifier = structureVerifier(signer.publicKey, sm2Oid);
    for (let i = 0; i < 8; i++) {
      const raw = await signer.sign(message);
      const encoded = rawToDer(raw);
      expect(await verifier.verify(message, encoded)).toBe(true);
      expect(await verifier.verify(message, encoded, { rawAllowed: true })).toBe(true);
      expect(await verifier.verify(message, raw)).toBe(false);
      expect(await verifier.verify(message, raw, { rawAllowed: true })).toBe(true);
      for (const wrong of [raw.slice(1), Uint8Array.of(...raw, 0), Uint8Array.of(...encoded, 0), new Uint8Array(0)]) {
        expect(await verifier.verify(message, wrong, { rawAllowed: true })).toBe(false);
      }
    }
  });

  it('takes a raw value that begins like DER', async () => {
    const signer = sm2();
    const verifier = structureVerifier(signer.publicKey, sm2Oid);
    for (;;) {
      const raw = await signer.sign(message);
      if (raw[0] !== 0x30) continue;
      expect(await verifier.verify(message, raw, { rawAllowed: true })).toBe(true);
      expect(await verifier.verify(message, raw)).toBe(false);
      break;
    }
  });

  it.each(['ECDSA-P256-SHA256', 'ECDSA-P384-SHA384', 'ECDSA-P521-SHA512', 'RSA-PKCS1-SHA256'] as const)(
    '%s',
    async (algorithm) => {
      const signer = await webCryptoSigner(algorithm);
      const verifier = structureVerifier(signer.publicKey, signatureOid(algorithm));
      const raw = await signer.sign(message);
      const encoded = algorithm.startsWith('RSA') ? raw : rawToDer(raw);
      expect(verifier.verifier.algorithm).toBe(algorithm);
      expect(await verifier.verify(message, encoded)).toBe(true);
      expect(await verifier.verify(ascii('other'), encoded)).toBe(false);
      expect(await verifier.verify(message, new Uint8Array(0))).toBe(false);
      const others = algorithm.startsWith('RSA') ? ['ECDSA-P256-SHA256', 'ECDSA-P384-SHA384'] : ['RSA-PKCS1-SHA256'];
      for (const other of ['SM2-SM3', ...others] as SignatureAlgorithm[]) {
        expect(await codeOf(() => structureVerifier(signer.publicKey, signatureOid(other)))).toBe(
          'algorithm-unsupported',
        );
      }
    },
  );

  it.each([
    ['P-256', 'SHA-384', 'ECDSA-P256-SHA384'],
    ['P-256', 'SHA-512', 'ECDSA-P256-SHA512'],
    ['P-384', 'SHA-256', 'ECDSA-P384-SHA256'],
    ['P-384', 'SHA-512', 'ECDSA-P384-SHA512'],
    ['P-521', 'SHA-256', 'ECDSA-P521-SHA256'],
    ['P-521', 'SHA-384', 'ECDSA-P521-SHA384'],
  ] as const)('%s with %s', async (namedCurve, hash, algorithm) => {
    const { publicKey, privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, true, ['sign']);
    const spki = new Uint8Array(await crypto.subtle.exportKey('spki', publicKey));
    const { verify, verifier } = structureVerifier(spki, signatureOid(algorithm));
    const value = new Uint8Array(
      await crypto.subtle.sign({ name: 'ECDSA', hash }, privateKey, Uint8Array.from(message)),
    );
    expect(verifier.algorithm).toBe(algorithm);
    expect(await verify(message, rawToDer(value))).toBe(true);
    expect(await verify(ascii('other'), rawToDer(value))).toBe(false);
    const anotherHash = algorithm.endsWith('SHA256') ? 'ECDSA-P256-SHA384' : 'ECDSA-P256-SHA256';
    expect(await structureVerifier(spki, signatureOid(anotherHash)).verify(message, rawToDer(value))).toBe(false);
  });

  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'key-malformed'],
    ['an empty SEQUENCE', der.sequence(), 'key-malformed'],
    [
      'another algorithm',
      der.sequence(der.sequence(der.oid('1.3.101.112')), der.bitString(new Uint8Array(32))),
      'algorithm-unsupported',
    ],
    [
      'another curve',
      der.sequence(
        der.sequence(der.oid('1.2.840.10045.2.1'), der.oid('1.3.132.0.10')),
        der.bitString(new Uint8Array(65)),
      ),
      'algorithm-unsupported',
    ],
    [
      'SM2 at infinity',
      der.sequence(
        der.sequence(der.oid('1.2.840.10045.2.1'), der.oid('1.2.156.10197.1.301')),
        der.bitString(new Uint8Array(1)),
      ),
      'key-malformed',
    ],
    [
      'RSA without a modulus',
      der.sequence(der.sequence(der.oid('1.2.840.113549.1.1.1'), der.nullValue()), der.bitString(der.sequence())),
      'key-malformed',
    ],
  ])('refuses %s', async (_, spki, code) => expect(await codeOf(() => structureVerifier(spki, sm2Oid))).toBe(code));

  it('answers false for a P-256 key off its curve', async () => {
    const signer = await webCryptoSigner('ECDSA-P256-SHA256');
    const off = signer.publicKey.map((octet, at) => (at === signer.publicKey.length - 1 ? octet ^ 1 : octet));
    const encoded = rawToDer(await signer.sign(message));
    expect(await structureVerifier(off, signatureOid(signer.algorithm)).verify(message, encoded)).toBe(false);
  });
});

const DATA = new URL('../../../../shared/data/seal/keys/', import.meta.url);
const real = (() => {
  try {
    return readFileSync(new URL('sign_cert.pem', DATA));
  } catch {
    console.warn('skipped: the real certificate of ../shared/data, which is not here');
    return undefined;
  }
})();

describe.skipIf(real === undefined)('a real certificate', () => {
  it('is read in both modes', () => {
    for (const mode of ['strict', 'lenient'] as const) {
      const certificate = readCertificate(real!, mode);
      expect(certificate).toMatchObject({
        version: 3,
        serialNumber: 1627558654836n,
        notBefore: new Date('2021-07-29T11:37:34Z'),
        notAfter: new Date('2023-07-29T11:37:34Z'),
        keyUsage: new Set(['digitalSignature', 'nonRepudiation', 'keyCertSign']),
        extendedKeyUsage: ['1.3.6.1.5.5.7.3.2'],
        basicConstraints: { ca: false },
      });
      expect(formatName(certificate.subject)).toBe('C=CN,O=OFD R&W,ST=Zhejiang,L=Hangzhou,CN=Test Certificate');
    }
  });

  it('carries the key that lies beside it', async () => {
    const key = readSm2PrivateKey(readFileSync(new URL('sign_key.pem', DATA)));
    const certificate = readCertificate(real!);
    const message = ascii('x');
    const verifier = structureVerifier(certificate.publicKey, certificate.signatureAlgorithm);
    expect(await verifier.verify(message, rawToDer(await sm2Signer(key).sign(message)))).toBe(true);
  });
});
