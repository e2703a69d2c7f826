import {
  ANSWERED_CODE_LENGTH,
  CITY_CODE_LENGTH,
  CITY_CODE_SUBJECTS,
  CITY_CODE_TEXT_LIMITS,
  type CityCode,
  cityCodeProfile,
  cityCodeText,
  cityCodeUrl,
  readCityCode,
  readCityCodeText,
  readDelegation,
} from '@gov/city-code';
import { readPresentedCode } from '@gov/city-code/challenge';
import { CodeHolder, memoryCounters } from '@gov/city-code/show';
import { qrCode } from '@gov/qr/draw';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Delegation, delegationOctets, shownOctets } from '../src/code.js';
import { AT, codeOf, fateOf, issued, later } from './delegation-world.js';

const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const instant = fc.integer({ min: 0, max: 0xffffffff }).map((seconds) => new Date(seconds * 1000));

/** Province, city and county codes of GB/T 2260 and what they stand for is @gov/codes' matter; these three forms are enough. */
const delegations: fc.Arbitrary<Delegation> = fc
  .record({
    subject: fc.constantFrom(...CITY_CODE_SUBJECTS),
    assurance: fc.integer({ min: 0, max: 3 }),
    suite: fc.constantFrom(1 as const, 2 as const),
    region: fc.constantFrom('110000', '440100', '440106', '659001', '820000'),
    issuerIndex: fc.integer({ min: 0, max: 0xffff }),
    tag: octets(10),
    expires: instant,
    entitlements: fc.integer({ min: 0, max: 0xffffffff }),
    sign: fc.constantFrom(2, 3),
    x: octets(32),
    licenseDigest: fc.option(octets(16), { nil: undefined }),
  })
  .map(({ sign, x, licenseDigest, ...rest }) => ({
    ...rest,
    deviceKey: Uint8Array.of(sign, ...x),
    ...(licenseDigest === undefined ? { profile: 'P1' as const } : { profile: 'P2' as const, licenseDigest }),
  }));

const codes = fc
  .record({
    delegation: delegations,
    signature: octets(64),
    generated: instant,
    ttlSeconds: fc.integer({ min: 0, max: 255 }),
    scene: fc.integer({ min: 0, max: 0xffff }),
    counter: fc.integer({ min: 0, max: 0xffff }),
    deviceSignature: octets(64),
  })
  .map(({ delegation, signature, deviceSignature, ...shown }) => {
    const signed = Uint8Array.of(...delegationOctets(delegation), ...signature);
    return { delegation, shown, bytes: Uint8Array.of(...shownOctets(signed, shown), ...deviceSignature) };
  });

async function freshCode(suite: 1 | 2, licenseDigest?: Uint8Array): Promise<CityCode> {
  const { key, delegation } = await issued(suite, licenseDigest && { licenseDigest });
  const holder = new CodeHolder({
    delegations: async () => [delegation],
    counters: memoryCounters(),
    keyOf: async () => key,
  });
  return holder.show({ at: later(60), scene: 258 });
}

