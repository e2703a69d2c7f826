/** Days of the calendar (公历日期), as codes hold them. */

import { GovError } from '@gov/verdict';

/** @param date `YYYY-MM-DD` */
export function isCalendarDate(date: string): boolean {
  const time = Date.parse(`${date}T00:00:00Z`);
  // Engines disagree on 02-30: some answer NaN, some the 2nd of March.
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}

/**
 * The day it is in Shanghai, `YYYY-MM-DD`.
 *
 * @throws GovError `invalid-argument` when `at` is no valid time.
 */
export function dayInShanghai(at: Date): string {
  if (Number.isNaN(at.getTime())) throw new GovError('invalid-argument', 'at is not a valid time');
  return new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
}
