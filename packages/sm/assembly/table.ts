/**
 * Tables for a fixed point P: for each window i of w bits the multiples 1 … 2^(w−1) of 2^(w·i)·P, affine, with limbs of 32
 * bits. A scalar is then a sum of one entry a window, with signed digits and without a doubling.
 */
import { invert, ONE } from './element';
import { add, carry, copy, FE, mul, square, subtract, subtractReduced } from './field';
import { addXyzz, doubleJacobian, EX, EY, startJacobian, startXyzz, X, Y, Z } from './point';

/** Octets of an affine point in a table. */
export const POINT: usize = 72;

export function pack(at: usize, x: usize, y: usize): void {
  for (let i: usize = 0; i < 9; i++) {
    store<i32>(at + 4 * i, load<i64>(x + 8 * i) as i32);
    store<i32>(at + 4 * i, load<i64>(y + 8 * i) as i32, 36);
  }
}

function unpackElement(out: usize, at: usize): void {
  store<i64>(out, load<i32>(at));
  store<i64>(out, load<i32>(at, 4), 8);
  store<i64>(out, load<i32>(at, 8), 16);
  store<i64>(out, load<i32>(at, 12), 24);
  store<i64>(out, load<i32>(at, 16), 32);
  store<i64>(out, load<i32>(at, 20), 40);
  store<i64>(out, load<i32>(at, 24), 48);
  store<i64>(out, load<i32>(at, 28), 56);
  store<i64>(out, load<i32>(at, 32), 64);
}

function unpackNegated(out: usize, at: usize): void {
  store<i64>(out, -(load<i32>(at) as i64));
  store<i64>(out, -(load<i32>(at, 4) as i64), 8);
  store<i64>(out, -(load<i32>(at, 8) as i64), 16);
  store<i64>(out, -(load<i32>(at, 12) as i64), 24);
  store<i64>(out, -(load<i32>(at, 16) as i64), 32);
  store<i64>(out, -(load<i32>(at, 20) as i64), 40);
  store<i64>(out, -(load<i32>(at, 24) as i64), 48);
  store<i64>(out, -(load<i32>(at, 28) as i64), 56);
  store<i64>(out, -(load<i32>(at, 32) as i64), 64);
}

/** The affine point at `at` as elements. */
export function unpack(x: usize, y: usize, at: usize): void {
  unpackElement(x, at);
  unpackElement(y, at + 36);
}

/** `width` bits of a number from bit `at`; the number is followed by 8 octets of zeros. */
export function bits(number: usize, at: usize, width: usize): i32 {
  return ((load<u32>(number + (at >> 3)) >> ((at & 7) as u32)) & ((1 << (width as u32)) - 1)) as i32;
}

/**
 * XYZZ += number·P, or less it, by P's table; starts the sum where `empty`. Answers whether it is still empty. The top
 * window with what is carried into it must not exceed 2^(w−1).
 */
export function addByTable(
  table: usize,
  width: usize,
  windows: usize,
  number: usize,
  negative: bool,
  empty: bool,
): bool {
  const half: i32 = 1 << ((width - 1) as i32);
  let borrowed: i32 = 0;
  for (let i: usize = 0; i < windows; i++) {
    let digit = bits(number, i * width, width) + borrowed;
    borrowed = digit > half ? 1 : 0;
    digit -= borrowed << (width as i32);
    if (digit === 0) continue;
    const minus = digit < 0;
    const at = table + ((i << (width - 1)) + ((minus ? -digit : digit) as usize) - 1) * POINT;
    unpackElement(EX, at);
    if (minus !== negative) unpackNegated(EY, at + 36);
    else unpackElement(EY, at + 36);
    if (empty) startXyzz();
    else addXyzz();
    empty = false;
  }
  return empty;
}

