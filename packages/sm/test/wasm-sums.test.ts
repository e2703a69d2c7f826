/**
 * What random tests never meet: sums that hit an exceptional addition, digits at the edges of their windows, and an x₁ of
 * n or more. Every case is constructed from the sum s·G + t·P itself: r = t − s, e = r − x₁.
 */
import { weierstrass } from '@noble/curves/abstract/weierstrass.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hexToBytes } from '../src/bytes.js';
import type { Sm2Verify } from '../src/internal/backend.js';
import { CURVE } from '../src/internal/curve.js';
import { TABLE_AFTER } from '../src/internal/key-tables.js';
import { js } from '../src/internal/sm2-js.js';
import { wasm, wasmBackend } from '../src/internal/sm2-wasm.js';
import { checkedModule } from './checked-module.js';

const slow = process.env.SLOW !== undefined;
const { n, p } = CURVE;
const curve = weierstrass<bigint>({ ...CURVE, h: 1n });
const G = curve.BASE;
type Point = typeof G;
const modN = (value: bigint): bigint => ((value % n) + n) % n;
const octets = (value: bigint): Uint8Array => hexToBytes(value.toString(16).padStart(64, '0'));
const times = (k: bigint, point: Point): Point => (modN(k) === 0n ? curve.ZERO : point.multiply(modN(k)));
const coordinates = (point: Point): Uint8Array => point.toBytes(false);

/** The same module with every product checked against its stated bound: it traps where one is exceeded. */
const checked = wasmBackend(await checkedModule());

/** A key verified by its own table, and one that is still new. */
function known(backend: typeof wasm, point: Uint8Array): Sm2Verify {
  const verify = backend.verifier(point);
  for (let i = 0; i < TABLE_AFTER; i++) verify.digest(new Uint8Array(32), new Uint8Array(64).fill(1));
  return verify;
}

interface Way {
  readonly name: string;
  /** A verifier for one use. */
  readonly verifier: (point: Uint8Array) => Sm2Verify;
}

const ways: readonly Way[] = [
  { name: 'wasm, new key', verifier: (point) => wasm.verifier(point) },
  { name: 'wasm, known key', verifier: (point) => known(wasm, point) },
  { name: 'wasm with bounds checked, new key', verifier: (point) => checked.verifier(point) },
  { name: 'wasm with bounds checked, known key', verifier: (point) => known(checked, point) },
  { name: 'js', verifier: (point) => js.verifier(point) },
];

interface Case {
  readonly e: Uint8Array;
  readonly signature: Uint8Array;
  readonly good: boolean;
}

/** The signature whose verification computes s·G + t·P; good unless that is infinity or r is zero. */
function caseOf(t: bigint, s: bigint, sum: Point): Case {
  const r = modN(t - s);
  const infinite = sum.is0();
  const x = infinite ? 12345n : sum.toAffine().x;
  return { e: octets(modN(r - x)), signature: Uint8Array.of(...octets(r), ...octets(s)), good: !infinite && r !== 0n };
}

function expectCase(verify: Sm2Verify, { e, signature, good }: Case, name: string): void {
  expect(verify.digest(e, signature), name).toBe(good);
  const other = e.slice();
  other[31]! ^= 1;
  expect(verify.digest(other, signature), `${name}, another digest`).toBe(false);
}

/** Digits at the edges of windows of 4, 5, 6 and 8 bits, carries through the whole number, both halves of the order. */
const EDGES: readonly bigint[] = [
  ...[0n, 1n, 4n, 5n, 6n, 8n, 12n, 64n, 127n, 128n, 129n, 192n, 224n, 248n, 252n, 253n, 254n, 255n].flatMap((k) => [
    1n << k,
    (1n << k) + 1n,
    (1n << k) - 1n,
  ]),
  ...[31n, 32n, 33n].map((digit) => repeated(digit, 6n)),
  ...[127n, 128n, 129n].map((digit) => repeated(digit, 8n)),
  ...[7n, 8n, 9n, 15n].map((digit) => repeated(digit, 4n)),
  ...[15n, 16n, 17n].map((digit) => repeated(digit, 5n)),
  // The top window of eight bits around the half of the order, with and without something carried into it.
  ...[0x7effn, 0x7f81n, 0x7fffn, 0x8000n, 0x8081n, 0x80ffn, 0x8100n].map((top) => (top << 240n) + 1n),
  (n - 1n) / 2n,
  (n + 1n) / 2n,
  ...[1n, 2n, 3n, 6n, 16n, 33n, 129n].map((below) => n - below),
].filter((value) => value > 0n && value < n);

