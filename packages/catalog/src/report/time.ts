import { GovError } from '@gov/verdict';

/** `2026-06-01 12:00`, in Asia/Shanghai. @throws GovError `invalid-argument` */
export function timeInShanghai(at: Date): string {
  if (Number.isNaN(at.getTime())) throw new GovError('invalid-argument', 'at is no time');
  return new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
}
