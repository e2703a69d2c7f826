/** The city: its authorization server takes tokens of the province and gives its own (SM2); beside it a server of the city. */
import type { JsonWebKey } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { ASSURANCE_LEVELS, assuranceMapping, pairwiseSubject, type TokenStatusSource } from '@gov/identity';
import { privateKeyJwt } from '@gov/identity/client-authentication';
import { applicationKeys, Directory } from '@gov/identity/directory';
import { type ExchangeRefusal, TOKEN_EXCHANGE_GRANT, TokenExchange } from '@gov/identity/exchange';
import { logoutHandler } from '@gov/identity/logout';
import { dpopNonces, type Refusal, requireIdentity } from '@gov/identity/server';
import { tokenStatusHandler } from '@gov/identity/token-status';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { memoryStore } from '@gov/store/memory';
import type { Jwk } from '@gov/token/jwk';
import { JwksCache, jwksHandler } from '@gov/token/jwks';
import { KeyRing } from '@gov/token/key-ring';
import { getRequestListener } from '@hono/node-server';
import { CITY_AT_PROVINCE, DEPARTMENT } from './province.js';

/** What tokens for the city's server have for an audience: its name, wherever it runs. */
export const API = 'https://api.city.example.gov.cn/';

const TAX_BUREAU = '11100000000013338W';
const LOG = 'identity';
const STATUS_PLACES = 1_048_576;
/** Seconds. */
const TOKEN_LIFETIME = 300;
const YEAR_MS = 365 * 86_400_000;

export interface CityOptions {
  readonly url: string;
  readonly provinceUrl: string;
  readonly departmentKey: JsonWebKey;
}

export interface City {
  readonly listener: RequestListener;
  /** What operators are told, and nobody else. */
  readonly refusedExchanges: ExchangeRefusal[];
  readonly refusedRequests: Refusal[];
}

