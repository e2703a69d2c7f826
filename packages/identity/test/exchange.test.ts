import {
  ASSURANCE_LEVELS,
  assuranceMapping,
  type IdentityTransaction,
  issueAccessToken,
  issueIdToken,
  issueMandate,
  type MandateClaim,
  type MandateDraft,
  verifyAccessToken,
} from '@gov/identity';
import { clientAssertionForm, privateKeyJwt } from '@gov/identity/client-authentication';
import {
  type ExchangedToken,
  type ExchangeRefusal,
  type ExchangeRequest,
  TOKEN_EXCHANGE_GRANT,
  TokenExchange,
  type TokenExchangeOptions,
} from '@gov/identity/exchange';
import { dpopNonces } from '@gov/identity/server';
import { fromBase64url, generateSm2Key, type Signer, sm2Signer } from '@gov/sm';
import { memoryStore } from '@gov/store/memory';
import { dpopProof, verifyDpop } from '@gov/token/dpop';
import { jwkThumbprint, publicJwk } from '@gov/token/jwk';
import { type Jwt, readJwt, signJwt } from '@gov/token/jwt';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ACCESS,
  API,
  AT,
  CITY,
  CLIENT,
  ENDPOINT,
  entriesOf,
  failing,
  GRANT,
  ID,
  LOG,
  NOW,
  PROVINCE,
  party,
  world,
} from './exchange-world.js';
import { es256Signer, memoryReplay } from './issuers.js';

const issued = (answer: ExchangedToken | ExchangeRefusal): ExchangedToken => {
  expect(answer).toMatchObject({ outcome: 'issued' });
  return answer as ExchangedToken;
};

const refusedWith = (error: string, ...codes: readonly string[]) => ({
  outcome: 'refused',
  error,
  ...(codes.length === 0
    ? {}
    : { report: { findings: expect.arrayContaining(codes.map((code) => expect.objectContaining({ code }))) } }),
});

/** The exchange with other options, and what is asked of it. */
async function attempt(options: Partial<TokenExchangeOptions>, request: Partial<ExchangeRequest> = {}) {
  const store = memoryStore();
  const w = world(store, options);
  const answer = await w.exchange.exchange(await w.request(request));
  if (answer.outcome === 'refused') {
    expect(await store.audit.size(LOG)).toBe(0);
    expect(await store.counters()).toEqual([]);
  }
  return answer;
}

/** A subject token with claims that an honest issuer would not write. */
const forged = (w: ReturnType<typeof world>, claims: (honest: Jwt['claims']) => Jwt['claims']) => async () => {
  const { claims: honest } = readJwt(await w.subjectToken());
  return signJwt(claims(honest), { typ: 'at+jwt', kid: 'k1', signer: w.province.signer });
};

