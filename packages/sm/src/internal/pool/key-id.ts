import { GovError } from '@gov/verdict';

/** Names of keys travel in paths, logs and command lines: letters, digits, `.`, `_`, `-`, not first a sign, at most 64. */
const KEY_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

export const isKeyId = (id: string): boolean => KEY_ID.test(id);

/** Keys of one pool. */
export const MAX_POOL_KEYS = 1000;

/** What an object of keys by name holds. @throws GovError `invalid-argument`, `limit-exceeded` */
export function keysByName<T>(keys: Readonly<Record<string, T>>): ReadonlyMap<string, T> {
  const entries = Object.entries(keys);
  if (entries.length === 0) throw new GovError('invalid-argument', 'a pool without keys');
  if (entries.length > MAX_POOL_KEYS) throw new GovError('limit-exceeded', `more than ${MAX_POOL_KEYS} keys`);
  for (const [id] of entries) checkKeyId(id);
  return new Map(entries);
}

/** @throws GovError `invalid-argument` */
export function checkKeyId(id: string): void {
  if (!isKeyId(id))
    throw new GovError('invalid-argument', 'a key id is 1 to 64 of A-Z a-z 0-9 . _ -, not first a sign');
}
