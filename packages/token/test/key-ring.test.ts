/** The keys that an issuer signs with, one after another: the rules, rotation, and how they are published. */
import { generateKeyPairSync } from 'node:crypto';
import { generateSm2Key, type Signer, sm2Signer } from '@gov/sm';
import { GMT_0125, type TokenAlgorithm } from '@gov/token/dialect';
import { publicJwk } from '@gov/token/jwk';
import { JwksCache, jwksHandler, readJwks } from '@gov/token/jwks';
import { KEY_RING_LIMITS, KeyRing, type KeyRingData, type RingKey } from '@gov/token/key-ring';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const signers: readonly Signer[] = Array.from({ length: 12 }, () => sm2Signer(generateSm2Key()));
const refused = (code: string) => expect.objectContaining({ name: 'GovError', code });
const HOUR = 3600;
const start = new Date('2026-01-01T00:00:00Z');
const later = (seconds: number, from = start): Date => new Date(from.getTime() + seconds * 1000);
const text = (date: Date): string => date.toISOString().replace('.000Z', 'Z');
const year = (n: number): Date => new Date(Date.UTC(n, 0, 1));
const message = new TextEncoder().encode('m');

const empty = (): KeyRing => new KeyRing({ maxAgeSeconds: HOUR, maxTokenSeconds: 2 * HOUR, keys: [] });

/** 2026 and 2027, the second published in December. */
function twoYears(): KeyRing {
  const ring = empty();
  ring.add({ kid: '2026', key: signers[0]!, at: start, until: year(2027) });
  ring.add({ kid: '2027', key: signers[1]!, at: new Date('2026-12-01T00:00:00Z'), until: year(2028) });
  return ring;
}

const kids = (ring: KeyRing, at: Date): readonly (string | undefined)[] => ring.jwks(at).keys.map(({ kid }) => kid);

const find = async (ring: KeyRing, kid: string | undefined, at: Date, algorithm: TokenAlgorithm = 'SM2-SM3') =>
  (await ring.find({ kid, algorithm, dialect: GMT_0125, at })).outcome;