/** Denominators inverted at a time: 16 in each of 43 windows. */
const BATCH: usize = 688;
const denominators: usize = memory.data(688 * 72);
const prefixes: usize = memory.data(688 * 72);
const bases: usize = memory.data(64 * 144);
const inverse: usize = memory.data(72);
const one: usize = memory.data(72);
const ax: usize = memory.data(72);
const ay: usize = memory.data(72);
const bx: usize = memory.data(72);
const by: usize = memory.data(72);
const lambda: usize = memory.data(72);

/** Prefix products of the denominators; `inverse` := 1 / all of them. */
function invertAll(count: usize): void {
  copy(inverse, ONE);
  for (let i: usize = 0; i < count; i++) {
    copy(prefixes + i * FE, inverse);
    mul(inverse, inverse, denominators + i * FE);
  }
  invert(inverse, inverse);
}

/** `one` := 1 / denominator i, to be asked from the last to the first. */
function nextInverse(i: usize): void {
  mul(one, inverse, prefixes + i * FE);
  mul(inverse, inverse, denominators + i * FE);
}

/**
 * The point at `out` := (ax, ay) + (bx, by), where lambda is the slope of their line. The products by one keep the values small:
 * sums of sums would double from step to step.
 */
function packSum(out: usize): void {
  add(one, ax, bx);
  mul(one, one, ONE);
  square(bx, lambda);
  subtractReduced(bx, bx, one);
  subtract(ax, ax, bx);
  mul(by, lambda, ax);
  mul(ay, ay, ONE);
  subtractReduced(by, by, ay);
  pack(out, bx, by);
}

/**
 * entry[to + j] := entry[from] + entry[j] for j below `count` in each window, the doubling where j is `from`. An addition meets
 * no exception: P has the order n, and the multiples within a window are small.
 */
function addWithin(table: usize, row: usize, windows: usize, from: usize, to: usize, count: usize): void {
  const group = BATCH / count;
  for (let first: usize = 0; first < windows; first += group) {
    const last = min(windows, first + group);
    let at: usize = 0;
    for (let i = first; i < last; i++) {
      const window = table + i * row;
      unpack(ax, ay, window + from * POINT);
      for (let j: usize = 0; j < count; j++, at++) {
        unpack(bx, by, window + j * POINT);
        if (j === from) add(denominators + at * FE, ay, ay);
        else subtract(denominators + at * FE, bx, ax);
      }
    }
    invertAll(at);
    for (let i = last; i-- > first; ) {
      const window = table + i * row;
      for (let j = count; j-- > 0; ) {
        nextInverse(--at);
        unpack(ax, ay, window + from * POINT);
        unpack(bx, by, window + j * POINT);
        if (j === from) {
          // λ = 3(x² − 1) / 2y
          square(lambda, ax);
          subtract(lambda, lambda, ONE);
          carry(lambda, lambda, 3);
        } else {
          subtract(lambda, by, ay);
        }
        mul(lambda, lambda, one);
        packSum(window + (to + j) * POINT);
      }
    }
  }
}

/**
 * The multiples 1 … `count`, a power of two, of 2^(stride·i)·P for each of at most 64 windows i; P is (EX, EY). One inversion serves a
 * whole batch.
 */
export function buildTable(table: usize, stride: usize, windows: usize, count: usize): void {
  const row = count * POINT;
  startJacobian();
  for (let i: usize = 0; i < windows; i++) {
    copy(bases + i * 144, X);
    copy(bases + i * 144 + 72, Y);
    copy(denominators + i * FE, Z);
    for (let j: usize = 0; j < stride; j++) doubleJacobian();
  }
  invertAll(windows);
  for (let i = windows; i-- > 0; ) {
    nextInverse(i);
    square(lambda, one);
    mul(bx, bases + i * 144, lambda);
    mul(lambda, lambda, one);
    mul(by, bases + i * 144 + 72, lambda);
    pack(table + i * row, bx, by);
  }
  // From the multiples 1 … m those up to 2m: m·B + j·B.
  for (let m: usize = 1; m < count; m <<= 1) addWithin(table, row, windows, m - 1, m, m);
}
