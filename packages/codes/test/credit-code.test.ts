import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCharacterOfCreditCode, parseCreditCode } from '../src/index.js';
import { CREDIT_ALPHABET, codesOf, creditCodes, substitutions } from './codes.js';

describe('parseCreditCode', () => {
  // Codes of public authorities, seen in public licence identifiers.
  it.each([
    '11100000000013338W',
    '11100000MB03271699',
    '11430000006122244L',
    '11330105002500287C',
    '113700000045046442',
  ])('reads %s', (code) => {
    expect(codesOf(parseCreditCode(code))).toEqual([]);
    expect(checkCharacterOfCreditCode(code.slice(0, 17))).toBe(code[17]);
  });

  it('answers the typed parts', () => {
    expect(parseCreditCode('11100000MB03271699')).toEqual({
      ok: true,
      value: {
        code: '11100000MB03271699',
        department: '1',
        category: '1',
        divisionCode: '100000',
        organizationCode: 'MB0327169',
        check: '9',
      },
    });
  });

  it.each([
    ['', ['credit-code-length']],
    ['11100000000013338', ['credit-code-length']],
    ['11100000000013338WW', ['credit-code-length']],
    [' 11100000000013338W', ['credit-code-length', 'credit-code-alphabet']],
    ['11100000000013338w', ['credit-code-alphabet']],
    ['1110000000001333８W', ['credit-code-alphabet']],
    ['11100000000013338\n', ['credit-code-alphabet']],
    ['1110000O000013338W', ['credit-code-alphabet']],
    ['I1100000000013338W', ['credit-code-alphabet']],
    ['1110000000001333SW', ['credit-code-alphabet']],
    ['V1100000000013338W', ['credit-code-alphabet']],
    ['Z1100000000013338W', ['credit-code-alphabet']],
    ['O1O', ['credit-code-length', 'credit-code-alphabet']],
    ['11100000000013338X', ['credit-code-check']],
    ['11100000000013337W', ['credit-code-check', 'organization-code-check']],
    ['1110000000001333XW', ['credit-code-check', 'organization-code-check']],
    ['1110000000001333AW', ['credit-code-check', 'organization-code-check']],
    ['111A0000000013338W', ['credit-code-division', 'credit-code-check']],
  ])('refuses %j with every issue', (code, issues) => {
    expect(codesOf(parseCreditCode(code))).toEqual(issues);
  });

  it('reports a wrong organisation code under a fitting check character alone', () => {
    const body = '11100000000013339';
    expect(codesOf(parseCreditCode(body + checkCharacterOfCreditCode(body)))).toEqual(['organization-code-check']);
  });

  it('catches every substitution and every exchange of neighbours', () => {
    fc.assert(
      fc.property(creditCodes, (code) => {
        expect(codesOf(parseCreditCode(code))).toEqual([]);
        for (const wrong of substitutions(code, CREDIT_ALPHABET)) {
          if (!codesOf(parseCreditCode(wrong)).includes('credit-code-check')) throw new Error(wrong);
        }
        for (let i = 0; i < 17; i++) {
          if (code[i] === code[i + 1]) continue;
          const wrong = `${code.slice(0, i)}${code[i + 1]}${code[i]}${code.slice(i + 2)}`;
          if (!codesOf(parseCreditCode(wrong)).includes('credit-code-check')) throw new Error(wrong);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('never throws, whatever the text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 24 }), (text) => parseCreditCode(text).ok === false));
  });

  it.each(['', '1110000000001333', '111000000000133388', '1110000000001333I', '1110000000001333w'])(
    'makes no check character of %j',
    (body) => {
      expect(() => checkCharacterOfCreditCode(body)).toThrow(expect.objectContaining({ code: 'code-invalid' }));
    },
  );
});
