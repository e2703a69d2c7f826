import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delegationRequest } from '@gov/city-code/delegate';
import {
  CODES_PER_DELEGATION,
  type CodeCounters,
  CodeHolder,
  type CodeHolderOptions,
  memoryCounters,
  secondsToNext,
  wrappedSm2DeviceKey,
} from '@gov/city-code/show';
import { bytesToHex } from '@gov/sm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { challengeOctets, readPresentedCode } from '../src/challenge.js';
import { deviceVerifier } from '../src/device-key.js';
import { type CityCode, readCityCode } from '../src/index.js';
import {
  AT,
  CHALLENGE,
  CONTENT,
  codeOf,
  fateOf,
  type Issued,
  issued,
  keyAmong,
  later,
  newDelegator,
} from './delegation-world.js';

const holderOf = (all: readonly Issued[], more: Partial<CodeHolderOptions> = {}): CodeHolder =>
  new CodeHolder({
    delegations: async () => all.map(({ delegation }) => delegation),
    counters: memoryCounters(),
    keyOf: keyAmong(all),
    ...more,
  });

const tagOf = ({ delegation }: Pick<CityCode, 'delegation'>): string => bytesToHex(delegation.tag);

/** Counters that start where a delegation is nearly used up. */
function countersFrom(start: number): CodeCounters {
  const inner = memoryCounters();
  return {
    shown: async (tag) => start + (await inner.shown(tag)),
    take: async (tag) => start + (await inner.take(tag)),
  };
}

describe('a code', () => {
  it.each([1, 2] as const)('of suite %i verifies and says when, where and how long', async (suite) => {
    const one = await issued(suite);
    const code = await holderOf([one]).show({ at: later(60), scene: 0xfffe, ttlSeconds: 30 });
    expect(await fateOf(code.bytes)).toBe('good');
    expect(code).toMatchObject({
      generated: new Date('2026-11-22T08:01:00Z'),
      scene: 0xfffe,
      ttlSeconds: 30,
      counter: 0,
    });
    expect(code.presented).toEqual(code.bytes);
    const { presented, ...rest } = code;
    expect(readCityCode(presented)).toEqual(rest);
  });

  it('of a wrapped SM2 key verifies', async () => {
    const key = await wrappedSm2DeviceKey();
    const delegation = await newDelegator().issue(await delegationRequest(CHALLENGE, key), CONTENT);
    expect(await fateOf((await holderOf([{ key, delegation }]).show({ at: AT, scene: 1 })).bytes)).toBe('good');
  });

  it('lives for a minute unless told otherwise', async () => {
    expect((await holderOf([await issued()]).show({ at: AT, scene: 1 })).ttlSeconds).toBe(60);
  });

  it.each([1, 2] as const)('of suite %i answers the challenge of a gate, and that one alone', async (suite) => {
    const challenge = crypto.getRandomValues(new Uint8Array(16));
    const shown = await holderOf([await issued(suite)]).show({ at: AT, scene: 1, challenge });
    const { code, answer } = readPresentedCode(shown.presented);
    expect(code.bytes).toEqual(shown.bytes);
    expect(await fateOf(code.bytes)).toBe('good');
    const verifier = deviceVerifier(suite, code.delegation.deviceKey);
    expect(await verifier.verify(challengeOctets(challenge, code.bytes), answer!)).toBe(true);
    expect(await verifier.verify(challengeOctets(new Uint8Array(16), code.bytes), answer!)).toBe(false);
    expect(await verifier.verify(challengeOctets(challenge, code.signed), answer!)).toBe(false);
    expect(await verifier.verify(code.signed, answer!)).toBe(false);
  });

  it.each([
    ['a ttl of nothing', { ttlSeconds: 0 }],
    ['a ttl of 256', { ttlSeconds: 256 }],
    ['a ttl of half a second', { ttlSeconds: 0.5 }],
    ['no ttl at all', { ttlSeconds: Number.NaN }],
    ['a scene of 17 bits', { scene: 0x10000 }],
    ['a scene below zero', { scene: -1 }],
    ['no date', { at: new Date(Number.NaN) }],
    ['a challenge of 15 octets', { challenge: new Uint8Array(15) }],
    ['a challenge of 17 octets', { challenge: new Uint8Array(17) }],
  ])('with %s costs no number', async (_, change) => {
    const counters = memoryCounters();
    const one = await issued();
    const holder = holderOf([one], { counters });
    expect(await codeOf(() => holder.show({ at: AT, scene: 1, ...change }))).toBe('invalid-argument');
    expect(await counters.shown(one.delegation.tag)).toBe(0);
  });
});

