/** What holds for every grant, and what no claims do. */
import {
  type AccessGrant,
  issueAccessToken,
  issueIdToken,
  MANDATE_RELATIONS,
  type MandateRelation,
  readAssuranceTable,
  readMandate,
  readSubject,
  SUBJECT_KINDS,
  verifyAccessToken,
  verifyIdToken,
} from '@gov/identity';
import { toBase64url } from '@gov/sm';
import type { JsonObject, JsonValue } from '@gov/token/json';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { API, AT, ISSUER, ISSUERS, NOW, signed } from './issuers.js';

const runs = process.env.SLOW === undefined ? 300 : 20_000;
const sub = fc
  .string({ unit: fc.constantFrom('a', 'Z', '0', '-', '_', '张'), minLength: 1, maxLength: 43 })
  .map((text) => `p${text}`);
const scope = fc.uniqueArray(fc.constantFrom('openid', 'license.read', 'license.apply', 'a:b/c'), { maxLength: 4 });

const grants: fc.Arbitrary<AccessGrant> = fc
  .record({
    subject: fc.record({ kind: fc.constantFrom(...SUBJECT_KINDS), sub }),
    clientId: sub,
    more: fc.uniqueArray(sub, { maxLength: 3 }),
    scope,
    level: fc.integer({ min: 1, max: 4 }),
    authTime: fc.option(fc.integer({ min: NOW - 10_000, max: NOW }), { nil: undefined }),
    sessionId: fc.option(sub, { nil: undefined }),
    agent: fc.option(sub, { nil: undefined }),
    bridge: fc.option(sub, { nil: undefined }),
    exp: fc.integer({ min: NOW + 1, max: NOW + 5000 }),
  })
  .map(({ more, authTime, sessionId, agent, bridge, exp, ...rest }) => {
    const person = agent === undefined ? undefined : ({ sub: `agent-${agent}`, sub_kind: 'natural-person' } as const);
    const actor = bridge === undefined ? person : { sub: bridge, ...(person && { act: person }) };
    return {
      ...rest,
      audience: [API, ...more],
      ...(authTime !== undefined && { authTime: new Date(authTime * 1000) }),
      ...(sessionId !== undefined && { sessionId }),
      ...(actor && { actor }),
      ...(person && { mandate: { id: 'm-1', relation: 'agent', scope: ['more', ...rest.scope], exp } as const }),
    };
  });

describe.each(ISSUERS)('every grant, signed with $name', (issuer) => {
  const options = { issuer: ISSUER, signer: issuer.signer, kid: 'k1', at: AT };
  const policy = { issuers: [issuer.profile], audience: API, at: AT };

  it('comes back as the identity', async () => {
    await fc.assert(
      fc.asyncProperty(grants, async (grant) => {
        const { token, tokenId, expiresAt } = await issueAccessToken(grant, options);
        const { report, identity } = await verifyAccessToken(token, policy);
        expect(report.verdict).toBe('valid');
        const { subject, clientId, audience, scope: granted, level, authTime, sessionId, actor, mandate } = identity!;
        const back = {
          subject,
          clientId,
          audience,
          scope: granted,
          level,
          ...(authTime && { authTime }),
          ...(sessionId && { sessionId }),
          ...(actor && { actor }),
          ...(mandate && { mandate }),
        };
        expect(back).toEqual(grant);
        expect([identity!.tokenId, identity!.expiresAt]).toEqual([tokenId, expiresAt]);
        expect(expiresAt.getTime()).toBeLessThanOrEqual((mandate?.exp ?? Number.POSITIVE_INFINITY) * 1000);
      }),
      { numRuns: Math.ceil(runs / 3) },
    );
  });

  it('verifies with no octet changed', async () => {
    const subject = { kind: 'natural-person', sub: 'p' } as const;
    const { token } = await issueAccessToken({ subject, clientId: 'c', audience: [API], scope: [], level: 1 }, options);
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...'Aa0_-.=%'), async (at, character) => {
        const changed = token.slice(0, at) + character + token.slice(at + 1);
        if (changed === token) return;
        try {
          const { report, identity } = await verifyAccessToken(changed, policy);
          expect(report.verdict).not.toBe('valid');
          expect(identity).toBeUndefined();
        } catch (error) {
          if (!isGovError(error)) throw error;
          expect(['jwt-malformed', 'input-too-large']).toContain(error.code);
        }
      }),
      { numRuns: runs },
    );
  });
});

