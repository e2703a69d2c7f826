import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import {
  bytesToHex,
  generateSm2Key,
  type Signer,
  type Sm2Signer,
  sm2Digest,
  sm2Signer,
  sm2Verifier,
  sm3,
} from '@gov/sm';
import { type CryptoPoolOptions, cryptoPool, MAX_WAITING_BYTES, type PoolFetch } from '@gov/sm/pool';
import {
  bearerTokens,
  CRYPTO_POOL_LIMITS,
  type CryptoPoolHandlerOptions,
  cryptoPoolHandler,
  type PoolAuditEntry,
} from '@gov/sm/pool/server';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';

const text = (value: string) => new TextEncoder().encode(value);
const key = generateSm2Key();
const spki = key.publicKey.toSpki();
const verifier = sm2Verifier(key.publicKey);
const TOKEN = 'correct-horse-battery-staple';
const b64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const URL_OF_POOL = 'https://pool.example/';

/** A local signer that counts. */
function counting(signer: Sm2Signer = sm2Signer(key)) {
  const counter = { signed: 0 };
  const counted: Sm2Signer = {
    ...signer,
    sign: (message) => {
      counter.signed++;
      return signer.sign(message);
    },
    signDigest: (e) => {
      counter.signed++;
      return signer.signDigest(e);
    },
  };
  return { counter, signer: counted };
}

function server(options: Partial<CryptoPoolHandlerOptions> = {}) {
  const entries: PoolAuditEntry[] = [];
  const handler = cryptoPoolHandler({
    keys: { seal: sm2Signer(key) },
    authorize: bearerTokens({ bureau: TOKEN, other: 'another-token-of-another-caller' }),
    audit: (entry) => void entries.push(entry),
    ...options,
  });
  return { entries, handler, fetch: toFetch(handler) };
}

const toFetch =
  (handler: (request: Request) => Promise<Response>): PoolFetch =>
  (url, init) =>
    handler(new Request(url, init));

const client = (fetch: PoolFetch, options: Partial<CryptoPoolOptions> = {}) =>
  cryptoPool({ url: URL_OF_POOL, token: TOKEN, fetch, random: () => 0, ...options });

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly body?: RequestInit['body'];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request for a signature as anyone may send it. */
const ask = ({ path = '/v1/keys/seal/sign', method = 'POST', body, headers = {} }: Asked = {}) =>
  new Request(new URL(path, URL_OF_POOL), {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
    ...(method === 'POST' ? { body: body ?? JSON.stringify({ items: [{ message: b64(text('a')) }] }) } : {}),
    duplex: 'half',
  } as RequestInit);

async function problem(response: Response | Promise<Response>) {
  const { status, headers } = await response;
  expect(headers.get('content-type')).toBe('application/problem+json');
  expect(headers.get('cache-control')).toBe('no-store');
  const { code, status: said, type, title, detail } = JSON.parse(await (await response).text());
  expect([said, type]).toEqual([status, 'about:blank']);
  expect(title).toMatch(/^[A-Z]/);
  expect(detail).toMatch(/\S/);
  return { status, code, headers };
}

afterEach(() => vi.useRealTimers());

