/** Strings and streams of single objects (ISO 32000-2 §7.6.3, algorithms 1 and 1.A): what is encrypted, and under which key. */
import { md5 } from '@noble/hashes/legacy.js';
import { memoryFile, type PdfFile } from '../file.js';
import { concatenate } from '../internal/write.js';
import {
  isName,
  PdfArray,
  type PdfCipher,
  PdfDict,
  type PdfEntry,
  PdfName,
  type PdfObject,
  type PdfRef,
  PdfStream,
  PdfString,
} from '../object.js';
import { decryptAes, encryptAes } from './aes.js';
import { isCrossReference, isSignatureValue } from './plain.js';
import { rc4 } from './rc4.js';
import type { CryptMethod, StandardEncryption } from './standard-encryption.js';

/** The encryption of a document as far as its objects are concerned: the parameters and the file encryption key. */
export class DocumentCipher {
  readonly encryption: StandardEncryption;
  readonly #key: Uint8Array;

  constructor(encryption: StandardEncryption, key: Uint8Array) {
    this.encryption = encryption;
    this.#key = key;
  }

  /** For the object that a number and a generation name; a stream's dictionary may refer to others. */
  forObject({ number, generation }: PdfRef, resolve: Resolve): ObjectCipher {
    return new ObjectCipher(this, number, generation, resolve);
  }

  keyFor(method: CryptMethod, number: number, generation: number): Uint8Array {
    if (method === 'aes256') return this.#key;
    const place = [number, number >> 8, number >> 16, generation, generation >> 8];
    const salt = method === 'aes128' ? [0x73, 0x41, 0x6c, 0x54] : [];
    const hash = md5(concatenate([this.#key, Uint8Array.from([...place, ...salt], (byte) => byte & 0xff)]));
    return hash.subarray(0, Math.min(this.#key.length + 5, 16));
  }
}

/** What one object's strings and stream are encrypted with. */
export class ObjectCipher implements PdfCipher {
  readonly #document: DocumentCipher;
  readonly #number: number;
  readonly #generation: number;
  readonly #resolve: Resolve;

  constructor(document: DocumentCipher, number: number, generation: number, resolve: Resolve) {
    this.#document = document;
    this.#number = number;
    this.#generation = generation;
    this.#resolve = resolve;
  }

  equals(other: PdfCipher | undefined): boolean {
    return (
      other instanceof ObjectCipher &&
      this.#document === other.#document &&
      this.#number === other.#number &&
      this.#generation === other.#generation
    );
  }

  encryptString(bytes: Uint8Array): Uint8Array {
    return this.#apply(this.#document.encryption.strings, bytes, encryptAes);
  }

  decryptString(bytes: Uint8Array): Uint8Array {
    return this.#apply(this.#document.encryption.strings, bytes, decryptAes);
  }

  encryptStream({ dict, data }: PdfStream): PdfFile {
    const method = streamMethod(this.#document.encryption, dict, this.#resolve);
    return method === 'identity' ? data : memoryFile(this.#apply(method, data.read(0, data.length), encryptAes));
  }

  /** The data are decrypted when first asked for: most streams never are. */
  decryptStream({ dict, data }: PdfStream): PdfFile {
    return new DecryptedData(() => {
      const method = streamMethod(this.#document.encryption, dict, this.#resolve);
      return method === 'identity' ? data : memoryFile(this.#apply(method, data.read(0, data.length), decryptAes));
    });
  }

  #apply(method: CryptMethod, data: Uint8Array, aes: typeof encryptAes): Uint8Array {
    if (method === 'identity') return data;
    const key = this.#document.keyFor(method, this.#number, this.#generation);
    return method === 'rc4' ? rc4(key, data) : aes(key, data);
  }
}

type Resolve = (object: PdfObject | undefined) => PdfObject;

/** Decrypted as a whole at the first look. */
class DecryptedData implements PdfFile {
  readonly #decrypt: () => PdfFile;
  #plain: PdfFile | undefined;

  constructor(decrypt: () => PdfFile) {
    this.#decrypt = decrypt;
  }

  get length(): number {
    return this.#all.length;
  }

  read(start: number, end: number): Uint8Array {
    return this.#all.read(start, end);
  }

  get #all(): PdfFile {
    this.#plain ??= this.#decrypt();
    return this.#plain;
  }
}

/** A stream's own /Crypt filter counts first (§7.4.10). Metadata stay plain where the dictionary says so (§7.6.2). */
function streamMethod(encryption: StandardEncryption, dict: PdfDict, resolve: Resolve): CryptMethod {
  if (encryption.version < 4) return 'rc4';
  const type = resolve(dict.get('Type'));
  const filters = listOf(resolve(dict.get('Filter'))).map(resolve);
  const at = filters.findIndex((filter) => isName(filter, 'Crypt'));
  if (at >= 0) {
    const parameters = resolve(listOf(resolve(dict.get('DecodeParms')))[at]);
    const name = parameters instanceof PdfDict ? resolve(parameters.get('Name')) : null;
    return encryption.filter(name instanceof PdfName ? name.value : 'Identity');
  }
  if (isName(type, 'Metadata') && !encryption.encryptMetadata) return 'identity';
  return isName(type, 'EmbeddedFile') ? encryption.embeddedFiles : encryption.streams;
}

const listOf = (object: PdfObject): readonly PdfObject[] => (object instanceof PdfArray ? object.items : [object]);

/**
 * An object as read from the file, its strings decrypted. Every array and dictionary that holds a string remembers the
 * cipher, so that it is copied byte for byte to where the same cipher applies and nowhere else. Without a cipher the strings
 * are plain, as in object streams: such values are marked as encrypted for no object at all.
 */
export function decryptObject(object: PdfObject, cipher: ObjectCipher | null): PdfObject {
  if (object instanceof PdfString)
    return cipher === null ? object : new PdfString(cipher.decryptString(object.bytes), object.hex);
  if (object instanceof PdfStream)
    return cipher === null || isCrossReference(object)
      ? object
      : new PdfStream(decryptDict(object.dict, cipher), cipher.decryptStream(object));
  if (object instanceof PdfArray) {
    const items = object.items.map((item) => decryptObject(item, cipher));
    if (!items.some((item, i) => isTouched(item, object.items[i]))) return object;
    return new PdfArray(items, object.source && { ...object.source, cipher }, object.span);
  }
  return object instanceof PdfDict ? decryptDict(object, cipher) : object;
}

function decryptDict(dict: PdfDict, cipher: ObjectCipher | null): PdfDict {
  let touched = false;
  const entries = new Map<string, PdfEntry>();
  for (const [key, entry] of dict.entries) {
    const value = isSignatureValue(dict, key) ? entry.value : decryptObject(entry.value, cipher);
    touched ||= isTouched(value, entry.value);
    entries.set(key, { ...entry, value });
  }
  if (!touched) return dict;
  return new PdfDict(entries, dict.source && { ...dict.source, cipher }, dict.span, dict.duplicates);
}

/** Holds a string, whose bytes in the file mean something under its cipher only. */
const isTouched = (value: PdfObject, before: PdfObject | undefined): boolean =>
  value instanceof PdfString || value !== before;
