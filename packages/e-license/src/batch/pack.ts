/** Checked rows of a range as they lie in the store until they are issued: JSON Lines, deflated (RFC 1951). */

import { GovError } from '@gov/verdict';
import type { LicenseData } from '../metadata.js';

export const RANGE_LIMITS = {
  /** Rows of one range. */
  rows: 5_000,
  /** Octets of a range, inflated. */
  bytes: 128 * 1024 * 1024,
} as const;

/** A row of a batch: the line of the file that it comes from, and its data. */
export interface BatchRow {
  readonly line: number;
  readonly data: LicenseData;
}

export async function packRows(rows: readonly BatchRow[]): Promise<Uint8Array> {
  const lines = rows.map(({ line, data }) => JSON.stringify([line, data]));
  return collect(
    new Blob([lines.join('\n')]).stream().pipeThrough(new CompressionStream('deflate-raw')),
    RANGE_LIMITS.bytes,
  );
}

/** @throws GovError `input-malformed` for anything but what `packRows` made */
export async function unpackRows(bytes: Uint8Array): Promise<BatchRow[]> {
  try {
    const inflated = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await collect(inflated, RANGE_LIMITS.bytes));
    return text.split('\n').map((json) => {
      const [line, data] = JSON.parse(json) as [number, LicenseData];
      return { line, data };
    });
  } catch (cause) {
    throw new GovError('input-malformed', 'the rows of a range of the batch are damaged', { cause });
  }
}

async function collect(stream: ReadableStream<Uint8Array>, max: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream as unknown as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > max) throw new GovError('limit-exceeded', `a range of more than ${max} octets`);
    chunks.push(chunk);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
