import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { readCityCode, readCityCodeText } from '@gov/city-code';
import { readTrustList, signTrustList } from '@gov/pki/trust-list';
import { encodeBase45 } from '@gov/qr/base45';
import { qrCode, qrPng } from '@gov/qr/draw';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launch } from '../browser/browser.js';
import {
  afterChange,
  codeOn,
  complaints,
  type Demonstration,
  openHolder,
  openTerminal,
  phone,
  picture,
  screenshot,
  showAt,
  startDemonstration,
  textOf,
  toldBy,
  until,
  useChineseFont,
} from './demonstration.js';

let browser: Browser;
let demonstration: Demonstration;
let url: string;
/** A holder whose page stays open: `newCode` is what it shows next. */
let holder: Page;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  useChineseFont();
  [browser, demonstration] = await Promise.all([launch(), startDemonstration()]);
  ({ url } = demonstration);
  holder = await openHolder(await phone(browser), url);
});
afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
  expect(complaints.splice(0)).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  await demonstration?.close();
});

const kept = (context: BrowserContext): BrowserContext => {
  contexts.push(context);
  return context;
};
const newPhone = async (scale?: number) => kept(await phone(browser, scale));
const newHolder = async (scale?: number) => openHolder(await newPhone(scale), url);
const newTerminal = async () =>
  openTerminal(kept(await browser.newContext({ viewport: { width: 1000, height: 760 } })), url);

/** A picture of a code that nobody has seen. */
async function newCode(): Promise<Buffer> {
  await afterChange(holder, () => holder.click('#refresh'));
  return picture(holder);
}

const later = (seconds: number): Date => new Date(Date.now() + seconds * 1000);
const drawn = (text: string): Buffer => Buffer.from(qrPng(qrCode(text), { scale: 4 }));
const drawnOctets = (octets: Uint8Array): Buffer => drawn(encodeBase45(octets));
const modulesWide = (page: Page, pixels: number): Promise<void> =>
  page.evaluate(`document.getElementById('code').style.width = '${(57 + 8) * pixels}px'`);

