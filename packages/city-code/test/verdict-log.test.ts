/** Logs of verdicts: what they say, what they do not, and that nobody changes them unseen. */
import type { PassageSubject } from '@gov/city-code/gate';
import {
  VERDICT_LOG_LIMITS,
  VerdictLog,
  type VerdictLogOptions,
  type VerdictLogReceiver,
  verifyVerdictLog,
} from '@gov/city-code/verdict-log';
import { generateSm2Key, sm2Signer, sm2Verifier } from '@gov/sm';
import { isGovError, type Report, report } from '@gov/verdict';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { AT, codeOf, later, newGate, newTag } from './gate-world.js';

const GATE = 'station-7/gate-2';
const key = generateSm2Key();
const verifier = sm2Verifier(key.publicKey);
const DAY = 86_400;

const newLog = (options: Partial<VerdictLogOptions> = {}) =>
  new VerdictLog({ gate: GATE, signer: sm2Signer(key), ...options });

const judged: Report<PassageSubject> = report(
  { kind: 'city-code', scene: 3, counter: 12 },
  [
    { check: 'format', outcome: 'pass', code: 'format-ok' },
    { check: 'time', outcome: 'fail', code: 'city-code-too-old' },
    { check: 'replay', outcome: 'skipped', code: 'check-not-made' },
  ],
  { required: ['format', 'time', 'replay'] },
);

async function logOf(verdicts: number, options: Partial<VerdictLogOptions> = {}): Promise<VerdictLog> {
  const log = newLog(options);
  for (let i = 0; i < verdicts; i++) await log.append(judged, { at: later(i), tag: newTag() });
  return log;
}

const told = ({ verdict, findings }: Report): string =>
  [verdict, ...findings.filter(({ outcome }) => outcome !== 'pass').map(({ code }) => code)].join(' ');

const verdictOn = async (lines: readonly string[], options: Partial<Parameters<typeof verifyVerdictLog>[1]> = {}) =>
  told(await verifyVerdictLog(lines, { gate: GATE, verifier, ...options }));

const thrown = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'nothing';
  } catch (error) {
    return isGovError(error) ? error.code : String(error);
  }
};

describe('a line', () => {
  it('has the verdict and what did not pass, and calls the passer-by by a name of the day', async () => {
    const log = newLog();
    const tag = newTag();
    await log.append(judged, { at: AT, tag });
    const [line] = log.lines();
    expect(JSON.parse(line!)).toEqual({
      at: '2026-11-22T08:00:00.000Z',
      verdict: 'invalid',
      codes: ['city-code-too-old'],
      scene: 3,
      who: log.pseudonym(tag, '2026-11-22'),
      counter: 12,
    });
  });

  it('has no tag and no key, in any spelling', async () => {
    const log = newLog();
    const gate = newGate({ log });
    const code = await codeOf();
    await gate.check(code.bytes, { at: AT });
    await gate.check('nothing', { at: AT });
    await log.checkpoint(AT);
    const text = log.lines().join('\n');
    expect(log.lines()).toHaveLength(3);
    for (const octets of [code.delegation.tag, code.delegation.deviceKey, code.deviceSignature])
      for (const encoding of ['hex', 'base64', 'base64url'] as const)
        expect(text).not.toContain(Buffer.from(octets).toString(encoding).slice(0, 12));
  });

  it('calls one tag the same all day, in Shanghai, and by another name the next, and at another gate', async () => {
    const tag = newTag();
    const log = newLog();
    const times = ['2026-11-21T16:00:00Z', '2026-11-22T15:59:59Z', '2026-11-22T16:00:00Z'];
    for (const at of times) await log.append(judged, { at: new Date(at), tag });
    const other = newLog();
    await other.append(judged, { at: new Date(times[0]!), tag });
    const [first, second, third, elsewhere] = [...log.lines(), ...other.lines()].map(
      (line) => (JSON.parse(line) as { who: string }).who,
    );
    expect(second).toBe(first);
    expect(new Set([first, third, elsewhere]).size).toBe(3);
  });

  it('can be compared between gates that share keys, and not otherwise', async () => {
    const tag = newTag();
    const [one, two] = [newLog(), newLog({ gate: 'station-7/gate-3' })];
    await one.append(judged, { at: AT, tag });
    two.shareKeys(one.state().keys);
    await two.append(judged, { at: AT, tag });
    expect(two.pseudonym(tag, '2026-11-22')).toBe(one.pseudonym(tag, '2026-11-22'));
  });
});

