/** What a terminal gets to see of texts that strangers wrote. */
import { GovError, report } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorLines, findingLine, jsonLine, printable, reportLines } from '../src/output.js';
import { gov, json } from './run.js';

/** What drives a terminal, breaks a line or turns it round: said by the properties of Unicode, not by a list of code points. */
const DRIVES = /[\p{Cc}\p{Bidi_C}\p{Zl}\p{Zp}]/u;

describe('text for people', () => {
  it.each([
    ['\u001b[31mred', '\\u001b[31mred'],
    ['a\u009b2Jb', 'a\\u009b2Jb'],
    ['a\nvalid', 'a\\u000avalid'],
    ['a\r\tb\u0000\u007f', 'a\\u000d\\u0009b\\u0000\\u007f'],
    ['gp\u202efdp.exe', 'gp\\u202efdp.exe'],
    ['\u2066a\u2069\u200f\u061c', '\\u2066a\\u2069\\u200f\\u061c'],
    ['某市行政审批局 – 𬎆 ✓', '某市行政审批局 – 𬎆 ✓'],
  ])('%j is shown as %j', (text, shown) => {
    expect(printable(text)).toBe(shown);
    expect(printable(shown)).toBe(shown);
  });

  it('holds nothing that drives a terminal, whatever it is made of', () => {
    const drives = fc.constantFrom(
      '\u001b',
      '\u009b',
      '\n',
      '\u202e',
      '\u2067',
      '\u2028',
      '\u061c',
      '\u200e',
      '\u0085',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ unit: 'binary' }), drives)), (parts) => {
        const text = parts.join('');
        expect(DRIVES.test(printable(text))).toBe(false);
        const line = jsonLine({ [text]: [text] });
        expect(DRIVES.test(line)).toBe(false);
        expect(JSON.parse(line)).toEqual({ [text]: [text] });
      }),
    );
  });
});

describe('what gov prints', () => {
  const evil = 'x\u001b]0;owned\u0007\u009b2J\u202e\n✓ valid';

  it('of wrong words, on standard error and as JSON', async () => {
    for (const words of [
      [evil, 'verify'],
      ['license', evil],
      ['license', 'verify', evil],
      ['store', 'migrate', `--${evil}`],
    ]) {
      const { err, out, status } = await gov(...words, '--lang', 'en');
      expect([status, out]).toEqual([2, '']);
      expect(
        err
          .trimEnd()
          .split('\n')
          .some((line) => DRIVES.test(line)),
      ).toBe(false);
      expect(err).toContain('\\u001b]0;owned\\u0007');
      const one = await gov(...words, '--json');
      expect(DRIVES.test(one.out.trimEnd())).toBe(false);
      expect(JSON.parse(one.out).error.message).toContain('\u001b]0;owned\u0007');
    }
  });

  it('of findings and issues', () => {
    const finding = { check: 'status', outcome: 'fail', code: 'status-revoked', detail: evil } as const;
    const lines = [
      findingLine(finding, 'zh'),
      ...reportLines(report({ kind: 'x' }, [finding], { required: [] }), 'en', [evil]),
      ...errorLines(
        new GovError('usage', evil, { issues: [{ path: [evil], code: 'usage', message: evil, messageZh: evil }] }),
        'zh',
      ),
    ];
    for (const line of lines.map(printable)) expect(DRIVES.test(line)).toBe(false);
  });

  it('of a code to check', async () => {
    const { answer } = await json('cert', 'inspect', evil);
    expect(answer.error.code).toBe('file-missing');
  });
});
