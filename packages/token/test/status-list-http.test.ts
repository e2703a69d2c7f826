/** Lists over HTTP: the handler that serves them, the question that fetches them, the cache between. */
import { generateSm2Key, sm2Signer } from '@gov/sm';
import {
  fetchStatusList,
  issueStatusListToken,
  STATUS_FETCH_LIMITS,
  STATUS_LIST_LIMITS,
  StatusList,
  StatusListCache,
  type StatusListFetch,
  type StatusListFormat,
  statusListHandler,
} from '@gov/token/status-list';
import { describe, expect, it } from 'vitest';

const BASE = 'https://status.example.gov.cn/lists/';
const signer = sm2Signer(generateSm2Key());
const issuedAt = new Date('2026-11-22T00:00:00Z');
const later = (seconds: number): Date => new Date(issuedAt.getTime() + seconds * 1000);

const token = (
  format: StatusListFormat = 'jwt',
  more: { ttl?: number; expires?: Date; uri?: string; at?: Date } = {},
) => {
  const { uri = `${BASE}a/0`, at = issuedAt, ...rest } = more;
  return issueStatusListToken({ uri, list: new StatusList(64, 2), issuedAt: at, ...rest }, { signer, format });
};

/** What a server answers with. */
const reply = (body: string | Uint8Array = ''): Response =>
  new Response(typeof body === 'string' ? body : Uint8Array.from(body));

describe('the handler', () => {
  let now = issuedAt;
  const asked: string[] = [];
  const handler = statusListHandler({
    base: BASE,
    token: async (uri, format) => {
      asked.push(`${uri} ${format}`);
      if (uri === `${BASE}broken`) throw new Error('secret');
      return uri === `${BASE}a/0` ? tokens[format] : undefined;
    },
    formats: ['jwt', 'cwt'],
    clock: () => now,
    onError: (error) => errors.push(error),
  });
  const errors: unknown[] = [];
  const tokens: Record<StatusListFormat, string | Uint8Array> = { jwt: '', cwt: '' };
  const ask = async (path: string, init: RequestInit = {}) => {
    tokens.jwt ||= await token('jwt', { ttl: 300, expires: later(600) });
    if (tokens.cwt.length === 0) tokens.cwt = await token('cwt', { ttl: 300 });
    // Behind a proxy it is called something else.
    return handler(new Request(`http://10.0.0.1:8480${path}`, init));
  };

  it('answers with the token, for anybody, until its ttl', async () => {
    now = later(100);
    const response = await ask('/lists/a/0');
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/statuslist+jwt',
      'cache-control': 'public, max-age=200',
      'access-control-allow-origin': '*',
      vary: 'accept',
    });
    expect(await response.text()).toBe(tokens.jwt);
    now = later(400);
    expect((await ask('/lists/a/0')).headers.get('cache-control')).toBe('public, max-age=0');
  });

  it('never lets it be kept beyond its exp', async () => {
    tokens.jwt = await token('jwt', { ttl: 1000, expires: later(600) });
    now = later(500);
    expect((await ask('/lists/a/0')).headers.get('cache-control')).toBe('public, max-age=100');
    tokens.jwt = '';
  });

  it('takes the media type that the client likes best', async () => {
    for (const [accept, type] of [
      ['application/statuslist+cwt', 'cwt'],
      ['application/statuslist+jwt;q=0.5, application/statuslist+cwt', 'cwt'],
      ['application/statuslist+cwt; q=0.1, */*', 'jwt'],
      ['application/statuslist+jwt;q=0, application/*', 'cwt'],
      ['*/*', 'jwt'],
      ['text/html, */*;q=0.1', 'jwt'],
    ] as const) {
      const response = await ask('/lists/a/0', { headers: { accept } });
      expect([accept, response.headers.get('content-type')]).toEqual([accept, `application/statuslist+${type}`]);
    }
    const cwt = await ask('/lists/a/0', { headers: { accept: 'application/statuslist+cwt' } });
    expect(new Uint8Array(await cwt.arrayBuffer())).toEqual(tokens.cwt);
    for (const accept of ['text/html', 'application/statuslist+jwt;q=0, application/statuslist+cwt;q=0', 'x;q=NaN'])
      expect((await ask('/lists/a/0', { headers: { accept } })).status).toBe(406);
  });

  it('answers 304 to who has it already', async () => {
    const etag = (await ask('/lists/a/0')).headers.get('etag')!;
    for (const known of [etag, `"x", ${etag}`, `W/${etag}`, '*']) {
      const response = await ask('/lists/a/0', { headers: { 'if-none-match': known } });
      expect([response.status, await response.text()]).toEqual([304, '']);
    }
    const cwt = { accept: 'application/statuslist+cwt', 'if-none-match': etag };
    expect((await ask('/lists/a/0', { headers: cwt })).status).toBe(200);
  });

  it('answers HEAD without a body, OPTIONS, and no other method', async () => {
    const head = await ask('/lists/a/0', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-type'), await head.text()]).toEqual([
      200,
      'application/statuslist+jwt',
      '',
    ]);
    expect((await ask('/lists/a/0', { method: 'OPTIONS' })).status).toBe(204);
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await ask('/lists/a/0', { method })).status).toBe(405);
  });

  it('has no list where there is none, and asks for no strange names', async () => {
    expect((await ask('/lists/a/1')).status).toBe(404);
    asked.length = 0;
    for (const path of [
      '/',
      '/lists/',
      '/lists/..',
      '/lists/%2e%2e',
      '/lists/a//0',
      '/lists/a%2f0',
      '/lists/.a',
      '/other/a/0',
      `/lists/${'a'.repeat(101)}`,
    ])
      expect([path, (await ask(path)).status]).toEqual([path, 404]);
    expect(asked).toEqual([]);
    expect((await ask('/lists/a/0?time=1686925000')).status).toBe(501);
  });

  it('tells nobody what went wrong inside', async () => {
    const response = await ask('/lists/broken');
    expect([response.status, await response.text(), response.headers.get('cache-control')]).toEqual([
      500,
      '',
      'no-store',
    ]);
    expect(errors).toHaveLength(1);
  });

  it('refuses a base that is none', () => {
    for (const base of ['', 'lists/', 'https://a.example/lists'])
      expect(() => statusListHandler({ base, token: async () => undefined, clock: () => now })).toThrow(
        expect.objectContaining({ code: 'invalid-argument' }),
      );
  });
});

