/** Fonts that the file does not bring along (§9.9): what is shown depends on the machine that shows it. */
import type { PdfDocument } from '../document.js';
import { isName, PdfArray, PdfDict, PdfName } from '../object.js';
import type { SayHazard } from './place.js';

const SIMPLE = new Set(['Type1', 'MMType1', 'TrueType']);
const PROGRAMS = ['FontFile', 'FontFile2', 'FontFile3'];

export function fontHazard(
  doc: PdfDocument,
  dict: PdfDict,
  { page, holder }: { readonly page: number | undefined; readonly holder: number | undefined },
  say: SayHazard,
): void {
  // Fonts that no page leads to are at hand for filling fields in.
  if (page === undefined || !isName(dict.get('Type'), 'Font')) return;
  const kind = doc.resolve(dict.get('Subtype'));
  if (!(kind instanceof PdfName)) return;
  const font = SIMPLE.has(kind.value) ? dict : kind.value === 'Type0' ? descendantOf(doc, dict) : undefined;
  if (font === undefined) return;
  const descriptor = doc.resolve(font.get('FontDescriptor'));
  if (descriptor instanceof PdfDict && PROGRAMS.some((key) => descriptor.has(key))) return;
  const name = doc.resolve(dict.get('BaseFont'));
  say(
    'hazard-font-not-embedded',
    { page, object: holder },
    name instanceof PdfName ? name.value : 'a font without name',
  );
}

function descendantOf(doc: PdfDocument, dict: PdfDict): PdfDict | undefined {
  const list = doc.resolve(dict.get('DescendantFonts'));
  const font = list instanceof PdfArray ? doc.resolve(list.items[0]) : null;
  return font instanceof PdfDict ? font : undefined;
}