describe('the handler', () => {
  it('names its keys, answers signatures of messages and of digests, and is well', async () => {
    const { handler } = server();
    expect(await (await handler(new Request(`${URL_OF_POOL}v1/health`))).json()).toEqual({ status: 'ok' });
    const one = {
      id: 'seal',
      algorithm: 'SM2-SM3',
      publicKey: b64(spki),
      digests: true,
      limits: { items: 64, messageBytes: 262_144, bodyBytes: 1_048_576 },
    };
    const list = await handler(ask({ method: 'GET', path: '/v1/keys' }));
    expect(await list.json()).toEqual({ keys: [one] });
    expect(list.headers.get('cache-control')).toBe('no-store');
    expect(await (await handler(ask({ method: 'GET', path: '/v1/keys/seal' }))).json()).toEqual(one);
    const e = sm2Digest(key.publicKey, text('b'));
    const body = JSON.stringify({ items: [{ message: b64(text('a')) }, { digest: b64(e) }, { message: '' }] });
    const response = await handler(ask({ body }));
    expect(response.status).toBe(200);
    const { signatures, ...more } = await response.json();
    expect(more).toEqual({});
    const bytes = signatures.map((one: string) => new Uint8Array(Buffer.from(one, 'base64url')));
    expect(await verifier.verify(text('a'), bytes[0])).toBe(true);
    expect(await verifier.verify(text('b'), bytes[1])).toBe(true);
    expect(await verifier.verify(text(''), bytes[2])).toBe(true);
  });

  it.each<[string, Asked, number, string]>([
    ['without a token', { headers: { authorization: '' } }, 401, 'pool-unauthorized'],
    [
      'with a wrong token',
      { headers: { authorization: 'Bearer correct-horse-battery-stapl3' } },
      401,
      'pool-unauthorized',
    ],
    [
      'with a token that is cut',
      { headers: { authorization: `Bearer ${TOKEN.slice(0, -1)}` } },
      401,
      'pool-unauthorized',
    ],
    ['with a longer token', { headers: { authorization: `Bearer ${TOKEN}a` } }, 401, 'pool-unauthorized'],
    ['with another scheme', { headers: { authorization: `Basic ${TOKEN}` } }, 401, 'pool-unauthorized'],
    ['with the bare token', { headers: { authorization: TOKEN } }, 401, 'pool-unauthorized'],
    ['for a key that is not there', { path: '/v1/keys/seals/sign' }, 404, 'pool-key-unknown'],
    ['for __proto__', { path: '/v1/keys/__proto__/sign' }, 404, 'pool-key-unknown'],
    ['for a key in another spelling', { path: '/v1/keys/%73eal/sign' }, 404, 'pool-key-unknown'],
    ['at another path', { path: '/v1/keys/seal/sing' }, 404, 'input-malformed'],
    ['at a longer path', { path: '/v1/keys/seal/sign/' }, 404, 'input-malformed'],
    ['under a prefix', { path: '/x/v1/keys/seal/sign' }, 404, 'input-malformed'],
    ['of another version', { path: '/v2/keys/seal/sign' }, 404, 'input-malformed'],
    ['by GET', { method: 'GET' }, 405, 'input-malformed'],
    ['by PUT', { method: 'PUT' }, 405, 'input-malformed'],
    ['by POST where GET is meant', { path: '/v1/keys/seal' }, 405, 'input-malformed'],
    ['as text', { headers: { 'content-type': 'text/plain' } }, 415, 'input-malformed'],
    ['as a type that begins alike', { headers: { 'content-type': 'application/jsonp' } }, 415, 'input-malformed'],
    ['compressed', { headers: { 'content-encoding': 'gzip' } }, 415, 'input-malformed'],
    ['with a short Idempotency-Key', { headers: { 'idempotency-key': '"abc"' } }, 400, 'input-malformed'],
    ['with a bare Idempotency-Key', { headers: { 'idempotency-key': 'abcdefghijklmnop' } }, 400, 'input-malformed'],
    ['with a long Idempotency-Key', { headers: { 'idempotency-key': `"${'a'.repeat(65)}"` } }, 400, 'input-malformed'],
    ['of nothing', { body: '' }, 400, 'input-malformed'],
    ['of no JSON', { body: '{"items":[' }, 400, 'input-malformed'],
    ['of no UTF-8', { body: Uint8Array.of(0x7b, 0xff, 0x7d) }, 400, 'input-malformed'],
    ['of a list', { body: '[]' }, 400, 'input-malformed'],
    ['of null', { body: 'null' }, 400, 'input-malformed'],
    ['of no items', { body: '{"items":[]}' }, 400, 'input-malformed'],
    ['of items that are none', { body: '{"items":{"0":{"message":""}}}' }, 400, 'input-malformed'],
    ['of a null item', { body: '{"items":[null]}' }, 400, 'input-malformed'],
    ['of an empty item', { body: '{"items":[{}]}' }, 400, 'input-malformed'],
    ['of a member nobody knows', { body: '{"items":[{"message":""}],"algorithm":"x"}' }, 400, 'input-malformed'],
    ['of an item with two', { body: `{"items":[{"message":"","digest":"${b64(sm3())}"}]}` }, 400, 'input-malformed'],
    ['of an item of another kind', { body: '{"items":[{"text":""}]}' }, 400, 'input-malformed'],
    ['of a number', { body: '{"items":[{"message":1}]}' }, 400, 'input-malformed'],
    ['of padded base64url', { body: '{"items":[{"message":"YQ=="}]}' }, 400, 'input-malformed'],
    ['of base64', { body: '{"items":[{"message":"+/+/"}]}' }, 400, 'input-malformed'],
    ['of base64url with bits past the end', { body: '{"items":[{"message":"YR"}]}' }, 400, 'input-malformed'],
    ['of base64url cut short', { body: '{"items":[{"message":"YWJjZ"}]}' }, 400, 'input-malformed'],
    [
      'of a digest of 31 octets',
      { body: `{"items":[{"digest":"${b64(new Uint8Array(31))}"}]}` },
      400,
      'input-malformed',
    ],
  ])('refuses a request %s', async (_, asked, status, code) => {
    const { counter, signer } = counting();
    const { handler } = server({ keys: { seal: signer } });
    expect(await problem(handler(ask(asked)))).toMatchObject({ status, code });
    expect(counter.signed).toBe(0);
  });

  it('says how to come again: with a token, with another method', async () => {
    const { handler } = server();
    const refused = await problem(handler(ask({ headers: { authorization: '' } })));
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect((await problem(handler(ask({ method: 'GET' })))).headers.get('allow')).toBe('POST');
  });

  it('holds to its limits at their edges', async () => {
    const limits = { items: 2, messageBytes: 30, bodyBytes: 120 };
    const { handler } = server({ limits });
    const items = (...lengths: readonly number[]) =>
      JSON.stringify({ items: lengths.map((length) => ({ message: b64(new Uint8Array(length)) })) });
    expect((await handler(ask({ body: items(30, 0) }))).status).toBe(200);
    expect(await problem(handler(ask({ body: items(31) })))).toMatchObject({ status: 413, code: 'input-too-large' });
    expect(await problem(handler(ask({ body: items(0, 0, 0) })))).toMatchObject({
      status: 413,
      code: 'limit-exceeded',
    });
    expect((await handler(ask({ body: items(1).padEnd(120) }))).status).toBe(200);
    const long = { status: 413, code: 'input-too-large' };
    expect(await problem(handler(ask({ body: items(1).padEnd(121) })))).toMatchObject(long);
    const claimed = { 'content-length': '121' };
    expect(await problem(handler(ask({ body: items(1), headers: claimed })))).toMatchObject(long);
  });

  it('reads no more of an endless body than it takes', async () => {
    const { handler } = server();
    let read = 0;
    let cancelled = false;
    const endless = new ReadableStream({
      pull(controller) {
        read += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
      cancel() {
        cancelled = true;
      },
    });
    expect(await problem(handler(ask({ body: endless })))).toMatchObject({ status: 413, code: 'input-too-large' });
    expect(cancelled).toBe(true);
    expect(read).toBeLessThan(2 * CRYPTO_POOL_LIMITS.bodyBytes);
  });

  it('waits for no body, no signer and no authorisation for ever', async () => {
    const never = new Promise<never>(() => undefined);
    const hanging: Sm2Signer = { ...sm2Signer(key), sign: () => never };
    const late = { status: 504, code: 'pool-timeout' };
    const limits = { requestMs: 20 };
    expect(await problem(server({ limits }).handler(ask({ body: new ReadableStream() })))).toMatchObject(late);
    expect(await problem(server({ limits, keys: { seal: hanging } }).handler(ask()))).toMatchObject(late);
    expect(await problem(server({ limits, authorize: () => never }).handler(ask()))).toMatchObject(late);
  });

  it('refuses what is too much at once: of one caller with 429, of all with 503, and takes it later', async () => {
    let release: (() => void) | undefined;
    const open = new Promise<void>((resolve) => {
      release = resolve;
    });
    const local = sm2Signer(key);
    const slow: Sm2Signer = { ...local, sign: (message) => open.then(() => local.sign(message)) };
    const { handler } = server({ keys: { seal: slow }, limits: { concurrent: 1, waiting: 2, perCaller: 2 } });
    const others = { authorization: 'Bearer another-token-of-another-caller' };
    const inside = [handler(ask()), handler(ask()), handler(ask({ headers: others }))];
    const mine = await problem(handler(ask()));
    expect(mine).toMatchObject({ status: 429, code: 'pool-busy' });
    expect(mine.headers.get('retry-after')).toBe('1');
    const full = await problem(handler(ask({ headers: others })));
    expect(full).toMatchObject({ status: 503, code: 'pool-busy' });
    expect(full.headers.get('retry-after')).toBe('1');
    release?.();
    expect((await Promise.all(inside)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect((await handler(ask())).status).toBe(200);
  });

  it('shows a caller its own keys only, the others look as if they were not there', async () => {
    const other = generateSm2Key();
    const { handler } = server({
      keys: { seal: sm2Signer(key), root: sm2Signer(other) },
      authorize: () => ({ id: 'bureau', keys: ['seal'] }),
    });
    const { keys } = await (await handler(ask({ method: 'GET', path: '/v1/keys' }))).json();
    expect(keys.map(({ id }: { id: string }) => id)).toEqual(['seal']);
    expect((await handler(ask())).status).toBe(200);
    const bodyOf = async (path: string) => (await handler(ask({ path }))).text();
    expect(await bodyOf('/v1/keys/root/sign')).toBe(await bodyOf('/v1/keys/none/sign'));
    expect((await handler(ask({ path: '/v1/keys/root/sign' }))).status).toBe(404);
    expect((await handler(ask({ path: '/v1/keys/root', method: 'GET' }))).status).toBe(404);
  });

  it('signs no digest with a key that signs none', async () => {
    const { algorithm, publicKey, sign }: Signer = sm2Signer(key);
    const { handler } = server({ keys: { seal: { algorithm, publicKey, sign } } });
    const described = await (await handler(ask({ method: 'GET', path: '/v1/keys/seal' }))).json();
    expect(described.digests).toBe(false);
    const body = JSON.stringify({ items: [{ message: '' }, { digest: b64(sm3()) }] });
    expect(await problem(handler(ask({ body })))).toMatchObject({ status: 400, code: 'algorithm-unsupported' });
  });

  it('never says what a signer said', async () => {
    const broken: Sm2Signer = { ...sm2Signer(key), sign: () => Promise.reject(new Error('d = 3945208f')) };
    const response = await server({ keys: { seal: broken } }).handler(ask());
    expect(await response.clone().text()).not.toContain('3945208f');
    expect(await problem(response)).toMatchObject({ status: 500, code: 'internal' });
  });

  it('takes names of 64 characters, tokens of 16, and no longer or shorter ones', async () => {
    const wrong = expect.objectContaining({ code: 'invalid-argument' });
    const signer = sm2Signer(key);
    const token = 'a'.repeat(16);
    const { handler } = server({ keys: { ['a'.repeat(64)]: signer }, authorize: bearerTokens({ bureau: token }) });
    const headers = { authorization: `Bearer ${token}` };
    expect((await handler(ask({ path: `/v1/keys/${'a'.repeat(64)}/sign`, headers }))).status).toBe(200);
    expect(() => server({ keys: { ['a'.repeat(65)]: signer } })).toThrow(wrong);
    expect(() => server({ keys: {} })).toThrow(wrong);
    for (const bad of ['a'.repeat(15), 'a'.repeat(1025), `${token} `, `${token}\n`, `=${token}`]) {
      expect(() => bearerTokens({ bureau: bad })).toThrow(wrong);
    }
  });

  it.each([
    ['items', 0],
    ['items', 1025],
    ['messageBytes', 1.5],
    ['concurrent', 0],
    ['waiting', -1],
    ['requestMs', Number.NaN],
  ])('refuses a limit %s of %s', (name, value) => {
    expect(() => server({ limits: { [name]: value } })).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});

describe('the audit', () => {
  it('is told who asked for what by its digest, and what became of it', async () => {
    const { handler, entries } = server();
    const e = sm2Digest(key.publicKey, text('b'));
    const body = JSON.stringify({ items: [{ message: b64(text('a')) }, { digest: b64(e) }] });
    await handler(ask({ body }));
    await handler(ask({ headers: { authorization: '' } }));
    await handler(ask({ path: '/v1/keys/seals/sign' }));
    await handler(ask({ path: `/v1/keys/${'x'.repeat(100)}/sign` }));
    await handler(ask({ body: 'x' }));
    await handler(ask({ method: 'GET', path: '/v1/keys' }));
    expect(entries).toEqual([
      {
        caller: 'bureau',
        key: 'seal',
        items: [
          { kind: 'message', digest: bytesToHex(sm3(text('a'))) },
          { kind: 'digest', digest: bytesToHex(e) },
        ],
        outcome: 'signed',
      },
      { key: 'seal', items: [], outcome: 'pool-unauthorized' },
      { caller: 'bureau', key: 'seals', items: [], outcome: 'pool-key-unknown' },
      { caller: 'bureau', items: [], outcome: 'pool-key-unknown' },
      { caller: 'bureau', key: 'seal', items: [], outcome: 'input-malformed' },
    ]);
  });

  it('fails, and no signature leaves', async () => {
    const { handler } = server({ audit: () => Promise.reject(new Error('disk full')) });
    const response = await handler(ask());
    expect(await response.clone().text()).not.toContain('disk full');
    expect(await problem(response)).toMatchObject({ status: 500, code: 'internal' });
  });
});

describe('an Idempotency-Key', () => {
  const id = { 'idempotency-key': '"0123456789abcdef"' };
  const bodyOf = (message: string) => JSON.stringify({ items: [{ message: b64(text(message)) }] });

  it('gets the same answer again, and signs once; another key or none signs again', async () => {
    const { counter, signer } = counting();
    const { handler, entries } = server({ keys: { seal: signer } });
    const first = await (await handler(ask({ headers: id }))).text();
    expect(await (await handler(ask({ headers: id }))).text()).toBe(first);
    expect(counter.signed).toBe(1);
    expect(entries.map(({ outcome }) => outcome)).toEqual(['signed', 'replayed']);
    await handler(ask({ headers: { 'idempotency-key': '"0123456789abcdeg"' } }));
    await handler(ask());
    await handler(ask());
    expect(counter.signed).toBe(4);
  });

  it('is refused with another body and with another key of the pool', async () => {
    const { handler } = server({ keys: { seal: sm2Signer(key), other: sm2Signer(key) } });
    const refused = { status: 422, code: 'idempotency-key-reused' };
    expect((await handler(ask({ headers: id, body: bodyOf('a') }))).status).toBe(200);
    expect(await problem(handler(ask({ headers: id, body: bodyOf('b') })))).toMatchObject(refused);
    const path = '/v1/keys/other/sign';
    expect(await problem(handler(ask({ headers: id, body: bodyOf('a'), path })))).toMatchObject(refused);
  });

  it('belongs to its caller', async () => {
    const { counter, signer } = counting();
    const { handler } = server({ keys: { seal: signer } });
    const others = { ...id, authorization: 'Bearer another-token-of-another-caller' };
    expect((await handler(ask({ headers: id, body: bodyOf('a') }))).status).toBe(200);
    expect((await handler(ask({ headers: others, body: bodyOf('b') }))).status).toBe(200);
    expect(counter.signed).toBe(2);
  });

  it('waits for the same request that is under way, also after that took too long', async () => {
    const { counter, signer } = counting();
    let release: (() => void) | undefined;
    const open = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow: Sm2Signer = { ...signer, sign: (message) => open.then(() => signer.sign(message)) };
    const { handler } = server({ keys: { seal: slow }, limits: { requestMs: 500 } });
    expect(await problem(handler(ask({ headers: id })))).toMatchObject({ status: 504 });
    const again = handler(ask({ headers: id }));
    release?.();
    expect((await again).status).toBe(200);
    expect(counter.signed).toBe(1);
  });

  it('is forgotten after a failure, after its time, and behind too many others', async () => {
    let now = 0;
    let broken = true;
    const { counter, signer } = counting();
    const once: Sm2Signer = {
      ...signer,
      sign: (message) => (broken ? Promise.reject(new Error('broken')) : signer.sign(message)),
    };
    const limits = { rememberMs: 1000, remembered: 3 };
    const { handler } = server({ keys: { seal: once }, limits, now: () => now });
    expect((await handler(ask({ headers: id }))).status).toBe(500);
    broken = false;
    expect((await handler(ask({ headers: id, body: bodyOf('b') }))).status).toBe(200);
    now = 999;
    await handler(ask({ headers: id, body: bodyOf('b') }));
    expect(counter.signed).toBe(1);
    now = 1000;
    await handler(ask({ headers: id, body: bodyOf('c') }));
    expect(counter.signed).toBe(2);
    for (const other of ['p', 'q']) await handler(ask({ headers: { 'idempotency-key': `"${other.repeat(16)}"` } }));
    await handler(ask({ headers: id, body: bodyOf('c') }));
    expect(counter.signed).toBe(4);
    await handler(ask({ headers: { 'idempotency-key': `"${'r'.repeat(16)}"` } }));
    await handler(ask({ headers: id, body: bodyOf('c') }));
    expect(counter.signed).toBe(6);
  });

  it('is forgotten where the answers fill the memory', async () => {
    const { counter, signer } = counting();
    const { handler } = server({ keys: { seal: signer }, limits: { rememberedCharacters: 250 } });
    for (const other of ['p', 'q', 'r', 'p', 'r']) {
      await handler(ask({ headers: { 'idempotency-key': `"${other.repeat(16)}"` } }));
    }
    expect(counter.signed).toBe(4);
  });
});

describe('the client', () => {
  it('signs as a local key does: one message, many, digests', async () => {
    const { fetch, entries } = server();
    const signer = await client(fetch).signer('seal', { publicKey: spki });
    expect([signer.algorithm, signer.publicKey]).toEqual(['SM2-SM3', spki]);
    expect(await verifier.verify(text('a'), await signer.sign(text('a')))).toBe(true);
    const e = sm2Digest(key.publicKey, text('b'));
    expect(await verifier.verify(text('b'), await signer.signDigest(e))).toBe(true);
    const messages = Array.from({ length: 300 }, (_, i) => text(`${i}`));
    const told: number[] = [];
    const signatures = await signer.signMany(messages, { onProgress: (done) => told.push(done) });
    for (const [i, message] of messages.entries()) expect(await verifier.verify(message, signatures[i]!)).toBe(true);
    expect(told.at(-1)).toBe(300);
    expect(entries.map(({ items }) => items.length)).toEqual([1, 1, ...new Array(7).fill(38), 34]);
  });

  it('sends calls made together in few requests', async () => {
    const { fetch, entries } = server();
    const signer = await client(fetch).signer('seal');
    await Promise.all(Array.from({ length: 100 }, (_, i) => signer.sign(text(`${i}`))));
    expect(entries.length).toBeLessThanOrEqual(8);
    expect(entries.reduce((sum, { items }) => sum + items.length, 0)).toBe(100);
  });

  it('cuts its requests to the limits that the pool names', async () => {
    const { fetch, entries } = server({ limits: { items: 5, messageBytes: 100, bodyBytes: 400 } });
    const signer = await client(fetch).signer('seal');
    const messages = Array.from({ length: 40 }, (_, i) => new Uint8Array(i % 2 === 0 ? 100 : 1));
    expect(await signer.signMany(messages)).toHaveLength(40);
    expect(entries.every(({ outcome }) => outcome === 'signed')).toBe(true);
    await expect(signer.sign(new Uint8Array(101))).rejects.toMatchObject({ code: 'input-too-large' });
    const small = server({ limits: { items: 1024, bodyBytes: 400 } });
    const short = Array.from({ length: 400 }, () => new Uint8Array(0));
    expect(await (await client(small.fetch).signer('seal')).signMany(short)).toHaveLength(400);
  });

  it('sends digests only when told to, whatever the size', async () => {
    const { fetch, entries } = server({ limits: { messageBytes: 32 } });
    const id = text('alice@example.com');
    const signer = await client(fetch, { send: 'digest', id }).signer('seal');
    const message = new Uint8Array(100_000);
    expect(await sm2Verifier(key.publicKey, { id }).verify(message, await signer.sign(message))).toBe(true);
    expect(await signer.signMany([message, message])).toHaveLength(2);
    expect(new Set(entries.flatMap(({ items }) => items.map(({ kind }) => kind)))).toEqual(new Set(['digest']));
  });

  it('lists keys and asks for health', async () => {
    const { fetch } = server();
    const [only, ...more] = await client(fetch).keys();
    expect(more).toEqual([]);
    expect(only).toMatchObject({ id: 'seal', algorithm: 'SM2-SM3', publicKey: spki });
    await client(fetch).health();
  });

  it.each([
    'http://pool.example/',
    'http://localhost.example/',
    'http://127.0.0.1.example/',
    'ftp://pool.example/',
    'pool.example',
    'https://user:secret-secret-secret@pool.example/',
    'https://pool.example/?a=b',
    'https://pool.example/#a',
  ])('asks no pool at %s', (url) => {
    expect(() => cryptoPool({ url })).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('asks this host by HTTP, another one only when allowed, and keeps the path of the URL', async () => {
    for (const url of ['http://localhost:1/', 'http://127.0.0.1:1/', 'http://[::1]:1/']) cryptoPool({ url });
    const asked: string[] = [];
    const { fetch } = server();
    const seen: PoolFetch = (url, init) => {
      asked.push(url);
      return fetch(url, init);
    };
    await cryptoPool({ url: 'http://pool.example', allowHttp: true, fetch: seen }).health();
    await client(seen, { url: 'https://pool.example/a/b' })
      .health()
      .catch(() => undefined);
    expect(asked).toEqual(['http://pool.example/v1/health', 'https://pool.example/a/b/v1/health']);
  });

  it.each<[string, Partial<CryptoPoolOptions>]>([
    ['a token with a line break', { token: 'correct-horse-battery\r\nx: y' }],
    ['a short token', { token: 'short' }],
    ['no time', { timeoutMs: 0 }],
    ['half a millisecond', { deadlineMs: 0.5 }],
    ['retries without end', { retries: 11 }],
  ])('refuses %s and does not repeat it', (_, options) => {
    const made = () => cryptoPool({ url: URL_OF_POOL, ...options });
    expect(made).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    expect(made).not.toThrow(/correct-horse|short/);
  });

  it('asks for no key of an impossible name', async () => {
    const pool = client(() => Promise.reject(new Error('asked')));
    for (const name of ['', '..', 'a/b', 'a?b']) {
      await expect(pool.signer(name)).rejects.toMatchObject({ code: 'invalid-argument' });
    }
  });

  it('is told what the server says: no token, wrong token, no such key', async () => {
    const { fetch } = server();
    await expect(cryptoPool({ url: URL_OF_POOL, fetch }).keys()).rejects.toMatchObject({ code: 'pool-unauthorized' });
    const wrong = client(fetch, { token: 'wrong-wrong-wrong-wrong' });
    await expect(wrong.signer('seal')).rejects.toMatchObject({ code: 'pool-unauthorized' });
    await expect(client(fetch).signer('seals')).rejects.toMatchObject({ code: 'pool-key-unknown' });
  });

  it('lets so many octets wait and refuses more', async () => {
    const { fetch } = server({ limits: { messageBytes: 16 * 1024 * 1024, bodyBytes: 32 * 1024 * 1024 } });
    const signer = await client(fetch, { signal: AbortSignal.timeout(2000), send: 'message' }).signer('seal');
    const message = new Uint8Array(MAX_WAITING_BYTES / 4);
    const calls = Array.from({ length: 5 }, (_, i) => signer.sign(i === 4 ? message.subarray(1) : message));
    const settled = await Promise.allSettled(calls);
    expect(settled[4]).toMatchObject({ reason: { code: 'limit-exceeded' } });
  });

  it('shows no token and no key', async () => {
    const { fetch } = server();
    const pool = client(fetch);
    const signer = await pool.signer('seal');
    expect(inspect([pool, signer], { depth: 20 }) + JSON.stringify([pool, signer])).not.toContain(TOKEN);
    const leaking: PoolFetch = (_, init) => Promise.reject(new Error(JSON.stringify(init)));
    const error = await client(leaking, { retries: 0 })
      .health()
      .catch((caught) => caught);
    expect(inspect(error, { depth: 20 })).not.toContain(TOKEN);
    expect(error).toMatchObject({ code: 'pool-unavailable' });
  });
});

describe('a pool that answers wrongly is found', () => {
  const described = {
    id: 'seal',
    algorithm: 'SM2-SM3',
    publicKey: b64(spki),
    digests: true,
    limits: { items: 64, messageBytes: 1000, bodyBytes: 100_000 },
  };
  const answering =
    (sign: unknown, description: unknown = described): PoolFetch =>
    async (_, { method }) =>
      Response.json(method === 'POST' ? sign : description);
  const other = generateSm2Key();

  it.each<[string, () => Promise<unknown>]>([
    ['a signature of another message', async () => ({ signatures: [b64(await sm2Signer(key).sign(text('b')))] })],
    ['a signature of another key', async () => ({ signatures: [b64(await sm2Signer(other).sign(text('a')))] })],
    [
      'a signature with another ID',
      async () => ({ signatures: [b64(await sm2Signer(key, { id: text('x') }).sign(text('a')))] }),
    ],
    ['63 octets', async () => ({ signatures: [b64((await sm2Signer(key).sign(text('a'))).subarray(1))] })],
    ['DER', async () => ({ signatures: [b64(new Uint8Array(70).fill(48))] })],
    ['no signature', async () => ({ signatures: [] })],
    [
      'a signature too many',
      async () => ({
        signatures: await Promise.all(['a', 'a'].map(async (one) => b64(await sm2Signer(key).sign(text(one))))),
      }),
    ],
    [
      'a signature and one octet',
      async () => ({ signatures: [b64(Uint8Array.of(...(await sm2Signer(key).sign(text('a'))), 0))] }),
    ],
    ['zeros', async () => ({ signatures: [b64(new Uint8Array(64))] })],
    ['null', async () => ({ signatures: [null] })],
    ['base64 with padding', async () => ({ signatures: [Buffer.alloc(64).toString('base64')] })],
    ['something else', async () => ({ signature: '' })],
    ['a list', async () => []],
  ])('%s', async (_, answer) => {
    const signer = await client(answering(await answer())).signer('seal');
    const wrong = { code: 'pool-answer-wrong' };
    await expect(signer.sign(text('a'))).rejects.toMatchObject(wrong);
    await expect(signer.signMany([text('a')])).rejects.toMatchObject(wrong);
    await expect(signer.signDigest(sm3(text('b')))).rejects.toMatchObject(wrong);
  });

  it('one wrong signature among good ones', async () => {
    const local = sm2Signer(key);
    const messages = ['a', 'b', 'c'].map(text);
    const good = await Promise.all(messages.map((message) => local.sign(message)));
    const swapped = [good[0]!, good[2]!, good[1]!].map(b64);
    const description = { ...described, limits: { ...described.limits, items: 3 } };
    let asked: string[] = [];
    const fetch: PoolFetch = async (_, { method, body }) => {
      if (method !== 'POST') return Response.json(description);
      const { items } = JSON.parse(String(body));
      asked = items.map(({ message }: { message: string }) => message);
      const all = messages.map(b64);
      return Response.json({ signatures: asked.map((one) => swapped[all.indexOf(one)]) });
    };
    const signer = await client(fetch).signer('seal');
    await expect(signer.signMany(messages)).rejects.toMatchObject({ code: 'pool-answer-wrong' });
  });

  it('a public key that is not the expected one', async () => {
    const swapped = { ...described, publicKey: b64(other.publicKey.toSpki()) };
    const pool = client(answering({}, swapped));
    await expect(pool.signer('seal', { publicKey: spki })).rejects.toMatchObject({ code: 'key-mismatch' });
  });

  it('a public key swapped after the handle was made', async () => {
    const keys: Record<string, Sm2Signer> = { seal: sm2Signer(key) };
    const before = server({ keys: { ...keys } });
    const after = server({ keys: { seal: sm2Signer(other) } });
    let fetch = before.fetch;
    const signer = await client((url, init) => fetch(url, init)).signer('seal');
    fetch = after.fetch;
    await expect(signer.sign(text('a'))).rejects.toMatchObject({ code: 'pool-answer-wrong' });
  });

  const off = spki.slice();
  off[off.length - 1]! ^= 1;
  it.each<[string, unknown, string]>([
    ['another algorithm', { ...described, algorithm: 'RSA-PKCS1-SHA256' }, 'algorithm-unsupported'],
    ['another key', { ...described, id: 'root' }, 'pool-answer-wrong'],
    ['a point off the curve', { ...described, publicKey: b64(off) }, 'pool-answer-wrong'],
    ['a bare point', { ...described, publicKey: b64(key.publicKey.point) }, 'pool-answer-wrong'],
    ['no public key', { ...described, publicKey: undefined }, 'pool-answer-wrong'],
    ['no limits', { ...described, limits: undefined }, 'pool-answer-wrong'],
    ['a limit of nothing', { ...described, limits: { ...described.limits, items: 0 } }, 'pool-answer-wrong'],
    ['a limit in words', { ...described, limits: { ...described.limits, items: '64' } }, 'pool-answer-wrong'],
    ['nothing', {}, 'pool-answer-wrong'],
    ['a list', [], 'pool-answer-wrong'],
  ])('a description with %s', async (_, description, code) => {
    await expect(client(answering({}, description)).signer('seal')).rejects.toMatchObject({ code });
  });

  it.each<[string, unknown]>([
    ['a key without a public key', { keys: [{ ...described, publicKey: undefined }] }],
    ['a key of an impossible name', { keys: [{ ...described, id: '../seal' }] }],
    ['keys that are no list', { keys: { 0: described } }],
    ['nothing', {}],
  ])('a list with %s', async (_, list) => {
    await expect(client(answering({}, list)).keys()).rejects.toMatchObject({ code: 'pool-answer-wrong' });
  });

  it('limits that no client keeps to are cut to the ceiling', async () => {
    const limits = { items: 2 ** 40, messageBytes: 2 ** 40, bodyBytes: 2 ** 40 };
    const [one] = await client(answering({}, { keys: [{ ...described, limits }] })).keys();
    expect(one?.limits).toEqual({ items: 1024, messageBytes: 16 * 1024 * 1024, bodyBytes: 32 * 1024 * 1024 });
  });

  it.each<[string, () => Response]>([
    ['HTML', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['JSON of another type', () => new Response('{"status":"ok"}', { headers: { 'content-type': 'text/plain' } })],
    ['more than it reads', () => Response.json({ status: 'ok', more: 'x'.repeat(5000) })],
    ['200 and nothing', () => new Response(null, { headers: { 'content-type': 'application/json' } })],
    ['a redirect', () => new Response(null, { status: 307, headers: { location: 'https://elsewhere.example/' } })],
    ['a status nobody expects', () => new Response('{}', { status: 201 })],
    ['a status for others', () => new Response('{}', { status: 418 })],
  ])('%s, and it is not asked again', async (_, answer) => {
    let asked = 0;
    const pool = client(async () => {
      asked++;
      return answer();
    });
    await expect(pool.health()).rejects.toMatchObject({ code: 'pool-answer-wrong' });
    expect(asked).toBe(1);
  });

  it('whatever bytes come, a GovError comes out', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string()), fc.constantFrom(200, 400, 404, 500), async (body, status) => {
        const fetch: PoolFetch = async () =>
          new Response(body, { status, headers: { 'content-type': 'application/json' } });
        const pool = client(fetch, { retries: 0 });
        for (const call of [pool.signer('seal'), pool.keys(), pool.health()]) {
          await call.catch((error) => expect(error).toMatchObject({ name: 'GovError' }));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("over Node's own fetch", () => {
  it('follows no redirect: the token goes nowhere else', async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer(({ url, headers }, response) => {
      asked.push(url);
      expect(headers.authorization).toBe(`Bearer ${TOKEN}`);
      if (url === '/v1/health') response.writeHead(307, { location: '/elsewhere' }).end();
      else response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/`;
    await expect(cryptoPool({ url, token: TOKEN }).health()).rejects.toMatchObject({ code: 'pool-answer-wrong' });
    expect(asked).toEqual(['/v1/health']);
    await new Promise((resolve) => server.close(resolve));
    const gone = cryptoPool({ url, token: TOKEN, retries: 1, random: () => 0 });
    await expect(gone.health()).rejects.toMatchObject({
      code: 'pool-unavailable',
      message: 'the pool cannot be reached (ECONNREFUSED)',
    });
  });
});

describe('retries', () => {
  /** Fails so many times before it passes on. */
  const failing = (times: number, fail: () => Response | Promise<Response>, then: PoolFetch) => {
    const keys: (string | null)[] = [];
    let left = times;
    const fetch: PoolFetch = (url, init) => {
      if (init.method === 'GET') return then(url, init);
      keys.push(new Headers(init.headers).get('idempotency-key'));
      return left-- > 0 ? Promise.resolve(fail()) : then(url, init);
    };
    return { fetch, keys };
  };
  const status =
    (code: number, headers: Readonly<Record<string, string>> = {}) =>
    () =>
      new Response('busy', { status: code, headers });

  it.each([429, 502, 503, 504])('%s is asked again with the same key, and answered', async (code) => {
    const { fetch, keys } = failing(3, status(code), server().fetch);
    const signer = await client(fetch).signer('seal');
    expect(await verifier.verify(text('a'), await signer.sign(text('a')))).toBe(true);
    expect(keys).toHaveLength(4);
    expect(new Set(keys).size).toBe(1);
    await signer.sign(text('a'));
    expect(new Set(keys).size).toBe(2);
    for (const one of keys) expect(one).toMatch(/^"[0-9a-f]{32}"$/);
  });

  it.each<[number, string]>([
    [429, 'pool-busy'],
    [502, 'pool-unavailable'],
    [503, 'pool-unavailable'],
    [504, 'pool-timeout'],
  ])('%s for ever ends with %s', async (code, expected) => {
    const { fetch, keys } = failing(99, status(code), server().fetch);
    const signer = await client(fetch).signer('seal');
    await expect(signer.sign(text('a'))).rejects.toMatchObject({ code: expected });
    expect(keys).toHaveLength(4);
  });

  it.each([400, 401, 403, 404, 413, 422, 500, 501])('%s is not asked again', async (code) => {
    const { fetch, keys } = failing(99, status(code), server().fetch);
    const signer = await client(fetch).signer('seal');
    await expect(signer.sign(text('a'))).rejects.toMatchObject({ name: 'GovError' });
    expect(keys).toHaveLength(1);
  });

  it('no connection is asked again and named by its code only', async () => {
    const down = Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED', secret: TOKEN } });
    const { fetch, keys } = failing(99, () => Promise.reject(down), server().fetch);
    const signer = await client(fetch).signer('seal');
    const error = await signer.sign(text('a')).catch((caught) => caught);
    expect(error).toMatchObject({ code: 'pool-unavailable', message: 'the pool cannot be reached (ECONNREFUSED)' });
    expect(inspect(error, { depth: 9 })).not.toContain(TOKEN);
    expect(keys).toHaveLength(4);
  });

  it('an answer that was lost is not signed twice', async () => {
    const { counter, signer: counted } = counting();
    const { fetch } = server({ keys: { seal: counted } });
    let lost = 0;
    const lossy: PoolFetch = async (url, init) => {
      const response = await fetch(url, init);
      if (init.method === 'GET' || ++lost > 2) return response;
      throw new TypeError('fetch failed');
    };
    const signer = await client(lossy).signer('seal');
    expect(await signer.signMany([text('a'), text('b')])).toHaveLength(2);
    expect(lost).toBeGreaterThan(2);
    expect(counter.signed).toBe(2);
  });

  it('a slow attempt is given up and asked again; all of them end at the deadline', async () => {
    const silent: PoolFetch = () => new Promise(() => undefined);
    let asked = 0;
    const counted: PoolFetch = (url, init) => {
      asked++;
      return silent(url, init);
    };
    const pool = client(counted, { timeoutMs: 20, retries: 2 });
    await expect(pool.health()).rejects.toMatchObject({ code: 'pool-timeout' });
    expect(asked).toBe(3);
    const began = performance.now();
    const impatient = client(counted, { timeoutMs: 5000, deadlineMs: 50, retries: 10 });
    await expect(impatient.health()).rejects.toMatchObject({ code: 'pool-timeout' });
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('a body that never ends is given up', async () => {
    const dripping: PoolFetch = async () =>
      new Response(new ReadableStream({ pull: () => new Promise(() => undefined) }), {
        headers: { 'content-type': 'application/json' },
      });
    const pool = client(dripping, { timeoutMs: 20, retries: 0 });
    await expect(pool.health()).rejects.toMatchObject({ code: 'pool-timeout' });
  });

  it('waits longer each time, as chance says, and as long as the server asks, but not for ever', async () => {
    vi.useFakeTimers();
    const pauses = async (headers: Readonly<Record<string, string>>, random: number) => {
      const times: number[] = [];
      const fetch: PoolFetch = async () => {
        times.push(Date.now());
        return status(503, headers)();
      };
      const ended = client(fetch, { retries: 7, random: () => random, deadlineMs: 3_600_000 })
        .health()
        .catch(() => {});
      await vi.runAllTimersAsync();
      await ended;
      return times.slice(1).map((time, i) => time - times[i]!);
    };
    expect(await pauses({}, 1)).toEqual([200, 400, 800, 1600, 3200, 5000, 5000]);
    expect(await pauses({}, 0.5)).toEqual([100, 200, 400, 800, 1600, 2500, 2500]);
    expect(await pauses({ 'retry-after': '7' }, 1)).toEqual(new Array(7).fill(7000));
    expect(await pauses({ 'retry-after': '86400' }, 1)).toEqual(new Array(7).fill(30_000));
    expect(await pauses({ 'retry-after': '-5' }, 1)).toEqual(await pauses({ 'retry-after': 'Thu, 01 Jan 1970' }, 1));
    vi.setSystemTime(new Date('2026-05-20T02:00:00Z'));
    expect((await pauses({ 'retry-after': 'Wed, 20 May 2026 02:00:12 GMT' }, 1))[0]).toBe(12_000);
  });

  it('does not wait past the deadline', async () => {
    let asked = 0;
    const pool = client(
      async () => {
        asked++;
        return status(503, { 'retry-after': '20' })();
      },
      { deadlineMs: 10_000 },
    );
    const began = performance.now();
    await expect(pool.health()).rejects.toMatchObject({ code: 'pool-unavailable' });
    expect(asked).toBe(1);
    expect(performance.now() - began).toBeLessThan(2000);
  });

  it('stops when told to: before, during a request, during a pause', async () => {
    const reason = new Error('enough');
    const silent: PoolFetch = (url, init) =>
      init.method === 'GET' ? server().fetch(url, init) : new Promise(() => undefined);
    const signer = await client(silent).signer('seal');
    await expect(signer.signMany([text('a')], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    const stopped = signer.signMany([text('a')], { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 10);
    await expect(stopped).rejects.toBe(reason);

    const whole = new AbortController();
    const pausing = client(async () => status(503, { 'retry-after': '20' })(), { signal: whole.signal });
    const health = pausing.health();
    setTimeout(() => whole.abort(reason), 10);
    await expect(health).rejects.toBe(reason);
    await expect(pausing.health()).rejects.toBe(reason);
  });

  it('goes on with the next batches only while it is wanted', async () => {
    const { fetch, entries } = server();
    const signer = await client(fetch).signer('seal');
    const controller = new AbortController();
    const messages = Array.from({ length: 2000 }, (_, i) => text(`${i}`));
    const reason = new Error('enough');
    const stopped = signer.signMany(messages, {
      signal: controller.signal,
      onProgress: () => controller.abort(reason),
    });
    await expect(stopped).rejects.toBe(reason);
    const asked = entries.length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(entries.length).toBeLessThanOrEqual(asked + 4);
    expect(asked).toBeLessThan(10);
  });
});
