/** Changes and lists as workbooks, read back with the reader of tables. */
import { type CatalogRecord, RECORD_KINDS } from '@gov/catalog';
import { diffCatalogs } from '@gov/catalog/diff';
import { writeDiffXlsx, writeListsXlsx } from '@gov/catalog/export';
import { openTable, TABLE_LIMITS } from '@gov/table';
import type { GovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEMAND, DEPARTMENT, drain, RESOURCE, resource, someRecords } from './records.js';
import { bytesOf } from './sheets.js';

type Rows = readonly Readonly<Record<string, unknown>>[];

/** Every row of every sheet; a cell that was not as written would have an issue or a cleaning. */
async function sheetsOf(file: Uint8Array): Promise<Readonly<Record<string, Rows>>> {
  const table = await openTable(file);
  const sheets: Record<string, Rows> = {};
  for (const { name } of table.sheets) {
    const rows = [];
    for await (const { values, issues } of table.rows({ sheet: name })) {
      expect(issues).toEqual([]);
      rows.push(values);
    }
    sheets[name] = rows;
  }
  return sheets;
}

const inOrder = (records: readonly CatalogRecord[]): CatalogRecord[] =>
  [...records].sort(
    (a, b) => RECORD_KINDS.indexOf(a.kind) - RECORD_KINDS.indexOf(b.kind) || (a.code < b.code ? -1 : 1),
  );

const diffBook = async (before: readonly CatalogRecord[], after: readonly CatalogRecord[], language?: 'zh' | 'en') =>
  sheetsOf(
    await bytesOf(
      writeDiffXlsx(diffCatalogs(inOrder(before), inOrder(after)), language === undefined ? {} : { language }),
    ),
  );

