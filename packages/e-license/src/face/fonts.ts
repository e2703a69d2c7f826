import { characterName, type Font, openFont } from '@gov/e-seal/picture/font';
import { GovError } from '@gov/verdict';
import { hasTrueTypeOutlines } from './subset.js';

/** Fonts that one character is looked up in, at most. */
export const FACE_FONTS_MAX = 8;

/**
 * The fonts of licence faces (照面字体), opened once and handed to every `drawFace`. Each must have TrueType outlines (`.ttf`,
 * or the first font of a `.ttc`). A character is drawn with the first font that has it.
 */
export class FaceFonts {
  /** Of the title; the text fonts follow. */
  readonly title: readonly Font[];
  /** Of all other text, in the order in which a character is looked up. */
  readonly text: readonly Font[];

  /**
   * @param font the font of the text
   * @param options `title`: the title's font, where it is another; `fallbacks`: where rare name characters (生僻字) come from
   * @throws GovError `input-too-large`, `input-malformed`; `invalid-argument` for a font without TrueType outlines
   */
  constructor(
    font: Uint8Array,
    { title, fallbacks = [] }: { readonly title?: Uint8Array; readonly fallbacks?: readonly Uint8Array[] } = {},
  ) {
    if (fallbacks.length > FACE_FONTS_MAX - 2) {
      throw new GovError('limit-exceeded', `a face has at most ${FACE_FONTS_MAX - 2} fallback fonts`);
    }
    this.text = [font, ...fallbacks].map(open);
    this.title = title === undefined ? this.text : [open(title), ...this.text];
  }
}

/** A character as it will be drawn. */
export interface FaceCharacter {
  readonly font: Font;
  readonly glyph: number;
  readonly text: string;
  /** In em. */
  readonly advance: number;
}

/** @throws GovError `glyph-missing` naming the first character that no font draws */
export function charactersOf(text: string, fonts: readonly Font[]): FaceCharacter[] {
  return Array.from(text, (character) => {
    const codePoint = character.codePointAt(0) ?? 0;
    for (const font of fonts) {
      const glyph = font.glyph(codePoint);
      if (glyph === undefined) continue;
      // Some fonts map characters that they lack to an empty glyph: nothing but a space may be blank.
      if (!SPACES.includes(character) && font.outline(glyph).length === 0) continue;
      return { font, glyph, text: character, advance: font.advance(glyph) };
    }
    throw new GovError('glyph-missing', `no font of the face draws ${characterName(character)}`);
  });
}

const SPACES = [' ', '\u00a0', '\u3000'];

function open(bytes: Uint8Array): Font {
  const font = openFont(bytes);
  if (!hasTrueTypeOutlines(bytes)) {
    throw new GovError('invalid-argument', `a licence face needs a font with TrueType outlines, ${font.name} has none`);
  }
  return font;
}
