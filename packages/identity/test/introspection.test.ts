import { issueAccessToken } from '@gov/identity';
import { introspectionHandler } from '@gov/identity/introspection';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { memoryStore } from '@gov/store/memory';
import { jwkThumbprint, publicJwk } from '@gov/token/jwk';
import { GovError } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import {
  API,
  AT,
  CITY,
  type EndpointOptions,
  endpointOptions,
  instant,
  issue,
  keepMandate,
  keepSession,
  post,
  signer,
} from './issued-world.js';

const world = (more: Partial<EndpointOptions> = {}) => {
  const store = memoryStore();
  return { store, handler: introspectionHandler(endpointOptions(store, more)) };
};

const INACTIVE = { active: false };
const later = (seconds: number): Date => new Date(AT.getTime() + seconds * 1000);
const MANDATE = { id: 'm-1', relation: 'agent', scope: ['license.read'], exp: AT.getTime() / 1000 + 3600 } as const;
const ACTING = {
  subject: { kind: 'legal-person', sub: 'pairwise-company' },
  actor: { sub: 'pairwise', sub_kind: 'natural-person' },
  mandate: MANDATE,
} as const;

describe('a token in force', () => {
  it('is told with all its claims, to be kept by nobody', async () => {
    const { store, handler } = world();
    const { token, tokenId } = await issue(store);
    const response = await handler(post({ token }));
    expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(await response.json()).toMatchObject({
      active: true,
      token_type: 'Bearer',
      iss: CITY,
      sub: 'pairwise',
      client_id: 'city-portal',
      aud: API,
      jti: tokenId,
      scope: 'license.read',
      acr: 'urn:gov:assurance:3',
    });
  });

  it('shows the key that it is bound to', async () => {
    const { store, handler } = world();
    const thumbprint = await jwkThumbprint(publicJwk(sm2Signer(generateSm2Key()).publicKey));
    const { token } = await issue(store, { thumbprint });
    expect(await (await handler(post({ token }))).json()).toMatchObject({
      token_type: 'DPoP',
      cnf: { jkt: thumbprint },
    });
  });

  it.each(['access_token', 'refresh_token', 'something'])('whatever the hint: %s', async (hint) => {
    const { store, handler } = world();
    const { token } = await issue(store);
    expect(await (await handler(post({ token, token_type_hint: hint }))).json()).toMatchObject({ active: true });
  });

  it('says active itself, whatever the token says', async () => {
    const { store, handler } = world();
    const { token } = await issue(store, { more: { active: false, token_type: 'x' } });
    expect(await (await handler(post({ token }))).json()).toMatchObject({ active: true, token_type: 'Bearer' });
    await store.identityTransaction((tx) => tx.revokeTokens({ tokenId: 'none' }, AT));
  });

  it('in its session, and under its mandate', async () => {
    const { store, handler } = world();
    await keepSession(store);
    await keepMandate(store);
    const { token } = await issue(store, { ...ACTING, sessionId: 's-1' }, { sessionId: 's-1', mandateId: 'm-1' });
    expect(await (await handler(post({ token }))).json()).toMatchObject({ active: true, act: { sub: 'pairwise' } });
  });

  it('under a mandate of another domain, that is not kept here', async () => {
    const { store, handler } = world();
    const parent = { issuer: 'https://id.province.example.gov.cn', tokenId: 'p' };
    const { token } = await issue(store, ACTING, { mandateId: 'm-1', parent });
    expect(await (await handler(post({ token }))).json()).toMatchObject({ active: true });
  });
});

