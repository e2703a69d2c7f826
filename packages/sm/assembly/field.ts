/**
 * The field of sm2p256v1, p = 2^256 − 2^224 − 2^96 + 2^64 − 1.
 *
 * An element is nine signed limbs of 29 bits in i64, least significant first, 72 octets of memory; its value is Σ aᵢ·2^29i.
 * Products are Montgomery's with R = 2^261: since p ≡ −1 (mod 2^29) the quotient digit q is the low limb itself, and adding
 * q·p is four shifts. It is straight-line code: no branch and no address depends on a value.
 *
 * Bounds. What `mul`, `square`, `carry` and the subtractions that carry write is *reduced*: limbs 0 to 7 within
 * 0 … 2^29 − 1, limb 8 whatever is left, of either sign. `add` and `subtract` do not carry: of reduced elements a sum is within
 * 2^30 and a difference within 2^29. A column adds up nine products and what the reduction needs, and must stay within 2^63;
 * so the nine products are kept within 2^63 − 2^57: a factor within 1.5 · 2^30 may meet a reduced element or a difference, but of
 * two sums one is carried first.
 *
 * Values. Factors within ±A·p and ±B·p give a product from −AB/32·p to (1 + AB/32)·p, a square one from 0. So a chain of
 * products stays small by itself, but a chain of sums without a product between grows: none is allowed. Every factor is
 * within ±16·p, which keeps limb 8 within 2^28.
 *
 * The functions named …Inline are for the two formulas of point.ts that take nearly all the time: without calls, and with
 * addresses that are constants, they run a tenth faster. Biome reads no decorators on functions, so that this file is formatted by hand.
 *
 * packages/sm/test/wasm-field.test.ts drives each function to these limits, and test/checked-module.ts compiles the module
 * with both checked in front of every product.
 */

/** Octets of an element. */
export const FE: usize = 72;

export const MASK: i64 = 0x1fffffff;

// @ts-ignore: decorator
@inline
export function mulInline(out: usize, a: usize, b: usize): void {
  const a0 = load<i64>(a);
  const a1 = load<i64>(a, 8);
  const a2 = load<i64>(a, 16);
  const a3 = load<i64>(a, 24);
  const a4 = load<i64>(a, 32);
  const a5 = load<i64>(a, 40);
  const a6 = load<i64>(a, 48);
  const a7 = load<i64>(a, 56);
  const a8 = load<i64>(a, 64);
  const b0 = load<i64>(b);
  const b1 = load<i64>(b, 8);
  const b2 = load<i64>(b, 16);
  const b3 = load<i64>(b, 24);
  const b4 = load<i64>(b, 32);
  const b5 = load<i64>(b, 40);
  const b6 = load<i64>(b, 48);
  const b7 = load<i64>(b, 56);
  const b8 = load<i64>(b, 64);
  let c = a0 * b0;
  const q0 = c & MASK;
  c = a0 * b1 + a1 * b0 + (c >> 29);
  const q1 = c & MASK;
  c = a0 * b2 + a1 * b1 + a2 * b0 + (q0 << 6) + (c >> 29);
  const q2 = c & MASK;
  c = a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + (q1 << 6) - (q0 << 9) + (c >> 29);
  const q3 = c & MASK;
  c = a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0 + (q2 << 6) - (q1 << 9) + (c >> 29);
  const q4 = c & MASK;
  c = a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0 + (q3 << 6) - (q2 << 9) + (c >> 29);
  const q5 = c & MASK;
  c = a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0 + (q4 << 6) - (q3 << 9) + (c >> 29);
  const q6 = c & MASK;
  c =
    a0 * b7 +
    a1 * b6 +
    a2 * b5 +
    a3 * b4 +
    a4 * b3 +
    a5 * b2 +
    a6 * b1 +
    a7 * b0 +
    (q5 << 6) -
    (q4 << 9) -
    (q0 << 21) +
    (c >> 29);
  const q7 = c & MASK;
  c =
    a0 * b8 +
    a1 * b7 +
    a2 * b6 +
    a3 * b5 +
    a4 * b4 +
    a5 * b3 +
    a6 * b2 +
    a7 * b1 +
    a8 * b0 +
    (q6 << 6) -
    (q5 << 9) -
    (q1 << 21) +
    (q0 << 24) +
    (c >> 29);
  const q8 = c & MASK;
  c =
    a1 * b8 +
    a2 * b7 +
    a3 * b6 +
    a4 * b5 +
    a5 * b4 +
    a6 * b3 +
    a7 * b2 +
    a8 * b1 +
    (q7 << 6) -
    (q6 << 9) -
    (q2 << 21) +
    (q1 << 24) +
    (c >> 29);
  store<i64>(out, c & MASK);
  c =
    a2 * b8 +
    a3 * b7 +
    a4 * b6 +
    a5 * b5 +
    a6 * b4 +
    a7 * b3 +
    a8 * b2 +
    (q8 << 6) -
    (q7 << 9) -
    (q3 << 21) +
    (q2 << 24) +
    (c >> 29);
  store<i64>(out, c & MASK, 8);
  c = a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3 - (q8 << 9) - (q4 << 21) + (q3 << 24) + (c >> 29);
  store<i64>(out, c & MASK, 16);
  c = a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4 - (q5 << 21) + (q4 << 24) + (c >> 29);
  store<i64>(out, c & MASK, 24);
  c = a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5 - (q6 << 21) + (q5 << 24) + (c >> 29);
  store<i64>(out, c & MASK, 32);
  c = a6 * b8 + a7 * b7 + a8 * b6 - (q7 << 21) + (q6 << 24) + (c >> 29);
  store<i64>(out, c & MASK, 40);
  c = a7 * b8 + a8 * b7 - (q8 << 21) + (q7 << 24) + (c >> 29);
  store<i64>(out, c & MASK, 48);
  c = a8 * b8 + (q8 << 24) + (c >> 29);
  store<i64>(out, c & MASK, 56);
  store<i64>(out, c >> 29, 64);
}