describe('the holder page', () => {
  it('shows a code that says nothing about anybody, and a countdown to the next', async () => {
    const page = await newHolder();
    const { delegation, counter, ttlSeconds, scene } = await codeOn(page);
    expect([delegation.suite, delegation.region, counter, ttlSeconds, scene]).toEqual([2, '440106', 0, 60, 1]);
    expect(Number(await page.textContent('#seconds'))).toBeGreaterThan(25);
    await screenshot(page, 'holder');
  });

  it('is read at 1.6 px of CSS per module, and at fewer pixels on the screen by the terminal', async () => {
    const page = await newHolder(2);
    await modulesWide(page, 1.6);
    expect(readCityCodeText(await textOf(await screenshot(page, 'holder-small')))).toHaveLength(195);
    const [plain, terminal] = await Promise.all([newHolder(1), newTerminal()]);
    await modulesWide(plain, 1.6);
    expect(await showAt(terminal, await plain.screenshot())).toBe('yes');
  });

  it('makes a new code before the old one ends, and none twice over a reload', async () => {
    const page = await newHolder();
    const first = await codeOn(page);
    await afterChange(page, () => page.clock.setFixedTime(later(31)));
    const second = await codeOn(page);
    expect([first.counter, second.counter]).toEqual([0, 1]);
    await page.reload();
    await page.waitForSelector('#code:not([hidden])');
    const third = await codeOn(page);
    expect([third.counter, third.delegation.tag]).toEqual([2, first.delegation.tag]);
  });

  it('never shows one number in two tabs', async () => {
    const context = await newPhone();
    const tabs = [await openHolder(context, url), await openHolder(context, url)];
    const seen: string[] = [];
    for (let round = 0; round < 5; round++) {
      await Promise.all(
        tabs.map((tab) => afterChange(tab, () => tab.evaluate(`document.getElementById('refresh').click()`))),
      );
      for (const tab of tabs) {
        await tab.bringToFront();
        const { delegation, counter } = await codeOn(tab);
        seen.push(`${delegation.tag} ${counter}`);
      }
    }
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('works without a network until the delegation ends, and then says so', async () => {
    const page = await newHolder();
    await page.context().setOffline(true);
    await page.reload();
    await page.waitForSelector('#code:not([hidden])');
    expect((await codeOn(page)).counter).toBe(1);
    expect(await page.textContent('#until')).toContain('无网络可用至');
    await page.clock.setFixedTime(later(9 * 3600));
    await page.waitForSelector('#over:not([hidden])');
    expect(await page.textContent('#over')).toContain('授权已结束');
    await page.click('#refresh');
    await until(page, `document.getElementById('network').textContent.includes('离线')`);
    expect(await page.isVisible('#code')).toBe(false);
    await screenshot(page, 'holder-over');
    await page.context().setOffline(false);
  });

  it('speaks when it was told to, and not before', async () => {
    const context = await newPhone();
    await context.addInitScript(`globalThis.spoken = [];
      speechSynthesis.speak = ({ lang, text }) => globalThis.spoken.push(lang + ' ' + text);`);
    const page = await openHolder(context, url);
    expect(await page.evaluate('spoken')).toEqual([]);
    await page.click('#voice');
    await afterChange(page, () => page.selectOption('#role', 'company'));
    expect(await page.evaluate('spoken')).toEqual(['zh-CN 语音播报已打开。', 'zh-CN 城市码已就绪，请对准闸机。']);
  });

  it('keeps keys that nobody can take out, and nothing about a person', async () => {
    const page = await newHolder();
    const kept = await page.evaluate<{ names: string[]; refused: string[]; text: string }>(`(async () => {
      const [{ name }] = await indexedDB.databases();
      const opening = indexedDB.open(name);
      await new Promise((done) => { opening.onsuccess = done; });
      const all = opening.result.transaction('delegations').objectStore('delegations').getAll();
      await new Promise((done) => { all.onsuccess = done; });
      const refused = await Promise.all(all.result.flatMap(({ keyPair }) => ['pkcs8', 'jwk'].map((form) =>
        crypto.subtle.exportKey(form, keyPair.privateKey).then(() => 'exported', (error) => error.name))));
      return { names: [...new Set(all.result.flatMap((one) => Object.keys(one)))].sort(), refused, text: JSON.stringify(localStorage) };
    })()`);
    expect(kept.names).toEqual(['bytes', 'expires', 'keyPair', 'role']);
    expect(kept.refused).toEqual(Array(8).fill('InvalidAccessError'));
    expect(kept.text).toBe('{"role":"self"}');
  });
});

describe('the terminal page', () => {
  it('lets a code pass once, is ready two seconds later, and still knows it after a restart', async () => {
    const [shot, terminal] = await Promise.all([newCode(), newTerminal()]);
    expect(await showAt(terminal, shot)).toBe('yes');
    const began = Date.now();
    expect(await terminal.textContent('#who')).toBe('自然人 Person');
    await screenshot(terminal, 'terminal-green');
    await terminal.waitForSelector('#verdict', { state: 'hidden' });
    expect(Date.now() - began).toBeLessThan(4000);
    await terminal.reload();
    await until(terminal, `document.getElementById('prompt')?.textContent === '请出示城市码'`);
    expect(await showAt(terminal, shot)).toBe('no city-code-replayed');
    expect(await terminal.textContent('#reasons')).toMatch(/此码已出示过。.*shown before/);
    await screenshot(terminal, 'terminal-red');
  });

  it('refuses codes of another time: an old screenshot, one of tomorrow, any where its own clock is a day behind', async () => {
    const [shot, terminal] = await Promise.all([newCode(), newTerminal()]);
    const at = async (seconds: number): Promise<string> => {
      await terminal.clock.setFixedTime(later(seconds));
      return showAt(terminal, shot);
    };
    expect(await at(100)).toBe('no city-code-too-old');
    expect(await at(-40)).toBe('no city-code-from-later');
    expect(await at(-86_400)).toBe('no city-code-from-later delegation-too-long');
    expect(await at(0)).toBe('yes');
  });

  it('refuses what was tampered with, names no issuer of the list, or is no code', async () => {
    const [shot, terminal] = await Promise.all([newCode(), newTerminal()]);
    const { bytes } = await codeOn(holder);
    const changed = (at: number, by = 1): Uint8Array =>
      bytes.map((octet, index) => (index === at ? octet ^ by : octet));
    const cases: readonly (readonly [Buffer, string])[] = [
      [drawnOctets(changed(194)), 'no device-signature-forged'],
      // The counter: what was photographed shall pass again.
      [drawnOctets(changed(130)), 'no device-signature-forged'],
      // The entitlements.
      [drawnOctets(changed(24, 4)), 'no delegation-forged'],
      [drawnOctets(changed(6, 8)), 'no city-issuer-unknown'],
      [drawn('https://example.org/'), 'no format-malformed'],
      [await terminal.screenshot(), 'no format-malformed'],
    ];
    for (const [forged, told] of cases) expect(await showAt(terminal, forged)).toBe(told);
    // None of this used the genuine code up.
    expect(await showAt(terminal, shot)).toBe('yes');
  });

  it('says that a relative shows, and refuses an issuer beyond its region', async () => {
    const [page, terminal] = await Promise.all([newHolder(), newTerminal()]);
    const own = await codeOn(page);
    await afterChange(page, () => page.selectOption('#role', 'grandmother'));
    const hers = await codeOn(page);
    expect([own.delegation.entitlements, hers.delegation.entitlements]).toEqual([1, 0x8000_0001]);
    expect(await showAt(terminal, await picture(page))).toBe('yes');
    expect(await terminal.textContent('#who')).toContain('亲属代办 Shown by a relative');
    await screenshot(terminal, 'terminal-relative');
    await afterChange(page, () => page.selectOption('#role', 'beyond'));
    expect(await showAt(terminal, await picture(page))).toBe('no city-issuer-region');
  });

  it('refuses what was reported lost, asking the issuer, and without a network too', async () => {
    const [page, terminal, away] = await Promise.all([newHolder(), newTerminal(), newTerminal()]);
    await afterChange(page, () => page.selectOption('#role', 'company'));
    const stolen = await picture(page);
    await page.click('#lost');
    await page.click('#lost-yes');
    await page.waitForSelector('#over:not([hidden])');
    for (const gate of [terminal, away]) {
      const answered = gate.waitForResponse((response) => response.url().includes('/logs'));
      await gate.click('#sync');
      await answered;
    }
    await away.context().setOffline(true);
    expect(await showAt(terminal, stolen)).toBe('no delegation-revoked');
    expect(await showAt(away, stolen)).toBe('no delegation-perhaps-revoked');
  });

  it('judges for days without a network, and sends its log when there is one', async () => {
    const [shot, terminal] = await Promise.all([newCode(), newTerminal()]);
    await terminal.context().setOffline(true);
    await terminal.reload();
    await until(terminal, `document.getElementById('prompt')?.textContent === '请出示城市码'`);
    expect(await showAt(terminal, shot)).toBe('yes');
    await until(terminal, `Number(document.getElementById('log').textContent) > 0`);
    const answered = terminal.waitForResponse(
      async (response) => response.request().method() === 'POST' && response.url().includes('/logs'),
    );
    await terminal.context().setOffline(false);
    await terminal.clock.fastForward(60_000);
    expect(await (await answered).json()).toEqual({ received: 3, verdict: 'valid' });
    await until(terminal, `document.getElementById('log').textContent === '0'`);
  });

  it('asks for an answer to its challenge: none, a relayed one, and the right one', async () => {
    const [page, terminal, other] = await Promise.all([newHolder(), newTerminal(), newTerminal()]);
    for (const gate of [terminal, other]) {
      await gate.click('#demand');
      await until(gate, `document.getElementById('challenge-code').naturalWidth > 0`);
    }
    const answer = async (gate: Page): Promise<Buffer> => {
      const buffer = await picture(gate, '#challenge-code');
      await page.click('#answer');
      await afterChange(page, () =>
        page.setInputFiles('#picture', { name: 'gate.png', mimeType: 'image/png', buffer }),
      );
      await page.waitForSelector('#answering:not([hidden])');
      return picture(page);
    };
    await screenshot(terminal, 'terminal-challenge');
    expect(await showAt(terminal, await picture(page))).toBe('no challenge-missing');
    // Somebody at another gate photographed this answer: that gate asked something else.
    const relayed = await answer(other);
    expect(await showAt(terminal, relayed)).toBe('no challenge-failed');
    await terminal.clock.fastForward(2000);
    await screenshot(page, 'holder-answering');
    expect(await showAt(terminal, await answer(terminal))).toBe('yes');
  });

  it('redeems a printed code once, and says without a network that it cannot tell', async () => {
    const [page, terminal, away] = await Promise.all([newHolder(), newTerminal(), newTerminal()]);
    await page.click('#print');
    await page.waitForSelector('#printed:not([hidden])');
    await page.emulateMedia({ media: 'print' });
    await screenshot(page, 'printed');
    const shot = await picture(page, '#paper');
    expect(readCityCodeText(await textOf(shot))).toHaveLength(34);
    await away.context().setOffline(true);
    expect(await showAt(away, shot)).toBe('no city-code-online');
    expect(await showAt(terminal, shot)).toBe('yes');
    expect(await showAt(terminal, shot)).toBe('no online-code-refused');
  });

  it('does not judge a code again that stays before the camera, and does when it comes back', async () => {
    const context = kept(await browser.newContext({ viewport: { width: 1000, height: 760 } }));
    // A camera whose picture the test draws.
    await context.addInitScript(`{
      const canvas = document.createElement('canvas');
      canvas.width = 640; canvas.height = 480;
      const draw = () => { const c = canvas.getContext('2d'); c.fillStyle = '#777'; c.fillRect(0, 0, 640, 480);
        if (globalThis.before) c.drawImage(globalThis.before, 130, 50, 380, 380); };
      setInterval(draw, 50);
      navigator.mediaDevices.getUserMedia = async () => canvas.captureStream(15);
      globalThis.hold = async (data) => { globalThis.before = data && await createImageBitmap(await (await fetch(data)).blob()); };
      globalThis.notes = [];
      const { createOscillator } = AudioContext.prototype;
      AudioContext.prototype.createOscillator = function () { const made = createOscillator.call(this);
        queueMicrotask(() => globalThis.notes.push(made.type + made.frequency.value)); return made; };
    }`);
    const terminal = await openTerminal(context, url);
    await terminal.evaluate(`globalThis.fetch = ((own) => (from, init) => String(from).startsWith('data:')
      ? Promise.resolve(new Response(Uint8Array.from(atob(from.split(',')[1]), (c) => c.charCodeAt(0)))) : own(from, init))(fetch)`);
    const hold = (shot?: Buffer) =>
      terminal.evaluate(
        `hold(${JSON.stringify(shot && `data:image/png;base64,${shot.toString('base64')}`) ?? 'undefined'})`,
      );
    const count = () => terminal.evaluate<number>(`Number(document.getElementById('last').dataset.count ?? 0)`);
    const shot = await newCode();
    await terminal.click('#start');
    await hold(shot);
    await terminal.waitForSelector('#verdict:not([hidden])');
    expect(await toldBy(terminal)).toBe('yes');
    await terminal.waitForTimeout(2300);
    expect(await count()).toBe(1);
    await screenshot(terminal, 'terminal-camera');
    await hold();
    await terminal.waitForTimeout(3200);
    await hold(shot);
    await terminal.waitForSelector('#verdict:not([hidden])');
    expect([await toldBy(terminal), await count()]).toEqual(['no city-code-replayed', 2]);
    expect(await terminal.evaluate('notes')).toEqual(['sine880', 'sine1320', 'square196', 'square165']);
  });

  it('believes no list but that of the key it was built with, and lets nobody pass without one', async () => {
    const context = kept(await browser.newContext());
    const terminal = await context.newPage();
    const stranger = sm2Signer(generateSm2Key());
    await context.route('**/issuer/trust-list', async (route) => {
      const list = readTrustList(await (await route.fetch()).text());
      const body = await signTrustList({ ...list, sequence: 2, keys: { current: stranger.publicKey } }, stranger);
      await route.fulfill({ body });
    });
    await terminal.goto(`${url}/terminal.html`);
    await until(terminal, `document.getElementById('prompt')?.textContent.startsWith('缺少信任列表')`);
    expect(await showAt(terminal, await newCode())).toBe('no backend-unavailable');
  });

  it('is open in one tab at a time', async () => {
    const terminal = await newTerminal();
    const second = await terminal.context().newPage();
    await second.goto(`${url}/terminal.html`);
    await until(second, `document.getElementById('prompt')?.textContent === '本终端已在另一窗口打开'`);
    await terminal.close();
    await until(second, `document.getElementById('prompt')?.textContent === '请出示城市码'`);
  });
});

describe('both pages', () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

  /** Rules of WCAG 2.2 A to AAA, contrast of 7:1 among them. */
  const violations = async (page: Page): Promise<string[]> => {
    await page.evaluate(axe);
    return page.evaluate<
      string[]
    >(`axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag2aaa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      rules: { 'color-contrast-enhanced': { enabled: true } } })
      .then(({ violations }) => violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => id + ': ' + html)))`);
  };

  it('have names, roles and contrasts of 7:1, in each of their states', async () => {
    const [page, terminal] = await Promise.all([newHolder(), newTerminal()]);
    expect(await violations(page)).toEqual([]);
    for (const id of ['answer', 'print', 'lost', 'voice']) await page.click(`#${id}`);
    await page.waitForSelector('#printed:not([hidden])');
    expect(await violations(page)).toEqual([]);
    await screenshot(page, 'holder-open');
    await terminal.click('#demand');
    expect(await violations(terminal)).toEqual([]);
    const shot = await picture(page);
    expect(await showAt(terminal, shot)).toBe('no challenge-missing');
    expect(await violations(terminal)).toEqual([]);
    await terminal.clock.fastForward(2000);
    await terminal.click('#demand');
    expect(await showAt(terminal, shot)).toBe('yes');
    expect(await violations(terminal)).toEqual([]);
  });

  it('are worked by the keyboard alone', async () => {
    const [page, terminal] = await Promise.all([newHolder(), newTerminal()]);
    const reached = async (where: Page, count: number): Promise<string[]> => {
      const ids: string[] = [];
      for (let i = 0; i < count; i++) {
        await where.keyboard.press('Tab');
        ids.push(await where.evaluate<string>('document.activeElement.id'));
      }
      return ids;
    };
    expect(await reached(page, 6)).toEqual(['role', 'refresh', 'voice', 'answer', 'print', 'lost']);
    await page.keyboard.press('Enter');
    expect(await page.isVisible('#lost-yes')).toBe(true);
    expect(await reached(terminal, 4)).toEqual(['start', 'picture', 'demand', 'sync']);
  });

  it('let no script in that is not their own, and ask nobody else', async () => {
    const context = await newPhone();
    const asked = new Set<string>();
    context.on('request', (request) => asked.add(new URL(request.url()).origin));
    const page = await openHolder(context, url);
    await openTerminal(context, url);
    await page.evaluate(
      `{ const own = document.createElement('script'); own.textContent = 'globalThis.got = 1'; document.head.append(own); }`,
    );
    expect(await page.evaluate('globalThis.got')).toBeUndefined();
    expect(complaints.splice(0)).toHaveLength(1);
    expect([...asked].filter((origin) => origin !== 'null')).toEqual([url]);
  });

  it('go on when the server is gone for good', async () => {
    const [page, terminal] = await Promise.all([newHolder(), newTerminal()]);
    await demonstration.close();
    await Promise.all([page.reload(), terminal.reload()]);
    await page.waitForSelector('#code:not([hidden])');
    await until(terminal, `document.getElementById('prompt')?.textContent === '请出示城市码'`);
    expect(await showAt(terminal, await picture(page))).toBe('yes');
    expect(readCityCode(readCityCodeText(await textOf(await picture(page)))).counter).toBeGreaterThan(0);
  });
});
