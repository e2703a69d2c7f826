import { unifyName } from '@gov/codes';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';

describe('unifyName', () => {
  const NAME = '买买提·阿不都';

  test.each([...'·•‧∙⋅⸱・･·.．'])('%s is the dot of a name', (dot) => {
    expect(unifyName(NAME.replace('·', dot))).toBe(NAME);
  });

  test.each([
    ['a dot that is not there', '买买提阿不都'],
    ['a blank', '买买提 阿不都'],
    ['a hyphen', '买买提-阿不都'],
    ['a full-width hyphen', '买买提－阿不都'],
    ['a comma', '买买提、阿不都'],
    ['an ideographic full stop', '买买提。阿不都'],
    ['two dots', '买买提··阿不都'],
    ['a dot elsewhere', '买买·提阿不都'],
    ['another character', '买买题·阿不都'],
  ])('%s is another name', (_, other) => {
    expect(unifyName(other)).not.toBe(unifyName(NAME));
  });

  it('leaves full stops alone where they are meant', () => {
    for (const text of ['No. 12', 'a.b', '3.5', '甲.', '.甲', '甲.b']) expect(unifyName(text)).toBe(text);
  });

  it('unified twice is unified once, and nothing but dots changes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const once = unifyName(text);
        expect(unifyName(once)).toBe(once);
        expect([...once].filter((c) => c !== '·').length).toBeLessThanOrEqual([...text.normalize('NFC')].length);
      }),
    );
  });
});
