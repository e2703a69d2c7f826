/** Several workers and commands on one PostgreSQL: a worker that is killed, the same command twice, a database that goes away. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate, openStore } from '@gov/store';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresHere } from '../postgres.js';
import { batchLine, batchRoad, expectAllOnce, KEYS, start } from './batch-road.js';

const ROWS = 2_000;
const postgres = await postgresHere();

describe.skipIf(postgres === undefined)('batches on one PostgreSQL', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gov-workers-'));
    batchRoad(folder, ROWS);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await postgres?.stop();
  });

  const fresh = async (): Promise<string> => {
    const url = await postgres!.database();
    await migrate(url);
    return url;
  };
  const run = async (line: string): Promise<Record<string, unknown>> => {
    const { status, stdout, stderr } = await start(folder, line).ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return JSON.parse(stdout);
  };
  /** Until so many rows of the only batch are in the register. */
  const reached = async (url: string, rows: number): Promise<void> => {
    const store = await openStore(url);
    for (;;) {
      const [batch] = await store.batches();
      if (batch !== undefined && (await store.countBatchRows(batch.id)) >= rows) break;
      await sleep(20);
    }
    await store.close();
  };

  it('a range whose worker is killed is finished by another', async () => {
    const url = await fresh();
    await run(batchLine(url, '--record-only'));
    const line = `license worker --database ${url} ${KEYS} --once --lease 2 --json`;
    const [killed, other] = [start(folder, line), start(folder, line)];
    await reached(url, 200);
    killed.child.kill('SIGKILL');
    expect((await killed.ended).status).toBeNull();
    expect((await other.ended).status).toBe(0);
    await expectAllOnce(url, ROWS);
  }, 180_000);

  it('a damaged range is told, and all others are issued', async () => {
    const url = await fresh();
    await run(batchLine(url, '--record-only'));
    const client = new Client(url);
    await client.connect();
    // The server is stopped under it where something here fails.
    client.on('error', () => undefined);
    const set = (octets: string) =>
      client.query(`UPDATE batch_range SET packed_rows = ${octets} WHERE range_index = 7 RETURNING packed_rows`);
    const { rows } = await client.query('SELECT packed_rows FROM batch_range WHERE range_index = 7');
    await set("'\\x00'");
    const worker = `license worker --database ${url} ${KEYS} --once --json`;
    for (const line of [worker, batchLine(url)]) {
      const { status, stdout } = await start(folder, line).ended;
      expect({ status, ...JSON.parse(stdout).error }).toMatchObject({
        status: 2,
        code: 'input-malformed',
        issues: [{ code: 'range-damaged', path: [expect.any(String), 7] }],
      });
      const { rows: counted } = await client.query('SELECT count(*) FROM license');
      expect(Number(counted[0].count)).toBe(ROWS - 50);
    }
    await set(`'\\x${rows[0].packed_rows.toString('hex')}'`);
    await client.end();
    await run(batchLine(url));
    await expectAllOnce(url, ROWS);
  }, 180_000);

  it('two of the same command at once record one batch and issue every row once', async () => {
    const url = await fresh();
    const [one, two] = await Promise.all([run(batchLine(url)), run(batchLine(url))]);
    expect(one.batch).toBe(two.batch);
    expect((one.issued as number) + (two.issued as number)).toBe(ROWS);
    await expectAllOnce(url, ROWS);
  }, 180_000);

  it('a database that goes away is said, and the same command goes on', async () => {
    const url = await fresh();
    const command = start(folder, batchLine(url));
    await reached(url, 200);
    await postgres!.restart();
    const { status, stdout } = await command.ended;
    if (status !== 0) {
      expect(status).toBe(2);
      expect(JSON.parse(stdout).error.code).toBe('store-unavailable');
    }
    await run(batchLine(url));
    await expectAllOnce(url, ROWS);
  }, 180_000);
});
