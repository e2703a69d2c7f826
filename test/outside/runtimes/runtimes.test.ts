import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, launch } from '../browser/browser.js';
import { packed, packedPackages } from '../packed.js';
import { runIn, runtimes } from './runtime.js';

interface Outcome {
  readonly backends: {
    readonly sign: string;
    readonly verify: string;
    readonly available: readonly string[];
    readonly hashes: string;
    readonly ciphers: readonly string[];
    readonly agree: boolean;
  };
  readonly results: Readonly<Record<string, unknown>>;
  readonly changed: readonly string[];
  readonly connections: readonly string[];
  readonly entries?: number;
  readonly twice?: readonly string[];
}

/** What is known from elsewhere; the rest must be the same everywhere. */
const KNOWN = {
  'sm3 abc': '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
  'sm3 abcd × 16': 'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732',
  'sm3 in parts': '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
  'sm3 byte by byte': true,
  'sm2 za': 'b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3',
  'sm2 vector': true,
  'sm2 vector again and again': true,
  'sm2 wrong ones accepted': [],
  'sm2 der and back': true,
  'sm2 signed and verified': 24,
  'sm2 signed, wrong ones accepted': 0,
  'key private forms': true,
  'key public forms': true,
  'key labels': ['PRIVATE KEY', 'EC PRIVATE KEY', 'PUBLIC KEY'],
  'key errors': ['key-malformed', 'key-malformed', 'key-malformed', 'key-malformed', 'pem-malformed'],
  'sm4 vector': '681edf34d206965e86b3e94f536e4246',
  'sm4 gcm vector':
    '17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d83de3541e4c2b58177e065a9bf7b62ec',
  'sm4 ccm vector':
    '48af93501fa62adbcd414cce6034d895dda1bf8f132f042098661572e7483094fd12e518ce062c98acee28d95df4416bed31a2f04476c18bb40c84a74b97dc5b16842d4fa186f56ab33256971fa110f4',
  'sm4 decrypted': 30,
  'sm4 errors': [...Array(4).fill('decryption-failed'), 'invalid-argument'],
  'hmac-sm3': 'bd4a34077888162b210645b8ebf74b9af357303789357a27c7fc457244ebd398',
  'pbkdf2-sm3': 'a63cac62e1b2ec7b61d118ced59cbfc813727abd32c2e74720fa056989bda8db',
  'hkdf-sm3': '04000882c06ab00dbeb345ee5c9a95ed08178d43cef0bc636b1310cd089f32f1c7529d68f75ec3f2bf96',
  'sm3 of a stream': '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0',
  'sm2 decrypts what OpenSSL made': '会话密钥',
  'sm2 decrypted': 20,
  'sm2 decryption errors': [...Array(5).fill('decryption-failed'), 'invalid-argument'],
  'encrypted key, SM4': '0409f9df31',
  'encrypted key, AES': '0409f9df31',
  'encrypted keys written and read': [true, true],
  'encrypted key errors': ['password-wrong', 'password-wrong', 'invalid-argument'],
  'pool signatures': [true, true, true],
  'pool audit': true,
  'pool errors': ['pool-unauthorized', 'pool-key-unknown', 'invalid-argument'],
  'licence QR vectors': 21,
  'licence QR vectors judged differently': [],
  'certificate path': ['path-ok'],
  'certificate path, signature changed': ['path-signature-invalid'],
  'certificate path, no anchor': ['path-no-anchor'],
  'report verdict': 'invalid',
  'report unchecked': ['revocation-not-checked'],
};

/** Which implementation serves where. A runtime whose OpenSSL lost SM2 would show here, not only as slowness. */
const BACKENDS: Readonly<Record<string, Omit<Outcome['backends'], 'agree'>>> = {
  Node: {
    sign: 'native',
    verify: 'wasm',
    available: ['native', 'wasm'],
    hashes: 'native',
    ciphers: ['native', 'js'],
  },
  // BoringSSL and its like have no SM2 and no SM4; Deno brings an SM3 of its own.
  Bun: { sign: 'wasm', verify: 'wasm', available: ['wasm'], hashes: 'wasm', ciphers: ['js'] },
  Deno: { sign: 'wasm', verify: 'wasm', available: ['wasm'], hashes: 'native', ciphers: ['js'] },
  Chromium: { sign: 'wasm', verify: 'wasm', available: ['wasm', 'js'], hashes: 'wasm', ciphers: ['js'] },
  // By the condition of that name, which SM4 does not know.
  'gov-js': { sign: 'js', verify: 'js', available: ['js'], hashes: 'js', ciphers: ['native', 'js'] },
  // A page may forbid WebAssembly.
  JavaScript: { sign: 'js', verify: 'js', available: ['js'], hashes: 'js', ciphers: ['js'] },
};

