import { inspect } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { generateSm2Key, type Sm2PublicKey, sm2Digest, sm2Verifier } from '@gov/sm';
import {
  MAX_QUEUED_BYTES,
  MAX_QUEUED_MESSAGES,
  MAX_WORKER_THREADS,
  type Sm2WorkerPool,
  sm2WorkerPool,
} from '@gov/sm/workers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const key = generateSm2Key();
const other = generateSm2Key();
const text = (value: string) => new TextEncoder().encode(value);
const numbered = (count: number) => Array.from({ length: count }, (_, i) => text(`message ${i}`));

/** Every thread started since, so that a test can kill one. */
const workers: Worker[] = [];
const seeWorker = (worker: Worker) => workers.push(worker);

let shared: Sm2WorkerPool;
beforeAll(async () => {
  process.on('worker', seeWorker);
  shared = await sm2WorkerPool({ keys: { seal: key, other }, threads: 2 });
});
afterAll(async () => {
  process.off('worker', seeWorker);
  await shared.close();
});

const open: Sm2WorkerPool[] = [];
async function pool(options: Partial<Parameters<typeof sm2WorkerPool>[0]> = {}): Promise<Sm2WorkerPool> {
  workers.length = 0;
  const opened = await sm2WorkerPool({ keys: { seal: key, other }, threads: 2, ...options });
  open.push(opened);
  return opened;
}
afterEach(async () => {
  for (const one of open.splice(0)) await one.close({ abort: true });
});

async function expectAllFit(publicKey: Sm2PublicKey, messages: readonly Uint8Array[], signatures: Uint8Array[]) {
  const verifier = sm2Verifier(publicKey);
  expect(signatures).toHaveLength(messages.length);
  for (const [i, message] of messages.entries()) expect(await verifier.verify(message, signatures[i]!)).toBe(true);
}

