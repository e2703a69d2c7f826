/** Lines as octets, many at a time: a file that is written line by line takes a call of the system for each. */

/** UTF-16 units that are given out at once. */
const PIECE = 65_536;

/** UTF-8; each line with its end. */
export async function* encodedLines(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array, void> {
  const encoder = new TextEncoder();
  let text = '';
  for await (const line of lines) {
    text += line;
    if (text.length < PIECE) continue;
    yield encoder.encode(text);
    text = '';
  }
  if (text !== '') yield encoder.encode(text);
}
