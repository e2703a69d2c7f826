import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defineLicenseType, FOOD_BUSINESS, type LicenseData, parseLicenseData, qrContent } from '../src/index.js';

const food = parseLicenseData(
  JSON.parse(readFileSync(join(import.meta.dirname, '../../../examples/license/food-business.json'), 'utf8')),
  [FOOD_BUSINESS],
);
const ID = '11010519491231002X';
const PHONE = '13812345678';
const field = (key: string, kind: string, qrLabel: number | undefined, mask?: string) => ({
  key,
  label: '甲',
  labelEn: 'A',
  kind,
  required: false,
  ...(kind === 'text' || kind === 'phone' ? { maxLength: 40 } : {}),
  ...(qrLabel === undefined ? {} : { qrLabel }),
  ...(mask === undefined ? {} : { mask }),
});
const typeOf = (...fields: object[]) =>
  defineLicenseType({ code: FOOD_BUSINESS.code, name: '证', nameEn: 'L', fields });
const data = (fields: LicenseData['fields'], holders = food.holders): LicenseData => ({ ...food, holders, fields });

describe('qrContent', () => {
  it('of the food business licence', () => {
    const content = qrContent(FOOD_BUSINESS, food);
    expect(content.holders).toEqual([['某市样例餐饮管理有限责任公司', '91990100MA00000073', '001']]);
    expect([...content.fields]).toEqual([
      [1, '张某某'],
      [2, food.fields.domicile],
      [3, food.fields.premises],
      [4, food.fields.businessForm],
      [5, food.fields.businessItems],
      [6, food.fields.supervisor],
      [7, '12315'],
      [8, '赵某某'],
    ]);
  });

  it('masks IDs and telephones unless the type says otherwise', () => {
    const type = typeOf(
      field('id', 'citizen-id', 5),
      field('openId', 'citizen-id', 4, 'none'),
      field('phone', 'phone', 3),
      field('hotline', 'phone', 2, 'none'),
      field('name', 'text', 1, 'name'),
      field('idInText', 'text', 7, 'citizen-id'),
      field('area', 'number', 6),
    );
    const values = { id: ID, openId: ID, phone: PHONE, hotline: PHONE, name: '张三丰', idInText: ID, area: 7 };
    expect([...qrContent(type, data(values)).fields]).toEqual([
      [1, '张**'],
      [2, PHONE],
      [3, '138****5678'],
      [4, ID],
      [5, '110***********002X'],
      [6, 7],
      [7, '110***********002X'],
    ]);
  });

  it('leaves out what has no label or no value', () => {
    const type = typeOf(field('a', 'text', undefined), field('b', 'text', 1), field('c', 'text', 2));
    expect([...qrContent(type, data({ a: '甲', c: '丙' })).fields]).toEqual([[2, '丙']]);
  });

  it('masks the codes of persons and of whoever may be one', () => {
    const holders = [
      { name: '张三', code: ID, codeType: '111' },
      { name: '李四', code: 'E12345678', codeType: '414' },
      { name: '王五', code: 'XYZ1234567890', codeType: '999' },
      { name: '某组织', code: '123456', codeType: '099' },
    ];
    expect(qrContent(FOOD_BUSINESS, data({}, holders)).holders).toEqual([
      ['张三', '110***********002X', '111'],
      ['李四', '*******78', '414'],
      ['王五', 'XYZ******7890', '999'],
      ['某组织', '123456', '099'],
    ]);
  });

  it('shows or hides holders as the type says', () => {
    const own = (source: string, mask: string) => ({
      key: source.replace('-', ''),
      label: '甲',
      labelEn: 'A',
      kind: 'metadata',
      source,
      mask,
    });
    const person = [{ name: '张三', code: ID, codeType: '111' }];
    expect(qrContent(typeOf(own('holder-code', 'none')), data({}, person)).holders).toEqual([['张三', ID, '111']]);
    expect(qrContent(typeOf(own('holder-name', 'name')), data({}, person)).holders).toEqual([
      ['张*', '110***********002X', '111'],
    ]);
    expect(qrContent(typeOf(own('holder-code', 'citizen-id')), food).holders[0]?.[1]).toBe('919***********0073');
  });

  it('masks what is masked into the same', () => {
    const type = typeOf(field('id', 'citizen-id', 1), field('phone', 'phone', 2));
    const person = [{ name: '张三', code: ID, codeType: '111' }];
    const once = qrContent(type, data({ id: ID, phone: PHONE }, person));
    const [name, code, codeType] = once.holders[0]!;
    const again = data({ id: once.fields.get(1)!, phone: once.fields.get(2)! }, [{ name, code, codeType }]);
    expect(qrContent(type, again)).toEqual(once);
  });
});
