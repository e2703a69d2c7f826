/** `gov citycode`: city codes, online and offline, issued, delegated, shown and verified. */
import type { Command } from '../command.js';
import { citycodeDelegate } from './citycode-delegate.js';
import { citycodeIssue } from './citycode-issue.js';
import { citycodeShow } from './citycode-show.js';
import { citycodeVerify } from './citycode-verify.js';

export const CITYCODE_COMMANDS: readonly Command[] = [citycodeIssue, citycodeDelegate, citycodeShow, citycodeVerify];