describe('a pool of threads', () => {
  it('signs with each of its keys: messages, also empty ones, and digests', async () => {
    for (const [name, { publicKey }] of Object.entries({ seal: key, other })) {
      const signer = await shared.signer(name);
      expect(signer.publicKey).toEqual(publicKey.toSpki());
      const messages = [text('某市行政审批局'), new Uint8Array(0), new Uint8Array(3 * 1024 * 1024)];
      await expectAllFit(publicKey, messages, await Promise.all(messages.map((message) => signer.sign(message))));
      const e = sm2Digest(publicKey, text('a'));
      expect(await sm2Verifier(publicKey).verify(text('a'), await signer.signDigest(e))).toBe(true);
    }
  });

  it('answers calls made together each with its own signature, and many in their order', async () => {
    const signer = await shared.signer('seal');
    const messages = numbered(150);
    const e = sm2Digest(key.publicKey, text('between'));
    const [signatures, digest, many] = await Promise.all([
      Promise.all(messages.map((message) => signer.sign(message))),
      signer.signDigest(e),
      signer.signMany(messages),
    ]);
    await expectAllFit(key.publicKey, messages, signatures);
    await expectAllFit(key.publicKey, messages, many);
    expect(await sm2Verifier(key.publicKey).verifyDigest(e, digest)).toBe(true);
    expect(await signer.signMany([])).toEqual([]);
  });

  it('signs what the message was when sign was called, a Buffer too', async () => {
    const signer = await shared.signer('seal');
    const message = Buffer.from('before');
    const signature = signer.sign(message);
    message.fill(0);
    expect(await sm2Verifier(key.publicKey).verify(text('before'), await signature)).toBe(true);
  });

  it("takes another signer's ID", async () => {
    const id = text('alice@example.com');
    const signer = await (await pool({ id })).signer('seal');
    const signature = await signer.sign(text('a'));
    expect(await sm2Verifier(key.publicKey, { id }).verify(text('a'), signature)).toBe(true);
    expect(await sm2Verifier(key.publicKey).verify(text('a'), signature)).toBe(false);
  });

  it('tells how far it is', async () => {
    const signer = await shared.signer('seal');
    const told: number[] = [];
    await signer.signMany(numbered(200), {
      onProgress: (done, total) => {
        expect(total).toBe(200);
        told.push(done);
      },
    });
    expect(told.at(-1)).toBe(200);
    expect(told.length).toBeGreaterThan(3);
    expect(told).toEqual([...told].sort((a, b) => a - b));
  });

  it('stops when told to: at once, in the middle, and goes on with other work', async () => {
    const signer = await shared.signer('seal');
    const reason = new Error('enough');
    await expect(signer.signMany(numbered(3), { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const controller = new AbortController();
    let told = 0;
    const stopped = signer.signMany(numbered(5000), {
      signal: controller.signal,
      onProgress: () => {
        told++;
        controller.abort(reason);
      },
    });
    await expect(stopped).rejects.toBe(reason);
    await expectAllFit(key.publicKey, numbered(10), await signer.signMany(numbered(10)));
    expect(told).toBe(1);
  });

  it.each([0, -1, 1.5, Number.NaN, MAX_WORKER_THREADS + 1])('refuses %s threads', async (threads) => {
    await expect(sm2WorkerPool({ keys: { seal: key }, threads })).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it.each(['', '.', '..', '-x', 'a/b', 'a b', 'é', 'a'.repeat(65)])('refuses the name %j', async (name) => {
    await expect(sm2WorkerPool({ keys: { [name]: key } })).rejects.toMatchObject({ code: 'invalid-argument' });
  });

  it('refuses no keys, too many keys, an ID that is too long, a backend that is not there', async () => {
    const many = Object.fromEntries(Array.from({ length: 1001 }, (_, i) => [`k${i}`, key]));
    await expect(sm2WorkerPool({ keys: {} })).rejects.toMatchObject({ code: 'invalid-argument' });
    await expect(sm2WorkerPool({ keys: many })).rejects.toMatchObject({ code: 'limit-exceeded' });
    const id = new Uint8Array(8192);
    await expect(sm2WorkerPool({ keys: { seal: key }, id })).rejects.toMatchObject({ code: 'invalid-argument' });
    const backend = 'abacus' as 'js';
    await expect(sm2WorkerPool({ keys: { seal: key }, backend })).rejects.toMatchObject({
      code: 'backend-unavailable',
    });
  });

  it('has no key of another name, nor of a name that every object has', async () => {
    for (const name of ['seals', '__proto__', 'constructor', '']) {
      await expect(shared.signer(name)).rejects.toMatchObject({ code: 'pool-key-unknown' });
    }
  });

  it('refuses a digest of another length', async () => {
    const signer = await shared.signer('seal');
    for (const length of [0, 31, 33]) {
      await expect(signer.signDigest(new Uint8Array(length))).rejects.toMatchObject({ code: 'invalid-argument' });
    }
  });

  it('lets so many octets wait and refuses more, which harms nobody else', async () => {
    const signer = await shared.signer('seal');
    const half = new Uint8Array(MAX_QUEUED_BYTES / 2);
    // The queue begins to move when this turn ends.
    const calls = [half, half, new Uint8Array(1)].map((message) => signer.sign(message));
    const settled = await Promise.allSettled(calls);
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(settled[2]).toMatchObject({ reason: { code: 'limit-exceeded' } });
    expect(await signer.sign(text('a'))).toHaveLength(64);
  });

  it('lets so many messages wait and refuses one more', async () => {
    const opened = await pool();
    const signer = await opened.signer('seal');
    const none = new Uint8Array(0);
    const all = Promise.allSettled(Array.from({ length: MAX_QUEUED_MESSAGES + 1 }, () => signer.sign(none)));
    await opened.close({ abort: true });
    const codes = (await all).map((one) => (one.status === 'rejected' ? one.reason.code : 'signed'));
    expect(codes.indexOf('limit-exceeded')).toBe(MAX_QUEUED_MESSAGES);
  });

  it('survives the death of a thread: what it signed fails, the rest and what follows is signed', async () => {
    const signer = await (await pool()).signer('seal');
    const calls = numbered(2000).map((message) => signer.sign(message));
    const all = Promise.allSettled(calls);
    await calls[0];
    await workers[0]!.terminate();
    const settled = await all;
    const failed = settled.filter((one) => one.status === 'rejected');
    expect(failed.length).toBeGreaterThan(0);
    expect(failed.length).toBeLessThan(1000);
    for (const { reason } of failed) expect(reason).toMatchObject({ code: 'pool-unavailable' });
    expect(workers).toHaveLength(3);
    await expectAllFit(key.publicKey, numbered(300), await signer.signMany(numbered(300)));
  });

  it('survives the death of all its threads while nothing is to be done', async () => {
    const signer = await (await pool()).signer('seal');
    const [first, second] = workers;
    await first!.terminate();
    // As of a thread that threw while nobody waited for it.
    second!.emit('error', new Error('broken'));
    await expectAllFit(key.publicKey, numbered(20), await signer.signMany(numbered(20)));
  });

  it('signs everything before it closes, and nothing after', async () => {
    const opened = await pool();
    const signer = await opened.signer('seal');
    const messages = numbered(300);
    const calls = Promise.all(messages.map((message) => signer.sign(message)));
    const many = signer.signMany(messages);
    const closed = opened.close();
    await expect(signer.sign(text('late'))).rejects.toMatchObject({ code: 'pool-unavailable' });
    await expect(signer.signMany([text('late')])).rejects.toMatchObject({ code: 'pool-unavailable' });
    await closed;
    await expectAllFit(key.publicKey, messages, await calls);
    await expectAllFit(key.publicKey, messages, await many);
    await opened.close();
  });

  it('fails what is not signed when it is closed at once', async () => {
    const opened = await pool();
    const signer = await opened.signer('seal');
    const calls = numbered(2000).map((message) => signer.sign(message));
    const all = Promise.allSettled([...calls, signer.signMany(numbered(2000))]);
    await calls[0];
    await opened.close({ abort: true });
    const failed = (await all).filter((one) => one.status === 'rejected');
    expect(failed.length).toBeGreaterThan(1000);
    for (const { reason } of failed) expect(reason).toMatchObject({ code: 'pool-unavailable' });
  });

  it('shows no key', async () => {
    const opened = await pool();
    const signer = await opened.signer('seal');
    const pkcs8 = key.toPkcs8();
    const scalar = Buffer.from(pkcs8).toString('hex').slice(-204, -140);
    const shown = inspect([opened, signer], { depth: 20, showHidden: true }) + JSON.stringify([opened, signer]);
    expect(shown).not.toContain(scalar);
    expect(shown).not.toContain([...pkcs8.subarray(-102, -98)].join(', '));
  });
});
