/**
 * Signing in two steps (两步签章): for a password machine (密码机) that is not reachable as a `Signer`, because it stands behind a
 * form, a queue or another network. Between the steps only the bytes to be signed and the signature value are handed over.
 */
import { memoryFile, type PdfFile, waitingSignature } from '@gov/pdf';
import { type Certificate, readCertificate, signatureOid, structureVerifier } from '@gov/pki';
import {
  bytesToHex,
  derToRaw,
  fromBase64url,
  readSm2PublicKey,
  type SignatureAlgorithm,
  type Signer,
  sm2Digest,
  sm3,
  toBase64url,
  type Verifier,
} from '@gov/sm';
import { GovError, isGovError } from '@gov/verdict';
import { readSeal } from '../seal.js';
import { assertUsable, signSes } from '../ses-signature.js';
import { encodePicture } from './appearance.js';
import { opened, type PdfActOptions } from './internal/act.js';
import { preparedSeal, sealedDigest } from './internal/seal-steps.js';
import { preparedCms, signedCms, signPlan } from './internal/sign-steps.js';
import type { SealPdfOptions } from './seal-options.js';
import type { SignPdfOptions } from './sign-options.js';

/** A document that waits for its signature value. */
export interface PendingPdf {
  /** The document with its gap, not signed yet: of no use but for the second step. */
  readonly document: Uint8Array;
  /** What is to be signed, as a `Signer` gets it: the machine hashes it. */
  readonly toSign: Uint8Array;
  /** SM2 alone: e = SM3(ZA ‖ toSign), for a machine that signs digests; the ID is the usual one. */
  readonly e?: Uint8Array;
  /** What the second step must know, JSON; no secret. It is of one version of this package and its successors. */
  readonly state: string;
}

export interface PrepareSealOptions extends Omit<SealPdfOptions, 'signer' | 'timestamp' | 'dual'> {
  /** `SM2-SM3` where not given. */
  readonly algorithm?: SignatureAlgorithm;
}

export interface PreparePdfSignatureOptions
  extends Omit<SignPdfOptions, 'signer' | 'level' | 'timestamp' | 'timestampBytes' | 'validation'> {
  readonly algorithm: SignatureAlgorithm;
}

/** Characters of a state; a seal may have 4 MiB. */
export const MAX_STATE_LENGTH = 8 * 2 ** 20;

const VERSION = 1;

/**
 * First step of sealing: all but the signature value.
 *
 * @throws GovError as `sealPdf`
 * @example
 * import { completeSeal, prepareSeal } from '@gov/e-seal/pdf';
 * const place = { page: 1, xMm: 150, yMm: 60 };
 * const pending = await prepareSeal(pdf, { seal, certificate, place, time: new Date() });
 * const value = await signer.sign(pending.toSign); // by the machine, wherever it is
 * const sealed = await completeSeal(pending, value);
 */
export async function prepareSeal(pdf: Uint8Array | PdfFile, options: PrepareSealOptions): Promise<PendingPdf> {
  const { seal, certificate, time, algorithm = 'SM2-SM3' } = options;
  const asked = recorder(certificate, algorithm);
  assertUsable(seal, certificate, asked.signer, time);
  const own = { ...options, signer: asked.signer };
  const { signature, prepared } = await preparedSeal(fileOf(pdf), own, encodePicture(seal.picture));
  await signSes({ ...signature, dataHash: await sealedDigest(prepared, options) });
  return pending(prepared.finish(new Uint8Array(0)), asked, {
    kind: 'seal',
    field: prepared.fieldName,
    time: time.toISOString(),
    seal: toBase64url(seal.bytes),
    propertyInfo: signature.propertyInfo,
  });
}

/**
 * First step of signing: CMS, or PAdES B-B; `timestampPdf` and `addValidationData` make more of it afterwards.
 *
 * @throws GovError as `signPdf`
 * @example
 * import { completePdfSignature, preparePdfSignature } from '@gov/e-seal/pdf';
 * const algorithm = 'RSA-PKCS1-SHA256';
 * const pending = await preparePdfSignature(pdf, { certificate, algorithm, time: new Date() });
 */
