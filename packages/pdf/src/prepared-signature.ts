/** A signature with an empty /Contents: the bytes to be signed, and the value put into the gap afterwards (ISO 32000-2 §12.8.1). */
import { GovError } from '@gov/verdict';
import { byteRangeOf, contentsToken } from './byte-range.js';
import type { PdfDocument } from './document.js';
import { chunksOf, type PdfFile } from './file.js';
import { concatenate, writeHex } from './internal/write.js';
import type { PdfRef, PdfSpan } from './object.js';
import { signaturesOf } from './signature.js';
import type { PdfUpdate } from './update.js';

/** A document with its signature field appended, waiting for the signature value. */
export interface PreparedSignature {
  readonly fieldName: string;
  readonly byteRange: readonly [0, number, number, number];
  /**
   * The bytes to be hashed and signed, in order and in pieces: the input, the tail up to /Contents, the tail after it. A piece
   * holds its bytes until the next one is asked for.
   */
  coveredParts(): Generator<Uint8Array>;
  /**
   * What is to be appended to the input, /Contents filled in.
   *
   * @throws GovError `pdf-reservation` when `contents` is longer than `reservedBytes`
   */
  tail(contents: Uint8Array): Uint8Array;
  /**
   * The whole signed file.
   *
   * @throws GovError `pdf-reservation` when `contents` is longer than `reservedBytes`
   */
  finish(contents: Uint8Array): Uint8Array;
}

/** The update written, with the place of /Contents known. */
export function preparedSignature(
  update: PdfUpdate,
  signature: PdfRef,
  reserved: number,
  fieldName: string,
): PreparedSignature {
  const { tail, offsets } = update.build();
  const at = (offsets.get(signature.number) as number) - update.doc.length;
  return new Prepared(update.doc, tail, at, reserved, fieldName);
}

class Prepared implements PreparedSignature {
  readonly fieldName: string;
  readonly byteRange: readonly [0, number, number, number];
  readonly #input: PdfFile;
  readonly #tail: Uint8Array;
  readonly #contents: PdfSpan;
  readonly #reserved: number;

  constructor(doc: PdfDocument, tail: Uint8Array, at: number, reserved: number, fieldName: string) {
    const range = tokenAfter(tail, at, '\n/ByteRange ', ']');
    const contents = tokenAfter(tail, range.end, '\n/Contents ', '>');
    const before = doc.length + contents.start;
    const after = doc.length + contents.end;
    this.byteRange = [0, before, after, tail.length - contents.end];
    const text = `[${this.byteRange.join(' ')}`;
    for (let i = range.start; i < range.end - 1; i++) tail[i] = text.charCodeAt(i - range.start) || 0x20;
    this.fieldName = fieldName;
    this.#input = doc.file;
    this.#tail = tail;
    this.#contents = contents;
    this.#reserved = reserved;
  }

  *coveredParts(): Generator<Uint8Array> {
    yield* chunksOf(this.#input, 0, this.#input.length);
    yield this.#tail.subarray(0, this.#contents.start);
    yield this.#tail.subarray(this.#contents.end);
  }

  tail(contents: Uint8Array): Uint8Array {
    return this.#fill(this.#tail.slice(), 0, contents);
  }

  finish(contents: Uint8Array): Uint8Array {
    return this.#fill(concatenate([this.#input.read(0, this.#input.length), this.#tail]), this.#input.length, contents);
  }

  #fill(out: Uint8Array, tailAt: number, contents: Uint8Array): Uint8Array {
    if (contents.length > this.#reserved) throw tooLong(contents, this.#reserved);
    writeHex(out, tailAt + this.#contents.start + 1, contents);
    return out;
  }
}

/** The value of a key in a dictionary as it was just written: keys begin their lines, no value spans two. */
function tokenAfter(tail: Uint8Array, from: number, key: string, last: string): PdfSpan {
  const codes = Uint8Array.from(key, (char) => char.charCodeAt(0));
  let start = from;
  while (!codes.every((code, i) => tail[start + i] === code)) start++;
  start += codes.length;
  return { start, end: tail.indexOf(last.charCodeAt(0), start) + 1 };
}

/** A document whose last revision waits for a signature value: what `PreparedSignature.finish` answers for an empty value. */
export interface WaitingSignature {
  readonly fieldName: string;
  readonly byteRange: readonly [0, number, number, number];
  /** The bytes to be signed, in order and in pieces. */
  coveredParts(): Generator<Uint8Array>;
  /**
   * The whole signed file.
   *
   * @throws GovError `pdf-reservation` when `contents` is longer than the gap
   */
  finish(contents: Uint8Array): Uint8Array;
}

/**
 * Finds the gap that an earlier `finish(new Uint8Array())` left: for a signature value that is made elsewhere and comes later.
 *
 * @throws GovError `pdf-file-changed` where the signature of this name does not cover the whole file but a gap of zeros
 */
export function waitingSignature(doc: PdfDocument, fieldName: string): WaitingSignature {
  const [signature, second] = signaturesOf(doc).filter((one) => one.fieldName === fieldName);
  const range = signature && second === undefined ? byteRangeOf(doc, signature) : undefined;
  const token = signature && contentsToken(doc, signature);
  if (
    range === undefined ||
    token === undefined ||
    range.gapStart !== token.start ||
    range.gapEnd !== token.end ||
    range.end !== doc.length
  )
    throw new GovError('pdf-file-changed', 'the file is not the one that was prepared: no gap at its place');
  if (doc.read(token.start + 1, token.end - 1).some((byte) => byte !== 0x30))
    throw new GovError('pdf-file-changed', 'the file is not the one that was prepared: its gap is filled');
  const room = (token.end - token.start - 2) / 2;
  return {
    fieldName,
    byteRange: [0, token.start, token.end, doc.length - token.end],
    *coveredParts() {
      yield* chunksOf(doc.file, 0, token.start);
      yield* chunksOf(doc.file, token.end, doc.length);
    },
    finish(contents) {
      if (contents.length > room) throw tooLong(contents, room);
      const out = doc.read(0, doc.length).slice();
      writeHex(out, token.start + 1, contents);
      return out;
    },
  };
}

const tooLong = (contents: Uint8Array, reserved: number): GovError =>
  new GovError('pdf-reservation', `${contents.length} bytes of signature, ${reserved} were reserved`);
