import {
  CLIENT_ASSERTION_TYP,
  CLIENT_ASSERTION_TYPE,
  clientAssertionForm,
  privateKeyJwt,
  verifyClientAssertion,
} from '@gov/identity/client-authentication';
import { generateSm2Key, type Signer, sm2Signer, toBase64url } from '@gov/sm';
import { memoryStore } from '@gov/store/memory';
import type { JsonObject } from '@gov/token/json';
import { signJws } from '@gov/token/jws';
import { readJwt, signJwt } from '@gov/token/jwt';
import type { ReplayStore } from '@gov/token/one-time';
import { type FindingCode, GovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { party } from './exchange-world.js';
import { AT, es256Signer, memoryReplay, NOW } from './issuers.js';

const AUDIENCE = 'https://id.example.gov.cn';
const CLIENT = 'city-portal';
const REQUEST = new Request(`${AUDIENCE}/token`, { method: 'POST' });

const sm2 = party();
const es256 = party(await es256Signer());
const stranger = sm2Signer(generateSm2Key());

const clients = async (clientId: string) => {
  if (clientId === CLIENT) return { keys: sm2.keys };
  return clientId === 'es256' ? { keys: es256.keys } : undefined;
};

const CLAIMS = { iss: CLIENT, sub: CLIENT, aud: AUDIENCE, jti: 'j', iat: NOW, exp: NOW + 60 };

const assertion = (claims: JsonObject = {}, signer: Signer = sm2.signer, typ = CLIENT_ASSERTION_TYP, kid = 'k1') =>
  signJwt({ ...CLAIMS, ...claims }, { typ, kid, signer });

/** As some libraries make it: with no typ in its header. */
async function bareAssertion(): Promise<string> {
  const part = (value: object): string => toBase64url(new TextEncoder().encode(JSON.stringify(value)));
  const signed = `${part({ alg: 'SGD_SM3_SM2', kid: 'k1' })}.${part(CLAIMS)}`;
  return `${signed}.${toBase64url(await sm2.signer.sign(new TextEncoder().encode(signed)))}`;
}

const formOf = (text: string, more: Readonly<Record<string, string>> = {}) =>
  new URLSearchParams({ client_assertion_type: CLIENT_ASSERTION_TYPE, client_assertion: text, ...more });

const authenticate = (
  form: URLSearchParams,
  {
    request = REQUEST,
    at = AT,
    replay = memoryReplay(),
  }: { readonly request?: Request; readonly at?: Date; readonly replay?: ReplayStore } = {},
) => privateKeyJwt({ clients, audience: AUDIENCE, replay }).authenticate(request, form, at);

async function codes(text: string, at = AT): Promise<readonly FindingCode[]> {
  const replay = memoryReplay();
  const { report, clientId } = await verifyClientAssertion(text, { clients, audience: AUDIENCE, at, replay });
  expect(clientId).toBe(report.verdict === 'valid' ? CLIENT : undefined);
  // An assertion that is not good uses nothing up.
  expect(replay.seen.size).toBe(report.verdict === 'valid' ? 1 : 0);
  return report.findings.filter(({ outcome }) => outcome !== 'pass').map(({ code }) => code);
}

describe('an application', () => {
  it('proves itself with SM2, or ES256', async () => {
    const options = { audience: AUDIENCE, at: AT };
    const form = await clientAssertionForm({ clientId: CLIENT, ...options }, { kid: 'k1', signer: sm2.signer });
    expect(await authenticate(form)).toEqual({ clientId: CLIENT });
    const other = await clientAssertionForm({ clientId: 'es256', ...options }, { kid: 'k1', signer: es256.signer });
    expect(await authenticate(other)).toEqual({ clientId: 'es256' });
  });

  it('may leave typ at JWT, or out, and needs not repeat its name', async () => {
    expect(await authenticate(formOf(await assertion({}, sm2.signer, 'JWT')))).toEqual({ clientId: CLIENT });
    const bare = await bareAssertion();
    expect(await authenticate(formOf(bare))).toEqual({ clientId: CLIENT });
  });

  it('shows an assertion once, however it asks', async () => {
    const replay = memoryReplay();
    const text = await assertion();
    expect(await authenticate(formOf(text), { replay })).toEqual({ clientId: CLIENT });
    expect(await authenticate(formOf(text), { replay })).toBeUndefined();
    const { replay: kept } = memoryStore();
    const all = await Promise.all(Array.from({ length: 8 }, () => authenticate(formOf(text), { replay: kept })));
    expect(all.filter((one) => one !== undefined)).toHaveLength(1);
  });

  it.each([
    ['another audience', { aud: 'https://elsewhere.example.gov.cn' }, ['token-audience-mismatch']],
    ['an audience of two', { aud: [AUDIENCE, 'https://x.example'] }, ['token-audience-mismatch']],
    ['another spelling of it', { aud: `${AUDIENCE}/` }, ['token-audience-mismatch']],
    ['another sub', { sub: 'es256' }, ['token-party-mismatch']],
    ['an iss that has other keys', { iss: 'es256', sub: 'es256' }, ['token-key-unknown']],
    ['a stranger for iss', { iss: 'nobody', sub: 'nobody' }, ['token-issuer-unknown']],
    ['an iss with a line feed', { iss: 'city\u0085portal' }, ['token-claim-malformed', 'token-issuer-unknown']],
    ['a very long iss', { iss: 'x'.repeat(240), sub: 'x'.repeat(240) }, ['token-issuer-unknown']],
    ['no jti', { jti: null }, ['token-claim-malformed']],
    ['no iat', { iat: null }, ['token-claim-malformed']],
    ['a life of 301 s', { exp: NOW + 301 }, ['token-lifetime-too-long']],
    ['an end long ago', { iat: NOW - 200, exp: NOW - 60 }, ['token-expired']],
    ['a later beginning', { nbf: NOW + 61 }, ['token-not-yet-valid']],
    ['a date in the future', { iat: NOW + 61, exp: NOW + 90 }, ['token-issued-later']],
  ] as const)('is not believed with %s', async (_, claims, expected) => {
    const honest = { ...CLAIMS, ...claims } as JsonObject;
    const header = { typ: CLIENT_ASSERTION_TYP, kid: 'k1' };
    const text = await signJws(header, new TextEncoder().encode(JSON.stringify(honest)), sm2.signer);
    expect(await codes(text)).toEqual(expect.arrayContaining([...expected]));
    expect(await authenticate(formOf(text))).toBeUndefined();
  });

  it('is believed to the last second, and in an array of one', async () => {
    expect(await codes(await assertion({ exp: NOW + 300, aud: [AUDIENCE] }))).toEqual([]);
  });

  it.each([
    ['at+jwt', 'token-type-mismatch'],
    ['dpop+jwt', 'token-type-mismatch'],
    ['logout+jwt', 'token-type-mismatch'],
  ] as const)('is not believed with a token that is a %s', async (typ, code) => {
    expect(await codes(await assertion({}, sm2.signer, typ))).toEqual([code]);
  });

  it('is not believed with the key of another, or under another name of it', async () => {
    expect(await codes(await assertion({}, stranger))).toEqual(['signature-invalid']);
    expect(await codes(await assertion({}, es256.signer))).toContain('token-key-unknown');
    expect(await codes(await assertion({}, sm2.signer, CLIENT_ASSERTION_TYP, 'k2'))).toContain('token-key-unknown');
  });

  it('that is a stranger looks like one with a wrong key', async () => {
    const nobody = formOf(await assertion({ iss: 'nobody', sub: 'nobody' }));
    const wrong = formOf(await assertion({}, stranger));
    expect([await authenticate(nobody), await authenticate(wrong)]).toEqual([undefined, undefined]);
  });
});

describe('a form is not believed', () => {
  it.each([
    ['without an assertion', { client_assertion: '' }],
    ['with an assertion that is none', { client_assertion: 'x.y.z' }],
    ['with a huge one', { client_assertion: 'x'.repeat(20_000) }],
    [
      'with another type of assertion',
      { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' },
    ],
    ['with another client_id', { client_id: 'es256' }],
    ['with a secret too', { client_secret: 'geheim' }],
  ])('%s', async (_, more) => {
    const replay = memoryReplay();
    expect(await authenticate(formOf(await assertion(), more), { replay })).toBeUndefined();
  });

  it('with an Authorization header beside it', async () => {
    const request = new Request(REQUEST.url, { method: 'POST', headers: { authorization: 'Basic eDp5' } });
    expect(await authenticate(formOf(await assertion()), { request })).toBeUndefined();
  });

  it('with any one character of the assertion changed', async () => {
    const text = await assertion();
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.constantFrom(...'AZaz09-_.='), async (at, other) => {
        const spoilt = text.slice(0, at) + other + text.slice(at + 1);
        fc.pre(spoilt !== text);
        expect(await authenticate(formOf(spoilt))).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });
});

it('a store that is down says so', async () => {
  const down = { firstUse: () => Promise.reject(new GovError('store-unavailable', 'down')) };
  const authentication = privateKeyJwt({ clients, audience: AUDIENCE, replay: down });
  const asked = authentication.authenticate(REQUEST, formOf(await assertion()), AT);
  await expect(asked).rejects.toMatchObject({ code: 'store-unavailable' });
});

it.each([[0], [301], [1.5], [Number.NaN]])('an assertion does not live %d s', async (lifetimeSeconds) => {
  const options = { clientId: CLIENT, audience: AUDIENCE, at: AT, lifetimeSeconds };
  const made = clientAssertionForm(options, { kid: 'k1', signer: sm2.signer });
  await expect(made).rejects.toMatchObject({ code: 'invalid-argument' });
});

it('an assertion is fresh each time, and says what it is', async () => {
  const make = async () => {
    const form = await clientAssertionForm(
      { clientId: CLIENT, audience: AUDIENCE, at: AT },
      { kid: 'k1', signer: sm2.signer },
    );
    return readJwt(form.get('client_assertion')!);
  };
  const [first, second] = [await make(), await make()];
  expect(first.jws.header.typ).toBe(CLIENT_ASSERTION_TYP);
  expect(first.claims).toMatchObject({ iss: CLIENT, sub: CLIENT, aud: AUDIENCE, exp: NOW + 60 });
  expect(first.claims.jti).not.toBe(second.claims.jti);
});
