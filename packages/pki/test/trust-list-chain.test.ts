/** Honest publishers, thieves and verifiers in any order: what a verifier never does. */
import { buildTrustList, encodeTrustList, signTrustList, type TrustListState } from '@gov/pki/trust-list';
import { bytesToHex, type Signer } from '@gov/sm';
import { signJws } from '@gov/token/jws';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { sm2 } from './builder.js';
import { day, type ListWorld, listWorld } from './trust-list-world.js';

let world: ListWorld;
let keys: readonly Signer[];
beforeAll(async () => {
  world = await listWorld();
  keys = Array.from({ length: 5 }, sm2);
});

/** An edition that somebody brings: any key signs, any is named, any announced, with any number. */
interface Brought {
  readonly signer: number;
  readonly current: number;
  readonly next: number | undefined;
  readonly sequence: number;
  /** Which of two contents. */
  readonly content: 0 | 1;
}

const brought: fc.Arbitrary<Brought> = fc
  .record({
    signer: fc.nat(4),
    // Mostly as it should be, so that chains grow.
    honest: fc.integer({ min: 0, max: 3 }),
    current: fc.nat(4),
    next: fc.option(fc.nat(4), { nil: undefined }),
    sequence: fc.integer({ min: 1, max: 6 }),
    content: fc.constantFrom(0 as const, 1 as const),
  })
  .map(({ honest, ...one }) => (honest > 0 ? { ...one, current: one.signer } : one));

async function signed({ signer, current, next, sequence, content }: Brought): Promise<string> {
  const list = buildTrustList(
    world.draft({
      sequence,
      nextUpdate: day(content === 0 ? '2026-06-01' : '2026-06-02'),
      keys: { current: keys[current]!.publicKey, ...(next === undefined ? {} : { next: keys[next]!.publicKey }) },
    }),
  );
  if (signer === current) return signTrustList(list, keys[signer]!);
  return signJws({ typ: 'gov-trust-list+jws' }, encodeTrustList(list), keys[signer]!);
}

describe('a verifier with a state', () => {
  it('accepts exactly what the rules of succession allow', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(brought, { minLength: 1, maxLength: 12 }), async (editions) => {
        /** The model: what the format document says, on small numbers. */
        let known: { sequence: number; content: number; current: number; next: number | undefined } | undefined;
        let state: TrustListState | undefined;
        for (const one of editions) {
          const allowed = known === undefined ? [0] : [known.current, known.next];
          const byAllowed = allowed.includes(one.signer) && one.current === one.signer;
          const keptNext =
            known?.next === undefined ||
            one.signer === known.next ||
            (one.signer === known.current && one.next === known.next);
          const newer = known === undefined || one.sequence > known.sequence;
          const same =
            known !== undefined &&
            one.sequence === known.sequence &&
            one.content === known.content &&
            one.current === known.current &&
            one.next === known.next;
          const expected = byAllowed && keptNext && (newer || same);

          const before = state;
          const verified = await world.verify(await signed(one), {
            keys: [keys[0]!],
            ...(state === undefined ? {} : { previous: state }),
          });
          expect([one, verified.report.verdict]).toEqual([one, expected ? 'valid' : 'invalid']);
          expect(verified.list === undefined).toBe(!expected);
          if (verified.state === undefined) continue;
          // Said apart from the model: never lower, never by a key that nobody announced.
          if (before !== undefined) {
            expect(verified.state.sequence).toBeGreaterThanOrEqual(before.sequence);
            const known = [before.keys.current, before.keys.next].map((key) => key && bytesToHex(key));
            expect(known).toContain(bytesToHex(verified.state.keys.current));
          }
          state = verified.state;
          known = { sequence: one.sequence, content: one.content, current: one.current, next: one.next };
        }
      }),
      { numRuns: process.env.SLOW === undefined ? 100 : 4000 },
    );
  });
});
