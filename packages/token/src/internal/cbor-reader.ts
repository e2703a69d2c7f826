import { GovError } from '@gov/verdict';
import { type CborValue, Tagged } from './cbor-value.js';
import { CborWriter } from './cbor-writer.js';
import { halfToNumber, numberToHalf } from './float.js';
import { decodeUtf8 } from './utf8.js';

const INDEFINITE = 31;
const BREAK = 0xff;

/** Reads one data item; every position is checked before the byte behind it is used. */
export class CborReader {
  private readonly bytes: Uint8Array;
  private readonly strict: boolean;
  private readonly maxDepth: number;
  private readonly maxItems: number;
  private position = 0;
  private items = 0;

  constructor(bytes: Uint8Array, strict: boolean, maxDepth: number, maxItems: number) {
    this.bytes = bytes;
    this.strict = strict;
    this.maxDepth = maxDepth;
    this.maxItems = maxItems;
  }

  readWhole(): CborValue {
    const value = this.read(0);
    if (this.position !== this.bytes.length) this.fail('trailing bytes');
    return value;
  }

  private read(depth: number): CborValue {
    if (this.position >= this.bytes.length) this.fail('truncated');
    if (++this.items > this.maxItems) this.fail(`more than ${this.maxItems} data items`);
    const initial = this.bytes[this.position++]!;
    const info = initial & 0x1f;
    switch (initial >> 5) {
      case 0:
        return this.readArgument(info);
      case 1: {
        const argument = this.readArgument(info);
        // −1 − (2^53 − 1) is −2^53, which no longer is a safe integer.
        return typeof argument === 'number' && argument < Number.MAX_SAFE_INTEGER
          ? -1 - argument
          : -1n - BigInt(argument);
      }
      case 2:
        return info === INDEFINITE ? this.readByteChunks() : this.readBytes(this.readLength(info, 1));
      case 3:
        return info === INDEFINITE ? this.readTextChunks() : this.readText(this.readLength(info, 1));
      case 4:
        this.checkDepth(depth);
        return this.readArray(info, depth + 1);
      case 5:
        this.checkDepth(depth);
        return this.strict ? this.readSortedMap(info, depth + 1) : this.readAnyMap(info, depth + 1);
      case 6: {
        this.checkDepth(depth);
        const tag = this.readArgument(info);
        return new Tagged(tag, this.read(depth + 1));
      }
      default:
        return this.readSimple(info);
    }
  }

  private readArgument(info: number): number | bigint {
    if (info < 24) return info;
    if (info > 27) this.fail(info === INDEFINITE ? 'indefinite length where none is allowed' : 'reserved initial byte');
    const size = 1 << (info - 24);
    if (this.position + size > this.bytes.length) this.fail('truncated');
    if (size === 8) return this.readArgument64();
    let argument = 0;
    for (let i = 0; i < size; i++) argument = argument * 256 + this.bytes[this.position++]!;
    if (this.strict && argument < (size === 1 ? 24 : size === 2 ? 0x100 : 0x1_0000)) this.fail('not the shortest form');
    return argument;
  }

  private readArgument64(): number | bigint {
    const argument = this.view(8).getBigUint64(0);
    this.position += 8;
    if (this.strict && argument < 0x1_0000_0000n) this.fail('not the shortest form');
    return argument <= Number.MAX_SAFE_INTEGER ? Number(argument) : argument;
  }

  /** A length or count that the rest of the input can hold at `minimum` bytes each: nothing is allocated on a bare claim. */
  private readLength(info: number, minimum: number): number {
    const length = this.readArgument(info);
    if (length > (this.bytes.length - this.position) / minimum) this.fail('length beyond the end');
    return length as number;
  }

