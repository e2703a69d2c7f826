/** What a gate knows after a restart: by its snapshot, and without one. */
import { type Gate, ReplayWindow } from '@gov/city-code/gate';
import type { ReplayStore } from '@gov/token/one-time';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AT, codeOf, filterOf, issuer, later, newGate, newIssuer, newTag, POLICY, thrown, told } from './gate-world.js';

const at = { at: AT };
const store: ReplayStore = { firstUse: async () => true };
const revocation = { policy: { ...POLICY, revocation: { maxAgeSeconds: 7200 } } };
const taking = async (gate: Gate, ...filter: Parameters<typeof filterOf>) =>
  told({ report: (await gate.take(await filterOf(...filter), at)) as never });

describe('a snapshot', () => {
  it('has the codes that passed, and the filters that were seen', async () => {
    const other = await newIssuer({ index: 0xffff });
    const issuers = [other.entry, issuer.entry];
    const before = newGate({ ...revocation, issuers });
    await before.take(await filterOf([], { sequence: 5 }), at);
    await before.take(await filterOf([], { issuerIndex: 0xffff, sequence: 0xffffffff, signer: other.signer }), at);
    const { bytes } = await codeOf();
    expect(told(await before.check(bytes, at))).toBe('valid');

    const after = newGate({ ...revocation, issuers });
    after.restore(before.snapshot());
    expect(await taking(after, [], { sequence: 4 })).toBe('invalid revocation-filter-older');
    expect(await taking(after, [], { issuerIndex: 0xffff, sequence: 9, signer: other.signer })).toBe(
      'invalid revocation-filter-older',
    );
    // The filter itself is not in it.
    expect(told(await after.check((await codeOf()).bytes, at))).toBe('indeterminate revocation-not-checked');
    expect(await taking(after, [], { sequence: 5 })).toBe('valid');
    expect(told(await after.check(bytes, at))).toBe('invalid city-code-replayed');
    expect(after.snapshot()).toEqual(before.snapshot());
  });

  it('takes no newer sequence away, whenever it is restored', async () => {
    const [old, gate] = [newGate(), newGate()];
    expect(await taking(old, [], { sequence: 3 })).toBe('valid');
    expect(await taking(gate, [], { sequence: 8 })).toBe('valid');
    gate.restore(old.snapshot());
    expect(await taking(gate, [], { sequence: 7 })).toBe('invalid revocation-filter-older');
  });

  it('of a gate whose codes a store remembers has the filters alone', async () => {
    const gate = newGate({ replay: store });
    expect(await taking(gate, [], { sequence: 5 })).toBe('valid');
    const snapshot = gate.snapshot();
    expect(snapshot).toHaveLength(14);
    const after = newGate({ replay: store });
    after.restore(snapshot);
    expect(await taking(after, [], { sequence: 4 })).toBe('invalid revocation-filter-older');
    expect(newGate().merge(snapshot, at)).toBe(0);
    const codes = newGate();
    await codes.check((await codeOf()).bytes, at);
    expect(await thrown(() => after.restore(codes.snapshot()))).toBe('invalid-argument');
    expect(await thrown(() => after.merge(codes.snapshot(), at))).toBe('invalid-argument');
  });

  it('of another gate tells of codes, and of no filter: it could bar all that come', async () => {
    const [gate, other] = [newGate(), newGate()];
    const { bytes } = await codeOf();
    await other.check(bytes, at);
    expect(await taking(other, [], { sequence: 0xffffffff })).toBe('valid');
    expect(gate.merge(other.snapshot(), at)).toBe(0);
    expect(told(await gate.check(bytes, at))).toContain('city-code-replayed');
    expect(await taking(gate, [], { sequence: 1 })).toBe('valid');
  });

  it('of the first kind, codes alone, is read still', async () => {
    const replay = new ReplayWindow();
    const { bytes } = await codeOf();
    await newGate({ replay }).check(bytes, at);
    for (const take of [
      (gate: Gate) => gate.restore(replay.snapshot()),
      (gate: Gate) => gate.merge(replay.snapshot(), at),
    ]) {
      const gate = newGate();
      take(gate);
      expect(told(await gate.check(bytes, at))).toContain('city-code-replayed');
    }
  });

  it('that is damaged is refused, and nothing of it is believed', async () => {
    const gate = newGate();
    await gate.check((await codeOf()).bytes, at);
    expect(await taking(gate, [], { sequence: 5 })).toBe('valid');
    const snapshot = gate.snapshot();
    const twice = new Uint8Array([...snapshot.subarray(0, 14), ...snapshot.subarray(8)]);
    twice[7] = 2;
    const many = snapshot.slice();
    many.fill(0xff, 4, 8);
    for (const damaged of [
      new Uint8Array(),
      new Uint8Array(24),
      snapshot.slice(1),
      snapshot.slice(0, 7),
      snapshot.slice(0, 13),
      snapshot.slice(0, -1),
      twice,
      many,
    ]) {
      const after = newGate();
      expect(await thrown(() => after.restore(damaged))).toBe('gate-state-malformed');
      expect(await thrown(() => after.merge(damaged, at))).toBe('gate-state-malformed');
      expect(after.snapshot()).toEqual(newGate().snapshot());
    }
  });

  it('is read or refused, whatever its octets are', () => {
    const whole = newGate().snapshot();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.nat(8), (octets, kept) => {
        const shown = new Uint8Array([...whole.subarray(0, kept), ...octets]);
        try {
          newGate().restore(shown);
        } catch (error) {
          expect(error).toMatchObject({ code: 'gate-state-malformed' });
        }
      }),
      { numRuns: process.env.SLOW ? 50_000 : 2000 },
    );
  });
});