describe('inactive, and nothing else is said', () => {
  type World = ReturnType<typeof world>;
  it.each<[string, (world: World) => Promise<string>]>([
    ['no token', async () => 'abc'],
    ['a very long text', async () => 'a'.repeat(20_000)],
    ['one that is not kept', async () => (await issue(memoryStore())).token],
    [
      'one of another issuer in the store',
      async ({ store }) => (await issue(store, {}, { issuer: 'https://x' })).token,
    ],
    ['a forged one', async ({ store }) => `${(await issue(store)).token.slice(0, -8)}AAAAAAAA`],
    ['an expired one', async ({ store }) => (await issue(store, {}, {}, later(-700))).token],
    ['one of later', async ({ store }) => (await issue(store, {}, {}, later(700))).token],
    ['one for somebody else', async ({ store }) => (await issue(store, { audience: ['https://other'] })).token],
    [
      'one by the same key for another issuer',
      async () =>
        (
          await issueAccessToken(
            { subject: { kind: 'natural-person', sub: 'a' }, clientId: 'c', audience: [API], scope: [], level: 3 },
            { issuer: 'https://x', signer, kid: 'k1', at: AT },
          )
        ).token,
    ],
    [
      'a revoked one',
      async ({ store }) => {
        const { token, tokenId } = await issue(store);
        await store.identityTransaction((tx) => tx.revokeTokens({ tokenId }, AT));
        return token;
      },
    ],
    [
      'one whose session ended',
      async ({ store }) => {
        await keepSession(store);
        const { token } = await issue(store, {}, { sessionId: 's-1' });
        await store.identityTransaction((tx) => tx.endSessions({ sessionId: 's-1' }, AT));
        return token;
      },
    ],
    [
      'one whose session expired',
      async ({ store }) => {
        await keepSession(store, { expiresAt: instant(AT), startedAt: instant(later(-10)) });
        return (await issue(store, {}, { sessionId: 's-1' })).token;
      },
    ],
    ['one whose session is not kept', async ({ store }) => (await issue(store, {}, { sessionId: 's-2' })).token],
    [
      'one whose mandate was revoked',
      async ({ store }) => {
        await keepMandate(store);
        const { token } = await issue(store, ACTING, { mandateId: 'm-1' });
        await store.identityTransaction((tx) => tx.revokeMandate('m-1', AT));
        return token;
      },
    ],
    [
      'one whose mandate ended',
      async ({ store }) => {
        await keepMandate(store, { expiresAt: instant(AT) });
        return (await issue(store, ACTING, { mandateId: 'm-1' })).token;
      },
    ],
    ['one whose mandate is not kept', async ({ store }) => (await issue(store, ACTING, { mandateId: 'm-2' })).token],
    [
      'one exchanged here under a mandate that is not kept',
      async ({ store }) =>
        (await issue(store, ACTING, { mandateId: 'm-2', parent: { issuer: CITY, tokenId: 'p' } })).token,
    ],
  ])('%s', async (_, token) => {
    const here = world();
    const response = await here.handler(post({ token: await token(here) }));
    expect([response.status, await response.text()]).toEqual([200, JSON.stringify(INACTIVE)]);
    expect(response.headers.get('cache-control')).toBe('no-store');
  });

  it('to whoever does not speak for the audience', async () => {
    const { store, handler } = world();
    const { token } = await issue(store);
    expect(await (await handler(post({ token }, 'city-portal'))).json()).toEqual(INACTIVE);
    expect(await (await handler(post({ token }, 'license-api'))).json()).toMatchObject({ active: true });
  });

  it('of a token for several, each of whom may ask', async () => {
    const audiences = async (clientId: string) => [`https://${clientId}`];
    const { store, handler } = world({ audiences });
    const { token } = await issue(store, { audience: ['https://a', 'https://b'] });
    const active = async (client: string) => (await (await handler(post({ token }, client))).json()).active;
    expect([await active('a'), await active('b'), await active('c')]).toEqual([true, true, false]);
  });
});

describe('requests that are refused', () => {
  it('by nobody that is known: before the token is looked at', async () => {
    const { store, handler } = world();
    const { token } = await issue(store);
    for (const request of [post({ token }, null), post({ token: 'x' }, null)]) {
      const response = await handler(request);
      expect([response.status, await response.json()]).toEqual([401, { error: 'invalid_client' }]);
    }
  });

  it.each([
    ['no token', ''],
    ['an empty one', 'token='],
    ['two', 'token=a&token=b'],
    ['more than 64 KiB', `token=${'a'.repeat(65_536)}`],
    ['bytes that are no UTF-8', 'token=%ff'],
  ])('%s: 400', async (_, form) => {
    const { handler } = world();
    const response = await handler(post(form));
    expect([response.status, await response.json()]).toEqual([400, { error: 'invalid_request' }]);
  });

  it('as JSON, or by GET', async () => {
    const { handler } = world();
    const json = new Request(`${CITY}/x`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
    expect((await handler(json)).status).toBe(400);
    const get = await handler(new Request(`${CITY}/x?token=a`, { headers: { 'x-client': 'license-api' } }));
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('while the store cannot be reached: 503, never inactive', async () => {
    const { store, handler: _ } = world();
    const { token } = await issue(store);
    const down = { token: async () => Promise.reject(new GovError('store-unavailable', 'down')) };
    const handler = introspectionHandler(endpointOptions(store, { store: { ...down } as never }));
    expect((await handler(post({ token }))).status).toBe(503);
  });
});
