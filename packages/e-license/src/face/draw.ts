import type { Font } from '@gov/e-seal/picture/font';
import { GovError } from '@gov/verdict';
import { AFRelationship, PDFDocument, PDFHexString, PDFName, type PDFRef } from 'pdf-lib';
import { isDate } from '../validity.js';
import { compressed, UsedFont } from './embed.js';
import type { FaceFonts } from './fonts.js';
import { layoutCentred, layoutRows, PAGE, type PlacedLine, type PlacedRow, ZONES } from './layout.js';
import { widthOf } from './lines.js';
import { ornament } from './ornament.js';

/** Limits of a licence face, checked before it is drawn; the size of the PDF after. */
export const FACE_LIMITS = {
  rows: 40,
  /** Characters of a row's label, of its value, and of any other text. */
  label: 40,
  value: 1000,
  text: 200,
  attachments: 8,
  /** Bytes of all attachments together. */
  attachmentBytes: 256 * 1024,
  /** Modules per side of the QR: version 20. */
  qrModules: 97,
  /** Bytes of the finished PDF; a licence of 15 fields has about 40 KB. */
  pdfBytes: 300 * 1024,
} as const;

/** The smallest side of a printed module in mm that counter scanners read well; larger codes get no smaller ones. */
export const QR_MODULE_MIN_MM = 0.4;
const QR_MODULE_MAX_MM = 0.6;
const QUIET_ZONE = 4;

const POINTS_PER_MM = 72 / 25.4;

/** What a licence face shows (证照照面); plain data. */
export interface LicenseFace {
  /** Name of the licence type, large at the top. */
  readonly title: string;
  /** Licence number (证照编号), under the title. */
  readonly number: string;
  /** Licence identifier (证照标识, GB/T 36904), at the foot. */
  readonly identifier: string;
  readonly rows: readonly { readonly label: string; readonly value: string }[];
  /** Issuing authority (发证机关), lower right. */
  readonly authority: string;
  /** `YYYY-MM-DD`, drawn as 2026年05月20日. */
  readonly issueDate: string;
  /** Modules row by row from the top left, true for dark, without quiet zone; what `qrCode` of `@gov/qr/draw` answers fits. */
  readonly qr: { readonly size: number; readonly modules: readonly boolean[] };
  readonly qrCaption: string;
  readonly attachments?: readonly FaceAttachment[];
}

/** A file that goes with the face (associated file, ISO 32000-2 14.13). */
export interface FaceAttachment {
  /** 1 to 100 of `A–Z a–z 0–9 . _ -`. */
  readonly name: string;
  readonly mimeType: string;
  readonly bytes: Uint8Array;
  readonly relationship: 'Data' | 'Source' | 'Alternative' | 'Supplement';
}

export interface DrawFaceOptions {
  readonly fonts: FaceFonts;
  /** CreationDate of the PDF. */
  readonly createdAt: Date;
}

/** Millimetres are from the lower left corner of the page. */
export interface DrawnFace {
  readonly pdf: Uint8Array;
  readonly pageCount: number;
  /** Centre for the issuing authority's seal: over authority and date, both a little under its middle (GB/T 9704—2012 7.3.5; 骑年盖月). */
  readonly sealCentreMm: { readonly page: number; readonly x: number; readonly y: number };
  /** The QR without its quiet zone. */
  readonly qrRectMm: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
  /** Side of one QR module as printed. */
  readonly qrModuleMm: number;
}

