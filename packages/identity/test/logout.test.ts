import type { KeptToken } from '@gov/identity';
import {
  type EndedSessions,
  endSession,
  issueLogoutToken,
  LOGOUT_EVENT,
  type LogoutNotice,
  type LogoutSender,
  logoutHandler,
  sendLogout,
  verifyLogoutToken,
} from '@gov/identity/logout';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import type { Store } from '@gov/store';
import { eraseByPolicy } from '@gov/store/erasure';
import { memoryStore } from '@gov/store/memory';
import type { JsonObject } from '@gov/token/json';
import { readJwt, signJwt } from '@gov/token/jwt';
import type { FindingCode } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import {
  AT,
  CITY,
  CLIENT,
  entriesOf,
  failing,
  LOG,
  NOW,
  PROVINCE,
  party,
  type World,
  world,
} from './exchange-world.js';
import { memoryReplay } from './issuers.js';

const HERE = 'city-at-province';
const province = party();
const ISSUERS = [{ issuer: PROVINCE, keys: province.keys }];
const CLAIMS = {
  iss: PROVINCE,
  aud: HERE,
  iat: NOW,
  exp: NOW + 120,
  jti: 'j',
  sid: 'province-session',
  events: { [LOGOUT_EVENT]: {} },
};

const token = (claims: object = {}, typ = 'logout+jwt', signer = province.signer) => {
  const all = Object.fromEntries(Object.entries({ ...CLAIMS, ...claims }).filter(([, value]) => value !== undefined));
  return signJwt(all as JsonObject, { typ, kid: 'k1', signer });
};

async function codes(text: string): Promise<readonly FindingCode[]> {
  const replay = memoryReplay();
  const { report, logout } = await verifyLogoutToken(text, { issuers: ISSUERS, clientId: HERE, at: AT, replay });
  expect(logout === undefined).toBe(report.verdict !== 'valid');
  expect(replay.seen.size).toBe(report.verdict === 'valid' ? 1 : 0);
  return report.findings.filter(({ outcome }) => outcome !== 'pass').map(({ code }) => code);
}

