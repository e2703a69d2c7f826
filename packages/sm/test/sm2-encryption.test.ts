import { der, readDer } from '@gov/der';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import sm from 'sm-crypto';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { bytesToHex, hexToBytes } from '../src/bytes.js';
import { CURVE } from '../src/internal/curve.js';
import { decryptParts, encryptParts } from '../src/internal/sm2-cipher.js';
import { sm2Kdf } from '../src/internal/sm2-kdf.js';
import { generateSm2Key, readSm2PrivateKey, readSm2PublicKey, type Sm2PrivateKey } from '../src/key.js';
import {
  SM2_MAX_PLAINTEXT,
  type Sm2CiphertextForm,
  sm2Decrypt,
  sm2Decrypter,
  sm2Encrypt,
} from '../src/sm2-encryption.js';
import { sm3 } from '../src/sm3.js';
import { hasOpenssl, Openssl } from './openssl.js';

const text = (value: string) => new TextEncoder().encode(value);
const octets = (value: bigint) => hexToBytes(value.toString(16).padStart(64, '0'));
const number = (bytes: Uint8Array) => BigInt(`0x${bytesToHex(bytes)}`);
const join = (...parts: readonly Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const codeOf = async (run: () => Promise<unknown>): Promise<string> => {
  try {
    await run();
  } catch (error) {
    if (isGovError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
};
const keyOf = (d: bigint): Sm2PrivateKey =>
  readSm2PrivateKey(
    der.sequence(der.integer(1), der.octetString(octets(d)), der.explicit(0, der.oid('1.2.156.10197.1.301'))),
  );

const FORMS: readonly Sm2CiphertextForm[] = ['asn1', 'c1c3c2', 'c1c2c3', 'c1c3c2-bare', 'c1c2c3-bare'];

// GB/T 32918.5-2017 A.3
const D = 0x3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8n;
const K = 0x59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21n;
const MESSAGE = text('encryption standard');
const X1 = '04ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73';
const Y1 = 'e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0';
const C3 = '59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766';
const C2 = '21886ca989ca9c7d58087307ca93092d651efa';
const ANNEX: Readonly<Record<Sm2CiphertextForm, string>> = {
  c1c3c2: `04${X1}${Y1}${C3}${C2}`,
  c1c2c3: `04${X1}${Y1}${C2}${C3}`,
  'c1c3c2-bare': `${X1}${Y1}${C3}${C2}`,
  'c1c2c3-bare': `${X1}${Y1}${C2}${C3}`,
  // y has its highest bit set and gets an octet in front
  asn1: `307c0220${X1}022100${Y1}0420${C3}0413${C2}`,
};
const key = keyOf(D);
const { publicKey } = key;
const annex = (form: Sm2CiphertextForm) => hexToBytes(ANNEX[form]);

describe('GB/T 32918.5-2017, the example of encryption', () => {
  it('comes out of its k', () => {
    const parts = encryptParts(publicKey, MESSAGE, () => octets(K));
    expect(bytesToHex(parts.c1)).toBe(`04${X1}${Y1}`);
    expect(bytesToHex(parts.c2)).toBe(C2);
    expect(bytesToHex(parts.c3)).toBe(C3);
  });

  it('which is overwritten', () => {
    const k = octets(K);
    encryptParts(publicKey, MESSAGE, () => k);
    expect(k).toEqual(new Uint8Array(32));
  });

  it.each(FORMS)('is read and written as %s', async (form) => {
    expect(await sm2Decrypt(key, annex(form), { form })).toEqual(MESSAGE);
    expect(await sm2Decrypt(key, annex(form), { form, mode: 'strict' })).toEqual(MESSAGE);
    const own = await sm2Encrypt(publicKey, MESSAGE, { form });
    // asn1 grows and shrinks with the leading octets of x and y.
    if (form !== 'asn1') expect(own.length).toBe(annex(form).length);
    expect(await sm2Decrypt(key, own, { form })).toEqual(MESSAGE);
  });

  it('asn1 where nothing is said', async () => {
    expect(await sm2Decrypt(key, annex('asn1'))).toEqual(MESSAGE);
    expect((await sm2Encrypt(publicKey, MESSAGE))[0]).toBe(0x30);
  });
});

describe('what is encrypted is decrypted', () => {
  it('for plaintexts around the blocks of the mask, in every form', async () => {
    for (const length of [1, 2, 31, 32, 33, 63, 64, 65, 127, 128, 255, 256, 1000]) {
      const plaintext = crypto.getRandomValues(new Uint8Array(length));
      const before = plaintext.slice();
      for (const form of FORMS) {
        const ciphertext = await sm2Encrypt(publicKey, plaintext, { form });
        const kept = ciphertext.slice();
        expect(await sm2Decrypt(key, ciphertext, { form, mode: 'strict' })).toEqual(plaintext);
        expect(ciphertext).toEqual(kept);
      }
      expect(plaintext).toEqual(before);
    }
  });

  it('for any plaintext', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), fc.constantFrom(...FORMS), async (m, form) => {
        expect(await sm2Decrypt(key, await sm2Encrypt(publicKey, m, { form }), { form })).toEqual(m);
      }),
      { numRuns: process.env.SLOW ? 2000 : 60 },
    );
  });

  it.each([
    ['1', 1n],
    ['2', 2n],
    ['n − 2', CURVE.n - 2n],
    ['one with zeros in front', D >> 200n],
  ])('with the private key %s', async (_, d) => {
    const other = keyOf(d);
    expect(await sm2Decrypt(other, await sm2Encrypt(other.publicKey, MESSAGE))).toEqual(MESSAGE);
  });

  it('with the smallest and the largest k', () => {
    for (const k of [1n, 2n, CURVE.n - 2n, CURVE.n - 1n]) {
      const parts = encryptParts(publicKey, MESSAGE, () => octets(k));
      expect(number(parts.c1.subarray(1, 33)) === CURVE.Gx).toBe(k === 1n || k === CURVE.n - 1n);
      expect(decryptParts(key, parts)).toEqual(MESSAGE);
    }
  });

  it('differently each time', async () => {
    const seen = new Set<string>();
    for (let i = 0; i < 20; i++) {
      const ciphertext = await sm2Encrypt(publicKey, MESSAGE, { form: 'c1c3c2' });
      seen.add(bytesToHex(ciphertext.subarray(0, 65))).add(bytesToHex(ciphertext.subarray(65)));
    }
    expect(seen.size).toBe(40);
  });

  it('where x or y begins with zeros', async () => {
    for (let k = 1n, found = 0; found < 3; k++) {
      const parts = encryptParts(publicKey, MESSAGE, () => octets(k));
      if (parts.c1[1] !== 0 && parts.c1[33] !== 0) continue;
      found++;
      const ciphertext = der.sequence(
        der.unsignedInteger(parts.c1.subarray(1, 33)),
        der.unsignedInteger(parts.c1.subarray(33)),
        der.octetString(parts.c3),
        der.octetString(parts.c2),
      );
      expect(await sm2Decrypt(key, ciphertext, { mode: 'strict' })).toEqual(MESSAGE);
    }
  }, 60_000);
});

