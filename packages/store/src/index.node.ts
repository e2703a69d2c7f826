/**
 * `@gov/store`: the ports of every room below on PostgreSQL and embedded PGlite.
 *
 * @packageDocumentation
 */
export { backupStore, restoreStore } from './backup.node.js';
export { type MigrationResult, migrate, openStore, type StoreOptions } from './open.node.js';
export {
  type KeptErasure,
  STORE_LIMITS,
  type Store,
  type StoreTransaction,
} from './store.js';
