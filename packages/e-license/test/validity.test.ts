import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coversInstant, dateOfDays, daysOfDate, isDate, LONG_TERM, validityAt } from '../src/validity.js';

const wrong = expect.objectContaining({ code: 'invalid-argument' });

describe('dates', () => {
  it.each([
    ['1970-01-01', 0],
    ['1969-12-31', -1],
    ['2000-02-29', 11016],
    ['2026-05-20', 20593],
    ['0000-01-01', -719528],
    ['9999-12-31', 2932896],
  ])('%s is day %i', (date, days) => {
    expect(daysOfDate(date)).toBe(days);
    expect(dateOfDays(days)).toBe(date);
  });

  it('goes there and back, one day at a time', () => {
    fc.assert(
      fc.property(fc.integer({ min: -719528, max: 2932896 }), (days) => {
        expect(daysOfDate(dateOfDays(days))).toBe(days);
      }),
    );
  });

  it.each([
    '',
    '2026-02-29',
    '2026-02-30',
    '2026-04-31',
    '2026-13-01',
    '2026-00-01',
    '2026-01-00',
    '1900-02-29',
    '2026-1-1',
    '20260101',
    '2026/01/01',
    '2026-01-01T00:00:00Z',
    ' 2026-01-01',
    '2026-01-01\n',
    '+02026-01-01',
    '-001-01-01',
    '２０２６-01-01',
    '长期',
  ])('%j is no date', (text) => {
    expect(isDate(text)).toBe(false);
    expect(() => daysOfDate(text)).toThrow(wrong);
  });

  it.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, -719529, 2932897])('%d is no day', (days) => {
    expect(() => dateOfDays(days)).toThrow(wrong);
  });
});

describe('validity', () => {
  // Midnight in Shanghai is 16:00 UTC of the day before.
  it.each([
    ['2026-05-19T15:59:59.999Z', 'before'],
    ['2026-05-19T16:00:00.000Z', 'within'],
    ['2031-05-19T15:59:59.999Z', 'within'],
    ['2031-05-19T16:00:00.000Z', 'after'],
  ])('at %s: %s', (at, expected) => {
    expect(validityAt('2026-05-20', '2031-05-19', new Date(at))).toBe(expected);
    expect(coversInstant('2026-05-20', '2031-05-19', new Date(at))).toBe(expected === 'within');
  });

  it('of one day lasts one day', () => {
    const covers = (at: string) => coversInstant('2026-05-20', '2026-05-20', new Date(at));
    expect([covers('2026-05-19T16:00:00Z'), covers('2026-05-20T15:59:59Z'), covers('2026-05-20T16:00:00Z')]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('长期 has a beginning and no end', () => {
    expect(validityAt('2026-05-20', LONG_TERM, new Date('2026-05-19T15:59:59Z'))).toBe('before');
    expect(validityAt('2026-05-20', LONG_TERM, new Date(8.64e15))).toBe('within');
  });

  it('reversed covers nothing', () => {
    fc.assert(fc.property(fc.date({ noInvalidDate: true }), (at) => !coversInstant('2026-05-20', '2026-05-19', at)));
  });

  it.each([
    ['2026-02-30', '2031-05-19', 0],
    ['2026-05-20', '2031-02-30', 0],
    ['长期', '长期', 0],
    ['2026-05-20', '', 0],
    ['2026-05-20', '2031-05-19', Number.NaN],
  ])('refuses %s to %s at %d', (from, to, at) => {
    expect(() => validityAt(from, to, new Date(at))).toThrow(wrong);
  });
});