describe('a mask of zeros (A5, B4)', () => {
  // For one octet about every 256th k has one.
  const zero = (() => {
    for (let k = 1n; ; k++) {
      const shared = readSm2PublicKey(keyOf(k).publicKey.point).point;
      // The key is d = 1, so that k·P is k·G.
      if (sm2Kdf([shared.subarray(1)], 1)[0] === 0) return k;
    }
  })();
  const one = keyOf(1n);

  it('makes the sender take another k', () => {
    const draws = [zero, zero, 5n];
    const parts = encryptParts(one.publicKey, Uint8Array.of(7), () => octets(draws.shift()!));
    expect(draws).toEqual([]);
    expect(parts.c1).toEqual(keyOf(5n).publicKey.point);
    expect(decryptParts(one, parts)).toEqual(Uint8Array.of(7));
    // Longer plaintexts are not concerned.
    expect(encryptParts(one.publicKey, Uint8Array.of(7, 7), () => octets(zero)).c1).toEqual(
      keyOf(zero).publicKey.point,
    );
  });

  it('is refused by the receiver, though the hash agrees', async () => {
    // What sm-crypto writes for one plaintext octet in 256.
    const { point } = keyOf(zero).publicKey;
    const c3 = sm3(point.subarray(1, 33), Uint8Array.of(7), point.subarray(33));
    const ciphertext = join(point, c3, Uint8Array.of(7));
    expect(await codeOf(() => sm2Decrypt(one, ciphertext, { form: 'c1c3c2' }))).toBe('decryption-failed');
  });
});

