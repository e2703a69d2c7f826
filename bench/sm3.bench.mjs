// SM3 of 1 MB: OpenSSL through Node is the floor, sm-crypto the peer.
import { createHash, randomFillSync } from 'node:crypto';
import { sm3 } from '@gov/sm/sm3';
import smCrypto from 'sm-crypto';

const data = new Uint8Array(1 << 20);
randomFillSync(data);
const list = Array.from(data);

/** @type {import('./harness.mjs').Row[]} */
export const rows = [
  {
    work: 'SM3 of 1 MB',
    ours: { label: '@gov/sm', run: () => sm3(data) },
    floor: { label: 'node:crypto', run: () => createHash('sm3').update(data).digest() },
    peers: [{ label: 'sm-crypto', run: () => smCrypto.sm3(list) }],
    goal: { ofFloor: 0.95, times: { 'sm-crypto': 5 } },
  },
];
