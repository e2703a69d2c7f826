/** Who did what, how often, on which days (调用统计): counted from the entries, one after another. */
import { GovError } from '@gov/verdict';
import type { AuditEntry } from './entry.js';

/** Different actions, actors and days that are counted, of each at most. */
export const AUDIT_USAGE_LIMIT = 100_000;

export interface AuditUsage {
  readonly entries: number;
  /** By name (调用类型). */
  readonly byAction: ReadonlyMap<string, number>;
  /** By organisation or program (调用方). */
  readonly byActor: ReadonlyMap<string, number>;
  /** By day in Asia/Shanghai, `YYYY-MM-DD` (频次). */
  readonly byDay: ReadonlyMap<string, number>;
}

/**
 * Counts entries as they come; nothing but the counts is held.
 *
 * @throws GovError `limit-exceeded` beyond `AUDIT_USAGE_LIMIT`
 * @example
 * import { AuditLog, auditEntry, auditUsage } from '@gov/audit';
 * import { memoryAuditStorage } from '@gov/audit/memory';
 * const log = new AuditLog(memoryAuditStorage(), 'license');
 * await log.append([auditEntry({ at: new Date(), action: 'license-query', actor: 'gate' })]);
 * (await auditUsage(log.entries())).byAction; // Map { 'license-query' => 1 }
 */
export async function auditUsage(entries: AsyncIterable<AuditEntry> | Iterable<AuditEntry>): Promise<AuditUsage> {
  const byAction = new Map<string, number>();
  const byActor = new Map<string, number>();
  const byDay = new Map<string, number>();
  let counted = 0;
  for await (const { at, action, actor } of entries) {
    counted++;
    count(byAction, action);
    count(byActor, actor);
    count(byDay, dayOf(at));
  }
  return { entries: counted, byAction, byActor, byDay };
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
  if (counts.size > AUDIT_USAGE_LIMIT)
    throw new GovError('limit-exceeded', `more than ${AUDIT_USAGE_LIMIT} different actions, actors or days`);
}

/** Asia/Shanghai has had UTC+8 without summer time since 1992, before any entry. */
const dayOf = (at: string): string => new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 10);