export async function preparePdfSignature(
  pdf: Uint8Array | PdfFile,
  options: PreparePdfSignatureOptions,
): Promise<PendingPdf> {
  const asked = recorder(options.certificate, options.algorithm);
  const plan = signPlan({ ...options, signer: asked.signer });
  const prepared = await preparedCms(fileOf(pdf), plan);
  await signedCms(prepared, plan);
  return pending(prepared.finish(new Uint8Array(0)), asked, {
    kind: 'cms',
    field: prepared.fieldName,
    time: plan.time.toISOString(),
    subFilter: plan.subFilter,
    ...(plan.dialect === undefined ? {} : { dialect: plan.dialect }),
    chain: (plan.chain ?? []).map(({ bytes }) => toBase64url(bytes)),
  });
}

/**
 * Second step of sealing: puts the seal signature with this value into the gap. Nothing else of the document changes.
 *
 * @param signatureValue SM2 and ECDSA: r ‖ s, or DER
 * @throws GovError `pdf-file-changed` for a document that is not the one that was prepared; `key-mismatch` for a value that was
 *   not made with the certificate's key over what was to be signed; `invalid-argument` for a state of something else
 */
export async function completeSeal(
  { document, state }: Pick<PendingPdf, 'document' | 'state'>,
  signatureValue: Uint8Array,
  options: PdfActOptions = {},
): Promise<Uint8Array> {
  const known = readState(state, 'seal');
  const waiting = waitingSignature(opened(memoryFile(document), options), known.field);
  const contents = await signSes({
    seal: readSeal(bytesIn(known.seal)),
    certificate: known.certificate,
    signer: player(known, signatureValue),
    time: known.time,
    propertyInfo: textIn(known.propertyInfo),
    dataHash: await sealedDigest(waiting, options),
  });
  return waiting.finish(contents);
}

/**
 * Second step of signing.
 *
 * @param signatureValue SM2 and ECDSA: r ‖ s, or DER
 * @throws GovError as `completeSeal`
 */
export async function completePdfSignature(
  { document, state }: Pick<PendingPdf, 'document' | 'state'>,
  signatureValue: Uint8Array,
  options: PdfActOptions = {},
): Promise<Uint8Array> {
  const known = readState(state, 'cms');
  const { certificate, time, chain, dialect } = known;
  const waiting = waitingSignature(opened(memoryFile(document), options), known.field);
  const plan = signPlan({
    ...options,
    ...{ certificate, time, signer: player(known, signatureValue), subFilter: textIn(known.subFilter) },
    chain: (Array.isArray(chain) ? chain : [undefined]).map((one) => readCertificate(bytesIn(one))),
    ...(dialect === 'attributes' || dialect === 'digest-as-content' ? { dialect } : {}),
  });
  return waiting.finish(await signedCms(waiting, plan));
}

const fileOf = (pdf: Uint8Array | PdfFile): PdfFile => (pdf instanceof Uint8Array ? memoryFile(pdf) : pdf);

interface Recorder {
  readonly certificate: Certificate;
  readonly signer: Signer;
  toSign: Uint8Array;
}

/** Stands where the signer would, and notes what it is asked to sign. */
function recorder(certificate: Certificate, algorithm: SignatureAlgorithm): Recorder {
  const verifier = verifierOf(certificate, algorithm);
  const noted: Recorder = {
    certificate,
    toSign: new Uint8Array(0),
    signer: {
      algorithm: verifier.algorithm,
      publicKey: certificate.publicKey,
      sign: async (message) => {
        noted.toSign = message.slice();
        return new Uint8Array(2 * halfOf(algorithm)).fill(1);
      },
    },
  };
  return noted;
}

