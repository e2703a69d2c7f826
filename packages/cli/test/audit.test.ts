import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHead, readProof } from '@gov/audit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newDatabase } from '../../../test/databases.js';
import { gov, json } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'gov-audit-'));
const at = (name: string) => join(folder, name);
const AT = ['--at', '2026-05-20T09:00:00+08:00'];
const DATABASE = ['--database', at('db')];
const ORIGIN = 'audit.example.gov.cn/license';

const entry = (holder: string) => ({
  action: 'license-query',
  actor: 'gate',
  details: { purpose: '企业开办' },
  secrets: { holder },
});
const write = (name: string, content: unknown) =>
  writeFileSync(at(name), typeof content === 'string' ? content : JSON.stringify(content));
const codesOf = (answer: { findings: { outcome: string; code: string }[] }) =>
  answer.findings.filter(({ outcome }) => outcome !== 'pass').map(({ code }) => code);
const verify = (...args: readonly string[]) => json('audit', 'verify', ...args, '--key', at('log.pub.pem'), ...AT);

beforeAll(async () => {
  await newDatabase(at('db'));
  for (const name of ['log', 'other'])
    await gov('key', 'generate', '--out', at(`${name}.key.pem`), '--public-out', at(`${name}.pub.pem`));
  write('one.json', entry('张三'));
  write('more.json', [entry('李四'), entry('王五'), entry('赵六')]);
  expect(await json('audit', 'append', at('one.json'), ...DATABASE, ...AT)).toMatchObject({
    status: 0,
    answer: { log: 'licences', index: 0, entries: 1, size: 1 },
  });
  const key = ['--key', at('log.key.pem')];
  const first = await gov('audit', 'head', ...DATABASE, ...key, '--origin', ORIGIN, '--out', at('old.head'), ...AT);
  expect([first.status, first.err]).toEqual([0, '']);
  expect((await json('audit', 'append', at('more.json'), ...DATABASE, ...AT)).answer).toMatchObject({
    index: 1,
    size: 4,
  });
  const second = await gov(
    'audit',
    'head',
    ...DATABASE,
    ...key,
    '--previous',
    at('old.head'),
    '--out',
    at('new.head'),
    ...AT,
  );
  expect([second.status, second.err]).toEqual([0, '']);
  const trusted = ['--trusted-head', at('old.head')];
  const proved = await gov(
    'audit',
    'prove',
    '2',
    ...DATABASE,
    '--head',
    at('new.head'),
    ...trusted,
    '--out',
    at('proof.json'),
  );
  expect([proved.status, proved.err]).toEqual([0, '']);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

describe('gov audit', () => {
  it('signs heads of one log that grows', () => {
    const [old, head] = ['old.head', 'new.head'].map((name) => readHead(readFileSync(at(name), 'utf8')));
    expect([old!.size, head!.size]).toEqual([1, 4]);
    expect([old!.origin, head!.origin]).toEqual([ORIGIN, ORIGIN]);
    expect(head!.time).toEqual(new Date('2026-05-20T01:00:00Z'));
  });

  it('proves an entry to whoever has the key and the old head, without a database', async () => {
    const { status, answer } = await verify(at('proof.json'), '--trusted-head', at('old.head'));
    expect(status).toBe(0);
    expect(answer).toMatchObject({ verdict: 'valid', subject: { index: 2, size: 4, origin: ORIGIN } });
    expect(codesOf(answer)).toEqual([]);
    expect(JSON.stringify(answer)).not.toContain('王五');
    expect(readFileSync(at('proof.json'), 'utf8')).not.toContain('王五');
    const people = await gov('audit', 'verify', at('proof.json'), '--key', at('log.pub.pem'), ...AT, '--lang', 'zh');
    expect(people.out).toContain('该条目在日志中。');
  });

  it('is invalid for another key, a changed proof, a head that was smaller, the wrong time', async () => {
    const proof = at('proof.json');
    const other = await json('audit', 'verify', proof, '--key', at('other.pub.pem'), ...AT);
    expect([other.status, ...codesOf(other.answer)]).toEqual([
      1,
      'audit-origin-not-checked',
      'audit-head-untrusted',
      'audit-history-not-checked',
    ]);
    write('changed.json', readFileSync(proof, 'utf8').replace('"index":2', '"index":3'));
    const changed = await verify(at('changed.json'), '--trusted-head', at('old.head'));
    expect([changed.status, ...codesOf(changed.answer)]).toEqual([1, 'audit-proof-invalid']);
    const rollback = await verify(at('old.head'), '--trusted-head', at('new.head'));
    expect([rollback.status, ...codesOf(rollback.answer)]).toEqual([1, 'audit-rollback']);
    const early = await json('audit', 'verify', proof, '--key', at('log.pub.pem'), '--at', '2026-05-19');
    expect([early.status, ...codesOf(early.answer)]).toContain('audit-head-future');
    const elsewhere = await verify(proof, '--origin', 'other.example/log');
    expect([elsewhere.status, ...codesOf(elsewhere.answer)]).toContain('audit-origin-mismatch');
  });

  it('cannot tell without the way from the head that is trusted', async () => {
    const bare = await gov('audit', 'prove', '2', ...DATABASE, '--head', at('new.head'), '--out', at('bare.json'));
    expect(bare.status).toBe(0);
    const judged = await verify(at('bare.json'), '--trusted-head', at('old.head'));
    expect([judged.status, ...codesOf(judged.answer)]).toEqual([3, 'audit-history-not-checked']);
    const head = await verify(at('new.head'), '--trusted-head', at('old.head'));
    expect([head.status, ...codesOf(head.answer)]).toEqual([3, 'audit-history-not-checked']);
    const alone = await verify(at('new.head'), '--origin', ORIGIN);
    expect([alone.status, ...codesOf(alone.answer)]).toEqual([0, 'audit-history-not-checked']);
    const itself = await verify(at('new.head'), '--trusted-head', at('new.head'));
    expect(itself.status).toBe(0);
  });

  it('recomputes a whole log', async () => {
    const whole = await verify(...DATABASE, '--trusted-head', at('new.head'));
    expect([whole.status, ...codesOf(whole.answer)]).toEqual([0, 'audit-origin-not-checked']);
    expect(whole.answer.subject).toEqual({ kind: 'audit-log', log: 'licences', size: 4 });
    const blind = await json('audit', 'verify', ...DATABASE, ...AT);
    expect([blind.status, ...codesOf(blind.answer)]).toEqual([3, 'audit-history-not-checked']);
    const stranger = await json(
      'audit',
      'verify',
      ...DATABASE,
      '--trusted-head',
      at('new.head'),
      '--key',
      at('other.pub.pem'),
      ...AT,
    );
    expect([stranger.status, stranger.answer.verdict]).toEqual([1, 'invalid']);
    expect(codesOf(stranger.answer)).toContain('audit-head-untrusted');
    // Anybody can write a head for the log that he has rewritten.
    const unseen = await json('audit', 'verify', ...DATABASE, '--trusted-head', at('new.head'), ...AT);
    expect([unseen.status, unseen.answer.error?.code]).toEqual([2, 'usage']);
    const empty = await verify(...DATABASE, '--log', 'other', '--trusted-head', at('new.head'));
    expect([empty.status, ...codesOf(empty.answer)]).toEqual([1, 'audit-rollback', 'audit-origin-not-checked']);
  });

  it('refuses to sign a head that contradicts the one before', async () => {
    const args = [...DATABASE, '--log', 'other', '--key', at('log.key.pem'), '--previous', at('new.head')];
    const { status, answer } = await json('audit', 'head', ...args, '--out', at('no.head'), ...AT);
    expect([status, answer.error.code]).toEqual([2, 'audit-damaged']);
    expect(existsSync(at('no.head'))).toBe(false);
  });

  it('refuses to sign a head of an earlier time, and warns of one', async () => {
    const earlier = ['--at', '2026-05-20T08:59:59+08:00'];
    const head = ['audit', 'head', ...DATABASE, '--key', at('log.key.pem'), '--out', at('early.head')];
    const refused = await json(...head, '--previous', at('new.head'), ...earlier);
    expect([refused.status, refused.answer.error.code]).toEqual([2, 'clock-behind']);
    expect(existsSync(at('early.head'))).toBe(false);
    expect((await json(...head, '--origin', ORIGIN, ...earlier)).status).toBe(0);
    const warned = await verify(at('early.head'), '--trusted-head', at('new.head'));
    expect([warned.status, ...codesOf(warned.answer)]).toEqual([0, 'audit-head-earlier']);
  });

  it('refuses an actor who is named by the number of a person', async () => {
    write('person.json', { ...entry('x'), actor: '张三 370303199001011237' });
    const { status, answer } = await json('audit', 'append', at('person.json'), ...DATABASE, ...AT);
    expect([status, answer.error.code]).toEqual([2, 'invalid-argument']);
    expect(JSON.stringify(answer)).not.toContain('370303');
  });

  it('shows entries and counts them', async () => {
    const shown = await json('audit', 'show', '0', ...DATABASE);
    expect(shown.answer.entry).toMatchObject({
      action: 'license-query',
      actor: 'gate',
      details: { purpose: '企业开办' },
    });
    expect(JSON.stringify(shown.answer)).not.toContain('张三');
    const stats = await json('audit', 'stats', ...DATABASE);
    expect(stats.answer).toEqual({
      log: 'licences',
      entries: 4,
      byAction: { 'license-query': 4 },
      byActor: { gate: 4 },
      byDay: { '2026-05-20': 4 },
    });
  });

  it('appends all entries of a file or none', async () => {
    for (const [name, content, code] of [
      ['not JSON', 'x', 'json-malformed'],
      ['a member twice', '{"action":"a","actor":"b","actor":"c"}', 'json-malformed'],
      ['an unknown member', { ...entry('x'), secret: {} }, 'input-malformed'],
      ['a time of its own', { ...entry('x'), at: '2020-01-01T00:00:00Z' }, 'input-malformed'],
      ['no action', { actor: 'a' }, 'input-malformed'],
      ['a number', 5, 'input-malformed'],
      ['details as a list', { ...entry('x'), details: [] }, 'input-malformed'],
      ['a wrong one behind a good one', [entry('x'), { ...entry('x'), action: 'A B' }], 'invalid-argument'],
      ['a secret that is a number', { ...entry('x'), secrets: { a: 5 } }, 'invalid-argument'],
    ] as const) {
      write('wrong.json', content);
      const { status, answer } = await json('audit', 'append', at('wrong.json'), ...DATABASE, ...AT);
      expect([status, answer.error.code], name).toEqual([2, code]);
    }
    expect((await json('audit', 'stats', ...DATABASE)).answer.entries).toBe(4);
  });

  it('tells wrong use and unreadable files', async () => {
    const code = async (...args: readonly string[]) => {
      const { status, answer } = await json('audit', ...args);
      expect(status).toBe(2);
      return answer.error.code;
    };
    expect(await code('verify', '--key', at('log.pub.pem'))).toBe('usage');
    expect(await code('verify', at('proof.json'), ...DATABASE)).toBe('usage');
    expect(await code('verify', at('proof.json'))).toBe('usage');
    expect(await code('verify', at('one.json'), '--key', at('log.pub.pem'))).toBe('audit-malformed');
    expect(await code('verify', at('log.pub.pem'), '--key', at('log.pub.pem'))).toBe('audit-malformed');
    expect(await code('verify', at('proof.json'), '--key', at('log.key.pem'))).toBe('usage');
    expect(await code('verify', at('proof.json'), '--key', at('log.pub.pem'), '--trusted-head', at('proof.json'))).toBe(
      'audit-malformed',
    );
    write('latin1.head', '');
    writeFileSync(at('latin1.head'), Buffer.from([0xff, 0x0a]));
    expect(await code('verify', at('latin1.head'), '--key', at('log.pub.pem'))).toBe('audit-malformed');
    const out = ['--head', at('new.head'), '--out', at('x.json')];
    expect(await code('prove', 'two', ...DATABASE, ...out)).toBe('usage');
    expect(await code('prove', '4', ...DATABASE, ...out)).toBe('invalid-argument');
    expect(await code('show', '4', ...DATABASE)).toBe('invalid-argument');
    const onto = ['--head', at('new.head'), '--out', at('proof.json')];
    expect(await code('prove', '1', ...DATABASE, ...onto)).toBe('file-exists');
    expect(readProof(readFileSync(at('proof.json'), 'utf8')).index).toBe(2);
  });
});
