import { GovError } from '@gov/verdict';
import type { Font } from './font.js';
import { layoutRound, type PlacedGlyph } from './layout.js';

/** Limits of a drawn seal picture. */
export const SEAL_PICTURE_LIMITS = {
  /** Characters of the name (code points). */
  nameMin: 4,
  nameMax: 30,
  /** Characters of the purpose. */
  purposeMax: 10,
  diameterMinMm: 40,
  diameterMaxMm: 50,
} as const;

/** A seal picture (印章图像): SVG in true millimetres on a transparent ground. */
export interface SealPicture {
  readonly svg: string;
  readonly widthMm: number;
  readonly heightMm: number;
}

export interface RoundSealOptions {
  /** Name of the body as its documents write it (印章名称), 4 to 30 characters. */
  readonly name: string;
  /** Purpose under the star (用途), e.g. `合同专用章`, at most 10 characters. */
  readonly purpose?: string;
  /** Code on the lower arc (印章编码): 13 digits, or a credit code of 18 characters. */
  readonly code?: string;
  /** Outer diameter in mm: 50 ministries and provinces, 45 cities and counties, 42 townships and most others (国发〔1999〕25号). */
  readonly diameterMm?: number;
  /** Five-point star of 14 mm. The national emblem of organs of state is a supplied picture and never drawn. */
  readonly star?: boolean;
  /** `#RRGGBB`. */
  readonly color?: string;
}

/**
 * Draws a round seal (圆形印章) after 国发〔1999〕25号: name on the upper arc, star in the middle, purpose under it, code on the
 * lower arc, rim of 1.2 mm. All texts are outlines; the one text in the SVG is its escaped `<title>`. Same input, same text.
 *
 * @throws GovError `seal-name-length` for a name of fewer than 4 or more than 30 characters, or a purpose that is too long;
 * `glyph-missing` naming a character the font has no outline for; `invalid-argument`; `input-malformed` for a broken font
 * @example
 * ```ts
 * import { readFile } from 'node:fs/promises';
 * import { openFont, roundSeal, sealPng } from '@gov/e-seal/picture';
 *
 * const font = openFont(await readFile('NotoSansSC_700Bold.ttf'));
 * const seal = roundSeal({ name: '滨海市市场监督管理局', purpose: '电子证照专用章' }, { font });
 * const png = await sealPng(seal.svg, { widthMm: seal.widthMm });
 * ```
 */
export function roundSeal(options: RoundSealOptions, { font }: { readonly font: Font }): SealPicture {
  const { diameterMm = 42, star = true, color = '#D6000F' } = options;
  const limits = SEAL_PICTURE_LIMITS;
  const [name, purpose, code] = [[...options.name], [...(options.purpose ?? '')], [...(options.code ?? '')]];
  if (name.length < limits.nameMin || name.length > limits.nameMax) {
    throw new GovError(
      'seal-name-length',
      `a seal name has ${limits.nameMin} to ${limits.nameMax} characters, not ${name.length}`,
    );
  }
  if (purpose.length > limits.purposeMax) {
    throw new GovError(
      'seal-name-length',
      `a purpose has at most ${limits.purposeMax} characters, not ${purpose.length}`,
    );
  }
  if (!(diameterMm >= limits.diameterMinMm && diameterMm <= limits.diameterMaxMm)) {
    throw new GovError('invalid-argument', `the diameter is ${limits.diameterMinMm} to ${limits.diameterMaxMm} mm`);
  }
  if (options.code !== undefined && !/^(\d{13}|[0-9A-Z]{18})$/.test(options.code)) {
    throw new GovError('invalid-argument', 'a seal code is 13 digits or a credit code of 18 characters');
  }
  if (!/^#[0-9A-Fa-f]{6}$/.test(color)) throw new GovError('invalid-argument', 'a colour is written #RRGGBB');

  const { rim, star: points, glyphs } = layoutRound({ name, purpose, code, diameterMm, star }, font);
  const size = decimal(diameterMm);
  const middle = decimal(diameterMm / 2);
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}mm" height="${size}mm" viewBox="0 0 ${size} ${size}" role="img">`,
    `<title>${escapeXml(options.name + (options.purpose ?? ''))}</title>`,
    `<circle cx="${middle}" cy="${middle}" r="${decimal(rim.radius)}" fill="none" stroke="${color}" stroke-width="${rim.width}"/>`,
    `<g fill="${color}">`,
    ...(points.length === 0
      ? []
      : [`<path d="M${points.map(([x, y]) => `${decimal(x)} ${decimal(y)}`).join('L')}Z"/>`]),
    ...glyphs.map((glyph) => `<path d="${pathData(glyph)}"/>`),
    '</g>',
    '</svg>',
  ];
  return { svg: `${lines.join('\n')}\n`, widthMm: diameterMm, heightMm: diameterMm };
}

function pathData({ outline, place }: PlacedGlyph): string {
  let data = '';
  for (const { op, points } of outline) {
    data += op;
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = place(points[i] as number, points[i + 1] as number);
      data += `${i === 0 ? '' : ' '}${decimal(x)} ${decimal(y)}`;
    }
  }
  return data;
}

/** Micrometres: finer than any printer, coarser than the differences between the sines of JavaScript engines. */
function decimal(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.codePointAt(0)};`);
}
