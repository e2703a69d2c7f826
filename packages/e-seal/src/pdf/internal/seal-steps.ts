/** Sealing as steps (签章): the seal, and the standard signature over it where one is wanted. */
import { type PdfFile, type PreparedSignature, prepareSignature, prepareSignatureInField } from '@gov/pdf';
import { Sm3 } from '@gov/sm';
import { assertUsable, SES_TIMESTAMP_MAX_BYTES, sesSignatureSize, signSes } from '../../ses-signature.js';
import type { EncodedPicture } from '../appearance.js';
import { encodePicture } from '../appearance.js';
import { placesOf } from '../place.js';
import { PDF_SEAL_NAMES } from '../profile.js';
import type { SealPdfOptions } from '../seal-options.js';
import { inTurns, opened, type Step, tailsOf } from './act.js';
import { signSteps } from './sign-steps.js';
import { stamped } from './timestamp-port.js';

/**
 * What sealing appends, one tail for each signature: `appendedFile` puts them behind the input.
 *
 * @throws GovError as `sealPdf`
 */
export const sealTails = (file: PdfFile, options: SealPdfOptions | readonly SealPdfOptions[]): Promise<Uint8Array[]> =>
  tailsOf(file, manySealSteps(options));

/** Several acts, one after another. What can be refused without the document is refused before anything is done. */
export const manySealSteps = (options: SealPdfOptions | readonly SealPdfOptions[]): readonly Step[] =>
  [options].flat().flatMap((one: SealPdfOptions) => sealSteps(one, encodePicture(one.seal.picture)));

/** @throws GovError what `assertUsable` throws */
export function sealSteps(options: SealPdfOptions, picture: EncodedPicture): readonly Step[] {
  const { seal, certificate, signer, time, dual } = options;
  assertUsable(seal, certificate, signer, time);
  const { limits, password, repair, signal, onProgress } = options;
  const shared = {
    time,
    ...(limits === undefined ? {} : { limits }),
    ...(password === undefined ? {} : { password }),
    ...(repair === undefined ? {} : { repair }),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  };
  return [
    async (file) => {
      const { prepared, signature } = await preparedSeal(file, options, picture);
      return prepared.tail(await signSes({ ...signature, dataHash: await sealedDigest(prepared, options) }));
    },
    ...(dual === undefined ? [] : signSteps({ ...dual, ...shared })),
  ];
}

/** SM3 of what the seal covers. */
export async function sealedDigest(
  prepared: Pick<PreparedSignature, 'byteRange' | 'coveredParts'>,
  options: Pick<SealPdfOptions, 'signal' | 'onProgress'>,
): Promise<Uint8Array> {
  const hash = new Sm3();
  const [, before, , after] = prepared.byteRange;
  for await (const part of inTurns(prepared.coveredParts(), before + after, 'seal', options)) hash.update(part);
  return hash.digest();
}

/** The field with its gap, and what is to be signed but for the digest. */
export async function preparedSeal(file: PdfFile, options: SealPdfOptions, picture: EncodedPicture) {
  options.signal?.throwIfAborted();
  const { seal, certificate, signer, time, timestamp, findText, signal } = options;
  const doc = opened(file, options);
  const subFilter = options.subFilter ?? PDF_SEAL_NAMES.subFilter;
  const signature = {
    seal,
    certificate,
    signer,
    time,
    propertyInfo: subFilter,
    ...(timestamp === undefined
      ? {}
      : {
          timestamp: (value: Uint8Array) =>
            stamped(timestamp, { length: value.length, pieces: [value] }, SES_TIMESTAMP_MAX_BYTES),
        }),
  };
  const placed = await placesOf(doc, options.place, {
    picture,
    ...(findText === undefined ? {} : { findText }),
    ...(signal === undefined ? {} : { signal }),
  });
  const { reason, location, certify, lock } = options;
  const value = {
    filter: options.filter ?? PDF_SEAL_NAMES.filter,
    subFilter,
    reservedBytes: sesSignatureSize(signature),
    signingTime: time,
    name: seal.name,
    ...(reason === undefined ? {} : { reason }),
    ...(location === undefined ? {} : { location }),
    ...(certify === undefined ? {} : { certify }),
    ...(lock === undefined ? {} : { lock }),
  };
  if (placed.kind === 'field') {
    const facts = { digestMethod: 'SM3', timestamped: timestamp !== undefined, certificates: [certificate.bytes] };
    const { fieldName, appearance } = placed;
    return { signature, prepared: prepareSignatureInField(doc, fieldName, { ...value, ...facts, appearance }) };
  }
  const [first, ...alsoOn] = placed.widgets;
  const { fieldName, description = seal.name } = options;
  const field = { ...first, alsoOn, description, ...(fieldName === undefined ? {} : { fieldName }) };
  return { signature, prepared: prepareSignature(doc, { ...value, ...field }) };
}
