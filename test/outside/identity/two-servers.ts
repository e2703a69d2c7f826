/** Two authorization servers of one city, as two machines run them: a store of their own each, on one database, behind HTTP. */
import { ASSURANCE_LEVELS, assuranceMapping } from '@gov/identity';
import { clientAssertionForm, privateKeyJwt } from '@gov/identity/client-authentication';
import { EXCHANGE_TOKEN_TYPES, TOKEN_EXCHANGE_GRANT, TokenExchange } from '@gov/identity/exchange';
import { introspectionHandler } from '@gov/identity/introspection';
import { type LogoutNotice, logoutHandler } from '@gov/identity/logout';
import { revocationHandler } from '@gov/identity/revocation';
import { tokenStatusHandler } from '@gov/identity/token-status';
import { openStore, type Store } from '@gov/store';
import { getRequestListener } from '@hono/node-server';
import {
  API,
  AT,
  CITY,
  CLIENT,
  LOG,
  PROVINCE,
  party,
  type World,
  world,
} from '../../../packages/identity/test/exchange-world.js';
import { listen } from '../listen.js';

export const STATUS = `${CITY}/status/`;
/** Seconds. */
export const STATUS_TTL = 60;
/** The servers that show tokens ask as this application. */
export const RESOURCE = 'license-api';
/** Of the city, at the province. */
export const AT_PROVINCE = 'city-at-province';

const parties = { [CLIENT]: party(), [RESOURCE]: party() };

export interface AuthorizationServer {
  readonly store: Store;
  /** At this server, whatever host the address names. */
  fetch(request: Request): Promise<Response>;
  post(path: string, form: URLSearchParams | Readonly<Record<string, string>>): Promise<Response>;
  close(): Promise<void>;
}

export interface Servers {
  readonly world: World;
  readonly both: readonly [AuthorizationServer, AuthorizationServer];
  /** Whom the servers were to tell of logouts. */
  readonly notices: LogoutNotice[];
  /** Moves the clock of both. */
  later(seconds: number): Date;
  close(): Promise<void>;
}

export async function twoServers(url: string): Promise<Servers> {
  const stores = await Promise.all([openStore(url, { connections: 4 }), openStore(url, { connections: 4 })]);
  const w = world(stores[0]!);
  let now = AT;
  const clock = (): Date => now;
  const notices: LogoutNotice[] = [];
  const servers = await Promise.all(stores.map((store) => authorizationServer(store, w, clock, notices)));
  return {
    world: w,
    both: [servers[0]!, servers[1]!],
    notices,
    later: (seconds) => {
      now = new Date(now.getTime() + seconds * 1000);
      return now;
    },
    close: async () => void (await Promise.all(servers.map((server) => server.close()))),
  };
}

async function authorizationServer(
  store: Store,
  w: World,
  clock: () => Date,
  notices: LogoutNotice[],
): Promise<AuthorizationServer> {
  const { keys } = w.options;
  const profile = { issuer: CITY, keys: w.city.keys };
  const same = Object.fromEntries(ASSURANCE_LEVELS.levels.map(({ acr }) => [acr, acr]));
  // A token of the city can be exchanged for another one of it.
  const own = { profile, audience: API, assurance: assuranceMapping(ASSURANCE_LEVELS, ASSURANCE_LEVELS, same) };
  const exchange = new TokenExchange({
    ...w.options,
    store,
    replay: store.replay,
    issuers: [...w.options.issuers, own],
    subject: async ({ sub }) => ({ kind: 'natural-person', sub: sub.replace('province', 'city') }),
    statusLists: { counter: 'slots', size: 1000, uri: (list) => `${STATUS}${list}` },
  });
  const clients = async (clientId: string) => parties[clientId as keyof typeof parties];
  const authentication = privateKeyJwt({ clients, audience: CITY, replay: store.replay });
  const noted = { store, log: LOG, actor: 'id-city', clock };
  const audiences = async (clientId: string) => (clientId === RESOURCE ? [API] : []);
  const handlers: Readonly<Record<string, (request: Request) => Promise<Response>>> = {
    '/token': exchange.handler({ authentication, clock }),
    '/introspect': introspectionHandler({ profile, store, authentication, audiences, clock }),
    '/revoke': revocationHandler({ ...noted, profile, authentication }),
    '/logout': logoutHandler({
      ...noted,
      issuers: [{ issuer: PROVINCE, keys: w.province.keys }],
      clientId: AT_PROVINCE,
      onEnded: async (ended) => void notices.push(...ended.notices),
    }),
  };
  const status = tokenStatusHandler({
    ...{ store, keys, base: STATUS, lists: 1, size: 1000, ttlSeconds: STATUS_TTL, clock },
  });
  const running = await listen(
    getRequestListener((request) => {
      const { pathname } = new URL(request.url);
      const handler = handlers[pathname];
      // Behind a proxy that knows what the server is called.
      return handler === undefined ? status(new Request(CITY + pathname, request)) : handler(request);
    }),
  );
  const address = (path: string): string => `http://127.0.0.1:${running.port}${path}`;
  return {
    store,
    fetch: ({ url, headers }) => fetch(address(new URL(url).pathname), { headers }),
    post: (path, form) => fetch(address(path), { method: 'POST', body: new URLSearchParams(form) }),
    close: async () => {
      await running.close();
      await store.close();
    },
  };
}

/** A form with a fresh proof of who sends it. */
export async function formOf(clientId: keyof typeof parties, form: Readonly<Record<string, string>>, at = AT) {
  const { signer } = parties[clientId]!;
  const body = await clientAssertionForm({ clientId, audience: CITY, at }, { kid: 'k1', signer });
  for (const [name, value] of Object.entries(form)) body.set(name, value);
  return body;
}

/** A token of the city for one of the province, or of the city. */
export async function exchanged(server: AuthorizationServer, subjectToken: string): Promise<Response> {
  return server.post(
    '/token',
    await formOf(CLIENT, {
      grant_type: TOKEN_EXCHANGE_GRANT,
      subject_token: subjectToken,
      subject_token_type: EXCHANGE_TOKEN_TYPES.access_token,
    }),
  );
}

export async function introspected(server: AuthorizationServer, token: string, at = AT) {
  const response = await server.post('/introspect', await formOf(RESOURCE, { token }, at));
  return response.json();
}

export const revoked = async (server: AuthorizationServer, token: string, by: keyof typeof parties = CLIENT) =>
  (await server.post('/revoke', await formOf(by, { token }))).status;
