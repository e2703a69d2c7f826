import { issueMandate, mandateClaim, type TokenStatusSource } from '@gov/identity';
import { dpopNonces, type ProtectOptions, type RefusalCode, requireIdentity } from '@gov/identity/server';
import { type FindingCode, GovError, type Outcome } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import { API, AT, ISSUER, ISSUERS, memoryReplay, NOW, signed } from './issuers.js';
import { accessToken, holder, proved, type Server, server, URL_HERE } from './server-world.js';

const ALGS = 'algs="SGD_SM3_SM2 ES256"';
const SCHEMES = `DPoP ${ALGS}, Bearer`;
const INVALID_BEARER = `DPoP ${ALGS}, Bearer error="invalid_token"`;
const INVALID_DPOP = `DPoP error="invalid_token", ${ALGS}, Bearer`;
const INVALID_PROOF = `DPoP error="invalid_dpop_proof", ${ALGS}, Bearer`;

/** Status, code and challenge are these; the answer is a problem document that says nothing else, and no handler was called. */
async function expectRefused(
  { identities, refusals }: Server,
  response: Response,
  status: number,
  code: RefusalCode,
  challenge: string | null,
): Promise<Response> {
  expect([response.status, refusals.at(-1)?.code, response.headers.get('www-authenticate')]).toEqual([
    status,
    code,
    challenge,
  ]);
  expect(identities).toEqual([]);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const problem = await response.clone().json();
  expect(problem).toEqual({
    type: `urn:gov:problem:${code}`,
    title: expect.stringMatching(/^[ -~]+$/),
    status,
    detail: expect.stringMatching(/^[ -~]+$/),
    code,
    messageZh: expect.stringMatching(/^[\p{Script=Han}A-Za-z（）：，。、\- ]+$/u),
  });
  return response;
}

/** The operator is told why. */
const toldOf = ({ refusals }: Server): readonly FindingCode[] =>
  refusals
    .at(-1)!
    .report!.findings.filter(({ outcome }) => outcome === 'fail' || outcome === 'unknown')
    .map(({ code }) => code);

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

describe('a request with a good token', () => {
  it.each(['Bearer', 'bearer', 'BEARER  '])('is let in, with who it is: %s', async (scheme) => {
    const here = server({ minAssurance: 3, scope: ['license.read'], subject: 'natural-person', maxAuthAgeSeconds: 60 });
    const response = await here.ask({ authorization: `${scheme} ${await accessToken()}` });
    expect([response.status, await response.json()]).toEqual([200, { sub: 'pairwise-person' }]);
    expect(here.identities).toMatchObject([{ level: 3, clientId: 'city-portal', scope: ['license.read'] }]);
    expect(here.refusals).toEqual([]);
  });

  it('is let in with a bound token and its proof, whatever the query', async () => {
    const [here, who] = [server(), await holder()];
    const token = await accessToken({ thumbprint: who.thumbprint });
    for (const url of [URL_HERE, `${API}/licenses/1`, `${API}/licenses/1?x=%2F`])
      expect((await here.ask(await proved(token, who, { url }), { url })).status).toBe(200);
    expect(here.identities).toHaveLength(3);
  });

  it.each(['POST', 'HEAD', 'PUT'])('is let in by %s, which the proof names', async (method) => {
    const [here, who] = [server(), await holder()];
    const token = await accessToken({ thumbprint: who.thumbprint });
    expect((await here.ask(await proved(token, who, { method }), { method })).status).toBe(200);
    const other = server();
    const refused = await other.ask(await proved(token, who), { method });
    expect([refused.status, other.refusals.at(-1)?.code]).toEqual([401, 'proof-invalid']);
  });

  it('tells the handler of a person who acts for a company, which is no natural person', async () => {
    const options = { issuer: ISSUER, signer: ISSUERS[0]!.signer, kid: 'k1', at: AT };
    const { mandate } = await issueMandate(
      {
        principal: { kind: 'legal-person', id: 'o-7', name: '某某有限公司' },
        agent: { kind: 'natural-person', id: 'u-1', name: '张三' },
        relation: 'agent',
        scope: ['license.read'],
        from: '2026-05-01',
        to: '2026-05-31',
        purpose: '办理许可',
      },
      options,
    );
    const token = await accessToken({
      subject: { kind: 'legal-person', sub: 'pairwise-company' },
      actor: { sub: 'pairwise-person', sub_kind: 'natural-person' },
      mandate: mandateClaim(mandate),
    });
    const here = server({ subject: 'legal-person' });
    expect((await here.ask(bearer(token))).status).toBe(200);
    expect(here.identities[0]).toMatchObject({ subject: { kind: 'legal-person' }, actor: { sub: 'pairwise-person' } });
    const persons = server({ subject: 'natural-person' });
    await expectRefused(persons, await persons.ask(bearer(token)), 403, 'subject-refused', null);
  });

  it('gets its answer as the handler made it', async () => {
    const original = Response.json({ ok: true });
    const answer = await requireIdentity(server().options)(() => original)(
      new Request(URL_HERE, { headers: bearer(await accessToken()) }),
    );
    expect(answer).toBe(original);
  });
});

