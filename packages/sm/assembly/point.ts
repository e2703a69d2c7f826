/**
 * Points of y² = x³ − 3x + b. Two accumulators, each for what it is fast at: Jacobian (x = X/Z², y = Y/Z³) where points are
 * doubled, XYZZ (x = X/ZZ, y = Y/ZZZ, ZZ³ = ZZZ²) where only affine points of a table are added.
 *
 * The formulas are not complete: adding a point to itself, to its negative or to infinity goes wrong. It goes wrong in one
 * way: Z becomes zero modulo p and stays zero whatever follows, since every new Z is a multiple of the old one. So a sum
 * is right whenever its Z is not zero at the end, and whoever finds zero starts again with `slowSum`, which looks at every step.
 */
import { isZero, ONE } from './element';
import {
  addInline,
  carry,
  carryInline,
  copy,
  doubleLessInline,
  FE,
  mul,
  mulInline,
  square,
  squareInline,
  subtract,
  subtractInline,
  subtractReduced,
  subtractReducedInline,
  subtractShiftedInline,
  subtractTwo,
  subtractTwoInline,
} from './field';

export const B: usize = memory.data<i64>([
  404465732, 305161003, 163404678, 233226861, 410575774, 352709201, 69811392, 57181067, 8518705,
]);
/** G. */
export const BASE_X: usize = memory.data<i64>([
  50353106, 311005428, 369262217, 8100649, 126254323, 429572684, 48976118, 499582188, 2281291,
]);
export const BASE_Y: usize = memory.data<i64>([
  94485420, 357456188, 347067145, 425605964, 301040619, 275178148, 516335229, 327638230, 7974074,
]);

/** The affine point that is to be added. */
export const EX: usize = memory.data(72);
export const EY: usize = memory.data(72);

/** The accumulator: X, Y, then ZZ and ZZZ, or Z. */
export const X: usize = memory.data(72);
export const Y: usize = memory.data(72);
export const ZZ: usize = memory.data(72);
export const ZZZ: usize = memory.data(72);
export const Z: usize = memory.data(72);

const t0: usize = memory.data(72);
const t1: usize = memory.data(72);
const t2: usize = memory.data(72);
const t3: usize = memory.data(72);
const t4: usize = memory.data(72);
const t5: usize = memory.data(72);
const t6: usize = memory.data(72);

/** XYZZ := (EX, EY). */
export function startXyzz(): void {
  copy(X, EX);
  carry(Y, EY, 1);
  copy(ZZ, ONE);
  copy(ZZZ, ONE);
}

/** XYZZ += (EX, EY); EY may be a negated element. 8M + 2S (madd-2008-s). */
export function addXyzz(): void {
  mulInline(t0, EX, ZZ);
  mulInline(t1, EY, ZZZ);
  subtractInline(t0, t0, X); // H
  subtractInline(t1, t1, Y); // R
  squareInline(t2, t0); // H²
  mulInline(t3, t0, t2); // H³
  mulInline(t4, X, t2); // V = X·H²
  squareInline(t5, t1);
  subtractTwoInline(X, t5, t3, t4); // R² − H³ − 2V
  subtractInline(t4, t4, X);
  mulInline(t4, t1, t4);
  mulInline(Y, Y, t3);
  subtractReducedInline(Y, t4, Y); // R·(V − X) − Y·H³
  mulInline(ZZ, ZZ, t2);
  mulInline(ZZZ, ZZZ, t3);
}

/** Jacobian := (EX, EY). */
export function startJacobian(): void {
  copy(X, EX);
  carry(Y, EY, 1);
  copy(Z, ONE);
}

/** Jacobian := 2 · Jacobian. 4M + 4S; X stays within ±9·p, Y within ±6·p. */
export function doubleJacobian(): void {
  squareInline(t0, Z);
  squareInline(t1, Y);
  carryInline(t1, t1, 2); // 2γ, γ = Y²
  addInline(t2, X, t0);
  subtractInline(t0, X, t0);
  mulInline(t0, t0, t2);
  carryInline(t0, t0, 3); // α = 3(X − Z²)(X + Z²)
  mulInline(t3, X, t1); // 2β = X·2γ
  addInline(t4, Y, Y);
  mulInline(Z, t4, Z);
  squareInline(t5, t0);
  subtractShiftedInline(X, t5, t3, 2); // α² − 8β
  doubleLessInline(t3, t3, X);
  mulInline(t3, t0, t3);
  squareInline(t1, t1);
  subtractShiftedInline(Y, t3, t1, 1); // α·(4β − X) − 8γ²
}

