/** Bodies of requests and answers, read within a limit. */
import { chunksOf } from './byte-source.js';

/** Undefined for more than `limit` octets, whatever the headers say. */
export async function readHttpBody(
  { body }: { readonly body: ReadableStream<Uint8Array> | null },
  limit: number,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunksOf(body ?? new Uint8Array(0), signal === undefined ? {} : { signal })) {
    length += chunk.length;
    if (length > limit) return undefined;
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** The media type of a message, without parameters. */
export const mediaType = ({ headers }: { readonly headers: Headers }): string =>
  (headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