describe('where tokens are looked for', () => {
  it.each([
    ['no header', {}],
    ['another scheme', { authorization: 'Basic dTpw' }],
    ['a scheme that begins the same', { authorization: 'BearerX abc' }],
    ['nothing', { authorization: '' }],
    ['an X-header', { 'x-access-token': 'abc' }],
    ['a cookie', { cookie: 'access_token=abc' }],
  ])('%s is no token: which are taken is said, without an error', async (_, headers) => {
    const here = server();
    await expectRefused(here, await here.ask(headers as HeadersInit), 401, 'token-missing', SCHEMES);
  });

  it('not in the query, nor in the body', async () => {
    const [here, token] = [server(), await accessToken()];
    const url = `${API}/licenses/1?access_token=${token}`;
    await expectRefused(here, await here.ask({}, { url }), 401, 'token-missing', SCHEMES);
    const body = new URLSearchParams({ access_token: token });
    await expectRefused(here, await here.ask({}, { method: 'POST', body }), 401, 'token-missing', SCHEMES);
  });

  it.each([
    ['two values of Authorization', (t: string) => `Bearer ${t}, Bearer ${t}`],
    ['two schemes', (t: string) => `Bearer ${t}, DPoP ${t}`],
    ['two tokens', (t: string) => `Bearer ${t} ${t}`],
    ['a scheme alone', () => 'Bearer'],
    ['parameters', (t: string) => `Bearer token="${t}"`],
    ['letters that no token has', (t: string) => `Bearer ${t}\u00e9`],
  ])('%s: refused, also where one would do', async (_, value) => {
    const here = server();
    const challenge = `DPoP error="invalid_request", ${ALGS}, Bearer`;
    const response = await here.ask({ authorization: value(await accessToken()) });
    await expectRefused(here, response, 400, 'request-malformed', challenge);
  });

  it('a good token in the header and one in the query: refused', async () => {
    const [here, token] = [server(), await accessToken()];
    const url = `${API}/licenses/1?a=1&access_token=x`;
    const challenge = `DPoP error="invalid_request", ${ALGS}, Bearer`;
    await expectRefused(here, await here.ask(bearer(token), { url }), 400, 'request-malformed', challenge);
  });
});

