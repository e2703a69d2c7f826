import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePassport } from '../src/documents.js';
import { codesOf } from './codes.js';

describe('parsePassport', () => {
  it.each([
    ['', ['passport-length']],
    ['E1234567', ['passport-series']], // 8 characters, but no old series
    ['E123456789', ['passport-length']],
    ['e12345678', ['passport-alphabet']],
    ['Ｅ12345678', ['passport-alphabet']],
    ['E1234567 ', ['passport-alphabet']],
    ['E12345678\n', ['passport-length', 'passport-alphabet']],
    ['EI1234567', ['passport-series']], // the authority leaves I and O out
    ['EO1234567', ['passport-series']],
    ['EAA123456', ['passport-series']],
    ['GA1234567', ['passport-series']],
    ['DA1234567', ['passport-series']],
    ['KA1234567', ['passport-series']],
    ['MC1234567', ['passport-series']],
    ['161234567', ['passport-series']],
    ['L898902C3', ['passport-series']], // the specimen of Doc 9303
    ['C12345678', ['passport-series']], // a travel permit
    ['11010519491231002X', ['passport-length']],
  ])('refuses %j with every issue', (text, issues) => {
    expect(codesOf(parsePassport(text))).toEqual(issues);
  });

  // All made up. E, G and EA to EZ: gaj.gz.gov.cn, 2024-02-19; the others: public implementations.
  it.each([
    ['E12345678', 'ordinary'],
    ['EA0000001', 'ordinary'],
    ['EZ1234567', 'ordinary'],
    ['G12345678', 'ordinary'],
    ['141234567', 'ordinary'],
    ['DE1234567', 'diplomatic'],
    ['D1234567', 'diplomatic'],
    ['SE1234567', 'service'],
    ['S12345678', 'service'],
    ['PE1234567', 'public-affairs'],
    ['P1234567', 'public-affairs'],
    ['K12345678', 'hong-kong'],
    ['H12345678', 'hong-kong'],
    ['KJ1234567', 'hong-kong'],
    ['M12345678', 'macao'],
    ['MA1234567', 'macao'],
  ])('reads %s as %s', (code, kind) => {
    expect(parsePassport(code)).toEqual({ ok: true, value: { code, kind } });
  });

  it('never repeats the number', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'EGDSPKM0123456789'), minLength: 6, maxLength: 12 }), (text) => {
        const result = parsePassport(text);
        expect(result.ok ? '' : JSON.stringify(result.issues)).not.toContain(text);
      }),
    );
  });
});
