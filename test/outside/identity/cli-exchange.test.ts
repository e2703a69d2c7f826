/** `gov token exchange` as a department runs it, against our own token endpoint on PostgreSQL: each refuses what is wrong of the other. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ASSURANCE_LEVELS, assuranceMapping } from '@gov/identity';
import { privateKeyJwt } from '@gov/identity/client-authentication';
import { TokenExchange, type TokenExchangeOptions } from '@gov/identity/exchange';
import { dpopNonces } from '@gov/identity/server';
import { generateSm2Key, readSm2PrivateKey, readSm2PublicKey, sm2Signer } from '@gov/sm';
import { migrate, openStore, type Store } from '@gov/store';
import { dpopProof } from '@gov/token/dpop';
import { jwkThumbprint, publicJwk } from '@gov/token/jwk';
import { jwksHandler, readJwks } from '@gov/token/jwks';
import { readJwt } from '@gov/token/jwt';
import { KeyRing } from '@gov/token/key-ring';
import { fixedKeys } from '@gov/token/key-source';
import { getRequestListener } from '@hono/node-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { entriesOf } from '../../../packages/identity/test/exchange-world.js';
import { listen, type Running } from '../listen.js';
import { postgresHere } from '../postgres.js';
import { gov, type Ran } from './command.js';

const [PROVINCE, CITY] = ['https://id.province.example.gov.cn', 'https://id.city.example.gov.cn'];
const API = 'https://api.city.example.gov.cn';
const clock = (): Date => new Date();

const postgres = await postgresHere();
afterAll(() => postgres?.stop());

/** A command takes a second, and what it is refused for is tried on the handler itself: the ordinary run asks for every third. */
const some = <T>(all: readonly T[]): readonly T[] =>
  all.filter((_, i) => process.env.SLOW !== undefined || i % 3 === 0);

