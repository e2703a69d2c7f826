/** Files that one process holds at a time, for those milliseconds in which it reads another one and writes it anew. */
import { stat, unlink, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { GovError } from '@gov/verdict';
import { fileError } from './files.js';

/** The lock is held for some milliseconds; one this old was left behind by a process that died, milliseconds. */
const LOCK_STALE_MS = 30_000;
const LOCK_WAIT_MS = 60_000;

/** An exclusive file beside the one that it guards; answers how to give it back. @throws GovError `file-unwritable` */
export async function lock(file: string): Promise<() => Promise<void>> {
  for (const began = Date.now(); ; ) {
    try {
      await writeFile(file, '', { flag: 'wx' });
      return () => unlink(file).catch(() => undefined);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw fileError(cause, file, 'file-unwritable');
      if (Date.now() - began > LOCK_WAIT_MS)
        throw new GovError('file-unwritable', `${file} is held by another process; if none runs, remove it`);
    }
    await removeStale(file);
    await sleep(5 + Math.random() * 20);
  }
}

/** Only one process may judge a lock stale at a time: two could remove each other's new one. */
async function removeStale(file: string): Promise<void> {
  if (!(await isStale(file))) return;
  const breaking = `${file}.stale`;
  const mine = await writeFile(breaking, '', { flag: 'wx' }).then(
    () => true,
    () => false,
  );
  if (!mine) return;
  try {
    if (await isStale(file)) await unlink(file).catch(() => undefined);
  } finally {
    await unlink(breaking).catch(() => undefined);
  }
}

const isStale = (file: string): Promise<boolean> =>
  stat(file).then(
    ({ mtimeMs }) => Date.now() - mtimeMs > LOCK_STALE_MS,
    () => false,
  );
