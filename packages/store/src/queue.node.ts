/**
 * `@gov/store/queue`: ranges of recorded batches, handed out over many machines (跨机分段领取), by pg-boss on the register's own
 * PostgreSQL. The queue may lose anything, forget or repeat: it is filled from the register, which alone says what is issued.
 *
 * @packageDocumentation
 */
import { type RangeLease, type RangeQueue, rangesOf } from '@gov/e-license/batch';
import type { BatchRecord, LicenseStore } from '@gov/e-license/register';
import { GovError } from '@gov/verdict';
import type PgBoss from 'pg-boss';

/** A schema of its own, beside the register's tables. */
const SCHEMA = 'gov_queue';
/** Ranges written by one statement, and rows asked about by one. */
const CHUNK = { ranges: 1_000, rows: 100_000 } as const;
/** Times that something is asked of pg-boss where others get in its way: its tables are made, and dropped, by whoever comes. */
const ATTEMPTS = 10;

export interface RangeQueueOptions {
  /** Ranges of batches of this issuing authority (证照颁发机构代码): whoever signs has one key. */
  readonly issuerCode: string;
  /**
   * After so long a range whose worker says nothing more goes to another; 15 unless given. Best longer than a range takes: what
   * is handed out twice costs time, no more.
   */
  readonly leaseSeconds?: number;
  /** How often it is looked whether there is something to do; 500 unless given. */
  readonly pollMs?: number;
  /** Ranges of this batch alone. */
  readonly batch?: string;
  /** Waits for batches to come; without it the queue ends when all are in the register. */
  readonly wait?: boolean;
}

export interface PostgresRangeQueue extends RangeQueue {
  close(): Promise<void>;
}

interface RangeData {
  readonly range: number;
}

/** What a look at a batch without a range to be had finds: `filled` anew, `busy` with others, or nothing left for this worker. */
type Rest = 'filled' | 'busy' | 'done';

/**
 * Joins the queues of an issuer's batches, or that of one of them. Each batch has a queue of its own as long as it is not in the
 * register whole. The database's user must be allowed to create the schema `gov_queue` once.
 *
 * @throws GovError `store-unavailable`; `invalid-argument` for a lease of less than a second
 * @example
 * import { handlePreparer, workRanges } from '@gov/e-license/batch';
 * import { openStore } from '@gov/store';
 * import { postgresRangeQueue } from '@gov/store/queue';
 * const url = 'postgres://gov@db.example.gov.cn/gov';
 * const store = await openStore(url);
 * const queue = await postgresRangeQueue(url, store, { issuerCode: '11990100MB0000019L' });
 * await workRanges(store, queue, { preparer: handlePreparer({ certificate, signer }), log: 'licences' });
 * await queue.close();
 */
