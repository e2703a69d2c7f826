/** The keys of an issuer over the network: how often it is asked, and what is believed meanwhile. */
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { GMT_0125 } from '@gov/token/dialect';
import { type Jwk, publicJwk } from '@gov/token/jwk';
import { JWKS_CACHE_TIMES, JWKS_LIMITS, JwksCache, type JwksCacheOptions } from '@gov/token/jwks';
import { fixedKeys, type WantedKey } from '@gov/token/key-source';
import { beforeEach, describe, expect, it } from 'vitest';

const URL_ = 'https://id.example.gov.cn/jwks.json';
const keys = ['a', 'b', 'c'].map((kid) => {
  const key = generateSm2Key();
  return { kid, signer: sm2Signer(key), jwk: publicJwk(key.publicKey.toSpki(), { kid }) };
});
const [a, b, c] = keys.map(({ jwk }) => jwk) as [Jwk, Jwk, Jwk];
const body = (...jwks: readonly unknown[]): string => JSON.stringify({ keys: jwks });
const refused = (code: string) => expect.objectContaining({ name: 'GovError', code });

let seconds = 0;
let asked: Request[] = [];
let answer: (request: Request) => Response | Promise<Response>;
const answers = (text: string, init?: ResponseInit): void => {
  answer = () => new Response(text, init);
};

beforeEach(() => {
  seconds = 1_800_000_000;
  asked = [];
  answers(body(a, b));
});

const cacheOf = (more: Partial<JwksCacheOptions> = {}): JwksCache =>
  new JwksCache({
    url: URL_,
    fetch: async (request) => {
      asked.push(request);
      return answer(request);
    },
    clock: () => new Date(seconds * 1000),
    ...more,
  });

const wanted = (kid?: string, more: Partial<WantedKey> = {}): WantedKey => ({
  kid,
  algorithm: 'SM2-SM3',
  dialect: GMT_0125,
  at: new Date(seconds * 1000),
  ...more,
});

const outcome = async (cache: JwksCache, kid?: string, more?: Partial<WantedKey>): Promise<string> =>
  (await cache.find(wanted(kid, more))).outcome;

const message = new TextEncoder().encode('m');
const { maxAgeSeconds, cooldownSeconds, staleSeconds } = JWKS_CACHE_TIMES;

describe('a key', () => {
  it('is found by its kid, and verifies what its signer signed', async () => {
    const cache = cacheOf();
    const found = await cache.find(wanted('b'));
    if (found.outcome !== 'found') throw new Error(found.outcome);
    expect(await found.verifier.verify(message, await keys[1]!.signer.sign(message))).toBe(true);
    expect(await found.verifier.verify(message, await keys[0]!.signer.sign(message))).toBe(false);
    expect(asked).toHaveLength(1);
    expect(asked[0]!.url).toBe(URL_);
    expect(asked[0]!.redirect).toBe('error');
    expect(asked[0]!.headers.get('accept')).toContain('application/jwk-set+json');
  });

  it('keeps its verifier as long as the answer is the same, since it grows faster with use', async () => {
    const cache = cacheOf();
    const first = await cache.find(wanted('a'));
    seconds += maxAgeSeconds;
    expect(await cache.find(wanted('a'))).toEqual(first);
    expect(((await cache.find(wanted('a'))) as typeof first & { verifier: object }).verifier).toBe(
      (first as { verifier: object }).verifier,
    );
    expect(asked).toHaveLength(2);
  });

  it('is not found for another algorithm, or without kid among several', async () => {
    const cache = cacheOf();
    expect(await outcome(cache, 'a', { algorithm: 'ECDSA-P256-SHA256' })).toBe('unknown');
    expect(await outcome(cache)).toBe('unknown');
    answers(body(a));
    seconds += maxAgeSeconds;
    expect(await outcome(cache)).toBe('found');
  });

  it('that was taken back verifies no more once the keys have their age', async () => {
    const cache = cacheOf();
    expect(await outcome(cache, 'b')).toBe('found');
    answers(body(a));
    seconds += maxAgeSeconds - 1;
    expect(await outcome(cache, 'b')).toBe('found');
    expect(asked).toHaveLength(1);
    seconds += 1;
    expect(await outcome(cache, 'b')).toBe('unknown');
    expect(await outcome(cache, 'a')).toBe('found');
  });
});

