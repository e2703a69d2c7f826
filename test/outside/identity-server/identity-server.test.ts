import { request as httpRequest } from 'node:http';
import { issueAccessToken } from '@gov/identity';
import type { ProtectOptions } from '@gov/identity/server';
import { dpopNonces } from '@gov/identity/server';
import { readChallenge } from '@gov/identity/step-up';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { dpopProof } from '@gov/token/dpop';
import { jwkThumbprint, publicJwk } from '@gov/token/jwk';
import { fixedKeys } from '@gov/token/key-source';
import { afterEach, describe, expect, it } from 'vitest';
import { FRAMEWORKS, listen, type Running, type Seen } from './servers.js';

const ISSUER = 'https://id.example.gov.cn';
const ORIGIN = 'https://api.example.gov.cn';
const issuer = sm2Signer(generateSm2Key());
const holder = sm2Signer(generateSm2Key());
const thumbprint = await jwkThumbprint(publicJwk(holder.publicKey));
const keys = fixedKeys([publicJwk(issuer.publicKey, { kid: 'k1' })]);

async function accessToken(more: { readonly level?: number; readonly thumbprint?: string } = {}): Promise<string> {
  const at = new Date();
  const grant = {
    subject: { kind: 'natural-person', sub: 'pairwise' },
    clientId: 'city-portal',
    audience: [ORIGIN],
    scope: ['license.read'],
    level: 3,
    ...more,
  } as const;
  return (await issueAccessToken(grant, { issuer: ISSUER, signer: issuer, kid: 'k1', at })).token;
}

async function proved(token: string, path: string, method = 'GET', nonce?: string): Promise<Record<string, string>> {
  const url = ORIGIN + path;
  const asked = { method, url, at: new Date(), accessToken: token, ...(nonce === undefined ? {} : { nonce }) };
  return { authorization: `DPoP ${token}`, dpop: await dpopProof(asked, holder) };
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

function memoryReplay() {
  const seen = new Set<string>();
  return {
    async firstUse(scope: string, id: string): Promise<boolean> {
      const key = `${scope} ${id}`;
      return !seen.has(key) && seen.add(key).size > 0;
    },
  };
}

describe.each(FRAMEWORKS)('%s, protected', (_, make) => {
  let running: Running | undefined;
  const seen: { current: Seen } = { current: { handled: 0, errors: [] } };

  afterEach(() => running?.close());

  async function start(
    more: Partial<ProtectOptions> = {},
  ): Promise<(path: string, init?: RequestInit) => Promise<Response>> {
    seen.current = { handled: 0, errors: [] };
    const options: ProtectOptions = {
      issuers: [{ issuer: ISSUER, keys }],
      audience: ORIGIN,
      clock: () => new Date(),
      dpop: { origin: ORIGIN, replay: memoryReplay() },
      ...more,
    };
    running = await listen(make(options, seen.current));
    const { port } = running;
    return (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init);
  }

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
    const token = await accessToken();
    const status = await new Promise((resolve, reject) => {
      const headers = ['Host', 'localhost', 'Authorization', `Bearer ${token}`, 'Authorization', 'Bearer x'];
      const request = httpRequest({ port: running!.port, host: '127.0.0.1', path: '/licenses/7', headers });
      request.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', reject);
      request.end();
    });
    expect([status, seen.current.handled]).toEqual([400, 0]);
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
    const ask = await start();
    const token = await accessToken({ thumbprint });
    const url = 'https://evil.example/licenses/7';
    const dpop = await dpopProof({ method: 'GET', url, at: new Date(), accessToken: token }, holder);
    const forwarded = { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https', host: 'evil.example' };
    const response = await ask('/licenses/7', { headers: { authorization: `DPoP ${token}`, dpop, ...forwarded } });
    expect([response.status, seen.current.handled]).toEqual([401, 0]);
  });

  it('refuses a request line with a whole URL in it, which frameworks read in several ways', async () => {
    await start();
    const headers = await proved(await accessToken({ thumbprint }), '/licenses/8');
    const status = await new Promise((resolve, reject) => {
      const path = 'http://evil.example/licenses/7';
      const request = httpRequest({ port: running!.port, host: '127.0.0.1', path, headers });
      request.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on('error', reject);
      request.end();
    });
    expect(status).not.toBe(200);
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
    const nonces = dpopNonces(new Uint8Array(32).fill(1), 60);
    const ask = await start({ clock: () => now, dpop: { origin: ORIGIN, replay: memoryReplay(), nonces } });
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

  it('says 503 where keys cannot be had', async () => {
    const find = async () => ({ outcome: 'unavailable', detail: 'timeout' }) as const;
    const ask = await start({ issuers: [{ issuer: ISSUER, keys: { find } }] });
    const response = await ask('/licenses/7', { headers: bearer(await accessToken()) });
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
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
