import type { Look } from './style.js';

/** Frame: outer edge, band of the fret, inner rule, in mm from the page's edge. */
const OUTER = 8;
const BAND = { from: 9.6, width: 5 } as const;
const INNER = 16;

/** Content stream operators, in mm, for the paper's tint and the double border with its fret (双线回纹边框). */
export function ornament({ page, palette }: Look): string {
  const frame = (inset: number) => `${inset} ${inset} ${n(page.width - 2 * inset)} ${n(page.height - 2 * inset)} re`;
  return [
    `${palette.paper} rg`,
    `${frame(OUTER)} f`,
    `${palette.deep} RG 0.9 w 0 J 0 j`,
    `${frame(OUTER)} S`,
    `${palette.fine} RG 0.3 w`,
    `${frame(BAND.from - 0.6)} S`,
    `${frame(BAND.from + BAND.width + 0.5)} S`,
    `${palette.deep} RG 0.5 w`,
    `${frame(INNER)} S`,
    `${palette.fine} RG 0.42 w`,
    fretBand(page),
    'S',
  ].join('\n');
}

/** Squares of fret (回纹) all round; each side gets a whole number of them, stretched by at most a few per cent. */
function fretBand(page: Look['page']): string {
  const { from, width } = BAND;
  const paths: string[] = [];
  const side = (length: number, place: (along: number, across: number) => readonly [number, number]) => {
    const count = Math.round(length / width);
    const step = length / count;
    for (let i = 0; i < count; i++) paths.push(spiral((u, v) => place((i + u) * step, v * width)));
  };
  const [w, h] = [page.width - 2 * from, page.height - 2 * from];
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