describe('octets', () => {
  it('come back as they were written', () => {
    fc.assert(
      fc.property(codes, ({ delegation, shown, bytes }) => {
        const read = readCityCode(bytes);
        expect(read).toMatchObject(shown);
        expect(read.delegation).toMatchObject(delegation);
        expect(bytes.length).toBe(CITY_CODE_LENGTH[delegation.profile]);
        expect(cityCodeProfile(bytes)).toBe(delegation.profile);
        expect(readDelegation(read.delegation.bytes)).toEqual(read.delegation);
        expect(delegationOctets(read.delegation)).toEqual(read.delegation.signed);
      }),
    );
  });

  it('are read in one way: what is read is written as the same octets', () => {
    fc.assert(
      fc.property(codes, fc.nat(210), fc.nat(7), ({ bytes }, at, bit) => {
        const changed = bytes.slice();
        changed[at % bytes.length]! ^= 1 << bit;
        let read: CityCode;
        try {
          read = readCityCode(changed);
        } catch (error) {
          expect(isGovError(error) && error.code).toBe('city-code-malformed');
          return;
        }
        const signed = Uint8Array.of(...delegationOctets(read.delegation), ...read.delegation.issuerSignature);
        expect(Uint8Array.of(...shownOctets(signed, read), ...read.deviceSignature)).toEqual(changed);
      }),
      { numRuns: process.env.SLOW === undefined ? 2000 : 200_000 },
    );
  });

  it('of any other kind are refused with one error', () => {
    const any = fc.oneof(fc.uint8Array({ maxLength: 300 }), octets(195), octets(211), octets(259), octets(275));
    const withHead = fc.tuple(any, fc.constantFrom(0xc0, 0xc1, 0xc2)).map(([bytes, head]) => {
      if (bytes.length > 0) bytes[0] = head;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(any, withHead), (bytes) => {
        for (const read of [readCityCode, readDelegation, readPresentedCode]) {
          try {
            read(bytes);
          } catch (error) {
            expect(isGovError(error) && error.code).toBe('city-code-malformed');
          }
        }
      }),
      { numRuns: process.env.SLOW === undefined ? 2000 : 200_000 },
    );
  });

  it('belong to the reader: what the caller changes later changes nothing', async () => {
    const code = await freshCode(1);
    const bytes = code.bytes.slice();
    const read = readPresentedCode(Uint8Array.of(...bytes, ...new Uint8Array(64)));
    const own = readCityCode(bytes);
    const delegation = readDelegation(bytes.subarray(0, 122));
    bytes.fill(0);
    expect(own).toEqual(readCityCode(code.bytes));
    expect(delegation).toEqual(own.delegation);
    expect(read.code).toEqual(own);
  });
});

describe.each([
  ['P1', 1, undefined],
  ['P1', 2, undefined],
  ['P2', 1, new Uint8Array(16).fill(5)],
  ['P2', 2, new Uint8Array(16).fill(5)],
] as const)('a code of %s in suite %i', (profile, suite, digest) => {
  it('fails with any one bit turned over', async () => {
    const { bytes, delegation } = await freshCode(suite, digest);
    expect(bytes.length).toBe(CITY_CODE_LENGTH[profile]);
    expect(await fateOf(bytes)).toBe('good');
    const fates = new Map<number, Set<string>>();
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const changed = bytes.slice();
      changed[bit >> 3]! ^= 1 << (bit & 7);
      const fate = await fateOf(changed);
      expect(fate, `bit ${bit & 7} of octet ${bit >> 3}`).not.toBe('good');
      fates.set(bit >> 3, (fates.get(bit >> 3) ?? new Set()).add(fate));
    }
    // Whose signature fails: the issuer's for what it signed, the device's behind it.
    const end = delegation.bytes.length;
    for (const [octet, met] of fates) {
      expect(
        [...met].filter((fate) => fate !== 'malformed'),
        `octet ${octet}`,
      ).toEqual(octet === 0 ? [] : octet < end ? ['issuer'] : ['device']);
    }
    expect([...fates.get(0)!]).toEqual(['malformed']);
  });

  it('is refused at any other length', async () => {
    const { bytes } = await freshCode(suite, digest);
    for (let length = 0; length < bytes.length; length++) {
      expect(await codeOf(() => readCityCode(bytes.subarray(0, length))), `${length}`).toBe('city-code-malformed');
    }
    for (const more of [1, 16, 63, 64, 65]) {
      expect(await codeOf(() => readCityCode(Uint8Array.of(...bytes, ...new Uint8Array(more))))).toBe(
        'city-code-malformed',
      );
    }
  });

  it('holds a delegation that is refused at any other length', async () => {
    const { bytes, delegation } = await freshCode(suite, digest);
    for (const length of [0, 1, 121, 122, 123, 137, 138, 139, bytes.length]) {
      expect(await codeOf(() => readDelegation(bytes.subarray(0, length))), `${length}`).toBe(
        length === delegation.bytes.length ? 'nothing thrown' : 'city-code-malformed',
      );
    }
  });

  it('fails with any field of another good code', async () => {
    const one = await freshCode(suite, digest);
    const other = await freshCode(
      suite,
      digest?.map((octet) => octet ^ 1),
    );
    const end = one.delegation.bytes.length;
    const fields = [
      [7, 17],
      [25, 58],
      ...(digest === undefined ? [] : [[58, 74] as const]),
      [end - 64, end],
      [end + 9, end + 73],
      [0, end],
      [end, end + 73],
    ] as const;
    for (const [from, to] of fields) {
      const mixed = one.bytes.slice();
      mixed.set(other.bytes.subarray(from, to), from);
      expect(['issuer', 'device'], `octets ${from} to ${to}`).toContain(await fateOf(mixed));
    }
  });
});

