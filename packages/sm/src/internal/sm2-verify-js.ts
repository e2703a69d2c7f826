/**
 * SM2 verification (GB/T 32918.2-2016 7.1) in plain JavaScript and in little of it: what a page downloads that only
 * verifies and forbids WebAssembly. Everything here is public, so that nothing needs to take the same time. Signing and
 * keys are left to @noble/curves (sm2-js.ts), which is six times as large.
 */
import { sm3 } from '../sm3.js';
import type { Sm2Verification } from './backend.js';
import { CURVE } from './curve.js';

const { p, n, b } = CURVE;

/** Never the point at infinity. */
type Affine = readonly [x: bigint, y: bigint];
/** Jacobian coordinates: x = X / Z², y = Y / Z³; the point at infinity where Z is 0. */
type Point = readonly [x: bigint, y: bigint, z: bigint];

/** Multiples 1 … 2^(width − 1) of 2^(width · i) · point, for each window i. */
type Table = readonly (readonly Affine[])[];

const INFINITY: Point = [1n, 1n, 0n];

/** Windows of a known key and of G: 43 additions each. */
const KNOWN_WIDTH = 6;
/** Of a key that is met for the first time; the doublings are its own. */
const NEW_WIDTH = 5;
/** Verifications after which a key's table has paid for itself. */
const TABLE_AFTER = 3;

const mod = (value: bigint, modulus: bigint): bigint => {
  const rest = value % modulus;
  return rest < 0n ? rest + modulus : rest;
};

/** a = −3 (Cohen, Miyaji and Ono 1998). */
function double([x, y, z]: Point): Point {
  const zz = (z * z) % p;
  const yy = (y * y) % p;
  const m = (3n * (x - zz) * (x + zz)) % p;
  const s = (4n * x * yy) % p;
  const x3 = mod(m * m - 2n * s, p);
  return [x3, mod(m * (s - x3) - 8n * yy * yy, p), mod(2n * y * z, p)];
}

function add(point: Point, [x2, y2]: Affine): Point {
  const [x1, y1, z1] = point;
  if (z1 === 0n) return [x2, y2, 1n];
  const zz = (z1 * z1) % p;
  const h = mod(x2 * zz - x1, p);
  const r = mod(y2 * ((zz * z1) % p) - y1, p);
  if (h === 0n) return r === 0n ? double(point) : INFINITY;
  const hh = (h * h) % p;
  const hhh = (h * hh) % p;
  const v = (x1 * hh) % p;
  const x3 = mod(r * r - hhh - 2n * v, p);
  return [x3, mod(r * (v - x3) - y1 * hhh, p), (z1 * h) % p];
}

/** Extended Euclid. */
function inverse(value: bigint): bigint {
  let [a, c, x, y] = [mod(value, p), p, 1n, 0n];
  while (a > 1n) [a, c, x, y] = [c % a, a, y - (c / a) * x, x];
  return mod(x, p);
}

/** All with one inversion. None may be the point at infinity. */
function normalise(points: readonly Point[]): Affine[] {
  const products: bigint[] = [];
  let product = 1n;
  for (const [, , z] of points) {
    products.push(product);
    product = (product * z) % p;
  }
  let rest = inverse(product);
  const affine: Affine[] = [];
  for (let i = points.length - 1; i >= 0; i--) {
    const [x, y, z] = points[i]!;
    const zi = (rest * products[i]!) % p;
    rest = (rest * z) % p;
    const zz = (zi * zi) % p;
    affine[i] = [(x * zz) % p, (y * ((zz * zi) % p)) % p];
  }
  return affine;
}

/** 1 … count times a point; n is prime and larger, so that none of them is infinity. */
function multiples(point: Affine, count: number): Point[] {
  const all: Point[] = [[...point, 1n]];
  while (all.length < count) all.push(add(all[all.length - 1]!, point));
  return all;
}

function tableOf(point: Affine): Table {
  const size = 1 << (KNOWN_WIDTH - 1);
  const bases: Point[] = [[...point, 1n]];
  while (bases.length * KNOWN_WIDTH <= 256) {
    let next = bases[bases.length - 1]!;
    for (let i = 0; i < KNOWN_WIDTH; i++) next = double(next);
    bases.push(next);
  }
  const all = normalise(normalise(bases).flatMap((base) => multiples(base, size)));
  return bases.map((_, i) => all.slice(i * size, (i + 1) * size));
}

