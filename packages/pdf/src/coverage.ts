/** What a signature covers (覆盖范围): the bytes, and whether what came later could have changed what they show. */

import type { Finding, FindingCode, Outcome } from '@gov/verdict';
import { byteRangeOf, contentsToken, type PdfByteRange } from './byte-range.js';
import { type ChangeAnalysis, changeAnalysis } from './changes/analysis.js';
import { changeFindings } from './changes/policy.js';
import type { PdfDocument } from './document.js';
import { holdsOnly } from './file.js';
import { type PdfSignature, revisionEndingAt, signaturesOf } from './signature.js';

const BYTE_RANGE = 'ISO 32000-2 12.8.1';
const UPDATES = 'ISO 32000-2 7.5.6';

/**
 * The 'coverage' findings of one signature. A failed one means that something shown need not be what was signed. Whether the
 * bytes after the signature value inside `contents` are all zero is for the caller to say, who alone knows where it ends
 * (`coverage-padding`).
 *
 * @param all every signature of the document, from `signaturesOf`
 * @param analysis of the same document and signatures: with several signatures it spares comparing everything for each
 * @throws GovError what reading throws
 */
export function coverageFindings(
  doc: PdfDocument,
  signature: PdfSignature,
  all: readonly PdfSignature[] = signaturesOf(doc),
  analysis: ChangeAnalysis = changeAnalysis(doc, all),
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
    findings.push(...changeFindings(doc, signature.revisionIndex, all, analysis.since(signature.revisionIndex)));
  return findings;
}

type Say = (outcome: Outcome, code: FindingCode, clause: string, detail: string) => void;

/** Of two signatures the later one leaves its gap behind everything the earlier one covers. */
const nest = (a: PdfByteRange, b: PdfByteRange): boolean => a.end <= b.gapStart || b.end <= a.gapStart;

const sharesDictionary = (signature: PdfSignature, all: readonly PdfSignature[]): boolean =>
  signature.dictRef !== undefined &&
  all.filter(({ dictRef }) => dictRef?.number === signature.dictRef?.number).length > 1;

/** Bytes behind the newest revision: no object is there for us, and another reader may find one. */
function trailing(doc: PdfDocument, range: PdfByteRange | undefined, say: Say): void {
  const at = doc.revisions.at(-1)?.end ?? 0;
  const length = doc.length - at;
  if (length === 0) return;
  const blank = holdsOnly(doc.file, at, doc.length, [0, 9, 10, 13, 32]);
  if (!blank) say('fail', 'coverage-trailing-bytes', UPDATES, `${length} bytes follow the last %%EOF at ${at}`);
  else if (range?.end !== doc.length)
    say('warn', 'coverage-trailing-bytes', UPDATES, `${length} bytes of white space follow the last %%EOF at ${at}`);
}