describe('what does not fit its octets', () => {
  const good: Delegation = {
    profile: 'P1',
    subject: 'thing',
    assurance: 3,
    suite: 1,
    region: '110000',
    issuerIndex: 0xffff,
    tag: new Uint8Array(10),
    expires: new Date(0xffffffff * 1000),
    entitlements: 0xffffffff,
    deviceKey: Uint8Array.of(2, ...new Uint8Array(32)),
  };

  it.each<[string, Partial<Delegation> | Record<string, unknown>]>([
    ['a fourth subject', { subject: 'animal' }],
    ['assurance 4', { assurance: 4 }],
    ['assurance −1', { assurance: -1 }],
    ['half an assurance', { assurance: 1.5 }],
    ['suite 3', { suite: 3 }],
    ['suite 0', { suite: 0 }],
    ['a region of five digits', { region: '11000' }],
    ['no region', { region: '000000' }],
    ['an index of 17 bits', { issuerIndex: 0x10000 }],
    ['a tag of 9 octets', { tag: new Uint8Array(9) }],
    ['a tag of 11 octets', { tag: new Uint8Array(11) }],
    ['an expiry after 2106', { expires: new Date(0x100000000 * 1000) }],
    ['an expiry before 1970', { expires: new Date(-1000) }],
    ['milliseconds', { expires: new Date(1) }],
    ['no date', { expires: new Date(Number.NaN) }],
    ['entitlements of 33 bits', { entitlements: 0x100000000 }],
    ['negative entitlements', { entitlements: -1 }],
    ['an uncompressed key', { deviceKey: Uint8Array.of(4, ...new Uint8Array(64)) }],
    ['a key of another form', { deviceKey: Uint8Array.of(4, ...new Uint8Array(32)) }],
    ['P1 with a licence', { licenseDigest: new Uint8Array(16) }],
    ['P2 without one', { profile: 'P2' }],
    ['a digest of 32 octets', { profile: 'P2', licenseDigest: new Uint8Array(32) }],
  ])('%s is refused', async (_, change) => {
    expect(delegationOctets(good)).toHaveLength(58);
    expect(await codeOf(() => delegationOctets({ ...good, ...change } as Delegation))).toBe('invalid-argument');
  });

  it.each([
    ['ttl 256', { ttlSeconds: 256 }],
    ['ttl −1', { ttlSeconds: -1 }],
    ['a scene of 17 bits', { scene: 0x10000 }],
    ['a counter of 17 bits', { counter: 0x10000 }],
    ['milliseconds', { generated: new Date(1) }],
  ])('%s is refused', async (_, change) => {
    const shown = { generated: new Date(0), ttlSeconds: 255, scene: 0xffff, counter: 0xffff };
    expect(shownOctets(new Uint8Array(122), shown)).toHaveLength(131);
    expect(await codeOf(() => shownOctets(new Uint8Array(122), { ...shown, ...change }))).toBe('invalid-argument');
  });
});

