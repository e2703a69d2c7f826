import { ProvincialTickets, type ProvincialTicketsOptions, readProvincialApi } from '@gov/identity/ticket';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const BASE = 'https://sso.province.example.gov.cn';
const OK = { path: 'code', value: '200' };

const API = {
  issuer: `${BASE}/`,
  token: { url: `${BASE}/token`, fixed: { appId: 'city' }, ok: OK, ticket: 'ticket', token: 'data.accessToken' },
  person: {
    url: `${BASE}/person`,
    ok: OK,
    token: 'token',
    subject: 'data.user.uid',
    kind: 'data.user.type',
    level: 'data.user.authLevel',
    session: 'data.sid',
  },
  logout: { url: `${BASE}/logout`, ok: OK, token: 'token' },
  kinds: { '1': 'natural-person', '2': 'legal-person' },
  levels: { L2: 2, L3: 3 },
} as const;

const PERSON = { code: 200, data: { user: { uid: 'u-1', type: 1, authLevel: 'L3' }, sid: 's-1' } };
const TOKEN = { code: '200', data: { accessToken: 'T' } };

/** A province that answers these, and what it was asked. */
function province(answers: Readonly<Record<string, unknown>> = {}, more: Partial<ProvincialTicketsOptions> = {}) {
  const asked: (readonly [string, Record<string, string>])[] = [];
  const all: Record<string, unknown> = { token: TOKEN, person: PERSON, logout: { code: 200 }, ...answers };
  const tickets = new ProvincialTickets({
    api: readProvincialApi(API),
    credentials: async () => ({ appSecret: 'geheim' }),
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      asked.push([pathname, Object.fromEntries(new URLSearchParams(await request.text()))]);
      const answer = all[pathname.slice(1)];
      return answer instanceof Response ? answer : new Response(JSON.stringify(answer));
    },
    subject: async ({ sub, kind }) => (sub === 'u-1' ? { kind, sub: 'here' } : undefined),
    ...more,
  });
  return { tickets, asked };
}

describe('a ticket of a province', () => {
  it('becomes a login here, and is logged out there', async () => {
    const { tickets, asked } = province();
    const login = await tickets.login('ticket-1');
    expect(login).toEqual({
      subject: { kind: 'natural-person', sub: 'here' },
      level: 3,
      upstream: { issuer: `${BASE}/`, subject: 'u-1', sessionId: 's-1' },
      token: 'T',
    });
    expect(await tickets.logout(login!.token)).toBe(true);
    expect(asked).toEqual([
      ['/token', { appId: 'city', appSecret: 'geheim', ticket: 'ticket-1' }],
      ['/person', { appSecret: 'geheim', token: 'T' }],
      ['/logout', { appSecret: 'geheim', token: 'T' }],
    ]);
  });

  const user = (other: object) => ({
    person: { ...PERSON, data: { ...PERSON.data, user: { ...PERSON.data.user, ...other } } },
  });

  it.each([
    ['refused', { token: { code: 401 } }],
    ['refused with status 400', { token: new Response(JSON.stringify(TOKEN), { status: 400 }) }],
    ['whose person is refused', { person: { ...PERSON, code: 500 } }],
    ['of a level that the table has not', user({ authLevel: 'L9' })],
    ['of an inherited level', user({ authLevel: 'constructor' })],
    ['without a level', user({ authLevel: null })],
    ['of another kind', user({ type: 3 })],
    ['of somebody not known here', user({ uid: 'u-2' })],
  ])('%s is none', async (_, answers) => {
    expect(await province(answers).tickets.login('t')).toBeUndefined();
  });

  it('for a subject of another kind here is none', async () => {
    const { tickets } = province(user({ type: 2 }), { subject: async () => ({ kind: 'natural-person', sub: 'x' }) });
    expect(await tickets.login('t')).toBeUndefined();
  });

  it.each([[''], ['a b'], ['a\n'], ['票'], ['x'.repeat(4097)]])('%j is not asked about', async (ticket) => {
    const { tickets, asked } = province();
    expect(await tickets.login(ticket)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it.each([
    ['no JSON', { token: new Response('<html>') }],
    ['a list', { token: [] }],
    ['a member twice', { token: new Response('{"code":200,"code":401}') }],
    ['no token', { token: { code: 200 } }],
    ['a token with a line feed', { token: { code: 200, data: { accessToken: 'a\nb' } } }],
    ['no subject', user({ uid: undefined })],
    ['a subject that is an object', user({ uid: {} })],
    ['an empty subject', user({ uid: '' })],
    ['a subject with U+0000', user({ uid: 'a\0' })],
  ])('is not answered with %s', async (_, answers) => {
    await expect(province(answers).tickets.login('t')).rejects.toMatchObject({ code: 'token-endpoint-answer-wrong' });
  });

  it.each([
    ['an answer of more than 64 KiB', { token: { ...TOKEN, x: 'x'.repeat(65_536) } }, {}],
    ['status 500', { token: new Response('{}', { status: 500 }) }, {}],
    ['no network', {}, { fetch: () => Promise.reject(new TypeError('connect 10.0.0.1')) }],
    ['no answer', {}, { fetch: () => new Promise<Response>(() => undefined), timeoutMs: 20 }],
  ])('cannot be had with %s', async (_, answers, more) => {
    const asked = province(answers, more).tickets.login('t');
    await expect(asked).rejects.toMatchObject({ code: 'token-endpoint-unavailable' });
    await expect(asked).rejects.not.toThrow('10.0.0.1');
  });

  it('is not led elsewhere by whatever a province answers', () =>
    fc.assert(
      fc.asyncProperty(fc.jsonValue(), fc.jsonValue(), async (token, person) => {
        const { tickets } = province({ token: { ...TOKEN, x: token }, person });
        const login = await tickets.login('t').catch((error: { code?: string }) => error.code);
        expect([undefined, 'token-endpoint-answer-wrong']).toContain(login);
      }),
      { numRuns: 200 },
    ));
});

it('a logout that is refused, or that there is no call for, is told', async () => {
  expect(await province({ logout: { code: 1 } }).tickets.logout('T')).toBe(false);
  const { logout: _, ...without } = API;
  expect(await province({}, { api: readProvincialApi(without) }).tickets.logout('T')).toBe(false);
});

it.each([
  ['http', { token: { ...API.token, url: 'http://sso.province.example.gov.cn/token' } }],
  ['a password in a URL', { token: { ...API.token, url: 'https://a:b@sso.province.example.gov.cn/token' } }],
  ['an unknown field', { extra: 1 }],
  ['a path that is none', { token: { ...API.token, token: 'data..x' } }],
  ['a kind that is none', { kinds: { '1': 'robot' } }],
  ['a level that is none', { levels: { L1: 1.5 } }],
])('%s is not read', (_, other) => {
  expect(() => readProvincialApi({ ...API, ...other })).toThrowError(
    expect.objectContaining({ code: 'input-malformed' }),
  );
});
