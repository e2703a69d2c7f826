import type { Font } from '@gov/e-seal/picture/font';
import { zlibSync } from 'fflate';
import { type PDFContext, PDFHexString, type PDFRef, PDFString } from 'pdf-lib';
import type { FaceCharacter } from './fonts.js';
import { fontMetrics, subsetTrueType } from './subset.js';

/** The characters that one page draws with one font, and their codes in the content stream (two bytes each). */
export class UsedFont {
  /** Resource name on the page. */
  readonly name: string;
  readonly #font: Font;
  readonly #codes = new Map<string, number>();
  readonly #characters: FaceCharacter[] = [];

  constructor(name: string, font: Font) {
    this.name = name;
    this.#font = font;
  }

  get unused(): boolean {
    return this.#characters.length === 0;
  }

  /** Code of a character, as four hexadecimal digits. */
  encode(character: FaceCharacter): string {
    let code = this.#codes.get(character.text);
    if (code === undefined) {
      this.#characters.push(character);
      code = this.#characters.length;
      this.#codes.set(character.text, code);
    }
    return hex4(code);
  }

  /** Type 0 font over a CIDFontType2 with Identity-H (ISO 32000-2 9.7): code = CID = glyph of the subset. */
  embed(context: PDFContext): PDFRef {
    const glyphs = this.#characters.map(({ glyph }) => glyph);
    const { bbox, ascent, descent } = fontMetrics(this.#font.bytes);
    const file = subsetTrueType(this.#font.bytes, glyphs);
    const name = `${this.#tag()}+${this.#font.name}`;
    const fontFile = compressed(context, file, { Length1: file.length });
    const descriptor = context.register(
      context.obj({
        Type: 'FontDescriptor',
        FontName: name,
        Flags: 4,
        FontBBox: bbox.map(thousandths),
        ItalicAngle: 0,
        Ascent: thousandths(ascent),
        Descent: thousandths(descent),
        CapHeight: thousandths(ascent),
        StemV: 80,
        FontFile2: fontFile,
      }),
    );
    const descendant = context.register(
      context.obj({
        Type: 'Font',
        Subtype: 'CIDFontType2',
        BaseFont: name,
        CIDSystemInfo: { Registry: PDFString.of('Adobe'), Ordering: PDFString.of('Identity'), Supplement: 0 },
        CIDToGIDMap: 'Identity',
        FontDescriptor: descriptor,
        W: [1, this.#characters.map(({ advance }) => thousandths(advance))],
      }),
    );
    const toUnicode = compressed(context, new TextEncoder().encode(this.#toUnicode()));
    return context.register(
      context.obj({
        Type: 'Font',
        Subtype: 'Type0',
        BaseFont: name,
        Encoding: 'Identity-H',
        DescendantFonts: [descendant],
        ToUnicode: toUnicode,
      }),
    );
  }

  /** ISO 32000-2 9.10.3; at most 100 pairs in one block. */
  #toUnicode(): string {
    const pairs = this.#characters.map(
      ({ text }, i) => `<${hex4(i + 1)}> ${PDFHexString.fromText(text).toString().replace('FEFF', '')}`,
    );
    const blocks: string[] = [];
    for (let i = 0; i < pairs.length; i += 100) {
      const block = pairs.slice(i, i + 100);
      blocks.push(`${block.length} beginbfchar`, ...block, 'endbfchar');
    }
    return [
      '/CIDInit /ProcSet findresource begin',
      '12 dict begin',
      'begincmap',
      '/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def',
      '/CMapName /Adobe-Identity-UCS def',
      '/CMapType 2 def',
      '1 begincodespacerange',
      '<0000> <FFFF>',
      'endcodespacerange',
      ...blocks,
      'endcmap',
      'CMapName currentdict /CMap defineresource pop',
      'end',
      'end',
    ].join('\n');
  }

  /** Six letters that tell subsets of one font apart (ISO 32000-2 9.9.2): a hash (FNV-1a) of the characters. */
  #tag(): string {
    let hash = 0x811c9dc5;
    for (const { text } of this.#characters) hash = Math.imul(hash ^ (text.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    return Array.from({ length: 6 }, (_, i) => String.fromCharCode(65 + (Math.floor(hash / 26 ** i) % 26))).join('');
  }
}

/** A stream with FlateDecode: fflate takes a third of the time of the pako inside pdf-lib, which was most of a face's. */
export function compressed(context: PDFContext, bytes: Uint8Array, entries: Record<string, number> = {}): PDFRef {
  return context.register(context.stream(zlibSync(bytes), { ...entries, Filter: 'FlateDecode' }));
}

function hex4(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, '0');
}

function thousandths(em: number): number {
  return Math.round(em * 1000);
}
