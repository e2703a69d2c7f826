/** Tokens of the city that the city exchanges itself: it knows which of them are in force. And hostile ones of the province. */
import {
  type AccessGrant,
  ASSURANCE_LEVELS,
  assuranceMapping,
  issueAccessToken,
  issueIdToken,
  type KeptSession,
  type MandateClaim,
  verifyIdToken,
} from '@gov/identity';
import { TokenExchange } from '@gov/identity/exchange';
import { endSession } from '@gov/identity/logout';
import { revokeToken } from '@gov/identity/revocation';
import { fromBase64url, generateSm2Key, sm2Signer, toBase64url } from '@gov/sm';
import type { Store } from '@gov/store';
import { memoryStore } from '@gov/store/memory';
import { dpopProof } from '@gov/token/dpop';
import type { JsonObject } from '@gov/token/json';
import { jwkThumbprint, publicJwk } from '@gov/token/jwk';
import { readJwt, signJwt } from '@gov/token/jwt';
import { fixedKeys } from '@gov/token/key-source';
import { describe, expect, it } from 'vitest';
import { ACCESS, API, AT, CITY, CLIENT, ENDPOINT, GRANT, ID, LOG, NOW, PROVINCE, world } from './exchange-world.js';
import { es256Signer } from './issuers.js';

const REFUSED = { outcome: 'refused', error: 'invalid_request' };
const REVOCATION = { log: LOG, actor: 'id-city' };
const instant = (seconds: number): string => new Date(AT.getTime() + seconds * 1000).toISOString();

function city() {
  const store = memoryStore();
  const w = world(store);
  const own = {
    profile: { issuer: CITY, keys: w.city.keys },
    audience: CITY,
    assurance: assuranceMapping(ASSURANCE_LEVELS, ASSURANCE_LEVELS, { 'urn:gov:assurance:3': 'urn:gov:assurance:3' }),
  };
  const exchange = new TokenExchange({
    ...w.options,
    issuers: [...w.options.issuers, own],
    subject: async ({ sub, kind = 'natural-person' }) => ({ kind, sub }),
  });
  const issue = async (grant: Partial<AccessGrant> = {}) => {
    const { sessionId: _, ...rest } = GRANT;
    const whole: AccessGrant = { ...rest, clientId: CLIENT, level: 3, ...grant };
    const made = await issueAccessToken(whole, { issuer: CITY, signer: w.city.signer, kid: 'k1', at: AT });
    await store.identityTransaction((tx) =>
      tx.insertToken({
        tokenId: made.tokenId,
        issuer: CITY,
        kind: 'access',
        clientId: CLIENT,
        subject: whole.subject.sub,
        issuedAt: instant(0),
        expiresAt: made.expiresAt.toISOString(),
        ...(whole.sessionId === undefined ? {} : { sessionId: whole.sessionId }),
      }),
    );
    return made;
  };
  const ask = async (subjectToken: string, more = {}) => exchange.exchange(await w.request({ subjectToken, ...more }));
  return { store, w, exchange, issue, ask };
}

const keep = (store: Store, session: Partial<KeptSession> = {}) =>
  store.identityTransaction((tx) =>
    tx.insertSession({
      sessionId: 's-1',
      subject: 'province-person',
      startedAt: instant(-60),
      expiresAt: instant(3600),
      ...session,
    }),
  );

const MANDATE: MandateClaim = { id: 'mandate-0123456789', relation: 'agent', scope: ['license.read'], exp: NOW + 120 };

/** Of the group of P-256: with (r, s) an ECDSA signature is genuine with (r, n - s) too. */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** Both begin before either ends, the one or the other first. */
async function atOnce<T>(round: number, asked: () => Promise<T>, other: () => Promise<unknown>): Promise<T> {
  if (round % 2 === 0) {
    const answer = asked();
    await other();
    return answer;
  }
  const ended = other();
  const answer = await asked();
  await ended;
  return answer;
}