describe('an exchange', () => {
  it('makes a token of the city of one of the province', async () => {
    const store = memoryStore();
    const w = world(store, { statusLists: { counter: 'slots', size: 100, uri: (list) => `${CITY}/status/${list}` } });
    const subjectToken = await w.subjectToken();
    const answer = issued(await w.exchange.exchange(await w.request({ subjectToken })));
    const policy = { issuers: [{ issuer: CITY, keys: w.city.keys }], audience: API, at: AT };
    const { report, identity } = await verifyAccessToken(answer.token, policy);
    expect(report.verdict).toBe('valid');
    expect(identity).toMatchObject({
      issuer: CITY,
      subject: { kind: 'natural-person', sub: 'city-person' },
      actor: { sub: CLIENT },
      clientId: CLIENT,
      audience: [API],
      scope: ['license.read'],
      level: 3,
      authTime: GRANT.authTime,
      claims: { status: { status_list: { idx: 0, uri: `${CITY}/status/0` } } },
    });
    expect(identity?.actor).toEqual({ sub: CLIENT });
    expect(answer.tokenType).toBe('Bearer');
    // The token of the province has 300 s, the rule 600.
    expect(identity?.expiresAt).toEqual(new Date(AT.getTime() + 300_000));
    const parent = { issuer: PROVINCE, tokenId: readJwt(subjectToken).claims.jti };
    const sessionId = identity?.sessionId;
    expect(await store.token(answer.tokenId)).toMatchObject({
      clientId: CLIENT,
      parent,
      sessionId,
      slot: { list: 0, index: 0 },
    });
    expect(await store.session(sessionId!)).toMatchObject({
      upstream: { issuer: PROVINCE, subject: 'province-person', sessionId: 'province-session' },
    });
    const [entry, ...others] = await entriesOf(store);
    expect(others).toEqual([]);
    expect(entry).toMatchObject({
      action: 'token-exchange',
      actor: 'id-city',
      details: { client: CLIENT, issuer: PROVINCE, level: 3, token: answer.tokenId },
    });
    expect(JSON.stringify(entry)).not.toContain('person');
  });

  it('makes the id and every salt of octets of their own', async () => {
    const store = memoryStore();
    let next = 0;
    const random = (octets: number) => Uint8Array.from({ length: octets }, () => next++);
    const w = world(store, { random });
    const { tokenId } = issued(await w.exchange.exchange(await w.request()));
    const salts = (await store.audit.secrets(LOG, 0)).map(({ salt }) => salt);
    const drawn = [fromBase64url(tokenId)!, ...salts];
    expect(drawn.map(({ length }) => length)).toEqual([16, 32, 32, 32, 32]);
    // They count on: none was taken twice.
    expect(new Set(drawn.flatMap((octets) => [...octets])).size).toBe(16 + 4 * 32);
  });

  it('takes a subject token once', async () => {
    const store = memoryStore();
    const w = world(store);
    const request = await w.request();
    issued(await w.exchange.exchange(request));
    expect(await w.exchange.exchange(request)).toMatchObject(refusedWith('invalid_request'));
    const again = await Promise.all(Array.from({ length: 8 }, () => w.exchange.exchange(request)));
    expect(again.every(({ outcome }) => outcome === 'refused')).toBe(true);
    expect(await store.audit.size(LOG)).toBe(1);
  });

  it('goes on from a token of the city itself, in the same session', async () => {
    const store = memoryStore();
    const w = world(store);
    const own = {
      profile: { issuer: CITY, keys: w.city.keys },
      audience: API,
      assurance: assuranceMapping(ASSURANCE_LEVELS, ASSURANCE_LEVELS, { 'urn:gov:assurance:3': 'urn:gov:assurance:3' }),
    };
    const rule = async () => ({ audience: ['https://b.example.gov.cn'], scope: ['license.read'] });
    const subject: TokenExchangeOptions['subject'] = async ({ sub }) => ({ kind: 'natural-person', sub });
    const inner = new TokenExchange({ ...w.options, issuers: [own], rule, subject });
    const first = issued(await w.exchange.exchange(await w.request()));
    const request = await w.request({ subjectToken: first.token, clientId: 'service-a' });
    const second = issued(await inner.exchange(request));
    expect(second.claims).toMatchObject({ act: { sub: 'service-a', act: { sub: CLIENT } }, sid: first.claims.sid });

    const third = issued(await w.exchange.exchange(await w.request()));
    await store.identityTransaction((tx) => tx.revokeTokens({ tokenId: third.tokenId }, AT));
    const late = await w.request({ subjectToken: third.token, clientId: 'service-a' });
    expect(await inner.exchange(late)).toMatchObject(refusedWith('invalid_request'));

    const { token: unkept } = await issueAccessToken(
      { ...GRANT, audience: [API], level: 3 },
      { issuer: CITY, signer: w.city.signer, kid: 'k1', at: AT },
    );
    const stray = await w.request({ subjectToken: unkept, clientId: 'service-a' });
    expect(await inner.exchange(stray)).toMatchObject(refusedWith('invalid_request'));
  });

  it('takes an ID token that was issued to the application, once, also without a jti', async () => {
    const w = world(memoryStore());
    const grant = {
      subject: GRANT.subject,
      clientId: 'city-at-province',
      nonce: 'n',
      level: 3,
      authTime: AT,
      sessionId: 's',
    };
    const options = { issuer: PROVINCE, signer: w.province.signer, kid: 'k1', at: AT };
    const { token } = await issueIdToken(grant, options);
    const request = await w.request({ subjectToken: token, subjectTokenType: ID });
    expect(issued(await w.exchange.exchange(request)).claims).toMatchObject({
      sub: 'city-person',
      acr: 'urn:gov:assurance:2',
    });
    expect(await w.exchange.exchange(request)).toMatchObject(refusedWith('invalid_request'));
    const other = await issueIdToken({ ...grant, clientId: 'another' }, options);
    expect(
      await w.exchange.exchange(await w.request({ subjectToken: other.token, subjectTokenType: ID })),
    ).toMatchObject(refusedWith('invalid_request', 'token-audience-mismatch'));
    const asAccess = await w.request({ subjectToken: (await issueIdToken(grant, options)).token });
    expect(await w.exchange.exchange(asAccess)).toMatchObject(refusedWith('invalid_request', 'token-type-mismatch'));
    const stranger = await w.request({ subjectToken: token, subjectTokenType: ID, clientId: 'nobody' });
    expect(await w.exchange.exchange(stranger)).toEqual({ outcome: 'refused', error: 'invalid_request' });
  });
});