describe('changes as a workbook', () => {
  it('have a row for each field, and the totals', async () => {
    const { 变更: changes, 汇总: totals } = await diffBook(
      [DEPARTMENT, RESOURCE, resource({ code: 'A/1', name: '婚姻登记信息' })],
      [
        DEPARTMENT,
        resource({ updateCycle: '每日', source: '统一受理平台' }),
        resource({ code: 'Z/1', name: '婚姻登记信息' }),
      ],
    );
    expect(changes).toHaveLength(4);
    expect(changes![0]).toEqual({
      变更: '修改',
      类型: '信息资源',
      代码: RESOURCE.code,
      名称: RESOURCE.name,
      部门: RESOURCE.providerName,
      字段: '更新周期',
      变更前: '每月',
      变更后: '每日',
      说明: `修改信息资源“社保缴纳信息”（${RESOURCE.code}）：更新周期由“每月”改为“每日”`,
    });
    expect(changes!.map((row) => [row.变更, row.代码, row.字段])).toEqual([
      ['修改', RESOURCE.code, '更新周期'],
      ['修改', RESOURCE.code, '数据源头'],
      ['撤销', 'A/1', ''],
      ['新增', 'Z/1', ''],
    ]);
    expect(totals!.map((row) => Object.values(row).map(String))).toEqual([
      ['新增', '1', '', ''],
      ['撤销', '1', '', ''],
      ['修改', '1', '', ''],
      ['未变', '1', '', ''],
      ['改码', '1', '', ''],
      ['改码', '', 'A/1', 'Z/1'],
    ]);
  });

  it('in English, too', async () => {
    const { Changes, Totals } = await diffBook([], [RESOURCE], 'en');
    expect(Changes).toMatchObject([
      { Change: 'added', Kind: 'resource', 'In words': expect.stringMatching(/^added: /) },
    ]);
    expect(Totals![0]).toMatchObject({ Change: 'added', Count: expect.anything() });
  });

  it('of no change are headers and zeros', async () => {
    const { 变更: changes, 汇总: totals } = await diffBook([RESOURCE], [RESOURCE]);
    expect(changes).toEqual([]);
    expect(totals!.map((row) => String(row.数量))).toEqual(['0', '0', '0', '1', '0']);
  });

  it('keep texts that a spreadsheet would run, and cut what no cell holds between characters', async () => {
    const long = `${'甲'.repeat(TABLE_LIMITS.cellLength - 2)}𠮷${'乙'.repeat(9)}`;
    const { 变更: changes } = await diffBook(
      [resource({ source: '=HYPERLINK("http://x","y")' })],
      [resource({ source: long, name: '@SUM(A1)' })],
    );
    const source = changes!.find((row) => row.字段 === '数据源头')!;
    expect(source.变更前).toBe('=HYPERLINK("http://x","y")');
    expect(source.名称).toBe('@SUM(A1)');
    const whole = '丁'.repeat(TABLE_LIMITS.cellLength);
    const { 变更: full } = await diffBook([resource({ source: whole })], [resource({ source: '无' })]);
    expect(full!.find((row) => row.字段 === '数据源头')!.变更前).toBe(whole);
    expect(source.变更后).toBe(`${'甲'.repeat(TABLE_LIMITS.cellLength - 2)}…`);
  });

  it('tell as many records as the changes do, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(someRecords, someRecords, async (before, after) => {
        const { values, result } = await drain(diffCatalogs(inOrder(before), inOrder(after)));
        const { 变更: changes, 汇总: totals } = await diffBook(before, after);
        const rows = values.reduce((sum, one) => sum + (one.change === 'changed' ? one.fields.length : 1), 0);
        expect(changes).toHaveLength(rows);
        expect(totals!.slice(0, 3).map((row) => String(row.数量))).toEqual(
          [result.added, result.removed, result.changed].map(String),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('pass on what their reading throws, and stop it where nobody reads on', async () => {
    const twice = bytesOf(writeDiffXlsx(diffCatalogs([RESOURCE, RESOURCE], [])));
    await expect(twice).rejects.toMatchObject({ code: 'catalog-order' } satisfies Partial<GovError>);
    let stopped = false;
    async function* endless(): AsyncGenerator<CatalogRecord, void> {
      try {
        for (let n = 1_000_000; ; n++) yield resource({ code: `A/${n}`, name: `${n}`, abstract: `${Math.sin(n)}` });
      } finally {
        stopped = true;
      }
    }
    for await (const _ of writeDiffXlsx(diffCatalogs([], endless()))) break;
    expect(stopped).toBe(true);
  });
});

describe('lists as a workbook', () => {
  it('are the three of them, demands answered', async () => {
    const sheets = await sheetsOf(
      await bytesOf(
        writeListsXlsx([
          DEMAND,
          { ...DEMAND, code: 'X-2', resources: ['不在/1'], askedOn: '2026-02-01' },
          DEPARTMENT,
          {
            kind: 'capability',
            code: 'N-1',
            name: '参保核验',
            department: DEPARTMENT.code,
            resources: [RESOURCE.code, '不在/2'],
            service: '核验',
          },
          RESOURCE,
        ]),
      ),
    );
    expect(Object.keys(sheets)).toEqual(['责任清单', '能力清单', '需求清单']);
    expect(sheets.责任清单).toMatchObject([
      { 信息资源代码: RESOURCE.code, 共享类型: '有条件共享', 共享条件或不予共享依据: '用于核验参保', 更新周期: '每月' },
    ]);
    expect(sheets.能力清单).toMatchObject([{ 代码: 'N-1', 未编目的信息资源: '不在/2' }]);
    expect(sheets.需求清单!.map((row) => [row.代码, row.目录答复, row.涉及的信息资源])).toEqual([
      ['X-2', '清单外，须协商后列入', '不在/1'],
      [DEMAND.code, '清单内，有条件共享', RESOURCE.code],
    ]);
  });

  it('of an empty catalogue are three headers', async () => {
    expect(await sheetsOf(await bytesOf(writeListsXlsx([])))).toEqual({ 责任清单: [], 能力清单: [], 需求清单: [] });
  });

  it('refuse a cell that no spreadsheet holds', async () => {
    const long = bytesOf(writeListsXlsx([resource({ name: '甲'.repeat(TABLE_LIMITS.cellLength + 1) })]));
    await expect(long).rejects.toMatchObject({ code: 'limit-exceeded' });
  });
});
