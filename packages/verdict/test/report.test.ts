import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkText } from '../src/en.js';
import {
  aspects,
  type Check,
  DEFAULT_REQUIRED,
  type Finding,
  GovError,
  isGovError,
  judge,
  type Outcome,
  report,
  type Verdict,
  worst,
} from '../src/index.js';

const CHECKS = Object.keys(checkText) as Check[];
const OUTCOMES: readonly Outcome[] = ['pass', 'fail', 'warn', 'unknown', 'skipped'];
const finding = (check: Check, outcome: Outcome): Finding => ({ check, outcome, code: 'format-ok' });

const anyFinding: fc.Arbitrary<Finding> = fc.record({
  // Few checks and few fails, so that every branch of the rule is met often.
  check: fc.constantFrom<Check>('path', 'time', 'status'),
  outcome: fc.constantFrom<Outcome>('pass', 'pass', 'pass', 'warn', ...OUTCOMES),
  code: fc.constant('format-ok' as const),
});
const anyFindings = fc.array(anyFinding, { maxLength: 12 });
const anyPolicy = fc.record({ required: fc.subarray<Check>(['path', 'time', 'status']) });

describe('judge', () => {
  it('follows the table for every pair of outcomes on two checks, one of them required', () => {
    const outcomes = [...OUTCOMES, undefined];
    for (const required of outcomes)
      for (const other of outcomes) {
        const findings = [
          ...(required ? [finding('path', required)] : []),
          ...(other ? [finding('status', other)] : []),
        ];
        const expected: Verdict =
          required === 'fail' || other === 'fail'
            ? 'invalid'
            : required === 'pass' || required === 'warn'
              ? 'valid'
              : 'indeterminate';
        expect(judge(findings, { required: ['path'] }), `${required} ${other}`).toBe(expected);
      }
  });

  it('follows the table for every pair of outcomes on one required check', () => {
    for (const one of OUTCOMES)
      for (const other of OUTCOMES) {
        const both = [one, other];
        const expected: Verdict = both.includes('fail')
          ? 'invalid'
          : both.includes('unknown') || both.includes('skipped')
            ? 'indeterminate'
            : 'valid';
        expect(judge([finding('path', one), finding('path', other)], { required: ['path'] }), `${both}`).toBe(expected);
      }
  });

  it('answers indeterminate to no findings at all under the default policy, never valid', () => {
    expect(judge([], { required: DEFAULT_REQUIRED })).toBe('indeterminate');
  });

  it('requires by default what a counter can always check, and not what needs data it may lack', () => {
    expect([...DEFAULT_REQUIRED].sort()).toEqual(
      ['format', 'integrity', 'authenticity', 'certificate', 'path', 'authority', 'time', 'coverage'].sort(),
    );
  });

  it('any fail makes it invalid, whatever the policy and whatever else', () => {
    fc.assert(
      fc.property(anyFindings, anyPolicy, fc.constantFrom(...CHECKS), fc.nat(), (findings, policy, check, at) => {
        const all = findings.toSpliced(at % (findings.length + 1), 0, finding(check, 'fail'));
        expect(judge(all, policy)).toBe('invalid');
      }),
    );
  });

  it('valid means: no fail, and every required check passed and was left open nowhere', () => {
    fc.assert(
      fc.property(anyFindings, anyPolicy, (findings, policy) => {
        const failed = findings.some(({ outcome }) => outcome === 'fail');
        const closed = policy.required.every((check) => {
          const outcomes = findings.filter((each) => each.check === check).map(({ outcome }) => outcome);
          return outcomes.length > 0 && outcomes.every((outcome) => outcome === 'pass' || outcome === 'warn');
        });
        expect(judge(findings, policy)).toBe(failed ? 'invalid' : closed ? 'valid' : 'indeterminate');
      }),
    );
  });

  it('a skipped or unknown finding never helps', () => {
    const rank: Record<Verdict, number> = { invalid: 0, indeterminate: 1, valid: 2 };
    fc.assert(
      fc.property(anyFindings, anyPolicy, fc.constantFrom(...CHECKS), (findings, policy, check) => {
        for (const outcome of ['skipped', 'unknown'] as const)
          expect(rank[judge([...findings, finding(check, outcome)], policy)]).toBeLessThanOrEqual(
            rank[judge(findings, policy)],
          );
      }),
    );
  });

  it('does not depend on the order of findings', () => {
    fc.assert(
      fc.property(anyFindings, anyPolicy, (findings, policy) => {
        expect(judge(findings.toReversed(), policy)).toBe(judge(findings, policy));
      }),
    );
  });
});

