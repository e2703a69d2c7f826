/**
 * Cutting a TrueType font down to the glyphs of one page (字体子集化). Ours, because the libraries merge characters that share a
 * glyph (U+2F08 ⼈ and U+4EBA 人 do in Noto Sans SC), after which text copied from the PDF is not the text that was drawn.
 * Here every character has a glyph of its own.
 */
import { GovError } from '@gov/verdict';

/** What a PDF must say about an embedded font, in em. */
interface FontMetrics {
  readonly bbox: readonly [number, number, number, number];
  readonly ascent: number;
  readonly descent: number;
}

interface Tables {
  table(tag: string): Uint8Array | undefined;
}

const KEPT = ['cvt ', 'fpgm', 'prep'];

const COMPONENT = { wordArguments: 0x0001, scale: 0x0008, more: 0x0020, twoScales: 0x0040, matrix: 0x0080 } as const;

/** A glyph and all its components; the deepest real fonts have a dozen. */
const COMPONENTS_MAX = 1000;

export function hasTrueTypeOutlines(font: Uint8Array): boolean {
  return reading(() => {
    const { table } = tablesOf(font);
    return ['head', 'hhea', 'maxp', 'hmtx', 'loca', 'glyf'].every((tag) => table(tag) !== undefined);
  });
}

export function fontMetrics(font: Uint8Array): FontMetrics {
  return reading(() => {
    const tables = tablesOf(font);
    const [head, hhea] = [viewOf(need(tables, 'head')), viewOf(need(tables, 'hhea'))];
    const em = head.getUint16(18);
    const [x1, y1, x2, y2] = [36, 38, 40, 42].map((at) => head.getInt16(at) / em) as [number, number, number, number];
    return { bbox: [x1, y1, x2, y2], ascent: hhea.getInt16(4) / em, descent: hhea.getInt16(6) / em };
  });
}

/**
 * A font file whose glyph 0 is `.notdef` and whose glyph i is `glyphs[i - 1]`; the same glyph may be named several times.
 * Components of composite glyphs follow.
 *
 * @throws GovError `input-malformed`
 */
export function subsetTrueType(font: Uint8Array, glyphs: readonly number[]): Uint8Array {
  return reading(() => {
    const tables = tablesOf(font);
    const source = glyphSource(tables);
    const order = [0, ...glyphs];
    const components = new Map<number, number>();
    const renumber = (old: number): number => {
      const known = components.get(old);
      if (known !== undefined) return known;
      if (components.size >= COMPONENTS_MAX) throw new GovError('input-malformed', 'the font nests too many glyphs');
      components.set(old, order.length);
      order.push(old);
      return order.length - 1;
    };
    const outlines: Uint8Array[] = [];
    for (let i = 0; i < order.length; i++) outlines.push(renumbered(source.outline(order[i] as number), renumber));
    return assemble(tables, order, outlines, source.metrics);
  });
}

function tablesOf(font: Uint8Array): Tables {
  const view = viewOf(font);
  const start = view.getUint32(0) === 0x74746366 ? view.getUint32(12) : 0;
  const directory = new Map<string, Uint8Array>();
  const count = view.getUint16(start + 4);
  for (let i = 0; i < count; i++) {
    const at = start + 12 + 16 * i;
    const tag = String.fromCharCode(...font.subarray(at, at + 4));
    const offset = view.getUint32(at + 8);
    const length = view.getUint32(at + 12);
    if (offset + length > font.length) throw new GovError('input-malformed', `table ${tag} of the font is cut off`);
    directory.set(tag, font.subarray(offset, offset + length));
  }
  return { table: (tag) => directory.get(tag) };
}

function glyphSource(tables: Tables) {
  const loca = viewOf(need(tables, 'loca'));
  const glyf = need(tables, 'glyf');
  const hmtx = viewOf(need(tables, 'hmtx'));
  const long = viewOf(need(tables, 'head')).getInt16(50) === 1;
  const wide = viewOf(need(tables, 'hhea')).getUint16(34);
  const offset = (glyph: number) => (long ? loca.getUint32(glyph * 4) : loca.getUint16(glyph * 2) * 2);
  return {
    outline(glyph: number): Uint8Array {
      const [from, to] = [offset(glyph), offset(glyph + 1)];
      if (from > to || to > glyf.length) throw new GovError('input-malformed', `glyph ${glyph} lies outside the font`);
      return glyf.subarray(from, to);
    },
    /** Advance width, then left side bearing. */
    metrics: (glyph: number): readonly [number, number] => [
      hmtx.getUint16(Math.min(glyph, wide - 1) * 4),
      glyph < wide ? hmtx.getInt16(glyph * 4 + 2) : hmtx.getInt16(wide * 4 + (glyph - wide) * 2),
    ],
  };
}

