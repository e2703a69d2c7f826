import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { context, contextPrimitive, der, readDer } from '@gov/der';
import { writePem } from '@gov/der/pem';
import { bytesToHex, derToRaw, generateSm2Key, hexToBytes, rawToDer, sm2Signer, sm2Verifier } from '@gov/sm';
import { readSm2PrivateKey, readSm2PublicKey, type Sm2PrivateKey } from '@gov/sm/key';
import { isGovError } from '@gov/verdict';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CURVE } from '../src/internal/curve.js';
import { js } from '../src/internal/sm2-js.js';
import { DEFAULT_ID, hasOpenssl, Openssl } from './openssl.js';

const text = (value: string) => new TextEncoder().encode(value);
const octets = (value: bigint, size = 32) => hexToBytes(value.toString(16).padStart(2 * size, '0'));
const codeOf = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (isGovError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
};

const SM2 = der.oid('1.2.156.10197.1.301');
const EC = der.oid('1.2.840.10045.2.1');
const P256 = der.oid('1.2.840.10045.3.1.7');
const RSA = der.sequence(der.oid('1.2.840.113549.1.1.1'), der.nullValue());
const ALGORITHM = der.sequence(EC, SM2);
const D = 0x3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8n;

const pointOf = (d: bigint) => js.publicPoint(octets(d));
const sec1 = (scalar: Uint8Array, ...rest: Uint8Array[]) =>
  der.sequence(der.integer(1), der.octetString(scalar), ...rest);
const withCurve = (scalar: Uint8Array, ...rest: Uint8Array[]) => sec1(scalar, der.explicit(0, SM2), ...rest);
const pkcs8 = (inner: Uint8Array, algorithm = ALGORITHM, version = 0, ...rest: Uint8Array[]) =>
  der.sequence(der.integer(version), algorithm, der.octetString(inner), ...rest);
const stored = (point: Uint8Array) => der.explicit(1, der.bitString(point));
const spki = (point: Uint8Array, algorithm = ALGORITHM) => der.sequence(algorithm, der.bitString(point));

describe('every form gives back the same key', () => {
  const key = generateSm2Key();
  const forms: readonly (readonly [string, Uint8Array | string])[] = [
    ['PKCS#8 DER', key.toPkcs8()],
    ['SEC1 DER', key.toSec1()],
    ['PKCS#8 PEM', key.toPem()],
    ['SEC1 PEM', key.toPem('sec1')],
    ['PEM as bytes', text(key.toPem())],
    ['SEC1 under OpenSSL’s label', writePem('SM2 PRIVATE KEY', key.toSec1())],
    ['PEM behind parameters', `${writePem('EC PARAMETERS', SM2)}${key.toPem('sec1')}`],
    ['PEM behind a certificate', `${writePem('CERTIFICATE', hexToBytes('3000'))}${key.toPem()}`],
  ];
  it.each(forms)('%s', (_, form) => {
    for (const mode of ['strict', 'lenient'] as const) {
      const read = readSm2PrivateKey(form, mode);
      expect(read.toPkcs8()).toEqual(key.toPkcs8());
      expect(read.publicKey.point).toEqual(key.publicKey.point);
    }
  });

  it('public key: SPKI in DER and PEM, bare points of 65, 64 and 33 octets', () => {
    const { point } = key.publicKey;
    const compressed = Uint8Array.of(2 + (point[64]! & 1), ...point.subarray(1, 33));
    for (const form of [
      key.publicKey.toSpki(),
      key.publicKey.toPem(),
      text(key.publicKey.toPem()),
      point,
      point.slice(1),
      compressed,
      spki(compressed),
    ]) {
      expect(readSm2PublicKey(form, 'strict').point).toEqual(point);
    }
  });

  it('keeps its own copy of a bare point', () => {
    const point = pointOf(D);
    const read = readSm2PublicKey(point);
    point.fill(0);
    expect(read.point[0]).toBe(4);
  });

  it('opens compressed points of both signs as sm-crypto’s curve does', () => {
    for (let d = 1n; d < 40n; d++) {
      const point = pointOf(d);
      expect(readSm2PublicKey(Uint8Array.of(2 + (point[64]! & 1), ...point.subarray(1, 33))).point).toEqual(point);
      const other = readSm2PublicKey(Uint8Array.of(3 - (point[64]! & 1), ...point.subarray(1, 33))).point;
      expect(BigInt(`0x${bytesToHex(other.subarray(33))}`)).toBe(
        CURVE.p - BigInt(`0x${bytesToHex(point.subarray(33))}`),
      );
    }
  });

  it('generates other keys each time', () => {
    expect(bytesToHex(generateSm2Key().toSec1())).not.toBe(bytesToHex(generateSm2Key().toSec1()));
  });
});

