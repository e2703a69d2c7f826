import { describe, expect, it } from 'vitest';
import { HOLDER_CODE_TYPES, parseDivisionCode, parseHolderCode } from '../src/index.js';
import { codesOf } from './codes.js';

describe('parseHolderCode', () => {
  it('has each type once', () => {
    expect(HOLDER_CODE_TYPES.map((row) => row.type).join()).toBe(
      '001,099,111,114,115,118,119,120,122,411,412,413,414,511,516,999',
    );
  });

  it.each([
    ['001', '11100000000013338W'],
    ['111', '11010519491231002X'],
    ['114', '军字第1234567号'],
    ['414', 'E12345678'],
    ['511', '00000000(A)'],
    ['999', 'a-1'],
    ['999', 'x'.repeat(40)],
  ])('accepts %s %s', (type, code) => {
    expect(parseHolderCode(type, code)).toMatchObject({ ok: true, value: { type: { type }, code } });
  });

  it.each([
    ['001', '11100000000013338X', ['credit-code-check']],
    ['001', '11010519491231002X', ['credit-code-check', 'organization-code-check']],
    ['111', '11100000000013338W', ['citizen-id-alphabet']],
    ['111', '110105194912310021', ['citizen-id-check']],
    ['111', '', ['citizen-id-length', 'citizen-id-alphabet']],
    ['414', '', ['holder-code-form']],
    ['414', 'E1234 5678', ['holder-code-form']],
    ['414', 'E12345678\u202e', ['holder-code-form']],
    ['999', 'x'.repeat(41), ['holder-code-form']],
    ['1', 'E12345678', ['holder-code-type']],
    ['', '', ['holder-code-type', 'holder-code-form']],
    ['112', '11010519491231002X', ['holder-code-type']],
    ['constructor', 'E12345678', ['holder-code-type']],
  ])('refuses %s %j', (type, code, issues) => {
    expect(codesOf(parseHolderCode(type, code))).toEqual(issues);
  });
});

describe('parseDivisionCode', () => {
  it.each([
    ['100000', 'nation', '100000'],
    ['340000', 'province', '340000'],
    ['340100', 'prefecture', '340000'],
    ['340104', 'county', '340000'],
    ['429004', 'county', '420000'],
    ['441900', 'prefecture', '440000'],
  ])('reads %s', (code, level, province) => {
    expect(parseDivisionCode(code)).toEqual({ ok: true, value: { code, level, province } });
  });

  it.each([
    ['', 'division-code-form'],
    ['34010', 'division-code-form'],
    ['3401000', 'division-code-form'],
    ['034010', 'division-code-form'],
    ['34010a', 'division-code-form'],
    ['３40100', 'division-code-form'],
    ['340100\n', 'division-code-form'],
    ['340004', 'division-code-level'],
  ])('refuses %j', (code, issue) => {
    expect(codesOf(parseDivisionCode(code))).toEqual([issue]);
  });
});