describe('refused with decryption-failed', () => {
  const shortParts = encryptParts(publicKey, text('印'), () => octets(K));
  const short = join(shortParts.c1, shortParts.c3, shortParts.c2);
  const withPoint = (x: bigint, y: bigint) => join(Uint8Array.of(4), octets(x), octets(y), short.subarray(65));
  const asn1WithPoint = (x: bigint, y: bigint) =>
    der.sequence(
      der.unsignedInteger(octets(x)),
      der.unsignedInteger(octets(y)),
      der.octetString(shortParts.c3),
      der.octetString(shortParts.c2),
    );
  const [x, y] = [number(short.subarray(1, 33)), number(short.subarray(33, 65))];
  // A point whose x, and one whose y, is small enough to be written again with p added.
  const lowX = (() => {
    for (let small = 1n; ; small++) {
      try {
        return readSm2PublicKey(join(Uint8Array.of(2), octets(small))).point;
      } catch {}
    }
  })();
  const lowY = octets(0x9c17043effe1a805a74a9a5e70b9d659705d3242094a566dc016f49311178d1fn);

  it.each([
    ['y changed', x, y ^ 1n],
    ['x changed', x ^ 1n, y],
    ['x and y exchanged', y, x],
    ['0, 0', 0n, 0n],
    ['another point of the curve', CURVE.Gx, CURVE.Gy],
    ['−C1', x, CURVE.p - y],
    ['x + p', number(lowX.subarray(1, 33)) + CURVE.p, number(lowX.subarray(33))],
    ['y + p', number(lowY), 1n + CURVE.p],
    ['x = p', CURVE.p, y],
    ['y = p', x, CURVE.p],
    ['2^256 − 1', 2n ** 256n - 1n, 2n ** 256n - 1n],
  ])('C1: %s', async (_, x, y) => {
    expect(await codeOf(() => sm2Decrypt(key, withPoint(x, y), { form: 'c1c3c2' }))).toBe('decryption-failed');
    expect(await codeOf(() => sm2Decrypt(key, asn1WithPoint(x, y)))).toBe('decryption-failed');
  });

  it('C1 off the curve before the private key is used', async () => {
    // d·C1 on another curve of small order, where the formulas work too, would tell d modulo that order.
    const multiply = vi.spyOn(key, 'multiply');
    for (const [x, y] of [
      [5n, 7n],
      [CURVE.Gx, CURVE.Gy + 1n],
      [0n, 0n],
    ] as const) {
      expect(await codeOf(() => sm2Decrypt(key, withPoint(x, y), { form: 'c1c3c2' }))).toBe('decryption-failed');
    }
    expect(multiply).not.toHaveBeenCalled();
    await sm2Decrypt(key, annex('asn1'));
    expect(multiply).toHaveBeenCalledTimes(1);
    multiply.mockRestore();
  });

  it('another key', async () => {
    for (const form of FORMS) {
      expect(await codeOf(() => sm2Decrypt(generateSm2Key(), annex(form), { form }))).toBe('decryption-failed');
    }
  });

  it('C2 and C3 exchanged, with and without the octet 04', async () => {
    for (const [written, form] of [
      ['c1c3c2', 'c1c2c3'],
      ['c1c2c3', 'c1c3c2'],
      ['c1c3c2-bare', 'c1c2c3-bare'],
      ['c1c2c3-bare', 'c1c3c2-bare'],
      // One octet more than it should have: x begins with 04.
      ['c1c3c2', 'c1c3c2-bare'],
      // x begins with 04 in the example.
      ['c1c3c2-bare', 'c1c3c2'],
    ] as const) {
      expect(await codeOf(() => sm2Decrypt(key, annex(written), { form }))).toBe('decryption-failed');
    }
  });

  it('hash and cipher of 32 octets exchanged', async () => {
    const parts = encryptParts(publicKey, new Uint8Array(32).fill(7), () => octets(K));
    const ciphertext = (hash: Uint8Array, cipher: Uint8Array) =>
      der.sequence(der.integer(x), der.integer(y), der.octetString(hash), der.octetString(cipher));
    expect(await codeOf(() => sm2Decrypt(key, ciphertext(parts.c3, parts.c2)))).toBe('nothing thrown');
    expect(await codeOf(() => sm2Decrypt(key, ciphertext(parts.c2, parts.c3)))).toBe('decryption-failed');
  });

  it.each(FORMS)('every octet changed in every bit: %s', async (form) => {
    const written = hexToBytes(ANNEX[form]);
    const decrypter = sm2Decrypter(key, { form });
    let failed = 0;
    for (let at = 0; at < written.length; at++) {
      for (const bits of [1, 0x80, 0xff]) {
        const code = await codeOf(() => decrypter.decrypt(written.with(at, written[at]! ^ bits)));
        expect(['decryption-failed', 'ciphertext-malformed']).toContain(code);
        if (code === 'decryption-failed') failed++;
      }
    }
    // All 115 of x, y, hash and cipher, but where a sign changes the INTEGER
    expect(failed).toBeGreaterThan(3 * 115 - 5);
  });

  it('longer by an octet, shorter by an octet (raw)', async () => {
    for (const form of FORMS.slice(1)) {
      const written = annex(form);
      expect(await codeOf(() => sm2Decrypt(key, join(written, Uint8Array.of(0)), { form }))).toBe('decryption-failed');
      expect(await codeOf(() => sm2Decrypt(key, written.slice(0, -1), { form }))).toBe('decryption-failed');
    }
  });

  it('says the same words for every reason', async () => {
    const said = new Set<string>();
    for (const ciphertext of [withPoint(x, y ^ 1n), withPoint(CURVE.Gx, CURVE.Gy), short.with(70, short[70]! ^ 1)]) {
      const error = await sm2Decrypt(key, ciphertext, { form: 'c1c3c2' }).catch((reason: Error) => reason);
      said.add(`${(error as Error).message} ${(error as Error).cause}`);
    }
    expect([...said]).toEqual(['the ciphertext does not decrypt with this key undefined']);
  });
});