describe('a token that is not good: one answer, whatever the reason', () => {
  const claims = {
    iss: ISSUER,
    sub: 'a',
    sub_kind: 'natural-person',
    aud: API,
    client_id: 'city-portal',
    jti: 'j',
    iat: NOW,
    exp: NOW + 60,
    acr: 'urn:gov:assurance:3',
  };
  const sm2 = ISSUERS[0]!;
  const spoilt = (token: string): string => `${token.slice(0, -8)}AAAAAAAA`;

  it.each<[string, () => Promise<string>, readonly FindingCode[] | undefined]>([
    ['no token', async () => 'abc', undefined],
    ['a very long one', async () => `a.b.${'c'.repeat(20_000)}`, undefined],
    ['a forged one', async () => spoilt(await accessToken()), ['signature-invalid']],
    ['an expired one', () => accessToken({}, new Date(AT.getTime() - 700_000)), ['token-expired']],
    ['one for somebody else', () => accessToken({ audience: ['https://other'] }), ['token-audience-mismatch']],
    ['of an unknown issuer', () => signed({ ...claims, iss: 'https://x' }, sm2, 'at+jwt'), ['token-issuer-unknown']],
    ['an ID token', () => signed({ ...claims, nonce: 'n' }, sm2, 'JWT'), ['token-type-mismatch']],
    [
      'by an algorithm that the issuer has not',
      () => signed(claims, ISSUERS[1]!, 'at+jwt'),
      ['token-algorithm-refused'],
    ],
    [
      'of a program, not a person',
      () => signed({ ...claims, sub_kind: 'client' }, sm2, 'at+jwt'),
      ['token-claim-malformed'],
    ],
    ['of nobody in particular', () => signed({ ...claims, acr: 'other' }, sm2, 'at+jwt'), ['assurance-unknown']],
    [
      'bound, shown as plain bearer',
      async () => accessToken({ thumbprint: (await holder()).thumbprint }),
      ['token-binding-missing'],
    ],
  ])('%s', async (_, token, codes) => {
    const here = server();
    const text = await token();
    const response = await here.ask(bearer(text));
    await expectRefused(here, response, 401, 'token-invalid', INVALID_BEARER);
    if (codes === undefined) expect(here.refusals).toEqual([{ code: 'token-invalid' }]);
    else expect(toldOf(here)).toEqual(codes);
    expect(JSON.stringify([here.refusals, await response.text(), [...response.headers]])).not.toContain(text);
  });

  it('errors tell strangers nothing: the same octets for each', async () => {
    const texts = [
      spoilt(await accessToken()),
      await accessToken({}, new Date(AT.getTime() - 700_000)),
      'x',
      await accessToken({ audience: ['b'] }),
    ];
    const answers = await Promise.all(
      texts.map(async (text) => {
        const response = await server({ minAssurance: 4, scope: ['s'] }).ask(bearer(text));
        return JSON.stringify([response.status, [...response.headers], await response.text()]);
      }),
    );
    expect(new Set(answers).size).toBe(1);
  });
});

