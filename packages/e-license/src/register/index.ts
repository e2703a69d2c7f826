/**
 * `@gov/e-license/register`: the register of licences (证照登记): issue, re-issue, suspend, revoke; each in one transaction.
 *
 * @packageDocumentation
 */
export { LICENSE_ACTIONS, REVOKED_STATUSES, type RevokedStatus } from './actions.js';
export { STATUS_LIST_SIZE, serialCounter, serialText, slotCounter, slotOf } from './numbers.js';
export type {
  BatchRecord,
  CounterValue,
  IssueAct,
  LicenseStore,
  LicenseTransaction,
  ReadyEntries,
  RegisterEntry,
  RegisterKey,
  SlotStatus,
  StatusChange,
  StatusSlot,
} from './port.js';
export {
  insertPrepared,
  type PreparedLicense,
  type PrepareOptions,
  prepareLicense,
  prepareVoid,
  type VoidOptions,
} from './prepare.js';
export type { Discrepancy, DiscrepancyCode } from './reconcile/discrepancy.js';
export { type ReconcileOptions, reconcile } from './reconcile/index.js';
export {
  ACCESS_LIMITS,
  type AccessOptions,
  type ActOptions,
  type ChangedEntry,
  type IssuedEntry,
  type IssueOptions,
  type LicenseDocuments,
  LicenseRegister,
  type LicenseStanding,
  type PrintedLicense,
  type RegisterOptions,
  type ReissueOptions,
  type RevokeOptions,
  type StatusOptions,
} from './register.js';
export { REQUEST_KEY_MAX } from './request.js';