describe('fetching', () => {
  const uri = `${BASE}a/0`;
  const problemOf = async (fetch: StatusListFetch, at = uri, timeoutMs = 1000): Promise<string> => {
    const answer = await fetchStatusList(at, { fetch, timeoutMs });
    return 'problem' in answer ? `${answer.problem}: ${answer.detail}` : 'a token';
  };

  it('asks for both kinds and reads what comes', async () => {
    for (const format of ['jwt', 'cwt'] as const) {
      const answer = await fetchStatusList(uri, {
        fetch: async (request) => {
          expect([request.url, request.method, request.redirect]).toEqual([uri, 'GET', 'error']);
          expect(request.headers.get('accept')).toBe('application/statuslist+jwt, application/statuslist+cwt;q=0.9');
          return reply(await token(format));
        },
      });
      expect(answer).toMatchObject({ token: { uri, format } });
    }
  });

  it('asks https, and this machine by http', async () => {
    const fetch: StatusListFetch = async (request) => reply(await token('jwt', { uri: request.url }));
    for (const good of ['https://a.example/0', 'http://localhost:1/0', 'http://127.0.0.1/0', 'http://[::1]:8480/0'])
      expect(await problemOf(fetch, good)).toBe('a token');
    for (const bad of [
      'http://a.example/0',
      'http://127.0.0.1.evil.example/0',
      'http://localhost@evil.example/0',
      'ftp://a.example/0',
      'https://u:p@a.example/0',
      'https://a.example/0#x',
      'https://a.example/x/../0',
      'HTTPS://a.example/0',
      'data:,x',
      '0',
      `https://a.example/${'0'.repeat(STATUS_LIST_LIMITS.text)}`,
    ])
      expect(await problemOf(fetch, bad)).toMatch(/^not-fetched/);
  });

  it('does not follow, wait or swallow without end', async () => {
    expect(await problemOf(async () => Response.redirect('https://evil.example/', 302))).toBe(
      'unavailable: status 302',
    );
    const redirected = reply(await token());
    Object.defineProperty(redirected, 'redirected', { value: true });
    expect(await problemOf(async () => redirected)).toMatch(/redirection/);
    expect(await problemOf(() => new Promise(() => {}), uri, 20)).toBe('unavailable: no answer in 20 ms');
    const slow = new ReadableStream({ pull: () => new Promise(() => {}) });
    expect(await problemOf(async () => new Response(slow), uri, 20)).toBe('unavailable: no answer in 20 ms');
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1 << 20;
        controller.enqueue(new Uint8Array(1 << 20));
      },
    });
    expect(await problemOf(async () => new Response(endless), uri, 20_000)).toMatch(/unavailable: more than/);
    expect(sent).toBeLessThan(STATUS_LIST_LIMITS.token + (4 << 20));
  });

  it('keeps as many lists as it may', async () => {
    let asked = 0;
    const cache = new StatusListCache({
      fetch: async (request) => {
        asked++;
        return reply(await token('jwt', { uri: request.url }));
      },
    });
    const get = (list: number) => cache.get(`${BASE}${list}`, issuedAt, async () => true);
    for (let list = 0; list <= STATUS_FETCH_LIMITS.lists; list++) await get(list);
    expect(asked).toBe(STATUS_FETCH_LIMITS.lists + 1);
    await get(STATUS_FETCH_LIMITS.lists);
    await get(1);
    expect(asked).toBe(STATUS_FETCH_LIMITS.lists + 1);
    // The first one went when the last came.
    await get(0);
    expect(asked).toBe(STATUS_FETCH_LIMITS.lists + 2);
  });

  it('does not believe any ttl', async () => {
    for (const [ttl, until] of [
      [1, STATUS_FETCH_LIMITS.minTtl],
      [undefined, STATUS_FETCH_LIMITS.defaultTtl],
      [1e9, STATUS_FETCH_LIMITS.maxTtl],
    ] as const) {
      let asked = 0;
      const cache = new StatusListCache({
        fetch: async () => {
          asked++;
          return reply(await token('jwt', ttl === undefined ? {} : { ttl }));
        },
      });
      const get = (seconds: number) => cache.get(uri, later(seconds), async () => true);
      await get(0);
      await get(until - 1);
      expect(asked).toBe(1);
      await get(until);
      expect(asked).toBe(2);
    }
  });
});
