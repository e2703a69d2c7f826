/** The texts and the QR of a licence, laid out: what its face and its print form have in common. */

import { mm } from './content.js';
import type { PageFonts } from './embed.js';
import type { LicenseFace } from './face.js';
import type { FaceCharacter, FaceFonts } from './fonts.js';
import { layoutCentred, layoutRows, type PlacedLine, type PlacedRow } from './layout.js';
import { widthOf } from './lines.js';
import { drawQr, type PrintedQr } from './qr.js';
import type { Look, Zones } from './style.js';

/** Centre of a seal, in mm from the lower left corner of the page. */
export interface SealCentre {
  readonly page: number;
  readonly x: number;
  readonly y: number;
}

export interface Composed extends PrintedQr {
  readonly sealCentreMm: SealCentre;
  /** Operators for all of it. */
  draw(fonts: PageFonts): string;
}

/** @throws GovError `glyph-missing`, `license-face-overflow`, `invalid-argument` */
export function compose(face: LicenseFace, look: Look, fonts: FaceFonts, qrMm: number | undefined): Composed {
  const { zones, palette } = look;
  const set = (text: string) => fonts.charactersOf(text);
  const centred = (text: string, zone: keyof Zones, largest: number, smallest: number, lines: number) =>
    layoutCentred(set(text), zones[zone], { largest, smallest, lines }, zone);

  const title = layoutCentred(
    fonts.charactersOf(face.title, 'title'),
    zones.title,
    { largest: look.titleMm, smallest: 7, lines: 1 },
    'title',
  );
  const rows = layoutRows(
    face.rows.map((row) => ({
      label: set(row.label),
      value: set(row.value),
      ...(row.labelEn === undefined ? {} : { labelEn: set(row.labelEn) }),
      ...(row.key !== undefined && look.wide.has(row.key) ? { wide: true } : {}),
    })),
    zones.rows,
    look.columns,
    face.rows.map(({ label }) => label),
  );
  const date = centred(chineseDate(face.issueDate), 'date', 5.4, 5.4, 1);
  const authority = centred(face.authority, 'authority', 5.4, 3.4, 2);
  const black = [...title, ...rows.flatMap(({ value }) => value), ...authority, ...date];
  const small = [
    ...under(face, look, fonts),
    ...rows.flatMap(({ label }) => label),
    ...centred(`编号：${face.number}`, 'number', 4.4, 2.6, 1),
    ...centred(face.qrCaption, 'caption', 3.2, 2.4, 2),
    ...centred(`证照标识：${face.identifier}`, 'identifier', 2.9, 1.7, 1),
  ];
  const { operators, ...qr } = drawQr(face.qr, zones.qr, qrMm);
  return {
    ...qr,
    sealCentreMm: sealCentre(authority, date),
    draw: (pageFonts) =>
      [
        rules(rows, palette.rule),
        operators,
        'BT 0.1 0.1 0.1 rg',
        ...black.map((line) => drawLine(line, pageFonts)),
        `${palette.label} rg`,
        ...small.map((line) => drawLine(line, pageFonts)),
        'ET',
      ].join('\n'),
  };
}

/** Subtitle and English title, one above the other. */
function under({ titleEn }: LicenseFace, look: Look, fonts: FaceFonts): PlacedLine[] {
  const texts = [look.subtitle, titleEn].filter((text) => text !== undefined);
  const { subtitle } = look.zones;
  const height = subtitle.height / Math.max(1, texts.length);
  return texts.flatMap((text, i) =>
    layoutCentred(
      fonts.charactersOf(text),
      { ...subtitle, y: subtitle.y + (texts.length - 1 - i) * height, height },
      { largest: 5, smallest: 2.6, lines: 1 },
      text === titleEn ? 'English title' : 'subtitle',
    ),
  );
}

/** The characters of every text that a licence type prints on all its faces. */
export function fixedTexts(
  type: { readonly title: string; readonly texts: readonly string[] },
  fonts: FaceFonts,
): readonly (readonly FaceCharacter[])[] {
  const always = '编号：证照标识：年月日0123456789ABCDEFGHJKLMNPQRSTUWXY.';
  return [fonts.charactersOf(type.title, 'title'), ...[always, ...type.texts].map((text) => fonts.charactersOf(text))];
}

function chineseDate(day: string): string {
  const [year, month, date] = day.split('-');
  return `${year}年${month}月${date}日`;
}

/** Half-way between the year and the month (骑年盖月), authority and date a little under the middle. */
function sealCentre(authority: readonly PlacedLine[], date: readonly PlacedLine[]): SealCentre {
  const [first, last] = [authority[0] as PlacedLine, date[0] as PlacedLine];
  const yearAndMonth = widthOf(last.characters.slice(0, '2026年05月'.length)) * last.size;
  const middle = (first.y + first.size * 0.88 + last.y - last.size * 0.12) / 2;
  return { page: 1, x: mm(last.x + yearAndMonth / 2), y: mm(middle + 3) };
}

/** A hairline under every value. */
function rules(rows: readonly PlacedRow[], colour: string): string {
  const lines = rows.map(({ x, y, width, value }) => {
    const from = value[0]?.x ?? x;
    return `${mm(from - 1)} ${mm(y)} m ${mm(x + width)} ${mm(y)} l`;
  });
  return [`${colour} RG 0.2 w`, ...lines, 'S'].join('\n');
}

export function drawLine({ characters, x, y, size }: PlacedLine, fonts: PageFonts): string {
  return `1 0 0 1 ${mm(x)} ${mm(y)} Tm ${fonts.show(characters, mm(size))}`;
}
