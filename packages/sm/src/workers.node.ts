/**
 * SM2 signing in worker threads (多线程签名): the same `Signer`, on as many cores as the machine has. Node only.
 *
 * @packageDocumentation
 */
import { availableParallelism } from 'node:os';
import { GovError } from '@gov/verdict';
import { Piscina } from 'piscina';
import { Batcher, poolSigner, type SignItem } from './internal/pool/batcher.js';
import { keysByName } from './internal/pool/key-id.js';
import type { SigningJob, SigningWorkerData } from './internal/signing-worker.node.js';
import type { Sm2PrivateKey } from './key.js';
import type { PoolSigner, SigningPool } from './pool/signing-pool.js';
import { type Sm2Options, sm2Signer } from './sm2.js';

export type { PoolSigner, SigningPool, SignManyOptions } from './pool/signing-pool.js';

/** Threads of one pool. */
export const MAX_WORKER_THREADS = 256;
/** Messages that may wait for one key, and their octets; a call of `sign` beyond is refused. */
export const MAX_QUEUED_MESSAGES = 100_000;
export const MAX_QUEUED_BYTES = 64 * 1024 * 1024;

/** Long enough to hide the cost of a message between threads, short enough for the threads to end together. */
const BATCH = { items: 64, bytes: 1024 * 1024, itemOverhead: 0 };

export interface Sm2WorkerPoolOptions extends Sm2Options {
  /** Private keys by the names they are asked for: 1 to 64 of A–Z a–z 0–9 . _ - */
  readonly keys: Readonly<Record<string, Sm2PrivateKey>>;
  /** 1 … `MAX_WORKER_THREADS`; without it one for each core. */
  readonly threads?: number;
}

export interface Sm2WorkerPool extends SigningPool {
  readonly threads: number;
  /**
   * Ends the threads when all that was asked for is signed; with `abort` at once, and what is not signed yet fails with
   * `pool-unavailable`. A pool that is not closed keeps no process alive.
   */
  close(options?: { readonly abort?: boolean }): Promise<void>;
}

/**
 * Starts threads that hold the keys: each key is sent once to each thread, when it starts; after that only messages and
 * signatures travel. Calls of `sign` made together are sent together. A thread that dies is replaced; what it was signing
 * fails with `pool-unavailable`, and may be asked for again.
 *
 * @throws GovError `invalid-argument` for a wrong number of threads, name of a key or signer's ID, `limit-exceeded` for
 *   too many keys, `backend-unavailable`, `pool-unavailable` where the threads do not start
 *
 * @example
 * import { generateSm2Key, sm2Verifier } from '@gov/sm';
 * import { sm2WorkerPool } from '@gov/sm/workers';
 * const key = generateSm2Key();
 * const pool = await sm2WorkerPool({ keys: { seal: key }, threads: 2 });
 * const signer = await pool.signer('seal'); // in place of sm2Signer(key)
 * const [first] = await signer.signMany([message, message]); // r ‖ s, 64 bytes each
 * await sm2Verifier(key.publicKey).verify(message, first!); // true
 * await pool.close();
 */
export async function sm2WorkerPool(options: Sm2WorkerPoolOptions): Promise<Sm2WorkerPool> {
  const threads = options.threads ?? Math.min(availableParallelism(), MAX_WORKER_THREADS);
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX_WORKER_THREADS) {
    throw new GovError('invalid-argument', `threads are 1 to ${MAX_WORKER_THREADS}`);
  }
  const keys = keysByName(options.keys);
  const { id, backend } = options;
  // Whatever is wrong with the options is said here and not by a thread.
  for (const key of keys.values()) sm2Signer(key, options);
  const workerData: SigningWorkerData = {
    keys: [...keys].map(([name, key]) => [name, key.toPkcs8()]),
    id,
    backend,
  };
  const piscina = new Piscina({
    filename: new URL('./internal/signing-worker.node.js', import.meta.url).href,
    workerData,
    minThreads: threads,
    maxThreads: threads,
    // The next batch lies ready while the thread signs one.
    concurrentTasksPerWorker: 2,
    recordTiming: false,
  });
  // An idle thread that dies is replaced and needs no one's attention; without a listener it would end the process.
  piscina.on('error', () => undefined);
  let closed = false;
  const run = async (job: SigningJob): Promise<Uint8Array> => {
    if (closed) throw new GovError('pool-unavailable', 'the worker pool is closed');
    try {
      return await piscina.run(job, { transferList: [job.bytes.buffer as ArrayBuffer] });
    } catch {
      // What the thread says of its end may hold anything.
      throw new GovError('pool-unavailable', 'a worker thread ended before it had signed');
    }
  };
  const end = async () => {
    closed = true;
    await piscina.destroy();
    for (const [, pkcs8] of workerData.keys) pkcs8.fill(0);
  };
  const limits = { ...BATCH, lanes: 2 * threads, queued: MAX_QUEUED_MESSAGES, queuedBytes: MAX_QUEUED_BYTES };
  const batchers: Batcher[] = [];
  const signers = new Map<string, PoolSigner>();
  for (const [name, key] of keys) {
    const batcher = new Batcher(async (items) => separate(await run(packed(name, items))), limits);
    batchers.push(batcher);
    signers.set(
      name,
      poolSigner(key.publicKey.toSpki(), batcher, (bytes) => ({ kind: 'message', bytes })),
    );
  }
  try {
    const [first] = keys.keys();
    await Promise.all(Array.from({ length: threads }, () => run(packed(first!, []))));
  } catch (error) {
    await end();
    throw error;
  }
  let closing: Promise<void> | undefined;
  return {
    threads,
    async signer(keyId) {
      const signer = signers.get(keyId);
      if (signer === undefined) throw new GovError('pool-key-unknown', 'the worker pool has no key of this name');
      return signer;
    },
    async close({ abort = false } = {}) {
      if (abort) closed = true;
      else await Promise.all(batchers.map((batcher) => batcher.close()));
      closing ??= end();
      await closing;
    },
  };
}

function packed(key: string, items: readonly SignItem[]): SigningJob {
  const bytes = new Uint8Array(items.reduce((sum, item) => sum + item.bytes.length, 0));
  let at = 0;
  for (const item of items) {
    bytes.set(item.bytes, at);
    at += item.bytes.length;
  }
  return {
    key,
    lengths: items.map((item) => item.bytes.length),
    digests: items.map((item) => item.kind === 'digest'),
    bytes,
  };
}

function separate(signatures: Uint8Array): Uint8Array[] {
  return Array.from({ length: signatures.length / 64 }, (_, i) => signatures.slice(64 * i, 64 * i + 64));
}
