/**
 * `@gov/catalog/duty-graph`: duties, the businesses that carry them out, and the data that these make (职能—业务—数据): as a graph,
 * with what is missing in it (应编尽编), and in layers to be drawn.
 *
 * @example
 * import { dutyGraph, dutyLayers, dutyGraphDot } from '@gov/catalog/duty-graph';
 *
 * const graph = await dutyGraph(entries);
 * console.log(graph.departments[0]?.duties); // { of: 12, linked: 9 }
 * const { layers, edges } = dutyLayers(graph, { department: '11370100MB28261234' });
 * console.log(dutyGraphDot(graph)); // digraph catalog { …
 *
 * @packageDocumentation
 */
import type { CatalogEntry } from './entry.js';
import type { CatalogRecord } from './record.js';
import { ownerOf } from './rules/held.js';
import type { Linked } from './rules/summary.js';

/** What the graph is made of, from left to right. */
export const DUTY_NODE_KINDS = ['duty', 'business', 'resource'] as const;
export type DutyNodeKind = (typeof DUTY_NODE_KINDS)[number];

export interface DutyNode {
  readonly kind: DutyNodeKind;
  readonly code: string;
  readonly name: string;
  /** Unified social credit code. */
  readonly department: string;
}

/** From a duty to a business, or from a business to a resource: indexes of `nodes`. */
export interface DutyEdge {
  readonly from: number;
  readonly to: number;
}

/** How complete a department is: what is linked, of what there is. */
export interface DutyCoverage {
  readonly code: string;
  /** Absent where the catalogue does not have the department itself. */
  readonly name?: string;
  /** Duties that a business carries out. */
  readonly duties: Linked;
  /** Businesses that carry out a duty and make data. */
  readonly businesses: Linked;
  /** Resources that a business makes or keeps. */
  readonly resources: Linked;
}

export interface DutyGraph {
  /** By kind, then by code. */
  readonly nodes: readonly DutyNode[];
  readonly edges: readonly DutyEdge[];
  /** What is missing: indexes of `nodes`. */
  readonly gaps: {
    /** 有职能无业务 */
    readonly dutiesWithoutBusiness: readonly number[];
    /** 有业务无职能 */
    readonly businessesWithoutDuty: readonly number[];
    /** 有业务无数据 */
    readonly businessesWithoutData: readonly number[];
    /** 有数据无业务 */
    readonly resourcesWithoutBusiness: readonly number[];
  };
  /** By code; those of which nothing is known have zeros. */
  readonly departments: readonly DutyCoverage[];
}

/**
 * The graph of a catalogue. Of records of one code the first counts; links to what is not there are left out (the rules name them).
 *
 * @throws GovError whatever the source throws
 */
export async function dutyGraph(entries: AsyncIterable<CatalogEntry> | Iterable<CatalogEntry>): Promise<DutyGraph> {
  const held = { duty: new Map<string, Held>(), business: new Map<string, Held>(), resource: new Map<string, Held>() };
  const departments = new Map<string, string | undefined>();
  for await (const { record } of entries) {
    if (record.kind === 'department') departments.set(record.code, departments.get(record.code) ?? record.name);
    if (!isNode(record)) continue;
    const { code: department } = ownerOf(record);
    if (!departments.has(department)) departments.set(department, undefined);
    const { kind, code, name } = record;
    if (held[kind].has(code)) continue;
    const links = kind === 'business' ? { duties: record.duties, resources: record.resources } : {};
    held[kind].set(code, { node: { kind, code, name, department }, ...links });
  }
  return linked(held, departments);
}

interface Held {
  readonly node: DutyNode;
  readonly duties?: readonly string[];
  readonly resources?: readonly string[];
}

const isNode = (record: CatalogRecord): record is Extract<CatalogRecord, { kind: DutyNodeKind }> =>
  (DUTY_NODE_KINDS as readonly string[]).includes(record.kind);

const byCode = (a: { readonly code: string }, b: { readonly code: string }): number => (a.code < b.code ? -1 : 1);

function linked(
  held: Readonly<Record<DutyNodeKind, ReadonlyMap<string, Held>>>,
  names: ReadonlyMap<string, string | undefined>,
): DutyGraph {
  const sorted = DUTY_NODE_KINDS.flatMap((kind) => [...held[kind].values()].sort((a, b) => byCode(a.node, b.node)));
  const nodes = sorted.map(({ node }) => node);
  const indexes = new Map(nodes.map(({ kind, code }, index) => [`${kind}\0${code}`, index]));
  const edges: DutyEdge[] = [];
  const before = new Uint8Array(nodes.length);
  const after = new Uint8Array(nodes.length);
  const link = (from: number | undefined, to: number | undefined): void => {
    if (from === undefined || to === undefined) return;
    edges.push({ from, to });
    after[from] = 1;
    before[to] = 1;
  };
  for (const [index, { duties = [], resources = [] }] of sorted.entries()) {
    for (const code of duties) link(indexes.get(`duty\0${code}`), index);
    for (const code of resources) link(index, indexes.get(`resource\0${code}`));
  }
  const without = (kind: DutyNodeKind, side: Uint8Array): number[] =>
    nodes.flatMap((node, index) => (node.kind === kind && side[index] === 0 ? [index] : []));
  const coverage = new Map(
    [...names.keys()].map((code) => [code, { duty: [0, 0], business: [0, 0], resource: [0, 0] } satisfies Counts]),
  );
  for (const [index, { kind, department }] of nodes.entries()) {
    const counts: [number, number] = (coverage.get(department) as Counts)[kind];
    const isLinked = (kind === 'duty' || before[index] === 1) && (kind === 'resource' || after[index] === 1);
    counts[0]++;
    if (isLinked) counts[1]++;
  }
  return {
    nodes,
    edges,
    gaps: {
      dutiesWithoutBusiness: without('duty', after),
      businessesWithoutDuty: without('business', before),
      businessesWithoutData: without('business', after),
      resourcesWithoutBusiness: without('resource', before),
    },
    departments: [...coverage].map(([code, counts]) => coverageOf(code, names.get(code), counts)).sort(byCode),
  };
}

