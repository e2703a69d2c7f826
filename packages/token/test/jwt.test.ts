import { generateSm2Key, sm2Signer } from '@gov/sm';
import { JOSE_DIALECTS } from '@gov/token/dialect';
import type { JsonObject } from '@gov/token/json';
import { publicJwk } from '@gov/token/jwk';
import { JWT_LIMITS, jwtFindings, jwtRequired, readJwt, signJwt, verifyJwt } from '@gov/token/jwt';
import { fixedKeys } from '@gov/token/key-source';
import type { Finding } from '@gov/verdict';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  AT,
  AUDIENCE,
  CLAIMS,
  es256,
  forged,
  HEADER,
  INVALID,
  ISSUER,
  judged,
  KID,
  NOW,
  POLICY,
  profile,
  replays,
  signer,
  thrown,
  tokenOf,
  UNKNOWN,
  VALID,
} from './jwt-world.js';

const AT_JWT = { typ: 'at+jwt', kid: KID, signer };

let text: string;
beforeAll(async () => {
  text = await signJwt(CLAIMS, AT_JWT);
});

describe('signJwt and verifyJwt', () => {
  it('writes and reads one token, and the report says how it was judged', async () => {
    const jwt = readJwt(text);
    expect(jwt.jws.header).toEqual(HEADER);
    expect(jwt.claims).toEqual(CLAIMS);
    const { report, claims } = await verifyJwt(text, POLICY);
    expect(claims).toEqual(CLAIMS);
    expect(report.verdict).toBe('valid');
    expect(report.required).toEqual(['format', 'key', 'authenticity', 'authority', 'time']);
    expect(report.subject).toEqual({ issuer: ISSUER, dialect: 'gmt-0125', algorithm: 'SM2-SM3', kid: KID });
    expect(report.findings.map(({ check, outcome, code }) => `${check} ${outcome} ${code}`)).toEqual([
      'format pass format-ok',
      'authority pass token-audience-ok',
      'time pass token-time-ok',
      'key pass token-key-ok',
      'authenticity pass signature-ok',
    ]);
  });

  it('says of whom a report is no more than is known beforehand, apart from the key’s name', async () => {
    const known = { issuer: ISSUER, dialect: 'gmt-0125' };
    for (const [header, claims, subject] of [
      [HEADER, { ...CLAIMS, iss: 'https://nobody.example' }, { kid: KID }],
      [{ ...HEADER, alg: 'ES256' }, CLAIMS, { ...known, kid: KID }],
      [{ ...HEADER, kid: undefined }, CLAIMS, { ...known, algorithm: 'SM2-SM3' }],
    ] as const)
      expect((await verifyJwt(await forged(header, claims), POLICY)).report.subject).toEqual(subject);
  });

  it('gathers all that is wrong, in one order, and hands out nothing', async () => {
    const other = sm2Signer(generateSm2Key());
    const bad = await forged(
      { ...HEADER, typ: 'JWT' },
      { ...CLAIMS, sub: 7, aud: 'x', exp: NOW - 60, iat: NOW + 61, jti: undefined },
      other,
    );
    const result = await verifyJwt(bad, { ...POLICY, demandedClaims: ['jti', 'scope'] });
    expect(
      result.report.findings.map(({ code, detail }) => (detail === undefined ? code : `${code}: ${detail}`)),
    ).toEqual([
      'token-claim-malformed: sub',
      'token-claim-missing: jti',
      'token-claim-missing: scope',
      'token-type-mismatch',
      'token-audience-mismatch',
      'token-claim-malformed: exp is not after nbf and iat',
      'token-expired: at 2026-07-24T03:59:00.000Z',
      'token-issued-later: at 2026-07-24T04:01:01.000Z',
      'token-key-ok',
      'signature-invalid',
    ]);
    expect('claims' in result).toBe(false);
  });

  it('round-trips any claims that are JSON', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ maxLength: 20 }), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 8 }),
        async (more) => {
          const claims = { ...(JSON.parse(JSON.stringify(more)) as JsonObject), ...CLAIMS };
          fc.pre(!Object.hasOwn(claims, 'cnf') && !Object.hasOwn(claims, 'nbf'));
          expect(await judged(await signJwt(claims, AT_JWT))).toEqual(VALID(claims));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('is not valid with any one character changed, taken out or put in', async () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ \n\0é';
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length - 1),
        fc.constantFrom(...alphabet),
        fc.constantFrom('change', 'insert', 'remove'),
        async (at, character, way) => {
          const rest = text.slice(way === 'insert' ? at : at + 1);
          const changed = `${text.slice(0, at)}${way === 'remove' ? '' : character}${rest}`;
          fc.pre(changed !== text);
          const answer = await judged(changed).catch((error: { code?: string }) => error.code);
          expect(answer).not.toMatchObject({ verdict: 'valid' });
          if (typeof answer === 'string') expect(answer).toBe('jwt-malformed');
          else expect(answer).not.toHaveProperty('claims');
        },
      ),
      { numRuns: 500 },
    );
  });

  it('verifies other algorithms where the profile names them', async () => {
    const other = await es256();
    const token = await signJwt(CLAIMS, { ...AT_JWT, signer: other.signer });
    const own = { issuer: ISSUER, keys: fixedKeys([other.jwk]) };
    expect(await judged(token, { issuers: [{ ...own, algorithms: ['ECDSA-P256-SHA256'] }] })).toEqual(VALID(CLAIMS));
    expect(await judged(token, { issuers: [own] })).toEqual(INVALID('token-algorithm-refused'));
  });
});

