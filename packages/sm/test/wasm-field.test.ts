/** The field arithmetic of the module at the limits that packages/sm/assembly/field.ts states. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CURVE } from '../src/internal/curve.js';
import { instantiate } from '../src/internal/wasm/instance.js';
import { SM2_MODULE } from '../src/internal/wasm/sm2-module.js';

interface Field {
  readonly memory: WebAssembly.Memory;
  readonly FREE: WebAssembly.Global;
  mul(out: number, a: number, b: number): void;
  square(out: number, a: number): void;
}

const field = instantiate(SM2_MODULE) as unknown as Field;
const words = new BigInt64Array(field.memory.buffer);
const OCTETS = 72;
const place = (index: number): number => Math.ceil((field.FREE.value as number) / 8) * 8 + index * OCTETS;

const { p } = CURVE;
const LIMB = 1n << 29n;
const TOP = 1n << 28n;
const modP = (value: bigint): bigint => ((value % p) + p) % p;
const R = modP(1n << 261n);
const RInverse = power(R, p - 2n);
const numberOf = (limbs: readonly bigint[]): bigint => limbs.reduceRight((sum, limb) => (sum << 29n) + limb, 0n);

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let b = base, e = exponent; e > 0n; e >>= 1n, b = (b * b) % p) if (e & 1n) result = (result * b) % p;
  return result;
}

function put(index: number, limbs: readonly bigint[]): number {
  words.set(limbs, place(index) / 8);
  return place(index);
}

function taken(index: number): bigint[] {
  return [...words.subarray(place(index) / 8, place(index) / 8 + 9)];
}

/** Limbs 0 to 7 within 0 … 2^29 − 1, and the value that was wanted. */
function expectReduced(limbs: readonly bigint[], wanted: bigint): void {
  for (const limb of limbs.slice(0, 8)) expect(limb >= 0n && limb < LIMB, `limb ${limb}`).toBe(true);
  expect(limbs[8]! > -2n * TOP && limbs[8]! < 2n * TOP, `limb 8 ${limbs[8]}`).toBe(true);
  expect(modP(numberOf(limbs))).toBe(modP(wanted));
}

/** Nine limbs within ±bound (limb 8 within ±2^28, sixteen times p), at the limit more often than not. */
const limbsWithin = (bound: bigint) =>
  fc.tuple(
    ...Array.from({ length: 9 }, (_, index) => {
      const most = index === 8 ? TOP : bound;
      return fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(most, -most, most - 1n, 1n - most) },
        { weight: 1, arbitrary: fc.constantFrom(0n, 1n, -1n) },
        { weight: 2, arbitrary: fc.bigInt({ min: -most, max: most }) },
      );
    }),
  );
const difference = limbsWithin(LIMB);
const sum = limbsWithin(2n * LIMB);
const numRuns = process.env.SLOW === undefined ? 2000 : 200_000;

describe('products at the limits of their limbs', () => {
  it('mul of a sum and a difference', () => {
    fc.assert(
      fc.property(sum, difference, (a, b) => {
        field.mul(place(0), put(1, a), put(2, b));
        expectReduced(taken(0), numberOf(a) * numberOf(b) * RInverse);
        field.mul(place(0), put(1, b), put(2, a));
        expectReduced(taken(0), numberOf(a) * numberOf(b) * RInverse);
      }),
      { numRuns },
    );
  });

  it('square of a difference, never below zero', () => {
    fc.assert(
      fc.property(difference, (a) => {
        field.square(place(0), put(1, a));
        expectReduced(taken(0), numberOf(a) ** 2n * RInverse);
        expect(numberOf(taken(0)) >= 0n).toBe(true);
      }),
      { numRuns },
    );
  });

  it('stays within the values that the factors allow', () => {
    fc.assert(
      fc.property(difference, difference, (a, b) => {
        field.mul(place(0), put(1, a), put(2, b));
        const low = -16n * 16n * p;
        const value = numberOf(taken(0)) * 32n;
        expect(value >= low && value <= 32n * p - low).toBe(true);
      }),
      { numRuns },
    );
  });

  it('takes every sign at the very limit', () => {
    for (let signs = 0; signs < 512; signs++) {
      const at = (bound: bigint) =>
        Array.from({ length: 9 }, (_, i) => (i === 8 ? TOP : bound) * ((signs >> i) & 1 ? -1n : 1n));
      field.mul(place(0), put(1, at(2n * LIMB)), put(2, at(LIMB)));
      expectReduced(taken(0), numberOf(at(2n * LIMB)) * numberOf(at(LIMB)) * RInverse);
    }
  });

  it('needs the limits: two sums are too much', () => {
    const a = Array.from({ length: 9 }, () => 2n * LIMB);
    field.mul(place(0), put(1, a), put(2, a));
    expect(modP(numberOf(taken(0)))).not.toBe(modP(numberOf(a) ** 2n * RInverse));
  });

  it('may write over what it reads', () => {
    fc.assert(
      fc.property(sum, difference, (a, b) => {
        const wanted = numberOf(a) * numberOf(b) * RInverse;
        field.mul(put(1, a), put(1, a), put(2, b));
        expectReduced(taken(1), wanted);
        field.mul(put(2, b), put(1, a), put(2, b));
        expectReduced(taken(2), wanted);
        field.square(put(2, b), put(2, b));
        expectReduced(taken(2), numberOf(b) ** 2n * RInverse);
      }),
      { numRuns: 200 },
    );
  });
});
