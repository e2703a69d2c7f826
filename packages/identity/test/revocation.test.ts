import { type IdentityTransaction, TokenStatusLists, verifyAccessToken } from '@gov/identity';
import { introspectionHandler } from '@gov/identity/introspection';
import { revocationHandler, revokeToken } from '@gov/identity/revocation';
import { tokenStatusHandler, tokenStatusList } from '@gov/identity/token-status';
import { memoryStore } from '@gov/store/memory';
import { publicJwk } from '@gov/token/jwk';
import { readJwt } from '@gov/token/jwt';
import { fixedKeys } from '@gov/token/key-source';
import { GovError } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import { entriesOf, failing } from './exchange-world.js';
import { API, AT, CITY, endpointOptions, issue, post, signer } from './issued-world.js';

const world = () => {
  const store = memoryStore();
  const options = endpointOptions(store);
  const introspect = introspectionHandler(options);
  const isActive = async (token: string): Promise<boolean> => (await (await introspect(post({ token }))).json()).active;
  return { store, options, handler: revocationHandler(options), isActive };
};

describe('an application gives a token back', () => {
  it('and it is revoked, noted, and 200', async () => {
    const { store, handler, isActive } = world();
    const { token, tokenId } = await issue(store);
    expect(await isActive(token)).toBe(true);
    const response = await handler(post({ token }, 'city-portal'));
    expect([response.status, await response.text(), response.headers.get('cache-control')]).toEqual([
      200,
      '',
      'no-store',
    ]);
    expect(await isActive(token)).toBe(false);
    expect(await entriesOf(store)).toMatchObject([
      { action: 'token-revoke', actor: 'id-city', details: { client: 'city-portal', token: tokenId, tokens: 1 } },
    ]);
    expect(JSON.stringify(await entriesOf(store))).not.toContain('pairwise');
  });

  it('and what was exchanged from it goes with it, by whomever, but nothing beside it', async () => {
    const { store, handler, isActive } = world();
    const parent = await issue(store);
    const child = await issue(store, { clientId: 'other' }, { parent: { issuer: CITY, tokenId: parent.tokenId } });
    const grandchild = await issue(store, { clientId: 'third' }, { parent: { issuer: CITY, tokenId: child.tokenId } });
    const beside = await issue(store);
    await handler(post({ token: parent.token }, 'city-portal'));
    const all = [parent, child, grandchild, beside].map(({ token }) => isActive(token));
    expect(await Promise.all(all)).toEqual([false, false, false, true]);
    expect(await entriesOf(store)).toMatchObject([{ details: { tokens: 3 } }]);
  });

  it('a bound one without a proof, and whatever the hint', async () => {
    const { store, handler, isActive } = world();
    const { token } = await issue(store, { thumbprint: 'A'.repeat(43) });
    await handler(post({ token, token_type_hint: 'refresh_token' }, 'city-portal'));
    expect(await isActive(token)).toBe(false);
  });

  it('twice: noted once', async () => {
    const { store, handler } = world();
    const { token } = await issue(store);
    const answers = await Promise.all([1, 2, 3].map(() => handler(post({ token }, 'city-portal'))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await entriesOf(store)).toHaveLength(1);
  });
});

describe('200, and nothing happens', () => {
  it('with the token of another application, also one for whose audience it speaks', async () => {
    const { store, handler, isActive } = world();
    const { token } = await issue(store);
    for (const client of ['license-api', 'city-portal2', 'City-portal'])
      expect((await handler(post({ token }, client))).status).toBe(200);
    expect(await isActive(token)).toBe(true);
    expect(await entriesOf(store)).toEqual([]);
  });

  it.each<[string, (good: string) => string]>([
    ['no token', () => 'abc'],
    ['a forged one with a genuine jti', (good) => `${good.slice(0, -8)}AAAAAAAA`],
    ['a very long text', () => 'a'.repeat(20_000)],
  ])('with %s', async (_, spoil) => {
    const { store, handler, isActive } = world();
    const { token } = await issue(store);
    expect((await handler(post({ token: spoil(token) }, 'city-portal'))).status).toBe(200);
    expect(await isActive(token)).toBe(true);
    expect(await entriesOf(store)).toEqual([]);
  });

  it('with the same id at another issuer', async () => {
    const { store, options } = world();
    const { tokenId } = await issue(store);
    const which = { tokenId, clientId: 'city-portal', at: AT };
    expect(await revokeToken({ ...which, issuer: 'https://x' }, options)).toEqual([]);
    expect(await revokeToken({ ...which, issuer: CITY }, options)).toMatchObject([{ tokenId }]);
  });
});

describe('requests that are refused', () => {
  it('by nobody that is known: the token stays', async () => {
    const { store, handler, isActive } = world();
    const { token } = await issue(store);
    const response = await handler(post({ token }, null));
    expect([response.status, await response.json()]).toEqual([401, { error: 'invalid_client' }]);
    expect(await isActive(token)).toBe(true);
  });

  it.each(['', 'token=', 'token=a&token=b', `token=${'a'.repeat(65_536)}`])('%#: 400', async (form) => {
    const { handler } = world();
    expect((await handler(post(form, 'city-portal'))).status).toBe(400);
  });

  it.each<keyof IdentityTransaction | 'commit'>(['revokeTokens', 'audit', 'commit'])(
    'where %s fails nothing is kept: neither without the other',
    async (step) => {
      const { store, options, isActive } = world();
      const { token } = await issue(store);
      const handler = revocationHandler({ ...options, store: failing(store, step) as never });
      await expect(handler(post({ token }, 'city-portal'))).rejects.toThrow('crash');
      expect(await isActive(token)).toBe(true);
      expect(await entriesOf(store)).toEqual([]);
    },
  );

  it('while the store cannot be reached: 503, never 200', async () => {
    const { store, options } = world();
    const { token } = await issue(store);
    const down = { identityTransaction: async () => Promise.reject(new GovError('store-unavailable', 'down')) };
    const handler = revocationHandler({ ...options, store: down as never });
    expect((await handler(post({ token }, 'city-portal'))).status).toBe(503);
  });
});

describe('status lists', () => {
  const base = `${CITY}/status/`;
  const slot = (index: number, list = 0) => ({ slot: { list, index } });
  const later = (seconds: number): Date => new Date(AT.getTime() + seconds * 1000);

  async function revoked() {
    const { store, options } = world();
    const good = await issue(store, {}, slot(1));
    const bad = await issue(store, {}, slot(2));
    await revokeToken({ issuer: CITY, tokenId: bad.tokenId, clientId: 'city-portal', at: AT }, options);
    return { store, options, good, bad };
  }

  it('have the places of revoked tokens, of one list, until these expire', async () => {
    const { store } = await revoked();
    const places = async (list: number, at: Date) => {
      const statuses = await tokenStatusList(store, { list, size: 16 }, at);
      return Array.from({ length: 16 }, (_, index) => statuses.get(index)).flatMap((value, index) =>
        value ? [index] : [],
      );
    };
    expect([await places(0, AT), await places(1, AT), await places(0, later(3600))]).toEqual([[2], [], []]);
  });

  it('say so of a token that has ended, as long as some clock takes it', async () => {
    const { store, bad } = await revoked();
    const ended = Number(readJwt(bad.token).claims.exp) * 1000;
    const isRevoked = async (at: number) =>
      (await tokenStatusList(store, { list: 0, size: 16 }, new Date(at))).get(2) === 1;
    expect([await isRevoked(ended), await isRevoked(ended + 299_999), await isRevoked(ended + 301_000)]).toEqual([
      true,
      true,
      false,
    ]);
    const policy = { issuers: [endpointOptions(store).profile], audience: API, clockSkewSeconds: 300 };
    const at = new Date(ended + 299_000);
    const keys = { current: () => ({ kid: 'k1', signer }) };
    const lists = new TokenStatusLists({
      issuers: [{ issuer: CITY, base, keys: policy.issuers[0]!.keys }],
      fetch: tokenStatusHandler({ store, keys, base, lists: 1, size: 16, clock: () => at }),
    });
    const index = 2;
    const finding = await lists.check({ issuer: CITY, uri: `${base}0`, index, at });
    expect(finding).toMatchObject({ outcome: 'fail', code: 'token-revoked' });
    expect((await verifyAccessToken(bad.token, { ...policy, at })).report.verdict).toBe('valid');
  });

  it('are served so that a verifier tells who is in force, signed once in their time', async () => {
    const { store } = await revoked();
    let [now, signatures] = [AT, 0];
    const sign = (message: Uint8Array): Promise<Uint8Array> => {
      signatures += 1;
      return signer.sign(message);
    };
    const keys = { current: () => ({ kid: 'k1', signer: { ...signer, sign } }) };
    const handler = tokenStatusHandler({ store, keys, base, lists: 1, size: 1024, ttlSeconds: 60, clock: () => now });
    const known = fixedKeys([publicJwk(signer.publicKey, { kid: 'k1' })]);
    const asked = async (index: number) => {
      const lists = new TokenStatusLists({ issuers: [{ issuer: CITY, base, keys: known }], fetch: handler });
      return (await lists.check({ issuer: CITY, uri: `${base}0`, index, at: now })).code;
    };
    expect(await Promise.all([asked(1), asked(2), asked(2000)])).toEqual([
      'token-in-force',
      'token-revoked',
      'status-index',
    ]);
    expect(signatures).toBe(1);
    now = later(59);
    await asked(1);
    expect(signatures).toBe(1);
    now = later(60);
    await asked(1);
    expect(signatures).toBe(2);
  });

  it.each(['1', '-1', '00', '0x0', '1e0', '999999999999', 'a', '0/0'])('none is made at %j', async (name) => {
    const { store } = world();
    const keys = { current: () => Promise.reject() as never };
    const handler = tokenStatusHandler({ store, keys, base, lists: 1, size: 16, clock: () => AT });
    expect((await handler(new Request(`${base}${name}`))).status).toBe(404);
  });

  it('say so where the store cannot be reached, and are there again afterwards', async () => {
    const { store } = await revoked();
    let isDown = true;
    const flaky = {
      revokedSlots: (list: number, at: Date) =>
        isDown ? Promise.reject(new GovError('store-unavailable', 'down')) : store.revokedSlots(list, at),
    };
    const errors: unknown[] = [];
    const keys = { current: () => ({ kid: 'k1', signer }) };
    const options = {
      store: flaky,
      keys,
      base,
      lists: 1,
      size: 16,
      clock: () => AT,
      onError: (e: unknown) => errors.push(e),
    };
    const handler = tokenStatusHandler(options);
    expect((await handler(new Request(`${base}0`))).status).toBe(500);
    expect(errors).toMatchObject([{ code: 'store-unavailable' }]);
    isDown = false;
    expect((await handler(new Request(`${base}0`))).status).toBe(200);
  });

  it.each([{ lists: 0 }, { lists: 1.5 }, { ttlSeconds: 0 }, { size: 0 }, { base: 'https://a/b' }])(
    'cannot be served with %j',
    (more) => {
      const { store } = world();
      const keys = { current: () => ({ kid: 'k1', signer }) };
      expect(() => tokenStatusHandler({ store, keys, base, lists: 1, size: 16, clock: () => AT, ...more })).toThrow(
        expect.objectContaining({ code: 'invalid-argument' }),
      );
    },
  );
});
