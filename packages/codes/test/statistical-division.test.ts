import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStatisticalDivision } from '../src/index.js';
import { codesOf, DIGITS, textOf } from './codes.js';

describe('parseStatisticalDivision', () => {
  it.each([
    ['', ['statistical-division-form']],
    ['220581', ['statistical-division-form']],
    ['22058110200', ['statistical-division-form']],
    ['2205811020011', ['statistical-division-form']],
    ['22058110200112', ['statistical-division-form']],
    ['2205811020011211', ['statistical-division-form']],
    ['22058110200A', ['statistical-division-form']],
    ['220581102001\n', ['statistical-division-form']],
    ['２20581102001', ['statistical-division-form']],
    ['1'.repeat(100_000), ['statistical-division-form']],
    ['220581000001', ['statistical-division-level']],
    ['220000001000', ['statistical-division-level']],
    ['100000001000', ['statistical-division-level']],
    ['220581102001113', ['statistical-division-class']],
    ['220581102001000', ['statistical-division-class']],
    ['220581102000121', ['statistical-division-class-level']],
    ['220581102000999', ['statistical-division-class', 'statistical-division-class-level']],
    ['220001102001', ['division-code-level']],
    ['020581102001', ['division-code-form']],
    ['020581000001', ['statistical-division-level', 'division-code-form']],
  ])('refuses %j', (text, codes) => {
    expect(codesOf(parseStatisticalDivision(text))).toEqual(codes);
  });

  it.each([
    ['220000000000', 'province', undefined, undefined],
    ['220500000000', 'prefecture', undefined, undefined],
    ['220581000000', 'county', undefined, undefined],
    ['110101001000', 'township', 'subdistrict', undefined],
    ['220581102000', 'township', 'town', undefined],
    ['130631204000', 'township', 'township', undefined],
    ['110101399000', 'township', 'township', undefined],
    ['110101400000', 'township', 'other', undefined],
    ['110101600000', 'township', undefined, undefined],
    // A city without counties: its townships follow at once.
    ['441900003001', 'village', 'subdistrict', 'neighbourhood'],
    ['220581102001', 'village', 'town', 'neighbourhood'],
    ['220581102200', 'village', 'town', 'village'],
    ['220581102199', 'village', 'town', 'neighbourhood'],
    ['220581199399', 'village', 'town', 'village'],
    ['220581200400', 'village', 'township', 'other'],
    ['220581102498', 'village', 'town', 'other'],
    ['220581102999', 'village', 'town', undefined],
  ])('reads %s', (code, level, townshipKind, villageKind) => {
    expect(parseStatisticalDivision(code)).toEqual({
      ok: true,
      value: { code, divisionCode: code.slice(0, 6), level, townshipKind, villageKind, urbanRural: undefined },
    });
  });

  it('reads each class of town and country, and no other', () => {
    const known = Array.from({ length: 1000 }, (_, number) => String(number).padStart(3, '0')).filter(
      (urban) => parseStatisticalDivision(`220581102200${urban}`).ok,
    );
    expect(known.join()).toBe('111,112,121,122,123,210,220');
    expect(parseStatisticalDivision('220581102200122')).toMatchObject({
      ok: true,
      value: { code: '220581102200', urbanRural: { code: '122', name: '镇乡结合区' } },
    });
  });

  it('answers for every text of digits, and keeps the code', () => {
    fc.assert(
      fc.property(fc.constantFrom(11, 12, 13, 15), fc.infiniteStream(textOf(DIGITS, 1)), (length, digits) => {
        const text = [...digits.take(length)].join('');
        const result = parseStatisticalDivision(text);
        if (result.ok) expect(text.startsWith(result.value.code)).toBe(true);
        else expect(result.issues.length).toBeGreaterThan(0);
      }),
    );
  });
});
