/** Several workers and commands on one PostgreSQL: a worker that is killed, the same command twice, a database that goes away. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate, openStore } from '@gov/store';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresHere } from '../postgres.js';
import { AUTHORITY_CODE, batchLine, batchRoad, expectAllOnce, KEYS, start, writeTable } from './batch-road.js';

/** So many that whoever begins second still finds work. */
const ROWS = process.env.SLOW === undefined ? 1_000 : 4_000;
const FEW = 100;
/** Of what races at the beginning of a command. */
const ROUNDS = process.env.SLOW === undefined ? 2 : 30;
const postgres = await postgresHere();

describe.skipIf(postgres === undefined)('batches on one PostgreSQL', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gov-workers-'));
    batchRoad(folder, ROWS);
    writeTable(folder, 'few.csv', FEW);
    writeTable(folder, 'others.csv', FEW, FEW);
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
    expect({ status, stderr, said: status === 0 ? '' : stdout }).toEqual({ status: 0, stderr: '', said: '' });
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
    await run(batchLine(url, '--record-only', 'few.csv'));
    const client = new Client(url);
    await client.connect();
    // The server is stopped under it where something here fails.
    client.on('error', () => undefined);
    const set = (octets: string) =>
      client.query(`UPDATE batch_range SET packed_rows = ${octets} WHERE range_index = 1 RETURNING packed_rows`);
    const { rows } = await client.query('SELECT packed_rows FROM batch_range WHERE range_index = 1');
    await set("'\\x00'");
    const worker = `license worker --database ${url} ${KEYS} --once --json`;
    for (const line of [worker, batchLine(url, '', 'few.csv')]) {
      const { status, stdout } = await start(folder, line).ended;
      expect({ status, ...JSON.parse(stdout).error }).toMatchObject({
        status: 2,
        code: 'input-malformed',
        issues: [{ code: 'range-damaged', path: [expect.any(String), 1] }],
      });
      const { rows: counted } = await client.query('SELECT count(*) FROM license');
      expect(Number(counted[0].count)).toBe(FEW - 50);
    }
    await set(`'\\x${rows[0].packed_rows.toString('hex')}'`);
    await client.end();
    await run(batchLine(url, '', 'few.csv'));
    await expectAllOnce(url, FEW);
  }, 180_000);

  it('two of the same command at once record one batch and issue every row once', async () => {
    for (let round = 0; round < ROUNDS; round++) {
      const [url, rows] = [await fresh(), round === 0 ? ROWS : FEW];
      const line = batchLine(url, '', round === 0 ? undefined : 'few.csv');
      const [one, two] = await Promise.all([run(line), run(line)]);
      expect(one.batch).toBe(two.batch);
      expect((one.issued as number) + (two.issued as number)).toBe(rows);
      await expectAllOnce(url, rows);
    }
  }, 300_000);

  it('a command issues and counts its own batch alone, whatever is wrong with another', async () => {
    const url = await fresh();
    const { batch: other } = await run(batchLine(url, '--record-only', 'others.csv'));
    const client = new Client(url);
    await client.connect();
    client.on('error', () => undefined);
    await client.query("UPDATE batch_range SET packed_rows = '\\x00' WHERE range_index = 0");
    expect(await run(batchLine(url, '', 'few.csv'))).toMatchObject({ rows: FEW, issued: FEW, voided: 0 });
    const { rows } = await client.query('SELECT count(*) FROM license WHERE batch_id = $1', [other]);
    await client.end();
    expect(Number(rows[0].count)).toBe(0);
  }, 180_000);

  it('a worker that waits outlives a restart of the database, and says one object', async () => {
    const url = await fresh();
    const waiting = start(folder, `license worker --database ${url} ${KEYS} --lease 2 --json`);
    await new Promise((resolve) => waiting.child.stdout?.once('data', resolve));
    await postgres!.restart();
    await run(batchLine(url, '--record-only', 'few.csv'));
    await reached(url, FEW);
    await expectAllOnce(url, FEW);
    waiting.child.kill('SIGTERM');
    const { status, stdout } = await waiting.ended;
    expect({ status, answer: JSON.parse(stdout) }).toEqual({ status: 0, answer: { issuer: AUTHORITY_CODE } });
  }, 180_000);

  it('a database that goes away is said, and the same command goes on', async () => {
    const url = await fresh();
    await run(batchLine(url, '--record-only'));
    const worker = start(folder, `license worker --database ${url} ${KEYS} --once --lease 2 --json`);
    await reached(url, 100);
    await postgres!.crash();
    const { status: gone, stdout: said } = await worker.ended;
    expect({ gone, code: JSON.parse(said).error.code }).toEqual({ gone: 2, code: 'store-unavailable' });
    await postgres!.start();
    const command = start(folder, batchLine(url));
    await reached(url, 300);
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
