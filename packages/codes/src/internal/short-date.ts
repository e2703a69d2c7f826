/** Dates of six characters, `YYMMDD`: the century is not written, and `<<` stands for what is not known. */

import { isCalendarDate } from './day.js';

const FORM = /^(?:[0-9]{6}|[0-9]{4}<<|[0-9]{2}<{4}|<{6})$/;

/**
 * A birth date as `YYYY-MM-DD`; each digit that is not known is an X, as in ISO 8601-2.
 *
 * @param today without it the century is not known; with it the date is the latest that is not after today.
 * @returns undefined when there is no such day.
 */
export function birthDateOf(text: string, today: string | undefined): string | undefined {
  if (today === undefined || text.startsWith('<')) return dated(text, 'XX');
  const century = Number(today.slice(0, 2));
  const latest = dated(text, String(century));
  // A month or day that is not known may lie before today.
  return latest !== undefined && latest.replaceAll('X', '0') <= today ? latest : dated(text, String(century - 1));
}

/**
 * The date a document expires, likewise; nothing in it may be unknown but the century.
 *
 * @param today with it the year is one of the hundred around today's, from 50 before to 49 after it.
 */
export function expiryDateOf(text: string, today: string | undefined): string | undefined {
  if (text.includes('<')) return undefined;
  if (today === undefined) return dated(text, 'XX');
  const first = Number(today.slice(0, 4)) - 50;
  const year = first + ((((Number(text.slice(0, 2)) - first) % 100) + 100) % 100);
  return dated(text, String(Math.floor(year / 100)));
}

function dated(text: string, century: string): string | undefined {
  // What is not known is tried as 01, and an unknown century as 20: its year 00 has a 29th of February.
  const exists =
    FORM.test(text) && isCalendarDate(spaced(century === 'XX' ? '20' : century, text.replaceAll('<<', '01')));
  return exists ? spaced(century, text).replaceAll('<', 'X') : undefined;
}

const spaced = (century: string, text: string): string =>
  `${century}${text.slice(0, 2)}-${text.slice(2, 4)}-${text.slice(4)}`;
