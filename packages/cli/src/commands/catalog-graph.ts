/** `gov catalog graph`: duties, businesses and data as a graph, and what is missing in it (职能—业务—数据). */
import { type DutyGraph, dutyGraph, dutyGraphDot } from '@gov/catalog/duty-graph';
import { catalogInput, everyRecord, INPUT_OPTIONS } from '../catalog-input.js';
import { command } from '../command.js';
import { writeOutputs } from '../files.js';
import { interruptible } from '../interrupt.js';

const GAPS = {
  dutiesWithoutBusiness: { en: 'duties without a business', zh: '有职能无业务' },
  businessesWithoutDuty: { en: 'businesses without a duty', zh: '有业务无职能' },
  businessesWithoutData: { en: 'businesses without data', zh: '有业务无数据' },
  resourcesWithoutBusiness: { en: 'resources without a business', zh: '有数据无业务' },
} as const satisfies Record<keyof DutyGraph['gaps'], { readonly en: string; readonly zh: string }>;

export const catalogGraph = command({
  noun: 'catalog',
  verb: 'graph',
  about: { en: 'draw duties, businesses and data (Graphviz)', zh: '输出职能—业务—数据图（Graphviz）' },
  words: ['IN.jsonl…'],
  options: {
    out: { type: 'string', value: 'G.dot', required: true, about: { en: 'the graph', zh: '输出的图' } },
    ...INPUT_OPTIONS,
  },
  async run(files, values, { force, lang }) {
    const input = await catalogInput(files, values, lang);
    const graph = await interruptible(async (signal) => {
      async function* entries() {
        for await (const record of everyRecord(input, signal)) yield { record };
      }
      const drawn = await dutyGraph(entries());
      await writeOutputs([{ path: values.out, content: dutyGraphDot(drawn) }], force);
      return drawn;
    });
    const gaps = Object.entries(GAPS).map(
      ([name, words]) => [name, graph.gaps[name as keyof DutyGraph['gaps']].length, words[lang]] as const,
    );
    return {
      kind: 'done',
      json: {
        out: values.out,
        nodes: graph.nodes.length,
        edges: graph.edges.length,
        gaps: Object.fromEntries(gaps),
        departments: graph.departments,
      },
      lines: [values.out, ...gaps.map(([, count, words]) => `${words} ${count}`)],
    };
  },
});
