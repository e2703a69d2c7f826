import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { luhnDigit, parseBankCard } from '../src/index.js';
import { codesOf, DIGITS, substitutions, textOf } from './codes.js';

const bodies = fc
  .integer({ min: 15, max: 18 })
  .chain((length) => textOf(DIGITS, length - 2).map((rest) => `62${rest}`));

describe('parseBankCard', () => {
  it.each([
    ['', ['bank-card-length']],
    ['411111111116', ['bank-card-length']], // 12 digits
    ['62220212345678940000', ['bank-card-length']],
    ['622202123456784', ['bank-card-length']], // UnionPay, 15 digits
    ['4111 1111 1111 1111', ['bank-card-alphabet']],
    ['４１１１１１１１１１１１１１１１', ['bank-card-alphabet']],
    ['4111111111111111\n', ['bank-card-alphabet']],
    ['411111111111111X', ['bank-card-alphabet']],
    ['-', ['bank-card-length', 'bank-card-alphabet']],
    ['0000000000000000', ['bank-card-industry']],
    ['1234567812345670', ['bank-card-industry']],
    ['4111111111111112', ['bank-card-check']],
    ['6222201234567894', ['bank-card-check']], // neighbours exchanged
    ['8111111111111111', ['bank-card-industry', 'bank-card-check']],
  ])('refuses %j with every issue', (text, issues) => {
    expect(codesOf(parseBankCard(text))).toEqual(issues);
  });

  // Test numbers that the card schemes publish; 622202… is made up.
  it.each([
    ['4111111111111111', '411111', false],
    ['5555555555554444', '555555', false],
    ['378282246310005', '378282', false],
    ['30569309025904', '305693', false],
    ['4222222222222', '422222', false],
    ['6222021234567894', '622202', true],
    ['6200000000000005', '620000', true],
  ])('reads %s', (code, issuerDigits, unionPay) => {
    expect(parseBankCard(code)).toEqual({ ok: true, value: { code, issuerDigits, unionPay } });
  });

  it('finds every wrong digit and, 0 and 9 aside, every exchange of neighbours', () => {
    fc.assert(
      fc.property(bodies, (body) => {
        const code = body + luhnDigit(body);
        expect(codesOf(parseBankCard(code))).toEqual([]);
        for (const wrong of substitutions(code, DIGITS)) if (parseBankCard(wrong).ok) throw new Error(wrong);
        for (let i = 0; i < code.length - 1; i++) {
          const pair = code.slice(i, i + 2);
          const wrong = `${code.slice(0, i)}${pair[1]}${pair[0]}${code.slice(i + 2)}`;
          if (wrong !== code && pair !== '09' && pair !== '90' && parseBankCard(wrong).ok) throw new Error(wrong);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('never repeats the number', () => {
    const result = parseBankCard('4111111111111112');
    expect(JSON.stringify(result)).not.toContain('4111');
  });
});

describe('luhnDigit', () => {
  it.each(['', 'A', '4111 ', '４'])('refuses %j', (body) => {
    expect(() => luhnDigit(body)).toThrow(expect.objectContaining({ code: 'code-invalid' }));
  });

  it('makes the digit of the example that goes about', () => {
    expect(luhnDigit('7992739871')).toBe('3');
  });
});
