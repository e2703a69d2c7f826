/** What a signature covers (覆盖范围): the bytes, and whether what came later could have changed what they show. */

import type { Finding, FindingCode, Outcome } from '@gov/verdict';
import { byteRangeOf, contentsToken, type PdfByteRange } from './byte-range.js';
import { permissionOf } from './certification.js';
import { changesSince } from './changes.js';
import type { PdfDocument } from './document.js';
import { isName } from './object.js';
import { type PdfSignature, revisionEndingAt, signaturesOf } from './signature.js';

const BYTE_RANGE = 'ISO 32000-2 12.8.1';
const UPDATES = 'ISO 32000-2 7.5.6';

/**
 * The 'coverage' findings of one signature. A failed one means that something shown need not be what was signed. Whether the
 * bytes after the signature value inside `contents` are all zero is for the caller to say, who alone knows where it ends
 * (`coverage-padding`).
 *
 * @param all every signature of the document, from `signaturesOf`
 * @throws GovError what reading throws
 */
export function coverageFindings(
  doc: PdfDocument,
  signature: PdfSignature,
  all: readonly PdfSignature[] = signaturesOf(doc),
): Finding[] {
  const findings: Finding[] = [];
  const say = (outcome: Outcome, code: FindingCode, clause: string, detail: string): void => {
    findings.push({ check: 'coverage', outcome, code, clause, detail });
  };
  const range = byteRangeOf(doc, signature);
  if (range === undefined)
    say(
      'fail',
      'coverage-byte-range',
      BYTE_RANGE,
      '/ByteRange is not four direct integers inside the file, beginning with 0',
    );
  const token = contentsToken(doc, signature);
  if (token === undefined)
    say('fail', 'coverage-gap', BYTE_RANGE, '/Contents is not one direct hexadecimal string of the file');
  if (range !== undefined) {
    if (token !== undefined && (range.gapStart !== token.start || range.gapEnd !== token.end))
      say(
        'fail',
        'coverage-gap',
        BYTE_RANGE,
        `bytes ${range.gapStart} to ${range.gapEnd} are left out, /Contents is ${token.start} to ${token.end}`,
      );
    if (revisionEndingAt(doc, range.end) === undefined)
      say('fail', 'coverage-revision', BYTE_RANGE, `the signed bytes end at ${range.end}, where no revision ends`);
    for (const other of all) {
      const otherRange = other.dict === signature.dict ? undefined : byteRangeOf(doc, other);
      if (otherRange !== undefined && !nest(range, otherRange))
        say(
          'fail',
          'coverage-overlap',
          BYTE_RANGE,
          `the signed bytes cross those of the signature in field ${other.fieldName}`,
        );
    }
  }
  if (sharesDictionary(signature, all))
    say('fail', 'coverage-overlap', BYTE_RANGE, 'another field has the same signature dictionary');
  if (signature.changed)
    say(
      'fail',
      'signature-dictionary-changed',
      BYTE_RANGE,
      'the signature is not what it was in the revision it signed',
    );
  if (!signature.listed) say('fail', 'signature-dictionary-changed', BYTE_RANGE, 'the field is not listed in the form');
  trailing(doc, range, say);
  if (doc.revisions.some(({ index }) => doc.sectionsOf(index).some(({ kind }) => kind === 'hybrid')))
    say(
      'warn',
      'pdf-hybrid',
      'ISO 32000-2 7.5.8.4',
      'readers that know no cross-reference streams may see another document',
    );
  if (signature.revisionIndex !== undefined && range !== undefined)
    later(doc, signature, signature.revisionIndex, all, say);
  return findings;
}

const isTimestamp = ({ dict }: PdfSignature): boolean => isName(dict.get('Type'), 'DocTimeStamp');

type Say = (outcome: Outcome, code: FindingCode, clause: string, detail: string) => void;

/** Of two signatures the later one leaves its gap behind everything the earlier one covers. */
const nest = (a: PdfByteRange, b: PdfByteRange): boolean => a.end <= b.gapStart || b.end <= a.gapStart;

const sharesDictionary = (signature: PdfSignature, all: readonly PdfSignature[]): boolean =>
  signature.dictRef !== undefined &&
  all.filter(({ dictRef }) => dictRef?.number === signature.dictRef?.number).length > 1;

/** Bytes behind the newest revision: no object is there for us, and another reader may find one. */
function trailing(doc: PdfDocument, range: PdfByteRange | undefined, say: Say): void {
  const rest = doc.trailingBytes;
  if (rest.length === 0) return;
  const at = doc.length - rest.length;
  const blank = rest.every((byte) => byte === 0 || byte === 9 || byte === 10 || byte === 13 || byte === 32);
  if (!blank) say('fail', 'coverage-trailing-bytes', UPDATES, `${rest.length} bytes follow the last %%EOF at ${at}`);
  else if (range?.end !== doc.length)
    say(
      'warn',
      'coverage-trailing-bytes',
      UPDATES,
      `${rest.length} bytes of white space follow the last %%EOF at ${at}`,
    );
}

function later(
  doc: PdfDocument,
  signature: PdfSignature,
  revision: number,
  all: readonly PdfSignature[],
  say: Say,
): void {
  const changes = changesSince(doc, revision, all);
  if (changes.kind === 'none')
    say('pass', 'coverage-whole-file', BYTE_RANGE, 'the signature covers the whole document');
  else if (changes.kind === 'validation-data')
    say('unknown', 'coverage-validation-data', UPDATES, 'since then validation data was added');
  else if (
    changes.kind === 'signatures' &&
    permissionOf(doc, signature.dict) === 1 &&
    !changes.added.every(isTimestamp)
  )
    say(
      'fail',
      'coverage-later-change',
      'ISO 32000-2 12.8.2.2',
      'the certification permits no change, and the document was signed again',
    );
  else if (changes.kind === 'signatures')
    say(
      'pass',
      'coverage-further-signature',
      UPDATES,
      `since then only signed again: ${changes.added.map((added) => added.fieldName).join(', ')}`,
    );
  else {
    const shown = changes.changes.slice(0, 5).map(({ ref, what }) => (ref === undefined ? what : `${ref}: ${what}`));
    const more = changes.changes.length > 5 ? ` and ${changes.changes.length - 5} more` : '';
    // Which other changes are harmless is not decided here yet: what is not known to be does not pass.
    say('unknown', 'coverage-later-change', UPDATES, `${shown.join('; ')}${more}`);
  }
}
