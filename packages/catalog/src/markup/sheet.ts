/** The reference of a sheet to the drawing of its comments (工作表中的批注引用): all else of the sheet stays. */
import { GovError } from '@gov/verdict';
import { attribute, type Tag, tagsOf } from './xml.js';

const RELATIONSHIPS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** What comes behind `legacyDrawing` in a sheet (CT_Worksheet, ECMA-376-1 18.3.1.99). */
const BEHIND: readonly string[] = [
  'legacyDrawingHF',
  'drawingHF',
  'picture',
  'oleObjects',
  'controls',
  'webPublishItems',
  'tableParts',
  'extLst',
];

/** The end of a sheet, behind its rows. */
interface SheetTail {
  /** Relationship of its drawing of comments, where it has one. */
  readonly drawing: string | undefined;
  /** The sheet with a reference to such a drawing. */
  with(relationship: string): Uint8Array;
}

/** Only what follows the rows is looked at: they may be a hundred megabytes. @throws GovError `table-malformed`, `table-unsupported` */
export function sheetTail(bytes: Uint8Array): SheetTail {
  const start = rowsEnd(bytes);
  const tail = new TextDecoder().decode(bytes.subarray(start));
  if (/<!|]]>|-->/.test(tail)) throw new GovError('table-unsupported', 'a sheet with CDATA or comments in its XML');
  const { drawing, place, prefix } = placeIn(tail);
  return {
    drawing: drawing === undefined ? undefined : attribute(drawing, 'id'),
    with(relationship) {
      const inserted = `<${prefix}legacyDrawing xmlns:r="${RELATIONSHIPS}" r:id="${relationship}"/>`;
      const patched = new TextEncoder().encode(tail.slice(0, place) + inserted + tail.slice(place));
      const made = new Uint8Array(start + patched.length);
      made.set(bytes.subarray(0, start));
      made.set(patched, start);
      return made;
    },
  };
}

/** `sheetData`, blanks, and the end of its tag. */
const LONGEST_END = 64;

/** Behind the last `sheetData`: in the text of a cell there is no `<`. */
function rowsEnd(bytes: Uint8Array): number {
  const word = new TextEncoder().encode('sheetData');
  for (let at = bytes.lastIndexOf(word[0]!); at >= 0; at = bytes.lastIndexOf(word[0]!, at - 1)) {
    if (!word.every((byte, index) => bytes[at + index] === byte)) continue;
    const end = bytes.subarray(at, at + LONGEST_END).indexOf(0x3e);
    if (end !== -1 && isTag(bytes, at, at + end)) return at + end + 1;
    if (at === 0) break;
  }
  throw new GovError('table-malformed', 'a sheet without rows');
}

/** `</x:sheetData>` or `<sheetData/>`. */
function isTag(bytes: Uint8Array, at: number, end: number): boolean {
  const before = new TextDecoder().decode(bytes.subarray(Math.max(0, at - 40), at));
  const after = new TextDecoder().decode(bytes.subarray(at + 9, end));
  return /<\/(?:[\w.-]+:)?$/.test(before)
    ? /^\s*$/.test(after)
    : /<(?:[\w.-]+:)?$/.test(before) && /^\s*\/$/.test(after);
}

function placeIn(tail: string): { readonly drawing: Tag | undefined; readonly place: number; readonly prefix: string } {
  let depth = 0;
  let place: number | undefined;
  let drawing: Tag | undefined;
  /** Where a choice begins whose inside decides what it is. */
  let choice: number | undefined;
  for (const tag of tagsOf(tail)) {
    if (depth === 0) {
      if (tag.local === 'legacyDrawing') drawing = tag;
      if (BEHIND.includes(tag.local)) place ??= tag.from;
      if (tag.local === 'AlternateContent') choice = tag.from;
      if (tag.type === 'close') {
        const prefix = tag.name.slice(0, tag.name.length - tag.local.length);
        return { drawing, place: place ?? tag.from, prefix };
      }
    } else if (choice !== undefined && (tag.local === 'controls' || tag.local === 'oleObjects')) place ??= choice;
    if (tag.type === 'open') depth++;
    else if (tag.type === 'close') depth--;
    if (depth === 0) choice = undefined;
  }
  throw new GovError('table-malformed', 'a sheet without an end');
}
