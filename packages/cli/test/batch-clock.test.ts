/** `--at` of a batch is the time of its licences, and acts of the same `--at` come after it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FOOD_BUSINESS } from '@gov/e-license';
import { reconcile } from '@gov/e-license/register';
import { openStore } from '@gov/store';
import { afterAll, expect, it, vi } from 'vitest';
import { newDatabase } from '../../../test/databases.js';
import { COMMON, csvOf, rowOf } from '../../e-license/test/batch-world.js';
import { json } from './run.js';

vi.setConfig({ testTimeout: 120_000 });

const folder = mkdtempSync(join(tmpdir(), 'gov-batch-clock-'));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('lets a licence be suspended, resumed and ended with the same --at', async () => {
  const subject = `CN=license-issuer,O=${COMMON.authority.code}${COMMON.authority.name},C=CN`;
  const issuing = ['--use', 'license-issuer', '--subject', subject, '--out', at('issuer')];
  for (const words of [
    ['ca', 'init', '--out', at('ca')],
    ['ca', 'issue', '--ca', at('ca'), ...issuing],
  ])
    expect((await json(...words, '--at', '2026-05-01')).status).toBe(0);
  writeFileSync(at('common.json'), JSON.stringify(COMMON));
  writeFileSync(at('rows.csv'), csvOf([rowOf(1), rowOf(2)]));

  await newDatabase(at('db'));
  const same = ['--database', at('db'), '--actor', 'window-3', '--at', '2026-05-20T10:00:00+08:00'] as const;
  const issued = await json(
    ...['license', 'batch', at('rows.csv'), '--type', FOOD_BUSINESS.code, '--common', at('common.json')],
    ...['--cert', at('issuer.crt.pem'), '--key', at('issuer.key.pem'), '--threads', '1', ...same],
  );
  expect([issued.status, issued.answer.issued]).toEqual([0, 2]);

  const store = await openStore(at('db'));
  const identifiers: string[] = [];
  for await (const { identifier, issuedAt } of store.entries()) {
    identifiers.push(identifier);
    expect(issuedAt).toMatch(/^2026-05-20T02:0/);
  }
  await store.close();
  for (const verb of ['suspend', 'resume', 'revoke']) {
    const { status, answer } = await json('license', verb, identifiers[0]!, '--reason', '监督检查', ...same);
    expect([verb, status, answer.error?.code]).toEqual([verb, 0, undefined]);
  }

  const after = await openStore(at('db'));
  try {
    for await (const found of reconcile(after, { log: 'licences' })) expect(found).toBeUndefined();
  } finally {
    await after.close();
  }
});
