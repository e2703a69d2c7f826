/** Bytes from outside: counted, cut into pieces of one size, with their beginning known before they are read. */

import { GovError } from '@gov/verdict';
import type { TableSource } from '../row.js';

const PIECE = 65_536;

/** Pieces of at most 64 KiB, copied where the source may use its buffer again. @throws GovError `input-too-large`, `invalid-argument` where the source yields no bytes */
export async function* pieces(source: TableSource, maxBytes: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  let total = 0;
  for await (const chunk of source instanceof Uint8Array ? [source] : source) {
    if (!(chunk instanceof Uint8Array))
      throw new GovError('invalid-argument', 'the source of a table yields something else than bytes');
    total += chunk.length;
    if (total > maxBytes) throw new GovError('input-too-large', `a table of more than ${maxBytes} bytes`);
    for (let at = 0; at < chunk.length; at += PIECE) {
      signal?.throwIfAborted();
      yield source === chunk ? chunk.subarray(at, at + PIECE) : chunk.slice(at, at + PIECE);
    }
  }
}

/** The first `length` bytes (fewer where there are no more), and everything, those among it. */
export async function withHead(
  source: AsyncGenerator<Uint8Array>,
  length: number,
): Promise<{ readonly head: Uint8Array; readonly all: AsyncGenerator<Uint8Array> }> {
  const gathered: Uint8Array[] = [];
  let size = 0;
  while (size < length) {
    const next = await source.next();
    if (next.done === true) break;
    gathered.push(next.value);
    size += next.value.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    for (let part = gathered.shift(); part !== undefined; part = gathered.shift()) yield part;
    yield* source;
  }
  return { head: concat(gathered).subarray(0, length), all: all() };
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