export async function postgresRangeQueue(
  url: string,
  store: LicenseStore,
  options: RangeQueueOptions,
): Promise<PostgresRangeQueue> {
  const { issuerCode, leaseSeconds = 15, pollMs = 500, batch: only, wait = false } = options;
  if (!(Number.isInteger(leaseSeconds) && leaseSeconds >= 1))
    throw new GovError('invalid-argument', 'a lease lasts 1 second or more');
  const boss = await reached(() => started(url, leaseSeconds));
  /** Batches whose queue is there, that are in the register whole, and those of which only damaged ranges are left. */
  const [joined, whole, given] = [new Set<string>(), new Set<string>(), new Set<string>()];
  /** Damaged ranges that were found here. */
  const damaged = new Set<string>();

  /** A range of this batch that is not known to be damaged: others fill the queue too. */
  const fetch = async (batch: string): Promise<RangeLease | undefined> => {
    const name = queueOf(batch);
    for (;;) {
      const [job] = await reached(() => boss.fetch<RangeData>(name));
      if (job === undefined) return undefined;
      const { range } = job.data;
      // Not completed but deleted: a queue that still has jobs of any state cannot be dropped.
      const done = () => reached(() => boss.deleteJob(name, job.id));
      if (damaged.has(keyOf(batch, range))) await done();
      else
        return {
          batch,
          range,
          done,
          giveBack: () => reached(() => boss.fail(name, job.id)),
          skip: () => {
            damaged.add(keyOf(batch, range));
            return done();
          },
        };
    }
  };
  const refill = async (batch: BatchRecord): Promise<Rest> => {
    const name = queueOf(batch.id);
    if ((await store.countBatchRows(batch.id)) === batch.rows) {
      whole.add(batch.id);
      // What a worker that died has of it, or one that is slow, keeps the queue, empty and asked by nobody.
      await boss.purgeQueue(name).catch(() => undefined);
      await boss.deleteQueue(name).catch(() => undefined);
      return 'done';
    }
    if (!joined.has(batch.id)) {
      await reached(() => boss.createQueue(name, { name, policy: 'short' }));
      joined.add(batch.id);
    }
    // As long as others work on something, what is unfinished may be theirs.
    if ((await reached(() => boss.getQueueSize(name, { before: 'completed' }))) > 0) return 'busy';
    if (await fill(batch)) return 'filled';
    given.add(batch.id);
    return 'done';
  };
  /** Whether there is anything to do but what is damaged. */
  const fill = async (batch: BatchRecord): Promise<boolean> => {
    const name = queueOf(batch.id);
    let isLeft = false;
    let jobs: PgBoss.JobInsert<RangeData>[] = [];
    const flush = async () => {
      const full = jobs;
      jobs = [];
      if (full.length > 0) await reached(() => boss.insert(full));
    };
    for await (const range of unfinishedRanges(store, batch)) {
      if (damaged.has(keyOf(batch.id, range))) continue;
      isLeft = true;
      const data = { range };
      jobs.push({ name, data, singletonKey: String(range), retryLimit: 1_000, expireInSeconds: leaseSeconds });
      if (jobs.length === CHUNK.ranges) await flush();
    }
    await flush();
    return isLeft;
  };
  const open = async (): Promise<readonly BatchRecord[]> =>
    (await store.batches()).filter(
      ({ id, ...batch }) =>
        (only === undefined ? batch.issuerCode === issuerCode : id === only) && !whole.has(id) && !given.has(id),
    );

  return {
    async next(signal) {
      const isStopped = (): boolean => signal?.aborted === true;
      while (!isStopped()) {
        let isBusy = false;
        for (const batch of await open()) {
          const lease = joined.has(batch.id) ? await fetch(batch.id) : undefined;
          if (lease !== undefined) return lease;
          const rest = await refill(batch).catch((error: unknown) => {
            // Whoever found the batch whole meanwhile dropped its queue.
            joined.delete(batch.id);
            throw error;
          });
          const again = rest === 'done' ? undefined : await fetch(batch.id);
          if (again !== undefined) return again;
          isBusy ||= rest !== 'done';
        }
        if (!isBusy && !wait) return undefined;
        if (!isStopped()) await pause(pollMs, signal);
      }
      return undefined;
    },
    close: () => boss.stop({ graceful: false, wait: true }),
  };
}

/** Ids of batches are what names of queues may be. */
const queueOf = (batch: string): string => `ranges-${batch}`;
const keyOf = (batch: string, range: number): string => `${batch}/${range}`;

/** A start that failed half-way cannot be repeated on the same object. */
async function started(url: string, leaseSeconds: number): Promise<PgBoss> {
  // Loaded where it is needed: it wakes more of Node than a program without a queue has use for.
  const { default: Boss } = await import('pg-boss');
  const boss = new Boss({
    connectionString: url,
    schema: SCHEMA,
    max: 2,
    schedule: false,
    maintenanceIntervalSeconds: Math.max(1, Math.floor(leaseSeconds / 4)),
  });
  // Whatever fails in its maintenance fails again where it matters, in a call; without a listener it would end the process.
  boss.on('error', () => undefined);
  try {
    return await boss.start();
  } catch (error) {
    await boss.stop({ graceful: false, wait: true }).catch(() => undefined);
    throw error;
  }
}

async function* unfinishedRanges(store: LicenseStore, batch: BatchRecord): AsyncGenerator<number> {
  const { id, rows, rangeSize } = batch;
  const step = Math.max(1, Math.floor(CHUNK.rows / rangeSize));
  for (let first = 0; first < rangesOf(batch); first += step) {
    const [from, to] = [first * rangeSize, Math.min((first + step) * rangeSize, rows)];
    const missing = new Map<number, number>();
    for (let range = first; range * rangeSize < to; range++) {
      missing.set(range, Math.min((range + 1) * rangeSize, rows) - range * rangeSize);
    }
    for (const row of await store.transaction((tx) => tx.batchRows(id, from, to))) {
      const range = Math.floor(row / rangeSize);
      missing.set(range, (missing.get(range) ?? 0) - 1);
    }
    for (const [range, count] of missing) if (count > 0) yield range;
  }
}

/**
 * Asks pg-boss, and again where the database refused: by a deadlock, or by a table that somebody else made or dropped at this
 * moment. What the database says may hold its address and its user; the cause has it.
 */
async function reached<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (cause) {
      if (!isRefusal(cause) || attempt === ATTEMPTS)
        throw new GovError('store-unavailable', 'the queue of ranges cannot be reached', { cause });
      await pause(Math.random() * 20 * 2 ** Math.min(attempt, 5), undefined);
    }
  }
}

/** SQLSTATE of a statement that collided: syntax and access rule (42), integrity (23), transaction rollback (40), an object in use (55), a catalogue that changed (XX000). */
const isRefusal = (error: unknown): boolean => {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && /^(?:23|40|42|55)[0-9A-Z]{3}$|^XX000$/.test(code) && code !== '42501';
};

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
}
