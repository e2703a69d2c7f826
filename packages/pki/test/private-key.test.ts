import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { format, inspect } from 'node:util';
import { der, readDer } from '@gov/der';
import { writePem } from '@gov/der/pem';
import { structureVerifier } from '@gov/pki';
import { generatePrivateKey, openPrivateKey, RSA_BITS, readPrivateKey } from '@gov/pki/private-key';
import {
  bytesToHex,
  generateSm2Key,
  hexToBytes,
  readSm2PrivateKey,
  readSm2PublicKey,
  type SignatureAlgorithm,
  type Signer,
  sm2Verifier,
} from '@gov/sm';
import { encryptPrivateKeyInfo } from '@gov/sm/key-encryption';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { codeOf, foreignKeys, text, verifies } from './key-material.js';

const message = text('某市行政审批局');

describe('every algorithm', () => {
  it.each<SignatureAlgorithm>([
    'SM2-SM3',
    'ECDSA-P256-SHA256',
    'ECDSA-P384-SHA384',
    'ECDSA-P521-SHA512',
    'RSA-PKCS1-SHA256',
    'RSA-PSS-SHA384',
    'Ed25519',
  ])('%s: made, read, signs', async (algorithm) => {
    const { signer, pkcs8 } = await generatePrivateKey(algorithm);
    expect(signer.algorithm).toBe(algorithm);
    const again = await readPrivateKey(pkcs8, { algorithm });
    expect(again.publicKey).toEqual(signer.publicKey);
    for (const one of [signer, again]) expect(await verifies(one, message)).toBe(true);
    if (algorithm !== 'SM2-SM3') {
      const spki = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
      expect(spki.asymmetricKeyType).toBe(
        algorithm.startsWith('RSA') ? 'rsa' : algorithm === 'Ed25519' ? 'ed25519' : 'ec',
      );
    }
    // What is read stays with the caller.
    expect(pkcs8.some((octet) => octet !== 0)).toBe(true);
  });

  it.each(Object.entries(foreignKeys()))('%s of Node’s OpenSSL, in every form', async (name, { key, spki, forms }) => {
    for (const form of forms) {
      for (const input of [form.der, form.pem, text(form.pem)]) {
        const signer = await readPrivateKey(input);
        expect(bytesToHex(signer.publicKey), `${name} ${form.type}`).toBe(bytesToHex(spki));
        expect(await verifies(signer, message)).toBe(true);
      }
    }
    expect(key.type).toBe('private');
  });

  it('RSA signs with the hash that is asked for', async () => {
    const { forms } = foreignKeys().rsa!;
    for (const algorithm of ['RSA-PKCS1-SHA256', 'RSA-PKCS1-SHA384', 'RSA-PKCS1-SHA512', 'RSA-PSS-SHA512'] as const) {
      const signer = await readPrivateKey(forms[0]!.der, { algorithm });
      expect(signer.algorithm).toBe(algorithm);
      expect(await verifies(signer, message)).toBe(true);
    }
  });

  it('a key does not sign with another algorithm', async () => {
    const sm2 = generateSm2Key().toPkcs8();
    const { rsa, p256 } = foreignKeys();
    for (const [key, algorithm] of [
      [sm2, 'ECDSA-P256-SHA256'],
      [rsa!.forms[0]!.der, 'SM2-SM3'],
      [p256!.forms[0]!.der, 'SM2-SM3'],
      [p256!.forms[0]!.der, 'ECDSA-P384-SHA384'],
    ] as const) {
      expect(await codeOf(() => readPrivateKey(key, { algorithm }))).toBe('key-unsupported');
    }
    expect(await codeOf(() => generatePrivateKey('DSA-SHA1' as SignatureAlgorithm))).toBe('algorithm-unsupported');
  });
});

const EC = der.oid('1.2.840.10045.2.1');
const P256 = der.oid('1.2.840.10045.3.1.7');
const SCALAR = hexToBytes('00c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f67');
const pkcs8 = (algorithm: Uint8Array, key: Uint8Array, version = 0, ...rest: Uint8Array[]) =>
  der.sequence(der.integer(version), algorithm, der.octetString(key), ...rest);
const sec1 = (scalar: Uint8Array, ...rest: Uint8Array[]) =>
  der.sequence(der.integer(1), der.octetString(scalar), ...rest);
const p256 = (key: Uint8Array, ...rest: Uint8Array[]) =>
  pkcs8(der.sequence(EC, P256), key, rest.length > 0 ? 1 : 0, ...rest);
const ED = der.sequence(der.oid('1.3.101.112'));

