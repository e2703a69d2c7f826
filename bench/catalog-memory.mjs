// How much memory a catalogue takes at most while it is imported and checked, each input in a process of its own: this file as a
// program writes an input (`write`), or imports and checks one (`check`) and prints what it took.
import { execFile } from 'node:child_process';
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { peer } from './peers.mjs';

/** @typedef {{ megabytes: number, seconds: number, records: number, issues: number, told: number }} Took */

/** @param {'csv' | 'jsonl' | 'xlsx' | 'exceljs'} form @param {string} file @param {number} resources */
export async function writeInput(form, file, resources) {
  await promisify(execFile)(process.execPath, [import.meta.filename, 'write', file, form, String(resources)]);
}

/** @param {string} file @returns {Promise<Took>} */
export async function checkInput(file) {
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, 'check', file]);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** @param {string} form @param {string} file @param {number} resources */
async function write(form, file, resources) {
  const { catalogOf } = await import('./catalog-world.mjs');
  const { NATIONAL_PROFILE } = await import('@gov/catalog');
  if (form === 'exceljs') return await writeByExceljs(file, catalogOf(resources));
  const { writeCatalogCsv, writeCatalogJsonl, writeCatalogXlsx } = await import('@gov/catalog/export');
  function* entries() {
    // CSV holds records of one kind.
    for (const record of catalogOf(resources)) if (form !== 'csv' || record.kind === 'resource') yield { record };
  }
  const bytes =
    form === 'jsonl'
      ? writeCatalogJsonl(entries())
      : form === 'csv'
        ? writeCatalogCsv(entries(), NATIONAL_PROFILE)
        : writeCatalogXlsx(entries(), NATIONAL_PROFILE);
  await pipeline(Readable.from(bytes), createWriteStream(file));
}

/** As a program that knows nothing of us: one sheet, texts shared. @param {string} file @param {Iterable<any>} records */
async function writeByExceljs(file, records) {
  const { default: ExcelJS } = await peer('exceljs');
  const workbook = new ExcelJS.stream.xlsx.WorkbookWriter({ filename: file, useSharedStrings: true });
  const sheet = workbook.addWorksheet('信息资源目录');
  sheet
    .addRow(
      '类,项,目,信息资源名称,信息资源代码,信息资源提供方,信息资源提供方代码,信息资源摘要,信息资源格式分类,信息资源格式类型,信息项名称,数据类型,数据长度,小数位数,共享类型,共享条件,共享方式,是否向社会开放,更新周期,发布日期,最近更新日期,数据责任部门,数据源头,更新机制,质量标准,使用方法'.split(
        ',',
      ),
    )
    .commit();
  for (const one of records) {
    if (one.kind !== 'resource') continue;
    for (const [index, item] of one.items.entries()) {
      const own = [item.name, item.type, item.length, item.scale];
      const of = (/** @type {unknown[]} */ ...cells) => (index === 0 ? cells : cells.map(() => undefined));
      const { sharing } = one;
      sheet
        .addRow([
          ...of(...one.classification, one.name, one.code, one.providerName, one.provider, one.abstract),
          ...of(one.format.class, one.format.type),
          ...own,
          ...of(sharing.type, sharing.condition, sharing.method, one.opening.type, one.updateCycle, one.publishedOn),
          ...of(one.updatedOn, one.responsible, one.source, one.updating, one.quality, one.usage),
        ])
        .commit();
    }
  }
  sheet.commit();
  await workbook.commit();
}

/** @param {string} file */
async function check(file) {
  const [{ NATIONAL_PROFILE: profile }, { readCatalog }, { CatalogCheck }] = await Promise.all([
    import('@gov/catalog'),
    import('@gov/catalog/import'),
    import('@gov/catalog/rules'),
  ]);
  const begun = performance.now();
  const checking = new CatalogCheck({ profile, at: new Date('2026-06-01T04:00:00Z') });
  let [records, issues, told] = [0, 0, 0];
  // As a stream, whatever it is: a workbook is held as long as it is read, and no longer.
  const source = createReadStream(file, { highWaterMark: 1 << 18 });
  const onProgress = () => {
    told++;
  };
  for await (const result of readCatalog(source, { profile, onProgress })) {
    issues += result.issues.length;
    if (result.entry === undefined) continue;
    records++;
    for (const _ of checking.add(result.entry)) issues++;
  }
  for (const _ of checking.finish()) issues++;
  checking.summary();
  const seconds = (performance.now() - begun) / 1000;
  console.log(JSON.stringify({ megabytes: Math.round(peak() / 1000), seconds, records, issues, told }));
}

/** Kilobytes. On Linux `maxRSS` begins with what the parent had when it forked; the kernel's own mark does not. */
function peak() {
  const { maxRSS } = process.resourceUsage();
  if (process.platform !== 'linux') return maxRSS;
  return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1] ?? maxRSS);
}

const [, program, act, file, form = '', resources] = process.argv;
if (program === import.meta.filename && act && file) {
  if (act === 'write') await write(form, file, Number(resources));
  else await check(file);
}
