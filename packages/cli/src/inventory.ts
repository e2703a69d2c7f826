/** Looking for cryptography in files and folders: certificates, keys, seals, sealed PDFs. Nothing is verified or opened. */
import { constants } from 'node:fs';
import { lstat, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readDer } from '@gov/der';
import { looksLikePem } from '@gov/der/pem';
import { readSeal, readSesSignature, type Seal, type SesSignature } from '@gov/e-seal';
import { openPdf, signaturesOf } from '@gov/pdf';
import { readCertificate } from '@gov/pki';
import type { CbomOccurrence, FoundAlgorithm, FoundCertificate, FoundKey, FoundUnread } from '@gov/pki/cbom';
import { GovError, isGovError } from '@gov/verdict';
import { fileError } from './files.js';
import { type KeyItem, pemTexts, readDerItem, readPemItem } from './key-file.js';

/** What one run looks into. */
export const INVENTORY_LIMITS = {
  /** Files of all places together. */
  files: 20_000,
  /** Folders below a named one; deeper ones are listed as not looked into. */
  depth: 32,
  /** Bytes of one file; larger ones are listed as not looked into. */
  fileBytes: 64 * 1024 * 1024,
  /** Bytes of all files together. */
  totalBytes: 4 * 1024 * 1024 * 1024,
} as const;

/** Everything that was found, and everything that was not looked into. */
interface Inventory {
  readonly certificates: readonly FoundCertificate[];
  readonly keys: readonly FoundKey[];
  readonly algorithms: readonly FoundAlgorithm[];
  readonly unread: readonly FoundUnread[];
  /** Files that were looked into. */
  readonly files: number;
  /** Of these, files that hold none of it. */
  readonly others: number;
}

/** Names that promise cryptography: where such a file is not understood, it is listed, not passed over. */
const PROMISING =
  /\.(pem|crt|cer|der|key|p8|p12|pfx|p7b|p7c|p7s|p7m|jks|jceks|keystore|bks|crl|csr|req|esl|ppk|pub|asc|gpg|kdbx)$/i;

/**
 * Looks into files, and into folders with all that lies below. Symbolic links are followed where they are named, not
 * inside a folder; there they are listed.
 *
 * @throws GovError `file-missing`, `file-unreadable` for a named place, `limit-exceeded`
 */
export async function takeInventory(
  places: readonly string[],
  limits: { readonly [Name in keyof typeof INVENTORY_LIMITS]: number } = INVENTORY_LIMITS,
): Promise<Inventory> {
  const search = new Search(limits);
  for (const place of places) {
    try {
      if ((await stat(place)).isDirectory()) await search.folder(place, 0);
      else await search.file(place, true);
    } catch (cause) {
      throw fileError(cause, place, 'file-unreadable');
    }
  }
  return search;
}

class Search implements Inventory {
  readonly certificates: FoundCertificate[] = [];
  readonly keys: FoundKey[] = [];
  readonly algorithms: FoundAlgorithm[] = [];
  readonly unread: FoundUnread[] = [];
  files = 0;
  others = 0;
  #bytes = 0;
  readonly #limits: { readonly [Name in keyof typeof INVENTORY_LIMITS]: number };

  constructor(limits: { readonly [Name in keyof typeof INVENTORY_LIMITS]: number }) {
    this.#limits = limits;
  }

