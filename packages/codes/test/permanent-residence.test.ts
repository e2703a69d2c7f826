import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePermanentResidence } from '../src/documents.js';
import { checkCharacterMod11_2, parseCitizenId } from '../src/index.js';
import { codesOf, DIGITS, substitutions, textOf } from './codes.js';

const make = (body: string): string => body + checkCharacterMod11_2(body);
const at = new Date('2026-01-01');

describe('parsePermanentResidence', () => {
  it.each([
    ['', ['permanent-residence-length']],
    ['91139819901231002', ['permanent-residence-length']],
    ['11010519491231002X', ['permanent-residence-form']], // a citizen's
    ['81000019900101001X', ['permanent-residence-form']],
    ['91139819901231002x', ['permanent-residence-form']],
    ['９11398199012310021', ['permanent-residence-form']],
    ['911398199012310021\n', ['permanent-residence-length']],
    ['911398199012310022', ['permanent-residence-check']],
    [make('90139819901231002'), ['permanent-residence-region']],
    [make('99139819901231002'), ['permanent-residence-region']],
    [make('91139819900229002'), ['permanent-residence-birth-date']],
    [make('91139820260102002'), ['permanent-residence-birth-date-future']],
    [
      '901398199002310021',
      ['permanent-residence-region', 'permanent-residence-birth-date', 'permanent-residence-check'],
    ],
    ['KAZ110090123107', ['permanent-residence-check']],
    ['KAZ110090023105', ['permanent-residence-birth-date', 'permanent-residence-check']],
    ['KAZ990090123105', ['permanent-residence-region']], // 80 more, modulo 10,
    ['KA1110090123105', ['permanent-residence-form']],
    ['kaz110090123105', ['permanent-residence-form']],
    ['KAZ11009012310X', ['permanent-residence-form']],
  ])('refuses %j with every issue', (text, issues) => {
    expect(codesOf(parsePermanentResidence(text, { at }))).toEqual(issues);
  });

  // Both numbers are made up; they stand in the tests of a public implementation (credentialkit).
  it('reads the numbers of both editions', () => {
    expect(parsePermanentResidence('911398199012310021')).toEqual({
      ok: true,
      value: {
        code: '911398199012310021',
        edition: 2023,
        provinceCode: '11',
        nationality: '398',
        birthDate: '1990-12-31',
        sex: 'female',
      },
    });
    expect(parsePermanentResidence('KAZ110090123105', { at })).toEqual({
      ok: true,
      value: {
        code: 'KAZ110090123105',
        edition: 2017,
        provinceCode: '11',
        nationality: 'KAZ',
        birthDate: '1990-12-31',
        sex: 'female',
      },
    });
  });

  it('guesses no century without a clock, and takes the latest one with it', () => {
    const born = (options?: { at: Date }) => {
      const result = parsePermanentResidence('KAZ110090123105', options);
      return result.ok ? result.value.birthDate : codesOf(result);
    };
    expect(born()).toBe('XX90-12-31');
    expect(born({ at: new Date('2090-12-30T15:59:59Z') })).toBe('1990-12-31');
    expect(born({ at: new Date('2090-12-30T16:00:00Z') })).toBe('2090-12-31');
    expect(() => born({ at: new Date(Number.NaN) })).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('takes one born on the day itself, in Shanghai', () => {
    const born = (time: string) => codesOf(parsePermanentResidence('911398199012310021', { at: new Date(time) }));
    expect(born('1990-12-30T15:59:59.999Z')).toEqual(['permanent-residence-birth-date-future']);
    expect(born('1990-12-30T16:00:00Z')).toEqual([]);
  });

  it('agrees with parseCitizenId on the numbers of 2023, and finds every wrong digit', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 10, max: 89 }),
        textOf(DIGITS, 3),
        textOf(DIGITS, 3),
        (province, nation, sequence) => {
          const code = make(`9${province}${nation}19900131${sequence}`);
          const [card, id] = [parsePermanentResidence(code), parseCitizenId(code)];
          if (!card.ok || !id.ok) throw new Error(code);
          expect([id.value.kind, id.value.region]).toEqual(['foreigner', undefined]);
          expect([card.value.birthDate, card.value.sex]).toEqual([id.value.birthDate, id.value.sex]);
          for (const wrong of substitutions(code, '0123456789X'))
            if (parsePermanentResidence(wrong).ok) throw new Error(wrong);
        },
      ),
      { numRuns: 20 },
    );
  });

  it('never repeats the number', () => {
    expect(JSON.stringify(parsePermanentResidence('911398199012310022'))).not.toContain('1990');
  });
});