describe('the subject token is refused', () => {
  it.each([
    ['what is no token', 'x', []],
    ['what is huge', 'x'.repeat(20_000), []],
  ] as const)('as %s', async (_, subjectToken, codes) => {
    expect(await attempt({}, { subjectToken })).toMatchObject(refusedWith('invalid_request', ...codes));
  });

  it.each([
    ['for another audience', { audience: ['https://elsewhere.example.gov.cn'] }, 'token-audience-mismatch'],
    ['of a level that no rule names', { level: 1 }, 'assurance-ok'],
    ['for somebody not known here', { subject: { kind: 'natural-person', sub: 'stranger' } }, 'token-audience-ok'],
    ['for a company that is a person here', { subject: { kind: 'legal-person', sub: 'province-o' } }, 'assurance-ok'],
  ] as const)('%s', async (_, grant, code) => {
    const w = world(memoryStore(), {
      subject: async ({ sub }) => (sub === 'stranger' ? undefined : { kind: 'natural-person', sub: 'x' }),
    });
    const request = await w.request({ subjectToken: await w.subjectToken(grant) });
    expect(await w.exchange.exchange(request)).toMatchObject(refusedWith('invalid_request', code));
  });

  it('signed by somebody else, or of an issuer nobody knows', async () => {
    const w = world(memoryStore());
    const { claims } = readJwt(await w.subjectToken());
    const stranger = sm2Signer(generateSm2Key());
    const wrong = await signJwt(claims, { typ: 'at+jwt', kid: 'k1', signer: stranger });
    expect(await w.exchange.exchange(await w.request({ subjectToken: wrong }))).toMatchObject(
      refusedWith('invalid_request', 'signature-invalid'),
    );
    const other = await signJwt(
      { ...claims, iss: 'https://x.example' },
      { typ: 'at+jwt', kid: 'k1', signer: stranger },
    );
    expect(await w.exchange.exchange(await w.request({ subjectToken: other }))).toMatchObject(
      refusedWith('invalid_request', 'token-issuer-unknown'),
    );
  });

  it('when it has expired, also within the clock skew', async () => {
    const w = world(memoryStore());
    const subjectToken = await w.subjectToken({}, 60);
    for (const [seconds, outcome] of [
      [59, 'issued'],
      [60, 'refused'],
      [119, 'refused'],
      [121, 'refused'],
    ] as const) {
      const fresh = seconds === 59 ? await w.subjectToken({}, 60) : subjectToken;
      const at = new Date(AT.getTime() + seconds * 1000);
      expect(await w.exchange.exchange(await w.request({ subjectToken: fresh, at }))).toMatchObject({ outcome });
    }
  });

  it('of another kind than is said', async () => {
    const types = [ID, 'urn:ietf:params:oauth:token-type:jwt', 'urn:ietf:params:oauth:token-type:refresh_token', ''];
    for (const subjectTokenType of types)
      expect(await attempt({}, { subjectTokenType })).toMatchObject(refusedWith('invalid_request'));
  });

  it.each([
    [{ sub: CLIENT }, 'issued'],
    [{ sub: CLIENT, iss: CITY }, 'issued'],
    [{ sub: 'another' }, 'refused'],
    [{ sub: CLIENT, iss: PROVINCE }, 'refused'],
    [{ sub: CLIENT, email: 'x' }, 'refused'],
    [{}, 'refused'],
    [CLIENT, 'refused'],
    [null, 'refused'],
    [[{ sub: CLIENT }], 'refused'],
  ] as const)('unless the application may act: %j is %s', async (may_act, outcome) => {
    const w = world(memoryStore());
    const subjectToken = await forged(w, (claims) => ({ ...claims, may_act }))();
    expect(await w.exchange.exchange(await w.request({ subjectToken }))).toMatchObject({ outcome });
  });
});

