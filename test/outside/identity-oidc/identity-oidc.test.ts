/** oidc-provider as the province, openid-client as the department, our exchange as the way to the city, in a browser. */
import { spawn } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ASSURANCE_LEVELS, verifyAccessToken, verifyIdToken } from '@gov/identity';
import { EXCHANGE_TOKEN_TYPES, TOKEN_EXCHANGE_GRANT } from '@gov/identity/exchange';
import { issueLogoutToken } from '@gov/identity/logout';
import { readChallenge } from '@gov/identity/step-up';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { GMT_0125 } from '@gov/token/dialect';
import { jwkThumbprint } from '@gov/token/jwk';
import { JwksCache } from '@gov/token/jwks';
import { readJwt } from '@gov/token/jwt';
import type { Report } from '@gov/verdict';
import * as oauth from 'openid-client';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch } from '../browser/browser.js';
import { API } from './city.js';
import type { DepartmentSession } from './department.js';
import { forged, impostor, raised } from './forged.js';
import type { Login } from './login.js';
import { type AuthorizationRequest, answerTo, authorized, logIn, photograph, redeemed, refusalOf } from './person.js';
import { CITY_AT_PROVINCE, DEPARTMENT } from './province.js';
import { type World, world } from './world.js';

const pictures = join(import.meta.dirname, '../.cache/identity-oidc');

let w: World;
let browser: Browser;
let context: BrowserContext;
let page: Page;
/** Of pages. */
const complaints: string[] = [];

beforeAll(async () => {
  mkdirSync(pictures, { recursive: true });
  [w, browser] = await Promise.all([world(), launch()]);
  context = await browser.newContext();
  page = await context.newPage();
  page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())));
  page.on('pageerror', ({ message }) => void complaints.push(message));
});
afterAll(async () => {
  await browser?.close();
  await w?.close();
});

const heading = () => page.getByRole('heading', { level: 1 }).textContent();
const link = (name: string) => page.getByRole('link', { name }).click();
const button = (name: string) => page.getByRole('button', { name, exact: true }).click();

/** The department's, of the one person who is logged in. */
const session = (): Login => {
  const all = [...w.department.sessions.values()].flatMap(({ login }) => login ?? []);
  expect(all).toHaveLength(1);
  return all[0]!;
};

const claimsOf = (token: string) => readJwt(token).claims;
const thumbprintOf = async ({ publicKey }: oauth.CryptoKeyPair) =>
  jwkThumbprint((await crypto.subtle.exportKey('jwk', publicKey)) as Parameters<typeof jwkThumbprint>[0]);

const fetchKeys = (url: string) =>
  new JwksCache({ url, fetch: (request) => fetch(request), clock: () => new Date(), loopback: true });
const provinceProfile = () =>
  ({ issuer: w.provinceUrl, keys: fetchKeys(`${w.provinceUrl}/jwks`), algorithms: ['ECDSA-P256-SHA256'] }) as const;

/** An access token of the province, for the department's key unless told otherwise. */
async function provinceToken(more: Omit<AuthorizationRequest, 'dpopKey'> = {}) {
  const { dpopKey } = w.department;
  return (await redeemed(w, await authorized(w, context, { dpopKey, ...more }), dpopKey)).access_token;
}

/** At the city, with a proof by this key, or with none. */
function exchanged(subjectToken: string, dpopKey?: oauth.CryptoKeyPair, more: Readonly<Record<string, string>> = {}) {
  const { city } = w.department;
  const asked = { subject_token: subjectToken, subject_token_type: EXCHANGE_TOKEN_TYPES.access_token, ...more };
  const handle = dpopKey === undefined ? {} : { DPoP: oauth.getDPoPHandle(city, dpopKey) };
  return oauth.genericGrantRequest(city, TOKEN_EXCHANGE_GRANT, asked, handle);
}

/** At the city's server, with a proof by this key, or as plain bearer. */
function shown(token: string, path: '/records' | '/licenses', dpopKey?: oauth.CryptoKeyPair) {
  const { city } = w.department;
  const handle = dpopKey === undefined ? {} : { DPoP: oauth.getDPoPHandle(city, dpopKey) };
  return oauth.fetchProtectedResource(city, token, new URL(path, w.cityUrl), 'GET', undefined, undefined, handle);
}

