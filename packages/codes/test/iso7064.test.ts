import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCharacterMod11_2, checkCharacterMod37_36 } from '../src/index.js';
import { ALPHANUMERIC, DIGITS, substitutions, textOf } from './codes.js';

describe('MOD 37,36', () => {
  it('agrees with python-stdnum', () => {
    expect(checkCharacterMod37_36('A12425GABC1234002')).toBe('M');
  });

  it('agrees with a table of one and two characters worked by hand', () => {
    // P = 36; (36+0)%36 = 0 -> 36, *2 % 37 = 35; 37-35 = 2
    expect(checkCharacterMod37_36('0')).toBe('2');
    // (36+35)%36 = 35, *2 % 37 = 33; 37-33 = 4
    expect(checkCharacterMod37_36('Z')).toBe('4');
    // P = 35 after '0'; (35+1)%36 = 0 -> 36 -> 35; 2 again
    expect(checkCharacterMod37_36('01')).toBe('2');
  });

  it('changes with every single substitution', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }).chain((length) => textOf(ALPHANUMERIC, length)),
        (body) => {
          const check = checkCharacterMod37_36(body);
          for (const wrong of substitutions(body, ALPHANUMERIC)) {
            if (checkCharacterMod37_36(wrong) === check) return false;
          }
          return true;
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each(['', 'a', 'A.B', ' 1', '１', '😀', 'A\n'])('refuses the body %j', (body) => {
    expect(() => checkCharacterMod37_36(body)).toThrow(expect.objectContaining({ code: 'code-invalid' }));
  });
});

describe('MOD 11-2', () => {
  it('agrees with ISO 7064 and GB 11643 examples', () => {
    expect(checkCharacterMod11_2('0794')).toBe('0');
    expect(checkCharacterMod11_2('079')).toBe('X');
    expect(checkCharacterMod11_2('11010519491231002')).toBe('X');
    expect(checkCharacterMod11_2('44052418800101001')).toBe('4');
  });

  it('equals the weighted sum of GB 11643', () => {
    const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    fc.assert(
      fc.property(textOf(DIGITS, 17), (digits) => {
        const sum = weights.reduce((total, weight, index) => total + weight * Number(digits[index]), 0);
        expect(checkCharacterMod11_2(digits)).toBe('10X98765432'[sum % 11]);
      }),
    );
  });

  it.each(['', 'X', '12X', '1 2', '１２'])('refuses the body %j', (body) => {
    expect(() => checkCharacterMod11_2(body)).toThrow(expect.objectContaining({ code: 'code-invalid' }));
  });
});
