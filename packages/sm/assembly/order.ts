/**
 * Numbers modulo n, the order of the group: eight words of 32 bits, least significant first, 32 octets of memory, always
 * within 0 … n − 1 unless said otherwise. No branch and no address depends on a value.
 */

// n
const ORDER: usize = memory.data<u32>([
  0x39d54123, 0x53bbf409, 0x21c6052b, 0x7203df6b, 0xffffffff, 0xffffffff, 0xffffffff, 0xfffffffe,
]);
/** −1/n mod 2^32 */
const FACTOR: u64 = 0x72350975;
/** 2^512 mod n */
const R_SQUARED: usize = memory.data<u32>([
  0x7c114f20, 0x901192af, 0xde6fa2fa, 0x3464504a, 0x3affe0d4, 0x620fc84c, 0xa22b3d3b, 0x1eb5e412,
]);
const UNIT: usize = memory.data<u32>([1, 0, 0, 0, 0, 0, 0, 0]);

/** A number of 32 octets, most significant first; whether it is below n is not looked at. */
export function readNumber(out: usize, octets: usize): void {
  for (let i: usize = 0; i < 32; i += 4) store<u32>(out + i, bswap<u32>(load<u32>(octets + 28 - i)));
}

export function writeNumber(octets: usize, a: usize): void {
  for (let i: usize = 0; i < 32; i += 4) store<u32>(octets + 28 - i, bswap<u32>(load<u32>(a + i)));
}

/** 1 when a is below n. */
export function isBelowOrder(a: usize): u32 {
  let borrow: u64 = 0;
  for (let i: usize = 0; i < 32; i += 4) borrow = ((load<u32>(a + i) as u64) - load<u32>(ORDER + i) - borrow) >> 63;
  return borrow as u32;
}

/** 1 when a is zero. */
export function isZeroNumber(a: usize): u32 {
  let all: u32 = 0;
  for (let i: usize = 0; i < 32; i += 4) all |= load<u32>(a + i);
  return (((all as u64) - 1) >> 63) as u32;
}

/** out = chosen when `choice` is 1, otherwise when it is 0. */
export function selectNumber(out: usize, choice: u32, chosen: usize, otherwise: usize): void {
  const mask: u32 = 0 - choice;
  for (let i: usize = 0; i < 32; i += 4)
    store<u32>(out + i, (load<u32>(chosen + i) & mask) | (load<u32>(otherwise + i) & ~mask));
}

const less: usize = memory.data(32);

/** out = a − n where a, with 2^256 when `carry` is 1, is n or more; else a. */
function subtractOnce(out: usize, a: usize, carry: u64): void {
  let borrow: u64 = 0;
  for (let i: usize = 0; i < 32; i += 4) {
    const difference = (load<u32>(a + i) as u64) - load<u32>(ORDER + i) - borrow;
    store<u32>(less + i, difference as u32);
    borrow = difference >> 63;
  }
  selectNumber(out, (carry | (1 - borrow)) as u32, less, a);
}

/** a mod n for any 256-bit number: 2^256 is below 2n. */
export function reduceNumber(out: usize, a: usize): void {
  subtractOnce(out, a, 0);
}

const sum: usize = memory.data(32);

export function addNumbers(out: usize, a: usize, b: usize): void {
  let carry: u64 = 0;
  for (let i: usize = 0; i < 32; i += 4) {
    carry += (load<u32>(a + i) as u64) + load<u32>(b + i);
    store<u32>(sum + i, carry as u32);
    carry >>= 32;
  }
  subtractOnce(out, sum, carry);
}

export function subtractNumbers(out: usize, a: usize, b: usize): void {
  let borrow: u64 = 0;
  for (let i: usize = 0; i < 32; i += 4) {
    const difference = (load<u32>(a + i) as u64) - load<u32>(b + i) - borrow;
    store<u32>(out + i, difference as u32);
    borrow = difference >> 63;
  }
  const mask = (0 - borrow) as u32;
  let carry: u64 = 0;
  for (let i: usize = 0; i < 32; i += 4) {
    carry += (load<u32>(out + i) as u64) + (load<u32>(ORDER + i) & mask);
    store<u32>(out + i, carry as u32);
    carry >>= 32;
  }
}

/** out = n − a; n itself for zero. */
export function negateNumber(out: usize, a: usize): void {
  let borrow: u64 = 0;
  for (let i: usize = 0; i < 32; i += 4) {
    const difference = (load<u32>(ORDER + i) as u64) - load<u32>(a + i) - borrow;
    store<u32>(out + i, difference as u32);
    borrow = difference >> 63;
  }
}

const product: usize = memory.data(40);

/** out = a · b / 2^256 (Montgomery). */
function multiply(out: usize, a: usize, b: usize): void {
  memory.fill(product, 0, 40);
  for (let i: usize = 0; i < 32; i += 4) {
    const digit = load<u32>(a + i) as u64;
    let carry: u64 = 0;
    for (let j: usize = 0; j < 32; j += 4) {
      carry += digit * load<u32>(b + j) + load<u32>(product + j);
      store<u32>(product + j, carry as u32);
      carry >>= 32;
    }
    carry += load<u32>(product, 32);
    store<u32>(product, carry as u32, 32);
    store<u32>(product, (carry >> 32) as u32, 36);
    const quotient = ((load<u32>(product) as u64) * FACTOR) & 0xffffffff;
    carry = (quotient * load<u32>(ORDER) + load<u32>(product)) >> 32;
    for (let j: usize = 4; j < 32; j += 4) {
      carry += quotient * load<u32>(ORDER + j) + load<u32>(product + j);
      store<u32>(product + j - 4, carry as u32);
      carry >>= 32;
    }
    carry += load<u32>(product, 32);
    store<u32>(product, carry as u32, 28);
    store<u32>(product, load<u32>(product, 36) + ((carry >> 32) as u32), 32);
  }
  subtractOnce(out, product, load<u32>(product, 32));
}

const factor: usize = memory.data(32);

/** out = a · b. */
export function multiplyNumbers(out: usize, a: usize, b: usize): void {
  multiply(factor, a, R_SQUARED);
  multiply(out, factor, b);
}

const base: usize = memory.data(32);
const power: usize = memory.data(32);

/** out = a^(n − 2), the inverse of a; the exponent is public. */
export function invertNumber(out: usize, a: usize): void {
  multiply(base, a, R_SQUARED);
  multiply(power, UNIT, R_SQUARED);
  for (let bit: i32 = 255; bit >= 0; bit--) {
    multiply(power, power, power);
    // n − 2 differs from n in its lowest word only, without a borrow.
    const word = load<u32>(ORDER + 4 * ((bit as usize) >> 5)) - (bit < 32 ? 2 : 0);
    if ((word >> (bit & 31)) & 1) multiply(power, power, base);
  }
  multiply(out, power, UNIT);
}

/** Overwrites what these functions leave behind. */
export function wipeNumbers(): void {
  for (let i: usize = 0; i < 32; i += 4) {
    store<u32>(less + i, 0);
    store<u32>(sum + i, 0);
    store<u32>(product + i, 0);
    store<u32>(factor + i, 0);
    store<u32>(base + i, 0);
    store<u32>(power + i, 0);
  }
}
