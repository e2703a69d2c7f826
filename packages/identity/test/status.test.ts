import {
  type AccessTokenPolicy,
  issueAccessToken,
  TOKEN_STATUS_LIMITS,
  TokenStatusLists,
  type TokenStatusListsOptions,
  verifyAccessToken,
} from '@gov/identity';
import { issueStatusListToken, StatusList } from '@gov/token/status-list';
import { describe, expect, it } from 'vitest';
import { API, AT, expectOnly, ISSUER, ISSUERS, signed } from './issuers.js';

const BASE = `${ISSUER}/status/`;
const URI = `${BASE}1`;

describe.each(ISSUERS)('status by lists signed with $name', (issuer) => {
  const options = { issuer: ISSUER, signer: issuer.signer, kid: 'k1', at: AT };
  const later = (seconds: number): Date => new Date(AT.getTime() + seconds * 1000);
  const policy: AccessTokenPolicy = { issuers: [issuer.profile], audience: API, at: AT };

  const tokenAt = async (index: number, uri = URI, more = {}) => {
    const subject = { kind: 'natural-person', sub: 'p' } as const;
    const grant = { subject, clientId: 'c', audience: [API], scope: [], level: 3, status: { uri, index }, ...more };
    return (await issueAccessToken(grant, { ...options, lifetimeSeconds: 86_400 })).token;
  };

  /** One list at every address, and what was asked. */
  function listsWith(
    list: {
      values?: readonly number[];
      issuedAt?: Date;
      expires?: Date;
      uri?: string;
      by?: typeof issuer;
      format?: 'cwt';
    },
    more: Partial<TokenStatusListsOptions> = {},
  ) {
    const asked: string[] = [];
    const source = new TokenStatusLists({
      issuers: [{ issuer: ISSUER, base: BASE, keys: issuer.profile.keys, algorithms: [issuer.algorithm] }],
      fetch: async (request) => {
        asked.push(request.url);
        const statuses = new StatusList(8, 2);
        for (const [index, value] of (list.values ?? []).entries()) statuses.set(index, value);
        const { signer } = list.by ?? issuer;
        const token = await issueStatusListToken(
          {
            uri: list.uri ?? request.url,
            list: statuses,
            issuedAt: list.issuedAt ?? AT,
            ttl: 43_200,
            ...(list.expires && { expires: list.expires }),
          },
          { signer, kid: 'k1', ...(list.format && { format: list.format }) },
        );
        return new Response(typeof token === 'string' ? token : Uint8Array.from(token));
      },
      ...more,
    });
    return { source, asked };
  }

  it('says what is in force, and asks once', async () => {
    const { source, asked } = listsWith({ values: [0, 1] });
    const { report, identity } = await verifyAccessToken(await tokenAt(0), { ...policy, status: source });
    expect(report.verdict).toBe('valid');
    expect(report.required).toContain('status');
    expect(report.findings.map(({ code }) => code)).toContain('token-in-force');
    expect(identity?.subject.sub).toBe('p');
    const revoked = await verifyAccessToken(await tokenAt(1), { ...policy, status: source });
    expectOnly(revoked.report, 'fail', 'token-revoked');
    expect(revoked.identity).toBeUndefined();
    expect(asked).toEqual([URI]);
  });

  it('refuses what is suspended, and a place that is not there', async () => {
    const { source } = listsWith({ values: [0, 0, 2, 3] });
    const status = { ...policy, status: source };
    expectOnly((await verifyAccessToken(await tokenAt(2), status)).report, 'fail', 'token-revoked');
    expectOnly((await verifyAccessToken(await tokenAt(3), status)).report, 'unknown', 'token-status-unavailable');
    expectOnly((await verifyAccessToken(await tokenAt(8), status)).report, 'fail', 'status-index');
  });

  it.each<[string, Parameters<typeof listsWith>[0], Partial<TokenStatusListsOptions>?]>([
    ['nobody answers', {}, { fetch: async () => new Response('', { status: 503 }) }],
    ['no issuer is known', {}, { issuers: [] }],
    ['somebody else signed', { by: { ...issuer, signer: ISSUERS.find((one) => one !== issuer)!.signer } }],
    ['it is another list', { uri: `${BASE}2` }],
    ['it is a CWT, which nothing here verifies', { format: 'cwt' }],
    ['it is dated ahead', { issuedAt: later(301) }],
    ['it has expired', { issuedAt: later(-60), expires: AT }],
    ['it is old', { issuedAt: later(-TOKEN_STATUS_LIMITS.maxAgeSeconds) }],
    ['it is too old for whoever asks', { issuedAt: later(-60) }, { maxAgeSeconds: 60 }],
  ])('cannot tell where %s', async (_, list, more) => {
    const { source } = listsWith(list, more);
    const { report, identity } = await verifyAccessToken(await tokenAt(0), { ...policy, status: source });
    expectOnly(report, 'unknown', 'token-status-unavailable');
    expect(identity).toBeUndefined();
  });

  it('asks no address but those of the issuer', async () => {
    const { source, asked } = listsWith({});
    for (const uri of [
      'http://169.254.169.254/latest',
      'https://id.example.gov.cn.evil.example/status/1',
      `${ISSUER}/1`,
    ]) {
      const { report } = await verifyAccessToken(await tokenAt(0, uri), { ...policy, status: source });
      expectOnly(report, 'unknown', 'token-status-unavailable');
    }
    expect(asked).toEqual([]);
  });

  it('asks nothing about a token that falls anyway', async () => {
    const { source, asked } = listsWith({ values: [1] });
    const token = await tokenAt(0);
    const [header, payload] = token.split('.');
    const forged = `${header}.${payload}.${'A'.repeat(86)}`;
    for (const [text, more] of [
      [forged, {}],
      [token, { minLevel: 4 }],
      [token, { audience: 'https://other.example.gov.cn' }],
    ] as const) {
      const { report } = await verifyAccessToken(text, { ...policy, status: source, ...more });
      expect(report.verdict).toBe('invalid');
    }
    expect(asked).toEqual([]);
  });

  it('cannot tell of a token without a place, where it is asked', async () => {
    const { source } = listsWith({});
    const grant = {
      subject: { kind: 'natural-person', sub: 'p' },
      clientId: 'c',
      audience: [API],
      scope: [],
      level: 3,
    } as const;
    const { token } = await issueAccessToken(grant, options);
    const { report } = await verifyAccessToken(token, { ...policy, status: source });
    expectOnly(report, 'unknown', 'token-status-unavailable');
  });

  it('is not read as in force where nobody asked', async () => {
    const { report } = await verifyAccessToken(await tokenAt(0), policy);
    expect(report.verdict).toBe('valid');
    expect(report.unchecked).toEqual(['status-not-checked']);
    const forged = await signed(
      { iss: ISSUER, aud: API, exp: AT.getTime() / 1000 + 60, status: 'in force' },
      issuer,
      'at+jwt',
    );
    expect((await verifyAccessToken(forged, policy)).report.verdict).toBe('invalid');
  });
});
