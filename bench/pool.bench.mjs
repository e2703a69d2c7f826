// SM2 signing of 256 bytes in worker threads, against one core that signs in its own process, and against the same calls
// through the crypto pool's protocol without a network.
import { randomFillSync } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { cryptoPool } from '@gov/sm/pool';
import { bearerTokens, cryptoPoolHandler } from '@gov/sm/pool/server';
import { sm2WorkerPool } from '@gov/sm/workers';

const key = generateSm2Key();
const messages = Array.from({ length: 512 }, () => randomFillSync(new Uint8Array(256)));
const signer = sm2Signer(key);
const threads = Math.min(availableParallelism(), 2);
const workers = await (await sm2WorkerPool({ keys: { seal: key }, threads })).signer('seal');

const token = 'a-token-that-nobody-guesses';
const handler = cryptoPoolHandler({ keys: { seal: workers }, authorize: bearerTokens({ bench: token }) });
const pool = cryptoPool({
  url: 'https://pool.example/',
  token,
  fetch: (url, init) => handler(new Request(url, init)),
});
const remote = await pool.signer('seal');

const oneCore = {
  label: 'one core',
  times: messages.length,
  run: async () => {
    for (const message of messages) await signer.sign(message);
  },
};

/** @type {import('./harness.mjs').Row[]} */
export const rows = [
  {
    work: `SM2 sign, ${threads} worker threads, signMany`,
    ours: { label: 'signMany', times: messages.length, run: () => workers.signMany(messages) },
    peers: [oneCore],
    goal: threads > 1 ? { times: { 'one core': 1.7 } } : {},
    roundMs: 1000,
  },
  {
    work: `SM2 sign, ${threads} worker threads, single calls`,
    ours: {
      label: 'sign',
      times: messages.length,
      run: () => Promise.all(messages.map((message) => workers.sign(message))),
    },
    peers: [oneCore],
    goal: threads > 1 ? { times: { 'one core': 1.7 } } : {},
    roundMs: 1000,
  },
  {
    work: `SM2 sign, crypto pool on ${threads} threads, each signature verified`,
    ours: { label: 'signMany', times: messages.length, run: () => remote.signMany(messages) },
    peers: [oneCore],
    roundMs: 1000,
  },
];
