import { createSign, generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import {
  bytesToHex,
  hexToBytes,
  readSm2PrivateKey,
  readSm2PublicKey,
  SM2_DEFAULT_ID,
  sm2Signer,
  sm2Verifier,
  sm2Za,
  sm3,
} from '@gov/sm';
import fc from 'fast-check';
import { sm2 as smCrypto } from 'sm-crypto';
import { describe, expect, it } from 'vitest';
import type { Sm2Backend } from '../src/internal/backend.js';
import { CURVE } from '../src/internal/curve.js';
import { passesKnownAnswer } from '../src/internal/known-answer.js';
import { js, signWithNonce } from '../src/internal/sm2-js.js';
import { native } from '../src/internal/sm2-native.node.js';
import { wasm } from '../src/internal/sm2-wasm.js';

const text = (value: string) => new TextEncoder().encode(value);

// GB/T 32918.5-2017 A.2: signature on the recommended curve.
const vector = {
  d: '3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8',
  message: text('message digest'),
  k: 0x59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21n,
  signature:
    'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3' +
    'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
};
const scalar = hexToBytes(vector.d);
const backends: readonly Sm2Backend[] = [native, wasm, js];
const n = CURVE.n;
const half = (value: bigint) => hexToBytes(value.toString(16).padStart(64, '0'));
const power = (base: bigint, exponent: bigint): bigint =>
  exponent === 0n ? 1n : (power((base * base) % CURVE.p, exponent >> 1n) * (exponent & 1n ? base : 1n)) % CURVE.p;
const raw = (r: bigint, s: bigint) => Uint8Array.of(...half(r), ...half(s));

describe.each(backends)('backend $name', (backend) => {
  const point = backend.publicPoint(scalar);
  const publicKey = readSm2PublicKey(point);
  const za = sm2Za(publicKey);
  const verify = backend.verifier(point).message;
  const signature = hexToBytes(vector.signature);

  it('passes the known answer', () => expect(passesKnownAnswer(backend)).toBe(true));

  it('derives the public key of the standard', () => {
    expect(bytesToHex(point)).toBe(
      '0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020' +
        'ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13',
    );
  });

  it('opens compressed points of both signs, and none off the curve', () => {
    expect(backend.openPoint(Uint8Array.of(2 | (point[64]! & 1), ...point.subarray(1, 33)))).toEqual(point);
    let none = 0;
    for (let x = 0n; x < 80n; x++) {
      const at = x < 40n ? x : CURVE.p - x;
      const square = (at ** 3n + CURVE.a * at + CURVE.b) % CURVE.p;
      const [even, odd] = [2, 3].map((sign) => backend.openPoint(Uint8Array.of(sign, ...half(at))));
      // Euler's criterion.
      if (power(square, (CURVE.p - 1n) / 2n) !== 1n) {
        expect([even, odd]).toEqual([undefined, undefined]);
        none++;
        continue;
      }
      const ordinates = [even!, odd!].map((opened) => {
        expect(opened.subarray(0, 33)).toEqual(Uint8Array.of(4, ...half(at)));
        const y = BigInt(`0x${bytesToHex(opened.subarray(33))}`);
        expect(y ** 2n % CURVE.p).toBe(square);
        return y;
      });
      expect(ordinates.map((y) => y & 1n)).toEqual([0n, 1n]);
      expect(ordinates[0]! + ordinates[1]!).toBe(CURVE.p);
    }
    expect(none).toBeGreaterThan(20);
    // The same field element again, p higher.
    for (const x of [CURVE.p, CURVE.p + 1n, CURVE.p + 2n, CURVE.p + 3n, 2n ** 256n - 1n]) {
      expect(backend.openPoint(Uint8Array.of(2, ...half(x)))).toBe(undefined);
    }
  });

  it('verifies the signature of the standard', () => expect(verify(za, vector.message, signature)).toBe(true));

  it('refuses the signature with any one bit changed', () => {
    for (let bit = 0; bit < 512; bit += 7) {
      const changed = signature.slice();
      changed[bit >> 3]! ^= 0x80 >> (bit & 7);
      expect(verify(za, vector.message, changed)).toBe(false);
    }
  });

  it('refuses another message, another ID and another key', () => {
    expect(verify(za, text('message digesT'), signature)).toBe(false);
    expect(verify(sm2Za(publicKey, text('')), vector.message, signature)).toBe(false);
    const other = backend.verifier(backend.publicPoint(half(2n))).message;
    expect(other(za, vector.message, signature)).toBe(false);
  });

  it('refuses signatures of any other length', () => {
    for (const length of [0, 1, 32, 63, 65, 128])
      expect(verify(za, vector.message, new Uint8Array(length))).toBe(false);
  });

  it('refuses values of r and s at and past the edges', () => {
    const r = BigInt(`0x${vector.signature.slice(0, 64)}`);
    const s = BigInt(`0x${vector.signature.slice(64)}`);
    const edges = [0n, 1n, n - 1n, n, n + 1n, 2n ** 256n - 1n];
    for (const edge of edges) {
      expect(verify(za, vector.message, raw(edge, s))).toBe(false);
      expect(verify(za, vector.message, raw(r, edge))).toBe(false);
      for (const other of edges) expect(verify(za, vector.message, raw(edge, other))).toBe(false);
    }
    // r + s = n makes t zero, which 7.1 step B5 refuses
    expect(verify(za, vector.message, raw(r, n - r))).toBe(false);
  });

  it('never accepts r + n for r, although it is the same residue', () => {
    const sign = js.signer(scalar, point).message;
    for (let tries = 0; tries < 3; tries++) {
      const fresh = sign(za, vector.message);
      const r = BigInt(`0x${bytesToHex(fresh.subarray(0, 32))}`);
      if (r + n < 2n ** 256n)
        expect(verify(za, vector.message, Uint8Array.of(...half(r + n), ...fresh.subarray(32)))).toBe(false);
    }
  });

  it('refuses a public key off the curve', () => {
    const off = point.slice();
    off[64]! ^= 1;
    expect(() => backend.verifier(off)).toThrow();
  });

  it('signs what every backend and sm-crypto verify', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.bigInt({ min: 1n, max: n - 2n }), (message, d) => {
        const key = half(d);
        const own = backend.publicPoint(key);
        const ownZa = sm2Za(readSm2PublicKey(own));
        const fresh = backend.signer(key, own).message(ownZa, message);
        for (const other of backends) expect(other.verifier(own).message(ownZa, message, fresh)).toBe(true);
        expect(
          smCrypto.doVerifySignature([...message], bytesToHex(fresh), bytesToHex(own), {
            hash: true,
            der: false,
            userId: '1234567812345678',
          }),
        ).toBe(true);
      }),
      { numRuns: 12 },
    );
  });

  it('verifies what sm-crypto signs', () => {
    for (let i = 0; i < 4; i++) {
      const pair = smCrypto.generateKeyPairHex();
      const message = text(`第${i}号`);
      const fresh = smCrypto.doSignature([...message], pair.privateKey, {
        hash: true,
        der: false,
        publicKey: pair.publicKey,
        userId: '1234567812345678',
      });
      const own = hexToBytes(pair.publicKey);
      expect(
        backend.verifier(own).message(sm2Za(readSm2PublicKey(own)), message, hexToBytes(fresh.padStart(128, '0'))),
      ).toBe(true);
    }
  });

  it('works at the edges of the private key', () => {
    for (const d of [1n, 2n, n - 3n, n - 2n]) {
      const own = backend.publicPoint(half(d));
      const ownZa = sm2Za(readSm2PublicKey(own));
      expect(
        backend
          .verifier(own)
          .message(ownZa, vector.message, backend.signer(half(d), own).message(ownZa, vector.message)),
      ).toBe(true);
    }
  });
});