describe('a log', () => {
  it('is valid when it ends in a checkpoint, and indeterminate behind it', async () => {
    const log = await logOf(5);
    expect(await verdictOn(log.lines())).toBe('indeterminate verdict-log-unsealed verdict-log-unsealed');
    await log.checkpoint(later(5));
    expect(await verdictOn(log.lines())).toBe('valid');
    await log.append(judged, { at: later(6) });
    expect(await verdictOn(log.lines())).toBe('indeterminate verdict-log-unsealed');
  });

  it('signs by itself after so many lines, and not twice for nothing', async () => {
    const log = await logOf(7, { checkpointEvery: 3 });
    const kinds = () =>
      log
        .lines()
        .map((line) => (line.startsWith('{"checkpoint"') ? 'c' : 'v'))
        .join('');
    expect(kinds()).toBe('vvvcvvvcv');
    await log.checkpoint(AT);
    await log.checkpoint(AT);
    expect(kinds()).toBe('vvvcvvvcvc');
  });

  it('keeps its order when many write at once', async () => {
    const log = newLog({ checkpointEvery: 2 });
    await Promise.all(Array.from({ length: 40 }, (_, i) => log.append(judged, { at: later(i), tag: newTag() })));
    await log.checkpoint(later(40));
    expect(await verdictOn(log.lines(), { checkpointEvery: 2 })).toBe('valid');
  });

  it('goes on after a restart', async () => {
    const log = await logOf(4, { checkpointEvery: 3 });
    const tag = newTag();
    await log.append(judged, { at: AT, tag });
    const again = newLog({ checkpointEvery: 3, state: JSON.parse(JSON.stringify(log.state())) });
    expect(again.pseudonym(tag, '2026-11-22')).toBe(log.pseudonym(tag, '2026-11-22'));
    await again.append(judged, { at: AT });
    await again.checkpoint(AT);
    expect(again.lines()).toHaveLength(8);
    expect(await verdictOn(again.lines(), { checkpointEvery: 3 })).toBe('valid');
  });

  it('goes on after a signer that failed', async () => {
    const signer = sm2Signer(key);
    let down = true;
    const log = newLog({
      checkpointEvery: 2,
      signer: { ...signer, sign: async (m) => (down ? Promise.reject(new Error('down')) : signer.sign(m)) },
    });
    await log.append(judged, { at: AT });
    await expect(log.append(judged, { at: AT })).rejects.toThrow('down');
    down = false;
    await log.append(judged, { at: AT });
    expect(await verdictOn(log.lines())).toBe('valid');
  });

  it('has a limit, at which it takes nothing more', async () => {
    const log = await logOf(3, { maxLines: 4 });
    expect(await thrown(() => log.append(judged, { at: AT }))).toBe('limit-exceeded');
    await log.checkpoint(AT);
    expect(await verdictOn(log.lines())).toBe('valid');
  });

  it('is misused with a name or limits that cannot be', async () => {
    for (const options of [
      { gate: '' },
      { gate: 'a b' },
      { gate: 'x'.repeat(65) },
      { checkpointEvery: 0 },
      { retentionDays: 0.5 },
      { maxLines: 0 },
    ])
      expect(await thrown(() => newLog(options))).toBe('invalid-argument');
  });
});