describe('EC keys as they are found', () => {
  it('without a public key, with leading zeros dropped or a sign octet', async () => {
    const spki = (await readPrivateKey(p256(sec1(SCALAR)))).publicKey;
    for (const key of [
      p256(sec1(SCALAR.subarray(1))),
      p256(sec1(Uint8Array.of(0, ...SCALAR))),
      p256(sec1(SCALAR, der.explicit(0, P256))),
      sec1(SCALAR, der.explicit(0, P256)),
    ]) {
      const signer = await readPrivateKey(key);
      expect(signer.publicKey).toEqual(spki);
      expect(await verifies(signer, message)).toBe(true);
    }
  });

  it('with the public key beside it, compressed too', async () => {
    const { publicKey } = await readPrivateKey(p256(sec1(SCALAR)));
    const point = readDer(publicKey).children().rest()[1]!.bitOctets();
    const compressed = Uint8Array.of(2 + (point[64]! & 1), ...point.subarray(1, 33));
    for (const one of [point, compressed]) {
      expect((await readPrivateKey(p256(sec1(SCALAR, der.explicit(1, der.bitString(one)))))).publicKey).toEqual(
        publicKey,
      );
      const outside = der.implicitPrimitive(1, Uint8Array.of(0, ...one));
      expect((await readPrivateKey(p256(sec1(SCALAR), outside))).publicKey).toEqual(publicKey);
    }
  });

  it.each<[string, Uint8Array, string]>([
    [
      'another public key',
      p256(sec1(SCALAR, der.explicit(1, der.bitString(new Uint8Array(65).fill(4))))),
      'key-mismatch',
    ],
    ['another public key outside', p256(sec1(SCALAR), der.implicitPrimitive(1, new Uint8Array(66))), 'key-mismatch'],
    ['zero', p256(sec1(new Uint8Array(32))), 'key-malformed'],
    ['a scalar above n', p256(sec1(new Uint8Array(32).fill(255))), 'key-malformed'],
    ['no scalar', p256(sec1(new Uint8Array(0))), 'key-malformed'],
    ['33 octets', p256(sec1(new Uint8Array(33).fill(1))), 'key-malformed'],
    ['two curves', p256(sec1(SCALAR, der.explicit(0, der.oid('1.3.132.0.34')))), 'key-malformed'],
    ['ECPrivateKey version 2', p256(der.sequence(der.integer(2), der.octetString(SCALAR))), 'key-malformed'],
    ['a field too many', p256(sec1(SCALAR, der.nullValue())), 'key-malformed'],
    ['another curve', pkcs8(der.sequence(EC, der.oid('1.3.132.0.10')), sec1(SCALAR)), 'key-unsupported'],
    ['no curve', pkcs8(der.sequence(EC), sec1(SCALAR)), 'key-unsupported'],
    ['a curve in full that is none', pkcs8(der.sequence(EC, der.sequence()), sec1(SCALAR)), 'key-malformed'],
    ['SEC1 without a curve', sec1(SCALAR), 'key-unsupported'],
    ['another algorithm', pkcs8(der.sequence(der.oid('1.2.840.10040.4.1')), der.integer(1)), 'key-unsupported'],
    ['X25519', pkcs8(der.sequence(der.oid('1.3.101.110')), der.octetString(SCALAR)), 'key-unsupported'],
    ['PrivateKeyInfo version 2', pkcs8(ED, der.octetString(SCALAR), 2), 'key-unsupported'],
    ['Ed25519 of 31 octets', pkcs8(ED, der.octetString(SCALAR.subarray(1))), 'key-malformed'],
    ['Ed25519 unwrapped', pkcs8(ED, SCALAR), 'key-malformed'],
    [
      'Ed25519 with another public key',
      pkcs8(ED, der.octetString(SCALAR), 1, der.implicitPrimitive(1, new Uint8Array(33))),
      'key-mismatch',
    ],
    ['nothing', new Uint8Array(0), 'key-malformed'],
    ['a public key', generateSm2Key().publicKey.toSpki(), 'key-unsupported'],
    ['a PKCS#12', der.sequence(der.integer(3), der.sequence()), 'key-unsupported'],
    ['no DER', text('not a key'), 'key-malformed'],
  ])('%s', async (_, key, code) => {
    expect(await codeOf(() => readPrivateKey(key))).toBe(code);
  });
});