describe('texts', () => {
  const base = 'https://code.example.cn/#';
  const online = Uint8Array.of(0xc0, ...new Uint8Array(33).fill(255));

  it('come back from base45 and from URLs', () => {
    fc.assert(
      fc.property(codes, ({ bytes }) => {
        expect(readCityCodeText(cityCodeText(bytes))).toEqual(bytes);
        expect(readCityCodeText(cityCodeUrl(bytes, base), [base])).toEqual(bytes);
      }),
    );
  });

  it('fit the QR codes that they are meant for', async () => {
    const [one, two] = [await freshCode(1), await freshCode(2, new Uint8Array(16))];
    const answered = (code: CityCode) => Uint8Array.of(...code.bytes, ...new Uint8Array(64).fill(255));
    const version = (text: string): number => qrCode(text, { level: 'M' }).version;
    expect(base).toHaveLength(25);
    expect({
      base45: [online, one.bytes, two.bytes, answered(one), answered(two)].map((bytes) => version(cityCodeText(bytes))),
      url: [online, one.bytes, two.bytes].map((bytes) => version(cityCodeUrl(bytes, base))),
    }).toEqual({ base45: [3, 10, 11, 12, 12], url: [5, 12, 13] });
  });

  it('of any kind throw nothing else', () => {
    const any = fc.oneof(
      fc.string({ maxLength: 600 }),
      fc.string({ unit: fc.constantFrom(...'ABC01:% $'), maxLength: 500 }),
      fc.string({ maxLength: 400 }).map((text) => base + text),
    );
    fc.assert(
      fc.property(any, (text) => {
        try {
          readCityCodeText(text, [base]);
        } catch (error) {
          expect(['city-code-malformed', 'input-too-large']).toContain(isGovError(error) && error.code);
        }
      }),
      { numRuns: process.env.SLOW === undefined ? 2000 : 100_000 },
    );
  });

  it('are limited', async () => {
    const text = 'A'.repeat(CITY_CODE_TEXT_LIMITS.characters);
    expect(await codeOf(() => readCityCodeText(text))).toBe('city-code-malformed');
    expect(await codeOf(() => readCityCodeText(`${text}A`))).toBe('input-too-large');
  });

  it('are taken behind the bases alone that were given, the longest first', async () => {
    const text = cityCodeUrl(online, `${base}c/`);
    expect(readCityCodeText(text, [base, `${base}c/`])).toEqual(online);
    expect(await codeOf(() => readCityCodeText(text, [base]))).toBe('city-code-malformed');
    expect(await codeOf(() => readCityCodeText(text))).toBe('city-code-malformed');
    expect(await codeOf(() => readCityCodeText(text, ['https://code.example.cn./#']))).toBe('city-code-malformed');
  });

  it.each([
    'http://code.example.cn/#',
    'https://code.example.cn/c',
    'https://',
    '',
    'javascript:alert(1)//',
    'https://码.cn/',
    'https://code.example.cn/ #',
    `https://${'a'.repeat(CITY_CODE_TEXT_LIMITS.base)}/`,
  ])('a base is not %j', async (wrong) => {
    expect(await codeOf(() => cityCodeUrl(online, wrong))).toBe('invalid-argument');
    expect(await codeOf(() => readCityCodeText('A', [wrong]))).toBe('invalid-argument');
  });

  it('of other lengths are no codes', async () => {
    for (const length of [33, 35, 122, 138, 194, 196, 210, 212, 258, 260, 274, 276]) {
      const bytes = new Uint8Array(length);
      for (const head of [0xc0, 0xc1]) {
        bytes[0] = head;
        expect(cityCodeProfile(bytes), `${length}`).toBe(undefined);
        expect(await codeOf(() => readCityCodeText(cityCodeText(bytes)))).toBe('city-code-malformed');
      }
    }
    expect([ANSWERED_CODE_LENGTH.P1, ANSWERED_CODE_LENGTH.P2]).toEqual([259, 275]);
  });
});

it('a code of now is read at once', async () => {
  const { bytes } = await freshCode(2);
  expect(readCityCode(bytes).generated).toEqual(new Date(Math.floor(later(60, AT).getTime() / 1000) * 1000));
});
