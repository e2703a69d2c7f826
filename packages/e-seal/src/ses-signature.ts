/**
 * The seal signature (电子签章数据, SES_Signature, GB/T 38540-2020 7): a seal bound to the digest of a document by the
 * one who used it.
 */
import { context, der, readDer, readDerPrefix, Tag } from '@gov/der';
import { type Certificate, signatureOid, signatureValue } from '@gov/pki';
import { type Signer, sameBytes } from '@gov/sm';
import { GovError } from '@gov/verdict';
import {
  asSeal,
  type ExtensionData,
  mayUseSeal,
  readExtensions,
  readSealElement,
  SEAL_LIMITS,
  type Seal,
  type SealDeviation,
  type SealProfile,
} from './seal.js';
import { stampedContent } from './timestamp.js';

/** SES_Signature. */
export interface SesSignature {
  /** As received, DER, without what may follow it in a padded field. */
  readonly bytes: Uint8Array;
  readonly version: 4 | 5;
  /** TBS_Sign as received: what was signed. */
  readonly toSign: Uint8Array;
  readonly seal: Seal;
  /** timeInfo: when the signer says it was signed. */
  readonly time: Date;
  /** SM3 of the protected bytes. */
  readonly dataHash: Uint8Array;
  /** propertyInfo: what the signature belongs to, in the signer's words; never judged by. */
  readonly propertyInfo: string;
  readonly extensions: readonly ExtensionData[];
  /** The signer's certificate, DER. */
  readonly certificate: Uint8Array;
  /** OID. */
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
  readonly timeStamp?: Uint8Array;
  readonly deviations: readonly SealDeviation[];
}

/**
 * Reads a seal signature. With `padded`, bytes after the DER value are left to the caller, who must look at them.
 *
 * @throws GovError `seal-malformed`, `input-too-large`
 */
export function readSesSignature(
  bytes: Uint8Array,
  options: { readonly profile?: SealProfile; readonly padded?: boolean } = {},
): SesSignature {
  if (bytes.length > 2 * SEAL_LIMITS.maxBytes)
    throw new GovError('input-too-large', `seal signature of ${bytes.length} bytes`);
  const mode = options.profile ?? 'lenient';
  return asSeal(() => {
    const element = options.padded === true ? readDerPrefix(bytes, { mode }) : readDer(bytes, { mode });
    const fields = element.children(Tag.sequence);
    const toSign = fields.next(Tag.sequence);
    const certificate = fields.next(Tag.octetString).octets();
    const signatureAlgorithm = fields.next(Tag.oid).oid();
    const signature = fields.next(Tag.bitString).bitOctets();
    const timeStamp = fields.optional(context(0))?.inner(Tag.bitString).bitOctets();
    fields.end();

    const parts = toSign.children();
    const version = parts.next(Tag.integer).smallInteger();
    if (version !== 4 && version !== 5) {
      throw new GovError('seal-malformed', `not a seal signature: version ${version} is not read`);
    }
    const own: SealDeviation[] = [];
    const seal = readSealElement(parts.next(Tag.sequence), mode, own);
    const time = parts.next(Tag.generalizedTime).time();
    const dataHash = parts.next(Tag.bitString).bitOctets();
    const propertyInfo = parts.next(Tag.ia5String).text();
    const extensions = parts.optional(context(0))?.inner(Tag.sequence);
    parts.end();
    return {
      bytes: element.raw,
      version,
      toSign: toSign.raw,
      seal,
      time,
      dataHash,
      propertyInfo,
      extensions: extensions === undefined ? [] : readExtensions(extensions),
      certificate,
      signatureAlgorithm,
      signature,
      ...(timeStamp === undefined ? {} : { timeStamp }),
      deviations: [...element.deviations, ...own],
    };
  });
}

export interface SesSignatureOptions {
  readonly seal: Seal;
  /** The signer's certificate; it must be in the seal's list. */
  readonly certificate: Certificate;
  readonly signer: Signer;
  /** timeInfo; seconds count. */
  readonly time: Date;
  /** SM3 of the protected bytes, 32 bytes. */
  readonly dataHash: Uint8Array;
  readonly propertyInfo: string;
  /** Answers a timestamp token on the signature value, DER: what `requestTimestamp` of `@gov/pki/timestamp` gives. */
  readonly timestamp?: (signature: Uint8Array) => Promise<Uint8Array>;
}

/** Size of a timestamp token with its certificates that room is kept for, bytes. */
export const SES_TIMESTAMP_MAX_BYTES = 16 * 1024;

/**
 * Refuses to seal what nobody could verify.
 *
 * @throws GovError `key-mismatch` where the key is not the certificate's, `signer-not-in-seal`; `seal-expired`,
 *   `seal-not-yet-valid`, `certificate-expired`, `certificate-not-yet-valid` at that time; `invalid-argument` for no date
 */
