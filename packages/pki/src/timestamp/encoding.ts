/** What requests, answers and tokens have in common: limits, the one error of unreadable input, extensions. */
import { type DerElement, Tag } from '@gov/der';
import { GovError, isGovError } from '@gov/verdict';
import type { Extension } from '../certificate.js';
import { readExtensionList } from '../internal/extension-list.js';

/** Sizes of what comes from outside. */
export const TIMESTAMP_LIMITS = {
  /** TimeStampReq, bytes. */
  requestBytes: 8 * 1024,
  /** TimeStampResp or token with its certificates, bytes. */
  tokenBytes: 256 * 1024,
} as const;

/** Runs a reader; whatever is no DER inside is `timestamp-malformed`. */
export function asTimestamp<T>(what: string, bytes: Uint8Array, maxBytes: number, read: () => T): T {
  if (bytes.length > maxBytes) throw new GovError('input-too-large', `${what} of ${bytes.length} bytes`);
  try {
    return read();
  } catch (error) {
    if (isGovError(error) && error.code.startsWith('der-'))
      throw new GovError('timestamp-malformed', `not a ${what}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** `[n] IMPLICIT Extensions`, by OID. */
export const readExtensions = (tagged: DerElement | undefined): ReadonlyMap<string, Extension> =>
  new Map(
    [...readExtensionList(tagged?.as(Tag.sequence))].map(([oid, { critical, value }]) => [
      oid,
      { critical, value: value.octets() },
    ]),
  );
