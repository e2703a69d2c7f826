/** Working off recorded batches (批次执行). The register row alone is the truth: whatever was killed, run it again. */

import { GovError, type Issue, isGovError } from '@gov/verdict';
import { type BatchRecord, insertPrepared, type LicenseStore, type PreparedLicense } from '../register/index.js';
import { planOf } from './plan.js';
import { type RangeJob, type RangePreparer, voidRow } from './prepare.js';
import { type BatchProgress, ProgressMeter } from './progress.js';
import { localRanges, type RangeLease, type RangeQueue, rangesOf } from './queue.js';

export interface WorkOptions {
  /** Where the keys are: `licenseThreads` of `@gov/e-license/batch/threads`, or `handlePreparer`. */
  readonly preparer: RangePreparer;
  /** Name of the audit log. */
  readonly log: string;
  /** When licences are signed; the system's unless given. */
  readonly clock?: () => Date;
  /** Stops: what is in the register stays, what runs is finished or left, and the reason is thrown. */
  readonly signal?: AbortSignal;
}

export interface RunOptions extends WorkOptions {
  readonly onProgress?: (progress: BatchProgress) => void;
  /** Who else hands out the batch's ranges; by default this process works off all of them. */
  readonly queue?: RangeQueue;
}

/** So often the rows of a batch that others work on too are counted. */
const COUNT_MS = 1_000;

/** What was done here; rows that others issued meanwhile do not count. */
export interface WorkDone {
  readonly issued: number;
  /** Serials that could not be issued (作废号): a number that the register had by then, a QR too large. */
  readonly voided: number;
}

/**
 * Issues whatever of a recorded batch is not in the register yet. May be run at any time, again, and by several at once.
 *
 * @throws GovError `license-not-found` where there is no such batch; `certificate-unsuitable`, `certificate-expired`,
 *   `certificate-not-yet-valid` for a certificate that nobody would believe; `input-malformed` at the end, where ranges are
 *   damaged; what the preparer, the store and the signal throw: what was issued until then stays, and running it again goes on
 * @example
 * import { handlePreparer, runBatch } from '@gov/e-license/batch';
 * const preparer = handlePreparer({ certificate, signer });
 * await runBatch(store, 'batch-7', { preparer, log: 'licences', onProgress: ({ done, total }) => console.log(done, total) });
 */
export async function runBatch(store: LicenseStore, id: string, options: RunOptions): Promise<WorkDone> {
  const batch = await store.batch(id);
  if (batch === undefined) throw new GovError('license-not-found', `there is no batch ${id}`);
  const done = await store.countBatchRows(id);
  const meter = new ProgressMeter(batch.rows, done);
  if (done === batch.rows) return { issued: 0, voided: 0 };
  const { queue, onProgress } = options;
  if (queue === undefined) {
    return workRanges(store, localRanges(batch), { ...options, onRange: (rows) => onProgress?.(meter.add(rows)) });
  }
  // Others work on it too: only the register knows how far it is, and counting takes it a while.
  let counted = performance.now();
  const onRange = async (): Promise<void> => {
    if (onProgress === undefined || performance.now() - counted < COUNT_MS) return;
    counted = performance.now();
    onProgress(meter.reach(await store.countBatchRows(id)));
  };
  const work = await workRanges(store, queue, { ...options, onRange });
  onProgress?.(meter.reach(await store.countBatchRows(id)));
  return work;
}

/**
 * Works off the ranges that a queue hands out, of whatever batches, until it has no more. As many at once as the preparer has
 * lanes: the rest of the batch stays where it is. A damaged range is left out, and told at the end.
 *
 * @throws GovError as `runBatch`
 */
export async function workRanges(
  store: LicenseStore,
  queue: RangeQueue,
  options: WorkOptions & { readonly onRange?: (rows: number) => void | Promise<void> },
): Promise<WorkDone> {
  const { signal, onRange } = options;
  const worker = new RangeWorker(store, options);
  const failure = new AbortController();
  const stop = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
  let [issued, voided] = [0, 0];
  // A queue may hand one out to several lanes before the first has found it damaged.
  const damaged = new Map<string, Issue>();
  const lane = async (): Promise<void> => {
    while (!stop.aborted) {
      const lease = await queue.next(stop);
      if (lease === undefined) return;
      try {
        const done = await worker.work(lease, stop);
        issued += done.issued;
        voided += done.voided;
        await lease.done();
        await onRange?.(done.rows);
      } catch (error) {
        if (isGovError(error) && error.code === 'input-malformed') {
          damaged.set(`${lease.batch}/${lease.range}`, damagedRange(lease, error.message));
          await lease.skip();
          continue;
        }
        // Whoever is told of the first failure need not hear of a queue that cannot be reached either.
        await lease.giveBack().catch(() => undefined);
        throw error;
      }
    }
  };
  const lanes = Array.from({ length: Math.max(1, options.preparer.lanes) }, () =>
    lane().catch((error: unknown) => failure.abort(error)),
  );
  await Promise.all(lanes);
  stop.throwIfAborted();
  if (damaged.size > 0) {
    const message = `${damaged.size} ranges are damaged, all others are issued`;
    throw new GovError('input-malformed', message, { issues: [...damaged.values()] });
  }
  return { issued, voided };
}