  async folder(folder: string, depth: number): Promise<void> {
    if (depth > this.#limits.depth) return this.#miss(folder, 'limit-exceeded');
    const names = await this.#attempt(folder, () => readdir(folder));
    for (const name of names?.sort() ?? []) {
      const path = join(folder, name);
      const entry = await this.#attempt(path, () => lstat(path));
      if (entry?.isDirectory()) await this.folder(path, depth + 1);
      else if (entry?.isSymbolicLink()) this.#miss(path, 'symbolic-link');
      else if (entry !== undefined) await this.file(path, false);
    }
  }

  async file(path: string, named: boolean): Promise<void> {
    if (++this.files > this.#limits.files)
      throw new GovError('limit-exceeded', `more than ${this.#limits.files} files; name fewer places`);
    const read = () => this.#read(path, named);
    const bytes = named ? await read() : await this.#attempt(path, read);
    if (bytes !== undefined) this.#look(bytes, path);
  }

  /** Opened first and looked at then, so that nothing is put in its place between. */
  async #read(path: string, named: boolean): Promise<Uint8Array | undefined> {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | (named ? 0 : constants.O_NOFOLLOW));
    try {
      const entry = await handle.stat();
      if (!entry.isFile()) return this.#miss(path, 'not-a-file');
      if (entry.size > this.#limits.fileBytes) return this.#miss(path, 'input-too-large');
      this.#bytes += entry.size;
      if (this.#bytes > this.#limits.totalBytes)
        throw new GovError('limit-exceeded', `more than ${this.#limits.totalBytes} bytes; name fewer places`);
      const bytes = new Uint8Array(entry.size);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  }

  /** Told apart by content; a name only says whether something was to be expected. */
  #look(bytes: Uint8Array, path: string): void {
    const before = this.#count();
    if (new TextDecoder('latin1').decode(bytes.subarray(0, 1024)).includes('%PDF-')) this.#pdf(bytes, path);
    else if (looksLikePem(bytes)) this.#pem(bytes, path);
    else if (bytes[0] === 0x30) this.#der(bytes, path);
    if (this.#count() > before) return;
    if (PROMISING.test(path)) this.#miss(path, 'format-unknown');
    else this.others++;
  }

  #count(): number {
    return this.certificates.length + this.keys.length + this.algorithms.length + this.unread.length;
  }

  #pem(bytes: Uint8Array, path: string): void {
    this.#guard(path, () => {
      for (const block of pemTexts(bytes)) {
        this.#guard(`${path}:${block.line}`, () => {
          const item = readPemItem(block);
          if (item !== undefined) this.#item(item, { location: path, line: block.line });
        });
      }
    });
  }

  #der(bytes: Uint8Array, path: string): void {
    try {
      this.#item(readDerItem(bytes), { location: path });
    } catch (error) {
      if (!isGovError(error)) throw error;
      const seal = attempted(() => readSeal(bytes));
      const signature = attempted(() => readSesSignature(bytes));
      if (seal !== undefined) this.#seal(seal, path, 'seal');
      else if (signature !== undefined) this.#signature(signature, path, 'seal signature');
      else if (error.code !== 'key-unsupported') this.#miss(path, error.code);
      else if (isAsn1(bytes)) this.#miss(path, 'format-unknown');
    }
  }

  #pdf(bytes: Uint8Array, path: string): void {
    this.#guard(path, () => {
      for (const { contents, fieldName } of signaturesOf(openPdf(bytes))) {
        const context = `signature ${fieldName}`;
        const signature = attempted(() => readSesSignature(contents ?? new Uint8Array(), { padded: true }));
        if (signature === undefined) {
          this.#miss(`${path}#${fieldName}`, 'format-unknown');
          continue;
        }
        this.#signature(signature, path, context);
      }
    });
  }

  #signature({ signatureAlgorithm, certificate, seal }: SesSignature, path: string, context: string): void {
    this.#algorithm(signatureAlgorithm, path, context);
    this.#certificate(certificate, path, `${context}: signer`);
    this.#seal(seal, path, `${context}: seal`);
  }

  #seal({ signatureAlgorithm, makerCertificate, signers }: Seal, path: string, context: string): void {
    this.#algorithm(signatureAlgorithm, path, context);
    this.#certificate(makerCertificate, path, `${context}: maker`);
    if (signers.kind !== 'certificates') return;
    for (const certificate of signers.certificates) this.#certificate(certificate, path, `${context}: list of signers`);
  }

  #algorithm(oid: string, location: string, additionalContext: string): void {
    this.algorithms.push({ oid, occurrence: { location, additionalContext } });
  }

  #certificate(bytes: Uint8Array, location: string, additionalContext: string): void {
    this.#guard(`${location}#${additionalContext}`, () => {
      this.certificates.push({ certificate: readCertificate(bytes), occurrence: { location, additionalContext } });
    });
  }

  #item(item: KeyItem, occurrence: CbomOccurrence): void {
    const format = `${item.form} ${item.encoding}`;
    if (item.kind === 'certificate') this.certificates.push({ certificate: item.certificate, occurrence });
    else if (item.kind === 'encrypted')
      this.keys.push({ kind: 'encrypted', encrypted: item.bytes, format, occurrence });
    else this.keys.push({ kind: item.kind, publicKey: item.publicKey, format, occurrence });
  }

  #miss(location: string, code: string): undefined {
    this.unread.push({ location, code });
  }

  /** What cannot be read is listed with the reason. */
  #guard(location: string, read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!isGovError(error)) throw error;
      this.#miss(location, error.code);
    }
  }

  /** A file or folder that the system does not give is listed; limits of the whole run end it. */
  async #attempt<T>(path: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (isGovError(error) || (error as NodeJS.ErrnoException).code === undefined) throw error;
      return this.#miss(path, 'file-unreadable');
    }
  }
}

/** Text may begin with "0", as DER does; what goes on like it should have been understood. */
function isAsn1(bytes: Uint8Array): boolean {
  if (bytes[1] === 0x80) return true;
  try {
    readDer(bytes, { mode: 'lenient' });
    return true;
  } catch (error) {
    if (!isGovError(error)) throw error;
    return error.code === 'der-limit';
  }
}

function attempted<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isGovError(error)) throw error;
    return undefined;
  }
}
