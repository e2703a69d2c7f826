import { bytesToHex, Sm3, sm3 } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { js } from '../src/internal/sm3-js.js';
import { native } from '../src/internal/sm3-native.node.js';
import { wasm } from '../src/internal/sm3-wasm.js';
import { hasOpenssl, Openssl } from './openssl.js';

const text = (value: string) => new TextEncoder().encode(value);
const counted = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 151 + 7) & 0xff);

describe.each([native, wasm, js])('backend $name', (backend) => {
  // GB/T 32905-2016 A.1 and A.2; the empty message as OpenSSL, Go and BouncyCastle answer it.
  it.each([
    ['abc', '66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0'],
    ['abcd'.repeat(16), 'debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732'],
    ['', '1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b'],
  ])('%s', (message, digest) => {
    expect(bytesToHex(backend.hash(text(message)))).toBe(digest);
    const state = backend.create();
    state.update(text(message));
    expect(bytesToHex(state.digest())).toBe(digest);
  });

  it('answers plain bytes of its own', () => {
    const digest = backend.hash(text('abc'));
    expect(digest.constructor).toBe(Uint8Array);
    expect(digest).toHaveLength(32);
  });
});

it('is native in this runtime, as the tests suppose', () => expect([native.name, js.name]).toEqual(['native', 'js']));

// What Node leaves to WebAssembly, and what WebAssembly holds at once.
describe.each([1024, 65_536])('parts of %i octets together, one less, one more', (edge) => {
  it.each([edge - 1, edge, edge + 1])('%i', (length) => {
    const data = counted(length);
    const wanted = native.hash(data);
    for (const parts of [
      [data],
      [data.subarray(0, 64), data.subarray(64)],
      [data.subarray(0, 1), data.subarray(1), data.subarray(length)],
    ])
      for (const hash of [native.hash, wasm.hash, js.hash, sm3]) expect(hash(...parts)).toEqual(wanted);
  });
});

describe('both backends agree', () => {
  it('for every length from 0 to 200, whole and byte by byte', () => {
    for (let length = 0; length <= 200; length++) {
      const data = counted(length);
      const wanted = bytesToHex(native.hash(data));
      expect(bytesToHex(js.hash(data))).toBe(wanted);
      const state = js.create();
      for (let i = 0; i < length; i++) state.update(data.subarray(i, i + 1));
      expect(bytesToHex(state.digest())).toBe(wanted);
    }
  });

  it('for any split', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 8 }), (parts) => {
        const whole = Uint8Array.from(parts.flatMap((part) => [...part]));
        const wanted = bytesToHex(native.hash(whole));
        const states = [js.create(), native.create(), new Sm3()];
        for (const part of parts) for (const state of states) state.update(part);
        for (const state of states) expect(bytesToHex(state.digest())).toBe(wanted);
        for (const hash of [sm3, native.hash, wasm.hash, js.hash]) expect(bytesToHex(hash(...parts))).toBe(wanted);
      }),
      { numRuns: 300 },
    );
  });

  it('for a megabyte and around every edge of a block', () => {
    for (const length of [55, 56, 63, 64, 65, 119, 120, 127, 128, 4095, 4096, 1_000_003]) {
      const data = counted(length);
      expect(bytesToHex(js.hash(data))).toBe(bytesToHex(native.hash(data)));
    }
  });
});

describe('Sm3', () => {
  it('leaves the caller’s bytes alone and takes later changes of them for new', () => {
    const data = text('abc');
    const state = js.create();
    state.update(data);
    data.fill(0);
    expect(bytesToHex(state.digest())).toMatch(/^66c7f0f4/);
  });

  it('refuses to go on after the digest', () => {
    const hash = new Sm3().update(text('abc'));
    expect(bytesToHex(hash.digest())).toMatch(/^66c7f0f4/);
    for (const use of [() => hash.digest(), () => hash.update(text('d'))]) {
      expect(use).toThrowError(expect.objectContaining({ code: 'invalid-argument' }));
      expect(use).toThrowError(expect.toSatisfy(isGovError));
    }
  });

  it('hashes no parts as the empty message', () => expect(sm3()).toEqual(sm3(new Uint8Array(0))));
});

describe.skipIf(!hasOpenssl)('openssl', () => {
  const openssl = new Openssl();
  afterAll(() => openssl.remove());

  it('has the same digest of a file', () => {
    const data = counted(100_000);
    openssl.put('data', data);
    openssl.run('dgst', '-sm3', '-binary', '-out', 'digest', 'data');
    expect(js.hash(data)).toEqual(openssl.get('digest'));
  });
});
