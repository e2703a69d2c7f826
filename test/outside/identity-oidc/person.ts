/** The person before the browser, and what the browser's session at the province is good for. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as oauth from 'openid-client';
import type { BrowserContext, Page } from 'playwright-core';
import { packed } from '../packed.js';
import { PERSON } from './province.js';
import type { World } from './world.js';

/** On the login page of the province. */
export async function logIn(page: Page, more: { readonly password?: string; readonly faceCode?: string } = {}) {
  const { account, password, faceCode } = { ...PERSON, ...more };
  await page.getByLabel('账号').fill(account);
  await page.getByLabel('密码').fill(password);
  if (await page.getByLabel('人脸核验码').isVisible()) await page.getByLabel('人脸核验码').fill(faceCode);
  await page.getByRole('button', { name: '登录' }).click();
}

export interface AuthorizationRequest {
  /** That the code is bound to; none where the request comes without a proof. */
  readonly dpopKey?: oauth.CryptoKeyPair;
  readonly resource?: string;
  readonly more?: Readonly<Record<string, string>>;
}

/** A code for whoever is logged in at the province, as another window of the department would get one. */
export async function authorized(
  { department: { province }, departmentUrl, cityUrl }: World,
  context: BrowserContext,
  { dpopKey, resource = cityUrl, more = {} }: AuthorizationRequest,
) {
  const verifier = oauth.randomPKCECodeVerifier();
  const parameters = {
    redirect_uri: `${departmentUrl}/back`,
    scope: 'openid license.read',
    resource,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...more,
  };
  const handle = dpopKey === undefined ? {} : { DPoP: oauth.getDPoPHandle(province, dpopKey) };
  const asked = await oauth.buildAuthorizationUrlWithPAR(province, parameters, handle);
  const answer = new URL(`${parameters.redirect_uri}?${await answerTo(context, asked)}`);
  if (!answer.searchParams.has('code')) throw new Error(`no code: ${answer.search}`);
  return { asked, verifier, answer };
}

/** What the department would get at the province's token endpoint. */
export async function redeemed(
  { department: { province } }: World,
  { verifier, answer }: Pick<Awaited<ReturnType<typeof authorized>>, 'verifier' | 'answer'>,
  dpopKey?: oauth.CryptoKeyPair,
) {
  const handle = dpopKey === undefined ? {} : { DPoP: oauth.getDPoPHandle(province, dpopKey) };
  return oauth.authorizationCodeGrant(province, answer, { pkceCodeVerifier: verifier }, undefined, handle);
}

/** What the province sends back with the browser; nothing where it wants something of the person. */
export async function answerTo(context: BrowserContext, asked: URL): Promise<URLSearchParams> {
  const response = await context.request.get(asked.href, { maxRedirects: 0 });
  return new URL(response.headers().location ?? '', asked).searchParams;
}

/** What a server said no with, as openid-client reads it. */
export async function refusalOf(asked: Promise<unknown>) {
  const error = await asked.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof oauth.ResponseBodyError) return { status: error.status, error: error.error };
  if (error instanceof oauth.WWWAuthenticateChallengeError)
    return { status: error.status, error: error.cause.find(({ parameters }) => parameters.error)?.parameters.error };
  throw error ?? new Error('nobody refused');
}

/** A picture that people can read where the machine has no Chinese font. */
export async function photograph(page: Page, path: string): Promise<void> {
  const { resolve } = createRequire(join(packed, 'node_modules/@gov/cli/package.json'));
  const font = readFileSync(resolve('@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf'));
  await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    const face = await new FontFace('Han', bytes).load();
    document.fonts.add(face);
    document.body.style.fontFamily = 'Han';
    await document.fonts.ready;
  }, font.toString('base64'));
  await page.screenshot({ path });
}
