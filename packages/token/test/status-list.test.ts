/** The list: bits, octets, zlib, against the draft's own vectors and in both backends. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { bytesToHex, fromBase64url, hexToBytes, toBase64url } from '@gov/sm';
import { compressStatusList, STATUS_LIST_LIMITS, type StatusBits, StatusList } from '@gov/token/status-list';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as js from '../src/status-list/zlib.js';
import * as native from '../src/status-list/zlib.node.js';

/** Test vectors of this repository: made by hand from Token Status List 4.1. */
const VECTORS = JSON.parse(
  readFileSync(new URL('../../../docs/formats/status-list-vectors.json', import.meta.url), 'utf8'),
) as {
  readonly lists: readonly {
    readonly bits: StatusBits;
    readonly statuses: readonly number[];
    readonly octets: string;
    readonly lst: string;
  }[];
};

/** The draft's files, where they are: an octet array and what it is encoded as. */
const DRAFT = join(import.meta.dirname, '../../../../shared/data/license/status-list');

describe('a status list', () => {
  it.each(VECTORS.lists)('of $bits bits is $lst', async ({ bits, statuses, octets, lst }) => {
    const list = new StatusList(statuses.length, bits);
    statuses.forEach((status, index) => {
      list.set(index, status);
    });
    expect(bytesToHex(list.octets)).toBe(octets);
    expect(toBase64url(await compressStatusList(list))).toBe(lst);
    const read = StatusList.decompress(fromBase64url(lst)!, bits);
    expect(Array.from({ length: read.length }, (_, index) => read.get(index))).toEqual(statuses);
  });

  describe.skipIf(!existsSync(DRAFT))('of the draft', () => {
    const files = existsSync(DRAFT) ? readdirSync(DRAFT).filter((name) => name.startsWith('status_list_')) : [];
    if (files.length === 0) console.log(`no vectors of the draft in ${DRAFT}: skipped`);
    it.each(files)('%s', (name) => {
      const text = readFileSync(join(DRAFT, name), 'utf8');
      const { bits, lst } = JSON.parse(text.slice(text.indexOf('{')).replaceAll(/\n\s+(?=[A-Za-z0-9_-]+[\n"])/g, ''));
      const list = StatusList.decompress(fromBase64url(lst)!, bits);
      const octets = /byte_array = \[(.*)\]/.exec(text)?.[1];
      if (octets !== undefined) {
        expect([...list.octets]).toEqual(octets.split(',').map(Number));
      } else {
        // Appendix: 2^20 slots of one bit, these ones set.
        expect(list.length).toBe(1_048_576);
        const set = [0, 1993, 25460, 159495, 495669, 554353, 645645, 723232, 854545, 934534, 1000345];
        expect(
          Array.from({ length: list.length }, (_, index) => index).filter((index) => list.get(index) === 1),
        ).toEqual(set);
      }
    });
  });

  it('changes one slot and no other', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<StatusBits>(1, 2, 4, 8),
        fc.array(fc.tuple(fc.nat(63), fc.nat(255)), { maxLength: 40 }),
        (bits, changes) => {
          const list = new StatusList(64, bits);
          const model = new Array<number>(64).fill(0);
          for (const [index, value] of changes) {
            const fits = value % 2 ** bits;
            list.set(index, fits);
            model[index] = fits;
          }
          expect(model.map((_, index) => list.get(index))).toEqual(model);
          expect(list.octets.length).toBe(8 * bits);
        },
      ),
    );
  });

  it('refuses what is outside it', () => {
    const list = new StatusList(16, 2);
    for (const index of [-1, 16, 1.5, Number.NaN, 2 ** 32]) {
      expect(() => list.get(index)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
      expect(() => list.set(index, 0)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    }
    expect(list.get(15)).toBe(0);
    for (const value of [-1, 4, 0.5, Number.NaN])
      expect(() => list.set(0, value)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    // Suspension needs 2 bits.
    expect(() => new StatusList(16, 1).set(0, 2)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    for (const [length, bits] of [
      [0, 1],
      [1.5, 8],
      [STATUS_LIST_LIMITS.octets + 1, 8],
      [8, 3],
      [8, 0],
    ] as const)
      expect(() => new StatusList(length, bits as StatusBits)).toThrow(
        expect.objectContaining({ code: 'invalid-argument' }),
      );
    expect(new StatusList(STATUS_LIST_LIMITS.octets, 8).length).toBe(STATUS_LIST_LIMITS.octets);
  });

  it('keeps the last slot of the largest list of one bit', () => {
    const list = new StatusList(STATUS_LIST_LIMITS.octets * 8, 1);
    list.set(list.length - 1, 1);
    expect([list.get(list.length - 1), list.get(list.length - 2), list.octets.at(-1)]).toEqual([1, 0, 0x80]);
  });

  it('is compressed as it was when that was asked', async () => {
    const list = new StatusList(1_048_576, 2);
    const asked = compressStatusList(list);
    list.set(7, 1);
    expect(StatusList.decompress(await asked, 2).get(7)).toBe(0);
  });
});

describe.each([
  ['zlib of Node', native],
  ['fflate', js],
])('decompressing by %s', (_, { compress, decompress }) => {
  const octets = new Uint8Array(1000).map((_, index) => index % 7);

  it('gives back what was compressed, and reads the other backend', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 3000 }), async (bytes) => {
        for (const compressed of [await compress(bytes), new Uint8Array(deflateSync(bytes))])
          expect(decompress(compressed, bytes.length)).toEqual({ octets: bytes });
      }),
      { numRuns: 60 },
    );
  });

  it('stops at its bound', async () => {
    const compressed = await compress(octets);
    expect(decompress(compressed, 1000)).toEqual({ octets });
    expect(decompress(compressed, 999)).toEqual({ problem: 'too-large' });
  });

  it('does not inflate a bomb', async () => {
    const bomb = new Uint8Array(deflateSync(new Uint8Array(64 * 1024 * 1024)));
    expect(bomb.length).toBeLessThan(80_000);
    expect(decompress(bomb, STATUS_LIST_LIMITS.octets)).toEqual({ problem: 'too-large' });
  });

  it('takes nothing but the whole stream', async () => {
    const compressed = await compress(octets);
    for (let end = 0; end < compressed.length; end++)
      expect(decompress(compressed.subarray(0, end), 1000)).toHaveProperty('problem');
    const doubled = new Uint8Array(2 * compressed.length);
    doubled.set(compressed);
    for (const extra of [1, 4, compressed.length])
      expect(decompress(doubled.subarray(0, compressed.length + extra), 1000)).toHaveProperty('problem');
    // Junk with the right checksum behind it.
    const junk = new Uint8Array(compressed.length + 9);
    junk.set(compressed.subarray(0, -4));
    junk.set(compressed.subarray(-4), junk.length - 4);
    expect(decompress(junk, 1000)).toHaveProperty('problem');
  });

  it('refuses raw deflate, gzip, a dictionary and a wrong checksum', async () => {
    const compressed = await compress(octets);
    const wrongSum = compressed.slice();
    wrongSum[wrongSum.length - 1]! ^= 1;
    const dictionary = compressed.slice();
    dictionary.set(hexToBytes('7820'));
    for (const bytes of [
      compressed.subarray(2),
      compressed.subarray(2, -4),
      wrongSum,
      dictionary,
      hexToBytes('1f8b08'),
    ])
      expect(decompress(bytes, 1000)).toEqual({ problem: 'damaged' });
  });

  it('finds every changed octet, or reads the same', async () => {
    const compressed = await compress(octets);
    for (let at = 0; at < compressed.length; at++) {
      const changed = compressed.slice();
      changed[at]! ^= 0x10;
      const read = decompress(changed, 1000);
      if ('octets' in read) expect(read.octets).toEqual(octets);
    }
  });
});

describe('a compressed list from outside', () => {
  const code = (run: () => unknown): unknown => {
    try {
      return run();
    } catch (error) {
      return (error as { code?: string }).code;
    }
  };

  it('is refused by a code', () => {
    const good = new Uint8Array(deflateSync(new Uint8Array([0xb9, 0xa3])));
    expect(code(() => StatusList.decompress(good, 1, 2))).toBeInstanceOf(StatusList);
    expect(code(() => StatusList.decompress(good, 1, 1))).toBe('input-too-large');
    expect(code(() => StatusList.decompress(good, 3 as StatusBits))).toBe('invalid-argument');
    expect(code(() => StatusList.decompress(good.subarray(0, -1), 1))).toBe('status-list-malformed');
    expect(code(() => StatusList.decompress(new Uint8Array(), 1))).toBe('status-list-malformed');
    expect(code(() => StatusList.decompress(new Uint8Array(deflateSync(new Uint8Array())), 1))).toBe(
      'status-list-malformed',
    );
    expect(code(() => StatusList.decompress(new Uint8Array(STATUS_LIST_LIMITS.compressed + 1), 1))).toBe(
      'input-too-large',
    );
  });
});