export function assertUsable(seal: Seal, certificate: Certificate, signer: Signer, time: Date): void {
  if (!sameBytes(signer.publicKey, certificate.publicKey)) {
    throw new GovError('key-mismatch', 'the key does not belong to the certificate');
  }
  if (!mayUseSeal(seal, certificate.bytes)) {
    throw new GovError('signer-not-in-seal', 'the certificate is not in the list of those who may use the seal');
  }
  if (Number.isNaN(time.getTime())) throw new GovError('invalid-argument', 'the signing time is no date');
  const moment = wholeSeconds(time);
  const validity = `the seal is valid ${iso(seal.validFrom)} to ${iso(seal.validTo)}, not at ${iso(moment)}`;
  if (moment < seal.validFrom) throw new GovError('seal-not-yet-valid', validity);
  if (moment > seal.validTo) throw new GovError('seal-expired', validity);
  assertCertified(certificate, time);
}

/** @throws GovError `certificate-expired`, `certificate-not-yet-valid` at that time; `invalid-argument` for no date */
export function assertCertified({ notBefore, notAfter }: Certificate, time: Date): void {
  if (Number.isNaN(time.getTime())) throw new GovError('invalid-argument', 'the signing time is no date');
  const moment = wholeSeconds(time);
  const certified = `the signer's certificate is valid ${iso(notBefore)} to ${iso(notAfter)}, not at ${iso(moment)}`;
  if (moment < notBefore) throw new GovError('certificate-not-yet-valid', certified);
  if (moment > notAfter) throw new GovError('certificate-expired', certified);
}

/** What GeneralizedTime will say. */
const wholeSeconds = (time: Date): Date => new Date(Math.floor(time.getTime() / 1000) * 1000);

const iso = (date: Date): string => date.toISOString();

/**
 * Signs a document's digest with a seal (签章), version 4.
 *
 * @throws GovError `invalid-argument` for a digest of another length; `limit-exceeded` for a timestamp past
 *   `SES_TIMESTAMP_MAX_BYTES`; what `timestamp` throws
 */
export async function signSes(options: SesSignatureOptions): Promise<Uint8Array> {
  if (options.dataHash.length !== 32) throw new GovError('invalid-argument', 'an SM3 digest has 32 bytes');
  const toSign = der.sequence(
    der.integer(4),
    options.seal.bytes,
    der.generalizedTime(options.time),
    der.bitString(options.dataHash),
    der.ia5String(options.propertyInfo),
  );
  const signature = await signatureValue(toSign, options.signer);
  const timeStamp = await options.timestamp?.(stampedContent({ signature }));
  if (timeStamp !== undefined && timeStamp.length > SES_TIMESTAMP_MAX_BYTES)
    throw new GovError('limit-exceeded', `timestamp of ${timeStamp.length} bytes, at most ${SES_TIMESTAMP_MAX_BYTES}`);
  return assemble(options, toSign, signature, timeStamp);
}

/** The most bytes that `signSes` can answer for these options; a signature's integers vary by a few bytes. */
export function sesSignatureSize(options: Omit<SesSignatureOptions, 'dataHash'>): number {
  const toSign = der.sequence(
    der.integer(4),
    options.seal.bytes,
    der.generalizedTime(options.time),
    der.bitString(new Uint8Array(32)),
    der.ia5String(options.propertyInfo),
  );
  const timeStamp = options.timestamp === undefined ? undefined : new Uint8Array(SES_TIMESTAMP_MAX_BYTES);
  return assemble(options, toSign, new Uint8Array(largestSignature(options.signer)), timeStamp).length;
}

/** DER of r and s with a sign octet each (SM2 and P-256: 72 bytes); an RSA value is shorter than its public key. */
export function largestSignature(signer: Pick<Signer, 'algorithm' | 'publicKey'>): number {
  const half = { 'SM2-SM3': 32, 'ECDSA-P256-SHA256': 32, 'ECDSA-P384-SHA384': 48, 'ECDSA-P521-SHA512': 66 };
  const size = (half as Record<string, number>)[signer.algorithm];
  return size === undefined ? signer.publicKey.length : der.sequence(new Uint8Array(2 * (size + 3))).length;
}

function assemble(
  options: Omit<SesSignatureOptions, 'dataHash'>,
  toSign: Uint8Array,
  signature: Uint8Array,
  timeStamp: Uint8Array | undefined,
): Uint8Array {
  return der.sequence(
    toSign,
    der.octetString(options.certificate.bytes),
    der.oid(signatureOid(options.signer.algorithm)),
    der.bitString(signature),
    ...(timeStamp === undefined ? [] : [der.explicit(0, der.bitString(timeStamp))]),
  );
}