describe('private scalars', () => {
  it.each([
    ['1', 1n],
    ['n − 2', CURVE.n - 2n],
    ['with leading zeros', D >> 40n],
  ])('%s', (_, d) => {
    const key = readSm2PrivateKey(withCurve(octets(d)));
    expect(key.publicKey.point).toEqual(pointOf(d));
    // Written at full length, whatever the value.
    expect(bytesToHex(key.toSec1())).toContain(bytesToHex(octets(d)));
    expect(readSm2PrivateKey(key.toPkcs8()).publicKey.point).toEqual(pointOf(d));
  });

  it('reads scalars whose leading zeros were dropped, and those with a sign octet', () => {
    const small = D >> 40n;
    expect(readSm2PrivateKey(withCurve(octets(small, 27))).publicKey.point).toEqual(pointOf(small));
    expect(readSm2PrivateKey(withCurve(Uint8Array.of(5))).publicKey.point).toEqual(pointOf(5n));
    expect(readSm2PrivateKey(withCurve(octets(CURVE.n - 2n, 33))).publicKey.point).toEqual(pointOf(CURVE.n - 2n));
  });

  it.each([
    ['0', octets(0n)],
    ['n − 1', octets(CURVE.n - 1n)],
    ['n', octets(CURVE.n)],
    ['n + 1', octets(CURVE.n + 1n)],
    ['2^256 − 1', new Uint8Array(32).fill(0xff)],
    ['no octets', new Uint8Array(0)],
    ['33 octets that are no sign octet', Uint8Array.of(1, ...octets(D))],
    ['34 octets', Uint8Array.of(0, 0, ...octets(D))],
  ])('refuses %s', (_, scalar) => {
    expect(codeOf(() => readSm2PrivateKey(withCurve(scalar)))).toBe('key-malformed');
    expect(codeOf(() => readSm2PrivateKey(pkcs8(sec1(scalar))))).toBe('key-malformed');
  });
});

describe('points', () => {
  const good = pointOf(D);
  const changed = (at: number) => good.map((octet, index) => (index === at ? octet ^ 1 : octet));
  const big = (x: bigint, y: bigint) => Uint8Array.of(4, ...octets(x), ...octets(y));
  const y = (point: Uint8Array) => BigInt(`0x${bytesToHex(point.subarray(33))}`);
  // The point whose y is 1, found by solving the cubic for x: 1 + p still has 32 octets.
  const lowX = 0x9c17043effe1a805a74a9a5e70b9d659705d3242094a566dc016f49311178d1fn;
  const rootless = (() => {
    for (let x = 1n; ; x++) {
      const z = (x ** 3n + CURVE.a * x + CURVE.b) % CURVE.p;
      let legendre = 1n;
      let power = z;
      for (let e = (CURVE.p - 1n) / 2n; e > 0n; e >>= 1n) {
        if (e & 1n) legendre = (legendre * power) % CURVE.p;
        power = (power * power) % CURVE.p;
      }
      if (legendre !== 1n) return x;
    }
  })();
  // A point whose x is small enough to be written again as x + p.
  const small = (() => {
    for (let x = 1n; ; x++) {
      try {
        return readSm2PublicKey(Uint8Array.of(2, ...octets(x))).point;
      } catch {}
    }
  })();
  const smallX = BigInt(`0x${bytesToHex(small.subarray(1, 33))}`);

  it.each([
    ['infinity', Uint8Array.of(0)],
    ['nothing', new Uint8Array(0)],
    ['y changed', changed(64)],
    ['x changed', changed(32)],
    ['0, 0', big(0n, 0n)],
    ['x + p for x', big(smallX + CURVE.p, y(small))],
    ['y of 2^256 − 1', big(smallX, 2n ** 256n - 1n)],
    ['y + p for y', big(lowX, 1n + CURVE.p)],
    ['x of p', big(CURVE.p, y(small))],
    ['y of p', big(smallX, CURVE.p)],
    ['hybrid form 06', Uint8Array.of(6 + (good[64]! & 1), ...good.subarray(1))],
    ['first octet 05', Uint8Array.of(5, ...good.subarray(1))],
    ['first octet 02 on 65 octets', Uint8Array.of(2, ...good.subarray(1))],
    ['first octet 04 on 33 octets', Uint8Array.of(4, ...good.subarray(1, 33))],
    ['a compressed x without a point', Uint8Array.of(2, ...octets(rootless))],
    ['a compressed x + p', Uint8Array.of(2, ...octets(smallX + CURVE.p))],
    ['66 octets', Uint8Array.of(...good, 0)],
    ['64 octets in SPKI', good.slice(1)],
  ])('refuses %s', (_, point) => {
    expect(codeOf(() => readSm2PublicKey(spki(point)))).toBe('key-malformed');
    expect(codeOf(() => readSm2PrivateKey(withCurve(octets(D), stored(point))))).toBe('key-malformed');
    if ([33, 65].includes(point.length)) expect(codeOf(() => readSm2PublicKey(point))).toBe('key-malformed');
  });

  it('reads the point whose y is 1', () => expect(readSm2PublicKey(big(lowX, 1n)).point[64]).toBe(1));

  it.each([0, 1, 32, 34, 63, 66])('refuses bare bytes of length %i', (length) => {
    expect(codeOf(() => readSm2PublicKey(new Uint8Array(length).fill(4)))).toBe('key-malformed');
  });

  it('refuses 64 octets that are no x ‖ y', () => {
    expect(codeOf(() => readSm2PublicKey(new Uint8Array(64).fill(4)))).toBe('key-malformed');
  });
});

