/** What the audit log says of the register's acts (审计动作), and the status that each leaves behind. */
import type { LicenseStatus } from '../status.js';

/** Names of acts as they stand in audit entries. */
export const LICENSE_ACTIONS = {
  issue: 'license-issue',
  void: 'license-void',
  suspend: 'license-suspend',
  resume: 'license-resume',
  revoke: 'license-revoke',
  document: 'license-document',
  download: 'license-download',
  print: 'license-print',
} as const;

/** Why, as the row says it: with the office that decided, where it is named. */
export const reasonText = (reason: string, office: unknown): string =>
  office === undefined ? reason : `${reason}（${String(office)}）`;

/** What a body decides about (撤销, 注销, 吊销, 失效, 办理转出, 其他); 已被新版本取代 comes with a re-issue only. */
export const REVOKED_STATUSES = ['withdrawn', 'cancelled', 'revoked', 'lapsed', 'transferred', 'other'] as const;
export type RevokedStatus = (typeof REVOKED_STATUSES)[number] & LicenseStatus;
