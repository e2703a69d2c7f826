/** The WebAssembly backend, and now and then JavaScript's verification, against OpenSSL: the same answer to the same question. */
import { describe, expect, it } from 'vitest';
import { native } from '../src/internal/sm2-native.node.js';
import { jsVerification } from '../src/internal/sm2-verify-js.js';
import { wasm } from '../src/internal/sm2-wasm.js';

const CASES = process.env.SLOW === undefined ? 600 : 1_000_000;
/** A key serves this many cases: the first few without a table, the others with one. */
const CASES_A_KEY = 20;
/** One key of so many is tried in JavaScript, too: its table takes long. */
const JS_EVERY = 16;

/** xorshift128: a run can be repeated by its seed. */
function generator(seed: number): () => number {
  let [a, b, c, d] = [seed, 362436069, 521288629, 88675123];
  return () => {
    const t = a ^ (a << 11);
    [a, b, c] = [b, c, d];
    d = d ^ (d >>> 19) ^ t ^ (t >>> 8);
    return d >>> 0;
  };
}

describe('wasm and native', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 0x7fffffff) | 1;

  it(`answer alike in ${CASES} cases, seed ${seed}`, () => {
    const next = generator(seed);
    const octets = (length: number): Uint8Array => Uint8Array.from({ length }, () => next() & 0xff);
    const za = octets(32);
    let accepted = 0;
    let refused = 0;
    for (let done = 0; done < CASES; ) {
      const scalar = octets(32);
      scalar[0]! &= 0x7f;
      // Short scalars now and then: leading zeros in d, and so in what is computed from it.
      if (next() % 8 === 0) scalar.fill(0, 0, next() % 31);
      const point = wasm.publicPoint(scalar);
      if (next() % 16 === 0) expect(point).toEqual(native.publicPoint(scalar));
      const [ours, theirs] = [wasm.verifier(point), native.verifier(point)];
      const inJs = next() % JS_EVERY === 0 || done === 0 ? jsVerification.verifier(point) : undefined;
      const sign = wasm.signer(scalar, point);
      for (let i = 0; i < CASES_A_KEY && done < CASES; i++, done++) {
        const message = octets(next() % 80);
        const signature = sign.message(za, message);
        const kind = next() % 5;
        if (kind === 1) signature[next() % 64]! ^= 1 << (next() % 8);
        if (kind === 2 && message.length > 0) message[next() % message.length]! ^= 1 << (next() % 8);
        if (kind === 3) signature.fill(next() % 2 === 0 ? 0 : 255, 32 * (next() % 2)).subarray(0, 64);
        const [answer, wanted] = [ours.message(za, message, signature), theirs.message(za, message, signature)];
        if (answer !== wanted) throw new Error(`case ${done} of seed ${seed}: wasm says ${answer}, OpenSSL ${wanted}`);
        const third = inJs?.message(za, message, signature) ?? wanted;
        if (third !== wanted) throw new Error(`case ${done} of seed ${seed}: js says ${third}, OpenSSL ${wanted}`);
        if (answer) accepted++;
        else refused++;
      }
    }
    console.log(`differential: ${CASES} cases, ${accepted} accepted and ${refused} refused by both`);
    expect(accepted).toBeGreaterThan(CASES / 4);
    expect(refused).toBeGreaterThan(CASES / 3);
  });

  it('sign what the other verifies', () => {
    const next = generator(seed + 2);
    for (let i = 0; i < CASES / 100; i++) {
      const scalar = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : next() & 0xff));
      const point = native.publicPoint(scalar);
      const za = Uint8Array.from({ length: 32 }, () => next() & 0xff);
      const message = new Uint8Array(next() % 5000).fill(i);
      expect(wasm.verifier(point).message(za, message, native.signer(scalar, point).message(za, message))).toBe(true);
      expect(native.verifier(point).message(za, message, wasm.signer(scalar, point).message(za, message))).toBe(true);
    }
  });
});