/** out = a · b / R. One factor within 1.5 · 2^30, the other within 2^29. */
export function mul(out: usize, a: usize, b: usize): void {
  mulInline(out, a, b);
}

// @ts-ignore: decorator
@inline
export function squareInline(out: usize, a: usize): void {
  const a0 = load<i64>(a);
  const a1 = load<i64>(a, 8);
  const a2 = load<i64>(a, 16);
  const a3 = load<i64>(a, 24);
  const a4 = load<i64>(a, 32);
  const a5 = load<i64>(a, 40);
  const a6 = load<i64>(a, 48);
  const a7 = load<i64>(a, 56);
  const a8 = load<i64>(a, 64);
  const d0 = a0 << 1;
  const d1 = a1 << 1;
  const d2 = a2 << 1;
  const d3 = a3 << 1;
  const d4 = a4 << 1;
  const d5 = a5 << 1;
  const d6 = a6 << 1;
  const d7 = a7 << 1;
  let c = a0 * a0;
  const q0 = c & MASK;
  c = d0 * a1 + (c >> 29);
  const q1 = c & MASK;
  c = d0 * a2 + a1 * a1 + (q0 << 6) + (c >> 29);
  const q2 = c & MASK;
  c = d0 * a3 + d1 * a2 + (q1 << 6) - (q0 << 9) + (c >> 29);
  const q3 = c & MASK;
  c = d0 * a4 + d1 * a3 + a2 * a2 + (q2 << 6) - (q1 << 9) + (c >> 29);
  const q4 = c & MASK;
  c = d0 * a5 + d1 * a4 + d2 * a3 + (q3 << 6) - (q2 << 9) + (c >> 29);
  const q5 = c & MASK;
  c = d0 * a6 + d1 * a5 + d2 * a4 + a3 * a3 + (q4 << 6) - (q3 << 9) + (c >> 29);
  const q6 = c & MASK;
  c = d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4 + (q5 << 6) - (q4 << 9) - (q0 << 21) + (c >> 29);
  const q7 = c & MASK;
  c = d0 * a8 + d1 * a7 + d2 * a6 + d3 * a5 + a4 * a4 + (q6 << 6) - (q5 << 9) - (q1 << 21) + (q0 << 24) + (c >> 29);
  const q8 = c & MASK;
  c = d1 * a8 + d2 * a7 + d3 * a6 + d4 * a5 + (q7 << 6) - (q6 << 9) - (q2 << 21) + (q1 << 24) + (c >> 29);
  store<i64>(out, c & MASK);
  c = d2 * a8 + d3 * a7 + d4 * a6 + a5 * a5 + (q8 << 6) - (q7 << 9) - (q3 << 21) + (q2 << 24) + (c >> 29);
  store<i64>(out, c & MASK, 8);
  c = d3 * a8 + d4 * a7 + d5 * a6 - (q8 << 9) - (q4 << 21) + (q3 << 24) + (c >> 29);
  store<i64>(out, c & MASK, 16);
  c = d4 * a8 + d5 * a7 + a6 * a6 - (q5 << 21) + (q4 << 24) + (c >> 29);
  store<i64>(out, c & MASK, 24);
  c = d5 * a8 + d6 * a7 - (q6 << 21) + (q5 << 24) + (c >> 29);
  store<i64>(out, c & MASK, 32);
  c = d6 * a8 + a7 * a7 - (q7 << 21) + (q6 << 24) + (c >> 29);
  store<i64>(out, c & MASK, 40);
  c = d7 * a8 - (q8 << 21) + (q7 << 24) + (c >> 29);
  store<i64>(out, c & MASK, 48);
  c = a8 * a8 + (q8 << 24) + (c >> 29);
  store<i64>(out, c & MASK, 56);
  store<i64>(out, c >> 29, 64);
}