describe('questions', () => {
  it('go out one at a time, however many wait', async () => {
    let open: (response: Response) => void = () => {};
    answer = () =>
      new Promise((resolve) => {
        open = resolve;
      });
    const cache = cacheOf();
    const waiting = Array.from({ length: 500 }, (_, n) => outcome(cache, ['a', 'b', 'x'][n % 3]));
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(asked).toHaveLength(1);
    open(new Response(body(a, b)));
    const outcomes = await Promise.all(waiting);
    expect(new Set(outcomes.filter((_, n) => n % 3 !== 2))).toEqual(new Set(['found']));
    expect(new Set(outcomes.filter((_, n) => n % 3 === 2))).toEqual(new Set(['unknown']));
    expect(asked).toHaveLength(1);
  });

  it('for an unknown kid go out once in a cool-down, not once per token', async () => {
    const cache = cacheOf();
    await cache.find(wanted('a'));
    for (let n = 0; n < 100; n++) expect(await outcome(cache, `x${n}`)).toBe('unknown');
    expect(asked).toHaveLength(1);
    seconds += cooldownSeconds - 1;
    expect(await outcome(cache, 'c')).toBe('unknown');
    expect(asked).toHaveLength(1);
    seconds += 1;
    answers(body(a, b, c));
    expect(await Promise.all(Array.from({ length: 50 }, () => outcome(cache, 'c')))).toEqual(Array(50).fill('found'));
    for (let n = 0; n < 100; n++) await cache.find(wanted(`y${n}`));
    expect(asked).toHaveLength(2);
  });

  it('for an unknown kid keep nobody waiting who asks for a known one', async () => {
    const cache = cacheOf();
    await cache.find(wanted('a'));
    seconds += cooldownSeconds;
    let open: (response: Response) => void = () => {};
    answer = () =>
      new Promise((resolve) => {
        open = resolve;
      });
    const stranger = outcome(cache, 'c');
    expect(await outcome(cache, 'a')).toBe('found');
    const second = outcome(cache, 'c');
    open(new Response(body(a, c)));
    // Who comes while a question is out gets its answer.
    expect(await Promise.all([stranger, second])).toEqual(['found', 'found']);
    expect(asked).toHaveLength(2);
  });

  it('after a failure wait for the cool-down as well', async () => {
    answers('', { status: 500 });
    const cache = cacheOf();
    for (let n = 0; n < 50; n++) expect(await outcome(cache, 'a')).toBe('unavailable');
    expect(asked).toHaveLength(1);
    seconds += cooldownSeconds;
    answers(body(a));
    expect(await outcome(cache, 'a')).toBe('found');
    // It answers again: what it does not have is not there.
    expect(await outcome(cache, 'x')).toBe('unknown');
  });
});

describe('while the server is down', () => {
  it('old keys serve until they are too old, then none', async () => {
    const cache = cacheOf();
    await cache.find(wanted('a'));
    answer = () => Promise.reject(new TypeError('connect ECONNREFUSED 10.0.0.7'));
    for (const age of [maxAgeSeconds, 3600, staleSeconds - 1]) {
      seconds = 1_800_000_000 + age;
      expect([age, await outcome(cache, 'a')]).toEqual([age, 'found']);
    }
    // It might be a new one, which nobody can tell.
    expect(await outcome(cache, 'x')).toBe('unavailable');
    seconds = 1_800_000_000 + staleSeconds;
    const found = await cache.find(wanted('a'));
    expect(found).toEqual({ outcome: 'unavailable', detail: 'JWKS: the keys are too old: TypeError' });
    seconds += cooldownSeconds;
    answers(body(a));
    expect(await outcome(cache, 'a')).toBe('found');
  });

  it.each([
    ['an error', () => new Response('', { status: 503 }), 'JWKS: status 503'],
    ['another status of success', () => new Response(body(a), { status: 203 }), 'JWKS: status 203'],
    ['no JSON', () => new Response('<html>'), 'JWKS: JWK Set: not JSON in UTF-8'],
    ['no JWK Set', () => new Response('{"a":[]}'), 'JWKS: JWK Set: no array of keys'],
    ['two keys of one kid', () => new Response(body(a, a)), 'JWKS: JWK Set: two keys of one kid'],
    [
      'a redirection that the port followed',
      () => Object.defineProperty(new Response(body(a)), 'redirected', { value: true }),
      'JWKS: a redirection, which is not followed',
    ],
    ['a port that throws', () => Promise.reject('10.0.0.7'), 'JWKS: unknown error'],
  ] as const)('and answers with %s, nothing changes', async (_, wrong, detail) => {
    const cache = cacheOf();
    await cache.find(wanted('a'));
    answer = wrong;
    seconds += maxAgeSeconds;
    expect(await outcome(cache, 'a')).toBe('found');
    expect(await cache.find(wanted('c'))).toEqual({ outcome: 'unavailable', detail });
    const fresh = cacheOf();
    expect(await fresh.find(wanted('a'))).toEqual({ outcome: 'unavailable', detail });
  });

  it('it is given a time, also where the port does not heed it', async () => {
    answer = () => new Promise(() => {});
    const cache = cacheOf({ timeoutMs: 30 });
    expect(await cache.find(wanted('a'))).toEqual({ outcome: 'unavailable', detail: 'JWKS: no answer in 30 ms' });
    answer = () => new Response(new ReadableStream({ pull: () => new Promise(() => {}) }));
    seconds += cooldownSeconds;
    expect(await cache.find(wanted('a'))).toEqual({ outcome: 'unavailable', detail: 'JWKS: no answer in 30 ms' });
    seconds += cooldownSeconds;
    answers(body(a));
    expect(await outcome(cache, 'a')).toBe('found');
  });
});

