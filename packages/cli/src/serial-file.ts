/** Serial numbers that are never given twice, whatever happens to the program: a file says from where on none was given. */
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { GovError } from '@gov/verdict';
import { fileError } from './files.js';

/** Numbers that are reserved at once: so many may be left out after a crash, none is given twice. */
const RESERVED_AT_ONCE = 1000n;

/** How long the file may be held by another, milliseconds: reserving takes a few. */
const LOCK_MS = 5000;

/**
 * Serial numbers from a file, which is made where there is none. They are reserved ahead: the file, flushed to the disk,
 * says the next block before the first number of this one is given. Several programs may share it. A file that was lost
 * leads to no number again: a new one begins at 64 random bits before 64 of counting.
 *
 * @throws GovError `file-unreadable` for a file that holds no number; `file-unwritable`
 */
export async function serialFile(file: string): Promise<() => Promise<bigint>> {
  let next = 0n;
  let end = 0n;
  let reserving: Promise<void> | undefined;
  const reserve = async () => {
    next = await reserveBlock(file);
    end = next + RESERVED_AT_ONCE;
  };
  await reserve();
  return async () => {
    while (next >= end) {
      reserving ??= reserve().finally(() => {
        reserving = undefined;
      });
      await reserving;
    }
    return next++;
  };
}

async function reserveBlock(file: string): Promise<bigint> {
  const lock = `${file}.lock`;
  try {
    await acquire(lock);
    try {
      const first = await readNext(file);
      await replace(file, `${first + RESERVED_AT_ONCE}\n`);
      return first;
    } finally {
      await unlink(lock);
    }
  } catch (cause) {
    throw fileError(cause, file, 'file-unwritable');
  }
}

async function acquire(lock: string): Promise<void> {
  const until = performance.now() + LOCK_MS;
  for (;;) {
    try {
      await (await open(lock, 'wx')).close();
      return;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
      if (performance.now() > until)
        throw new GovError('file-unwritable', `${lock} is there: if no other program uses the file, remove it`, {
          cause,
        });
      await setTimeout(20);
    }
  }
}

async function readNext(file: string): Promise<bigint> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw fileError(cause, file, 'file-unreadable');
    return (crypto.getRandomValues(new BigUint64Array(1))[0]! << 64n) + 1n;
  }
  if (!/^[1-9]\d{0,47}\n?$/.test(text)) throw new GovError('file-unreadable', `${file} holds no serial number`);
  return BigInt(text.trim());
}

/** Either the old text or the new one is there, also after the power failed. */
async function replace(file: string, text: string): Promise<void> {
  const temporary = `${file}.tmp`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  const folder = await open(dirname(file), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
