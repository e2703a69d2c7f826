/** Bodies of requests and responses, read within a limit. */
import { GovError } from '@gov/verdict';

/** @throws GovError `input-too-large` for more than `limit` octets; what the stream throws */
export async function readBody(
  { headers, body }: { readonly headers: Headers; readonly body: ReadableStream<Uint8Array> | null },
  limit: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const tooLarge = () => new GovError('input-too-large', `a body of more than ${limit} octets`);
  if (Number(headers.get('content-length') ?? 0) > limit) {
    await body?.cancel();
    throw tooLarge();
  }
  if (body === null) return new Uint8Array(0);
  const reader = body.getReader();
  const cancel = () => void reader.cancel(signal.reason).catch(() => undefined);
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      length += chunk.value.length;
      if (length > limit) {
        await reader.cancel();
        throw tooLarge();
      }
      chunks.push(chunk.value);
    }
    // A cancelled stream looks like one that has ended.
    signal.throwIfAborted();
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, at);
      at += chunk.length;
    }
    return bytes;
  } finally {
    signal.removeEventListener('abort', cancel);
  }
}

/** Undefined for what is not JSON in UTF-8. */
export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** Undefined for anything but a JSON object. */
export const asObject = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
