/** kill −9 at random moments: whatever was killed, the same command again goes on, and every row has one licence. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '@gov/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { postgresHere } from '../postgres.js';
import { batchLine, batchRoad, type Ended, expectAllOnce, seeded, start } from './batch-road.js';

const ROWS = 2_000;
/** Each takes seconds of starting again, of which nothing is learnt. */
const KILLS = process.env.SLOW === undefined ? 3 : 20;

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
 * Kills the batch again and again until it is done, on one database after another, for so many kills. All moments count, but
 * those before the work begins are alike: it is killed from then on, so early that a batch outlives most of its kills.
 *
 * @param fresh a database in which the batch is recorded, another one each time
 */
async function killAgainAndAgain(name: string, fresh: () => Promise<string>): Promise<void> {
  const random = seeded(name);
  const database = await fresh();
  const opened = performance.now();
  await finished(batchLine(database, '--record-only'));
  let startMs = performance.now() - opened;
  const whole = performance.now();
  await finished(batchLine(database, `--out out-${name}`));
  const workMs = Math.max(500, performance.now() - whole - startMs);

  const told: string[] = [];
  let early = 0;
  for (let [kills, round] = [0, 0]; kills < KILLS; round++) {
    const [killed, out] = [await fresh(), `out-${name}-${round}`];
    let [before, last] = [0, 0];
    for (let isDone = false; !isDone; ) {
      if (kills === KILLS) {
        last = await finished(batchLine(killed, `--out ${out}`));
        break;
      }
      const run = start(folder, batchLine(killed, `--out ${out}`));
      const abort = new AbortController();
      const ms = startMs * (0.8 + 0.3 * random()) + (2 * workMs * random()) / KILLS;
      void sleep(ms, undefined, { signal: abort.signal }).then(
        () => run.child.kill('SIGKILL'),
        () => undefined,
      );
      const ended = await run.ended;
      abort.abort();
      isDone = ended.status !== null;
      if (isDone) last = issuedIn(ended);
      else {
        kills += 1;
        before += 1;
      }
    }
    told.push(`${before} kills, then the last ${last} rows`);
    await expectAllOnce(killed, ROWS, join(folder, out));
    // The killed ones issued something: they were not killed before they began, nor after they were done. Where they did not, the
    // machine has become slower since it was measured, and they are killed again.
    if (before >= KILLS / 2 && last === ROWS) {
      expect(++early).toBeLessThan(4);
      startMs *= 1.4;
      kills -= before;
    }
  }
  console.log(`${name}: ${told.join('; ')}`);
}

/** What a run that nobody kills issues. */
const finished = async (line: string): Promise<number> => issuedIn(await start(folder, line).ended);

function issuedIn({ status, stdout, stderr }: Ended): number {
  expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
  return (JSON.parse(stdout) as { issued?: number }).issued ?? 0;
}

describe(`kill -9 at ${KILLS} random moments over ${ROWS} rows`, () => {
  it('on an embedded database', async () => {
    // Making one takes as long as everything else.
    await finished(batchLine('recorded', '--record-only'));
    let copies = 0;
    await killAgainAndAgain('embedded', async () => {
      const copy = join(folder, `copy-${++copies}`);
      cpSync(join(folder, 'recorded'), copy, { recursive: true });
      return copy;
    });
  }, 1_200_000);

  it.skipIf(postgres === undefined)(
    'on PostgreSQL',
    async () => {
      await killAgainAndAgain('postgres', async () => {
        const url = await postgres!.database();
        await migrate(url);
        await finished(batchLine(url, '--record-only'));
        return url;
      });
    },
    1_200_000,
  );
});
