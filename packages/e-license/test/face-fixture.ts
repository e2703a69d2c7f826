import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { FaceFonts, type LicenseFace } from '@gov/e-license/face';
import { openFont } from '@gov/e-seal/picture/font';
import { qrCode } from '@gov/qr/draw';
import { unzlibSync } from 'fflate';
import { PDFArray, PDFDict, PDFDocument, PDFName, type PDFNumber, type PDFRawStream } from 'pdf-lib';
import { subsetTrueType } from '../src/face/subset.js';

const font = (file: string): Buffer =>
  readFileSync(createRequire(import.meta.url).resolve(`@expo-google-fonts/noto-sans-sc/${file}`));

/** A Buffer on purpose: its `slice` shares memory, which once let one page damage the font of the next. */
export const regular = font('400Regular/NotoSansSC_400Regular.ttf');
export const bold = font('700Bold/NotoSansSC_700Bold.ttf');
export const fonts = new FaceFonts(regular, { title: bold });
export const createdAt = new Date('2026-05-20T01:02:03Z');

export const QR_TEXT = `EL1:${'NCFOXN%TSMAHN-H'.repeat(45)}`;

const ROWS: readonly (readonly [string, string])[] = [
  ['经营者名称', '滨海市海风餐饮管理有限公司崂山区香港东路分公司'],
  ['社会信用代码（身份证号码）', '91370212MA3C4D5E6F'],
  ['法定代表人（负责人）', '欧阳明德'],
  ['住所', '山东省滨海市崂山区香港东路195号上实中心T6号楼1902室'],
  ['经营场所', '山东省滨海市崂山区香港东路195号上实中心T6号楼一层101、102、103号商铺及二层201室'],
  ['主体业态', '餐饮服务经营者（中型餐馆）'],
  ['经营项目', '热食类食品制售；冷食类食品制售（含凉菜）；糕点类食品制售；自制饮品制售；预包装食品销售'],
  ['许可证编号', 'JY13702120012345'],
  ['日常监督管理机构', '滨海市崂山区市场监督管理局中韩市场监督管理所'],
  ['日常监督管理人员', '王建国、李淑芬'],
  ['投诉举报电话', '12315'],
  ['发证机关', '滨海市崂山区市场监督管理局'],
  ['签发人', '赵敏'],
  ['发证日期', '2026-05-20'],
  ['有效期至', '2031-05-19'],
];

export const FACE: LicenseFace = {
  title: '食品经营许可证',
  number: 'JY13702120012345',
  identifier: '1.2.156.3005.2.11100000MB0000000P001.11370200MB2858008C.JY13702120012345.001.U',
  rows: ROWS.map(([label, value]) => ({ label, value })),
  authority: '滨海市崂山区市场监督管理局',
  issueDate: '2026-05-20',
  qr: qrCode(QR_TEXT, { level: 'M', maxVersion: 20 }),
  qrCaption: '扫描二维码，离线核验证照真伪',
  attachments: [
    { name: 'license.qr.txt', mimeType: 'text/plain', bytes: new TextEncoder().encode(QR_TEXT), relationship: 'Data' },
    {
      name: 'license.json',
      mimeType: 'application/json',
      bytes: new TextEncoder().encode('{"a":1}'),
      relationship: 'Source',
    },
  ],
};

/** What the page says to a reader: its operators, and its lines of text by way of the fonts' ToUnicode maps. */
export async function readPage(
  pdf: Uint8Array,
): Promise<{ content: string; lines: string[]; fontFiles: Uint8Array[]; widths: number[][] }> {
  const doc = await PDFDocument.load(pdf, { updateMetadata: false });
  const page = doc.getPage(0).node;
  const stream = (dict: PDFDict, key: string) => unzlibSync((dict.lookup(PDFName.of(key)) as PDFRawStream).contents);
  const content = new TextDecoder().decode(stream(page, 'Contents'));
  const fontDicts = page.Resources()!.lookup(PDFName.of('Font'), PDFDict);
  const maps = new Map<string, Map<string, string>>();
  const fontFiles: Uint8Array[] = [];
  const widths: number[][] = [];
  for (const key of fontDicts.keys()) {
    const dict = fontDicts.lookup(key, PDFDict);
    const cmap = new TextDecoder().decode(stream(dict, 'ToUnicode'));
    const pairs = [...cmap.matchAll(/^<([0-9A-F]{4})> <([0-9A-F]+)>$/gm)];
    maps.set(key.asString().slice(1), new Map(pairs.map(([, code, hex]) => [code!, utf16(hex!)])));
    const descendant = dict.lookup(PDFName.of('DescendantFonts'), PDFArray).lookup(0, PDFDict);
    const [, w] = descendant.lookup(PDFName.of('W'), PDFArray).asArray() as [unknown, PDFArray];
    widths.push(w.asArray().map((width) => (width as PDFNumber).asNumber()));
    fontFiles.push(stream(descendant.lookup(PDFName.of('FontDescriptor'), PDFDict), 'FontFile2'));
  }
  const lines = [...content.matchAll(/^1 0 0 1 \S+ \S+ Tm (.*)$/gm)].map(([, operators]) =>
    [...operators!.matchAll(/\/(\S+) \S+ Tf <([0-9A-F]*)> Tj/g)]
      .map(([, name, codes]) =>
        codes!
          .match(/.{4}/g)!
          .map((code) => maps.get(name!)!.get(code) ?? '\ufffd')
          .join(''),
      )
      .join(''),
  );
  return { content, lines, fontFiles, widths };
}

