/** `gov token exchange` against a small server that judges what it is sent as RFC 8693, 7523 and 9449 want it. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLIENT_ASSERTION_TYP } from '@gov/identity/client-authentication';
import { readSm2PublicKey } from '@gov/sm';
import { verifyDpop } from '@gov/token/dpop';
import { jwkThumbprint, publicJwk } from '@gov/token/jwk';
import { verifyJwt } from '@gov/token/jwt';
import { fixedKeys } from '@gov/token/key-source';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TOKEN_ENDPOINT_LIMITS } from '../src/token-endpoint.js';
import { gov, json } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'gov-exchange-'));
const at = (name: string): string => join(folder, name);
const NOW = '2026-11-22T10:00:00+08:00';
const spkiOf = (name: string): Uint8Array => readSm2PublicKey(readFileSync(at(name), 'utf8')).toSpki();

interface Asked {
  readonly form: URLSearchParams;
  readonly dpop: string | undefined;
  readonly type: string | undefined;
}

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

const GOOD = {
  access_token: 'new.token.text',
  issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
  token_type: 'Bearer',
  expires_in: 300,
};
let server: Server;
let endpoint: string;
let asked: Asked[];
let answers: Answer[];
const answer = (body: unknown, more: Omit<Answer, 'body'> = {}): Answer => ({ ...more, body: JSON.stringify(body) });

beforeAll(async () => {
  for (const name of ['client', 'holder'])
    await gov('key', 'generate', '--out', at(`${name}.pem`), '--public-out', at(`${name}.pub.pem`));
  for (const subject of ['person', 'actor'])
    await gov(
      ...['token', 'issue', '--issuer', 'https://province.example', '--key', at('client.pem'), '--subject', subject],
      ...['--audience', 'https://city.example', '--client', 'dept', '--level', '2', '--out', at(subject)],
    );
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { dpop, 'content-type': type } = request.headers;
    asked.push({ form: new URLSearchParams(body), dpop: dpop as string | undefined, type });
    const { status = 200, headers = {}, body: text } = answers.shift() ?? answer(GOOD);
    response.writeHead(status, headers).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  asked = [];
  answers = [];
});

const exchange = (...more: readonly string[]) =>
  json(
    ...['token', 'exchange', at('person'), '--endpoint', endpoint, '--client', 'dept', '--key', at('client.pem')],
    ...['--at', NOW, ...more],
  );

async function refused(...more: readonly string[]): Promise<readonly [number, string]> {
  const { status, answer: given } = await exchange(...more);
  return [status, given.error?.code];
}

describe('gov token exchange', () => {
  it('sends the token, what is asked for, and a proof of who the client is', async () => {
    const { status, answer: given } = await exchange(
      ...['--audience', 'a', '--audience', 'b', '--resource', 'https://api.example', '--scope', 'x', '--scope', 'y'],
      ...['--actor-token', at('actor'), '--assertion-audience', 'https://city.example'],
    );
    expect([status, given]).toEqual([0, { token: 'new.token.text', tokenType: 'Bearer', expiresIn: 300 }]);
    const [{ form, dpop, type }] = asked as [Asked];
    expect(type).toMatch(/^application\/x-www-form-urlencoded/);
    expect(dpop).toBeUndefined();
    expect(form.getAll('audience')).toEqual(['a', 'b']);
    expect(Object.fromEntries(form)).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: readFileSync(at('person'), 'utf8').trim(),
      subject_token_type: GOOD.issued_token_type,
      actor_token: readFileSync(at('actor'), 'utf8').trim(),
      actor_token_type: GOOD.issued_token_type,
      requested_token_type: GOOD.issued_token_type,
      resource: 'https://api.example',
      scope: 'x y',
      client_id: 'dept',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    });
    const kid = await jwkThumbprint(publicJwk(spkiOf('client.pub.pem')));
    const { report, claims } = await verifyJwt(form.get('client_assertion')!, {
      typ: CLIENT_ASSERTION_TYP,
      issuers: [{ issuer: 'dept', keys: fixedKeys([publicJwk(spkiOf('client.pub.pem'), { kid })]) }],
      audience: 'https://city.example',
      at: new Date(NOW),
      demandedClaims: ['sub', 'jti'],
      maxLifetimeSeconds: 60,
    });
    expect(report.verdict).toBe('valid');
    expect(claims?.sub).toBe('dept');
  });

  it('has a new assertion each time, for the endpoint itself unless told otherwise', async () => {
    await exchange();
    await exchange();
    const claims = asked.map(({ form }) =>
      JSON.parse(Buffer.from(form.get('client_assertion')!.split('.')[1]!, 'base64url').toString()),
    );
    expect(claims[0].aud).toBe(endpoint);
    expect(claims[0].jti).not.toBe(claims[1].jti);
  });

  it('writes the new token for its owner alone, or prints nothing but it', async () => {
    const { answer: given } = await exchange('--out', at('new'));
    expect(given.token).toBeUndefined();
    expect(readFileSync(at('new'), 'utf8')).toBe('new.token.text\n');
    expect(statSync(at('new')).mode & 0o777).toBe(0o600);
    const { out } = await gov(
      ...['token', 'exchange', at('person'), '--endpoint', endpoint, '--client', 'dept', '--key', at('client.pem')],
    );
    expect(out).toBe('new.token.text\n');
  });

  it('proves the key that the new token is bound to, and with the nonce that the server wants', async () => {
    answers = [
      answer({ error: 'use_dpop_nonce' }, { status: 400, headers: { 'DPoP-Nonce': 'n-1' } }),
      answer({ ...GOOD, token_type: 'DPoP' }),
    ];
    const { status } = await exchange('--dpop-key', at('holder.pem'));
    expect(status).toBe(0);
    expect(asked).toHaveLength(2);
    const used = new Set<string>();
    const replay = { firstUse: async (_: string, id: string) => !used.has(id) && used.add(id).has(id) };
    const request = { method: 'POST', url: endpoint, at: new Date(NOW), replay };
    expect((await verifyDpop(asked[0]!.dpop!, request)).report.verdict).toBe('valid');
    const second = await verifyDpop(asked[1]!.dpop!, { ...request, nonce: 'n-1' });
    expect(second.thumbprint).toBe(await jwkThumbprint(publicJwk(spkiOf('holder.pub.pem'))));
    const assertions = asked.map(({ form }) => form.get('client_assertion'));
    expect(new Set(assertions).size).toBe(2);
  });

  it('asks no third time', async () => {
    answers = [1, 2, 3].map(() => answer({ error: 'use_dpop_nonce' }, { status: 400, headers: { 'DPoP-Nonce': 'n' } }));
    expect(await refused('--dpop-key', at('holder.pem'))).toEqual([2, 'token-endpoint-refused']);
    expect(asked).toHaveLength(2);
  });

  it('takes no bearer token where a bound one was asked for, nor the other way round', async () => {
    expect(await refused('--dpop-key', at('holder.pem'))).toEqual([2, 'token-endpoint-answer-wrong']);
    answers = [answer({ ...GOOD, token_type: 'DPoP' })];
    expect(await refused()).toEqual([2, 'token-endpoint-answer-wrong']);
  });

  it.each([
    ['no token', { ...GOOD, access_token: undefined }],
    ['an empty one', { ...GOOD, access_token: '' }],
    ['a number', { ...GOOD, access_token: 1 }],
    ['another kind of token', { ...GOOD, issued_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' }],
    ['no kind', { ...GOOD, issued_token_type: undefined }],
    ['an array', [GOOD]],
  ])('does not take %s', async (_, body) => {
    answers = [answer(body)];
    expect(await refused()).toEqual([2, 'token-endpoint-answer-wrong']);
  });

  it('reads an answer to its limit, and JSON only', async () => {
    const { answerBytes } = TOKEN_ENDPOINT_LIMITS;
    const filled = (bytes: number): string => JSON.stringify(GOOD).padEnd(bytes, ' ');
    answers = [
      { body: filled(answerBytes) },
      { body: filled(answerBytes + 1) },
      { body: '<html>' },
      { body: '{"a":1,"a":2}' },
    ];
    expect((await exchange()).status).toBe(0);
    for (let rest = 0; rest < 3; rest++) expect(await refused()).toEqual([2, 'token-endpoint-answer-wrong']);
  });

  it('says the code that the server gave, and no more of it', async () => {
    answers = [answer({ error: 'invalid_target', error_description: 'SECRET 11010519491231002X' }, { status: 400 })];
    const { answer: given } = await exchange();
    expect(given.error).toMatchObject({
      code: 'token-endpoint-refused',
      message: 'the token endpoint answered 400: invalid_target',
    });
    expect(JSON.stringify(given)).not.toContain('SECRET');
    answers = [answer({ error: '\u001b[31m' }, { status: 401 }), answer({}, { status: 500 })];
    for (const status of [401, 500])
      expect((await exchange()).answer.error.message).toBe(`the token endpoint answered ${status}: no code`);
  });

  it('follows no redirection with the token in its hands', async () => {
    answers = [{ status: 307, headers: { location: endpoint }, body: '' }];
    expect(await refused()).toEqual([2, 'token-endpoint-unavailable']);
    expect(asked).toHaveLength(1);
  });

  it('says that nobody answers', async () => {
    expect(await refused('--endpoint', 'http://127.0.0.1:9/token')).toEqual([2, 'token-endpoint-unavailable']);
  });

  it.each([
    ['http elsewhere', ['--endpoint', 'http://city.example/token']],
    ['a name in the address', ['--endpoint', 'https://a@city.example/token']],
    ['a password in the address', ['--endpoint', 'https://:b@city.example/token']],
    ['a fragment', ['--endpoint', 'https://city.example/token#x']],
    ['no address', ['--endpoint', 'city']],
    ['the password of no key', ['--dpop-key-password-file', 'x']],
    ['standard input twice', ['--actor-token', '-', '--key-password-file', '-']],
  ])('refuses %s before anything is sent', async (_, more) => {
    expect(await refused(...more)).toEqual([2, 'usage']);
    expect(asked).toEqual([]);
  });

  it('sends nothing that is no token', async () => {
    writeFileSync(at('secret'), 'a password, by mistake\n');
    const { answer: given, status } = await json(
      ...['token', 'exchange', at('secret'), '--endpoint', endpoint, '--client', 'dept', '--key', at('client.pem')],
    );
    expect([status, given.error.code]).toEqual([2, 'jwt-malformed']);
    expect(asked).toEqual([]);
  });
});
