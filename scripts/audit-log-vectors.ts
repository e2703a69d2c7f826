/** Writes docs/formats/audit-log-vectors.json anew (npx tsx scripts/audit-log-vectors.ts): a new key, the same cases. */
import { writeFileSync } from 'node:fs';
import {
  AuditLog,
  type AuditProof,
  type AuditTreeHead,
  auditEntry,
  consistencyProof,
  cosignHead,
  headKeyId,
  inclusionProof,
  leafHash,
  readHead,
  readProof,
  rootOf,
  signHead,
  verifyEntryProof,
  writeProof,
} from '@gov/audit';
import { memoryAuditStorage } from '@gov/audit/memory';
import { bytesToHex, generateSm2Key, sm2Signer, sm2Verifier } from '@gov/sm';
import { isGovError } from '@gov/verdict';

const origin = 'audit.example.gov.cn/license';
const at = new Date('2026-05-20T01:00:00Z');
const key = generateSm2Key();
const [signer, verifier] = [sm2Signer(key), sm2Verifier(key.publicKey)];
const witness = generateSm2Key();
const utf8 = new TextEncoder();

// Trees of leaves that are the decimal numbers 0, 1, 2 …
const leaves = Array.from({ length: 1000 }, (_, index) => leafHash(utf8.encode(`${index}`)));
const first = (size: number): Uint8Array[] => leaves.slice(0, size);
const hexes = (hashes: readonly Uint8Array[]): string[] => hashes.map(bytesToHex);
const roots = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 255, 256, 257, 1000].map((size) => ({
  size,
  root: bytesToHex(rootOf(first(size))),
}));
const inclusion = [
  [0, 1],
  [0, 2],
  [1, 3],
  [2, 3],
  [4, 5],
  [5, 8],
  [6, 7],
  [256, 257],
  [511, 1000],
  [999, 1000],
].map(([index, size]) => ({
  index,
  size,
  proof: hexes(inclusionProof(first(size!), index!)),
}));
const consistency = [
  [1, 2],
  [1, 8],
  [2, 5],
  [3, 7],
  [4, 8],
  [6, 8],
  [7, 7],
  [255, 257],
  [256, 1000],
  [511, 1000],
].map(([from, to]) => ({
  from,
  to,
  proof: hexes(consistencyProof(first(to!), from!)),
}));

// A log of entries, two heads of it, and another log of the same key.
const entry = (index: number) =>
  auditEntry({
    at: new Date(at.getTime() - 3_600_000 + index * 1000),
    action: 'license-query',
    actor: '11370300MB28261234',
    details: { purpose: '企业开办', row: index },
    secrets: { holder: `持证人${index}` },
    random: (octets) => new Uint8Array(octets).fill(index + 1),
  });
async function logOf(indices: readonly number[]) {
  const storage = memoryAuditStorage();
  const log = new AuditLog(storage, 'license', { origin });
  await log.append(indices.map(entry));
  return log;
}
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);
const headOf = async (log: AuditLog, size: number, more: Partial<AuditTreeHead> = {}, by = signer): Promise<string> =>
  signHead({ origin, size, root: await log.root(size), time: at, ...more }, by);

const log = await logOf(range(0, 20));
const trusted = await headOf(log, 7);
const head = await headOf(log, 20);
const proof = await log.prove(11, head, 7);
const fork = await logOf([...range(1, 8), ...range(7, 20)]);
const forked = await fork.prove(11, await headOf(fork, 20), 7);
const { history: _, ...alone } = proof;
const line = writeProof(proof);
const changed = (change: Partial<AuditProof>): string => writeProof({ ...proof, ...change });

const texts: Readonly<Record<string, string>> = {
  genuine: line,
  'genuine, cosigned by a witness nobody asked for': changed({
    head: await cosignHead(head, 'witness.example/1', sm2Signer(witness)),
  }),
  'under the trusted head itself': writeProof(await log.prove(3, trusted)),
  'under an older head, joined to the trusted one': writeProof(await log.prove(3, await headOf(log, 5), 7)),
  'without the way to the trusted head': writeProof(alone),
  'an entry of another place': changed({ entry: entry(12).bytes }),
  'another index': changed({ index: 12 }),
  'a size for an index': changed({ index: 20 }),
  'inclusion proof cut short': changed({ inclusion: proof.inclusion.slice(0, -1) }),
  'inclusion proof with a hash more': changed({ inclusion: [...proof.inclusion, new Uint8Array(32)] }),
  'consistency proof cut short': changed({ history: { size: 7, proof: proof.history!.proof.slice(1) } }),
  'another history under the same key': writeProof(forked),
  'smaller than the trusted head, and not the same': writeProof(await fork.prove(3, await headOf(fork, 5), 7)),
  'head by another key': changed({ head: await headOf(log, 20, {}, sm2Signer(witness)) }),
  'head of another log': changed({ head: await headOf(log, 20, { origin: 'audit.example.gov.cn/other' }) }),
  'head from the future': changed({ head: await headOf(log, 20, { time: new Date(at.getTime() + 301_000) }) }),
  'head with another size under the same signature': changed({ head: head.replace('\n20\n', '\n21\n') }),
  'head without a time': changed({ head: head.replace(/time .*\n/, '') }),
  'entry with white space': changed({
    entry: utf8.encode(new TextDecoder().decode(proof.entry).replace(',"v"', ', "v"')),
  }),
  'a member twice': line.replace('"index":11', '"index":11,"index":11'),
  'members in another order': `${JSON.stringify({ v: 1, ...JSON.parse(line) })}\n`,
  'another version': line.replace(/"v":1\}\n$/, '"v":2}\n'),
};

const vectors = [];
for (const [name, text] of Object.entries(texts)) vectors.push({ name, ...(await judged(text)), text });

async function judged(text: string): Promise<{ verdict: string; codes: string[] }> {
  try {
    const report = await verifyEntryProof(readProof(text), { key: verifier, at, trusted: readHead(trusted) });
    return {
      verdict: report.verdict,
      codes: report.findings.filter(({ outcome }) => outcome !== 'pass').map(({ code }) => code),
    };
  } catch (error) {
    if (!isGovError(error)) throw error;
    return { verdict: 'unreadable', codes: [error.code] };
  }
}

const opening = entry(11).secrets[0]!;
const file = {
  note: 'Trees, and proofs of entries with the verdict a verifier must give at `at` who has `key` and believes `trusted`. Made up throughout.',
  tree: { note: 'Leaf i is the decimal number i in ASCII. Hashes in hexadecimal.', roots, inclusion, consistency },
  entry: {
    text: new TextDecoder().decode(entry(11).bytes),
    leaf: bytesToHex(leafHash(entry(11).bytes)),
    opening: { name: opening.name, salt: bytesToHex(opening.salt), value: opening.value },
  },
  at: at.toISOString(),
  key: key.publicKey.toPem(),
  keyId: bytesToHex(headKeyId(origin, verifier)),
  trusted,
  vectors,
};
writeFileSync('docs/formats/audit-log-vectors.json', `${JSON.stringify(file, null, 2)}\n`);
for (const { name, verdict, codes } of vectors) console.log(`${name}: ${verdict} ${codes.join(' ')}`);
