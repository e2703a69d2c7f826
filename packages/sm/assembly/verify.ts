/** Verification (GB/T 32918.2 7.1). It touches no secret, so its time may depend on everything. */
import { fromOctets, isZero, squareRoot, toOctets } from './element';
import { add, carry, copy, mul, square, subtract } from './field';
import { DIGEST, KEY, SIGNATURE } from './io';
import {
  addNumbers,
  isBelowOrder,
  isZeroNumber,
  negateNumber,
  readNumber,
  reduceNumber,
  subtractNumbers,
  writeNumber,
} from './order';
import {
  addEntry,
  B,
  BASE_X,
  BASE_Y,
  doubleJacobian,
  ENTRY,
  EX,
  EY,
  slowSum,
  storeOddMultiples,
  toXyzz,
  X,
  Y,
  Z,
  ZZ,
} from './point';
import { addByTable, bits, buildTable, unpack } from './table';

const BASE_WIDTH: usize = 8;
const BASE_WINDOWS: usize = 32;
const baseTable: usize = memory.data(32 * 128 * 72);
let baseReady: bool = false;

const KEY_WIDTH: usize = 6;
const KEY_WINDOWS: usize = 43;
/** Octets of a key's table. */
export const KEY_TABLE: usize = 43 * 32 * 72;

// Numbers are followed by zeros for `bits` and `fromOctets`.
const r: usize = memory.data(40);
const s: usize = memory.data(40);
const t: usize = memory.data(40);
const e: usize = memory.data(40);
const v: usize = memory.data(40);
const negated: usize = memory.data(40);

const px: usize = memory.data(72);
const py: usize = memory.data(72);
const check: usize = memory.data(72);
const scaled: usize = memory.data(72);

/** The public key of KEY as elements. */
function readKey(): void {
  readNumber(v, KEY);
  fromOctets(px, v);
  readNumber(v, KEY + 32);
  fromOctets(py, v);
}

/** The table of KEY, at `table`. */
export function buildKeyTable(table: usize): void {
  readKey();
  copy(EX, px);
  copy(EY, py);
  buildTable(table, KEY_WIDTH, KEY_WINDOWS, 32);
}

/** Non-adjacent form of t with odd digits within ±15, one a bit. */
const digits: usize = memory.data(264);

function recode(): i32 {
  let borrowed: i32 = 0;
  let top: i32 = 0;
  memory.fill(digits, 0, 264);
  for (let at: usize = 0; at < 258; ) {
    if (bits(t, at, 1) === borrowed) {
      at++;
      continue;
    }
    const digit = bits(t, at, 5) + borrowed;
    borrowed = (digit >> 4) & 1;
    store<i8>(digits + at, (digit - (borrowed << 5)) as i8);
    top = at as i32;
    at += 5;
  }
  return top;
}

/** 1P, 3P … 15P, and 2P behind them. */
const oddMultiples: usize = memory.data(9 * 360);

/** Jacobian := t·P for a key that has no table. */
function multiplyKey(): void {
  copy(EX, px);
  copy(EY, py);
  storeOddMultiples(oddMultiples);
  // The top digit of a positive number is positive.
  let at = recode();
  const first = oddMultiples + ((load<i8>(digits + (at as usize)) as usize) >> 1) * ENTRY;
  copy(X, first);
  copy(Y, first + 72);
  copy(Z, first + 144);
  while (--at >= 0) {
    doubleJacobian();
    const digit: i32 = load<i8>(digits + (at as usize));
    if (digit > 0) addEntry(oddMultiples + ((digit as usize) >> 1) * ENTRY, false);
    else if (digit < 0) addEntry(oddMultiples + ((-digit as usize) >> 1) * ENTRY, true);
  }
}

/** Whether X/ZZ is the number v, which is below p. */
function isAbscissa(): bool {
  fromOctets(scaled, v);
  mul(scaled, scaled, ZZ);
  subtract(scaled, scaled, X);
  return isZero(scaled);
}

// p − n, a number below 2^128.
const EXCESS_HIGH: u64 = 0x8dfc2093de39fad5;
const EXCESS_LOW: u64 = 0xac440bf6c62abedc;
const ORDER_LOW: u64 = 0x53bbf40939d54123;

