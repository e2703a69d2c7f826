/** Nothing but a code as it was signed, now, for the first time, opens a gate: properties and fuzz. */
import { cityCodeText, readCityCode } from '@gov/city-code';
import { sm2DeviceKey, webCryptoDeviceKey } from '@gov/city-code/show';
import { generateSm2Key } from '@gov/sm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { AT, answered, codeOf, issuer, joined, later, newGate, newTag, told } from './gate-world.js';

const at = { at: AT };
const RUNS = process.env.SLOW === undefined ? 300 : 5000;

const codes = {
  1: await codeOf({ suite: 1 }),
  2: await codeOf({ suite: 2 }),
  p2: await codeOf({ suite: 1, licenseDigest: new Uint8Array(16).fill(5) }),
} as const;
const kinds = fc.constantFrom<1 | 2 | 'p2'>(1, 2, 'p2');

/** No verdict but this one may ever come of what was tampered with. */
async function refused(shown: Uint8Array | string): Promise<boolean> {
  const { report } = await newGate().check(shown, at);
  return report.verdict !== 'valid';
}

/** Fields of P1 by their offsets. */
const FIELDS = [
  [1, 1, 'flags'],
  [2, 3, 'region'],
  [5, 2, 'issuer'],
  [7, 10, 'tag'],
  [17, 4, 'expiry'],
  [21, 4, 'entitlements'],
  [25, 33, 'device key'],
  [58, 64, 'issuer signature'],
  [122, 4, 'generated'],
  [126, 1, 'time to live'],
  [127, 2, 'scene'],
  [129, 2, 'counter'],
  [131, 64, 'device signature'],
] as const;