const damagedRange = ({ batch, range }: RangeLease, message: string): Issue => ({
  path: [batch, range],
  code: 'range-damaged',
  message,
  messageZh: '批次的这一分段已损坏，未签发',
});

class RangeWorker {
  readonly #store: LicenseStore;
  readonly #options: WorkOptions;
  readonly #clock: () => Date;
  readonly #plans = new Map<string, Promise<BatchJob>>();

  constructor(store: LicenseStore, options: WorkOptions) {
    this.#store = store;
    this.#options = options;
    this.#clock = options.clock ?? (() => new Date());
  }

  /** `rows`: of the range, which were not in the register when it began. */
  async work(lease: RangeLease, signal: AbortSignal): Promise<WorkDone & { readonly rows: number }> {
    const { batch, ...plan } = await this.#plan(lease.batch);
    const firstRow = lease.range * batch.rangeSize;
    const end = Math.min(firstRow + batch.rangeSize, batch.rows);
    if (lease.range < 0 || firstRow >= batch.rows)
      throw new GovError('invalid-argument', `the batch has ${rangesOf(batch)} ranges`);
    const there = new Set(await this.#store.transaction((tx) => tx.batchRows(batch.id, firstRow, end)));
    const wanted = Array.from({ length: end - firstRow }, (_, i) => firstRow + i).filter((row) => !there.has(row));
    if (wanted.length === 0) return { issued: 0, voided: 0, rows: 0 };
    const packed = await this.#store.range(batch.id, lease.range);
    if (packed === undefined)
      throw new GovError('input-malformed', `the batch has no rows of its range ${lease.range}`);
    signal.throwIfAborted();
    const at = this.#clock();
    checkTime(this.#options.preparer, at);
    const job: RangeJob = { ...plan, batch: batch.id, issuedAt: at.toISOString(), firstRow, wanted, packed };
    const prepared = await this.#options.preparer.prepare(job);
    signal.throwIfAborted();
    return { ...(await this.#insert(job, prepared)), rows: wanted.length };
  }

  #plan(id: string): Promise<BatchJob> {
    const known = this.#plans.get(id);
    if (known !== undefined) return known;
    const plan = this.#store.batch(id).then((batch): BatchJob => {
      if (batch === undefined) throw new GovError('license-not-found', `there is no batch ${id}`);
      const { issuerCode, firstSerial, firstSlot } = batch;
      return { batch, issuerCode, firstSerial, firstSlot, ...planOf(batch) };
    });
    this.#plans.set(id, plan);
    return plan;
  }

  /**
   * One short transaction. The audit log is locked first, so that of two who have the same rows the second sees those of the
   * first. Where one row cannot be inserted, halves are tried until it is alone, and void.
   */
  async #insert(job: RangeJob, prepared: readonly PreparedLicense[]): Promise<WorkDone> {
    if (prepared.length === 0) return { issued: 0, voided: 0 };
    const { log } = this.#options;
    const ready = this.#store.readyEntries(prepared.map(({ entry }) => entry));
    try {
      return await this.#store.transaction(async (tx) => {
        await tx.audit.lockSize(log);
        const there = new Set(await tx.batchRows(job.batch, rowOf(prepared[0]!), rowOf(prepared.at(-1)!) + 1));
        const missing = prepared.filter((license) => !there.has(rowOf(license)));
        await insertPrepared(tx, log, missing, ready);
        const voided = missing.filter(({ entry }) => entry.status === 'void').length;
        return { issued: missing.length - voided, voided };
      });
    } catch (error) {
      if (!isGovError(error) || error.code !== 'license-exists') throw error;
      const [first] = prepared;
      if (prepared.length > 1) {
        const half = prepared.length >> 1;
        const done = [await this.#insert(job, prepared.slice(0, half)), await this.#insert(job, prepared.slice(half))];
        return { issued: done[0]!.issued + done[1]!.issued, voided: done[0]!.voided + done[1]!.voided };
      }
      // A void row has nothing that could be there already but its own serial and place: then the register is damaged.
      if (first!.entry.status === 'void') throw error;
      return this.#insert(job, [voidRow(job, rowOf(first!), error.code)]);
    }
  }
}

const rowOf = ({ entry }: PreparedLicense): number => entry.batch?.row ?? -1;

interface BatchJob extends Omit<RangeJob, 'batch' | 'issuedAt' | 'firstRow' | 'wanted' | 'packed'> {
  readonly batch: BatchRecord;
}

/** @throws GovError `certificate-expired`, `certificate-not-yet-valid` */
function checkTime({ certificate }: RangePreparer, at: Date): void {
  if (at > certificate.notAfter) throw new GovError('certificate-expired', "the issuer's certificate has expired");
  if (at < certificate.notBefore) {
    throw new GovError('certificate-not-yet-valid', "the issuer's certificate is not yet valid");
  }
}