describe('numbers', () => {
  const directory = mkdtempSync(join(tmpdir(), 'city-code-counters-'));
  afterAll(() => rmSync(directory, { recursive: true }));

  /** Counters in a file, as an application keeps them. */
  const fileCounters = (name: string): CodeCounters => {
    const path = join(directory, name);
    const read = (): Record<string, number> => {
      try {
        return JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>;
      } catch {
        return {};
      }
    };
    return {
      shown: async (tag) => read()[bytesToHex(tag)] ?? 0,
      async take(tag) {
        const counts = read();
        const count = counts[bytesToHex(tag)] ?? 0;
        writeFileSync(path, JSON.stringify({ ...counts, [bytesToHex(tag)]: count + 1 }));
        return count;
      },
    };
  };

  it('are never shown twice: many at once, in several holders, over restarts', async () => {
    const all = [await issued(1), await issued(2)];
    const seen = new Set<string>();
    for (let restart = 0; restart < 4; restart++) {
      const counters = fileCounters('many');
      const holders = [0, 1, 2].map(() => holderOf(all, { counters, codesInTurn: 5 }));
      const codes = await Promise.all(
        Array.from({ length: 30 }, (_, i) => holders[i % 3]!.show({ at: later(restart), scene: 1 })),
      );
      for (const code of codes) {
        const name = `${tagOf(code)} ${code.counter}`;
        expect(seen.has(name), name).toBe(false);
        seen.add(name);
      }
    }
    expect(seen.size).toBe(120);
  });

  it('stay taken where signing fails', async () => {
    const one = await issued();
    let broken = true;
    const sign = (message: Uint8Array) => (broken ? Promise.reject(new Error('locked')) : one.key.sign(message));
    const holder = holderOf([one], { keyOf: async () => ({ ...one.key, sign }) });
    expect(await codeOf(() => holder.show({ at: AT, scene: 1 }))).toBe('Error: locked');
    broken = false;
    expect((await holder.show({ at: AT, scene: 1 })).counter).toBe(1);
  });

  it('are kept before the device signs', async () => {
    const one = await issued();
    const counters = memoryCounters();
    const order: string[] = [];
    const holder = holderOf([one], {
      counters: {
        ...counters,
        async take(tag) {
          const number = await counters.take(tag);
          order.push('kept');
          return number;
        },
      },
      keyOf: async () => ({
        ...one.key,
        sign: (message) => {
          order.push('signed');
          return one.key.sign(message);
        },
      }),
    });
    await holder.show({ at: AT, scene: 1 });
    expect(order).toEqual(['kept', 'signed']);
  });

  it('that go back stop the device', async () => {
    const one = await issued();
    for (const wrong of [[4, 4], [4, 3], [4, 0], [-1], [0.5], [Number.NaN], ['1' as unknown as number]]) {
      let at = 0;
      const holder = holderOf([one], { counters: { shown: async () => 0, take: async () => wrong[at++]! } });
      for (let i = 1; i < wrong.length; i++) await holder.show({ at: AT, scene: 1 });
      expect(await codeOf(() => holder.show({ at: AT, scene: 1 })), wrong.join()).toBe('counter-reused');
    }
  });

  it('may be answered late: who asked first is served first', async () => {
    const counters = memoryCounters();
    let delay = 30;
    const take = async (tag: Uint8Array): Promise<number> => {
      const number = await counters.take(tag);
      delay -= 10;
      await new Promise((resolve) => setTimeout(resolve, delay));
      return number;
    };
    const holder = holderOf([await issued()], { counters: { ...counters, take } });
    const codes = await Promise.all([0, 1, 2].map(() => holder.show({ at: AT, scene: 1 })));
    expect(codes.map(({ counter }) => counter)).toEqual([0, 1, 2]);
  });

  it('a store that fails once does not stop those who ask later', async () => {
    const one = await issued();
    const counters = memoryCounters();
    let fails = true;
    const holder = holderOf([one], {
      counters: { ...counters, take: (tag) => (fails ? Promise.reject(new Error('busy')) : counters.take(tag)) },
    });
    expect(await codeOf(() => holder.show({ at: AT, scene: 1 }))).toBe('Error: busy');
    fails = false;
    expect((await holder.show({ at: AT, scene: 1 })).counter).toBe(0);
  });

  it('end after 65536: the next delegation takes over, then there is none', async () => {
    const [one, two] = [await issued(), await issued()];
    const counters = countersFrom(CODES_PER_DELEGATION - 2);
    const single = holderOf([one], { counters });
    expect((await single.show({ at: AT, scene: 1 })).counter).toBe(65_534);
    expect((await single.show({ at: AT, scene: 1 })).counter).toBe(65_535);
    expect(await codeOf(() => single.show({ at: AT, scene: 1 }))).toBe('delegation-missing');
    const both = holderOf([one, two], { counters });
    expect(tagOf(await both.show({ at: AT, scene: 1 }))).toBe(bytesToHex(two.delegation.tag));
    expect(tagOf(await both.show({ at: AT, scene: 1 }))).toBe(bytesToHex(two.delegation.tag));
    expect(await codeOf(() => both.show({ at: AT, scene: 1 }))).toBe('delegation-missing');
  });

  it('end for those who ask at the same moment, too', async () => {
    const holder = holderOf([await issued()], { counters: countersFrom(CODES_PER_DELEGATION - 3) });
    const answers = await Promise.all(Array.from({ length: 8 }, () => codeOf(() => holder.show({ at: AT, scene: 1 }))));
    expect(answers.filter((answer) => answer === 'nothing thrown')).toHaveLength(3);
    expect(answers.filter((answer) => answer === 'delegation-missing')).toHaveLength(5);
  });
});