describe('signJwt does not write', () => {
  it.each([
    ['no iss', { iss: undefined }],
    ['no aud', { aud: undefined }],
    ['no exp', { exp: undefined }],
    ['an exp of null', { exp: null }],
    ['an exp that is a text', { exp: `${NOW}` }],
    ['an exp that is no number', { exp: Number.NaN }],
    ['an endless exp', { exp: Number.POSITIVE_INFINITY }],
    ['an exp in milliseconds', { exp: AT.getTime() }],
    ['an iat before 1970', { iat: -1 }],
    ['an empty sub', { sub: '' }],
    ['a sub too long', { sub: 'x'.repeat(JWT_LIMITS.textCharacters + 1) }],
    ['a jti with a line break', { jti: 'a\nb' }],
    ['an empty audience', { aud: [] }],
    ['a claim that is no number', { x: [{ y: Number.NaN }] }],
    ['a claim of undefined', { x: [undefined] }],
    ['a claim that is a function', { x: () => 1 }],
    ['a claim of more digits', { x: 1n }],
    ['too many values', { x: Array.from({ length: JWT_LIMITS.claims }, () => 1) }],
    ['values too deep', { x: JSON.parse(`${'['.repeat(JWT_LIMITS.depth)}${']'.repeat(JWT_LIMITS.depth)}`) }],
    ['claims too long', { x: 'x'.repeat(JWT_LIMITS.characters) }],
  ])('%s', async (_what, claims) => {
    expect(await thrown(() => signJwt({ ...CLAIMS, ...claims } as unknown as JsonObject, AT_JWT))).toBe(
      'invalid-argument',
    );
  });

  it.each([
    ['no typ', { typ: '' }],
    ['no kid', { kid: '' }],
    ['a kid too long', { kid: 'x'.repeat(JWT_LIMITS.textCharacters + 1) }],
    ['a kid with U+0000', { kid: 'a\0' }],
  ])('%s', async (_what, options) => {
    expect(await thrown(() => signJwt(CLAIMS, { ...AT_JWT, ...options }))).toBe('invalid-argument');
  });
});