/** Of each kind how many there are, and how many of them are linked. */
type Counts = Record<DutyNodeKind, [of: number, linked: number]>;

function coverageOf(code: string, name: string | undefined, { duty, business, resource }: Counts): DutyCoverage {
  const pair = ([of, linked]: readonly [number, number]): Linked => ({ of, linked });
  return {
    code,
    ...(name === undefined ? {} : { name }),
    duties: pair(duty),
    businesses: pair(business),
    resources: pair(resource),
  };
}

/** A part of a graph to be drawn: three columns. */
export interface DutyLayers {
  /** Duties, businesses, resources: indexes of `nodes`, each column from top to bottom so that few edges cross. */
  readonly layers: readonly [readonly number[], readonly number[], readonly number[]];
  /** Those between nodes that are drawn. */
  readonly edges: readonly DutyEdge[];
  /** How many of each column were left out. */
  readonly leftOut: readonly [number, number, number];
}

export interface DutyLayersOptions {
  /** Credit code: its duties, businesses and resources alone; all departments otherwise. */
  readonly department?: string;
  /** Nodes of a column; 60 unless said. What has links comes before what has none. */
  readonly most?: number;
}

/** Turns of sorting: more change nothing that anybody sees. */
const TURNS = 8;

/**
 * Puts a graph, or one department's part of it, into columns. What another department has and a link leads to is left out with
 * the link: it is drawn with its own department.
 */
export function dutyLayers(
  graph: Pick<DutyGraph, 'nodes' | 'edges'>,
  { department, most = 60 }: DutyLayersOptions = {},
): DutyLayers {
  const isIn = (index: number): boolean => department === undefined || graph.nodes[index]!.department === department;
  const degree = new Uint32Array(graph.nodes.length);
  const inner = graph.edges.filter(({ from, to }) => isIn(from) && isIn(to));
  for (const { from, to } of inner) {
    degree[from]!++;
    degree[to]!++;
  }
  const leftOut: [number, number, number] = [0, 0, 0];
  const layers = DUTY_NODE_KINDS.map((kind, layer) => {
    const all = graph.nodes.flatMap((node, index) => (node.kind === kind && isIn(index) ? [index] : []));
    all.sort((a, b) => degree[b]! - degree[a]! || a - b);
    leftOut[layer] = Math.max(0, all.length - most);
    return all.slice(0, most).sort((a, b) => a - b);
  });
  const drawn = new Set(layers.flat());
  const edges = inner.filter(({ from, to }) => drawn.has(from) && drawn.has(to));
  return { layers: untangled(layers, edges) as [number[], number[], number[]], edges, leftOut };
}

/** Each node where its neighbours are in the mean, to and fro (Sugiyama's barycentres). */
function untangled(layers: readonly number[][], edges: readonly DutyEdge[]): number[][] {
  const neighbours = new Map<number, number[]>();
  const join = (one: number, other: number): void => {
    const known = neighbours.get(one);
    if (known === undefined) neighbours.set(one, [other]);
    else known.push(other);
  };
  for (const { from, to } of edges) {
    join(from, to);
    join(to, from);
  }
  let sorted = layers.map((layer) => [...layer]);
  for (let turn = 0; turn < TURNS; turn++) {
    const at = new Map(sorted.flatMap((layer) => layer.map((node, index) => [node, index / layer.length] as const)));
    const mean = (node: number): number => {
      const others = neighbours.get(node) ?? [];
      // Those without neighbours go to the end.
      return others.length === 0 ? 2 : others.reduce((sum, other) => sum + at.get(other)!, 0) / others.length;
    };
    // Outer columns by the middle one, then the middle one by them.
    sorted = sorted.map((layer, index) =>
      (index === 1) === (turn % 2 === 1) ? [...layer].sort((a, b) => mean(a) - mean(b) || a - b) : layer,
    );
  }
  return sorted;
}

/** A graph in the DOT language, for Graphviz. Codes are the names of its nodes; every text is quoted. */
export function dutyGraphDot({ nodes, edges }: DutyGraph): string {
  const quoted = (text: string): string => `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  return [
    'digraph catalog {',
    '  rankdir=LR;',
    '  node [shape=box];',
    ...DUTY_NODE_KINDS.flatMap((kind) => [
      '  subgraph {',
      '    rank=same;',
      ...nodes.flatMap((node, index) =>
        node.kind === kind ? [`    n${index} [label=${quoted(node.name)}, tooltip=${quoted(node.code)}];`] : [],
      ),
      '  }',
    ]),
    ...edges.map(({ from, to }) => `  n${from} -> n${to};`),
    '}',
    '',
  ].join('\n');
}
