/** Boxes of comments (批注框, VML, ECMA-376-4 19.4): spreadsheets show no comment without one. */
import { GovError } from '@gov/verdict';

const NAMESPACES =
  'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" xmlns:x="urn:schemas-microsoft-com:office:excel"';
const TYPE_ID = '_x0000_t202';

const TYPE =
  `<v:shapetype id="${TYPE_ID}" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">` +
  '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>';

export const NEW_DRAWING = `<xml ${NAMESPACES}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>`;

export interface CommentBox {
  /** From 0. */
  readonly row: number;
  readonly column: number;
  readonly lines: number;
}

/** @throws GovError `table-unsupported` for VML that is not written as spreadsheets write it */
export function withBoxes(vml: string, boxes: readonly CommentBox[]): string {
  const end = vml.lastIndexOf('</xml>');
  const isUsual = [
    'v="urn:schemas-microsoft-com:vml"',
    'o="urn:schemas-microsoft-com:office:office"',
    'x="urn:schemas-microsoft-com:office:excel"',
  ].every((one) => vml.includes(`xmlns:${one}`));
  if (end === -1 || !isUsual) throw new GovError('table-unsupported', 'a drawing of comments in an unusual form');
  const ids = [...vml.matchAll(/_x0000_s(\d{1,9})\b/g)].map(([, digits]) => Number(digits));
  const first = ids.reduce((last, id) => Math.max(last, id), 1024) + 1;
  const type = new RegExp(`\\bid=["']${TYPE_ID}["']`).test(vml) ? '' : TYPE;
  const shapes = boxes.map((box, index) => shape(box, first + index));
  return `${vml.slice(0, end)}${type}${shapes.join('')}${vml.slice(end)}`;
}

/** Beside the cell, hidden until it is pointed at. */
const shape = ({ row, column, lines }: CommentBox, id: number): string =>
  `<v:shape id="_x0000_s${id}" type="#${TYPE_ID}" style="position:absolute;visibility:hidden" fillcolor="#ffffe1" o:insetmode="auto">` +
  '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>' +
  '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>' +
  '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>' +
  `<x:Anchor>${column + 1}, 15, ${Math.max(row - 1, 0)}, 10, ${column + 4}, 15, ${Math.max(row - 1, 0) + Math.min(lines, 20) + 2}, 4</x:Anchor>` +
  `<x:AutoFill>False</x:AutoFill><x:Row>${row}</x:Row><x:Column>${column}</x:Column></x:ClientData></v:shape>`;