describe('limits', () => {
  it('reads what is just within them, and nothing beyond', async () => {
    // iss, sub, aud, jti, iat, exp, the object and the array of n values.
    const values = JWT_LIMITS.claims - 8;
    const within = { ...CLAIMS, x: Array.from({ length: values }, () => 1) };
    expect(await judged(await signJwt(within, AT_JWT))).toEqual(VALID(within));
    expect(await thrown(() => signJwt({ ...within, x: [...within.x, 1] }, AT_JWT))).toBe('invalid-argument');
    const beyond = await tokenOf({ x: [...within.x, 1] });
    expect(await thrown(() => readJwt(beyond))).toBe('jwt-malformed');
    expect(readJwt(beyond, { claims: JWT_LIMITS.claims + 1 }).claims.x).toHaveLength(values + 1);

    const nested = (levels: number) => JSON.parse(`${'['.repeat(levels)}${']'.repeat(levels)}`) as JsonObject[];
    const deep = { ...CLAIMS, x: nested(JWT_LIMITS.depth - 1) };
    expect(await judged(await signJwt(deep, AT_JWT))).toEqual(VALID(deep));
    expect(await thrown(async () => readJwt(await tokenOf({ x: nested(JWT_LIMITS.depth) })))).toBe('jwt-malformed');

    const name = 'x'.repeat(JWT_LIMITS.textCharacters);
    const long = { ...CLAIMS, sub: name, aud: Array.from({ length: JWT_LIMITS.audiences }, () => AUDIENCE) };
    expect(await judged(await signJwt(long, AT_JWT))).toEqual(VALID(long));
    expect(await judged(await tokenOf({ sub: `${name}x` }))).toEqual(INVALID('token-claim-malformed'));
    expect(await judged(await tokenOf({ aud: [...long.aud, AUDIENCE] }))).toEqual(INVALID('token-claim-malformed'));
  });

  it('counts characters before anything is done', async () => {
    const empty = (await tokenOf({ x: '' })).length;
    let fitting = '';
    for (let more = Math.floor(((JWT_LIMITS.characters - empty) * 3) / 4); ; more++) {
      const next = await tokenOf({ x: 'x'.repeat(more) });
      if (next.length > JWT_LIMITS.characters) {
        expect(next.length).toBeLessThanOrEqual(JWT_LIMITS.characters + 2);
        expect(await thrown(() => readJwt(next))).toBe('input-too-large');
        break;
      }
      fitting = next;
    }
    expect((await judged(fitting)).verdict).toBe('valid');
    // A text that is too long is not even looked at.
    expect(await thrown(() => readJwt('.'.repeat(JWT_LIMITS.characters + 1)))).toBe('input-too-large');
    expect(await thrown(() => readJwt('.'.repeat(JWT_LIMITS.characters)))).toBe('jwt-malformed');
    expect(await thrown(() => readJwt(text, { characters: text.length - 1 }))).toBe('input-too-large');
    expect(readJwt(text, { characters: text.length }).claims).toEqual(CLAIMS);
  });

  it('bounds the header', async () => {
    const header = (octets: number): object => {
      const bare = Buffer.from(JSON.stringify({ ...HEADER, x: '' })).length;
      return { ...HEADER, x: 'x'.repeat(octets - bare) };
    };
    expect((await judged(await forged(header(JWT_LIMITS.headerBytes), CLAIMS))).verdict).toBe('valid');
    const beyond = await forged(header(JWT_LIMITS.headerBytes + 1), CLAIMS);
    expect(await thrown(() => readJwt(beyond))).toBe('jwt-malformed');
  });
});

