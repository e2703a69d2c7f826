/** PostgreSQL in the process, by PGlite in a thread of its own: one connection, one process. */
import { Worker } from 'node:worker_threads';
import { failureOf, type Query, type SqlDriver, SqlFailure, type SqlValue } from './driver.js';
import type { PgliteAnswer, PgliteQuestion, PgliteWorkerData } from './pglite-worker.node.js';

interface PgliteOptions {
  /** Where its files are; undefined for a database in memory. */
  readonly directory: string | undefined;
  /** What {@link PgliteDriver.dump} gave, for an empty directory; its memory is handed over. */
  readonly backup?: Uint8Array<ArrayBuffer>;
  /** Called by `close`, once the thread is gone: until then it may write. */
  readonly release?: () => Promise<void>;
}

interface PgliteDriver extends SqlDriver {
  /** Its files, as one tar. */
  dump(): Promise<Uint8Array>;
}

/** @throws {@link SqlFailure}; the thread is gone then */
export async function openPglite(options: PgliteOptions): Promise<PgliteDriver> {
  const { directory, backup, release = async () => undefined } = options;
  const thread = new PgliteThread(
    { directory, ...(backup === undefined ? {} : { backup }) },
    backup === undefined ? [] : [backup.buffer],
  );
  await thread.opened;
  let last: Promise<unknown> = Promise.resolve();
  /** After everything that was begun before: there is one connection. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  const query: Query = (text, values = []) => askRows(thread, text, values);
  return {
    query: (text, values) => inTurn(() => query(text, values)),
    transaction: (work) => inTurn(() => transaction(thread, query, work)),
    dump: () =>
      inTurn(async () => {
        const answer = await thread.ask({ dump: true });
        return 'dump' in answer ? answer.dump : unfit();
      }),
    async close() {
      try {
        // Where the thread is gone already there is nothing left to close.
        await inTurn(() => thread.ask({ close: true }).catch(() => undefined));
        await thread.end();
      } finally {
        await release();
      }
    },
  };
}

async function transaction<T>(thread: PgliteThread, query: Query, work: (query: Query) => Promise<T>): Promise<T> {
  await query('BEGIN ISOLATION LEVEL READ COMMITTED');
  try {
    const result = await work(query);
    const { command } = await askRows(thread, 'COMMIT', []).catch((error: unknown) => {
      const { state, connection } = failureOf(error);
      throw new SqlFailure(state, connection, true);
    });
    // A transaction that had failed is rolled back by COMMIT, without an error.
    if (command !== 'COMMIT') throw failureOf({ code: '25P02' });
    return result;
  } catch (error) {
    // What cannot be rolled back would become part of the next transaction.
    await query('ROLLBACK').catch(() => thread.end());
    throw error;
  }
}

async function askRows(thread: PgliteThread, text: string, values: readonly SqlValue[]) {
  // Copied once and then handed over: a view would take all of the memory that it looks into along.
  const owned = values.map((value) => (value instanceof Uint8Array ? new Uint8Array(value) : value));
  const memory = owned.flatMap((value) => (value instanceof Uint8Array ? [value.buffer] : []));
  const answer = await thread.ask({ text, values: owned }, memory);
  return 'rows' in answer ? answer : unfit();
}

interface Waiting {
  readonly resolve: (answer: PgliteAnswer) => void;
  readonly reject: (error: SqlFailure) => void;
}

/**
 * A thread, which begins with a file, refuses the flag of a program given as a text (`node --input-type=module -e …`). Otherwise it
 * takes over what the process has: told in so many words it would refuse flags of V8 (`--max-old-space-size`).
 */
const ownExecArgv = (flags: readonly string[]): { execArgv?: string[] } =>
  flags.some(isInputType) ? { execArgv: flags.filter((flag) => !isInputType(flag)) } : {};

const isInputType = (flag: string): boolean => flag.startsWith('--input-type');

/** One question after another, each with its answer; the thread may end at any moment. */
class PgliteThread {
  /** Settled when the database is open, or the thread is gone. */
  readonly opened: Promise<void>;
  readonly #worker: Worker;
  /** Of the questions that were not answered yet, in their order. */
  readonly #waiting: Waiting[] = [];
  #isGone = false;

  constructor(workerData: PgliteWorkerData, memory: readonly ArrayBuffer[]) {
    const worker = new Worker(new URL('./pglite-worker.node.js', import.meta.url), {
      workerData,
      transferList: [...memory],
      ...ownExecArgv(process.execArgv),
    });
    this.#worker = worker;
    worker.on('message', (answer: PgliteAnswer) => {
      const waiting = this.#waiting.shift();
      // A database that nobody asks keeps no process alive.
      if (this.#waiting.length === 0) worker.unref();
      if ('failure' in answer) waiting?.reject(new SqlFailure(answer.failure.state, answer.failure.connection, false));
      else waiting?.resolve(answer);
    });
    worker.on('messageerror', () => void worker.terminate());
    // What ended a thread is told by its end, and may hold anything; without a listener it would end the process.
    worker.on('error', () => undefined);
    worker.once('exit', () => {
      this.#isGone = true;
      for (const { reject } of this.#waiting.splice(0)) reject(new SqlFailure('', 'ended', false));
    });
    this.opened = this.#answer().then(
      () => undefined,
      async (error: unknown) => {
        await this.end();
        throw error;
      },
    );
  }

  /** @throws {@link SqlFailure} */
  async ask(question: PgliteQuestion, memory: readonly ArrayBuffer[] = []): Promise<PgliteAnswer> {
    if (this.#isGone) throw new SqlFailure('', 'ended', false);
    this.#worker.postMessage(question, memory);
    this.#worker.ref();
    return this.#answer();
  }

  /** Settled when the thread is gone. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #answer(): Promise<PgliteAnswer> {
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }
}

function unfit(): never {
  throw new SqlFailure('', 'ended', false);
}