function repeated(digit: bigint, width: bigint): bigint {
  let value = 0n;
  for (let at = 0n; at < 256n; at += width) value += digit << at;
  return value % (1n << 255n);
}

describe.each(ways)('$name', ({ name, verifier }) => {
  // Small multiples of one another: entries of G's table and of the key's are the same point, or its negative.
  it.each([1n, 2n, 3n, 32n, 64n, 128n, 256n, n - 1n, n - 2n, n - 64n])('adds what belongs to G and to %i·G', (d) => {
    const P = times(d, G);
    const verify = verifier(coordinates(P));
    const range = name === 'js' || !slow ? 6n : 40n;
    for (let t = 1n; t <= range; t++)
      for (let s = 1n; s <= range; s++) expectCase(verify, caseOf(t, s, times(s + t * d, G)), `${t}·P + ${s}·G`);
    for (const s of [1n, 2n, 128n, 255n, 256n, 1n << 248n, n - 1n]) {
      // The two halves equal, opposite, and one window apart.
      for (const t of [s * inverse(d), -s * inverse(d), (s << 6n) * inverse(d), (s << 8n) * inverse(d)].map(modN))
        if (t !== 0n) expectCase(verify, caseOf(t, s, times(s + t * d, G)), `${t}·P + ${s}·G`);
    }
  });

  it('takes digits at the edges of their windows', () => {
    const d = 0x3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8n;
    const verify = verifier(coordinates(times(d, G)));
    const few = name === 'js' ? EDGES.filter((_, index) => index % 9 === 0) : EDGES;
    for (const t of few)
      for (const s of [1n, 7n, n - 1n]) expectCase(verify, caseOf(t, s, times(s + t * d, G)), `t = ${t}`);
    for (const s of few)
      for (const t of [1n, 7n, n - 1n]) expectCase(verify, caseOf(t, s, times(s + t * d, G)), `s = ${s}`);
  });

  it('accepts x₁ of n and more, and x₁ below p − n', () => {
    for (const from of [n, 0n]) {
      let found = 0;
      for (let x = from; found < 4; x++) {
        const R = pointAt(x);
        if (R === undefined) continue;
        found++;
        for (const [t, s] of [
          [5n, 3n],
          [n - 1n, 1n],
          [modN(x * 77n + 5n), 9n],
        ] as const) {
          const P = times(inverse(t), R.add(times(n - s, G)));
          if (P.is0()) continue;
          expect(R.toAffine().x).toBe(x);
          expectCase(verifier(coordinates(P)), caseOf(t, s, R), `x₁ = ${x}`);
          // v + n would be p or more, or another point: nobody's x₁.
          const wrong = caseOf(t, s, R);
          const e = octets(modN(t - s - (p - n)));
          expect(verifier(coordinates(P)).digest(e, wrong.signature)).toBe(false);
        }
      }
    }
  });

  it('refuses r, s and t where the standard does', () => {
    const verify = verifier(coordinates(times(7n, G)));
    const { e } = caseOf(3n, 1n, times(22n, G));
    for (const r of [0n, 1n, n - 1n, n, n + 1n, (1n << 256n) - 1n])
      for (const s of [0n, 1n, n - 1n, n, n + 1n, (1n << 256n) - 1n]) {
        const t = r + s;
        const inRange = r > 0n && r < n && s > 0n && s < n && modN(t) !== 0n;
        const sum = inRange ? times(s + t * 7n, G) : curve.ZERO;
        const fits =
          inRange && !sum.is0() && modN(BigInt(`0x${Buffer.from(e).toString('hex')}`) + sum.toAffine().x) === r;
        expect(verify.digest(e, Uint8Array.of(...octets(r), ...octets(s))), `${r} ${s}`).toBe(fits);
        // The digest for which it would fit, if the standard let it.
        if (inRange && !sum.is0())
          expect(verify.digest(octets(modN(r - sum.toAffine().x)), Uint8Array.of(...octets(r), ...octets(s)))).toBe(
            true,
          );
      }
  });

  it('refuses t = 0 although the equation holds', () => {
    const verify = verifier(coordinates(times(7n, G)));
    for (const s of [1n, 2n, 12345n, n - 1n]) {
      const r = n - s;
      const e = octets(modN(r - times(s, G).toAffine().x));
      expect(verify.digest(e, Uint8Array.of(...octets(r), ...octets(s)))).toBe(false);
    }
  });

  it('refuses r + n and s + n although they are the same residues', () => {
    const verify = verifier(coordinates(times(7n, G)));
    for (const r of [1n, 2n, 5n, 1n << 200n])
      for (const s of [1n, 3n, 1n << 200n]) {
        const { e, signature, good } = caseOf(r + s, s, times(s + (r + s) * 7n, G));
        expect([good, verify.digest(e, signature)]).toEqual([true, true]);
        expect(verify.digest(e, Uint8Array.of(...octets(r + n), ...octets(s))), `r = ${r} + n`).toBe(false);
        expect(verify.digest(e, Uint8Array.of(...octets(r), ...octets(s + n))), `s = ${s} + n`).toBe(false);
      }
  });
});