/** What the operator of the city is told. */
const wrongIn = (report: Report | undefined) =>
  report?.findings.filter(({ outcome }) => outcome === 'fail' || outcome === 'unknown').map(({ code }) => code);
const whyNoExchange = () => wrongIn(w.city.refusedExchanges.at(-1)?.report);
const whyNoRequest = () => {
  const { code, report } = w.city.refusedRequests.at(-1)!;
  return [code, wrongIn(report)];
};

describe('a login with password', () => {
  it('is asked for at the province, and a wrong password gives none', async () => {
    await page.goto(w.departmentUrl);
    expect(await heading()).toBe('网上办事');
    await link('登录');
    expect([page.url().startsWith(`${w.provinceUrl}/interaction/`), await heading()]).toEqual([true, '登录']);
    await logIn(page, { password: 'wrong' });
    expect(await page.getByRole('alert').textContent()).toBe('账号、密码或核验码不正确。');
    expect(await page.getByRole('button', { name: '登录' }).isVisible()).toBe(true);
  });

  it('that the person turns back from leaves them outside: access_denied', async () => {
    await button('取消');
    expect(page.url().startsWith(`${w.departmentUrl}/back?`)).toBe(true);
    expect(await page.getByRole('alert').textContent()).toBe('登录未完成（access_denied）。');
    await link('返回');
    await link('登录');
    await logIn(page);
    expect(await heading()).toBe('授权确认');
    await button('不同意');
    expect(await page.getByRole('alert').textContent()).toBe('登录未完成（access_denied）。');
  });

  it.each([
    ['nobody asked for', { state: 'another' }],
    ['another server gave (RFC 9207)', { iss: 'https://id.other.example.gov.cn' }],
  ])('takes no answer that %s', async (_, more) => {
    await page.goto(`${w.departmentUrl}/login`);
    const [[, { pending }]] = [...w.department.sessions] as [[string, DepartmentSession]];
    const answer = { code: 'stolen', state: pending!.state, iss: w.provinceUrl, ...more };
    await page.goto(`${w.departmentUrl}/back?${new URLSearchParams(answer)}`);
    expect(await page.getByRole('alert').textContent()).toBe('登录未完成（OAUTH_INVALID_RESPONSE）。');
  });

  it('shows what the city has of the person, and as whom it sees them', async () => {
    await link('返回');
    await link('登录');
    expect(await page.getByRole('listitem').allTextContents()).toEqual(['确认您的身份', '查看您的电子证照']);
    await button('同意');
    expect([page.url(), await heading()]).toEqual([`${w.departmentUrl}/records`, '我的预约']);
    expect(await page.getByRole('listitem').textContent()).toContain('市政务服务中心');
    expect(await page.locator('#actor').textContent()).toBe(DEPARTMENT);
    expect(await page.locator('#acr').textContent()).toBe('2（urn:gov:assurance:2）');
    expect(await page.locator('#sub').textContent()).toBe(claimsOf(session().cityToken).sub);
  });

  it('had nonces of the servers in its proofs (RFC 9449 8 and 9): use_dpop_nonce before anything else', async () => {
    expect(w.province.errors).toContain('nonce is required in the DPoP proof');
    expect(w.city.refusedExchanges.map(({ error }) => error)).toEqual(['use_dpop_nonce']);
    w.city.refusedRequests.length = 0;
    expect((await shown(session().cityToken, '/records', w.department.dpopKey)).status).toBe(200);
    expect(w.city.refusedRequests).toEqual([{ code: 'proof-nonce' }]);
  });

  it('became a token of the city: in SM2, bound to the same key, no surer, no longer, and for another sub', async () => {
    const [theirs, ours] = [claimsOf(session().provinceToken), claimsOf(session().cityToken)];
    const jkt = await thumbprintOf(w.department.dpopKey);
    expect(theirs).toMatchObject({
      ...{ iss: w.provinceUrl, aud: w.cityUrl, client_id: DEPARTMENT, acr: 'urn:gov:assurance:2', cnf: { jkt } },
      sub_kind: 'natural-person',
    });
    expect(ours).toMatchObject({
      ...{ iss: w.cityUrl, aud: API, client_id: DEPARTMENT, acr: 'urn:gov:assurance:2', cnf: { jkt } },
      ...{ act: { sub: DEPARTMENT }, scope: 'license.read', sub_kind: 'natural-person', auth_time: theirs.auth_time },
    });
    expect(Number(ours.exp)).toBeLessThanOrEqual(Number(theirs.exp));
    for (const name of ['sub', 'sid', 'jti']) expect([name, ours[name]]).not.toEqual([name, theirs[name]]);
    expect(readJwt(session().cityToken).jws.header).toEqual({ typ: 'at+jwt', kid: 'city-2026', alg: 'SGD_SM3_SM2' });
    const issuers = [{ issuer: w.cityUrl, keys: fetchKeys(`${w.cityUrl}/jwks.json`) }];
    const policy = { issuers, audience: API, at: new Date(), possession: { thumbprint: jkt } };
    expect((await verifyAccessToken(session().cityToken, policy)).report.verdict).toBe('valid');
  });

  it('has an ID token that is read where its issuer is known to leave typ out, and nowhere else', async () => {
    const { idToken, sid } = session();
    const { nonce } = claimsOf(idToken) as { nonce: string };
    const asked = { clientId: DEPARTMENT, nonce, at: new Date() };
    const typed = await verifyIdToken(idToken, { ...asked, issuers: [provinceProfile()] });
    expect([typed.login, wrongIn(typed.report)]).toEqual([undefined, expect.arrayContaining(['token-type-mismatch'])]);
    const issuers = [{ ...provinceProfile(), dialect: { ...GMT_0125, typ: 'optional' as const } }];
    expect((await verifyIdToken(idToken, { ...asked, issuers, typ: null })).login?.claims.sid).toBe(sid);
    const access = await verifyIdToken(session().provinceToken, { ...asked, issuers, typ: null });
    expect(wrongIn(access.report)).toContain('token-type-mismatch');
  });
});