describe('delegations take turns', () => {
  let all: Issued[];
  beforeAll(async () => {
    const lifetimes = [7200, 3600, 10_800];
    all = await Promise.all(lifetimes.map((lifetimeSeconds) => issued(1, { lifetimeSeconds })));
  });
  const nameOf = (code: CityCode): number =>
    all.findIndex(({ delegation }) => bytesToHex(delegation.tag) === tagOf(code));

  const shownBy = async (holder: CodeHolder, times: number, at = AT): Promise<number[]> => {
    const names: number[] = [];
    for (let i = 0; i < times; i++) names.push(nameOf(await holder.show({ at, scene: 1 })));
    return names;
  };

  it('each for its number of codes in a row, the one that ends first before the others', async () => {
    const holder = holderOf(all, { codesInTurn: 3 });
    expect(await shownBy(holder, 12)).toEqual([1, 1, 1, 0, 0, 0, 2, 2, 2, 1, 1, 1]);
  });

  it('a turn goes on after a restart', async () => {
    const counters = memoryCounters();
    expect(await shownBy(holderOf(all, { counters, codesInTurn: 3 }), 4)).toEqual([1, 1, 1, 0]);
    expect(await shownBy(holderOf(all, { counters, codesInTurn: 3 }), 3)).toEqual([0, 0, 2]);
  });

  it('a turn is not cut short by a new delegation that ends sooner', async () => {
    const wallet = [all[0]!];
    const holder = new CodeHolder({
      delegations: async () => wallet.map(({ delegation }) => delegation),
      counters: memoryCounters(),
      keyOf: keyAmong(all),
      codesInTurn: 3,
    });
    expect(await shownBy(holder, 1)).toEqual([0]);
    wallet.push(all[1]!);
    expect(await shownBy(holder, 4)).toEqual([0, 0, 1, 1]);
  });

  it('expired ones are passed over, to the second; in the end there is none', async () => {
    const holder = holderOf(all, { codesInTurn: 1 });
    const [middle, first, last] = all.map(({ delegation }) => delegation.expires) as [Date, Date, Date];
    expect(await shownBy(holder, 1, first)).toEqual([1]);
    expect(await shownBy(holder, 3, later(1, first))).toEqual([0, 2, 0]);
    expect(await shownBy(holder, 2, later(1, middle))).toEqual([2, 2]);
    expect(await shownBy(holder, 1, later(0.9, last))).toEqual([2]);
    expect(await codeOf(() => holder.show({ at: later(1, last), scene: 1 }))).toBe('delegation-missing');
    expect(await codeOf(() => holderOf([]).show({ at: AT, scene: 1 }))).toBe('delegation-missing');
  });

  it('new ones are found without a restart', async () => {
    const wallet: Issued[] = [];
    const holder = new CodeHolder({
      delegations: async () => wallet.map(({ delegation }) => delegation),
      counters: memoryCounters(),
      keyOf: keyAmong(all),
    });
    expect(await codeOf(() => holder.show({ at: AT, scene: 1 }))).toBe('delegation-missing');
    wallet.push(all[2]!);
    expect(await shownBy(holder, 1)).toEqual([2]);
  });

  it('those whose key is gone are passed over, without a number', async () => {
    const counters = memoryCounters();
    const holder = holderOf(all, { counters, keyOf: keyAmong(all.slice(2)) });
    expect(await shownBy(holder, 2)).toEqual([2, 2]);
    expect(await counters.shown(all[1]!.delegation.tag)).toBe(0);
    expect(await codeOf(() => holderOf(all, { keyOf: async () => undefined }).show({ at: AT, scene: 1 }))).toBe(
      'delegation-missing',
    );
  });

  it('a key that is not the one of the delegation is refused', async () => {
    const [one] = all;
    const stranger = await issued(2);
    for (const key of [stranger.key, all[1]!.key, { ...one!.key, suite: 2 as const }]) {
      expect(await codeOf(() => holderOf([one!], { keyOf: async () => key }).show({ at: AT, scene: 1 }))).toBe(
        'key-mismatch',
      );
    }
  });

  it.each([0, -1, 1.5, CODES_PER_DELEGATION + 1, Number.NaN])('%d codes in turn are refused', async (codesInTurn) => {
    expect(await codeOf(() => holderOf(all, { codesInTurn }))).toBe('invalid-argument');
  });
});

