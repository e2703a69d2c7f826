/** The database of a verb: `--database`. */
import type { Store } from '@gov/store';
import type { OptionDefinition } from './command.js';

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
 * What `--database` names; a folder that is new gets an embedded database.
 *
 * @throws GovError `store-unavailable`, `store-locked`, `store-version`, `invalid-argument`
 */
export async function openDatabase(value: string): Promise<Store> {
  // Loaded by those verbs alone that need it: it is the largest part of all.
  const { openStore } = await import('@gov/store');
  return openStore(value);
}
