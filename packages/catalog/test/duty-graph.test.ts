import type { CatalogRecord } from '@gov/catalog';
import { NATIONAL_PROFILE } from '@gov/catalog';
import { dutyGraph, dutyGraphDot, dutyLayers } from '@gov/catalog/duty-graph';
import { CatalogCheck } from '@gov/catalog/rules';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { creditCode, department, FIRST, resource, SAMPLE_AT, SAMPLE_CATALOG, SECOND } from './sample-catalog.js';

const duty = (code: string, owner = FIRST, name = `职能${code}`): CatalogRecord => ({
  kind: 'duty',
  code,
  name,
  department: owner,
  basis: '法',
});
const business = (code: string, duties: string[], resources: string[], owner = FIRST): CatalogRecord => ({
  kind: 'business',
  code,
  name: `业务"${code}"\\`,
  department: owner,
  duties,
  resources,
});
const [one, two, three] = [resource(1), resource(2), resource(3, { provider: SECOND })] as const;
const records: readonly CatalogRecord[] = [
  three,
  business('B2', [], [three.code, 'none'], SECOND),
  two,
  business('B1', ['D1', 'D9'], [one.code]),
  duty('D2'),
  one,
  duty('D1'),
  department(1),
  business('B3', ['D1'], []),
];
const graphOf = (list: readonly CatalogRecord[]) => dutyGraph(list.map((record) => ({ record })));

describe('the graph of duties, businesses and data', () => {
  it('has nodes by kind and code, and edges between those that are there', async () => {
    const { nodes, edges } = await graphOf(records);
    expect(nodes.map(({ kind, code }) => `${kind} ${code}`)).toEqual([
      'duty D1',
      'duty D2',
      'business B1',
      'business B2',
      'business B3',
      `resource ${one.code}`,
      `resource ${two.code}`,
      `resource ${three.code}`,
    ]);
    expect(edges.map(({ from, to }) => `${nodes[from]?.code} ${nodes[to]?.code}`).sort()).toEqual(
      ['D1 B1', 'D1 B3', `B1 ${one.code}`, `B2 ${three.code}`].sort(),
    );
  });

  it('has the first of a code that is there twice, with its links', async () => {
    const { nodes, edges } = await graphOf([...records, duty('D1', FIRST, '第二'), business('B1', ['D2'], [])]);
    expect(nodes.map(({ name }) => name)).not.toContain('第二');
    expect(edges.filter(({ from }) => nodes[from]?.code === 'D2')).toEqual([]);
    expect(edges).toHaveLength(4);
  });

  it('knows what is missing, in all and for each department', async () => {
    const { nodes, gaps, departments } = await graphOf([...records, department(3)]);
    const codes = Object.fromEntries(
      Object.entries(gaps).map(([name, indexes]) => [name, indexes.map((index: number) => nodes[index]?.code)]),
    );
    expect(codes).toEqual({
      dutiesWithoutBusiness: ['D2'],
      businessesWithoutDuty: ['B2'],
      businessesWithoutData: ['B3'],
      resourcesWithoutBusiness: [two.code],
    });
    expect(departments).toEqual([
      {
        code: FIRST,
        name: '某市发展改革委',
        duties: { of: 2, linked: 1 },
        businesses: { of: 2, linked: 1 },
        resources: { of: 2, linked: 1 },
      },
      { code: SECOND, duties: { of: 0, linked: 0 }, businesses: { of: 1, linked: 0 }, resources: { of: 1, linked: 1 } },
      {
        code: creditCode(3),
        name: '某市科技局',
        duties: { of: 0, linked: 0 },
        businesses: { of: 0, linked: 0 },
        resources: { of: 0, linked: 0 },
      },
    ]);
  });

  it('does not depend on the order of the records', async () => {
    const expected = await graphOf(records);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...records], { minLength: records.length }), async (list) => {
        expect(await graphOf(list)).toEqual(expected);
      }),
      { numRuns: 20 },
    );
  });

  it('says what the rules say', async () => {
    const sample = SAMPLE_CATALOG.filter(
      (record, at) => SAMPLE_CATALOG.findIndex(({ code }) => code === record.code) === at,
    );
    const check = new CatalogCheck({ profile: NATIONAL_PROFILE, at: SAMPLE_AT });
    for (const record of sample) check.add({ record });
    for (const _ of check.finish());
    const { departments } = await graphOf(sample);
    const figures = check.summary().departments;
    for (const { code, duties, businesses, resources } of departments)
      expect(figures.find((figure) => figure.code === code)?.coverage).toEqual({ duties, businesses, resources });
  });
});

describe('layers', () => {
  it('are three columns, of one department if asked', async () => {
    const graph = await graphOf(records);
    const all = dutyLayers(graph);
    expect(all.layers.map((layer) => layer.length)).toEqual([2, 3, 3]);
    expect(all.edges).toHaveLength(4);
    expect(all.leftOut).toEqual([0, 0, 0]);
    const second = dutyLayers(graph, { department: SECOND });
    expect(second.layers.map((layer) => layer.map((index) => graph.nodes[index]?.code))).toEqual([
      [],
      ['B2'],
      [three.code],
    ]);
    expect(second.edges).toHaveLength(1);
    expect(dutyLayers(graph, { department: creditCode(9) })).toEqual({
      layers: [[], [], []],
      edges: [],
      leftOut: [0, 0, 0],
    });
  });

  it('leave out what has fewest links, and every link of it', async () => {
    const graph = await graphOf(records);
    const { layers, edges, leftOut } = dutyLayers(graph, { most: 1 });
    expect(leftOut).toEqual([1, 2, 2]);
    expect(layers.map((layer) => layer.map((index) => graph.nodes[index]?.code))).toEqual([['D1'], ['B1'], [one.code]]);
    expect(edges).toHaveLength(2);
  });

  it('cross less than in the order of codes', async () => {
    const tangled = ['1', '2', '3', '4', '5'].flatMap((at, index) => [
      duty(`D${at}`),
      business(`B${6 - Number(at)}`, [`D${at}`], [resource(index).code]),
      resource(index),
    ]);
    const graph = await graphOf(tangled);
    const { layers, edges } = dutyLayers(graph);
    const place = new Map(layers.flatMap((layer) => layer.map((node, at) => [node, at] as const)));
    const crossings = edges.flatMap((a) =>
      edges.filter((b) => {
        const [from, to] = [place.get(a.from)! - place.get(b.from)!, place.get(a.to)! - place.get(b.to)!];
        return graph.nodes[a.from]!.kind === graph.nodes[b.from]!.kind && from * to < 0;
      }),
    );
    expect(crossings).toEqual([]);
  });
});

it('DOT quotes whatever names hold', async () => {
  const dot = dutyGraphDot(await graphOf(records));
  expect(dot).toMatch(/^digraph catalog \{\n/);
  expect(dot).toContain('label="业务\\"B1\\"\\\\"');
  expect(dot.match(/ -> /g)).toHaveLength(4);
});