describe('the province', () => {
  /** What its operator is told last. */
  const why = () => w.province.errors.at(-1);

  it('takes no plain authorization request (RFC 9126 5): invalid_request', async () => {
    const { province } = w.department;
    const parameters = {
      redirect_uri: `${w.departmentUrl}/back`,
      scope: 'openid',
      code_challenge: await oauth.calculatePKCECodeChallenge(oauth.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
    };
    const answer = await answerTo(context, oauth.buildAuthorizationUrl(province, parameters));
    expect([answer.get('error'), answer.get('code')]).toEqual(['invalid_request', null]);
    expect(why()).toBe('Pushed Authorization Request must be used');
  });

  it('takes a pushed request once: invalid_request_uri', async () => {
    const { asked } = await authorized(w, context, { dpopKey: w.department.dpopKey });
    const answer = await answerTo(context, asked);
    expect([answer.get('error'), answer.get('code')]).toEqual(['invalid_request_uri', null]);
  });

  it('knows the department by its key alone: invalid_client', async () => {
    const { province, dpopKey } = w.department;
    const { privateKey } = await oauth.randomDPoPKeyPair('ES256');
    for (const authentication of [oauth.None(), oauth.PrivateKeyJwt({ key: privateKey, kid: 'tax-2026' })]) {
      const stranger = { ...w, department: { ...w.department, province: impostor(province, authentication) } };
      const asked = authorized(stranger, context, { dpopKey });
      expect(await refusalOf(asked)).toEqual({ status: 401, error: 'invalid_client' });
    }
  });

  it.each([
    ['no challenge', { code_challenge: '', code_challenge_method: '' }, 'policy requires PKCE'],
    ['the verifier itself', { code_challenge_method: 'plain' }, 'code_challenge_method'],
  ])('demands PKCE, and takes no request with %s: invalid_request', async (_, more, reason) => {
    const asked = authorized(w, context, { dpopKey: w.department.dpopKey, more });
    expect(await refusalOf(asked)).toEqual({ status: 400, error: 'invalid_request' });
    expect(why()).toContain(reason);
  });

  it('gives nothing to whoever has the code and not its verifier: invalid_grant', async () => {
    const { dpopKey } = w.department;
    const { answer } = await authorized(w, context, { dpopKey });
    const stolen = redeemed(w, { answer, verifier: oauth.randomPKCECodeVerifier() }, dpopKey);
    expect(await refusalOf(stolen)).toEqual({ status: 400, error: 'invalid_grant' });
    expect(why()).toBe('code_verifier does not match code_challenge');
  });

  it.each([
    ['without a proof', async () => undefined, 'DPoP proof JWT not provided'],
    ['with a proof by another key', async () => oauth.randomDPoPKeyPair('ES256'), 'dpop_jkt'],
  ])('gives no token %s to whoever asked with one: invalid_grant', async (_, key, reason) => {
    const code = await authorized(w, context, { dpopKey: w.department.dpopKey });
    expect(await refusalOf(redeemed(w, code, await key()))).toEqual({ status: 400, error: 'invalid_grant' });
    expect(why()).toContain(reason);
  });
});

describe('the exchange at the city', () => {
  const other = oauth.randomDPoPKeyPair('ES256');

  it.each([
    ['no proof', async () => undefined, ['token-binding-missing']],
    ['a proof by another key', () => other, ['token-binding-mismatch']],
  ])('takes no bound token with %s: invalid_request', async (_, key, why) => {
    const token = await provinceToken();
    expect(await refusalOf(exchanged(token, await key()))).toEqual({ status: 400, error: 'invalid_request' });
    expect(whyNoExchange()).toEqual(why);
    // It was not used up.
    expect((await exchanged(token, w.department.dpopKey)).token_type).toBe('dpop');
  });

  it('takes a token once: invalid_request', async () => {
    const again = exchanged(session().provinceToken, w.department.dpopKey);
    expect(await refusalOf(again)).toEqual({ status: 400, error: 'invalid_request' });
    expect(whyNoExchange()).toEqual([]);
  });

  it.each([
    [
      'of the province, for a server of its own',
      () => provinceToken({ resource: `${w.provinceUrl}/api`, more: { scope: 'openid' } }),
      'token-audience-mismatch',
    ],
    [
      'of a strange issuer',
      async () => forged('http://127.0.0.1:9', w.cityUrl, await thumbprintOf(w.department.dpopKey)),
      'token-issuer-unknown',
    ],
    [
      'in the name of the province, by another key',
      async () => forged(w.provinceUrl, w.cityUrl, await thumbprintOf(w.department.dpopKey)),
      'signature-invalid',
    ],
    ['of the province, changed', async () => raised(await provinceToken()), 'signature-invalid'],
    ['of the city, for its server', async () => session().cityToken, 'token-issuer-unknown'],
  ])('takes no token %s: invalid_request', async (_, token, why) => {
    const asked = exchanged(await token(), w.department.dpopKey);
    expect(await refusalOf(asked)).toEqual({ status: 400, error: 'invalid_request' });
    expect(whyNoExchange()).toContain(why);
  });

  it.each([
    [
      'an ID token, which is bound to no key',
      'invalid_request',
      () => ({ subject_token: session().idToken, subject_token_type: EXCHANGE_TOKEN_TYPES.id_token }),
    ],
    ['an ID token as an access token', 'invalid_request', () => ({ subject_token: session().idToken })],
    ['another server', 'invalid_target', () => ({ audience: 'https://api.other.example.gov.cn/' })],
    ['more scope', 'invalid_scope', () => ({ scope: 'license.read license.apply' })],
  ])('gives nothing for %s: %s', async (_, error, more) => {
    const asked = exchanged(await provinceToken(), w.department.dpopKey, more());
    expect(await refusalOf(asked)).toEqual({ status: 400, error });
  });

  it('is for applications of the directory alone, who prove it to the city: invalid_client', async () => {
    const { city } = w.department;
    const { privateKey } = await oauth.randomDPoPKeyPair('ES256');
    const key = { key: w.departmentKey.privateKey, kid: 'tax-2026' };
    const elsewhere = oauth.PrivateKeyJwt(key, {
      [oauth.modifyAssertion]: (_header, claims) => void Object.assign(claims, { aud: w.provinceUrl }),
    });
    const strangers = [
      impostor(city, oauth.PrivateKeyJwt({ key: privateKey, kid: 'tax-2026' })),
      impostor(city, oauth.PrivateKeyJwt(key), 'another-bureau'),
      impostor(city, oauth.None()),
      impostor(city, oauth.ClientSecretPost('secret')),
      impostor(city, elsewhere),
    ];
    const token = await provinceToken();
    for (const stranger of strangers) {
      const asked = { subject_token: token, subject_token_type: EXCHANGE_TOKEN_TYPES.access_token };
      const handle = { DPoP: oauth.getDPoPHandle(stranger, w.department.dpopKey) };
      const refused = await refusalOf(oauth.genericGrantRequest(stranger, TOKEN_EXCHANGE_GRANT, asked, handle));
      expect(refused).toEqual({ status: 401, error: 'invalid_client' });
    }
  });
});

describe('the server of the city', () => {
  it.each([
    [
      'token of the province',
      () => provinceToken(),
      () => w.department.dpopKey,
      'invalid_token',
      ['token-invalid', 'token-issuer-unknown'],
    ],
    ['bound token as plain bearer', async () => session().cityToken, () => undefined, undefined, ['token-missing']],
    [
      'token with a proof by another key',
      async () => session().cityToken,
      () => oauth.randomDPoPKeyPair('ES256'),
      'invalid_token',
      ['token-invalid', 'token-binding-mismatch'],
    ],
  ])('takes no %s: 401', async (_, token, key, error, [code, why]) => {
    expect(await refusalOf(shown(await token(), '/records', await key()))).toEqual({ status: 401, error });
    expect(whyNoRequest()[0]).toBe(code);
    if (why !== undefined) expect(whyNoRequest()[1]).toContain(why);
  });

  it('says what login it wants for licences (RFC 9470), in words that both clients read', async () => {
    const error = await shown(session().cityToken, '/licenses', w.department.dpopKey).catch(
      (reason: unknown) => reason,
    );
    if (!(error instanceof oauth.WWWAuthenticateChallengeError)) throw error;
    const acrs = ASSURANCE_LEVELS.levels.filter(({ level }) => level >= 3).map(({ acr }) => acr);
    expect(error.cause).toEqual([
      {
        scheme: 'dpop',
        parameters: expect.objectContaining({ error: 'insufficient_user_authentication', acr_values: acrs.join(' ') }),
      },
    ]);
    expect(readChallenge(error.response)?.acrValues).toEqual(acrs);
    expect(whyNoRequest()).toEqual(['assurance-insufficient', ['assurance-too-low']]);
  });
});

describe('a surer login', () => {
  let before: string;

  it('is what the department asks the person for, who may refuse: unmet_authentication_requirements', async () => {
    before = session().cityToken;
    await link('我的电子证照');
    expect([page.url(), await heading()]).toEqual([`${w.departmentUrl}/licenses`, '需要核验本人']);
    await link('前往核验');
    expect(await heading()).toBe('登录并核验本人');
    await button('取消');
    expect(await page.getByRole('alert').textContent()).toBe('登录未完成（unmet_authentication_requirements）。');
  });

  it('is not had with a wrong code', async () => {
    await page.goto(`${w.departmentUrl}/licenses`);
    await link('前往核验');
    await logIn(page, { faceCode: '000000' });
    expect(await page.getByRole('alert').textContent()).toBe('账号、密码或核验码不正确。');
  });

  it('shows the licences', async () => {
    await logIn(page);
    expect([page.url(), await heading()]).toEqual([`${w.departmentUrl}/licenses`, '我的电子证照']);
    expect(await page.locator('#acr').textContent()).toBe('3（urn:gov:assurance:3）');
    expect(await page.getByRole('listitem').allTextContents()).toContain('食品经营许可证 JY2990101****013');
  });

  it('was photographed', async () => {
    const picture = join(pictures, 'licenses.png');
    await photograph(page, picture);
    expect(statSync(picture).size).toBeGreaterThan(10_000);
  });

  it('is the same person in the same session, and the token of before is no better for it', async () => {
    const [old, fresh] = [claimsOf(before), claimsOf(session().cityToken)];
    expect([fresh.sub, fresh.sid, fresh.acr]).toEqual([old.sub, old.sid, 'urn:gov:assurance:3']);
    const refused = await refusalOf(shown(before, '/licenses', w.department.dpopKey));
    expect(refused).toEqual({ status: 401, error: 'insufficient_user_authentication' });
    expect((await shown(before, '/records', w.department.dpopKey)).status).toBe(200);
  });
});

describe('a logout', () => {
  const noticed = (at: string, token: string) =>
    fetch(`${at}/logout-notice`, { method: 'POST', body: new URLSearchParams({ logout_token: token }) });

  it('is not believed of anybody but the province: 400', async () => {
    const { sid } = claimsOf(session().provinceToken) as { sid: string };
    const signer = sm2Signer(generateSm2Key());
    const notice = { clientId: CITY_AT_PROVINCE, sessionId: sid };
    for (const issuer of [w.provinceUrl, w.cityUrl]) {
      const token = await issueLogoutToken(notice, { issuer, signer, kid: 'province-2026', at: new Date() });
      const refused = await noticed(w.cityUrl, token);
      expect([refused.status, await refused.json()]).toEqual([400, { error: 'invalid_request' }]);
    }
    for (const token of [session().idToken, session().provinceToken])
      expect((await noticed(w.cityUrl, token)).status).toBe(400);
    expect((await shown(session().cityToken, '/records', w.department.dpopKey)).status).toBe(200);
  });

  it('at the province ends the tokens of the city, and the session of the department', async () => {
    const { dpopKey } = w.department;
    const tokens = [session().cityToken, (await exchanged(await provinceToken(), dpopKey)).access_token];
    const late = await provinceToken();
    for (const token of tokens) expect((await shown(token, '/licenses', dpopKey)).status).toBe(200);

    await page.goto(`${w.provinceUrl}/session/end`);
    expect(await heading()).toBe('退出登录');
    for (const token of tokens) expect((await shown(token, '/licenses', dpopKey)).status).toBe(200);
    await button('退出登录');
    expect(await heading()).toBe('已退出登录');

    for (const token of tokens) {
      expect(await refusalOf(shown(token, '/licenses', dpopKey))).toEqual({ status: 401, error: 'invalid_token' });
      expect(whyNoRequest()).toEqual(['token-invalid', ['token-revoked']]);
    }
    // Nor does one come of what was issued before.
    expect(await refusalOf(exchanged(late, dpopKey))).toEqual({ status: 400, error: 'invalid_request' });
    expect(whyNoExchange()).toEqual([]);
    await page.goto(`${w.departmentUrl}/licenses`);
    expect(await heading()).toBe('网上办事');
  });

  it('at the department goes by the province, and the next login is asked for the password again', async () => {
    await link('登录');
    await logIn(page);
    await button('同意');
    expect(await heading()).toBe('我的预约');
    const { cityToken } = session();
    await button('退出登录');
    expect(page.url().startsWith(`${w.provinceUrl}/session/end?`)).toBe(true);
    await button('退出登录');
    expect([page.url(), await heading()]).toEqual([`${w.departmentUrl}/`, '网上办事']);
    const refused = await refusalOf(shown(cityToken, '/records', w.department.dpopKey));
    expect(refused).toEqual({ status: 401, error: 'invalid_token' });
    await link('登录');
    expect(await heading()).toBe('登录');
  });
});

it('no page complained', () => {
  expect(complaints).toEqual([]);
});

it('main.ts starts the three and says where they are', async () => {
  const root = join(import.meta.dirname, '../../..');
  const child = spawn(join(root, 'node_modules/.bin/tsx'), [join(import.meta.dirname, 'main.ts')], { cwd: root });
  try {
    const said: Record<string, string> = {};
    for await (const line of createInterface({ input: child.stdout })) {
      const [name = '', address = ''] = line.split(/ +/);
      if (name === 'log') break;
      said[name] = address;
    }
    for (const address of Object.values(said)) expect((await fetch(address)).status).toBe(200);
    expect(Object.keys(said)).toEqual(['department', 'province', 'city']);
  } finally {
    child.kill();
  }
});
