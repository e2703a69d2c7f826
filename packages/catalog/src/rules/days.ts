/** Days of the calendar (日历日), in Asia/Shanghai, and when data has to be updated (更新周期). */
import type { UpdateCycle } from '../labels.js';

const MILLISECONDS = 86_400_000;
/** Asia/Shanghai, without summer time since 1991. */
const OFFSET = 8 * 3_600_000;

/** `YYYY-MM-DD` of an instant, in Asia/Shanghai. */
export const dayAt = (at: Date): string => new Date(at.getTime() + OFFSET).toISOString().slice(0, 10);

interface Cycle {
  readonly days?: number;
  readonly months?: number;
  /** 宽限期, in days. */
  readonly grace: number;
}

/** No cycle: 不定期, 不更新. */
const CYCLES: Readonly<Partial<Record<UpdateCycle, Cycle>>> = {
  实时: { days: 1, grace: 1 },
  每日: { days: 1, grace: 2 },
  每周: { days: 7, grace: 3 },
  每月: { months: 1, grace: 10 },
  每季度: { months: 3, grace: 15 },
  每半年: { months: 6, grace: 30 },
  每年: { months: 12, grace: 30 },
};

/**
 * The last day on which data that was updated on `day` need not be updated again: the end of the cycle and the days of grace.
 * Months end where they end: one after 31 January is the last of February. `undefined` where nothing is ever due.
 */
export function dueDay(
  day: string,
  cycle: UpdateCycle,
  graceDays: Readonly<Partial<Record<UpdateCycle, number>>> = {},
): string | undefined {
  const found = CYCLES[cycle];
  if (found === undefined) return undefined;
  const { days = 0, months = 0, grace } = found;
  const [year, month, dayOfMonth] = [Number(day.slice(0, 4)), Number(day.slice(5, 7)) - 1, Number(day.slice(8))];
  const last = new Date(Date.UTC(year, month + months + 1, 0)).getUTCDate();
  const end = Date.UTC(year, month + months, Math.min(dayOfMonth, last));
  return new Date(end + (days + (graceDays[cycle] ?? grace)) * MILLISECONDS).toISOString().slice(0, 10);
}
