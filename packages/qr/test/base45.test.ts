import { existsSync, readFileSync } from 'node:fs';
import { BASE45_MAX_CHARACTERS, decodeBase45, encodeBase45 } from '@gov/qr/base45';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const utf8 = (text: string) => new TextEncoder().encode(text);
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const runs = process.env.SLOW ? 50_000 : 2_000;

const outcome = (text: string): Uint8Array | string => {
  try {
    return decodeBase45(text);
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('RFC 9285', () => {
  test.each([
    ['AB', 'BB8'],
    ['Hello!!', '%69 VD92EX0'],
    ['base-45', 'UJCLQE7W581'],
    ['ietf!', 'QED8WEX0'],
    ['', ''],
  ])('%j is %j', (plain, text) => {
    expect(encodeBase45(utf8(plain))).toBe(text);
    expect(decodeBase45(text)).toEqual(utf8(plain));
  });

  test('the space is a digit like any other', () => {
    expect(encodeBase45(new Uint8Array([0x58, 0xe9]))).toBe(' AB');
    expect(decodeBase45(' AB')).toEqual(new Uint8Array([0x58, 0xe9]));
  });

  test('the ends of both ranges', () => {
    expect(decodeBase45('FGW')).toEqual(new Uint8Array([0xff, 0xff]));
    expect(decodeBase45('U5')).toEqual(new Uint8Array([0xff]));
    expect(encodeBase45(new Uint8Array([0xff, 0xff]))).toBe('FGW');
    expect(encodeBase45(new Uint8Array([0xff]))).toBe('U5');
    expect(encodeBase45(new Uint8Array([0, 0, 0]))).toBe('00000');
  });

  test.each([
    ['65536', 'GGW'],
    ['largest triple', ':::'],
    ['256', 'V5'],
    ['largest pair', '::'],
    ['single character', 'A'],
    ['single character after a triple', 'BB8A'],
    ['lower case', 'bb8'],
    ['lower case in the last pair', 'BB8b0'],
    ['line end', 'BB8\n'],
    ['a character of the URL alphabet', 'B_8'],
    ['NUL', 'B\u00008'],
    ['DEL', 'B\u007f8'],
    // Each of these agrees with a character of the alphabet in its low seven or eight bits.
    ['Latin-1', 'B\u00c28'],
    ['full-width letters', '\uff22\uff22\uff18'],
    ['U+0142', 'B\u01428'],
    ['U+0130 as a last digit', 'BB8A\u0130'],
    ['a surrogate', 'B\ud8428'],
  ])('refuses %s', (_, text) => {
    expect(outcome(text)).toBe('base45-malformed');
  });

  test('every code unit outside the alphabet, at each place', () => {
    for (let unit = 0; unit < 0x1_0000; unit++) {
      const character = String.fromCharCode(unit);
      if (ALPHABET.includes(character)) continue;
      for (const text of [`${character}00`, `0${character}0`, `00${character}`, `${character}0`, `0${character}`]) {
        if (outcome(text) !== 'base45-malformed') expect.fail(`U+${unit.toString(16)} in ${JSON.stringify(text)}`);
      }
    }
  });
});

const vectors = '../shared/data/license/base45/rfc9285.json';
if (!existsSync(vectors)) console.info(`skipped: ${vectors} is absent`);
describe.skipIf(!existsSync(vectors))('published vectors', () => {
  test('all', () => {
    const { encode, decode, invalid } = JSON.parse(readFileSync(vectors, 'utf8'));
    for (const [plain, text] of encode) expect(encodeBase45(utf8(plain))).toBe(text);
    for (const [text, plain] of decode) expect(decodeBase45(text)).toEqual(utf8(plain));
    // The file lists ' AB' too, but the space is digit 36 and this the only form of 58 e9 (RFC 9285, table 1).
    expect(decodeBase45(' AB')).toEqual(new Uint8Array([0x58, 0xe9]));
    for (const text of invalid.filter((text: string) => text !== ' AB')) expect(outcome(text)).toBe('base45-malformed');
  });
});

describe('properties', () => {
  test('bytes survive', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(decodeBase45(encodeBase45(bytes))).toEqual(bytes);
      }),
      { numRuns: runs },
    );
  });

  test('canonical: what decodes is what its bytes encode to', () => {
    const text = fc.string({ unit: fc.constantFrom(...ALPHABET), maxLength: 40 });
    fc.assert(
      fc.property(text, (candidate) => {
        const decoded = outcome(candidate);
        if (decoded instanceof Uint8Array) expect(encodeBase45(decoded)).toBe(candidate);
        else expect(decoded).toBe('base45-malformed');
      }),
      { numRuns: runs },
    );
  });

  test('all triples: 65,536 decode, the rest is refused', () => {
    let decoded = 0;
    for (const a of ALPHABET) {
      for (const b of ALPHABET) for (const c of ALPHABET) if (outcome(a + b + c) instanceof Uint8Array) decoded++;
    }
    expect(decoded).toBe(65_536);
  });
});

test('the limit, at its edge', () => {
  expect(decodeBase45('0'.repeat(BASE45_MAX_CHARACTERS))).toHaveLength(2864);
  expect(outcome('0'.repeat(BASE45_MAX_CHARACTERS + 2))).toBe('input-too-large');
  expect(decodeBase45('BB8', { maxCharacters: 3 })).toHaveLength(2);
  expect(() => decodeBase45('BB8', { maxCharacters: 2 })).toThrow(expect.objectContaining({ code: 'input-too-large' }));
});

test('a view into a larger buffer is read within its bounds', () => {
  expect(encodeBase45(new Uint8Array([9, 0x41, 0x42, 9]).subarray(1, 3))).toBe('BB8');
});
