import { CBOR_LIMITS, type CborValue, decodeCbor, encodeCbor, Tagged } from '@gov/token/cbor';
import { isGovError } from '@gov/verdict';
import * as cborg from 'cborg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { halfToNumber, numberToHalf } from '../src/internal/float.js';
import { decodeUtf8 } from '../src/internal/utf8.js';

const runs = process.env.SLOW ? 50_000 : 2_000;
const hex = (data: Uint8Array) => Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Any value whose maps have no two equal keys. */
const anyValue = (): fc.Arbitrary<CborValue> =>
  fc.letrec<{ value: CborValue; leaf: CborValue; key: CborValue }>((tie) => ({
    leaf: fc.oneof(
      fc.integer(),
      fc.maxSafeInteger(),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
      fc.bigInt({ min: -(2n ** 64n), max: -(2n ** 53n) }),
      fc.double(),
      fc.float(),
      fc.string({ unit: 'grapheme' }),
      fc.uint8Array(),
      fc.constantFrom(true, false, null, undefined, -0),
    ),
    key: fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.string({ unit: 'grapheme' }), fc.boolean()),
    value: fc.oneof(
      { maxDepth: 5, depthSize: 'small' },
      tie('leaf'),
      fc.array(tie('value')),
      fc.array(fc.tuple(tie('key'), tie('value'))).map((entries) => new Map(entries)),
      fc.tuple(fc.nat(), tie('value')).map(([tag, value]) => new Tagged(tag, value)),
    ),
  })).value;

describe('properties', () => {
  test('what is encoded decodes to itself, under both profiles', () => {
    fc.assert(
      fc.property(anyValue(), (value) => {
        const encoded = encodeCbor(value);
        expect(decodeCbor(encoded, { profile: 'lenient' })).toEqual(decodeCbor(encoded, { profile: 'strict' }));
        expect(encodeCbor(decodeCbor(encoded, { profile: 'strict' }))).toEqual(encoded);
      }),
      { numRuns: runs },
    );
  });

  test('a byte order mark is text like any other', () => {
    expect(decodeCbor(encodeCbor('\ufeffa'), { profile: 'strict' })).toBe('\ufeffa');
  });

  test('values of the JSON kind are those that cborg writes and reads', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false, maxDepth: CBOR_LIMITS.depth - 1 }), (json) => {
        // cborg reads texts with a decoder that drops a byte order mark.
        fc.pre(!JSON.stringify(json).includes('\ufeff'));
        const value = toMaps(json);
        const encoded = encodeCbor(value);
        expect(hex(encoded)).toBe(hex(cborg.encode(value, cborg.rfc8949EncodeOptions)));
        expect(cborg.decode(encoded, { useMaps: true, strict: true, allowIndefinite: false })).toEqual(
          decodeCbor(encoded, { profile: 'strict' }),
        );
      }),
      { numRuns: runs },
    );
  });

  test('canonical: whatever strict accepts is what encodeCbor writes for it', () => {
    const mutated = fc.tuple(anyValue(), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(3));
    let accepted = 0;
    fc.assert(
      fc.property(mutated, ([value, changes, cut]) => {
        const encoded = encodeCbor(value);
        const input = encoded.slice(0, Math.max(1, encoded.length - cut));
        for (const [offset, byte] of changes) input[offset % input.length] = byte;
        let decoded: CborValue;
        try {
          decoded = decodeCbor(input, { profile: 'strict' });
        } catch (error) {
          expect(isGovError(error) && error.code).toBe('cbor-malformed');
          return;
        }
        accepted++;
        expect(encodeCbor(decoded)).toEqual(input);
        expect(decodeCbor(input, { profile: 'lenient' })).toEqual(decoded);
      }),
      { numRuns: 4 * runs },
    );
    expect(accepted).toBeGreaterThan(runs / 10);
  });

  test('random bytes throw nothing but GovError; what lenient accepts, it can write', () => {
    const soup = fc.array(
      fc.oneof(fc.nat(255), fc.constantFrom(0x5f, 0x7f, 0x9f, 0xbf, 0xff, 0x18, 0xa1, 0xa2, 0x81, 0xc1, 0xf9)),
      { maxLength: 24 },
    );
    fc.assert(
      fc.property(soup, (list) => {
        try {
          const value = decodeCbor(new Uint8Array(list), { profile: 'lenient' });
          expect(decodeCbor(encodeCbor(value), { profile: 'strict' })).toEqual(value);
        } catch (error) {
          if (!isGovError(error)) throw error;
          expect(error.code).toBe('cbor-malformed');
        }
      }),
      { numRuns: 10 * runs },
    );
  });

  test('all halves', () => {
    for (let bits = 0; bits < 0x1_0000; bits++) {
      const value = halfToNumber(bits);
      const again = numberToHalf(value);
      if (Number.isNaN(value) ? again !== 0x7e00 : again !== bits) expect.fail(`half ${bits.toString(16)}`);
    }
  });

  test('no other number has a half', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        const half = numberToHalf(value);
        if (half !== undefined) expect(halfToNumber(half)).toBe(value);
      }),
      { numRuns: runs },
    );
    for (const value of [65505, 65520, 2 ** -25, 1 + 2 ** -11, 2 ** -14 + 2 ** -25, 1023.5 * 2 ** -24]) {
      expect(numberToHalf(value)).toBe(undefined);
    }
  });

  test('UTF-8 is that of TextDecoder, valid or not', () => {
    const reference = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const nasty = fc.array(
      fc.constantFrom(
        0x41,
        0x80,
        0x8f,
        0x90,
        0x9f,
        0xa0,
        0xbf,
        0xc0,
        0xc1,
        0xc2,
        0xdf,
        0xe0,
        0xed,
        0xef,
        0xf0,
        0xf4,
        0xf5,
        0xff,
        0xbb,
      ),
      { maxLength: 6 },
    );
    const sound = fc.string({ unit: 'binary', maxLength: 3000 }).map((text) => [...new TextEncoder().encode(text)]);
    fc.assert(
      fc.property(fc.oneof(nasty, sound), (list) => {
        const data = new Uint8Array(list);
        let expected: string | undefined;
        try {
          expected = reference.decode(data);
        } catch {}
        expect(decodeUtf8(data, 0, data.length)).toBe(expected);
      }),
      { numRuns: 10 * runs },
    );
  });
});

function toMaps(json: unknown): CborValue {
  if (Array.isArray(json)) return json.map(toMaps);
  if (typeof json === 'object' && json !== null) {
    return new Map(Object.entries(json).map(([key, value]) => [key, toMaps(value)]));
  }
  // JSON's only negative zero is written as an integer by cborg.
  return Object.is(json, -0) ? 0 : (json as CborValue);
}
