import type { Identity } from '@gov/identity';
import type { IdentifiedHandler, ProtectOptions } from '@gov/identity/server';
import type { IdentityVariables } from '@gov/identity/server/hono';
import { readChallenge } from '@gov/identity/step-up';
import { dpopProof } from '@gov/token/dpop';
import type { Request as ExpressRequest } from 'express';
import type { Context } from 'hono';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { listen, type Running } from '../listen.js';
import { FRAMEWORKS, type RawAnswer, type Seen, sendRaw } from './servers.js';
import {
  accessToken,
  asBearer,
  asBound,
  bearer,
  boundWithoutProof,
  holder,
  ISSUER,
  keys,
  nonces,
  none,
  ORIGIN,
  proved,
  REFUSED,
  TOLD,
  thumbprint,
  withDpop,
} from './shown.js';

describe.each(FRAMEWORKS)('%s, protected', (_, make) => {
  let running: Running | undefined;
  const seen: { current: Seen } = { current: { handled: 0, errors: [] } };

  afterEach(() => running?.close());

  async function start(
    more: Partial<ProtectOptions> = {},
    dpop: Partial<ProtectOptions> = withDpop({}),
  ): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
    seen.current = { handled: 0, errors: [] };
    const options: ProtectOptions = {
      issuers: [{ issuer: ISSUER, keys }],
      audience: ORIGIN,
      clock: () => new Date(),
      ...dpop,
      ...more,
    };
    running = await listen(make(options, seen.current));
    const { port } = running;
    return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init);
  }

  const raw = (target: string, lines: readonly string[], host = 'localhost'): Promise<RawAnswer> =>
    sendRaw(running!.port, [`GET ${target} HTTP/1.1`, `Host: ${host}`, ...lines]);

  it('lets a bearer token in, and tells the handler who it is', async () => {
    const ask = await start({ minAssurance: 3, scope: ['license.read'] });
    const response = await ask('/licenses/7', { headers: bearer(await accessToken()) });
    expect([response.status, await response.json()]).toEqual([200, { sub: 'pairwise', id: '7' }]);
  });

  it('knows nobody where it is not protected', async () => {
    const ask = await start();
    expect(await (await ask('/open', { headers: bearer(await accessToken()) })).json()).toEqual({ identity: null });
  });

  it.each(['GET', 'POST', 'HEAD', 'OPTIONS'])('lets a bound token in by %s, once', async (method) => {
    const ask = await start();
    const headers = await proved(await accessToken({ thumbprint }), '/licenses/7', method);
    expect((await ask('/licenses/7?lang=zh', { method, headers })).status).toBe(200);
    const again = await ask('/licenses/7?lang=zh', { method, headers });
    expect([again.status, again.headers.get('www-authenticate')]).toEqual([
      401,
      'DPoP error="invalid_dpop_proof", algs="SGD_SM3_SM2 ES256", Bearer',
    ]);
    expect(seen.current.handled).toBe(1);
  });

  it.each(['GET', 'POST', 'HEAD', 'OPTIONS', 'DELETE'])('lets nobody in without a token: %s', async (method) => {
    const ask = await start();
    const response = await ask('/licenses/7', { method });
    expect([response.status, response.headers.get('www-authenticate'), response.headers.get('cache-control')]).toEqual([
      401,
      'DPoP algs="SGD_SM3_SM2 ES256", Bearer',
      'no-store',
    ]);
    if (method === 'HEAD') expect(await response.text()).toBe('');
    else expect(await response.json()).toMatchObject({ code: 'token-missing', status: 401 });
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(seen.current).toEqual({ handled: 0, errors: [] });
  });

  it('refuses two Authorization headers, of which Node shows programs the first', async () => {
    await start();
    const good = `Authorization: Bearer ${await accessToken()}`;
    for (const lines of [
      [good, 'Authorization: Bearer x'],
      ['Authorization: Bearer x', good],
      [good, good],
      [good, 'AUTHORIZATION: DPoP x'],
      [good, 'Authorization:'],
      ['Authorization:', good],
    ])
      expect([400, 401]).toContain((await raw('/licenses/7', lines)).status);
    expect((await raw('/licenses/7', [good, good])).body).toContain('request-malformed');
    expect(seen.current).toEqual({ handled: 0, errors: [] });
    expect((await raw('/licenses/7', [good])).status).toBe(200);
  });

  it.each<[string, (good: string) => readonly string[]]>([
    ['a space before the colon', (good) => [`Authorization : ${good}`]],
    ['two in one, with a comma', (good) => [`Authorization: ${good}, ${good}`]],
    ['two tokens behind one scheme', (good) => [`Authorization: ${good} ${good}`]],
    ['a name that a gateway may take for it', (good) => [`X-Authorization: ${good}`, `Proxy-Authorization: ${good}`]],
    ['a line that goes on', (good) => [`X-Other: a`, ` Authorization: ${good}`]],
    ['a bare line feed behind another header', (good) => [`X-Other: a\nAuthorization: ${good}`]],
    ['a bare carriage return behind another header', (good) => [`X-Other: a\rAuthorization: ${good}`]],
  ])('takes no token that is smuggled in: %s', async (_, lines) => {
    await start();
    const { status } = await raw('/licenses/7', lines(`Bearer ${await accessToken()}`));
    expect([400, 401]).toContain(status);
    expect(seen.current).toEqual({ handled: 0, errors: [] });
  });

  it('takes no token from the trailers of a request', async () => {
    await start();
    const head = [
      'POST /licenses/7 HTTP/1.1',
      'Host: localhost',
      'Transfer-Encoding: chunked',
      'Trailer: Authorization',
    ];
    const trailers = `0\r\nAuthorization: Bearer ${await accessToken()}\r\n\r\n`;
    expect((await sendRaw(running!.port, head, trailers)).status).toBe(401);
    expect(seen.current.handled).toBe(0);
  });

  it.each(['bearer', 'BEARER', 'bEaReR'])('takes the scheme in any case: %s', async (scheme) => {
    const ask = await start();
    const authorization = `${scheme} ${await accessToken()}`;
    expect((await ask('/licenses/7', { headers: { authorization } })).status).toBe(200);
    const { authorization: bound, dpop } = await proved(await accessToken({ thumbprint }), '/licenses/7');
    const proof = { authorization: bound!.replace('DPoP', scheme === 'bearer' ? 'dpop' : 'DPOP'), dpop: dpop! };
    expect((await ask('/licenses/7', { headers: proof })).status).toBe(200);
  });

  it.each([15_000, 16_385, 200_000])('judges no token or proof of %d characters', async (length) => {
    const ask = await start();
    const long = 'a'.repeat(length);
    const short = await ask('/licenses/7', { headers: bearer('a') });
    const refused = await ask('/licenses/7', { headers: bearer(long) });
    expect([refused.status, await refused.text()]).toEqual([401, await short.text()]);
    const { authorization } = await proved(await accessToken({ thumbprint }), '/licenses/7');
    const unproved = await ask('/licenses/7', { headers: { authorization: authorization!, dpop: long } });
    expect([unproved.status, (await unproved.json()).code]).toEqual([401, 'proof-invalid']);
    expect(seen.current).toEqual({ handled: 0, errors: [] });
  });

  it.each(REFUSED)('refuses %s, and says what is wanted', async (_, options, headers, code, challenges) => {
    const ask = await start(options());
    const response = await ask('/licenses/7', { headers: await headers() });
    const [status, title, messageZh] = TOLD[code];
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([status, challenges]);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(response.headers.has('retry-after')).toBe(status === 503);
    expect(response.headers.has('dpop-nonce')).toBe(code === 'proof-nonce');
    const { detail, ...problem } = await response.json();
    expect(problem).toEqual({ type: `urn:gov:problem:${code}`, title, status, code, messageZh });
    expect(detail).toMatch(/^[A-Z][ -~]+\.$/);
    expect(seen.current).toEqual({ handled: 0, errors: [] });
  });

  it('takes no bound token, with or without its proof, where it was not told of DPoP', async () => {
    const ask = await start({}, {});
    for (const headers of [await none(), await asBound(), await boundWithoutProof()]) {
      const response = await ask('/licenses/7', { headers });
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    }
    expect((await ask('/licenses/7', { headers: await asBearer() })).status).toBe(200);
    expect(seen.current.handled).toBe(1);
  });

  it('answers HEAD as it would GET, without the body', async () => {
    const ask = await start();
    const [get, head] = [await ask('/licenses/7'), await ask('/licenses/7', { method: 'HEAD' })];
    const own = ({ headers }: Response) =>
      ['www-authenticate', 'content-type', 'cache-control'].map((name) => headers.get(name));
    expect([head.status, own(head), await head.text()]).toEqual([get.status, own(get), '']);
    // A proof for GET is none for HEAD, which the frameworks answer by the same handler.
    const headers = await asBound();
    expect((await ask('/licenses/7', { method: 'HEAD', headers })).status).toBe(401);
    expect(seen.current.handled).toBe(0);
  });

  it('gives what a handler rejects with to the framework, not to whoever asked', async () => {
    const ask = await start();
    const response = await ask('/licenses/broken', { headers: await asBearer() });
    expect([response.status, await response.text()]).toEqual([500, '']);
    expect(seen.current).toMatchObject({ handled: 1, errors: [{ message: 'broken handler' }] });
  });

  it('goes on after a refusal with a body that nobody reads', async () => {
    const ask = await start();
    const body = 'a'.repeat(1_000_000);
    for (let turn = 0; turn < 3; turn++) expect((await ask('/licenses/7', { method: 'POST', body })).status).toBe(401);
    const good = await ask('/licenses/7', { method: 'POST', body, headers: await asBearer() });
    expect([good.status, seen.current.handled]).toEqual([200, 1]);
  });

  it('refuses two proofs', async () => {
    const ask = await start();
    const { authorization, dpop } = await proved(await accessToken({ thumbprint }), '/licenses/7');
    const headers = new Headers([
      ['authorization', authorization!],
      ['dpop', dpop!],
      ['dpop', dpop!],
    ]);
    expect((await ask('/licenses/7', { headers })).status).toBe(401);
  });

  it('takes no token from the query, the body or a cookie', async () => {
    const ask = await start();
    const token = await accessToken();
    expect((await ask(`/licenses/7?access_token=${token}`)).status).toBe(401);
    const body = new URLSearchParams({ access_token: token });
    expect((await ask('/licenses/7', { method: 'POST', body })).status).toBe(401);
    expect((await ask('/licenses/7', { headers: { cookie: `access_token=${token}` } })).status).toBe(401);
    expect((await ask('/licenses/7?access_token=a', { headers: bearer(token) })).status).toBe(400);
    expect(seen.current.handled).toBe(0);
  });

  it('takes no other address of its own from Host or X-Forwarded headers', async () => {
    await start();
    const said = [
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Proto: https',
      'X-Forwarded-Port: 443',
      'X-Forwarded-Prefix: /evil',
      'Forwarded: host=evil.example;proto=https',
      'X-Original-URL: /licenses/8',
      'X-Rewrite-URL: /licenses/8',
      'X-HTTP-Method-Override: DELETE',
    ];
    const asked = async (url: string, method = 'GET') => {
      const token = await accessToken({ thumbprint });
      const dpop = await dpopProof({ method, url, at: new Date(), accessToken: token }, holder);
      return raw('/licenses/7', [`Authorization: DPoP ${token}`, `DPoP: ${dpop}`, ...said], 'evil.example');
    };
    for (const url of ['https://evil.example/licenses/7', 'http://evil.example/licenses/7', `${ORIGIN}/licenses/8`])
      expect((await asked(url)).status).toBe(401);
    expect((await asked(`${ORIGIN}/evil/licenses/7`)).status).toBe(401);
    expect((await asked(`${ORIGIN}/licenses/7`, 'DELETE')).status).toBe(401);
    expect(seen.current.handled).toBe(0);
    // Nor do they take away the one it has.
    const { status, body } = await asked(`${ORIGIN}/licenses/7`);
    expect([status, JSON.parse(body)]).toEqual([200, { sub: 'pairwise', id: '7' }]);
  });

  it('refuses a request line with a whole URL in it, which frameworks read in several ways', async () => {
    await start();
    const { authorization, dpop } = await proved(await accessToken({ thumbprint }), '/licenses/8');
    const lines = [`Authorization: ${authorization}`, `DPoP: ${dpop}`];
    expect((await raw('http://evil.example/licenses/7', lines)).status).toBe(401);
    expect(seen.current.handled).toBe(0);
  });

  it('asks for a surer login, as a client reads it', async () => {
    const ask = await start({ minAssurance: 4, maxAuthAgeSeconds: 300 });
    const response = await ask('/licenses/7', { headers: bearer(await accessToken()) });
    expect(readChallenge(response)).toEqual({
      scheme: 'Bearer',
      error: 'insufficient_user_authentication',
      acrValues: ['urn:gov:assurance:4'],
      maxAgeSeconds: 300,
      scope: [],
    });
    expect(seen.current.handled).toBe(0);
  });

  it('gives a nonce, takes it, and gives the next', async () => {
    let now = new Date();
    const ask = await start({ clock: () => now, ...withDpop({ nonces }) });
    const token = await accessToken({ thumbprint });
    const first = await ask('/licenses/7', { headers: await proved(token, '/licenses/7') });
    const { error, nonce } = readChallenge(first)!;
    expect([first.status, error]).toEqual([401, 'use_dpop_nonce']);
    now = new Date(now.getTime() + 50_000);
    const second = await ask('/licenses/7', {
      headers: await proved(token, '/licenses/7', 'GET', nonces.current(now)),
    });
    expect([second.status, second.headers.get('dpop-nonce')]).toEqual([200, null]);
    const before = new Date(now.getTime() - 60_000);
    const third = await ask('/licenses/7', {
      headers: await proved(token, '/licenses/7', 'GET', nonces.current(before)),
    });
    expect([third.status, third.headers.get('dpop-nonce')]).toEqual([200, nonces.current(now)]);
    expect(nonce).toMatch(/^[\w-]{43}$/);
  });

  it('gives what a port throws to the framework, and lets nobody in', async () => {
    const find = async () => Promise.reject(new Error('bug'));
    const ask = await start({ issuers: [{ issuer: ISSUER, keys: { find } }] });
    expect((await ask('/licenses/7', { headers: bearer(await accessToken()) })).status).toBe(500);
    expect(seen.current).toMatchObject({ handled: 0, errors: [{ message: 'bug' }] });
  });

  it('does nothing more for a client that is gone', async () => {
    const controller = new AbortController();
    let [asked, answer] = [() => {}, () => {}];
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    const isGone = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const find: typeof keys.find = async (wanted) => {
      asked();
      await isGone;
      return keys.find(wanted);
    };
    const ask = await start({ issuers: [{ issuer: ISSUER, keys: { find } }] });
    const pending = ask('/licenses/7', { headers: bearer(await accessToken()), signal: controller.signal });
    await isAsked;
    controller.abort();
    await expect(pending).rejects.toThrow();
    await new Promise((resolve) => setTimeout(resolve, 100));
    answer();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(seen.current.handled).toBe(0);
  });
});

describe('types', () => {
  it('give handlers an identity that is there, and Express one that may not be', () => {
    expectTypeOf<Parameters<IdentifiedHandler>[1]>().toEqualTypeOf<Identity>();
    expectTypeOf<Context<{ Variables: IdentityVariables }>['var']['identity']>().toEqualTypeOf<Identity>();
    expectTypeOf<ExpressRequest['identity']>().toEqualTypeOf<Identity | undefined>();
    expectTypeOf<Identity['subject']['kind']>().toEqualTypeOf<'natural-person' | 'legal-person'>();
    expectTypeOf<Identity['level']>().toEqualTypeOf<number>();
  });
});