describe.skipIf(postgres === undefined)('gov token exchange, at our token endpoint on PostgreSQL', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gov-exchange-'));
  const at = (name: string): string => join(folder, name);
  const text = (name: string): string => readFileSync(at(name), 'utf8');
  let store: Store;
  let server: Running;
  let endpoint: string;

  const done = async (...args: readonly string[]): Promise<Ran['answer']> => {
    const { status, answer } = await gov(folder, ...args);
    expect([status, answer.error]).toEqual([0, undefined]);
    return answer;
  };

  beforeAll(async () => {
    for (const name of ['province', 'portal', 'stranger', 'holder', 'thief'])
      await done('key', 'generate', '--out', `${name}.pem`, '--public-out', `${name}.pub.pem`);
    for (const name of ['province', 'portal'])
      await done('token', 'jwks', `${name}.pub.pem`, '--out', `${name}.jwks.json`);
    const url = await postgres!.database();
    await migrate(url);
    store = await openStore(url, { connections: 4 });

    const ring = new KeyRing({ maxAgeSeconds: 300, maxTokenSeconds: 3600, keys: [] });
    const year = new Date(Date.now() + 365 * 86_400_000);
    ring.add({ kid: 'city-1', key: sm2Signer(generateSm2Key()), at: new Date(Date.now() - 1000), until: year });
    // The exchange has to know its own address, which is known once it listens.
    let handler: (request: Request) => Promise<Response> = async () => new Response(null, { status: 503 });
    server = await listen(getRequestListener((request) => handler(request)));
    const origin = `http://127.0.0.1:${server.port}`;
    endpoint = `${origin}/token`;
    const keysOf = (name: string) => fixedKeys(readJwks(readFileSync(at(`${name}.jwks.json`))));
    const options: Omit<TokenExchangeOptions, 'endpoint'> = {
      issuer: CITY,
      keys: ring,
      store,
      replay: store.replay,
      log: 'identity',
      actor: 'id-city',
      issuers: [
        {
          profile: { issuer: PROVINCE, keys: keysOf('province') },
          audience: CITY,
          assurance: assuranceMapping(ASSURANCE_LEVELS, ASSURANCE_LEVELS, {
            'urn:gov:assurance:4': 'urn:gov:assurance:3',
          }),
        },
      ],
      subject: async ({ sub }) => ({ kind: 'natural-person', sub: `city-${sub}` }),
      rule: async () => ({ audience: [API], scope: ['license.read'] }),
    };
    const clients = async (clientId: string) => (clientId === 'city-portal' ? { keys: keysOf('portal') } : undefined);
    const authentication = privateKeyJwt({ clients, audience: CITY, replay: store.replay });
    const token = new TokenExchange({ ...options, endpoint }).handler({ authentication, clock });
    const nonces = dpopNonces(crypto.getRandomValues(new Uint8Array(32)));
    const withNonces = new TokenExchange({ ...options, endpoint: `${origin}/nonces`, nonces });
    const tokenWithNonces = withNonces.handler({ authentication, clock });
    const jwks = jwksHandler(ring, { clock });
    handler = async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === '/jwks.json') return jwks(request);
      if (pathname === '/nonces') return tokenWithNonces(request);
      // As a proxy would that knows no DPoP.
      if (pathname === '/proxy') request.headers.delete('dpop');
      return token(request);
    };
    writeFileSync(at('city.jwks.json'), await (await fetch(`${origin}/jwks.json`)).text());
  });
  afterAll(async () => {
    await server?.close();
    await store?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A token of the province in `subject.jwt`, for somebody of level 4 there unless told otherwise. */
  const issued = (...more: readonly string[]) =>
    done(
      ...['token', 'issue', '--issuer', PROVINCE, '--key', 'province.pem', '--subject', 'p-1', '--audience', CITY],
      ...['--client', 'province-app', '--scope', 'license.read', '--out', 'subject.jwt', '--force'],
      ...(more.includes('--level') ? [] : ['--level', '4']),
      ...more,
    );

  const exchanged = (...more: readonly string[]): Promise<Ran> =>
    gov(
      folder,
      ...['token', 'exchange', 'subject.jwt', '--out', 'city.jwt', '--force'],
      ...(more.includes('--endpoint') ? [] : ['--endpoint', endpoint]),
      ...(more.includes('--client') ? [] : ['--client', 'city-portal']),
      ...(more.includes('--key') ? [] : ['--key', 'portal.pem']),
      ...(more.includes('--assertion-audience') ? [] : ['--assertion-audience', CITY]),
      ...more,
    );

  /** Exit status, and what was found wrong. */
  async function verified(...more: readonly string[]): Promise<readonly [number, readonly string[]]> {
    const { status, answer } = await gov(
      folder,
      ...['token', 'verify', 'city.jwt', '--issuer', CITY],
      ...(more.includes('--jwks') ? [] : ['--jwks', 'city.jwks.json']),
      ...(more.includes('--audience') ? [] : ['--audience', API]),
      ...more,
    );
    const wrong = answer.findings.filter(({ outcome }: { outcome: string }) => ['fail', 'unknown'].includes(outcome));
    return [status, wrong.map(({ code }: { code: string }) => code)];
  }

  beforeEach(() => rmSync(at('city.jwt'), { force: true }));

  it('gets a token of the city, which verifies with the keys that the city publishes', async () => {
    await issued();
    const before = await store.audit.size('identity');
    const { status, answer } = await exchanged('--audience', API, '--scope', 'license.read');
    expect([status, answer]).toEqual([
      0,
      { out: 'city.jwt', tokenType: 'Bearer', expiresIn: expect.any(Number), scope: 'license.read' },
    ]);
    expect(await verified('--min-level', '3')).toEqual([0, []]);
    expect(await verified('--min-level', '4')).toEqual([1, ['assurance-too-low']]);
    expect(await verified('--audience', CITY)).toEqual([1, ['token-audience-mismatch']]);
    expect(await verified('--jwks', 'province.jwks.json')).toEqual([3, ['token-key-unknown']]);
    const { claims } = readJwt(text('city.jwt').trim());
    expect(claims).toMatchObject({ sub: 'city-p-1', client_id: 'city-portal', act: { sub: 'city-portal' } });
    expect(await store.token(String(claims.jti))).toMatchObject({ clientId: 'city-portal', subject: 'city-p-1' });
    const [entry, ...more] = (await entriesOf(store)).slice(before);
    expect([entry?.details.token, more]).toEqual([claims.jti, []]);
  });

  it('gets a bound token for a bound one, which is good with a proof of that key alone', async () => {
    await issued('--bind-to', 'holder.pub.pem');
    const { status, answer } = await exchanged('--dpop-key', 'holder.pem');
    expect([status, answer.tokenType]).toEqual([0, 'DPoP']);
    const accessToken = text('city.jwt').trim();
    const thumbprint = await jwkThumbprint(publicJwk(readSm2PublicKey(text('holder.pub.pem')).toSpki()));
    expect(readJwt(accessToken).claims.cnf).toEqual({ jkt: thumbprint });
    const request = { method: 'GET', url: `${API}/licenses` };
    for (const name of ['holder', 'thief']) {
      const key = sm2Signer(readSm2PrivateKey(text(`${name}.pem`)));
      writeFileSync(at(`${name}.proof`), await dpopProof({ ...request, at: clock(), accessToken }, key));
    }
    const shown = ['--method', 'GET', '--url', request.url];
    expect(await verified('--dpop-proof', 'holder.proof', ...shown)).toEqual([0, []]);
    expect(await verified('--dpop-proof', 'thief.proof', ...shown)).toEqual([1, ['token-binding-mismatch']]);
    expect(await verified()).toEqual([1, ['token-binding-missing']]);
  });

  it('binds a token that was not, where a key is given', async () => {
    await issued();
    expect((await exchanged('--dpop-key', 'holder.pem')).answer.tokenType).toBe('DPoP');
    expect(await verified()).toEqual([1, ['token-binding-missing']]);
  });

  it('makes its proof again with the nonce that the endpoint gives', async () => {
    await issued('--bind-to', 'holder.pub.pem');
    const asked = ['--endpoint', endpoint.replace('/token', '/nonces'), '--dpop-key'];
    const thief = await exchanged(...asked, 'thief.pem');
    expect(thief.answer.error?.message).toBe('the token endpoint answered 400: invalid_request');
    expect(await exchanged(...asked, 'holder.pem')).toMatchObject({ status: 0, answer: { tokenType: 'DPoP' } });
  });

  it('is refused for what it may not have, and the subject token is not used up by it', async () => {
    const before = await store.audit.size('identity');
    const refusal = async (ask: readonly string[]): Promise<string> => {
      const { status, answer } = await exchanged(...ask);
      const { code, message } = answer.error ?? {};
      expect([ask, status, code]).toEqual([ask, 2, 'token-endpoint-refused']);
      return message.replace('the token endpoint answered ', '');
    };
    await issued();
    const asked: readonly (readonly [string, readonly string[]])[] = [
      ['401: invalid_client', ['--client', 'nobody']],
      ['401: invalid_client', ['--key', 'stranger.pem']],
      ['401: invalid_client', ['--kid', 'other']],
      ['401: invalid_client', ['--assertion-audience', PROVINCE]],
      ['401: invalid_client', ['--at', new Date(Date.now() - 600_000).toISOString()]],
      ['400: invalid_target', ['--audience', 'https://other.example.gov.cn']],
      ['400: invalid_target', ['--resource', `${API}/`]],
      ['400: invalid_scope', ['--scope', 'license.apply']],
      ['400: invalid_request', ['--actor-token', 'subject.jwt']],
      ['400: invalid_dpop_proof', ['--dpop-key', 'holder.pem', '--endpoint', `${endpoint}/other`]],
    ];
    for (const [told, ask] of some(asked)) expect([ask, await refusal(ask)]).toEqual([ask, told]);
    expect((await exchanged()).status).toBe(0);
    expect(await refusal([])).toBe('400: invalid_request');
    const other: readonly (readonly [issue: readonly string[], ask: readonly string[]])[] = [
      [['--bind-to', 'holder.pub.pem'], []],
      [
        ['--bind-to', 'holder.pub.pem'],
        ['--dpop-key', 'thief.pem'],
      ],
      [['--level', '3'], []],
      [['--issuer', 'https://id.elsewhere.example.gov.cn'], []],
      [['--key', 'stranger.pem'], []],
      [['--at', new Date(Date.now() - 3_600_000).toISOString()], []],
    ];
    for (const [issue, ask] of some(other)) {
      await issued(...issue);
      expect([issue, await refusal(ask)]).toEqual([issue, '400: invalid_request']);
    }
    expect(await store.audit.size('identity')).toBe(before + 1);
  }, 180_000);

  it('takes no bearer token where a proxy took the proof away', async () => {
    await issued();
    const asked = ['--endpoint', endpoint.replace('/token', '/proxy'), '--dpop-key', 'holder.pem'];
    expect(await exchanged(...asked)).toMatchObject({
      status: 2,
      answer: { error: { code: 'token-endpoint-answer-wrong' } },
    });
    expect(() => text('city.jwt')).toThrow('ENOENT');
  });

  it('four processes with one token: one gets a token', async () => {
    await issued();
    const before = await store.audit.size('identity');
    const ran = await Promise.all([1, 2, 3, 4].map((turn) => exchanged('--out', `city-${turn}.jwt`)));
    expect(ran.map(({ status }) => status).sort()).toEqual([0, 2, 2, 2]);
    expect(await store.audit.size('identity')).toBe(before + 1);
  });

  it('is told so while the database is down, and gets its token afterwards', async () => {
    await issued();
    await postgres!.crash();
    const { answer } = await exchanged();
    await postgres!.start();
    expect(answer.error.message).toBe('the token endpoint answered 503: temporarily_unavailable');
    expect((await exchanged()).status).toBe(0);
  });
});