/** Whether the signature in SIGNATURE fits the digest e in DIGEST: by the table at `table`, or by KEY where that is 0. */
export function verify(table: usize): bool {
  readNumber(r, SIGNATURE);
  readNumber(s, SIGNATURE + 32);
  if (!(isBelowOrder(r) & isBelowOrder(s))) return false;
  if (isZeroNumber(r) | isZeroNumber(s)) return false;
  addNumbers(t, r, s);
  if (isZeroNumber(t)) return false;

  if (!baseReady) {
    copy(EX, BASE_X);
    copy(EY, BASE_Y);
    buildTable(baseTable, BASE_WIDTH, BASE_WINDOWS, 128);
    baseReady = true;
  }
  // s·G with the smaller of s and n − s, whose top window then carries nothing out.
  const large = load<u8>(s, 31) > 0x7f;
  if (large) negateNumber(negated, s);
  if (table === 0) {
    readKey();
    multiplyKey();
    toXyzz();
    addByTable(baseTable, BASE_WIDTH, BASE_WINDOWS, large ? negated : s, large, false);
  } else {
    const empty = addByTable(table, KEY_WIDTH, KEY_WINDOWS, t, false, true);
    addByTable(baseTable, BASE_WIDTH, BASE_WINDOWS, large ? negated : s, large, empty);
  }
  if (isZero(ZZ)) {
    // An addition met an exception, or the sum is infinity.
    if (table !== 0) unpack(px, py, table);
    slowSum(t, px, py, s, BASE_X, BASE_Y);
    if (isZero(Z)) return false;
    toXyzz();
  }

  // R = (e + x₁) mod n is r when x₁ is v = (r − e) mod n, or v + n where that is below p still.
  readNumber(e, DIGEST);
  reduceNumber(e, e);
  subtractNumbers(v, r, e);
  if (isAbscissa()) return true;
  return addOrder() && isAbscissa();
}

/** v += n; false where that is p or more. */
function addOrder(): bool {
  if ((load<u64>(v, 16) | load<u64>(v, 24)) !== 0) return false;
  const high = load<u64>(v, 8);
  const low = load<u64>(v);
  if (high > EXCESS_HIGH || (high === EXCESS_HIGH && low >= EXCESS_LOW)) return false;
  // n = FFFFFFFEFFFFFFFF FFFFFFFFFFFFFFFF 7203DF6B21C6052B 53BBF40939D54123
  const sum = low + ORDER_LOW;
  const carried: u64 = sum < low ? 1 : 0;
  store<u64>(v, sum);
  store<u64>(v, high + 0x7203df6b21c6052b + carried, 8);
  store<u64>(v, 0xffffffffffffffff, 16);
  store<u64>(v, 0xfffffffeffffffff, 24);
  return true;
}

/** Whether KEY is a point of the curve, both coordinates below p. */
export function isOnCurve(): bool {
  readKey();
  if (!isReduced(px, KEY) || !isReduced(py, KEY + 32)) return false;
  return fitsCurve();
}

/** The ordinate of KEY by its abscissa, odd or even; false where the curve has none. */
export function openKey(odd: bool): bool {
  readKey();
  if (!isReduced(px, KEY)) return false;
  raiseAbscissa();
  squareRoot(py, scaled);
  if (!fitsCurve()) return false;
  toOctets(e, py);
  if (((load<u8>(e) & 1) !== 0) !== odd) {
    carry(py, py, -1);
    toOctets(e, py);
  }
  writeNumber(KEY + 32, e);
  return true;
}

/** scaled := x³ − 3x + b of (px, py). */
function raiseAbscissa(): void {
  square(check, px);
  mul(scaled, check, px);
  add(scaled, scaled, B);
  carry(check, px, 3);
  subtract(scaled, scaled, check);
  carry(scaled, scaled, 1);
}

function fitsCurve(): bool {
  raiseAbscissa();
  square(check, py);
  subtract(check, check, scaled);
  return isZero(check);
}

/** Whether the 32 octets are the element itself and not p or more. */
function isReduced(element: usize, octets: usize): bool {
  toOctets(e, element);
  readNumber(v, octets);
  return memory.compare(e, v, 32) === 0;
}
