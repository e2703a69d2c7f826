/** `gov license worker`: works off recorded batches, on any machine that reaches the database. */
import { workRanges } from '@gov/e-license/batch';
import { certificateBody } from '@gov/pki';
import { openStore, type Store } from '@gov/store';
import { type PostgresRangeQueue, postgresRangeQueue } from '@gov/store/queue';
import { GovError } from '@gov/verdict';
import { command } from '../command.js';
import { DATABASE_OPTION } from '../database.js';
import { interruptible } from '../interrupt.js';
import { LICENSE_LOG } from '../license-log.js';
import { type ClosablePreparer, PREPARER_OPTIONS, preparerOf, wholeOf } from '../license-preparer.js';

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
    try {
      const { creditCode: issuerCode } = certificateBody(preparer.certificate);
      if (issuerCode === undefined) {
        throw new GovError('certificate-unsuitable', "the issuer's certificate names no credit code");
      }
      const store = await openStore(database);
      const options = { issuerCode, wait: once !== true, ...(leaseSeconds === undefined ? {} : { leaseSeconds }) };
      const queue = await postgresRangeQueue(database, store, options);
      const work = (signal?: AbortSignal) => worked({ store, queue, preparer }, signal);
      if (once === true) {
        const done = await interruptible((signal) => work(signal), 'what was issued stays');
        return { kind: 'done', json: { ...done }, lines: [`${done.issued} (${done.voided} void)`] };
      }
      const closed = interruptible((signal) => work(signal), 'what was issued stays').then(
        () => undefined,
        (error: unknown) => {
          if (!(error instanceof GovError) || error.code !== 'interrupted') throw error;
        },
      );
      return { kind: 'serving', json: { issuer: issuerCode }, lines: [issuerCode], closed };
    } catch (error) {
      await preparer.close();
      throw error;
    }
  },
});

async function worked(
  { store, queue, preparer }: { store: Store; queue: PostgresRangeQueue; preparer: ClosablePreparer },
  signal: AbortSignal | undefined,
) {
  try {
    return await workRanges(store, queue, { preparer, log: LICENSE_LOG, ...(signal === undefined ? {} : { signal }) });
  } finally {
    await preparer.close();
    await queue.close();
    await store.close();
  }
}
