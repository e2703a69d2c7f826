/** Elements of the field as numbers: constants, octets, the test for zero, the inverse. The arithmetic is in field.ts. */
import { copy, FE, MASK, mul, square } from './field';

/** R mod p: one. */
export const ONE: usize = memory.data<i64>([32, 0, 536868864, 16383, 0, 0, 0, 67108864, 0]);
/** R² mod p: a factor of it brings a value into Montgomery's form. */
const R_SQUARED: usize = memory.data<i64>([3072, 16384, 536805376, 1572863, 4194304, 33554432, 0, 1, 16]);
/** The integer 1: a factor of it takes a value out again. */
const UNIT: usize = memory.data<i64>([1, 0, 0, 0, 0, 0, 0, 0, 0]);
const PRIME: usize = memory.data<i64>([
  536870911, 536870911, 63, 536870400, 536870911, 536870911, 536870911, 534773759, 16777215,
]);

const plain: usize = memory.data(72);

/**
 * True for every representation of zero. The factor 1 leaves a value within 0 … p, whose limbs are therefore unique, and
 * zero is then either 0 or p.
 */
export function isZero(a: usize): bool {
  mul(plain, a, UNIT);
  let zero: i64 = 0;
  let prime: i64 = 0;
  for (let i: usize = 0; i < FE; i += 8) {
    zero |= load<i64>(plain + i);
    prime |= load<i64>(plain + i) ^ load<i64>(PRIME + i);
  }
  return zero === 0 || prime === 0;
}

/** out = the value of 32 octets, least significant first, in Montgomery's form; 8 octets more are read and must be zero. */
export function fromOctets(out: usize, octets: usize): void {
  for (let i: usize = 0; i < 9; i++) {
    const bit: usize = 29 * i;
    store<i64>(plain + 8 * i, ((load<u64>(octets + (bit >> 3)) >> (bit & 7)) as i64) & MASK);
  }
  mul(out, plain, R_SQUARED);
}

/** 32 octets, least significant first, of the value within 0 … p − 1; 8 octets more are written. */
export function toOctets(octets: usize, a: usize): void {
  mul(plain, a, UNIT);
  // Less p, unless that is below zero.
  let below: i64 = 0;
  for (let i: usize = 0; i < FE; i += 8) below = (below >> 29) + load<i64>(plain + i) - load<i64>(PRIME + i);
  const keep = below >> 63;
  let c: i64 = 0;
  for (let i: usize = 0; i < FE; i += 8) {
    c = (c >> 29) + load<i64>(plain + i) - (load<i64>(PRIME + i) & ~keep);
    store<i64>(plain + i, c & MASK);
  }
  memory.fill(octets, 0, 40);
  for (let i: usize = 0; i < 9; i++) {
    const at = octets + ((29 * i) >> 3);
    store<i64>(at, load<i64>(at) | (load<i64>(plain + 8 * i) << ((29 * i) & 7)));
  }
}

function squareTimes(out: usize, a: usize, times: i32): void {
  square(out, a);
  for (let i = 1; i < times; i++) square(out, out);
}

const x1: usize = memory.data(72);
const x3: usize = memory.data(72);
const x15: usize = memory.data(72);
const x30: usize = memory.data(72);
const x32: usize = memory.data(72);
const power: usize = memory.data(72);

/** power = a^h for h = FFFFFFFE FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF, the head of p; xₖ is a^(2^k − 1). */
function raise(a: usize): void {
  copy(x1, a);
  square(power, x1);
  mul(power, power, x1);
  square(power, power);
  mul(x3, power, x1);
  squareTimes(power, x3, 3);
  mul(power, power, x3);
  squareTimes(x15, power, 6);
  mul(power, x15, power);
  squareTimes(power, power, 3);
  mul(x15, power, x3);
  squareTimes(power, x15, 15);
  mul(x30, power, x15);
  square(power, x30);
  mul(power, power, x1);
  square(x32, power);
  mul(x32, x32, x1);
  // power is x31 now.
  square(power, power);
  for (let i = 0; i < 4; i++) {
    squareTimes(power, power, 32);
    mul(power, power, x32);
  }
}

/** out = a^(p − 2), the inverse of a, and zero for zero: p − 2 is h, then 00000000 FFFFFFFF FFFFFFFD. */
export function invert(out: usize, a: usize): void {
  raise(a);
  squareTimes(power, power, 64);
  mul(power, power, x32);
  squareTimes(power, power, 30);
  mul(power, power, x30);
  squareTimes(power, power, 2);
  mul(out, power, x1);
}

/** out = a^((p + 1) / 4), a root of a where it has one: the exponent is h, then 00000001, then 62 bits of zero. */
export function squareRoot(out: usize, a: usize): void {
  raise(a);
  squareTimes(power, power, 32);
  mul(power, power, x1);
  squareTimes(out, power, 62);
}

/** Overwrites what is left of the last element: powers of a nonce's Z would tell of the nonce. */
export function wipeElements(): void {
  memory.fill(plain, 0, FE);
  memory.fill(x1, 0, FE);
  memory.fill(x3, 0, FE);
  memory.fill(x15, 0, FE);
  memory.fill(x30, 0, FE);
  memory.fill(x32, 0, FE);
  memory.fill(power, 0, FE);
}
