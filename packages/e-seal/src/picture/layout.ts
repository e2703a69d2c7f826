import { GovError } from '@gov/verdict';
import { characterName, type Font, type OutlineCommand } from './font.js';

/** A glyph as it will be drawn: its outline and the point on the paper that each of its points goes to. */
export interface PlacedGlyph {
  readonly outline: readonly OutlineCommand[];
  /** From em coordinates (y upwards) to millimetres (y downwards). */
  place(x: number, y: number): readonly [number, number];
}

/** Corners of a cell, in order around it, in millimetres. */
type Quad = readonly (readonly [number, number])[];

interface Cell {
  readonly width: number;
  readonly height: number;
}

/** The part of the em square that is scaled to a cell, so that no stroke of the text leaves its cell. */
interface Frame {
  readonly halfWidth: number;
  readonly bottom: number;
  readonly height: number;
}

interface Character {
  readonly outline: readonly OutlineCommand[];
  /** Middle of the advance width. */
  readonly middle: number;
}

const RAD = Math.PI / 180;

/** Distances of the round seal for a radius of 21 mm; they grow with the radius, except rim and star (国发〔1999〕25号). */
const RIM = 1.2;
const STAR_RADIUS = 7;
const RIM_GAP = 0.8;
const CODE_HEIGHT = 1.5;
const CODE_PITCH = 1.55;

/** Where the parts of a round seal stand. */
interface RoundLayout {
  readonly rim: { readonly radius: number; readonly width: number };
  readonly star: readonly (readonly [number, number])[];
  readonly glyphs: readonly PlacedGlyph[];
}

interface RoundTexts {
  readonly name: readonly string[];
  readonly purpose: readonly string[];
  readonly code: readonly string[];
  readonly diameterMm: number;
  readonly star: boolean;
}

/** Sets the texts of a round seal; the caller has checked their lengths. */
export function layoutRound(texts: RoundTexts, font: Font): RoundLayout {
  const radius = texts.diameterMm / 2;
  const unit = radius / 21;
  const edge = radius - RIM - RIM_GAP * unit;
  const name = setName(texts, font, radius, edge, unit);
  const code = setCode(texts.code, font, radius, edge, unit, name.endAngle);
  const within = texts.code.length === 0 ? edge : edge - (CODE_HEIGHT + 0.6) * unit;
  const purpose = setPurpose(texts, font, radius, within, unit, name.quads);
  return {
    rim: { radius: radius - RIM / 2, width: RIM },
    star: texts.star ? starPoints(radius) : [],
    glyphs: [...name.glyphs, ...purpose, ...code],
  };
}

/**
 * The name on the upper arc. One number, the tightness, runs from 0 (few characters: tall, nearly square, a short arc) to 1
 * (thirty: lower, condensed to half, almost the whole circle); the loosest setting in which the characters stand free is taken.
 */
function setName(texts: RoundTexts, font: Font, radius: number, edge: number, unit: number) {
  const characters = texts.name.map((c) => character(c, font));
  const frame = frameOf(characters, { halfWidth: 0.46, bottom: -0.08, height: 0.92 });
  const count = characters.length;
  for (let step = 0; ; step++) {
    const tight = Math.min(step / 100, 1);
    const cell = { height: mix(7.4, 4.4, tight) * unit, width: 0 };
    cell.width = cell.height * mix(0.8, 0.47, tight);
    const inner = Math.sqrt(edge ** 2 - (cell.width / 2) ** 2) - cell.height;
    // Neighbours are nearest at their inner corners: with the angle a between them the cells touch at width = 2·inner·tan(a/2).
    const least = 2 * Math.atan((cell.width * 1.08) / (2 * inner));
    const span = 2 * mix(106, 137, tight) * RAD;
    if (least * (count - 1) > span && step < 100) continue;
    const pitch = Math.min(span / (count - 1), least * mix(1.75, 1, Math.min(1, (count - 4) / 12)));
    const placed = characters.map((c, i) => onArc(c, frame, cell, radius, inner, (i - (count - 1) / 2) * pitch, 'out'));
    return {
      glyphs: placed.map((p) => p.glyph),
      quads: placed.map((p) => p.quad),
      endAngle: ((count - 1) / 2) * pitch + Math.atan(cell.width / 2 / inner),
    };
  }
}

/** The code along the lower arc, feet to the rim, in the room that the name leaves. */
function setCode(code: readonly string[], font: Font, radius: number, edge: number, unit: number, nameEnd: number) {
  if (code.length === 0) return [];
  const characters = code.map((c) => character(c, font));
  const frame = frameOf(characters, { halfWidth: 0.3, bottom: 0, height: 0.74 });
  const height = CODE_HEIGHT * unit;
  const room = 2 * (Math.PI - nameEnd) - (2.4 * unit) / edge;
  const pitch = Math.min((CODE_PITCH * unit) / edge, room / code.length);
  // The heads of the figures point to the centre, where the arc is shortest.
  const width = 2 * (edge - height) * Math.tan(pitch / 2) * 0.86;
  const outer = Math.sqrt(edge ** 2 - (width / 2) ** 2);
  return characters.map(
    (c, i) => onArc(c, frame, { width, height }, radius, outer, (i - (code.length - 1) / 2) * pitch, 'in').glyph,
  );
}

