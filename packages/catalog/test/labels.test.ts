import {
  LABEL_FIELDS,
  LABEL_LISTS,
  type LabelList,
  labelOf,
  NATIONAL_PROFILE,
  nearestLabel,
  normaliseLabels,
  RECORD_KINDS,
  readRecord,
  recordFields,
  SAMPLE_CITY_PROFILE,
  SAMPLE_PROVINCE_PROFILE,
} from '@gov/catalog';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FULL_RESOURCE } from './schema-world.js';

describe('labels that are meant for certain', () => {
  it.each<[list: LabelList, text: string, label: string | undefined]>([
    ['sharing', '无条件共享', '无条件共享'],
    ['sharing', '1', '无条件共享'],
    ['sharing', '１', '无条件共享'],
    ['sharing', ' 2 ', '有条件共享'],
    ['sharing', '无条件', undefined],
    ['sharing', '4', undefined],
    ['sharing', '', undefined],
    ['opening', '否', '不予开放'],
    ['type', 'c', '字符型'],
    ['type', '字符型（C）', '字符型'],
    ['type', '字符型(C)', '字符型'],
    ['type', 'X', undefined],
    ['type', 'constructor', undefined],
    ['class', '3', '部门'],
    ['method', '共享平台-服务／接口', '共享平台-服务/接口'],
    ['level', '一般数据 3 级', '一般数据3级'],
  ])('%s %j is %s', (list, text, label) => {
    expect(labelOf(NATIONAL_PROFILE, list, text)).toBe(label);
  });

  it('what a number means is in the profile', () => {
    expect(labelOf(SAMPLE_PROVINCE_PROFILE, 'sharing', '1')).toBe('有条件共享');
    expect(labelOf(SAMPLE_CITY_PROFILE, 'cycle', '4')).toBe('每月');
    expect(labelOf(NATIONAL_PROFILE, 'cycle', '4')).toBeUndefined();
    expect(labelOf({ codes: {} }, 'sharing', '1')).toBeUndefined();
  });

  it('every label means itself, in every profile', () => {
    for (const profile of [NATIONAL_PROFILE, SAMPLE_CITY_PROFILE, SAMPLE_PROVINCE_PROFILE])
      for (const [list, labels] of Object.entries(LABEL_LISTS))
        for (const { label } of labels) expect(labelOf(profile, list as LabelList, label)).toBe(label);
  });
});

describe('labels that are suggested', () => {
  it.each<[list: LabelList, text: string, label: string | undefined]>([
    ['sharing', '无条件', '无条件共享'],
    ['sharing', '条件共享', undefined], // of 无条件共享 and 有条件共享 both
    ['sharing', '不共享', '不予共享'],
    ['cycle', '每天一次', undefined],
    ['cycle', '季度', '每季度'],
    ['cycle', '每月一次', '每月'],
    ['type', '字符', '字符型'],
    ['type', '日期', '日期型'],
    ['type', '日', undefined], // 日期型 and 日期时间型
    ['opening', '无条件共享', '无条件开放'],
    ['itemKind', '行政许可类', '行政许可'],
    ['itemKind', '完全不同', undefined],
    ['sharing', '', undefined],
    ['sharing', '无'.repeat(1_000_000), undefined],
  ])('%s %j: %s', (list, text, label) => {
    expect(nearestLabel(list, text)).toBe(label);
  });
});

describe('records of other platforms', () => {
  it('codes become labels where a list has the field, and nowhere else', () => {
    const coded = {
      ...FULL_RESOURCE,
      name: '1',
      sharing: { type: 2, condition: '1' },
      opening: { type: '3' },
      classification: ['3', '1'],
      items: [{ name: '1', type: 'C', sharing: '1', level: '重要' }],
    };
    const value = normaliseLabels(coded, NATIONAL_PROFILE);
    expect(readRecord(value, NATIONAL_PROFILE).record).toEqual({
      ...FULL_RESOURCE,
      name: '1',
      sharing: { type: '有条件共享', condition: '1' },
      opening: { type: '不予开放' },
      classification: ['部门', '1'],
      items: [{ name: '1', type: '字符型', sharing: '无条件共享', level: '重要数据' }],
    });
  });

  it('leaves what is no code', () => {
    const value = { sharing: { type: '9' }, opening: null, items: 'C', itemKind: ['1'] };
    expect(normaliseLabels(value, NATIONAL_PROFILE)).toEqual(value);
  });

  it('takes any JSON, and nothing into a prototype', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(() => normaliseLabels(value, NATIONAL_PROFILE)).not.toThrow();
      }),
    );
    const value = normaliseLabels(JSON.parse('{"__proto__": {"kind": "duty"}}'), NATIONAL_PROFILE);
    expect((value as { kind?: unknown }).kind).toBeUndefined();
  });
});

it('every field of a value list is a field of some record', () => {
  const paths = RECORD_KINDS.flatMap((kind) => recordFields(kind).map(({ path }) => path));
  for (const path of Object.keys(LABEL_FIELDS)) expect(paths).toContain(path);
});