describe('the kind of token', () => {
  it.each(['at+jwt', 'AT+JWT', 'application/at+jwt', 'Application/AT+jwt'])('%s is at+jwt', async (typ) => {
    expect((await judged(await tokenOf({}, { typ }))).verdict).toBe('valid');
    expect((await judged(text, { typ })).verdict).toBe('valid');
  });

  it.each([
    undefined,
    'JWT',
    'jwt',
    'dpop+jwt',
    'logout+jwt',
    'at+jwt ',
    ' at+jwt',
    'at+jwt;v=1',
    'at+jwt\0',
    'application/application/at+jwt',
    'text/at+jwt',
    '/at+jwt',
    'application/',
    '',
  ])('%j is not at+jwt', async (typ) => {
    expect(await judged(await tokenOf({}, { typ }))).toEqual(INVALID('token-type-mismatch'));
  });

  it('folds the case of ASCII letters only', async () => {
    // The Kelvin sign is k to toLowerCase.
    expect(await judged(await tokenOf({}, { typ: 'to\u212aen+jwt' }), { typ: 'token+jwt' })).toEqual(
      INVALID('token-type-mismatch'),
    );
  });

  it('may be open only where the dialect leaves it open, and then says nothing, or JWT', async () => {
    const dialect = JOSE_DIALECTS.get('sm2sm3-empty-id')!;
    expect(await thrown(() => judged(text, { typ: null }))).toBe('invalid-argument');
    const issuers = [{ ...profile, algorithms: ['ECDSA-P256-SHA256'] as const, dialect }];
    const other = await es256();
    const own = [{ ...issuers[0]!, keys: fixedKeys([other.jwk]) }];
    const header = { alg: 'ES256', kid: KID };
    for (const more of [{}, { typ: 'JWT' }, { cty: 'JWT' }])
      expect(
        (await judged(await forged({ ...header, ...more }, CLAIMS, other.signer), { typ: null, issuers: own })).verdict,
      ).toBe('valid');
    for (const more of [{ typ: 'at+jwt' }, { typ: 'logout+jwt' }, { typ: '' }, { cty: 'at+jwt' }])
      expect(
        await judged(await forged({ ...header, ...more }, CLAIMS, other.signer), { typ: null, issuers: own }),
      ).toEqual(INVALID('token-type-mismatch'));
    // Who demands a kind gets it, of whatever dialect.
    expect(await judged(await forged(header, CLAIMS, other.signer), { issuers: own })).toEqual(
      INVALID('token-type-mismatch'),
    );
  });
});

describe('times', () => {
  it.each([
    // clock skew 60 s on both sides; exp is the first moment at which it has ended
    ['exp', -60, 'token-expired'],
    ['exp', -59.999, undefined],
    ['nbf', 60, undefined],
    ['nbf', 60.001, 'token-not-yet-valid'],
    ['iat', 60, undefined],
    ['iat', 60.001, 'token-issued-later'],
  ])('%s %d s from now: %s', async (claim, seconds, code) => {
    const claims = { exp: NOW + 290, iat: NOW - 100, nbf: undefined, [claim]: NOW + seconds };
    const answer = await judged(await tokenOf(claims));
    expect(answer.codes).toEqual(code === undefined ? [] : [code]);
    expect(answer.verdict).toBe(code === undefined ? 'valid' : 'invalid');
  });

  it('takes the skew that it is given', async () => {
    const expired = await tokenOf({ exp: NOW - 1, iat: NOW - 100 });
    expect((await judged(expired, { clockSkewSeconds: 0 })).codes).toEqual(['token-expired']);
    expect((await judged(expired, { clockSkewSeconds: 1 })).codes).toEqual(['token-expired']);
    expect((await judged(expired, { clockSkewSeconds: 2 })).codes).toEqual([]);
    expect((await judged(expired, { clockSkewSeconds: 300 })).codes).toEqual([]);
    expect((await judged(await tokenOf({ exp: NOW, iat: NOW - 1 }), { clockSkewSeconds: 0 })).codes).toEqual([
      'token-expired',
    ]);
  });

  it.each([
    [{ nbf: NOW + 290 }, ['token-claim-malformed', 'token-not-yet-valid']],
    [{ iat: NOW + 30, exp: NOW + 30 }, ['token-claim-malformed']],
    [{ exp: NOW - 20 }, ['token-claim-malformed']],
  ])('%j begins when it has ended', async (claims, codes) => {
    expect((await judged(await tokenOf(claims))).codes).toEqual(codes);
  });

  it('bounds the lifetime, for which iat is demanded', async () => {
    expect((await judged(text, { maxLifetimeSeconds: 300 })).verdict).toBe('valid');
    expect(await judged(text, { maxLifetimeSeconds: 299 })).toEqual(INVALID('token-lifetime-too-long'));
    expect(await judged(await tokenOf({ iat: undefined }), { maxLifetimeSeconds: 300 })).toEqual(
      INVALID('token-claim-missing'),
    );
    expect((await judged(await tokenOf({ iat: undefined }))).verdict).toBe('valid');
    expect(await judged(text, { maxLifetimeSeconds: Number.NaN })).toEqual(INVALID('token-lifetime-too-long'));
  });

  it('takes the last second that there is, and remembers its use until then', async () => {
    const ends: Date[] = [];
    const replay = { firstUse: async (_scope: string, _id: string, until: Date) => ends.push(until) > 0 };
    const last = await tokenOf({ exp: 253_402_300_799, jti: 'j' });
    expect((await judged(last, { replay })).verdict).toBe('valid');
    // Stores keep years of four digits.
    expect(ends.map((end) => end.toISOString())).toEqual(['9999-12-31T23:59:59.000Z']);
  });

  it.each([
    ['a text', `${NOW + 290}`],
    ['NaN as text', 'NaN'],
    ['null', null],
    ['true', true],
    ['an array', [NOW + 290]],
    ['an object', { valueOf: NOW + 290 }],
    ['milliseconds', (NOW + 290) * 1000],
    ['just after the year 9999', 253_402_300_800],
    ['before 1970', -1],
  ])('takes no time that is %s', async (_what, value) => {
    expect(await judged(await tokenOf({ exp: value }))).toEqual(INVALID('token-claim-malformed'));
    expect(await judged(await tokenOf({ nbf: value }))).toEqual(INVALID('token-claim-malformed'));
    expect(await judged(await tokenOf({ iat: value }))).toEqual(INVALID('token-claim-malformed'));
  });

  it('takes the last second of the year 9999', async () => {
    expect((await judged(await tokenOf({ exp: 253_402_300_799 }))).verdict).toBe('valid');
  });
});

