/** Readers meet what a stranger may send: they take it, or throw a `GovError`, soon. */
import { auditEntry, cosignHead, readAuditEntry, readHead, readProof, verifyEntryProof, writeProof } from '@gov/audit';
import { isGovError } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { random } from '../../../test/fuzz/mutation.js';
import { AT, entries, makeLog } from './world.js';

const RUNS = process.env.SLOW === undefined ? 2000 : 200_000;
const utf8 = new TextEncoder();
const text = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes);

const { log, key, stranger, headText } = await makeLog(300);
const head = await cosignHead(await headText(), 'witness.example/1', stranger.signer);
const proof = await log.prove(77, head, 200);
const seeds = {
  entry: [
    entries(0, 1)[0]!.bytes,
    auditEntry({ at: AT, action: 'a', actor: '某市', details: { a: 1, b: true, c: '证' } }).bytes,
  ],
  head: [utf8.encode(head), utf8.encode(await headText())],
  proof: [utf8.encode(writeProof(proof)), utf8.encode(writeProof(await log.prove(0, head)))],
};
const PIECES = [
  '"',
  '\\',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\n',
  '\u2014 ',
  '\\u0000',
  '\\ud800',
  '1e400',
  '-0',
  'null',
  '=',
  '+',
  '0',
  'time ',
].map((piece) => utf8.encode(piece));

function mutated(seed: Uint8Array, run: number): Uint8Array {
  const next = random(run);
  let bytes = [...seed];
  for (let changes = 1 + next(4); changes > 0; changes--) {
    const at = next(bytes.length + 1);
    const end = at + next(40);
    const change = next(6);
    if (change === 0) bytes.splice(at, 1, next(256));
    else if (change === 1) bytes.splice(at, end - at);
    else if (change === 2) bytes.splice(at, 0, ...bytes.slice(at, end));
    else if (change === 3) bytes.splice(at, next(3), ...PIECES[next(PIECES.length)]!);
    else if (change === 4) bytes = bytes.slice(0, at);
    else bytes.splice(at, 0, ...bytes.slice(next(bytes.length + 1)).slice(0, 200));
  }
  return Uint8Array.from(bytes);
}

describe.each<[string, readonly Uint8Array[], (bytes: Uint8Array) => unknown]>([
  ['entry', seeds.entry, readAuditEntry],
  ['head', seeds.head, (bytes) => readHead(new TextDecoder().decode(bytes))],
  ['proof', seeds.proof, (bytes) => readProof(new TextDecoder().decode(bytes))],
])('%s', (_, own, read) => {
  it(`${RUNS} times changed`, () => {
    for (let run = 0; run < RUNS; run++) {
      const bytes = mutated(own[run % own.length]!, run);
      const began = cpuTime();
      try {
        read(bytes);
      } catch (error) {
        if (!isGovError(error)) throw new Error(`run ${run}: ${text(bytes)}`, { cause: error });
      }
      expect(cpuTime() - began).toBeLessThan(1000);
    }
  });

  it('of any octets, nested and long', () => {
    for (const hostile of [
      '['.repeat(16_000),
      '{"a":'.repeat(3000),
      `{"details":${'['.repeat(8000)}${']'.repeat(8000)}}`,
      '\n'.repeat(32_000),
      '\u2014 a b\n'.repeat(4000),
      `a\n1\n${'A'.repeat(43)}=\ntime 2026-05-20T01:00:00Z\n\n${'\u2014 a A\n'.repeat(4000)}`,
      `${'a'.repeat(30_000)}\n`,
      '\u0000',
    ]) {
      const began = cpuTime();
      expect(() => read(utf8.encode(hostile))).toThrow(expect.objectContaining({ code: 'audit-malformed' }));
      expect(cpuTime() - began).toBeLessThan(1000);
    }
  });
});

it('a proof that was changed and still is one is invalid, or says the same', async () => {
  const options = { key: key.verifier, at: AT };
  let judged = 0;
  for (let run = 0; run < RUNS; run++) {
    const bytes = mutated(seeds.proof[0]!, run);
    try {
      const read = readProof(new TextDecoder().decode(bytes));
      judged++;
      const report = await verifyEntryProof(read, options);
      if (report.verdict === 'invalid') continue;
      expect(text(read.entry)).toBe(text(proof.entry));
      expect(report.subject.index).toBe(77);
    } catch (error) {
      if (!isGovError(error)) throw error;
    }
  }
  expect(judged).toBeGreaterThan(RUNS / 200);
});
