/** The memories of used tokens and one-time codes on SQL. */
import type { OneTimeStore, ReplayStore } from '@gov/token/one-time';
import { GovError } from '@gov/verdict';
import { checkDate, checkDigest, checkKey, checkText } from '../check.js';
import type { Query } from './driver.js';
import { isUniqueViolation } from './failure.js';

export const replayStore = (query: Query): ReplayStore => ({
  async firstUse(scope, id, until) {
    checkKey(scope, 'scope');
    checkKey(id, 'id');
    // Only what races comes as far as the key: an error in the database's log for each second use would be noise.
    const isNew = insertNew(
      query,
      `INSERT INTO replay (scope, token_id, until_time) SELECT $1::text, $2::text, $3::text
        WHERE NOT EXISTS (SELECT 1 FROM replay WHERE scope = $1 AND token_id = $2)`,
      [scope, id, checkDate(until, 'until')],
    );
    return isNew;
  },
});

export const oneTimeStore = (query: Query): OneTimeStore => ({
  async put(scope, digest, value, until) {
    checkKey(scope, 'scope');
    checkText(value, 'value');
    const isNew = await insertNew(
      query,
      `INSERT INTO one_time (scope, code_digest, kept_text, until_time) SELECT $1::text, $2::text, $3::text, $4::text
        WHERE NOT EXISTS (SELECT 1 FROM one_time WHERE scope = $1 AND code_digest = $2)`,
      [scope, checkDigest(digest), value, checkDate(until, 'until')],
    );
    if (!isNew) throw new GovError('invalid-argument', 'the digest is there already');
  },
  async redeem(scope, digest, at) {
    checkKey(scope, 'scope');
    const { rows } = await query(
      'DELETE FROM one_time WHERE scope = $1 AND code_digest = $2 AND until_time > $3 RETURNING kept_text',
      [scope, checkDigest(digest), checkDate(at, 'at')],
    );
    return rows[0] === undefined ? undefined : String(rows[0].kept_text);
  },
});

/** False where the key is taken. */
export async function insertNew(query: Query, text: string, values: readonly string[]): Promise<boolean> {
  try {
    return (await query(text, values)).written === 1;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}
