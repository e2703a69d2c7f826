/**
 * What touches secrets: k·G, d·P, signatures (GB/T 32918.2 6.1). Constant time by construction: every scalar has 64 odd
 * digits, every digit reads its whole table, and no branch and no address depends on a secret. The exceptions are
 * two: a nonce that the standard refuses, and k·G that met an exceptional addition (one scalar in 2^255); both start again.
 */
import { fromOctets, invert, isZero, toOctets, wipeElements } from './element';
import { carry, copy, FE, mul, square } from './field';
import { DIGEST, INVERSE, KEY, RANDOM, SCALAR, SIGNATURE } from './io';
import {
  addNumbers,
  invertNumber,
  isBelowOrder,
  isZeroNumber,
  multiplyNumbers,
  negateNumber,
  readNumber,
  reduceNumber,
  selectNumber,
  subtractNumbers,
  wipeNumbers,
  writeNumber,
} from './order';
import {
  addEntry,
  addXyzz,
  BASE_X,
  BASE_Y,
  doubleJacobian,
  ENTRY,
  EX,
  EY,
  slowSum,
  startXyzz,
  storeOddMultiples,
  toXyzz,
  wipePoints,
  X,
  Y,
  Z,
  ZZ,
  ZZZ,
} from './point';
import { hash } from './sm3';
import { bits, buildTable, POINT } from './table';

const WINDOWS: i32 = 64;
/** For each window 1, 3 … 15 times 16^i·G; 1 to 16 times while it is built. */
const oddTable: usize = memory.data(64 * 16 * 72);
let oddReady: bool = false;

const d: usize = memory.data(40);
const k: usize = memory.data(40);
const e: usize = memory.data(40);
const r: usize = memory.data(40);
const s: usize = memory.data(40);
const odd: usize = memory.data(40);
const negated: usize = memory.data(40);
const zero: usize = memory.data(40);
const unit: usize = memory.data<u32>([1, 0, 0, 0, 0, 0, 0, 0]);
const ax: usize = memory.data(72);
const ay: usize = memory.data(72);
const px: usize = memory.data(72);
const py: usize = memory.data(72);
const entries: usize = memory.data(9 * 360);
const chosen: usize = memory.data(360);

/** `odd` := k or n − k, whichever is odd; answers 1 for the latter. */
function makeOdd(): u32 {
  negateNumber(negated, k);
  const even: u32 = 1 - (load<u32>(k) & 1);
  selectNumber(odd, even, negated, k);
  return even;
}

/** Digit i of `odd`, an odd number within ±15: Σ dᵢ·16^i is the number. */
function digitOf(i: i32): i32 {
  // The five bits from 4i with the lowest set, less 16: what it is too low by, the next digit's lowest bit has too much.
  return i === WINDOWS - 1 ? bits(odd, 252, 4) | 1 : (bits(odd, 4 * (i as usize), 5) | 1) - 16;
}

/** (EX, EY) := digit · 16^i·G, reading all eight entries of the window. */
function selectOdd(i: i32, digit: i32): void {
  const sign = digit >> 31;
  const wanted = ((digit ^ sign) - sign) >> 1;
  let at = oddTable + (i as usize) * 8 * 72;
  let w0: u64 = 0;
  let w1: u64 = 0;
  let w2: u64 = 0;
  let w3: u64 = 0;
  let w4: u64 = 0;
  let w5: u64 = 0;
  let w6: u64 = 0;
  let w7: u64 = 0;
  let w8: u64 = 0;
  for (let j = 0; j < 8; j++) {
    // All ones for the wanted entry: a number below 2^31 less one is negative for zero only.
    const mask = (((j ^ wanted) - 1) >> 31) as i64 as u64;
    w0 |= load<u64>(at) & mask;
    w1 |= load<u64>(at, 8) & mask;
    w2 |= load<u64>(at, 16) & mask;
    w3 |= load<u64>(at, 24) & mask;
    w4 |= load<u64>(at, 32) & mask;
    w5 |= load<u64>(at, 40) & mask;
    w6 |= load<u64>(at, 48) & mask;
    w7 |= load<u64>(at, 56) & mask;
    w8 |= load<u64>(at, 64) & mask;
    at += 72;
  }
  store<i64>(EX, w0 as i32 as i64);
  store<i64>(EX, (w0 as i64) >> 32, 8);
  store<i64>(EX, w1 as i32 as i64, 16);
  store<i64>(EX, (w1 as i64) >> 32, 24);
  store<i64>(EX, w2 as i32 as i64, 32);
  store<i64>(EX, (w2 as i64) >> 32, 40);
  store<i64>(EX, w3 as i32 as i64, 48);
  store<i64>(EX, (w3 as i64) >> 32, 56);
  store<i64>(EX, w4 as i32 as i64, 64);
  const m = sign as i64;
  store<i64>(EY, (((w4 as i64) >> 32) ^ m) - m);
  store<i64>(EY, ((w5 as i32 as i64) ^ m) - m, 8);
  store<i64>(EY, (((w5 as i64) >> 32) ^ m) - m, 16);
  store<i64>(EY, ((w6 as i32 as i64) ^ m) - m, 24);
  store<i64>(EY, (((w6 as i64) >> 32) ^ m) - m, 32);
  store<i64>(EY, ((w7 as i32 as i64) ^ m) - m, 40);
  store<i64>(EY, (((w7 as i64) >> 32) ^ m) - m, 48);
  store<i64>(EY, ((w8 as i32 as i64) ^ m) - m, 56);
  store<i64>(EY, (((w8 as i64) >> 32) ^ m) - m, 64);
}

