import { LICENSE_TYPES, type LicenseRecord, type LicenseType, licenseClaims, licenseRecord } from '@gov/e-license';
import { FaceFonts } from '@gov/e-license/face';
import {
  drawPreview,
  drawPrintForm,
  LicensePdfIssuer,
  PRINT_COPY_MAX,
  PRINT_OFFSET_MAX_MM,
  type PrintFormOptions,
  verifyLicensePdf,
} from '@gov/e-license/pdf';
import { issueLicenseQr } from '@gov/e-license/qr';
import { embeddedFiles, openPdf, PdfDict } from '@gov/pdf';
import { unzlibSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, SEAL_PNG, TIMES, type World } from '../../../test/world.js';
import { readPage, regular, smallFont } from './face-fixture.js';
import { LONG_SAMPLES, SAMPLES } from './samples.js';

const fonts = new FaceFonts(regular);
const VERIFIED = new Date('2026-05-21T00:00:00Z');
const code = (expected: string, message = '') =>
  expect.objectContaining({ name: 'GovError', code: expected, message: expect.stringContaining(message) });

let world: World;
let issuer: LicensePdfIssuer;
const issued = new Map<string, { type: LicenseType; record: LicenseRecord; qrText: string }>();
const seal = () => ({ seal: world.seal, ...world.signer });
const of = (name: string) => issued.get(name)!;

beforeAll(async () => {
  world = await makeWorld();
  issuer = new LicensePdfIssuer({ types: LICENSE_TYPES, fonts, seal: seal() });
  for (const type of LICENSE_TYPES) {
    const record = licenseRecord(SAMPLES[type.code]!, { type, issuedAt: TIMES.signed, serial: '000000001' });
    issued.set(type.name, { type, record, qrText: await issueLicenseQr(licenseClaims(record, type), world.issuer) });
  }
});

/** The newest revision less the signature value and its reference, which differ each time. */
const face = (pdf: Uint8Array) => {
  const doc = openPdf(pdf);
  return pdf.slice(0, doc.revisions[0]!.end);
};

