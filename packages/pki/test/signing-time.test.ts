import { CLOCK_SKEW_MS, readCertificate, type SigningTime, signingTimeFindings } from '@gov/pki';
import { beforeAll, describe, expect, it } from 'vitest';
import { build } from './builder.js';
import { RIGHT } from './wrong.js';

const FROM = Date.parse('2026-01-01T00:00:00Z');
const TO = Date.parse('2030-01-01T00:00:00Z');
const INSIDE = Date.parse('2028-01-01T00:00:00Z');
const S = 1000;
const path: ReturnType<typeof readCertificate>[] = [];

beforeAll(async () => {
  path.push(readCertificate(await build({ ...RIGHT.leaf, notBefore: new Date(FROM), notAfter: new Date(TO) })));
  path.push(readCertificate(await build({ ...RIGHT.root, notBefore: new Date(FROM - S), notAfter: new Date(TO + S) })));
});

const judged = (value: number | undefined, basis: SigningTime['basis'], at: number) =>
  signingTimeFindings(path, value === undefined ? undefined : { value: new Date(value), basis }, new Date(at)).map(
    ({ check, outcome, code }) => `${check} ${outcome} ${code}`,
  );

const OK = 'time pass time-ok';
const FUTURE = 'time fail signing-time-future';
const EARLY = 'time fail certificate-not-yet-valid-at-signing';
const LATE = 'time fail certificate-expired-at-signing';
const UNPROVED = 'time unknown expired-time-unproved';

describe('claimed | proved | missing', () => {
  // signing time, verifier's time, what a claim, a proof and no time at all lead to (the last by the verifier's time alone)
  it.each<[string, number, number, string, string, string]>([
    ['all inside', INSIDE, INSIDE, OK, OK, OK],
    ['signed at the first moment', FROM, INSIDE, OK, OK, OK],
    ['signed a second before it', FROM - S, INSIDE, EARLY, EARLY, OK],
    ['signed at the last moment, verified then', TO, TO, OK, OK, OK],
    ['signed at the last moment, verified a second later', TO, TO + S, UNPROVED, OK, UNPROVED],
    ['signed a second after the last', TO + S, TO + S, LATE, LATE, UNPROVED],
    ['signed inside, verified years later', INSIDE, TO + 1e11, UNPROVED, OK, UNPROVED],
    ['signed years after the end', TO + 1e10, TO + 1e11, LATE, LATE, UNPROVED],
    ['verified at the first moment', FROM, FROM, OK, OK, OK],
    ['verified before the first moment', FROM - S, FROM - S, EARLY, EARLY, EARLY],
    ['five minutes ahead of the clock', INSIDE + CLOCK_SKEW_MS, INSIDE, OK, OK, OK],
    ['a millisecond more', INSIDE + CLOCK_SKEW_MS + 1, INSIDE, FUTURE, FUTURE, OK],
    ['five minutes behind the clock', INSIDE - CLOCK_SKEW_MS, INSIDE, OK, OK, OK],
    ['a year ahead, past the end', TO + S, INSIDE, FUTURE, FUTURE, OK],
    ['ahead within the skew, past the end', TO + S, TO, LATE, LATE, OK],
  ])('%s', (_, time, at, claimed, proved, missing) => {
    expect(judged(time, 'claimed', at)).toEqual([claimed]);
    expect(judged(time, 'proved', at)).toEqual([proved]);
    expect(judged(undefined, 'claimed', at)).toEqual([missing]);
  });

  it('is five minutes', () => expect(CLOCK_SKEW_MS).toBe(300_000));

  it('looks at every certificate of the path', () => {
    const [leaf, root] = path;
    const early = { ...root!, notBefore: new Date(INSIDE + S) };
    const late = { ...root!, notAfter: new Date(INSIDE - S) };
    const time: SigningTime = { value: new Date(INSIDE), basis: 'claimed' };
    const code = (certificates: typeof path, at = INSIDE) =>
      signingTimeFindings(certificates, time, new Date(at)).map((finding) => finding.code);
    expect(code([leaf!, early])).toEqual(['certificate-not-yet-valid-at-signing']);
    expect(code([leaf!, late])).toEqual(['certificate-expired-at-signing']);
    expect(code([leaf!, { ...root!, notAfter: new Date(INSIDE) }], INSIDE + S)).toEqual(['expired-time-unproved']);
  });

  it('says in the text whether the time was a claim', () => {
    const [finding] = signingTimeFindings(path, { value: new Date(INSIDE), basis: 'claimed' }, new Date(INSIDE));
    expect(finding!.detail).toBe('claimed 2028-01-01T00:00:00Z');
  });

  it('refuses dates that are none, which compare as false to everything', () => {
    const nan = Number.NaN;
    for (const [time, at] of [
      [nan, INSIDE],
      [INSIDE, nan],
      [undefined, nan],
    ] as const) {
      for (const basis of ['claimed', 'proved'] as const) {
        expect(() => judged(time, basis, at)).toThrowError(expect.objectContaining({ code: 'invalid-argument' }));
      }
    }
  });
});