  private readBytes(length: number): Uint8Array {
    const start = this.position;
    this.position += length;
    // Not `subarray`: of a Node Buffer that would be a Buffer again.
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + start, length);
  }

  private readText(length: number): string {
    const start = this.position;
    const text = decodeUtf8(this.bytes, start, start + length);
    if (text === undefined) this.fail('text is not UTF-8');
    this.position = start + length;
    return text;
  }

  private readByteChunks(): Uint8Array {
    const chunks: Uint8Array[] = [];
    this.readChunks(2, (length) => chunks.push(this.readBytes(length)));
    const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let offset = 0;
    for (const chunk of chunks) {
      whole.set(chunk, offset);
      offset += chunk.length;
    }
    return whole;
  }

  private readTextChunks(): string {
    let text = '';
    this.readChunks(3, (length) => {
      text += this.readText(length);
    });
    return text;
  }

  /** Chunks of an indefinite-length string: definite strings of the same kind (RFC 8949 3.2.3). */
  private readChunks(major: number, take: (length: number) => void): void {
    this.refuseIndefinite();
    while (!this.atBreak()) {
      const initial = this.bytes[this.position++]!;
      if (initial >> 5 !== major) this.fail('chunk of another type');
      if (++this.items > this.maxItems) this.fail(`more than ${this.maxItems} data items`);
      take(this.readLength(initial & 0x1f, 1));
    }
  }

  private readArray(info: number, depth: number): CborValue[] {
    const array: CborValue[] = [];
    if (info === INDEFINITE) {
      this.refuseIndefinite();
      while (!this.atBreak()) array.push(this.read(depth));
    } else {
      for (let left = this.readLength(info, 1); left > 0; left--) array.push(this.read(depth));
    }
    return array;
  }

  /** Strictly ascending encodings: one comparison settles both order and duplicates, for keys of every type. */
  private readSortedMap(info: number, depth: number): Map<CborValue, CborValue> {
    const map = new Map<CborValue, CborValue>();
    let previousStart = 0;
    let previousEnd = 0;
    for (let left = this.readLength(info, 2); left > 0; left--) {
      const start = this.position;
      const key = this.read(depth);
      if (previousEnd > 0) this.checkOrder(previousStart, previousEnd, start);
      previousStart = start;
      previousEnd = this.position;
      map.set(key, this.read(depth));
    }
    return map;
  }

  private checkOrder(previousStart: number, previousEnd: number, start: number): void {
    const { bytes, position } = this;
    for (let a = previousStart, b = start; ; a++, b++) {
      // An encoded item is never the beginning of another: whoever ends first means that both were equal.
      if (a === previousEnd || b === position) this.fail('duplicate map key');
      const difference = bytes[b]! - bytes[a]!;
      if (difference < 0) this.fail('map keys not in bytewise order');
      if (difference > 0) return;
    }
  }

  private readAnyMap(info: number, depth: number): Map<CborValue, CborValue> {
    const map = new Map<CborValue, CborValue>();
    const seen = new Set<unknown>();
    const indefinite = info === INDEFINITE;
    for (let left = indefinite ? 0 : this.readLength(info, 2); indefinite ? !this.atBreak() : left > 0; left--) {
      const key = this.read(depth);
      // Equal keys can differ in encoding here, and objects in identity: what counts is the deterministic form.
      const identity = typeof key === 'object' && key !== null ? this.deterministic(key) : key;
      const label = typeof identity === 'string' ? `${typeof key}:${identity}` : identity;
      if (seen.has(label)) this.fail('duplicate map key');
      seen.add(label);
      map.set(key, this.read(depth));
    }
    return map;
  }

  private deterministic(key: CborValue): string {
    const writer = new CborWriter(this.maxDepth);
    writer.write(key, 0);
    return writer.finish().join();
  }

  private readSimple(info: number): CborValue {
    switch (info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
        return null;
      case 23:
        return undefined;
      case 25:
      case 26:
      case 27:
        return this.readFloat(1 << (info - 24));
      default:
        return this.fail(info === INDEFINITE ? 'break without an indefinite length' : 'unassigned simple value');
    }
  }

  private readFloat(size: number): number {
    if (this.position + size > this.bytes.length) this.fail('truncated');
    const view = this.view(size);
    const bits = size === 2 ? view.getUint16(0) : 0;
    const value = size === 2 ? halfToNumber(bits) : size === 4 ? view.getFloat32(0) : view.getFloat64(0);
    if (this.strict) {
      const half = numberToHalf(value);
      const shortest = half !== undefined ? 2 : Math.fround(value) === value ? 4 : 8;
      if (size !== shortest || (size === 2 && half !== bits)) this.fail('not the shortest form');
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) this.fail('integer written as a float');
    }
    this.position += size;
    return value;
  }

  private view(size: number): DataView {
    return new DataView(this.bytes.buffer, this.bytes.byteOffset + this.position, size);
  }

  private atBreak(): boolean {
    if (this.position >= this.bytes.length) this.fail('truncated');
    if (this.bytes[this.position] !== BREAK) return false;
    this.position++;
    return true;
  }

  private checkDepth(depth: number): void {
    if (depth >= this.maxDepth) this.fail(`nested deeper than ${this.maxDepth} levels`);
  }

  private refuseIndefinite(): void {
    if (this.strict) this.fail('indefinite length');
  }

  private fail(why: string): never {
    throw new GovError('cbor-malformed', `CBOR: ${why}, near byte ${this.position}`);
  }
}
