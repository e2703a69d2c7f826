/** What changed between editions, found in one pass and said in words. */
import type { CatalogRecord } from '@gov/catalog';
import { type CatalogChange, changedFields, describeChange, describeField, diffCatalogs } from '@gov/catalog/diff';
import { freezeEdition, readEdition } from '@gov/catalog/edition';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEMAND, DEPARTMENT, drain, PROFILE, RESOURCE, resource, someRecords } from './records.js';

const ordered = async (records: readonly CatalogRecord[]): Promise<CatalogRecord[]> => {
  const frozen = await freezeEdition(records, {
    edition: '1',
    name: '目录',
    region: '370100',
    level: '市级',
    profile: PROFILE,
    frozenAt: new Date(0),
  });
  return (await drain(readEdition(frozen.pieces(), PROFILE))).values;
};

describe('changes', () => {
  it('are added, removed and changed records, in order, and resources under another code', async () => {
    const before = await ordered([DEPARTMENT, RESOURCE, resource({ code: 'A/1', name: '婚姻登记信息' })]);
    const after = await ordered([
      DEPARTMENT,
      resource({ updateCycle: '每日' }),
      resource({ code: 'Z/1', name: '婚姻登记信息' }),
      DEMAND,
    ]);
    const { values, result } = await drain(diffCatalogs(before, after));
    expect(values.map((one) => [one.change, one.change === 'changed' ? one.after.code : one.record.code])).toEqual([
      ['changed', RESOURCE.code],
      ['removed', 'A/1'],
      ['added', 'Z/1'],
      ['added', DEMAND.code],
    ]);
    expect(result).toEqual({ added: 2, removed: 1, changed: 1, unchanged: 1, recoded: [{ from: 'A/1', to: 'Z/1' }] });
  });

  it('make the one catalogue out of the other', async () => {
    await fc.assert(
      fc.asyncProperty(someRecords, someRecords, async (left, right) => {
        const [before, after] = [await ordered(left), await ordered(right)];
        const made = new Map(before.map((record) => [`${record.kind} ${record.code}`, record]));
        const { values, result } = await drain(diffCatalogs(before, after));
        for (const change of values) {
          const record = change.change === 'changed' ? change.after : change.record;
          if (change.change === 'removed') made.delete(`${record.kind} ${record.code}`);
          else made.set(`${record.kind} ${record.code}`, record);
        }
        expect([...made.values()].sort((a, b) => after.indexOf(a) - after.indexOf(b)).length).toBe(after.length);
        for (const record of after) expect(made.get(`${record.kind} ${record.code}`)).toEqual(record);
        expect(result.added + result.changed + result.unchanged).toBe(after.length);
        expect(result.removed + result.changed + result.unchanged).toBe(before.length);
      }),
      { numRuns: 300 },
    );
  });

  it('need catalogues that are in order, and stop when told', async () => {
    for (const wrong of [
      [RESOURCE, DEPARTMENT],
      [RESOURCE, RESOURCE],
      [resource({ code: 'B/9' }), resource({ code: 'B/10' })],
    ]) {
      await expect(drain(diffCatalogs(wrong, []))).rejects.toMatchObject({ code: 'catalog-order' });
      await expect(drain(diffCatalogs([], wrong))).rejects.toMatchObject({ code: 'catalog-order' });
    }
    await expect(
      drain(diffCatalogs([RESOURCE], [], { signal: AbortSignal.abort(new Error('enough')) })),
    ).rejects.toThrow('enough');
  });

  it('end both sources, also when nobody wants more', async () => {
    let ended = 0;
    async function* endless(): AsyncGenerator<CatalogRecord, void> {
      try {
        for (let n = 1000; ; n++) yield resource({ code: `A/${n}` });
      } finally {
        ended++;
      }
    }
    for await (const change of diffCatalogs(endless(), [])) if (change.change === 'removed') break;
    await expect(drain(diffCatalogs(endless(), [RESOURCE, DEPARTMENT]))).rejects.toMatchObject({
      code: 'catalog-order',
    });
    expect(ended).toBe(2);
  });
});

