/** What the document as a whole says of itself: forms, attachments, encryption, two readings of one cross-reference. */
import { embeddedFiles } from '../attachment.js';
import type { PdfDocument } from '../document.js';
import { entryIn, numbersIn, type XrefEntry } from '../internal/xref.js';
import { PdfDict } from '../object.js';
import type { SayHazard } from './place.js';

export function documentHazards(doc: PdfDocument, say: SayHazard): void {
  const form = doc.resolve(doc.catalog.get('AcroForm'));
  if (form instanceof PdfDict) {
    if (form.has('XFA')) say('hazard-xfa', {}, 'some readers show another form than the pages hold');
    if (doc.resolve(form.get('NeedAppearances')) === true)
      say('hazard-need-appearances', {}, 'the viewer draws the fields anew from their values');
  }
  if (doc.repaired) say('hazard-repaired', {}, 'what it holds was found by going through the file');
  encryption(doc, say);
  hybrid(doc, say);
  for (const { name, ref } of embeddedFiles(doc)) say('hazard-embedded-file', { object: ref.number }, `“${name}”`);
}

function encryption({ encryption }: PdfDocument, say: SayHazard): void {
  if (encryption === undefined) return;
  const { method, keyBits, role, permissions } = encryption;
  const forbidden = Object.entries(permissions).flatMap(([name, permitted]) => (permitted ? [] : [name]));
  const forbids = forbidden.length === 0 ? '' : `; it forbids its users: ${forbidden.join(', ')}`;
  say('hazard-encrypted', {}, `${method}, ${keyBits} bits, opened as ${role}${forbids}`);
}

/** A reader of the table alone, and one that reads the hidden stream as well (§7.5.8.4): do they see the same objects? */
function hybrid(doc: PdfDocument, say: SayHazard): void {
  for (const { index } of doc.revisions)
    for (const section of doc.sectionsOf(index)) {
      if (section.hidden === undefined) continue;
      const table = { ...section, hidden: undefined };
      let hidden = 0;
      let contrary = 0;
      for (const number of numbersIn(section.hidden)) {
        const [own, other] = [entryIn(table, number), entryIn(section.hidden, number)];
        if (!isInUse(other) || sameObjectEntry(own, other)) continue;
        if (isInUse(own)) contrary++;
        else hidden++;
      }
      const seen =
        contrary > 0
          ? `${contrary} objects are defined differently for the two kinds of readers`
          : hidden > 0
            ? `${hidden} objects are hidden from readers that know no cross-reference streams`
            : 'the two readings agree';
      say('hazard-hybrid', {}, seen);
    }
}

const isInUse = (entry: XrefEntry | undefined): boolean => entry !== undefined && entry.type !== 'free';

const sameObjectEntry = (a: XrefEntry | undefined, b: XrefEntry | undefined): boolean =>
  a?.type === 'offset' && b?.type === 'offset'
    ? a.offset === b.offset && a.generation === b.generation
    : a?.type === 'compressed' && b?.type === 'compressed' && a.stream === b.stream && a.index === b.index;
