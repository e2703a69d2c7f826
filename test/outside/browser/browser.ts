import { existsSync } from 'node:fs';
import chromiumPackage from '@sparticuz/chromium';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import { packed } from '../packed.js';

/** A headless Chromium: the one npm brought, or the machine's own. */
export async function launch(): Promise<Browser> {
  const own = '/usr/bin/chromium';
  try {
    return await chromium.launch({
      executablePath: await chromiumPackage.executablePath(),
      // One process would end with its first page.
      args: chromiumPackage.args.filter((flag) => flag !== '--single-process'),
      headless: true,
    });
  } catch (error) {
    if (!existsSync(own)) throw error;
    return chromium.launch({ executablePath: own, args: ['--no-sandbox', '--disable-gpu'], headless: true });
  }
}

/** Bundles `code` for a browser; its `@gov/…` imports are the packed packages. */
export async function bundle(code: string): Promise<string> {
  const result = await build({
    stdin: { contents: code, resolveDir: packed, loader: 'ts' },
    bundle: true,
    format: 'iife',
    globalName: 'page',
    platform: 'browser',
    target: 'es2022',
    write: false,
    logLevel: 'silent',
  });
  return result.outputFiles[0]!.text;
}