describe('a logout token', () => {
  it('is issued as it is verified, with sid, sub or both', async () => {
    const options = { issuer: PROVINCE, signer: province.signer, kid: 'k1', at: AT };
    for (const which of [{ subject: 'p' }, { sessionId: 's' }, { subject: 'p', sessionId: 's' }]) {
      const text = await issueLogoutToken({ clientId: HERE, ...which }, options);
      const { report, logout } = await verifyLogoutToken(text, {
        issuers: ISSUERS,
        clientId: HERE,
        at: AT,
        replay: memoryReplay(),
      });
      expect(report.verdict).toBe('valid');
      const { jti } = readJwt(text).claims;
      expect(logout).toEqual({ issuer: PROVINCE, tokenId: jti, expiresAt: new Date(AT.getTime() + 120_000), ...which });
    }
    await expect(issueLogoutToken({ clientId: HERE }, options)).rejects.toMatchObject({ code: 'invalid-argument' });
    for (const lifetimeSeconds of [0, 301, 1.5]) {
      const made = issueLogoutToken({ clientId: HERE, subject: 'p' }, { ...options, lifetimeSeconds });
      await expect(made).rejects.toMatchObject({ code: 'invalid-argument' });
    }
  });

  it('counts once', async () => {
    const [text, replay] = [await token(), memoryReplay()];
    const policy = { issuers: ISSUERS, clientId: HERE, at: AT, replay };
    expect((await verifyLogoutToken(text, policy)).report.verdict).toBe('valid');
    const again = await verifyLogoutToken(text, policy);
    expect(again.report.findings).toContainEqual(expect.objectContaining({ outcome: 'fail', code: 'token-replayed' }));
  });

  it.each([
    ['a nonce', { nonce: 'n' }, 'token-claim-malformed'],
    ['a nonce of null', { nonce: null }, 'token-claim-malformed'],
    ['no events', { events: undefined }, 'token-claim-missing'],
    ['events of text', { events: LOGOUT_EVENT }, 'token-claim-malformed'],
    ['events in a list', { events: [LOGOUT_EVENT] }, 'token-claim-malformed'],
    ['no event', { events: {} }, 'token-claim-malformed'],
    ['another event', { events: { [`${LOGOUT_EVENT}/`]: {} } }, 'token-claim-malformed'],
    ['another event too', { events: { [LOGOUT_EVENT]: {}, x: {} } }, 'token-claim-malformed'],
    ['an event that is no object', { events: { [LOGOUT_EVENT]: true } }, 'token-claim-malformed'],
    ['an event that says more', { events: { [LOGOUT_EVENT]: { x: 1 } } }, 'token-claim-malformed'],
    ['neither sub nor sid', { sid: undefined }, 'token-claim-missing'],
    ['an empty sid', { sid: '' }, 'token-claim-malformed'],
    ['a sid with U+0000', { sid: 'a\0' }, 'token-claim-malformed'],
    ['a sid that is a number', { sid: 1 }, 'token-claim-malformed'],
    ['no jti', { jti: undefined }, 'token-claim-missing'],
    ['no iat', { iat: undefined }, 'token-claim-missing'],
    ['another audience', { aud: CLIENT }, 'token-audience-mismatch'],
    ['another issuer', { iss: CITY }, 'token-issuer-unknown'],
    ['a long life', { exp: NOW + 301 }, 'token-lifetime-too-long'],
    ['an end in the past', { iat: NOW - 200, exp: NOW - 60 }, 'token-expired'],
    ['a date in the future', { iat: NOW + 61, exp: NOW + 100 }, 'token-issued-later'],
  ] as const)('is refused with %s', async (_, claims, code) => {
    expect(await codes(await token(claims))).toContain(code);
  });

  it('that names another event is told of without its name: it may be anything', async () => {
    const text = await token({ events: { [LOGOUT_EVENT]: {}, '张三 11010519491231002X\nlogin ok': {} } });
    const { report } = await verifyLogoutToken(text, { issuers: ISSUERS, clientId: HERE, at: AT });
    expect(JSON.stringify(report)).not.toMatch(/张三|11010519491231002X|login ok/);
    expect(report.findings).toContainEqual(
      expect.objectContaining({ outcome: 'fail', code: 'token-claim-malformed', detail: 'events' }),
    );
  });

  it('that is bound to a key is not valid, and not used up', async () => {
    const [replay, text] = [memoryReplay(), await token({ cnf: { jkt: 'x' } })];
    const { report } = await verifyLogoutToken(text, { issuers: ISSUERS, clientId: HERE, at: AT, replay });
    expect([report.verdict, replay.seen.size]).toEqual(['indeterminate', 0]);
  });

  it('is no ID token, no access token, and nobody else’s', async () => {
    for (const typ of ['JWT', 'at+jwt', 'secevent+jwt'])
      expect(await codes(await token({}, typ))).toEqual(['token-type-mismatch']);
    expect(await codes(await token({}, 'logout+jwt', sm2Signer(generateSm2Key())))).toEqual(['signature-invalid']);
  });
});

const OPTIONS = { at: AT, log: LOG, actor: 'id-city' };

/** Two sessions of one person upstream, with tokens; one token was exchanged once more, in no session. */
async function sessions(store: Store): Promise<void> {
  const times = { issuedAt: '2026-05-20T00:59:00Z', expiresAt: '2026-05-20T01:09:00Z' };
  const kept = (tokenId: string, more: Partial<KeptToken>): KeptToken => ({
    tokenId,
    issuer: CITY,
    kind: 'access',
    clientId: 'a',
    subject: `at-${more.clientId ?? 'a'}`,
    ...times,
    ...more,
  });
  await store.identityTransaction(async (tx) => {
    for (const sessionId of ['s1', 's2'])
      await tx.insertSession({
        sessionId,
        subject: 'x',
        upstream: { issuer: PROVINCE, subject: 'p', sessionId: `up-${sessionId}` },
        startedAt: times.issuedAt,
        expiresAt: times.expiresAt,
      });
    await tx.insertToken(kept('t1', { sessionId: 's1' }));
    await tx.insertToken(kept('t2', { sessionId: 's1', clientId: 'b' }));
    await tx.insertToken(kept('t3', { clientId: 'c', parent: { issuer: CITY, tokenId: 't2' } }));
    await tx.insertToken(kept('t4', { sessionId: 's1', clientId: 'd', revokedAt: times.issuedAt }));
    await tx.insertToken(kept('t5', { sessionId: 's2' }));
  });
}

const ids = (tokens: readonly KeptToken[]): readonly string[] => tokens.map(({ tokenId }) => tokenId);

