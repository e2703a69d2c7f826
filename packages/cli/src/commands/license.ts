/** `gov license`: issuing licences, their status, and verifying them offline. */
import type { Command } from '../command.js';
import { licenseIssue } from './license-issue.js';
import { licenseVerify } from './license-verify.js';

export const LICENSE_COMMANDS: readonly Command[] = [licenseIssue, licenseVerify];
