/** Eight processes on one PostgreSQL, also while it crashes: every licence once, every serial used, nothing half done. */
import { type ChildProcess, spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RegisterEntry } from '@gov/e-license/register';
import { reconcile, STATUS_LIST_SIZE } from '@gov/e-license/register';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { generateSm2Key, sm2Signer } from '@gov/sm';
import { migrate, openStore, type Store } from '@gov/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packed } from '../packed.js';
import { type Postgres, postgresHere } from '../postgres.js';

const PROCESSES = 8;
const ROWS = 240;
const LOG = 'licences';

const postgres = await postgresHere();
const data = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../examples/license/food-business.json'), 'utf8'),
);
delete data.version;

/** What a process says of a row, or at its end. */
interface Said {
  readonly row?: number;
  readonly identifier?: string;
  readonly again?: boolean;
  readonly errors?: Readonly<Record<string, number>>;
}

describe.skipIf(postgres === undefined)('eight processes on one PostgreSQL', () => {
  let folder: string;
  let issuer: { certificate: string; key: string };

  beforeAll(async () => {
    mkdirSync(packed, { recursive: true });
    folder = mkdtempSync(join(packed, 'register-'));
    copyFileSync(join(import.meta.dirname, 'issuer.mjs'), join(folder, 'issuer.mjs'));
    const [root, key] = [sm2Signer(generateSm2Key()), generateSm2Key()];
    const time = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2099-12-31T00:00:00Z') };
    const ca = {
      certificate: await issueRoot({ subject: 'CN=root,O=root,C=CN', signer: root, ...time }),
      signer: root,
    };
    const certificate = await issueLeaf({
      ca,
      use: 'license-issuer',
      subject: `CN=issuer,O=${data.authority.code}${data.authority.name},C=CN`,
      publicKey: key.publicKey.toSpki(),
      ...time,
    });
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
    issuer = { certificate: base64(certificate.bytes), key: base64(key.toPkcs8()) };
  });

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await postgres?.stop();
  });

  /** Each row is given to two processes, which take them in different orders. */
  function start(url: string, said: (line: Said) => void): { done: Promise<number[]>; children: ChildProcess[] } {
    const children = Array.from({ length: PROCESSES }, (_, index) => {
      const own = [index, (index + 1) % PROCESSES];
      const rows = Array.from({ length: ROWS }, (_, row) => row).filter((row) => own.includes(row % PROCESSES));
      if (index % 2 === 1) rows.reverse();
      const job = join(folder, `job-${index}.json`);
      writeFileSync(job, JSON.stringify({ ...issuer, url, data, rows, log: LOG, name: `process-${index}` }));
      const child = spawn(process.execPath, ['issuer.mjs', job], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
      createInterface({ input: child.stdout! }).on('line', (line) => said(JSON.parse(line) as Said));
      return child;
    });
    const ends = children.map(
      (child) => new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1))),
    );
    return { done: Promise.all(ends), children };
  }

  async function expectAllOnce(url: string, lines: readonly Said[]): Promise<void> {
    const store = await openStore(url);
    try {
      const found: string[] = [];
      for await (const { code, detail } of reconcile(store, { log: LOG })) found.push(`${code}: ${detail}`);
      expect(found).toEqual([]);
      const entries = await all(store);
      const first = entries.filter(({ act }) => act === 'first');
      expect(first.map(({ serial }) => Number(serial))).toEqual(Array.from({ length: ROWS }, (_, index) => index + 1));
      const byKey = new Map(first.map(({ request, identifier }) => [request!.key, identifier]));
      expect(byKey.size).toBe(ROWS);
      // Both processes of a row were told of the same licence.
      for (const { row, identifier } of lines.filter((line) => line.row !== undefined))
        expect(identifier).toBe(byKey.get(`row-${row}`));
      expect(lines.filter((line) => line.row !== undefined)).toHaveLength(2 * ROWS);
      const third = ROWS / 3;
      expect(count(entries, 'revoked')).toBe(third);
      expect(count(entries, 'superseded')).toBe(third);
      expect(entries).toHaveLength(ROWS + third);
      const slots = entries.map(({ slot }) => slot.list * STATUS_LIST_SIZE + slot.index).sort((a, b) => a - b);
      expect(slots).toEqual(entries.map((_, index) => index));
      // Issue, suspend, revoke; issue, reissue; issue.
      expect(await store.audit.size(LOG)).toBe(third * (3 + 2 + 1));
    } finally {
      await store.close();
    }
  }

  it('issue every licence once, with serials and slots without a gap', async () => {
    const url = await (postgres as Postgres).database();
    await migrate(url);
    const lines: Said[] = [];
    const { done } = start(url, (line) => lines.push(line));
    expect(await done).toEqual(Array(PROCESSES).fill(0));
    expect(lines.filter(({ errors }) => errors !== undefined && Object.keys(errors).length > 0)).toEqual([]);
    await expectAllOnce(url, lines);
  }, 180_000);

  it('go on after the database crashed twice: clean errors, nothing lost, nothing half done', async () => {
    const url = await (postgres as Postgres).database();
    await migrate(url);
    const lines: Said[] = [];
    const { done } = start(url, (line) => lines.push(line));
    for (const part of [0.25, 0.6]) {
      while (lines.length < 2 * ROWS * part) await sleep(5);
      await (postgres as Postgres).restart();
    }
    expect(await done).toEqual(Array(PROCESSES).fill(0));
    const errors = lines.flatMap((line) => (line.errors === undefined ? [] : [line.errors]));
    expect(errors).toHaveLength(PROCESSES);
    // Everybody met the crash, and met nothing but what the store says of it.
    for (const one of errors) expect(Object.keys(one)).toEqual(['store-unavailable']);
    await expectAllOnce(url, lines);
  }, 180_000);

  // Kills of batches are tried in any run (batch/killed.test.ts).
  it.runIf(process.env.SLOW !== undefined)(
    'killed themselves at any moment, leave nothing half done either',
    async () => {
      const url = await (postgres as Postgres).database();
      await migrate(url);
      for (let round = 0; round < 2; round++) {
        const lines: Said[] = [];
        const { done, children } = start(url, (line) => lines.push(line));
        while (lines.length < 60) await sleep(5);
        for (const child of children) child.kill('SIGKILL');
        await done;
      }
      const lines: Said[] = [];
      const { done } = start(url, (line) => lines.push(line));
      expect(await done).toEqual(Array(PROCESSES).fill(0));
      await expectAllOnce(url, lines);
    },
    180_000,
  );
});

async function all(store: Store): Promise<RegisterEntry[]> {
  const entries: RegisterEntry[] = [];
  for await (const entry of store.entries()) entries.push(entry);
  return entries;
}

const count = (entries: readonly RegisterEntry[], status: RegisterEntry['status']): number =>
  entries.filter((entry) => entry.status === status).length;
