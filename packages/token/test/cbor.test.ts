import {
  CBOR_LIMITS,
  type CborLimits,
  type CborProfile,
  type CborValue,
  decodeCbor,
  encodeCbor,
  Tagged,
} from '@gov/token/cbor';
import { isGovError } from '@gov/verdict';
import { describe, expect, test } from 'vitest';

const bytes = (hex: string) =>
  Uint8Array.from(hex.replaceAll(' ', '').match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
const hex = (data: Uint8Array) => Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join('');
const strict = (text: string) => decodeCbor(bytes(text), { profile: 'strict' });
const lenient = (text: string) => decodeCbor(bytes(text), { profile: 'lenient' });
const code = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    return isGovError(error) ? error.code : `no GovError: ${error}`;
  }
  return 'no error';
};
const why = (text: string, profile: CborProfile, limits?: Partial<CborLimits>): string => {
  try {
    decodeCbor(bytes(text), limits === undefined ? { profile } : { profile, limits });
  } catch (error) {
    if (isGovError(error) && error.code === 'cbor-malformed') return error.message;
    throw error;
  }
  return 'no error';
};

/** RFC 8949 appendix A, what is deterministic there and the same in both directions. */
const DETERMINISTIC: [string, CborValue][] = [
  ['00', 0],
  ['01', 1],
  ['0a', 10],
  ['17', 23],
  ['1818', 24],
  ['1819', 25],
  ['1864', 100],
  ['1903e8', 1000],
  ['1a000f4240', 1000000],
  ['1b000000e8d4a51000', 1000000000000],
  ['1bffffffffffffffff', 18446744073709551615n],
  ['c249010000000000000000', new Tagged(2, bytes('010000000000000000'))],
  ['3bffffffffffffffff', -18446744073709551616n],
  ['c349010000000000000000', new Tagged(3, bytes('010000000000000000'))],
  ['20', -1],
  ['29', -10],
  ['3863', -100],
  ['3903e7', -1000],
  ['f98000', -0],
  ['fb3ff199999999999a', 1.1],
  ['f93e00', 1.5],
  ['fa7f7fffff', 3.4028234663852886e38],
  ['fb7e37e43c8800759c', 1.0e300],
  ['f90001', 2 ** -24],
  ['f90400', 2 ** -14],
  ['fbc010666666666666', -4.1],
  ['f97c00', Number.POSITIVE_INFINITY],
  ['f97e00', Number.NaN],
  ['f9fc00', Number.NEGATIVE_INFINITY],
  ['f4', false],
  ['f5', true],
  ['f6', null],
  ['f7', undefined],
  ['c074323031332d30332d32315432303a30343a30305a', new Tagged(0, '2013-03-21T20:04:00Z')],
  ['c11a514b67b0', new Tagged(1, 1363896240)],
  ['c1fb41d452d9ec200000', new Tagged(1, 1363896240.5)],
  ['d74401020304', new Tagged(23, bytes('01020304'))],
  ['d818456449455446', new Tagged(24, bytes('6449455446'))],
  ['d82076687474703a2f2f7777772e6578616d706c652e636f6d', new Tagged(32, 'http://www.example.com')],
  ['40', new Uint8Array(0)],
  ['4401020304', bytes('01020304')],
  ['60', ''],
  ['6161', 'a'],
  ['6449455446', 'IETF'],
  ['62225c', '"\\'],
  ['62c3bc', 'ü'],
  ['63e6b0b4', '水'],
  ['64f0908591', '𐅑'],
  ['80', []],
  ['83010203', [1, 2, 3]],
  ['8301820203820405', [1, [2, 3], [4, 5]]],
  ['98190102030405060708090a0b0c0d0e0f101112131415161718181819', Array.from({ length: 25 }, (_, i) => i + 1)],
  ['a0', new Map()],
  [
    'a201020304',
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
  [
    'a26161016162820203',
    new Map<string, CborValue>([
      ['a', 1],
      ['b', [2, 3]],
    ]),
  ],
  ['826161a161626163', ['a', new Map([['b', 'c']])]],
  // Integers around the edges of number and bigint.
  ['1b001fffffffffffff', Number.MAX_SAFE_INTEGER],
  ['1b0020000000000000', 9007199254740992n],
  ['3b001ffffffffffffe', Number.MIN_SAFE_INTEGER],
  ['3b001fffffffffffff', -9007199254740992n],
  ['fa5a000000', 9007199254740992],
  ['1a00010000', 65536],
  ['1affffffff', 4294967295],
  ['1b0000000100000000', 4294967296],
  ['18ff', 255],
  ['190100', 256],
  ['19ffff', 65535],
  ['f903ff', 1023 * 2 ** -24],
  ['19ffe0', 65504],
  ['fa47000080', 32768.5],
  ['d9d9f700', new Tagged(55799, 0)],
  ['dbffffffffffffffff00', new Tagged(0xffff_ffff_ffff_ffffn, 0)],
];

describe('RFC 8949 appendix A', () => {
  test.each(DETERMINISTIC)('%s', (encoding, value) => {
    expect(strict(encoding)).toEqual(value);
    expect(lenient(encoding)).toEqual(value);
    expect(hex(encodeCbor(value))).toBe(encoding);
  });

  test.each<[string, CborValue]>([
    ['5f42010243030405ff', bytes('0102030405')],
    ['5fff', new Uint8Array(0)],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['9fff', []],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['83018202039f0405ff', [1, [2, 3], [4, 5]]],
    [
      'bf61610161629f0203ffff',
      new Map<string, CborValue>([
        ['a', 1],
        ['b', [2, 3]],
      ]),
    ],
    [
      'bf6346756ef563416d7421ff',
      new Map<string, CborValue>([
        ['Fun', true],
        ['Amt', -2],
      ]),
    ],
    ['f90000', 0],
    ['f93c00', 1],
    ['f97bff', 65504],
    ['fa47c35000', 100000],
    ['f9c400', -4],
    ['fa7f800000', Number.POSITIVE_INFINITY],
    ['fa7fc00000', Number.NaN],
    ['fb7ff0000000000000', Number.POSITIVE_INFINITY],
    ['fb7ff8000000000000', Number.NaN],
    ['fbfff0000000000000', Number.NEGATIVE_INFINITY],
    // Not in the appendix: longer than needed, unsorted, NaN with a payload.
    ['1800', 0],
    ['1900ff', 255],
    ['1a0000ffff', 65535],
    ['1b00000000ffffffff', 4294967295],
    ['3800', -1],
    ['580101', bytes('01')],
    ['78016e', 'n'],
    ['980101', [1]],
    ['b8010102', new Map([[1, 2]])],
    ['d80000', new Tagged(0, 0)],
    [
      'a220000100',
      new Map([
        [-1, 0],
        [1, 0],
      ]),
    ],
    [
      'a2626161006162 00',
      new Map([
        ['aa', 0],
        ['b', 0],
      ]),
    ],
    ['fa3fc00000', 1.5],
    ['fb3ff8000000000000', 1.5],
    ['fb3ff8000020000000', 1.5 + 2 ** -23],
    ['f97e01', Number.NaN],
    ['f9fe00', Number.NaN],
    ['fa80000000', -0],
  ])('%s is read leniently only', (encoding, value) => {
    expect(lenient(encoding)).toEqual(value);
    expect(why(encoding, 'strict')).toMatch(/indefinite|shortest|bytewise order|integer written as a float/);
  });
});

describe('refused by both profiles', () => {
  test.each([
    ['nothing', '', /truncated/],
    ['trailing bytes', '0000', /trailing/],
    ['trailing bytes after a map', 'a000', /trailing/],
    ['a cut integer, 1', '18', /truncated/],
    ['a cut integer, 2', '1901', /truncated/],
    ['a cut integer, 4', '1a010203', /truncated/],
    ['a cut integer, 8', '1b01020304050607', /truncated/],
    ['a cut float, 2', 'f93e', /truncated/],
    ['a cut float, 4', 'fa3fc000', /truncated/],
    ['a cut float, 8', 'fb3ff19999999999', /truncated/],
    ['a cut byte string', '4201', /beyond the end/],
    ['a cut text', '62c3', /beyond the end/],
    ['an array of 2^32 − 1', '9affffffff', /beyond the end/],
    ['an array of 2^64 − 1', '9bffffffffffffffff', /beyond the end/],
    ['bytes of 2^63', '5b8000000000000000', /beyond the end/],
    ['a map of 2^53', 'bb0020000000000000', /beyond the end/],
    ['a map that could not have two bytes per entry', 'a20102 03', /beyond the end/],
    ['a tag without a value', 'c0', /truncated/],
    ['reserved 28', '1c', /reserved/],
    ['reserved 29 as a length', '5d', /reserved/],
    ['reserved 30 of major 7', 'fe', /unassigned/],
    ['break at the top', 'ff', /break/],
    ['break in a definite array', '81ff', /break/],
    ['an indefinite integer', '1f', /indefinite/],
    ['an indefinite negative', '3f', /indefinite/],
    ['an indefinite tag', 'df00', /indefinite/],
    ['simple value 0', 'e0', /unassigned/],
    ['simple value 16', 'f0', /unassigned/],
    ['false in two bytes', 'f814', /unassigned/],
    ['simple value 255', 'f8ff', /unassigned/],
    ['duplicate integer keys', 'a201000100', /duplicate/],
    ['duplicate text keys', 'a2616100616100', /duplicate/],
    ['duplicate byte keys', 'a2410100410100', /duplicate/],
    ['duplicate array keys', 'a2810100810100', /duplicate/],
    ['duplicate map keys', 'a2a1010200a1010200', /duplicate/],
    ['duplicate null keys', 'a2f600f600', /duplicate/],
    ['duplicate NaN keys', 'a2f97e0000f97e0000', /duplicate/],
    ['duplicate tagged keys', 'a2c10000c10000', /duplicate/],
    ['duplicate keys in a nested map', '81a201000100', /duplicate/],
    ['UTF-8: a lone continuation', '6180', /UTF-8/],
    ['UTF-8: overlong slash, 2', '62c0af', /UTF-8/],
    ['UTF-8: overlong slash, 3', '63e080af', /UTF-8/],
    ['UTF-8: overlong slash, 4', '64f08080af', /UTF-8/],
    ['UTF-8: a surrogate', '63eda080', /UTF-8/],
    ['UTF-8: above U+10FFFF', '64f4908080', /UTF-8/],
    ['UTF-8: lead F5', '64f5808080', /UTF-8/],
    ['UTF-8: cut, though the input goes on', '8261e6 62b0b4', /UTF-8/],
    ['UTF-8: a wrong continuation', '62c328', /UTF-8/],
    ['UTF-8: FF', '61ff', /UTF-8/],
  ])('%s', (_, encoding, message) => {
    expect(why(encoding, 'strict')).toMatch(message);
    expect(why(encoding, 'lenient')).toMatch(message);
  });

  test.each([
    ['duplicate keys in different forms', 'a201001801 00', /duplicate/],
    ['an integer and the float of its value', 'a20100f93c0000', /duplicate/],
    ['duplicate text in chunks', 'bf616100 7f6161ff00ff', /duplicate/],
    ['duplicate arrays in different forms', 'a2810100 9f01ff00', /duplicate/],
    ['a break between key and value', 'bf01ff', /break/],
    ['an indefinite array that does not end', '9f01', /truncated/],
    ['an indefinite string that does not end', '5f4101', /truncated/],
    ['a chunk of another type', '5f6161ff', /another type/],
    ['a chunk that is indefinite itself', '5f5f4101ffff', /indefinite/],
    ['a character cut by chunks', '7f61c361bcff', /UTF-8/],
  ])('leniently too: %s', (_, encoding, message) => {
    expect(why(encoding, 'lenient')).toMatch(message);
  });

  test('keys that only look alike are different', () => {
    expect(lenient('a3 6131 00 01 00 4131 00')).toHaveProperty('size', 3);
    expect(strict('a3 01 00 41 01 00 61 01 00')).toHaveProperty('size', 3);
    // [1] is 81 01, and its decimal bytes as text, however a reader might compare the two.
    expect(lenient('a2 8101 00 65 3132392c31 00')).toHaveProperty('size', 2);
  });
});

describe('limits, at their edges', () => {
  const nested = (depth: number) => `${'81'.repeat(depth)}00`;
  const mapped = (depth: number) => `${'a100'.repeat(depth)}00`;
  const tagged = (depth: number) => `${'c1'.repeat(depth)}00`;
  const inKeys = (depth: number) => `${'a1'.repeat(depth)}00${'00'.repeat(depth)}`;

  test.each([nested, mapped, tagged, inKeys])('depth', (make) => {
    for (const profile of ['strict', 'lenient'] as const) {
      expect(why(make(CBOR_LIMITS.depth), profile)).toBe('no error');
      expect(why(make(CBOR_LIMITS.depth + 1), profile)).toMatch(/deeper than 16/);
      expect(why(make(100_000), profile)).toMatch(/deeper than 16/);
      expect(why(make(2), profile, { depth: 1 })).toMatch(/deeper than 1 /);
    }
  });

  test('items', () => {
    const array = (count: number) => `9a${count.toString(16).padStart(8, '0')}${'00'.repeat(count)}`;
    expect(why(array(CBOR_LIMITS.items - 1), 'lenient')).toBe('no error');
    expect(why(array(CBOR_LIMITS.items), 'lenient')).toMatch(/more than 10000/);
    expect(why('83010203', 'strict', { items: 4 })).toBe('no error');
    expect(why('83010203', 'strict', { items: 3 })).toMatch(/more than 3/);
    expect(why('a10102', 'strict', { items: 2 })).toMatch(/more than 2/);
    expect(why('5f40404040ff', 'lenient', { items: 5 })).toBe('no error');
    expect(why('5f40404040ff', 'lenient', { items: 4 })).toMatch(/more than 4/);
  });

  test('bytes', () => {
    const text = (length: number) => {
      const data = new Uint8Array(length).fill(0x61);
      data.set(bytes(`7a${(length - 5).toString(16).padStart(8, '0')}`));
      return data;
    };
    const long = decodeCbor(text(CBOR_LIMITS.bytes), { profile: 'strict' });
    expect(long).toBe('a'.repeat(CBOR_LIMITS.bytes - 5));
    expect(code(() => decodeCbor(text(CBOR_LIMITS.bytes + 1), { profile: 'strict' }))).toBe('input-too-large');
    expect(code(() => decodeCbor(bytes('6161'), { profile: 'strict', limits: { bytes: 1 } }))).toBe('input-too-large');
  });
});

describe('encoding', () => {
  test('map keys in bytewise order, not by length first', () => {
    const map = new Map<CborValue, CborValue>([
      ['aa', 0],
      ['z', 0],
      [false, 0],
      [[-1], 0],
      [[100], 0],
      [-1, 0],
      [100, 0],
      [10, 0],
    ]);
    // The order of the example in RFC 8949 4.2.1.
    expect(hex(encodeCbor(map))).toBe('a80a00 186400 2000 617a00 62616100 81186400 812000 f400'.replaceAll(' ', ''));
  });

  test('integer keys in the order of their encodings', () => {
    const keys = [1000, -1, 23, 0, -65537, 24, -24, -25, 65536, 2 ** 40, -(2 ** 40), 255, 256];
    const map = new Map(keys.map((key) => [key, 0]));
    const mixed = new Map<CborValue, CborValue>([...map, ['', 0]]);
    expect([...(decodeCbor(encodeCbor(map), { profile: 'strict' }) as Map<number, number>).keys()]).toEqual([
      0,
      23,
      24,
      255,
      256,
      1000,
      65536,
      2 ** 40,
      -1,
      -24,
      -25,
      -65537,
      -(2 ** 40),
    ]);
    expect(hex(encodeCbor(mixed))).toBe(`ae${hex(encodeCbor(map)).slice(2)}6000`);
  });

  test('a bigint that fits is the same integer', () => {
    expect(hex(encodeCbor([5n, -5n, 0n]))).toBe('83052400');
  });

  const cyclic: CborValue[] = [];
  cyclic.push(cyclic);
  test.each<[string, unknown, string]>([
    ['an object', {}, 'invalid-argument'],
    ['a date', new Date(0), 'invalid-argument'],
    ['a set', new Set(), 'invalid-argument'],
    ['a function', () => 0, 'invalid-argument'],
    ['a symbol', Symbol.iterator, 'invalid-argument'],
    ['other typed arrays', new Uint16Array(2), 'invalid-argument'],
    ['2^64', 2n ** 64n, 'invalid-argument'],
    ['−2^64 − 1', -(2n ** 64n) - 1n, 'invalid-argument'],
    ['a lone high surrogate', 'a\ud800', 'invalid-argument'],
    ['a high surrogate before a letter', '\ud800a', 'invalid-argument'],
    ['two high surrogates', '\ud800\ud800', 'invalid-argument'],
    ['a lone low surrogate', '\udc00a', 'invalid-argument'],
    ['surrogates in the wrong order', '\udc00\ud800', 'invalid-argument'],
    ['a lone surrogate as a key', new Map([['\ud800', 0]]), 'invalid-argument'],
    ['a negative tag', new Tagged(-1, 0), 'invalid-argument'],
    ['half a tag', new Tagged(0.5, 0), 'invalid-argument'],
    ['a tag over 64 bits', new Tagged(2n ** 64n, 0), 'invalid-argument'],
    ['NaN as a tag', new Tagged(Number.NaN, 0), 'invalid-argument'],
    [
      'two keys with one encoding',
      new Map<CborValue, CborValue>([
        [1, 0],
        [1n, 0],
      ]),
      'invalid-argument',
    ],
    [
      'two equal arrays as keys',
      new Map([
        [[1], 0],
        [[1], 1],
      ]),
      'invalid-argument',
    ],
    ['a cycle', cyclic, 'limit-exceeded'],
    ['17 levels', JSON.parse(`${'['.repeat(17)}${']'.repeat(17)}`), 'limit-exceeded'],
  ])('refuses %s', (_, value, expected) => {
    expect(code(() => encodeCbor(value as CborValue))).toBe(expected);
  });

  test('sixteen levels', () => {
    expect(encodeCbor(JSON.parse(`${'['.repeat(16)}${']'.repeat(16)}`))).toHaveLength(16);
  });

  test('a buffer that has to grow', () => {
    const value = [new Uint8Array(600).fill(7), '水'.repeat(5000), ...Array.from({ length: 500 }, (_, i) => i * 1.1)];
    expect(decodeCbor(encodeCbor(value), { profile: 'strict' })).toEqual(value);
  });
});

test('byte strings of a Node Buffer are plain views, within the bounds of the input', () => {
  const buffer = Buffer.from('ff43010203ff', 'hex').subarray(1, 5);
  const value = decodeCbor(buffer, { profile: 'strict' }) as Uint8Array;
  expect(value.constructor).toBe(Uint8Array);
  expect(hex(value)).toBe('010203');
  expect(hex(encodeCbor(Buffer.from([1])))).toBe('4101');
  expect(decodeCbor(Buffer.from('00fb3ff199999999999a', 'hex').subarray(1), { profile: 'strict' })).toBe(1.1);
});
