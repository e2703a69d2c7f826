import { inspect } from 'node:util';
import { type DerElement, der, readDer } from '@gov/der';
import { type Certificate, readCertificate } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import {
  looksLikePkcs12,
  outlinePkcs12,
  PKCS12_LIMITS,
  type Pkcs12Content,
  readPkcs12,
  writePkcs12,
} from '@gov/pki/pkcs12';
import { generatePrivateKey } from '@gov/pki/private-key';
import { bytesToHex, generateSm2Key, hexToBytes, type SignatureAlgorithm, type Signer, sm2Signer } from '@gov/sm';
import { encryptPrivateKeyInfo } from '@gov/sm/key-encryption';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { PURPOSE, pkcs12Derive, SHA_1 } from '../src/internal/password-hash.js';
import { bmpPassword } from '../src/internal/password-scheme.js';
import { codeOf, text, verifies } from './key-material.js';
import * as build from './pkcs12-builder.js';

const { OID, bag, certBag, encrypted, file, localKeyId, macOver, pbmac1, pfx, plain } = build;
const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2046-01-01T00:00:00Z') };
const PASSWORD = '口令-😀 Ω';
const message = text('x');

let pkcs8: Uint8Array;
let signer: Signer;
let root: Certificate;
let leaf: Certificate;
let written: Uint8Array;

const certified = async (own: Signer): Promise<Certificate> =>
  issueRoot({ ...validity, subject: 'CN=章,O=某市,C=CN', signer: own });

beforeAll(async () => {
  const ca = sm2Signer(generateSm2Key());
  root = await issueRoot({ ...validity, subject: 'CN=根,O=某省,C=CN', signer: ca });
  const key = generateSm2Key();
  pkcs8 = key.toPkcs8();
  signer = sm2Signer(key);
  leaf = await issueLeaf({
    ...validity,
    ca: { certificate: root, signer: ca },
    subject: 'CN=章,C=CN',
    publicKey: signer.publicKey,
    use: 'signer',
  });
  written = await writePkcs12({ key: pkcs8, certificates: [leaf, root], password: PASSWORD, iterations: 1000 });
});

const content = (change: Partial<Pkcs12Content> = {}): Pkcs12Content => ({
  key: pkcs8,
  certificates: [leaf],
  password: 'pw',
  iterations: 1000,
  ...change,
});

