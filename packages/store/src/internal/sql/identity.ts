/** What the rooms of identity keep, on SQL. */
import type { IdentityStore, IdentityTransaction, KeptToken } from '@gov/identity';
import { checkDate, checkDigest, checkInteger, checkKey, checkText } from '../check.js';
import {
  checkDirectoryEntry,
  checkMandate,
  checkSession,
  checkSessionSelection,
  checkToken,
  checkTokenSelection,
} from '../check-identity.js';
import type { Query, SqlValue } from './driver.js';
import type { Row } from './entry-rows.js';
import {
  DIRECTORY_COLUMNS,
  directoryEntryOfRow,
  MANDATE_COLUMNS,
  mandateOfRow,
  rowOfDirectoryEntry,
  rowOfMandate,
  rowOfSession,
  rowOfToken,
  SESSION_COLUMNS,
  sessionOfRow,
  TOKEN_COLUMNS,
  tokenOfRow,
  whereSessions,
  whereTokens,
} from './identity-rows.js';
import { insertRows } from './insert.js';
import type { Steps } from './steps.js';

/** Entries of one piece of a long reading, tokens of one statement. */
const PIECE = 500;

const TAKEN = { taken: ['invalid-argument', 'there is one with this id already'] } as const;

type IdentitySteps = Omit<IdentityTransaction, 'audit' | 'takeNumbers'>;