describe('the end of a session', () => {
  it('ends its tokens and what was exchanged from them, and names whom to tell', async () => {
    const store = memoryStore();
    await sessions(store);
    const ended = await endSession(store, { sessionId: 's1' }, OPTIONS);
    expect(ids(ended.tokens)).toEqual(['t1', 't2', 't3']);
    const notices: readonly LogoutNotice[] = [
      { clientId: 'a', subject: 'at-a', sessionId: 's1' },
      { clientId: 'b', subject: 'at-b', sessionId: 's1' },
      { clientId: 'c', subject: 'at-c' },
      { clientId: 'd', subject: 'at-d', sessionId: 's1' },
    ];
    expect(ended.notices).toEqual(notices);
    expect((await store.token('t5'))?.revokedAt).toBeUndefined();
    const [entry, ...others] = await entriesOf(store);
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ action: 'session-end', details: { sessions: 1, tokens: 3 } });
    expect(await endSession(store, { sessionId: 's1' }, OPTIONS)).toEqual({ sessions: [], tokens: [], notices: [] });
    expect(await store.audit.size(LOG)).toBe(1);
  });

  it('may be asked for by the session upstream, or for all of a person', async () => {
    const one = memoryStore();
    await sessions(one);
    const bySession = { upstream: { issuer: PROVINCE, sessionId: 'up-s2' } };
    expect(ids((await endSession(one, bySession, OPTIONS)).tokens)).toEqual(['t5']);
    const all = memoryStore();
    await sessions(all);
    const bySubject = { upstream: { issuer: PROVINCE, subject: 'p' } };
    expect((await endSession(all, bySubject, OPTIONS)).sessions.map(({ sessionId }) => sessionId)).toEqual([
      's1',
      's2',
    ]);
    const other = { upstream: { issuer: CITY, subject: 'p' } };
    expect((await endSession(all, other, OPTIONS)).sessions).toEqual([]);
  });

  it.each(['endSessions', 'revokeTokens', 'audit', 'commit'] as const)(
    'leaves nothing half done after a crash at %s',
    async (step) => {
      const store = memoryStore();
      await sessions(store);
      const broken = { ...failing(store, step), tokensOfSession: store.tokensOfSession };
      await expect(endSession(broken, { sessionId: 's1' }, OPTIONS)).rejects.toThrow('crash');
      expect((await store.session('s1'))?.endedAt).toBeUndefined();
      expect((await store.token('t1'))?.revokedAt).toBeUndefined();
      expect(await store.audit.size(LOG)).toBe(0);
    },
  );
});

