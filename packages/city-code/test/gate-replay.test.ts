/** A gate lets a code pass once: what it remembers, for how long, over restarts, and with others. */
import { ReplayWindow } from '@gov/city-code/gate';
import type { ReplayStore } from '@gov/token/one-time';
import { describe, expect, it } from 'vitest';
import { AT, codeOf, filterOf, later, newGate, newTag, POLICY, thrown, told } from './gate-world.js';

const at = { at: AT };

describe('a code that was shown', () => {
  it('is taken once, however many ask at the same moment', async () => {
    const gate = newGate();
    const { bytes } = await codeOf();
    const all = await Promise.all(Array.from({ length: 8 }, () => gate.check(bytes, at)));
    expect(all.filter(({ report }) => report.verdict === 'valid')).toHaveLength(1);
    expect(told(await gate.check(bytes, { at: later(90) }))).toBe('invalid revocation-not-checked city-code-replayed');
  });

  it('is the same by its tag and counter, whatever else the device signs', async () => {
    const gate = newGate();
    const tag = newTag();
    await gate.check((await codeOf({ tag })).bytes, at);
    const again = await codeOf({ tag, generated: later(20), ttlSeconds: 61 });
    expect(told(await gate.check(again.bytes, { at: later(20) }))).toContain('city-code-replayed');
    const next = await codeOf({ tag, counter: 1 });
    expect(told(await gate.check(next.bytes, at))).toBe('valid revocation-not-checked');
  });

  it('is the same with the other root of an ECDSA signature', async () => {
    const gate = newGate();
    const { bytes } = await codeOf({ suite: 2 });
    await gate.check(bytes, at);
    const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
    const s = order - BigInt(`0x${Buffer.from(bytes.subarray(-32)).toString('hex')}`);
    const other = Uint8Array.of(...bytes.subarray(0, -32), ...Buffer.from(s.toString(16).padStart(64, '0'), 'hex'));
    expect(told(await gate.check(other, at))).toContain('city-code-replayed');
  });

  it('is not used up by a check that fails before', async () => {
    const gate = newGate({ policy: { ...POLICY, revocation: { maxAgeSeconds: 9999 } } });
    const { bytes } = await codeOf();
    expect(told(await gate.check(bytes, at))).toBe('indeterminate revocation-not-checked');
    expect(told(await gate.check(bytes, { at: later(-31) }))).toBe('invalid city-code-from-later');
    await gate.take(await filterOf([]), at);
    expect(told(await gate.check(bytes, at))).toBe('valid');
  });

  it('cannot be told from a new one where the memory is full, or was lost', async () => {
    const full = new ReplayWindow({ maxEntries: 1 });
    const gate = newGate({ replay: full });
    expect(told(await gate.check((await codeOf()).bytes, at))).toBe('valid revocation-not-checked');
    expect(told(await gate.check((await codeOf({ tag: new Uint8Array(10).fill(0xee) })).bytes, at))).toBe(
      'indeterminate revocation-not-checked replay-not-checked',
    );
    const down: ReplayStore = { firstUse: async () => Promise.reject(new Error('down')) };
    expect(told(await newGate({ replay: down }).check((await codeOf()).bytes, at))).toBe(
      'indeterminate revocation-not-checked replay-not-checked',
    );
  });

  it('is remembered by a store that gates share, to the second after the last at which it passes', async () => {
    const asked: unknown[] = [];
    const replay: ReplayStore = { firstUse: async (scope, id, until) => asked.push([scope, id, until]) > 0 };
    const code = await codeOf({ counter: 0x0102 });
    await newGate({ replay }).check(code.bytes, at);
    const id = `${Buffer.from(code.delegation.tag).toString('hex')}0102`;
    expect(asked).toEqual([['city-code', id, later(91)]]);
  });

  it('is remembered for all gates of a process that share a window, also as a store', async () => {
    const replay = new ReplayWindow();
    const { bytes } = await codeOf();
    expect(told(await newGate({ replay }).check(bytes, at))).toBe('valid revocation-not-checked');
    expect(told(await newGate({ replay }).check(bytes, at))).toContain('city-code-replayed');
    const store: ReplayStore = { firstUse: (scope, id, until) => replay.firstUse(scope, id, until) };
    expect(told(await newGate({ replay: store }).check(bytes, at))).toContain('city-code-replayed');
  });

  it('is remembered for gates that allow longer lives: in one window, in a store, after a restart', async () => {
    const longer = { policy: { ...POLICY, maxTtlSeconds: 255 } };
    const replay = new ReplayWindow();
    const { bytes } = await codeOf({ ttlSeconds: 255 });
    const gate = newGate({ replay });
    expect(told(await gate.check(bytes, at))).toBe('valid revocation-not-checked');
    // Others pass meanwhile, and the gate forgets what it can.
    await gate.check((await codeOf({ generated: later(280) })).bytes, { at: later(280) });
    const after = newGate(longer);
    after.restore(gate.snapshot());
    for (const other of [newGate({ ...longer, replay }), after])
      expect(told(await other.check(bytes, { at: later(285) }))).toContain('city-code-replayed');
    const asked: Date[] = [];
    const store: ReplayStore = { firstUse: async (_scope, _id, until) => asked.push(until) > 0 };
    await newGate({ replay: store }).check((await codeOf({ ttlSeconds: 255 })).bytes, at);
    expect(asked).toEqual([later(286)]);
  });

  it('is remembered over a restart', async () => {
    const { bytes } = await codeOf();
    const before = newGate();
    await before.check(bytes, at);
    const after = newGate();
    after.restore(before.snapshot());
    expect(told(await after.check(bytes, at))).toContain('city-code-replayed');
  });
});

