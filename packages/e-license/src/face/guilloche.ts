/** Border of paper forms: a band of interlaced waves (扭索纹), and a line that is text under a glass (微缩文字). */
import { mm } from './content.js';
import type { PageFonts } from './embed.js';
import type { FaceFonts } from './fonts.js';
import { widthOf } from './lines.js';
import type { Look } from './style.js';

/** Middle and half width of the band, and where the line of tiny text runs, in mm from the page's edge. */
const BAND = { middle: 12, half: 3.4 } as const;
const MICROTEXT = { inset: 16.2, size: 0.55 } as const;
const WAVES = 6;
/** About a wave, in mm; each side has a whole number of them. */
const WAVE = 18;
const STEPS_PER_WAVE = 24;

export function guilloche({ page, palette }: Look): string {
  const frame = (inset: number) =>
    `${inset} ${inset} ${mm(page.width - 2 * inset)} ${mm(page.height - 2 * inset)} re S`;
  const [w, h] = [page.width - 2 * BAND.middle, page.height - 2 * BAND.middle];
  const m = BAND.middle;
  return [
    `${palette.deep} RG 0.7 w 1 j`,
    frame(BAND.middle - BAND.half - 0.9),
    `${palette.fine} RG 0.12 w`,
    ...side(w, (along, across) => [m + along, m + across]),
    ...side(w, (along, across) => [m + along, page.height - m - across]),
    ...side(h, (along, across) => [m + across, m + along]),
    ...side(h, (along, across) => [page.width - m - across, m + along]),
    'S',
    ...[m, page.width - m].flatMap((x) => [m, page.height - m].flatMap((y) => rosette(x, y))),
    'S',
  ].join('\n');
}

type Point = readonly [number, number];

/** Waves whose heights rise and fall, each a step behind the last, and their mirror images. */
function side(length: number, place: (along: number, across: number) => Point): string[] {
  const waves = Math.round(length / WAVE);
  const steps = waves * STEPS_PER_WAVE;
  return Array.from({ length: WAVES }, (_, k) => {
    const points = Array.from({ length: steps + 1 }, (_, i) => {
      const turn = (2 * Math.PI * i * waves) / steps;
      const height = BAND.half * (0.62 + 0.38 * Math.cos(3 * turn));
      return place((length * i) / steps, height * Math.sin(turn + (k * Math.PI) / WAVES));
    });
    return polyline(points);
  });
}

/** A flower over each corner, where the sides meet. */
function rosette(x: number, y: number): string[] {
  return [1, 0.7].map((share) => {
    const points = Array.from({ length: 181 }, (_, i) => {
      const turn = (Math.PI * i) / 90;
      const radius = share * (BAND.half + 0.7) * (0.72 + 0.28 * Math.cos(12 * turn));
      return [x + radius * Math.cos(turn), y + radius * Math.sin(turn)] as const;
    });
    return polyline(points);
  });
}

const polyline = (points: readonly Point[]): string =>
  points.map(([x, y], i) => `${hundredths(x)} ${hundredths(y)} ${i === 0 ? 'm' : 'l'}`).join(' ');

const hundredths = (value: number): number => Math.round(value * 100) / 100;

/** The same text again and again, along the inside of the border; inside a text object. */
export function microtext(text: string, { page }: Look, fonts: FaceFonts, pageFonts: PageFonts): string {
  const { inset, size } = MICROTEXT;
  const characters = fonts.charactersOf(`${text} `);
  const shown = pageFonts.show(characters, size);
  const step = widthOf(characters) * size;
  const [w, h] = [page.width - 2 * inset, page.height - 2 * inset];
  const along = (length: number, matrix: (at: number) => string) => {
    const count = Math.floor(length / step);
    const gap = length / Math.max(1, count);
    return Array.from({ length: count }, (_, i) => `${matrix(mm(i * gap))} Tm ${shown}`);
  };
  return [
    ...along(w, (at) => `1 0 0 1 ${mm(inset + at)} ${mm(page.height - inset)}`),
    ...along(w, (at) => `1 0 0 1 ${mm(inset + at)} ${inset}`),
    ...along(h, (at) => `0 1 -1 0 ${inset} ${mm(inset + at)}`),
    ...along(h, (at) => `0 1 -1 0 ${mm(page.width - inset)} ${mm(inset + at)}`),
  ].join('\n');
}
