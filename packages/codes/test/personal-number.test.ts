import { holdsPersonalNumber } from '@gov/codes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('numbers of persons in text', () => {
  it.each([
    '11010519491231002X',
    '11010519491231002x',
    '张三 370303199001011237',
    '370303199001011237张三',
    '370303199001011238',
    '1101 0519 4912 3100 2X',
    '110105-19491231-002X',
    '３７０３０３１９９００１０１１２３７',
    '13812345678',
    '电话：138-1234-5678',
    '+86 138 1234 5678',
    '8613812345678',
    '1 19900000000',
  ])('%s holds one', (text) => {
    expect(holdsPersonalNumber(text)).toBe(true);
    expect(holdsPersonalNumber(`（${text}）`)).toBe(true);
  });

  it.each([
    '',
    'window-3',
    '某市行政审批局2号窗口',
    '11990100MB0000019L',
    // A day that there is not, a century of nobody, a digit too many or too few.
    '370303170001011237',
    '370303199002301237',
    '3703031990010112370',
    '37030319900101123',
    'A370303199001011237',
    '12345678901',
    '12812345678',
    '138123456789',
    '1381234567',
    'batch13812345678',
    '2026-05-20 10:00:00',
  ])('%s holds none', (text) => {
    expect(holdsPersonalNumber(text)).toBe(false);
  });

  it('is found whatever stands around it, unless it is more of the same', () => {
    const around = fc.string({ maxLength: 20 }).map((text) => text.normalize('NFKC').replace(/[0-9A-Za-z -]/g, ''));
    fc.assert(
      fc.property(around, around, fc.constantFrom('370303199001011237', '13812345678'), (before, after, number) => {
        // Combining marks behind a digit may make another character of it.
        fc.pre(!/\p{M}/u.test(after));
        expect(holdsPersonalNumber(`${before}${number}${after}`)).toBe(true);
        expect(holdsPersonalNumber(`${before}${after}`)).toBe(false);
      }),
    );
  });
});
