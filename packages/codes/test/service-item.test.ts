import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseServiceItem } from '../src/index.js';
import { codesOf, creditCodes, DIGITS, textOf } from './codes.js';

const AUTHORITY = '11100000000013338W';

describe('parseServiceItem', () => {
  it.each([
    ['', ['service-item-length']],
    ['00013102300', ['service-item-length']],
    ['0001310230000', ['service-item-length']],
    [`${AUTHORITY}200013102300`, ['service-item-length']],
    [`${AUTHORITY}20001310230000`, ['service-item-length']],
    [`${AUTHORITY}2000131023000001`, ['service-item-length']],
    ['0'.repeat(100_000), ['service-item-length']],
    ['00013102300A', ['service-item-digits']],
    ['０00131023000', ['service-item-digits', 'service-item-region']],
    ['00013102300\n', ['service-item-digits']],
    ['010131023000', ['service-item-region']],
    ['900131023000', ['service-item-region']],
    [`${AUTHORITY}2000131023O00`, ['service-item-digits']],
    [`${AUTHORITY}X000131023000`, ['service-item-digits']],
    [`${AUTHORITY}20001310230000A`, ['service-item-digits']],
    ['11100000000013338X2000131023000', ['credit-code-check']],
    ['11100000000013338X2010131023000', ['service-item-region', 'credit-code-check']],
    ['1110000000001333IW2000131023000', ['credit-code-alphabet']],
  ])('refuses %j', (text, codes) => {
    expect(codesOf(parseServiceItem(text))).toEqual(codes);
  });

  it('reads the basic code', () => {
    expect(parseServiceItem('000131023000')).toEqual({
      ok: true,
      value: {
        code: '000131023000',
        kind: 'basic',
        basicCode: '000131023000',
        region: '00',
        itemType: { code: '01', name: '行政许可', nameEn: 'administrative licence' },
        department: '31',
        mainItem: '023',
        subItem: '000',
        authority: undefined,
        level: undefined,
        handlingItem: undefined,
      },
    });
  });

  it('reads the authority, the level and the handling item around it', () => {
    const basic = { basicCode: '502014001002', region: '50', itemType: { name: '公共服务' }, subItem: '002' };
    expect(parseServiceItem(`${AUTHORITY}2502014001002`)).toMatchObject({
      ok: true,
      value: { ...basic, kind: 'implementation', authority: AUTHORITY, level: { code: '2', name: '省级' } },
    });
    expect(parseServiceItem(`${AUTHORITY}250201400100207`)).toMatchObject({
      ok: true,
      value: { ...basic, kind: 'handling', authority: AUTHORITY, handlingItem: '07' },
    });
  });

  it('reads types and levels that its tables lack', () => {
    expect(parseServiceItem(`${AUTHORITY}9009914001000`)).toMatchObject({
      ok: true,
      value: { itemType: { code: '99', name: undefined }, level: { code: '9', nameEn: undefined } },
    });
  });

  it('has the parts put together again for every code', () => {
    fc.assert(
      fc.property(creditCodes, textOf('123456', 1), textOf(DIGITS, 10), (authority, level, rest) => {
        const result = parseServiceItem(`${authority}${level}00${rest}`);
        if (!result.ok) throw new Error(codesOf(result).join());
        const { region, itemType, department, mainItem, subItem } = result.value;
        expect(region + itemType.code + department + mainItem + subItem).toBe(`00${rest}`);
      }),
    );
  });
});