describe('the rules of GB/T 32918.2 above the backends', () => {
  const key = readSm2PrivateKey(sec1(vector.d));

  it('gives the signature of the standard for the nonce of the standard', () => {
    const za = sm2Za(key.publicKey);
    const e = BigInt(`0x${bytesToHex(hashOf(za, vector.message))}`);
    const d = BigInt(`0x${vector.d}`);
    const inverse = inverseModN(d + 1n);
    expect(bytesToHex(signWithNonce(e, d, inverse, vector.k)!)).toBe(vector.signature);
  });

  it('takes another nonce where r is zero or r + k = n', () => {
    const x1 = BigInt(`0x${bytesToHex(js.publicPoint(half(5n)).subarray(1, 33))}`);
    expect(signWithNonce(n - (x1 % n), 3n, inverseModN(4n), 5n)).toBeUndefined();
    const e = (((n - 5n - x1) % n) + n) % n;
    expect(signWithNonce(e, 3n, inverseModN(4n), 5n)).toBeUndefined();
  });

  it('computes ZA with the default ID and limits IDs to what ENTL can say', () => {
    expect(bytesToHex(sm2Za(key.publicKey))).toBe('b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3');
    expect(sm2Za(key.publicKey, new Uint8Array(8191))).toHaveLength(32);
    expect(() => sm2Za(key.publicKey, new Uint8Array(8192))).toThrowError(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
    expect(SM2_DEFAULT_ID).toHaveLength(16);
  });

  it('signs and verifies through the ports, and an ID must agree', async () => {
    const signer = sm2Signer(key);
    const signature = await signer.sign(vector.message);
    expect(await sm2Verifier(key.publicKey).verify(vector.message, signature)).toBe(true);
    expect(await sm2Verifier(key.publicKey, { id: text('ALICE123@YAHOO.COM') }).verify(vector.message, signature)).toBe(
      false,
    );
    expect(signer).toMatchObject({ algorithm: 'SM2-SM3', publicKey: key.publicKey.toSpki() });
  });

  it('is not fooled by plain ECDSA on the same curve', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'SM2' });
    const own = readSm2PublicKey(new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })));
    const ecdsa = createSign('sm3').update(vector.message).sign({ key: privateKey, dsaEncoding: 'ieee-p1363' });
    expect(await sm2Verifier(own).verify(vector.message, new Uint8Array(ecdsa))).toBe(false);
  });

  it('never shows the scalar', () => {
    const shown = [
      inspect(key, { depth: 9, showHidden: true }),
      JSON.stringify(key),
      inspect(sm2Signer(key), { depth: 9 }),
      String(key),
    ];
    for (const output of shown) {
      expect(output.toLowerCase()).not.toContain(vector.d.slice(0, 16));
      expect(output).not.toContain(`${String(scalar[0])}, ${String(scalar[1])}`);
    }
  });
});

function sec1(d: string): Uint8Array {
  return hexToBytes(`30310201010420${d}a00a06082a811ccf5501822d`);
}

function hashOf(...parts: Uint8Array[]): Uint8Array {
  return sm3(...parts);
}

function inverseModN(value: bigint): bigint {
  let result = 1n;
  let power = value % n;
  for (let exponent = n - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * power) % n;
    power = (power * power) % n;
  }
  return result;
}
