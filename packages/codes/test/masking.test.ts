import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maskCitizenId, maskName, maskPhone } from '../src/index.js';

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
