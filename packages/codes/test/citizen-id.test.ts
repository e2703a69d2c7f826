import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCharacterMod11_2, parseCitizenId } from '../src/index.js';
import { citizenIds, codesOf, substitutions } from './codes.js';

const make = (body: string): string => body + checkCharacterMod11_2(body);

describe('parseCitizenId', () => {
  // The two examples printed in GB 11643.
  it('reads the examples of the standard', () => {
    expect(parseCitizenId('11010519491231002X')).toEqual({
      ok: true,
      value: {
        code: '11010519491231002X',
        kind: 'citizen',
        divisionCode: '110105',
        birthDate: '1949-12-31',
        sex: 'female',
      },
    });
    expect(parseCitizenId('440524188001010014')).toMatchObject({
      ok: true,
      value: { birthDate: '1880-01-01', sex: 'male' },
    });
  });

  it.each([
    ['81000019900101001', 'resident'],
    ['82000019900101001', 'resident'],
    ['83000019900101001', 'resident'],
    ['81010019900101001', 'citizen'],
    ['91110019900101001', 'foreigner'],
  ])('tells the kind of %s', (body, kind) => {
    expect(parseCitizenId(make(body))).toMatchObject({ ok: true, value: { kind } });
  });

  it.each([
    ['81000019900101001', 'hong-kong'],
    ['82000019900101001', 'macao'],
    ['83000019900101001', 'taiwan'],
    ['81010019900101001', undefined],
    ['71000019900101001', undefined],
    ['91000019900101001', undefined],
  ])('tells the region of %s', (body, region) => {
    const result = parseCitizenId(make(body));
    expect(result.ok && result.value.region).toBe(region);
  });

  it.each([
    ['', ['citizen-id-length', 'citizen-id-alphabet']],
    ['110105491231002', ['citizen-id-length']], // the form of before 1999, 15 digits
    ['1101051949123100', ['citizen-id-length']],
    ['11010519491231002X0', ['citizen-id-length', 'citizen-id-alphabet']],
    ['11010519491231002x', ['citizen-id-alphabet']],
    ['1101051949123100XX', ['citizen-id-alphabet']],
    ['X1010519491231002X', ['citizen-id-alphabet']],
    ['1101051949123100２X', ['citizen-id-alphabet']],
    ['11010519491231002 ', ['citizen-id-alphabet']],
    ['11010519491231002\n', ['citizen-id-alphabet']],
    [make('01010519491231002'), ['citizen-id-division']],
    ['110105194912310021', ['citizen-id-check']],
    [make('11010519490230002'), ['citizen-id-birth-date']],
    [make('11010519490431002'), ['citizen-id-birth-date']],
    [make('11010519000229002'), ['citizen-id-birth-date']],
    [make('11010519491301002'), ['citizen-id-birth-date']],
    [make('11010519490001002'), ['citizen-id-birth-date']],
    [make('11010519490100002'), ['citizen-id-birth-date']],
    ['010105194913310021', ['citizen-id-division', 'citizen-id-birth-date', 'citizen-id-check']],
  ])('refuses %j with every issue', (text, issues) => {
    expect(codesOf(parseCitizenId(text))).toEqual(issues);
  });

  it('knows leap days', () => {
    expect(codesOf(parseCitizenId(make('11010520000229002')))).toEqual([]);
    expect(codesOf(parseCitizenId(make('11010520240229002')))).toEqual([]);
  });

  it('asks the clock it is given, by the day in Shanghai, and no other', () => {
    const id = make('11010520260521002');
    expect(codesOf(parseCitizenId(make('11010529990101002')))).toEqual([]);
    expect(codesOf(parseCitizenId(id, { at: new Date('2026-05-20T15:59:59.999Z') }))).toEqual([
      'citizen-id-birth-date-future',
    ]);
    expect(codesOf(parseCitizenId(id, { at: new Date('2026-05-20T16:00:00Z') }))).toEqual([]);
    expect(() => parseCitizenId(id, { at: new Date(Number.NaN) })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });

  it('catches every substitution and every exchange of neighbours', () => {
    fc.assert(
      fc.property(citizenIds, (id) => {
        expect(codesOf(parseCitizenId(id))).toEqual([]);
        for (const wrong of substitutions(id, '0123456789X')) if (parseCitizenId(wrong).ok) throw new Error(wrong);
        for (let i = 0; i < 17; i++) {
          const wrong = `${id.slice(0, i)}${id[i + 1]}${id[i]}${id.slice(i + 2)}`;
          if (wrong !== id && parseCitizenId(wrong).ok) throw new Error(wrong);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('never repeats the number', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789X'), minLength: 6, maxLength: 24 }), (text) => {
        const result = parseCitizenId(text);
        expect(result.ok ? '' : JSON.stringify(result.issues)).not.toContain(text.slice(0, 6));
      }),
    );
  });
});
