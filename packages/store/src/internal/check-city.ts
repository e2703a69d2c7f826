/** What no store takes of city codes, whatever database is below. */
import { type DelegationEntry, type DelegationsOf, REVOKED_FOR } from '@gov/city-code/delegate';
import { bytesToHex } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { checkDate, checkKey } from './check.js';

/** As it is kept: the tag in hex digits, the end RFC 3339. */
export interface CheckedDelegation {
  readonly tag: string;
  readonly expires: string;
  readonly holder: string;
  readonly relative: string | null;
}

export function checkDelegation({ tag, expires, holder, relative }: DelegationEntry): CheckedDelegation {
  checkKey(holder, 'holder');
  if (relative !== undefined) checkKey(relative, 'relative');
  return { tag: checkTag(tag), expires: checkDate(expires, 'expires'), holder, relative: relative ?? null };
}

export function checkTag(tag: Uint8Array): string {
  return hexOf(tag, 10, 'a tag');
}

/** @returns hex digits */
export function checkDeviceKeyDigest(digest: Uint8Array): string {
  return hexOf(digest, 32, 'the digest of a device key');
}

export function checkDelegationsOf(which: DelegationsOf): void {
  if ('tag' in which) checkTag(which.tag);
  else checkKey(which.holder, 'holder');
}

/**
 * The earliest end of delegations whose codes a gate may still take.
 *
 * @param time RFC 3339, UTC
 */
export const earliestEnd = (time: string): string =>
  new Date(Math.max(Date.parse(time) - REVOKED_FOR * 1000, 0)).toISOString();

function hexOf(octets: Uint8Array, length: number, name: string): string {
  if (!(octets instanceof Uint8Array) || octets.length !== length)
    throw new GovError('invalid-argument', `${name} has ${length} octets`);
  return bytesToHex(octets);
}