const folder = join(packed, 'runtimes');
const entries = packedPackages().flatMap(({ manifest }) =>
  Object.keys(manifest.exports ?? {})
    .filter((key) => !key.endsWith('.json'))
    .map((key) => manifest.name + key.slice(1)),
);
const inputs = {
  qr: JSON.parse(readFileSync(join(import.meta.dirname, '../../../docs/formats/license-qr-vectors.json'), 'utf8')),
  entries,
};

const table: string[][] = [['runtime', 'version', 'loaded by', 'signs', 'verifies', 'has', 'SM3', 'SM4', 'MB', 'ms']];
const outcomes = new Map<string, Outcome>();

function note(name: string, version: string, way: string, outcome: Outcome, megabytes: number, began: number): void {
  const { sign, verify, available, hashes, ciphers } = outcome.backends;
  const ms = Math.round(performance.now() - began);
  const used = [sign, verify, available.join(' '), hashes, ciphers.join(' ')];
  table.push([name, version, way, ...used, String(megabytes), String(ms)]);
  outcomes.set(`${name}, ${way}`, outcome);
}

beforeAll(() => {
  mkdirSync(join(packed, 'home'), { recursive: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ['smoke.mjs', 'watch.mjs', 'by-import.mjs', 'by-require.cjs'])
    cpSync(join(import.meta.dirname, name), join(folder, name));
  writeFileSync(join(folder, 'inputs.json'), JSON.stringify(inputs));
});

afterAll(() => {
  const widths = table[0]!.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
  console.log(table.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join('  ')).join('\n'));
});

function expectGood(outcome: Outcome, kind: string): void {
  expect(outcome.results).toMatchObject(KNOWN);
  expect(outcome.backends).toEqual({ ...BACKENDS[kind], agree: true });
  expect(outcome.changed, 'globals changed').toEqual([]);
  expect(outcome.connections, 'connections tried').toEqual([]);
  const [first] = outcomes.values();
  expect(outcome.results).toEqual(first!.results);
}

describe.each(runtimes())('$name', (runtime) => {
  describe.skipIf('missing' in runtime)('has the packed packages', () => {
    it.each(['by-import.mjs', 'by-require.cjs'])('%s', (file) => {
      if ('missing' in runtime) throw new Error(runtime.missing);
      const began = performance.now();
      const { status, stdout, stderr } = runIn(runtime, [join(folder, file)]);
      expect(status, stderr).toBe(0);
      const outcome: Outcome = JSON.parse(stdout);
      note(
        runtime.name,
        runtime.version,
        file === 'by-import.mjs' ? 'import' : 'require',
        outcome,
        runtime.megabytes,
        began,
      );
      expectGood(outcome, runtime.kind);
      expect(outcome.entries).toBe(entries.length);
      expect(outcome.twice ?? []).toEqual([]);
    });
  });
});

const PAGE = 'https://page.example/';

describe('Chromium', () => {
  it.each([
    ['bundle', 'Chromium', "script-src 'unsafe-inline' 'wasm-unsafe-eval'"],
    ['no WebAssembly', 'JavaScript', "script-src 'unsafe-inline'"],
  ])('has the packed packages: %s', async (way, kind, policy) => {
    const browser = await launch();
    try {
      const context = await browser.newContext({ offline: true, timezoneId: 'America/St_Johns', locale: 'tr-TR' });
      const page = await context.newPage();
      const requests: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      // WebCrypto is there for pages of https only; this one is answered here.
      await page.route(PAGE, (route) =>
        route.fulfill({
          contentType: 'text/html',
          headers: { 'Content-Security-Policy': policy },
          body: '<!doctype html>',
        }),
      );
      await page.goto(PAGE);
      const began = performance.now();
      const content = await bundle(`
        import { watch } from './runtimes/watch.mjs';
        export async function run(inputs) {
          const changes = watch();
          const { smoke } = await import('./runtimes/smoke.mjs');
          return { ...(await smoke(inputs)), ...changes() };
        }`);
      await page.addScriptTag({ content });
      const outcome = await page.evaluate<Outcome>(`page.run(${JSON.stringify(inputs)})`);
      note('Chromium', browser.version(), way, outcome, Math.ceil(content.length / 1e6), began);
      expectGood(outcome, kind);
      expect(requests).toEqual([PAGE]);
    } finally {
      await browser.close();
    }
  });
});

it('the watch sees what it is there for', () => {
  const { status, stdout, stderr } = runIn({ program: process.execPath, args: [] }, [
    '--input-type=module',
    '--eval',
    `const { watch } = await import('./runtimes/watch.mjs');
     const changes = watch();
     globalThis.added = 1;
     Array.prototype.extra = 1;
     String.prototype.trim = function () {};
     delete Math.cbrt;
     try { fetch('https://example.cn') } catch {}
     console.log(JSON.stringify(changes()))`,
  ]);
  expect(status, stderr).toBe(0);
  const { changed, connections } = JSON.parse(stdout);
  expect(changed.sort()).toEqual(['Array.prototype.extra', 'Math.cbrt', 'String.prototype.trim', 'globalThis.added']);
  expect(connections).toEqual(['fetch']);
});