describe('sealed PDFs of many types', () => {
  it.each(LICENSE_TYPES.map(({ name }) => name))('%s: valid, with everything on it', async (name) => {
    const { record, qrText } = of(name);
    const pdf = await issuer.issue(record, qrText);
    const report = await verifyLicensePdf(pdf, { at: VERIFIED, trust: world.trust });
    expect(report.verdict).toBe('valid');
    const text = (await readPage(pdf)).lines.join('');
    for (const { label, value } of record.face) {
      expect(text).toContain(label);
      expect(text).toContain(value);
    }
  });

  it('what was issued before changes nothing: the same face byte for byte', async () => {
    const { record, qrText } = of('营业执照');
    const first = face(await issuer.issue(record, qrText));
    for (const { record: other, qrText: text } of issued.values()) await issuer.issue(other, text);
    expect(face(await issuer.issue(record, qrText))).toEqual(first);
    const fresh = new LicensePdfIssuer({ types: LICENSE_TYPES, fonts: new FaceFonts(regular), seal: seal() });
    expect(face(await fresh.issue(record, qrText))).toEqual(first);
  });

  it('the fixed text is drawn with one shared subset, what varies with another', async () => {
    const { record, qrText } = of('食品经营许可证');
    const { fontFiles } = await readPage(await issuer.issue(record, qrText));
    const other = licenseRecord(LONG_SAMPLES[record.data.type]!, {
      type: of('食品经营许可证').type,
      issuedAt: TIMES.signed,
      serial: '000000001',
    });
    const second = await readPage(await issuer.issue(other, qrText));
    expect(fontFiles).toHaveLength(2);
    expect(second.fontFiles[0]).toEqual(fontFiles[0]);
    expect(second.fontFiles[1]).not.toEqual(fontFiles[1]);
  });

  it('a later download says when it was sealed, and changes no face', async () => {
    const { record, qrText } = of('居住证');
    const later = await issuer.issue(record, qrText, new Date('2026-06-01T00:00:00Z'));
    expect(new TextDecoder('latin1').decode(later)).toContain("(D:20260601080000+08'00')");
    expect(face(later)).toEqual(face(await issuer.issue(record, qrText)));
  });

  it('English labels stand beside the Chinese ones', async () => {
    const both = new LicensePdfIssuer({ types: LICENSE_TYPES, fonts, seal: seal(), english: true });
    const { record, qrText, type } = of('居住证');
    const pdf = await both.issue(record, qrText);
    const text = (await readPage(pdf)).lines.join('');
    expect(text).toContain(type.nameEn);
    for (const { label, labelEn } of type.fields) expect(text).toContain(label + labelEn);
    expect((await verifyLicensePdf(pdf, { at: VERIFIED, trust: world.trust })).verdict).toBe('valid');
  });

  it('the QR in a size of one’s own: 25 mm for every type, no less', async () => {
    for (const { record, qrText } of issued.values()) {
      const small = new LicensePdfIssuer({ types: LICENSE_TYPES, fonts, seal: seal(), qrMm: 25 });
      const { content } = await readPage(await small.issue(record, qrText));
      const [, module, size] = /^(\S+) 0 0 \1 \S+ \S+ cm\n1 1 1 rg -4 -4 (\d+) /m.exec(content)!.map(Number);
      expect(module! * (size! - 8)).toBeCloseTo(25, 6);
      // Six dots a module at 600 dpi.
      expect(module! / (25.4 / 600)).toBeGreaterThan(6);
    }
    for (const qrMm of [24.9, 42.1, Number.NaN]) {
      const { record, qrText } = of('居住证');
      const other = new LicensePdfIssuer({ types: LICENSE_TYPES, fonts, seal: seal(), qrMm });
      await expect(other.issue(record, qrText)).rejects.toThrow(code('invalid-argument'));
    }
  });

  it('refuses a type that it was not made for, a QR that is too large, what does not fit, and what no font has', async () => {
    const { record, qrText, type } = of('营业执照');
    const one = new LicensePdfIssuer({ types: [of('居住证').type], fonts, seal: seal() });
    await expect(one.issue(record, qrText)).rejects.toThrow(code('license-type-unknown'));
    await expect(issuer.issue(record, 'A'.repeat(971))).rejects.toThrow(code('qr-too-large'));
    const long = record.face.map((line) => (line.label === '经营范围' ? { ...line, value: '务'.repeat(2000) } : line));
    await expect(issuer.issue({ ...record, face: long }, qrText)).rejects.toThrow(
      code('license-face-overflow', '经营范围'),
    );
    const rare = record.face.map((line) => (line.label === '名称' ? { ...line, value: '某市𬎆公司' } : line));
    await expect(issuer.issue({ ...record, face: rare }, qrText)).rejects.toThrow(code('glyph-missing', 'U+2C386'));
    const fallback = new FaceFonts(regular, { fallbacks: [smallFont([0x2c386])] });
    const able = new LicensePdfIssuer({ types: [type], fonts: fallback, seal: seal() });
    expect((await readPage(await able.issue({ ...record, face: rare }, qrText))).lines).toContain('某市𬎆公司');
    await expect(issuer.issue(record, qrText, new Date('2040-01-01T00:00:00Z'))).rejects.toThrow(
      expect.objectContaining({ name: 'GovError' }),
    );
  });
});

const print = (change: Partial<PrintFormOptions> = {}, name = '营业执照') => {
  const { record, qrText, type } = of(name);
  return drawPrintForm(record, qrText, { type, fonts, copy: 3, createdAt: TIMES.signed, ...change });
};

