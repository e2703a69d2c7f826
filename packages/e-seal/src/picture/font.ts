import { GovError } from '@gov/verdict';
import { create, type Font as ParsedFont } from 'fontkitten';

/** Limits on a font file (字体文件); a font of every CJK character is 10 to 30 MB. */
export const FONT_LIMITS = {
  /** Bytes of the file. */
  bytes: 64 * 1024 * 1024,
  /** Drawing commands of one glyph; the densest ideographs have about 400. */
  outlineCommands: 20_000,
} as const;

/** One step of an outline, in em (1 = the font size), y upwards. */
export interface OutlineCommand {
  readonly op: 'M' | 'L' | 'Q' | 'C' | 'Z';
  /** Coordinate pairs: none for `Z`, one for `M` and `L`, two for `Q`, three for `C`. */
  readonly points: readonly number[];
}

/** An opened font (字体). Opening takes about a millisecond and glyphs are decoded on use: open once, hand it to every call. */
export interface Font {
  /** The file, as given: what is embedded in a PDF is cut from it. */
  readonly bytes: Uint8Array;
  /** PostScript name, ASCII. */
  readonly name: string;
  /**
   * Number of the glyph for a code point; `undefined` where the font has none, and for what cannot be drawn one
   * character at a time: controls, combining marks, and scripts whose letters must be shaped (Arabic, Mongolian, Tibetan …).
   */
  glyph(codePoint: number): number | undefined;
  /** Advance width of a glyph in em. */
  advance(glyph: number): number;
  /** Outline of a glyph; empty for a space. */
  outline(glyph: number): readonly OutlineCommand[];
}

// Drawn glyph by glyph from left to right, these would come out as something else than what was written.
const NOT_ONE_BY_ONE =
  /[\p{C}\p{M}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Mongolian}\p{Script=Tibetan}\p{Script=Phags_Pa}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

const SFNT_VERSIONS = [0x00010000, 0x74727565, 0x4f54544f, 0x74746366];

const OPS = { moveTo: 'M', lineTo: 'L', quadraticCurveTo: 'Q', bezierCurveTo: 'C', closePath: 'Z' } as const;

/**
 * Opens a TrueType or OpenType font; of a collection (.ttc, such as SimSun 宋体) the first font.
 *
 * @throws GovError `input-too-large`, `input-malformed`
 */
export function openFont(bytes: Uint8Array): Font {
  if (bytes.length > FONT_LIMITS.bytes) {
    throw new GovError(
      'input-too-large',
      `a font file has at most ${FONT_LIMITS.bytes} bytes, this one ${bytes.length}`,
    );
  }
  const version = bytes.length < 12 ? 0 : new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0);
  if (!SFNT_VERSIONS.includes(version)) {
    throw new GovError('input-malformed', 'not a TrueType or OpenType font');
  }
  const { parsed, name, em } = reading(() => {
    // The parser's types ask for a Buffer; it only reads it as a Uint8Array.
    const opened = create(bytes as Parameters<typeof create>[0]);
    const first = opened.isCollection ? opened.fonts[0] : opened;
    if (first === undefined || !(first.unitsPerEm >= 16 && first.unitsPerEm <= 16384)) {
      throw new GovError('input-malformed', 'the font has no usable head table');
    }
    first.hasGlyphForCodePoint(0x20);
    return { parsed: first, name: asciiName(first), em: first.unitsPerEm };
  });
  return {
    bytes,
    name,
    glyph(codePoint) {
      if (codePoint > 0x10ffff || NOT_ONE_BY_ONE.test(String.fromCodePoint(codePoint))) return undefined;
      return reading(() =>
        parsed.hasGlyphForCodePoint(codePoint) ? parsed.glyphForCodePoint(codePoint).id || undefined : undefined,
      );
    },
    advance: (glyph) => reading(() => finite(parsed.getGlyph(glyph).advanceWidth / em)),
    outline: (glyph) =>
      reading(() => {
        const { commands } = parsed.getGlyph(glyph).path;
        if (commands.length > FONT_LIMITS.outlineCommands) {
          throw new GovError('input-malformed', `glyph ${glyph} has ${commands.length} drawing commands`);
        }
        return commands.map(({ command, args }) => ({ op: OPS[command], points: args.map((v) => finite(v / em)) }));
      }),
  };
}

/** What messages call a character: itself and its code point; controls and blanks by code point alone. */
export function characterName(character: string): string {
  const point = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return /^[\p{C}\p{Z}\p{M}]/u.test(character) ? point : `${character} ${point}`;
}

function asciiName(font: ParsedFont): string {
  const name = (font.postscriptName ?? '').replace(/[^A-Za-z0-9-]/g, '').slice(0, 63);
  return name === '' ? 'Font' : name;
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new GovError('input-malformed', 'a number in the font is missing');
  return value;
}

/** The parser answers a broken font with whatever its tables run into: out-of-range reads, undefined, deep recursion. */
function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof GovError) throw cause;
    throw new GovError('input-malformed', 'the font cannot be read', { cause });
  }
}
