/** `gov license worker`: works off recorded batches, on any machine that reaches the database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type WorkDone, workRanges } from '@gov/e-license/batch';
import { certificateBody } from '@gov/pki';
import { openStore, type Store } from '@gov/store';
import { type PostgresRangeQueue, postgresRangeQueue } from '@gov/store/queue';
import { GovError, isGovError } from '@gov/verdict';
import { command } from '../command.js';
import { DATABASE_OPTION } from '../database.js';
import { interruptible } from '../interrupt.js';
import { LICENSE_LOG } from '../license-log.js';
import { type ClosablePreparer, PREPARER_OPTIONS, preparerOf, wholeOf } from '../license-preparer.js';
import { warn } from '../output.js';

const LEFT = 'what was issued stays';

/** Between two attempts to reach the database, doubled from the first to the longest. */
const PAUSE = { firstMs: 500, mostMs: 30_000 } as const;

export const licenseWorker = command({
  noun: 'license',
  verb: 'worker',
  about: { en: 'issue ranges of recorded batches (PostgreSQL)', zh: '领取并签发已登记批次的分段（PostgreSQL）' },
  words: [],
  options: {
    database: DATABASE_OPTION,
    ...PREPARER_OPTIONS,
    once: {
      type: 'boolean',
      about: { en: 'end when nothing is left, instead of waiting', zh: '全部签发完即退出，不再等待' },
    },
    lease: {
      type: 'string',
      value: 'SECONDS',
      about: {
        en: "after so long a dead worker's range goes to another (15)",
        zh: '中断的分段多久后转给他人（默认 15 秒）',
      },
    },
  },
  async run(_, values, { readStdin }) {
    const { database, once } = values;
    if (!/^postgres(ql)?:\/\//.test(database)) {
      throw new GovError(
        'usage',
        'workers share a PostgreSQL database: an embedded one is worked off by gov license batch',
      );
    }
    const leaseSeconds = wholeOf(values.lease, 'lease');
    const preparer = await preparerOf(values, readStdin);
    const work = await begun(database, preparer, leaseSeconds, once !== true).catch(async (error: unknown) => {
      await preparer.close();
      throw error;
    });
    if (once === true) {
      const done = await ended(
        work,
        interruptible((signal) => worked(work, signal), LEFT),
      );
      return { kind: 'done', json: { ...done }, lines: [`${done.issued} (${done.voided} void)`] };
    }
    const closed = ended(
      work,
      interruptible((signal) => workedOn(work, signal), LEFT).catch((error: unknown) => {
        if (!isGovError(error) || error.code !== 'interrupted') throw error;
      }),
    );
    return { kind: 'serving', json: { issuer: work.issuerCode }, lines: [work.issuerCode], closed };
  },
});

interface Work {
  readonly issuerCode: string;
  readonly store: Store;
  readonly queue: PostgresRangeQueue;
  readonly preparer: ClosablePreparer;
}

async function begun(
  database: string,
  preparer: ClosablePreparer,
  leaseSeconds: number | undefined,
  wait: boolean,
): Promise<Work> {
  const { creditCode: issuerCode } = certificateBody(preparer.certificate);
  if (issuerCode === undefined) {
    throw new GovError('certificate-unsuitable', "the issuer's certificate names no credit code");
  }
  const store = await openStore(database);
  const options = { issuerCode, wait, ...(leaseSeconds === undefined ? {} : { leaseSeconds }) };
  const queue = await postgresRangeQueue(database, store, options).catch(async (error: unknown) => {
    await store.close();
    throw error;
  });
  return { issuerCode, store, queue, preparer };
}

const worked = ({ store, queue, preparer }: Work, signal: AbortSignal): Promise<WorkDone> =>
  workRanges(store, queue, { preparer, log: LICENSE_LOG, signal });

/** For as long as nobody stops it: a database that is away is asked again after a pause. */
async function workedOn(work: Work, signal: AbortSignal): Promise<void> {
  for (let pauseMs: number = PAUSE.firstMs; ; ) {
    const began = performance.now();
    try {
      await worked(work, signal);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!isGovError(error) || error.code !== 'store-unavailable') throw error;
      if (performance.now() - began > PAUSE.mostMs) pauseMs = PAUSE.firstMs;
      warn(`${error.message}; again in ${pauseMs / 1000} s`);
    }
    await sleep(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    pauseMs = Math.min(2 * pauseMs, PAUSE.mostMs);
  }
}

/** Lets go of keys and database, whatever became of the work. */
async function ended<T>({ store, queue, preparer }: Work, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } finally {
    await preparer.close();
    await queue.close();
    await store.close();
  }
}
