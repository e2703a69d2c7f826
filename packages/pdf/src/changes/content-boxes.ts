/**
 * Where a page draws (ISO 32000-2 §8, §9), in boxes that are never too small: an annotation beside all of them covers nothing.
 * No pixels are made. What cannot be followed (unknown operators or filters, Type 3 fonts, more work than allowed) counts as
 * drawing everywhere. White areas count as nothing: only upon something else could they be seen.
 */
import { isGovError } from '@gov/verdict';
import type { PdfDocument } from '../document.js';
import { decodeStream } from '../filter.js';
import { isName, PdfArray, PdfDict, PdfName, type PdfObject, type PdfRef, PdfStream } from '../object.js';
import { type Operand, operationsIn } from './content-operators.js';

export type Box = readonly [left: number, bottom: number, right: number, top: number];
type Matrix = readonly [number, number, number, number, number, number];

/** Operators that are followed for one document, forms included: about a second. */
export const MAX_OPERATORS = 300_000;
/** Boxes kept of one page; neighbours in the stream are united when there are more. */
const MAX_BOXES = 4096;
const MAX_FORM_DEPTH = 8;

const EVERYWHERE: Box = [-1e9, -1e9, 1e9, 1e9];
const NOWHERE: Box = [0, 0, 0, 0];
const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** What has been found out about pages, and how much work is left for more. */
export interface Drawn {
  /** What pages draw upon, as far as anybody asked. */
  readonly boxes: Map<string, readonly Box[]>;
  /** Their annotations that draw, likewise. */
  readonly annotations: Map<string, readonly (readonly [number | undefined, Box])[]>;
  /** Operators of content streams that may still be followed. */
  operators: number;
}

/** Touching is not meeting. */
export const meet = (a: Box, b: Box): boolean => a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];

/** What the content streams of a page draw upon, in default user space; annotations apart. */
export function contentBoxes(around: Drawn, doc: PdfDocument, page: PdfRef): readonly Box[] {
  const { boxes } = around;
  const key = `${doc.revisions.length} ${page.number}`;
  let known = boxes.get(key);
  if (known === undefined) {
    known = draw(around, doc, page);
    boxes.set(key, known);
  }
  return known;
}

function draw(around: Drawn, doc: PdfDocument, page: PdfRef): readonly Box[] {
  try {
    const dict = doc.resolve(page);
    if (!(dict instanceof PdfDict)) return [EVERYWHERE];
    const contents = doc.resolve(dict.get('Contents'));
    const streams = contents instanceof PdfArray ? contents.items.map((item) => doc.resolve(item)) : [contents];
    const parts = streams.map((stream) => (stream instanceof PdfStream ? decodeStream(doc, stream) : new Uint8Array()));
    const drawing = new Drawing(doc, around);
    drawing.run(joined(parts), resourcesOf(doc, dict), { ...START });
    return drawing.boxes;
  } catch (error) {
    if (isGovError(error)) return [EVERYWHERE];
    throw error;
  }
}

/** The streams of a page are one, divided anywhere between tokens. */
function joined(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length + 1, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
    out[at++] = 10;
  }
  return out;
}

function resourcesOf(doc: PdfDocument, page: PdfDict): PdfObject {
  let node: PdfObject = page;
  for (let depth = 0; node instanceof PdfDict && depth < doc.limits.treeDepth; depth++) {
    const resources = doc.resolve(node.get('Resources'));
    if (resources !== null) return resources;
    node = doc.resolve(node.get('Parent'));
  }
  return null;
}

/** How wide a shown string is at most, in text space units for a font of size 1; undefined: no telling. */
type Widths = { readonly widest: (text: Uint8Array) => number; readonly vertical: boolean } | undefined;

interface State {
  matrix: Matrix;
  clip: Box;
  lineWidth: number;
  white: boolean;
  blended: boolean;
  font: Widths;
  size: number;
  character: number;
  word: number;
  stretch: number;
  leading: number;
  rise: number;
}

const START: State = {
  ...{ matrix: IDENTITY, clip: EVERYWHERE, lineWidth: 1, white: false, blended: false, font: undefined, size: 0 },
  ...{ character: 0, word: 0, stretch: 1, leading: 0, rise: 0 },
};

/** Operators without an effect on where is drawn. */
const SILENT = new Set([
  ...['i', 'j', 'J', 'M', 'd', 'ri', 'G', 'RG', 'K', 'CS', 'SC', 'SCN', 'BMC', 'BDC', 'EMC', 'MP', 'DP', 'BX', 'EX'],
  ...['Tr', 'BI', 'ET'],
]);

class Drawing {
  boxes: Box[] = [];
  readonly #doc: PdfDocument;
  readonly #budget: { operators: number };
  readonly #fonts = new Map<PdfDict, Widths>();