describe('report', () => {
  const open: Finding = { check: 'revocation', outcome: 'unknown', code: 'revocation-not-checked' };

  it('names what was not looked at and not required, once, and nothing else', () => {
    const findings: Finding[] = [
      open,
      open,
      { check: 'status', outcome: 'skipped', code: 'status-not-checked' },
      { check: 'path', outcome: 'unknown', code: 'path-no-anchor' },
      { check: 'time', outcome: 'pass', code: 'time-ok' },
    ];
    const answer = report('x', findings, { required: ['path'] });
    expect(answer.unchecked).toEqual(['revocation-not-checked', 'status-not-checked']);
    expect(answer.verdict).toBe('indeterminate');
    expect(answer).not.toHaveProperty('signatures');
  });

  it('turns a required unknown into indeterminate and out of the unchecked list', () => {
    expect(report('x', [open], { required: ['revocation'] })).toMatchObject({
      verdict: 'indeterminate',
      unchecked: [],
    });
    expect(report('x', [open], { required: [] })).toMatchObject({ verdict: 'valid' });
  });

  it('is as bad as its worst signature, and no better than its own findings', () => {
    const one = (outcome: Outcome) => report('s', [finding('path', outcome)], { required: ['path'] });
    const over = (outcomes: readonly Outcome[], own: readonly Finding[] = []) =>
      report('f', own, { required: [] }, outcomes.map(one)).verdict;
    expect(over(['pass', 'pass'])).toBe('valid');
    expect(over(['pass', 'unknown'])).toBe('indeterminate');
    expect(over(['unknown', 'fail', 'pass'])).toBe('invalid');
    expect(over(['pass'], [finding('coverage', 'fail')])).toBe('invalid');
  });
});

describe('worst', () => {
  it('of none is indeterminate; of several the worst', () => {
    expect(worst([])).toBe('indeterminate');
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Verdict>('valid', 'invalid', 'indeterminate'), { minLength: 1 }), (all) => {
        const expected = all.find((v) => v === 'invalid') ?? all.find((v) => v === 'indeterminate') ?? 'valid';
        expect(worst(all)).toBe(expected);
      }),
    );
  });
});

describe('aspects', () => {
  const policy = { required: DEFAULT_REQUIRED };
  const passed = DEFAULT_REQUIRED.map((check) => finding(check, 'pass'));

  it('knows an aspect for every check: one failing check turns exactly one answer into no', () => {
    expect(aspects(passed, policy)).toEqual({ intact: 'yes', authentic: 'yes', trusted: 'yes', current: 'yes' });
    for (const check of CHECKS) {
      const answers = Object.values(aspects([...passed, finding(check, 'fail')], policy));
      expect(answers.filter((answer) => answer === 'no').length, check).toBe(1);
    }
  });

  it('tells intact and authentic from trusted', () => {
    const findings = passed.map((each) => (each.check === 'path' ? finding('path', 'unknown') : each));
    expect(aspects(findings, policy)).toEqual({ intact: 'yes', authentic: 'yes', trusted: 'unknown', current: 'yes' });
  });

  it('says yes to nothing it has no finding about', () => {
    expect(aspects([], { required: [] })).toEqual({
      intact: 'unknown',
      authentic: 'unknown',
      trusted: 'unknown',
      current: 'unknown',
    });
  });
});

describe('GovError', () => {
  it('carries code, message, cause and issues', () => {
    const cause = new Error('inner');
    const issue = { path: ['a', 0], code: 'x', message: 'm', messageZh: '消息' };
    const error = new GovError('code-invalid', 'two issues', { cause, issues: [issue] });
    expect(error).toMatchObject({ name: 'GovError', code: 'code-invalid', message: 'two issues', cause });
    expect(error.issues).toEqual([issue]);
    expect(new GovError('usage', 'x')).not.toHaveProperty('cause');
    expect(new GovError('usage', 'x').issues).toEqual([]);
  });

  it('is told from everything else that is thrown, also across copies of the package', () => {
    const foreign = Object.assign(new Error('x'), { name: 'GovError', code: 'usage' });
    expect(isGovError(new GovError('usage', 'x'))).toBe(true);
    expect(isGovError(foreign)).toBe(true);
    for (const value of [undefined, null, 'GovError', new Error('x'), { name: 'GovError', code: 'usage' }])
      expect(isGovError(value)).toBe(false);
  });
});
