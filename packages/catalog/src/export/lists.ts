/** The three lists as a workbook (三张清单). */
import { DepartmentLists, describeAnswer, responsibilityRow } from '../lists.js';
import type { CatalogRecord } from '../record.js';
import { plainBook } from './plain-book.js';
import type { OutCell } from './sheet-xml.js';

/**
 * A workbook of three sheets: 责任清单, derived from the resources; 能力清单 and 需求清单, each seen against the catalogue. Records may come in
 * any order; of the resources only codes and sharing types are held.
 *
 * @example
 * import { writeListsXlsx } from '@gov/catalog/export';
 *
 * const chunks: Uint8Array[] = [];
 * for await (const chunk of writeListsXlsx(records)) chunks.push(chunk);
 *
 * @throws GovError `limit-exceeded` beyond 1,048,576 rows of a sheet or 32,767 characters of a cell; whatever `records` throws
 */
export async function* writeListsXlsx(
  records: AsyncIterable<CatalogRecord> | Iterable<CatalogRecord>,
): AsyncGenerator<Uint8Array, void> {
  const lists = new DepartmentLists();
  async function* responsibilities(): AsyncGenerator<readonly OutCell[], void> {
    for await (const record of records) {
      lists.add(record);
      const row = responsibilityRow(record);
      if (row !== undefined)
        yield [
          row.departmentName,
          row.department,
          row.resource,
          row.name,
          row.sharing,
          row.terms,
          row.method,
          row.updateCycle,
          row.responsible,
          row.items,
        ];
    }
  }
  function* capabilities(): Generator<readonly OutCell[], void> {
    for (const { capability, missing } of lists.capabilities())
      yield [
        capability.department,
        capability.code,
        capability.name,
        capability.service,
        capability.resources.join('、'),
        missing.join('、'),
      ];
  }
  function* demands(): Generator<readonly OutCell[], void> {
    for (const { demand, answer, about } of lists.demands())
      yield [
        demand.department,
        demand.code,
        demand.wanted,
        demand.resources.join('、'),
        demand.purpose,
        demand.basis,
        demand.askedOn,
        describeAnswer(answer).zh,
        about.join('、'),
      ];
  }
  yield* plainBook([
    {
      name: '责任清单',
      columns: [
        ['信息资源提供方', 32],
        ['提供方代码', 22],
        ['信息资源代码', 24],
        ['信息资源名称', 32],
        ['共享类型', 14],
        ['共享条件或不予共享依据', 32],
        ['共享方式', 20],
        ['更新周期', 10],
        ['数据责任部门', 22],
        ['信息项数', 10, 'number'],
      ],
      rows: responsibilities(),
    },
    {
      name: '能力清单',
      columns: [
        ['部门', 22],
        ['代码', 24],
        ['名称', 32],
        ['服务方式', 14],
        ['信息资源', 32],
        ['未编目的信息资源', 32],
      ],
      rows: capabilities(),
    },
    {
      name: '需求清单',
      columns: [
        ['部门', 22],
        ['代码', 24],
        ['所需数据', 32],
        ['信息资源', 32],
        ['使用用途', 32],
        ['使用依据', 32],
        ['提出日期', 12],
        ['目录答复', 20],
        ['涉及的信息资源', 32],
      ],
      rows: demands(),
    },
  ]);
}
