import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLicenseTypeCode } from '../src/index.js';
import { CREDIT_ALPHABET, codesOf, creditCodes, DIGITS, substitutions, textOf } from './codes.js';

describe('parseLicenseTypeCode', () => {
  it.each([
    ['', ['license-type-code-length']],
    ['11100000MB0327169902', ['license-type-code-length']],
    ['11100000MB032716990222', ['license-type-code-length']],
    ['11100000MB03271699', ['license-type-code-length']],
    ['1'.repeat(100_000), ['license-type-code-length']],
    ['11100000MB0327169902A', ['license-type-code-number']],
    ['11100000MB0327169902２', ['license-type-code-number']],
    ['11100000MB0327169902\n', ['license-type-code-number']],
    ['11100000MB03271698022', ['credit-code-check']],
    ['11100000MB0327169802X', ['license-type-code-number', 'credit-code-check']],
    ['11100000mB03271699022', ['credit-code-alphabet']],
    ['11100000MB0327169\n022', ['credit-code-alphabet']],
  ])('refuses %j', (text, codes) => {
    expect(codesOf(parseLicenseTypeCode(text))).toEqual(codes);
  });

  it('reads the authority and the number', () => {
    expect(parseLicenseTypeCode('11100000MB03271699022')).toEqual({
      ok: true,
      value: { code: '11100000MB03271699022', definingAuthority: '11100000MB03271699', number: '022' },
    });
  });

  it('refuses one wrong character in the credit code', () => {
    fc.assert(
      fc.property(creditCodes, textOf(DIGITS, 3), (authority, number) => {
        expect(parseLicenseTypeCode(authority + number).ok).toBe(true);
        for (const wrong of substitutions(authority, CREDIT_ALPHABET))
          expect(codesOf(parseLicenseTypeCode(wrong + number))).toContain('credit-code-check');
      }),
      { numRuns: 10 },
    );
  });
});
