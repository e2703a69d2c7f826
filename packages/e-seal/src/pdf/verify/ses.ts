/** Seal signatures in a PDF (电子签章, GB/T 38540): SES_Signature over SM3 of the signed bytes. */
import { readDerPrefix, Tag } from '@gov/der';
import type { PdfDocument, PdfSignature } from '@gov/pdf';
import { formatName, type SigningTime, type VerificationOptions } from '@gov/pki';
import { type Finding, isGovError } from '@gov/verdict';
import { readSesSignature, type SesSignature } from '../../ses-signature.js';
import { sesSignatureFindings } from '../../verify.js';
import { paddingFindings } from './contents.js';
import { broken, type Judged } from './judged.js';
import { sm3OfSigned } from './signed-bytes.js';
import { mismatchFinding, subFilterOf, typeFindings } from './sub-filter.js';

export async function examineSeal(
  doc: PdfDocument,
  signature: PdfSignature,
  contents: Uint8Array,
  existedBy: SigningTime | undefined,
  options: VerificationOptions,
): Promise<Judged> {
  const version = olderVersion(contents);
  if (version !== undefined) {
    const detail = `version ${version}`;
    return {
      signature,
      type: 'seal',
      findings: [{ check: 'format', outcome: 'unknown', code: 'seal-version-unsupported', detail }],
    };
  }
  let ses: SesSignature;
  try {
    ses = readSesSignature(contents, { padded: true });
  } catch (error) {
    if (!isGovError(error)) throw error;
    return broken(signature, 'seal', 'format-malformed', error.message);
  }
  const judged = await sesSignatureFindings(ses, sm3OfSigned(doc, signature), options, existedBy);
  const { findings, subject, signer } = judged;
  const { value, basis } = subject.signingTime;
  return {
    signature,
    type: 'seal',
    findings: [
      ...findings,
      ...nameFindings(signature),
      ...typeFindings(signature, 'signature'),
      ...paddingFindings(contents, ses.bytes.length),
    ],
    ses,
    seal: subject,
    ...(signer === undefined ? {} : { signer, signerName: formatName(signer.subject) }),
    digestAlgorithm: 'SM3',
    claimed: ses.time,
    time: { value: new Date(value), basis },
  };
}

/** A name that nobody knows does not matter: a seal signature is read in one way only. */
function nameFindings(signature: PdfSignature): Finding[] {
  const said = subFilterOf(signature);
  return said === undefined || said === 'seal' ? [] : [mismatchFinding(signature, 'the value is a seal signature')];
}

/** GM/T 0031-2014 (versions 1 to 3): another structure, real, and not read here. */
function olderVersion(contents: Uint8Array): number | undefined {
  try {
    const fields = readDerPrefix(contents, { mode: 'lenient' }).children(Tag.sequence).next(Tag.sequence).children();
    const version = fields.next(Tag.integer).smallInteger();
    return version < 4 ? version : undefined;
  } catch (error) {
    if (isGovError(error)) return undefined;
    throw error;
  }
}
