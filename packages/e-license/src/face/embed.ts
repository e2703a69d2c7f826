/** Fonts as a page carries them (字体嵌入): cut down to the characters drawn, each with a code of its own. */
import type { Font } from '@gov/e-seal/picture/font';
import { type NewPdfFile, PdfArray, PdfDict, PdfName, type PdfRef, PdfStream, PdfString } from '@gov/pdf';
import { compress } from '#backend/compress';
import type { FaceCharacter } from './fonts.js';
import { fontMetrics, subsetTrueType } from './subset.js';

/** The characters that pages draw with one font, and their codes in content streams (two bytes each). */
export class FontSubset {
  readonly #font: Font;
  readonly #codes = new Map<string, number>();
  readonly #characters: FaceCharacter[] = [];
  #parts: SubsetParts | undefined;

  constructor(font: Font) {
    this.#font = font;
  }

  get unused(): boolean {
    return this.#characters.length === 0;
  }

  has({ text }: FaceCharacter): boolean {
    return this.#codes.has(text);
  }

  /** Code of a character, as four hexadecimal digits; a character that is new is added. */
  encode(character: FaceCharacter): string {
    let code = this.#codes.get(character.text);
    if (code === undefined) {
      this.#characters.push(character);
      code = this.#characters.length;
      this.#codes.set(character.text, code);
      this.#parts = undefined;
    }
    return hex4(code);
  }

  /** Type 0 font over a CIDFontType2 with Identity-H (ISO 32000-2 9.7): code = CID = glyph of the subset. */
  embed(file: NewPdfFile): PdfRef {
    this.#parts ??= this.#make();
    const { name, fontFile, descriptor, widths, toUnicode } = this.#parts;
    const descendant = PdfDict.of({
      Type: new PdfName('Font'),
      Subtype: new PdfName('CIDFontType2'),
      BaseFont: name,
      CIDSystemInfo: PdfDict.of({
        Registry: PdfString.text('Adobe'),
        Ordering: PdfString.text('Identity'),
        Supplement: 0,
      }),
      CIDToGIDMap: new PdfName('Identity'),
      FontDescriptor: file.add(descriptor.with('FontFile2', file.add(fontFile))),
      W: widths,
    });
    return file.add(
      PdfDict.of({
        Type: new PdfName('Font'),
        Subtype: new PdfName('Type0'),
        BaseFont: name,
        Encoding: new PdfName('Identity-H'),
        DescendantFonts: new PdfArray([file.add(descendant)]),
        ToUnicode: file.add(toUnicode),
      }),
    );
  }

  #make(): SubsetParts {
    const cut = subsetTrueType(
      this.#font.bytes,
      this.#characters.map(({ glyph }) => glyph),
    );
    const { bbox, ascent, descent } = fontMetrics(this.#font.bytes);
    const name = new PdfName(`${this.#tag()}+${this.#font.name}`);
    return {
      name,
      fontFile: compressedStream(cut, { Length1: cut.length }),
      descriptor: PdfDict.of({
        Type: new PdfName('FontDescriptor'),
        FontName: name,
        Flags: 4,
        FontBBox: new PdfArray(bbox.map(thousandths)),
        ItalicAngle: 0,
        Ascent: thousandths(ascent),
        Descent: thousandths(descent),
        CapHeight: thousandths(ascent),
        StemV: 80,
      }),
      widths: new PdfArray([1, new PdfArray(this.#characters.map(({ advance }) => thousandths(advance)))]),
      toUnicode: compressedStream(new TextEncoder().encode(this.#toUnicode())),
    };
  }

  /** ISO 32000-2 9.10.3; at most 100 pairs in one block. */
  #toUnicode(): string {
    const pairs = this.#characters.map(({ text }, i) => `<${hex4(i + 1)}> <${utf16(text)}>`);
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

/** What does not depend on the file that a subset goes into: made once for many. */
interface SubsetParts {
  readonly name: PdfName;
  readonly fontFile: PdfStream;
  readonly descriptor: PdfDict;
  readonly widths: PdfArray;
  readonly toUnicode: PdfStream;
}

/**
 * The subsets of one page. A line is drawn with the shared subset of its font where that has every character of it, and with
 * the page's own otherwise: the shared ones are cut and compressed once for many pages.
 */
export class PageFonts {
  readonly #shared: ReadonlyMap<Font, FontSubset>;
  readonly #own: ReadonlyMap<Font, FontSubset>;
  readonly #used = new Map<FontSubset, string>();

  constructor(fonts: readonly Font[], shared: ReadonlyMap<Font, FontSubset>) {
    this.#shared = shared;
    this.#own = new Map(fonts.map((font) => [font, new FontSubset(font)]));
  }

  /** Operators that show a line: `/F0 4.8 Tf <00010002> Tj …`. */
  show(characters: readonly FaceCharacter[], size: number): string {
    const subsets = new Map<Font, FontSubset>();
    for (const { font } of characters) {
      if (subsets.has(font)) continue;
      const shared = this.#shared.get(font);
      const whole = shared !== undefined && characters.every((one) => one.font !== font || shared.has(one));
      subsets.set(font, whole ? shared : (this.#own.get(font) as FontSubset));
    }
    const operators: string[] = [];
    let run: { readonly subset: FontSubset; codes: string } | undefined;
    const flush = () =>
      run !== undefined && operators.push(`/${this.#nameOf(run.subset)} ${size} Tf <${run.codes}> Tj`);
    for (const character of characters) {
      const subset = subsets.get(character.font) as FontSubset;
      if (run?.subset !== subset) {
        flush();
        run = { subset, codes: '' };
      }
      run.codes += subset.encode(character);
    }
    flush();
    return operators.join(' ');
  }

  /** /Font of the page's resources. */
  embed(file: NewPdfFile): PdfDict {
    return PdfDict.of(Object.fromEntries([...this.#used].map(([subset, name]) => [name, subset.embed(file)])));
  }

  #nameOf(subset: FontSubset): string {
    const name = this.#used.get(subset) ?? `F${this.#used.size}`;
    this.#used.set(subset, name);
    return name;
  }
}

/** The subsets of fonts with which these texts are drawn. */
export function sharedSubsets(texts: readonly (readonly FaceCharacter[])[]): ReadonlyMap<Font, FontSubset> {
  const subsets = new Map<Font, FontSubset>();
  for (const character of texts.flat()) {
    const subset = subsets.get(character.font) ?? new FontSubset(character.font);
    subsets.set(character.font, subset);
    subset.encode(character);
  }
  return subsets;
}

/** A stream with FlateDecode. */
export function compressedStream(
  bytes: Uint8Array,
  entries: Readonly<Record<string, Parameters<typeof PdfDict.of>[0][string]>> = {},
): PdfStream {
  return new PdfStream(PdfDict.of({ ...entries, Filter: new PdfName('FlateDecode') }), compress(bytes));
}

function utf16(text: string): string {
  let hex = '';
  for (let i = 0; i < text.length; i++) hex += hex4(text.charCodeAt(i));
  return hex;
}

function hex4(code: number): string {
  return code.toString(16).toUpperCase().padStart(4, '0');
}

function thousandths(em: number): number {
  return Math.round(em * 1000);
}
