/** Names of cells and ranges (单元格引用). */

export interface Range {
  readonly firstLine: number;
  readonly lastLine: number;
  /** From 0. */
  readonly firstColumn: number;
  readonly lastColumn: number;
}

interface CellReference {
  readonly line: number;
  /** From 0. */
  readonly column: number;
}

/** `C12` is line 12, column 2; undefined for what is none. */
export function cellReference(name: string): CellReference | undefined {
  let at = 0;
  let column = 0;
  for (; at < name.length && at < 4; at++) {
    const letter = name.charCodeAt(at) - 64;
    if (letter < 1 || letter > 26) break;
    column = column * 26 + letter;
  }
  let line = 0;
  const digits = at;
  for (; at < name.length; at++) {
    const digit = name.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9 || at - digits >= 7) return undefined;
    line = line * 10 + digit;
  }
  return column === 0 || column > 16_384 || line === 0 || line > 1_048_576 ? undefined : { line, column: column - 1 };
}

/** `A1:B3`, or `A1` alone. */
export function rangeReference(name: string): Range | undefined {
  const [from = '', to = from, ...more] = name.split(':');
  const first = cellReference(from);
  const last = cellReference(to);
  if (first === undefined || last === undefined || more.length > 0) return undefined;
  if (first.line > last.line || first.column > last.column) return undefined;
  return { firstLine: first.line, lastLine: last.line, firstColumn: first.column, lastColumn: last.column };
}