/** (ax, ay) := k·G. */
function multiplyBase(): void {
  if (!oddReady) {
    copy(EX, BASE_X);
    copy(EY, BASE_Y);
    buildTable(oddTable, 4, WINDOWS, 16);
    for (let i: usize = 0; i < 512; i++) copy(oddTable + i * POINT, oddTable + 2 * i * POINT);
    oddReady = true;
  }
  const flip = makeOdd();
  selectOdd(0, digitOf(0));
  startXyzz();
  for (let i = 1; i < WINDOWS; i++) {
    selectOdd(i, digitOf(i));
    addXyzz();
  }
  if (isZero(ZZ)) {
    slowSum(odd, BASE_X, BASE_Y, zero, BASE_X, BASE_Y);
    toXyzz();
  }
  toAffine(flip);
}

/** (ax, ay) := ±XYZZ. */
function toAffine(flip: u32): void {
  // 1/ZZ = ZZ²/ZZZ², 1/ZZZ = ZZZ/ZZZ²: one inversion.
  square(ax, ZZZ);
  invert(ax, ax);
  mul(ay, ax, ZZZ);
  mul(ay, ay, Y);
  square(px, ZZ);
  mul(ax, ax, px);
  mul(ax, ax, X);
  const mask = 0 - (flip as i64);
  for (let i: usize = 0; i < FE; i += 8) store<i64>(ay + i, (load<i64>(ay + i) ^ mask) - mask);
}

/** KEY := (ax, ay). */
function writePoint(): void {
  toOctets(e, ax);
  writeNumber(KEY, e);
  toOctets(e, ay);
  writeNumber(KEY + 32, e);
}

/** KEY := d·G for the scalar in SCALAR. */
export function publicPoint(): void {
  readNumber(k, SCALAR);
  multiplyBase();
  writePoint();
  wipe();
}

/** KEY := d·KEY for the scalar in SCALAR and a point that is known to be on the curve. */
export function multiplyPoint(): void {
  readNumber(k, SCALAR);
  readNumber(e, KEY);
  fromOctets(px, e);
  readNumber(e, KEY + 32);
  fromOctets(py, e);
  copy(EX, px);
  copy(EY, py);
  storeOddMultiples(entries);
  // No addition here is exceptional. The sum 16m, m odd, would have to be the digit d or −d times P. Before the last addition 16m is
  // between 16 and n/8. At the last, −d would make k zero, and d makes k = n + 2d below n, so that d < 0; but 16m = n + d with
  // m odd means d ≡ 13 (mod 32).
  const flip = makeOdd();
  selectEntry(digitOf(WINDOWS - 1));
  copy(X, chosen);
  copy(Y, chosen + 72);
  copy(Z, chosen + 144);
  for (let i = WINDOWS - 2; i >= 0; i--) {
    doubleJacobian();
    doubleJacobian();
    doubleJacobian();
    doubleJacobian();
    selectEntry(digitOf(i));
    addEntry(chosen, false);
  }
  toXyzz();
  toAffine(flip);
  writePoint();
  wipe();
}

