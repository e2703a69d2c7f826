/** What one server of a city revoked or ended, the other one refuses: at once by introspection, in its time by the status list. */
import { TokenStatusLists } from '@gov/identity';
import { issueLogoutToken, logoutHandler, sendLogout } from '@gov/identity/logout';
import { requireIdentity } from '@gov/identity/server';
import { migrate } from '@gov/store';
import { memoryStore } from '@gov/store/memory';
import { readJwt } from '@gov/token/jwt';
import { getRequestListener } from '@hono/node-server';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { API, AT, CITY, CLIENT, entriesOf, PROVINCE } from '../../../packages/identity/test/exchange-world.js';
import { listen } from '../listen.js';
import { postgresHere } from '../postgres.js';
import {
  AT_PROVINCE,
  type AuthorizationServer,
  exchanged,
  formOf,
  introspected,
  RESOURCE,
  revoked,
  type Servers,
  STATUS,
  STATUS_TTL,
  twoServers,
} from './two-servers.js';

const postgres = await postgresHere();
afterAll(() => postgres?.stop());

const INACTIVE = { active: false };
const turns = (count: number): readonly number[] => Array.from({ length: count }, (_, turn) => turn);

describe.skipIf(postgres === undefined)('two servers on one PostgreSQL', () => {
  let servers: Servers;
  afterEach(() => servers.close());

  async function start(): Promise<readonly [AuthorizationServer, AuthorizationServer]> {
    const url = await postgres!.database();
    await migrate(url);
    servers = await twoServers(url);
    return servers.both;
  }

  /** A token of the city, got at a server. */
  async function tokenOf(server: AuthorizationServer, subjectToken?: string): Promise<string> {
    const response = await exchanged(server, subjectToken ?? (await servers.world.subjectToken()));
    const { access_token: token } = await response.json();
    expect([response.status, typeof token]).toEqual([200, 'string']);
    return token;
  }

  const entries = async (action: string) =>
    (await entriesOf(servers.both[0].store)).filter((entry) => entry.action === action);

  const logoutToken = () =>
    issueLogoutToken(
      { clientId: AT_PROVINCE, sessionId: 'province-session' },
      { issuer: PROVINCE, signer: servers.world.province.signer, kid: 'k1', at: AT },
    );

  it('a token that one revoked is inactive at the other at once, and nothing beside it', async () => {
    const both = await start();
    const beside = await tokenOf(both[0]);
    for (const turn of turns(8)) {
      const [here, there] = turn % 2 === 0 ? both : [both[1], both[0]];
      const token = await tokenOf(here);
      expect(await introspected(there, token)).toMatchObject({ active: true, client_id: CLIENT, aud: API });
      expect(await revoked(here, token)).toBe(200);
      expect(await introspected(there, token)).toEqual(INACTIVE);
      expect(await introspected(here, token)).toEqual(INACTIVE);
    }
    expect(await introspected(both[1], beside)).toMatchObject({ active: true });
    expect(await entries('token-revoke')).toHaveLength(8);
  });

  it('revoked at both by many at once: noted once', async () => {
    const both = await start();
    const token = await tokenOf(both[0]);
    const answers = await Promise.all(turns(16).map((turn) => revoked(both[turn % 2]!, token)));
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(await entries('token-revoke')).toMatchObject([{ details: { client: CLIENT, tokens: 1 } }]);
  });

  it('revoked by another application, or about tokens for others: nothing happens, and nothing is learnt', async () => {
    const both = await start();
    const token = await tokenOf(both[0]);
    expect(await revoked(both[1], token, RESOURCE)).toBe(200);
    expect(await introspected(both[0], token)).toMatchObject({ active: true });
    const asked = await both[1].post('/introspect', await formOf(CLIENT, { token }));
    expect(await asked.json()).toEqual(INACTIVE);
    expect(await entries('token-revoke')).toEqual([]);
  });

  it('an assertion that is shown to both at once is taken by one', async () => {
    const both = await start();
    const token = await tokenOf(both[0]);
    const form = await formOf(RESOURCE, { token });
    const answers = await Promise.all(turns(8).map((turn) => both[turn % 2]!.post('/introspect', form)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(401)]);
  });

  it('a token exchanged at one while the other revokes what it comes from: none outlives it', async () => {
    const both = await start();
    const parents = await Promise.all(turns(16).map((turn) => tokenOf(both[turn % 2]!)));
    const answers = await Promise.all(
      parents.flatMap((parent, turn) => {
        const work = [() => exchanged(both[0], parent), () => revoked(both[1], parent).then(() => undefined)];
        return (turn % 2 === 0 ? work : work.reverse()).map((act) => act());
      }),
    );
    const issued = answers.filter((answer) => answer !== undefined);
    expect(issued.every(({ status }) => [200, 400].includes(status))).toBe(true);
    const children = await Promise.all(issued.filter(({ status }) => status === 200).map((answer) => answer.json()));
    for (const { access_token: child } of children) expect(await introspected(both[0], child)).toEqual(INACTIVE);
    for (const parent of parents) expect((await exchanged(both[1], parent)).status).toBe(400);
  });

  it('the status list of the other says so when its time is up, and a protected server lets the token in no more', async () => {
    const [here, there] = await start();
    const [token, other] = [await tokenOf(here), await tokenOf(there)];
    let now = AT;
    // A fresh one for each question, so that it is the servers whose answers are kept.
    const show = async (shown: string): Promise<readonly [number, string | undefined]> => {
      const issuer = { issuer: CITY, base: STATUS, keys: servers.world.city.keys };
      const status = new TokenStatusLists({ issuers: [issuer], fetch: (request) => there.fetch(request) });
      let found: string | undefined;
      const protect = requireIdentity({
        issuers: [{ issuer: CITY, keys: servers.world.city.keys }],
        audience: API,
        clock: () => now,
        status,
        onRefused: ({ report }) => {
          found = report?.findings.find(({ check }) => check === 'status')?.code;
        },
      });
      const request = new Request(`${API}/licenses/7`, { headers: { authorization: `Bearer ${shown}` } });
      const { status: answered } = await protect(() => new Response())(request);
      return [answered, found];
    };
    expect([await show(token), await show(other)]).toEqual([
      [200, undefined],
      [200, undefined],
    ]);
    expect(await revoked(here, token)).toBe(200);
    now = servers.later(STATUS_TTL - 1);
    expect(await show(token)).toEqual([200, undefined]);
    expect(await introspected(there, token, now)).toEqual(INACTIVE);
    now = servers.later(1);
    expect(await show(token)).toEqual([401, 'token-revoked']);
    expect(await show(other)).toEqual([200, undefined]);
  });

  it('a logout told to one ends the tokens of both, and lets none be exchanged at the other', async () => {
    const [here, there] = await start();
    const tokens = [await tokenOf(here), await tokenOf(there)];
    const elsewhere = await tokenOf(there, await servers.world.subjectToken({ sessionId: 'another' }));
    expect((await here.post('/logout', { logout_token: await logoutToken() })).status).toBe(200);
    for (const token of tokens) expect(await introspected(there, token)).toEqual(INACTIVE);
    expect(await introspected(there, elsewhere)).toMatchObject({ active: true });
    const late = await exchanged(there, await servers.world.subjectToken());
    expect([late.status, await late.json()]).toEqual([400, { error: 'invalid_request' }]);
    expect(await entries('session-end')).toMatchObject([{ details: { sessions: 1, tokens: 2 } }]);
  });

  it('a logout token that is shown to both by many at once is taken by one', async () => {
    const both = await start();
    await tokenOf(both[0]);
    const logout_token = await logoutToken();
    const answers = await Promise.all(turns(8).map((turn) => both[turn % 2]!.post('/logout', { logout_token })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(400)]);
    expect(await entries('session-end')).toHaveLength(1);
    expect(servers.notices).toHaveLength(1);
  });

  it('a logout goes on to the department, whose sessions end, and says who could not be told', async () => {
    const [here] = await start();
    const { sid, sub } = readJwt(await tokenOf(here)).claims;
    await here.post('/logout', { logout_token: await logoutToken() });
    expect(servers.notices).toEqual([{ clientId: CLIENT, subject: sub, sessionId: sid }]);

    const department = memoryStore();
    await department.identityTransaction((tx) =>
      tx.insertSession({
        sessionId: 'department-session',
        subject: 'local',
        upstream: { issuer: CITY, subject: String(sub), sessionId: String(sid) },
        startedAt: AT.toISOString(),
        expiresAt: new Date(AT.getTime() + 3_600_000).toISOString(),
      }),
    );
    const handler = logoutHandler({
      store: department,
      issuers: [{ issuer: CITY, keys: servers.world.city.keys }],
      clientId: CLIENT,
      log: 'department',
      actor: 'department',
      clock: () => AT,
    });
    const running = await listen(getRequestListener(handler));
    const send = (clientId: string, port: number) =>
      sendLogout([{ ...servers.notices[0]!, clientId }], {
        issuer: CITY,
        keys: servers.world.options.keys,
        endpoint: async () => 'https://department.example.gov.cn/logout',
        fetch: (request) => fetch(new Request(`http://127.0.0.1:${port}/logout`, request)),
        clock: () => AT,
        sleep: async () => {},
        delaysMs: [1, 1],
      });
    // It is for somebody else: the department refuses, and is not asked again.
    expect(await send('another', running.port)).toMatchObject([{ outcome: 'refused', attempts: 1 }]);
    expect((await department.session('department-session'))?.endedAt).toBeUndefined();
    expect(await send(CLIENT, running.port)).toMatchObject([{ outcome: 'delivered', attempts: 1 }]);
    expect((await department.session('department-session'))?.endedAt).toBeDefined();
    await running.close();
    expect(await send(CLIENT, running.port)).toMatchObject([{ outcome: 'unreachable', attempts: 3 }]);
  });

  it('while the database is down nobody is told anything, and what was revoked stays revoked', async () => {
    const [here, there] = await start();
    const [token, other] = [await tokenOf(here), await tokenOf(here)];
    expect(await revoked(here, token)).toBe(200);
    const logout_token = await logoutToken();
    await postgres!.crash();
    const asked = await Promise.all([
      there.post('/introspect', await formOf(RESOURCE, { token: other })),
      there.post('/revoke', await formOf(CLIENT, { token: other })),
      there.post('/logout', { logout_token }),
      exchanged(there, await servers.world.subjectToken()),
    ]);
    expect(asked.map(({ status }) => status)).toEqual([503, 503, 503, 503]);
    expect((await there.fetch(new Request(`${STATUS}0`))).status).toBe(500);
    await postgres!.start();
    expect(await introspected(there, token)).toEqual(INACTIVE);
    expect(await introspected(there, other)).toMatchObject({ active: true });
    expect((await there.post('/logout', { logout_token })).status).toBe(200);
    expect(await introspected(here, other)).toEqual(INACTIVE);
  });
});
