/** Days (YYYY-MM-DD) in Asia/Shanghai, UTC+8 without summer time: valid from their first instant to their last. */

const SHANGHAI_SECONDS = 8 * 3600;
export const DAY_SECONDS = 86_400;

export const DAY_FORM = /^(?:19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}$/;

/** Seconds since 1970 of the first instant of a day; undefined for what is no day of the years 1900 to 2199. */
export function startOfDay(date: string): number | undefined {
  const time = DAY_FORM.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  // The 30th of February is the 2nd of March to some.
  if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date) return undefined;
  return time / 1000 - SHANGHAI_SECONDS;
}