describe('a logout upstream', () => {
  async function receiver() {
    const store = memoryStore();
    const w: World = world(store);
    const issuers = [{ issuer: PROVINCE, keys: w.province.keys }];
    const told: EndedSessions[] = [];
    const handler = logoutHandler({
      store,
      issuers,
      clientId: HERE,
      log: LOG,
      actor: 'id-city',
      clock: () => AT,
      onEnded: async (ended) => void told.push(ended),
    });
    const post = (text: string) =>
      handler(new Request(`${CITY}/logout`, { method: 'POST', body: new URLSearchParams({ logout_token: text }) }));
    const logout = (claims: object = {}) => token(claims, 'logout+jwt', w.province.signer);
    return { store, w, told, post, logout };
  }

  it('ends what was exchanged in that session, and is carried along', async () => {
    const { store, w, told, post, logout } = await receiver();
    const answer = await w.exchange.exchange(await w.request());
    const { tokenId, claims } = answer as { tokenId: string; claims: JsonObject };
    const response = await post(await logout());
    expect([response.status, response.headers.get('cache-control'), await response.text()]).toEqual([
      200,
      'no-store',
      '',
    ]);
    expect((await store.token(tokenId))?.revokedAt).toBe(AT.toISOString());
    expect(told.map(({ notices }) => notices)).toEqual([
      [{ clientId: CLIENT, subject: 'city-person', sessionId: claims.sid }],
    ]);
    expect((await entriesOf(store)).map(({ action }) => action)).toEqual(['token-exchange', 'session-end']);
  });

  it('that comes first lets no token of that session be exchanged', async () => {
    const { w, store, post, logout } = await receiver();
    expect((await post(await logout())).status).toBe(200);
    expect(await w.exchange.exchange(await w.request())).toMatchObject({
      outcome: 'refused',
      error: 'invalid_request',
    });
    const other = await w.request({ subjectToken: await w.subjectToken({ sessionId: 'another' }) });
    expect(await w.exchange.exchange(other)).toMatchObject({ outcome: 'issued' });
    expect((await post(await logout({ jti: 'j2' }))).status).toBe(200);
    expect((await entriesOf(store)).map(({ action }) => action)).toEqual([
      'session-end',
      'token-exchange',
      'session-end',
    ]);
  });

  it('is remembered when old sessions are erased, until the session would have ended', async () => {
    const { w, store, post, logout } = await receiver();
    await w.exchange.exchange(await w.request());
    expect((await post(await logout())).status).toBe(200);
    const erase = (at: Date) =>
      eraseByPolicy(
        store,
        { rules: [{ kind: 'sessions', days: 0 }] },
        { at, signer: w.city.signer, actor: 'id-city', log: LOG },
      );
    expect((await erase(new Date(AT.getTime() + 1000))).erased).toMatchObject([{ count: 0 }]);
    expect(await w.exchange.exchange(await w.request())).toMatchObject({
      outcome: 'refused',
      error: 'invalid_request',
    });
    const later = await erase(new Date(AT.getTime() + 43_201_000));
    expect(later.erased).toMatchObject([{ count: 1 }]);
  });

  it('by sub ends every session of that person', async () => {
    const { w, told, post, logout } = await receiver();
    for (const sessionId of ['a', 'b', undefined]) {
      const { subjectToken } = await w.request();
      const { claims } = readJwt(subjectToken);
      const { sid: _, ...rest } = claims;
      const own = { ...rest, jti: `j-${sessionId}`, ...(sessionId && { sid: sessionId }) };
      const text = await signJwt(own, { typ: 'at+jwt', kid: 'k1', signer: w.province.signer });
      expect(await w.exchange.exchange(await w.request({ subjectToken: text }))).toMatchObject({ outcome: 'issued' });
    }
    expect((await post(await logout({ sid: undefined, sub: 'province-person' }))).status).toBe(200);
    expect(told[0]?.sessions).toHaveLength(3);
  });

  it('is taken once as long as any clock takes it, though what was used is erased in time', async () => {
    const { w, store } = await receiver();
    let now = AT;
    const handler = logoutHandler({
      store,
      issuers: [{ issuer: PROVINCE, keys: w.province.keys }],
      clientId: HERE,
      log: LOG,
      actor: 'id-city',
      clock: () => now,
    });
    const text = await token({}, 'logout+jwt', w.province.signer);
    const post = async () => {
      const body = new URLSearchParams({ logout_token: text });
      return (await handler(new Request(`${CITY}/logout`, { method: 'POST', body }))).status;
    };
    expect(await post()).toBe(200);
    now = new Date((NOW + 120 + 59) * 1000);
    const erasure = { at: now, signer: w.city.signer, actor: 'id-city', log: LOG };
    await eraseByPolicy(store, { rules: [{ kind: 'replay', days: 0 }] }, erasure);
    expect(await post()).toBe(400);
  });

  it('of one issuer does not use up the id of another', async () => {
    const { w, store } = await receiver();
    const handler = logoutHandler({
      store,
      issuers: [
        { issuer: PROVINCE, keys: w.province.keys },
        { issuer: CITY, keys: w.city.keys },
      ],
      clientId: HERE,
      log: LOG,
      actor: 'id-city',
      clock: () => AT,
    });
    for (const [iss, signer] of [
      [PROVINCE, w.province.signer],
      [CITY, w.city.signer],
    ] as const) {
      const body = new URLSearchParams({ logout_token: await token({ iss }, 'logout+jwt', signer) });
      expect((await handler(new Request(`${CITY}/logout`, { method: 'POST', body }))).status).toBe(200);
    }
  });

  it('is taken once, also by eight at once', async () => {
    const { store, told, post, logout } = await receiver();
    const text = await logout();
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(text)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(400)]);
    expect([told.length, await store.audit.size(LOG)]).toEqual([1, 1]);
  });

  it('that is not genuine changes nothing', async () => {
    const { w, store, post, logout, told } = await receiver();
    const answer = (await w.exchange.exchange(await w.request())) as { tokenId: string };
    const bad = [
      await token(),
      'x',
      '',
      await logout({ nonce: 'n' }),
      await logout({ aud: 'x' }),
      await w.subjectToken(),
    ];
    for (const text of bad) {
      const response = await post(text);
      expect([response.status, response.headers.get('cache-control'), await response.json()]).toEqual([
        400,
        'no-store',
        { error: 'invalid_request' },
      ]);
    }
    expect((await store.token(answer.tokenId))?.revokedAt).toBeUndefined();
    expect([told.length, await store.audit.size(LOG)]).toEqual([0, 1]);
  });
});