  constructor(doc: PdfDocument, budget: { operators: number }) {
    this.#doc = doc;
    this.#budget = budget;
  }

  run(bytes: Uint8Array, resources: PdfObject, start: State, depth = 0): undefined {
    let state = start;
    const stack: State[] = [];
    let path: Box | undefined;
    let clipping = false;
    let line: Matrix = IDENTITY;
    // Along the line: where the next glyph may begin at the earliest, and at the latest.
    let [low, high] = [0, 0];
    const extend = (x: number, y: number): void => {
      const [u, v] = apply(state.matrix, x, y);
      path =
        path === undefined
          ? [u, v, u, v]
          : [Math.min(path[0], u), Math.min(path[1], v), Math.max(path[2], u), Math.max(path[3], v)];
    };
    const paint = (fill: boolean, stroke: boolean): void => {
      if (path !== undefined) {
        // A mitre is at most ten times as long as the line is wide (§8.4.3.5), hairlines a device pixel.
        const margin = stroke ? Math.max(1, 5 * state.lineWidth * scaleOf(state.matrix)) : 0.5;
        if (stroke || (fill && (!state.white || state.blended))) this.#add(grown(path, margin), state.clip);
        if (clipping) state.clip = cut(state.clip, path);
      }
      path = undefined;
      clipping = false;
    };
    const moveTo = (matrix: Matrix): void => {
      line = matrix;
      [low, high] = [0, 0];
    };
    const show = (text: Operand): void => {
      const bytes = text instanceof Uint8Array ? text : new Uint8Array();
      if (bytes.length === 0) return;
      const { font, size } = state;
      const width = font?.widest(bytes);
      if (font === undefined || width === undefined) {
        this.#add(EVERYWHERE, state.clip);
        return;
      }
      const spacing = bytes.length * (Math.abs(state.character) + Math.abs(state.word));
      const advance = (width * Math.abs(size) + spacing) * Math.abs(state.stretch);
      const em = Math.abs(size);
      const backwards = size * state.stretch < 0 || state.character < 0 || state.word < 0;
      const from = backwards ? low - advance : low;
      const to = high + advance;
      // A negative size turns glyphs upside down.
      const down = font.vertical ? advance + em : size < 0 ? 1.2 * em : 0.4 * em;
      const side = font.vertical ? em : 0.2 * em;
      const rise = state.rise;
      const turn = multiply(line, state.matrix);
      const corners = [
        ...[apply(turn, from - side, rise - down), apply(turn, to + side, rise - down)],
        ...[apply(turn, from - side, rise + 1.2 * em), apply(turn, to + side, rise + 1.2 * em)],
      ];
      this.#add(around(corners), state.clip);
      [low, high] = [from, to];
    };
    for (const { operator, operands } of operationsIn(bytes)) {
      if (--this.#budget.operators < 0) {
        this.boxes.push(EVERYWHERE);
        return;
      }
      const n = (i: number): number => {
        const value = operands[i];
        return typeof value === 'number' ? value : 0;
      };
      if (SILENT.has(operator)) continue;
      switch (operator) {
        case 'q':
          stack.push({ ...state });
          if (stack.length > 1000) return void this.boxes.push(EVERYWHERE);
          break;
        case 'Q':
          state = stack.pop() ?? state;
          break;
        case 'cm':
          state.matrix = multiply([n(0), n(1), n(2), n(3), n(4), n(5)], state.matrix);
          break;
        case 'w':
          state.lineWidth = Math.abs(n(0));
          break;
        case 'gs':
          this.#graphicsState(state, this.#resource(resources, 'ExtGState', operands[0]));
          break;
        case 'g':
          state.white = n(0) >= 1;
          break;
        case 'rg':
          state.white = n(0) >= 1 && n(1) >= 1 && n(2) >= 1;
          break;
        case 'k':
          state.white = operands.length === 4 && n(0) <= 0 && n(1) <= 0 && n(2) <= 0 && n(3) <= 0;
          break;
        case 'cs':
        case 'sc':
        case 'scn':
          state.white = false;
          break;
        case 'm':
        case 'l':
          extend(n(0), n(1));
          break;
        case 'c':
          extend(n(4), n(5));
          extend(n(0), n(1));
          extend(n(2), n(3));
          break;
        case 'v':
        case 'y':
          extend(n(0), n(1));
          extend(n(2), n(3));
          break;
        case 're':
          for (const [x, y] of [
            [0, 0],
            [1, 0],
            [0, 1],
            [1, 1],
          ] as const)
            extend(n(0) + x * n(2), n(1) + y * n(3));
          break;
        case 'h':
          break;
        case 'W':
        case 'W*':
          clipping = true;
          break;
        case 'n':
          paint(false, false);
          break;
        case 'f':
        case 'F':
        case 'f*':
          paint(true, false);
          break;
        case 'S':
        case 's':
          paint(false, true);
          break;
        case 'B':
        case 'B*':
        case 'b':
        case 'b*':
          paint(true, true);
          break;
        case 'sh':
          this.#add(EVERYWHERE, state.clip);
          break;
        case 'EI':
          this.#add(unitSquare(state.matrix), state.clip);
          break;
        case 'Do':
          this.#external(this.#resource(resources, 'XObject', operands[0]), resources, state, depth);
          break;
        case 'BT':
          moveTo(IDENTITY);
          break;
        case 'Tf':
          state.font = this.#font(this.#resource(resources, 'Font', operands[0]));
          state.size = n(1);
          break;
        case 'Tc':
          state.character = n(0);
          break;
        case 'Tw':
          state.word = n(0);
          break;
        case 'Tz':
          state.stretch = n(0) / 100;
          break;
        case 'TL':
          state.leading = n(0);
          break;
        case 'Ts':
          state.rise = n(0);
          break;
        case 'Tm':
          moveTo([n(0), n(1), n(2), n(3), n(4), n(5)]);
          break;
        case 'Td':
        case 'TD':
          if (operator === 'TD') state.leading = -n(1);
          moveTo(multiply([1, 0, 0, 1, n(0), n(1)], line));
          break;
        case 'T*':
          moveTo(multiply([1, 0, 0, 1, 0, -state.leading], line));
          break;
        case 'Tj':
          show(operands[0]);
          break;
        case "'":
        case '"':
          if (operator === '"') [state.word, state.character] = [n(0), n(1)];
          moveTo(multiply([1, 0, 0, 1, 0, -state.leading], line));
          show(operands.at(-1));
          break;
        case 'TJ':
          for (const item of Array.isArray(operands[0]) ? (operands[0] as readonly Operand[]) : [])
            if (typeof item === 'number') {
              const shift = (Math.abs(item) / 1000) * Math.abs(state.size * state.stretch);
              if (item > 0) low -= shift;
              else high += shift;
            } else show(item);
          break;
        default:
          this.boxes.push(EVERYWHERE);
          return;
      }
    }
    if (depth === 0 && path !== undefined && clipping) this.boxes.push(EVERYWHERE);
  }

