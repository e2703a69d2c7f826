/** Trust lists as files: the list, the keys that are pinned, and the state that is kept between editions. */
import { randomUUID } from 'node:crypto';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import { looksLikePem } from '@gov/der/pem';
import {
  readTrustListState,
  type TrustListState,
  type VerifiedTrustList,
  verifyTrustList,
  writeTrustListState,
} from '@gov/pki/trust-list';
import { GovError } from '@gov/verdict';
import { lock } from './file-lock.js';
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
