/** Standard signatures as steps: the signature itself, its validation data, a timestamp on the document. */
import { der } from '@gov/der';
import { type PdfFile, type PreparedSignature, prepareSignature, prepareSignatureInField } from '@gov/pdf';
import { attributeValues, type Certificate } from '@gov/pki';
import { ATTRIBUTE_TYPE, type CmsSigner, type SignCmsOptions, signCmsDetached } from '@gov/pki/cms';
import { type SignatureAlgorithm, type Signer, sameBytes } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { assertCertified, largestSignature } from '../../ses-signature.js';
import { encodePicture } from '../appearance.js';
import { placesOf, type SealPlace } from '../place.js';
import { PDF_CMS_NAMES } from '../profile.js';
import type { PadesLevel, SignPdfOptions } from '../sign-options.js';
import { inTurns, opened, type Step, tailsOf } from './act.js';
import { documentTimestampStep } from './document-timestamp.js';
import { INVISIBLE } from './invisible.js';
import { stamped, TIMESTAMP_RESERVED_BYTES } from './timestamp-port.js';
import { validationDataStep } from './validation-data.js';

/**
 * What signing appends: the signature, then validation data (B-LT), then a document timestamp (B-LTA).
 *
 * @throws GovError as `signPdf`
 */
export const signTails = (file: PdfFile, options: SignPdfOptions): Promise<Uint8Array[]> =>
  tailsOf(file, signSteps(options));

/** What was asked for, checked and completed. */
interface SignPlan extends SignPdfOptions {
  readonly level: PadesLevel;
  readonly filter: string;
  readonly subFilter: string;
  readonly timestampBytes: number;
}

/** @throws GovError `key-mismatch`, `certificate-expired`, `certificate-not-yet-valid`, `invalid-argument` */
export function signPlan(options: SignPdfOptions): SignPlan {
  const { certificate, signer, time, timestamp, validation, level = timestamp === undefined ? 'B-B' : 'B-T' } = options;
  if (!sameBytes(signer.publicKey, certificate.publicKey))
    throw new GovError('key-mismatch', 'the key does not belong to the certificate');
  assertCertified(certificate, time);
  const national = signer.algorithm === 'SM2-SM3';
  const names = national ? PDF_CMS_NAMES.sm2 : PDF_CMS_NAMES.pades;
  const { subFilter = names.subFilter, timestampBytes = TIMESTAMP_RESERVED_BYTES } = options;
  const filter = options.filter ?? (subFilter === PDF_CMS_NAMES.sm2.subFilter ? names : PDF_CMS_NAMES.pades).filter;
  const lasting = level === 'B-LT' || level === 'B-LTA';
  if (!['B-B', 'B-T', 'B-LT', 'B-LTA'].includes(level)) throw wrong(`there is no level ${level}`);
  if (national && lasting) throw wrong('an SM2 signature goes up to B-T');
  if (lasting && subFilter !== PDF_CMS_NAMES.pades.subFilter) throw wrong(`${level} is a level of PAdES`);
  if ((level === 'B-B') !== (timestamp === undefined)) throw wrong('a timestamp makes B-T, and B-T takes a timestamp');
  if (lasting !== (validation !== undefined)) throw wrong('validation data makes B-LT, and B-LT takes validation data');
  if (subFilter === PDF_CMS_NAMES.sm2.subFilter && !national) throw wrong(`${subFilter} takes an SM2 key`);
  if (dialectOf({ ...options, subFilter }) === 'digest-as-content' && subFilter !== PDF_CMS_NAMES.sm2.subFilter)
    throw wrong(`${subFilter} has no content`);
  if (options.place === undefined && options.picture !== undefined) throw wrong('a picture needs a place');
  if (options.place !== undefined && options.picture === undefined && emptyFieldOf(options) === undefined)
    throw wrong('a place needs a picture');
  return { ...options, level, filter, subFilter, timestampBytes };
}

export function signSteps(options: SignPdfOptions): readonly Step[] {
  const plan = signPlan(options);
  const { level, validation, timestamp } = plan;
  let fieldName = '';
  return [
    async (file) => {
      const prepared = await preparedCms(file, plan);
      fieldName = prepared.fieldName;
      return prepared.tail(await signedCms(prepared, plan));
    },
    ...(validation === undefined
      ? []
      : [validationDataStep(() => ({ ...plan, ...validation, fields: [fieldName], further: plan.chain ?? [] }))]),
    ...(level === 'B-LTA' && timestamp !== undefined ? [documentTimestampStep({ ...plan, timestamp })] : []),
  ];
}

