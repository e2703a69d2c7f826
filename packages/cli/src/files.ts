/** Files: read within a limit, written whole or not at all, never over something that is there. */
import { randomUUID } from 'node:crypto';
import { appendFile, link, mkdir, open, readdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { GovError } from '@gov/verdict';

/** Size of one input file, bytes. */
const MAX_INPUT_BYTES = 512 * 1024 * 1024;

/** @throws GovError `file-missing`, `file-unreadable`, `input-too-large` */
export async function readInput(file: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(file);
    if (size > MAX_INPUT_BYTES) throw new GovError('input-too-large', `${file} has ${size} bytes`);
    return new Uint8Array(await readFile(file));
  } catch (cause) {
    throw fileError(cause, file, 'file-unreadable');
  }
}

/** The file itself, or the files of a folder whose names fit, sorted. */
export async function filesOf(place: string, names: RegExp): Promise<string[]> {
  try {
    if (!(await stat(place)).isDirectory()) return [place];
    return (await readdir(place))
      .filter((name) => names.test(name))
      .sort()
      .map((name) => join(place, name));
  } catch (cause) {
    throw fileError(cause, place, 'file-unreadable');
  }
}

/** Something to be written. */
interface OutputFile {
  readonly path: string;
  /** What is large comes in pieces. */
  readonly content: Uint8Array | string | AsyncIterable<Uint8Array>;
  /** Private keys, personal data: readable by their owner alone. */
  readonly secret?: boolean;
}

/**
 * Writes files, all of them or none: each under a temporary name first, then renamed. None is written where one exists
 * already, unless forced.
 *
 * @throws GovError `file-exists`, `file-unwritable`
 */
export async function writeOutputs(files: readonly OutputFile[], force: boolean): Promise<void> {
  const paths = files.map(({ path }) => resolve(path));
  if (new Set(paths).size !== paths.length) throw new GovError('usage', 'two outputs have the same name');
  if (!force) for (const { path } of files) await refuseExisting(path);
  const written: { readonly temporary: string; readonly path: string }[] = [];
  try {
    for (const file of files) {
      await mkdir(dirname(file.path), { recursive: true });
      const temporary = `${file.path}.${randomUUID().slice(0, 8)}.tmp`;
      written.push({ temporary, path: file.path });
      await writeFile(temporary, file.content, { flag: 'wx', mode: file.secret === true ? 0o600 : 0o666 });
      await flush(temporary);
    }
    for (const { temporary, path } of written) await publish(temporary, path, force);
  } catch (cause) {
    throw fileError(cause, files.map(({ path }) => path).join(', '), 'file-unwritable');
  } finally {
    for (const { temporary } of written) await unlink(temporary).catch(() => undefined);
  }
}

/**
 * Adds a line to a record that grows, flushed to the disk before this is done; the file is made where there is none.
 *
 * @throws GovError `file-unwritable`
 */
export async function appendLine(path: string, line: string): Promise<void> {
  try {
    await appendFile(path, `${line}\n`, { flush: true });
  } catch (cause) {
    throw fileError(cause, path, 'file-unwritable');
  }
}

/** `link` fails where the name is taken by now; `rename` would silently replace it. */
async function publish(temporary: string, path: string, force: boolean): Promise<void> {
  if (force) await rename(temporary, path);
  else await link(temporary, path);
}

async function flush(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * That files could be written there, as far as it shows before: for what must not happen where they cannot be.
 *
 * @throws GovError `file-exists`, `file-unwritable`
 */
export async function checkOutputs(folder: string, paths: readonly string[], force: boolean): Promise<void> {
  const probe = join(folder, `.gov-${randomUUID().slice(0, 8)}.tmp`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, '', { flag: 'wx' });
  } catch (cause) {
    throw fileError(cause, folder, 'file-unwritable');
  } finally {
    await unlink(probe).catch(() => undefined);
  }
  if (!force) for (const path of paths) await refuseExisting(path);
}

/** @throws GovError `file-exists` */
export async function refuseExisting(path: string): Promise<void> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  );
  if (exists) throw new GovError('file-exists', `${path} exists already; --force overwrites it`);
}

/** What the system says of a file, as one of our codes; a `GovError` stays. */
export function fileError(cause: unknown, path: string, otherwise: 'file-unreadable' | 'file-unwritable'): unknown {
  if (cause instanceof GovError) return cause;
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'EEXIST') return new GovError('file-exists', `${path} exists already; --force overwrites it`, { cause });
  if (code === 'ENOENT' && otherwise === 'file-unreadable')
    return new GovError('file-missing', `there is no ${path}`, { cause });
  if (code !== undefined) return new GovError(otherwise, `${path}: ${code}`, { cause });
  return cause;
}
