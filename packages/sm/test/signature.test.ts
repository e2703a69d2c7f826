import { der } from '@gov/der';
import { bytesToHex, derToRaw, hexToBytes, rawToDer } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const half = (text: string) => text.padStart(64, '0');
const raw = (r: string, s: string) => hexToBytes(half(r) + half(s));

describe('rawToDer and derToRaw', () => {
  it.each([
    ['small halves', raw('01', '02'), '3006020101020102'],
    ['a zero half', raw('00', '00'), '3006020100020100'],
    ['a high bit in the only octet', raw('80', '7f'), '300702020080' + '02017f'],
    ['leading zeros', raw('0123', 'ff00'), '3009020201230203' + '00ff00'],
  ])('%s', (_, value, encoded) => {
    expect(bytesToHex(rawToDer(value))).toBe(encoded);
    expect(derToRaw(hexToBytes(encoded))).toEqual(value);
  });

  it('give back any value of 64, 96 and 132 octets, in both modes', () => {
    for (const size of [32, 48, 66]) {
      fc.assert(
        fc.property(
          fc.uint8Array({ minLength: 2 * size, maxLength: 2 * size }),
          fc.nat(size),
          fc.nat(size),
          (value, r, s) => {
            // Short halves are what other libraries get wrong.
            value.fill(0, 0, r);
            value.fill(0, size, size + s);
            const encoded = rawToDer(value);
            expect(derToRaw(encoded, size)).toEqual(value);
            expect(derToRaw(encoded, size, 'lenient')).toEqual(value);
          },
        ),
      );
    }
  });

  const full = 'f'.repeat(64);
  it.each([
    ['nothing', ''],
    ['a raw value', half('01') + half('02')],
    ['one integer', '3003020101'],
    ['three integers', '3009020101020101020101'],
    ['a set', '3106020101020102'],
    ['octet strings', '3006040101040102'],
    ['a negative r', '30060201ff020102'],
    ['a negative s, as it looks without its sign octet', `30250201010220${full}`],
    ['an r of 33 octets', `3026022101${'00'.repeat(32)}020101`],
    ['an empty r', '30050200020102'],
    ['a byte after the value', '300602010102010201'],
    ['a length past the end', '3007020101020102'],
    ['an indefinite length', '30800201010201020000'],
  ])('refuses %s in both modes', (_, text) => {
    expect(derToRaw(hexToBytes(text))).toBeUndefined();
    expect(derToRaw(hexToBytes(text), 32, 'lenient')).toBeUndefined();
  });

  it.each([
    ['an integer that is not minimal', '300702020001020102'],
    ['a half in 33 octets that needs 32', `${`30${'25'}0221007f${'00'.repeat(31)}`.replace('3025', '3026')}020102`],
    ['a length that is not minimal', '308106020101020102'],
    ['zeros after the value', '30060201010201020000'],
  ])('refuses %s in strict and reads it in lenient', (_, text) => {
    expect(derToRaw(hexToBytes(text))).toBeUndefined();
    expect(derToRaw(hexToBytes(text), 32, 'lenient')).toHaveLength(64);
  });

  it('keeps to the size asked for', () => {
    const p384 = rawToDer(new Uint8Array(96).fill(0x41));
    expect(derToRaw(p384)).toBeUndefined();
    expect(derToRaw(p384, 48)).toHaveLength(96);
  });

  it.each([0, 1, 63, 65])('refuses a raw value of %i octets', (length) => {
    expect(() => rawToDer(new Uint8Array(length))).toThrowError(
      expect.objectContaining({ code: 'signature-malformed' }),
    );
  });

  it('keeps every wrong answer out of the DER that strict reads', () => {
    // Any accepted encoding is the one that would be written: a signature value has one form only.
    fc.assert(
      fc.property(fc.nat(255), fc.nat(70), fc.uint8Array({ minLength: 64, maxLength: 64 }), (octet, at, value) => {
        const encoded = rawToDer(value);
        encoded[at % encoded.length] = octet;
        const read = derToRaw(encoded);
        if (read !== undefined) expect(rawToDer(read)).toEqual(encoded);
      }),
      { numRuns: 1000 },
    );
    expect(derToRaw(der.sequence(der.integer(1), der.integer(2)))).toEqual(raw('01', '02'));
  });
});

describe('hex', () => {
  it('gives back any bytes, and reads both cases', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void expect(hexToBytes(bytesToHex(bytes))).toEqual(bytes)));
    expect(hexToBytes('aBCd09')).toEqual(Uint8Array.of(0xab, 0xcd, 9));
    expect(bytesToHex(Uint8Array.of(0, 10, 255))).toBe('000aff');
  });

  it.each(['a', 'abc', '0x', 'zz', 'ab cd', 'ab\n', '１２'])('refuses %j', (text) => {
    expect(() => hexToBytes(text)).toThrowError(expect.objectContaining({ code: 'input-malformed' }));
  });

  it('reads 16 million digits, and refuses as many with one that is none', () => {
    const digits = 'ab'.repeat(8_000_000);
    expect(hexToBytes(digits)).toHaveLength(8_000_000);
    expect(() => hexToBytes(`${digits}gg`)).toThrowError(expect.toSatisfy(isGovError));
  });
});