/** out = a² / R, for limbs within 2^29. */
export function square(out: usize, a: usize): void {
  squareInline(out, a);
}

// @ts-ignore: decorator
@inline
export function addInline(out: usize, a: usize, b: usize): void {
  store<i64>(out, load<i64>(a) + load<i64>(b));
  store<i64>(out, load<i64>(a, 8) + load<i64>(b, 8), 8);
  store<i64>(out, load<i64>(a, 16) + load<i64>(b, 16), 16);
  store<i64>(out, load<i64>(a, 24) + load<i64>(b, 24), 24);
  store<i64>(out, load<i64>(a, 32) + load<i64>(b, 32), 32);
  store<i64>(out, load<i64>(a, 40) + load<i64>(b, 40), 40);
  store<i64>(out, load<i64>(a, 48) + load<i64>(b, 48), 48);
  store<i64>(out, load<i64>(a, 56) + load<i64>(b, 56), 56);
  store<i64>(out, load<i64>(a, 64) + load<i64>(b, 64), 64);
}

export function add(out: usize, a: usize, b: usize): void {
  addInline(out, a, b);
}

// @ts-ignore: decorator
@inline
export function subtractInline(out: usize, a: usize, b: usize): void {
  store<i64>(out, load<i64>(a) - load<i64>(b));
  store<i64>(out, load<i64>(a, 8) - load<i64>(b, 8), 8);
  store<i64>(out, load<i64>(a, 16) - load<i64>(b, 16), 16);
  store<i64>(out, load<i64>(a, 24) - load<i64>(b, 24), 24);
  store<i64>(out, load<i64>(a, 32) - load<i64>(b, 32), 32);
  store<i64>(out, load<i64>(a, 40) - load<i64>(b, 40), 40);
  store<i64>(out, load<i64>(a, 48) - load<i64>(b, 48), 48);
  store<i64>(out, load<i64>(a, 56) - load<i64>(b, 56), 56);
  store<i64>(out, load<i64>(a, 64) - load<i64>(b, 64), 64);
}

export function subtract(out: usize, a: usize, b: usize): void {
  subtractInline(out, a, b);
}