describe('a token of this domain', () => {
  it('is exchanged while its session goes on, and no longer', async () => {
    for (const [session, outcome] of [
      [{}, 'issued'],
      [{ endedAt: instant(-1) }, 'refused'],
      [{ expiresAt: instant(0) }, 'refused'],
    ] as const) {
      const { store, issue, ask } = city();
      await keep(store, session);
      expect((await ask((await issue({ sessionId: 's-1' })).token)).outcome).toBe(outcome);
    }
    const { issue, ask } = city();
    expect((await ask((await issue({ sessionId: 'kept elsewhere' })).token)).outcome).toBe('issued');
  });

  it('that is revoked at this moment gives no token that outlives it', async () => {
    const { store, issue, ask } = city();
    for (let round = 0; round < 16; round++) {
      const { token, tokenId } = await issue();
      const which = { issuer: CITY, tokenId, clientId: CLIENT, at: AT };
      const asked = await atOnce(
        round,
        () => ask(token),
        () => revokeToken(which, { store, ...REVOCATION }),
      );
      if (asked.outcome === 'issued') expect((await store.token(asked.tokenId))?.revokedAt).toBeDefined();
      else expect(asked).toMatchObject(REFUSED);
      expect(await ask(token)).toMatchObject(REFUSED);
    }
  });

  it('whose session ends at this moment gives no token that outlives it', async () => {
    const { store, issue, ask } = city();
    for (let round = 0; round < 16; round++) {
      const sessionId = `s-${round}`;
      await keep(store, { sessionId });
      const { token } = await issue({ sessionId });
      const end = () => endSession(store, { sessionId }, { at: AT, ...REVOCATION });
      const asked = await atOnce(round, () => ask(token), end);
      if (asked.outcome === 'issued') expect((await store.token(asked.tokenId))?.revokedAt).toBeDefined();
      else expect(asked).toMatchObject(REFUSED);
    }
  });

  it('is none that another issuer of the same store has under this id, and rests upon no mandate that is not kept', async () => {
    const { store, w, issue, ask } = city();
    const random = () => new Uint8Array(16).fill(7);
    const options = { issuer: CITY, signer: w.city.signer, kid: 'k1', at: AT, random };
    const { sessionId: _, ...grant } = { ...GRANT, level: 3 };
    const { token, tokenId } = await issueAccessToken(grant, options);
    const times = { issuedAt: instant(0), expiresAt: instant(600) };
    const other = { tokenId, issuer: PROVINCE, kind: 'access', clientId: CLIENT, subject: 's', ...times } as const;
    await store.identityTransaction((tx) => tx.insertToken(other));
    expect(await ask(token)).toMatchObject(REFUSED);
    const actor = { sub: 'agent', sub_kind: 'natural-person' } as const;
    const acting = await issue({ actor, mandate: MANDATE, scope: ['license.read'] });
    expect(await ask(acting.token)).toMatchObject(REFUSED);
  });

  it('that was revoked, or is not kept, shows no actor', async () => {
    const { store, w, issue, ask } = city();
    const actor = { sub: 'city-clerk', iss: CITY };
    const shown = async (actorToken: string) =>
      ask(await w.subjectToken({ actor }), { actorToken, actorTokenType: ACCESS });
    const clerk = { subject: { kind: 'natural-person', sub: 'city-clerk' } } as const;
    const { token, tokenId } = await issue(clerk);
    expect((await shown(token)).outcome).toBe('issued');
    await revokeToken({ issuer: CITY, tokenId, clientId: CLIENT, at: AT }, { store, ...REVOCATION });
    expect(await shown(token)).toMatchObject(REFUSED);
    const options = { issuer: CITY, signer: w.city.signer, kid: 'k1', at: AT };
    const unkept = await issueAccessToken({ ...GRANT, ...clerk, level: 3 }, options);
    expect(await shown(unkept.token)).toMatchObject(REFUSED);
  });
});

