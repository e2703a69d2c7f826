// The same in a page of headless Chromium: the browser comes with test/outside.
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { installLocked } from '../scripts/install.mjs';
import { opensslSpeed } from './harness.mjs';

const outside = resolve(import.meta.dirname, '../test/outside');
await installLocked(outside);
const { resolve: find } = createRequire(join(outside, 'package.json'));
/** @param {string} name @returns {Promise<any>} */
const fromOutside = async (name) => {
  const module = await import(pathToFileURL(find(name)).href);
  return module.default ?? module;
};
const { build } = await fromOutside('esbuild');
const { chromium } = await fromOutside('playwright-core');
const packaged = await fromOutside('@sparticuz/chromium');

const page = `
import { generateSm2Key, sm2Backends, sm2Signer, sm2Verifier } from '@gov/sm';
import { sm3, sm3BackendName } from '@gov/sm/sm3';
const message = crypto.getRandomValues(new Uint8Array(256));
const megabyte = new Uint8Array(1 << 20);
const key = generateSm2Key();
const signer = sm2Signer(key);
const verifier = sm2Verifier(key.publicKey);
const signature = await signer.sign(message);
const works = {
  known: () => verifier.verify(message, signature),
  fresh: () => sm2Verifier(key.publicKey).verify(message, signature),
  sign: () => signer.sign(message),
  sm3: () => sm3(megabyte),
};
globalThis.backends = { ...sm2Backends(), sm3: sm3BackendName() };
globalThis.rate = async (name, ms) => {
  const began = performance.now();
  let count = 0;
  let now = began;
  do {
    if ((await works[name]()) === false) throw new Error('a good signature does not verify');
    count++;
    now = performance.now();
  } while (now - began < ms);
  return (count * 1000) / (now - began);
};`;

const bundle = await build({
  stdin: { contents: page, resolveDir: import.meta.dirname, loader: 'js' },
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  write: false,
});
const browser = await chromium.launch({
  executablePath: await packaged.executablePath(),
  args: packaged.args.filter((/** @type {string} */ flag) => flag !== '--single-process'),
  headless: true,
});
const tab = await browser.newPage();
await tab.addScriptTag({ content: bundle.outputFiles[0].text, type: 'module' });
await tab.waitForFunction('globalThis.rate !== undefined');
const backends = await tab.evaluate('globalThis.backends');
process.once('beforeExit', () => browser.close());

/** @param {string} name */
const inPage = (name) => ({
  label: `Chromium, ${backends[name === 'sm3' ? 'sm3' : name === 'sign' ? 'sign' : 'verify']}`,
  measure: () => tab.evaluate(`rate(${JSON.stringify(name)}, 1500)`),
});

const openssl = 'openssl speed sm2';
/** @type {import('./harness.mjs').Row[]} */
export const rows = [
  ['SM2 verify in Chromium, known key', 'known', 'verify', 10],
  ['SM2 verify in Chromium, new key', 'fresh', 'verify', 3],
  ['SM2 sign in Chromium', 'sign', 'sign', 6],
].map(([work, name, operation, times]) => ({
  work: /** @type {string} */ (work),
  ours: inPage(/** @type {string} */ (name)),
  peers: [opensslSpeed(/** @type {'sign' | 'verify'} */ (operation), { seconds: 1 })],
  goal: { times: { [openssl]: /** @type {number} */ (times) } },
}));
rows.push({ work: 'SM3 of 1 MB in Chromium', ours: inPage('sm3') });
