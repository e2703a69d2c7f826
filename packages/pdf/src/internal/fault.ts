import { GovError } from '@gov/verdict';

/** The three ways a file can be unreadable, each with the byte offset that shows it. */
export const malformed = (what: string, offset?: number): GovError =>
  new GovError('pdf-malformed', offset === undefined ? what : `${what} at byte ${offset}`);

export const loop = (what: string): GovError => new GovError('pdf-loop', what);

export const overLimit = (what: string, bound: number): GovError =>
  new GovError('pdf-limit', `${what}: more than ${bound}`);
