import {
  type AccessGrant,
  actFor,
  type Identity,
  issueAccessToken,
  issueMandate,
  MANDATE_LIMITS,
  type Mandate,
  type MandateDraft,
  type MandateQuestion,
  mandateClaim,
  mandateFindings,
  mandateJsonSchema,
  readMandate,
  revokeMandate,
  switchBack,
  verifyAccessToken,
  verifyMandate,
} from '@gov/identity';
import type { JsonObject } from '@gov/token/json';
import { readJwt } from '@gov/token/jwt';
import { type FindingCode, isGovError } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import type { KeptMandate } from '../src/port.js';
import { API, AT, expectOnly, ISSUER, ISSUERS, memoryReplay, signed } from './issuers.js';

const DRAFT: MandateDraft = {
  principal: { kind: 'legal-person', id: 'o-7', name: '某某有限公司' },
  agent: { kind: 'natural-person', id: 'u-1001', name: '张三' },
  relation: 'agent',
  scope: ['license.apply', 'license.read'],
  from: '2026-05-01',
  to: '2026-05-31',
  purpose: '办理食品经营许可',
};

const [sm2] = ISSUERS as [(typeof ISSUERS)[number]];
const options = { issuer: ISSUER, signer: sm2.signer, kid: 'k1', at: AT };
const QUESTION: MandateQuestion = { at: AT, scope: ['license.apply'], agent: 'u-1001' };

/** A register of what was issued. */
function register(...kept: readonly KeptMandate[]) {
  const all = new Map(kept.map((one) => [one.mandateId, one]));
  return {
    all,
    mandate: async (id: string) => all.get(id),
    revoke: (id: string) => all.set(id, { ...all.get(id)!, revokedAt: '2026-05-19T00:00:00Z' }),
  };
}

async function findings(mandate: Mandate, question: Partial<MandateQuestion> = {}) {
  const found = await mandateFindings(mandate, { ...QUESTION, ...question });
  return found.map(({ outcome, code }) => `${outcome} ${code}`);
}

describe.each(ISSUERS)('mandates with $name', (issuer) => {
  const own = { ...options, signer: issuer.signer };
  const policy = { issuers: [issuer.profile], audience: ISSUER, ...QUESTION };

  it('are handed out signed, and kept', async () => {
    const { mandate, token, kept } = await issueMandate(DRAFT, own);
    expect(mandate).toEqual({ ...DRAFT, schema: 'gov-mandate-1', id: mandate.id, redelegation: false });
    expect(kept).toEqual({
      mandateId: mandate.id,
      principal: 'o-7',
      agent: 'u-1001',
      expiresAt: '2026-05-31T16:00:00Z',
      mandate: JSON.stringify(mandate),
    });
    const verified = await verifyMandate(token, { ...policy, store: register(kept) });
    expect(verified.report.verdict).toBe('valid');
    expect(verified.mandate).toEqual(mandate);
    const alone = await verifyMandate(token, policy);
    expect(alone.report.verdict).toBe('valid');
    expect(alone.report.unchecked).toEqual(['status-not-checked']);
  });

  it('are refused when they cover something else, by whoever signed them', async () => {
    const { token, kept } = await issueMandate(DRAFT, own);
    const store = register(kept);
    const refused = async (code: FindingCode, more: object) => {
      const { report, mandate } = await verifyMandate(token, { ...policy, ...more });
      expectOnly(report, 'fail', code);
      expect(mandate).toBeUndefined();
    };
    await refused('mandate-scope', { scope: ['seal.use'] });
    await refused('mandate-mismatch', { agent: 'u-2' });
    await refused('token-audience-mismatch', { audience: API });
    store.revoke(kept.mandateId);
    await refused('mandate-revoked', { store });
    const replay = memoryReplay();
    await refused('mandate-scope', { scope: ['seal.use'], replay });
    expect((await verifyMandate(token, { ...policy, replay })).report.verdict).toBe('valid');
    await refused('token-replayed', { replay });
  });

  it.each<[string, (claims: JsonObject) => JsonObject, string?]>([
    ['of another kind', (claims) => claims, 'JWT'],
    ['with another id outside', (claims) => ({ ...claims, jti: 'another' })],
    ['that end later outside', (claims) => ({ ...claims, exp: (claims.exp as number) + 1 })],
    ['that begin earlier outside', (claims) => ({ ...claims, nbf: 1 })],
    ['with no mandate inside', ({ mandate: _, ...claims }) => claims],
    [
      'with a member that there is not',
      (claims) => ({ ...claims, mandate: { ...(claims.mandate as object), all: true } }),
    ],
  ])('are refused %s', async (_, change, typ = 'gov-mandate+jwt') => {
    const { token } = await issueMandate(DRAFT, own);
    const { report, mandate } = await verifyMandate(await signed(change(readJwt(token).claims), issuer, typ), policy);
    expectOnly(report, 'fail', typ === 'JWT' ? 'token-type-mismatch' : 'token-claim-malformed');
    expect(mandate).toBeUndefined();
  });
});

