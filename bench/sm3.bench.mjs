// SM3 of 1 MB: OpenSSL through Node is the floor, sm-crypto and sm-crypto-v2 are the peers.
import { createHash, randomFillSync } from 'node:crypto';
import { sm3 } from '@gov/sm/sm3';
import smCrypto from 'sm-crypto';
import { js } from '../packages/sm/dist/internal/sm3-js.js';
import { wasm } from '../packages/sm/dist/internal/sm3-wasm.js';
import { peer } from './peers.mjs';

const { sm3: v2 } = await peer('sm-crypto-v2');

const data = new Uint8Array(1 << 20);
randomFillSync(data);
const list = Array.from(data);
const peers = [
  { label: 'sm-crypto', run: () => smCrypto.sm3(list) },
  { label: 'sm-crypto-v2', run: () => v2(data) },
];

/** @type {import('./harness.mjs').Row[]} */
export const rows = [
  {
    work: 'SM3 of 1 MB',
    ours: { label: '@gov/sm', run: () => sm3(data) },
    floor: { label: 'node:crypto', run: () => createHash('sm3').update(data).digest() },
    peers,
    goal: { ofFloor: 0.95, times: { 'sm-crypto': 5 } },
  },
  {
    work: 'SM3 of 1 MB, WebAssembly',
    ours: { label: '@gov/sm wasm', run: () => wasm.hash(data) },
    peers,
    goal: { times: { 'sm-crypto': 8 } },
  },
  {
    work: 'SM3 of 1 MB, JavaScript',
    ours: { label: '@gov/sm js', run: () => js.hash(data) },
    peers,
    goal: { times: { 'sm-crypto': 5 } },
  },
];
