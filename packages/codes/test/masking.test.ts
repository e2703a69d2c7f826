import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MaskKind, type MaskLevel, mask, maskCitizenId, maskName, maskPhone } from '../src/index.js';

describe('masking', () => {
  it.each([
    [maskCitizenId, '110105194912311234', '110***********1234'],
    [maskCitizenId, 'E12345678', '*******78'],
    [maskCitizenId, '军字第12345678号', '军字第*****678号'],
    [maskPhone, '13812345678', '138****5678'],
    [maskPhone, '0551-62345678', '055******5678'],
    [maskPhone, '62345678', '******78'],
    [maskPhone, '110', '***'],
    [maskPhone, '', ''],
    [maskName, '张三', '张*'],
    [maskName, '欧阳某某', '欧***'],
    [maskName, '张', '*'],
    [maskName, '𬎆某', '𬎆*'],
    [maskName, '阿卜杜拉·买买提', '阿*******'],
    [maskName, '', ''],
  ])('%o of %j', (mask, text, masked) => {
    expect(mask(text)).toBe(masked);
  });

  it('keeps the length, hides at least half of anything, and is stable', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(maskCitizenId, maskPhone, maskName),
        fc.string({ unit: fc.constantFrom(...'0123456789X张三𬎆'), minLength: 1, maxLength: 13 }),
        (mask, text) => {
          const masked = mask(text);
          const characters = [...masked];
          expect(characters.length).toBe([...text].length);
          expect(characters.filter((c) => c === '*').length).toBeGreaterThanOrEqual(Math.min(4, characters.length / 2));
          expect(mask(masked)).toBe(masked);
        },
      ),
    );
  });
});

describe('masking by level', () => {
  it.each<readonly [MaskKind, string, string, string]>([
    ['name', '欧阳某某', '欧***', '****'],
    ['name', '张', '*', '*'],
    ['citizen-id', '11010519491231002X', '110***********002X', '1****************X'],
    ['phone', '13812345678', '138****5678', '*******5678'],
    ['phone', '110', '***', '***'],
    ['bank-card', '6222021234567890128', '622202*********0128', '***************0128'],
    ['bank-card', '62220212', '******12', '******12'],
    ['credit-code', '11100000000013338W', '11100000******338W', '11**************8W'],
    ['email', 'zhangsan@example.gov.cn', 'z*******@example.gov.cn', '********@example.gov.cn'],
    ['email', 'z@example.gov.cn', '*@example.gov.cn', '*@example.gov.cn'],
    ['email', 'no mail', '*******', '*******'],
    ['email', '"a@b"@example.gov.cn', '"****@example.gov.cn', '*****@example.gov.cn'],
    ['address', '浙江省杭州市西湖区文三路1号', '浙江省杭州市西湖区*****', '浙江省杭州市********'],
    [
      'address',
      '内蒙古自治区锡林郭勒盟东乌珠穆沁旗某路',
      '内蒙古自治区锡林郭勒盟东乌珠穆沁旗**',
      '内蒙古自治区锡林郭勒盟********',
    ],
    ['address', '上海市浦东新区张江路1号', '上海市浦东新区*****', '上海市*********'],
    ['address', '某村二组17号', '某******', '*******'],
    ['address', '西湖区', '***', '***'],
    ['address', '', '', ''],
  ])('of a %s: %s', (kind, text, partial, strict) => {
    expect(mask(kind, text)).toBe(partial);
    expect(mask(kind, text, { level: 'partial' })).toBe(partial);
    expect(mask(kind, text, { level: 'strict' })).toBe(strict);
    expect(mask(kind, text, { level: 'full' })).toBe('*'.repeat([...text].length));
  });

  it('with the length hidden', () => {
    expect(mask('name', '欧阳某某', { length: 'hidden' })).toBe('欧***');
    expect(mask('name', '张三', { length: 'hidden' })).toBe('张***');
    expect(mask('citizen-id', '11010519491231002X', { level: 'full', length: 'hidden' })).toBe('***');
    expect(mask('email', 'zhangsan@example.gov.cn', { length: 'hidden' })).toBe('z***@example.gov.cn');
    expect(mask('name', '', { length: 'hidden' })).toBe('');
  });

  const KINDS: readonly MaskKind[] = ['name', 'citizen-id', 'phone', 'address', 'bank-card', 'credit-code', 'email'];
  const LEVELS: readonly MaskLevel[] = ['full', 'strict', 'partial'];
  const anything = fc.string({ unit: fc.constantFrom(...'0123456789Xa@.省市区县旗盟张三𬎆'), maxLength: 24 });

  it('keeps the length, is stable, and shows nothing that was not there', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), fc.constantFrom(...LEVELS), anything, (kind, level, text) => {
        const masked = mask(kind, text, { level });
        const [before, after] = [[...text], [...masked]];
        expect(after.length).toBe(before.length);
        expect(after.every((character, at) => character === '*' || character === before[at])).toBe(true);
        expect(mask(kind, masked, { level })).toBe(masked);
        if (before.length > 0 && kind !== 'email') expect(masked).toContain('*');
        if (level === 'full') expect(masked).toBe('*'.repeat(before.length));
      }),
      { numRuns: 2_000 },
    );
  });

  it('at a stricter level shows no character that a laxer one hides', () => {
    fc.assert(
      fc.property(fc.constantFrom(...KINDS), anything, (kind, text) => {
        const [full, strict, partial] = LEVELS.map((level) => [...mask(kind, text, { level })]);
        expect(strict!.every((character, at) => character === '*' || partial![at] === character)).toBe(true);
        expect(full!.every((character) => character === '*')).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves so many of the number of a person and no more', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 11, maxLength: 19 }), (text) => {
        const shown = (kind: MaskKind, level: MaskLevel): number =>
          [...mask(kind, text, { level })].filter((character) => character !== '*').length;
        expect(shown('citizen-id', 'partial')).toBeLessThanOrEqual(7);
        expect(shown('citizen-id', 'strict')).toBeLessThanOrEqual(2);
        expect(shown('bank-card', 'partial')).toBeLessThanOrEqual(10);
        expect(shown('bank-card', 'strict')).toBeLessThanOrEqual(4);
        expect(shown('phone', 'strict')).toBeLessThanOrEqual(4);
      }),
    );
  });
});