describe('a log that somebody changed', () => {
  let lines: readonly string[] = [];
  beforeAll(async () => {
    const log = await logOf(10, { checkpointEvery: 4 });
    await log.checkpoint(later(99));
    lines = log.lines();
  });

  it('is valid before', async () => expect(await verdictOn(lines, { checkpointEvery: 4 })).toBe('valid'));

  it('in any one line', async () => {
    for (const [at, line] of lines.entries()) {
      const changed = lines.with(
        at,
        line.replace(/[0-9](?=[^0-9]*$)/, (digit) => String((Number(digit) + 1) % 10)),
      );
      if (changed[at] !== line)
        expect(await verdictOn(changed), line).toMatch(/^invalid verdict-log-(broken|checkpoint-forged)$/);
    }
  });

  it('by leaving any line out, doubling it, or putting it elsewhere', async () => {
    for (let at = 0; at < lines.length - 1; at++) {
      expect(await verdictOn(lines.toSpliced(at, 1)), `without ${at}`).not.toMatch(/^valid/);
      expect(await verdictOn(lines.toSpliced(at, 0, lines[at]!)), `twice ${at}`).toMatch(/^invalid/);
      expect(await verdictOn(lines.toSpliced(at, 2, lines[at + 1]!, lines[at]!)), `moved ${at}`).toMatch(/^invalid/);
    }
  });

  it('in any way at all, short of cutting it at a checkpoint', async () => {
    const change = fc.tuple(fc.nat(lines.length - 1), fc.nat(200), fc.constantFrom('change', 'drop', 'swap', 'insert'));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const copy = [...lines];
        for (const [at, place, what] of changes) {
          const line = copy[at];
          if (line === undefined) continue;
          if (what === 'change')
            copy[at] = `${line.slice(0, place % line.length)}x${line.slice((place % line.length) + 1)}`;
          if (what === 'drop') copy.splice(at, 1);
          if (what === 'swap') copy.splice(at, 1, copy[place % copy.length]!);
          if (what === 'insert') copy.splice(at, 0, copy[place % copy.length]!);
        }
        const isPart = copy.every((line, i) => line === lines[i]);
        const isTail = copy.every((line, i) => line === lines[lines.length - copy.length + i]);
        const told = await verdictOn(copy, { checkpointEvery: 4 });
        return isPart || isTail || !told.startsWith('valid');
      }),
      { numRuns: process.env.SLOW === undefined ? 300 : 5000 },
    );
  });

  it('by cutting its end: seen by who knows a later state of it', async () => {
    const { subject } = await verifyVerdictLog(lines, { gate: GATE, verifier });
    expect(subject.state).toEqual({ position: lines.length, head: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const cut = lines.slice(0, 5);
    expect(await verdictOn(cut)).toBe('valid');
    expect(await verdictOn(cut, { known: subject.state! })).toBe('invalid verdict-log-truncated');
    expect(await verdictOn(lines, { known: subject.state! })).toBe('valid');
    expect(await verdictOn(lines, { known: { position: 5, head: subject.state!.head } })).toBe(
      'invalid verdict-log-broken',
    );
  });

  it('by leaving checkpoints out, so that changes go unseen for long', async () => {
    const log = await logOf(9, { checkpointEvery: 9 });
    expect(await verdictOn(log.lines(), { checkpointEvery: 9 })).toBe('valid');
    expect(await verdictOn(log.lines(), { checkpointEvery: 8 })).toBe('invalid verdict-log-checkpoint-missing');
  });

  it('by giving it out as that of another gate, or signing it with another key', async () => {
    expect(await verdictOn(lines, { gate: 'station-7/gate-3' })).toBe('invalid verdict-log-broken');
    expect(await verdictOn(lines, { verifier: sm2Verifier(generateSm2Key().publicKey) })).toBe(
      'invalid verdict-log-checkpoint-forged',
    );
  });

  it('into something that is no log', async () => {
    for (const one of [[], [''], ['{}\n{}'], ['[]'], [`{${' '.repeat(4096)}}`]])
      expect(await verdictOn(one)).toBe('invalid format-malformed');
    expect(await verdictOn(lines, { maxLines: lines.length - 1 })).toBe('invalid format-malformed');
  });
});

