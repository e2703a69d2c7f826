import { GovError } from '@gov/verdict';
import { type CborValue, Tagged } from './cbor-value.js';
import { numberToHalf } from './float.js';
import { utf8Length, writeUtf8 } from './utf8.js';

/** Writes deterministic CBOR (RFC 8949 4.2.1) into a buffer that grows. */
export class CborWriter {
  private readonly maxDepth: number;
  /** Holds a licence's Sig_structure without growing. */
  private bytes = new Uint8Array(1024);
  private length = 0;

  constructor(maxDepth: number) {
    this.maxDepth = maxDepth;
  }

  /** What was written; the buffer behind it may be longer. */
  finish(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  write(value: CborValue, depth: number): void {
    if (typeof value === 'number') this.writeNumber(value);
    else if (typeof value === 'string') this.writeText(value);
    else if (typeof value === 'bigint') this.writeBigInt(value);
    else if (value === null) this.writeByte(0xf6);
    else if (value === undefined) this.writeByte(0xf7);
    else if (typeof value === 'boolean') this.writeByte(value ? 0xf5 : 0xf4);
    else if (value instanceof Uint8Array) {
      this.writeHead(2, value.length);
      this.append(value);
    } else this.writeContainer(value, depth);
  }

  private writeContainer(
    value: readonly CborValue[] | ReadonlyMap<CborValue, CborValue> | Tagged,
    depth: number,
  ): void {
    if (depth >= this.maxDepth) {
      throw new GovError('limit-exceeded', `CBOR nested deeper than ${this.maxDepth} levels, or cyclic`);
    }
    if (value instanceof Map) this.writeMap(value, depth + 1);
    else if (Array.isArray(value)) {
      this.writeHead(4, value.length);
      for (const element of value as readonly CborValue[]) this.write(element, depth + 1);
    } else if (value instanceof Tagged) {
      this.writeTag(value.tag);
      this.write(value.value, depth + 1);
    } else {
      throw new GovError('invalid-argument', `CBOR has no place for this ${typeof value}; maps are given as Map`);
    }
  }

  private writeTag(tag: number | bigint): void {
    if (tag < 0 || tag > 0xffff_ffff_ffff_ffffn || (typeof tag === 'number' && !Number.isSafeInteger(tag))) {
      throw new GovError('invalid-argument', 'a CBOR tag is an unsigned integer of at most 64 bits');
    }
    this.writeHead(6, tag);
  }

  private writeMap(map: ReadonlyMap<CborValue, CborValue>, depth: number): void {
    this.writeHead(5, map.size);
    const labels = [...map.keys()];
    if (labels.every(Number.isSafeInteger)) {
      for (const label of (labels as number[]).sort(compareIntegers)) {
        this.writeNumber(label);
        this.write(map.get(label), depth);
      }
    } else {
      this.writeEncodedKeys(map, depth);
    }
  }

  /** Keys of any type: each is encoded at the end of the buffer, taken off again, and put back in its place. */
  private writeEncodedKeys(map: ReadonlyMap<CborValue, CborValue>, depth: number): void {
    const start = this.length;
    const entries = [...map].map(([key, value]) => {
      this.write(key, depth);
      const encoded = this.bytes.slice(start, this.length);
      this.length = start;
      return { encoded, value };
    });
    entries.sort((a, b) => compareBytes(a.encoded, b.encoded));
    entries.forEach(({ encoded, value }, index) => {
      if (index > 0 && compareBytes(entries[index - 1]!.encoded, encoded) === 0) {
        throw new GovError('invalid-argument', 'two map keys have the same CBOR encoding');
      }
      this.append(encoded);
      this.write(value, depth);
    });
  }

  private writeText(text: string): void {
    const length = utf8Length(text);
    if (length === undefined) {
      throw new GovError('invalid-argument', 'text with a lone surrogate has no UTF-8 form');
    }
    this.writeHead(3, length);
    this.reserve(length);
    writeUtf8(text, this.bytes, this.length);
    this.length += length;
  }

  private writeBigInt(value: bigint): void {
    const argument = value < 0n ? -1n - value : value;
    if (argument > 0xffff_ffff_ffff_ffffn) {
      throw new GovError('invalid-argument', 'CBOR integers have at most 64 bits');
    }
    this.writeHead(value < 0n ? 1 : 0, argument);
  }

  private writeNumber(value: number): void {
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      this.writeHead(value < 0 ? 1 : 0, value < 0 ? -1 - value : value);
      return;
    }
    const half = numberToHalf(value);
    const size = half !== undefined ? 2 : Math.fround(value) === value ? 4 : 8;
    this.reserve(9);
    this.bytes[this.length] = size === 2 ? 0xf9 : size === 4 ? 0xfa : 0xfb;
    const view = new DataView(this.bytes.buffer, this.length + 1);
    if (half !== undefined) view.setUint16(0, half);
    else if (size === 4) view.setFloat32(0, value);
    else view.setFloat64(0, value);
    this.length += 1 + size;
  }

  /** Initial byte and argument in the shortest form (RFC 8949 3). */
  private writeHead(major: number, argument: number | bigint): void {
    const initial = major << 5;
    this.reserve(9);
    if (argument < 24) {
      this.bytes[this.length++] = initial | Number(argument);
      return;
    }
    const size = argument < 0x100 ? 1 : argument < 0x1_0000 ? 2 : argument < 0x1_0000_0000 ? 4 : 8;
    this.bytes[this.length++] = initial | (size === 1 ? 24 : size === 2 ? 25 : size === 4 ? 26 : 27);
    if (size === 8) {
      new DataView(this.bytes.buffer).setBigUint64(this.length, BigInt(argument));
      this.length += 8;
      return;
    }
    for (let shift = (size - 1) * 8; shift >= 0; shift -= 8) {
      this.bytes[this.length++] = Number(argument) >>> shift;
    }
  }

  private writeByte(byte: number): void {
    this.reserve(1);
    this.bytes[this.length++] = byte;
  }

  private append(part: Uint8Array): void {
    this.reserve(part.length);
    this.bytes.set(part, this.length);
    this.length += part.length;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
    grown.set(this.bytes);
    this.bytes = grown;
  }
}

/** The order that the encodings of integers have: 0, 1, 2, …, −1, −2, … */
const compareIntegers = (a: number, b: number): number =>
  a < 0 === b < 0 ? Math.abs(a) - Math.abs(b) : a < 0 ? 1 : -1;

/** Bytewise lexicographic order (RFC 8949 4.2.1) of encoded items, none of which is the beginning of another. */
function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}
