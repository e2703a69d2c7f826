/** One signature of a PDF, judged by what it is. */
import type { PdfDocument, PdfSignature } from '@gov/pdf';
import type { SigningTime, VerificationOptions } from '@gov/pki';
import type { Finding } from '@gov/verdict';
import { examineCms } from './cms.js';
import { type ContentsShape, shapeOf } from './contents.js';
import { examineTimestamp } from './document-timestamp.js';
import { broken, type Judged } from './judged.js';
import { examineSeal } from './ses.js';
import { mismatchFinding, subFilterOf, unknownFinding } from './sub-filter.js';
import type { ValidationData } from './validation-data.js';

/** What the rest of the document says about one signature. */
interface Surroundings {
  /** Proved by the document timestamps behind it. */
  readonly existedBy: SigningTime | undefined;
  readonly validationData: ValidationData | undefined;
  /** One of those timestamps covers the validation data, too. */
  readonly archived: boolean;
}

/** Whether it is to be judged before the others, because it may prove their time. */
export const isDocumentTimestamp = (signature: PdfSignature): boolean => subFilterOf(signature) === 'timestamp';

export async function examine(
  doc: PdfDocument,
  signature: PdfSignature,
  { existedBy, validationData, archived }: Surroundings,
  options: VerificationOptions,
): Promise<Judged> {
  const { contents } = signature;
  const subFilter = subFilterOf(signature);
  if (contents === undefined || contents.every((octet) => octet === 0)) {
    const detail = contents === undefined ? 'no string /Contents in the dictionary' : `${contents.length} zero octets`;
    return broken(signature, 'unknown', 'signature-empty', detail);
  }
  const shape = shapeOf(contents);
  if (shape === 'seal') return examineSeal(doc, signature, contents, existedBy, options);
  if (subFilter === undefined) return unknown(signature, unknownFinding(signature));
  if (shape === 'other') return broken(signature, 'unknown', 'format-malformed', misfit(shape));
  switch (subFilter) {
    case 'seal':
      // It says neither what the digest is of nor where it stands: nothing to go by.
      return unknown(signature, mismatchFinding(signature, misfit(shape)));
    case 'timestamp':
      return examineTimestamp(doc, signature, contents, existedBy, options);
    default:
      return examineCms(doc, signature, contents, { subFilter, existedBy, validationData, archived }, options);
  }
}

const unknown = (signature: PdfSignature, finding: Finding): Judged => ({
  signature,
  type: 'unknown',
  findings: [finding],
});

const misfit = (shape: Exclude<ContentsShape, 'seal'>): string =>
  shape === 'cms' ? 'the value is a CMS message' : 'the value is no signature of any kind';