describe('RSA', () => {
  const numbers = (bits: number) => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
    return readDer(new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs1' })))
      .children()
      .rest()
      .map((field) => field.integer());
  };
  const rsa = (values: readonly bigint[]) => der.sequence(...values.map(der.integer));
  const good = numbers(2048);

  it('a wrong number is found, or does no harm', async () => {
    expect((await readPrivateKey(rsa(good))).algorithm).toBe('RSA-PKCS1-SHA256');
    for (const at of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const changed = good.map((value, index) => (index === at ? value ^ 4n : value));
      const code = await codeOf(async () => {
        const signer = await readPrivateKey(rsa(changed));
        // OpenSSL looks at what it signed, and signs again without the number that was wrong.
        expect(await verifies(signer, message)).toBe(true);
        expect(at).toBeGreaterThan(2);
      });
      expect(['key-mismatch', 'key-malformed', 'nothing thrown']).toContain(code);
    }
  });

  it('lengths at their edge, several primes, a number too few', async () => {
    expect(RSA_BITS).toEqual({ least: 2048, most: 8192 });
    expect(await codeOf(() => readPrivateKey(rsa(numbers(2040))))).toBe('key-unsupported');
    expect(await codeOf(() => readPrivateKey(rsa(good.with(1, 1n << 8192n))))).toBe('key-unsupported');
    expect(await codeOf(() => readPrivateKey(rsa(good.with(1, (1n << 8191n) + 1n))))).not.toBe('key-unsupported');
    expect(await codeOf(() => readPrivateKey(rsa(good.with(0, 1n))))).toBe('key-unsupported');
    expect(await codeOf(() => readPrivateKey(rsa(good.slice(0, 8))))).toBe('key-malformed');
  });
});

describe('PEM', () => {
  it('the first key of several blocks', async () => {
    const key = generateSm2Key();
    const pem = writePem('EC PARAMETERS', P256) + key.toPem('sec1') + writePem('PRIVATE KEY', p256(sec1(SCALAR)));
    expect((await readPrivateKey(pem)).publicKey).toEqual(key.publicKey.toSpki());
  });

  it.each<[string, string, string]>([
    ['no PEM', 'text', 'pem-malformed'],
    ['a certificate', writePem('CERTIFICATE', SCALAR), 'pem-malformed'],
    ['OpenSSH', writePem('OPENSSH PRIVATE KEY', SCALAR), 'key-unsupported'],
    ['DSA', writePem('DSA PRIVATE KEY', SCALAR), 'key-unsupported'],
    ['cut short', '-----BEGIN PRIVATE KEY-----\nAAAA', 'pem-malformed'],
  ])('%s', async (_, pem, code) => {
    expect(await codeOf(() => readPrivateKey(pem))).toBe(code);
  });
});

describe('passwords', () => {
  it('are asked for, and told apart', async () => {
    const key = generateSm2Key();
    const file = await encryptPrivateKeyInfo(key.toPkcs8(), '口令', { iterations: 1000 });
    for (const input of [file, writePem('ENCRYPTED PRIVATE KEY', file)]) {
      expect(await codeOf(() => readPrivateKey(input))).toBe('key-encrypted');
      expect(await codeOf(() => readPrivateKey(input, { password: '' }))).toBe('password-wrong');
      expect(await codeOf(() => readPrivateKey(input, { password: '口' }))).toBe('password-wrong');
      expect((await readPrivateKey(input, { password: '口令' })).publicKey).toEqual(key.publicKey.toSpki());
      expect((await readPrivateKey(input, { password: text('口令') })).publicKey).toEqual(key.publicKey.toSpki());
    }
    // Of a key that is not encrypted, it is not looked at.
    expect((await readPrivateKey(key.toPem(), { password: 'x' })).publicKey).toEqual(key.publicKey.toSpki());
    expect(await openPrivateKey(key.toSec1())).toEqual(
      pkcs8(der.sequence(EC, der.oid('1.2.156.10197.1.301')), key.toSec1()),
    );
  });
});

describe('BER', () => {
  it('in pieces and of indefinite length, as some libraries write an encrypted key', async () => {
    const { pkcs8, signer } = await generatePrivateKey('SM2-SM3');
    const encrypted = readDer(await encryptPrivateKeyInfo(pkcs8, '口令', { iterations: 1000 })).children();
    const [algorithm, data] = [encrypted.next(), encrypted.next()];
    const half = data.content.length >> 1;
    const pieces = [data.content.subarray(0, half), data.content.subarray(half)].map(der.octetString);
    const end = new Uint8Array(2);
    const ber = Uint8Array.of(
      0x30,
      0x80,
      ...algorithm.raw,
      0x24,
      0x80,
      ...pieces.flatMap((piece) => [...piece]),
      ...end,
      ...end,
    );
    expect((await readPrivateKey(ber, { password: '口令' })).publicKey).toEqual(signer.publicKey);
    expect(await codeOf(() => readPrivateKey(ber, { password: '密码' }))).toBe('password-wrong');
    expect(await codeOf(() => readPrivateKey(ber))).toBe('key-encrypted');
    expect(await codeOf(() => readPrivateKey(ber.subarray(0, -2), { password: '口令' }))).toMatch(/^key-/);
  });
});