describe('other keys', () => {
  const scalar = octets(D);
  const inner = sec1(scalar, stored(pointOf(D)));
  const rsa = der.sequence(...[0, 65_537, 3, 5, 7].map((value) => der.integer(value)));

  it.each<[string, Uint8Array | string, string]>([
    ['P-256 in PKCS#8', pkcs8(sec1(scalar), der.sequence(EC, P256)), 'key-unsupported'],
    ['P-256 in SEC1', sec1(scalar, der.explicit(0, P256)), 'key-unsupported'],
    ['SEC1 with a curve written out', sec1(scalar, der.explicit(0, der.sequence(der.integer(1)))), 'key-unsupported'],
    ['SEC1 without a curve', sec1(scalar), 'key-unsupported'],
    ['SM2 outside, P-256 inside', pkcs8(sec1(scalar, der.explicit(0, P256))), 'key-unsupported'],
    ['EC without a curve', pkcs8(inner, der.sequence(EC)), 'key-unsupported'],
    ['EC with explicit parameters', pkcs8(inner, der.sequence(EC, der.sequence())), 'key-unsupported'],
    ['the curve as algorithm', pkcs8(inner, der.sequence(SM2)), 'key-unsupported'],
    ['RSA in PKCS#8', pkcs8(rsa, RSA), 'key-unsupported'],
    ['RSA in PKCS#1', rsa, 'key-unsupported'],
    ['RSA in PKCS#1, PEM', writePem('RSA PRIVATE KEY', rsa), 'key-unsupported'],
    ['OpenSSH', writePem('OPENSSH PRIVATE KEY', text('openssh-key-v1')), 'key-unsupported'],
    [
      'encrypted PKCS#8',
      der.sequence(der.sequence(der.oid('1.2.840.113549.1.5.13')), der.octetString(scalar)),
      'key-encrypted',
    ],
    ['encrypted PKCS#8, PEM', writePem('ENCRYPTED PRIVATE KEY', hexToBytes('3000')), 'key-encrypted'],
    [
      'OpenSSL’s old encryption',
      '-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----',
      'key-encrypted',
    ],
    ['PKCS#8 of version 2', pkcs8(inner, ALGORITHM, 2), 'key-malformed'],
    ['SEC1 of version 2', der.sequence(der.integer(2), der.octetString(scalar), der.explicit(0, SM2)), 'key-malformed'],
    ['SEC1 of version 0 in PKCS#8', pkcs8(der.sequence(der.integer(0), der.octetString(scalar))), 'key-malformed'],
    ['something after the SEC1 fields', withCurve(scalar, der.nullValue()), 'key-malformed'],
    ['something after the PKCS#8 fields', pkcs8(inner, ALGORITHM, 0, der.nullValue()), 'key-malformed'],
    [
      'a public key in a PKCS#8 of version 0',
      pkcs8(inner, ALGORITHM, 0, der.implicitPrimitive(1, hexToBytes('0004'))),
      'key-malformed',
    ],
    ['no DER', text('not a key'), 'key-malformed'],
    ['nothing', new Uint8Array(0), 'key-malformed'],
    ['an empty PEM text', '', 'pem-malformed'],
    ['a certificate', writePem('CERTIFICATE', hexToBytes('3000')), 'pem-malformed'],
    ['a public key', writePem('PUBLIC KEY', spki(pointOf(D))), 'pem-malformed'],
    ['PEM cut short', '-----BEGIN PRIVATE KEY-----\nMAAA', 'pem-malformed'],
  ])('%s', (_, input, code) => expect(codeOf(() => readSm2PrivateKey(input))).toBe(code));

  it.each<[string, Uint8Array | string, string]>([
    ['P-256', spki(pointOf(D), der.sequence(EC, P256)), 'key-unsupported'],
    ['RSA', spki(rsa, RSA), 'key-unsupported'],
    ['RSA in PKCS#1, PEM', writePem('RSA PUBLIC KEY', rsa), 'key-unsupported'],
    ['a field after the key', der.sequence(ALGORITHM, der.bitString(pointOf(D)), der.nullValue()), 'key-malformed'],
    ['a BIT STRING of 519 bits', der.sequence(ALGORITHM, der.bitString(pointOf(D), 1)), 'key-malformed'],
    ['a private key', writePem('PRIVATE KEY', pkcs8(inner)), 'pem-malformed'],
    ['text', 'no PEM', 'pem-malformed'],
  ])('public: %s', (_, input, code) => expect(codeOf(() => readSm2PublicKey(input))).toBe(code));

  it('relaxes encodings only in lenient', () => {
    const sloppy = Uint8Array.of(...withCurve(scalar), 0, 0);
    expect(codeOf(() => readSm2PrivateKey(sloppy, 'strict'))).toBe('key-malformed');
    expect(readSm2PrivateKey(sloppy).publicKey.point).toEqual(pointOf(D));
    const public_ = Uint8Array.of(...spki(pointOf(D)), 0);
    expect(codeOf(() => readSm2PublicKey(public_, 'strict'))).toBe('key-malformed');
    expect(readSm2PublicKey(public_).point).toEqual(pointOf(D));
  });

  const attributes = der.element(context(0));
  const outside = (point: Uint8Array) => der.implicitPrimitive(1, Uint8Array.of(0, ...point));
  it('reads attributes and the public key of RFC 5958', () => {
    expect(contextPrimitive(1)).toBe(outside(pointOf(D))[0]);
    for (const form of [
      pkcs8(sec1(scalar), ALGORITHM, 0, attributes),
      pkcs8(sec1(scalar), ALGORITHM, 1, attributes, outside(pointOf(D))),
      pkcs8(sec1(scalar), ALGORITHM, 1, outside(pointOf(D))),
    ]) {
      expect(readSm2PrivateKey(form, 'strict').publicKey.point).toEqual(pointOf(D));
    }
  });

  it('finds a public part of another key, wherever it is stored', () => {
    const other = pointOf(D + 1n);
    for (const form of [
      withCurve(scalar, stored(other)),
      pkcs8(sec1(scalar, stored(other))),
      pkcs8(sec1(scalar, stored(pointOf(D))), ALGORITHM, 1, outside(other)),
      pkcs8(sec1(scalar), ALGORITHM, 1, outside(other)),
    ]) {
      expect(codeOf(() => readSm2PrivateKey(form))).toBe('key-mismatch');
    }
  });

  it('says nothing of the scalar in any error', () => {
    const shown = (run: () => unknown): string => {
      try {
        run();
      } catch (error) {
        return inspect(error, { depth: 9, showHidden: true });
      }
      throw new Error('nothing thrown');
    };
    for (const form of [
      withCurve(Uint8Array.of(0x39, ...scalar)),
      withCurve(Uint8Array.of(0x39, ...scalar, 0)),
      withCurve(scalar, stored(pointOf(2n))),
      withCurve(scalar, der.nullValue()),
      sec1(scalar, der.explicit(0, P256)),
      pkcs8(Uint8Array.of(...inner, 7)),
      Uint8Array.of(...withCurve(scalar), 1),
      writePem('PRIVATE KEY', pkcs8(inner)).replace('-----END', '!-----END'),
    ]) {
      const output = shown(() => readSm2PrivateKey(form));
      expect(output.toLowerCase()).not.toContain(bytesToHex(scalar).slice(8, 24));
      expect(output).not.toContain('69, 32, 143');
      expect(output).not.toContain(btoa(String.fromCharCode(...scalar.subarray(0, 12))));
    }
  });
});

