/** What the department does at the province and at the city (openid-client): logging in, exchanging, asking, logging out. */
import { type VerifiedLogout, verifyLogoutToken } from '@gov/identity/logout';
import { readChallenge, type TokenChallenge } from '@gov/identity/step-up';
import { memoryStore } from '@gov/store/memory';
import { JwksCache } from '@gov/token/jwks';
import { isGovError } from '@gov/verdict';
import * as oauth from 'openid-client';
import { DEPARTMENT } from './province.js';

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

export interface LoginOptions {
  /** Where the province sends people back to, and where it sends them after they logged out. */
  readonly backUri: string;
  readonly leftUri: string;
  readonly provinceUrl: string;
  readonly cityUrl: string;
  /** For private_key_jwt; the public one is registered at the province and at the city. */
  readonly key: oauth.CryptoKeyPair;
  readonly kid: string;
}

/** Between the request and the answer of a login. */
export interface PendingLogin {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface Login {
  /** Of the province; it has been exchanged. */
  readonly provinceToken: string;
  readonly idToken: string;
  /** Of the province's session, as the department knows it. */
  readonly sid: string;
  readonly cityToken: string;
}

/** What the city's server answers. */
export interface Seen {
  readonly subject: { readonly kind: string; readonly sub: string };
  readonly actor: { readonly sub: string };
  readonly acr: string;
  readonly level: number;
  readonly records: readonly string[];
}

export type LoginClient = Awaited<ReturnType<typeof loginClient>>;

/** The province and the city must be answering. */
export async function loginClient({ backUri, leftUri, provinceUrl, cityUrl, key, kid }: LoginOptions) {
  const authentication = oauth.PrivateKeyJwt({ key: key.privateKey, kid });
  const execute = [oauth.allowInsecureRequests];
  const metadata = { id_token_signed_response_alg: 'ES256' };
  const province = await oauth.discovery(new URL(provinceUrl), DEPARTMENT, metadata, authentication, { execute });
  // An authorization server (RFC 8414), and no OpenID provider.
  const plain = { execute, algorithm: 'oauth2' } as const;
  const city = await oauth.discovery(new URL(cityUrl), DEPARTMENT, {}, authentication, plain);
  const dpopKey = await oauth.randomDPoPKeyPair('ES256');
  const atProvince = { DPoP: oauth.getDPoPHandle(province, dpopKey) };
  const atCity = { DPoP: oauth.getDPoPHandle(city, dpopKey) };
  const clock = (): Date => new Date();
  const keys = new JwksCache({ url: `${provinceUrl}/jwks`, fetch: (request) => fetch(request), clock, loopback: true });
  const { replay } = memoryStore();

  return {
    /** As openid-client knows the two. */
    province,
    city,
    /** That all tokens are bound to. */
    dpopKey,

    /** Where the person goes to log in, with one of these `acr` if there are any. */
    async begin(acrValues: readonly string[]): Promise<{ readonly to: URL; readonly pending: PendingLogin }> {
      const verifier = oauth.randomPKCECodeVerifier();
      const [state, nonce] = [oauth.randomState(), oauth.randomNonce()];
      const parameters = {
        ...{ redirect_uri: backUri, scope: 'openid license.read', resource: cityUrl, state, nonce },
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        ...(acrValues.length === 0 ? {} : { acr_values: acrValues.join(' ') }),
      };
      const to = await oauth.buildAuthorizationUrlWithPAR(province, parameters, atProvince);
      return { to, pending: { state, nonce, verifier } };
    },

    /** @param search of the URI that the person came back by */
    async finish({ state, nonce, verifier }: PendingLogin, search: string): Promise<Login> {
      const checks = {
        ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier },
        idTokenExpected: true,
      };
      const answer = new URL(search, backUri);
      const login = await oauth.authorizationCodeGrant(province, answer, checks, undefined, atProvince);
      const asked = { subject_token: login.access_token, subject_token_type: ACCESS_TOKEN };
      const exchanged = await oauth.genericGrantRequest(city, EXCHANGE, asked, atCity);
      return {
        provinceToken: login.access_token,
        idToken: login.id_token!,
        sid: String(login.claims()!.sid),
        cityToken: exchanged.access_token,
      };
    },

    /** What the city says, or what it demands before it says anything. */
    async ask(token: string, path: string): Promise<{ readonly seen: Seen } | { readonly challenge?: TokenChallenge }> {
      try {
        const at = new URL(path, cityUrl);
        const response = await oauth.fetchProtectedResource(city, token, at, 'GET', undefined, undefined, atCity);
        return { seen: (await response.json()) as Seen };
      } catch (error) {
        if (!(error instanceof oauth.WWWAuthenticateChallengeError)) throw error;
        const challenge = readChallenge(error.response);
        return challenge === undefined ? {} : { challenge };
      }
    },

    /** Where the person goes to log out. */
    leave: (idToken: string | undefined): URL =>
      oauth.buildEndSessionUrl(province, {
        ...(idToken === undefined ? {} : { id_token_hint: idToken }),
        post_logout_redirect_uri: leftUri,
      }),

    /** Which login the province says has ended; undefined where it is not the province that says so. */
    async ended(logoutToken: string): Promise<VerifiedLogout | undefined> {
      const issuers = [{ issuer: provinceUrl, keys, algorithms: ['ECDSA-P256-SHA256'] as const }];
      try {
        return (await verifyLogoutToken(logoutToken, { issuers, clientId: DEPARTMENT, replay, at: clock() })).logout;
      } catch (error) {
        if (isGovError(error)) return undefined;
        throw error;
      }
    },
  };
}

/** Why a login came to nothing, as whoever said no names it. */
export const reasonOf = (error: unknown): string | undefined =>
  error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError
    ? error.error
    : error instanceof oauth.ClientError
      ? error.code
      : undefined;