/**
 * Draws a licence face as a new PDF of one page, A4 landscape: title, number, rows in two columns, authority and date at the
 * lower right, QR at the lower left, in a border of fret. No clock, no chance: the same input gives the same bytes.
 *
 * @throws GovError `glyph-missing` naming a character that no font draws; `license-face-overflow` for text that does not fit at
 * the smallest size; `license-face-too-large` for a PDF of more than 300 KB; `limit-exceeded`; `invalid-argument`;
 * `input-malformed` for a broken font
 * @example
 * ```ts
 * import { readFile, writeFile } from 'node:fs/promises';
 * import { drawFace, FaceFonts } from '@gov/e-license/face';
 * import { qrCode } from '@gov/qr/draw';
 *
 * const fonts = new FaceFonts(await readFile('NotoSansSC_400Regular.ttf'));
 * const face = await drawFace(
 *   {
 *     title: '食品经营许可证',
 *     number: 'JY13702000000001',
 *     identifier: '1.2.156.3005.2.11100000MB0000000P001.11370200000000000X.JY13702000000001.001.A',
 *     rows: [{ label: '经营者名称', value: '滨海市海风餐饮有限公司' }],
 *     authority: '滨海市市场监督管理局',
 *     issueDate: '2026-05-20',
 *     qr: qrCode('EL1:…'),
 *     qrCaption: '扫码核验',
 *   },
 *   { fonts, createdAt: new Date('2026-05-20T01:00:00Z') },
 * );
 * await writeFile('licence.pdf', face.pdf);
 * ```
 */
export async function drawFace(face: LicenseFace, { fonts, createdAt }: DrawFaceOptions): Promise<DrawnFace> {
  checkFace(face, createdAt);
  const set = (text: string) => fonts.charactersOf(text);
  const centred = (text: string, zone: keyof typeof ZONES, largest: number, smallest: number, lines: number) =>
    layoutCentred(set(text), ZONES[zone], { largest, smallest, lines }, zone);

  const title = layoutCentred(
    fonts.charactersOf(face.title, 'title'),
    ZONES.title,
    { largest: 15.5, smallest: 7, lines: 1 },
    'title',
  );
  const rows = layoutRows(
    face.rows.map(({ label, value }) => ({
      label: set(label),
      value: set(value),
    })),
  );
  const date = centred(chineseDate(face.issueDate), 'date', 5.4, 5.4, 1);
  const authority = centred(face.authority, 'authority', 5.4, 3.4, 2);
  const black = [...title, ...rows.flatMap(({ value }) => value), ...authority, ...date];
  const grey = [
    ...rows.flatMap(({ label }) => label),
    ...centred(`编号：${face.number}`, 'number', 4.4, 2.6, 1),
    ...centred(face.qrCaption, 'caption', 3.2, 2.4, 2),
    ...centred(`证照标识：${face.identifier}`, 'identifier', 2.9, 1.9, 1),
  ];

  const used = new Map(fonts.fonts.map((font, i) => [font, new UsedFont(`F${i}`, font)]));
  const { operators: qrOperators, ...qr } = drawQr(face.qr);
  const content = [
    `${POINTS_PER_MM} 0 0 ${POINTS_PER_MM} 0 0 cm`,
    ornament(),
    rules(rows),
    qrOperators,
    'BT 0.1 0.1 0.1 rg',
    ...black.map((line) => drawLine(line, used)),
    '0.36 0.28 0.16 rg',
    ...grey.map((line) => drawLine(line, used)),
    'ET',
  ].join('\n');

  const pdf = await assemble(
    face,
    createdAt,
    content,
    [...used.values()].filter((font) => !font.unused),
  );
  if (pdf.length > FACE_LIMITS.pdfBytes) {
    throw new GovError('license-face-too-large', `the face has ${pdf.length} bytes, at most ${FACE_LIMITS.pdfBytes}`);
  }
  return { pdf, pageCount: 1, sealCentreMm: sealCentre(authority, date), ...qr };
}