  #add(box: Box, clip: Box): undefined {
    const shown = cut(box, clip);
    if (shown[0] >= shown[2] || shown[1] >= shown[3]) return;
    this.boxes.push(shown);
    if (this.boxes.length > MAX_BOXES) this.boxes = united(this.boxes);
  }

  #resource(resources: PdfObject, kind: string, name: Operand): PdfObject {
    const named = resources instanceof PdfDict ? this.#doc.resolve(resources.get(kind)) : null;
    return named instanceof PdfDict && typeof name === 'string' ? this.#doc.resolve(named.get(name.slice(1))) : null;
  }

  /** Only what makes white visible, draws by itself, or sets a font. */
  #graphicsState(state: State, dict: PdfObject): void {
    if (!(dict instanceof PdfDict)) return;
    const mode = this.#doc.resolve(dict.get('BM'));
    if (mode !== null) state.blended = !isName(mode, 'Normal') && !isName(mode, 'Compatible');
    const width = this.#doc.resolve(dict.get('LW'));
    if (typeof width === 'number') state.lineWidth = Math.abs(width);
    const font = this.#doc.resolve(dict.get('Font'));
    if (font instanceof PdfArray) {
      const size = this.#doc.resolve(font.items[1]);
      state.font = this.#font(this.#doc.resolve(font.items[0]));
      state.size = typeof size === 'number' ? size : 0;
    }
  }

  #external(object: PdfObject, outer: PdfObject, state: State, depth: number): undefined {
    if (!(object instanceof PdfStream)) return;
    const doc = this.#doc;
    if (!isName(doc.resolve(object.dict.get('Subtype')), 'Form')) {
      this.#add(unitSquare(state.matrix), state.clip);
      return;
    }
    const matrix = numbersOf(doc, object.dict.get('Matrix'), 6) ?? IDENTITY;
    const bbox = numbersOf(doc, object.dict.get('BBox'), 4);
    const inner = multiply(matrix as unknown as Matrix, state.matrix);
    const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = bbox ?? [];
    const frame =
      bbox === undefined
        ? EVERYWHERE
        : around([apply(inner, x1, y1), apply(inner, x2, y1), apply(inner, x1, y2), apply(inner, x2, y2)]);
    if (depth >= MAX_FORM_DEPTH) return this.#add(frame, state.clip);
    const resources = doc.resolve(object.dict.get('Resources')) ?? outer;
    this.run(
      decodeStream(doc, object),
      resources,
      { ...state, matrix: inner, clip: cut(state.clip, frame) },
      depth + 1,
    );
  }

  #font(dict: PdfObject): Widths {
    if (!(dict instanceof PdfDict)) return undefined;
    if (!this.#fonts.has(dict)) this.#fonts.set(dict, widthsOf(this.#doc, dict));
    return this.#fonts.get(dict);
  }
}