describe('a bound token', () => {
  it.each<[string, (h: Record<string, string>) => Record<string, string>]>([
    ['without a proof', ({ authorization }) => ({ authorization: authorization! })],
    ['with what is none', (h) => ({ ...h, dpop: 'abc' })],
    ['with two', (h) => ({ ...h, dpop: `${h.dpop}, ${h.dpop}` })],
    ['with its own token for a proof', (h) => ({ ...h, dpop: h.authorization!.slice(5) })],
    ['with a proof that was changed', (h) => ({ ...h, dpop: `${h.dpop!.slice(0, -8)}AAAAAAAA` })],
  ])('%s: refused', async (_, change) => {
    const [here, who] = [server(), await holder()];
    const token = await accessToken({ thumbprint: who.thumbprint });
    const response = await here.ask(change(await proved(token, who)));
    await expectRefused(here, response, 401, 'proof-invalid', INVALID_PROOF);
  });

  it.each<[string, Parameters<typeof proved>[2], FindingCode]>([
    ['method', { method: 'POST' }, 'proof-request-mismatch'],
    ['path', { url: `${API}/licenses/2` }, 'proof-request-mismatch'],
    ['server', { url: 'https://evil.example/licenses/1' }, 'proof-request-mismatch'],
    ['token', { accessToken: 'other' }, 'proof-token-mismatch'],
    ['time', { at: new Date(AT.getTime() - 61_000) }, 'proof-too-old'],
  ])('with a proof for another %s: refused', async (_, more, code) => {
    const [here, who] = [server(), await holder()];
    const token = await accessToken({ thumbprint: who.thumbprint });
    await expectRefused(here, await here.ask(await proved(token, who, more)), 401, 'proof-invalid', INVALID_PROOF);
    expect(toldOf(here)).toEqual([code]);
  });

  it('with a proof by another key: a stolen token opens nothing', async () => {
    const [here, who, thief] = [server(), await holder(), await holder()];
    const token = await accessToken({ thumbprint: who.thumbprint });
    await expectRefused(here, await here.ask(await proved(token, thief)), 401, 'token-invalid', INVALID_DPOP);
    expect(toldOf(here)).toEqual(['token-binding-mismatch']);
  });

  it('one that is bound to no key is no better for a proof', async () => {
    const [here, who] = [server(), await holder()];
    await expectRefused(
      here,
      await here.ask(await proved(await accessToken(), who)),
      401,
      'token-invalid',
      INVALID_DPOP,
    );
    expect(toldOf(here)).toEqual(['token-unbound']);
  });

  it('a proof is taken once, also by many at once', async () => {
    const [here, who] = [server(), await holder()];
    const headers = await proved(await accessToken({ thumbprint: who.thumbprint }), who);
    const statuses = (await Promise.all(Array.from({ length: 8 }, () => here.ask(headers)))).map(
      ({ status }) => status,
    );
    expect(statuses.sort()).toEqual([200, 401, 401, 401, 401, 401, 401, 401]);
    expect(here.refusals.map(({ code }) => code)).toEqual(Array(7).fill('proof-invalid'));
  });

  it('nobody fills the replay store, or burns a proof, without a good token', async () => {
    const [here, who] = [server({ scope: ['license.read'], minAssurance: 3 }), await holder()];
    const { thumbprint } = who;
    for (const token of [
      'a.b.c',
      await accessToken(),
      await accessToken({ thumbprint, scope: [] }),
      await accessToken({ thumbprint, level: 1 }),
    ])
      expect((await here.ask(await proved(token, who))).status).toBeGreaterThan(400);
    expect(here.replay.seen.size).toBe(0);
    expect((await here.ask(await proved(await accessToken({ thumbprint }), who))).status).toBe(200);
    expect(here.replay.seen.size).toBe(1);
  });

  it('Host and X-Forwarded headers make no other address of this server', async () => {
    const [here, who] = [server(), await holder()];
    const token = await accessToken({ thumbprint: who.thumbprint });
    const evil = 'https://evil.example/licenses/1';
    const headers = {
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example',
    };
    const forEvil = await proved(token, who, { url: evil });
    // As a framework makes a request whose Host says so.
    await expectRefused(
      here,
      await here.ask({ ...headers, ...forEvil }, { url: evil }),
      401,
      'proof-invalid',
      INVALID_PROOF,
    );
    expect((await here.ask(await proved(token, who), { url: 'http://10.0.0.7:8080/licenses/1' })).status).toBe(200);
  });

  it('behind a proxy that takes a part of the path away', async () => {
    const who = await holder();
    const here = server({ dpop: { origin: `${API}/v1`, replay: memoryReplay() } });
    const token = await accessToken({ thumbprint: who.thumbprint });
    expect((await here.ask(await proved(token, who, { url: `${API}/v1/licenses/1` }))).status).toBe(200);
  });

  it('is no bearer token anywhere, and where none is taken the scheme is not either', async () => {
    const [here, who] = [server(), await holder()];
    const { dpop: _, ...options } = here.options;
    const token = await accessToken({ thumbprint: who.thumbprint });
    const ask = async (headers: Record<string, string>) => {
      const answer = await requireIdentity(options)(() => new Response())(new Request(URL_HERE, { headers }));
      return [answer.status, answer.headers.get('www-authenticate')];
    };
    expect(await ask(await proved(token, who))).toEqual([401, 'Bearer']);
    expect(await ask(bearer(token))).toEqual([401, 'Bearer error="invalid_token"']);
    expect(await ask(bearer(await accessToken()))).toEqual([200, null]);
  });

  it('is the only kind taken where it is demanded', async () => {
    const here = server({ dpop: { origin: API, replay: memoryReplay(), demanded: true } });
    await expectRefused(here, await here.ask(bearer(await accessToken())), 401, 'token-missing', `DPoP ${ALGS}`);
  });
});