describe('an answer', () => {
  it('is read up to its limit, and not beyond', async () => {
    const padded = (octets: number): string => {
      const text = body(a);
      return text + ' '.repeat(octets - text.length);
    };
    answers(padded(JWKS_LIMITS.bytes));
    expect(await outcome(cacheOf(), 'a')).toBe('found');
    let sent = 0;
    answer = () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            sent += 65_536;
            controller.enqueue(new Uint8Array(65_536).fill(32));
          },
        }),
      );
    expect(await cacheOf().find(wanted('a'))).toEqual({
      outcome: 'unavailable',
      detail: `JWKS: more than ${JWKS_LIMITS.bytes} bytes`,
    });
    expect(sent).toBeLessThan(10 * 65_536);
    answers(padded(2000));
    expect(await outcome(cacheOf({ limits: { bytes: 2000 } }), 'a')).toBe('found');
    expect(await outcome(cacheOf({ limits: { bytes: 1999 } }), 'a')).toBe('unavailable');
    answers(body(a, b));
    expect(await outcome(cacheOf({ limits: { keys: 1 } }), 'a')).toBe('unavailable');
  });

  it('may be of any content type', async () => {
    answers(body(a), { headers: { 'content-type': 'text/html' } });
    expect(await outcome(cacheOf(), 'a')).toBe('found');
  });

  it('that shows a private key takes all keys away, until there is a better one', async () => {
    const cache = cacheOf();
    await cache.find(wanted('a'));
    answers(body(a, { ...b, d: 'AQ' }));
    seconds += maxAgeSeconds;
    for (const kid of ['a', 'b'])
      expect(await cache.find(wanted(kid))).toEqual({
        outcome: 'unavailable',
        detail: 'JWKS: JWK: a private key in a public place',
      });
    seconds += cooldownSeconds;
    answers(body(a));
    expect(await outcome(cache, 'a')).toBe('found');
  });
});

describe('time', () => {
  it('that a token is judged for neither turns the cache back nor makes it old', async () => {
    const cache = cacheOf();
    await cache.find(wanted('a'));
    answers(body(b));
    for (const at of [new Date(0), new Date('2099-01-01T00:00:00Z'), new Date(Number.NaN)])
      expect(await outcome(cache, 'a', { at })).toBe('found');
    expect(asked).toHaveLength(1);
    seconds += maxAgeSeconds;
    // The key was taken back: also for what was signed when it was there.
    expect(await outcome(cache, 'a', { at: new Date(1_800_000_000_000) })).toBe('unknown');
    expect(await outcome(cache, 'b', { at: new Date(0) })).toBe('found');
    expect(asked).toHaveLength(2);
  });

  it('that goes backwards makes no key younger', async () => {
    const cache = cacheOf();
    await cache.find(wanted('a'));
    answers(body(b));
    seconds += maxAgeSeconds - 10;
    expect(await outcome(cache, 'a')).toBe('found');
    seconds -= 365 * 86_400;
    expect(await outcome(cache, 'a')).toBe('found');
    seconds += 9;
    expect(await outcome(cache, 'a')).toBe('found');
    seconds += 1;
    expect(await outcome(cache, 'a')).toBe('unknown');
    expect(asked).toHaveLength(2);
  });

  it('that leaps ahead and back does not hold back the next question', async () => {
    const cache = cacheOf();
    await cache.find(wanted('a'));
    seconds += 100 * 365 * 86_400;
    expect(await outcome(cache, 'a')).toBe('found');
    seconds -= 100 * 365 * 86_400;
    answers(body(b));
    expect(await outcome(cache, 'a')).toBe('found');
    seconds += maxAgeSeconds;
    expect(await outcome(cache, 'a')).toBe('unknown');
    expect(asked).toHaveLength(3);
  });

  it('that is none is refused', async () => {
    await expect(cacheOf({ clock: () => new Date(Number.NaN) }).find(wanted('a'))).rejects.toThrow(
      refused('invalid-argument'),
    );
  });
});

