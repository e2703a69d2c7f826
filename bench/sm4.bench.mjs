// SM4 of 1 MB and of 64 bytes: OpenSSL through Node is the floor where it has the mode (no GCM, no CCM); sm-crypto and
// sm-crypto-v2 are the peers in what they offer (no CTR, no CCM; sm-crypto no GCM).
import { createCipheriv, randomFillSync } from 'node:crypto';
import { sm4Encrypt } from '@gov/sm/sm4';
import { peer } from './peers.mjs';

const { sm4: v1 } = (await peer('sm-crypto')).default;
const { sm4: v2 } = await peer('sm-crypto-v2');

const key = randomFillSync(new Uint8Array(16));
const iv = randomFillSync(new Uint8Array(16));
const nonce = iv.slice(0, 12);
const keyList = Array.from(key);
const ivList = Array.from(iv);

/** @param {number} length @param {string} size @returns {import('./harness.mjs').Row[]} */
function rowsOf(length, size) {
  const data = randomFillSync(new Uint8Array(length));
  const list = Array.from(data);
  const large = length > 1000;
  /** @param {string} name */
  const floor = (name) => ({
    label: 'node:crypto',
    run() {
      const cipher = createCipheriv(name, key, iv);
      return [cipher.update(data), cipher.final()];
    },
  });
  const cbcPeers = [
    {
      label: 'sm-crypto',
      run: () => v1.encrypt(list, keyList, { mode: 'cbc', iv: ivList, output: 'array' }),
    },
    { label: 'sm-crypto-v2', run: () => v2.encrypt(data, key, { mode: 'cbc', iv, output: 'array' }) },
  ];
  const gcmPeers = [
    {
      label: 'sm-crypto-v2',
      run: () => v2.encrypt(data, key, { mode: 'gcm', iv: nonce, output: 'array', outputTag: true }),
    },
  ];
  return [
    {
      work: `SM4-CBC of ${size}`,
      ours: { label: '@gov/sm', run: () => sm4Encrypt({ mode: 'cbc', key, iv }, data) },
      floor: floor('sm4-cbc'),
      peers: cbcPeers,
      goal: large ? { ofFloor: 0.85, times: { 'sm-crypto': 5 } } : {},
    },
    {
      work: `SM4-CBC of ${size}, JavaScript`,
      ours: { label: '@gov/sm js', run: () => sm4Encrypt({ mode: 'cbc', key, iv, backend: 'js' }, data) },
      peers: cbcPeers,
      goal: large ? { times: { 'sm-crypto': 4, 'sm-crypto-v2': 1.2 } } : {},
    },
    {
      work: `SM4-CTR of ${size}`,
      ours: { label: '@gov/sm', run: () => sm4Encrypt({ mode: 'ctr', key, iv }, data) },
      floor: floor('sm4-ctr'),
      goal: large ? { ofFloor: 0.85 } : {},
    },
    {
      work: `SM4-GCM of ${size}`,
      ours: { label: '@gov/sm', run: () => sm4Encrypt({ mode: 'gcm', key, nonce }, data) },
      peers: gcmPeers,
      goal: large ? { times: { 'sm-crypto-v2': 1.5 } } : {},
    },
    {
      work: `SM4-GCM of ${size}, JavaScript`,
      ours: { label: '@gov/sm js', run: () => sm4Encrypt({ mode: 'gcm', key, nonce, backend: 'js' }, data) },
      peers: gcmPeers,
      goal: large ? { times: { 'sm-crypto-v2': 1.2 } } : {},
    },
  ];
}

/** @type {import('./harness.mjs').Row[]} */
export const rows = [...rowsOf(1 << 20, '1 MB'), ...rowsOf(64, '64 bytes')];