describe('refused with ciphertext-malformed', () => {
  it.each(FORMS)('cut at every place: %s', async (form) => {
    const written = annex(form);
    const least = form === 'asn1' ? written.length : (form.endsWith('bare') ? 64 : 65) + 33;
    for (let length = 0; length < least; length++) {
      expect(await codeOf(() => sm2Decrypt(key, written.slice(0, length), { form }))).toBe('ciphertext-malformed');
    }
  });

  it('bytes after the structure', async () => {
    const longer = (octet: number) => join(annex('asn1'), Uint8Array.of(octet));
    for (const mode of ['strict', 'lenient'] as const) {
      expect(await codeOf(() => sm2Decrypt(key, longer(1), { mode }))).toBe('ciphertext-malformed');
    }
    expect(await codeOf(() => sm2Decrypt(key, longer(0), { mode: 'strict' }))).toBe('ciphertext-malformed');
    expect(await sm2Decrypt(key, longer(0))).toEqual(MESSAGE);
  });

  const part = {
    x: der.integer(BigInt(`0x${X1}`)),
    y: der.integer(BigInt(`0x${Y1}`)),
    hash: der.octetString(hexToBytes(C3)),
    cipher: der.octetString(hexToBytes(C2)),
  };
  const raw = (tag: number, hex: string) => join(Uint8Array.of(tag, hex.length / 2), hexToBytes(hex));

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['the form c1c3c2', annex('c1c3c2')],
    ['the form c1c3c2-bare', annex('c1c3c2-bare')],
    ['a SET', der.element(0x31, part.x, part.y, part.hash, part.cipher)],
    ['no cipher', der.sequence(part.x, part.y, part.hash)],
    ['an empty cipher', der.sequence(part.x, part.y, part.hash, der.octetString(new Uint8Array(0)))],
    ['a hash of 31 octets', der.sequence(part.x, part.y, der.octetString(hexToBytes(C3.slice(2))), part.cipher)],
    ['a hash of 33 octets', der.sequence(part.x, part.y, der.octetString(hexToBytes(`00${C3}`)), part.cipher)],
    ['a hash of no octets', der.sequence(part.x, part.y, der.octetString(new Uint8Array(0)), part.cipher)],
    ['a BIT STRING', der.sequence(part.x, part.y, part.hash, der.bitString(hexToBytes(C2)))],
    ['a fifth field', der.sequence(part.x, part.y, part.hash, part.cipher, der.nullValue())],
    ['x of 33 octets', der.sequence(raw(2, `01${X1}`), part.y, part.hash, part.cipher)],
    ['a negative x', der.sequence(der.integer(-1), part.y, part.hash, part.cipher)],
    ['y without its sign octet', der.sequence(part.x, raw(2, Y1), part.hash, part.cipher)],
    ['an empty x', der.sequence(raw(2, ''), part.y, part.hash, part.cipher)],
    ['x as OCTET STRING', der.sequence(raw(4, X1), part.y, part.hash, part.cipher)],
  ])('asn1: %s', async (_, ciphertext) => {
    expect(await codeOf(() => sm2Decrypt(key, ciphertext))).toBe('ciphertext-malformed');
  });

  it('an x with needless zeros, except in lenient', async () => {
    const sloppy = der.sequence(raw(2, `0000${X1}`), part.y, part.hash, part.cipher);
    expect(await codeOf(() => sm2Decrypt(key, sloppy, { mode: 'strict' }))).toBe('ciphertext-malformed');
    expect(await sm2Decrypt(key, sloppy)).toEqual(MESSAGE);
  });

  it.each([0, 2, 3, 5, 6, 7, 0x30])('raw: a first octet of %i', async (first) => {
    for (const form of ['c1c3c2', 'c1c2c3'] as const) {
      const code = await codeOf(() => sm2Decrypt(key, annex(form).with(0, first), { form }));
      expect(code).toBe('ciphertext-malformed');
    }
  });

  it('raw: infinity, and a compressed C1', async () => {
    const rest = hexToBytes(C3 + C2);
    for (const c1 of [Uint8Array.of(0), hexToBytes(`02${X1}`)]) {
      const padded = join(c1, rest, new Uint8Array(80));
      expect(await codeOf(() => sm2Decrypt(key, padded, { form: 'c1c3c2' }))).toBe('ciphertext-malformed');
    }
  });
});

