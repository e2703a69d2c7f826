/** The register of who issues delegations, as a file: a line of JSON for each, in the order of issue, none ever changed. */
import { existsSync } from 'node:fs';
import { type DelegationRegister, memoryDelegationRegister } from '@gov/city-code/delegate';
import { bytesToHex, hexToBytes } from '@gov/sm';
import { readJsonObject } from '@gov/token/json';
import { GovError } from '@gov/verdict';
import { lock } from './file-lock.js';
import { appendLine, readInput } from './files.js';

/**
 * Does something with the register of a file, which is made where there is none; other programs wait meanwhile. A delegation is on
 * the disk before it is handed out.
 *
 * @throws GovError `file-unreadable` for a line that is none; `file-unwritable`; what the work throws
 */
export async function withRegisterFile<T>(
  file: string,
  work: (register: DelegationRegister) => Promise<T>,
): Promise<T> {
  const release = await lock(`${file}.lock`);
  try {
    const known = memoryDelegationRegister();
    const text = existsSync(file) ? new TextDecoder().decode(await readInput(file)) : '';
    const lines = text.split('\n').filter((line) => line !== '');
    for (const [index, line] of lines.entries()) await known.keep(entryOf(line, `${file}, line ${index + 1}`));
    return await work({
      ...known,
      async keep(entry) {
        await known.keep(entry);
        const { tag, expires, deviceKeyDigest, ...rest } = entry;
        const octets = { tag: bytesToHex(tag), deviceKeyDigest: bytesToHex(deviceKeyDigest) };
        await appendLine(file, JSON.stringify({ ...octets, expires: expires.toISOString(), ...rest }));
      },
    });
  } finally {
    await release();
  }
}

function entryOf(line: string, where: string) {
  try {
    const { tag, deviceKeyDigest, expires, holder } = readJsonObject(new TextEncoder().encode(line));
    const end = new Date(String(expires));
    if (typeof tag === 'string' && typeof deviceKeyDigest === 'string' && !Number.isNaN(end.getTime()))
      return {
        tag: hexToBytes(tag),
        deviceKeyDigest: hexToBytes(deviceKeyDigest),
        expires: end,
        holder: String(holder),
      };
  } catch (cause) {
    throw new GovError('file-unreadable', `${where}: not an entry of a register of delegations`, { cause });
  }
  throw new GovError('file-unreadable', `${where}: not an entry of a register of delegations`);
}