describe('a gate that starts without its snapshot, and says so', () => {
  const start = { remembersSince: AT };
  const UNKNOWN = 'indeterminate revocation-not-checked replay-not-checked';

  it('leaves open what could have passed before, and uses nothing of it up', async () => {
    const gate = newGate(start);
    const old = await codeOf({ generated: later(29) });
    for (const seconds of [0, 30, 119]) expect(told(await gate.check(old.bytes, { at: later(seconds) }))).toBe(UNKNOWN);
    expect(told(await gate.check(old.bytes, { at: later(120) }))).toContain('city-code-too-old');
    // Half a minute ahead of its clock: the earliest that no gate can have taken before.
    const next = await codeOf({ generated: later(30) });
    expect(told(await gate.check(next.bytes, at))).toBe('valid revocation-not-checked');
    expect(told(await gate.check(next.bytes, at))).toContain('city-code-replayed');
  });

  it('lets no code pass twice, whenever it was made and shown before', async () => {
    const tag = newTag();
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: -120, max: 30 }), fc.integer({ min: 0, max: 150 }), async (first, again) => {
        const generated = later(first);
        const code = await codeOf({ tag, generated });
        const before = newGate();
        const shown = Math.max(first - 30, -1);
        const passed = (await before.check(code.bytes, { at: later(Math.min(shown, -1)) })).report.verdict === 'valid';
        const { report } = await newGate(start).check(code.bytes, { at: later(again) });
        expect([passed, report.verdict]).not.toEqual([true, 'valid']);
      }),
      { numRuns: 60 },
    );
  });

  it('tells of an old snapshot what it has, and leaves the rest open', async () => {
    const [before, gate] = [newGate(), newGate(start)];
    const [seen, unseen] = [await codeOf(), await codeOf()];
    await before.check(seen.bytes, at);
    gate.restore(before.snapshot());
    expect(told(await gate.check(seen.bytes, at))).toContain('city-code-replayed');
    expect(told(await gate.check(unseen.bytes, at))).toBe(UNKNOWN);
  });

  it('does not ask the store about what it leaves open', async () => {
    const asked: string[] = [];
    const replay: ReplayStore = { firstUse: async (_scope, id) => asked.push(id) > 0 };
    const gate = newGate({ ...start, replay });
    expect(told(await gate.check((await codeOf()).bytes, at))).toBe(UNKNOWN);
    expect(asked).toEqual([]);
    expect(told(await gate.check((await codeOf({ generated: later(30) })).bytes, at))).toBe(
      'valid revocation-not-checked',
    );
    expect(asked).toHaveLength(1);
  });

  it('is misused with a time that is none', async () => {
    const remembersSince = new Date(Number.NaN);
    expect(await thrown(() => newGate({ remembersSince }))).toBe('invalid-argument');
  });
});