function checkFace(face: LicenseFace, createdAt: Date): void {
  const { rows, qr, attachments = [] } = face;
  const limits = FACE_LIMITS;
  if (rows.length > limits.rows) throw new GovError('limit-exceeded', `a face has at most ${limits.rows} rows`);
  for (const [what, text, most] of [
    ['title', face.title, limits.text],
    ['number', face.number, limits.text],
    ['identifier', face.identifier, limits.text],
    ['authority', face.authority, limits.text],
    ['qrCaption', face.qrCaption, limits.text],
    ...rows.flatMap(({ label, value }, i) => [
      [`rows[${i}].label`, label, limits.label] as const,
      [`rows[${i}].value`, value, limits.value] as const,
    ]),
  ] as const) {
    if (text.length > most) throw new GovError('limit-exceeded', `${what} has more than ${most} characters`);
  }
  if (!isDate(face.issueDate)) throw new GovError('invalid-argument', 'issueDate is a day, YYYY-MM-DD');
  const year = createdAt.getUTCFullYear();
  if (!(year >= 1900 && year <= 9999)) throw new GovError('invalid-argument', 'createdAt is not a date');
  if (!(qr.size >= 21 && (qr.size - 17) % 4 === 0 && qr.modules.length === qr.size ** 2)) {
    throw new GovError('invalid-argument', 'a QR code has 17 + 4 · version modules per side');
  }
  if (qr.size > limits.qrModules) {
    throw new GovError(
      'limit-exceeded',
      `the QR of a face has at most ${limits.qrModules} modules per side, not ${qr.size}`,
    );
  }
  if (attachments.length > limits.attachments) {
    throw new GovError('limit-exceeded', `a face has at most ${limits.attachments} attachments`);
  }
  if (attachments.reduce((sum, { bytes }) => sum + bytes.length, 0) > limits.attachmentBytes) {
    throw new GovError('limit-exceeded', `attachments have at most ${limits.attachmentBytes} bytes together`);
  }
  for (const { name, mimeType } of attachments) {
    if (!/^[A-Za-z0-9._-]{1,100}$/.test(name)) throw new GovError('invalid-argument', 'an attachment has an odd name');
    if (!/^[a-z]+\/[a-z0-9.+-]{1,100}$/.test(mimeType))
      throw new GovError('invalid-argument', 'an attachment has an odd type');
  }
  if (new Set(attachments.map(({ name }) => name)).size < attachments.length) {
    throw new GovError('invalid-argument', 'two attachments have the same name');
  }
}

function chineseDate(day: string): string {
  const [year, month, date] = day.split('-');
  return `${year}年${month}月${date}日`;
}

/** Half-way between the year and the month (骑年盖月), authority and date a little under the middle. */
function sealCentre(authority: readonly PlacedLine[], date: readonly PlacedLine[]): DrawnFace['sealCentreMm'] {
  const [first, last] = [authority[0] as PlacedLine, date[0] as PlacedLine];
  const yearAndMonth = widthOf(last.characters.slice(0, '2026年05月'.length)) * last.size;
  const middle = (first.y + first.size * 0.88 + last.y - last.size * 0.12) / 2;
  return { page: 1, x: round(last.x + yearAndMonth / 2), y: round(middle + 3) };
}

/** A hairline under every value. */
function rules(rows: readonly PlacedRow[]): string {
  const lines = rows.map(({ x, y, width, value }) => {
    const from = value[0]?.x ?? x;
    return `${round(from - 1)} ${round(y)} m ${round(x + width)} ${round(y)} l`;
  });
  return ['0.80 0.70 0.48 RG 0.2 w', ...lines, 'S'].join('\n');
}

function drawLine(line: PlacedLine, used: ReadonlyMap<Font, UsedFont>): string {
  const { characters, x, y, size } = line;
  const operators = [`1 0 0 1 ${round(x)} ${round(y)} Tm`];
  let run: { font: UsedFont; codes: string } | undefined;
  const flush = () => run !== undefined && operators.push(`/${run.font.name} ${round(size)} Tf <${run.codes}> Tj`);
  for (const character of characters) {
    const font = used.get(character.font) as UsedFont;
    if (run?.font !== font) {
      flush();
      run = { font, codes: '' };
    }
    run.codes += font.encode(character);
  }
  flush();
  return operators.join(' ');
}

