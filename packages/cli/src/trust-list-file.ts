/** Trust lists as files: the list, the keys that are pinned, and the state that is kept between editions. */
import { randomUUID } from 'node:crypto';
import { open, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { looksLikePem } from '@gov/der/pem';
import {
  readTrustListState,
  type TrustListState,
  type VerifiedTrustList,
  verifyTrustList,
  writeTrustListState,
} from '@gov/pki/trust-list';
import { GovError } from '@gov/verdict';
import { fileError, readInput } from './files.js';
import { type KeyItem, pemTexts, readKeyItem, readPemItem } from './key-file.js';

/** A compact JWS begins with `{"` in base64url; neither PEM nor DER does. One line ending behind it does no harm. */
export function trustListText(bytes: Uint8Array): string | undefined {
  const isJws = bytes[0] === 0x65 && bytes[1] === 0x79;
  return isJws ? new TextDecoder('latin1').decode(bytes).replace(/\r?\n$/, '') : undefined;
}

/** The public keys of a file: PEM (several), DER, or those of certificates. @throws GovError `usage` for a private key */
export async function publicKeysOf(file: string): Promise<Uint8Array[]> {
  const bytes = await readInput(file);
  const items: KeyItem[] = looksLikePem(bytes)
    ? pemTexts(bytes).flatMap((block) => readPemItem(block) ?? [])
    : [readKeyItem(bytes)];
  return items.map((item) => {
    if (item.kind === 'public' || item.kind === 'certificate') return item.publicKey;
    throw new GovError('usage', `${file} holds a private key; a public key is what belongs here`);
  });
}

/** Verifies an edition against the kept state, and keeps the new one where nothing was wrong. */
export async function verifyTrustListFile(
  jws: string,
  options: { readonly keys: readonly Uint8Array[]; readonly at: Date; readonly stateFile?: string | undefined },
): Promise<VerifiedTrustList> {
  const { keys, at, stateFile } = options;
  if (stateFile === undefined) return verifyTrustList(jws, { keys, at });
  for (;;) {
    const before = await readState(stateFile);
    const previous = before === undefined ? undefined : readTrustListState(before);
    const verified = await verifyTrustList(jws, { keys, at, ...(previous === undefined ? {} : { previous }) });
    if (verified.state === undefined || isSame(previous, verified.state)) return verified;
    // Another process may have kept a later edition meanwhile: then everything is judged anew.
    if (await replaceState(stateFile, before, writeTrustListState(verified.state))) return verified;
  }
}

const isSame = (a: TrustListState | undefined, b: TrustListState): boolean =>
  a !== undefined && writeTrustListState(a) === writeTrustListState(b);

async function readState(file: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(file));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fileError(cause, file, 'file-unreadable');
  }
}

/** Writes the state where it is still `before`; false where it is not. A reader sees the old one or the new one whole. */
async function replaceState(file: string, before: Uint8Array | undefined, after: string): Promise<boolean> {
  const temporary = `${file}.${randomUUID().slice(0, 8)}.tmp`;
  const release = await lock(`${file}.lock`);
  try {
    const now = await readState(file);
    if (Buffer.compare(now ?? new Uint8Array(), before ?? new Uint8Array()) !== 0) return false;
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(after);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    return true;
  } catch (cause) {
    throw fileError(cause, file, 'file-unwritable');
  } finally {
    await unlink(temporary).catch(() => undefined);
    await release();
  }
}

/** The lock is held for some milliseconds; one this old was left behind by a process that died, milliseconds. */
const LOCK_STALE_MS = 30_000;
const LOCK_WAIT_MS = 60_000;

/** An exclusive file; answers how to give it back. @throws GovError `file-unwritable` */
async function lock(file: string): Promise<() => Promise<void>> {
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