/** Stands where the signer would, and answers the value once it is sure that it belongs to the question. */
function player({ certificate, algorithm, toSign }: State, value: Uint8Array): Signer {
  const verifier = verifierOf(certificate, algorithm);
  return {
    algorithm,
    publicKey: certificate.publicKey,
    async sign(message) {
      if (bytesToHex(sm3(message)) !== toSign)
        throw new GovError(
          'pdf-file-changed',
          'the file is not the one that was prepared: what is to be signed differs',
        );
      const half = halfOf(algorithm);
      const forms = half === 0 ? [value] : [value, derToRaw(value, half, 'lenient')];
      for (const form of forms) if (form !== undefined && (await verifier.verify(message, form))) return form;
      throw new GovError(
        'key-mismatch',
        "the signature value is not of the certificate's key over what was to be signed",
      );
    },
  };
}

/** @throws GovError `algorithm-unsupported` where key and algorithm do not go together */
function verifierOf({ publicKey }: Certificate, algorithm: SignatureAlgorithm): Verifier {
  const oid = signatureOid(algorithm);
  // As `readAlgorithm` names it.
  return structureVerifier(publicKey, algorithm.startsWith('RSA-PSS') ? `${oid} SHA-${algorithm.slice(-3)}` : oid)
    .verifier;
}

/** Octets of r and of s; 0 where a value has no halves. */
function halfOf(algorithm: SignatureAlgorithm): number {
  if (algorithm === 'SM2-SM3' || algorithm === 'ECDSA-P256-SHA256') return 32;
  if (algorithm === 'ECDSA-P384-SHA384') return 48;
  return algorithm === 'ECDSA-P521-SHA512' ? 66 : 0;
}

function pending(
  document: Uint8Array,
  { certificate, signer: { algorithm }, toSign }: Recorder,
  own: Readonly<Record<string, unknown>>,
): PendingPdf {
  const state = JSON.stringify({
    version: VERSION,
    ...own,
    algorithm,
    certificate: toBase64url(certificate.bytes),
    toSign: bytesToHex(sm3(toSign)),
  });
  const e = algorithm === 'SM2-SM3' ? sm2Digest(readSm2PublicKey(certificate.publicKey), toSign) : undefined;
  return { document, toSign, ...(e === undefined ? {} : { e }), state };
}

interface State extends Readonly<Record<string, unknown>> {
  readonly field: string;
  readonly time: Date;
  readonly algorithm: SignatureAlgorithm;
  readonly certificate: Certificate;
  /** SM3, hexadecimal. */
  readonly toSign: string;
}

function readState(text: string, kind: 'seal' | 'cms'): State {
  if (text.length > MAX_STATE_LENGTH) throw wrongState('it is too long');
  try {
    const state: unknown = JSON.parse(text);
    if (typeof state !== 'object' || state === null) throw wrongState('it is no object');
    const given = state as Record<string, unknown>;
    if (given.version !== VERSION) throw wrongState(`its version is not ${VERSION}`);
    if (given.kind !== kind) throw wrongState(`it is not of kind ${kind}`);
    const time = new Date(textIn(given.time));
    if (Number.isNaN(time.getTime())) throw wrongState('its time is none');
    const certificate = readCertificate(bytesIn(given.certificate));
    const algorithm = textIn(given.algorithm) as SignatureAlgorithm;
    verifierOf(certificate, algorithm);
    return { ...given, field: textIn(given.field), time, algorithm, certificate, toSign: textIn(given.toSign) };
  } catch (error) {
    if (isGovError(error) && error.code === 'invalid-argument') throw error;
    throw wrongState('it cannot be read', error);
  }
}

function textIn(value: unknown): string {
  if (typeof value !== 'string') throw wrongState('something is missing');
  return value;
}

function bytesIn(value: unknown): Uint8Array {
  const bytes = fromBase64url(textIn(value));
  if (bytes === undefined) throw wrongState('something is no base64url');
  return bytes;
}

const wrongState = (what: string, cause?: unknown): GovError =>
  new GovError('invalid-argument', `not a state of this step: ${what}`, cause === undefined ? {} : { cause });
