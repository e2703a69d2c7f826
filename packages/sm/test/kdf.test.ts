import { pbkdf2Sync } from 'node:crypto';
import { bytesToHex, hexToBytes, hkdfSm3, pbkdf2Sm3 } from '@gov/sm';
import { hkdfSm3Expand, hkdfSm3Extract, MAX_HKDF_LENGTH, MAX_PBKDF2_ITERATIONS, MAX_PBKDF2_LENGTH } from '@gov/sm/kdf';
import fc from 'fast-check';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { pbkdf2 as js } from '../src/internal/pbkdf2-js.js';
import { pbkdf2 as native } from '../src/internal/pbkdf2-native.node.js';
import { MAX_SM2_KDF_LENGTH, sm2Kdf } from '../src/internal/sm2-kdf.js';
import { hasOpenssl, Openssl } from './openssl.js';

const text = (value: string) => new TextEncoder().encode(value);
const counted = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 151 + 7) & 0xff);
const refusal = (code: string) => expect.objectContaining({ name: 'GovError', code });

const openssl = new Openssl();
afterAll(() => openssl.remove());

/** What `openssl kdf` derives. */
function opensslKdf(name: string, length: number, ...options: string[]): string {
  const kdfopts = ['digest:SM3', ...options].flatMap((option) => ['-kdfopt', option]);
  openssl.run('kdf', '-keylen', String(length), ...kdfopts, '-binary', '-out', 'key', name);
  return bytesToHex(openssl.get('key'));
}

