/** Editions as files (目录年度版本). */
import type { RegionProfile } from '@gov/catalog';
import { type EditionHead, readEdition } from '@gov/catalog/edition';
import { bytesToHex, Sm3 } from '@gov/sm';
import { piecesOf } from './catalog-input.js';

/** What a whole edition says of itself, and the SM3 of its file. Who signed it is not asked. */
export interface EditionFile {
  readonly head: EditionHead;
  /** Hexadecimal. */
  readonly sm3: string;
}

/** @throws GovError as `readEdition`; `file-missing`, `file-unreadable`; the reason of `signal` */
export async function editionFile(file: string, profile: RegionProfile, signal: AbortSignal): Promise<EditionFile> {
  const hash = new Sm3();
  async function* hashed(): AsyncGenerator<Uint8Array, void> {
    for await (const piece of piecesOf(file, signal)) {
      hash.update(piece);
      yield piece;
    }
  }
  const records = readEdition(hashed(), profile);
  for (;;) {
    const { done, value } = await records.next();
    if (done === true) return { head: value, sm3: bytesToHex(hash.digest()) };
  }
}
