/** Text in columns, on terminals where a Chinese character is two columns wide. */

/** East Asian wide and fullwidth characters of what is printed here; anything else is one column. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/gu;

const width = (text: string): number => [...text].length + (text.match(WIDE)?.length ?? 0);

/** Cut to so many columns, the cut marked. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text;
  let kept = '';
  for (const character of text) {
    if (width(kept + character) >= columns) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Rows with their columns side by side, two spaces apart; nothing follows the last column. */
export function tableLines(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows)
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, width(cell));
    });
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat(widths[column]! - width(cell)))
      .join('  ')
      .trimEnd(),
  );
}