describe('sizes', () => {
  it('refuses an empty plaintext, as OpenSSL does', async () => {
    for (const form of FORMS) {
      expect(await codeOf(() => sm2Encrypt(publicKey, new Uint8Array(0), { form }))).toBe('invalid-argument');
    }
  });

  it('takes a plaintext up to the limit', async () => {
    expect(SM2_MAX_PLAINTEXT).toBe(1024 * 1024);
    const largest = new Uint8Array(SM2_MAX_PLAINTEXT).fill(7);
    for (const form of ['asn1', 'c1c2c3'] as const) {
      const ciphertext = await sm2Encrypt(publicKey, largest, { form });
      expect(bytesToHex((await sm2Decrypt(key, ciphertext, { form })).subarray(-9))).toBe('07'.repeat(9));
    }
    const over = new Uint8Array(SM2_MAX_PLAINTEXT + 1);
    expect(await codeOf(() => sm2Encrypt(publicKey, over))).toBe('input-too-large');
    // Raw forms have 96 or 97 octets beside the plaintext.
    const raw = new Uint8Array(SM2_MAX_PLAINTEXT + 98).fill(4);
    expect(await codeOf(() => sm2Decrypt(key, raw, { form: 'c1c3c2' }))).toBe('input-too-large');
    expect(await codeOf(() => sm2Decrypt(key, raw.subarray(1), { form: 'c1c3c2' }))).toBe('decryption-failed');
    const asn1 = der.sequence(
      der.integer(1),
      der.integer(1),
      der.octetString(new Uint8Array(32)),
      der.octetString(over),
    );
    expect(await codeOf(() => sm2Decrypt(key, asn1))).toBe('input-too-large');
    expect(await codeOf(() => sm2Decrypt(key, new Uint8Array(SM2_MAX_PLAINTEXT + 257)))).toBe('input-too-large');
  });

  it('refuses a form that does not exist', async () => {
    const form = 'c3c1c2' as Sm2CiphertextForm;
    expect(await codeOf(() => sm2Encrypt(publicKey, MESSAGE, { form }))).toBe('invalid-argument');
    expect(await codeOf(() => sm2Decrypt(key, annex('asn1'), { form }))).toBe('invalid-argument');
    expect(() => sm2Decrypter(key, { form })).toThrow('no such form');
  });
});

