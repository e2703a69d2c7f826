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
import { Delegator, delegationRequest, memoryDelegationRegister } from '@gov/city-code/delegate';
import { Gate } from '@gov/city-code/gate';
import { CodeHolder, memoryCounters, sm2DeviceKey, webCryptoDeviceKey } from '@gov/city-code/show';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { generateSm2Key, readSm2PublicKey, sm2Backends, sm2Signer, sm2Verifier } from '@gov/sm';
import { sm3, sm3BackendName } from '@gov/sm/sm3';
const message = crypto.getRandomValues(new Uint8Array(256));
const megabyte = new Uint8Array(1 << 20);
const key = generateSm2Key();
const signer = sm2Signer(key);
const verifier = sm2Verifier(key.publicKey);
const signature = await signer.sign(message);

// A gate and the codes of 64 devices. Codes are taken once, by a memory that is emptied when all were shown; a gate that keeps one
// delegation has none of them in its cache.
const at = new Date('2026-11-22T04:00:00Z');
const time = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2035-12-31T00:00:00Z') };
const ca = { certificate: await issueRoot({ subject: 'CN=root,C=CN', signer, ...time }), signer };
const issuerKey = generateSm2Key();
const issuerSigner = sm2Signer(issuerKey);
const leaf = { use: 'city-code-issuer', subject: 'CN=city codes,C=CN', publicKey: issuerSigner.publicKey };
const certificate = (await issueLeaf({ ca, ...leaf, ...time })).bytes;
const entry = { kid: '0011223344556677', index: 7, use: 'city-code-issuer', service: 'city-code', region: '440000',
  certificate, from: time.notBefore, status: 'active' };
const delegator = new Delegator({ signer: issuerSigner, issuerIndex: 7, register: memoryDelegationRegister() });
const codesOf = async (newKey) => {
  const codes = [];
  for (let i = 0; i < 64; i++) {
    const key = await newKey();
    const challenge = new Uint8Array(32);
    const content = { challenge, at, lifetimeSeconds: 8 * 3600, subject: 'person', assurance: 2, region: '440106', entitlements: 1, holder: 'one' };
    const delegation = await delegator.issue(await delegationRequest(challenge, key), content);
    codes.push(await new CodeHolder({ delegations: async () => [delegation], counters: memoryCounters(), keyOf: async () => key }).show({ at, scene: 1 }));
  }
  return codes;
};
const [sm2Codes, p256Codes] = [await codesOf(() => sm2DeviceKey(generateSm2Key())), await codesOf(() => webCryptoDeviceKey())];
const gateOver = (codes, maxDelegations) => {
  const seen = new Set();
  const replay = { firstUse: async (_, id) => !seen.has(id) && seen.add(id) !== undefined };
  const gate = new Gate({ issuers: [entry], policy: { scenes: [1] }, replay, maxDelegations });
  let next = 0;
  return async () => {
    if (next === codes.length) { next = 0; seen.clear(); }
    return (await gate.check(codes[next++].bytes, { at })).report.verdict === 'valid';
  };
};
const issuerVerifier = sm2Verifier(issuerKey.publicKey);
let turn = 0;
const nextCode = () => sm2Codes[turn++ % sm2Codes.length];
const knownKey = ({ delegation }) => issuerVerifier.verify(delegation.signed, delegation.issuerSignature);
const newKey = ({ delegation, signed, deviceSignature }) =>
  sm2Verifier(readSm2PublicKey(delegation.deviceKey)).verify(signed, deviceSignature);

const works = {
  gate: gateOver(sm2Codes, 1),
  gateCached: gateOver(sm2Codes, 1000),
  gateP256: gateOver(p256Codes, 1),
  gateP256Cached: gateOver(p256Codes, 1000),
  bothKeys: async () => { const code = nextCode(); return (await knownKey(code)) && newKey(code); },
  newKey: () => newKey(nextCode()),
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
};
globalThis.p99 = async (name, times) => {
  await globalThis.rate(name, 500);
  const taken = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    await works[name]();
    taken.push(performance.now() - began);
  }
  return taken.sort((a, b) => a - b)[Math.floor(times * 0.99)];
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
// WebCrypto is there for pages that came over TLS.
const address = 'https://bench.example/';
await tab.route(address, (/** @type {any} */ route) =>
  route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
);
await tab.goto(address);
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

/** @param {string} name */
const p99 = async (name) => `p99 ${(await tab.evaluate(`p99(${JSON.stringify(name)}, 2000)`)).toFixed(1)} ms`;

for (const [work, name, floor] of [
  ['suite 1, all of it', 'gate', 'bothKeys'],
  ['suite 1, delegation cached', 'gateCached', 'newKey'],
  ['suite 2, all of it', 'gateP256'],
  ['suite 2, delegation cached', 'gateP256Cached'],
]) {
  rows.push({
    work: `gate in Chromium: CC1, ${work} (${await p99(/** @type {string} */ (name))})`,
    ours: inPage(/** @type {string} */ (name)),
    ...(floor === undefined
      ? {}
      : {
          floor: { ...inPage(floor), label: floor === 'newKey' ? 'SM2, new key' : 'SM2, known and new key' },
          goal: { ofFloor: 0.85 },
        }),
  });
}