/** The field with its gap, measured by a signature that is as long as one can be. */
export async function preparedCms(file: PdfFile, plan: SignPlan): Promise<PreparedSignature> {
  const { certificate, chain = [], place, picture, findText, signal, reason, location, certify, lock, signer } = plan;
  signal?.throwIfAborted();
  const doc = opened(file, plan);
  const name = plan.name ?? commonName(certificate);
  const value = {
    filter: plan.filter,
    subFilter: plan.subFilter,
    reservedBytes: await largestCms(plan),
    signingTime: plan.time,
    ...(name === undefined ? {} : { name }),
    ...(reason === undefined ? {} : { reason }),
    ...(location === undefined ? {} : { location }),
    ...(certify === undefined ? {} : { certify }),
    ...(lock === undefined ? {} : { lock }),
  };
  const facts = {
    digestMethod: digestMethod(signer.algorithm),
    timestamped: plan.timestamp !== undefined,
    certificates: [certificate, ...chain].map(({ bytes }) => bytes),
  };
  const field = picture === undefined ? emptyFieldOf(plan) : undefined;
  if (field !== undefined) return prepareSignatureInField(doc, field, { ...value, ...facts });
  const placed =
    place === undefined || picture === undefined
      ? undefined
      : await placesOf(doc, place, {
          picture: encodePicture(picture),
          ...(findText === undefined ? {} : { findText }),
          ...(signal === undefined ? {} : { signal }),
        });
  if (placed?.kind === 'field')
    return prepareSignatureInField(doc, placed.fieldName, { ...value, ...facts, appearance: placed.appearance });
  const { fieldName, description = name } = plan;
  const [first, ...alsoOn] = placed?.widgets ?? [INVISIBLE];
  return prepareSignature(doc, {
    ...value,
    ...first,
    alsoOn,
    ...(description === undefined ? {} : { description }),
    ...(fieldName === undefined ? {} : { fieldName }),
  });
}

/** The field that is the only place: it may be signed without a picture, and then shows what it shows. */
function emptyFieldOf({ place }: Pick<SignPdfOptions, 'place'>): string | undefined {
  const only: SealPlace | undefined = [place].flat().length === 1 ? [place].flat()[0] : undefined;
  return only !== undefined && 'field' in only ? only.field : undefined;
}

/** The signature value: CMS over what the gap leaves. */
export async function signedCms(prepared: Pick<PreparedSignature, 'byteRange' | 'coveredParts'>, plan: SignPlan) {
  const [, before, , after] = prepared.byteRange;
  const pieces = inTurns(prepared.coveredParts(), before + after, 'signature', plan);
  return signCmsDetached(pieces, cmsOptions(plan, plan.signer, timestampOf(plan)));
}

type StampSignature = (signature: Uint8Array) => Promise<Uint8Array>;

function timestampOf({ timestamp, timestampBytes, signal }: SignPlan): StampSignature | undefined {
  if (timestamp === undefined) return undefined;
  return async (signature) => {
    signal?.throwIfAborted();
    return stamped(timestamp, { length: signature.length, pieces: [signature] }, timestampBytes);
  };
}

function cmsOptions(plan: SignPlan, signer: Signer, stamp: StampSignature | undefined): SignCmsOptions {
  const { certificate, chain = [], subFilter, time } = plan;
  const own: CmsSigner = {
    signer,
    certificate,
    ...(stamp === undefined
      ? {}
      : {
          unsignedAttributes: async (signature) => [
            { type: ATTRIBUTE_TYPE.signatureTimeStamp, values: [await stamp(signature)] },
          ],
        }),
  };
  const dialect = dialectOf(plan);
  return {
    signers: [own],
    dialect,
    certificates: [certificate, ...chain],
    // EN 319 142-1 6.3: in PAdES the claimed time is /M alone, and the content type is that of RFC 5652.
    ...(subFilter === PDF_CMS_NAMES.pades.subFilter ? { form: 'rfc5652' } : {}),
    ...(subFilter === PDF_CMS_NAMES.pades.subFilter || dialect === 'digest-as-content' ? {} : { signingTime: time }),
  };
}

/** Real files with `GM.sm2cms.detached` are not detached: SM3 of the bytes is their content. */
const dialectOf = ({ dialect, subFilter }: Pick<SignPdfOptions, 'dialect' | 'subFilter'>) =>
  dialect ?? (subFilter === PDF_CMS_NAMES.sm2.subFilter ? 'digest-as-content' : 'attributes');

/** The same message with a signature value of the greatest length, and as much for the timestamp as is kept for it. */
async function largestCms(plan: SignPlan): Promise<number> {
  const { signer, timestamp, timestampBytes } = plan;
  const halves = HALVES[signer.algorithm];
  const longest: Signer = {
    ...{ algorithm: signer.algorithm, publicKey: signer.publicKey },
    // Both halves with their highest bit set take an octet more in DER.
    sign: async () => new Uint8Array(halves === undefined ? largestSignature(signer) : 2 * halves).fill(0xff),
  };
  // `timestampBytes` holds the token with its header: an OCTET STRING is no shorter than what it holds.
  const stamp = timestamp && (async () => der.octetString(new Uint8Array(timestampBytes)));
  return (await signCmsDetached(new Uint8Array(0), cmsOptions(plan, longest, stamp))).length;
}

const HALVES: Partial<Record<SignatureAlgorithm, number>> = {
  'SM2-SM3': 32,
  'ECDSA-P256-SHA256': 32,
  'ECDSA-P384-SHA384': 48,
  'ECDSA-P521-SHA512': 66,
};

/** The digest's name as seed values write it. */
const digestMethod = (algorithm: SignatureAlgorithm): string =>
  algorithm === 'SM2-SM3' ? 'SM3' : `SHA${algorithm === 'Ed25519' ? '512' : algorithm.slice(-3)}`;

/** CN of the subject. */
const commonName = ({ subject }: Certificate): string | undefined => attributeValues(subject, '2.5.4.3').at(-1);

const wrong = (what: string): GovError => new GovError('invalid-argument', what);
