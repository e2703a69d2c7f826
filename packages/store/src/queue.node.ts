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

export interface RangeQueueOptions {
  /** Ranges of batches of this issuing authority (证照颁发机构代码): whoever signs has one key. */
  readonly issuerCode: string;
  /**
   * After so long a range whose worker says nothing more goes to another; 15 unless given. Best longer than a range takes: what
   * is handed out twice costs time, no more.
   */
  readonly leaseSeconds?: number;
  /** How often an empty queue is looked at; 500 unless given. */
  readonly pollMs?: number;
  /** Ends when this batch is in the register; without it when all are, or never with `wait`. */
  readonly batch?: string;
  /** Waits for batches to come. */
  readonly wait?: boolean;
}

export interface PostgresRangeQueue extends RangeQueue {
  close(): Promise<void>;
}

interface RangeData {
  readonly batch: string;
  readonly range: number;
}

/**
 * Joins the queue of an issuer's batches, and makes it where there is none: the database's user must be allowed to create the
 * schema `gov_queue` once.
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
  const { issuerCode, leaseSeconds = 15, pollMs = 500 } = options;
  if (!(Number.isInteger(leaseSeconds) && leaseSeconds >= 1))
    throw new GovError('invalid-argument', 'a lease lasts 1 second or more');
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
  const name = `ranges-${issuerCode}`;
  await reached(async () => {
    await boss.start();
    await boss.createQueue(name, { name, policy: 'short' });
  });

  const skipped = new Set<string>();
  const refill = async (): Promise<boolean> => {
    const batches = (await store.batches()).filter((batch) => batch.issuerCode === issuerCode);
    let left = false;
    for (const batch of batches) {
      if ((await store.countBatchRows(batch.id)) === batch.rows) continue;
      // As long as others work on something, what is unfinished may be theirs.
      const isBusy = (await reached(() => boss.getQueueSize(name, { before: 'completed' }))) > 0;
      const isLeft = isBusy || (await fill(batch));
      left ||= isLeft && (options.batch === undefined || options.batch === batch.id);
    }
    return left;
  };
  /** Whether there is anything to do but what is damaged. */
  const fill = async (batch: BatchRecord): Promise<boolean> => {
    let isLeft = false;
    let jobs: PgBoss.JobInsert<RangeData>[] = [];
    const flush = async () => {
      const full = jobs;
      jobs = [];
      if (full.length > 0) await reached(() => boss.insert(full));
    };
    for await (const range of unfinishedRanges(store, batch)) {
      if (skipped.has(keyOf({ batch: batch.id, range }))) continue;
      isLeft = true;
      jobs.push({
        name,
        data: { batch: batch.id, range },
        singletonKey: keyOf({ batch: batch.id, range }),
        retryLimit: 1_000,
        expireInSeconds: leaseSeconds,
      });
      if (jobs.length === CHUNK.ranges) await flush();
    }
    await flush();
    return isLeft;
  };
  const lease = ({ id, data }: PgBoss.Job<RangeData>): RangeLease => ({
    ...data,
    done: () => reached(() => boss.complete(name, id)),
    giveBack: () => reached(() => boss.fail(name, id)),
    skip: () => {
      skipped.add(keyOf(data));
      return reached(() => boss.complete(name, id));
    },
  });
  /** The next one that is not known to be damaged: others fill the queue too. */
  const fetch = async (): Promise<RangeLease | undefined> => {
    for (;;) {
      const [job] = await reached(() => boss.fetch<RangeData>(name));
      if (job === undefined) return undefined;
      if (!skipped.has(keyOf(job.data))) return lease(job);
      await lease(job).done();
    }
  };

  return {
    async next(signal) {
      for (;;) {
        if (signal?.aborted === true) return undefined;
        const job = await fetch();
        if (job !== undefined) return job;
        const left = await refill();
        if (!left && options.wait !== true) return undefined;
        const again = await fetch();
        if (again !== undefined) return again;
        await pause(pollMs, signal);
      }
    },
    close: () => boss.stop({ graceful: false, wait: true }),
  };
}

const keyOf = ({ batch, range }: RangeData): string => `${batch}/${range}`;

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

/** What the database says may hold its address and its user; the cause has it. */
async function reached<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw new GovError('store-unavailable', 'the queue of ranges cannot be reached', { cause });
  }
}

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