describe.each([
  ['native', native],
  ['js', js],
] as const)('PBKDF2, %s', (_, pbkdf2) => {
  it('is that of node:crypto for anything', async () => {
    const bytes = (maxLength: number) => fc.uint8Array({ maxLength });
    await fc.assert(
      fc.asyncProperty(
        bytes(100),
        bytes(80),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 140 }),
        async (password, salt, iterations, length) => {
          const wanted = pbkdf2Sync(password, salt, iterations, length, 'sm3').toString('hex');
          expect(bytesToHex(await pbkdf2({ password, salt, iterations, length }))).toBe(wanted);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('is that of node:crypto where the work is done in slices', async () => {
    for (const iterations of [4096, 4097, 10_000]) {
      const wanted = pbkdf2Sync('口令', 'salt', iterations, 33, 'sm3').toString('hex');
      const key = await pbkdf2({ password: text('口令'), salt: text('salt'), iterations, length: 33 });
      expect(bytesToHex(key)).toBe(wanted);
      expect(key.constructor).toBe(Uint8Array);
    }
  });

  it('lets other work have its turn', async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await pbkdf2({ password: text('p'), salt: text('s'), iterations: 30_000, length: 32 });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
  });
});

describe('where node:crypto', () => {
  afterEach(() => {
    vi.doUnmock('node:crypto');
    vi.resetModules();
  });

  it.each<[string, () => Uint8Array]>([
    [
      'has no SM3',
      () => {
        throw new Error('Invalid digest: sm3');
      },
    ],
    ['answers something else', () => Buffer.alloc(32)],
  ])('%s, PBKDF2 is ours', async (_, pbkdf2Sync) => {
    const unwanted = () => expect.unreachable('the native PBKDF2 was taken');
    vi.resetModules();
    vi.doMock('node:crypto', async (original) => ({ ...(await original<object>()), pbkdf2Sync, pbkdf2: unwanted }));
    const { pbkdf2 } = await import('../src/internal/pbkdf2-native.node.js');
    const key = await pbkdf2({ password: text('password'), salt: text('salt'), iterations: 2, length: 32 });
    expect(bytesToHex(key)).toBe('fee723a2bc966e11dffb66133f4e8df577383c78ade30e3298edbd3e54ed85b7');
  });
});

describe('pbkdf2Sm3', () => {
  const options = { salt: text('salt'), iterations: 2, length: 32 };

  it('answers the known key', async () => {
    const key = await pbkdf2Sm3(text('password'), options);
    expect(bytesToHex(key)).toBe('fee723a2bc966e11dffb66133f4e8df577383c78ade30e3298edbd3e54ed85b7');
  });

  it.each([
    ['iterations', 0],
    ['iterations', -1],
    ['iterations', 1.5],
    ['iterations', Number.NaN],
    ['iterations', Number.POSITIVE_INFINITY],
    ['length', 0],
    ['length', -32],
    ['length', 0.5],
  ])('refuses %s of %f', async (name, value) => {
    await expect(pbkdf2Sm3(text('p'), { ...options, [name]: value })).rejects.toThrowError(refusal('invalid-argument'));
  });

  it('keeps its limits', async () => {
    expect([MAX_PBKDF2_ITERATIONS, MAX_PBKDF2_LENGTH]).toEqual([10_000_000, 1024]);
    for (const beyond of [{ iterations: MAX_PBKDF2_ITERATIONS + 1 }, { length: MAX_PBKDF2_LENGTH + 1 }])
      await expect(pbkdf2Sm3(text('p'), { ...options, ...beyond })).rejects.toThrowError(refusal('limit-exceeded'));
    expect(await pbkdf2Sm3(text('p'), { ...options, length: MAX_PBKDF2_LENGTH })).toHaveLength(1024);
    // At the limit it is taken: what refuses it is the signal, which is asked later.
    const signal = AbortSignal.abort(new Error('later'));
    const most = pbkdf2Sm3(text('p'), { ...options, iterations: MAX_PBKDF2_ITERATIONS, signal });
    await expect(most).rejects.toThrowError('later');
  });

  it('answers at once when the signal is aborted', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    let done = false;
    const key = pbkdf2Sm3(text('p'), { ...options, iterations: 300_000, length: 32, signal }).finally(() => {
      done = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(done).toBe(false);
    const reason = new Error('enough');
    controller.abort(reason);
    await expect(key).rejects.toBe(reason);
  });

  it('is not begun when the signal is aborted already', async () => {
    const reason = new Error('enough');
    await expect(pbkdf2Sm3(text('p'), { ...options, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it('in JavaScript stops working when the signal is aborted', async () => {
    const controller = new AbortController();
    const work = js({ password: text('p'), salt: text('s'), iterations: 10_000_000, length: 32 }, controller.signal);
    setTimeout(() => controller.abort(new Error('enough')), 20);
    await expect(work).rejects.toThrowError('enough');
  });

  it.skipIf(!hasOpenssl)('is that of openssl kdf', async () => {
    const key = await pbkdf2Sm3(text('password'), { salt: text('saltsalt'), iterations: 1000, length: 70 });
    expect(bytesToHex(key)).toBe(opensslKdf('PBKDF2', 70, 'pass:password', 'salt:saltsalt', 'iter:1000'));
  });
});

describe('HKDF-SM3', () => {
  const hex = (bytes: Uint8Array) => bytesToHex(bytes);

  it.skipIf(!hasOpenssl)('is that of openssl kdf, whole and in its two steps', () => {
    for (const [keyLength, saltLength, infoLength, length] of [
      [22, 13, 10, 42],
      [80, 80, 80, 82],
      [22, 1, 1, 32],
      [1, 64, 3, 33],
      [32, 65, 5, 64],
      [32, 100, 700, 1],
      [32, 16, 16, MAX_HKDF_LENGTH],
    ] as const) {
      const [inputKey, salt, info] = [counted(keyLength), counted(saltLength), counted(infoLength)];
      const extract = [`hexkey:${hex(inputKey)}`, `hexsalt:${hex(salt)}`];
      expect(hex(hkdfSm3(inputKey, { salt, info, length }))).toBe(
        opensslKdf('HKDF', length, ...extract, `hexinfo:${hex(info)}`),
      );
      const pseudorandomKey = hkdfSm3Extract(salt, inputKey);
      expect(hex(pseudorandomKey)).toBe(opensslKdf('HKDF', 32, 'mode:EXTRACT_ONLY', ...extract));
      expect(hex(hkdfSm3Expand(pseudorandomKey, info, length))).toBe(
        opensslKdf('HKDF', length, 'mode:EXPAND_ONLY', `hexkey:${hex(pseudorandomKey)}`, `hexinfo:${hex(info)}`),
      );
    }
  });

  it.skipIf(!hasOpenssl)('without salt and info takes 32 zero octets and nothing', () => {
    const wanted = opensslKdf('HKDF', 50, `hexkey:${hex(counted(20))}`);
    expect(hex(hkdfSm3(counted(20), { length: 50 }))).toBe(wanted);
    expect(hex(hkdfSm3(counted(20), { length: 50, salt: new Uint8Array(32), info: new Uint8Array(0) }))).toBe(wanted);
  });

  // Computed with OpenSSL 3.0 from the inputs of RFC 5869 A.1.
  it('answers the known key', () => {
    const key = hkdfSm3(new Uint8Array(22).fill(0x0b), {
      salt: hexToBytes('000102030405060708090a0b0c'),
      info: hexToBytes('f0f1f2f3f4f5f6f7f8f9'),
      length: 42,
    });
    expect(hex(key)).toBe('c69fe91b7aaee2dd5718d72dcaee0cce93f1b8e41f792da51261b6a517e68b36ed2c595572b01dfa359b');
  });

  it('a shorter key is the beginning of a longer one, whatever its length', () => {
    const longest = hkdfSm3(counted(32), { length: MAX_HKDF_LENGTH });
    for (const length of [1, 31, 32, 33, 64, 8159])
      expect(hkdfSm3(counted(32), { length })).toEqual(longest.subarray(0, length));
  });

  it('keeps its limits', () => {
    expect(MAX_HKDF_LENGTH).toBe(8160);
    expect(() => hkdfSm3(counted(32), { length: 8161 })).toThrowError(refusal('limit-exceeded'));
    for (const length of [0, -1, 1.5, Number.NaN])
      expect(() => hkdfSm3(counted(32), { length })).toThrowError(refusal('invalid-argument'));
    expect(() => hkdfSm3Expand(counted(31), counted(0), 16)).toThrowError(refusal('invalid-argument'));
    expect(hkdfSm3Expand(counted(32), counted(0), 16)).toHaveLength(16);
  });
});

describe('the KDF of SM2', () => {
  // GB/T 32918.5-2017 C.2: x2, y2 and the 152 bits that hide `encryption standard`.
  const x2 = hexToBytes('335e18d751e51f040e27d468138b7ab1dc86ad7f981d7d416222fd6ab3ed230d');
  const y2 = hexToBytes('ab743ebcfb22d64f7b6ab791f70658f25b48fa93e54064fdbfbed3f0bd847ac9');

  it('answers t of the standard', () => {
    expect(bytesToHex(sm2Kdf([x2, y2], 19))).toBe('44e60fdbf0bae81437665374bef26749046c9e');
  });

  it.skipIf(!hasOpenssl)('is X9.63 of openssl kdf', () => {
    for (const length of [1, 31, 32, 33, 64, 1000])
      expect(bytesToHex(sm2Kdf([x2, y2], length))).toBe(
        opensslKdf('X963KDF', length, `hexsecret:${bytesToHex(x2)}${bytesToHex(y2)}`),
      );
  });

  it('takes any split of Z, leaves it alone, and answers nothing for nothing', () => {
    const z = Uint8Array.of(...x2, ...y2);
    for (const at of [0, 1, 32, 63, 64])
      expect(sm2Kdf([z.subarray(0, at), z.subarray(at)], 50)).toEqual(sm2Kdf([x2, y2], 50));
    expect(z).toEqual(Uint8Array.of(...x2, ...y2));
    expect(sm2Kdf([x2, y2], 0)).toHaveLength(0);
  });

  it('refuses a length that is none', () => {
    expect(MAX_SM2_KDF_LENGTH).toBe(137_438_953_439);
    for (const length of [-1, 0.5, Number.NaN, MAX_SM2_KDF_LENGTH + 1])
      expect(() => sm2Kdf([x2, y2], length)).toThrowError(refusal('invalid-argument'));
  });
});
