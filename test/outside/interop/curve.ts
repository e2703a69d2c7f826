/** Arithmetic on sm2p256v1 as the textbook has it, apart from the code under test: slow, and right for any point. */
import type { Bytes } from './peer.js';
import { hex, join, unhex } from './peer.js';

export const p = 0xfffffffeffffffffffffffffffffffffffffffff00000000ffffffffffffffffn;
const a = p - 3n;
const b = 0x28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93n;
export const n = 0xfffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123n;

/** Undefined is the point at infinity. */
export type Point = { readonly x: bigint; readonly y: bigint } | undefined;

export const G: Point = {
  x: 0x32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7n,
  y: 0xbc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0n,
};

export const mod = (value: bigint, m: bigint): bigint => ((value % m) + m) % m;

export function invert(value: bigint, m: bigint): bigint {
  let [r0, r1, s0, s1] = [m, mod(value, m), 0n, 1n];
  while (r1 !== 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [s0, s1] = [s1, s0 - quotient * s1];
  }
  return mod(s0, m);
}

/** The formulas never look at b: with a point off the curve they are those of another curve. */
export function add(one: Point, two: Point): Point {
  if (one === undefined) return two;
  if (two === undefined) return one;
  if (one.x === two.x && mod(one.y + two.y, p) === 0n) return undefined;
  const slope =
    one.x === two.x
      ? mod((3n * one.x * one.x + a) * invert(2n * one.y, p), p)
      : mod((two.y - one.y) * invert(two.x - one.x, p), p);
  const x = mod(slope * slope - one.x - two.x, p);
  return { x, y: mod(slope * (one.x - x) - one.y, p) };
}

export const negate = (point: Point): Point => point && { x: point.x, y: mod(-point.y, p) };

export function multiply(scalar: bigint, point: Point): Point {
  let sum: Point;
  let power = point;
  for (let rest = scalar; rest > 0n; rest >>= 1n) {
    if (rest & 1n) sum = add(sum, power);
    power = add(power, power);
  }
  return sum;
}

export const isOnCurve = ({ x, y }: { x: bigint; y: bigint }): boolean => mod(x * x * x + a * x + b - y * y, p) === 0n;

/** 32 octets. */
export const octets = (value: bigint): Bytes => unhex(value.toString(16).padStart(64, '0'));
export const number = (bytes: Bytes): bigint => BigInt(`0x${hex(bytes)}`);
export const raw = (r: bigint, s: bigint): Bytes => join(octets(r), octets(s));
export const encoded = (point: Point): Bytes => join(Uint8Array.of(4), octets(point!.x), octets(point!.y));
export const decoded = (bytes: Bytes): Point => ({
  x: number(bytes.subarray(1, 33)),
  y: number(bytes.subarray(33, 65)),
});