describe('what is written is read', () => {
  it.each<SignatureAlgorithm>(['SM2-SM3', 'ECDSA-P256-SHA256', 'ECDSA-P521-SHA512', 'RSA-PKCS1-SHA256', 'Ed25519'])(
    '%s, in both ciphers',
    async (algorithm) => {
      const own = await generatePrivateKey(algorithm);
      // The development CA signs with SM2: what matters here is the key inside.
      const certificate = await issueLeaf({
        ...validity,
        ca: { certificate: await certified(signer), signer },
        subject: 'CN=x,C=CN',
        publicKey: own.signer.publicKey,
        use: 'signer',
      });
      for (const cipher of ['sm4', 'aes'] as const) {
        const options = {
          key: own.pkcs8,
          certificates: [certificate, root],
          password: PASSWORD,
          cipher,
          iterations: 1000,
        };
        const p12 = await writePkcs12({ ...options, friendlyName: '某局 😀' });
        readDer(p12);
        const { keys, certificates, authenticated, unread } = await readPkcs12(p12, PASSWORD);
        expect([keys.length, certificates.length, authenticated, unread]).toEqual([1, 2, true, []]);
        const [key] = keys;
        expect(key!.signer.publicKey).toEqual(own.signer.publicKey);
        expect(await verifies(key!.signer, message)).toBe(true);
        expect(key!.certificate?.bytes).toEqual(certificate.bytes);
        expect(certificates.map((one) => one.certificate.bytes)).toEqual([certificate.bytes, root.bytes]);
        expect(key!.friendlyName).toBe('某局 😀');
        expect(key!.localKeyId).toEqual(certificates[0]!.localKeyId);
        expect(key!.toPkcs8()).toEqual(own.pkcs8);
      }
    },
  );

  it('with octets as a password, and not with another one', async () => {
    expect((await readPkcs12(written, text(PASSWORD))).keys).toHaveLength(1);
    for (const wrong of ['', ' ', '口令', PASSWORD.normalize('NFD').concat(' '), text('口')]) {
      expect(await codeOf(() => readPkcs12(written, wrong))).toBe('password-wrong');
    }
    expect(await codeOf(() => readPkcs12(written, '\ud800'))).toBe('invalid-argument');
    expect(await codeOf(() => readPkcs12(written, `${PASSWORD}\0`))).toBe('invalid-argument');
    expect(await codeOf(() => readPkcs12(written, Uint8Array.of(0xff)))).toBe('invalid-argument');
  });

  it('as it says', async () => {
    const aes = await writePkcs12(content({ cipher: 'aes' }));
    expect(outlinePkcs12(aes).mac).toEqual({ form: 'PKCS12-KDF', hash: 'SHA-256', iterations: 1000 });
    const outline = outlinePkcs12(written);
    expect(outline.mac).toEqual({ form: 'PKCS12-KDF', hash: 'SM3', iterations: 1000 });
    const [certificates, keys] = outline.parts;
    expect('encryption' in certificates! && certificates.encryption.cipher.name).toContain('SM4');
    expect('bags' in keys! && keys.bags.map(({ kind }) => kind)).toEqual(['encrypted-key']);
    expect([looksLikePkcs12(written), looksLikePkcs12(pkcs8), looksLikePkcs12(leaf.bytes)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('is another file each time', async () => {
    const [one, other] = await Promise.all([writePkcs12(content()), writePkcs12(content())]);
    expect(one).not.toEqual(other);
  });

  it.each<[string, () => Partial<Pkcs12Content>, string]>([
    ['no certificate', () => ({ certificates: [] }), 'invalid-argument'],
    ['the certificate of another key', () => ({ certificates: [root] }), 'key-mismatch'],
    ['an empty password', () => ({ password: '' }), 'invalid-argument'],
    ['half a character', () => ({ password: 'a\udc00' }), 'invalid-argument'],
    ['octets that are no UTF-8', () => ({ password: Uint8Array.of(0xc3) }), 'invalid-argument'],
    ['no key', () => ({ key: new Uint8Array(0) }), 'key-malformed'],
    ['a cipher that there is not', () => ({ cipher: 'des' as 'aes' }), 'invalid-argument'],
    ['999 rounds', () => ({ iterations: 999 }), 'invalid-argument'],
    ['more rounds than can be read', () => ({ iterations: 1_000_001 }), 'invalid-argument'],
    ['no rounds', () => ({ iterations: Number.NaN }), 'invalid-argument'],
    ['256 certificates', () => ({ certificates: new Array(256).fill(leaf) }), 'invalid-argument'],
  ])('refuses %s', async (_, change, code) => {
    expect(await codeOf(() => writePkcs12(content(change())))).toBe(code);
  });

  it('takes 255 certificates', async () => {
    const p12 = await writePkcs12(content({ certificates: new Array(255).fill(leaf) }));
    expect((await readPkcs12(p12, 'pw')).certificates).toHaveLength(255);
  });
});

/** What may come of a file in which something was changed. */
const ANSWERS = ['password-wrong', 'pkcs12-malformed', 'key-unsupported', 'algorithm-unsupported', 'limit-exceeded'];

describe('a file that is changed anywhere', () => {
  it('is never opened with another key, and is called damaged', async () => {
    const small = await writePkcs12(content());
    const tally: Record<string, number> = {};
    for (let at = 0; at < small.length; at++) {
      const changed = small.with(at, small[at]! ^ (1 << (at % 8)));
      const code = await codeOf(async () => {
        const { keys, certificates } = await readPkcs12(changed, 'pw');
        expect(keys[0]?.signer.publicKey, `at ${at}`).toEqual(signer.publicKey);
        expect(certificates[0]?.certificate.bytes, `at ${at}`).toEqual(leaf.bytes);
      });
      tally[code] = (tally[code] ?? 0) + 1;
      if (code !== 'nothing thrown') expect(ANSWERS, `at ${at}`).toContain(code);
      // Whatever was changed, another password opens nothing.
      if (at % 16 === 0) expect(ANSWERS).toContain(await codeOf(() => readPkcs12(changed, 'PW')));
    }
    // Nothing in it can be written in two ways, and damage at one place leaves proof at another.
    expect(tally['nothing thrown']).toBeUndefined();
    expect(tally['password-wrong']).toBeUndefined();
    expect(tally['pkcs12-malformed']).toBeGreaterThan(0.95 * small.length);
  }, 120_000);

  it('cut short anywhere is malformed', async () => {
    for (let length = 0; length < written.length; length += 3) {
      expect(await codeOf(() => readPkcs12(written.subarray(0, length), PASSWORD))).toBe('pkcs12-malformed');
    }
  });

  it('without an authentication code it is still not opened with another key', async () => {
    const shrouded = await encryptPrivateKeyInfo(pkcs8, 'pw', { iterations: 1000 });
    const bytes = pfx(der.sequence(plain(bag(OID.shrouded, shrouded, localKeyId(1)), certBag(leaf, localKeyId(1)))));
    const whole = await readPkcs12(bytes, 'pw');
    expect([whole.authenticated, whole.keys.length, whole.certificates.length]).toEqual([false, 1, 1]);
    const allowed = [...ANSWERS, 'nothing thrown', 'key-mismatch'];
    for (let at = 0; at < bytes.length; at++) {
      const code = await codeOf(async () => {
        const { keys } = await readPkcs12(bytes.with(at, bytes[at]! ^ (1 << (at % 8))), 'pw');
        for (const key of keys) expect(key.signer.publicKey, `at ${at}`).toEqual(signer.publicKey);
      });
      expect(allowed, `at ${at}`).toContain(code);
    }
  }, 120_000);
});

describe('a wrong code and a right password', () => {
  const inContent = (bytes: Uint8Array, find: Uint8Array): number => {
    const at = Buffer.from(bytes).indexOf(find);
    expect(at).toBeGreaterThan(0);
    return at;
  };

  it('any encrypted part that opens proves the password', async () => {
    // The code alone.
    const mac = readDer(written).children().rest()[2]!;
    const code = mac.children().next().children().rest()[1]!;
    expect(await codeOf(() => readPkcs12(written.with(code.end - 1, written[code.end - 1]! ^ 1), PASSWORD))).toBe(
      'pkcs12-malformed',
    );
    expect(await codeOf(() => readPkcs12(written.with(code.end - 1, written[code.end - 1]! ^ 1), 'x'))).toBe(
      'password-wrong',
    );
    // Its salt, or the rounds.
    for (const at of [mac.end - 1, code.end + 3]) {
      expect(await codeOf(() => readPkcs12(written.with(at, written[at]! ^ 1), PASSWORD))).toBe('pkcs12-malformed');
    }
  });

  it('the key alone, the certificates alone', async () => {
    const shrouded = await encryptPrivateKeyInfo(pkcs8, 'pw', { iterations: 1000 });
    const wrongMac = (data: Uint8Array) => macOver(data, bmpPassword('other'));
    const onlyKey = der.sequence(plain(bag(OID.shrouded, shrouded)));
    const onlyCertificates = der.sequence(await encrypted('pw', certBag(leaf)));
    for (const data of [onlyKey, onlyCertificates]) {
      expect(await codeOf(async () => readPkcs12(pfx(data, await wrongMac(data)), 'pw'))).toBe('pkcs12-malformed');
      expect(await codeOf(async () => readPkcs12(pfx(data, await wrongMac(data)), 'x'))).toBe('password-wrong');
      // The code fits, the encryption does not: both are as they were made.
      expect(await codeOf(async () => readPkcs12(pfx(data, await wrongMac(data)), 'other'))).toBe('password-wrong');
    }
    // Nothing encrypted: nothing can tell.
    const open = der.sequence(plain(certBag(leaf)));
    expect(await codeOf(async () => readPkcs12(pfx(open, await wrongMac(open)), 'pw'))).toBe('password-wrong');
  });

  it('each kind of proof alone: the OIDs, the head, the padding', async () => {
    const ciphertextOf = (data: Uint8Array): DerElement =>
      readDer(data).children().next().children().rest()[1]!.inner().children().rest()[1]!.children().rest()[2]!;
    const changed = (data: Uint8Array, ...places: number[]) => {
      const { contentStart, content } = ciphertextOf(data);
      return places.reduce((bytes, at) => {
        const place = contentStart + ((at + content.length) % content.length);
        return bytes.with(place, bytes[place]! ^ 0x40);
      }, data);
    };
    // Head and padding are hit, the OIDs further on are not.
    const certificates = der.sequence(await encrypted('pw', certBag(leaf), certBag(root)));
    expect(await codeOf(() => readPkcs12(pfx(changed(certificates, 0, -1)), 'pw'))).toBe('pkcs12-malformed');
    // No OID, and one octet of padding: SEQUENCE { SEQUENCE { OCTET STRING } } of 16·n − 1 octets.
    const headed = der.sequence(await encrypted('pw', der.sequence(der.octetString(new Uint8Array(291)))));
    expect(ciphertextOf(headed).content.length).toBe(304);
    expect(await codeOf(() => readPkcs12(pfx(headed), 'pw'))).toBe('pkcs12-malformed');
    // No head either: all that is left are twelve octets of padding, or nothing.
    const padded = der.sequence(await encrypted('pw', der.octetString(new Uint8Array(0))));
    expect(await codeOf(() => readPkcs12(pfx(padded), 'pw'))).toBe('pkcs12-malformed');
    expect(await codeOf(() => readPkcs12(pfx(changed(padded, -1)), 'pw'))).toBe('password-wrong');
  });

  it('a block of the certificates that was changed leaves the others', async () => {
    const data = der.sequence(await encrypted('pw', certBag(leaf), certBag(root)));
    const ciphertext = readDer(data)
      .children()
      .next()
      .children()
      .rest()[1]!
      .inner()
      .children()
      .rest()[1]!
      .children()
      .rest()[2]!;
    for (const at of [0, 16, 100, ciphertext.content.length - 1]) {
      const changed = data.with(ciphertext.contentStart + at, data[ciphertext.contentStart + at]! ^ 0x10);
      expect(await codeOf(() => readPkcs12(pfx(changed), 'pw')), `at ${at}`).toBe('pkcs12-malformed');
    }
    expect(inContent(data, ciphertext.content)).toBe(ciphertext.contentStart);
  });
});

describe('structures', () => {
  const key = () => bag(OID.key, pkcs8);

  it('an empty password, in both of its forms, and Chinese ones', async () => {
    const data = der.sequence(plain(key(), certBag(leaf)));
    for (const bmp of [Uint8Array.of(0, 0), new Uint8Array(0)]) {
      const p12 = pfx(data, await macOver(data, bmp));
      expect((await readPkcs12(p12, '')).keys).toHaveLength(1);
      expect((await readPkcs12(p12, new Uint8Array(0))).keys).toHaveLength(1);
      expect(await codeOf(() => readPkcs12(p12, '0'))).toBe('password-wrong');
    }
    const chinese = pfx(data, await macOver(data, Uint8Array.of(0x53, 0xe3, 0x4e, 0xe4, 0, 0)));
    expect((await readPkcs12(chinese, '口令')).keys).toHaveLength(1);
  });

  it('BER, at every level', async () => {
    const concat = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
    const infinite = (tag: number, ...parts: Uint8Array[]) =>
      concat(Uint8Array.of(tag, 0x80), ...parts, Uint8Array.of(0, 0));
    const pieces = (tag: number, octets: Uint8Array) =>
      infinite(tag, der.octetString(octets.subarray(0, 7)), der.octetString(octets.subarray(7)));
    const ber = (element: DerElement): Uint8Array =>
      element.constructed
        ? infinite(element.tag, ...element.children().rest().map(ber))
        : element.tag === 0x04
          ? pieces(0x24, element.content)
          : element.tag === 0x80
            ? pieces(0xa0, element.content)
            : element.raw;
    const part = await encrypted('pw', certBag(leaf));
    const data = ber(readDer(der.sequence(plain(key()), part)));
    const whole = infinite(
      0x30,
      der.integer(3),
      ber(readDer(build.info(OID.data, der.octetString(data)))),
      await macOver(data, bmpPassword('pw')),
    );
    expect(looksLikePkcs12(whole)).toBe(true);
    const { keys, certificates } = await readPkcs12(whole, 'pw');
    expect([keys[0]?.certificate?.bytes, certificates.length]).toEqual([leaf.bytes, 1]);
    expect(await codeOf(() => readPkcs12(concat(whole, Uint8Array.of(1)), 'pw'))).toBe('pkcs12-malformed');
  });

  it('several keys, each with its own certificate; names; nested and other bags', async () => {
    const second = generateSm2Key();
    const own = await certified(sm2Signer(second));
    const nested = bag(
      OID.safe,
      der.sequence(bag(OID.safe, der.sequence(bag(OID.key, second.toPkcs8(), build.bmpName('第二')))), certBag(leaf)),
    );
    const sdsi = bag(OID.cert, der.sequence(der.oid(OID.sdsi), der.explicit(0, der.octetString(message))));
    const others = [bag(OID.crl, der.sequence()), bag(OID.secret, der.sequence()), sdsi];
    const p12 = await file('pw', plain(nested, key()), await encrypted('pw', certBag(own)), plain(...others));
    const { keys, certificates, unread } = await readPkcs12(p12, 'pw');
    expect(keys.map((one) => one.certificate?.bytes)).toEqual([own.bytes, leaf.bytes]);
    expect(keys.map((one) => one.friendlyName)).toEqual(['第二', undefined]);
    expect(certificates).toHaveLength(2);
    expect(unread).toEqual([OID.crl, OID.secret, OID.sdsi]);
  });

  it('a key and a certificate of one name that do not belong together', async () => {
    const p12 = await file('pw', plain(bag(OID.key, pkcs8, localKeyId(1)), certBag(root, localKeyId(1))));
    expect(await codeOf(() => readPkcs12(p12, 'pw'))).toBe('key-mismatch');
    // Another name says nothing, nor does the name where the key has its own.
    const other = await file('pw', plain(bag(OID.key, pkcs8, localKeyId(1)), certBag(root, localKeyId(2))));
    expect((await readPkcs12(other, 'pw')).keys[0]?.certificate).toBeUndefined();
    const both = await file(
      'pw',
      plain(bag(OID.key, pkcs8, localKeyId(1)), certBag(root, localKeyId(1)), certBag(leaf)),
    );
    expect((await readPkcs12(both, 'pw')).keys[0]?.certificate?.bytes).toEqual(leaf.bytes);
  });

  it('PBMAC1 (RFC 9579)', async () => {
    const data = der.sequence(plain(key(), certBag(leaf)));
    const p12 = pfx(data, pbmac1(data, '口令'));
    expect((await readPkcs12(p12, '口令')).keys).toHaveLength(1);
    expect(outlinePkcs12(p12).mac).toEqual({ form: 'PBMAC1', hash: 'SHA-256', iterations: 1000 });
    expect(await codeOf(() => readPkcs12(p12, '口'))).toBe('password-wrong');
    expect(await codeOf(() => readPkcs12(pfx(data, pbmac1(data, 'x', { keyLength: 19 })), 'x'))).toBe(
      'pkcs12-malformed',
    );
    expect(await codeOf(() => readPkcs12(pfx(data, pbmac1(data, 'x', { keyLength: 65 })), 'x'))).toBe(
      'pkcs12-malformed',
    );
    expect(await codeOf(() => readPkcs12(pfx(data, pbmac1(data, 'x', { mac: '1.2.3' })), 'x'))).toBe(
      'algorithm-unsupported',
    );
  });

  const rsaKey = der.sequence(
    der.integer(0),
    der.sequence(der.oid('1.2.840.10040.4.1')),
    der.octetString(der.integer(1)),
  );
  const scheme = (oid: string) => der.sequence(der.oid(oid), der.sequence(der.octetString(message), der.integer(1)));
  const sixteen = new Uint8Array(16);
  it.each<[string, () => Promise<Uint8Array> | Uint8Array, string]>([
    ['another kind of key', () => file('pw', plain(bag(OID.key, rsaKey))), 'key-unsupported'],
    ['RC4', () => file('pw', build.encryptedPart(scheme('1.2.840.113549.1.12.1.1'), sixteen)), 'key-unsupported'],
    [
      'RC4 and no code',
      () => pfx(der.sequence(build.encryptedPart(scheme('1.2.840.113549.1.12.1.1'), sixteen))),
      'key-unsupported',
    ],
    [
      'a signed PFX',
      () => der.sequence(der.integer(3), build.info('1.2.840.113549.1.7.2', der.sequence())),
      'key-unsupported',
    ],
    ['an enveloped part', () => file('pw', build.info('1.2.840.113549.1.7.3', der.sequence())), 'key-unsupported'],
    [
      'another hash',
      () => pfx(der.sequence(), build.macData(der.sequence(der.oid('1.2.840.113549.2.5')), sixteen)),
      'algorithm-unsupported',
    ],
    [
      'a code that is too short',
      () => pfx(der.sequence(), build.macData(der.sequence(der.oid('1.3.14.3.2.26')), sixteen)),
      'pkcs12-malformed',
    ],
    [
      'version 2',
      () => der.sequence(der.integer(2), build.info(OID.data, der.octetString(der.sequence()))),
      'pkcs12-malformed',
    ],
    ['a part of another type', () => file('pw', build.info('1.2.3', der.octetString(message))), 'pkcs12-malformed'],
    ['a bag of another type', () => file('pw', plain(bag('1.2.3', der.sequence()))), 'pkcs12-malformed'],
    [
      'a certificate that is none',
      () =>
        file('pw', plain(bag(OID.cert, der.sequence(der.oid(OID.x509), der.explicit(0, der.octetString(message)))))),
      'pkcs12-malformed',
    ],
    [
      'a key that is not sound',
      () => file('pw', plain(bag(OID.key, der.sequence(der.integer(0))))),
      'pkcs12-malformed',
    ],
    [
      'ciphertext of half a block',
      () => file('pw', build.encryptedPart(scheme('1.2.840.113549.1.12.1.3'), sixteen.subarray(9))),
      'pkcs12-malformed',
    ],
    [
      'no ciphertext',
      () => file('pw', build.encryptedPart(scheme('1.2.840.113549.1.12.1.3'), new Uint8Array(0))),
      'pkcs12-malformed',
    ],
    [
      'a scheme without parameters',
      () => file('pw', build.encryptedPart(der.sequence(der.oid('1.2.840.113549.1.12.1.3')), sixteen)),
      'pkcs12-malformed',
    ],
    [
      'bags encrypted with another password',
      async () => file('pw', await encrypted('x', certBag(leaf))),
      'password-wrong',
    ],
    [
      'an encrypted part that is no bags',
      async () => file('pw', await encrypted('pw', der.integer(5))),
      'pkcs12-malformed',
    ],
    ['nothing', () => new Uint8Array(0), 'pkcs12-malformed'],
    ['a key', () => pkcs8, 'pkcs12-malformed'],
    ['text', () => text('-----BEGIN PKCS12-----'), 'pkcs12-malformed'],
  ])('%s', async (_, make, code) => {
    const bytes = await make();
    expect(await codeOf(() => readPkcs12(bytes, 'pw'))).toBe(code);
  });

  it('a file of nothing but an empty list', async () => {
    expect((await readPkcs12(await file('pw'), 'pw')).keys).toEqual([]);
  });
});

describe('limits, at their edge', () => {
  const malformed = (run: () => Promise<Uint8Array>) => codeOf(async () => readPkcs12(await run(), 'pw'));

  it('are these', () => {
    expect(PKCS12_LIMITS).toEqual({ bytes: 4_194_304, parts: 64, bags: 256, depth: 4, iterations: 3_000_000 });
  });

  it('bytes, parts, bags, depth', async () => {
    expect(await codeOf(() => readPkcs12(new Uint8Array(4_194_305), 'pw'))).toBe('input-too-large');
    expect(await codeOf(() => readPkcs12(new Uint8Array(4_194_304), 'pw'))).toBe('pkcs12-malformed');
    const parts = (count: number) => () => file('pw', ...new Array<Uint8Array>(count).fill(plain()));
    expect([await malformed(parts(64)), await malformed(parts(65))]).toEqual(['nothing thrown', 'limit-exceeded']);
    const crl = bag(OID.crl, der.sequence());
    const bags = (count: number) => async () =>
      file(
        'pw',
        plain(...new Array<Uint8Array>(count - 10).fill(crl)),
        await encrypted('pw', ...new Array<Uint8Array>(10).fill(crl)),
      );
    expect([await malformed(bags(256)), await malformed(bags(257))]).toEqual(['nothing thrown', 'limit-exceeded']);
    const deep = (depth: number): Uint8Array => (depth === 1 ? crl : bag(OID.safe, der.sequence(deep(depth - 1))));
    expect([
      await malformed(() => file('pw', plain(deep(4)))),
      await malformed(() => file('pw', plain(deep(5)))),
    ]).toEqual(['nothing thrown', 'limit-exceeded']);
  });

  it('rounds, of all derivations together, before any of them', async () => {
    const mac = (iterations: number) =>
      pfx(der.sequence(), build.macData(der.sequence(der.oid('1.3.14.3.2.26')), new Uint8Array(20), iterations));
    const started = cpuTime();
    expect(await codeOf(() => readPkcs12(mac(3_000_001), 'pw'))).toBe('limit-exceeded');
    expect(await codeOf(() => readPkcs12(mac(0), 'pw'))).toBe('pkcs12-malformed');
    const part = (rounds: number) =>
      build.encryptedPart(
        der.sequence(der.oid('1.2.840.113549.1.12.1.6'), der.sequence(der.octetString(message), der.integer(rounds))),
        new Uint8Array(8),
      );
    // Ten thousand are left by the code; the first part takes some.
    const parts = async (...rounds: number[]) => file('pw', ...rounds.map(part));
    expect(await malformed(() => parts(3_000_001))).toBe('limit-exceeded');
    expect(await malformed(() => parts(10, 2_999_990))).toBe('limit-exceeded');
    expect(await malformed(() => parts(10, 10))).toBe('password-wrong');
    expect(cpuTime() - started).toBeLessThan(1_000);
  });
});

describe('the derivation of PKCS#12', () => {
  // From the first implementations; BouncyCastle and OpenSSL have the same ones.
  it.each([
    ['smeg', '0a58cf64530d823f', PURPOSE.key, 1, 24, '8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3'],
    ['smeg', '0a58cf64530d823f', PURPOSE.iv, 1, 8, '79993dfe048d3b76'],
    ['smeg', '3d83c0e4546ac140', PURPOSE.mac, 1, 20, '8d967d88f6caa9d714800ab3d48051d63f73a312'],
    ['queeg', '05dec959acff72f7', PURPOSE.key, 1000, 24, 'ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4'],
    ['queeg', '05dec959acff72f7', PURPOSE.iv, 1000, 8, '11dedad7758d4860'],
    ['queeg', '263216fcc2fab31c', PURPOSE.mac, 1000, 20, '5ec4c7a80df652294c3925b6489a7ab857c83476'],
  ] as const)('%s %s %i', async (password, salt, purpose, iterations, length, expected) => {
    const derivation = { hash: SHA_1, salt: hexToBytes(salt), iterations };
    expect(bytesToHex(await pkcs12Derive(derivation, bmpPassword(password), purpose, length))).toBe(expected);
  });
});

describe('a key of a file shows nothing', () => {
  it('but what is asked for, and ends', async () => {
    const { keys } = await readPkcs12(written, PASSWORD);
    const [key] = keys;
    const scalar = readDer(pkcs8).children().rest()[2]!.nested().children().rest()[1]!.octets();
    const shown =
      `${inspect(keys, { depth: 99, showHidden: true, maxArrayLength: null })} ${JSON.stringify({ ...key, certificate: 0, signer: 0 })}`.replace(
        /\s/g,
        '',
      );
    for (const spelling of [bytesToHex(scalar.subarray(4, 12)), [...scalar.subarray(4, 12)].join(',')])
      expect(shown).not.toContain(spelling);
    key!.toPkcs8().fill(0);
    expect(key!.toPkcs8()).toEqual(pkcs8);
    key!.destroy();
    expect(await codeOf(async () => key!.toPkcs8())).toBe('key-destroyed');
    expect(await verifies(key!.signer, message)).toBe(true);
  });

  it('errors keep password and key', async () => {
    const error: unknown = await readPkcs12(written.with(400, 1), 'correct-horse').catch((thrown: unknown) => thrown);
    expect(`${inspect(error, { depth: 9 })}`).not.toContain('correct-horse');
  });
});

describe('a stranger’s bytes', () => {
  it('lead to one of the codes, soon', async () => {
    const shrouded = await encryptPrivateKeyInfo(pkcs8, 'pw', { iterations: 1000 });
    const seeds = [
      await writePkcs12(content()),
      await file('pw', plain(bag(OID.shrouded, shrouded), certBag(leaf)), await encrypted('pw', certBag(root))),
      pfx(der.sequence(plain(bag(OID.key, pkcs8, localKeyId(1)), certBag(leaf, localKeyId(1))))),
    ];
    let slowest = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.nat(2),
        fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.nat(3)), { minLength: 1, maxLength: 3 }),
        async (which, changes) => {
          let bytes = [...seeds[which]!];
          for (const [where, octet, how] of changes) {
            const at = where % (bytes.length + 1);
            if (how === 0) bytes = bytes.slice(0, at);
            else if (how === 1) bytes.splice(at, 0, octet);
            else if (how === 2) bytes.splice(at, 1 + (octet % 8));
            else bytes[at] = octet;
          }
          const started = cpuTime();
          const code = await codeOf(async () => {
            const { keys } = await readPkcs12(Uint8Array.from(bytes), 'pw');
            for (const key of keys) expect(key.signer.publicKey).toEqual(signer.publicKey);
          });
          slowest = Math.max(slowest, cpuTime() - started);
          expect([...ANSWERS, 'key-mismatch', 'nothing thrown']).toContain(code);
          outlineCode(Uint8Array.from(bytes));
        },
      ),
      { numRuns: process.env.SLOW ? 20_000 : 1_000 },
    );
    // A million rounds are allowed.
    expect(slowest).toBeLessThan(5_000);
  }, 300_000);
});

function outlineCode(bytes: Uint8Array): void {
  looksLikePkcs12(bytes);
  try {
    outlinePkcs12(bytes);
  } catch (error) {
    expect([...ANSWERS, 'key-malformed']).toContain((error as { code: string }).code);
  }
}

it('a certificate read from a file is a copy', async () => {
  const { certificates } = await readPkcs12(written, PASSWORD);
  expect(readCertificate(certificates[0]!.certificate.bytes).subject.bytes).toEqual(leaf.subject.bytes);
});
