/**
 * Validity (有效期). Date-only values are `YYYY-MM-DD` strings, days in Asia/Shanghai (UTC+8 without summer time), valid
 * from the first instant of the first day to the last instant of the last; 长期 has no end.
 */

import { GovError } from '@gov/verdict';

/** No end of validity (长期有效), as it stands in `validTo`. */
export const LONG_TERM = '长期';

const DAY = 86_400_000;
const SHANGHAI = 8 * 3_600_000;
const FORM = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;
const FIRST_DAY = -719_528; // 0000-01-01
const LAST_DAY = 2_932_896; // 9999-12-31

/** Whether `text` is `YYYY-MM-DD` and a day of the calendar. */
export const isDate = (text: string): boolean => dayNumber(text) !== undefined;

/**
 * Days from 1970-01-01 to `date`, negative before.
 *
 * @throws GovError `invalid-argument` when `date` is no day of the calendar in the form `YYYY-MM-DD`.
 * @example
 * daysOfDate('2026-05-20') // 20593
 */
export function daysOfDate(date: string): number {
  const days = dayNumber(date);
  if (days === undefined) throw new GovError('invalid-argument', 'a date is a day of the calendar, YYYY-MM-DD');
  return days;
}

/**
 * The day so many days after 1970-01-01, as `YYYY-MM-DD`.
 *
 * @throws GovError `invalid-argument` when `days` is no whole number or the year has not four digits.
 */
export function dateOfDays(days: number): string {
  if (!Number.isInteger(days) || days < FIRST_DAY || days > LAST_DAY) {
    throw new GovError('invalid-argument', 'days since 1970-01-01 are a whole number between the years 0000 and 9999');
  }
  return new Date(days * DAY).toISOString().slice(0, 10);
}

/**
 * Where the instant `at` lies to the days `from` to `to`; `to` may be 长期. Where `to` lies before `from` no instant is
 * `within`.
 *
 * @throws GovError `invalid-argument` for a wrong date or time.
 */
export function validityAt(from: string, to: string, at: Date): 'before' | 'within' | 'after' {
  const time = at.getTime();
  if (Number.isNaN(time)) throw new GovError('invalid-argument', 'at is not a valid time');
  const today = Math.floor((time + SHANGHAI) / DAY);
  const last = to === LONG_TERM ? Number.POSITIVE_INFINITY : daysOfDate(to);
  if (today < daysOfDate(from)) return 'before';
  return today > last ? 'after' : 'within';
}

/**
 * Whether the instant `at` lies within the days `from` to `to`, both included.
 *
 * @throws GovError `invalid-argument` for a wrong date or time.
 * @example
 * coversInstant('2026-05-20', '2031-05-19', new Date('2031-05-19T15:59:59Z')) // true, midnight in Shanghai follows
 */
export const coversInstant = (from: string, to: string, at: Date): boolean => validityAt(from, to, at) === 'within';

function dayNumber(text: string): number | undefined {
  if (!FORM.test(text)) return undefined;
  const [year, month, day] = [Number(text.slice(0, 4)), Number(text.slice(5, 7)), Number(text.slice(8))];
  // Date.UTC takes the years 0 to 99 for those of the last century, and the 30th of February for the 2nd of March.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / DAY : undefined;
}
