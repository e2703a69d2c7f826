/** What we write as DCAT conforms to the official shapes of DCAT-AP 3, as another program reads them; what is broken does not. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogRecord, CatalogResource } from '@gov/catalog';
import { writeJsonLd, writeTurtle } from '@gov/catalog/dcat';
import { JsonLdParser } from 'jsonld-streaming-parser';
import { Parser, type Quad, Store } from 'n3';
import Validator from 'rdf-validate-shacl';
import { describe, expect, it } from 'vitest';

const SHAPES = join(import.meta.dirname, '../../../../shared/data/catalog/dcat-ap/dcat-ap-SHACL.ttl');
const here = existsSync(SHAPES);
if (!here) console.warn('DCAT-AP: the official shapes are not there (../shared): not validated');

const CATALOG = {
  base: 'https://data.example.gov.cn/catalog/',
  title: '某市政务数据目录',
  description: '某市各部门的政务信息资源',
  publisher: { code: '11370100MB28265678', name: '某市数据局' },
  modifiedOn: '2026-08-31',
};

const RESOURCE: CatalogResource = {
  kind: 'resource',
  code: '3070010370/000066',
  name: '社保缴纳信息',
  classification: ['部门', '人社', '社会保险'],
  provider: '11370100MB28261234',
  providerName: '某市人力资源和社会保障局',
  abstract: '单位和个人缴纳社会保险的情况',
  format: { class: '数据库', type: 'Dm' },
  sharing: { type: '有条件共享', condition: '用于核验参保', method: '共享平台-服务/接口' },
  opening: { type: '不予开放' },
  updateCycle: '每月',
  publishedOn: '2026-01-05',
  updatedOn: '2026-08-05',
  related: ['3070010370/000067'],
  responsible: '11370100MB28261234',
  source: '社会保险信息系统',
  updating: '缴费后次日入库',
  quality: '完整率 100%',
  usage: '按证件号码核验',
  items: [
    { name: '缴费基数', type: '货币型', length: 12, scale: 2, samples: ['4200.00'] },
    { name: '参保状态', type: '字符型', length: 10, copyOf: { resource: '3070010370/000067', item: '状态' } },
  ],
};

/** One of every label that stands in the graph as a term of an authority. */
const RECORDS: readonly CatalogRecord[] = [
  RESOURCE,
  ...(['实时', '每日', '每周', '每季度', '每半年', '每年', '不定期', '不更新'] as const).map((updateCycle, n) => ({
    ...RESOURCE,
    code: `3070010370/1${n}`,
    updateCycle,
    opening: { type: (['无条件开放', '有条件开放', '不予开放'] as const)[n % 3]! },
    sharing: { type: (['无条件共享', '有条件共享', '不予共享'] as const)[n % 3]! },
  })),
];

async function turtle(records: readonly CatalogRecord[]): Promise<string> {
  let text = '';
  for await (const piece of writeTurtle(records, CATALOG)) text += new TextDecoder().decode(piece);
  return text;
}

async function violations(text: string): Promise<string[]> {
  const shapes = new Store(new Parser().parse(readFileSync(SHAPES, 'utf8')));
  const report = await new Validator(shapes as never).validate(new Store(new Parser().parse(text)) as never);
  expect(report.conforms).toBe(report.results.length === 0);
  return report.results
    .map(({ path, sourceConstraintComponent }) => `${last(path?.value)} ${last(sourceConstraintComponent?.value)}`)
    .sort();
}

const last = (iri = ''): string => iri.replace(/.*[#/]/, '');

/** Statements without the names of blank nodes. */
const shape = (quads: readonly Quad[]): string[] =>
  quads
    .map((quad) =>
      [quad.subject, quad.predicate, quad.object]
        .map((term) =>
          term.termType === 'BlankNode' ? '_' : JSON.stringify([term.value, (term as { language?: string }).language]),
        )
        .join(' '),
    )
    .sort();

describe('DCAT', () => {
  it('says the same in JSON-LD and in Turtle, to the parsers of others', async () => {
    const parser = new JsonLdParser();
    const quads: Quad[] = [];
    const ended = new Promise((resolve, reject) =>
      parser
        .on('data', (quad) => quads.push(quad))
        .on('end', resolve)
        .on('error', reject),
    );
    for await (const piece of writeJsonLd(RECORDS, CATALOG)) parser.write(new TextDecoder().decode(piece));
    parser.end();
    await ended;
    const unique = new Store(quads as never).getQuads(null, null, null, null);
    const other = new Store(new Parser().parse(await turtle(RECORDS))).getQuads(null, null, null, null);
    expect(shape(unique as never)).toEqual(shape(other));
    expect(other.length).toBeGreaterThan(300);
  });

  it.runIf(here)(
    'conforms to the shapes of DCAT-AP 3',
    async () => {
      expect(await violations(await turtle(RECORDS))).toEqual([]);
    },
    120_000,
  );

  it.runIf(here).each([
    [
      'without a title',
      (text: string) => text.replace(/ {4}dct:title "社保缴纳信息"@zh;\n/, ''),
      ['title MinCountConstraintComponent'],
    ],
    [
      'without a description',
      (text: string) => text.replace(/ {4}dct:description "单位[^\n]*\n/, ''),
      ['description MinCountConstraintComponent'],
    ],
    [
      'of a frequency that is a text',
      (text: string) => text.replace(/dct:accrualPeriodicity <[^>]*>/, 'dct:accrualPeriodicity "monthly"'),
      ['accrualPeriodicity ClassConstraintComponent', 'accrualPeriodicity NodeKindConstraintComponent'],
    ],
    [
      'with two publishers',
      (text: string) =>
        text.replace(
          /(dct:publisher )(<[^>]*>;\n {4}gov)/,
          `$1<${CATALOG.base}organization/${CATALOG.publisher.code}>, $2`,
        ),
      ['publisher MaxCountConstraintComponent'],
    ],
    [
      'without the address of a distribution',
      (text: string) => text.replace(/ {2}dcat:accessURL [^\n]*\n/, ''),
      ['accessURL MinCountConstraintComponent'],
    ],
    [
      'with a publisher that has no name',
      (text: string) => text.replace(/ {4}foaf:name "某市数据局"@zh;\n/, ''),
      ['name MinCountConstraintComponent'],
    ],
    [
      'issued on no day',
      (text: string) => text.replace('"2026-01-05"^^xsd:date', '<https://example.com/>'),
      ['issued NodeKindConstraintComponent'],
    ],
  ] as const)(
    '%s does not',
    async (_what, broken, expected) => {
      const text = await turtle([RESOURCE]);
      const changed = broken(text);
      expect(changed).not.toBe(text);
      for (const violation of expected) expect(await violations(changed)).toContain(violation);
    },
    120_000,
  );
});
