/** TimeStampReq (时间戳请求, RFC 3161 2.4.1, GB/T 20520). */
import { context, type DerMode, der, readDer, Tag } from '@gov/der';
import { GovError } from '@gov/verdict';
import type { Extension } from '../certificate.js';
import { asTimestamp, readExtensions, TIMESTAMP_LIMITS } from './encoding.js';
import { type MessageImprint, readImprint, type Stamped, writeImprint } from './imprint.js';

export interface TimestampRequest {
  readonly imprint: MessageImprint;
  /** OID: the policy that is asked for. */
  readonly policy?: string;
  /** A number that the answer must repeat. */
  readonly nonce?: bigint;
  /** The answer shall bring the certificate of the authority. */
  readonly certReq: boolean;
  /** By OID. */
  readonly extensions: ReadonlyMap<string, Extension>;
}

export type TimestampRequestOptions = Stamped & {
  /** OID. */
  readonly policy?: string;
  /** What `timestampNonce` answers; an answer without one may be an old one. */
  readonly nonce?: bigint;
  /** Default true: a token without certificate can be verified by few. */
  readonly certReq?: boolean;
};

/**
 * Writes a request, DER.
 *
 * @throws GovError `invalid-argument` for a digest of the wrong length, or what is no OID
 * @example
 * import { createTimestampRequest, timestampNonce } from '@gov/pki/timestamp';
 * const request = createTimestampRequest({ content: message, hash: 'SM3', nonce: timestampNonce() });
 */
export function createTimestampRequest(options: TimestampRequestOptions): Uint8Array {
  const { policy, nonce, certReq = true } = options;
  return der.sequence(
    der.integer(1),
    writeImprint(options),
    ...(policy === undefined ? [] : [der.oid(policy)]),
    ...(nonce === undefined ? [] : [der.integer(nonce)]),
    ...(certReq ? [der.boolean(true)] : []),
  );
}

/**
 * Reads a request.
 *
 * @throws GovError `timestamp-malformed`, `input-too-large`
 */
export function readTimestampRequest(bytes: Uint8Array, mode: DerMode = 'lenient'): TimestampRequest {
  return asTimestamp('timestamp request', bytes, TIMESTAMP_LIMITS.requestBytes, () => {
    const fields = readDer(bytes, { mode }).children(Tag.sequence);
    const version = fields.next(Tag.integer).smallInteger();
    if (version !== 1) throw new GovError('timestamp-malformed', `timestamp request of version ${version}`);
    const imprint = readImprint(fields.next(Tag.sequence));
    const policy = fields.optional(Tag.oid)?.oid();
    const nonce = fields.optional(Tag.integer)?.integer();
    const flag = fields.optional(Tag.boolean);
    const certReq = flag?.boolean() ?? false;
    if (!certReq) flag?.defaultEncoded();
    const extensions = readExtensions(fields.optional(context(0)));
    fields.end();
    return {
      imprint,
      ...(policy === undefined ? {} : { policy }),
      ...(nonce === undefined ? {} : { nonce }),
      certReq,
      extensions,
    };
  });
}

/** 64 random bits (RFC 3161 2.4.1). */
export const timestampNonce = (): bigint => crypto.getRandomValues(new BigUint64Array(1))[0]!;
