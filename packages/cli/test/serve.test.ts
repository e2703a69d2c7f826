import { execFileSync } from 'node:child_process';
import { subscribe } from 'node:diagnostics_channel';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '@gov/cli';
import { generateSm2Key, sm2Verifier } from '@gov/sm';
import { writeEncryptedSm2PrivateKey } from '@gov/sm/key-encryption';
import { type CryptoPoolOptions, cryptoPool } from '@gov/sm/pool';
import { tlsFetch } from '@gov/sm/pool/tls';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'gov-serve-'));
afterAll(() => rmSync(folder, { recursive: true }));
const put = (name: string, content: string): string => {
  const file = join(folder, name);
  writeFileSync(file, content, { mode: 0o600 });
  return file;
};

const text = (value: string) => new TextEncoder().encode(value);
const TOKEN = 'correct-horse-battery-staple';
const key = generateSm2Key();
const keyFile = put('seal.pem', key.toPem());
const tokens = put('tokens', `bureau:${TOKEN}\nother:another-token-of-another-caller\n`);
const LISTEN = ['--listen', '127.0.0.1:0'] as const;
const BASIC = ['--key', `seal=${keyFile}`, '--token-file', tokens, ...LISTEN] as const;

/** `gov serve pool`, until `stop`; what it prints, and the status it ends with. */
async function serve(...args: readonly string[]) {
  let out = '';
  const written = resolvers();
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    out += chunk;
    written.resolve(undefined);
    return true;
  });
  let err = '';
  const stderr = vi.spyOn(console, 'error').mockImplementation((line) => {
    err += `${line}\n`;
  });
  const status = main(['serve', 'pool', ...args, '--json']);
  await written.promise;
  stdout.mockRestore();
  stderr.mockRestore();
  const answer = JSON.parse(out);
  const stop = () => {
    process.emit('SIGTERM', 'SIGTERM');
    return status;
  };
  if (answer.url !== undefined) running.push(stop);
  return { answer, status, stop, err };
}
function resolvers() {
  let resolve: (value: unknown) => void = () => undefined;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
const running: (() => Promise<number>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

const client = (url: string, options: Partial<CryptoPoolOptions> = {}) =>
  cryptoPool({ url, token: TOKEN, retries: 0, ...options });

async function expectSigns(pool: ReturnType<typeof cryptoPool>, id = 'seal', publicKey = key.publicKey) {
  const signer = await pool.signer(id, { publicKey: publicKey.toSpki() });
  const messages = Array.from({ length: 100 }, (_, i) => text(`${i}`));
  const signatures = await signer.signMany(messages);
  for (const [i, message] of messages.entries()) {
    expect(await sm2Verifier(publicKey).verify(message, signatures[i]!)).toBe(true);
  }
}

describe('gov serve pool', () => {
  it('serves keys until a signal, then answers what is under way and ends with 0', async () => {
    const { answer, stop, status } = await serve(...BASIC);
    expect(answer).toEqual({ url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/$/), keys: ['seal'] });
    await expectSigns(client(answer.url));
    const signer = await client(answer.url).signer('seal');
    const underWay = new Promise((resolve) => subscribe('http.server.request.start', resolve));
    const late = signer.signMany([text('asked before the signal')]);
    await underWay;
    const ended = stop();
    expect(await late).toHaveLength(1);
    expect(await ended).toBe(0);
    expect(await status).toBe(0);
    await expect(client(answer.url).health()).rejects.toMatchObject({ code: 'pool-unavailable' });
    expect(process.listenerCount('SIGTERM')).toBe(0);
  });

  it('signs in threads, opens encrypted keys, writes the audit without messages', async () => {
    const other = generateSm2Key();
    const encrypted = put('other.pem', await writeEncryptedSm2PrivateKey(other, '口令'));
    const audit = join(folder, 'audit.jsonl');
    const { answer } = await serve(
      ...BASIC,
      ...['--key', `other=${encrypted}`, '--password-file', put('password', '口令\n')],
      ...['--threads', '1', '--audit', audit],
    );
    expect(answer.keys).toEqual(['seal', 'other']);
    await expectSigns(client(answer.url));
    await expectSigns(client(answer.url), 'other', other.publicKey);
    const [first] = readFileSync(audit, 'utf8').trimEnd().split('\n');
    const entry = JSON.parse(first!);
    expect(entry).toMatchObject({ caller: 'bureau', key: 'seal', outcome: 'signed' });
    expect(Object.keys(entry.items[0])).toEqual(['kind', 'digest']);
    expect(readFileSync(audit, 'utf8')).not.toContain(TOKEN);
  });

  it('knows its callers by their tokens, and nobody else', async () => {
    const { answer } = await serve(...BASIC);
    await client(answer.url, { token: 'another-token-of-another-caller' }).keys();
    for (const token of ['wrong-wrong-wrong-wrong', `bureau:${TOKEN}`.replace(':', '.')]) {
      await expect(client(answer.url, { token }).keys()).rejects.toMatchObject({ code: 'pool-unauthorized' });
    }
    await expect(cryptoPool({ url: answer.url, retries: 0 }).keys()).rejects.toMatchObject({
      code: 'pool-unauthorized',
    });
  });

  /** A request as bytes, since `fetch` sends no wrong ones. */
  const raw = (url: string, body: Buffer, headers: Readonly<Record<string, string | number>> = {}, path?: string) =>
    new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const request = httpRequest(new URL('v1/keys/seal/sign', url), {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', ...headers },
        ...(path === undefined ? {} : { path }),
      });
      request.once('error', reject);
      request.once('response', (response) => {
        let answer = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          answer += chunk;
        });
        response.once('end', () => resolve({ status: response.statusCode, text: answer }));
      });
      request.end(body);
    });

  it('answers a body that is too large, announced or not, and a path that is none', async () => {
    const { answer } = await serve(...BASIC);
    const large = Buffer.alloc(1024 * 1024 + 1, ' ');
    const announced = await raw(answer.url, large);
    expect(announced.status).toBe(413);
    expect(JSON.parse(announced.text)).toMatchObject({ code: 'input-too-large' });
    const chunked = await raw(answer.url, large, { 'transfer-encoding': 'chunked' });
    expect(JSON.parse(chunked.text)).toMatchObject({ code: 'input-too-large' });
    for (const path of ['//', 'http://', '*']) {
      expect((await raw(answer.url, Buffer.from('{}'), {}, path)).status).toBeGreaterThanOrEqual(400);
    }
    await expectSigns(client(answer.url));
  });

  it.each<[string, readonly string[]]>([
    ['no key', ['--token-file', tokens, ...LISTEN]],
    ['a key without a name', ['--key', keyFile, '--token-file', tokens]],
    ['a key twice', [...BASIC, '--key', `seal=${keyFile}`]],
    ['nobody who could ask', ['--key', `seal=${keyFile}`, ...LISTEN]],
    ['a place that is none', [...BASIC, '--listen', '8480']],
    ['a port that is none', [...BASIC, '--listen', '127.0.0.1:70000']],
    ['plain HTTP for others', [...BASIC, '--listen', '0.0.0.0:0']],
    ['plain HTTP for others, IPv6', [...BASIC, '--listen', '[::]:0']],
    ['a certificate without its key', [...BASIC, '--tls-cert', keyFile]],
    ['client certificates without TLS', [...BASIC, '--client-ca', keyFile]],
    ['a certificate that is none', [...BASIC, '--tls-cert', tokens, '--tls-key', tokens]],
    ['a password that nothing needs', [...BASIC, '--password-file', put('unused', 'x')]],
    ['no tokens', [...BASIC.slice(0, 2), '--token-file', put('empty', '\n'), ...LISTEN]],
    ['a name twice', [...BASIC.slice(0, 2), '--token-file', put('twice', `a:${TOKEN}\na:${TOKEN}`), ...LISTEN]],
    ['tokens without names', [...BASIC.slice(0, 2), '--token-file', put('bare', `${TOKEN}\n${TOKEN}`), ...LISTEN]],
    ['an address that is not here', [...BASIC, '--listen', '192.0.2.1:0', '--allow-http']],
  ])('refuses %s', async (_, args) => {
    const { answer, status } = await serve(...args);
    expect(answer).toMatchObject({ error: { code: 'usage' } });
    expect(JSON.stringify(answer)).not.toContain(TOKEN);
    expect(await status).toBe(2);
  });

  it.each<[string, readonly string[], string]>([
    ['a short token', [...BASIC.slice(0, 2), '--token-file', put('short', 'a:secret'), ...LISTEN], 'invalid-argument'],
    ['a name that is none', ['--key', `a b=${keyFile}`, '--token-file', tokens, ...LISTEN], 'invalid-argument'],
    ['half a thread', [...BASIC, '--threads', '0.5'], 'invalid-argument'],
    ['a key file that is not there', ['--key', `a=${folder}/none`, '--token-file', tokens], 'file-missing'],
  ])('refuses %s', async (_, args, code) => {
    const { answer } = await serve(...args);
    expect(answer).toMatchObject({ error: { code } });
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  it('refuses a place that is taken', async () => {
    const { answer } = await serve(...BASIC);
    const again = await serve(...BASIC.slice(0, 4), '--listen', new URL(answer.url).host);
    expect(again.answer).toMatchObject({ error: { code: 'usage', message: expect.stringContaining('EADDRINUSE') } });
  });
});