describe('a clock that goes back', () => {
  it('brings no number again, and no code that was shown', async () => {
    const holder = holderOf([await issued()]);
    const times = [0, 30, -3600, -3600, 30, 0, -86_400].map((seconds) => later(seconds));
    const codes: CityCode[] = [];
    for (const at of times) codes.push(await holder.show({ at, scene: 1 }));
    expect(codes.map(({ counter }) => counter)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(codes.map(({ generated }) => generated)).toEqual(
      times.map((at) => new Date(Math.floor(at.getTime() / 1000) * 1000)),
    );
  });

  it('does not freeze the screen', async () => {
    const code = await holderOf([await issued()]).show({ at: AT, scene: 1 });
    expect(
      [-3600, -1, 0, 1, 29, 29.5, 30, 60, 3600].map((seconds) => secondsToNext(code, later(seconds, code.generated))),
    ).toEqual([0, 0, 30, 29, 1, 1, 0, 0, 0]);
  });
});

it('secondsToNext leaves half of the life to who scans', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 255 }), fc.integer({ min: 0, max: 600_000 }), (ttlSeconds, milliseconds) => {
      const code = { generated: AT, ttlSeconds } as CityCode;
      const next = secondsToNext(code, new Date(AT.getTime() + milliseconds));
      expect(next).toBeGreaterThanOrEqual(0);
      expect(next + milliseconds / 1000).toBeLessThan(Math.max(milliseconds / 1000, Math.ceil(ttlSeconds / 2)) + 1);
    }),
  );
});