export function identitySteps(steps: Steps): IdentitySteps {
  const first = async (text: string, values: readonly SqlValue[]): Promise<Row | undefined> =>
    (await steps.run((query) => query(text, values))).rows[0];
  return {
    async firstUse(scope, id, until) {
      checkKey(scope, 'scope');
      checkKey(id, 'id');
      return steps.run((query) =>
        steps.insertUnlessTaken(query, 'INSERT INTO replay (scope, token_id, until_time) VALUES ($1, $2, $3)', [
          scope,
          id,
          checkDate(until, 'until'),
        ]),
      );
    },
    async putOneTime(scope, digest, value, until) {
      checkKey(scope, 'scope');
      checkText(value, 'value');
      await steps.run(
        (query) =>
          query('INSERT INTO one_time (scope, code_digest, kept_text, until_time) VALUES ($1, $2, $3, $4)', [
            scope,
            checkDigest(digest),
            value,
            checkDate(until, 'until'),
          ]),
        { taken: ['invalid-argument', 'the digest is there already'] },
      );
    },
    async redeemOneTime(scope, digest, at) {
      checkKey(scope, 'scope');
      const row = await first(
        'DELETE FROM one_time WHERE scope = $1 AND code_digest = $2 AND until_time > $3 RETURNING kept_text',
        [scope, checkDigest(digest), checkDate(at, 'at')],
      );
      return row === undefined ? undefined : String(row.kept_text);
    },
    async insertToken(token) {
      checkToken(token);
      await steps.run((query) => insertRows(query, 'issued_token', TOKEN_COLUMNS, [rowOfToken(token)]), TAKEN);
    },
    async lockToken(tokenId) {
      checkKey(tokenId, 'tokenId');
      const row = await first(`SELECT ${TOKEN_COLUMNS.join()} FROM issued_token WHERE token_id = $1 FOR UPDATE`, [
        tokenId,
      ]);
      return row === undefined ? undefined : tokenOfRow(row);
    },
    async revokeTokens(which, at) {
      checkTokenSelection(which);
      const time = checkDate(at, 'at');
      return steps.run((query) => revokeTokens(query, whereTokens(which), time));
    },
    async insertSession(session) {
      checkSession(session);
      await steps.run((query) => insertRows(query, 'login_session', SESSION_COLUMNS, [rowOfSession(session)]), TAKEN);
    },
    async lockSession(sessionId) {
      checkKey(sessionId, 'sessionId');
      const row = await first(`SELECT ${SESSION_COLUMNS.join()} FROM login_session WHERE session_id = $1 FOR UPDATE`, [
        sessionId,
      ]);
      return row === undefined ? undefined : sessionOfRow(row);
    },
    async endSessions(which, at) {
      checkSessionSelection(which);
      const [where, values] = whereSessions(which);
      const { rows } = await steps.run((query) =>
        query(
          `UPDATE login_session SET ended_at = $${values.length + 1} WHERE ${where} AND ended_at IS NULL
            RETURNING ${SESSION_COLUMNS.join()}`,
          [...values, checkDate(at, 'at')],
        ),
      );
      return rows.map(sessionOfRow).sort((a, b) => (a.sessionId < b.sessionId ? -1 : 1));
    },
    async insertMandate(mandate) {
      checkMandate(mandate);
      await steps.run((query) => insertRows(query, 'mandate', MANDATE_COLUMNS, [rowOfMandate(mandate)]), TAKEN);
    },
    async lockMandate(mandateId) {
      checkKey(mandateId, 'mandateId');
      const row = await first(`SELECT ${MANDATE_COLUMNS.join()} FROM mandate WHERE mandate_id = $1 FOR UPDATE`, [
        mandateId,
      ]);
      return row === undefined ? undefined : mandateOfRow(row);
    },
    async revokeMandate(mandateId, at) {
      checkKey(mandateId, 'mandateId');
      const { written } = await steps.run((query) =>
        query('UPDATE mandate SET revoked_at = $2 WHERE mandate_id = $1 AND revoked_at IS NULL', [
          mandateId,
          checkDate(at, 'at'),
        ]),
      );
      return written === 1;
    },
    async lockDirectoryEntry(kind, id) {
      checkKey(kind, 'kind');
      checkKey(id, 'id');
      const row = await first(
        `SELECT ${DIRECTORY_COLUMNS.join()} FROM directory_entry WHERE entry_kind = $1 AND entry_id = $2 FOR UPDATE`,
        [kind, id],
      );
      return row === undefined ? undefined : directoryEntryOfRow(row);
    },
    async putDirectoryEntry(entry) {
      checkDirectoryEntry(entry);
      const values = rowOfDirectoryEntry(entry);
      if (entry.version === 1)
        return steps.run((query) =>
          steps.insertUnlessTaken(
            query,
            `INSERT INTO directory_entry (${DIRECTORY_COLUMNS.join()}) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
            values,
          ),
        );
      const { written } = await steps.run((query) =>
        query(
          `UPDATE directory_entry SET parent_id = $3, entry_state = $4, entry_version = $5, changed_at = $6, content_json = $7
            WHERE entry_kind = $1 AND entry_id = $2 AND entry_version = $5 - 1`,
          values,
        ),
      );
      return written === 1;
    },
  };
}

/** Those that match, then what was exchanged from them, generation by generation. */
async function revokeTokens(
  query: Query,
  [where, values]: readonly [string, readonly string[]],
  at: string,
): Promise<readonly KeptToken[]> {
  const revoke = async (condition: string, of: readonly string[], rare: boolean): Promise<KeptToken[]> => {
    const { rows } = await query(
      `UPDATE issued_token SET revoked_at = $${of.length + 1} WHERE ${condition} AND revoked_at IS NULL
        RETURNING ${TOKEN_COLUMNS.join()}`,
      [...of, at],
      rare ? { rare } : {},
    );
    return rows.map(tokenOfRow);
  };
  const revoked: KeptToken[] = [];
  let generation = await revoke(where, values, false);
  while (generation.length > 0) {
    revoked.push(...generation);
    const children: KeptToken[] = [];
    for (let from = 0; from < generation.length; from += PIECE) {
      const parents = generation.slice(from, from + PIECE);
      const names = parents.map((_, i) => `(parent_issuer = $${2 * i + 1} AND parent_token = $${2 * i + 2})`);
      const of = parents.flatMap(({ issuer, tokenId }) => [issuer, tokenId]);
      children.push(...(await revoke(`(${names.join(' OR ')})`, of, parents.length > 1)));
    }
    generation = children;
  }
  return revoked.sort((a, b) => (a.tokenId < b.tokenId ? -1 : 1));
}

export function identityReader(
  all: (text: string, values: readonly SqlValue[]) => Promise<readonly Row[]>,
): Omit<IdentityStore, 'identityTransaction'> {
  const first = async (text: string, id: string, name: string): Promise<Row | undefined> => {
    checkKey(id, name);
    return (await all(text, [id]))[0];
  };
  return {
    async token(tokenId) {
      const row = await first(
        `SELECT ${TOKEN_COLUMNS.join()} FROM issued_token WHERE token_id = $1`,
        tokenId,
        'tokenId',
      );
      return row === undefined ? undefined : tokenOfRow(row);
    },
    async tokensOfSession(sessionId) {
      checkKey(sessionId, 'sessionId');
      const rows = await all(
        `SELECT ${TOKEN_COLUMNS.join()} FROM issued_token WHERE session_id = $1 ORDER BY token_id`,
        [sessionId],
      );
      return rows.map(tokenOfRow);
    },
    async session(sessionId) {
      const row = await first(
        `SELECT ${SESSION_COLUMNS.join()} FROM login_session WHERE session_id = $1`,
        sessionId,
        'sessionId',
      );
      return row === undefined ? undefined : sessionOfRow(row);
    },
    async mandate(mandateId) {
      const row = await first(
        `SELECT ${MANDATE_COLUMNS.join()} FROM mandate WHERE mandate_id = $1`,
        mandateId,
        'mandateId',
      );
      return row === undefined ? undefined : mandateOfRow(row);
    },
    async mandatesOfAgent(agent) {
      checkKey(agent, 'agent');
      const rows = await all(
        `SELECT ${MANDATE_COLUMNS.join()} FROM mandate WHERE agent = $1 ORDER BY expires_at, mandate_id`,
        [agent],
      );
      return rows.map(mandateOfRow);
    },
    async directoryEntry(kind, id) {
      checkKey(kind, 'kind');
      checkKey(id, 'id');
      const [row] = await all(
        `SELECT ${DIRECTORY_COLUMNS.join()} FROM directory_entry WHERE entry_kind = $1 AND entry_id = $2`,
        [kind, id],
      );
      return row === undefined ? undefined : directoryEntryOfRow(row);
    },
    async *directoryEntries(kind, { parent } = {}) {
      checkKey(kind, 'kind');
      if (parent !== undefined) checkKey(parent, 'parent');
      for (let last = ''; ; ) {
        const rows = await all(
          `SELECT ${DIRECTORY_COLUMNS.join()} FROM directory_entry WHERE entry_kind = $1 AND entry_id > $2
            ${parent === undefined ? '' : 'AND parent_id = $4'} ORDER BY entry_id LIMIT $3`,
          [kind, last, PIECE, ...(parent === undefined ? [] : [parent])],
        );
        for (const row of rows) yield directoryEntryOfRow(row);
        if (rows.length < PIECE) return;
        last = String(rows.at(-1)!.entry_id);
      }
    },
    async revokedSlots(list, at) {
      checkInteger(list, 'list');
      const rows = await all(
        'SELECT slot_index FROM issued_token WHERE slot_list = $1 AND revoked_at IS NOT NULL AND expires_at > $2 ORDER BY slot_index',
        [list, checkDate(at, 'at')],
      );
      return rows.map(({ slot_index }) => Number(slot_index));
    },
  };
}