const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
function hasOpenssl(): boolean {
  try {
    openssl('version');
    return true;
  } catch {
    console.warn('skipped: TLS of gov serve, for there is no openssl to make certificates with');
    return false;
  }
}

describe.skipIf(!hasOpenssl())('gov serve pool with TLS', () => {
  const issue = (name: string, ca: string, extension: string) => {
    const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`] as const;
    openssl(
      'req',
      '-x509',
      ...ec,
      '-CA',
      `${ca}.crt`,
      '-CAkey',
      `${ca}.key`,
      '-subj',
      `/CN=${name}`,
      '-days',
      '2',
      '-addext',
      extension,
      '-out',
      `${name}.crt`,
    );
  };
  const root = (name: string) =>
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-subj',
      `/CN=${name}`,
      '-days',
      '2',
      '-out',
      `${name}.crt`,
    );
  const at = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(at(name), 'utf8');
  const made = () => {
    for (const name of ['ca', 'stranger']) root(name);
    issue('server', 'ca', 'subjectAltName=IP:127.0.0.1');
    issue('client', 'ca', 'extendedKeyUsage=clientAuth');
    issue('impostor', 'stranger', 'extendedKeyUsage=clientAuth');
  };
  const TLS = ['--tls-cert', at('server.crt'), '--tls-key', at('server.key')] as const;
  const identity = (name: string) => ({ ca: read('ca.crt'), cert: read(`${name}.crt`), key: read(`${name}.key`) });

  it('lets in whoever shows a certificate of the authority, and nobody else', async () => {
    made();
    const { answer } = await serve('--key', `seal=${keyFile}`, ...LISTEN, ...TLS, '--client-ca', at('ca.crt'));
    expect(answer.url).toMatch(/^https:/);
    const url = answer.url;
    await expectSigns(cryptoPool({ url, fetch: tlsFetch(identity('client')) }));
    const refused = { code: 'pool-unavailable' };
    const asked = (fetch: CryptoPoolOptions['fetch']) => cryptoPool({ url, retries: 0, fetch: fetch! }).keys();
    await expect(asked(tlsFetch({ ca: read('ca.crt') }))).rejects.toMatchObject(refused);
    await expect(asked(tlsFetch(identity('impostor')))).rejects.toMatchObject(refused);
    await expect(asked(tlsFetch({ ...identity('client'), ca: read('stranger.crt') }))).rejects.toMatchObject(refused);
    await expect(asked(fetch)).rejects.toMatchObject(refused);
  });

  it('asks for both, where both are given', async () => {
    const { answer } = await serve(...BASIC, ...TLS, '--client-ca', at('ca.crt'));
    const mutual = tlsFetch(identity('client'));
    await expectSigns(client(answer.url, { fetch: mutual }));
    await expect(cryptoPool({ url: answer.url, fetch: mutual }).keys()).rejects.toMatchObject({
      code: 'pool-unauthorized',
    });
  });

  it('takes a token alone with TLS alone', async () => {
    const { answer } = await serve(...BASIC, ...TLS);
    await expectSigns(client(answer.url, { fetch: tlsFetch({ ca: read('ca.crt') }) }));
    const foreign = client(answer.url, { fetch: tlsFetch({ ca: read('stranger.crt') }) });
    await expect(foreign.keys()).rejects.toMatchObject({
      code: 'pool-unavailable',
      message: expect.stringMatching(/\((SELF_SIGNED|UNABLE_TO|CERT_|DEPTH_)/),
    });
    await expect(
      client(answer.url.replace('127.0.0.1', 'localhost'), { fetch: tlsFetch({ ca: read('ca.crt') }) }).keys(),
    ).rejects.toMatchObject({ code: 'pool-unavailable' });
  });

  it('stops a request over TLS when told to', async () => {
    const { answer } = await serve(...BASIC, ...TLS);
    const reason = new Error('enough');
    const pool = client(answer.url, { fetch: tlsFetch({ ca: read('ca.crt') }) });
    const signer = await pool.signer('seal');
    const controller = new AbortController();
    const stopped = signer.signMany([text('a')], { signal: controller.signal });
    controller.abort(reason);
    await expect(stopped).rejects.toBe(reason);
  });

  it('refuses client certificates and keys that are none, without repeating them', () => {
    const secret = 'no key but a secret';
    expect(() => tlsFetch({ key: secret, cert: secret })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
    expect(() => tlsFetch({ key: secret, cert: secret })).not.toThrow(secret);
  });
});