// @ts-ignore: decorator
@inline
export function carryInline(out: usize, a: usize, factor: i64): void {
  let c = load<i64>(a) * factor;
  store<i64>(out, c & MASK);
  c = load<i64>(a, 8) * factor + (c >> 29);
  store<i64>(out, c & MASK, 8);
  c = load<i64>(a, 16) * factor + (c >> 29);
  store<i64>(out, c & MASK, 16);
  c = load<i64>(a, 24) * factor + (c >> 29);
  store<i64>(out, c & MASK, 24);
  c = load<i64>(a, 32) * factor + (c >> 29);
  store<i64>(out, c & MASK, 32);
  c = load<i64>(a, 40) * factor + (c >> 29);
  store<i64>(out, c & MASK, 40);
  c = load<i64>(a, 48) * factor + (c >> 29);
  store<i64>(out, c & MASK, 48);
  c = load<i64>(a, 56) * factor + (c >> 29);
  store<i64>(out, c & MASK, 56);
  c = load<i64>(a, 64) * factor + (c >> 29);
  store<i64>(out, c, 64);
}

/** out = factor · a, reduced; for |factor · aᵢ| within 2^62. */
export function carry(out: usize, a: usize, factor: i64): void {
  carryInline(out, a, factor);
}

// @ts-ignore: decorator
@inline
export function subtractTwoInline(out: usize, a: usize, b: usize, c: usize): void {
  let sum = load<i64>(a) - load<i64>(b) - (load<i64>(c) << 1);
  store<i64>(out, sum & MASK);
  sum = load<i64>(a, 8) - load<i64>(b, 8) - (load<i64>(c, 8) << 1) + (sum >> 29);
  store<i64>(out, sum & MASK, 8);
  sum = load<i64>(a, 16) - load<i64>(b, 16) - (load<i64>(c, 16) << 1) + (sum >> 29);
  store<i64>(out, sum & MASK, 16);
  sum = load<i64>(a, 24) - load<i64>(b, 24) - (load<i64>(c, 24) << 1) + (sum >> 29);
  store<i64>(out, sum & MASK, 24);
  sum = load<i64>(a, 32) - load<i64>(b, 32) - (load<i64>(c, 32) << 1) + (sum >> 29);
  store<i64>(out, sum & MASK, 32);
  sum = load<i64>(a, 40) - load<i64>(b, 40) - (load<i64>(c, 40) << 1) + (sum >> 29);
  store<i64>(out, sum & MASK, 40);
  sum = load<i64>(a, 48) - load<i64>(b, 48) - (load<i64>(c, 48) << 1) + (sum >> 29);
  store<i64>(out, sum & MASK, 48);
  sum = load<i64>(a, 56) - load<i64>(b, 56) - (load<i64>(c, 56) << 1) + (sum >> 29);
  store<i64>(out, sum & MASK, 56);
  sum = load<i64>(a, 64) - load<i64>(b, 64) - (load<i64>(c, 64) << 1) + (sum >> 29);
  store<i64>(out, sum, 64);
}

/** out = a − b − 2c, reduced; all three reduced. */
export function subtractTwo(out: usize, a: usize, b: usize, c: usize): void {
  subtractTwoInline(out, a, b, c);
}

/** out = a − b, reduced. */
// @ts-ignore: decorator
@inline
export function subtractReducedInline(out: usize, a: usize, b: usize): void {
  let sum = load<i64>(a) - load<i64>(b);
  store<i64>(out, sum & MASK);
  sum = load<i64>(a, 8) - load<i64>(b, 8) + (sum >> 29);
  store<i64>(out, sum & MASK, 8);
  sum = load<i64>(a, 16) - load<i64>(b, 16) + (sum >> 29);
  store<i64>(out, sum & MASK, 16);
  sum = load<i64>(a, 24) - load<i64>(b, 24) + (sum >> 29);
  store<i64>(out, sum & MASK, 24);
  sum = load<i64>(a, 32) - load<i64>(b, 32) + (sum >> 29);
  store<i64>(out, sum & MASK, 32);
  sum = load<i64>(a, 40) - load<i64>(b, 40) + (sum >> 29);
  store<i64>(out, sum & MASK, 40);
  sum = load<i64>(a, 48) - load<i64>(b, 48) + (sum >> 29);
  store<i64>(out, sum & MASK, 48);
  sum = load<i64>(a, 56) - load<i64>(b, 56) + (sum >> 29);
  store<i64>(out, sum & MASK, 56);
  sum = load<i64>(a, 64) - load<i64>(b, 64) + (sum >> 29);
  store<i64>(out, sum, 64);
}

