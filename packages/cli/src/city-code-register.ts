/**
 * The register of who issues delegations: a database, or a file with a line of JSON for each delegation and each revocation, in
 * their order, none ever changed.
 */
import { existsSync } from 'node:fs';
import { type DelegationRegister, type DelegationsOf, memoryDelegationRegister } from '@gov/city-code/delegate';
import { bytesToHex, hexToBytes } from '@gov/sm';
import { isJsonObject, readJsonObject } from '@gov/token/json';
import { GovError } from '@gov/verdict';
import type { OptionDefinition } from './command.js';
import { DATABASE_OPTION, openDatabase } from './database.js';
import { lock } from './file-lock.js';
import { appendLine, readInput } from './files.js';

/** Where delegations are kept: one of the two. */
export const REGISTER_OPTIONS = {
  register: {
    type: 'string',
    value: 'FILE',
    about: { en: 'keeps whose each delegation is, in a file', zh: '授权登记簿文件（记录授权归属）' },
  },
  database: {
    ...DATABASE_OPTION,
    required: false,
    about: { en: 'keeps whose each delegation is, in a database', zh: '授权登记数据库（记录授权归属）' },
  },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

/**
 * Does something with the register that is named; only with `create` it is made where there is none.
 *
 * @throws GovError `usage`; `file-missing`, `file-unreadable` for a line that is none, `file-unwritable`; what opening a database
 *   throws; what the work throws
 */
export async function withRegister<T>(
  { register: file, database }: { readonly register: string | undefined; readonly database: string | undefined },
  { create = false }: { readonly create?: boolean },
  work: (register: DelegationRegister) => Promise<T>,
): Promise<T> {
  if ((file === undefined) === (database === undefined))
    throw new GovError('usage', '--register FILE or --database URL|DIR');
  if (database === undefined) return withRegisterFile(file!, create, work);
  const store = await openDatabase(database, { create });
  try {
    return await work(store.delegations);
  } finally {
    await store.close();
  }
}

/** Other programs wait meanwhile. A delegation is on the disk before it is handed out. */
async function withRegisterFile<T>(
  file: string,
  create: boolean,
  work: (register: DelegationRegister) => Promise<T>,
): Promise<T> {
  // No lock beside a name that was mistyped.
  if (!create && !existsSync(file)) throw new GovError('file-missing', `${file} is not there`);
  const release = await lock(`${file}.lock`);
  try {
    const known = memoryDelegationRegister();
    const text = existsSync(file) ? new TextDecoder().decode(await readInput(file)) : '';
    const lines = text.split('\n').filter((line) => line !== '');
    for (const [index, line] of lines.entries()) await replay(line, known, `${file}, line ${index + 1}`);
    return await work({
      ...known,
      async keep(entry) {
        await known.keep(entry);
        const { tag, expires, deviceKeyDigest, ...rest } = entry;
        const octets = { tag: bytesToHex(tag), deviceKeyDigest: bytesToHex(deviceKeyDigest) };
        await appendLine(file, JSON.stringify({ ...octets, expires: expires.toISOString(), ...rest }));
      },
      async revoke(which) {
        const revoked = await known.revoke(which);
        const named = 'tag' in which ? { tag: bytesToHex(which.tag) } : { holder: which.holder };
        if (revoked > 0) await appendLine(file, JSON.stringify({ revoked: named }));
        return revoked;
      },
    });
  } finally {
    await release();
  }
}

async function replay(line: string, register: DelegationRegister, where: string): Promise<void> {
  const malformed = (cause?: unknown) =>
    new GovError('file-unreadable', `${where}: not an entry of a register of delegations`, { cause });
  let entry: ReturnType<typeof readJsonObject>;
  try {
    entry = readJsonObject(new TextEncoder().encode(line));
  } catch (cause) {
    throw malformed(cause);
  }
  const { tag, deviceKeyDigest, expires, holder, revoked } = entry;
  if (revoked !== undefined) {
    const which = isJsonObject(revoked) ? delegationsOf(revoked) : undefined;
    if (which === undefined) throw malformed();
    await register.revoke(which);
    return;
  }
  const end = new Date(String(expires));
  if (!isHex(tag, 10) || !isHex(deviceKeyDigest, 32) || Number.isNaN(end.getTime())) throw malformed();
  const octets = { tag: hexToBytes(tag), deviceKeyDigest: hexToBytes(deviceKeyDigest) };
  await register.keep({ ...octets, expires: end, holder: String(holder) });
}

/** Of a tag in hexadecimal digits or a holder, exactly one. */
export function delegationsOf({
  tag,
  holder,
}: {
  readonly tag?: unknown;
  readonly holder?: unknown;
}): DelegationsOf | undefined {
  if ((tag === undefined) === (holder === undefined)) return undefined;
  if (tag === undefined) return typeof holder === 'string' && holder !== '' ? { holder } : undefined;
  return isHex(tag, 10) ? { tag: hexToBytes(tag) } : undefined;
}

const isHex = (text: unknown, octets: number): text is string =>
  typeof text === 'string' && text.length === 2 * octets && /^[0-9a-f]*$/i.test(text);