describe('a token of the province', () => {
  it('is not used up by one of another issuer with the same id', async () => {
    const { w, issue, ask } = city();
    const { token, tokenId } = await issue();
    const { claims } = readJwt(await w.subjectToken());
    const theirs = await signJwt({ ...claims, jti: tokenId }, { typ: 'at+jwt', kid: 'k1', signer: w.province.signer });
    expect([(await ask(theirs)).outcome, (await ask(token)).outcome]).toEqual(['issued', 'issued']);
  });

  it('that is bound shows no actor, whoever holds its key', async () => {
    const { w, ask } = city();
    const key = sm2Signer(generateSm2Key());
    const thumbprint = await jwkThumbprint(publicJwk(key.publicKey));
    const subject = { kind: 'natural-person', sub: 'province-clerk' } as const;
    const actorToken = await w.subjectToken({ subject, thumbprint });
    const subjectToken = await w.subjectToken({ actor: { sub: 'province-clerk' } });
    const proof = await dpopProof({ method: 'POST', url: ENDPOINT, at: AT }, key);
    expect(await ask(subjectToken, { actorToken, actorTokenType: ACCESS, proof })).toMatchObject(REFUSED);
  });

  it('is asked about at its issuer, where that has status lists', async () => {
    for (const [finding, outcome] of [
      [{ outcome: 'pass', code: 'token-in-force' }, 'issued'],
      [{ outcome: 'fail', code: 'token-revoked' }, 'refused'],
      [{ outcome: 'unknown', code: 'token-status-unavailable' }, 'refused'],
    ] as const) {
      const { w } = city();
      const status = { check: async () => ({ check: 'status', ...finding }) as const };
      const exchange = new TokenExchange({ ...w.options, issuers: [{ ...w.options.issuers[0]!, status }] });
      const place = { uri: `${PROVINCE}/status/1`, index: 1 };
      const request = await w.request({ subjectToken: await w.subjectToken({ status: place }) });
      expect((await exchange.exchange(request)).outcome).toBe(outcome);
    }
  });

  it('of a session that is over here begins no other one', async () => {
    const { w } = city();
    const exchange = new TokenExchange({ ...w.options, sessionSeconds: 10 });
    expect((await exchange.exchange(await w.request())).outcome).toBe('issued');
    const at = (seconds: number) => new Date(AT.getTime() + seconds * 1000);
    expect((await exchange.exchange(await w.request({ at: at(9) }))).outcome).toBe('issued');
    expect(await exchange.exchange(await w.request({ at: at(10) }))).toMatchObject(REFUSED);
  });

  it('gives no login that lies ahead, no more audiences than are read, and no more scope', async () => {
    const { answer } = await signed({ auth_time: NOW + 30 });
    expect(answer).toMatchObject({ outcome: 'issued', claims: { auth_time: NOW } });
    const { w } = city();
    const audience = Array.from({ length: 17 }, (_, index) => `${CITY}/${index}`);
    const scope = Array.from({ length: 65 }, (_, index) => `s${index}`);
    const exchange = new TokenExchange({ ...w.options, rule: async () => ({ audience, scope }) });
    const ask = async (more: object) => exchange.exchange(await w.request(more));
    expect(await ask({ audience })).toMatchObject({ outcome: 'refused', error: 'invalid_target' });
    expect((await ask({ audience: audience.slice(1) })).outcome).toBe('issued');
    const login = { subject: GRANT.subject, clientId: 'city-at-province', level: 4, authTime: AT };
    const { token } = await issueIdToken(login, { issuer: PROVINCE, signer: w.province.signer, kid: 'k1', at: AT });
    const byId = { subjectToken: token, subjectTokenType: ID, audience: [audience[0]!] };
    expect(await ask(byId)).toMatchObject({ outcome: 'refused', error: 'invalid_scope' });
    expect((await ask({ ...byId, scope: scope.slice(1) })).outcome).toBe('issued');
  });

  it('is asked for a level that is a number', async () => {
    const { w } = city();
    const rule = async () => ({ audience: [API], scope: [], minLevel: Number.NaN });
    const exchange = new TokenExchange({ ...w.options, rule });
    expect(await exchange.exchange(await w.request())).toMatchObject(REFUSED);
  });

  it('without an id is used once, also with the other spelling of its signature', async () => {
    const { w } = city();
    const signer = await es256Signer();
    const keys = fixedKeys([publicJwk(signer.publicKey, { kid: 'k1' })]);
    const profile = { issuer: PROVINCE, keys, algorithms: ['ECDSA-P256-SHA256'] } as const;
    const exchange = new TokenExchange({ ...w.options, issuers: [{ ...w.options.issuers[0]!, profile }] });
    const login = { subject: GRANT.subject, clientId: 'city-at-province', level: 4, authTime: AT };
    const { token } = await issueIdToken(login, { issuer: PROVINCE, signer, kid: 'k1', at: AT });
    const [head, payload, signature] = token.split('.') as [string, string, string];
    const octets = fromBase64url(signature)!;
    const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
    const s = P256_ORDER - BigInt(`0x${hex(octets.subarray(32))}`);
    const other = Buffer.from(hex(octets.subarray(0, 32)) + s.toString(16).padStart(64, '0'), 'hex');
    const again = `${head}.${payload}.${toBase64url(other)}`;
    const policy = { issuers: [profile], clientId: 'city-at-province', nonce: null, at: AT };
    expect((await verifyIdToken(again, policy)).report.verdict).toBe('valid');
    const ask = async (subjectToken: string) =>
      exchange.exchange(await w.request({ subjectToken, subjectTokenType: ID }));
    expect((await ask(token)).outcome).toBe('issued');
    expect(await ask(again)).toMatchObject(REFUSED);
  });

  it('in which somebody acts for the actor does not show that the actor is there', async () => {
    const { w, exchange } = city();
    const [province] = w.options.issuers;
    const trusting = new TokenExchange({ ...w.options, issuers: [{ ...province!, mandateInForce: async () => true }] });
    const subject = { kind: 'natural-person', sub: 'province-clerk' } as const;
    const acting = { sub: 'province-other', sub_kind: 'natural-person' } as const;
    const actorToken = await w.subjectToken({ subject, actor: acting, mandate: MANDATE, scope: ['license.read'] });
    const actor = { sub: 'province-clerk' };
    for (const one of [exchange, trusting]) {
      const request = await w.request({
        subjectToken: await w.subjectToken({ actor }),
        actorTokenType: ACCESS,
        actorToken,
      });
      expect(await one.exchange(request)).toMatchObject(REFUSED);
    }
  });

  const signed = async (change: JsonObject) => {
    const { w, ask, store } = city();
    const { claims } = readJwt(await w.subjectToken());
    const text = await signJwt({ ...claims, ...change }, { typ: 'at+jwt', kid: 'k1', signer: w.province.signer });
    return { answer: await ask(text), store };
  };

  it('may end on the last day that there is', async () => {
    const { answer } = await signed({ exp: 253_402_300_799 });
    expect(answer).toMatchObject({ outcome: 'issued', expiresAt: new Date(AT.getTime() + 600_000) });
  });

  it.each<[string, JsonObject]>([
    ['that names an actor by the number of a person', { act: { sub: '11010519491231002X' } }],
    ['with the number of a person deep inside', { act: { sub: 'a', act: { sub: '138 0013 8000' } } }],
    ['that ended before it began', { exp: NOW - 1, iat: NOW }],
    ['with a session that no store keeps', { sid: 'a\0' }],
    ['with an actor that is half a character', { act: { sub: '\ud800' } }],
    ['with an id that is too long for a store', { jti: 'j'.repeat(256) }],
    ['bound to a key that nobody showed', { cnf: { jkt: 'A'.repeat(43) } }],
    ['bound in a way that is not known', { cnf: { 'x5t#S256': 'A'.repeat(43) } }],
    ['whose login lies ahead', { auth_time: NOW + 61 }],
    ['that nobody may act with', { may_act: null }],
  ])('%s is refused, and nothing of it is kept', async (_, change) => {
    const { answer, store } = await signed(change);
    expect(answer).toMatchObject(REFUSED);
    expect(await store.audit.size(LOG)).toBe(0);
  });

  it('gives nothing for members that objects inherit', async () => {
    const { w, ask } = city();
    const { claims } = readJwt(await w.subjectToken());
    const text = JSON.stringify(claims).replace(
      '{',
      '{"__proto__":{"scope":"seal.use","may_act":null},"constructor":1,',
    );
    const token = await signJwt(JSON.parse(text) as JsonObject, {
      typ: 'at+jwt',
      kid: 'k1',
      signer: w.province.signer,
    });
    const answer = await ask(token);
    expect(answer).toMatchObject({ outcome: 'issued', scope: ['license.read'] });
    expect(answer.outcome === 'issued' && Object.hasOwn(answer.claims, 'constructor')).toBe(false);
  });
});