describe('fields', () => {
  it.each<[string, CatalogRecord, string[]]>([
    ['nothing', resource({}), []],
    ['the same in other objects', structuredClone(RESOURCE), []],
    ['a text', resource({ abstract: '另一摘要' }), ['abstract']],
    [
      'one inside another',
      resource({ sharing: { ...RESOURCE.sharing, condition: '用于办理' } }),
      ['sharing.condition'],
    ],
    ['one that came', resource({ level: '一般数据2级' }), ['level']],
    ['a list', resource({ classification: ['部门', '人社'] }), ['classification']],
    [
      'an item that came',
      resource({ items: [...RESOURCE.items, { name: '参保地', type: '字符型' }] }),
      ['items.参保地'],
    ],
    ['an item that went', resource({ items: RESOURCE.items.slice(1) }), ['items.缴费基数']],
    ['an item in another place', resource({ items: [...RESOURCE.items].reverse() }), []],
    [
      'within an item',
      resource({ items: [{ ...RESOURCE.items[0]!, length: 14 }, RESOURCE.items[1]!] }),
      ['items.缴费基数.length'],
    ],
    ['an item that is there twice now', resource({ items: [...RESOURCE.items, RESOURCE.items[0]!] }), ['items']],
  ])('%s', (_what, after, paths) => {
    expect(changedFields(RESOURCE, after).map(({ path }) => path.join('.'))).toEqual(paths);
  });

  it('never take what every object inherits for a field', () => {
    const strange = JSON.parse('{"kind":"demand","code":"1","constructor":"x"}') as CatalogRecord;
    const { constructor: _gone, ...plain } = strange;
    expect(changedFields(plain as CatalogRecord, strange)).toEqual([{ path: ['constructor'], after: 'x' }]);
  });
});

describe('in words', () => {
  const words = (after: CatalogRecord): string =>
    describeChange({ change: 'changed', before: RESOURCE, after, fields: changedFields(RESOURCE, after) }).zh;

  it('a change says what was and what is', () => {
    expect(words(resource({ updateCycle: '每日', sharing: { type: '无条件共享' } }))).toBe(
      '修改信息资源“社保缴纳信息”（3070010370/000066）：共享类型由“有条件共享”改为“无条件共享”；删除共享条件“用于核验参保”；' +
        '删除共享方式“共享平台-服务/接口”；更新周期由“每月”改为“每日”',
    );
    expect(words(resource({ items: [{ ...RESOURCE.items[0]!, length: 14 }] }))).toBe(
      '修改信息资源“社保缴纳信息”（3070010370/000066）：信息项“缴费基数”的数据长度由“12”改为“14”；删除信息项“参保状态”',
    );
  });

  it('a record that came or went is named', () => {
    const say = (change: CatalogChange) => describeChange(change);
    expect(say({ change: 'added', record: DEPARTMENT }).zh).toBe(
      '新增部门“某市人力资源和社会保障局”（11370100000000019Y）',
    );
    expect(say({ change: 'removed', record: { ...DEMAND, wanted: '婚姻状况' } })).toEqual({
      en: 'removed: demand "婚姻状况" (X-2026-001)',
      zh: '撤销需求“婚姻状况”（X-2026-001）',
    });
  });

  it('a long value is cut, a list is parted, a field without a name keeps its own', () => {
    expect(describeField({ path: ['abstract'], before: 'x', after: 'y'.repeat(100) }).zh).toBe(
      `信息资源摘要由“x”改为“${'y'.repeat(60)}…”`,
    );
    expect(describeField({ path: ['related'], after: ['a', 'b'] }).zh).toBe('新增关联资源代码“a、b”');
    expect(describeField({ path: ['further'], before: true, after: false }).en).toBe('further from "true" to "false"');
  });
});
