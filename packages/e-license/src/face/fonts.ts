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
  /** In the order in which a character is looked up: the title's font, where it is another, then those of the text. */
  readonly fonts: readonly Font[];
  readonly #text: Lookup;
  readonly #title: Lookup;

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
    const text = [font, ...fallbacks].map(open);
    this.#text = { fonts: text, known: new Map() };
    this.#title = title === undefined ? this.#text : { fonts: [open(title), ...text], known: new Map() };
    this.fonts = this.#title.fonts;
  }

  /** @throws GovError `glyph-missing` naming the first character that no font draws */
  charactersOf(text: string, use: 'text' | 'title' = 'text'): FaceCharacter[] {
    const lookup = use === 'text' ? this.#text : this.#title;
    return Array.from(text, (character) => {
      const known = lookup.known.get(character) ?? characterOf(character, lookup.fonts);
      lookup.known.set(character, known);
      return known;
    });
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

/** Characters that were drawn before: finding a glyph and decoding its outline takes longer than all else on a page. */
interface Lookup {
  readonly fonts: readonly Font[];
  readonly known: Map<string, FaceCharacter>;
}

const SPACES = [' ', '\u00a0', '\u3000'];

function characterOf(character: string, fonts: readonly Font[]): FaceCharacter {
  const codePoint = character.codePointAt(0) ?? 0;
  for (const font of fonts) {
    const glyph = font.glyph(codePoint);
    if (glyph === undefined) continue;
    // Some fonts map characters that they lack to an empty glyph: nothing but a space may be blank.
    if (!SPACES.includes(character) && font.outline(glyph).length === 0) continue;
    return { font, glyph, text: character, advance: font.advance(glyph) };
  }
  throw new GovError('glyph-missing', `no font of the face draws ${characterName(character)}`);
}

function open(bytes: Uint8Array): Font {
  const font = openFont(bytes);
  if (!hasTrueTypeOutlines(bytes)) {
    throw new GovError('invalid-argument', `a licence face needs a font with TrueType outlines, ${font.name} has none`);
  }
  return font;
}