describe('an exchange never gives more', () => {
  it('than the rule of the application', async () => {
    expect(await attempt({}, { clientId: 'nobody' })).toMatchObject(refusedWith('invalid_request'));
    expect(await attempt({}, { audience: [PROVINCE] })).toMatchObject(refusedWith('invalid_target'));
    expect(await attempt({}, { audience: [API, PROVINCE] })).toMatchObject(refusedWith('invalid_target'));
    const rule = async () => ({ audience: [API, CITY], scope: [] });
    expect(await attempt({ rule })).toMatchObject(refusedWith('invalid_target'));
    expect(issued(await attempt({ rule }, { audience: [CITY, CITY] })).claims.aud).toBe(CITY);
    const requestedTokenType = 'urn:ietf:params:oauth:token-type:refresh_token';
    expect(await attempt({}, { requestedTokenType })).toMatchObject(refusedWith('invalid_request'));
    issued(await attempt({}, { requestedTokenType: ACCESS }));
  });

  it('scope than the rule, and than the subject token', async () => {
    // The rule has no license.apply; the subject token no seal.use.
    expect(await attempt({}, { scope: ['license.apply'] })).toMatchObject(refusedWith('invalid_scope'));
    expect(await attempt({}, { scope: ['license.read', ''] })).toMatchObject(refusedWith('invalid_scope'));
    const rule = async () => ({ audience: [API], scope: ['license.read', 'seal.use'] });
    expect(await attempt({ rule }, { scope: ['seal.use'] })).toMatchObject(refusedWith('invalid_scope'));
    expect(issued(await attempt({ rule })).scope).toEqual(['license.read']);
    expect(issued(await attempt({ rule }, { scope: ['license.read', 'license.read'] })).scope).toEqual([
      'license.read',
    ]);
  });

  it('to logins below the level that the application demands, counted here and not there', async () => {
    const rule = (minLevel: number) => async () => ({ audience: [API], scope: [], minLevel });
    issued(await attempt({ rule: rule(3) }));
    // 4 in the province is 3 here.
    expect(await attempt({ rule: rule(4) })).toMatchObject(refusedWith('invalid_request'));
  });

  it('life than the rule, the subject token and the session have left, nor a level above', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          life: fc.integer({ min: 1, max: 3600 }),
          rule: fc.integer({ min: 1, max: 3600 }),
          session: fc.integer({ min: 1, max: 3600 }),
          after: fc.integer({ min: 0, max: 3600 }),
          level: fc.integer({ min: 1, max: 4 }),
        }),
        async ({ life, rule: lifetimeSeconds, session: sessionSeconds, after, level }) => {
          const rule = async () => ({ audience: [API], scope: [], lifetimeSeconds });
          const w = world(memoryStore(), { rule, sessionSeconds });
          const at = new Date(AT.getTime() + after * 1000);
          const request = await w.request({ subjectToken: await w.subjectToken({ level }, life), at });
          const answer = await w.exchange.exchange(request);
          expect(answer.outcome).toBe(after < life && level > 1 ? 'issued' : 'refused');
          if (answer.outcome === 'refused') return;
          const rest = (answer.expiresAt.getTime() - at.getTime()) / 1000;
          expect(rest).toBe(Math.min(lifetimeSeconds, life - after, sessionSeconds));
          expect(Number(String(answer.claims.acr).slice(-1))).toBeLessThan(Math.max(level, 3));
        },
      ),
      { numRuns: 40 },
    ));

  it('actors than three, and names the domain of each', async () => {
    const w = world(memoryStore());
    const two = { sub: 'p-a', act: { sub: 'n-b', iss: 'https://id.nation.example.gov.cn' } };
    const request = await w.request({ subjectToken: await w.subjectToken({ actor: two }) });
    expect(issued(await w.exchange.exchange(request)).claims.act).toEqual({
      sub: CLIENT,
      act: { sub: 'p-a', iss: PROVINCE, act: { sub: 'n-b', iss: 'https://id.nation.example.gov.cn' } },
    });
    const three = { sub: 'p-c', act: two };
    const longer = await w.request({ subjectToken: await w.subjectToken({ actor: three }) });
    expect(await w.exchange.exchange(longer)).toMatchObject(refusedWith('invalid_request', 'assurance-ok'));
  });

  it('to anybody else than the actor, where an actor token is shown', async () => {
    const w = world(memoryStore());
    const actor = { sub: 'province-clerk' };
    const actorToken = await w.subjectToken({ subject: { kind: 'natural-person', sub: 'province-clerk' } });
    const ask = async (more: Partial<ExchangeRequest>, own: object = { actor }) =>
      w.exchange.exchange(await w.request({ subjectToken: await w.subjectToken(own), ...more }));
    expect((await ask({ actorToken, actorTokenType: ACCESS })).outcome).toBe('issued');
    for (const wrong of [
      { actorToken },
      { actorTokenType: ACCESS },
      { actorToken, actorTokenType: ID },
      { actorToken: 'x', actorTokenType: ACCESS },
      { actorToken: await w.subjectToken(), actorTokenType: ACCESS },
    ])
      expect(await ask(wrong)).toMatchObject(refusedWith('invalid_request'));
    expect(await ask({ actorToken, actorTokenType: ACCESS }, {})).toMatchObject(refusedWith('invalid_request'));
    const elsewhere = { actor: { ...actor, iss: 'https://x.example' } };
    expect(await ask({ actorToken, actorTokenType: ACCESS }, elsewhere)).toMatchObject(refusedWith('invalid_request'));
  });
});

