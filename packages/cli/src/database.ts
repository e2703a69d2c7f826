/** The database of a verb: `--database`. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Store } from '@gov/store';
import { GovError } from '@gov/verdict';
import type { OptionDefinition } from './command.js';
import { warn } from './output.js';

/** The option of every verb that keeps or reads licences. */
export const DATABASE_OPTION = {
  type: 'string',
  value: 'URL|DIR',
  about: {
    en: 'postgres://…, or a folder for an embedded database',
    zh: '数据库：postgres://… 地址，或嵌入式数据库的目录',
  },
  required: true,
} as const satisfies OptionDefinition;

/**
 * What `--database` names. A folder without a database is a mistake in its name, but for verbs that issue the first licences:
 * with `create` it gets one, and standard error says so.
 *
 * @throws GovError `store-unavailable`, `store-locked`, `store-version`, `invalid-argument`
 */
export async function openDatabase(value: string, { create = false } = {}): Promise<Store> {
  const folder = value.startsWith('pglite:') ? value.slice('pglite:'.length) : value;
  if (!/^[a-z][a-z0-9+.-]*:/i.test(folder) && !existsSync(join(folder, 'data'))) {
    if (!create)
      throw new GovError('store-version', `there is no database in ${folder}: gov store migrate --database makes one`);
    warn(`a new database is made in ${folder}: serials begin at 1`);
  }
  // Loaded by those verbs alone that need it: it is the largest part of all.
  const { openStore } = await import('@gov/store');
  return openStore(value);
}