describe('notices are sent', () => {
  const NOTICES: readonly LogoutNotice[] = [{ clientId: CLIENT, subject: 's', sessionId: 'sid' }];

  async function sent(statuses: readonly (number | Error)[], more: Partial<LogoutSender> = {}, notices = NOTICES) {
    const tokens: string[] = [];
    const slept: number[] = [];
    const left = [...statuses];
    const deliveries = await sendLogout(notices, {
      issuer: CITY,
      keys: { current: () => ({ kid: 'k1', signer: province.signer }) },
      endpoint: async (clientId) => `https://${clientId}.example.gov.cn/logout`,
      clock: () => AT,
      sleep: async (ms) => void slept.push(ms),
      fetch: async (request) => {
        tokens.push(new URLSearchParams(await request.text()).get('logout_token')!);
        const next = left.shift()!;
        if (next instanceof Error) throw next;
        return new Response(null, { status: next });
      },
      ...more,
    });
    return { deliveries, tokens, slept };
  }

  it('each with a token that the application takes', async () => {
    const { deliveries, tokens } = await sent([200]);
    expect(deliveries).toEqual([{ ...NOTICES[0], outcome: 'delivered', attempts: 1 }]);
    const policy = {
      issuers: [{ issuer: CITY, keys: province.keys }],
      clientId: CLIENT,
      at: AT,
      replay: memoryReplay(),
    };
    expect((await verifyLogoutToken(tokens[0]!, policy)).logout).toMatchObject({ subject: 's', sessionId: 'sid' });
  });

  it('again, each time with another token, where there is no answer', async () => {
    const { deliveries, tokens, slept } = await sent([new TypeError('connect 10.0.0.1'), 503, 204]);
    expect(deliveries).toEqual([{ ...NOTICES[0], outcome: 'delivered', attempts: 3 }]);
    expect(slept).toEqual([1000, 5000]);
    expect(new Set(tokens.map((text) => readJwt(text).claims.jti)).size).toBe(3);
  });

  it.each([
    [[400], 'refused', 1, 'status 400'],
    [[404], 'refused', 1, 'status 404'],
    [[500, 500, 429, 408], 'unreachable', 4, 'status 408'],
    [Array(4).fill(new TypeError('10.0.0.1')), 'unreachable', 4, 'TypeError'],
  ] as const)('until the end: %j is %s', async (statuses, outcome, attempts, detail) => {
    const { deliveries } = await sent(statuses);
    expect(deliveries).toEqual([{ ...NOTICES[0], outcome, attempts, detail }]);
  });

  it.each([[undefined], ['http://x.example.gov.cn/logout'], ['https://a:b@x.example.gov.cn/'], ['x']])(
    'not to %s',
    async (url) => {
      const { deliveries, tokens } = await sent([], { endpoint: async () => url });
      expect(deliveries).toEqual([{ ...NOTICES[0], outcome: 'no-endpoint', attempts: 0 }]);
      expect(tokens).toEqual([]);
    },
  );

  it('at most eight at once, in their order, and one that hangs holds up no other', async () => {
    const notices = Array.from({ length: 30 }, (_, i) => ({ clientId: `c${i}`, subject: 's' }));
    let [now, most] = [0, 0];
    const fetch: LogoutSender['fetch'] = async ({ url }) => {
      if (url.includes('//c3.')) return new Promise(() => undefined);
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      now--;
      return new Response('x'.repeat(url.includes('//c4.') ? 65_537 : 65_536));
    };
    const { deliveries } = await sent([], { fetch, timeoutMs: 300, delaysMs: [] }, notices);
    expect(deliveries.map(({ clientId }) => clientId)).toEqual(notices.map(({ clientId }) => clientId));
    expect(deliveries.filter(({ outcome }) => outcome !== 'delivered').map(({ detail }) => detail)).toEqual([
      'no answer in 300 ms',
      'more than 65536 bytes',
    ]);
    expect(most).toBeLessThanOrEqual(8);
  });
});
