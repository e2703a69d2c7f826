/**
 * `@gov/token/cose`: single-signer COSE messages (COSE_Sign1, RFC 9052 4.2) with SM2 or ECDSA.
 *
 * @example
 * import { readSign1, verifySign1 } from '@gov/token/cose';
 *
 * const message = readSign1(bytes, { profile: 'strict' });
 * const genuine = await verifySign1(message, verifier);
 *
 * @packageDocumentation
 */
import type { SignatureAlgorithm, Signer, Verifier } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { type CborLimits, type CborProfile, type CborValue, decodeCbor, encodeCbor, Tagged } from './cbor.js';

/** A header parameter label (头参数标签, RFC 9052 1.5). */
export type CoseLabel = number | string;

/** Header parameters by label (RFC 9052 3). */
export type CoseHeaders = ReadonlyMap<CoseLabel, CborValue>;

/** Labels of the common header parameters (RFC 9052 3.1). */
export const COSE_HEADER = { alg: 1, crit: 2, contentType: 3, kid: 4 } as const;

/** CBOR tag of COSE_Sign1 (RFC 9052 2). */
export const COSE_SIGN1_TAG = 18;

/** Tags that may stand around tag 18: itself, CWT (RFC 8392 6) and self-described CBOR (RFC 8949 3.4.6). */
const OUTER_TAGS: readonly (number | bigint)[] = [COSE_SIGN1_TAG, 61, 55799];

const EMPTY = new Uint8Array(0);

/**
 * The COSE algorithm identifier (算法标识) of a signature algorithm, `undefined` where COSE has none here. No number is
 * registered for SM2: −65537 is for private use and means SM2 with SM3 (GB/T 32918.2) over Sig_structure, default
 * distinguishing identifier, raw r‖s. The others are RFC 9053 2.1; each is bound to its curve.
 */
export function coseAlgorithm(algorithm: SignatureAlgorithm): number | undefined {
  switch (algorithm) {
    case 'SM2-SM3':
      return -65537;
    case 'ECDSA-P256-SHA256':
      return -7;
    case 'ECDSA-P384-SHA384':
      return -35;
    case 'ECDSA-P521-SHA512':
      return -36;
    default:
      return undefined;
  }
}

export interface Sign1Content {
  /** Signed header parameters; `alg` is added from the signer. */
  readonly protected?: CoseHeaders;
  /** Header parameters that anybody can change: hints only. */
  readonly unprotected?: CoseHeaders;
  readonly payload: Uint8Array;
  /** Bytes that are signed but not carried (外部附加数据, RFC 9052 4.3); empty unless given. */
  readonly externalAad?: Uint8Array;
}

/** A COSE_Sign1 message as it was received; nothing in it is verified yet. */
export interface Sign1 {
  /** Tags around the message, the outermost first: `[18]` as RFC 9052 writes it, `[]` untagged, `[61, 18]` a CWT. */
  readonly tags: readonly number[];
  /** The protected header exactly as received. */
  readonly protectedBytes: Uint8Array;
  readonly protected: CoseHeaders;
  /** Not signed. An `alg` that stands here only is accepted by the reader: a profile that minds has to look. */
  readonly unprotected: CoseHeaders;
  /** `null`: detached, carried elsewhere. */
  readonly payload: Uint8Array | null;
  readonly signature: Uint8Array;
}

export interface ReadSign1Options {
  readonly profile: CborProfile;
  readonly limits?: Partial<CborLimits>;
  /** Labels beyond `alg`, `crit`, content type and `kid` that the caller processes, and `crit` may therefore name. */
  readonly understood?: readonly CoseLabel[];
}

export interface VerifySign1Options {
  readonly externalAad?: Uint8Array;
  /** The payload of a message that carries none. */
  readonly detachedPayload?: Uint8Array;
}

/**
 * Signs a payload and writes a COSE_Sign1 message with tag 18 in deterministic CBOR.
 *
 * @throws GovError `algorithm-unsupported` where COSE has no identifier for the signer's algorithm; `invalid-argument`
 * for headers no reader would accept: an `alg` that is not the signer's or not protected, a label in both headers, a
 * `crit` outside the protected header or naming what is not in it.
 */
export async function encodeSign1(content: Sign1Content, signer: Signer): Promise<Uint8Array> {
  const { payload, unprotected = new Map(), externalAad = EMPTY } = content;
  const algorithm = coseAlgorithm(signer.algorithm);
  if (algorithm === undefined) {
    throw new GovError('algorithm-unsupported', `COSE has no identifier here for ${signer.algorithm}`);
  }
  const stated = content.protected?.get(COSE_HEADER.alg) ?? algorithm;
  if (stated !== algorithm)
    throw new GovError('invalid-argument', 'alg in the header is not the algorithm of the signer');
  const signed: CoseHeaders = new Map(content.protected).set(COSE_HEADER.alg, algorithm);
  const labels = [...signed.keys(), ...unprotected.keys()];
  const problem = headerProblem(signed, unprotected, labels);
  if (problem !== undefined) throw new GovError('invalid-argument', `COSE header: ${problem}`);
  const protectedBytes = encodeCbor(signed);
  const signature = await signer.sign(encodeSigStructure(protectedBytes, externalAad, payload));
  return encodeCbor(new Tagged(COSE_SIGN1_TAG, [protectedBytes, unprotected, payload, signature]));
}

