/** An operator's check (对账): register, counters, status slots and audit log must say the same. */
import type { AuditStorage } from '@gov/audit';
import { GovError } from '@gov/verdict';
import { checkListSizes } from '../list-size.js';
import { STATUS_LIST_SIZE } from '../numbers.js';
import type { LicenseStore, RegisterEntry } from '../port.js';
import { AuditMatch } from './audit.js';
import type { Discrepancy, UnfinishedBatch } from './discrepancy.js';
import { SerialRuns } from './serials.js';
import { SlotMap } from './slots.js';

export interface ReconcileOptions {
  /** Name of the audit log. */
  readonly log: string;
  /** As the register has it. */
  readonly listSize?: number;
}

/** Rows whose audit entries are fetched together. */
const CHUNK = 256;

/**
 * Reads the whole register and log once and names every discrepancy as it is found; nothing is changed. Memory: a byte for each
 * status slot, a bit for each entry of the log, two numbers for each licence whose status ever changed. Run it while nothing is issued, or on a restored copy.
 *
 * That the log itself was not rewritten is for its signed heads to show (`@gov/audit`).
 *
 * @throws GovError `store-unavailable`; `invalid-argument`, also where the register has lists of another size
 * @example
 * import { reconcile } from '@gov/e-license/register';
 * for await (const { code, detail } of reconcile(store, { log: 'licences' })) console.error(code, detail);
 */
export async function* reconcile(
  store: LicenseStore & { readonly audit: AuditStorage },
  options: ReconcileOptions,
): AsyncIterable<Discrepancy> {
  const { log, listSize = STATUS_LIST_SIZE } = options;
  if (!Number.isSafeInteger(listSize) || listSize < 1) throw new GovError('invalid-argument', 'listSize begins at 1');
  const taken = await store.counters();
  checkListSizes(taken, listSize);
  const counters = new Map(taken.map(({ counter, last }) => [counter, last]));
  const batches = await unfinished(store);
  yield* batches.map(({ id, rows, issued }): Discrepancy => {
    return { code: 'batch-unfinished', detail: `batch ${id}: ${issued} of ${rows} rows are issued` };
  });
  const serials = new SerialRuns(counters, batches);
  const slots = new SlotMap(counters, batches, listSize);
  const audit = new AuditMatch(store, log, await store.audit.size(log));
  for await (const chunk of inChunks(store.entries(), CHUNK)) {
    for (const entry of chunk) {
      yield* serials.next(entry);
      yield* slots.next(entry);
    }
    yield* audit.match(chunk);
  }
  yield* serials.end();
  yield* slots.end(store);
  yield* audit.end();
}

async function unfinished(store: LicenseStore): Promise<readonly UnfinishedBatch[]> {
  const found: UnfinishedBatch[] = [];
  for (const batch of await store.batches()) {
    const issued = await store.countBatchRows(batch.id);
    if (issued < batch.rows) found.push({ ...batch, issued });
  }
  return found;
}

async function* inChunks(entries: AsyncIterable<RegisterEntry>, size: number): AsyncIterable<readonly RegisterEntry[]> {
  let chunk: RegisterEntry[] = [];
  for await (const entry of entries) {
    chunk.push(entry);
    if (chunk.length === size) {
      yield chunk;
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk;
}
