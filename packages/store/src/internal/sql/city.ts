/** Delegations and links of city codes on SQL. */
import type { DelegationRegister } from '@gov/city-code/delegate';
import type { LinkStore } from '@gov/city-code/merge';
import { hexToBytes } from '@gov/sm';
import { checkDate, checkKey } from '../check.js';
import { checkDelegation, checkDelegationsOf, checkDeviceKeyDigest, checkTag, earliestEnd } from '../check-city.js';
import type { Query, SqlValue } from './driver.js';
import type { Row } from './entry-rows.js';
import { insertNew } from './one-time.js';
import type { Steps } from './steps.js';

/** Tags of one piece of a reading: short ones, of millions. */
const PIECE = 1000;

export function delegationRegister(
  transaction: <T>(work: (steps: Steps) => Promise<T>) => Promise<T>,
  all: (text: string, values: readonly SqlValue[]) => Promise<readonly Row[]>,
): DelegationRegister {
  return {
    async keep(entry) {
      const { tag, expires, holder, relative } = checkDelegation(entry);
      const digest = hexToBytes(checkDeviceKeyDigest(entry.deviceKeyDigest));
      await transaction((steps) =>
        steps.run(
          async (query) => {
            await query('INSERT INTO device_key (key_digest) VALUES ($1)', [digest]);
            await query(
              'INSERT INTO delegation (tag, expires_at, holder, relative_holder, revoked) VALUES ($1, $2, $3, $4, 0)',
              [tag, expires, holder, relative],
            );
          },
          { taken: ['delegation-exists', 'a delegation with this tag or device key was issued before'] },
        ),
      );
    },
    async revoke(which) {
      checkDelegationsOf(which);
      const [column, text] = 'tag' in which ? ['tag', checkTag(which.tag)] : ['holder', which.holder];
      // A transaction is tried again: two that revoke the same rows in another order may meet.
      const { written } = await transaction((steps) =>
        steps.run((query) => query(`UPDATE delegation SET revoked = 1 WHERE ${column} = $1 AND revoked = 0`, [text])),
      );
      return written;
    },
    async *revokedTags(at) {
      for (let [expires, tag] = [earliestEnd(checkDate(at, 'at')), '']; ; ) {
        const rows = await all(
          `SELECT expires_at, tag FROM delegation WHERE revoked = 1 AND (expires_at, tag) > ($1, $2)
            ORDER BY expires_at, tag LIMIT $3`,
          [expires, tag, PIECE],
        );
        for (const row of rows) yield hexToBytes(String(row.tag));
        if (rows.length < PIECE) return;
        const last = rows.at(-1)!;
        [expires, tag] = [String(last.expires_at), String(last.tag)];
      }
    },
  };
}

export const linkStore = (query: Query): LinkStore => ({
  async put(key, text) {
    checkKey(key, 'key');
    checkKey(text, 'text');
    return insertNew(
      query,
      `INSERT INTO code_link (link_key, linked_text, linked_at) SELECT $1::text, $2::text, $3::text
        WHERE NOT EXISTS (SELECT 1 FROM code_link WHERE link_key = $1)`,
      [key, text, new Date().toISOString()],
    );
  },
  async get(key) {
    checkKey(key, 'key');
    const { rows } = await query('SELECT linked_text FROM code_link WHERE link_key = $1', [key]);
    return rows[0] === undefined ? undefined : String(rows[0].linked_text);
  },
  async remove(key, text) {
    checkKey(key, 'key');
    checkKey(text, 'text');
    const { written } = await query('DELETE FROM code_link WHERE link_key = $1 AND linked_text = $2', [key, text]);
    return written === 1;
  },
});
