/** TimeStampResp (时间戳响应, RFC 3161 2.4.2). */
import { type DerElement, der, readDer, Tag } from '@gov/der';
import { GovError } from '@gov/verdict';
import { asTimestamp, TIMESTAMP_LIMITS } from './encoding.js';
import { readTimestampToken, type TimestampToken } from './token.js';

/** PKIFailureInfo: why there is no timestamp, by the number of the bit. */
const TIMESTAMP_FAILURES = {
  /** digest algorithm not known or not accepted */
  badAlg: 0,
  /** transaction not permitted or not supported */
  badRequest: 2,
  badDataFormat: 5,
  timeNotAvailable: 14,
  unacceptedPolicy: 15,
  unacceptedExtension: 16,
  addInfoNotAvailable: 17,
  systemFailure: 25,
} as const;

export type TimestampFailure = keyof typeof TIMESTAMP_FAILURES;

const STATUSES = ['granted', 'grantedWithMods', 'rejection', 'waiting', 'revocationWarning', 'revocationNotification'];

/**
 * Reads an answer and gives the token it brings.
 *
 * @throws GovError `timestamp-refused` where the authority gave none, naming its failure; `timestamp-malformed`,
 *   `input-too-large`
 */
export function readTimestampResponse(bytes: Uint8Array): TimestampToken {
  const token = asTimestamp('timestamp response', bytes, TIMESTAMP_LIMITS.tokenBytes, () => {
    const fields = readDer(bytes, { mode: 'lenient' }).children(Tag.sequence);
    const info = fields.next(Tag.sequence).children();
    const status = info.next(Tag.integer).smallInteger();
    const texts = info.optional(Tag.sequence);
    const failures = info.optional(Tag.bitString);
    info.end();
    const granted = status <= 1;
    const value = fields.optional(Tag.sequence);
    fields.end();
    // RFC 3161 2.4.2: a token where the status is 0 or 1, and only there.
    if (granted !== (value !== undefined))
      throw new GovError(
        'timestamp-malformed',
        `timestamp response of status ${status} ${value ? 'with' : 'without'} token`,
      );
    if (value === undefined) {
      const reasons = [STATUSES[status] ?? `status ${status}`, ...failureNames(failures), ...freeText(texts)];
      throw new GovError('timestamp-refused', reasons.join(', '));
    }
    return value.raw;
  });
  return readTimestampToken(token);
}

/**
 * Reads a token, or the answer that brings one: files of either kind are handed around.
 *
 * @throws GovError as `readTimestampResponse`
 */
export function readTimestamp(bytes: Uint8Array): TimestampToken {
  // A token begins with an OID, an answer with a SEQUENCE; a token may be BER, which only its own reader takes.
  return isResponse(bytes) ? readTimestampResponse(bytes) : readTimestampToken(bytes);
}

function isResponse(bytes: Uint8Array): boolean {
  try {
    return readDer(bytes, { mode: 'lenient' }).children(Tag.sequence).tag === Tag.sequence;
  } catch {
    return false;
  }
}

function failureNames(element: DerElement | undefined): string[] {
  const octets = element?.bits().octets ?? new Uint8Array(0);
  return Object.entries(TIMESTAMP_FAILURES).flatMap(([name, bit]) =>
    ((octets[bit >> 3] ?? 0) << (bit & 7)) & 0x80 ? [name] : [],
  );
}

/** PKIFreeText, the first words of it. */
const freeText = (element: DerElement | undefined): string[] =>
  (element?.children().rest() ?? []).slice(0, 4).map((text) => text.expect(Tag.utf8String).text().slice(0, 200));

/** An answer that grants a token: the form in which tools keep timestamps in files. */
export const writeTimestampResponse = (token: Uint8Array): Uint8Array =>
  der.sequence(der.sequence(der.integer(0)), token);

/** An answer that refuses one. */
export const writeTimestampRefusal = (failure: TimestampFailure, text: string): Uint8Array =>
  der.sequence(
    der.sequence(der.integer(2), der.sequence(der.utf8String(text)), der.namedBits([TIMESTAMP_FAILURES[failure]])),
  );