describe('what is old', () => {
  it('is forgotten up to a checkpoint, with the keys of its pseudonyms', async () => {
    const log = newLog({ checkpointEvery: 2, retentionDays: 2 });
    const tag = newTag();
    for (let day = 0; day < 6; day++)
      for (let i = 0; i < 2; i++) await log.append(judged, { at: later(day * DAY + i), tag });
    const known = (await verifyVerdictLog(log.lines(), { gate: GATE, verifier })).subject.state!;
    log.forget(later(5 * DAY + 1));
    expect(log.lines()).toHaveLength(7);
    expect(await verdictOn(log.lines(), { checkpointEvery: 2, known })).toBe('valid');
    expect(['2026-11-24', '2026-11-25'].map((day) => typeof log.pseudonym(tag, day))).toEqual(['undefined', 'string']);
    await log.append(judged, { at: later(6 * DAY) });
    await log.checkpoint(later(6 * DAY));
    expect(await verdictOn(log.lines(), { checkpointEvery: 2, known })).toBe('valid');
  });

  it('is no way to give a log out as that of another gate, or as longer than it was', async () => {
    const log = newLog({ checkpointEvery: 2, retentionDays: 1 });
    for (let i = 0; i < 4; i++) await log.append(judged, { at: later(i * DAY) });
    log.forget(later(9 * DAY));
    expect(await verdictOn(log.lines())).toBe('valid');
    expect(await verdictOn(log.lines(), { gate: 'station-7/gate-3' })).toBe('invalid verdict-log-checkpoint-forged');
    const moved = newLog({ state: { ...(await logOf(2)).state(), first: 5 } });
    await moved.checkpoint(AT);
    expect(await verdictOn(moved.lines())).toBe('invalid verdict-log-broken');
  });

  it('leaves a gap that is told to who knows an older state', async () => {
    const log = newLog({ checkpointEvery: 2, retentionDays: 1 });
    for (let day = 0; day < 4; day++)
      for (let i = 0; i < 2; i++) await log.append(judged, { at: later(day * DAY + i) });
    const known = (await verifyVerdictLog(log.lines().slice(0, 3), { gate: GATE, verifier })).subject.state!;
    log.forget(later(4 * DAY));
    expect(await verdictOn(log.lines(), { known })).toBe('indeterminate check-not-made');
    // Who knows a state of the very place where the lines begin compares it.
    const { checkpoint: position, head } = JSON.parse(log.lines()[0]!) as { checkpoint: number; head: string };
    expect(await verdictOn(log.lines(), { known: { position, head } })).toBe('valid');
    expect(await verdictOn(log.lines(), { known: { position, head: known.head } })).toBe('invalid verdict-log-broken');
  });
});

describe('sending a log', () => {
  const receiver = () => {
    const all: string[] = [];
    let failAt = Number.POSITIVE_INFINITY;
    const port: VerdictLogReceiver = {
      received: async () => all.length,
      receive: async (gate, from, lines) => {
        expect([gate, from]).toEqual([GATE, all.length]);
        if (all.length >= failAt) throw new Error('no network');
        all.push(...lines);
      },
    };
    const fail = (at: number): void => {
      failAt = at;
    };
    return { all, port, fail };
  };

  it('does not go on after it was set back: its receiver has more', async () => {
    const log = await logOf(3);
    const state = log.state();
    const { all, port } = receiver();
    await log.append(judged, { at: AT });
    await log.upload(port, AT);
    await expect(newLog({ state }).upload(port, AT)).rejects.toThrow(
      expect.objectContaining({ code: 'gate-state-malformed' }),
    );
    expect(all).toEqual(log.lines());
  });

  it('sends in parts, goes on where it was interrupted, and sends nothing twice', async () => {
    const log = await logOf(2500);
    const { all, port, fail } = receiver();
    fail(2 * VERDICT_LOG_LIMITS.batch);
    await expect(log.upload(port, AT)).rejects.toThrow('no network');
    expect(all).toHaveLength(2000);
    fail(Number.POSITIVE_INFINITY);
    expect(await log.upload(port, AT)).toBe(503);
    expect(await log.upload(port, AT)).toBe(0);
    expect(all).toEqual(log.lines());
    expect(await verdictOn(all)).toBe('valid');
  });
});
