import { GovError } from '@gov/verdict';
import { cellName } from '../issue.js';

/** The error for what is beyond a limit; `where` names a row or a part of the file, never content. */
export const beyond = (what: string, limit: number, where?: string): GovError =>
  new GovError('limit-exceeded', `${what}: more than ${limit}${where === undefined ? '' : ` (${where})`}`);

export const beyondCell = (limit: number, line: number, column: number): GovError =>
  beyond('characters of a cell', limit, `cell ${cellName(line, column)}`);