describe('what is tampered with opens no gate', () => {
  it('is valid as it is', async () => {
    for (const { bytes } of Object.values(codes)) expect(told(await newGate().check(bytes, at))).toMatch(/^valid /);
  });

  it.each([1, 2, 'p2'] as const)('suite %s: with any single bit turned', async (kind) => {
    const { bytes } = codes[kind];
    for (let octet = 0; octet < bytes.length; octet++) {
      const changed = bytes.slice();
      changed[octet]! ^= 1 << (octet % 8);
      expect(await refused(changed), `octet ${octet}`).toBe(true);
    }
  });

  it('with several bits turned', async () => {
    const flips = fc.uniqueArray(fc.nat(194 * 8), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(kinds, flips, async (kind, bits) => {
        const changed = codes[kind].bytes.slice();
        for (const bit of bits) changed[bit >> 3]! ^= 1 << (bit & 7);
        return refused(changed);
      }),
      { numRuns: RUNS },
    );
  });

  it('cut at any length, or with more behind it', async () => {
    await fc.assert(
      fc.asyncProperty(
        kinds,
        fc.nat(210),
        fc.uint8Array({ minLength: 1, maxLength: 70 }),
        async (kind, length, more) => {
          const { bytes } = codes[kind];
          const cut = bytes.subarray(0, Math.min(length, bytes.length - 1));
          const text = cityCodeText(bytes);
          // An answer that nobody asked for says nothing: 64 octets more are no part of the code.
          const longer = more.length === 64 || joined(bytes, more);
          return (
            (await refused(cut)) &&
            (await refused(text.slice(0, Math.min(length, text.length - 1)))) &&
            (longer === true || (await refused(longer)))
          );
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('with octets in another order', async () => {
    await fc.assert(
      fc.asyncProperty(
        kinds,
        fc.nat(193),
        fc.nat(193),
        fc.integer({ min: 1, max: 64 }),
        async (kind, from, to, length) => {
          const { bytes } = codes[kind];
          const part = bytes.slice(from, from + length);
          const rest = joined(bytes.subarray(0, from), bytes.subarray(from + part.length));
          const place = Math.min(to, rest.length);
          const moved = joined(rest.subarray(0, place), part, rest.subarray(place));
          return moved.every((octet, i) => octet === bytes[i]) || refused(moved);
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('with fields of two codes that are valid each', async () => {
    const changes = {
      tag: newTag(),
      generated: later(-20),
      counter: 9,
      entitlements: 0xffff,
      region: '440300',
      assurance: 3,
      expires: later(7200),
      ttlSeconds: 90,
      scene: 3,
    };
    for (const suite of [1, 2] as const) {
      const device = suite === 1 ? sm2DeviceKey(generateSm2Key()) : await webCryptoDeviceKey();
      const [one, other] = [await codeOf({ suite }), await codeOf({ suite, device, ...changes })];
      // Every seventh of 8,190 mixtures: enough for each pair of fields to come from either code.
      for (let mask = 1; mask < 2 ** FIELDS.length - 1; mask += 7) {
        const mixed = one.bytes.slice();
        for (const [i, [offset, length]] of FIELDS.entries())
          if (mask & (1 << i)) mixed.set(other.bytes.subarray(offset, offset + length), offset);
        const same = [one, other].some(({ bytes }) => bytes.every((octet, i) => octet === mixed[i]));
        expect(same || (await refused(mixed)), `mask ${mask}`).toBe(true);
      }
    }
  });

  it('with one field of another code of the same device, each in its turn', async () => {
    const tag = newTag();
    for (const suite of [1, 2] as const) {
      const one = await codeOf({ suite, tag });
      const other = await codeOf({
        suite,
        tag,
        generated: later(-20),
        counter: 9,
        entitlements: 0xffff,
        region: '440300',
        assurance: 3,
        expires: later(7200),
        ttlSeconds: 90,
        scene: 4,
      });
      for (const [offset, length, name] of FIELDS) {
        const part = other.bytes.subarray(offset, offset + length);
        if (part.every((octet, i) => octet === one.bytes[offset + i])) continue;
        const mixed = one.bytes.slice();
        mixed.set(part, offset);
        expect(await refused(mixed), name).toBe(true);
      }
    }
  });

  it('with the delegation of one code and the showing of another', async () => {
    const [one, other] = [codes[1], await codeOf({ device: sm2DeviceKey(generateSm2Key()) })];
    expect(told(await newGate().check(joined(one.bytes.subarray(0, 122), other.bytes.subarray(122)), at))).toBe(
      'invalid device-signature-forged',
    );
    expect(told(await newGate().check(joined(other.bytes.subarray(0, 122), one.bytes.subarray(122)), at))).toBe(
      'invalid device-signature-forged',
    );
  });
});

describe('time', () => {
  it('opens a gate in the window of the standard and nowhere else, whatever clocks say', async () => {
    const limits = {
      age: fc.integer({ min: -200_000, max: 400_000 }),
      ttl: fc.nat(255),
      most: fc.integer({ min: 1, max: 255 }),
      left: fc.integer({ min: -400, max: 90_000 }),
    };
    const edges = fc.record({
      edge: fc.constantFrom('later', 'older', 'expiry', 'long'),
      by: fc.integer({ min: -2, max: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.record(limits), fc.option(edges), async ({ age, ttl, most, left }, edge) => {
        const window = Math.min(ttl, most) + 30;
        let seconds = Math.trunc(age / 1000);
        let remaining = left;
        if (edge?.edge === 'later') seconds = -30 + edge.by;
        if (edge?.edge === 'older') seconds = window + edge.by;
        if (edge?.edge === 'expiry') remaining = -seconds + edge.by;
        if (edge?.edge === 'long') remaining = 86_430 + edge.by;
        const code = await codeOf({ generated: later(-seconds), ttlSeconds: ttl, expires: later(remaining) });
        const { report } = await newGate({ policy: { scenes: [3], maxTtlSeconds: most } }).check(code.bytes, at);
        const right = seconds >= -30 && seconds <= window && -seconds <= remaining && remaining <= 86_430;
        return (report.verdict === 'valid') === right;
      }),
      { numRuns: RUNS },
    );
  });

  it('opens it once for each code, in whatever order and however often codes are shown', async () => {
    const tag = newTag();
    const all = await Promise.all(Array.from({ length: 8 }, (_, counter) => codeOf({ tag, counter })));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(7), fc.nat(80)), { maxLength: 24 }), async (shown) => {
        const gate = newGate();
        const passed = new Set<number>();
        for (const [which, seconds] of shown) {
          const { report } = await gate.check(all[which]!.bytes, { at: later(seconds) });
          if ((report.verdict === 'valid') === passed.has(which)) return false;
          passed.add(which);
        }
        return true;
      }),
      { numRuns: 40 },
    );
  });
});

describe('fuzz', () => {
  const seconds = process.env.SLOW === undefined ? undefined : Number(process.env.FUZZ_SECONDS ?? 10);
  const INPUTS = 20_000;

  it(
    'throws for no input, is slow for none, and finds none valid',
    { timeout: ((seconds ?? 0) + 120) * 1000 },
    async () => {
      const seeds = [codes[1].bytes, codes[2].bytes, codes.p2.bytes, await answered(codes[1], new Uint8Array(16))];
      const gate = newGate();
      const [start, next] = [Date.now(), numbers(20_261_122)];
      let slowest = 0;
      let tried = 0;
      for (; seconds === undefined ? tried < INPUTS : Date.now() - start < seconds * 1000; tried++) {
        const input = mutated(seeds[next(seeds.length)]!, next);
        const began = cpuTime();
        const { report } = await gate.check(input, {
          at: AT,
          ...(next(8) === 0 ? { challenge: new Uint8Array(16) } : {}),
        });
        slowest = Math.max(slowest, cpuTime() - began);
        expect(report.verdict, typeof input === 'string' ? input : Buffer.from(input).toString('hex')).not.toBe(
          'valid',
        );
      }
      expect(tried).toBeGreaterThan(1000);
      expect(slowest).toBeLessThan(1000);
    },
  );
});

/** Always another octet than before, so that the input is never the code itself. */
function mutated(seed: Uint8Array, next: (below: number) => number): Uint8Array | string {
  let octets = seed.slice();
  const kind = next(10);
  if (kind === 0) return Uint8Array.from({ length: next(300) }, () => next(256));
  if (kind === 1) return String.fromCharCode(...Array.from({ length: next(450) }, () => next(200)));
  if (kind === 2) octets = octets.slice(0, next(octets.length));
  // What the signatures are over: an answer behind it is not looked at unless it was asked for.
  const signed = Math.min(octets.length, seed.length === 259 ? 195 : seed.length);
  if (signed > 0)
    for (let changes = 1 + next(4); changes > 0; changes--) {
      const place = next(signed);
      octets[place] = seed[place]! ^ (1 + next(255));
    }
  // Well-formed as often as not, so that it comes as far as the signatures.
  if (kind > 5 && octets.length > 26) octets.set(seed.subarray(0, 7));
  const same = octets.length === seed.length && octets.subarray(0, signed).every((octet, i) => octet === seed[i]);
  if (same) octets[signed - 1]! ^= 1;
  return kind === 3 ? cityCodeText(octets) : octets;
}

function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('the octets that a gate is shown', () => {
  it('may change while it verifies them: what it read counts', async () => {
    const { bytes } = await codeOf();
    const shown = bytes.slice();
    const checking = newGate({ issuers: [issuer.entry] }).check(shown, at);
    shown.fill(0);
    const { report, code } = await checking;
    expect(report.verdict).toBe('valid');
    expect(readCityCode(code!.bytes).bytes).toEqual(bytes);
  });
});
