/** Passwords: from a file or from standard input, never from the command line, which every user of the machine can read. */
import { stat } from 'node:fs/promises';
import { GovError } from '@gov/verdict';
import { readInput } from './files.js';
import { warn } from './output.js';

/** Of a password, bytes. */
export const PASSWORD_MAX_BYTES = 1024;

/**
 * The one line of a file, or of standard input for `-`, without its line ending. A file that others may read is used, and
 * said so on standard error.
 *
 * @throws GovError `usage` for nothing, several lines, or more than `PASSWORD_MAX_BYTES`; `file-missing`, `file-unreadable`
 */
export async function readPassword(file: string, readStdin: () => Promise<Uint8Array>): Promise<Uint8Array> {
  if (file !== '-') await warnOfReaders(file);
  const bytes = file === '-' ? await readStdin() : await readInput(file);
  const ending = bytes.at(-1) !== 0x0a ? 0 : bytes.at(-2) === 0x0d ? 2 : 1;
  const password = bytes.subarray(0, bytes.length - ending);
  if (password.length === 0) throw new GovError('usage', `${file} holds no password`);
  if (password.length > PASSWORD_MAX_BYTES)
    throw new GovError('usage', `a password has at most ${PASSWORD_MAX_BYTES} bytes`);
  if (password.includes(0x0a)) throw new GovError('usage', `${file} holds more than one line`);
  return password;
}

/** Standard input can be read once. @throws GovError `usage` */
export function refuseStdinTwice(...files: readonly (string | undefined)[]): void {
  if (files.filter((file) => file === '-').length > 1)
    throw new GovError('usage', 'standard input (-) can be only one of the files');
}

async function warnOfReaders(file: string): Promise<void> {
  // Windows has no such bits: Node answers 0o666 there for every file.
  if (process.platform === 'win32') return;
  const mode = await stat(file).then(
    (entry) => (entry.isFile() ? entry.mode : 0),
    () => 0,
  );
  if ((mode & 0o077) !== 0) warn(`${file}: others may read this password file (chmod 600)`);
}
