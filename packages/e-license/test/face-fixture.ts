import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { FaceFonts, type LicenseFace } from '@gov/e-license/face';
import { qrCode } from '@gov/qr/draw';
import { unzlibSync } from 'fflate';
import { PDFDict, PDFDocument, PDFName, PDFRawStream } from 'pdf-lib';
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
    { name: 'license.json', mimeType: 'application/json', bytes: new TextEncoder().encode('{"a":1}'), relationship: 'Source' },
  ],
};

/** What the page says to a reader: its operators, and its lines of text by way of the fonts' ToUnicode maps. */
export async function readPage(pdf: Uint8Array): Promise<{ content: string; lines: string[]; fontFiles: Uint8Array[] }> {
  const doc = await PDFDocument.load(pdf, { updateMetadata: false });
  const page = doc.getPage(0).node;
  const stream = (dict: PDFDict, key: string) => unzlibSync(dict.lookup(PDFName.of(key), PDFRawStream).contents);
  const content = new TextDecoder().decode(stream(page, 'Contents'));
  const fontDicts = page.Resources()!.lookup(PDFName.of('Font'), PDFDict);
  const maps = new Map<string, Map<string, string>>();
  const fontFiles: Uint8Array[] = [];
  for (const key of fontDicts.keys()) {
    const dict = fontDicts.lookup(key, PDFDict);
    const cmap = new TextDecoder().decode(stream(dict, 'ToUnicode'));
    const pairs = [...cmap.matchAll(/^<([0-9A-F]{4})> <([0-9A-F]+)>$/gm)];
    maps.set(key.asString().slice(1), new Map(pairs.map(([, code, hex]) => [code!, utf16(hex!)])));
    const descendant = doc.context.lookup(dict.context.lookup(dict.get(PDFName.of('DescendantFonts'))!)!) as never as {
      lookup(i: number, type: typeof PDFDict): PDFDict;
    };
    fontFiles.push(stream(descendant.lookup(0, PDFDict).lookup(PDFName.of('FontDescriptor'), PDFDict), 'FontFile2'));
  }
  const lines = [...content.matchAll(/^1 0 0 1 \S+ \S+ Tm (.*)$/gm)].map(([, operators]) =>
    [...operators!.matchAll(/\/(\S+) \S+ Tf <([0-9A-F]*)> Tj/g)]
      .map(([, name, codes]) => codes!.match(/.{4}/g)!.map((code) => maps.get(name!)!.get(code) ?? '\ufffd').join(''))
      .join(''),
  );
  return { content, lines, fontFiles };
}

function utf16(hex: string): string {
  return String.fromCharCode(...hex.match(/.{4}/g)!.map((unit) => Number.parseInt(unit, 16)));
}

/** A font of one glyph, borrowed from Noto, for characters of the caller's choice. */
export function smallFont(characters: readonly number[], { composite = false } = {}): Uint8Array {
  const view = new DataView(regular.buffer, regular.byteOffset, regular.length);
  const at = (tag: string) => {
    for (let i = 12; ; i += 16) if (regular.toString('latin1', i, i + 4) === tag) return view.getUint32(i + 8);
  };
  void at;
  const base = subsetTrueType(regular, [GLYPH_OF_REN]);
  const tables = new Map<string, Uint8Array>();
  const source = new DataView(base.buffer);
  for (let i = 0; i < source.getUint16(4); i++) {
    const entry = 12 + 16 * i;
    const from = source.getUint32(entry + 8);
    tables.set(String.fromCharCode(...base.subarray(entry, entry + 4)), base.slice(from, from + source.getUint32(entry + 12)));
  }
  if (composite) addComposite(tables);
  tables.set('cmap', cmap(characters, composite ? 2 : 1));
  tables.set('name', Uint8Array.from([0, 0, 0, 0, 0, 6]));
  return sfnt(tables);
}

/** Number of 人 in Noto Sans SC Regular. */
const GLYPH_OF_REN = 8987;
