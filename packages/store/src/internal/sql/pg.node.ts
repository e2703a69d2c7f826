/** PostgreSQL by `pg`. */
import { GovError } from '@gov/verdict';
import pg from 'pg';
import { failureOf, type Query, type SqlDriver } from './driver.js';

interface PgOptions {
  readonly connections: number;
  readonly statementMilliseconds: number;
  readonly connectMilliseconds: number;
}

/** How much later than the server the client gives a statement up: then it is the network. */
const NETWORK_MILLISECONDS = 5_000;

/** @throws GovError `invalid-argument` where the URL is none */
export function pgDriver(url: string, options: PgOptions): SqlDriver {
  const pool = poolOf(url, options);
  // Of a connection that nobody uses: the next query gets another.
  pool.on('error', () => undefined);
  const names = new Map<string, string>();

  const queryOn =
    (target: pg.Pool | pg.PoolClient): Query =>
    async (text, values = [], { rare = false } = {}) => {
      try {
        const name = rare || values.length === 0 ? undefined : nameOf(names, text);
        const { rows, rowCount } = await target.query({
          ...(name === undefined ? {} : { name }),
          text,
          values: [...values],
        });
        return { rows, written: rowCount ?? 0 };
      } catch (error) {
        throw failureOf(error);
      }
    };

  return {
    query: queryOn(pool),
    async transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
      const client = await pool.connect().catch((error: unknown) => {
        throw failureOf(error);
      });
      const ignore = (): void => undefined;
      // Without a listener the loss of the connection would end the process; the query that runs is told of it anyway.
      client.on('error', ignore);
      let broken = false;
      const query = queryOn(client);
      try {
        await query('BEGIN ISOLATION LEVEL READ COMMITTED');
        const result = await work(query);
        const { command } = await client.query('COMMIT').catch((error: unknown) => {
          throw failureOf(error, true);
        });
        // A transaction that had failed is rolled back by COMMIT, without an error.
        if (command !== 'COMMIT') throw failureOf({ code: '25P02' });
        return result;
      } catch (error) {
        await client.query('ROLLBACK').catch(() => {
          broken = true;
        });
        throw error;
      } finally {
        client.removeListener('error', ignore);
        client.release(broken);
      }
    },
    close: () => pool.end(),
  };
}

function poolOf(url: string, { connections, statementMilliseconds, connectMilliseconds }: PgOptions): pg.Pool {
  try {
    return new pg.Pool({
      connectionString: url,
      max: connections,
      connectionTimeoutMillis: connectMilliseconds,
      statement_timeout: statementMilliseconds,
      query_timeout: statementMilliseconds + NETWORK_MILLISECONDS,
      keepAlive: true,
      application_name: 'gov-store',
      // An idle connection keeps no process alive that has nothing else to do.
      allowExitOnIdle: true,
    });
  } catch {
    // The parser's own message would show the URL, and with it the password.
    throw new GovError('invalid-argument', 'the URL of the database cannot be read');
  }
}

/** Prepared statements are known by a name to each connection. */
function nameOf(names: Map<string, string>, text: string): string {
  const known = names.get(text);
  if (known !== undefined) return known;
  const name = `gov${names.size}`;
  names.set(text, name);
  return name;
}
