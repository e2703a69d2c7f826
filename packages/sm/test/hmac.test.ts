import { createHmac } from 'node:crypto';
import { bytesToHex, hexToBytes, hmacSm3, sameSecret } from '@gov/sm';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { hasOpenssl, Openssl } from './openssl.js';

const text = (value: string) => new TextEncoder().encode(value);
const counted = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 151 + 7) & 0xff);

describe('HMAC-SM3', () => {
  // The first two are D.3 of GM/T 0042-2015; the others are those of RFC 4231 with SM3, as OpenSSL answers them.
  it.each([
    [
      '0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20',
      text('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'.repeat(2)),
      'ca05e144ed05d1857840d1f318a4a8669e559fc8391f414485bfdf7bb408963a',
    ],
    [
      '0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425',
      new Uint8Array(50).fill(0xcd),
      '220bf579ded555393f0159f66c99877822a3ecf610d1552154b41d44b94db3ae',
    ],
    ['0b'.repeat(32), text('Hi There'), 'c0ba18c68b90c88bc07de794bfc7d2c8d19ec31ed8773bc2b390c9604e0be11e'],
    [
      bytesToHex(text('Jefe')),
      text('what do ya want for nothing?'),
      '2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882',
    ],
  ])('vector with key %s', (key, message, code) => {
    expect(bytesToHex(hmacSm3(hexToBytes(key), message))).toBe(code);
  });

  it('is that of node:crypto for keys of every length up to three blocks', () => {
    for (let length = 0; length <= 200; length++) {
      const key = counted(length);
      const wanted = createHmac('sm3', key).update(counted(33)).digest('hex');
      expect(bytesToHex(hmacSm3(key, counted(33)))).toBe(wanted);
    }
  });

  it('is one over all parts, and leaves key and parts alone', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 130 }),
        fc.array(fc.uint8Array({ maxLength: 90 }), { maxLength: 5 }),
        (key, parts) => {
          const before = [key, ...parts].map(bytesToHex);
          const wanted = createHmac('sm3', key).update(Buffer.concat(parts)).digest('hex');
          expect(bytesToHex(hmacSm3(key, ...parts))).toBe(wanted);
          expect([key, ...parts].map(bytesToHex)).toEqual(before);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('sameSecret', () => {
  it('is true for equal octets only', () => {
    const secret = counted(32);
    expect(sameSecret(secret, secret.slice())).toBe(true);
    expect(sameSecret(new Uint8Array(0), new Uint8Array(0))).toBe(true);
    for (let bit = 0; bit < 256; bit++) {
      const other = secret.map((octet, i) => (i === bit >> 3 ? octet ^ (1 << (bit & 7)) : octet));
      expect(sameSecret(secret, other)).toBe(false);
    }
  });

  it('is false for another length, also where one begins with the other', () => {
    const secret = counted(32);
    for (const length of [0, 1, 31]) {
      expect(sameSecret(secret, secret.subarray(0, length))).toBe(false);
      expect(sameSecret(secret.subarray(0, length), secret)).toBe(false);
    }
    expect(sameSecret(Uint8Array.of(), Uint8Array.of(0))).toBe(false);
  });
});

describe.skipIf(!hasOpenssl)('openssl dgst -mac HMAC', () => {
  const openssl = new Openssl();
  afterAll(() => openssl.remove());

  it.each([1, 32, 64, 65, 100])('has the same code for a key of %i bytes', (length) => {
    openssl.put('message', counted(1000));
    openssl.run(
      'dgst',
      '-sm3',
      '-mac',
      'HMAC',
      '-macopt',
      `hexkey:${bytesToHex(counted(length))}`,
      '-binary',
      '-out',
      'code',
      'message',
    );
    expect(hmacSm3(counted(length), counted(1000))).toEqual(openssl.get('code'));
  });
});
