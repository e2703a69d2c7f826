/** The two pages as they are sent: bundled once, with headers that let in nothing from elsewhere. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { toBase64url } from '@gov/sm';
import { build } from 'esbuild';

const pages = join(import.meta.dirname, 'pages');

/** `wasm-unsafe-eval` is for SM2, SM3 and the reader of pictures; it lets no script be made of text. */
export const SECURITY_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "img-src 'self' blob:",
    "connect-src 'self'",
    "worker-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'permissions-policy': 'camera=(self), microphone=(), geolocation=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-cache',
} as const;

export interface SiteFile {
  readonly type: string;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** All files by path. @param pin the key of the trust list: it comes with the program, not with the list */
export async function buildSite(pin: Uint8Array): Promise<ReadonlyMap<string, SiteFile>> {
  const text = { html: 'text/html; charset=utf-8', css: 'text/css; charset=utf-8', svg: 'image/svg+xml' } as const;
  const files = new Map<string, SiteFile>();
  for (const name of ['holder.html', 'terminal.html', 'holder.css', 'terminal.css', 'icon.svg']) {
    const type = text[name.split('.')[1] as keyof typeof text];
    files.set(`/${name}`, { type, body: Uint8Array.from(await readFile(join(pages, name))) });
  }
  for (const name of ['holder', 'terminal']) {
    files.set(`/${name}.js`, await script(name, { PINNED_KEY: JSON.stringify(toBase64url(pin)) }));
  }
  // Of the version that @gov/qr has.
  const reader = createRequire(import.meta.resolve('@gov/qr/read')).resolve('zxing-wasm/reader/zxing_reader.wasm');
  files.set('/zxing_reader.wasm', { type: 'application/wasm', body: Uint8Array.from(await readFile(reader)) });

  const edition = createHash('sha256');
  for (const [path, { body }] of files) edition.update(path).update(body);
  const shell = {
    SHELL: JSON.stringify([...files.keys()]),
    EDITION: JSON.stringify(edition.digest('hex').slice(0, 16)),
  };
  files.set('/service-worker.js', await script('service-worker', shell));
  return files;
}

async function script(name: string, define: Readonly<Record<string, string>>): Promise<SiteFile> {
  const { outputFiles } = await build({
    entryPoints: [join(pages, `${name}.ts`)],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define,
    write: false,
    logLevel: 'warning',
  });
  return { type: 'text/javascript; charset=utf-8', body: Uint8Array.from(outputFiles[0]!.contents) };
}