describe('the options', () => {
  it('take https alone, in its one spelling', () => {
    for (const url of [
      'http://id.example.gov.cn/jwks.json',
      'http://localhost/jwks.json',
      'ftp://id.example.gov.cn/jwks.json',
      'https://user:pw@id.example.gov.cn/jwks.json',
      'https://id.example.gov.cn/jwks.json#x',
      'https://ID.example.gov.cn/jwks.json',
      'https://id.example.gov.cn',
      'data:application/json,{}',
      'jwks.json',
      '',
    ])
      expect(() => cacheOf({ url })).toThrow(refused('invalid-argument'));
    expect(() => cacheOf({ url: 'http://id.example.gov.cn/', loopback: true })).toThrow(refused('invalid-argument'));
    for (const host of ['localhost:8080', '127.0.0.1', '[::1]:1'])
      expect(cacheOf({ url: `http://${host}/jwks.json`, loopback: true })).toBeInstanceOf(JwksCache);
  });

  it('take times that ascend', () => {
    for (const wrong of [
      { maxAgeSeconds: 0 },
      { maxAgeSeconds: -1 },
      { maxAgeSeconds: Number.NaN },
      { maxAgeSeconds: Number.POSITIVE_INFINITY },
      { cooldownSeconds: 0 },
      { cooldownSeconds: 601 },
      { staleSeconds: 599 },
      { staleSeconds: Number.NaN },
      { timeoutMs: 0 },
    ])
      expect(() => cacheOf(wrong)).toThrow(refused('invalid-argument'));
    expect(cacheOf({ maxAgeSeconds: 60, cooldownSeconds: 60, staleSeconds: 60 })).toBeInstanceOf(JwksCache);
  });
});

describe('fixed keys', () => {
  it('are found by kid, for their own algorithm, and without one where just one fits', async () => {
    const verifier = { algorithm: 'HMAC-SM3', verify: async () => true } as const;
    const named = fixedKeys([{ kid: 'h', verifier }]);
    expect(await named.find(wanted('h', { algorithm: 'HMAC-SM3' }))).toEqual({ outcome: 'found', verifier });
    expect(await named.find(wanted(undefined, { algorithm: 'HMAC-SM3' }))).toEqual({ outcome: 'found', verifier });
    expect(await named.find(wanted('h'))).toEqual({ outcome: 'unknown' });
    expect(await named.find(wanted('H', { algorithm: 'HMAC-SM3' }))).toEqual({ outcome: 'unknown' });
    const { kid: _, ...nameless } = c;
    const some = fixedKeys([a, nameless]);
    expect((await some.find(wanted('a'))).outcome).toBe('found');
    // A key without a name is not the one that a token names.
    expect((await some.find(wanted('c'))).outcome).toBe('unknown');
    expect((await some.find(wanted())).outcome).toBe('unknown');
    // One that is for something else does not make two.
    expect((await fixedKeys([a, { ...b, use: 'enc' }]).find(wanted())).outcome).toBe('found');
    expect((await fixedKeys([{ ...b, use: 'enc' }]).find(wanted('b'))).outcome).toBe('unknown');
    expect((await fixedKeys([]).find(wanted())).outcome).toBe('unknown');
    expect(() => fixedKeys([a, { ...b, kid: 'a' }])).toThrow(refused('invalid-argument'));
  });
});
