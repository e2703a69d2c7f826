/** `gov token`: identity tokens, issued, verified, looked at and exchanged. */
import type { Command } from '../command.js';
import { tokenExchange } from './token-exchange.js';
import { tokenInspect } from './token-inspect.js';
import { tokenIssue } from './token-issue.js';
import { tokenJwks } from './token-jwks.js';
import { tokenVerify } from './token-verify.js';

export const TOKEN_COMMANDS: readonly Command[] = [tokenIssue, tokenVerify, tokenInspect, tokenExchange, tokenJwks];
