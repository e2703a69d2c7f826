/** JavaScript's own verification where its windows meet what random signatures never do. */
import { describe, expect, it } from 'vitest';
import { CURVE } from '../src/internal/curve.js';
import { js } from '../src/internal/sm2-js.js';
import { native } from '../src/internal/sm2-native.node.js';
import { jsVerification } from '../src/internal/sm2-verify-js.js';

const { n, Gx } = CURVE;
const mod = (value: bigint): bigint => ((value % n) + n) % n;
const octets = (value: bigint): Uint8Array =>
  Uint8Array.from(value.toString(16).padStart(64, '0').match(/../g)!, (digits) => Number.parseInt(digits, 16));

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) if (e & 1n) result = mod(result * b);
  return result;
}
const inverse = (value: bigint): bigint => power(value, n - 2n);

/** The x of k·G. */
function xOf(k: bigint): bigint {
  if (k === 1n) return Gx;
  return BigInt(`0x${Buffer.from(js.publicPoint(octets(k)).subarray(1, 33)).toString('hex')}`);
}

/** e and r ‖ s, for given s and t, such that the signature holds: s·G + t·P = (s + t·d)·G. */
function signatureOf(d: bigint, s: bigint, t: bigint): { readonly e: Uint8Array; readonly signature: Uint8Array } {
  const r = mod(t - s);
  return {
    e: octets(mod(r - xOf(mod(s + t * d)))),
    signature: Uint8Array.of(...octets(r), ...octets(s)),
  };
}

describe('sums that vanish on the way', () => {
  const d = 0x3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8n;
  const point = js.publicPoint(octets(d));

  it.each([0n, 1n, 6n, 41n])('after t·P and the lower windows of s, %d of them', (windows) => {
    const low = windows === 0n ? 5n : (1n << (6n * windows)) - 7n;
    const s = low + (9n << (6n * (windows + 1n)));
    // −low·G = t·P: the sum is infinity before the upper windows are added.
    const t = mod(-low * inverse(d));
    const { e, signature } = signatureOf(d, s, t);
    const verify = jsVerification.verifier(point);
    for (let use = 0; use < 5; use++) expect(verify.digest(e, signature), `use ${use}`).toBe(true);
    expect(native.verifier(point).digest(e, signature)).toBe(true);
    expect(verify.digest(octets(1n), signature)).toBe(false);
  });

  it('equal points are doubled', () => {
    // t·P = 64^i·j·G, to which the same is added.
    for (const s of [1n, 31n, 32n << 60n, 17n << 240n]) {
      const { e, signature } = signatureOf(d, s, mod(s * inverse(d)));
      const verify = jsVerification.verifier(point);
      for (let use = 0; use < 5; use++) expect(verify.digest(e, signature), `${s}, use ${use}`).toBe(true);
    }
  });

  it('a sum that is infinity is no signature', () => {
    const s = 12345678901234567890n;
    const t = mod(-s * inverse(d));
    const signature = Uint8Array.of(...octets(mod(t - s)), ...octets(s));
    const verify = jsVerification.verifier(point);
    for (let use = 0; use < 5; use++)
      for (const x of [0n, 1n]) expect(verify.digest(octets(mod(t - s - x)), signature)).toBe(false);
  });

  it.each([1n, n - 1n, 32n, 33n, (1n << 255n) - 1n, n - 33n])('t and s at the edges of windows: %d', (edge) => {
    for (const [s, t] of [
      [edge, 2n],
      [3n, edge],
      [edge, edge],
    ] as const) {
      const { e, signature } = signatureOf(d, s, t);
      if (mod(t - s) === 0n) continue;
      const verify = jsVerification.verifier(point);
      for (let use = 0; use < 5; use++) expect(verify.digest(e, signature)).toBe(true);
    }
  });
});

it('a signature of another length is none', () => {
  const d = 9n;
  const { e, signature } = signatureOf(d, 3n, 11n);
  const { digest } = jsVerification.verifier(js.publicPoint(octets(d)));
  expect(digest(e, signature)).toBe(true);
  expect(digest(e, signature.subarray(1))).toBe(false);
  expect(digest(e, Uint8Array.of(...signature, 0))).toBe(false);
  // Its last half read as one number would be the same.
  expect(digest(e, Uint8Array.of(...signature.subarray(0, 32), 0, ...signature.subarray(32)))).toBe(false);
  expect(digest(e, new Uint8Array(0))).toBe(false);
});

describe('a point', () => {
  const point = js.publicPoint(octets(7n));
  it.each([
    ['of 64 octets', point.subarray(1)],
    ['of 66 octets', Uint8Array.of(...point, 0)],
    ['with another first octet', point.map((octet, at) => (at === 0 ? 6 : octet))],
    ['off the curve', point.map((octet, at) => (at === 64 ? octet ^ 1 : octet))],
    ['of zeros', new Uint8Array(65)],
  ])('%s is refused', (_what, wrong) => expect(() => jsVerification.verifier(wrong)).toThrow());
});
