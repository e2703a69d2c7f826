/** What a verifier keeps between editions (信任列表状态). Whoever can write it decides what is believed: keep it like the key. */
import { fromBase64url, toBase64url } from '@gov/sm';
import { isJsonObject, type JsonObject, readJsonObject } from '@gov/token/json';
import { GovError } from '@gov/verdict';

export interface TrustListState {
  readonly id: string;
  /** The highest seen. */
  readonly sequence: number;
  /** SM3 over what was signed of that edition, hexadecimal. */
  readonly digest: string;
  /** SubjectPublicKeyInfo, DER: the keys that may sign what follows. */
  readonly keys: { readonly current: Uint8Array; readonly next?: Uint8Array };
  /** SM3 over the pinned key that the chain of keys began with, hexadecimal. */
  readonly pin: string;
}

const STATE_MAX_BYTES = 65_536;

/** The state as a JSON text. */
export const writeTrustListState = ({ id, sequence, digest, keys, pin }: TrustListState): string =>
  `${JSON.stringify({
    id,
    sequence,
    digest,
    keys: {
      current: toBase64url(keys.current),
      ...(keys.next === undefined ? {} : { next: toBase64url(keys.next) }),
    },
    pin,
  })}\n`;

/**
 * Reads what `writeTrustListState` wrote. A state that was damaged is no state: to begin anew is for a person to decide.
 *
 * @throws GovError `trust-list-malformed`
 */
export function readTrustListState(text: Uint8Array): TrustListState {
  try {
    return read(readJsonObject(text, { bytes: STATE_MAX_BYTES, depth: 3, items: 32 }));
  } catch (cause) {
    if (!(cause instanceof GovError)) throw cause;
    throw new GovError('trust-list-malformed', `trust list state: ${cause.message}`, { cause });
  }
}

function read({ id, sequence, digest, keys, pin }: JsonObject): TrustListState {
  const wrong = new GovError('trust-list-malformed', 'not as it was written');
  if (typeof id !== 'string' || typeof sequence !== 'number' || !Number.isSafeInteger(sequence)) throw wrong;
  if (typeof digest !== 'string' || typeof pin !== 'string' || !isDigest(digest) || !isDigest(pin)) throw wrong;
  if (!isJsonObject(keys)) throw wrong;
  const current = octets(keys.current);
  const next = octets(keys.next);
  if (current === undefined || (keys.next !== undefined && next === undefined)) throw wrong;
  return { id, sequence, digest, keys: { current, ...(next === undefined ? {} : { next }) }, pin };
}

const isDigest = (text: string): boolean => /^[0-9a-f]{64}$/.test(text);

const octets = (value: unknown): Uint8Array | undefined =>
  typeof value === 'string' ? fromBase64url(value) : undefined;
