import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSm2PrivateKey, readSm2PublicKey, sm2Digest, sm2Signer, sm2Verifier } from '@gov/sm';
import smCrypto from 'sm-crypto';
import * as smCryptoV2 from 'sm-crypto-v2';
import { afterAll, describe, expect, it } from 'vitest';
import { tool } from '../tools.js';
import { ROWS, randomBytes } from './cases.js';
import { exceptionsOf, MEASURED, render } from './document.js';
import { sec1 } from './encodings.js';
import { gmCryptoPeer } from './gm-crypto.js';
import { type Answers, answer, type Question } from './hostile.js';
import { sm2CiphertextQuestions, sm4Questions } from './hostile-ciphertexts.js';
import { privateKeyQuestions, publicKeyQuestions } from './hostile-keys.js';
import { signatureQuestions } from './hostile-signatures.js';
import { type Cell, type Direction, measure, reason } from './matrix.js';
import { node26Peer } from './node-26.js';
import { opensslPeer } from './openssl.js';
import { hex, type Peer, type Row } from './peer.js';
import { smCryptoPeer, smCryptoV2Peer } from './sm-crypto.js';

const openssl = tool('openssl', 'version');
const node26 = await node26Peer();
if (node26 === undefined) console.warn('skipped: Node 26: npm has installed none for this machine');
afterAll(() => node26?.[Symbol.dispose]());

const PEERS: readonly (readonly [string, Peer | undefined])[] = [
  ['openssl', openssl && opensslPeer(openssl)],
  ['Node 26', node26],
  ['sm-crypto', smCryptoPeer],
  ['sm-crypto-v2', smCryptoV2Peer],
  ['gm-crypto', gmCryptoPeer],
];

const cells: Cell[] = [];
const answers: { question: Question; answers: Answers }[] = [];

describe.each(PEERS)('%s', (_, peer) => {
  describe.skipIf(peer === undefined)('here', () => {
    const tasks = ROWS.flatMap((row) =>
      (['take', 'make'] as const)
        .filter((direction) => peer !== undefined && reason(peer, row, direction) === undefined)
        .map((direction): [Row, string, Direction] => [
          row,
          direction === 'take' ? 'takes ours' : 'makes ours',
          direction,
        ]),
    );
    // Without the program there is still one test, to be counted as skipped.
    it.each(peer === undefined ? [[ROWS[0]!, 'is not here', 'take' as const]] : tasks)(
      '%s: %s',
      async (row, _, direction) => {
        const cell = await measure(row, peer!, direction);
        cells.push(cell);
        const known = exceptionsOf(peer!, row, direction).flatMap(({ cases }) => cases);
        expect([...cell.failed.keys()].sort(), JSON.stringify([...cell.failed], null, 1)).toEqual([...known].sort());
        expect(cell.passed.length).toBeGreaterThan(0);
      },
      120_000,
    );
  });
});

describe('at and beyond the edge of the standard', () => {
  const questions = [
    ...signatureQuestions(openssl),
    ...publicKeyQuestions(openssl),
    ...privateKeyQuestions(openssl),
    ...sm2CiphertextQuestions(openssl),
    ...sm4Questions(openssl),
  ];
  it.each(questions.map((question): [string, string, Question] => [question.name, question.expected, question]))(
    '%s: %s',
    async (_, expected, question) => {
      const said: Record<string, Answers[string]> = {};
      for (const [name, act] of Object.entries(question.ask)) if (act !== undefined) said[name] = await answer(act);
      answers.push({ question, answers: said });
      expect(said['@gov/sm']).toBe(expected);
    },
  );

  it('every question can be answered rightly: each kind has one that all accept', () => {
    const accepted = answers.filter(({ question }) => question.expected === 'accepts');
    expect(accepted.length).toBeGreaterThan(8);
    for (const name of ['openssl', 'sm-crypto', 'sm-crypto-v2', 'gm-crypto'])
      if (name !== 'openssl' || openssl !== undefined)
        expect(accepted.some(({ answers }) => answers[name] === 'accepts')).toBe(true);
  });
});

it('agrees with sm-crypto and sm-crypto-v2 on signatures with one bit changed anywhere', async () => {
  const key = readSm2PrivateKey(sec1(randomBytes('key of changes', 32)));
  const message = randomBytes('message of changes', 100);
  const signature = await sm2Signer(key).sign(message);
  const e = sm2Digest(key.publicKey, message);
  for (let i = 0; i < 96; i++) {
    const position = randomBytes(`position ${i}`, 2);
    const bit = ((position[0]! << 8) | position[1]!) % (8 * (64 + 32 + 64));
    const all = Uint8Array.from([...signature, ...e, ...key.publicKey.point.subarray(1)]);
    all[bit >> 3]! ^= 1 << (bit & 7);
    const [s, d, point] = [all.subarray(0, 64), all.subarray(64, 96), Uint8Array.of(4, ...all.subarray(96))];
    const verdicts = [
      await answer(() => sm2Verifier(readSm2PublicKey(point)).verifyDigest(d, s)),
      await answer(() => smCrypto.sm2.doVerifySignature(d, hex(s), hex(point), { hash: false })),
      await answer(() => smCryptoV2.sm2.doVerifySignature(d, hex(s), hex(point), { hash: false })),
    ];
    expect(verdicts, `bit ${bit}`).toEqual(['refuses', 'refuses', 'refuses']);
  }
});

describe.skipIf(PEERS.some(([, peer]) => peer === undefined))('docs/interop.md', () => {
  it('says what was measured', () => {
    const file = join(import.meta.dirname, '../../../docs/interop.md');
    const peers = PEERS.map(([, peer]) => peer!);
    const now = render({ peers, rows: ROWS, cells, answers }, new Date().toISOString().slice(0, 10));
    if (process.env.INTEROP === 'write') writeFileSync(file, now);
    const withoutDate = (text: string) => text.replaceAll(new RegExp(`^${MEASURED}.*$`, 'gm'), '');
    expect(withoutDate(readFileSync(file, 'utf8')), 'npm run interop writes it anew').toBe(withoutDate(now));
  });
});