describe.each([
  { name: 'wasm', backend: wasm },
  { name: 'wasm with bounds checked', backend: checked },
  { name: 'js', backend: js },
])('multiples by $name', ({ name, backend }) => {
  // With 64 odd digits the sum of one scalar, and of its negative, doubles instead of adding.
  const last = 30n * (1n << 252n) - n;
  const scalars = [...EDGES, ...Array.from({ length: 40 }, (_, k) => BigInt(k + 1)), last, n - last].filter(
    (_, index) => name !== 'js' || index % 7 === 0,
  );
  const Q = times(0xabcdefn, G);

  it('of G', () => {
    for (const k of scalars) expect(backend.publicPoint(octets(k)), `${k}`).toEqual(coordinates(times(k, G)));
  });

  it('of another point', () => {
    for (const k of scalars)
      expect(backend.multiply(octets(k), coordinates(Q)), `${k}`).toEqual(coordinates(times(k, Q)));
  });

  it('at random', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: n - 1n }), fc.bigInt({ min: 1n, max: n - 1n }), (k, m) => {
        const M = times(m, G);
        expect(backend.publicPoint(octets(k))).toEqual(coordinates(times(k, G)));
        expect(backend.multiply(octets(k), coordinates(M))).toEqual(coordinates(times(k, M)));
      }),
      { numRuns: slow ? 5000 : 40 },
    );
  });
});

describe('points that are none', () => {
  const point = coordinates(times(7n, G));
  const x = BigInt(`0x${Buffer.from(point.subarray(1, 33)).toString('hex')}`);
  it.each([
    ['one bit of y changed', Uint8Array.of(...point.subarray(0, 64), point[64]! ^ 1)],
    ['x and y exchanged', Uint8Array.of(4, ...point.subarray(33), ...point.subarray(1, 33))],
    ['zero', new Uint8Array(65)],
    ['x of p or more', Uint8Array.of(4, ...octets(smallX() + p), ...ordinate(smallX()))],
    ['all ones', Uint8Array.of(4, ...new Uint8Array(64).fill(255))],
  ])('%s', (_name, wrong) => {
    expect(() => wasm.verifier(wrong)).toThrowError(expect.objectContaining({ code: 'key-malformed' }));
    expect(() => checked.verifier(wrong)).toThrowError(expect.objectContaining({ code: 'key-malformed' }));
    expect(() => js.verifier(wrong)).toThrow();
  });
  it('takes the one that is', () => {
    expect(x < p).toBe(true);
    expect(() => wasm.verifier(point)).not.toThrow();
  });
});

function inverse(value: bigint): bigint {
  return curve.Fn.inv(modN(value));
}

function pointAt(x: bigint): Point | undefined {
  try {
    return curve.fromBytes(Uint8Array.of(2, ...octets(x)));
  } catch {
    return undefined;
  }
}

/** An abscissa so small that x + p is 32 octets still. */
function smallX(): bigint {
  for (let small = 0n; ; small++) if (pointAt(small) !== undefined) return small;
}

function ordinate(small: bigint): Uint8Array {
  return coordinates(pointAt(small)!).subarray(33);
}

it('opens compressed points within the bounds', () => {
  const abscissa = fc.bigInt({ min: 0n, max: p - 1n });
  fc.assert(
    fc.property(abscissa, fc.constantFrom(2, 3), (x, sign) => {
      const compressed = Uint8Array.of(sign, ...octets(x));
      expect(checked.openPoint(compressed)).toEqual(js.openPoint(compressed));
    }),
    { numRuns: slow ? 10_000 : 200 },
  );
});