/** The operators of a form of the page, and its resources. */
function form(pdf: Uint8Array, name: string) {
  const doc = openPdf(pdf);
  const resources = doc.resolve(doc.page(1).dict.get('Resources')) as PdfDict;
  const stream = doc.resolve((doc.resolve(resources.get('XObject')) as PdfDict).get(name));
  if (stream === null || stream instanceof PdfDict || !('raw' in (stream as object))) return undefined;
  const { dict, raw } = stream as Extract<typeof stream, { raw: Uint8Array }>;
  return { doc, dict, text: new TextDecoder().decode(unzlibSync(raw)) };
}

/** One tile of a screen as pixels. */
function tile(pdf: Uint8Array, name: 'Fine' | 'Coarse'): boolean[][] {
  const { doc, dict } = form(pdf, 'Ground')!;
  const patterns = doc.resolve((doc.resolve(dict.get('Resources')) as PdfDict).get('Pattern')) as PdfDict;
  const pattern = doc.resolve(patterns.get(name)) as Extract<ReturnType<typeof doc.resolve>, { raw: Uint8Array }>;
  const [, hex] = /ID\n([0-9a-f]+)>/.exec(new TextDecoder().decode(unzlibSync(pattern.raw)))!;
  const bits = [...hex!].flatMap((digit) => [...Number.parseInt(digit, 16).toString(2).padStart(4, '0')]);
  return Array.from({ length: 48 }, (_, y) => Array.from({ length: 48 }, (_, x) => bits[48 * y + x] === '1'));
}

/** Share of black after a copier that sees pixels of `by` × `by` dots and takes less than 0.4 for white. */
function copied(pixels: readonly (readonly boolean[])[], by: number): number {
  let black = 0;
  for (let y = 0; y < 48; y += by) {
    for (let x = 0; x < 48; x += by) {
      let dots = 0;
      for (let v = 0; v < by; v++) for (let u = 0; u < by; u++) if (pixels[y + v]![x + u]) dots++;
      if (dots / by / by >= 0.4) black++;
    }
  }
  return black / (48 / by) ** 2;
}