export function subtractReduced(out: usize, a: usize, b: usize): void {
  subtractReducedInline(out, a, b);
}

/** out = a − 2^shift · b, reduced; both reduced. */
// @ts-ignore: decorator
@inline
export function subtractShiftedInline(out: usize, a: usize, b: usize, shift: i64): void {
  let sum = load<i64>(a) - (load<i64>(b) << shift);
  store<i64>(out, sum & MASK);
  sum = load<i64>(a, 8) - (load<i64>(b, 8) << shift) + (sum >> 29);
  store<i64>(out, sum & MASK, 8);
  sum = load<i64>(a, 16) - (load<i64>(b, 16) << shift) + (sum >> 29);
  store<i64>(out, sum & MASK, 16);
  sum = load<i64>(a, 24) - (load<i64>(b, 24) << shift) + (sum >> 29);
  store<i64>(out, sum & MASK, 24);
  sum = load<i64>(a, 32) - (load<i64>(b, 32) << shift) + (sum >> 29);
  store<i64>(out, sum & MASK, 32);
  sum = load<i64>(a, 40) - (load<i64>(b, 40) << shift) + (sum >> 29);
  store<i64>(out, sum & MASK, 40);
  sum = load<i64>(a, 48) - (load<i64>(b, 48) << shift) + (sum >> 29);
  store<i64>(out, sum & MASK, 48);
  sum = load<i64>(a, 56) - (load<i64>(b, 56) << shift) + (sum >> 29);
  store<i64>(out, sum & MASK, 56);
  sum = load<i64>(a, 64) - (load<i64>(b, 64) << shift) + (sum >> 29);
  store<i64>(out, sum, 64);
}

/** out = 2a − b, both reduced: within 1.5 · 2^30. */
// @ts-ignore: decorator
@inline
export function doubleLessInline(out: usize, a: usize, b: usize): void {
  store<i64>(out, (load<i64>(a) << 1) - load<i64>(b));
  store<i64>(out, (load<i64>(a, 8) << 1) - load<i64>(b, 8), 8);
  store<i64>(out, (load<i64>(a, 16) << 1) - load<i64>(b, 16), 16);
  store<i64>(out, (load<i64>(a, 24) << 1) - load<i64>(b, 24), 24);
  store<i64>(out, (load<i64>(a, 32) << 1) - load<i64>(b, 32), 32);
  store<i64>(out, (load<i64>(a, 40) << 1) - load<i64>(b, 40), 40);
  store<i64>(out, (load<i64>(a, 48) << 1) - load<i64>(b, 48), 48);
  store<i64>(out, (load<i64>(a, 56) << 1) - load<i64>(b, 56), 56);
  store<i64>(out, (load<i64>(a, 64) << 1) - load<i64>(b, 64), 64);
}

export function copy(out: usize, a: usize): void {
  store<i64>(out, load<i64>(a));
  store<i64>(out, load<i64>(a, 8), 8);
  store<i64>(out, load<i64>(a, 16), 16);
  store<i64>(out, load<i64>(a, 24), 24);
  store<i64>(out, load<i64>(a, 32), 32);
  store<i64>(out, load<i64>(a, 40), 40);
  store<i64>(out, load<i64>(a, 48), 48);
  store<i64>(out, load<i64>(a, 56), 56);
  store<i64>(out, load<i64>(a, 64), 64);
}
