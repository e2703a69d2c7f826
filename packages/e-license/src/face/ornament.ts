import { PAGE } from './layout.js';

/** Colours as PDF operands (DeviceRGB). */
const GOLD = '0.69 0.51 0.20';
const DEEP_GOLD = '0.55 0.38 0.12';
const PAPER = '0.996 0.988 0.953';

/** Frame: outer edge, band of the fret, inner rule, in mm from the page's edge. */
const OUTER = 8;
const BAND = { from: 9.6, width: 5 } as const;
const INNER = 16;

/** Content stream operators, in mm, for the paper's tint and the double border with its fret (双线回纹边框). */
export function ornament(): string {
  return [
    `${PAPER} rg`,
    `${frame(OUTER)} f`,
    `${DEEP_GOLD} RG 0.9 w 0 J 0 j`,
    `${frame(OUTER)} S`,
    `${GOLD} RG 0.3 w`,
    `${frame(BAND.from - 0.6)} S`,
    `${frame(BAND.from + BAND.width + 0.5)} S`,
    `${DEEP_GOLD} RG 0.5 w`,
    `${frame(INNER)} S`,
    `${GOLD} RG 0.42 w`,
    fretBand(),
    'S',
  ].join('\n');
}

function frame(inset: number): string {
  return `${inset} ${inset} ${n(PAGE.width - 2 * inset)} ${n(PAGE.height - 2 * inset)} re`;
}

/** Squares of fret (回纹) all round; each side gets a whole number of them, stretched by at most a few per cent. */
function fretBand(): string {
  const { from, width } = BAND;
  const paths: string[] = [];
  const side = (length: number, place: (along: number, across: number) => readonly [number, number]) => {
    const count = Math.round(length / width);
    const step = length / count;
    for (let i = 0; i < count; i++) paths.push(spiral((u, v) => place((i + u) * step, v * width)));
  };
  const [w, h] = [PAGE.width - 2 * from, PAGE.height - 2 * from];
  side(w - width, (along, across) => [from + along, from + h - across]);
  side(h - width, (along, across) => [from + w - across, from + h - along]);
  side(w - width, (along, across) => [from + w - along, from + across]);
  side(h - width, (along, across) => [from + across, from + along]);
  return paths.join('\n');
}

/** One square of fret: a line that winds inwards from the band's foot. */
const SPIRAL = [
  [0.06, 0.96],
  [0.06, 0.06],
  [0.9, 0.06],
  [0.9, 0.8],
  [0.26, 0.8],
  [0.26, 0.28],
  [0.68, 0.28],
  [0.68, 0.57],
  [0.46, 0.57],
] as const;

function spiral(place: (u: number, v: number) => readonly [number, number]): string {
  return SPIRAL.map(([u, v], i) => `${place(u, v).map(n).join(' ')} ${i === 0 ? 'm' : 'l'}`).join(' ');
}

function n(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