const codeOfCurrent = (ring: KeyRing, at: Date): string => {
  try {
    return ring.current(at).kid;
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('a yearly rotation', () => {
  it('publishes a key before it signs, and after', async () => {
    const ring = twoYears();
    const turn = year(2027);
    for (const [at, current, published] of [
      [later(-1), 'key-not-current', []],
      [start, '2026', ['2026']],
      [new Date('2026-11-30T23:59:59.999Z'), '2026', ['2026']],
      [new Date('2026-12-01T00:00:00Z'), '2026', ['2026', '2027']],
      [later(-0.001, turn), '2026', ['2026', '2027']],
      [turn, '2027', ['2026', '2027']],
      [later(2 * HOUR - 0.001, turn), '2027', ['2026', '2027']],
      [later(2 * HOUR, turn), '2027', ['2027']],
      [year(2028), 'key-not-current', ['2027']],
      [later(2 * HOUR, year(2028)), 'key-not-current', []],
    ] as const) {
      expect([text(at), codeOfCurrent(ring, at), kids(ring, at)]).toEqual([text(at), current, published]);
      for (const kid of ['2026', '2027'])
        expect(await find(ring, kid, at)).toBe((published as readonly string[]).includes(kid) ? 'found' : 'unknown');
      expect(await find(ring, undefined, at)).toBe(published.length === 1 ? 'found' : 'unknown');
    }
    expect(await find(ring, '2026', start, 'ECDSA-P256-SHA256')).toBe('unknown');
    expect(codeOfCurrent(ring, new Date(Number.NaN))).toBe('key-not-current');
  });

  it('is plain data in between', async () => {
    const ring = twoYears();
    const json = JSON.stringify(ring);
    expect(json).not.toMatch(/PRIVATE|sign"/);
    const data = JSON.parse(json) as KeyRingData;
    expect(data.keys[0]).toEqual({
      kid: '2026',
      algorithm: 'SM2-SM3',
      publicKey: expect.stringMatching(/^-----BEGIN PUBLIC KEY-----\n/),
      publishedFrom: '2026-01-01T00:00:00Z',
      from: '2026-01-01T00:00:00Z',
      until: '2027-01-01T00:00:00Z',
      publishedUntil: '2027-01-01T02:00:00Z',
    });
    const again = new KeyRing(data, [{ kid: '2026', signer: signers[0]! }]);
    expect(JSON.stringify(again)).toBe(json);
    expect(again.current(start).signer).toBe(signers[0]);
    // A key whose signer lies elsewhere is published here, and signs there.
    expect(codeOfCurrent(again, year(2027))).toBe('key-not-current');
    again.attach('2027', signers[1]!);
    expect(again.current(year(2027))).toEqual({ kid: '2027', signer: signers[1] });
    const found = await again.find({ kid: '2026', algorithm: 'SM2-SM3', dialect: GMT_0125, at: start });
    if (found.outcome !== 'found') throw new Error(found.outcome);
    expect(await found.verifier.verify(message, await signers[0]!.sign(message))).toBe(true);
  });

  it('takes no signer that is not that of its key', () => {
    const ring = twoYears();
    expect(() => ring.attach('2026', signers[1]!)).toThrow(refused('key-mismatch'));
    expect(() => ring.attach('2026', { ...signers[0]!, algorithm: 'ECDSA-P256-SHA256' })).toThrow(
      refused('key-mismatch'),
    );
    expect(() => ring.attach('2025', signers[0]!)).toThrow(refused('invalid-argument'));
    expect(() => new KeyRing(ring.toJSON(), [{ kid: '2027', signer: signers[0]! }])).toThrow(refused('key-mismatch'));
  });
});

describe('add', () => {
  it('leaves the ring as it was where a rule would be broken', () => {
    const ring = twoYears();
    const before = JSON.stringify(ring);
    const key = signers[2]!;
    const at = new Date('2027-06-01T00:00:00Z');
    const until = year(2029);
    for (const wrong of [
      { kid: '2026', key, at, until },
      { kid: '', key, at, until },
      { kid: 'x'.repeat(257), key, at, until },
      // A gap that is to come.
      { kid: 'n', key, at, from: later(1, year(2028)), until },
      // Signing before caches know it.
      { kid: 'n', key, at, from: at, until },
      { kid: 'n', key, at, from: later(HOUR - 1, at), until },
      { kid: 'n', key, at: later(-HOUR + 1, year(2028)), until },
      // Back in time.
      { kid: 'n', key, at, from: later(-1, at), until },
      { kid: 'n', key, at: start, from: later(HOUR), until },
      // No time at all.
      { kid: 'n', key, at, until: year(2028) },
      { kid: 'n', key, at, until: new Date(Number.NaN) },
      { kid: 'n', key, at: new Date(Number.NaN), until },
      { kid: 'n', key: { algorithm: 'SM2-SM3', publicKey: new Uint8Array(3) } as const, at, until },
      { kid: 'n', key: { ...key, algorithm: 'ECDSA-P256-SHA384' } as const, at, until },
      { kid: 'n', key: { ...key, algorithm: 'ECDSA-P256-SHA256' } as const, at, until },
    ]) {
      expect(() => ring.add(wrong)).toThrow(refused('invalid-argument'));
      expect(JSON.stringify(ring)).toBe(before);
    }
  });

  it('ends a key sooner than it was meant to, for tokens that it signed still published', () => {
    const ring = twoYears();
    const at = new Date('2027-06-01T00:00:00Z');
    const from = later(HOUR, at);
    ring.add({ kid: 'n', key: signers[2]!, at, from, until: year(2029) });
    expect(ring.current(later(-1, from)).kid).toBe('2027');
    expect(ring.current(from).kid).toBe('n');
    expect(kids(ring, from)).toEqual(['2027', 'n']);
    expect(kids(ring, later(2 * HOUR, from))).toEqual(['n']);
  });

  it('begins at once where no key signs any more', () => {
    const ring = twoYears();
    const at = later(1, year(2028));
    ring.add({ kid: 'n', key: signers[2]!, at, until: year(2029) });
    expect(ring.current(at).kid).toBe('n');
    expect(codeOfCurrent(ring, year(2028))).toBe('key-not-current');
  });

  it('takes keys of other algorithms, under their own names', () => {
    const ring = empty();
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const spki = Uint8Array.from(publicKey.export({ type: 'spki', format: 'der' }));
    ring.add({ kid: 'r', key: { algorithm: 'RSA-PSS-SHA256', publicKey: spki }, at: start, until: year(2027) });
    expect(ring.jwks(start).keys[0]).toEqual(publicJwk(spki, { kid: 'r', use: 'sig', alg: 'PS256' }));
    expect(codeOfCurrent(ring, start)).toBe('key-not-current');
  });
});

describe('withdraw', () => {
  const incident = new Date('2026-12-24T12:00:00Z');

  it('of the key that signs: the one in reserve begins at once', async () => {
    const ring = twoYears();
    ring.withdraw('2026', incident);
    expect(ring.current(incident)).toEqual({ kid: '2027', signer: signers[1] });
    expect(ring.current(year(2027)).kid).toBe('2027');
    expect(kids(ring, incident)).toEqual(['2027']);
    expect(await find(ring, '2026', incident)).toBe('unknown');
    // The past stays as it was, but for the signer, which is gone.
    expect(codeOfCurrent(ring, later(-1, incident))).toBe('key-not-current');
    expect(kids(ring, later(-1, incident))).toEqual(['2026', '2027']);
    expect(ring.toJSON().keys[0]).toMatchObject({
      until: text(incident),
      publishedUntil: text(incident),
      withdrawn: true,
    });
    expect(JSON.stringify(new KeyRing(ring.toJSON()))).toBe(JSON.stringify(ring));
  });

  it('of the only key: another one begins as soon as it is there', () => {
    const ring = empty();
    ring.add({ kid: 'a', key: signers[0]!, at: start, until: year(2027) });
    ring.withdraw('a', incident);
    expect(codeOfCurrent(ring, incident)).toBe('key-not-current');
    expect(kids(ring, incident)).toEqual([]);
    ring.add({ kid: 'b', key: signers[1]!, at: incident, until: year(2028) });
    expect(ring.current(incident).kid).toBe('b');
  });

  it('of a key that has not begun: the one before it signs on', () => {
    const ring = twoYears();
    ring.add({ kid: '2028', key: signers[2]!, at: incident, until: year(2029) });
    ring.withdraw('2027', incident);
    expect(ring.current(new Date('2027-12-31T23:59:59Z')).kid).toBe('2026');
    expect(ring.current(year(2028)).kid).toBe('2028');
    expect(kids(ring, incident)).toEqual(['2026', '2028']);
    expect(kids(ring, later(2 * HOUR - 1, year(2028)))).toEqual(['2026', '2028']);
  });

  it('of a key that signs no more: only its tokens end', () => {
    const ring = twoYears();
    const at = later(HOUR, year(2027));
    ring.withdraw('2026', at);
    expect(ring.toJSON().keys[0]).toMatchObject({ until: '2027-01-01T00:00:00Z', publishedUntil: text(at) });
    expect(kids(ring, at)).toEqual(['2027']);
    expect(ring.current(at).kid).toBe('2027');
    expect(() => ring.withdraw('2026', at)).toThrow(refused('invalid-argument'));
    expect(() => ring.withdraw('none', at)).toThrow(refused('invalid-argument'));
    expect(() => ring.withdraw('2027', new Date(Number.NaN))).toThrow(refused('invalid-argument'));
  });

  it('of a key that begins at this very moment: it may have signed, and is on record', () => {
    const ring = twoYears();
    ring.withdraw('2027', year(2027));
    expect(codeOfCurrent(ring, year(2027))).toBe('key-not-current');
    expect(ring.toJSON().keys[1]).toMatchObject({ from: text(year(2027)), until: text(year(2027)), withdrawn: true });
    expect(kids(ring, year(2027))).toEqual(['2026']);
  });

  it('never lets a key sign on that ended long ago, or was withdrawn itself', () => {
    const ring = empty();
    ring.add({ kid: 'a', key: signers[0]!, at: start, until: later(10 * HOUR) });
    // Nothing signs for half an hour, then for another one.
    ring.add({ kid: 'b', key: signers[1]!, at: later(10.5 * HOUR), from: later(11 * HOUR), until: later(30 * HOUR) });
    ring.withdraw('b', later(10.6 * HOUR));
    for (const hours of [10.2, 10.6, 20]) expect(codeOfCurrent(ring, later(hours * HOUR))).toBe('key-not-current');

    const second = twoYears();
    second.withdraw('2026', incident);
    // A clock that goes back.
    second.withdraw('2027', later(-1, incident));
    for (const at of [later(-1, incident), incident, year(2027)])
      expect(codeOfCurrent(second, at)).toBe('key-not-current');
    expect(second.toJSON().keys.map(({ kid, until }) => [kid, until])).toEqual([['2026', text(incident)]]);
  });

  it('of a key that ended before the ring ran dry leaves the next one as it is', () => {
    const ring = empty();
    ring.add({ kid: 'a', key: signers[0]!, at: start, until: later(10 * HOUR) });
    ring.add({ kid: 'b', key: signers[1]!, at: later(11 * HOUR), until: later(30 * HOUR) });
    ring.withdraw('a', later(11.5 * HOUR));
    expect(kids(ring, later(11.5 * HOUR))).toEqual(['b']);
    expect(ring.toJSON().keys[1]!.from).toBe(text(later(11 * HOUR)));
  });
});

describe('data that breaks a rule', () => {
  const good = twoYears().toJSON();
  const [first, second] = good.keys as [RingKey, RingKey];
  const malformed = (data: unknown) =>
    expect(() => new KeyRing(data as KeyRingData)).toThrow(refused('key-ring-malformed'));

  it('is refused', () => {
    for (const one of [
      { until: '2026-12-31T23:59:59Z' }, // a gap
      { until: '2027-01-01T00:00:01Z', publishedUntil: '2027-02-01T00:00:00Z' }, // two at once
      { publishedUntil: '2027-01-01T01:59:59Z' }, // tokens outlive it
      { publishedUntil: '2026-12-31T00:00:00Z', withdrawn: true }, // signs unpublished
      { publishedFrom: '2026-01-01T00:00:01Z' },
      { from: '2027-01-01T00:00:00Z' }, // signs for no time
      { from: '2026-02-30T00:00:00Z', publishedFrom: '2026-01-01T00:00:00Z' },
      { from: '2026-01-01' },
      { from: '2026-01-01T00:00:00+00:00' },
      { from: 1_767_225_600_000 },
      { from: null },
      { kid: '2027' },
      { kid: 5 },
      { kid: '' },
      { algorithm: 'HMAC-SM3' },
      { algorithm: 'none' },
      { algorithm: 'toString' },
      { algorithm: '__proto__' },
      { algorithm: 'ECDSA-P256-SHA256' },
      { publicKey: 'x' },
      { publicKey: null },
      { publicKey: first.publicKey + second.publicKey },
      { publicKey: first.publicKey.replaceAll('PUBLIC', 'PRIVATE') },
      { publicKey: first.publicKey.replace('MFk', 'MFl') },
      { withdrawn: false },
    ])
      malformed({ ...good, keys: [{ ...first, ...one }, second] });
    for (const one of [
      { publishedFrom: '2026-12-31T23:00:01Z' }, // caches do not know it yet
      { publishedFrom: '2027-01-01T00:00:00Z' },
      { from: '2027-01-02T00:00:00Z' },
    ])
      malformed({ ...good, keys: [first, { ...second, ...one }] });
    malformed({ ...good, keys: [second, first] });
    for (const one of [0, -1, 1.5, Number.NaN, '60', null, undefined])
      for (const name of ['maxAgeSeconds', 'maxTokenSeconds']) malformed({ ...good, [name]: one });
    for (const keys of [null, {}, [null], ['x'], undefined]) malformed({ ...good, keys });
    expect(
      new KeyRing({ ...good, keys: [first, { ...second, publishedFrom: '2026-12-31T23:00:00Z' }] }).jwks(start),
    ).toBeTruthy();
  });

  it('is refused beyond the limit of keys', () => {
    const { publicKey } = first;
    const chain = (count: number): readonly RingKey[] =>
      Array.from({ length: count }, (_, n) => ({
        kid: `${n}`,
        algorithm: 'SM2-SM3',
        publicKey,
        publishedFrom: text(start),
        from: text(later((n + 1) * HOUR)),
        until: text(later((n + 2) * HOUR)),
        publishedUntil: text(later((n + 4) * HOUR)),
      }));
    expect(new KeyRing({ ...good, keys: chain(KEY_RING_LIMITS.keys) }).jwks(start).keys).toHaveLength(100);
    malformed({ ...good, keys: chain(KEY_RING_LIMITS.keys + 1) });
    expect(
      readJwks(new TextEncoder().encode(JSON.stringify(new KeyRing({ ...good, keys: chain(100) }).jwks(start)))),
    ).toHaveLength(100);
  });
});

/** What an operator does, in the order of time; what a rule forbids is refused and changes nothing. */
const history = fc.record({
  maxAge: fc.integer({ min: 1, max: 500 }),
  maxToken: fc.integer({ min: 1, max: 500 }),
  acts: fc.array(
    fc.record({
      wait: fc.integer({ min: 0, max: 1500 }),
      lead: fc.option(fc.integer({ min: -100, max: 1500 }), { nil: undefined }),
      length: fc.integer({ min: 0, max: 2000 }),
    }),
    { minLength: 1, maxLength: signers.length },
  ),
});

describe('whatever an operator adds', () => {
  it('one key signs at a time, known to caches, and what it signed verifies until it expires', () => {
    fc.assert(
      fc.property(history, ({ maxAge, maxToken, acts }) => {
        const ring = new KeyRing({ maxAgeSeconds: maxAge, maxTokenSeconds: maxToken, keys: [] });
        let now = 0;
        const versions: { readonly at: number; readonly data: KeyRingData }[] = [];
        for (const [n, { wait, lead, length }] of acts.entries()) {
          now += wait;
          const from = lead === undefined ? {} : { from: later(now + lead) };
          const last = ring.toJSON().keys.at(-1);
          const begins = from.from ?? (last === undefined ? later(now) : new Date(last.until));
          try {
            ring.add({ kid: `${n}`, key: signers[n]!, at: later(now), ...from, until: later(length, begins) });
          } catch (error) {
            expect(error).toEqual(refused('invalid-argument'));
          }
          versions.push({ at: now, data: ring.toJSON() });
        }
        const end = now + 5000;
        /** The ring as it was at a moment: what was added later was not known. */
        const asOf = (moment: number): KeyRing => rings.findLast(({ at }) => at <= moment)?.ring ?? rings[0]!.ring;
        const rings = versions.map(({ at, data }) => ({
          at,
          ring: new KeyRing(
            data,
            signers
              .map((signer, n) => ({ kid: `${n}`, signer }))
              .filter(({ kid }) => data.keys.some((key) => key.kid === kid)),
          ),
        }));
        const keys = ring.toJSON().keys;
        const seconds = (time: string): number => (Date.parse(time) - start.getTime()) / 1000;
        for (let moment = 0; moment <= end; moment += 37) {
          const at = later(moment);
          const signing = keys.filter((key) => seconds(key.from) <= moment && moment < seconds(key.until));
          // One, but for the time in which the ring had run dry.
          expect(signing.length).toBeLessThanOrEqual(1);
          const own = asOf(moment);
          if (signing.length === 0) continue;
          const { kid } = own.current(at);
          expect(kid).toBe(signing[0]!.kid);
          // Every cache that may have asked within its age has the key, unless nothing signed then.
          const key = own.toJSON().keys.findIndex((one) => one.kid === kid);
          const before = own.toJSON().keys[key - 1];
          const asked = moment - maxAge;
          const dry =
            before === undefined || Date.parse(before.until) < Date.parse(own.toJSON().keys[key]!.publishedFrom);
          if (!dry) expect(kids(asOf(asked), later(asked))).toContain(kid);
          // A token of this moment expires no later than that.
          for (const age of [0, maxToken / 2, maxToken - 0.001])
            expect(kids(asOf(moment + age), later(moment + age))).toContain(kid);
        }
        for (const [index, key] of keys.entries()) {
          const next = keys[index + 1];
          if (next !== undefined && Date.parse(next.publishedFrom) <= Date.parse(key.until))
            expect(next.from).toBe(key.until);
        }
      }),
      { numRuns: process.env.SLOW === undefined ? 150 : 3000 },
    );
  });

  it('and withdraws, no withdrawn key is published and one signs at most', () => {
    const acts = fc.array(fc.tuple(fc.constantFrom('add', 'withdraw'), fc.integer({ min: 0, max: 900 }), fc.nat(11)), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(acts, (list) => {
        const ring = empty();
        let now = 0;
        const withdrawn = new Map<string, number>();
        for (const [act, wait, n] of list) {
          now += wait * 20;
          try {
            if (act === 'add')
              ring.add({ kid: `${n}`, key: signers[n]!, at: later(now), until: later(now + 9 * HOUR) });
            else {
              ring.withdraw(`${n}`, later(now));
              withdrawn.set(`${n}`, now);
            }
            // One that had not begun leaves no trace, and may be added again.
            if (act === 'add') withdrawn.delete(`${n}`);
          } catch (error) {
            expect(error).toEqual(refused('invalid-argument'));
            // Nothing but its absence keeps a key from being taken back.
            const key = ring.toJSON().keys.find(({ kid }) => kid === `${n}`);
            if (act === 'withdraw' && key !== undefined) expect(key.publishedUntil <= text(later(now))).toBe(true);
          }
          expect(JSON.stringify(new KeyRing(ring.toJSON()))).toBe(JSON.stringify(ring));
          for (const ahead of [0, 1, HOUR, 5 * HOUR, 20 * HOUR]) {
            const at = later(now + ahead);
            for (const [kid, since] of withdrawn) if (since <= now) expect(kids(ring, at)).not.toContain(kid);
            const current = codeOfCurrent(ring, at);
            if (current !== 'key-not-current') expect(kids(ring, at)).toContain(current);
          }
        }
      }),
      { numRuns: process.env.SLOW === undefined ? 200 : 5000 },
    );
  });
});

describe('the handler', () => {
  let now = start;
  const ring = twoYears();
  const handler = jwksHandler(ring, { clock: () => now });
  const ask = (init: RequestInit = {}) => handler(new Request('https://id.example.gov.cn/jwks.json', init));

  it('answers with the keys of this moment, for anybody, to be kept for the age of the ring', async () => {
    now = new Date('2026-12-24T00:00:00Z');
    const response = await ask();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/jwk-set+json',
      'cache-control': 'public, max-age=3600',
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    expect(readJwks(bytes)).toEqual(ring.jwks(now).keys);
    expect(
      readJwks(bytes).map(({ kid, use, alg }: { kid?: string; use?: string; alg?: string }) => [kid, use, alg]),
    ).toEqual([
      ['2026', 'sig', 'SGD_SM3_SM2'],
      ['2027', 'sig', 'SGD_SM3_SM2'],
    ]);
  });

  it('answers HEAD without a body, OPTIONS, 304 to who has it, and no other method', async () => {
    now = start;
    const etag = (await ask()).headers.get('etag')!;
    const head = await ask({ method: 'HEAD' });
    expect([head.status, head.headers.get('etag'), await head.text()]).toEqual([200, etag, '']);
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const response = await ask({ headers: { 'if-none-match': known } });
      expect([response.status, response.headers.get('cache-control'), await response.text()]).toEqual([
        304,
        'public, max-age=3600',
        '',
      ]);
    }
    now = new Date('2026-12-24T00:00:00Z');
    expect((await ask({ headers: { 'if-none-match': etag } })).status).toBe(200);
    expect((await ask({ method: 'OPTIONS' })).status).toBe(204);
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const response = await ask({ method });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    }
  });

  it('carries a cache through a rotation: at no moment is a good token unknown', async () => {
    const own = empty();
    own.add({ kid: 'a', key: signers[0]!, at: start, until: later(10 * HOUR) });
    own.add({ kid: 'b', key: signers[1]!, at: later(9 * HOUR), until: later(20 * HOUR) });
    const serve = jwksHandler(own, { clock: () => now });
    const cache = new JwksCache({
      url: 'https://id.example.gov.cn/jwks.json',
      fetch: serve,
      clock: () => now,
      maxAgeSeconds: HOUR,
      // So that nothing but age brings new keys.
      cooldownSeconds: HOUR,
    });
    const signed: { readonly kid: string; readonly signature: Uint8Array; readonly until: number }[] = [];
    for (let moment = 0; moment < 19 * HOUR; moment += 611) {
      now = later(moment);
      const { kid, signer } = own.current(now);
      signed.push({ kid, signature: await signer.sign(message), until: moment + 2 * HOUR });
      for (const token of signed.filter(({ until }) => moment < until)) {
        const found = await cache.find({ kid: token.kid, algorithm: 'SM2-SM3', dialect: GMT_0125, at: now });
        if (found.outcome !== 'found') throw new Error(`${found.outcome} ${token.kid} at ${moment}`);
        expect(await found.verifier.verify(message, token.signature)).toBe(true);
      }
    }
    expect(new Set(signed.map(({ kid }) => kid))).toEqual(new Set(['a', 'b']));
  });
});
