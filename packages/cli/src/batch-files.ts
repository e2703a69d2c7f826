/** Files that a batch leaves beside its folder: that they are its own is known before anything is recorded. */
import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { LicenseStore } from '@gov/e-license/register';
import { GovError } from '@gov/verdict';
import { fileError } from './files.js';

/** Octets of a file of results that are looked at: its first row is within them. */
const LOOKED_AT = 65_536;

/** An identifier as results hold it: with the root of GB/T 36904. */
const IDENTIFIER = /1\.2\.156\.3005\.2\.[0-9A-Z.]{1,200}/i;

/**
 * Looks whether a file can be written: there is none, or it holds results of this batch, which are written anew.
 *
 * @throws GovError `file-exists` for a file of anything else; `file-unwritable`
 */
export async function checkOwnFile(path: string, store: LicenseStore, batch: string | undefined): Promise<void> {
  const start = await startOf(path);
  if (start === undefined) return;
  const identifier = IDENTIFIER.exec(start)?.[0];
  const entry = identifier === undefined || batch === undefined ? undefined : await store.entry({ identifier });
  if (entry === undefined || entry.batch?.id !== batch)
    throw new GovError('file-exists', `${path} is there already and not of this batch; --force overwrites it`);
}

/** The beginning of a file; undefined where there is none, and one can be made. */
async function startOf(path: string): Promise<string | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(LOOKED_AT), 0, LOOKED_AT, 0);
      return new TextDecoder().decode(buffer.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw fileError(cause, path, 'file-unwritable');
  }
  await checkFolder(dirname(resolve(path)), path);
  return undefined;
}

/** The nearest folder above a path that is there can be written to. */
async function checkFolder(folder: string, path: string): Promise<void> {
  try {
    await access(folder, constants.W_OK);
  } catch (cause) {
    const isMissing = (cause as NodeJS.ErrnoException).code === 'ENOENT' && dirname(folder) !== folder;
    if (!isMissing) throw fileError(cause, path, 'file-unwritable');
    await checkFolder(dirname(folder), path);
  }
}