describe('what a mandate covers', async () => {
  const { mandate, kept } = await issueMandate(DRAFT, options);

  it('is its days in Asia/Shanghai, the last one whole', async () => {
    const on = async (at: string) => (await findings(mandate, { at: new Date(at) }))[0];
    expect(await on('2026-04-30T15:59:59.999Z')).toBe('fail mandate-not-yet-valid');
    expect(await on('2026-04-30T16:00:00Z')).toBe('pass mandate-ok');
    expect(await on('2026-05-31T15:59:59.999Z')).toBe('pass mandate-ok');
    expect(await on('2026-05-31T16:00:00Z')).toBe('fail mandate-expired');
    expect(await on('no time')).toBe('fail mandate-expired');
  });

  it.each<[string, Partial<MandateQuestion>, FindingCode]>([
    ['another scope', { scope: ['seal.use'] }, 'mandate-scope'],
    ['one more scope', { scope: ['license.apply', 'seal.use'] }, 'mandate-scope'],
    ['part of a scope', { scope: ['license'] }, 'mandate-scope'],
    ['nothing in particular', { scope: [] }, 'mandate-scope'],
    ['somebody else', { agent: 'u-1002' }, 'mandate-mismatch'],
    ['the principal himself', { agent: 'o-7' }, 'mandate-mismatch'],
    ['another principal', { principal: 'o-8' }, 'mandate-mismatch'],
    ['an empty register', { store: register() }, 'mandate-mismatch'],
  ])('is not %s', async (_, question, code) => {
    const found = await findings(mandate, question);
    expect(found).toContain(`fail ${code}`);
    expect(found).not.toContain('pass mandate-ok');
  });

  it('is what the register has, word for word', async () => {
    const store = register(kept);
    expect(await findings(mandate, { store, principal: 'o-7' })).toEqual(['pass mandate-ok', 'pass mandate-ok']);
    expect(await findings({ ...mandate, scope: [...mandate.scope, 'seal.use'] }, { store })).toEqual([
      'fail mandate-mismatch',
    ]);
    const shuffled = Object.fromEntries(Object.entries(mandate).reverse()) as Mandate;
    expect(await findings(shuffled, { store })).toEqual(['pass mandate-ok', 'pass mandate-ok']);
    store.revoke(mandate.id);
    expect(await findings(mandate, { store })).toEqual(['pass mandate-ok', 'fail mandate-revoked']);
    store.all.set(mandate.id, { ...kept, mandate: '{}' });
    expect(await findings(mandate, { store })).toEqual(['fail mandate-mismatch']);
  });

  it('is said in a token no larger than it is', () => {
    expect(mandateClaim(mandate)).toEqual({
      id: mandate.id,
      relation: 'agent',
      scope: mandate.scope,
      exp: Date.parse('2026-05-31T16:00:00Z') / 1000,
    });
    expect(mandateClaim(mandate, ['license.read']).scope).toEqual(['license.read']);
    for (const scope of [[], ['seal.use']])
      expect(() => mandateClaim(mandate, scope)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});

describe('mandates that are passed on', async () => {
  const passable = await issueMandate({ ...DRAFT, redelegation: true }, options);
  const clerk = { kind: 'natural-person', id: 'u-2002', name: '李四' } as const;
  const child = (change: Partial<MandateDraft> = {}) =>
    issueMandate({ ...DRAFT, agent: clerk, scope: ['license.apply'], parent: passable.mandate.id, ...change }, options);
  const asked = { agent: 'u-2002' };

  it('count with the one they came from', async () => {
    const { mandate, kept } = await child();
    const store = register(passable.kept, kept);
    expect(await findings(mandate, { ...asked, store })).toEqual(['pass mandate-ok', 'pass mandate-ok']);
    expect(await findings(mandate, asked)).toEqual(['skipped status-not-checked', 'unknown mandate-mismatch']);
    store.revoke(passable.mandate.id);
    expect(await findings(mandate, { ...asked, store })).toContain('fail mandate-revoked');
  });

  it.each<[string, Partial<MandateDraft>, Partial<MandateDraft>]>([
    ['where that was not allowed', { redelegation: false }, {}],
    ['for another principal', {}, { principal: { kind: 'legal-person', id: 'o-8', name: '乙' } }],
    ['for more', {}, { scope: ['license.apply', 'seal.use'] }],
    ['for longer', {}, { to: '2026-06-01' }],
    ['from an earlier day', {}, { from: '2026-04-30' }],
    ['from a role switch', { relation: 'role-switch' }, {}],
    ['from one that has ended', { to: '2026-05-19' }, { to: '2026-05-19' }],
  ])('do not count %s', async (_, above, below) => {
    const parent = await issueMandate(
      { ...DRAFT, redelegation: true, ...above },
      { ...options, at: new Date('2026-05-02T00:00:00Z') },
    );
    const { mandate, kept } = await issueMandate(
      { ...DRAFT, agent: clerk, scope: ['license.apply'], parent: parent.mandate.id, ...below },
      { ...options, at: new Date('2026-05-02T00:00:00Z') },
    );
    const found = await findings(mandate, { ...asked, store: register(parent.kept, kept) });
    expect(found.some((one) => /^fail mandate-(mismatch|expired)$/.test(one))).toBe(true);
  });

  it('do not count without it, nor in a circle, nor more than twice', async () => {
    const { mandate, kept } = await child();
    expect(await findings(mandate, { ...asked, store: register(kept) })).toContain('fail mandate-mismatch');

    const self = readMandate({ ...mandate, redelegation: true, parent: mandate.id });
    const loop = register({ ...kept, mandate: JSON.stringify(self) });
    expect(await findings(self, { ...asked, store: loop })).toContain('fail mandate-mismatch');

    const chain = [passable];
    for (let index = 1; index <= MANDATE_LIMITS.chain; index++)
      chain.push(
        await child({ agent: { ...clerk, id: `u-${index}` }, redelegation: true, parent: chain.at(-1)!.mandate.id }),
      );
    const store = register(...chain.map((one) => one.kept));
    const last = async (index: number) => findings(chain[index]!.mandate, { agent: `u-${index}`, store });
    expect(await last(MANDATE_LIMITS.chain - 1)).toEqual(['pass mandate-ok', 'pass mandate-ok']);
    expect(await last(MANDATE_LIMITS.chain)).toContain('fail mandate-mismatch');
  });
});

describe('a mandate cannot say', () => {
  const whole = { ...DRAFT, schema: 'gov-mandate-1', id: 'mandate-0000000001', redelegation: false };

  it.each<[string, object, string]>([
    ['that somebody acts for himself', { agent: { ...DRAFT.agent, id: 'o-7' } }, 'agent.id not-allowed'],
    ['that a company has a guardian', { relation: 'guardian' }, 'principal not-allowed'],
    [
      'that a company is a guardian',
      { relation: 'guardian', principal: { ...DRAFT.agent, id: 'u-9' }, agent: DRAFT.principal },
      'agent not-allowed',
    ],
    [
      'that a role is switched to a person',
      { relation: 'role-switch', principal: { ...DRAFT.agent, id: 'u-9' } },
      'principal not-allowed',
    ],
    ['a day that there is not', { to: '2026-02-30' }, 'to form'],
    ['no end', { to: '长期' }, 'to form'],
    ['an instant for a day', { from: '2026-05-01T00:00:00Z' }, 'from form'],
    ['an end before its beginning', { to: '2026-04-30' }, 'to too-small'],
    ['more than ten years', { to: '2036-05-08' }, 'to too-large'],
    ['no scope', { scope: [] }, 'scope too-small'],
    ['a scope twice', { scope: ['a', 'a'] }, 'scope not-allowed'],
    ['a scope with a space', { scope: ['a b'] }, 'scope.0 form'],
    ['65 scope values', { scope: Array.from({ length: 65 }, (_, index) => `s${index}`) }, 'scope too-large'],
    ['no purpose', { purpose: '' }, 'purpose too-small'],
    ['a purpose of 501 characters', { purpose: '办'.repeat(501) }, 'purpose too-large'],
    ['a relation that there is not', { relation: 'friend' }, 'relation not-allowed'],
    ['an id of other characters', { id: 'mandate 0000000001' }, 'id form'],
    ['another version', { schema: 'gov-mandate-2' }, 'schema not-allowed'],
    ['perhaps', { redelegation: 'perhaps' }, 'redelegation wrong-type'],
    ['more than there is', { also: 1 }, 'also unknown-field'],
    [
      'that a switched role was passed on',
      { relation: 'role-switch', parent: 'mandate-0000000002' },
      'parent not-allowed',
    ],
  ])('%s', (_, change, found) => {
    try {
      readMandate({ ...whole, ...change });
      expect.unreachable();
    } catch (error) {
      if (!isGovError(error)) throw error;
      expect(error.code).toBe('input-malformed');
      expect(error.issues.map(({ path, code }) => `${path.join('.')} ${code}`)).toEqual([found]);
      expect(error.message).not.toContain('张三');
    }
  });

  it('the last day of ten years, which it can', () => {
    expect(readMandate({ ...whole, to: '2036-05-07' }).to).toBe('2036-05-07');
  });

  it('anything once it has ended', async () => {
    const at = new Date('2026-05-31T16:00:00Z');
    await expect(issueMandate(DRAFT, { ...options, at })).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('what its JSON Schema does not have', () => {
    expect(Object.keys((mandateJsonSchema() as { properties: object }).properties).sort()).toEqual(
      [...Object.keys(whole), 'parent'].sort(),
    );
  });
});

describe('acting', async () => {
  const grant: AccessGrant = {
    subject: { kind: 'natural-person', sub: 'pPerson' },
    clientId: 'city-portal',
    audience: [API],
    scope: ['profile'],
    level: 3,
    authTime: AT,
    sessionId: 's-1',
    thumbprint: 'NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs',
  };
  const identityOf = async (of: AccessGrant): Promise<Identity> => {
    const { thumbprint, ...bearer } = of;
    const policy = { issuers: [sm2.profile], audience: API, at: AT };
    const { identity } = await verifyAccessToken((await issueAccessToken(bearer, options)).token, policy);
    return { ...identity!, claims: { ...identity!.claims, ...(thumbprint && { cnf: { jkt: thumbprint } }) } };
  };
  const login = await identityOf(grant);
  const role = await issueMandate({ ...DRAFT, relation: 'role-switch' }, options);
  const store = register(role.kept);
  const request = {
    login,
    agent: 'u-1001',
    mandate: role.mandate,
    principalSub: 'pCompany',
    scope: ['license.apply'],
    at: AT,
    store,
  };

  it('switches to the company and back, one of the two at a time', async () => {
    const { report, grant: acting } = await actFor(request);
    expect(report.verdict).toBe('valid');
    expect(acting).toEqual({
      ...grant,
      subject: { kind: 'legal-person', sub: 'pCompany' },
      actor: { sub: 'pPerson', sub_kind: 'natural-person' },
      mandate: mandateClaim(role.mandate),
      scope: ['license.apply'],
    });
    const company = await identityOf(acting!);
    expect(company.subject).toEqual({ kind: 'legal-person', sub: 'pCompany' });

    const again = await actFor({ ...request, login: company });
    expectOnly(again.report, 'fail', 'mandate-mismatch', 'mandate-mismatch');
    expect(again.grant).toBeUndefined();

    const back = switchBack(company, ['profile']);
    expect(back).toEqual(grant);
    expect((await identityOf(back)).subject).toEqual(grant.subject);
  });

  it.each<[string, object, FindingCode]>([
    ['for more than the mandate says', { scope: ['seal.use'] }, 'mandate-scope'],
    ['by somebody else', { agent: 'u-1002' }, 'mandate-mismatch'],
    ['after its end', { at: new Date('2026-06-01T00:00:00Z') }, 'mandate-expired'],
    ['before its beginning', { at: new Date('2026-04-01T00:00:00Z') }, 'mandate-not-yet-valid'],
    ['by a login that a program passed on', { login: { ...login, actor: { sub: 'bridge' } } }, 'mandate-mismatch'],
    ['by a company', { login: { ...login, subject: { kind: 'legal-person', sub: 'x' } } }, 'mandate-mismatch'],
    ['with a mandate that nobody keeps', { store: register() }, 'mandate-mismatch'],
  ])('is refused %s', async (_, change, code) => {
    const { report, grant: none } = await actFor({ ...request, ...change });
    expect(report.verdict).toBe('invalid');
    expect(report.findings.filter(({ outcome }) => outcome === 'fail').map((one) => one.code)).toEqual([code]);
    expect(none).toBeUndefined();
  });

  it('is refused once the mandate is revoked, and says where nobody asked', async () => {
    const revoked = register(role.kept);
    revoked.revoke(role.mandate.id);
    expectOnly((await actFor({ ...request, store: revoked })).report, 'fail', 'mandate-revoked');
    const { store: _, ...alone } = request;
    expect((await actFor(alone)).report.unchecked).toEqual(['status-not-checked']);
  });

  it('lets a guardian act for a ward', async () => {
    const ward = { kind: 'natural-person', id: 'u-3003', name: '张小三' } as const;
    const { mandate, kept } = await issueMandate({ ...DRAFT, relation: 'guardian', principal: ward }, options);
    const { grant: acting } = await actFor({ ...request, mandate, principalSub: 'pWard', store: register(kept) });
    const { subject, actor, mandate: said } = await identityOf(acting!);
    expect([subject, actor]).toEqual([
      { kind: 'natural-person', sub: 'pWard' },
      { sub: 'pPerson', sub_kind: 'natural-person' },
    ]);
    expect(said?.relation).toBe('guardian');
  });

  it('goes back only from acting, in person and at home', () => {
    const acting = { ...login, mandate: mandateClaim(role.mandate) };
    for (const wrong of [
      login,
      acting,
      { ...acting, actor: { sub: 'bridge', act: { sub: 'p', sub_kind: 'natural-person' } } } as const,
      { ...acting, actor: { sub: 'p', sub_kind: 'natural-person', iss: 'https://province' } } as const,
      { ...login, actor: { sub: 'p', sub_kind: 'natural-person' } } as const,
    ])
      expect(() => switchBack(wrong, [])).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});

it('revokes a mandate with the tokens that rest upon it, once', async () => {
  const done: unknown[] = [];
  let isThere = true;
  const tx = {
    revokeMandate: async (id: string) => {
      done.push(id);
      return isThere;
    },
    revokeTokens: async (which: object) => {
      done.push(which);
      return [];
    },
  };
  expect(await revokeMandate(tx, 'm-1', AT)).toBe(true);
  expect(done).toEqual(['m-1', { mandateId: 'm-1' }]);
  isThere = false;
  expect(await revokeMandate(tx, 'm-1', AT)).toBe(false);
  expect(done).toHaveLength(3);
});