describe.skipIf(!hasOpenssl)('openssl', () => {
  const openssl = new Openssl();
  let key: Sm2PrivateKey;
  const message = text('关于印章的通知'.repeat(50));
  beforeAll(() => {
    key = generateSm2Key();
    openssl.put('message', message);
    openssl.put('other', text('x'));
  });
  afterAll(() => openssl.remove());

  it('reads what we write: PKCS#8, SEC1 and SPKI, DER and PEM', () => {
    const wanted = new TextEncoder().encode(key.publicKey.toPem());
    const inputs: readonly (readonly [string, Uint8Array | string, string])[] = [
      ['pkcs8.pem', key.toPem(), 'pkey'],
      ['sec1.pem', key.toPem('sec1'), 'pkey'],
      ['pkcs8.der', key.toPkcs8(), 'pkey'],
      ['sec1.der', key.toSec1(), 'ec'],
    ];
    for (const [name, content, command] of inputs) {
      openssl.put(name, content);
      openssl.run(command, '-inform', name.slice(-3).toUpperCase(), '-in', name, '-pubout', '-out', 'out.pem');
      expect(openssl.get('out.pem')).toEqual(wanted);
      // The private half too: what it signs, our public key verifies (next test); here its own check of the pair.
      if (command === 'pkey')
        expect(openssl.accepts('pkey', '-in', name, '-inform', name.slice(-3), '-check', '-noout')).toBe(true);
    }
    openssl.put('public.pem', key.publicKey.toPem());
    openssl.run('pkey', '-pubin', '-in', 'public.pem', '-outform', 'DER', '-out', 'public.der');
    expect(openssl.get('public.der')).toEqual(key.publicKey.toSpki());
  });

  it('writes what we read', () => {
    openssl.run('ecparam', '-genkey', '-name', 'SM2', '-out', 'generated.pem');
    const read = readSm2PrivateKey(openssl.get('generated.pem'));
    const conversions: readonly (readonly string[])[] = [
      ['ec', '-in', 'generated.pem', '-out', 'o'],
      ['ec', '-in', 'generated.pem', '-outform', 'DER', '-out', 'o'],
      ['ec', '-in', 'generated.pem', '-no_public', '-out', 'o'],
      ['ec', '-in', 'generated.pem', '-conv_form', 'compressed', '-out', 'o'],
      ['pkey', '-in', 'generated.pem', '-out', 'o'],
      ['pkey', '-in', 'generated.pem', '-outform', 'DER', '-out', 'o'],
      ['pkcs8', '-topk8', '-nocrypt', '-in', 'generated.pem', '-out', 'o'],
      ['pkcs8', '-topk8', '-nocrypt', '-in', 'generated.pem', '-outform', 'DER', '-out', 'o'],
    ];
    for (const arguments_ of conversions) {
      openssl.run(...arguments_);
      expect(readSm2PrivateKey(openssl.get('o'), 'strict').toPkcs8(), arguments_.join(' ')).toEqual(read.toPkcs8());
    }
    for (const form of [
      ['-outform', 'PEM'],
      ['-outform', 'DER'],
      ['-conv_form', 'compressed'],
    ]) {
      openssl.run('ec', '-in', 'generated.pem', '-pubout', ...form, '-out', 'o');
      expect(readSm2PublicKey(openssl.get('o'), 'strict').point, form.join(' ')).toEqual(read.publicKey.point);
    }
  });

  it('writes encrypted keys, other curves and RSA, each told apart', () => {
    openssl.put('key.pem', key.toPem());
    const made: readonly (readonly [string, readonly string[]])[] = [
      ['key-encrypted', ['pkcs8', '-topk8', '-in', 'key.pem', '-passout', 'pass:1', '-out', 'o']],
      ['key-encrypted', ['pkcs8', '-topk8', '-in', 'key.pem', '-passout', 'pass:1', '-outform', 'DER', '-out', 'o']],
      ['key-encrypted', ['pkcs8', '-topk8', '-v2', 'sm4-cbc', '-in', 'key.pem', '-passout', 'pass:1', '-out', 'o']],
      ['key-encrypted', ['ec', '-in', 'key.pem', '-aes128', '-passout', 'pass:1', '-out', 'o']],
      ['key-unsupported', ['ecparam', '-genkey', '-name', 'prime256v1', '-out', 'o']],
      ['key-unsupported', ['ecparam', '-genkey', '-name', 'prime256v1', '-param_enc', 'explicit', '-out', 'o']],
      ['key-unsupported', ['genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:1024', '-out', 'o']],
      ['key-unsupported', ['genrsa', '-traditional', '-out', 'o', '1024']],
      ['key-unsupported', ['genpkey', '-algorithm', 'ED25519', '-out', 'o']],
    ];
    for (const [code, arguments_] of made) {
      openssl.run(...arguments_);
      expect(
        codeOf(() => readSm2PrivateKey(openssl.get('o'))),
        arguments_.join(' '),
      ).toBe(code);
    }
  });

  it('verifies our signatures, and we verify its own', async () => {
    openssl.put('key.pem', key.toPem());
    openssl.put('public.pem', key.publicKey.toPem());
    const verifier = sm2Verifier(key.publicKey);
    const verify = ['dgst', '-sm3', '-verify', 'public.pem', '-signature', 'signature', ...DEFAULT_ID];
    const verifyRaw = ['pkeyutl', '-verify', '-pubin', '-inkey', 'public.pem', '-rawin', '-digest', 'sm3'];
    for (let i = 0; i < 4; i++) {
      openssl.put('signature', rawToDer(await sm2Signer(key).sign(message)));
      expect(openssl.accepts(...verify, 'message')).toBe(true);
      expect(openssl.accepts(...verify, 'other')).toBe(false);
      const pkeyutl = [...verifyRaw, '-sigfile', 'signature', '-in', 'message', '-pkeyopt'];
      expect(openssl.accepts(...pkeyutl, 'distid:1234567812345678')).toBe(true);
      expect(openssl.accepts(...pkeyutl, 'distid:8765432187654321')).toBe(false);

      openssl.run('dgst', '-sm3', '-sign', 'key.pem', ...DEFAULT_ID, '-out', 'its', 'message');
      const its = derToRaw(openssl.get('its'))!;
      expect(await verifier.verify(message, its)).toBe(true);
      expect(await verifier.verify(text('x'), its)).toBe(false);
    }
  });

  it('agrees about IDs', async () => {
    openssl.put('key.pem', key.toPem());
    const id = text('ALICE123@YAHOO.COM');
    openssl.run('dgst', '-sm3', '-sign', 'key.pem', '-sigopt', 'distid:ALICE123@YAHOO.COM', '-out', 'its', 'message');
    const its = derToRaw(openssl.get('its'))!;
    expect(await sm2Verifier(key.publicKey, { id }).verify(message, its)).toBe(true);
    expect(await sm2Verifier(key.publicKey).verify(message, its)).toBe(false);
  });
});

const DATA = new URL('../../../../shared/data/seal/keys/', import.meta.url);
const real = (() => {
  try {
    return readFileSync(new URL('sign_key.pem', DATA), 'utf8');
  } catch {
    console.warn('skipped: the real key of ../shared/data, which is not here');
    return undefined;
  }
})();

describe.skipIf(real === undefined)('a real key file', () => {
  it('is read, and belongs to the certificate beside it', () => {
    const key = readSm2PrivateKey(real!);
    const certificate = readFileSync(new URL('sign_cert.pem', DATA), 'utf8');
    const body = Uint8Array.from(atob(certificate.replace(/-----.*-----|\s/g, '')), (c) => c.charCodeAt(0));
    const spki = readDer(body).children().next().children().rest()[6]!.raw;
    expect(readSm2PublicKey(spki, 'strict').point).toEqual(key.publicKey.point);
  });
});
