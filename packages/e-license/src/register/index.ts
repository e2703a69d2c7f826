/**
 * `@gov/e-license/register`: the register of licences (证照登记): issue, re-issue, suspend, revoke; each in one transaction.
 *
 * @packageDocumentation
 */
export type {
  BatchRecord,
  IssueAct,
  LicenseStore,
  LicenseTransaction,
  RegisterEntry,
  RegisterKey,
  SlotStatus,
  StatusChange,
  StatusSlot,
} from './port.js';
