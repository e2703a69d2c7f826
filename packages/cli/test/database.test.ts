/** `--database`: a mistyped name must not make a register whose serials begin at 1 again. */
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { openDatabase } from '../src/database.js';
import { json } from './run.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'gov-database-'));
const at = (name: string): string => join(folder, name);
afterEach(() => vi.restoreAllMocks());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const told = () => {
  const lines: string[] = [];
  vi.spyOn(console, 'error').mockImplementation((line) => {
    lines.push(line);
  });
  return lines;
};

describe('a folder without a database', () => {
  it.each([
    ['one that is not there', () => at('typo')],
    ['one with a prefix', () => `pglite:${at('typo')}`],
    ['an empty one', () => mkdtempSync(at('empty-'))],
  ])('is refused, and stays as it is: %s', async (_, value) => {
    const lines = told();
    const named = value();
    const before = readdirSync(folder);
    await expect(openDatabase(named)).rejects.toMatchObject({ code: 'store-version' });
    expect(readdirSync(folder)).toEqual(before);
    if (existsSync(named)) expect(readdirSync(named)).toEqual([]);
    expect(lines).toEqual([]);
  });

  const WHY = ['--reason', 'x', '--actor', 'a'];
  it.each([
    ['license', 'status', 'x'],
    ['license', 'suspend', 'x', ...WHY],
    ['license', 'resume', 'x', ...WHY],
    ['license', 'revoke', 'x', ...WHY],
    ['license', 'render', 'x', '--out', at('x.pdf')],
    ['license', 'cancel-batch', 'x', ...WHY],
    ['audit', 'show', '0'],
    ['audit', 'stats'],
    ['audit', 'verify'],
    ['store', 'erase', '--policy', at('policy.json'), '--dry-run'],
  ])('is refused by gov %s %s', async (...words) => {
    writeFileSync(at('policy.json'), '{"rules":[{"kind":"replay","days":0}]}');
    const { status, answer, err } = await json(...words, '--database', at('typo'));
    expect([status, answer.error.code, err]).toEqual([2, 'store-version', '']);
    expect(existsSync(at('typo'))).toBe(false);
  });

  it('is given one by verbs that issue, which say so once', async () => {
    const lines = told();
    const made = await openDatabase(at('new'), { create: true });
    await made.close();
    expect(lines).toEqual([expect.stringContaining(at('new'))]);
    expect(lines[0]).toContain('serials begin at 1');
    const again = await openDatabase(at('new'), { create: true });
    await again.close();
    const read = await openDatabase(`pglite:${at('new')}`);
    expect(await read.counters()).toEqual([]);
    await read.close();
    expect(lines).toHaveLength(1);
  });

  it('is made by gov audit append, and by no audit verb else', async () => {
    writeFileSync(at('entry.json'), '{"action":"a","actor":"b"}');
    const { status, err } = await json('audit', 'append', at('entry.json'), '--database', at('log'));
    expect([status, err]).toEqual([0, expect.stringContaining('serials begin at 1')]);
    expect((await json('audit', 'stats', '--database', at('log'))).answer.entries).toBe(1);
  });
});

it('addresses of servers are none of its business', async () => {
  const lines = told();
  await expect(openDatabase('postgres://u@127.0.0.1:1/d')).rejects.toMatchObject({ code: 'store-unavailable' });
  await expect(openDatabase('mysql://u@127.0.0.1:1/d')).rejects.toMatchObject({ code: 'invalid-argument' });
  expect(lines).toEqual([]);
});
