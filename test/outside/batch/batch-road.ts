/** What the tests of batches share: keys, a table of licences, the installed command, and counting what came of it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FOOD_BUSINESS } from '@gov/e-license';
import { type RegisterEntry, reconcile, STATUS_LIST_SIZE } from '@gov/e-license/register';
import { openStore, type Store } from '@gov/store';
import { expect } from 'vitest';
import { packed } from '../packed.js';
import { gov } from '../road/gov.js';

export const LOG = 'licences';
export const AUTHORITY_CODE = '11990100MB0000019L';
const AUTHORITY = '某市行政审批局';

const COMMON = {
  authority: { name: AUTHORITY, code: AUTHORITY_CODE },
  issueDate: '2026-05-20',
  validFrom: '2026-05-20',
  validTo: '2031-05-19',
  holders: [{ codeType: '001', kind: 'legal-person' }],
  fields: {
    businessForm: '餐饮服务经营者',
    businessItems: '热食类食品制售',
    supervisor: '某市示范区市场监督管理局',
    supervisingOfficers: '李某',
    complaintPhone: '12315',
    signatory: '赵某某',
  },
};

export const numberOf = (row: number): string => `JY2990101${String(row).padStart(7, '0')}`;

/** A table of licences from row `from` on. */
export function writeTable(folder: string, name: string, rows: number, from = 0): void {
  const lines = Array.from({ length: rows }, (_, i) => {
    const row = from + i;
    return `${numberOf(row + 1)},某市样例餐饮第${row}有限公司,91990100MA00000073,张某某,样例大道${row}号,样例大道${row}号一层`;
  });
  const header = '许可证编号,经营者名称,社会信用代码（身份证号码）,法定代表人（负责人）,住所,经营场所';
  writeFileSync(join(folder, name), `${[header, ...lines].join('\r\n')}\r\n`);
}

/** Keys, `common.json` and `licences.csv` of so many rows in a folder. */
export function batchRoad(folder: string, rows: number): void {
  for (const line of [
    'ca init --out ca',
    `ca issue --ca ca --use license-issuer --subject CN=i,O=${AUTHORITY_CODE}${AUTHORITY},C=CN --out keys/issuer`,
  ]) {
    const { status, stdout, stderr } = gov(folder, line);
    if (status !== 0) throw new Error(`gov ${line}: ${status} ${stdout}${stderr}`);
  }
  writeFileSync(join(folder, 'common.json'), JSON.stringify(COMMON));
  writeTable(folder, 'licences.csv', rows);
}

export const KEYS = '--cert keys/issuer.crt.pem --key keys/issuer.key.pem --threads 2';

export const batchLine = (database: string, more = '', table = 'licences.csv'): string =>
  `license batch ${table} --type ${FOOD_BUSINESS.code} --common common.json --database ${database} ${KEYS} --range-size 50 --json ${more}`;

/** The installed command, running. */
export function start(cwd: string, line: string): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
  const args = line.split(' ').filter((word) => word !== '');
  const child = spawn(process.execPath, [join(packed, 'node_modules/@gov/cli/bin/gov.js'), ...args], {
    cwd,
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve) => child.on('close', (status) => resolve({ status, stdout, stderr })));
  return { child, ended };
}

export interface Ended {
  /** null where a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Exactly one licence for each row, serials and places dense, register = audit log = files = status list. */
export async function expectAllOnce(database: string, rows: number, folder?: string): Promise<void> {
  const store = await openStore(database);
  try {
    const found: string[] = [];
    for await (const { code, detail } of reconcile(store, { log: LOG })) found.push(`${code}: ${detail}`);
    expect(found).toEqual([]);
    const entries = await entriesOf(store);
    const counted = Array.from({ length: rows }, (_, i) => i);
    expect(entries.map(({ serial }) => Number(serial))).toEqual(counted.map((i) => i + 1));
    expect(entries.map(({ number }) => number)).toEqual(counted.map((i) => numberOf(i + 1)));
    expect(entries.map(({ batch }) => batch?.row)).toEqual(counted);
    expect(entries.map(({ slot }) => slot.list * STATUS_LIST_SIZE + slot.index)).toEqual(counted);
    expect(entries.map(({ auditIndex }) => auditIndex).sort((a, b) => a - b)).toEqual(counted);
    expect(await store.audit.size(LOG)).toBe(rows);
    const { taken, changed } = await store.slotStatuses(AUTHORITY_CODE, 0, STATUS_LIST_SIZE);
    expect({ taken, changed }).toEqual({ taken: rows, changed: [] });
    if (folder !== undefined) expectFiles(folder, entries);
  } finally {
    await store.close();
  }
}

function expectFiles(folder: string, entries: readonly RegisterEntry[]): void {
  const names = readdirSync(folder).filter((name) => name.endsWith('.qr.txt'));
  expect(names.sort()).toEqual(entries.map(({ identifier }) => `${identifier}.qr.txt`).sort());
  for (const { identifier, qrText } of entries) {
    expect(readFileSync(join(folder, `${identifier}.qr.txt`), 'utf8')).toBe(`${qrText}\n`);
  }
  const results = readFileSync(join(folder, 'results.csv'), 'utf8').trimEnd().split('\r\n').slice(1);
  expect(results.map((line) => line.split(',')[3])).toEqual(entries.map(({ identifier }) => identifier));
}

async function entriesOf(store: Store): Promise<RegisterEntry[]> {
  const entries: RegisterEntry[] = [];
  for await (const entry of store.entries()) entries.push(entry);
  return entries;
}

/** Numbers in [0, 1) that a printed seed gives again (mulberry32). */
export function seeded(name: string): () => number {
  const given = Number(process.env.BATCH_SEED ?? Math.floor(Math.random() * 2 ** 32));
  console.log(`${name}: BATCH_SEED=${given}`);
  let state = given >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
