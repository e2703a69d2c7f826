import type { DutyGraph, DutyNode } from '../duty-graph.js';

/** What is drawn of a graph. */
export type DrawnGraph = Pick<DutyGraph, 'nodes' | 'edges' | 'gaps'>;

interface Part {
  readonly nodes: DutyNode[];
  readonly edges: { readonly from: number; readonly to: number }[];
  readonly gaps: { readonly [Gap in keyof DutyGraph['gaps']]: number[] };
}

/** The part of each department, by its code, in one pass over the whole; links between departments are in none. */
export function departmentGraphs({ nodes, edges, gaps }: DutyGraph): ReadonlyMap<string, DrawnGraph> {
  const parts = new Map<string, Part>();
  const numbers = new Uint32Array(nodes.length);
  for (const [index, node] of nodes.entries()) {
    let part = parts.get(node.department);
    if (part === undefined) {
      part = { nodes: [], edges: [], gaps: NO_GAPS() };
      parts.set(node.department, part);
    }
    numbers[index] = part.nodes.push(node) - 1;
  }
  for (const { from, to } of edges) {
    const { department } = nodes[from]!;
    if (department === nodes[to]!.department)
      parts.get(department)!.edges.push({ from: numbers[from]!, to: numbers[to]! });
  }
  for (const gap of Object.keys(gaps) as (keyof DutyGraph['gaps'])[])
    for (const index of gaps[gap]) parts.get(nodes[index]!.department)!.gaps[gap].push(numbers[index]!);
  return parts;
}

const NO_GAPS = (): Part['gaps'] => ({
  dutiesWithoutBusiness: [],
  businessesWithoutDuty: [],
  businessesWithoutData: [],
  resourcesWithoutBusiness: [],
});
