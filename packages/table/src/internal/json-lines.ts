/** JSON Lines (每行一个 JSON 对象): lines cut at line feeds, each read so that two programs cannot see different things in it. */

import { type CellIssue, cellIssue } from '../issue.js';
import type { TableLimits } from '../limits.js';
import type { TableRow } from '../row.js';
import { beyond } from './limit.js';
import { concat } from './source.js';

const LF = 0x0a;
/** A line may be so many times as long as a cell. */
const JSON_LINE_CELLS = 8;

/** @throws GovError `limit-exceeded` naming the line */
export async function* jsonLines(chunks: AsyncIterable<Uint8Array>, limits: TableLimits): AsyncGenerator<TableRow> {
  const maxLength = limits.cellLength * JSON_LINE_CELLS;
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let parts: Uint8Array[] = [];
  let length = 0;
  let line = 1;
  const take = (part: Uint8Array): void => {
    parts.push(part);
    length += part.length;
    if (length > maxLength) throw beyond('bytes of a line', maxLength, `line ${line}`);
  };
  const end = (): TableRow | undefined => {
    if (line > limits.rows) throw beyond('rows', limits.rows);
    const bytes = parts.length === 1 ? parts[0]! : concat(parts);
    parts = [];
    length = 0;
    return jsonRow(line++, bytes, decoder, limits.jsonDepth);
  };
  for await (const chunk of chunks) {
    let at = 0;
    for (let next = chunk.indexOf(LF); next !== -1; next = chunk.indexOf(LF, at)) {
      take(chunk.subarray(at, next));
      const row = end();
      if (row !== undefined) yield row;
      at = next + 1;
    }
    take(chunk.subarray(at));
  }
  const row = end();
  if (row !== undefined) yield row;
}

function jsonRow(line: number, bytes: Uint8Array, decoder: TextDecoder, maxDepth: number): TableRow | undefined {
  const refused = (code: 'row-json' | 'row-json-depth' | 'row-json-member-twice' | 'cell-undecodable'): TableRow => {
    const issues: CellIssue[] = [cellIssue(code, { line })];
    return { line, values: {}, issues, cleaned: [] };
  };
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return refused('cell-undecodable');
  }
  if (line === 1 && text.startsWith('\ufeff')) text = text.slice(1);
  if (/^[ \t\r]*$/.test(text)) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refused('row-json');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refused('row-json');
  const trouble = scan(text, maxDepth);
  if (trouble !== undefined) return refused(trouble);
  return { line, values: value as Record<string, unknown>, issues: [], cleaned: [] };
}

/** Strings and brackets: of a text that JSON.parse has taken these are all of them. */
const TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g;

/** A member twice is refused however its name is escaped (RFC 7493 2.3): parsers disagree which of the two counts. */
function scan(text: string, maxDepth: number): 'row-json-depth' | 'row-json-member-twice' | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (const [token, colon] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') {
      if (open.length >= maxDepth) return 'row-json-depth';
      open.push(token === '{' ? new Set() : undefined);
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (colon !== undefined) {
      const name = JSON.parse(token.slice(0, -colon.length)) as string;
      if (open.at(-1)?.has(name) === true) return 'row-json-member-twice';
      open.at(-1)?.add(name);
    }
  }
  return undefined;
}
