/** What docs/formats/audit-log-vectors.json says is what this code does, and of trees what the RFC's own words give. */
import { readFileSync } from 'node:fs';
import {
  consistencyProof,
  headKeyId,
  inclusionProof,
  leafHash,
  readAuditEntry,
  readHead,
  readProof,
  rootOf,
  verifyCommitment,
  verifyEntryProof,
} from '@gov/audit';
import { bytesToHex, hexToBytes, readSm2PublicKey, sm2Verifier } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import { expect, it } from 'vitest';

interface Vectors {
  readonly tree: {
    readonly roots: readonly { size: number; root: string }[];
    readonly inclusion: readonly { index: number; size: number; proof: string[] }[];
    readonly consistency: readonly { from: number; to: number; proof: string[] }[];
  };
  readonly entry: { text: string; leaf: string; opening: { name: string; salt: string; value: string } };
  readonly at: string;
  readonly key: string;
  readonly keyId: string;
  readonly trusted: string;
  readonly vectors: readonly { name: string; verdict: string; codes: string[]; text: string }[];
}
const file: Vectors = JSON.parse(
  readFileSync(new URL('../../../docs/formats/audit-log-vectors.json', import.meta.url), 'utf8'),
);
const utf8 = new TextEncoder();
const leaves = Array.from({ length: 1000 }, (_, index) => leafHash(utf8.encode(`${index}`)));
const first = (size: number): Uint8Array[] => leaves.slice(0, size);
const verifier = sm2Verifier(readSm2PublicKey(file.key));

it('trees', () => {
  for (const { size, root } of file.tree.roots) expect(bytesToHex(rootOf(first(size)))).toBe(root);
  for (const { index, size, proof } of file.tree.inclusion)
    expect(inclusionProof(first(size), index).map(bytesToHex)).toEqual(proof);
  for (const { from, to, proof } of file.tree.consistency)
    expect(consistencyProof(first(to), from).map(bytesToHex)).toEqual(proof);
});

it('the entry and its commitment', () => {
  const { text, leaf, opening } = file.entry;
  const entry = readAuditEntry(utf8.encode(text));
  expect(bytesToHex(leafHash(utf8.encode(text)))).toBe(leaf);
  const { name, salt, value } = opening;
  expect(verifyCommitment(entry, name, { salt: hexToBytes(salt), value })).toBe(true);
  expect(bytesToHex(headKeyId(readHead(file.trusted).origin, verifier))).toBe(file.keyId);
});

it.each(file.vectors)('$name: $verdict', async ({ verdict, codes, text }) => {
  const options = { key: verifier, at: new Date(file.at), trusted: readHead(file.trusted) };
  try {
    const report = await verifyEntryProof(readProof(text), options);
    const found = report.findings.filter(({ outcome }) => outcome !== 'pass').map(({ code }) => code);
    expect([report.verdict, ...found]).toEqual([verdict, ...codes]);
  } catch (error) {
    if (!isGovError(error)) throw error;
    expect(['unreadable', error.code]).toEqual([verdict, ...codes]);
  }
});

it('both kinds of verdict are there, and every code of a proof', () => {
  const codes = new Set(file.vectors.flatMap((vector) => vector.codes));
  for (const code of [
    ...['audit-proof-invalid', 'audit-fork', 'audit-head-untrusted', 'audit-head-forged', 'audit-head-future'],
    ...['audit-origin-mismatch', 'audit-history-not-checked', 'audit-malformed', 'format-malformed'],
  ])
    expect(codes, code).toContain(code);
  expect(file.vectors.filter(({ verdict }) => verdict === 'valid')).toHaveLength(4);
});
