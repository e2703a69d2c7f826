import { describe, expect, it } from 'vitest';
import { parseCreditCode, registrationOf } from '../src/index.js';
import { CREDIT_ALPHABET } from './codes.js';

const pairs = [...CREDIT_ALPHABET].flatMap((department) =>
  [...CREDIT_ALPHABET].map((category) => ({ department, category })),
);

describe('registrationOf', () => {
  it('has these pairs and no other', () => {
    const known = pairs.filter((pair) => registrationOf(pair)?.category !== undefined);
    expect(known.map(({ department, category }) => department + category).join(' ')).toBe(
      '11 12 13 19 21 29 31 32 33 34 35 39 41 49 51 52 53 59 61 62 69 71 72 79 81 89 91 92 93 A1 A9 N1 N2 N3 N9 Y1',
    );
  });

  it('names the department where only the category is unknown', () => {
    expect(registrationOf({ department: '9', category: '9' })).toEqual({
      department: { name: '工商', nameEn: 'market regulation' },
      category: undefined,
    });
  });

  it.each(['0', 'B', '', '11', 'a', 'constructor', '__proto__'])('knows no department %j', (department) => {
    expect(registrationOf({ department, category: '1' })).toBeUndefined();
  });

  it('takes a credit code that was read', () => {
    const result = parseCreditCode('11100000000013338W');
    if (!result.ok) throw new Error();
    expect(registrationOf(result.value)).toMatchObject({
      department: { name: '机构编制' },
      category: { name: '机关' },
    });
  });

  it('has every name in both languages', () => {
    const names = pairs
      .map(registrationOf)
      .flatMap((found) => [found?.department, found?.category])
      .filter((name) => name !== undefined);
    expect(names.length).toBeGreaterThan(36);
    for (const { name, nameEn } of names) {
      expect(name).toMatch(/^[\p{Script=Han}（）]+$/u);
      expect(nameEn).toMatch(/^[A-Za-z’, -]+$/);
    }
  });
});
