/** What runs in the thread of an embedded database: PGlite computes where it stands, and nobody else has to wait for it. */
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { failureOf, type SqlResult, type SqlValue } from './driver.js';

export interface PgliteWorkerData {
  /** Where its files are; undefined for a database in memory. */
  readonly directory: string | undefined;
  /** A dump, for an empty directory. */
  readonly backup?: Uint8Array<ArrayBuffer>;
}

export type PgliteQuestion =
  | { readonly text: string; readonly values: readonly SqlValue[] }
  | { readonly dump: true }
  | { readonly close: true };

/** The first says that the database is open, or why it is not; then one to each question. Errors lose their members between threads. */
export type PgliteAnswer =
  | (SqlResult & { readonly command: string | undefined })
  | { readonly dump: Uint8Array<ArrayBuffer> }
  | { readonly done: true }
  | { readonly failure: { readonly state: string; readonly connection: string } };

/** The type `bytea`, by its number. */
const BYTEA = 17;

const { directory, backup }: PgliteWorkerData = workerData;

const opened = PGlite.create({
  // PGlite's own take a second for some megabytes.
  serializers: {
    [BYTEA]: (octets: Uint8Array) =>
      `\\x${Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('hex')}`,
  },
  // Each in memory of its own, so that it can be handed over.
  parsers: {
    [BYTEA]: (text: string) => {
      const octets = Buffer.alloc(text.length / 2 - 1);
      octets.write(text.slice(2), 'hex');
      return octets;
    },
  },
  ...(directory === undefined ? {} : { dataDir: directory }),
  ...(backup === undefined ? {} : { loadDataDir: new Blob([backup], { type: 'application/x-tar' }) }),
});

async function answerTo(question: PgliteQuestion): Promise<PgliteAnswer> {
  const db = await opened;
  if ('text' in question) {
    const { rows, affectedRows = 0, command } = await db.query(question.text, [...question.values]);
    return { rows: rows as SqlResult['rows'], written: affectedRows, command };
  }
  if ('dump' in question) {
    const files = await db.dumpDataDir('none');
    return { dump: new Uint8Array(await files.arrayBuffer()) };
  }
  await db.close();
  return { done: true };
}

function memoryOf(answer: PgliteAnswer): ArrayBuffer[] {
  if ('dump' in answer) return [answer.dump.buffer];
  if (!('rows' in answer)) return [];
  return answer.rows.flatMap((row) =>
    Object.values(row).flatMap((value) => (value instanceof Uint8Array ? [value.buffer as ArrayBuffer] : [])),
  );
}

function tell(answering: Promise<PgliteAnswer>): void {
  answering
    .catch((error: unknown): PgliteAnswer => {
      const { state, connection } = failureOf(error);
      return { failure: { state, connection } };
    })
    .then((answer) => parentPort?.postMessage(answer, memoryOf(answer)));
}

// One question is asked at a time; the answer to it comes before the next.
parentPort?.on('message', (question: PgliteQuestion) => tell(answerTo(question)));
tell(opened.then((): PgliteAnswer => ({ done: true })));