export async function city({ url, provinceUrl, departmentKey }: CityOptions): Promise<City> {
  const store = memoryStore();
  const clock = (): Date => new Date();
  const random = (octets: number): Uint8Array => crypto.getRandomValues(new Uint8Array(octets));
  const nonces = dpopNonces(random(32));
  const secret = random(32);
  const noted = { store, log: LOG, actor: 'city-identity' };

  const ring = new KeyRing({ maxAgeSeconds: 600, maxTokenSeconds: 600, keys: [] });
  const until = new Date(clock().getTime() + YEAR_MS);
  ring.add({ kid: 'city-2026', key: sm2Signer(generateSm2Key()), at: clock(), until });

  const directory = await directoryWith(new Directory({ store, log: 'directory' }), departmentKey, clock());
  const province = {
    issuer: provinceUrl,
    keys: new JwksCache({ url: `${provinceUrl}/jwks`, fetch: (request) => fetch(request), clock, loopback: true }),
    algorithms: ['ECDSA-P256-SHA256'],
  } as const;

  const refusedExchanges: ExchangeRefusal[] = [];
  const exchange = new TokenExchange({
    ...noted,
    issuer: url,
    endpoint: `${url}/token`,
    keys: ring,
    replay: store.replay,
    nonces,
    issuers: [{ profile: province, audience: url, assurance: SAME_LEVELS }],
    subject: async ({ sub, clientId }) => {
      const application = await directory.activeApplication(clientId);
      // Whoever it is at the province, it is somebody of our own here, for this application.
      return application && { kind: 'natural-person', sub: pairwiseSubject(secret, application.sector, sub) };
    },
    rule: async ({ clientId }) => {
      const application = await directory.activeApplication(clientId);
      if (!application?.grantTypes.includes(TOKEN_EXCHANGE_GRANT)) return undefined;
      const scope = (await directory.effectiveScopes(clientId)).map(({ name }) => name);
      const { audiences: audience, dpop: demandBinding, minimumLevel: minLevel } = application;
      return { audience, scope, demandBinding, minLevel, lifetimeSeconds: TOKEN_LIFETIME };
    },
    statusLists: { counter: 'places', size: STATUS_PLACES, uri: (list) => `${url}/status/${list}` },
  });
  const authentication = privateKeyJwt({ clients: applicationKeys(directory), audience: url, replay: store.replay });

  // It has the store at hand; servers elsewhere ask the lists (`TokenStatusLists`).
  const status: TokenStatusSource = {
    check: async ({ uri, index, at }) => {
      const isRevoked = (await store.revokedSlots(Number(uri.split('/').pop()), at)).includes(index);
      if (isRevoked) return { check: 'status', outcome: 'fail', code: 'token-revoked' };
      return { check: 'status', outcome: 'pass', code: 'token-in-force' };
    },
  };
  const refusedRequests: Refusal[] = [];
  const served = (minAssurance: number, records: readonly string[]) =>
    requireIdentity({
      issuers: [{ issuer: url, keys: ring }],
      audience: API,
      minAssurance,
      scope: ['license.read'],
      dpop: { origin: url, replay: store.replay, demanded: true, nonces },
      status,
      clock,
      onRefused: (refusal) => void refusedRequests.push(refusal),
    })((_request, { subject, actor, acr, level }) => Response.json({ subject, actor, acr, level, records }));

  const statusLists = tokenStatusHandler({
    ...{ store, keys: ring, base: `${url}/status/`, lists: 1, size: STATUS_PLACES, ttlSeconds: 60, clock },
  });
  const metadata = {
    issuer: url,
    token_endpoint: `${url}/token`,
    jwks_uri: `${url}/jwks.json`,
    response_types_supported: [],
    grant_types_supported: [TOKEN_EXCHANGE_GRANT],
    token_endpoint_auth_methods_supported: ['private_key_jwt'],
    token_endpoint_auth_signing_alg_values_supported: ['SGD_SM3_SM2', 'ES256'],
    dpop_signing_alg_values_supported: ['SGD_SM3_SM2', 'ES256'],
  };
  const onRefused = (refusal: ExchangeRefusal): void => void refusedExchanges.push(refusal);
  const handlers: Readonly<Record<string, (request: Request) => Response | Promise<Response>>> = {
    '/.well-known/oauth-authorization-server': () => Response.json(metadata),
    '/jwks.json': jwksHandler(ring, { clock }),
    '/token': exchange.handler({ authentication, clock, onRefused }),
    '/logout-notice': logoutHandler({ ...noted, issuers: [province], clientId: CITY_AT_PROVINCE, clock }),
    '/status/0': (request) => statusLists(new Request(`${url}/status/0`, request)),
    '/records': served(2, ['预约：2026-06-01 09:30，市政务服务中心']),
    '/licenses': served(3, ['食品经营许可证 JY2990101****013', '营业执照（副本）']),
  };
  const listener = getRequestListener((request) => {
    const handler = handlers[new URL(request.url).pathname];
    return handler === undefined ? new Response(null, { status: 404 }) : handler(request);
  });
  return { listener, refusedExchanges, refusedRequests };
}

/** The levels of the province are ours, up to the third: nobody here has seen its hardware. */
const SAME_LEVELS = assuranceMapping(ASSURANCE_LEVELS, ASSURANCE_LEVELS, {
  'urn:gov:assurance:2': 'urn:gov:assurance:2',
  'urn:gov:assurance:3': 'urn:gov:assurance:3',
  'urn:gov:assurance:4': 'urn:gov:assurance:3',
});

async function directoryWith(directory: Directory, departmentKey: JsonWebKey, at: Date): Promise<Directory> {
  const change = { at, actor: 'directory-console' };
  await directory.put(
    'organization',
    { code: TAX_BUREAU, name: { zh: '某市税务局' }, division: '370300', type: 'government' },
    change,
  );
  await directory.put(
    'scope',
    { name: 'license.read', text: { zh: '查看电子证照' }, claims: [], owner: TAX_BUREAU },
    change,
  );
  await directory.put(
    'application',
    {
      clientId: DEPARTMENT,
      name: { zh: '某市税务局网上办事' },
      owner: TAX_BUREAU,
      type: 'service',
      redirectUris: [],
      postLogoutRedirectUris: [],
      grantTypes: [TOKEN_EXCHANGE_GRANT],
      authentication: 'private_key_jwt',
      jwks: { keys: [departmentKey as Jwk] },
      sector: 'tax.city.example.gov.cn',
      scopes: ['license.read'],
      audiences: [API],
      minimumLevel: 2,
      dpop: true,
    },
    change,
  );
  return directory;
}