/** A composite glyph with its components' numbers replaced; a simple one as it is. */
function renumbered(outline: Uint8Array, renumber: (old: number) => number): Uint8Array {
  if (outline.length < 12 || viewOf(outline).getInt16(0) >= 0) return outline;
  const copy = copyOf(outline);
  const view = viewOf(copy);
  for (let at = 10, flags = COMPONENT.more as number; flags & COMPONENT.more; ) {
    flags = view.getUint16(at);
    view.setUint16(at + 2, renumber(view.getUint16(at + 2)));
    at += 4 + (flags & COMPONENT.wordArguments ? 4 : 2);
    if (flags & COMPONENT.scale) at += 2;
    else if (flags & COMPONENT.twoScales) at += 4;
    else if (flags & COMPONENT.matrix) at += 8;
  }
  return copy;
}

function assemble(
  tables: Tables,
  order: readonly number[],
  outlines: readonly Uint8Array[],
  metrics: (glyph: number) => readonly [number, number],
): Uint8Array {
  const count = order.length;
  const loca = new DataView(new ArrayBuffer((count + 1) * 4));
  const glyf = new Uint8Array(outlines.reduce((sum, { length }) => sum + padded(length), 0));
  const hmtx = new DataView(new ArrayBuffer(count * 4));
  let end = 0;
  for (let i = 0; i < count; i++) {
    const outline = outlines[i] as Uint8Array;
    glyf.set(outline, end);
    end += padded(outline.length);
    loca.setUint32((i + 1) * 4, end);
    const [advance, bearing] = metrics(order[i] as number);
    hmtx.setUint16(i * 4, advance);
    hmtx.setInt16(i * 4 + 2, bearing);
  }
  const head = copyOf(need(tables, 'head'));
  viewOf(head).setUint32(8, 0);
  viewOf(head).setInt16(50, 1);
  const hhea = copyOf(need(tables, 'hhea'));
  viewOf(hhea).setUint16(34, count);
  const maxp = copyOf(need(tables, 'maxp'));
  viewOf(maxp).setUint16(4, count);
  const parts = new Map<string, Uint8Array>([
    ['glyf', glyf],
    ['head', head],
    ['hhea', hhea],
    ['hmtx', new Uint8Array(hmtx.buffer)],
    ['loca', new Uint8Array(loca.buffer)],
    ['maxp', maxp],
  ]);
  for (const tag of KEPT) {
    const table = tables.table(tag);
    if (table !== undefined) parts.set(tag, table);
  }
  return fontFile([...parts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** OpenType 1.9, "Organization of an OpenType Font": directory sorted by tag, tables on four-byte boundaries, checksums. */
function fontFile(parts: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const power = 2 ** Math.floor(Math.log2(parts.length));
  const file = new Uint8Array(parts.reduce((sum, [, { length }]) => sum + padded(length), 12 + 16 * parts.length));
  const view = viewOf(file);
  view.setUint32(0, 0x00010000);
  view.setUint16(4, parts.length);
  view.setUint16(6, power * 16);
  view.setUint16(8, Math.log2(power));
  view.setUint16(10, (parts.length - power) * 16);
  let at = 12 + 16 * parts.length;
  let adjustment = 0;
  parts.forEach(([tag, bytes], i) => {
    const entry = 12 + 16 * i;
    file.set(bytes, at);
    for (let k = 0; k < 4; k++) file[entry + k] = tag.charCodeAt(k);
    view.setUint32(entry + 4, checksum(view, at, padded(bytes.length)));
    view.setUint32(entry + 8, at);
    view.setUint32(entry + 12, bytes.length);
    if (tag === 'head') adjustment = at + 8;
    at += padded(bytes.length);
  });
  view.setUint32(adjustment, 0xb1b0afba - checksum(view, 0, file.length));
  return file;
}

function checksum(view: DataView, from: number, length: number): number {
  let sum = 0;
  for (let at = from; at < from + length; at += 4) sum = (sum + view.getUint32(at)) >>> 0;
  return sum;
}

function padded(length: number): number {
  return (length + 3) & ~3;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Not `slice`: that of a Node Buffer shares the memory of the font that every later page is cut from. */
function copyOf(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes);
}

function need(tables: Tables, tag: string): Uint8Array {
  const table = tables.table(tag);
  if (table === undefined) throw new GovError('input-malformed', `the font has no table ${tag}`);
  return table;
}

/** Reads past the end of a broken font come as RangeError. */
function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof GovError) throw cause;
    throw new GovError('input-malformed', 'the font cannot be read', { cause });
  }
}
