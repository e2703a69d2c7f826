/** How faces of a style look: page, zones, colours (照面版式). */
import type { FaceStyle } from '../license-type.js';
import type { Zone } from './layout.js';

/** Colours as PDF operands (DeviceRGB). */
interface Palette {
  /** The heavier of the two tones of the border. */
  readonly deep: string;
  readonly fine: string;
  /** Under the values. */
  readonly rule: string;
  /** Labels and what else is small; dark enough for paper (contrast at least 7 : 1 on `paper`). */
  readonly label: string;
  readonly paper: string;
}

const PALETTES: Readonly<Record<NonNullable<FaceStyle['colour']>, Palette>> = {
  gold: {
    deep: '0.55 0.38 0.12',
    fine: '0.69 0.51 0.20',
    rule: '0.80 0.70 0.48',
    label: '0.36 0.28 0.16',
    paper: '0.996 0.988 0.953',
  },
  red: {
    deep: '0.60 0.10 0.10',
    fine: '0.76 0.30 0.26',
    rule: '0.86 0.62 0.58',
    label: '0.40 0.16 0.14',
    paper: '0.998 0.976 0.968',
  },
  green: {
    deep: '0.10 0.38 0.22',
    fine: '0.28 0.55 0.38',
    rule: '0.58 0.76 0.64',
    label: '0.12 0.32 0.20',
    paper: '0.972 0.992 0.976',
  },
  blue: {
    deep: '0.10 0.24 0.48',
    fine: '0.30 0.46 0.68',
    rule: '0.60 0.70 0.84',
    label: '0.14 0.24 0.42',
    paper: '0.972 0.982 0.996',
  },
};

/** Zones of the page that never overlap, in mm from its lower left corner; what does not fit into its zone is refused. */
export interface Zones {
  readonly title: Zone;
  readonly subtitle: Zone;
  readonly number: Zone;
  readonly rows: Zone;
  readonly qr: Zone;
  readonly caption: Zone;
  readonly authority: Zone;
  readonly date: Zone;
  readonly identifier: Zone;
}

/** A style with everything said. */
export interface Look {
  readonly page: { readonly width: number; readonly height: number };
  readonly zones: Zones;
  readonly columns: 1 | 2;
  readonly wide: ReadonlySet<string>;
  readonly subtitle?: string;
  readonly palette: Palette;
  /** Size of the title in mm at most. */
  readonly titleMm: number;
}

const LANDSCAPE = {
  page: { width: 297, height: 210 },
  rows: { x: 24, y: 75, width: 249, height: 78 },
  qr: { x: 26, y: 30, width: 42, height: 42 },
  caption: { x: 20, y: 23, width: 54, height: 6.5 },
  authority: { x: 178, y: 43, width: 96, height: 13 },
  date: { x: 178, y: 35.5, width: 96, height: 7 },
  identifier: { x: 24, y: 18.2, width: 249, height: 4 },
} as const;

const PORTRAIT = {
  page: { width: 210, height: 297 },
  rows: { x: 24, y: 82, width: 162, height: 146 },
  qr: { x: 24, y: 33, width: 42, height: 42 },
  caption: { x: 20, y: 25.5, width: 50, height: 6.5 },
  authority: { x: 86, y: 49, width: 102, height: 13 },
  date: { x: 86, y: 41.5, width: 102, height: 7 },
  identifier: { x: 22, y: 18.6, width: 166, height: 4 },
} as const;

/** @param lines of text under the title: a subtitle, a title in English, or both */
export function lookOf(style: FaceStyle = {}, lines: 0 | 1 | 2 = style.subtitle === undefined ? 0 : 1): Look {
  const portrait = style.page === 'portrait';
  const { page, ...fixed } = portrait ? PORTRAIT : LANDSCAPE;
  const across = { x: 24, width: page.width - 48 };
  const number = { ...across, y: fixed.rows.y + fixed.rows.height + 4.5, height: 6 };
  const top = page.height - (portrait ? 26 : 22);
  const under = [0, 6.5, 10.4][lines] as number;
  const foot = number.y + number.height + (portrait ? 4.5 : lines === 2 ? 0.5 : 2);
  return {
    page,
    zones: {
      ...fixed,
      title: { ...across, y: foot + under, height: top - foot - under },
      subtitle: { ...across, y: foot, height: under },
      number,
    },
    columns: style.columns ?? (portrait ? 1 : 2),
    wide: new Set(style.wide),
    palette: PALETTES[style.colour ?? 'gold'],
    titleMm: lines === 0 ? 15.5 : portrait ? 14.5 : lines === 1 ? 13 : 11.3,
    ...(style.subtitle === undefined ? {} : { subtitle: style.subtitle }),
  };
}
