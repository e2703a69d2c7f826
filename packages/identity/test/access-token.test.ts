import { type AccessGrant, type AccessTokenPolicy, issueAccessToken, verifyAccessToken } from '@gov/identity';
import { generateSm2Key, type Signer, sm2Signer } from '@gov/sm';
import { dpopProof } from '@gov/token/dpop';
import type { JsonObject, JsonValue } from '@gov/token/json';
import { jwkThumbprint, publicJwk } from '@gov/token/jwk';
import { fixedKeys } from '@gov/token/key-source';
import { type FindingCode, GovError, type Outcome } from '@gov/verdict';
import { importJWK, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import {
  API,
  AT,
  es256Signer,
  expectOnly,
  ISSUER,
  ISSUERS,
  type Issuer,
  memoryReplay,
  NOW,
  signed,
} from './issuers.js';

const PERSON: AccessGrant = {
  subject: { kind: 'natural-person', sub: 'pPwS1' },
  clientId: 'city-portal',
  audience: [API],
  scope: ['license.read', 'license.apply'],
  level: 3,
  authTime: new Date((NOW - 120) * 1000),
  sessionId: 's-1',
};

/** With a place in a status list. */
const PLACED: AccessGrant = { ...PERSON, status: { uri: 'https://id.example.gov.cn/status/1', index: 7 } };

/** 张三 acts for a company. */
const AGENT: AccessGrant = {
  ...PERSON,
  subject: { kind: 'legal-person', sub: 'pCompany' },
  actor: { sub: 'pPwS1', sub_kind: 'natural-person' },
  mandate: { id: 'mandate-0000000001', relation: 'agent', scope: ['license.read', 'license.apply'], exp: NOW + 3600 },
};

describe.each(ISSUERS)('access tokens with $name', (issuer) => {
  const options = { issuer: ISSUER, signer: issuer.signer, kid: 'k1', at: AT };
  const policy: AccessTokenPolicy = { issuers: [issuer.profile], audience: API, at: AT };
  const later = (seconds: number): Date => new Date(AT.getTime() + seconds * 1000);

  /** Issued, then changed, and signed by the same issuer again: undefined takes a claim out. */
  async function changed(change: Readonly<Record<string, JsonValue | undefined>>, grant = PERSON, typ = 'at+jwt') {
    const { claims } = await issueAccessToken(grant, options);
    const all = Object.entries({ ...claims, ...change }).filter(([, value]) => value !== undefined);
    return signed(Object.fromEntries(all) as JsonObject, issuer, typ);
  }

  async function refused(text: string, code: FindingCode, more: Partial<AccessTokenPolicy> = {}) {
    const { report, identity } = await verifyAccessToken(text, { ...policy, ...more });
    expectOnly(report, 'fail', code);
    expect(identity).toBeUndefined();
  }

  async function undecided(text: string, code: FindingCode, more: Partial<AccessTokenPolicy> = {}) {
    const { report, identity } = await verifyAccessToken(text, { ...policy, ...more });
    expectOnly(report, 'unknown', code);
    expect(identity).toBeUndefined();
  }

  it('hands out an identity that says what was granted', async () => {
    const { token, tokenId, expiresAt, claims } = await issueAccessToken(PERSON, options);
    const { report, identity } = await verifyAccessToken(token, policy);
    expect(report.verdict).toBe('valid');
    expect(report.unchecked).toEqual([]);
    expect(identity).toEqual({
      issuer: ISSUER,
      subject: { kind: 'natural-person', sub: 'pPwS1' },
      clientId: 'city-portal',
      audience: [API],
      scope: ['license.read', 'license.apply'],
      acr: 'urn:gov:assurance:3',
      level: 3,
      authTime: PERSON.authTime,
      sessionId: 's-1',
      tokenId,
      expiresAt,
      claims,
    });
    expect(expiresAt).toEqual(later(600));
    expect(Object.keys(claims).sort()).toEqual(
      ['acr', 'aud', 'auth_time', 'client_id', 'exp', 'iat', 'iss', 'jti', 'scope', 'sid', 'sub', 'sub_kind'].sort(),
    );
  });

  it('takes a fresh id each time, or what random gives', async () => {
    const [one, two] = [await issueAccessToken(PERSON, options), await issueAccessToken(PERSON, options)];
    expect(one.tokenId).not.toBe(two.tokenId);
    const fixed = await issueAccessToken(PERSON, { ...options, random: (octets) => new Uint8Array(octets) });
    expect(fixed.tokenId).toBe('A'.repeat(22));
  });

  it('says who acts for a company, and no longer than the mandate', async () => {
    const mandate = { ...AGENT.mandate!, exp: NOW + 60 };
    const { token, expiresAt } = await issueAccessToken({ ...AGENT, mandate }, options);
    expect(expiresAt).toEqual(later(60));
    const { report, identity } = await verifyAccessToken(token, policy);
    expect(report.verdict).toBe('valid');
    expect(report.findings.map(({ code }) => code)).toContain('mandate-ok');
    expect(identity?.actor).toEqual(AGENT.actor);
    expect(identity?.mandate).toEqual(mandate);
    // The clocks' skew is not the mandate's.
    await refused(token, 'mandate-expired', { at: later(60) });
  });

  it('knows an agent of another domain whose sub happens to be the same', async () => {
    const actor = { sub: 'pCompany', sub_kind: 'natural-person', iss: 'https://id.example.com' } as const;
    const { token } = await issueAccessToken({ ...AGENT, actor }, options);
    expect((await verifyAccessToken(token, policy)).identity?.actor).toEqual(actor);
  });

  it('lets a program pass on what a person does under a mandate', async () => {
    const actor = { sub: 'bridge', act: AGENT.actor! };
    const { token } = await issueAccessToken({ ...AGENT, actor }, options);
    expect((await verifyAccessToken(token, policy)).identity?.actor).toEqual(actor);
  });

  it.each<[string, Readonly<Record<string, JsonValue | undefined>>, FindingCode, AccessGrant?]>([
    ['no sub', { sub: undefined }, 'token-claim-missing'],
    ['no client_id', { client_id: undefined }, 'token-claim-missing'],
    ['no jti', { jti: undefined }, 'token-claim-missing'],
    ['no iat', { iat: undefined }, 'token-claim-missing'],
    ['no kind of subject', { sub_kind: undefined }, 'token-claim-missing'],
    ['a kind of subject that there is not', { sub_kind: 'robot' }, 'token-claim-malformed'],
    ['an empty client_id', { client_id: '' }, 'token-claim-malformed'],
    ['a session that a database cannot keep', { sid: 'a\0b' }, 'token-claim-malformed'],
    ['half a character', { act: { sub: 'a\ud800' } }, 'token-claim-malformed'],
    ['two acr', { acr: ['urn:gov:assurance:3', 'urn:gov:assurance:4'] }, 'token-claim-malformed'],
    ['a scope with two spaces', { scope: 'a  b' }, 'token-claim-malformed'],
    ['a scope that ends in a space', { scope: 'a ' }, 'token-claim-malformed'],
    ['an empty scope', { scope: '' }, 'token-claim-malformed'],
    ['a scope with a tab', { scope: 'a\tb' }, 'token-claim-malformed'],
    ['a scope with a quote', { scope: 'a"b' }, 'token-claim-malformed'],
    ['a scope with a backslash', { scope: 'a\\b' }, 'token-claim-malformed'],
    ['a scope that is a list', { scope: ['a'] }, 'token-claim-malformed'],
    ['a login later than the token', { auth_time: NOW + 61 }, 'token-claim-malformed'],
    ['a login at no time', { auth_time: '1' }, 'token-claim-malformed'],
    ['a status without a place', { status: { status_list: { uri: 'https://a' } } }, 'token-claim-malformed'],
    ['a place below 0', { status: { status_list: { uri: 'https://a', idx: -1 } } }, 'token-claim-malformed'],
    ['an actor without sub', { act: {} }, 'token-claim-malformed'],
    [
      'four actors',
      { act: { sub: 'd', act: { sub: 'c', act: { sub: 'b', act: { sub: 'a' } } } } },
      'token-claim-malformed',
    ],
    ['an actor that is a text', { act: 'a' }, 'token-claim-malformed'],
    ['a mandate that has ended', { mandate: { ...AGENT.mandate!, exp: NOW } }, 'mandate-expired', AGENT],
    ['a mandate that ends before it', { mandate: { ...AGENT.mandate!, exp: NOW + 599 } }, 'mandate-mismatch', AGENT],
    ['a scope beyond the mandate', { scope: 'license.read seal.use' }, 'mandate-scope', AGENT],
    ['a mandate without an agent', { act: undefined }, 'mandate-mismatch', AGENT],
    ['a mandate with a program for an agent', { act: { sub: 'bridge' } }, 'mandate-mismatch', AGENT],
    ['an agent without a mandate', { mandate: undefined }, 'mandate-mismatch', AGENT],
    [
      'an agent who acts for himself',
      { act: { sub: 'pCompany', sub_kind: 'natural-person' } },
      'mandate-mismatch',
      AGENT,
    ],
    [
      'two persons under one mandate',
      { act: { sub: 'x', sub_kind: 'natural-person', act: { sub: 'y', sub_kind: 'natural-person' } } },
      'mandate-mismatch',
      AGENT,
    ],
    ['a company for a ward', { mandate: { ...AGENT.mandate!, relation: 'guardian' } }, 'mandate-mismatch', AGENT],
    [
      'a company for a guardian',
      {
        sub_kind: 'natural-person',
        act: { sub: 'c', sub_kind: 'legal-person' },
        mandate: { ...AGENT.mandate!, relation: 'guardian' },
      },
      'mandate-mismatch',
      AGENT,
    ],
    [
      'a role switched to a person',
      { sub_kind: 'natural-person', mandate: { ...AGENT.mandate!, relation: 'role-switch' } },
      'mandate-mismatch',
      AGENT,
    ],
    [
      'a relation that there is not',
      { mandate: { ...AGENT.mandate!, relation: 'friend' } },
      'token-claim-malformed',
      AGENT,
    ],
    ['a mandate over nothing', { mandate: { ...AGENT.mandate!, scope: [] } }, 'token-claim-malformed', AGENT],
    ['another audience', { aud: 'https://other.example.gov.cn' }, 'token-audience-mismatch'],
    ['an audience in capitals', { aud: API.toUpperCase() }, 'token-audience-mismatch'],
    ['an audience with a slash more', { aud: [`${API}/`] }, 'token-audience-mismatch'],
    ['a scope with a space that does not break', { scope: 'license.read\u00a0seal.use' }, 'token-claim-malformed'],
    ['a scope in full-width letters', { scope: 'ｌicense.read' }, 'token-claim-malformed'],
    [
      'a place beyond what numbers count',
      { status: { status_list: { uri: 'https://a', idx: 2 ** 40 } } },
      'token-claim-malformed',
    ],
    ['half a place', { status: { status_list: { uri: 'https://a', idx: 0.5 } } }, 'token-claim-malformed'],
    ['a mandate without an end', { mandate: { ...AGENT.mandate!, exp: 1e15 } }, 'token-claim-malformed', AGENT],
    [
      'a mandate that ends in a text',
      { mandate: { ...AGENT.mandate!, exp: '9999999999' } },
      'token-claim-malformed',
      AGENT,
    ],
  ])('refuses %s', async (_, change, code, grant) => refused(await changed(change, grant), code));

  it('takes several audiences, 3 actors, and 64 scope values of at most 128 characters', async () => {
    const actor = { sub: 'c', act: { sub: 'b', act: { sub: 'a' } } };
    const scope = ['s'.repeat(128), ...Array.from({ length: 63 }, (_, index) => `license.${index}`)];
    const grant = { ...PERSON, actor, scope, audience: ['https://other.example.gov.cn', API] };
    const { identity } = await verifyAccessToken((await issueAccessToken(grant, options)).token, policy);
    expect([identity?.audience, identity?.scope]).toEqual([grant.audience, scope]);
    for (const more of [[...scope, 'one-more'], ['s'.repeat(129)]]) {
      await expect(issueAccessToken({ ...grant, scope: more }, options)).rejects.toMatchObject({
        code: 'invalid-argument',
      });
      await refused(await changed({ scope: more.join(' ') }), 'token-claim-malformed');
    }
  });

  it.each(['JWT', 'gov-mandate+jwt', 'dpop+jwt', 'logout+jwt'])('refuses a token of the kind %s', async (typ) =>
    refused(await changed({}, PERSON, typ), 'token-type-mismatch'),
  );

  it('refuses one that has expired, and the signature of anybody else', async () => {
    const { token } = await issueAccessToken(PERSON, options);
    await refused(token, 'token-expired', { at: later(660) });
    expect((await verifyAccessToken(token, { ...policy, at: later(659) })).report.verdict).toBe('valid');
    const [header, , signature] = token.split('.');
    const [, payload] = (await changed({ sub: 'somebody-else' })).split('.');
    await refused(`${header}.${payload}.${signature}`, 'signature-invalid');
  });

  it('cannot tell without the issuer, or its key', async () => {
    const { token } = await issueAccessToken(PERSON, options);
    const stranger = { issuers: [{ ...issuer.profile, issuer: 'https://id.example.com' }] };
    const { report, identity } = await verifyAccessToken(token, { ...policy, ...stranger });
    expect(report.verdict).toBe('indeterminate');
    expect(identity).toBeUndefined();
    await undecided(token, 'token-key-unknown', { issuers: [{ ...issuer.profile, keys: fixedKeys([]) }] });
  });

  it('throws for what is no token', async () => {
    await expect(verifyAccessToken('a.b', policy)).rejects.toMatchObject({ code: 'jwt-malformed' });
    await expect(verifyAccessToken('', policy)).rejects.toMatchObject({ code: 'jwt-malformed' });
    await expect(verifyAccessToken('a'.repeat(5_000_000), policy)).rejects.toMatchObject({ code: 'input-too-large' });
  });

  describe('assurance', () => {
    it.each<[string, JsonValue | undefined]>([
      ['no acr', undefined],
      ['an acr of nobody', 'urn:gov:assurance:9'],
      ['two in one text', 'urn:gov:assurance:3 urn:gov:assurance:4'],
      ['a level for an acr', '3'],
      ['another spelling', 'urn:GOV:assurance:3'],
    ])('is unknown with %s, which is no low level', async (_, acr) => {
      await undecided(await changed({ acr }), 'assurance-unknown');
      await undecided(await changed({ acr }), 'assurance-unknown', { minLevel: 0 });
    });

    it('is demanded', async () => {
      const { token } = await issueAccessToken(PERSON, options);
      expect((await verifyAccessToken(token, { ...policy, minLevel: 3 })).identity?.level).toBe(3);
      await refused(token, 'assurance-too-low', { minLevel: 4 });
    });

    it('is that of the table', async () => {
      const table = { levels: [{ level: 7, acr: 'urn:province:face', name: 'face', nameZh: '人脸' }] };
      const { token } = await issueAccessToken({ ...PERSON, level: 7 }, { ...options, table });
      expect((await verifyAccessToken(token, { ...policy, table })).identity?.level).toBe(7);
      await undecided(token, 'assurance-unknown');
    });

    it('is demanded of a number only', async () => {
      const { token } = await issueAccessToken(PERSON, options);
      await refused(token, 'assurance-too-low', { minLevel: Number.NaN });
      await refused(token, 'token-login-too-old', { maxAuthAgeSeconds: Number.NaN });
      await refused(token, 'token-lifetime-too-long', { maxLifetimeSeconds: Number.NaN });
    });

    it('wants a login that is not too old', async () => {
      const { token } = await issueAccessToken(PERSON, options);
      const verdict = async (maxAuthAgeSeconds: number) =>
        (await verifyAccessToken(token, { ...policy, maxAuthAgeSeconds, clockSkewSeconds: 0 })).report.verdict;
      expect(await verdict(120)).toBe('valid');
      await refused(token, 'token-login-too-old', { maxAuthAgeSeconds: 119, clockSkewSeconds: 0 });
      await refused(await changed({ auth_time: undefined }), 'token-login-too-old', { maxAuthAgeSeconds: 86_400 });
    });
  });

  describe('binding', () => {
    const url = `${API}/licenses`;
    const holders: readonly [string, () => Promise<Signer>][] = [
      ['SM2', async () => sm2Signer(generateSm2Key())],
      ['ES256', es256Signer],
    ];
    async function bound(holder: Signer, grant = PERSON) {
      const thumbprint = await jwkThumbprint(publicJwk(holder.publicKey));
      const { token } = await issueAccessToken({ ...grant, thumbprint }, options);
      return token;
    }
    const shown = (proof: string) => ({ possession: { proof, method: 'GET', url, replay: memoryReplay() } });

    it.each(holders)('takes a bound token with a proof by its %s key, once', async (_, make) => {
      const holder = await make();
      const accessToken = await bound(holder);
      const proof = await dpopProof({ method: 'GET', url, at: AT, accessToken }, holder);
      const more = shown(proof);
      const { report, identity } = await verifyAccessToken(accessToken, { ...policy, ...more });
      expect(report.verdict).toBe('valid');
      expect(report.required).toContain('binding');
      expect(identity?.subject.sub).toBe('pPwS1');
      await refused(accessToken, 'token-replayed', more);
    });

    it('refuses a bound token shown as plain bearer', async () =>
      refused(await bound(await es256Signer()), 'token-binding-missing'));

    it('refuses proofs of another key, request, token, nonce and time', async () => {
      const holder = await es256Signer();
      const accessToken = await bound(holder);
      const request = { method: 'GET', url, at: AT, accessToken };
      const thief = await dpopProof(request, sm2Signer(generateSm2Key()));
      await refused(accessToken, 'token-binding-mismatch', shown(thief));
      const posted = await dpopProof({ ...request, method: 'POST' }, holder);
      await refused(accessToken, 'proof-request-mismatch', shown(posted));
      const elsewhere = await dpopProof({ ...request, url: `${API}/seals` }, holder);
      await refused(accessToken, 'proof-request-mismatch', shown(elsewhere));
      const other = await dpopProof({ ...request, accessToken: 'another' }, holder);
      await refused(accessToken, 'proof-token-mismatch', shown(other));
      const proof = await dpopProof({ ...request, nonce: 'a' }, holder);
      const { possession } = shown(proof);
      await refused(accessToken, 'proof-nonce-mismatch', { possession: { ...possession, nonce: 'b' } });
      const old = await dpopProof({ ...request, at: later(-61) }, holder);
      await refused(accessToken, 'proof-too-old', shown(old));
    });

    it('refuses a proof that is none, as a finding about the token', async () => {
      const accessToken = await bound(await es256Signer());
      await refused(accessToken, 'format-malformed', shown('no proof'));
      await refused(accessToken, 'format-malformed', shown(''));
    });

    it.each<[string, JsonValue]>([
      ['a certificate', { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' }],
      ['a certificate and a key', { jkt: 'x'.repeat(43), 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' }],
      ['a whole key', { jwk: { kty: 'EC' } }],
      ['a key id', { kid: 'k' }],
      ['nothing', {}],
    ])('refuses a token bound to %s: nobody here can tell', async (_, cnf) => {
      const text = await changed({ cnf });
      await refused(text, 'token-binding-mismatch');
      const holder = await es256Signer();
      const proof = await dpopProof({ method: 'GET', url, at: AT, accessToken: text }, holder);
      await refused(text, 'token-binding-mismatch', shown(proof));
    });

    it.each<[string, JsonValue]>([
      ['a text', 'key'],
      ['null', null],
      ['a number for jkt', { jkt: 1 }],
    ])('refuses a cnf that is %s', async (_, cnf) => {
      const { report, identity } = await verifyAccessToken(await changed({ cnf }), policy);
      expect(report.verdict).toBe('invalid');
      expect(report.findings.map(({ code }) => code)).toContain('token-claim-malformed');
      expect(identity).toBeUndefined();
    });

    it('refuses a token without a key where one is demanded, or proved', async () => {
      const { token } = await issueAccessToken(PERSON, options);
      await refused(token, 'token-unbound', { demandBinding: true });
      const proof = await dpopProof({ method: 'GET', url, at: AT, accessToken: token }, await es256Signer());
      await refused(token, 'token-unbound', shown(proof));
    });

    it('asks the replay store of proofs only for the right key', async () => {
      const holder = await es256Signer();
      const accessToken = await bound(holder);
      const replay = memoryReplay();
      const thief = await dpopProof({ method: 'GET', url, at: AT, accessToken }, await es256Signer());
      await refused(accessToken, 'token-binding-mismatch', {
        possession: { proof: thief, method: 'GET', url, replay },
      });
      expect(replay.seen.size).toBe(0);
    });

    it('uses up no proof for a token that falls, for whatever reason', async () => {
      const holder = await es256Signer();
      const accessToken = await bound(holder);
      const proof = await dpopProof({ method: 'GET', url, at: AT, accessToken }, holder);
      const replay = memoryReplay();
      const possession = { proof, method: 'GET', url, replay };
      const stranger = `${accessToken.slice(0, -86)}${'A'.repeat(86)}`;
      const own = await dpopProof({ method: 'GET', url, at: AT, accessToken: stranger }, holder);
      await refused(stranger, 'signature-invalid', { possession: { ...possession, proof: own } });
      await refused(accessToken, 'assurance-too-low', { possession, minLevel: 4 });
      const noKeys = { issuers: [{ ...issuer.profile, keys: fixedKeys([]) }] };
      await undecided(accessToken, 'token-key-unknown', { possession, ...noKeys });
      await refused(accessToken, 'token-audience-mismatch', { possession, audience: 'https://other.example.gov.cn' });
      const status = { check: async () => ({ check: 'status', outcome: 'fail', code: 'token-revoked' }) as const };
      await refused(await bound(holder, PLACED), 'proof-token-mismatch', { possession, status });
      const placed = await bound(holder, PLACED);
      const again = await dpopProof({ method: 'GET', url, at: AT, accessToken: placed }, holder);
      await refused(placed, 'token-revoked', { possession: { ...possession, proof: again }, status });
      const silent = {
        check: async () => ({ check: 'status', outcome: 'unknown', code: 'token-status-unavailable' }) as const,
      };
      await undecided(placed, 'token-status-unavailable', {
        possession: { ...possession, proof: again },
        status: silent,
      });
      expect(replay.seen.size).toBe(0);
      expect((await verifyAccessToken(accessToken, { ...policy, possession })).report.verdict).toBe('valid');
      expect(replay.seen.size).toBe(1);
    });

    it('is not settled by a replay store that is down', async () => {
      const holder = await es256Signer();
      const accessToken = await bound(holder);
      const proof = await dpopProof({ method: 'GET', url, at: AT, accessToken }, holder);
      const replay = { firstUse: () => Promise.reject(new GovError('store-unavailable', 'down')) };
      const possession = { proof, method: 'GET', url, replay };
      await expect(verifyAccessToken(accessToken, { ...policy, possession })).rejects.toMatchObject({
        code: 'store-unavailable',
      });
    });
  });

  it('is asked about before its one use is taken', async () => {
    const { token } = await issueAccessToken(PLACED, options);
    const replay = memoryReplay();
    const says = (outcome: Outcome, code: FindingCode) => ({
      replay,
      status: { check: async () => ({ check: 'status', outcome, code }) as const },
    });
    await undecided(token, 'token-status-unavailable', says('unknown', 'token-status-unavailable'));
    await refused(token, 'token-revoked', says('fail', 'token-revoked'));
    expect(replay.seen.size).toBe(0);
    const inForce = says('pass', 'token-in-force');
    expect((await verifyAccessToken(token, { ...policy, ...inForce })).report.verdict).toBe('valid');
    await refused(token, 'token-replayed', inForce);
  });

  it('is used once where the policy says so, and not used up by a token that falls', async () => {
    const { token } = await issueAccessToken(PERSON, options);
    const replay = memoryReplay();
    await refused(token, 'assurance-too-low', { replay, minLevel: 4 });
    await undecided(await changed({ acr: undefined }), 'assurance-unknown', { replay });
    expect(replay.seen.size).toBe(0);
    expect((await verifyAccessToken(token, { ...policy, replay })).report.verdict).toBe('valid');
    await refused(token, 'token-replayed', { replay });
  });

  it.each<[string, Partial<AccessGrant>]>([
    ['a scope beyond the mandate', { scope: ['seal.use'] }],
    ['no mandate', { mandate: undefined as never }],
    ['no agent', { actor: undefined as never }],
    ['a mandate that has ended', { mandate: { ...AGENT.mandate!, exp: NOW } }],
    ['a level that there is not', { level: 5 }],
    ['no audience', { audience: [] }],
    ['an empty audience', { audience: [''] }],
    ['an empty client', { clientId: '' }],
    ['a scope value with a space', { scope: ['license.read license.apply'] }],
    ['an empty scope value', { scope: [''] }],
    ['a fourth actor', { actor: { sub: 'c', act: { sub: 'b', act: { sub: 'a', act: AGENT.actor! } } } }],
    ['the ID number of a person for a sub', { subject: { kind: 'legal-person', sub: '11010519491231002X' } }],
    ['the ID number of a person for an actor', { actor: { sub: '11010519491231002X', sub_kind: 'natural-person' } }],
    ['a name', { more: { name: '张三' } }],
    ['a number', { more: { document_number: '11010519491231002X' } }],
    ['a claim of its own', { more: { exp: 1 } }],
    ['a binding by the back door', { more: { cnf: { jkt: 'x' } } }],
    ['a place below 0', { status: { uri: 'https://id.example.gov.cn/status/1', index: -1 } }],
    ['a login in the time to come', { authTime: new Date(Number.NaN) }],
  ])('issues nothing with %s', async (_, change) => {
    const grant = { ...AGENT, ...change };
    for (const name of ['mandate', 'actor'] as const) if (grant[name] === undefined) delete grant[name];
    await expect(issueAccessToken(grant, options)).rejects.toMatchObject({
      name: 'GovError',
      code: 'invalid-argument',
    });
  });

  it.each([0, -1, 1.5, 86_401, Number.NaN])('issues nothing for %d s', async (lifetimeSeconds) => {
    await expect(issueAccessToken(PERSON, { ...options, lifetimeSeconds })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });

  it('carries masked claims that were asked for', async () => {
    const { token } = await issueAccessToken({ ...PERSON, more: { name_masked: '张*' } }, options);
    expect((await verifyAccessToken(token, policy)).identity?.claims.name_masked).toBe('张*');
  });
});

it('verifies nothing of one algorithm by the profile of another', async () => {
  const [sm2, es256] = ISSUERS as [Issuer, Issuer];
  const { token } = await issueAccessToken(PERSON, { issuer: ISSUER, signer: sm2.signer, kid: 'k1', at: AT });
  const { report } = await verifyAccessToken(token, { issuers: [es256.profile], audience: API, at: AT });
  expectOnly(report, 'fail', 'token-algorithm-refused');
});

it('is understood by jose, and understands jose', async () => {
  const issuer = ISSUERS.find(({ name }) => name === 'ES256')!;
  const options = { issuer: ISSUER, signer: issuer.signer, kid: 'k1', at: AT };
  const { token, claims } = await issueAccessToken(PERSON, options);
  const key = await importJWK({ ...issuer.jwk } as object as Parameters<typeof importJWK>[0], 'ES256');
  const { payload } = await jwtVerify(token, key, {
    issuer: ISSUER,
    audience: API,
    typ: 'at+jwt',
    currentDate: AT,
    algorithms: ['ES256'],
    requiredClaims: ['sub', 'client_id', 'jti', 'iat'],
  });
  expect(payload).toEqual(claims);

  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
  const text = await new SignJWT(claims as Record<string, unknown>)
    .setProtectedHeader({ alg: 'ES256', kid: 'j', typ: 'application/at+jwt' })
    .sign(pair.privateKey);
  const issuers = [{ ...issuer.profile, keys: fixedKeys([publicJwk(spki, { kid: 'j' })]) }];
  const { identity } = await verifyAccessToken(text, { issuers, audience: API, at: AT });
  expect(identity?.claims).toEqual(claims);
});