describe('a private key shows nothing', () => {
  const shown = (value: unknown): string =>
    [
      inspect(value, { depth: 99, showHidden: true, getters: true, maxArrayLength: null }),
      format('%s %o %O', value, value, value),
      JSON.stringify(value) ?? '',
      value instanceof Error ? `${value.stack} ${inspect(value.cause, { depth: 9 })}` : '',
    ]
      .join('\n')
      .replace(/\s/g, '');
  const part = SCALAR.subarray(4, 12);
  const spellings = [
    bytesToHex(part),
    [...part].join(','),
    BigInt(`0x${bytesToHex(SCALAR)}`)
      .toString()
      .slice(0, 20),
    'correct-horse',
  ];

  it('in a signer', async () => {
    const signer: Signer = await readPrivateKey(p256(sec1(SCALAR)));
    const sm2 = await readPrivateKey(
      readSm2PrivateKey(sec1(SCALAR, der.explicit(0, der.oid('1.2.156.10197.1.301')))).toPkcs8(),
    );
    const ed = await readPrivateKey(pkcs8(ED, der.octetString(SCALAR)));
    for (const one of [signer, sm2, ed]) for (const spelling of spellings) expect(shown(one)).not.toContain(spelling);
  });

  it('in an error', async () => {
    const file = await encryptPrivateKeyInfo(p256(sec1(SCALAR)), 'correct-horse', { iterations: 1000 });
    const broken = [
      () => readPrivateKey(p256(sec1(SCALAR, der.explicit(1, der.bitString(SCALAR))))),
      () => readPrivateKey(p256(sec1(Uint8Array.of(1, ...SCALAR)))),
      () => readPrivateKey(p256(sec1(SCALAR.map((octet, at) => (at < 4 ? 255 : octet))))),
      () => readPrivateKey(pkcs8(ED, der.octetString(SCALAR.subarray(0, 31)))),
      () => readPrivateKey(file.with(80, 1), { password: 'correct-horse' }),
      () => readPrivateKey(file, { password: 'correct-horse ' }),
      () => readPrivateKey(writePem('PRIVATE KEY', p256(sec1(SCALAR))).replace('A', '*')),
    ];
    for (const run of broken) {
      const error: unknown = await run().then(
        () => 'nothing thrown',
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(Error);
      for (const spelling of spellings) expect(shown(error)).not.toContain(spelling);
    }
  });
});

describe('a stranger’s bytes', () => {
  it('lead to a signer or a GovError, soon', async () => {
    const keys = Object.values(foreignKeys()).flatMap(({ forms }) => forms.map((form) => form.der));
    const seeds = [...keys.filter((key) => key.length < 400), generateSm2Key().toPkcs8(), p256(sec1(SCALAR))];
    let slowest = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(), fc.nat(255), fc.nat(3), async (which, where, octet, how) => {
        const seed = seeds[which % seeds.length]!;
        const at = where % seed.length;
        const bytes =
          how === 0
            ? seed.slice(0, at)
            : how === 1
              ? Uint8Array.of(...seed.subarray(0, at), octet, ...seed.subarray(at))
              : how === 2
                ? Uint8Array.of(...seed.subarray(0, at), ...seed.subarray(at + 1))
                : seed.with(at, octet);
        const started = cpuTime();
        const code = await codeOf(() => readPrivateKey(bytes));
        slowest = Math.max(slowest, cpuTime() - started);
        expect(['nothing thrown', 'key-malformed', 'key-unsupported', 'key-mismatch', 'key-encrypted']).toContain(code);
      }),
      { numRuns: process.env.SLOW ? 50_000 : 1_000 },
    );
    expect(slowest).toBeLessThan(1_000);
  });
});

it('the helper that verifies can say no', async () => {
  const { signer } = await generatePrivateKey('SM2-SM3');
  const other = await generatePrivateKey('SM2-SM3');
  expect(await verifies({ ...signer, publicKey: other.signer.publicKey }, message)).toBe(false);
  expect(await sm2Verifier(readSm2PublicKey(signer.publicKey)).verify(message, await signer.sign(message))).toBe(true);
  expect(structureVerifier(signer.publicKey, '1.2.156.10197.1.501').verifier.algorithm).toBe('SM2-SM3');
});
