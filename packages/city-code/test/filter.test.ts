/** Revocation filters: never a miss, the stated rate of false alarms, strict reading. */
import {
  buildRevocationFilter,
  REVOCATION_FILTER_LIMITS,
  type RevocationFilterOptions,
  readRevocationFilter,
} from '@gov/city-code/filter';
import { generateSm2Key, sm2Signer, sm2Verifier } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const key = generateSm2Key();
const OPTIONS: RevocationFilterOptions = {
  issuerIndex: 7,
  sequence: 12,
  issued: new Date('2026-11-22T08:00:00Z'),
  until: new Date('2026-11-22T20:00:00Z'),
  signer: sm2Signer(key),
};

/** The counted tag: nothing random about it, which is harder for a hash. */
function tag(number: number): Uint8Array {
  const octets = new Uint8Array(10);
  new DataView(octets.buffer).setUint32(6, number);
  return octets;
}

function* tags(from: number, to: number): Generator<Uint8Array> {
  for (let i = from; i < to; i++) yield tag(i);
}

const thrown = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'nothing';
  } catch (error) {
    return isGovError(error) ? error.code : String(error);
  }
};

describe('a filter', () => {
  it.each([0, 1, 2, 3, 4, 10, 100, 1000, 20_000])('of %d tags holds each of them', async (count) => {
    for (const fingerprintBits of [8, 16] as const) {
      const filter = readRevocationFilter(await buildRevocationFilter(tags(0, count), { ...OPTIONS, fingerprintBits }));
      expect(filter.count).toBe(count);
      for (const one of tags(0, count)) expect(filter.mayContain(one)).toBe(true);
    }
  });

  it('of nothing holds nothing', async () => {
    const filter = readRevocationFilter(await buildRevocationFilter([], { ...OPTIONS, fingerprintBits: 8 }));
    expect(filter.falsePositiveRate).toBe(0);
    for (const one of tags(0, 5000)) expect(filter.mayContain(one)).toBe(false);
  });

  it('says what it is', async () => {
    const { issuerIndex, sequence, issued, until, fingerprintBits, falsePositiveRate } = readRevocationFilter(
      await buildRevocationFilter(tags(0, 9), OPTIONS),
    );
    expect({ issuerIndex, sequence, issued, until }).toEqual({
      issuerIndex: 7,
      sequence: 12,
      issued: OPTIONS.issued,
      until: OPTIONS.until,
    });
    expect([fingerprintBits, falsePositiveRate]).toEqual([16, 1 / 65_536]);
  });

  it.each([
    [8, 256, 100_000],
    [16, 65_536, 1_000_000],
  ] as const)('of %d bits takes one tag in %d for another', async (fingerprintBits, one, asked) => {
    const filter = readRevocationFilter(await buildRevocationFilter(tags(0, 50_000), { ...OPTIONS, fingerprintBits }));
    let found = 0;
    for (const other of tags(1e9, 1e9 + asked)) if (filter.mayContain(other)) found++;
    // Within six standard deviations.
    const expected = asked / one;
    expect(Math.abs(found - expected)).toBeLessThan(6 * Math.sqrt(expected));
  });

  it('takes some 18 bits a tag when there are many', async () => {
    const bytes = await buildRevocationFilter(tags(0, 300_000), OPTIONS);
    expect((bytes.length * 8) / 300_000).toBeLessThan(18.8);
    const filter = readRevocationFilter(bytes);
    for (const one of tags(0, 300_000)) if (!filter.mayContain(one)) expect.unreachable('a tag is missing');
  });

  it('takes tags from a stream, and repetitions once', async () => {
    async function* stream() {
      for (const one of tags(0, 300)) {
        yield one;
        yield one;
      }
    }
    const filter = readRevocationFilter(await buildRevocationFilter(stream(), OPTIONS));
    expect(filter.count).toBe(300);
    for (const one of tags(0, 300)) expect(filter.mayContain(one)).toBe(true);
  });

  it('mistakes other tags with another seed', async () => {
    const wrong = async () => {
      const filter = readRevocationFilter(
        await buildRevocationFilter(tags(0, 1000), { ...OPTIONS, fingerprintBits: 8 }),
      );
      return new Set(
        [...tags(1e6, 1e6 + 20_000)].map((one, i) => (filter.mayContain(one) ? i : -1)).filter((i) => i >= 0),
      );
    };
    const [one, two] = [await wrong(), await wrong()];
    expect([...one].filter((i) => two.has(i)).length).toBeLessThan(one.size / 4);
  });

  it('is signed as a whole', async () => {
    const bytes = await buildRevocationFilter(tags(0, 50), OPTIONS);
    expect(await readRevocationFilter(bytes).isSignedBy(sm2Verifier(key.publicKey))).toBe(true);
    expect(await readRevocationFilter(bytes).isSignedBy(sm2Verifier(generateSm2Key().publicKey))).toBe(false);
    for (let at = 0; at < bytes.length; at++) {
      const changed = bytes.slice();
      changed[at]! ^= 1;
      try {
        expect(await readRevocationFilter(changed).isSignedBy(sm2Verifier(key.publicKey)), `octet ${at}`).toBe(false);
      } catch (error) {
        expect(isGovError(error) && error.code).toBe('revocation-filter-malformed');
      }
    }
  });
});