describe('the replay window', () => {
  const id = (text: string) => text.padEnd(12, '.');
  const end = 1_795_334_400;

  it('forgets what has ended, and then cannot say of that time what is new', () => {
    const window = new ReplayWindow();
    expect(window.use(id('a'), end)).toBe(true);
    window.forgetBefore(new Date(end * 1000));
    expect([window.use(id('a'), end), window.size]).toEqual([false, 1]);
    window.forgetBefore(new Date((end + 32) * 1000));
    expect(window.size).toBe(0);
    expect(() => window.use(id('a'), end)).toThrow(/forgotten/);
    expect(window.use(id('a'), end + 32)).toBe(true);
  });

  it('merges what another has, and counts what both had', () => {
    const [one, two] = [new ReplayWindow(), new ReplayWindow()];
    for (const name of ['a', 'b', '\xff\x00']) one.use(id(name), end);
    for (const name of ['b', 'c']) two.use(id(name), end + 40);
    expect(two.merge(one.snapshot(), { at: new Date(end * 1000) })).toBe(1);
    expect([two.size, two.use(id('a'), end), two.use(id('\xff\x00'), end)]).toEqual([4, false, false]);
  });

  it('takes no snapshot that would fill it for ever, and nothing that has ended', async () => {
    const at = new Date(end * 1000);
    const [window, forged, old] = [new ReplayWindow({ maxEntries: 2 }), new ReplayWindow(), new ReplayWindow()];
    forged.use(id('a'), end + 1);
    forged.use(id('b'), end + 601);
    expect(await thrown(() => window.merge(forged.snapshot(), { at }))).toBe('gate-state-malformed');
    expect(await thrown(() => window.merge(forged.snapshot(), { at: new Date(Number.NaN) }))).toBe(
      'gate-state-malformed',
    );
    expect(window.size).toBe(0);
    for (const name of ['a', 'b', 'c']) old.use(id(name), end - 1);
    expect([window.merge(old.snapshot(), { at }), window.size]).toEqual([0, 0]);
    expect([window.merge(forged.snapshot(), { at: new Date((end + 1) * 1000) }), window.size]).toEqual([0, 2]);
  });

  it('counts what both had before it forgets, and what ended as well', () => {
    const [one, two] = [new ReplayWindow(), new ReplayWindow()];
    for (const window of [one, two]) window.use(id('a'), end);
    expect([two.merge(one.snapshot(), { at: new Date((end + 64) * 1000) }), two.size]).toEqual([1, 0]);
  });

  it('knows after a restart what it had forgotten before', () => {
    const [one, two] = [new ReplayWindow(), new ReplayWindow()];
    one.use(id('a'), end);
    one.forgetBefore(new Date((end + 32) * 1000));
    two.restore(one.snapshot());
    expect(() => two.use(id('a'), end)).toThrow(/forgotten/);
  });

  it('remembers the last codes of all over a restart: their end has more than 32 bits', () => {
    const [one, two] = [new ReplayWindow(), new ReplayWindow()];
    one.use(id('a'), 0xffffffff + 91);
    two.restore(one.snapshot());
    two.forgetBefore(new Date(0xffffffff * 1000));
    expect(two.use(id('a'), 0xffffffff + 91)).toBe(false);
  });

  it('has a limit, at which nothing is new any more', () => {
    const window = new ReplayWindow({ maxEntries: 2 });
    expect([window.use(id('a'), end), window.use(id('b'), end), window.use(id('a'), end)]).toEqual([true, true, false]);
    expect(() => window.use(id('c'), end)).toThrow(/2 codes/);
  });

  it('reads no damaged snapshot', async () => {
    const window = new ReplayWindow();
    window.use(id('a'), end);
    const snapshot = window.snapshot();
    for (const damaged of [snapshot.slice(1), snapshot.slice(0, -1), new Uint8Array(), new Uint8Array(24)])
      expect(await thrown(() => new ReplayWindow().merge(damaged, at))).toBe('gate-state-malformed');
    expect(await thrown(() => window.firstUse('', 'short', AT))).toBe('invalid-argument');
    expect(await thrown(() => window.use('short', end))).toBe('invalid-argument');
  });
});