describe('a mandate', () => {
  const mandate: MandateClaim = {
    id: 'mandate-0123456789',
    relation: 'agent',
    scope: ['license.read'],
    exp: NOW + 120,
  };
  const grant = {
    subject: { kind: 'legal-person', sub: 'province-company' },
    actor: { sub: 'province-person', sub_kind: 'natural-person' },
    scope: ['license.read'],
    mandate,
  } as const;

  async function exchanged(inForce: boolean | undefined | 'unasked', at = AT) {
    const store = memoryStore();
    const w = world(store);
    const [province] = w.options.issuers;
    const mandateInForce = async () => inForce as boolean | undefined;
    const issuers = [{ ...province!, ...(inForce === 'unasked' ? {} : { mandateInForce }) }];
    const exchange = new TokenExchange({ ...w.options, issuers });
    const answer = await exchange.exchange(await w.request({ subjectToken: await w.subjectToken(grant), at }));
    return { store, answer };
  }

  it('is carried, and ends the token with it', async () => {
    const { store, answer } = await exchanged(true);
    const { claims, tokenId } = issued(answer);
    expect(claims).toMatchObject({
      sub: 'city-company',
      sub_kind: 'legal-person',
      mandate,
      exp: NOW + 120,
      act: { sub: CLIENT, act: { sub: 'province-person', sub_kind: 'natural-person', iss: PROVINCE } },
    });
    expect(await store.token(tokenId)).toMatchObject({ mandateId: mandate.id });
  });

  it.each([[false], [undefined], ['unasked']] as const)('is not taken where its issuer says %s', async (inForce) => {
    expect((await exchanged(inForce)).answer).toMatchObject(refusedWith('invalid_request', 'mandate-ok'));
  });

  it('bounds what an ID token, which has no scope of its own, is exchanged for', async () => {
    const rule = async () => ({ audience: [API], scope: ['license.read', 'license.apply'] });
    const w = world(memoryStore(), { rule });
    const issuers = [{ ...w.options.issuers[0]!, mandateInForce: async () => true }];
    const exchange = new TokenExchange({ ...w.options, issuers });
    const login = { ...grant, clientId: 'city-at-province', level: 3, authTime: AT };
    const ask = async (scope?: readonly string[]) => {
      const { token } = await issueIdToken(login, { issuer: PROVINCE, signer: w.province.signer, kid: 'k1', at: AT });
      const request = { subjectToken: token, subjectTokenType: ID, ...(scope && { scope }) };
      return exchange.exchange(await w.request(request));
    };
    expect(issued(await ask()).scope).toEqual(['license.read']);
    expect(await ask(['license.apply'])).toMatchObject(refusedWith('invalid_scope'));
  });

  it('is not taken when it has ended', async () => {
    const at = new Date(AT.getTime() + 120_000);
    expect((await exchanged(true, at)).answer).toMatchObject(refusedWith('invalid_request'));
  });

  it('of this domain is looked up where the token is issued', async () => {
    const store = memoryStore();
    const w = world(store);
    const draft: MandateDraft = {
      principal: { kind: 'legal-person', id: 'o-1', name: '甲公司' },
      agent: { kind: 'natural-person', id: 'u-1', name: '张三' },
      relation: 'agent',
      scope: ['license.read'],
      from: '2026-05-01',
      to: '2026-05-31',
      purpose: '办证',
    };
    const own = { issuer: CITY, signer: w.city.signer, kid: 'k1', at: AT };
    const { mandate: kept, kept: row } = await issueMandate(draft, own);
    await store.identityTransaction((tx) => tx.insertMandate(row));
    const from = {
      profile: { issuer: CITY, keys: w.city.keys },
      audience: API,
      assurance: assuranceMapping(ASSURANCE_LEVELS, ASSURANCE_LEVELS, { 'urn:gov:assurance:3': 'urn:gov:assurance:3' }),
    };
    const subject: TokenExchangeOptions['subject'] = async ({ sub, kind }) => ({ kind: kind!, sub });
    const exchange = new TokenExchange({ ...w.options, issuers: [from], subject });
    const token = async () => {
      const claim = { id: kept.id, relation: 'agent', scope: ['license.read'], exp: NOW + 3600 } as const;
      const one = await issueAccessToken({ ...GRANT, ...grant, audience: [API], level: 3, mandate: claim }, own);
      const times = { issuedAt: '2026-05-20T01:00:00Z', expiresAt: '2026-05-20T01:10:00Z' };
      const { tokenId } = one;
      await store.identityTransaction((tx) =>
        tx.insertToken({ tokenId, issuer: CITY, kind: 'access', clientId: 'a', subject: 's', ...times }),
      );
      return one.token;
    };
    issued(await exchange.exchange(await w.request({ subjectToken: await token() })));
    await store.identityTransaction((tx) => tx.revokeMandate(kept.id, AT));
    expect(await exchange.exchange(await w.request({ subjectToken: await token() }))).toMatchObject(
      refusedWith('invalid_request', 'mandate-ok'),
    );
  });
});