describe('first use', () => {
  it('is asked once all else passed, and is an answer that is required', async () => {
    const replay = replays();
    const first = await verifyJwt(text, { ...POLICY, replay });
    expect(first.report.verdict).toBe('valid');
    expect(first.report.required).toContain('replay');
    expect(first.report.findings.at(-1)).toMatchObject({ check: 'replay', outcome: 'pass', code: 'token-first-use' });
    expect(await judged(text, { replay })).toEqual(INVALID('token-replayed'));
    expect(replay.asked[0]).toEqual({
      scope: `at+jwt ${ISSUER}`,
      id: 'j1',
      // With the skew it would still pass until then.
      until: new Date((CLAIMS.exp + 60) * 1000),
    });
  });

  it('is not burnt by a token that fails for another reason', async () => {
    const replay = replays();
    const stranger = sm2Signer(generateSm2Key());
    for (const bad of [
      forged(HEADER, CLAIMS, stranger),
      tokenOf({ aud: 'x' }),
      tokenOf({ exp: NOW - 100 }),
      tokenOf({ sub: 7 }),
      tokenOf({}, { typ: 'JWT' }),
      tokenOf({}, { kid: 'other' }),
      tokenOf({ iss: 'https://other.example' }),
      tokenOf({ cnf: { jkt: 'x' } }),
    ])
      expect((await judged(await bad, { replay })).verdict).not.toBe('valid');
    expect(replay.asked).toEqual([]);
  });

  it('is asked in a scope that stores take, and that is the issuer’s own, however long its name', async () => {
    const used = async (issuer: string) => {
      const replay = replays();
      const issuers = [{ ...POLICY.issuers[0]!, issuer }];
      const { report } = await verifyJwt(await tokenOf({ iss: issuer }), { ...POLICY, issuers, replay });
      expect(report.verdict).toBe('valid');
      return replay.asked[0]!.scope;
    };
    const name = (characters: number, last: string): string => `https://${'a'.repeat(characters - 9)}${last}`;
    const longest = 256 - 'at+jwt '.length;
    expect(await used(name(longest, 'x'))).toBe(`at+jwt ${name(longest, 'x')}`);
    const scopes = await Promise.all(
      [longest + 1, 256].flatMap((length) => [used(name(length, 'x')), used(name(length, 'y'))]),
    );
    expect(new Set(scopes).size).toBe(4);
    for (const scope of scopes) expect(scope).toMatch(/^sm3:[\w-]{43}$/);
  });

  it('demands jti', async () => {
    const replay = replays();
    for (const jti of [undefined, '', 7, null])
      expect((await judged(await tokenOf({ jti }), { replay })).verdict).toBe('invalid');
    expect(replay.asked).toEqual([]);
  });
});

