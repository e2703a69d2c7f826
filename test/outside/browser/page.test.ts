import { sm3 } from '@gov/sm/sm3';
import { judge } from '@gov/verdict';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle, launch } from './browser.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

it('answers in a browser what it answers in Node: SM3 of 0 to 300 bytes', async () => {
  const page = await browser.newPage();
  await page.addScriptTag({
    content: await bundle(`
      import { sm3 } from '@gov/sm/sm3';
      export const hashes = () => Array.from({ length: 301 }, (_, n) => [...sm3(new Uint8Array(n).fill(n))]);`),
  });
  const hashes = await page.evaluate<number[][]>('page.hashes()');
  expect(hashes).toEqual(Array.from({ length: 301 }, (_, n) => [...sm3(new Uint8Array(n).fill(n))]));
  await page.close();
});

it('reaches the same verdict in a browser', async () => {
  const findings = [{ check: 'integrity', outcome: 'fail', code: 'digest-mismatch' }] as const;
  const page = await browser.newPage();
  await page.addScriptTag({ content: await bundle(`export { judge } from '@gov/verdict';`) });
  const policy = { required: ['integrity'] } as const;
  const verdict = await page.evaluate(`page.judge(${JSON.stringify(findings)}, ${JSON.stringify(policy)})`);
  expect(verdict).toBe('invalid');
  expect(verdict).toBe(judge(findings, policy));
  await page.close();
});
