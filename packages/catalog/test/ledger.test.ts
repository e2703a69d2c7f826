/** Ledgers of several levels become one, and no difference is lost. */
import type { CatalogRecord, DataItem } from '@gov/catalog';
import { describeConflict, type Ledger, mergeLedgers } from '@gov/catalog/ledger';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareKeys } from '../src/order.js';
import { DEPARTMENT, drain, RESOURCE, resource, someRecords } from './records.js';

const ledger = (level: Ledger['level'], name: string, ...records: CatalogRecord[]): Ledger => ({
  level,
  name,
  records: [...records].sort(compareKeys),
});

describe('merging', () => {
  it('keeps the value of the higher ledger and names the other', async () => {
    const { values, result } = await drain(
      mergeLedgers([
        ledger('市级', '某市', resource({ updateCycle: '每年' }), DEPARTMENT),
        ledger('国家', '国家', resource({ updateCycle: '每月' })),
        ledger('省级', '某省', resource({ updateCycle: '每月', level: '重要数据' })),
      ]),
    );
    expect(values.map(({ record, ledgers }) => [record.code, ledgers])).toEqual([
      [DEPARTMENT.code, ['某市']],
      [RESOURCE.code, ['国家', '某省', '某市']],
    ]);
    expect(values[1]!.record).toEqual(resource({ updateCycle: '每月' }));
    expect(values[1]!.conflicts.map((conflict) => describeConflict(conflict).zh)).toEqual([
      '国家与某省不一致：新增数据级别“重要数据”',
      '国家与某市不一致：更新周期由“每月”改为“每年”',
    ]);
    expect(result).toEqual({ records: 2, common: 1, conflicts: 2 });
  });

  it('keeps the order given among ledgers of one level', async () => {
    const { values } = await drain(
      mergeLedgers([
        ledger('市级', '乙市', resource({ abstract: '乙' })),
        ledger('市级', '甲市', resource({ abstract: '甲' })),
      ]),
    );
    expect(values[0]!.record).toMatchObject({ abstract: '乙' });
    expect(values[0]!.conflicts).toHaveLength(1);
  });

  it('adds the items that only a lower ledger has, once', async () => {
    const more = { name: '参保地', type: '字符型' } as const;
    const { values, result } = await drain(
      mergeLedgers([
        ledger('国家', '国家', RESOURCE),
        ledger('省级', '某省', resource({ items: [...RESOURCE.items, more] })),
        ledger('市级', '某市', resource({ items: [more, ...RESOURCE.items] })),
      ]),
    );
    expect(values[0]!.record).toEqual(resource({ items: [...RESOURCE.items, more] }));
    expect(result.conflicts).toBe(0);
  });

  it('names what two ledgers say of an item that both add', async () => {
    const items = (...more: DataItem[]) => ({ items: [...RESOURCE.items, ...more] });
    const { values, result } = await drain(
      mergeLedgers([
        ledger('市级', '某市', resource(items({ name: '参保地', type: '备注型', note: '市' }))),
        ledger('国家', '国家', RESOURCE),
        ledger('省级', '某省', resource(items({ name: '参保地', type: '字符型', length: 20 }))),
        ledger('市级', '乙市', resource(items({ name: '参保地', type: '字符型', length: 20 }))),
      ]),
    );
    expect(values[0]!.record).toEqual(resource(items({ name: '参保地', type: '字符型', length: 20 })));
    expect(values[0]!.conflicts.map((conflict) => describeConflict(conflict).zh)).toEqual([
      '某省与某市不一致：信息项“参保地”的数据类型由“字符型”改为“备注型”',
      '某省与某市不一致：删除信息项“参保地”的数据长度“20”',
      '某省与某市不一致：新增信息项“参保地”的备注“市”',
    ]);
    expect(result.conflicts).toBe(3);
  });

  it('names an item that a lower ledger lacks', async () => {
    const { values } = await drain(
      mergeLedgers([
        ledger('国家', '国家', RESOURCE),
        ledger('市级', '某市', resource({ items: RESOURCE.items.slice(1) })),
      ]),
    );
    expect(values[0]!.conflicts.map((conflict) => describeConflict(conflict).en)).toEqual([
      '国家 against 某市: item "缴费基数" no more',
    ]);
    expect(values[0]!.record).toEqual(RESOURCE);
  });

  it('names the same resource under two codes, in one ledger or in two', async () => {
    const { values } = await drain(
      mergeLedgers([
        ledger('国家', '国家', resource({ code: 'A/1' })),
        ledger('市级', '某市', resource({ code: 'B/1' }), resource({ code: 'C/1', provider: '11370100MB28265678' })),
      ]),
    );
    expect(values.flatMap(({ conflicts }) => conflicts)).toEqual([
      { code: 'ledger-recoded', ledgers: ['国家', '某市'], codes: ['A/1', 'B/1'] },
    ]);
    expect(describeConflict(values[1]!.conflicts[0]!).zh).toBe('同一提供方的同名信息资源在国家中为A/1，在某市中为B/1');
  });

  it('of one ledger is that ledger; of a ledger with itself has no conflict', async () => {
    const one = fc.asyncProperty(someRecords, async (records) => {
      const names = new Set<string>();
      // Two codes for one name are a conflict within a ledger too.
      const own = records.filter((record) => record.kind !== 'resource' || names.size < names.add(record.name).size);
      const sorted = [...own].sort(compareKeys);
      const alone = await drain(mergeLedgers([ledger('国家', '国家', ...own)]));
      expect(alone.values.map(({ record }) => record)).toEqual(sorted);
      const twice = await drain(mergeLedgers([ledger('市级', '某市', ...own), ledger('国家', '国家', ...own)]));
      expect(twice.values.map(({ record }) => record)).toEqual(sorted);
      expect(twice.result).toEqual({ records: own.length, common: own.length, conflicts: 0 });
    });
    await fc.assert(one, { numRuns: 200 });
  });

  it('closes every ledger where whoever reads has enough', async () => {
    const closed: string[] = [];
    async function* source(name: string): AsyncGenerator<CatalogRecord, void> {
      try {
        yield DEPARTMENT;
        yield RESOURCE;
      } finally {
        closed.push(name);
      }
    }
    const rows = mergeLedgers(
      (['国家', '省级', '市级'] as const).map((level) => ({ level, name: level, records: source(level) })),
    );
    for await (const _ of rows) break;
    expect(closed).toEqual(['国家', '省级', '市级']);
  });

  it('refuses two ledgers of one name, too many, records out of order, and stops when told', async () => {
    const twice = [ledger('国家', '国家'), ledger('市级', '国家')];
    await expect(drain(mergeLedgers(twice))).rejects.toMatchObject({ code: 'invalid-argument' });
    const many = Array.from({ length: 401 }, (_, n) => ledger('市级', `${n}`));
    await expect(drain(mergeLedgers(many))).rejects.toMatchObject({ code: 'invalid-argument' });
    expect((await drain(mergeLedgers(many.slice(1)))).values).toEqual([]);
    const wrong: Ledger = { level: '国家', name: '国家', records: [RESOURCE, DEPARTMENT] };
    await expect(drain(mergeLedgers([wrong]))).rejects.toMatchObject({ code: 'catalog-order' });
    const stop = AbortSignal.abort(new Error('enough'));
    await expect(drain(mergeLedgers([ledger('国家', '国家', RESOURCE)], { signal: stop }))).rejects.toThrow('enough');
  });
});