/** The purpose, straight under the star, as large as the name's ends and the code leave room for. */
function setPurpose(
  texts: RoundTexts,
  font: Font,
  radius: number,
  within: number,
  unit: number,
  taken: readonly Quad[],
) {
  if (texts.purpose.length === 0) return [];
  const characters = texts.purpose.map((c) => character(c, font));
  const frame = frameOf(characters, { halfWidth: 0.46, bottom: -0.08, height: 0.92 });
  const starFoot = STAR_RADIUS * Math.cos(36 * RAD);
  for (let step = 0; step <= 100; step++) {
    const height = mix(4.4, 2.4, step / 100) * unit;
    const cell = { height, width: height * mix(0.9, 0.5, step / 100) };
    const pitch = cell.width * 1.06;
    const half = (pitch * (characters.length - 1) + cell.width) / 2;
    const top = texts.star ? starFoot + 1.5 * unit : -height / 2;
    const quad: Quad = [
      [radius - half, radius + top],
      [radius + half, radius + top],
      [radius + half, radius + top + height],
      [radius - half, radius + top + height],
    ];
    if (Math.hypot(half, top + height) > within) continue;
    if (taken.some((other) => !apart(quad, other, 0.6 * unit))) continue;
    return characters.map((c, i) =>
      straight(c, frame, cell, radius + (i - (characters.length - 1) / 2) * pitch, radius + top),
    );
  }
  throw new GovError(
    'seal-name-length',
    `a purpose of ${texts.purpose.length} characters does not fit beside this name`,
  );
}

function character(text: string, font: Font): Character {
  const glyph = font.glyph(text.codePointAt(0) ?? 0);
  const outline = glyph === undefined ? [] : font.outline(glyph);
  if (glyph === undefined || outline.length === 0) {
    throw new GovError('glyph-missing', `the font draws nothing for ${characterName(text)}`);
  }
  return { outline, middle: font.advance(glyph) / 2 };
}

function frameOf(characters: readonly Character[], least: Frame): Frame {
  let { halfWidth, bottom } = least;
  let top = bottom + least.height;
  for (const { outline, middle } of characters) {
    for (const { points } of outline) {
      for (let i = 0; i < points.length; i += 2) {
        halfWidth = Math.max(halfWidth, Math.abs((points[i] as number) - middle));
        bottom = Math.min(bottom, points[i + 1] as number);
        top = Math.max(top, points[i + 1] as number);
      }
    }
  }
  return { halfWidth, bottom, height: top - bottom };
}

/**
 * A character on a circle. `head: 'out'`: head to the rim, `base` the distance of its foot from the centre, angles clockwise
 * from the top. `head: 'in'`: head to the centre, angles counter-clockwise from the bottom, so that text runs left to right.
 */
function onArc(
  c: Character,
  frame: Frame,
  cell: Cell,
  radius: number,
  base: number,
  angle: number,
  head: 'out' | 'in',
) {
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  const way = head === 'out' ? 1 : -1;
  const at = (x: number, up: number): readonly [number, number] => {
    const out = base + way * up;
    return [radius + x * cos + out * sin, radius + way * (x * sin - out * cos)];
  };
  const place = (x: number, y: number) =>
    at(((x - c.middle) / (2 * frame.halfWidth)) * cell.width, ((y - frame.bottom) / frame.height) * cell.height);
  const half = cell.width / 2;
  const quad: Quad = [at(-half, 0), at(half, 0), at(half, cell.height), at(-half, cell.height)];
  return { glyph: { outline: c.outline, place }, quad };
}

function straight(c: Character, frame: Frame, cell: Cell, centre: number, top: number): PlacedGlyph {
  return {
    outline: c.outline,
    place: (x, y) => [
      centre + ((x - c.middle) / (2 * frame.halfWidth)) * cell.width,
      top + (1 - (y - frame.bottom) / frame.height) * cell.height,
    ],
  };
}

function starPoints(radius: number): (readonly [number, number])[] {
  const innerRadius = STAR_RADIUS * (Math.sin(18 * RAD) / Math.sin(54 * RAD));
  return Array.from({ length: 10 }, (_, i) => {
    const r = i % 2 === 0 ? STAR_RADIUS : innerRadius;
    return [radius + r * Math.sin(i * 36 * RAD), radius - r * Math.cos(i * 36 * RAD)] as const;
  });
}

/** Whether two convex quadrilaterals are at least `gap` apart (some side of either separates them). */
function apart(a: Quad, b: Quad, gap: number): boolean {
  return [a, b].some((quad) =>
    quad.some(([x0, y0], i) => {
      const [x1, y1] = quad[(i + 1) % quad.length] as readonly [number, number];
      const length = Math.hypot(x1 - x0, y1 - y0);
      const along = (q: Quad) => q.map(([x, y]) => ((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)) / length);
      const [da, db] = [along(a), along(b)];
      return Math.min(...db) - Math.max(...da) >= gap || Math.min(...da) - Math.max(...db) >= gap;
    }),
  );
}

function mix(from: number, to: number, t: number): number {
  return from + (to - from) * t;
}