describe('the paper form', () => {
  it('says what the face says, and which copy it is; no seal, no attachments, small', async () => {
    const pdf = await print();
    expect(pdf.length).toBeLessThan(400 * 1024);
    const { lines } = await readPage(pdf);
    expect(lines).toContain('第 3 份');
    const { record } = of('营业执照');
    for (const { value } of record.face) expect(lines.join('')).toContain(value);
    expect(lines.filter((line) => line === `${record.identifier} `).length).toBeGreaterThan(20);
    expect(embeddedFiles(openPdf(pdf))).toEqual([]);
    expect(form(pdf, 'Seal')).toBeUndefined();
    expect(await print()).toEqual(pdf);
    expect(await print({ copy: 4 })).not.toEqual(pdf);
  });

  it('two screens of one tone, of which a copier keeps one', async () => {
    const pdf = await print();
    const [fine, coarse] = [tile(pdf, 'Fine'), tile(pdf, 'Coarse')];
    const tone = (pixels: readonly (readonly boolean[])[]) => pixels.flat().filter(Boolean).length / 48 ** 2;
    expect(tone(fine)).toBe(1 / 16);
    expect(tone(coarse)).toBe(tone(fine));
    for (const by of [2, 3]) {
      expect(copied(fine, by)).toBe(0);
      expect(copied(coarse, by)).toBeGreaterThan(0.02);
    }
  });

  it('every cell of the ground has one screen, and the word is a part of it', async () => {
    const { text, dict, doc } = form(await print({ groundWord: 'COPY' }), 'Ground')!;
    const [fine, coarse] = text.split('/Coarse scn');
    const area = (part: string) =>
      [...part.matchAll(/^(\S+) (\S+) (\S+) (\S+) re$/gm)].reduce(
        (sum, [, , , w, h]) => sum + Number(w) * Number(h),
        0,
      );
    const [, , width, height] = (doc.resolve(dict.get('BBox')) as { items: readonly number[] }).items;
    expect(area(fine!) + area(coarse!)).toBeCloseTo(width! * height!, 1);
    expect(area(coarse!) / (width! * height!)).toBeGreaterThan(0.05);
    expect(area(coarse!) / (width! * height!)).toBeLessThan(0.6);
    // Tiles of 48 dots hang together at every edge of the form.
    expect(width! / 5.76).toBeCloseTo(Math.round(width! / 5.76), 6);
    expect(height! / 5.76).toBeCloseTo(Math.round(height! / 5.76), 6);
  });

  it('on pre-printed paper: no border, no ground, moved', async () => {
    const pdf = await print({ stationery: { rightMm: 2.5, upMm: -1 } });
    expect(form(pdf, 'Ground')).toBeUndefined();
    expect(form(pdf, 'Border')).toBeUndefined();
    expect((await readPage(pdf)).content).toContain('\n1 0 0 1 2.5 -1 cm\n');
    expect((await readPage(pdf)).lines.some((line) => line.startsWith('1.2.156'))).toBe(false);
  });

  it('a seal is drawn only where it is asked for', async () => {
    const picture = { type: 'png', data: SEAL_PNG, widthMm: 42, heightMm: 42 };
    const pdf = await print({ sealPicture: picture });
    expect(form(pdf, 'Seal')!.text).toContain('/GS gs');
    expect((await readPage(pdf)).content).toMatch(/cm \/Seal Do Q$/);
    await expect(print({ sealPicture: { ...picture, data: SEAL_PNG.slice(0, 40) } })).rejects.toThrow(
      code('seal-picture-unsupported'),
    );
  });

  it.each([
    ['invalid-argument', { copy: 0 }],
    ['invalid-argument', { copy: 1.5 }],
    ['invalid-argument', { copy: PRINT_COPY_MAX + 1 }],
    ['invalid-argument', { copy: Number.NaN }],
    ['invalid-argument', { groundWord: '' }],
    ['invalid-argument', { groundWord: '复'.repeat(13) }],
    ['glyph-missing', { groundWord: '𬎆' }],
    ['invalid-argument', { stationery: { rightMm: PRINT_OFFSET_MAX_MM + 0.1, upMm: 0 } }],
    ['invalid-argument', { stationery: { rightMm: 0, upMm: Number.NaN } }],
    ['invalid-argument', { createdAt: new Date(Number.NaN) }],
    ['invalid-argument', { qrMm: 10 }],
  ] as const)('%s: %o', async (expected, change) => {
    await expect(print(change)).rejects.toThrow(code(expected));
  });

  it('of another type is refused', async () => {
    await expect(print({ type: of('居住证').type })).rejects.toThrow(code('license-type-unknown'));
  });

  it('the last copy, the longest word, any page', async () => {
    await print({ copy: PRINT_COPY_MAX, groundWord: '复'.repeat(12) });
    for (const name of issued.keys()) await print({}, name);
  });
});

describe('the preview', () => {
  it('has a mark across it, no attachments and no signature: it verifies as nothing', async () => {
    const { record, qrText, type } = of('结婚证');
    const pdf = await drawPreview(record, qrText, { type, fonts, createdAt: TIMES.signed });
    const { content, lines } = await readPage(pdf);
    expect(content).toMatch(/1 Tr \S+ 0\.5 -0\.5 \S+ \S+ \S+ Tm/);
    expect(lines.join('')).toContain('张样例');
    const report = await verifyLicensePdf(pdf, { at: VERIFIED, trust: world.trust });
    expect(report.verdict).toBe('indeterminate');
    expect(report.findings.map(({ code: found }) => found)).toEqual(
      expect.arrayContaining(['qr-missing', 'no-signature']),
    );
    await expect(
      drawPreview(record, qrText, { type: of('居住证').type, fonts, createdAt: TIMES.signed }),
    ).rejects.toThrow(code('license-type-unknown'));
  });
});
