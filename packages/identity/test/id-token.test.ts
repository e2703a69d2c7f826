import {
  type AccessTokenPolicy,
  type IdTokenGrant,
  type IdTokenPolicy,
  issueAccessToken,
  issueIdToken,
  verifyAccessToken,
  verifyIdToken,
} from '@gov/identity';
import { sm3, toBase64url } from '@gov/sm';
import { JOSE_DIALECTS } from '@gov/token/dialect';
import type { JsonObject, JsonValue } from '@gov/token/json';
import { publicJwk } from '@gov/token/jwk';
import { fixedKeys } from '@gov/token/key-source';
import type { FindingCode } from '@gov/verdict';
import { importJWK, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { AT, expectOnly, ISSUER, ISSUERS, NOW, signed } from './issuers.js';

const LOGIN: IdTokenGrant = {
  subject: { kind: 'natural-person', sub: 'pPwS1' },
  clientId: 'city-portal',
  nonce: 'n-0S6_WzA2Mj',
  level: 3,
  authTime: new Date((NOW - 30) * 1000),
  sessionId: 's-1',
};

describe.each(ISSUERS)('ID tokens with $name', (issuer) => {
  const options = { issuer: ISSUER, signer: issuer.signer, kid: 'k1', at: AT };
  const policy: IdTokenPolicy = { issuers: [issuer.profile], clientId: 'city-portal', nonce: 'n-0S6_WzA2Mj', at: AT };

  async function changed(change: Readonly<Record<string, JsonValue | undefined>>, typ = 'JWT') {
    const { claims } = await issueIdToken({ ...LOGIN, accessToken: 'token' }, options);
    const all = Object.entries({ ...claims, ...change }).filter(([, value]) => value !== undefined);
    return signed(Object.fromEntries(all) as JsonObject, issuer, typ);
  }

  async function refused(text: string, code: FindingCode, more: Partial<IdTokenPolicy> = {}) {
    const { report, login } = await verifyIdToken(text, { ...policy, ...more });
    const wrong = report.findings.filter(({ outcome }) => outcome === 'fail').map((one) => one.code);
    expect(wrong).toEqual([code]);
    expect(report.verdict).toBe('invalid');
    expect(login).toBeUndefined();
  }

  it('tell of a login', async () => {
    const { token, claims, expiresAt } = await issueIdToken({ ...LOGIN, more: { name_masked: '张*' } }, options);
    const { report, login } = await verifyIdToken(token, { ...policy, maxAgeSeconds: 60, minLevel: 3 });
    expect(report.verdict).toBe('valid');
    expect(login?.all).toEqual(claims);
    expect(login?.level).toBe(3);
    expect(login?.all.name_masked).toBe('张*');
    expect(login?.claims).toMatchObject({ sub: 'pPwS1', sub_kind: 'natural-person', auth_time: NOW - 30, sid: 's-1' });
    expect(expiresAt).toEqual(new Date((NOW + 300) * 1000));
  });

  it.each<[string, Readonly<Record<string, JsonValue | undefined>>, FindingCode]>([
    ['for another application', { aud: 'other' }, 'token-audience-mismatch'],
    ['of another login', { nonce: 'other' }, 'token-nonce-mismatch'],
    ['without the nonce', { nonce: undefined }, 'token-nonce-mismatch'],
    ['with an empty nonce', { nonce: '' }, 'token-claim-malformed'],
    ['issued to another application', { azp: 'other' }, 'token-party-mismatch'],
    ['with an azp that is a list', { azp: ['city-portal'] }, 'token-claim-malformed'],
    ['without sub', { sub: undefined }, 'token-claim-missing'],
    ['without iat', { iat: undefined }, 'token-claim-missing'],
    ['of two acr', { acr: ['a', 'b'] }, 'token-claim-malformed'],
    ['of a login in the time to come', { auth_time: NOW + 61 }, 'token-claim-malformed'],
    [
      'of four actors',
      { act: { sub: 'd', act: { sub: 'c', act: { sub: 'b', act: { sub: 'a' } } } } },
      'token-claim-malformed',
    ],
    ['of a person who acts without a mandate', { act: { sub: 'x', sub_kind: 'natural-person' } }, 'mandate-mismatch'],
    [
      'that is an event',
      { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
      'token-claim-malformed',
    ],
  ])('are refused %s', async (_, change, code) => refused(await changed(change), code));

  it.each(['at+jwt', 'logout+jwt', 'gov-mandate+jwt'])('are not of the kind %s', async (typ) =>
    refused(await changed({}, typ), 'token-type-mismatch'),
  );

  it('are for others too only where those are trusted, and then say to whom they were issued', async () => {
    const aud = ['city-portal', 'tax-portal'];
    await refused(await changed({ aud, azp: 'city-portal' }), 'token-audience-mismatch');
    const trustedAudiences = ['tax-portal'];
    await refused(await changed({ aud }), 'token-party-mismatch', { trustedAudiences });
    await refused(await changed({ aud, azp: 'tax-portal' }), 'token-party-mismatch', { trustedAudiences });
    const text = await changed({ aud, azp: 'city-portal' });
    expect((await verifyIdToken(text, { ...policy, trustedAudiences })).report.verdict).toBe('valid');
    await refused(await changed({ aud: [...aud, 'x'], azp: 'city-portal' }), 'token-audience-mismatch', {
      trustedAudiences,
    });
  });

  it('have no nonce where none was sent', async () => {
    await refused(await changed({}), 'token-nonce-mismatch', { nonce: null });
    const text = await changed({ nonce: undefined });
    expect((await verifyIdToken(text, { ...policy, nonce: null })).report.verdict).toBe('valid');
  });

  it('come with one access token', async () => {
    const { token } = await issueIdToken({ ...LOGIN, accessToken: 'token' }, options);
    expect((await verifyIdToken(token, { ...policy, accessToken: 'token' })).report.verdict).toBe('valid');
    await refused(token, 'token-hash-mismatch', { accessToken: 'tokem' });
    await refused(await changed({ at_hash: undefined }), 'token-claim-missing', { accessToken: 'token' });
    await refused(await changed({ at_hash: 1 }), 'token-claim-malformed', { accessToken: 'token' });
  });

  it('hash the access token with the hash of the signature, the left half of it', async () => {
    const octets = new TextEncoder().encode('token');
    const sha256 = new Uint8Array(await crypto.subtle.digest('SHA-256', octets));
    const hash = issuer.name === 'SM2' ? sm3(octets) : sha256;
    const { claims } = await issueIdToken({ ...LOGIN, accessToken: 'token' }, options);
    expect(claims.at_hash).toBe(toBase64url(hash.slice(0, 16)));
    const other = toBase64url((issuer.name === 'SM2' ? sha256 : sm3(octets)).slice(0, 16));
    await refused(await changed({ at_hash: other }), 'token-hash-mismatch', { accessToken: 'token' });
    await refused(await changed({ at_hash: toBase64url(hash) }), 'token-hash-mismatch', { accessToken: 'token' });
  });

  it('are of a login that is not too old', async () => {
    const { token } = await issueIdToken(LOGIN, options);
    const asked = { maxAgeSeconds: 29, clockSkewSeconds: 0 };
    await refused(token, 'token-login-too-old', asked);
    expect((await verifyIdToken(token, { ...policy, ...asked, maxAgeSeconds: 30 })).report.verdict).toBe('valid');
    await refused(await changed({ auth_time: undefined }), 'token-login-too-old', { maxAgeSeconds: 3600 });
  });

  it('need a known acr only where a level is asked', async () => {
    const text = await changed({ acr: 'urn:province:face' });
    const { report, login } = await verifyIdToken(text, policy);
    expect(report.verdict).toBe('valid');
    expect(report.unchecked).toEqual(['assurance-unknown']);
    expect(login?.claims.acr).toBe('urn:province:face');
    expect(login).not.toHaveProperty('level');
    const asked = await verifyIdToken(text, { ...policy, minLevel: 1 });
    expectOnly(asked.report, 'unknown', 'assurance-unknown');
    expect(asked.login).toBeUndefined();
    await refused(await changed({}), 'assurance-too-low', { minLevel: 4 });
  });

  it('are no access tokens, and access tokens none of them', async () => {
    const { token } = await issueIdToken(LOGIN, options);
    const access: AccessTokenPolicy = { issuers: [issuer.profile], audience: 'city-portal', at: AT };
    const { report } = await verifyAccessToken(token, access);
    expect(report.verdict).toBe('invalid');
    expect(report.findings.map(({ code }) => code)).toContain('token-type-mismatch');
    const grant = { ...LOGIN, audience: ['city-portal'], scope: [] };
    const { nonce: _, more: __, ...rest } = grant;
    const issued = await issueAccessToken(rest, options);
    await refused(issued.token, 'token-type-mismatch', { nonce: null });
  });

  it('say who acts, and end with the mandate', async () => {
    const mandate = { id: 'm-1', relation: 'guardian', scope: ['school.enrol'], exp: NOW + 10 } as const;
    const actor = { sub: 'mother', sub_kind: 'natural-person' } as const;
    const { token, expiresAt } = await issueIdToken({ ...LOGIN, actor, mandate }, options);
    expect(expiresAt).toEqual(new Date((NOW + 10) * 1000));
    const { login } = await verifyIdToken(token, policy);
    expect([login?.claims.act, login?.claims.mandate]).toEqual([actor, mandate]);
    await refused(token, 'mandate-expired', { at: new Date((NOW + 10) * 1000) });
  });

  it.each<[string, Partial<IdTokenGrant>, number?]>([
    ['a claim of its own', { more: { nonce: 'x' } }],
    ['a binding', { more: { cnf: { jkt: 'x' } } }],
    ['the number of a person for a sub', { subject: { kind: 'natural-person', sub: '11010519491231002X' } }],
    ['a level that there is not', { level: 9 }],
    ['an agent without a mandate', { actor: { sub: 'a', sub_kind: 'natural-person' } }],
    ['an empty nonce', { nonce: '' }],
    ['a login after it', { authTime: new Date((NOW + 10) * 1000), clientId: '' }],
    ['a life of no seconds', {}, 0],
    ['a life of a day', {}, 86_400],
  ])('are not issued with %s', async (_, change, lifetimeSeconds = 300) => {
    await expect(issueIdToken({ ...LOGIN, ...change }, { ...options, lifetimeSeconds })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });
});

describe('ID tokens and jose', () => {
  const issuer = ISSUERS.find(({ name }) => name === 'ES256')!;

  it('agree', async () => {
    const options = { issuer: ISSUER, signer: issuer.signer, kid: 'k1', at: AT };
    const { token, claims } = await issueIdToken(LOGIN, options);
    const key = await importJWK({ ...issuer.jwk } as object as Parameters<typeof importJWK>[0], 'ES256');
    const asked = { issuer: ISSUER, audience: 'city-portal', typ: 'JWT', currentDate: AT, maxTokenAge: 300 };
    expect((await jwtVerify(token, key, asked)).payload).toEqual(claims);
  });

  /** The hashes of OpenID Connect Core 3.1.3.6 for every length. */
  it.each([
    ['ES256', 'ECDSA-P256-SHA256', 'SHA-256'],
    ['ES384', 'ECDSA-P384-SHA384', 'SHA-384'],
    ['ES512', 'ECDSA-P521-SHA512', 'SHA-512'],
    ['PS384', 'RSA-PSS-SHA384', 'SHA-384'],
    ['EdDSA', 'Ed25519', 'SHA-512'],
  ] as const)('agree on at_hash with %s', async (alg, algorithm, hash) => {
    const { generateKeyPair } = await import('jose');
    const pair = await generateKeyPair(alg, { extractable: true });
    const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
    const digest = new Uint8Array(await crypto.subtle.digest(hash, new TextEncoder().encode('token')));
    const claims = { iss: ISSUER, sub: 's', aud: 'city-portal', iat: NOW, exp: NOW + 60 };
    const issuers = [{ issuer: ISSUER, keys: fixedKeys([publicJwk(spki, { kid: 'j' })]), algorithms: [algorithm] }];
    const policy = { issuers, clientId: 'city-portal', nonce: null, at: AT, accessToken: 'token' };
    const verdict = async (at_hash: string) => {
      const text = await new SignJWT({ ...claims, at_hash })
        .setProtectedHeader({ alg, kid: 'j', typ: 'JWT' })
        .sign(pair.privateKey);
      return (await verifyIdToken(text, policy)).report.verdict;
    };
    expect(await verdict(toBase64url(digest.slice(0, digest.length / 2)))).toBe('valid');
    expect(await verdict(toBase64url(digest.slice(digest.length / 2)))).toBe('invalid');
  });

  it('may leave typ out only where the dialect of the issuer does', async () => {
    const { token } = await issueIdToken(LOGIN, { issuer: ISSUER, signer: issuer.signer, kid: 'k1', at: AT });
    const policy = { issuers: [issuer.profile], clientId: 'city-portal', nonce: 'n-0S6_WzA2Mj', at: AT, typ: null };
    await expect(verifyIdToken(token, policy)).rejects.toMatchObject({ code: 'invalid-argument' });
    const dialect = JOSE_DIALECTS.get('sm2sm3-empty-id')!;
    const issuers = [{ ...issuer.profile, dialect }];
    expect((await verifyIdToken(token, { ...policy, issuers })).report.verdict).toBe('valid');
  });
});