/** `chosen` := digit · P, reading all eight entries. */
function selectEntry(digit: i32): void {
  const sign = digit >> 31;
  const wanted = ((digit ^ sign) - sign) >> 1;
  memory.fill(chosen, 0, ENTRY);
  for (let j = 0; j < 8; j++) {
    const mask = (((j ^ wanted) - 1) >> 31) as i64;
    const at = entries + (j as usize) * ENTRY;
    for (let i: usize = 0; i < ENTRY; i += 8)
      store<i64>(chosen + i, load<i64>(chosen + i) | (load<i64>(at + i) & mask));
  }
  const m = sign as i64;
  for (let i: usize = FE; i < 2 * FE; i += 8) store<i64>(chosen + i, (load<i64>(chosen + i) ^ m) - m);
  carry(chosen + FE, chosen + FE, 1);
}

/** INVERSE := (1 + d)⁻¹ mod n for the scalar in SCALAR. */
export function invertKey(): void {
  readNumber(d, SCALAR);
  addNumbers(d, d, unit);
  invertNumber(d, d);
  writeNumber(INVERSE, d);
  wipe();
}

/**
 * SIGNATURE := a signature of the digest in DIGEST by SCALAR, whose (1 + d)⁻¹ is INVERSE, with the nonce in RANDOM. False where the
 * standard wants another nonce.
 */
export function signWithNonce(): bool {
  readNumber(k, RANDOM);
  if (isZeroNumber(k) | (1 - isBelowOrder(k))) return false;
  multiplyBase();
  toOctets(r, ax);
  reduceNumber(r, r);
  readNumber(e, DIGEST);
  reduceNumber(e, e);
  addNumbers(r, r, e);
  addNumbers(s, r, k);
  if (isZeroNumber(r) | isZeroNumber(s)) return false;
  // s = (1 + d)⁻¹·(k − r·d) = (1 + d)⁻¹·(k + r) − r
  readNumber(d, INVERSE);
  multiplyNumbers(s, s, d);
  subtractNumbers(s, s, r);
  if (isZeroNumber(s)) return false;
  writeNumber(SIGNATURE, r);
  writeNumber(SIGNATURE + 32, s);
  return true;
}

// The inner block and what it hashes, the outer block and the inner digest.
const inner: usize = memory.data(64 + 65);
const outer: usize = memory.data(64 + 32);

/**
 * SIGNATURE := a signature as above; the nonce is HMAC-SM3(d, RANDOM ‖ e ‖ counter). A generator that repeats or is known is no
 * worse than a nonce derived from key and message, and a fault in one signature does not show in the next.
 */
export function sign(): void {
  for (let i: usize = 0; i < 64; i++) {
    const octet: u8 = i < 32 ? load<u8>(SCALAR + i) : 0;
    store<u8>(inner + i, octet ^ 0x36);
    store<u8>(outer + i, octet ^ 0x5c);
  }
  memory.copy(inner + 64, RANDOM, 32);
  memory.copy(inner + 96, DIGEST, 32);
  for (let counter: u32 = 0; ; counter++) {
    store<u8>(inner + 128, counter as u8);
    hash(outer + 64, inner, 129);
    hash(RANDOM, outer, 96);
    if (signWithNonce()) break;
  }
  memory.fill(INVERSE, 0, 32);
  wipe();
}

/** Overwrites every secret and everything computed from one; answers stay. */
function wipe(): void {
  memory.fill(d, 0, 40);
  memory.fill(k, 0, 40);
  memory.fill(e, 0, 40);
  memory.fill(r, 0, 40);
  memory.fill(s, 0, 40);
  memory.fill(odd, 0, 40);
  memory.fill(negated, 0, 40);
  memory.fill(ax, 0, 72);
  memory.fill(ay, 0, 72);
  memory.fill(px, 0, 72);
  memory.fill(py, 0, 72);
  memory.fill(chosen, 0, 360);
  memory.fill(entries, 0, 9 * 360);
  memory.fill(inner, 0, 129);
  memory.fill(outer, 0, 96);
  memory.fill(SCALAR, 0, 32);
  memory.fill(RANDOM, 0, 32);
  wipeElements();
  wipeNumbers();
  wipePoints();
}
