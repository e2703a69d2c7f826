/**
 * SM3 of a stream (流式杂凑): files and downloads of any size in constant memory.
 *
 * @packageDocumentation
 */
import { GovError } from '@gov/verdict';
import { untilAborted } from './internal/abort.js';
import { Sm3 } from './sm3.js';

/** Node's streams and async generators; the streams of browsers (`blob.stream()`, `response.body`). */
export type ByteSource = AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

export interface Sm3StreamOptions {
  /** Stops the work: the promise is rejected with the signal's reason and the source is closed. */
  readonly signal?: AbortSignal;
  /** Told after every chunk how many bytes there were so far; nothing is left out, so draw less often than it is called. */
  readonly onProgress?: (bytes: number) => void;
}

/**
 * SM3 of all that a source gives, 32 bytes. On failure and on abort the source is closed (destroyed, cancelled).
 *
 * @throws GovError `invalid-argument` for a source that cannot be read or gives anything but `Uint8Array`; whatever the
 *   source throws
 *
 * @example
 * import { sm3Stream } from '@gov/sm/sm3-stream';
 * await sm3Stream(new Blob(['abc']).stream()); // 66c7f0f4 62eeedd9 …; in Node also `createReadStream(path)`
 */
export async function sm3Stream(source: ByteSource, options: Sm3StreamOptions = {}): Promise<Uint8Array> {
  const { signal, onProgress } = options;
  const chunks = chunksOf(source);
  let ended = false;
  const work = async () => {
    const hash = new Sm3();
    let bytes = 0;
    for (let chunk = await chunks.next(); !ended && !chunk.done; chunk = await chunks.next()) {
      if (!(chunk.value instanceof Uint8Array))
        throw new GovError('invalid-argument', 'the source gives no Uint8Array');
      hash.update(chunk.value);
      bytes += chunk.value.length;
      onProgress?.(bytes);
    }
    return hash.digest();
  };
  try {
    signal?.throwIfAborted();
    return await untilAborted(work(), signal);
  } catch (error) {
    chunks.close(error);
    throw error;
  } finally {
    ended = true;
  }
}

interface Chunks {
  next(): Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>;
  /** Does not wait: a source that hangs would hang here too. */
  close(reason: unknown): void;
}

function chunksOf(source: ByteSource): Chunks {
  if ('getReader' in source) {
    if (source.locked) throw new GovError('invalid-argument', 'the source has another reader');
    const reader = source.getReader();
    return { next: () => reader.read(), close: (reason) => ignored(reader.cancel(reason)) };
  }
  const iterator = source[Symbol.asyncIterator]?.();
  if (iterator === undefined) throw new GovError('invalid-argument', 'the source is no stream');
  return {
    next: () => iterator.next(),
    close() {
      // `return` of a Node stream's iterator waits behind a chunk that may never come; `destroy` does not.
      if ('destroy' in source && typeof source.destroy === 'function') source.destroy();
      else ignored(iterator.return?.());
    },
  };
}

/** The failure that closes the source has been told already; one of the closing itself adds nothing. */
function ignored(promise: Promise<unknown> | undefined): void {
  promise?.catch(() => undefined);
}
