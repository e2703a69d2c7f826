/** `gov citycode`: city codes, online and offline, issued, delegated, revoked, shown and verified. */
import type { Command } from '../command.js';
import { citycodeDelegate } from './citycode-delegate.js';
import { citycodeFilter } from './citycode-filter.js';
import { citycodeIssue } from './citycode-issue.js';
import { citycodeRevoke } from './citycode-revoke.js';
import { citycodeShow } from './citycode-show.js';
import { citycodeVerify } from './citycode-verify.js';

export const CITYCODE_COMMANDS: readonly Command[] = [
  citycodeIssue,
  citycodeDelegate,
  citycodeRevoke,
  citycodeFilter,
  citycodeShow,
  citycodeVerify,
];
