// Status lists of ten million licences: signing, opening and asking, with the token's size and what a process takes.
import { inflateSync } from 'node:zlib';
import { sm2Verifier } from '@gov/sm';
import { issueStatusListToken, readStatusListToken, StatusList, verifyStatusListToken } from '@gov/token/status-list';
import { issuer } from './world.mjs';

const SLOTS = 10_000_000;
const ASKED = 100_000;
const URI = 'https://status.example.gov.cn/lists/0';
const verifier = sm2Verifier(issuer.publicKey);

/** Numbers from a seed: every run measures the same lists. @param {number} seed */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** 2 bits each, this share of the slots not valid, a fifth of them suspended. @param {number} length @param {number} share */
function listOf(length, share) {
  const list = new StatusList(length, 2);
  const next = numbers(length + share * 1000);
  for (let slot = 0; slot < length; slot++) if (next() < share) list.set(slot, next() < 0.2 ? 2 : 1);
  return list;
}

/** @param {StatusList} list */
const signed = (list) => {
  const issuedAt = new Date('2026-11-22T00:00:00Z');
  return issueStatusListToken({ uri: URI, list, issuedAt, ttl: 300 }, { signer: issuer.signer });
};

/** @param {string} token */
async function opened(token) {
  const read = readStatusListToken(token);
  if (!(await verifyStatusListToken(read, verifier))) throw new Error('not genuine');
  return StatusList.decompress(read.compressed, read.bits);
}

/** @type {import('./harness.mjs').Row[]} */
export const rows = [];
for (const [length, share] of /** @type {const} */ ([
  [1_048_576, 0.01],
  [SLOTS, 0.001],
  [SLOTS, 0.01],
  [SLOTS, 0.1],
])) {
  const list = listOf(length, share);
  const token = await signed(list);
  const { compressed } = readStatusListToken(token);
  const name = `status list of ${length.toLocaleString('en')}, ${share * 100} % not valid`;
  const kilobytes = Math.round(token.length / 1000).toLocaleString('en');
  rows.push(
    {
      work: `${name}: compress and sign (${kilobytes} kB)`,
      ours: { label: 'SM2', run: () => signed(list) },
      rounds: 3,
    },
    {
      work: `${name}: read, verify, inflate`,
      ours: { label: 'SM2', run: () => opened(token) },
      floor: { label: 'inflate alone', run: () => inflateSync(compressed) },
      rounds: 5,
    },
  );
}

const list = listOf(SLOTS, 0.01);
const next = numbers(7);
const indexes = Uint32Array.from({ length: ASKED }, () => Math.floor(next() * SLOTS));
rows.push({
  work: `status list of ${SLOTS.toLocaleString('en')}: one look-up`,
  ours: {
    label: 'StatusList',
    times: ASKED,
    run: () => {
      let sum = 0;
      for (const index of indexes) sum += list.get(index);
      return sum;
    },
  },
});