describe('what is no filter', () => {
  it('is refused', async () => {
    const bytes = await buildRevocationFilter(tags(0, 50), OPTIONS);
    const changed = (at: number, ...octets: readonly number[]) => {
      const copy = bytes.slice();
      copy.set(octets, at);
      return copy;
    };
    const wrong: readonly Uint8Array[] = [
      new Uint8Array(),
      bytes.slice(0, 99),
      bytes.slice(0, -1),
      Uint8Array.of(...bytes, 0),
      changed(3, 0x32),
      changed(4, 12),
      changed(5, 19),
      changed(5, 255),
      changed(8, 0, 0, 0, 0),
      changed(12, 0xff, 0xff, 0xff, 0xff),
      changed(20, 0xff, 0xff, 0xff, 0xff),
      changed(24, 0, 0, 0, 0),
      changed(24, 0xff, 0xff, 0xff, 0xff),
    ];
    for (const one of wrong) expect(await thrown(() => readRevocationFilter(one))).toBe('revocation-filter-malformed');
    expect(await thrown(() => readRevocationFilter(new Uint8Array(REVOCATION_FILTER_LIMITS.bytes + 1)))).toBe(
      'input-too-large',
    );
    expect(await thrown(() => readRevocationFilter(new Uint8Array(REVOCATION_FILTER_LIMITS.bytes)))).toBe(
      'revocation-filter-malformed',
    );
  });

  it('throws nothing but that, and answers, whatever its octets are', async () => {
    const bytes = await buildRevocationFilter(tags(0, 20), OPTIONS);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 6 }),
        fc.nat(bytes.length),
        async (changes, length) => {
          const changed = bytes.slice();
          for (const [at, octet] of changes) changed[at] = octet;
          const code = await thrown(() => readRevocationFilter(changed.subarray(0, length)).mayContain(tag(3)));
          const whole = await thrown(() => readRevocationFilter(changed).mayContain(tag(3)));
          return [code, whole].every((one) => ['nothing', 'revocation-filter-malformed'].includes(one));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is not built', async () => {
    const build = (list: readonly Uint8Array[], changes: Partial<RevocationFilterOptions> = {}) =>
      thrown(() => buildRevocationFilter(list, { ...OPTIONS, ...changes }));
    expect(await build([new Uint8Array(9)])).toBe('invalid-argument');
    expect(await build([], { issuerIndex: 65_536 })).toBe('invalid-argument');
    expect(await build([], { sequence: 0 })).toBe('invalid-argument');
    expect(await build([], { until: OPTIONS.issued })).toBe('invalid-argument');
    expect(await build([], { issued: new Date('2026-11-22T08:00:00.5Z') })).toBe('invalid-argument');
    expect(await build([], { fingerprintBits: 9 as 8 })).toBe('invalid-argument');
    expect(await build([], { signer: { ...OPTIONS.signer, algorithm: 'Ed25519' } })).toBe('invalid-argument');
    const filter = readRevocationFilter(await buildRevocationFilter([tag(1)], OPTIONS));
    expect(await thrown(() => filter.mayContain(new Uint8Array(11)))).toBe('invalid-argument');
  });
});