describe('a stranger’s bytes', () => {
  it('lead to the plaintext or to one of two codes', async () => {
    const decrypters = FORMS.map((form) => ({ form, decrypter: sm2Decrypter(key, { form }) }));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...decrypters),
        fc.array(fc.tuple(fc.nat(200), fc.nat(255), fc.nat(3)), { minLength: 1, maxLength: 4 }),
        async ({ form, decrypter }, changes) => {
          const bytes = [...annex(form)];
          for (const [at, octet, kind] of changes) {
            if (kind === 0) bytes.splice(at, 1);
            else if (kind === 1) bytes.splice(at, 0, octet);
            else if (kind === 2) bytes.splice(at, bytes.length, ...bytes.slice(at, at + octet));
            else if (at < bytes.length) bytes[at] = octet;
          }
          try {
            // A change that changes nothing, or an encoding that lenient reads.
            expect(await decrypter.decrypt(Uint8Array.from(bytes))).toEqual(MESSAGE);
          } catch (error) {
            if (!isGovError(error)) throw error;
            expect(['decryption-failed', 'ciphertext-malformed']).toContain(error.code);
          }
        },
      ),
      { numRuns: process.env.SLOW ? 100_000 : 2000 },
    );
  }, 120_000);
});

describe('the handle', () => {
  it('has the public key and decrypts again and again', async () => {
    const decrypter = sm2Decrypter(key, { form: 'c1c3c2' });
    expect(readSm2PublicKey(decrypter.publicKey).point).toEqual(publicKey.point);
    for (let i = 0; i < 3; i++) expect(await decrypter.decrypt(annex('c1c3c2'))).toEqual(MESSAGE);
    expect(Object.keys(decrypter).sort()).toEqual(['decrypt', 'publicKey']);
  });
});

describe('sm-crypto', () => {
  const scalar = bytesToHex(octets(D));
  const point = bytesToHex(publicKey.point);
  const messages = ['ab', '关于印章的通知', 'x'.repeat(100), '证照'.repeat(300)];

  it.each([
    ['c1c3c2-bare', 1],
    ['c1c2c3-bare', 0],
  ] as const)('both ways: %s', async (form, mode) => {
    for (const message of messages) {
      const theirs = hexToBytes(sm.sm2.doEncrypt(message, point, mode));
      expect(await sm2Decrypt(key, theirs, { form })).toEqual(text(message));
      const ours = await sm2Encrypt(publicKey, text(message), { form });
      expect(sm.sm2.doDecrypt(bytesToHex(ours), scalar, mode)).toBe(message);
    }
  });
});

describe.skipIf(!hasOpenssl)('openssl', () => {
  const openssl = new Openssl();
  afterAll(() => openssl.remove());
  const own = generateSm2Key();
  openssl.put('key.pem', own.toPem());
  openssl.put('public.pem', own.publicKey.toPem());

  it('both ways', async () => {
    for (const length of [2, 16, 32, 33, 1000]) {
      const plaintext = crypto.getRandomValues(new Uint8Array(length));
      openssl.put('plain', plaintext);
      openssl.run('pkeyutl', '-encrypt', '-pubin', '-inkey', 'public.pem', '-in', 'plain', '-out', 'theirs');
      expect(await sm2Decrypt(own, openssl.get('theirs'), { mode: 'strict' })).toEqual(plaintext);
      openssl.put('ours', await sm2Encrypt(own.publicKey, plaintext));
      openssl.run('pkeyutl', '-decrypt', '-inkey', 'key.pem', '-in', 'ours', '-out', 'decrypted');
      expect(openssl.get('decrypted')).toEqual(plaintext);
    }
  });

  it('refuses what we refuse', async () => {
    openssl.put('plain', new Uint8Array(0));
    expect(openssl.accepts('pkeyutl', '-encrypt', '-pubin', '-inkey', 'public.pem', '-in', 'plain')).toBe(false);
    const ours = await sm2Encrypt(own.publicKey, MESSAGE);
    const { end } = readDer(ours);
    for (const at of [5, 60, 90, end - 1]) {
      openssl.put('changed', ours.with(at, ours[at]! ^ 1));
      expect(openssl.accepts('pkeyutl', '-decrypt', '-inkey', 'key.pem', '-in', 'changed')).toBe(false);
    }
  });
});
