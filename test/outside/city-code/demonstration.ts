/** The demonstration as somebody would start it, and its pages in a browser. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCityCode, readCityCodeText } from '@gov/city-code';
import { readQr } from '@gov/qr/read';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const cache = join(import.meta.dirname, '../.cache/city-code');

/** Sites for people in Chinese need a Chinese font: the one that the command line brings. */
export function useChineseFont(): void {
  const fonts = ['400Regular', '700Bold'].map((weight) =>
    join(root, 'node_modules/@expo-google-fonts/noto-sans-sc', weight),
  );
  if (!fonts.every((font) => existsSync(font))) return;
  mkdirSync(cache, { recursive: true });
  const dirs = fonts.map((font) => `<dir>${font}</dir>`).join('');
  const config = `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${dirs}<cachedir>${cache}/fonts</cachedir></fontconfig>`;
  writeFileSync(join(cache, 'fonts.conf'), config);
  process.env.FONTCONFIG_FILE = join(cache, 'fonts.conf');
}

export interface Demonstration {
  readonly url: string;
  close(): Promise<void>;
}

export async function startDemonstration(): Promise<Demonstration> {
  const command = ['--import', 'tsx', 'examples/city-code/main.ts', '0'];
  const server = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  let said = '';
  const url = await new Promise<string>((resolve, reject) => {
    const listen = (part: Buffer) => {
      said += part;
      const address = /terminal: (\S+)\/terminal\.html\n/.exec(said)?.[1];
      if (address !== undefined) resolve(address);
    };
    server.stdout.on('data', listen);
    server.stderr.on('data', listen);
    void ended.then(() => reject(new Error(said)));
  });
  return {
    url,
    async close() {
      server.kill();
      await ended;
    },
  };
}

/** What a page complained about: errors, refused scripts. A network that is not there is no complaint. */
export const complaints: string[] = [];

const NETWORK = /^Failed to load resource: (?:net::|the server responded with a status of 404)/;

function listen(page: Page): void {
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    const isComplaint = message.type() === 'error' || message.type() === 'warning';
    if (isComplaint && !NETWORK.test(message.text())) complaints.push(message.text());
  });
}

export const screenshot = (page: Page, name: string): Promise<Buffer> =>
  page.screenshot({ path: join(cache, `${name}.png`), fullPage: true });

/** Waits until an expression holds in a page. Playwright's own way is a script made of text, which these pages do not let in. */
export const until = (page: Page, expression: string): Promise<void> =>
  expect.poll(() => page.evaluate<boolean>(`Boolean(${expression})`), { timeout: 10_000, interval: 30 }).toBe(true);

/** A phone of 360 × 780. */
export const phone = (browser: Browser, deviceScaleFactor = 1): Promise<BrowserContext> =>
  browser.newContext({ viewport: { width: 360, height: 780 }, deviceScaleFactor });

export async function openHolder(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  listen(page);
  await page.goto(`${url}/holder.html`);
  await page.waitForSelector('#code:not([hidden])');
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  return page;
}

export async function openTerminal(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  listen(page);
  await page.goto(`${url}/terminal.html`);
  await until(page, `document.getElementById('filter')?.textContent.startsWith('至')`);
  await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
  // It goes on by itself, and can be made to hurry.
  await page.clock.install();
  return page;
}

/** Does what changes the code on a holder's page, and waits for the other code. */
export async function afterChange(page: Page, change: () => Promise<unknown>): Promise<void> {
  const before = await page.getAttribute('#code', 'src');
  await change();
  await until(
    page,
    `(() => { const code = document.getElementById('code');
      return !code.hidden && code.src !== ${JSON.stringify(before)} && code.complete && code.naturalWidth > 0; })()`,
  );
}

/** The code on the screen, as another phone would photograph it. */
export const picture = (page: Page, selector = '#code'): Promise<Buffer> => page.locator(selector).screenshot();

export async function textOf(shot: Buffer): Promise<string> {
  const [text = ''] = await readQr(new Uint8Array(shot));
  return text;
}

export async function codeOn(page: Page) {
  return readCityCode(readCityCodeText(await textOf(await picture(page))));
}

/** Chooses a picture at a terminal, when the answer before is gone: colour, then the codes of the findings. */
export async function showAt(terminal: Page, shot: Buffer): Promise<string> {
  const judged = `Number(document.getElementById('last').dataset.count ?? 0)`;
  const before = await terminal.evaluate<number>(judged);
  if (before > 0) await terminal.clock.fastForward(2000);
  await terminal.setInputFiles('#picture', { name: 'code.png', mimeType: 'image/png', buffer: shot });
  await until(terminal, `${judged} > ${before}`);
  return toldBy(terminal);
}

/** What a terminal shows now, as `yes` or `no` and the codes of the findings. */
export const toldBy = (terminal: Page): Promise<string> =>
  terminal.evaluate<string>(
    `[document.getElementById('verdict').className.replace('verdict ', ''),
      ...[...document.querySelectorAll('#reasons code')].map((code) => code.textContent)].join(' ')`,
  );
