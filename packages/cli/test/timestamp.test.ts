import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { main } from '@gov/cli';
import { readTimestampRequest } from '@gov/pki/timestamp';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { serialFile } from '../src/serial-file.js';
import { gov, json } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'gov-timestamp-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const put = (name: string, content: string | Uint8Array): string => {
  writeFileSync(at(name), content);
  return at(name);
};

const POLICY = '1.2.156.11235.1';
const TRUST = ['--trust', at('ca/root.crt.pem')] as const;
const FILE = at('content');

beforeAll(async () => {
  put('content', '某市行政审批局');
  put('other', '某区行政审批局');
  await gov('ca', 'init', '--out', at('ca'));
  for (const use of ['timestamp', 'signer'])
    await gov('ca', 'issue', '--ca', at('ca'), '--use', use, '--subject', `CN=${use},C=CN`, '--out', at(use));
});

const running: (() => Promise<number>)[] = [];
afterEach(async () => {
  for (const stop of running.splice(0)) await stop();
});

/** `gov serve tsa` until `stop`; what it prints. */
async function serve(...args: readonly string[]) {
  let out = '';
  let printed: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    printed = resolve;
  });
  const stdout = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    out += chunk;
    printed();
    return true;
  });
  const status = main(['serve', 'tsa', ...args, '--listen', '127.0.0.1:0', '--json']);
  await ready;
  stdout.mockRestore();
  const answer = JSON.parse(out);
  const stop = () => {
    process.emit('SIGTERM', 'SIGTERM');
    return status;
  };
  if (answer.url !== undefined) running.push(stop);
  return { answer, status, stop };
}

const AUTHORITY = ['--cert', at('timestamp.crt.pem'), '--key', at('timestamp.key.pem'), '--policy', POLICY] as const;
const SERIALS = ['--serials', at('serials')] as const;

describe('gov timestamp and gov serve tsa', () => {
  it('stamps a file and verifies it', async () => {
    const { answer } = await serve(...AUTHORITY, ...SERIALS);
    expect(answer.policy).toBe(POLICY);
    const out = at('content.tsr');
    const request = await json('timestamp', 'request', FILE, '--tsa', answer.url, '--out', out, ...TRUST);
    expect(request.status).toBe(0);
    expect(request.answer).toMatchObject({ file: out, policy: POLICY, hash: 'SM3', authority: 'CN=timestamp,C=CN' });
    const verified = await json('timestamp', 'verify', out, FILE, ...TRUST);
    expect(verified.status).toBe(0);
    expect(verified.answer).toMatchObject({
      verdict: 'valid',
      subject: { kind: 'timestamp', serialNumber: request.answer.serialNumber },
    });
    expect(verified.answer.provedTime.basis).toBe('proved');
    expect((await gov('timestamp', 'verify', out, FILE, ...TRUST)).out).toContain('existed by ');
    expect((await gov('timestamp', 'verify', out, FILE)).status).toBe(3);
    const other = await json('timestamp', 'verify', out, at('other'), ...TRUST);
    expect(other.status).toBe(1);
    expect(other.answer.provedTime).toBeUndefined();
    expect(other.answer.findings).toContainEqual(expect.objectContaining({ code: 'timestamp-imprint-mismatch' }));
    // What is there is not overwritten.
    expect((await json('timestamp', 'request', FILE, '--tsa', answer.url, '--out', out)).answer.error.code).toBe(
      'file-exists',
    );
  });

  it('writes a request for other means, and holds the answer against it', async () => {
    const { answer } = await serve(...AUTHORITY, ...SERIALS);
    const queries = ['first.tsq', 'second.tsq'].map(at);
    for (const query of queries) {
      const { status } = await gov(
        'timestamp',
        'request',
        FILE,
        '--query-out',
        query,
        '--hash',
        'sha256',
        '--policy',
        POLICY,
      );
      expect(status).toBe(0);
    }
    const query = readFileSync(queries[0]!);
    expect(readTimestampRequest(query)).toMatchObject({ policy: POLICY, certReq: true, imprint: { hash: 'SHA-256' } });
    const response = await fetch(answer.url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query' },
      body: query,
    });
    const out = put('by-hand.tsr', new Uint8Array(await response.arrayBuffer()));
    expect((await gov('timestamp', 'verify', out, FILE, '--query', queries[0]!, ...TRUST)).status).toBe(0);
    const wrong = await json('timestamp', 'verify', out, FILE, '--query', queries[1]!, ...TRUST);
    expect(wrong.status).toBe(1);
    expect(wrong.answer.findings).toContainEqual(expect.objectContaining({ code: 'timestamp-nonce-mismatch' }));
  });

  it('takes only the digests that it was told to', async () => {
    const { answer } = await serve(...AUTHORITY, ...SERIALS, '--hash', 'SHA-256,sha512', '--accuracy-ms', '50');
    const ask = (hash: string) =>
      json('timestamp', 'request', FILE, '--tsa', answer.url, '--out', at(`${hash}.tsr`), '--hash', hash);
    const refused = await ask('SM3');
    expect(refused).toMatchObject({ status: 2, answer: { error: { code: 'timestamp-refused' } } });
    expect(refused.answer.error.message).toContain('badAlg');
    expect((await ask('SHA-256')).status).toBe(0);
    const verified = await json('timestamp', 'verify', at('SHA-256.tsr'), FILE, ...TRUST);
    expect(verified.answer.subject.accuracyMicros).toBe(50_000);
  });

  it('gives no serial number again after a restart', async () => {
    const seen = new Set<string>();
    for (let run = 0; run < 3; run++) {
      const { answer, stop } = await serve(...AUTHORITY, ...SERIALS);
      for (let i = 0; i < 3; i++) {
        const out = at(`run-${run}-${i}.tsr`);
        seen.add((await json('timestamp', 'request', FILE, '--tsa', answer.url, '--out', out)).answer.serialNumber);
      }
      await stop();
      running.length = 0;
    }
    expect(seen.size).toBe(9);
  });

  it.each<[string, readonly string[], string]>([
    [
      'a certificate for something else',
      ['--cert', at('signer.crt.pem'), '--key', at('signer.key.pem'), '--policy', POLICY, ...SERIALS],
      'certificate-unsuitable',
    ],
    [
      'the key of another',
      ['--cert', at('timestamp.crt.pem'), '--key', at('signer.key.pem'), '--policy', POLICY, ...SERIALS],
      'key-mismatch',
    ],
    ['no policy', [...AUTHORITY.slice(0, 4), ...SERIALS], 'usage'],
    ['a policy that is none', [...AUTHORITY.slice(0, 4), '--policy', 'x', ...SERIALS], 'invalid-argument'],
    ['no file of serial numbers', AUTHORITY, 'usage'],
    ['a digest that is weak', [...AUTHORITY, ...SERIALS, '--hash', 'SHA-1'], 'usage'],
    ['a digest of the language', [...AUTHORITY, ...SERIALS, '--hash', 'constructor'], 'usage'],
    ['an accuracy of nothing', [...AUTHORITY, ...SERIALS, '--accuracy-ms', '0'], 'invalid-argument'],
  ])('does not serve with %s', async (_, args, code) => {
    const { answer, status } = await serve(...args);
    expect(answer.error?.code).toBe(code);
    expect(await status).toBe(2);
  });

  it.each<[string, readonly string[], string]>([
    ['nowhere to ask and nothing to write', [], 'usage'],
    ['an authority and no place for the answer', ['--tsa', 'http://127.0.0.1:1/'], 'usage'],
    ['both ways', ['--tsa', 'http://127.0.0.1:1/', '--out', at('x'), '--query-out', at('y')], 'usage'],
    ['an unknown digest', ['--query-out', at('x.tsq'), '--hash', 'MD5'], 'usage'],
    ['nobody there', ['--tsa', 'http://127.0.0.1:1/', '--out', at('x.tsr')], 'timestamp-unavailable'],
    ['an address that is none', ['--tsa', 'tsa', '--out', at('x.tsr')], 'invalid-argument'],
  ])('asks with %s: an error', async (_, args, code) => {
    const { status, answer } = await json('timestamp', 'request', FILE, ...args);
    expect({ status, code: answer.error.code }).toEqual({ status: 2, code });
  });

  it('says what it cannot read', async () => {
    const { answer, status } = await json('timestamp', 'verify', put('junk', Uint8Array.of(1, 2, 3)), FILE);
    expect({ status, code: answer.error.code }).toEqual({ status: 2, code: 'timestamp-malformed' });
  });
});

