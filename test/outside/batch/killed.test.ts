/** kill −9 at random moments: whatever was killed, the same command again goes on, and every row has one licence. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '@gov/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresHere } from '../postgres.js';
import { batchLine, batchRoad, expectAllOnce, seeded, start } from './batch-road.js';

const ROWS = 2_000;
const KILLS = 20;

const postgres = await postgresHere();
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gov-batch-'));
  batchRoad(folder, ROWS);
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await postgres?.stop();
});

/**
 * Runs the batch as often as it takes for so many kills, on one database after another: on each until it is done. The first
 * run is left alone, to know how long one takes.
 */
async function killAgainAndAgain(name: string, fresh: (round: number) => Promise<string>): Promise<void> {
  const random = seeded(name);
  let [kills, round, runMs] = [0, 0, 0];
  while (kills < KILLS) {
    const database = await fresh(round);
    const out = `out-${name}-${round}`;
    for (let ended: number | null = null; ended !== 0; ) {
      const began = performance.now();
      const run = start(folder, batchLine(database, `--out ${out}`));
      if (runMs > 0 && kills < KILLS) {
        const killed = sleep(random() * runMs).then(() => run.child.kill('SIGKILL'));
        const { status } = await run.ended;
        await killed;
        ended = status;
        if (status === null) kills += 1;
      } else {
        const { status, stdout, stderr } = await run.ended;
        expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
        ended = status;
        if (runMs === 0) runMs = performance.now() - began;
      }
    }
    await expectAllOnce(database, ROWS, join(folder, out));
    round += 1;
  }
}

describe(`kill -9 at ${KILLS} random moments over ${ROWS} rows`, () => {
  it('on an embedded database', async () => {
    await killAgainAndAgain('embedded', async (round) => join(folder, `db-${round}`));
  }, 600_000);

  it.skipIf(postgres === undefined)(
    'on PostgreSQL',
    async () => {
      await killAgainAndAgain('postgres', async () => {
        const url = await postgres!.database();
        await migrate(url);
        return url;
      });
    },
    600_000,
  );
});
