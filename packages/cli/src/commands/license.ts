/** `gov license`: issuing licences, their status, and verifying them offline. */
import type { Command } from '../command.js';
import { licenseBatch } from './license-batch.js';
import { licenseCancelBatch } from './license-cancel-batch.js';
import { licenseIssue } from './license-issue.js';
import { licenseRender } from './license-render.js';
import { licenseResume } from './license-resume.js';
import { licenseRevoke } from './license-revoke.js';
import { licenseStatus } from './license-status.js';
import { licenseStatusList } from './license-status-list.js';
import { licenseSuspend } from './license-suspend.js';
import { licenseVerify } from './license-verify.js';
import { licenseWorker } from './license-worker.js';

export const LICENSE_COMMANDS: readonly Command[] = [
  licenseIssue,
  licenseBatch,
  licenseWorker,
  licenseCancelBatch,
  licenseVerify,
  licenseSuspend,
  licenseResume,
  licenseRevoke,
  licenseStatus,
  licenseStatusList,
  licenseRender,
];
