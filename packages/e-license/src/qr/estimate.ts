/** How long the text of a licence QR will be, before anything is signed. */

import { encodeBase45 } from '@gov/qr/base45';
import { encodeCbor, Tagged } from '@gov/token/cbor';
import { COSE_HEADER, COSE_SIGN1_TAG, coseAlgorithm } from '@gov/token/cose';
import { deflate } from '#backend/deflate';
import { encodeClaims, fitsClaimLimits, type LicenseClaims } from './claims.js';
import { QR_LIMITS, QR_PREFIX } from './format.js';

const KID = 8;
const SIGNATURE = 64;

/** Stand-ins tried of either kind, and the octets that a real signature may take beyond the longest: measured, see the test. */
const STAND_INS = 3;
const MARGIN = 4;

/** Octets that no other stand-in takes beyond the first one: enough to say of most claims that they fit. */
const SLACK = 40;

/** From here on an octet takes nine bits of a block with the fixed Huffman table (RFC 1951 3.2.6). */
const NINE_BITS = 144;

/**
 * Characters that the QR of these claims takes at most, whoever signs it. What is not known yet, 64 octets of signature and 8
 * of key id, is taken for what compresses worst, so that the QR as issued has the same length or is some 5 to 30 characters
 * shorter. Infinity for claims that no reader would accept (`CLAIM_LIMITS`).
 *
 * @throws GovError `invalid-argument` for a date that is none
 */
export function estimateQrText(claims: LicenseClaims): number {
  if (!fitsClaimLimits(claims)) return Number.POSITIVE_INFINITY;
  const payload = encodeClaims(claims);
  let octets = 0;
  for (const pool of poolsBeside(payload)) {
    for (let seed = 1; seed <= STAND_INS; seed++) {
      octets = Math.max(octets, deflate(messageOf(payload, standIn(seed, pool))).length);
    }
  }
  return charactersOf(octets + MARGIN);
}

const charactersOf = (octets: number): number => QR_PREFIX.length + encodeBase45(new Uint8Array(octets)).length;

/** What a payload has not: such octets make the Huffman table of a block longest; and those of nine bits in the fixed one. */
function poolsBeside(payload: Uint8Array): readonly (readonly number[])[] {
  const used = new Uint8Array(256);
  for (const octet of payload) used[octet] = 1;
  const others = [...used.keys()].filter((octet) => used[octet] === 0);
  return [others, others.filter((octet) => octet >= NINE_BITS)];
}

function messageOf(payload: Uint8Array, unknown: Uint8Array): Uint8Array {
  const header = new Map<number, number | Uint8Array>([
    [COSE_HEADER.alg, coseAlgorithm('SM2-SM3')!],
    [COSE_HEADER.kid, unknown.subarray(0, KID)],
  ]);
  return encodeCbor(new Tagged(COSE_SIGN1_TAG, [encodeCbor(header), new Map(), payload, unknown.subarray(KID)]));
}

/**
 * Whether the QR of these claims fits version 20 at level M, to be asked before anything is issued (`LicenseQrIssuer` would
 * throw `license-qr-too-large`): where it says yes it fits, where it says no it could still by a few characters.
 *
 * @throws GovError `invalid-argument` for a date that is none
 * @example
 * import { FOOD_BUSINESS as type, licenseClaims, licenseRecord, parseLicenseData } from '@gov/e-license';
 * import { qrFits } from '@gov/e-license/qr';
 * const data = parseLicenseData(json, [type]);
 * const status = { list: 4294967295, index: 1048575 };
 * const record = licenseRecord(data, { type, issuedAt: new Date(), serial: 'ZZZZZZZZZ', status });
 * qrFits(licenseClaims(record, type)); // with the longest serial and slot: true for every one
 */
export function qrFits(claims: LicenseClaims): boolean {
  if (!fitsClaimLimits(claims)) return false;
  const payload = encodeClaims(claims);
  const [pool = []] = poolsBeside(payload);
  const one = deflate(messageOf(payload, standIn(1, pool))).length;
  return charactersOf(one + SLACK) <= QR_LIMITS.issueCharacters || estimateQrText(claims) <= QR_LIMITS.issueCharacters;
}

/** Octets drawn from `pool`, each once before any comes again; the same every time (xorshift32). */
function standIn(seed: number, pool: readonly number[]): Uint8Array {
  let state = seed * 0x9e3779b1;
  let left: number[] = [];
  return Uint8Array.from({ length: KID + SIGNATURE }, () => {
    if (left.length === 0) left = [...pool];
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return left.splice((state >>> 0) % left.length, 1)[0]!;
  });
}
