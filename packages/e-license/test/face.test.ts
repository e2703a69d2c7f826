import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawFace, FACE_LIMITS, FaceFonts, type LicenseFace, QR_MODULE_MIN_MM } from '@gov/e-license/face';
import { embeddedFiles, openPdf, PdfArray } from '@gov/pdf';
import { qrCode } from '@gov/qr/draw';
import { beforeAll, describe, expect, it } from 'vitest';
import { lookOf } from '../src/face/style.js';
import { bold, createdAt, FACE, fonts, QR_TEXT, readPage, regular, smallFont } from './face-fixture.js';

const { zones: ZONES, page: PAGE } = lookOf();
const draw = (change: Partial<LicenseFace> = {}, use = fonts) =>
  drawFace({ ...FACE, ...change }, { fonts: use, createdAt });
const row = (value: string, label = '住所') => ({ rows: [{ label, value }] });
const code = (expected: string, message = '') =>
  expect.objectContaining({ name: 'GovError', code: expected, message: expect.stringContaining(message) });
const qrOf = (size: number, dark = false) => ({ size, modules: Array.from({ length: size * size }, () => dark) });

let drawn: Awaited<ReturnType<typeof draw>>;
let page: Awaited<ReturnType<typeof readPage>>;
beforeAll(async () => {
  drawn = await draw();
  page = await readPage(drawn.pdf);
});

