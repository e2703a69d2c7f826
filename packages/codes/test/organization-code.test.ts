import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCharacterOfOrganizationCode, parseOrganizationCode } from '../src/index.js';
import { codesOf, DIGITS, organizationCodes, textOf } from './codes.js';

describe('parseOrganizationCode', () => {
  it('reads both spellings into one', () => {
    const value = { code: '000013338', body: '00001333', check: '8' };
    expect(parseOrganizationCode('000013338')).toEqual({ ok: true, value });
    expect(parseOrganizationCode('00001333-8')).toEqual({ ok: true, value });
  });

  it('agrees with the example of GB 11714', () => {
    expect(checkCharacterOfOrganizationCode('D2143569')).toBe('X');
  });

  it('writes 11 as 0', () => {
    expect(checkCharacterOfOrganizationCode('00000000')).toBe('0');
  });

  it.each([
    ['', 'organization-code-form'],
    ['00001333', 'organization-code-form'],
    ['0000133-38', 'organization-code-form'],
    ['00001333--8', 'organization-code-form'],
    ['00001333A', 'organization-code-form'],
    ['0000133x8', 'organization-code-form'],
    ['000013338\n', 'organization-code-form'],
    ['０00013338', 'organization-code-form'],
    ['000013337', 'organization-code-check'],
    ['00001333-X', 'organization-code-check'],
    ['000013388', 'organization-code-check'],
  ])('refuses %j', (text, code) => {
    expect(codesOf(parseOrganizationCode(text))).toEqual([code]);
  });

  it('catches every wrong digit', () => {
    fc.assert(
      fc.property(textOf(DIGITS, 8), fc.nat(7), fc.integer({ min: 1, max: 9 }), (body, index, shift) => {
        const digit = (Number(body[index]) + shift) % 10;
        const wrong = body.slice(0, index) + digit + body.slice(index + 1) + checkCharacterOfOrganizationCode(body);
        expect(codesOf(parseOrganizationCode(wrong))).toEqual(['organization-code-check']);
      }),
    );
  });

  it('reads what it makes', () => {
    fc.assert(fc.property(organizationCodes, (code) => parseOrganizationCode(code).ok));
  });

  it.each(['', '0000133', '000013338', '0000133-', '0000133a'])('makes no check character of %j', (body) => {
    expect(() => checkCharacterOfOrganizationCode(body)).toThrow(expect.objectContaining({ code: 'code-invalid' }));
  });
});
