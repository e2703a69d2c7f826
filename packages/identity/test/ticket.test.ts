import { clientAssertionForm, privateKeyJwt } from '@gov/identity/client-authentication';
import { TICKET_GRANT, TICKET_LIMITS, TicketOffice, type TicketRedemption } from '@gov/identity/ticket';
import { sm3 } from '@gov/sm';
import { memoryStore } from '@gov/store/memory';
import type { JsonObject } from '@gov/token/json';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AT, CITY, CLIENT, entriesOf, failing, LOG, party } from './exchange-world.js';

const APPLICATION = { clientId: CLIENT, redirectUri: 'https://portal.example.gov.cn/login?from=1' };
const LOGIN = { sub: 'pairwise', level: 3 };
const OPTIONS = { log: LOG, actor: 'id-city' };

async function issued(more: { readonly lifetimeSeconds?: number } = {}) {
  const store = memoryStore();
  const office = new TicketOffice({ ...OPTIONS, store, ...more });
  const { ticket, expiresAt } = await office.issue({ ...APPLICATION, login: LOGIN }, AT);
  const redeem = (other: Partial<TicketRedemption> = {}, at = AT) =>
    office.redeem({ ...APPLICATION, ticket, ...other }, at);
  return { store, office, ticket, expiresAt, redeem };
}