describe('a licence face', () => {
  it('is one A4 page in landscape, small, and says everything that it was given', () => {
    const doc = openPdf(drawn.pdf);
    expect(doc.pageCount).toBe(1);
    expect(drawn.pageCount).toBe(1);
    expect(drawn.pdf.length).toBeLessThan(100 * 1024);
    const text = page.lines.join('');
    for (const { label, value } of FACE.rows) {
      expect(text).toContain(label);
      expect(text).toContain(value);
    }
    expect(page.lines).toContain(FACE.title);
    expect(page.lines).toContain(`编号：${FACE.number}`);
    expect(page.lines).toContain(`证照标识：${FACE.identifier}`);
    expect(page.lines).toContain(FACE.authority);
    expect(page.lines).toContain('2026年05月20日');
    expect(page.lines).toContain(FACE.qrCaption);
  });

  it('carries its attachments as associated files, sorted in the name tree', () => {
    const doc = openPdf(drawn.pdf);
    const files = embeddedFiles(doc);
    expect(files.map(({ name, key, relationship }) => [name, key, relationship])).toEqual([
      ['license.json', 'license.json', 'Source'],
      ['license.qr.txt', 'license.qr.txt', 'Data'],
    ]);
    expect(new TextDecoder().decode(files[1]!.bytes())).toBe(QR_TEXT);
    const associated = doc.resolve(doc.catalog.get('AF'));
    expect(associated).toBeInstanceOf(PdfArray);
    expect((associated as PdfArray).items).toHaveLength(2);
  });

  it('needs no attachments', async () => {
    const { attachments: _, ...bare } = FACE;
    expect(embeddedFiles(openPdf((await drawFace(bare, { fonts, createdAt })).pdf))).toEqual([]);
  });

  it('the same input gives the same bytes, whatever was drawn before and by whichever handle', async () => {
    expect((await draw()).pdf).toEqual(drawn.pdf);
    await draw({ title: '⼈⺠⼀营业执照', rows: [] });
    expect((await draw()).pdf).toEqual(drawn.pdf);
    expect((await draw({}, new FaceFonts(regular, { title: bold }))).pdf).toEqual(drawn.pdf);
    expect((await draw({}, new FaceFonts(new Uint8Array(regular), { title: new Uint8Array(bold) }))).pdf).toEqual(
      drawn.pdf,
    );
  });

  it('other contents, or another time, give another file identifier', async () => {
    const id = ({ pdf }: { pdf: Uint8Array }) =>
      /\/ID \[<([0-9a-f]{32})>/.exec(new TextDecoder('latin1').decode(pdf))?.[1];
    const later = await drawFace(FACE, { fonts, createdAt: new Date(createdAt.getTime() + 1000) });
    const ids = [drawn, later, await draw({ number: 'JY13702120012346' })].map(id);
    expect(new Set(ids).size).toBe(3);
    expect(ids).not.toContain(undefined);
    const text = new TextDecoder('latin1').decode(drawn.pdf);
    expect(text).toContain('(D:20260520010203Z)');
    expect(new Set(text.match(/D:\d{8}/g))).toEqual(new Set(['D:20260520']));
  });
});

describe('text of a face', () => {
  it('characters that share a glyph stay the characters that were written', async () => {
    // U+2F08 and U+4EBA are one glyph in Noto Sans SC.
    const { lines } = await readPage((await draw(row('⼈人⼀一⼈', '⼀'))).pdf);
    expect(lines).toContain('⼈人⼀一⼈');
    expect(lines).toContain('⼀');
  });

  it('characters beyond the basic plane', async () => {
    expect((await readPage((await draw(row('🄐甲🄑'))).pdf)).lines).toContain('🄐甲🄑');
  });

  it('a character that no font has is refused by name, in every text', async () => {
    const bad = '𬎆';
    for (const change of [
      { title: bad },
      { number: bad },
      { identifier: bad },
      { authority: bad },
      { qrCaption: bad },
      row(`张${bad}`),
      row('甲', bad),
    ]) {
      await expect(draw(change)).rejects.toThrow(code('glyph-missing', '𬎆 U+2C386'));
    }
  });

  it.each([
    ['line feed', '\n', 'U+000A'],
    ['zero width space', '\u200b', 'U+200B'],
    ['right-to-left override', '\u202e', 'U+202E'],
    ['combining mark', 'e\u0301', 'U+0301'],
    ['lone surrogate', '\udc00', 'U+DC00'],
    ['Arabic', 'ن', 'U+0646'],
  ])('what would be blank or misread is refused: %s', async (_, text, point) => {
    await expect(draw(row(`甲${text}乙`))).rejects.toThrow(code('glyph-missing', point));
  });

  it('spaces are spaces', async () => {
    expect((await readPage((await draw(row('A B\u3000C'))).pdf)).lines).toContain('A B\u3000C');
  });

  it('a fallback font draws what the first lacks, and only that', async () => {
    const rare = new FaceFonts(regular, { fallbacks: [smallFont([0x2c386, 0x4eba])] });
    const { lines, content, fontFiles } = await readPage((await draw(row('张𬎆人'), rare)).pdf);
    expect(lines).toContain('张𬎆人');
    expect(content).toMatch(/\/F0 \S+ Tf <[0-9A-F]{4}> Tj \/F1 \S+ Tf <0001> Tj \/F0 \S+ Tf <[0-9A-F]{4}> Tj/);
    expect(fontFiles).toHaveLength(2);
    await expect(draw(row('𬎇'), rare)).rejects.toThrow(code('glyph-missing', '𬎇 U+2C387'));
  });

  it('the title may use the text fonts for what its own lacks', async () => {
    const other = new FaceFonts(regular, { title: smallFont([0x4eba]) });
    expect((await readPage((await draw({ title: '人证' }, other)).pdf)).lines).toContain('人证');
  });

  it('states the widths that it set the text with', async () => {
    const { widths } = await readPage((await draw({ ...row('Wi'), title: 'iW' }, new FaceFonts(regular))).pdf);
    const [first] = fonts.charactersOf('i');
    expect(widths[0]!.slice(0, 2)).toEqual([first!.advance * 1000, fonts.charactersOf('W')[0]!.advance * 1000]);
    expect(widths[0]![0]).toBeLessThan(300);
    expect(widths[0]![1]).toBeGreaterThan(800);
  });

  it('a font whose characters are wider than the page', async () => {
    const wide = smallFont([0x4eba]);
    const view = new DataView(wide.buffer);
    const entry = new TextDecoder('latin1').decode(wide).indexOf('hmtx');
    view.setUint16(view.getUint32(entry + 8) + 4, 60_000);
    await expect(draw({ title: '人' }, new FaceFonts(regular, { title: wide }))).rejects.toThrow(
      code('license-face-overflow'),
    );
  });

  it('fonts: too many, without TrueType outlines, or no fonts at all', () => {
    const small = smallFont([0x4eba]);
    expect(() => new FaceFonts(small, { fallbacks: Array(7).fill(small) })).toThrow(code('limit-exceeded'));
    expect(new FaceFonts(small, { title: small, fallbacks: Array(6).fill(small) }).fonts).toHaveLength(8);
    expect(() => new FaceFonts(new Uint8Array(100))).toThrow(code('input-malformed'));
    const renamed = small.slice();
    renamed.set(new TextEncoder().encode('glyx'), new TextDecoder('latin1').decode(small).indexOf('glyf'));
    expect(() => new FaceFonts(renamed)).toThrow(code('invalid-argument'));
  });
});

describe('QR and seal', () => {
  /** The dark modules, read back from the page's rectangles. */
  function modulesOf(content: string, size: number): boolean[] {
    const drawing = /^0 0 0 rg\n((?:\d+ \d+ \d+ \d+ re\n)*)f$/m.exec(content)![1]!;
    const modules = qrOf(size).modules;
    for (const [x, y, width, height] of drawing
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(' ').map(Number))) {
      for (let dy = 0; dy < height!; dy++) {
        for (let dx = 0; dx < width!; dx++) {
          const at = (size - 1 - y! - dy) * size + x! + dx;
          expect(modules[at]).toBe(false);
          modules[at] = true;
        }
      }
    }
    return modules;
  }

  it('the page shows exactly the modules, as merged rectangles', () => {
    expect(modulesOf(page.content, FACE.qr.size)).toEqual(FACE.qr.modules);
    expect(page.content.match(/ re$/gm)!.length).toBeLessThan(FACE.qr.modules.filter(Boolean).length / 2);
  });

  it('runs that fork, touch and end at the edges', async () => {
    const size = 21;
    const modules = Array.from({ length: size * size }, (_, i) => (i * 7919 + ((i * i) % 31)) % 3 !== 0);
    const { content } = await readPage((await draw({ qr: { size, modules } })).pdf);
    expect(modulesOf(content, size)).toEqual(modules);
    expect(modulesOf((await readPage((await draw({ qr: qrOf(21, true) })).pdf)).content, 21)).toEqual(
      qrOf(21, true).modules,
    );
  });

  it.each([21, 57, 81, 97])('%i modules per side: at least 0.4 mm each, quiet zone inside the zone', async (size) => {
    const { qrRectMm, qrModuleMm, pdf } = await draw({ qr: qrOf(size) });
    expect(qrModuleMm).toBeGreaterThanOrEqual(QR_MODULE_MIN_MM);
    expect(qrRectMm.width).toBeCloseTo(size * qrModuleMm, 3);
    expect(qrRectMm.height).toBe(qrRectMm.width);
    const { x, y, width, height } = ZONES.qr;
    expect(qrRectMm.x - 4 * qrModuleMm).toBeGreaterThanOrEqual(x - 1e-3);
    expect(qrRectMm.y - 4 * qrModuleMm).toBeGreaterThanOrEqual(y - 1e-3);
    expect(qrRectMm.x + qrRectMm.width + 4 * qrModuleMm).toBeLessThanOrEqual(x + width + 1e-3);
    expect(qrRectMm.y + qrRectMm.height + 4 * qrModuleMm).toBeLessThanOrEqual(y + height + 1e-3);
    expect((await readPage(pdf)).content).toContain(
      `${qrModuleMm} 0 0 ${qrModuleMm} ${qrRectMm.x} ${qrRectMm.y} cm\n1 1 1 rg -4 -4 ${size + 8} ${size + 8} re f`,
    );
  });

  it.each([
    ['invalid-argument', qrOf(20)],
    ['invalid-argument', qrOf(17)],
    ['invalid-argument', { size: 21, modules: [] }],
    ['invalid-argument', { size: Number.NaN, modules: [] }],
    ['limit-exceeded', qrOf(101)],
    ['limit-exceeded', qrCode('A'.repeat(2000))],
  ])('%s for what is no QR code of a face', async (expected, qr) => {
    await expect(draw({ qr })).rejects.toThrow(code(expected));
  });

  it.each(['滨海市崂山区市场监督管理局', '县', '山'.repeat(50)])(
    'the largest seal over the authority %s and the date touches no row and stays on the page',
    async (authority) => {
      const { sealCentreMm, pdf } = await draw({ authority });
      const { page: number, x, y } = sealCentreMm;
      expect(number).toBe(1);
      expect(y + 25).toBeLessThanOrEqual(ZONES.rows.y);
      expect(y - 25).toBeGreaterThan(16);
      expect(x + 25).toBeLessThan(PAGE.width - 16);
      expect(x - 25).toBeGreaterThan(ZONES.qr.x + ZONES.qr.width);
      // 骑年盖月: between the start of the year and the end of the month; the date a little under the middle.
      const { content } = await readPage(pdf);
      const dates = [...content.matchAll(/^1 0 0 1 (\S+) (\S+) Tm \/F\d 5\.4 Tf <[0-9A-F]{44}> Tj$/gm)];
      const [, from, base] = dates.at(-1)!.map(Number);
      expect(x).toBeGreaterThan(from!);
      expect(x).toBeLessThan(from! + 5.4 * 5.5);
      expect(y - base!).toBeGreaterThan(4);
      expect(y - base!).toBeLessThan(16);
    },
  );
});