/**
 * Reads a COSE_Sign1 message: with tag 18, without a tag, or with one more tag around it (18, 61 or 55799), with a
 * protected header that may be empty. `profile` is that of the CBOR of the message and its protected header. Byte
 * strings are views into `bytes`, which must not change before the message is verified and used.
 *
 * @throws GovError `cbor-malformed`, `input-too-large`; `cose-malformed` for anything else that is not such a message,
 * a label in both headers (RFC 9052 3), and a `crit` that is empty, unprotected, names a label not understood or one
 * absent from the protected header (3.1).
 */
export function readSign1(bytes: Uint8Array, { profile, limits, understood = [] }: ReadSign1Options): Sign1 {
  const cbor = { profile, ...(limits === undefined ? {} : { limits }) };
  const tags: number[] = [];
  let item = decodeCbor(bytes, cbor);
  while (item instanceof Tagged) {
    if (!OUTER_TAGS.includes(item.tag) || tags.length === 2) throw malformed('a tag that is not COSE_Sign1');
    tags.push(item.tag as number);
    item = item.value;
  }
  if (tags.length > 0 && tags.at(-1) !== COSE_SIGN1_TAG) throw malformed('a tag that is not COSE_Sign1');
  if (!Array.isArray(item) || item.length !== 4) throw malformed('not an array of four');
  const [protectedBytes, unprotected, payload, signature] = item as readonly CborValue[];
  if (!(protectedBytes instanceof Uint8Array)) throw malformed('the protected header is not a byte string');
  if (!(payload instanceof Uint8Array || payload === null)) throw malformed('the payload is neither bytes nor null');
  if (!(signature instanceof Uint8Array)) throw malformed('the signature is not a byte string');
  const signed = readHeaders(protectedBytes.length === 0 ? new Map() : decodeCbor(protectedBytes, cbor));
  const unsigned = readHeaders(unprotected);
  const problem = headerProblem(signed, unsigned, [...Object.values(COSE_HEADER), ...understood]);
  if (problem !== undefined) throw malformed(problem);
  return { tags, protectedBytes, protected: signed, unprotected: unsigned, payload, signature };
}

/**
 * The bytes that are signed (Sig_structure, RFC 9052 4.4), context `Signature1`. The protected header goes in exactly
 * as received, save that an empty map becomes the zero-length string, as 4.4 asks.
 *
 * @throws GovError `cose-malformed` when the message carries no payload and none is given, or carries one and another
 * is given: which of the two was signed is not for a verifier to guess.
 */
export function sigStructure(
  message: Sign1,
  externalAad: Uint8Array = EMPTY,
  detachedPayload?: Uint8Array | undefined,
): Uint8Array {
  if (message.payload !== null && detachedPayload !== undefined)
    throw malformed('a payload inside and another outside');
  const payload = message.payload ?? detachedPayload;
  if (payload === undefined) throw malformed('the payload is detached and was not given');
  return encodeSigStructure(message.protected.size === 0 ? EMPTY : message.protectedBytes, externalAad, payload);
}

/**
 * Verifies the signature (验签). The algorithm is that of the verifier's key, never chosen by the message; a message
 * that states another one, or none, does not verify.
 *
 * @throws GovError `cose-malformed` as `sigStructure` does.
 */
export async function verifySign1(
  message: Sign1,
  verifier: Verifier,
  { externalAad, detachedPayload }: VerifySign1Options = {},
): Promise<boolean> {
  const signed = sigStructure(message, externalAad, detachedPayload);
  const stated = message.protected.get(COSE_HEADER.alg) ?? message.unprotected.get(COSE_HEADER.alg);
  const expected = coseAlgorithm(verifier.algorithm);
  return expected !== undefined && stated === expected && verifier.verify(signed, message.signature);
}

const encodeSigStructure = (protectedBytes: Uint8Array, externalAad: Uint8Array, payload: Uint8Array): Uint8Array =>
  encodeCbor(['Signature1', protectedBytes, externalAad, payload]);

function readHeaders(value: CborValue): CoseHeaders {
  if (!(value instanceof Map)) throw malformed('a header is not a map');
  for (const label of value.keys()) {
    if (typeof label !== 'string' && !Number.isSafeInteger(label))
      throw malformed('a label is neither integer nor text');
  }
  const alg = value.get(COSE_HEADER.alg);
  if (value.has(COSE_HEADER.alg) && typeof alg !== 'string' && !Number.isSafeInteger(alg)) {
    throw malformed('alg is neither integer nor text');
  }
  if (value.has(COSE_HEADER.kid) && !(value.get(COSE_HEADER.kid) instanceof Uint8Array)) {
    throw malformed('kid is not a byte string');
  }
  return value;
}

/** What RFC 9052 3 and 3.1 forbid between the two headers. */
function headerProblem(
  signed: CoseHeaders,
  unsigned: CoseHeaders,
  understood: readonly CoseLabel[],
): string | undefined {
  for (const label of unsigned.keys()) {
    if (signed.has(label)) return `label ${label} in both headers`;
  }
  if (unsigned.has(COSE_HEADER.crit)) return 'crit is not protected';
  if (!signed.has(COSE_HEADER.crit)) return undefined;
  const crit = signed.get(COSE_HEADER.crit);
  if (!Array.isArray(crit) || crit.length === 0) return 'crit is not a list of labels';
  for (const label of crit as readonly CborValue[]) {
    if (!understood.includes(label as CoseLabel)) return 'crit names a label that is not understood';
    if (!signed.has(label as CoseLabel)) return 'crit names a label that is not protected';
  }
  return undefined;
}

const malformed = (why: string): GovError => new GovError('cose-malformed', `COSE_Sign1: ${why}`);