describe('nonces', () => {
  const nonces = dpopNonces(new Uint8Array(32).fill(7), 300);
  const later = (seconds: number): Date => new Date(AT.getTime() + seconds * 1000);
  const withNonces = (clock: Date = AT): Server =>
    server({ clock: () => clock, dpop: { origin: API, replay: memoryReplay(), nonces } });
  const CHALLENGE = `DPoP error="use_dpop_nonce", ${ALGS}, Bearer`;

  it.each([
    ['none', undefined],
    ['another', 'abc'],
    ['one of another server', dpopNonces(new Uint8Array(32)).current(AT)],
    ['one that is too old', nonces.current(later(-600))],
    ['one of the future', nonces.current(later(300))],
  ])('a proof with %s: the right one comes with the answer', async (_, nonce) => {
    const [here, who] = [withNonces(), await holder()];
    const token = await accessToken({ thumbprint: who.thumbprint });
    const response = await here.ask(await proved(token, who, nonce === undefined ? {} : { nonce }));
    await expectRefused(here, response, 401, 'proof-nonce', CHALLENGE);
    const given = response.headers.get('dpop-nonce')!;
    expect(given).toBe(nonces.current(AT));
    expect((await here.ask(await proved(token, who, { nonce: given }))).status).toBe(200);
  });

  it('says so before it looks at the token, good or not', async () => {
    const who = await holder();
    const here = withNonces();
    await expectRefused(here, await here.ask(await proved('a.b.c', who)), 401, 'proof-nonce', CHALLENGE);
    const forged = withNonces();
    const headers = await proved('a.b.c', who, { nonce: nonces.current(AT) });
    await expectRefused(forged, await forged.ask(headers), 401, 'token-invalid', INVALID_DPOP);
  });

  it('hands the next one out with a good answer, and only then', async () => {
    const who = await holder();
    const token = await accessToken({ thumbprint: who.thumbprint });
    const ask = async (nonce: string) => {
      const { status, headers } = await withNonces().ask(await proved(token, who, { nonce }));
      return [status, headers.get('dpop-nonce')];
    };
    expect(await ask(nonces.current(AT))).toEqual([200, null]);
    expect(await ask(nonces.current(later(-300)))).toEqual([200, nonces.current(AT)]);
  });

  it.each([
    [new Uint8Array(31), 300],
    [new Uint8Array(32), 0],
    [new Uint8Array(32), 1.5],
    [new Uint8Array(32), 3601],
  ])('cannot be made of %j every %d s', (secret, seconds) => {
    expect(() => dpopNonces(secret, seconds)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});

describe('what the token must say', () => {
  const levels = (from: number) =>
    [1, 2, 3, 4].filter((level) => level >= from).map((level) => `urn:gov:assurance:${level}`);
  const stepUp = (rest: string): string => `DPoP ${ALGS}, Bearer error="insufficient_user_authentication", ${rest}`;
  const old = { authTime: new Date(AT.getTime() - 500_000) };

  it.each<[string, Partial<ProtectOptions>, Parameters<typeof accessToken>[0], string]>([
    ['surer login', { minAssurance: 4 }, {}, 'acr_values="urn:gov:assurance:4"'],
    ['surer login, of several', { minAssurance: 3 }, { level: 2 }, `acr_values="${levels(3).join(' ')}"`],
    ['fresher login', { maxAuthAgeSeconds: 300 }, old, 'max_age="300"'],
    ['login that has a time', { maxAuthAgeSeconds: 300 }, { authTime: undefined as never }, 'max_age="300"'],
    ['both', { minAssurance: 4, maxAuthAgeSeconds: 0 }, old, 'acr_values="urn:gov:assurance:4", max_age="0"'],
  ])('a %s', async (_, options, grant, challenge) => {
    const here = server(options);
    const response = await here.ask(bearer(await accessToken(grant)));
    await expectRefused(here, response, 401, 'assurance-insufficient', stepUp(challenge));
  });

  it('a surer login, with the scheme that was used', async () => {
    const [here, who] = [server({ minAssurance: 4 }), await holder()];
    const response = await here.ask(await proved(await accessToken({ thumbprint: who.thumbprint }), who));
    const challenge = `DPoP error="insufficient_user_authentication", acr_values="urn:gov:assurance:4", ${ALGS}, Bearer`;
    await expectRefused(here, response, 401, 'assurance-insufficient', challenge);
  });

  it('an acr that nobody knows is not enough where a level is demanded', async () => {
    const table = { levels: [{ level: 2, acr: 'urn:x:2', name: 'two', nameZh: '二' }] };
    const here = server({ table, minAssurance: 2 });
    await expectRefused(
      here,
      await here.ask(bearer(await accessToken())),
      401,
      'assurance-insufficient',
      stepUp('acr_values="urn:x:2"'),
    );
  });

  it('to a token that is also forged or expired nothing is said of levels', async () => {
    const here = server({ minAssurance: 4 });
    const expired = await accessToken({}, new Date(AT.getTime() - 700_000));
    await expectRefused(here, await here.ask(bearer(expired)), 401, 'token-invalid', INVALID_BEARER);
  });

  it.each([[['license.apply']], [['license.read', 'license.apply']], [['license']], [['License.read']]])(
    'scope %j',
    async (scope) => {
      const here = server({ scope });
      const challenge = `DPoP ${ALGS}, Bearer error="insufficient_scope", scope="${scope.join(' ')}"`;
      await expectRefused(here, await here.ask(bearer(await accessToken())), 403, 'scope-insufficient', challenge);
    },
  );

  it('the kind of subject', async () => {
    const here = server({ subject: 'legal-person' });
    await expectRefused(here, await here.ask(bearer(await accessToken())), 403, 'subject-refused', null);
  });
});

describe('what cannot be judged now', () => {
  const place = { status: { uri: `${ISSUER}/status/0`, index: 1 } };
  const source = (outcome: Outcome, code: FindingCode): TokenStatusSource => ({
    check: async () => ({ check: 'status', outcome, code }),
  });
  const unreachable = {
    issuer: ISSUER,
    keys: { find: async () => ({ outcome: 'unavailable', detail: 'd' }) as const },
  };
  const down: FindingCode = 'token-status-unavailable';

  it.each<[string, Partial<ProtectOptions>]>([
    ['keys', { issuers: [unreachable] }],
    ['status lists', { status: source('unknown', down) }],
  ])('%s that cannot be had: 503, to be asked again', async (_, options) => {
    const here = server(options);
    const response = await expectRefused(
      here,
      await here.ask(bearer(await accessToken(place))),
      503,
      'service-unavailable',
      null,
    );
    expect(response.headers.get('retry-after')).toBe('5');
  });

  it('a replay store that is down: 503; what else it throws goes on', async () => {
    const who = await holder();
    const token = await accessToken({ thumbprint: who.thumbprint });
    const failing = (error: Error) =>
      server({ dpop: { origin: API, replay: { firstUse: async () => Promise.reject(error) } } });
    const here = failing(new GovError('store-unavailable', 'down'));
    await expectRefused(here, await here.ask(await proved(token, who)), 503, 'service-unavailable', null);
    await expect(failing(new Error('bug')).ask(await proved(token, who))).rejects.toThrow('bug');
  });

  it.each<[string, Partial<ProtectOptions>, string]>([
    [
      'a key that the issuer has not',
      { issuers: [{ issuer: ISSUER, keys: { find: async () => ({ outcome: 'unknown' }) } }] },
      'token-key-unknown',
    ],
    ['a token that was revoked', { status: source('fail', 'token-revoked') }, 'token-revoked'],
  ])('%s: 401', async (_, options, code) => {
    const here = server(options);
    await expectRefused(here, await here.ask(bearer(await accessToken(place))), 401, 'token-invalid', INVALID_BEARER);
    expect(toldOf(here)).toEqual([code]);
  });

  it('a token that has no place in a list, where one is demanded: 401, for waiting does not help', async () => {
    const here = server({ status: source('pass', 'token-in-force') });
    await expectRefused(here, await here.ask(bearer(await accessToken())), 401, 'token-invalid', INVALID_BEARER);
    expect((await here.ask(bearer(await accessToken(place)))).status).toBe(200);
  });

  it('a source that looked at nothing lets nobody in', async () => {
    const here = server({ status: source('skipped', 'status-not-checked') });
    const response = await here.ask(bearer(await accessToken(place)));
    await expectRefused(here, response, 401, 'token-invalid', INVALID_BEARER);
  });

  it('an expired token of an issuer whose keys cannot be had: 401', async () => {
    const here = server({ issuers: [unreachable] });
    const expired = await accessToken({}, new Date(AT.getTime() - 700_000));
    await expectRefused(here, await here.ask(bearer(expired)), 401, 'token-invalid', INVALID_BEARER);
  });
});

describe('a request', () => {
  it('HEAD is refused without a body, OPTIONS as any other', async () => {
    const here = server();
    const head = await here.ask({}, { method: 'HEAD' });
    expect([head.status, head.headers.get('www-authenticate'), head.body]).toEqual([401, SCHEMES, null]);
    await expectRefused(here, await here.ask({}, { method: 'OPTIONS' }), 401, 'token-missing', SCHEMES);
  });

  it('that is aborted reaches no handler', async () => {
    const controller = new AbortController();
    const here = server({
      clock: () => {
        controller.abort(new Error('gone'));
        return AT;
      },
    });
    const init = { signal: controller.signal };
    await expect(here.ask(bearer(await accessToken()), init)).rejects.toThrow('gone');
    await expect(here.ask(bearer(await accessToken()), init)).rejects.toThrow('gone');
    expect(here.identities).toEqual([]);
  });

  it('with a method that is none is refused with its proof', async () => {
    const [here, who] = [server(), await holder()];
    const token = await accessToken({ thumbprint: who.thumbprint });
    const response = await here.ask(await proved(token, who), { method: 'A'.repeat(100) });
    await expectRefused(here, response, 401, 'proof-invalid', INVALID_PROOF);
  });

  it('of tokens spoilt at random is refused, quickly', async () => {
    const here = server();
    const token = await accessToken();
    for (let index = 0; index < token.length; index += 3) {
      const spoilt = `${token.slice(0, index)}${token[index] === 'A' ? 'B' : 'A'}${token.slice(index + 1)}`;
      expect((await here.ask(bearer(spoilt))).status).toBe(401);
    }
    expect(here.identities).toEqual([]);
  });
});

describe('options that cannot be', () => {
  const replay = memoryReplay();
  it.each<[string, Partial<ProtectOptions>]>([
    ['a level that nobody reaches', { minAssurance: 5 }],
    ['a scope with a quotation mark', { scope: ['a"b'] }],
    ['a scope with a space', { scope: ['a b'] }],
    ['an age below 0', { maxAuthAgeSeconds: -1 }],
    ['an age that is no number', { maxAuthAgeSeconds: Number.NaN }],
    ...[
      'https://a/',
      'https://a/v1/',
      'a.example',
      'ftp://a',
      'https://a?x',
      'https://u@a',
      'HTTPS://a',
      'https://a#',
    ].map((origin): [string, Partial<ProtectOptions>] => [`origin ${origin}`, { dpop: { origin, replay } }]),
  ])('%s', (_, options) => {
    expect(() => server(options)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});