/** Claims that are almost right: any of them replaced by any JSON. */
const NAMES = [
  'sub',
  'sub_kind',
  'aud',
  'client_id',
  'jti',
  'iat',
  'exp',
  'scope',
  'acr',
  'auth_time',
  'sid',
  'act',
  'mandate',
  'cnf',
  'status',
  'nonce',
  'azp',
  'at_hash',
  'events',
];
const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  fc.record(
    { sub, sub_kind: fc.constantFrom<string>(...SUBJECT_KINDS, 'x'), act: fc.jsonValue({ maxDepth: 2 }) },
    { requiredKeys: [] },
  ),
  fc.record({
    id: sub,
    relation: fc.constantFrom<MandateRelation | 'x'>(...MANDATE_RELATIONS, 'x'),
    scope,
    exp: fc.constantFrom(NOW - 1, NOW, NOW + 60, NOW + 600, 1e300),
  }),
  fc.record({ jkt: fc.string() }, { requiredKeys: [] }),
) as fc.Arbitrary<JsonValue>;

it('whatever claims are signed, only good ones are handed out, and nothing but a report comes', async () => {
  const issuer = ISSUERS[0]!;
  const base: JsonObject = {
    iss: ISSUER,
    sub: 'p',
    sub_kind: 'legal-person',
    aud: API,
    client_id: 'c',
    jti: 'j',
    iat: NOW,
    exp: NOW + 60,
    acr: 'urn:gov:assurance:1',
  };
  const policy = { issuers: [issuer.profile], at: AT };
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.constantFrom(...NAMES), odd, { maxKeys: 4 }), async (change) => {
      const text = await unsafelySigned({ ...base, ...change });
      const { report, identity } = await verifyAccessToken(text, { ...policy, audience: API });
      expect(identity !== undefined).toBe(report.verdict === 'valid');
      if (identity !== undefined) {
        expect([1, 2, 3, 4]).toContain(identity.level);
        expect(typeof identity.subject.sub).toBe('string');
        expect(Object.hasOwn(identity.claims, 'cnf')).toBe(false);
        if (identity.mandate !== undefined) {
          expect(identity.mandate.exp).toBeGreaterThan(NOW);
          expect(identity.scope.filter((value) => !identity.mandate!.scope.includes(value))).toEqual([]);
        }
      }
      const login = await verifyIdToken(text, { ...policy, clientId: API, nonce: null, accessToken: 't' });
      expect(login.login).toBeUndefined();
    }),
    { numRuns: runs * 2 },
  );

  /** As `signJwt`, without its care. */
  async function unsafelySigned(claims: JsonObject): Promise<string> {
    const part = (value: JsonObject) => toBase64url(new TextEncoder().encode(JSON.stringify(value)));
    const alg = issuer.name === 'SM2' ? 'SGD_SM3_SM2' : 'ES256';
    const input = `${part({ typ: 'at+jwt', alg, kid: 'k1' })}.${part(claims)}`;
    return `${input}.${toBase64url(await issuer.signer.sign(new TextEncoder().encode(input)))}`;
  }
});

it('whatever is read for a mandate, a subject or a table, nothing but a GovError comes', () => {
  const party = fc.record({ kind: fc.constantFrom(...SUBJECT_KINDS), id: sub, name: sub });
  const almost = fc.record(
    {
      schema: fc.constant('gov-mandate-1'),
      id: fc.constant('mandate-0000000001'),
      principal: party,
      agent: fc.oneof(party, fc.jsonValue()),
      relation: fc.constantFrom(...MANDATE_RELATIONS),
      scope: fc.oneof(scope, fc.jsonValue()),
      from: fc.constantFrom('2026-05-01', '2026-02-30', '0000-00-00'),
      to: fc.oneof(fc.constantFrom('2026-05-31', '2026-13-01'), fc.jsonValue()),
      purpose: fc.string(),
      redelegation: fc.boolean(),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.oneof(almost, fc.jsonValue()), (value) => {
      for (const read of [readMandate, readSubject, readAssuranceTable])
        try {
          // What was read is read again as it is.
          const first = read(value);
          expect(read(JSON.parse(JSON.stringify(first)))).toEqual(first);
        } catch (error) {
          if (!isGovError(error)) throw error;
          expect(error.code).toBe('input-malformed');
          expect(error.issues.length).toBeGreaterThan(0);
        }
    }),
    { numRuns: runs * 3 },
  );
});

it('an ID token says of a person what was asked, and an access token nothing', async () => {
  const issuer = ISSUERS[0]!;
  const options = { issuer: ISSUER, signer: issuer.signer, kid: 'k1', at: AT };
  await fc.assert(
    fc.asyncProperty(grants, async (grant) => {
      const { claims } = await issueAccessToken(grant, options);
      expect(JSON.stringify(claims)).not.toMatch(/"name"|"document/);
    }),
    { numRuns: 20 },
  );
  const subject = { kind: 'natural-person', sub: 'p' } as const;
  const more = { name: '张三' };
  const { token } = await issueIdToken({ subject, clientId: 'c', level: 1, authTime: AT, more }, options);
  const { login } = await verifyIdToken(token, { issuers: [issuer.profile], clientId: 'c', nonce: null, at: AT });
  expect(login?.all.name).toBe('张三');
  expect(await signed(login!.all, issuer, 'JWT')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
});