/** Octets of an entry that `addEntry` adds: X, Y, Z, Z², Z³. */
export const ENTRY: usize = 5 * FE;

export function storeEntry(at: usize): void {
  copy(at, X);
  copy(at + FE, Y);
  copy(at + 2 * FE, Z);
  square(at + 3 * FE, Z);
  mul(at + 4 * FE, at + 3 * FE, Z);
}

/** Jacobian += the entry at `at`, or less it. 11M + 3S (add-1998-cmo-2 with the squares of the entry's Z at hand). */
export function addEntry(at: usize, negative: bool): void {
  mul(t0, X, at + 3 * FE); // U1
  mul(t1, Y, at + 4 * FE); // S1
  square(t2, Z);
  mul(t3, at, t2);
  subtract(t3, t3, t0); // H
  mul(t2, t2, Z);
  mul(t2, at + FE, t2);
  if (negative) carry(t2, t2, -1);
  subtract(t2, t2, t1); // R
  square(t4, t3); // H²
  mul(t5, t3, t4); // H³
  mul(t4, t0, t4); // V
  square(t6, t2);
  subtractTwo(X, t6, t5, t4);
  subtract(t4, t4, X);
  mul(t4, t2, t4);
  mul(t1, t1, t5);
  subtractReduced(Y, t4, t1);
  mul(Z, Z, at + 2 * FE);
  mul(Z, Z, t3);
}

/** Nine entries at `entries`: 1P, 3P … 15P of P = (EX, EY), and 2P behind them. */
export function storeOddMultiples(entries: usize): void {
  const twice = entries + 8 * ENTRY;
  startJacobian();
  storeEntry(entries);
  doubleJacobian();
  storeEntry(twice);
  addEntry(entries, false);
  storeEntry(entries + ENTRY);
  for (let i: usize = 2; i < 8; i++) {
    addEntry(twice, false);
    storeEntry(entries + i * ENTRY);
  }
}

/** Jacobian → XYZZ. */
export function toXyzz(): void {
  square(ZZ, Z);
  mul(ZZZ, ZZ, Z);
}

/** Jacobian += (EX, EY) whatever the two are; Z = 0 is infinity. */
function addCarefully(): void {
  if (isZero(Z)) {
    startJacobian();
    return;
  }
  square(t0, Z);
  mul(t1, EX, t0);
  subtract(t1, t1, X); // H
  mul(t2, t0, Z);
  mul(t2, EY, t2);
  subtract(t2, t2, Y); // R
  if (isZero(t1)) {
    if (isZero(t2)) doubleJacobian();
    else memory.fill(Z, 0, FE);
    return;
  }
  mul(Z, Z, t1);
  square(t3, t1);
  mul(t4, t1, t3);
  mul(t3, X, t3);
  square(t5, t2);
  subtractTwo(X, t5, t4, t3);
  subtract(t3, t3, X);
  mul(t3, t2, t3);
  mul(Y, Y, t4);
  subtractReduced(Y, t3, Y);
}

/** Jacobian := u·(px, py) + v·(qx, qy) for numbers of eight words, bit by bit; for the sums that hit an exception. */
export function slowSum(u: usize, px: usize, py: usize, v: usize, qx: usize, qy: usize): void {
  memory.fill(Z, 0, FE);
  for (let bit: i32 = 255; bit >= 0; bit--) {
    const word = ((bit as usize) >> 5) << 2;
    if (!isZero(Z)) doubleJacobian();
    if ((load<u32>(u + word) >> (bit & 31)) & 1) {
      copy(EX, px);
      copy(EY, py);
      addCarefully();
    }
    if ((load<u32>(v + word) >> (bit & 31)) & 1) {
      copy(EX, qx);
      copy(EY, qy);
      addCarefully();
    }
  }
}

/** Overwrites the accumulator and everything computed for it. */
export function wipePoints(): void {
  memory.fill(X, 0, FE);
  memory.fill(Y, 0, FE);
  memory.fill(Z, 0, FE);
  memory.fill(ZZ, 0, FE);
  memory.fill(ZZZ, 0, FE);
  memory.fill(EX, 0, FE);
  memory.fill(EY, 0, FE);
  memory.fill(t0, 0, FE);
  memory.fill(t1, 0, FE);
  memory.fill(t2, 0, FE);
  memory.fill(t3, 0, FE);
  memory.fill(t4, 0, FE);
  memory.fill(t5, 0, FE);
  memory.fill(t6, 0, FE);
}