describe('a file of serial numbers', () => {
  it('gives each number once, to many at once and in several programs', async () => {
    const file = at('shared');
    const programs = await Promise.all([serialFile(file), serialFile(file), serialFile(file)]);
    const numbers = await Promise.all(programs.flatMap((serial) => Array.from({ length: 1500 }, () => serial())));
    expect(new Set(numbers).size).toBe(4500);
    for (const number of numbers) expect(number > 1n << 60n && number < 1n << 160n).toBe(true);
  });

  it('is ahead of every number before it is given', async () => {
    const file = at('ahead');
    const serial = await serialFile(file);
    for (let i = 0; i < 1001; i++) expect((await serial()) < BigInt(readFileSync(file, 'utf8').trim())).toBe(true);
  });

  it('goes on where it stood, and begins elsewhere when it was lost', async () => {
    const serial = await serialFile(put('given', '7\n'));
    expect(await serial()).toBe(7n);
    expect(readFileSync(at('given'), 'utf8')).toBe('1007\n');
    expect(await (await serialFile(at('given')))()).toBe(1007n);
    const [one, two] = await Promise.all(['lost-1', 'lost-2'].map(async (name) => (await serialFile(at(name)))()));
    expect(one! >> 64n).not.toBe(two! >> 64n);
  });

  it.each(['', '0', '-1', 'x', '1e9', '07', '1'.repeat(60)])('is refused where it says "%s"', async (text) => {
    await expect(serialFile(put('bad', text))).rejects.toMatchObject({ code: 'file-unreadable' });
    expect(readFileSync(at('bad'), 'utf8')).toBe(text);
  });

  it('is refused while another holds it', { timeout: 20_000 }, async () => {
    put('held.lock', '');
    await expect(serialFile(at('held'))).rejects.toMatchObject({ code: 'file-unwritable' });
  });

  it('is refused where it cannot be written', async () => {
    await expect(serialFile(at('no/such/folder'))).rejects.toMatchObject({ code: 'file-unwritable' });
  });
});
