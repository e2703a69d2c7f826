/** The duty graph drawn (职能—业务—数据图): three columns of boxes; what is missing a link is marked by form, colour and word. */
import { escapeHtml } from '@gov/verdict/html';
import { dutyLayers } from '../duty-graph.js';
import type { DrawnGraph } from './department-graphs.js';
import { REPORT_LIMITS } from './limits.js';
import { shortened } from './shortened.js';
import type { ReportTexts } from './texts.js';

/** In units of the picture. */
const BOX = { width: 260, height: 30, gap: 8, between: 110, margin: 4, head: 34 } as const;
/** A box holds so many columns of text: a Han character takes two. */
const COLUMNS = 32;

/** Nothing where there is nothing to draw. */
export function graphSvg(graph: DrawnGraph, texts: ReportTexts, id: string): string {
  const { layers, edges, leftOut } = dutyLayers(graph, { most: REPORT_LIMITS.boxes });
  const rows = Math.max(...layers.map((layer) => layer.length));
  if (rows === 0) return '';
  const unlinked = missing(graph);
  const places = new Map<number, { readonly x: number; readonly y: number }>();
  for (const [column, layer] of layers.entries())
    for (const [row, index] of layer.entries())
      places.set(index, {
        x: BOX.margin + column * (BOX.width + BOX.between),
        y: BOX.head + row * (BOX.height + BOX.gap),
      });
  const width = 2 * BOX.margin + 3 * BOX.width + 2 * BOX.between;
  const height = BOX.head + rows * (BOX.height + BOX.gap) + BOX.margin;
  const lines = edges.map(({ from, to }) => {
    const [a, b] = [places.get(from)!, places.get(to)!];
    const [x1, y1, x2, y2] = [a.x + BOX.width, a.y + BOX.height / 2, b.x, b.y + BOX.height / 2];
    const middle = (x1 + x2) / 2;
    return `<path d="M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}"/>`;
  });
  const boxes = [...places].map(([index, { x, y }]) => {
    const { name, code } = graph.nodes[index]!;
    const isMissing = unlinked.has(index);
    const label = fitted(`${isMissing ? '⚠ ' : ''}${name}`);
    return (
      `<g${isMissing ? ' class="missing"' : ''}><title>${escapeHtml(`${shortened(name)} ${shortened(code)}${isMissing ? ` — ${texts.unlinked}` : ''}`)}</title>` +
      `<rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="${isMissing ? 0 : 6}"/>` +
      `<text x="${x + 10}" y="${y + 20}">${escapeHtml(label)}</text></g>`
    );
  });
  const heads = texts.columns.map(
    (head, column) =>
      `<text class="head" x="${BOX.margin + column * (BOX.width + BOX.between)}" y="20">${head}（${layers[column]!.length + leftOut[column]!}）</text>`,
  );
  const more = leftOut.reduce((sum, count) => sum + count, 0);
  return (
    `<div class="scroll" tabindex="0" role="group" aria-label="${texts.graph}"><svg class="graph" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${id}-t ${id}-d">` +
    `<title id="${id}-t">${texts.graph}</title><desc id="${id}-d">${texts.graphDescription(
      layers.map((layer) => layer.length),
      edges.length,
      [...places.keys()].filter((index) => unlinked.has(index)).length,
    )}</desc>` +
    `${heads.join('')}<g class="edges">${lines.join('')}</g>${boxes.join('')}</svg></div>` +
    `<p class="legend">${texts.legend}${more === 0 ? '' : ` ${texts.notDrawn(more)}`}</p>`
  );
}

function missing({ gaps }: DrawnGraph): ReadonlySet<number> {
  return new Set([
    ...gaps.dutiesWithoutBusiness,
    ...gaps.businessesWithoutDuty,
    ...gaps.businessesWithoutData,
    ...gaps.resourcesWithoutBusiness,
  ]);
}

/** As much of a text as a box holds. */
function fitted(text: string): string {
  let columns = 0;
  let fit = '';
  for (const character of text) {
    columns += /[\u0020-\u024f]/.test(character) ? 1 : 2;
    if (columns > COLUMNS - 2) return `${fit}…`;
    fit += character;
  }
  return fit;
}
