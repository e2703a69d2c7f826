import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { gov, json } from './run.js';

// A new embedded database takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let folder: string;
let database: string;
const at = (name: string): string => join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gov-cli-store-'));
  database = at('register');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('gov store', () => {
  it('migrates once, and says so', async () => {
    expect(await json('store', 'migrate', '--database', database)).toMatchObject({
      status: 0,
      answer: { applied: [1, 2, 3] },
    });
    expect(await json('store', 'migrate', '--database', database)).toMatchObject({
      status: 0,
      answer: { applied: [] },
    });
    expect((await gov('store', 'migrate', '--database', database)).out).toBe('nothing to do\n');
  });

  it('backs up and restores, never over what is there', async () => {
    const copy = at('copy.gz');
    const made = await json('store', 'backup', '--database', database, '--out', copy);
    expect(made).toMatchObject({ status: 0, answer: { file: copy, sm3: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    const again = await json('store', 'backup', '--database', database, '--out', copy);
    expect(again).toMatchObject({ status: 2, answer: { error: { code: 'file-exists' } } });
    const restored = at('restored');
    const words = ['store', 'restore', copy, '--database', restored];
    const other = await json(...words, '--sm3', 'f'.repeat(64));
    expect(other).toMatchObject({ status: 2, answer: { error: { code: 'input-malformed' } } });
    expect(await json(...words, '--sm3', made.answer.sm3)).toMatchObject({ status: 0 });
    expect(await json(...words)).toMatchObject({ status: 2, answer: { error: { code: 'file-exists' } } });
    expect(await json('store', 'migrate', '--database', restored)).toMatchObject({
      status: 0,
      answer: { applied: [] },
    });
    expect((await readdir(folder)).sort()).toEqual(['copy.gz', 'register', 'restored']);
  });

  it('erases by a policy: dry, then for good with a signed record', async () => {
    await writeFile(at('policy.json'), '{"rules":[{"kind":"audit-secrets","days":30},{"kind":"replay","days":0}]}');
    await gov('key', 'generate', '--out', at('key.pem'));
    const words = ['store', 'erase', '--database', database, '--policy', at('policy.json')];
    const dry = await json(...words, '--dry-run');
    expect(dry).toMatchObject({
      status: 0,
      answer: { dryRun: true, erased: [{ kind: 'audit-secrets' }, { count: 0 }] },
    });
    expect(dry.answer.record).toBeUndefined();
    expect(await json(...words)).toMatchObject({ status: 2, answer: { error: { code: 'usage' } } });
    const done = await json(...words, '--key', at('key.pem'), '--actor', '某局', '--out', at('record.jws'));
    expect(done).toMatchObject({ status: 0, answer: { dryRun: false, auditIndex: 0 } });
    expect(done.answer.record.split('.')).toHaveLength(3);
    expect(await readdir(folder)).toContain('record.jws');
  });

  it.each([
    ['{"rules":[{"kind":"all","days":1}]}', 'invalid-argument'],
    ['{"rules":[', 'json-malformed'],
  ])('refuses the policy %s', async (text, code) => {
    await writeFile(at('wrong.json'), text);
    const words = ['store', 'erase', '--database', database, '--policy', at('wrong.json'), '--dry-run'];
    expect(await json(...words)).toMatchObject({ status: 2, answer: { error: { code } } });
  });

  it('does not show the password of a database that cannot be reached', async () => {
    const { status, answer } = await json('store', 'migrate', '--database', 'postgres://u:geheim@127.0.0.1:1/d');
    expect(status).toBe(2);
    expect(answer.error.code).toBe('store-unavailable');
    expect(JSON.stringify(answer)).not.toContain('geheim');
  });
});
