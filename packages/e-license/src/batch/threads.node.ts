/**
 * `@gov/e-license/batch/threads`: preparing licences in worker threads that hold the key (多线程制证). Node only.
 *
 * @packageDocumentation
 */
import { availableParallelism } from 'node:os';
import type { Certificate } from '@gov/pki';
import { type Sm2PrivateKey, sm2Signer } from '@gov/sm';
import { MAX_WORKER_THREADS } from '@gov/sm/workers';
import { GovError, isGovError } from '@gov/verdict';
import { Piscina } from 'piscina';
import type { BatchWorkerData, ThreadAnswer } from '../internal/batch-worker.node.js';
import { LicenseQrIssuer } from '../qr/index.js';
import type { RangePreparer } from './prepare.js';

export interface LicenseThreadsOptions {
  readonly certificate: Certificate;
  readonly key: Sm2PrivateKey;
  /** 1 … `MAX_WORKER_THREADS` of `@gov/sm/workers`; without it one for each core. */
  readonly threads?: number;
  /**
   * Which implementation of SM2 signs: `wasm` unless given, which takes the same time whatever the key, and is several times as
   * fast as `native` (decision 011).
   */
  readonly backend?: 'native' | 'wasm' | 'js';
}

export interface LicenseThreads extends RangePreparer {
  readonly threads: number;
  /** Ends the threads at once; what they prepare fails. */
  close(): Promise<void>;
}

/**
 * Starts threads that hold the key: it is sent to each once, when the thread starts; after that only packed rows and prepared
 * licences travel. For keys that are handles, in a pool or a password machine, there is `handlePreparer`.
 *
 * @throws GovError `key-mismatch` where the key is not the certificate's, `invalid-argument` for a wrong number of threads,
 *   `backend-unavailable`
 * @example
 * import { runBatch } from '@gov/e-license/batch';
 * import { licenseThreads } from '@gov/e-license/batch/threads';
 * import { readSm2PrivateKey } from '@gov/sm';
 * const preparer = await licenseThreads({ certificate, key: readSm2PrivateKey(pkcs8), threads: 2 });
 * await runBatch(store, 'batch-7', { preparer, log: 'licences' });
 * await preparer.close();
 */
export async function licenseThreads(options: LicenseThreadsOptions): Promise<LicenseThreads> {
  const { certificate, key, backend = 'wasm' } = options;
  const { threads = Math.min(availableParallelism(), MAX_WORKER_THREADS) } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX_WORKER_THREADS) {
    throw new GovError('invalid-argument', `threads are 1 to ${MAX_WORKER_THREADS}`);
  }
  // Whatever is wrong with the options is said here and not by a thread.
  new LicenseQrIssuer({ certificate, signer: sm2Signer(key, { backend }) });
  const workerData: BatchWorkerData = { pkcs8: key.toPkcs8(), certificate: certificate.bytes, backend };
  const piscina = new Piscina({
    filename: new URL('../internal/batch-worker.node.js', import.meta.url).href,
    workerData,
    minThreads: threads,
    maxThreads: threads,
    idleTimeout: Number.POSITIVE_INFINITY,
    recordTiming: false,
    // What a range leaves behind dies young: with room for it the collector hardly runs.
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  });
  // An idle thread that dies is replaced and needs no one's attention; without a listener it would end the process.
  piscina.on('error', () => undefined);
  return {
    certificate,
    threads,
    // Beside what the threads prepare, ranges are fetched, made ready, and wait to be inserted, one after another: enough that nobody waits for them.
    lanes: threads + 6,
    async prepare(job) {
      const answer = await run(piscina, job);
      if ('error' in answer) throw new GovError(answer.error.code, answer.error.message);
      return answer.prepared;
    },
    async close() {
      await piscina.destroy();
      workerData.pkcs8.fill(0);
    },
  };
}

async function run(piscina: Piscina, job: Parameters<RangePreparer['prepare']>[0]): Promise<ThreadAnswer> {
  try {
    return await piscina.run(job);
  } catch (cause) {
    if (isGovError(cause)) throw cause;
    // What the thread says of its end may hold anything.
    throw new GovError('pool-unavailable', 'a worker thread ended before its licences were ready');
  }
}
