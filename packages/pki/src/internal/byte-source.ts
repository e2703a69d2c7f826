/** Chunks of whatever gives bytes, one after another, until the source ends or the caller has had enough. */
import type { ByteSource } from '@gov/sm/sm3-stream';
import { GovError } from '@gov/verdict';

export interface StreamOptions {
  /** Stops the work: the promise is rejected with the signal's reason and the source is closed. */
  readonly signal?: AbortSignal;
  /** Told after every chunk how many bytes of the source there were so far. */
  readonly onProgress?: (bytes: number) => void;
}

/**
 * The chunks of a source; bytes are one chunk. Whatever ends the iteration closes (destroys, cancels) the source.
 *
 * @throws GovError `invalid-argument` for a source that cannot be read or gives anything but `Uint8Array`
 */
export async function* chunksOf(
  source: Uint8Array | ByteSource,
  { signal, onProgress }: StreamOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  signal?.throwIfAborted();
  if (source instanceof Uint8Array) {
    yield source;
    onProgress?.(source.length);
    return;
  }
  const { next, close } = opened(source);
  // A race against one lasting promise would hold every chunk for as long as that promise lives.
  let reject: (reason: unknown) => void = () => undefined;
  const abort = () => reject(signal?.reason);
  const nextOrAborted = () =>
    new Promise<Awaited<ReturnType<typeof next>>>((resolve, rejectThis) => {
      reject = rejectThis;
      next().then(resolve, rejectThis);
    });
  signal?.addEventListener('abort', abort, { once: true });
  let bytes = 0;
  let ended = false;
  try {
    for (;;) {
      signal?.throwIfAborted();
      const { done, value } = await nextOrAborted();
      if (done === true) {
        ended = true;
        return;
      }
      if (!(value instanceof Uint8Array)) throw new GovError('invalid-argument', 'the source gives no Uint8Array');
      yield value;
      bytes += value.length;
      onProgress?.(bytes);
    }
  } finally {
    signal?.removeEventListener('abort', abort);
    if (!ended) close();
  }
}

interface Opened {
  next(): Promise<{ readonly done?: boolean | undefined; readonly value?: unknown }>;
  /** Does not wait: a source that hangs would hang here too. */
  close(): void;
}

function opened(source: ByteSource): Opened {
  if ('getReader' in source) {
    if (source.locked) throw new GovError('invalid-argument', 'the source has another reader');
    const reader = source.getReader();
    return { next: () => reader.read(), close: () => void reader.cancel().catch(() => undefined) };
  }
  const iterator = source[Symbol.asyncIterator]?.();
  if (iterator === undefined) throw new GovError('invalid-argument', 'the source is no stream');
  return {
    next: () => iterator.next(),
    close() {
      // `return` of a Node stream's iterator waits behind a chunk that may never come; `destroy` does not.
      if ('destroy' in source && typeof source.destroy === 'function') source.destroy();
      else iterator.return?.()?.catch(() => undefined);
    },
  };
}
