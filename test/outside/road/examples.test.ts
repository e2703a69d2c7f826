import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle, launch } from '../browser/browser.js';

const root = join(import.meta.dirname, '../../..');
const file = JSON.parse(readFileSync(join(root, 'docs/formats/license-qr-vectors.json'), 'utf8'));
const vectors: readonly { name: string; text: string; verdict: string; codes: readonly string[] }[] = file.vectors;

/** What an example prints. */
function example(path: string): string {
  const { status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin/tsx'), [path], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${path}: ${status} ${stderr}`);
  return stdout;
}

const expected = ({ name, verdict, codes }: (typeof vectors)[number]): string =>
  `${name} → ${verdict}: ${verdict === 'valid' ? '食品经营许可证 JY29901010000013' : codes.join(', ')}`;

it('examples/seal-pdf seals a page and verifies it', () => {
  expect(example('examples/seal-pdf/main.ts')).toBe('the input is a prefix of the output: true\nverdict: valid\n');
});

it('examples/verify-license says of every published vector what the vector says', () => {
  expect(example('examples/verify-license/main.ts').trimEnd().split('\n')).toEqual(vectors.map(expected));
});

it('examples/signer signs with one key in three places', () => {
  expect(example('examples/signer/main.ts').trimEnd().split('\n')).toEqual(
    ['this process', 'worker threads', 'crypto pool'].map((place) => `${place}: 100 of 100 signatures verify`),
  );
});

it('examples/register issues, renews and revokes on an embedded database, and everything agrees', () => {
  expect(example('examples/register/main.ts').trimEnd().split('\n')).toEqual([
    'serial 000000001, the same request again: 000000001',
    'from the table: 300 issued, serials 2 to 301',
    'first: invalid, status-superseded',
    'renewed: valid, status-ok',
    'revoked: invalid, status-revoked',
    'audit: 303 entries, proof valid, 0 discrepancies',
    ...['results.csv', 'status-list.jwt', 'proof.json'].map((name) => `out/register/${name}`),
  ]);
});

it('examples/catalog names every mistake with its cell, scores, freezes, compares', async () => {
  const lines = example('examples/catalog/main.ts').trimEnd().split('\n');
  const mistakes = lines.flatMap((line) => /^(\S+\.csv \S+ (?:error|warning) [a-z-]+) /.exec(line)?.[1] ?? []);
  expect(mistakes).toEqual([
    '部门.csv D4 warning officer-missing',
    '信息资源目录.csv V2 warning update-overdue',
    '信息资源目录.csv N3 error sample-personal',
    '信息资源目录.csv O5 error label-unknown',
    '信息资源目录.csv AB6 error secrecy-refused',
    '信息资源目录.csv P7 error sharing-condition-missing',
    '信息资源目录.csv V7 warning update-overdue',
    '信息资源目录.csv N8 error sample-type',
    '信息资源目录.csv Q9 error sharing-basis-missing',
    '信息资源目录.csv V9 warning update-overdue',
    '信息资源目录.csv F14 error credit-code-check',
    '业务.csv E6 error reference-unknown',
    '业务.csv E6 error reference-unknown',
    '信息资源目录.csv J13 error item-two-sources',
    '职能.csv 5 warning duty-without-business',
    '业务.csv 6 warning business-without-data',
    '信息资源目录.csv 10 warning resource-without-business',
  ]);
  expect(lines).toContain('信息资源目录.csv O5 error label-unknown 不在值域内：请改为“无条件共享”');
  expect(lines).toContain('某市民政局 78.2');
  expect(lines).toContain('edition 2026: valid');
  expect(lines).toContain('修改信息资源“养老机构信息”（307002/0003）：更新周期由“每月”改为“每年”');
  const files = lines.filter((line) => line.startsWith('out/'));
  expect(files.map((file) => file.split('/').at(-1))).toEqual([
    '填报模板.xlsx',
    '部门-批注.xlsx',
    '职能-批注.xlsx',
    '业务-批注.xlsx',
    '信息资源目录-批注.xlsx',
    '目录状况.html',
    '2026.jsonl',
    '2026.p7s',
    '版本比对.xlsx',
    '三张清单.xlsx',
    '目录.ttl',
  ]);
  for (const file of files) expect(readFileSync(join(root, file)).length, file).toBeGreaterThan(500);
  // What was marked secret is in nothing that is given on.
  for (const file of files.filter((name) => /\.(html|jsonl|ttl)$/.test(name)))
    expect(readFileSync(join(root, file), 'utf8'), file).not.toContain('重点目标');
});

it('no example is longer than 60 lines', () => {
  for (const path of ['seal-pdf/main.ts', 'signer/main.ts', 'verify-license/main.ts', 'verify-license/verify.ts']) {
    expect(readFileSync(join(root, 'examples', path), 'utf8').split('\n').length, path).toBeLessThanOrEqual(61);
  }
});

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

it('the same file bundled for a browser, without node:, says the same there, and asks no network', async () => {
  const code = await bundle(readFileSync(join(root, 'examples/verify-license/verify.ts'), 'utf8'));
  expect(code).not.toContain('node:');
  const page = await browser.newPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.addScriptTag({ content: code });
  for (const vector of vectors) {
    const call = [vector.text, { root: file.root, issuers: [file.issuer] }]
      .map((one) => JSON.stringify(one))
      .join(', ');
    const answer = await page.evaluate<string>(`page.checkLicense(${call}, new Date(${JSON.stringify(file.at)}))`);
    expect(`${vector.name} → ${answer}`).toBe(expected(vector));
  }
  expect(asked).toEqual([]);
  await page.close();
});