/** Dark modules as rectangles, filled as one path so that no seams show; drawn in units of one module. */
function drawQr({ size, modules }: LicenseFace['qr']) {
  const zone = ZONES.qr;
  const whole = size + 2 * QUIET_ZONE;
  // Cut to hundredths, so that the stated size is the exact one.
  const module = Math.min(QR_MODULE_MAX_MM, Math.floor((zone.width / whole) * 100) / 100);
  const side = size * module;
  const x = zone.x + (zone.width - side) / 2;
  const y = zone.y + (zone.height - side) / 2;
  const operators = [
    'q',
    `${module} 0 0 ${module} ${round(x)} ${round(y)} cm`,
    `1 1 1 rg ${-QUIET_ZONE} ${-QUIET_ZONE} ${whole} ${whole} re f`,
    '0 0 0 rg',
    ...darkRectangles(size, modules),
    'f',
    'Q',
  ].join('\n');
  return {
    operators,
    qrRectMm: { x: round(x), y: round(y), width: round(side), height: round(side) },
    qrModuleMm: module,
  };
}

/** Runs of dark modules along a row, grown downwards over rows that have the same run. */
function darkRectangles(size: number, modules: readonly boolean[]): string[] {
  const rectangles: string[] = [];
  // Per first column: where the run ends and how many rows it has grown to so far.
  let above: ({ to: number; rows: number } | undefined)[] = [];
  for (let row = 0; row <= size; row++) {
    const runs: typeof above = [];
    for (let from = 0; row < size && from < size; from++) {
      if (!modules[row * size + from]) continue;
      let to = from + 1;
      while (to < size && modules[row * size + to]) to++;
      const over = above[from];
      if (over?.to === to) above[from] = undefined;
      runs[from] = { to, rows: over?.to === to ? over.rows + 1 : 1 };
      from = to;
    }
    above.forEach((run, from) => {
      if (run !== undefined) rectangles.push(`${from} ${size - row} ${run.to - from} ${run.rows} re`);
    });
    above = runs;
  }
  return rectangles;
}

async function assemble(
  face: LicenseFace,
  createdAt: Date,
  content: string,
  fonts: readonly UsedFont[],
): Promise<Uint8Array> {
  const doc = await PDFDocument.create({ updateMetadata: false });
  doc.setTitle(face.title, { showInWindowTitleBar: true });
  doc.setLanguage('zh-CN');
  doc.setCreationDate(createdAt);
  doc.setModificationDate(createdAt);
  const { context } = doc;
  const page = doc.addPage([PAGE.width * POINTS_PER_MM, PAGE.height * POINTS_PER_MM]);
  const resources: Record<string, PDFRef> = {};
  for (const font of fonts) resources[font.name] = font.embed(context);
  page.node.set(PDFName.of('Resources'), context.obj({ Font: resources }));
  page.node.set(PDFName.of('Contents'), compressed(context, new TextEncoder().encode(content)));
  // A name tree is sorted by name (ISO 32000-2 7.9.6), and pdf-lib writes them as they come.
  for (const { name, mimeType, bytes, relationship } of [...(face.attachments ?? [])].sort(byName)) {
    await doc.attach(bytes, name, {
      mimeType,
      creationDate: createdAt,
      modificationDate: createdAt,
      afRelationship: AFRelationship[relationship],
    });
  }
  const id = PDFHexString.of(await digest(`${face.identifier}\n${createdAt.toISOString()}\n${content}`));
  context.trailerInfo.ID = context.obj([id, id]);
  return doc.save({ useObjectStreams: false, addDefaultPage: false, updateFieldAppearances: false });
}

/** File identifier (ISO 32000-2 14.4) from the contents instead of time and chance; it protects nothing. */
async function digest(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('');
}

function byName(a: FaceAttachment, b: FaceAttachment): number {
  return a.name < b.name ? -1 : 1;
}

/** A tenth of a micrometre: no difference to the eye, short numbers in the file. */
function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