function utf16(hex: string): string {
  return String.fromCharCode(...hex.match(/.{4}/g)!.map((unit) => Number.parseInt(unit, 16)));
}

/**
 * A font whose glyph 1 is Noto's 人 and whose glyph 2 is composed of it; `characters` have the glyph `use`.
 */
export function smallFont(characters: readonly number[], use: 1 | 2 = 1): Uint8Array {
  const tables = tablesOf(
    subsetTrueType(regular, [openFont(regular).glyph(0x4eba)!, openFont(regular).glyph(0x4eba)!]),
  );
  const loca = new DataView(tables.get('loca')!.buffer);
  // One contour less than none: composite; component 1 with byte offsets (flag 2: they are offsets).
  const composite = Uint8Array.from([0xff, 0xff, 0, 0, 0, 0, 3, 0, 3, 0, 0, 2, 0, 1, 20, 30]);
  const glyf = new Uint8Array(loca.getUint32(8) + composite.length);
  glyf.set(tables.get('glyf')!.subarray(0, loca.getUint32(8)));
  glyf.set(composite, loca.getUint32(8));
  loca.setUint32(12, glyf.length);
  tables.set('glyf', glyf);
  // fontkitten reads advances by way of OS/2.
  tables.set('OS/2', tablesOf(regular).get('OS/2')!);
  tables.set('name', Uint8Array.from([0, 0, 0, 0, 0, 6]));
  const sorted = [...characters].sort((x, y) => x - y);
  const words = [12, 16 + 12 * sorted.length, 0, sorted.length, ...sorted.flatMap((c) => [c, c, use])];
  const cmap = new DataView(new ArrayBuffer(12 + 4 * words.length));
  // Version 0, one table, platform 3 encoding 10 at offset 12: format 12, which is a 16-bit number followed by zero.
  for (const [i, half] of [0, 1, 3, 10, 0, 12].entries()) cmap.setUint16(2 * i, half);
  for (const [i, word] of words.entries()) cmap.setUint32(12 + 4 * i, i === 0 ? word * 65536 : word);
  tables.set('cmap', new Uint8Array(cmap.buffer));
  return fontOf(tables);
}

export function tablesOf(font: Uint8Array): Map<string, Uint8Array> {
  const view = new DataView(font.buffer, font.byteOffset, font.length);
  return new Map(
    Array.from({ length: view.getUint16(4) }, (_, i) => {
      const at = 12 + 16 * i;
      const from = view.getUint32(at + 8);
      return [
        String.fromCharCode(...font.subarray(at, at + 4)),
        Uint8Array.from(font.subarray(from, from + view.getUint32(at + 12))),
      ];
    }),
  );
}

function fontOf(tables: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts = [...tables].sort(([a], [b]) => (a < b ? -1 : 1));
  const file = new Uint8Array(
    parts.reduce((sum, [, bytes]) => sum + ((bytes.length + 3) & ~3), 12 + 16 * parts.length),
  );
  const view = new DataView(file.buffer);
  view.setUint32(0, 0x00010000);
  view.setUint16(4, parts.length);
  let from = 12 + 16 * parts.length;
  for (const [i, [tag, bytes]] of parts.entries()) {
    file.set(new TextEncoder().encode(tag), 12 + 16 * i);
    view.setUint32(12 + 16 * i + 8, from);
    view.setUint32(12 + 16 * i + 12, bytes.length);
    file.set(bytes, from);
    from += (bytes.length + 3) & ~3;
  }
  return file;
}
