/** `gov catalog export`: a catalogue as a spreadsheet, as records, as DCAT; or the empty workbook (目录导出、填报模板). */
import { extname } from 'node:path';
import { type CatalogEntry, type CatalogRecord, RECORD_KINDS, type RecordKind, type RegionProfile } from '@gov/catalog';
import { type DcatCatalog, writeJsonLd, writeTurtle } from '@gov/catalog/dcat';
import { templateXlsx, writeCatalogCsv, writeCatalogJsonl, writeCatalogXlsx } from '@gov/catalog/export';
import { GovError } from '@gov/verdict';
import { catalogInput, everyRecord, INPUT_OPTIONS } from '../catalog-input.js';
import { command } from '../command.js';
import { writeOutputs } from '../files.js';
import { interruptible } from '../interrupt.js';

/** Options of DCAT, and what they are called in it. */
const DCAT = ['base', 'title', 'description', 'publisher', 'publisher-name'] as const;

type DcatValues = Readonly<Record<(typeof DCAT)[number], string | undefined>>;

export const catalogExport = command({
  noun: 'catalog',
  verb: 'export',
  about: { en: 'write a catalogue as a spreadsheet, CSV, records or DCAT', zh: '导出目录（表格、CSV、记录、DCAT）' },
  words: ['[IN]…'],
  options: {
    out: {
      type: 'string',
      value: 'F.xlsx|csv|jsonl|ttl|jsonld',
      required: true,
      about: { en: 'its ending says what is written', zh: '按扩展名确定格式' },
    },
    template: {
      type: 'boolean',
      about: {
        en: 'the empty workbook for departments to fill, .xlsx; no input',
        zh: '导出空白填报模板（.xlsx），无需输入',
      },
    },
    kind: {
      type: 'string',
      value: 'KIND',
      about: {
        en: `CSV: records of one kind (resource) of ${RECORD_KINDS.join(', ')}`,
        zh: 'CSV 的记录类型（默认 resource）',
      },
      problem: (value) =>
        (RECORD_KINDS as readonly string[]).includes(value) ? undefined : `is one of ${RECORD_KINDS.join(', ')}`,
    },
    base: {
      type: 'string',
      value: 'URL',
      about: { en: 'DCAT: where its nodes have their names', zh: 'DCAT 节点的网址前缀' },
    },
    title: { type: 'string', value: 'TEXT', about: { en: 'DCAT: of the catalogue', zh: 'DCAT 目录名称' } },
    description: { type: 'string', value: 'TEXT', about: { en: 'DCAT: of the catalogue', zh: 'DCAT 目录说明' } },
    publisher: { type: 'string', value: 'CODE', about: { en: 'DCAT: credit code', zh: 'DCAT 发布机构代码' } },
    'publisher-name': { type: 'string', value: 'TEXT', about: { en: 'DCAT: its name', zh: 'DCAT 发布机构名称' } },
    ...INPUT_OPTIONS,
  },
  async run(files, values, { force, lang }) {
    const input = await catalogInput(files, values, lang);
    const { out } = values;
    if (values.template) {
      if (files.length > 0 || extname(out).toLowerCase() !== '.xlsx')
        throw new GovError('usage', '--template takes no input and writes .xlsx');
      await writeOutputs([{ path: out, content: await templateXlsx(input.profile) }], force);
      return { kind: 'done', json: { out, template: input.profile.id }, lines: [out] };
    }
    if (files.length === 0)
      throw new GovError('usage', 'gov catalog export IN… --out FILE, or --template --out F.xlsx');
    const { only, write } = formOf(out, values.kind as RecordKind | undefined, input.profile, values);
    let [written, leftOut] = [0, 0];
    await interruptible(async (signal) => {
      async function* records(): AsyncGenerator<CatalogRecord, void> {
        for await (const record of everyRecord(input, signal)) {
          if (only !== undefined && record.kind !== only) leftOut++;
          else {
            written++;
            yield record;
          }
        }
      }
      await writeOutputs([{ path: out, content: write(records()) }], force);
    });
    const told = lang === 'zh' ? `${out}：${written} 条记录` : `${out}: ${written} records`;
    const others = lang === 'zh' ? `，其他类型 ${leftOut} 条未写入` : `, ${leftOut} of other kinds left out`;
    return { kind: 'done', json: { out, records: written, leftOut }, lines: [leftOut === 0 ? told : told + others] };
  },
});

interface Form {
  /** The only kind of record that it takes; every kind otherwise. */
  readonly only?: RecordKind;
  readonly write: (records: AsyncIterable<CatalogRecord>) => AsyncIterable<Uint8Array>;
}

/** @throws GovError `usage` for an ending that is none, or options that do not go with it */
function formOf(out: string, kind: RecordKind | undefined, profile: RegionProfile, values: DcatValues): Form {
  const ending = extname(out).toLowerCase();
  if (kind !== undefined && ending !== '.csv') throw new GovError('usage', '--kind goes with .csv');
  const isDcat = ending === '.ttl' || ending === '.jsonld';
  const given = DCAT.find((name) => values[name] !== undefined);
  if (!isDcat && given !== undefined) throw new GovError('usage', `--${given} goes with .ttl and .jsonld`);
  switch (ending) {
    case '.xlsx':
      return { write: (records) => writeCatalogXlsx(entries(records), profile) };
    case '.csv': {
      const only = kind ?? 'resource';
      return { only, write: (records) => writeCatalogCsv(entries(records), profile, only) };
    }
    case '.jsonl':
      return { write: (records) => writeCatalogJsonl(entries(records)) };
    case '.ttl':
    case '.jsonld': {
      const catalog = dcatOf(values);
      const write = ending === '.ttl' ? writeTurtle : writeJsonLd;
      return { only: 'resource', write: (records) => write(records, catalog) };
    }
    default:
      throw new GovError('usage', '--out is a .xlsx, .csv, .jsonl, .ttl or .jsonld');
  }
}

async function* entries(records: AsyncIterable<CatalogRecord>): AsyncGenerator<CatalogEntry, void> {
  for await (const record of records) yield { record };
}

/** @throws GovError `usage` where one is missing */
function dcatOf(values: DcatValues): DcatCatalog {
  const [base, title, description, code, name] = DCAT.map((option) => {
    const value = values[option];
    if (value === undefined) throw new GovError('usage', `DCAT needs ${DCAT.map((one) => `--${one}`).join(' ')}`);
    return value;
  }) as [string, string, string, string, string];
  return { base, title, description, publisher: { code, name } };
}