describe('jwtFindings', () => {
  const jwt = () => readJwt(text);

  it('asks for further findings before the first use, and shows what was found so far', async () => {
    const replay = replays();
    const bad: Finding = { check: 'status', outcome: 'fail', code: 'status-revoked' };
    const seen: string[] = [];
    const findings = await jwtFindings(
      jwt(),
      { ...POLICY, replay },
      {
        required: ['status'],
        findings: async (before) => {
          seen.push(...before.map(({ code }) => code));
          return [bad];
        },
      },
    );
    expect(seen).toContain('signature-ok');
    expect(findings.at(-1)).toEqual(bad);
    expect(replay.asked).toEqual([]);
  });

  it('does not ask for the first use while a required check is open', async () => {
    const replay = replays();
    await jwtFindings(jwt(), { ...POLICY, replay }, { required: ['status'], findings: async () => [] });
    expect(replay.asked).toEqual([]);
    await jwtFindings(jwt(), { ...POLICY, replay }, { required: ['replay'], findings: async () => [] });
    expect(replay.asked).toHaveLength(1);
  });

  it('a token that is bound to a key is not valid without a proof', async () => {
    for (const cnf of [{ jkt: 'x' }, {}, null, 'x']) {
      const bound = await tokenOf({ cnf });
      expect(await judged(bound)).toEqual(UNKNOWN('token-binding-missing'));
      expect(jwtRequired(readJwt(bound), POLICY)).toContain('binding');
    }
  });
});

describe('a policy that contradicts itself', () => {
  it.each([
    ['a skew beyond 300 s', { clockSkewSeconds: 301 }],
    ['a negative skew', { clockSkewSeconds: -1 }],
    ['a skew that is no number', { clockSkewSeconds: Number.NaN }],
    ['no audience', { audience: '' }],
    ['no time', { at: new Date(Number.NaN) }],
    ['an issuer twice', { issuers: [profile, profile] }],
  ])('%s', async (_what, policy) => {
    expect(await thrown(() => judged(text, policy))).toBe('invalid-argument');
  });
});

describe('keys', () => {
  it('of an issuer that has none of that name, or cannot be reached, or is not known: never valid', async () => {
    expect(await judged(await tokenOf({}, { kid: 'other' }))).toEqual(UNKNOWN('token-key-unknown'));
    expect(await judged(await tokenOf({ iss: 'https://other.example' }))).toEqual(UNKNOWN('token-issuer-unknown'));
    const keys = { find: async () => ({ outcome: 'unavailable', detail: 'no answer' }) as const };
    expect(await judged(text, { issuers: [{ issuer: ISSUER, keys }] })).toEqual(UNKNOWN('token-key-unavailable'));
  });

  it('without a kid only where just one fits', async () => {
    const bare = await tokenOf({}, { kid: undefined });
    expect((await judged(bare)).verdict).toBe('valid');
    const second = publicJwk(sm2Signer(generateSm2Key()).publicKey, { kid: '2' });
    const keys = fixedKeys([publicJwk(signer.publicKey, { kid: KID }), second]);
    expect(await judged(bare, { issuers: [{ issuer: ISSUER, keys }] })).toEqual(UNKNOWN('token-key-unknown'));
  });

  it('takes no verifier of another algorithm, whoever hands it out', async () => {
    const verifier = { algorithm: 'HMAC-SM3', verify: async () => true } as const;
    const keys = { find: async () => ({ outcome: 'found', verifier }) as const };
    expect(await judged(text, { issuers: [{ issuer: ISSUER, keys }] })).toEqual(UNKNOWN('token-key-unknown'));
  });
});