describe('possession (DPoP)', () => {
  const holder = sm2Signer(generateSm2Key());
  const proofBy = (signer: Signer = holder, more = {}) =>
    dpopProof({ method: 'POST', url: ENDPOINT, at: AT, ...more }, signer);
  const thumbprint = jwkThumbprint(publicJwk(holder.publicKey));

  it('of the key that the subject token is bound to is demanded, and binds the new token', async () => {
    const w = world(memoryStore());
    const bound = async () => w.subjectToken({ thumbprint: await thumbprint });
    const ask = async (proof?: string) =>
      w.exchange.exchange(await w.request({ subjectToken: await bound(), ...(proof && { proof }) }));
    const answer = issued(await ask(await proofBy()));
    expect(answer).toMatchObject({ tokenType: 'DPoP', claims: { cnf: { jkt: await thumbprint } } });
    expect(await ask()).toMatchObject(refusedWith('invalid_request', 'token-binding-missing'));
    const thief = sm2Signer(generateSm2Key());
    expect(await ask(await proofBy(thief))).toMatchObject(refusedWith('invalid_request', 'token-binding-mismatch'));
  });

  it('may bind a token where the subject token was bound to nothing', async () => {
    const signer = await es256Signer();
    const answer = issued(await attempt({}, { proof: await proofBy(signer) }));
    expect(answer.claims.cnf).toEqual({ jkt: await jwkThumbprint(publicJwk(signer.publicKey)) });
    const rule = async () => ({ audience: [API], scope: [], demandBinding: true });
    expect(await attempt({ rule })).toMatchObject(refusedWith('invalid_request'));
    issued(await attempt({ rule }, { proof: await proofBy() }));
  });

  it.each([
    ['for another endpoint', { url: `${CITY}/other` }],
    ['for another method', { method: 'GET' }],
    ['from long ago', { at: new Date(AT.getTime() - 61_000) }],
  ])('is refused %s', async (_, more) => {
    expect(await attempt({}, { proof: await proofBy(holder, more) })).toMatchObject(refusedWith('invalid_dpop_proof'));
  });

  it('is refused when it is none, or is shown twice', async () => {
    for (const proof of ['', 'x', 'a.b.c', `${await proofBy()}, ${await proofBy()}`, 'x'.repeat(20_000)])
      expect(await attempt({}, { proof })).toEqual({ outcome: 'refused', error: 'invalid_dpop_proof' });
    const w = world(memoryStore());
    const proof = await proofBy();
    issued(await w.exchange.exchange(await w.request({ proof })));
    expect(await w.exchange.exchange(await w.request({ proof }))).toMatchObject(refusedWith('invalid_dpop_proof'));
  });

  it('is taken with a nonce of the server alone, where it has any, and nothing is used up before', async () => {
    const asked: string[] = [];
    const replay = { firstUse: async (_: string, id: string) => asked.push(id) > 0 };
    const own = dpopNonces(new Uint8Array(32).fill(1), 60);
    const w = world(memoryStore(), { nonces: own, replay });
    const subjectToken = await w.subjectToken();
    const ask = async (proof: string) => w.exchange.exchange(await w.request({ subjectToken, proof }));
    const span = (spans: number): string => own.current(new Date(AT.getTime() + spans * 60_000));
    const of = (nonce?: string, signer = holder) => proofBy(signer, nonce === undefined ? {} : { nonce });
    for (const nonce of [undefined, '', 'x', span(1), span(-2)])
      expect(await ask(await of(nonce))).toEqual({ outcome: 'refused', error: 'use_dpop_nonce' });
    expect(await ask('a.b.c')).toEqual({ outcome: 'refused', error: 'use_dpop_nonce' });
    // The nonce is right, and whose signature it is nobody knows.
    const [header, , signature] = (await of()).split('.');
    expect(await ask([header, (await of(span(0))).split('.')[1], signature].join('.'))).toMatchObject(
      refusedWith('invalid_dpop_proof'),
    );
    expect(asked).toEqual([]);
    issued(await ask(await of(span(-1))));
    issued(await w.exchange.exchange(await w.request()));
  });
});

