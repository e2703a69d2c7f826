import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { bytesToHex, sm3, sm3Stream } from '@gov/sm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const counted = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 151 + 7) & 0xff);
const refusal = (code: string) => expect.objectContaining({ name: 'GovError', code });

async function* generated(...chunks: readonly unknown[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield chunk as Uint8Array;
}

/** A stream of the web whose cancellation is written down. */
function webStream(chunks: readonly Uint8Array[], cancelled: unknown[] = []): ReadableStream<Uint8Array> {
  const left = [...chunks];
  return new ReadableStream({
    pull(controller) {
      const chunk = left.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(chunk);
    },
    cancel: (reason) => void cancelled.push(reason),
  });
}

/** Gives one chunk, and then nothing ever. */
const stalled = {
  node: () => {
    let given = false;
    return new Readable({
      read() {
        if (!given) this.push(counted(10));
        given = true;
      },
    });
  },
  web: (cancelled: unknown[]) =>
    new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(counted(10)),
      cancel: (reason) => void cancelled.push(reason),
    }),
};

describe('sm3Stream hashes', () => {
  it('every split of 200 bytes, from a generator and from a stream of the web', async () => {
    const message = counted(200);
    const wanted = bytesToHex(sm3(message));
    for (let at = 0; at <= 200; at++) {
      const chunks = [message.subarray(0, at), message.subarray(at)];
      expect(bytesToHex(await sm3Stream(generated(...chunks)))).toBe(wanted);
      expect(bytesToHex(await sm3Stream(webStream(chunks)))).toBe(wanted);
    }
  });

  it('chunks of any length, also of none', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 12 }), async (chunks) => {
        const wanted = bytesToHex(sm3(...chunks));
        expect(bytesToHex(await sm3Stream(generated(...chunks)))).toBe(wanted);
        expect(bytesToHex(await sm3Stream(webStream(chunks)))).toBe(wanted);
        expect(bytesToHex(await sm3Stream(Readable.from(chunks.map((chunk) => Buffer.from(chunk)))))).toBe(wanted);
      }),
      { numRuns: 200 },
    );
  });

  it('a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gov-sm3-'));
    try {
      const file = join(folder, 'data');
      for (const length of [0, 1, 300_000]) {
        writeFileSync(file, counted(length));
        expect(await sm3Stream(createReadStream(file))).toEqual(sm3(counted(length)));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('a Blob and the body of a response', async () => {
    const data = counted(200_000);
    expect(await sm3Stream(new Blob([data]).stream())).toEqual(sm3(data));
    expect(await sm3Stream(new Response(data).body!)).toEqual(sm3(data));
  });

  it('nothing as the empty message', async () => expect(await sm3Stream(generated())).toEqual(sm3()));

  it('and tells how many bytes there were, chunk by chunk', async () => {
    const told: number[] = [];
    const chunks = [counted(10), new Uint8Array(0), counted(5), counted(100)];
    await sm3Stream(generated(...chunks), { onProgress: (bytes) => told.push(bytes) });
    expect(told).toEqual([10, 10, 15, 115]);
  });
});

describe('sm3Stream, aborted,', () => {
  const reason = new Error('enough');

  it.each(['node', 'web'] as const)('answers at once while a %s stream stalls, and closes it', async (kind) => {
    const cancelled: unknown[] = [];
    const source = stalled[kind](cancelled);
    const controller = new AbortController();
    const digest = sm3Stream(source, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 10);
    await expect(digest).rejects.toBe(reason);
    if (source instanceof Readable) expect(source.destroyed).toBe(true);
    else expect(cancelled).toEqual([reason]);
  });

  it('goes no further with a generator, and ends it', async () => {
    let ended = false;
    async function* endless() {
      try {
        for (;;) {
          await new Promise((resolve) => setTimeout(resolve, 1));
          yield counted(10);
        }
      } finally {
        ended = true;
      }
    }
    const controller = new AbortController();
    const told: number[] = [];
    const digest = sm3Stream(endless(), {
      signal: controller.signal,
      onProgress(bytes) {
        told.push(bytes);
        if (bytes === 30) controller.abort(reason);
      },
    });
    await expect(digest).rejects.toBe(reason);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(told).toEqual([10, 20, 30]);
    expect(ended).toBe(true);
  });

  it('before it began, reads nothing and closes the source', async () => {
    const cancelled: unknown[] = [];
    const signal = AbortSignal.abort(reason);
    await expect(sm3Stream(webStream([counted(1)], cancelled), { signal })).rejects.toBe(reason);
    expect(cancelled).toEqual([reason]);
    const node = stalled.node();
    await expect(sm3Stream(node, { signal })).rejects.toBe(reason);
    expect(node.destroyed).toBe(true);
  });

  it('after it ended, changes nothing, and no listener is left on the signal', async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    const digest = await sm3Stream(generated(counted(200)), { signal });
    controller.abort(reason);
    expect(digest).toEqual(sm3(counted(200)));
    await Promise.resolve();
    expect(listeners).toBe(0);
  });
});

describe('sm3Stream fails', () => {
  it('as the source does', async () => {
    const failure = new Error('disk');
    async function* failing() {
      yield counted(5);
      throw failure;
    }
    await expect(sm3Stream(failing())).rejects.toBe(failure);
    const node = new Readable({ read: () => node.destroy(failure) });
    await expect(sm3Stream(node)).rejects.toBe(failure);
    const web = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(failure) });
    await expect(sm3Stream(web)).rejects.toBe(failure);
    await expect(sm3Stream(createReadStream('/nowhere/at/all'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('as the progress callback does, and closes the source', async () => {
    const failure = new Error('drawing');
    const cancelled: unknown[] = [];
    const onProgress = () => {
      throw failure;
    };
    await expect(sm3Stream(webStream([counted(5), counted(5)], cancelled), { onProgress })).rejects.toBe(failure);
    expect(cancelled).toEqual([failure]);
    const node = stalled.node();
    await expect(sm3Stream(node, { onProgress })).rejects.toBe(failure);
    expect(node.destroyed).toBe(true);
  });

  it.each(['text', 7, null, undefined, [1, 2], new ArrayBuffer(4), new Uint16Array(2)])(
    'for a chunk %s',
    async (chunk) => {
      await expect(sm3Stream(generated(counted(5), chunk))).rejects.toThrowError(refusal('invalid-argument'));
    },
  );

  it('for a stream that is set to text, and closes it', async () => {
    const node = Readable.from([Buffer.from('abc')], { objectMode: false }).setEncoding('utf8');
    await expect(sm3Stream(node)).rejects.toThrowError(refusal('invalid-argument'));
    expect(node.destroyed).toBe(true);
  });

  it('for a source that is none or has another reader', async () => {
    const locked = webStream([counted(5)]);
    locked.getReader();
    for (const source of [locked, new Uint8Array(5), [counted(5)], {}])
      await expect(sm3Stream(source as never)).rejects.toThrowError(refusal('invalid-argument'));
  });
});

describe('memory', () => {
  it('stays as it is, however long the stream', async () => {
    const megabytes = process.env.SLOW ? 600 : 200;
    async function* long() {
      for (let i = 0; i < megabytes * 16; i++) yield new Uint8Array(1 << 16).fill(i);
    }
    await sm3Stream(generated(counted(100)));
    const before = process.memoryUsage.rss();
    let highest = before;
    await sm3Stream(long(), {
      signal: new AbortController().signal,
      onProgress: () => {
        highest = Math.max(highest, process.memoryUsage.rss());
      },
    });
    expect((highest - before) / 1e6).toBeLessThan(100);
  });
});