describe('a ticket', () => {
  it('gives its login to one of eight, and one entry to the log', async () => {
    const { store, redeem, ticket, expiresAt } = await issued();
    expect(ticket).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(expiresAt).toEqual(new Date(AT.getTime() + 60_000));
    const answers = await Promise.all(Array.from({ length: 8 }, () => redeem()));
    expect(answers.filter((one) => one !== undefined)).toEqual([LOGIN]);
    const [entry, ...others] = await entriesOf(store);
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ action: 'ticket-redeem', actor: 'id-city', details: { client: CLIENT } });
    expect(JSON.stringify(entry)).not.toContain('pairwise');
  });

  it('is bound to the application and the host, and nobody else uses it up', async () => {
    const { redeem, store } = await issued();
    for (const other of [
      { clientId: 'another' },
      { redirectUri: 'https://evil.example/login' },
      { redirectUri: 'https://portal.example.gov.cn:8443/login' },
      { redirectUri: 'http://portal.example.gov.cn/login' },
      { redirectUri: 'https://portal.example.gov.cn@evil.example/login' },
      { redirectUri: 'https://x@portal.example.gov.cn/login' },
      { redirectUri: 'portal.example.gov.cn' },
      { redirectUri: '' },
    ])
      expect(await redeem(other)).toBeUndefined();
    expect(await store.audit.size(LOG)).toBe(0);
    expect(await redeem({ redirectUri: 'https://portal.example.gov.cn/elsewhere' })).toEqual(LOGIN);
  });

  it('lives to the millisecond before its end', async () => {
    const late = await issued({ lifetimeSeconds: 5 });
    expect(await late.redeem({}, new Date(AT.getTime() + 5000))).toBeUndefined();
    expect(await late.redeem({}, new Date(AT.getTime() + 4999))).toEqual(LOGIN);
  });

  it('is not found by any other text', async () => {
    const { redeem, ticket } = await issued();
    const last = ticket.at(-1)!;
    // The last character carries four bits: another one with the same four is another spelling.
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const alias = alphabet[alphabet.indexOf(last) ^ 1]!;
    for (const other of [
      '',
      'x',
      `${ticket}=`,
      ` ${ticket}`,
      `${ticket}\n`,
      ticket.slice(0, -1),
      ticket.slice(0, -1) + alias,
      ticket.toLowerCase(),
    ])
      expect(await redeem({ ticket: other })).toBeUndefined();
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 60 }), async (other) => {
        expect(await redeem({ ticket: other })).toBeUndefined();
      }),
      { numRuns: 300 },
    );
    expect(await redeem()).toEqual(LOGIN);
  });

  it('is kept as its digest only', async () => {
    const kept: unknown[] = [];
    const store = memoryStore();
    const spy = {
      identityTransaction: <T>(work: Parameters<typeof store.identityTransaction<T>>[0]) =>
        store.identityTransaction<T>((tx) =>
          work({
            ...tx,
            putOneTime: async (...args) => {
              kept.push(args);
            },
          }),
        ),
    };
    const { ticket } = await new TicketOffice({ ...OPTIONS, store: spy }).issue({ ...APPLICATION, login: LOGIN }, AT);
    const [[scope, digest, value]] = kept as [[string, Uint8Array, string]];
    expect([scope, JSON.parse(value)]).toEqual(['ticket', LOGIN]);
    const parts = JSON.stringify([ticket, CLIENT, 'https://portal.example.gov.cn']);
    expect(digest).toEqual(sm3(new TextEncoder().encode(parts)));
  });

  it.each(['redeemOneTime', 'audit', 'commit'] as const)('is there still after a crash at %s', async (step) => {
    const { store, redeem, ticket } = await issued();
    const broken = new TicketOffice({ ...OPTIONS, store: failing(store, step) });
    await expect(broken.redeem({ ...APPLICATION, ticket }, AT)).rejects.toThrow('crash');
    expect(await store.audit.size(LOG)).toBe(0);
    expect(await redeem()).toEqual(LOGIN);
  });

  it.each([
    ['no URI', { redirectUri: 'x' }],
    ['http', { redirectUri: 'http://portal.example.gov.cn/' }],
    ['a script', { redirectUri: 'javascript:alert(1)' }],
    ['another scheme to this machine', { redirectUri: 'ftp://localhost/' }],
    ['a name that begins like this machine', { redirectUri: 'http://localhost.evil.example/' }],
    ['a password', { redirectUri: 'https://a:b@portal.example.gov.cn/' }],
    ['a long login', { login: { x: 'x'.repeat(TICKET_LIMITS.login) } }],
  ])('is not issued for %s', async (_, other) => {
    const office = new TicketOffice({ ...OPTIONS, store: memoryStore() });
    const made = office.issue({ ...APPLICATION, login: LOGIN, ...other }, AT);
    await expect(made).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('is not issued for a login that could not be read again', async () => {
    let login: JsonObject = {};
    for (let depth = 0; depth < 16; depth++) login = { login };
    const office = new TicketOffice({ ...OPTIONS, store: memoryStore() });
    await expect(office.issue({ ...APPLICATION, login }, AT)).rejects.toMatchObject({ code: 'json-malformed' });
    const { ticket } = await office.issue({ ...APPLICATION, login: login.login as JsonObject }, AT);
    expect(await office.redeem({ ...APPLICATION, ticket }, AT)).toEqual(login.login);
  });

  it('is issued for this machine over http, and for a login just within the limit', async () => {
    const office = new TicketOffice({ ...OPTIONS, store: memoryStore() });
    const login = { x: 'x'.repeat(TICKET_LIMITS.login - 8) };
    const holder = { clientId: CLIENT, redirectUri: 'http://localhost:3000/x' };
    const { ticket } = await office.issue({ ...holder, login }, AT);
    expect(await office.redeem({ ...holder, ticket }, AT)).toEqual(login);
  });

  it.each([[0], [61], [Number.NaN], [-1]])('does not live %d s', (lifetimeSeconds) => {
    const make = () => new TicketOffice({ ...OPTIONS, store: memoryStore(), lifetimeSeconds });
    expect(make).toThrowError(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('needs a generator that gives what is asked of it', async () => {
    const office = new TicketOffice({ ...OPTIONS, store: memoryStore(), random: () => new Uint8Array(8) });
    await expect(office.issue({ ...APPLICATION, login: LOGIN }, AT)).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });
});

describe('the endpoint', () => {
  async function endpoint() {
    const { office, store, ticket } = await issued();
    const app = party();
    const clients = async (clientId: string) => (clientId === CLIENT ? { keys: app.keys } : undefined);
    const authentication = privateKeyJwt({ clients, audience: CITY, replay: store.replay });
    const post = async (
      more: Readonly<Record<string, string>> = {},
      answer?: (login: object) => Promise<{ sub: string }>,
    ) => {
      const form = await clientAssertionForm(
        { clientId: CLIENT, audience: CITY, at: AT },
        { kid: 'k1', signer: app.signer },
      );
      const all = { grant_type: TICKET_GRANT, ticket, redirect_uri: APPLICATION.redirectUri, ...more };
      for (const [name, value] of Object.entries(all)) form.set(name, value);
      const handler = office.handler({ authentication, clock: () => AT, ...(answer && { answer }) });
      const response = await handler(new Request(`${CITY}/ticket`, { method: 'POST', body: form }));
      return [response.status, response.headers.get('cache-control'), await response.json()];
    };
    return post;
  }

  it('gives the login to the application, once', async () => {
    const post = await endpoint();
    expect(await post()).toEqual([200, 'no-store', LOGIN]);
    expect(await post()).toEqual([400, 'no-store', { error: 'invalid_grant' }]);
    const other = await endpoint();
    expect(await other({}, async () => ({ sub: 'x' }))).toEqual([200, 'no-store', { sub: 'x' }]);
  });

  it.each([
    [{ ticket: 'x' }, 400, 'invalid_grant'],
    [{ ticket: '' }, 400, 'invalid_request'],
    [{ redirect_uri: '' }, 400, 'invalid_request'],
    [{ redirect_uri: 'https://evil.example/' }, 400, 'invalid_grant'],
    [{ grant_type: 'authorization_code' }, 400, 'unsupported_grant_type'],
    [{ client_assertion: 'x' }, 401, 'invalid_client'],
    [{ client_id: 'another' }, 401, 'invalid_client'],
  ])('refuses %j, and the ticket is there still', async (more, status, error) => {
    const post = await endpoint();
    expect(await post(more)).toEqual([status, 'no-store', { error }]);
    expect(await post()).toEqual([200, 'no-store', LOGIN]);
  });
});
