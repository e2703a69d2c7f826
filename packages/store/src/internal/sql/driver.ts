/** What the statements need of a database: two drivers answer to it, and nothing else of them is used. */

export type SqlValue = string | number | Uint8Array | null;

export interface SqlResult {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Rows written. */
  readonly written: number;
}

/** @throws {@link SqlFailure} */
export type Query = (text: string, values?: readonly SqlValue[], options?: QueryOptions) => Promise<SqlResult>;

interface QueryOptions {
  /** A text that hardly comes again: not worth preparing. */
  readonly rare?: true;
}

export interface SqlDriver {
  /** One statement by itself. */
  readonly query: Query;
  /** Begin, `work`, commit; rolled back where `work` throws. One attempt. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/**
 * What a database says against a statement. Holds its SQLSTATE alone: the message and the detail of the driver's error may show
 * rows, and those hold personal data.
 */
export class SqlFailure extends Error {
  /** Five characters of ISO/IEC 9075 and PostgreSQL, or `''` where the connection, not a statement, failed. */
  readonly state: string;
  /** Something of the connection itself, e.g. `ECONNREFUSED`. */
  readonly connection: string;
  /** Whether it failed while it was being committed: nobody knows then what became of it. */
  readonly duringCommit: boolean;

  constructor(state: string, connection: string, duringCommit: boolean) {
    super(state === '' ? `connection: ${connection}` : `SQLSTATE ${state}`);
    this.state = state;
    this.connection = connection;
    this.duringCommit = duringCommit;
  }
}

/** Of an error of either driver. */
export function failureOf(error: unknown, duringCommit = false): SqlFailure {
  if (error instanceof SqlFailure) return error;
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code))
    return new SqlFailure(code, '', duringCommit);
  return new SqlFailure('', typeof code === 'string' ? code : 'ended', duringCommit);
}