/** Widths of the glyphs (§9.2.4, §9.7.4.3); nothing below a quarter of an em, so that a lying font hides little. */
function widthsOf(doc: PdfDocument, font: PdfDict): Widths {
  const type = doc.resolve(font.get('Subtype'));
  if (isName(type, 'Type3')) return undefined;
  if (isName(type, 'Type0')) {
    const encoding = doc.resolve(font.get('Encoding'));
    const name = encoding instanceof PdfName ? encoding.value : '';
    const wide = /^Identity-|UCS2|UTF16/.test(name);
    const descendants = doc.resolve(font.get('DescendantFonts'));
    const descendant = descendants instanceof PdfArray ? doc.resolve(descendants.items[0]) : null;
    const given = descendant instanceof PdfDict ? doc.resolve(descendant.get('DW')) : null;
    let widest = Math.max(1000, typeof given === 'number' ? given : 1000);
    const visit = (object: PdfObject, depth: number): void => {
      const value = doc.resolve(object);
      if (value instanceof PdfArray && depth < 2) {
        // In `first last width` and `first [widths]` the codes are the bigger numbers: only arrays and every third count.
        value.items.forEach((item, i) => {
          const inner = doc.resolve(item);
          if (inner instanceof PdfArray) visit(inner, depth + 1);
          else if (typeof inner === 'number' && depth === 1) widest = Math.max(widest, inner);
          else if (typeof inner === 'number' && i > 1 && inner <= 4000) widest = Math.max(widest, inner);
        });
      }
    };
    visit(descendant instanceof PdfDict ? (descendant.get('W') ?? null) : null, 0);
    return {
      widest: (text) => ((wide ? Math.ceil(text.length / 2) : text.length) * Math.min(widest, 4000)) / 1000,
      vertical: /-V$/.test(name) || !(encoding instanceof PdfName),
    };
  }
  const list = doc.resolve(font.get('Widths'));
  const first = doc.resolve(font.get('FirstChar'));
  const descriptor = doc.resolve(font.get('FontDescriptor'));
  const missing = descriptor instanceof PdfDict ? doc.resolve(descriptor.get('MissingWidth')) : null;
  const other = typeof missing === 'number' && list instanceof PdfArray ? missing : 1000;
  const widths = list instanceof PdfArray ? list.items.slice(0, 256).map((item) => doc.resolve(item)) : [];
  const widthOf = (code: number): number => {
    const width = widths[code - (typeof first === 'number' ? first : 0)];
    return Math.max(250, typeof width === 'number' ? width : other);
  };
  return { widest: (text) => text.reduce((sum, code) => sum + widthOf(code), 0) / 1000, vertical: false };
}

function numbersOf(doc: PdfDocument, object: PdfObject | undefined, count: number): readonly number[] | undefined {
  const array = doc.resolve(object);
  const numbers = array instanceof PdfArray ? array.items.map((item) => doc.resolve(item)) : [];
  return numbers.length === count && numbers.every((value) => typeof value === 'number')
    ? (numbers as number[])
    : undefined;
}

const apply = ([a, b, c, d, e, f]: Matrix, x: number, y: number): readonly [number, number] => [
  a * x + c * y + e,
  b * x + d * y + f,
];

/** First `m`, then `then`. */
function multiply(m: Matrix, then: Matrix): Matrix {
  const [a, b, c, d, e, f] = m;
  const [A, B, C, D, E, F] = then;
  return [a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F];
}

/** Each two neighbours in one box. */
const united = (boxes: readonly Box[]): Box[] =>
  boxes.flatMap((a, i) => {
    if (i % 2 === 1) return [];
    const b = boxes[i + 1] ?? a;
    return [[Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])] as const];
  });

const scaleOf = ([a, b, c, d]: Matrix): number => Math.max(Math.hypot(a, b), Math.hypot(c, d));
const grown = ([l, b, r, t]: Box, by: number): Box => [l - by, b - by, r + by, t + by];
const unitSquare = (matrix: Matrix): Box =>
  around([apply(matrix, 0, 0), apply(matrix, 1, 0), apply(matrix, 0, 1), apply(matrix, 1, 1)]);

function around(points: readonly (readonly [number, number])[]): Box {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const box: Box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  return box.every(Number.isFinite) ? box : EVERYWHERE;
}

function cut(a: Box, b: Box): Box {
  const box: Box = [Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])];
  if (!box.every(Number.isFinite)) return EVERYWHERE;
  return box[0] <= box[2] && box[1] <= box[3] ? box : NOWHERE;
}