describe('limits and misuse', () => {
  it.each([
    ['limit-exceeded', { rows: Array(FACE_LIMITS.rows + 1).fill({ label: '甲', value: '乙' }) }],
    ['limit-exceeded', row('a'.repeat(FACE_LIMITS.value + 1))],
    ['limit-exceeded', row('a', 'a'.repeat(FACE_LIMITS.label + 1))],
    ['limit-exceeded', { title: 'a'.repeat(FACE_LIMITS.text + 1) }],
    ['limit-exceeded', { identifier: 'a'.repeat(FACE_LIMITS.text + 1) }],
    ['invalid-argument', { issueDate: '2026-02-30' }],
    ['invalid-argument', { issueDate: '2026-5-20' }],
    ['invalid-argument', { issueDate: '' }],
  ] as const)('%s', async (expected, change) => {
    await expect(draw(change)).rejects.toThrow(code(expected));
  });

  it('rows and values at their limits are drawn', async () => {
    await draw({ rows: Array(22).fill({ label: '甲', value: '乙' }) });
    await draw(row('i'.repeat(FACE_LIMITS.value), 'i'.repeat(FACE_LIMITS.label)));
    await draw({ rows: [] });
    await draw(row(''));
  });

  it('a time of creation that is no time', async () => {
    for (const time of [new Date(Number.NaN), new Date(Date.UTC(10000, 0)), new Date(-1e14)]) {
      await expect(drawFace(FACE, { fonts, createdAt: time })).rejects.toThrow(code('invalid-argument'));
    }
  });

  const attachment = (name: string, bytes = new Uint8Array(0), mimeType = 'text/plain') =>
    ({ name, bytes, mimeType, relationship: 'Data' }) as const;

  it.each([
    ['invalid-argument', [attachment('a)/Launch(b')]],
    ['invalid-argument', [attachment('../a')]],
    ['invalid-argument', [attachment('')]],
    ['invalid-argument', [attachment('a\n')]],
    ['invalid-argument', [attachment('a'.repeat(101))]],
    ['invalid-argument', [attachment('a', undefined, 'text')]],
    ['invalid-argument', [attachment('a', undefined, 'text/plain >>')]],
    ['invalid-argument', [attachment('a'), attachment('a')]],
    ['limit-exceeded', Array.from({ length: FACE_LIMITS.attachments + 1 }, (_, i) => attachment(`a${i}`))],
    [
      'limit-exceeded',
      [attachment('a', new Uint8Array(FACE_LIMITS.attachmentBytes)), attachment('b', new Uint8Array(1))],
    ],
  ])('%s for attachments: %#', async (expected, attachments) => {
    await expect(draw({ attachments })).rejects.toThrow(code(expected));
  });

  it('a finished PDF beyond 300 KB is refused', async () => {
    const noise = (length: number) => {
      const bytes = new Uint8Array(length);
      for (let i = 0; i < length; i += 65_536) crypto.getRandomValues(bytes.subarray(i, i + 65_536));
      return bytes;
    };
    // Many different characters: attachments alone are refused earlier.
    const rows = row(Array.from({ length: 400 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join(''));
    const spare = FACE_LIMITS.pdfBytes - (await draw({ ...rows, attachments: [] })).pdf.length;
    await expect(draw({ ...rows, attachments: [attachment('a', noise(spare))] })).rejects.toThrow(
      code('license-face-too-large'),
    );
    const { pdf } = await draw({ ...rows, attachments: [attachment('a', noise(spare - 4096))] });
    expect(pdf.length).toBeLessThanOrEqual(FACE_LIMITS.pdfBytes);
  });
});

const foreign =
  spawnSync('pdftotext', ['-v']).error === undefined && spawnSync('qpdf', ['--version']).error === undefined;
if (!foreign) console.log('face: qpdf or pdftotext is not installed, the foreign readers are not asked');

describe.skipIf(!foreign)('foreign readers', () => {
  it('qpdf finds no fault', () => {
    const folder = mkdtempSync(join(tmpdir(), 'face-'));
    writeFileSync(join(folder, 'face.pdf'), drawn.pdf);
    const { status, stdout, stderr } = spawnSync('qpdf', ['--check', join(folder, 'face.pdf')], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(stdout + stderr).toContain('No syntax or stream encoding errors');
    expect(status).toBe(0);
  });

  it('pdftotext reads the text as it was written', () => {
    const { stdout } = spawnSync('pdftotext', ['-raw', '-', '-'], { input: drawn.pdf, encoding: 'utf8' });
    const text = stdout.replace(/\s/g, '');
    for (const { value } of FACE.rows) expect(text).toContain(value.replace(/\s/g, ''));
    expect(text).toContain('2026年05月20日');
  });
});