/** A scalar in windows of −2^(width − 1) … 2^(width − 1), the lowest first. */
function digits(scalar: bigint, width: number): number[] {
  const size = 1 << width;
  const found: number[] = [];
  for (let rest = scalar; rest > 0n; ) {
    let digit = Number(rest & BigInt(size - 1));
    rest >>= BigInt(width);
    if (digit > size / 2) {
      digit -= size;
      rest++;
    }
    found.push(digit);
  }
  return found;
}

function addDigit(sum: Point, row: readonly Affine[], digit: number): Point {
  if (digit === 0) return sum;
  const [x, y] = row[Math.abs(digit) - 1]!;
  return add(sum, digit < 0 ? [x, p - y] : [x, y]);
}

/** sum + scalar · point, by its table. */
const addKnown = (sum: Point, scalar: bigint, table: Table): Point =>
  digits(scalar, KNOWN_WIDTH).reduce((total, digit, i) => addDigit(total, table[i]!, digit), sum);

/** scalar · point. */
function multiply(scalar: bigint, point: Affine): Point {
  const row = normalise(multiples(point, 1 << (NEW_WIDTH - 1)));
  return digits(scalar, NEW_WIDTH).reduceRight((sum, digit) => {
    let total = sum;
    for (let i = 0; i < NEW_WIDTH; i++) total = double(total);
    return addDigit(total, row, digit);
  }, INFINITY);
}

const numberOf = (octets: Uint8Array): bigint => octets.reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);

const half = (value: bigint): string => value.toString(16).padStart(64, '0');

/** @throws RangeError for octets that are no point of the curve */
function pointOf(octets: Uint8Array): Affine {
  const [x, y] = [numberOf(octets.subarray(1, 33)), numberOf(octets.subarray(33))];
  const onCurve = x < p && y < p && mod(y * y - (x * x * x - 3n * x + b), p) === 0n;
  if (octets.length !== 65 || octets[0] !== 4 || !onCurve) throw new RangeError('not a point of the curve');
  return [x, y];
}

/** p ≡ 3 (mod 4): z^((p + 1) / 4) is a root where there is one. */
function squareRoot(z: bigint): bigint {
  let [root, power] = [1n, z];
  for (let exponent = (p + 1n) / 4n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) root = (root * power) % p;
    power = (power * power) % p;
  }
  return root;
}

let tableOfG: Table | undefined;

export const jsVerification: Sm2Verification = {
  name: 'js',

  openPoint(compressed) {
    const x = numberOf(compressed.subarray(1));
    if (x >= p) return undefined;
    const square = mod(x * x * x - 3n * x + b, p);
    const root = squareRoot(square);
    if ((root * root) % p !== square) return undefined;
    const y = (root & 1n) === BigInt(compressed[0]! & 1) ? root : p - root;
    return Uint8Array.from(`04${half(x)}${half(y)}`.match(/../g)!, (octet) => Number.parseInt(octet, 16));
  },

  verifier(octets) {
    const point = pointOf(octets);
    let table: Table | undefined;
    let uses = 0;
    const check = (e: Uint8Array, signature: Uint8Array): boolean => {
      if (++uses === TABLE_AFTER) table = tableOf(point);
      if (signature.length !== 64) return false;
      const r = numberOf(signature.subarray(0, 32));
      const s = numberOf(signature.subarray(32));
      if (r === 0n || r >= n || s === 0n || s >= n) return false;
      const t = (r + s) % n;
      if (t === 0n) return false;
      // Made on first use: an import must not cost anything.
      tableOfG ??= tableOf([CURVE.Gx, CURVE.Gy]);
      const own = table === undefined ? multiply(t, point) : addKnown(INFINITY, t, table);
      const [x, , z] = addKnown(own, s, tableOfG);
      if (z === 0n) return false;
      // x1 is r − e, or that plus n, which is less than p only for the smallest: no division is needed to compare.
      const zz = (z * z) % p;
      const x1 = mod(r - numberOf(e), n);
      return (x1 * zz) % p === x || (x1 + n < p && ((x1 + n) * zz) % p === x);
    };
    return { message: (za, message, signature) => check(sm3(za, message), signature), digest: check };
  },
};