describe('a crash inside the transaction', () => {
  const steps: readonly (keyof IdentityTransaction | 'commit')[] = [
    'takeNumbers',
    'firstUse',
    'insertSession',
    'insertToken',
    'audit',
    'commit',
  ];
  it.each(steps)('at %s leaves nothing, and the subject token can be exchanged still', async (step) => {
    const store = memoryStore();
    const statusLists = { counter: 'slots', size: 100, uri: (list: number) => `${CITY}/status/${list}` };
    const w = world(store, { statusLists });
    const request = await w.request();
    const broken = new TokenExchange({ ...w.options, store: failing(store, step) });
    await expect(broken.exchange(request)).rejects.toThrow('crash');
    expect(await store.audit.size(LOG)).toBe(0);
    expect(await store.counters()).toEqual([]);
    const { claims } = issued(await w.exchange.exchange(request));
    expect(await store.tokensOfSession(String(claims.sid))).toHaveLength(1);
    expect(claims.status).toMatchObject({ status_list: { idx: 0 } });
  });
});

describe('the endpoint', () => {
  async function endpoint(options: Partial<TokenExchangeOptions> = {}) {
    const store = memoryStore();
    const w = world(store, options);
    const app = party();
    const refusals: ExchangeRefusal[] = [];
    const authentication = privateKeyJwt({
      clients: async (clientId) => (clientId === CLIENT ? { keys: app.keys } : undefined),
      audience: CITY,
      replay: store.replay,
    });
    const handler = w.exchange.handler({ authentication, clock: () => AT, onRefused: (one) => refusals.push(one) });
    const form = async (more: Readonly<Record<string, string>> = {}) => {
      const own = await clientAssertionForm(
        { clientId: CLIENT, audience: CITY, at: AT },
        { kid: 'k1', signer: app.signer },
      );
      const all = {
        grant_type: TOKEN_EXCHANGE_GRANT,
        subject_token: await w.subjectToken(),
        subject_token_type: ACCESS,
        ...more,
      };
      for (const [name, value] of Object.entries(all)) own.set(name, value);
      return own;
    };
    const post = (body: BodyInit, headers: Record<string, string> = {}) =>
      handler(new Request(ENDPOINT, { method: 'POST', body, headers }));
    return { w, handler, form, post, refusals };
  }

  it('answers as RFC 8693 2.2.1 has it', async () => {
    const { form, post } = await endpoint();
    const response = await post(await form());
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      access_token: expect.any(String),
      issued_token_type: ACCESS,
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'license.read',
    });
  });

  it('binds to the key of the DPoP header', async () => {
    const { form, post } = await endpoint();
    const holder = sm2Signer(generateSm2Key());
    const dpop = await dpopProof({ method: 'POST', url: ENDPOINT, at: AT }, holder);
    const body = await (await post(await form(), { dpop })).json();
    expect(body.token_type).toBe('DPoP');
    const asked = { method: 'GET', url: API, at: AT, accessToken: body.access_token };
    const { report } = await verifyDpop(await dpopProof(asked, holder), { ...asked, replay: memoryReplay() });
    expect(report.verdict).toBe('valid');
  });

  it('gives the nonce that a proof must have (RFC 9449 8), and with each answer the next', async () => {
    const own = dpopNonces(new Uint8Array(32).fill(1), 60);
    const { post, form } = await endpoint({ nonces: own });
    const holder = sm2Signer(generateSm2Key());
    const proof = (more = {}) => dpopProof({ method: 'POST', url: ENDPOINT, at: AT, ...more }, holder);
    const first = await post(await form(), { dpop: await proof() });
    expect([first.status, await first.json()]).toEqual([400, { error: 'use_dpop_nonce' }]);
    const nonce = first.headers.get('dpop-nonce')!;
    const second = await post(await form(), { dpop: await proof({ nonce }) });
    expect([second.status, (await second.json()).token_type]).toEqual([200, 'DPoP']);
    expect([nonce, second.headers.get('dpop-nonce')]).toEqual([own.current(AT), own.current(AT)]);
    const bearer = await post(await form());
    expect([bearer.status, bearer.headers.get('dpop-nonce')]).toEqual([200, null]);
  });

  it.each([
    ['another grant', { grant_type: 'authorization_code' }, 400, 'unsupported_grant_type'],
    ['no grant', { grant_type: '' }, 400, 'invalid_request'],
    ['no subject token', { subject_token: '' }, 400, 'invalid_request'],
    ['a subject token that is none', { subject_token: 'x' }, 400, 'invalid_request'],
    ['no subject token type', { subject_token_type: '' }, 400, 'invalid_request'],
    ['another target', { resource: 'https://x.example' }, 400, 'invalid_target'],
    ['too much scope', { scope: 'license.read all' }, 400, 'invalid_scope'],
    ['two spaces in the scope', { scope: 'license.read  license.read' }, 400, 'invalid_scope'],
    ['another client', { client_id: 'other' }, 401, 'invalid_client'],
    ['a secret beside the assertion', { client_secret: 'x' }, 401, 'invalid_client'],
    ['no assertion', { client_assertion: '' }, 401, 'invalid_client'],
  ])('refuses %s', async (_, more, status, error) => {
    const { form, post } = await endpoint();
    const response = await post(await form(more));
    expect(response.status).toBe(status);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({ error });
  });

  it('says the same of every subject token that is not good, and tells the operator why', async () => {
    const { w, form, post, refusals } = await endpoint();
    const used = await w.subjectToken();
    await post(await form({ subject_token: used }));
    const bad = [
      used,
      await w.subjectToken({ level: 1 }),
      await w.subjectToken({ audience: ['https://x.example'] }),
      'x',
    ];
    const answers: unknown[] = [];
    for (const subject_token of bad) {
      const response = await post(await form({ subject_token }));
      answers.push([response.status, [...response.headers], await response.text()]);
    }
    expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(refusals).toHaveLength(4);
    expect(refusals.map(({ report }) => report?.verdict)).toEqual(['valid', 'valid', 'invalid', undefined]);
  });

  it('reads forms only, each parameter once, within its limits', async () => {
    const { form, post, handler } = await endpoint();
    const twice = await form();
    twice.append('subject_token', 'x');
    const huge = await form({ x: 'x'.repeat(65_536) });
    const many = await form();
    for (let i = 0; i < 64; i++) many.append('resource', '');
    const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' };
    const bad: readonly (readonly [BodyInit, Record<string, string>])[] = [
      [twice, {}],
      [huge, {}],
      [many, {}],
      [JSON.stringify(Object.fromEntries(await form())), { 'content-type': 'application/json' }],
      [String(await form()), { 'content-type': 'text/plain' }],
      [String(await form()), { 'content-type': 'application/x-www-form-urlencoded; charset=gbk' }],
      [await form(), { 'content-encoding': 'gzip' }],
      [`${await form()}&x=%ff`, urlencoded],
      [`${await form()}&x=%`, urlencoded],
      [new Uint8Array([0x61, 0x3d, 0xff]), urlencoded],
    ];
    for (const [body, headers] of bad) {
      const response = await post(body, headers);
      expect([response.status, await response.json()]).toEqual([400, { error: 'invalid_request' }]);
    }
    const get = await handler(new Request(ENDPOINT));
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    const several = await form();
    several.append('audience', API);
    several.append('resource', API);
    expect(
      (await post(String(several), { 'content-type': 'Application/X-WWW-Form-Urlencoded;charset=UTF-8' })).status,
    ).toBe(200);
  });

  it('says so when the store is down, and hides no other error', async () => {
    const store = memoryStore();
    const { form, post } = await endpoint({ store });
    await store.close();
    const response = await post(await form());
    expect([response.status, await response.json()]).toEqual([503, { error: 'temporarily_unavailable' }]);
    const broken = await endpoint({ store: failing(memoryStore(), 'insertToken') });
    await expect(broken.post(await broken.form())).rejects.toThrow('crash');
  });
});

describe('options', () => {
  it('that contradict themselves are refused', () => {
    const { options } = world(memoryStore());
    const [province] = options.issuers;
    const wrong = [
      { issuers: [province!, province!] },
      { sessionSeconds: 0 },
      { sessionSeconds: Number.NaN },
      { clockSkewSeconds: -1 },
    ];
    for (const one of wrong)
      expect(() => new TokenExchange({ ...options, ...one })).toThrowError(
        expect.objectContaining({ code: 'invalid-argument' }),
      );
  });
});
