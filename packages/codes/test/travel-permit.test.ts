import { describe, expect, it } from 'vitest';
import { parseTravelPermit } from '../src/documents.js';
import { codesOf } from './codes.js';

describe('parseTravelPermit', () => {
  it.each([
    ['', ['travel-permit-length']],
    ['H1234567', ['travel-permit-form']],
    ['H123456789', ['travel-permit-form']],
    ['H123456789012', ['travel-permit-form']],
    ['HI1234567', ['travel-permit-form']],
    ['HO1234567', ['travel-permit-form']],
    ['A12345678', ['travel-permit-form']],
    ['h12345678', ['travel-permit-alphabet']],
    ['Ｈ12345678', ['travel-permit-alphabet']],
    ['H1234567\n', ['travel-permit-alphabet']],
    ['1234567', ['travel-permit-length']],
    ['123456789', ['travel-permit-form']],
    ['12345678901', ['travel-permit-form']],
    ['1234567801()', ['travel-permit-form']],
    ['1234567801(B', ['travel-permit-form']],
    ['1234567801（B）', ['travel-permit-alphabet']],
    ['1234567801(BB)', ['travel-permit-length']],
    ['CI1234567', ['travel-permit-form']],
    ['CAA123456', ['travel-permit-form']],
    ['WA1234567', ['travel-permit-form']],
    ['11010519491231002X', ['travel-permit-length']],
    ['<', ['travel-permit-length', 'travel-permit-alphabet']],
  ])('refuses %j with every issue', (text, issues) => {
    expect(codesOf(parseTravelPermit(text))).toEqual(issues);
  });

  // Made up, but for CA0000001: the first of its series, as the immigration authority announced on 2018-12-10. Taiwan
  // residents' numbers: China News Service, 2008-09-12, on the forms of 1992, 2006 and 2008.
  it.each([
    ['H12345678', { kind: 'hong-kong-macao-resident', region: 'hong-kong', holderNumber: 'H12345678' }],
    ['M12345678', { kind: 'hong-kong-macao-resident', region: 'macao', holderNumber: 'M12345678' }],
    [
      'H1234567800',
      { kind: 'hong-kong-macao-resident', region: 'hong-kong', holderNumber: 'H12345678', issueCount: 0 },
    ],
    ['M1234567802', { kind: 'hong-kong-macao-resident', region: 'macao', holderNumber: 'M12345678', issueCount: 2 }],
    ['HA1234567', { kind: 'hong-kong-macao-resident', region: 'hong-kong', holderNumber: 'HA1234567' }],
    ['12345678', { holderNumber: '12345678' }],
    ['1234567801', { kind: 'taiwan-resident', holderNumber: '12345678', issueCount: 1 }],
    ['1234567803(B)', { kind: 'taiwan-resident', holderNumber: '12345678', issueCount: 3, issuer: 'B' }],
    ['1234567803(2)', { kind: 'taiwan-resident', holderNumber: '12345678', issueCount: 3, issuer: '2' }],
    ['1234567803B', { kind: 'taiwan-resident', holderNumber: '12345678', issueCount: 3, issuer: 'B' }],
    ['C12345678', { kind: 'to-hong-kong-macao' }],
    ['CA0000001', { kind: 'to-hong-kong-macao' }],
    ['W12345678', { kind: 'to-hong-kong-macao' }],
    ['L12345678', { kind: 'to-taiwan' }],
    ['T12345678', { kind: 'to-taiwan' }],
  ])('reads %s', (code, parts) => {
    expect(parseTravelPermit(code)).toEqual({ ok: true, value: { code, ...parts } });
  });

  it('never repeats the number', () => {
    expect(JSON.stringify(parseTravelPermit('H123456789'))).not.toContain('123456789');
  });
});
