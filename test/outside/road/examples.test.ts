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
