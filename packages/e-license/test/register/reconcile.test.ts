/** Each relation broken in turn, and named. */
import { auditEntry } from '@gov/audit';
import {
  type DiscrepancyCode,
  insertPrepared,
  type LicenseRegister,
  prepareVoid,
  type RegisterEntry,
  reconcile,
  serialText,
  slotOf,
} from '@gov/e-license/register';
import type { Store } from '@gov/store';
import { memoryStore } from '@gov/store/memory';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeWorld, TIMES, type World } from '../../../../test/world.js';
import {
  BY,
  codeOf,
  discrepancies,
  ISSUER,
  LIST_SIZE,
  LOG,
  lying,
  registerOn,
  SERIALS,
  SLOTS,
  sample,
  TYPE,
} from './fixture.js';

let world: World;
let store: Store;
let register: LicenseRegister;
/** Six licences: the second superseded by a seventh row, the third suspended, the fourth revoked, the fifth suspended and resumed. */
let rows: RegisterEntry[];

const WHY = { ...BY, reason: 'r' } as const;

beforeAll(async () => {
  world = await makeWorld();
});
beforeEach(async () => {
  store = memoryStore();
  register = registerOn(store, world);
  const ids: string[] = [];
  for (let n = 1; n <= 6; n++) ids.push((await register.issue(sample(n), BY)).entry.identifier);
  await register.reissue(ids[1]!, sample(2), { ...WHY, act: 'replacement' });
  await register.suspend(ids[2]!, WHY);
  await register.revoke(ids[3]!, { ...WHY, as: 'revoked' });
  await register.suspend(ids[4]!, WHY);
  await register.resume(ids[4]!, WHY);
  rows = await all(store);
});

async function all(of: Store): Promise<RegisterEntry[]> {
  const entries: RegisterEntry[] = [];
  for await (const entry of of.entries()) entries.push(entry);
  return entries;
}

/** The register with other rows; the status lists follow them where `lists`. */
function withRows(changed: readonly RegisterEntry[], lists = true): Store {
  return lying(store, {
    async *entries() {
      yield* changed;
    },
    async entry(key) {
      return 'identifier' in key ? changed.find(({ identifier }) => identifier === key.identifier) : undefined;
    },
    ...(lists
      ? {
          async slotStatuses(issuerCode, list) {
            const own = changed.filter((row) => row.issuerCode === issuerCode && row.slot.list === list);
            const notValid = own.filter(({ status }) => status !== 'valid');
            return {
              taken: own.length,
              changed: notValid.map(({ slot, status }) => ({ index: slot.index, status })),
            };
          },
        }
      : {}),
  });
}

const changedRow = (at: number, changes: Partial<RegisterEntry>): RegisterEntry[] =>
  rows.map((row, index) => (index === at ? { ...row, ...changes } : row));

const without = (at: number, ...keys: (keyof RegisterEntry)[]): RegisterEntry[] =>
  rows.map((row, index) =>
    index === at
      ? (Object.fromEntries(Object.entries(row).filter(([key]) => !keys.includes(key as never))) as never)
      : row,
  );

const codes = async (of: Store): Promise<DiscrepancyCode[]> => [
  ...new Set((await discrepancies(of)).map(({ code }) => code)),
];

const withCounters = (changes: Readonly<Record<string, number>>): Store =>
  lying(store, {
    async counters() {
      const own = await store.counters();
      const names = new Set([...own.map(({ counter }) => counter), ...Object.keys(changes)]);
      return [...names].map((counter) => ({
        counter,
        last: changes[counter] ?? own.find((one) => one.counter === counter)!.last,
      }));
    },
  });

describe('reconcile', () => {
  it('finds nothing where all is well, and changes nothing', async () => {
    const before = JSON.stringify(rows);
    expect(rows.map(({ status }) => status)).toEqual([
      'valid',
      'superseded',
      'valid',
      'suspended',
      'revoked',
      'valid',
      'valid',
    ]);
    expect(await discrepancies(store)).toEqual([]);
    expect(await discrepancies(withRows(rows))).toEqual([]);
    expect(JSON.stringify(await all(store))).toBe(before);
    expect(await discrepancies(memoryStore())).toEqual([]);
  });

  it('misses a row: in the serials, the slots and for the log', async () => {
    const found = await discrepancies(withRows(rows.filter((_, index) => index !== 0)));
    expect(found.map(({ code }) => code)).toEqual(['serial-missing', 'slot-missing', 'audit-unregistered']);
    expect(found[0]!.detail).toContain('000000001');
    expect(found[2]!.auditIndex).toBe(rows[0]!.auditIndex);
    const last = await discrepancies(withRows(rows.slice(0, -1)));
    expect(last.map(({ code }) => code)).toEqual(['serial-missing', 'slot-missing', 'audit-unregistered']);
    expect(last[0]!.detail).toContain('000000006');
  });

  it('misses all rows', async () => {
    const found = await discrepancies(withRows([]));
    expect(found[0]).toMatchObject({ code: 'serial-missing', detail: `${SERIALS}: no row has 000000001 to 000000006` });
    expect(found.filter(({ code }) => code === 'slot-missing')).toEqual([
      { code: 'slot-missing', detail: `${SLOTS}: no row has place 0 of list 0 to place 2 of list 1` },
    ]);
    expect(found.filter(({ code }) => code === 'audit-unregistered')).toHaveLength(7);
    expect(found.filter(({ code }) => code === 'audit-status')).toHaveLength(4);
  });

  it('misses numbers that were taken, and sees rows beyond the counter', async () => {
    await store.transaction((tx) => tx.takeNumbers(SERIALS, 2));
    expect((await discrepancies(store)).map(({ detail }) => detail)).toEqual([
      `${SERIALS}: no row has 000000007, 000000008`,
    ]);
    await store.transaction((tx) => tx.takeNumbers(SLOTS, 1));
    expect(await codes(store)).toEqual(['serial-missing', 'slot-missing']);
    expect(await codes(withCounters({ [SERIALS]: 5 }))).toContain('serial-beyond-counter');
    expect(await codes(withCounters({ [SLOTS]: 6 }))).toContain('slot-beyond-counter');
    expect(await codes(withCounters({ 'serial:other:one': 3 }))).toContain('serial-missing');
    expect(await codes(withCounters({ 'slot:other': 3 }))).toContain('slot-missing');
  });

  it.each<[string, () => Store, DiscrepancyCode]>([
    ['a slot twice', () => withRows(changedRow(0, { slot: rows[6]!.slot })), 'slot-twice'],
    [
      'a slot beyond its list',
      () => withRows(changedRow(0, { slot: { list: 0, index: LIST_SIZE } })),
      'slot-beyond-counter',
    ],
    ['an identifier of another serial', () => withRows(changedRow(0, { serial: '000000007' })), 'identifier-mismatch'],
    [
      'a wrong check character',
      () => withRows(changedRow(0, { identifier: `${rows[0]!.identifier.slice(0, -1)}*` })),
      'identifier-mismatch',
    ],
    ['a serial of no counter', () => withRows(changedRow(0, { serial: 'ABC000001' })), 'serial-form'],
    ['a version left out', () => withRows(rows.filter((_, index) => index !== 1)), 'version-missing'],
    ['a version that names none', () => withRows(without(2, 'replaces')), 'version-link'],
    ['an old version in force', () => withRows(changedRow(1, { status: 'valid' })), 'version-status'],
    ['nothing after a superseded one', () => withRows(changedRow(6, { status: 'superseded' })), 'version-status'],
    ['a place beyond the log', () => withRows(changedRow(0, { auditIndex: 99 })), 'audit-missing'],
    ["another licence's place", () => withRows(changedRow(0, { auditIndex: rows[6]!.auditIndex })), 'audit-mismatch'],
    ["a change's place", () => withRows(changedRow(0, { auditIndex: rows[3]!.statusAuditIndex! })), 'audit-mismatch'],
    ['another number', () => withRows(changedRow(0, { number: 'X1' })), 'audit-mismatch'],
    ['another act', () => withRows(changedRow(0, { act: 'renewal' })), 'audit-mismatch'],
    ['a batch of its own', () => withRows(changedRow(0, { batch: { id: 'b', row: 0 } })), 'audit-mismatch'],
    ['another end of validity', () => withRows(changedRow(0, { validTo: '长期' })), 'audit-mismatch'],
    ['another time', () => withRows(changedRow(0, { issuedAt: '2026-05-20T02:00:01.000Z' })), 'audit-mismatch'],
    ['another QR text', () => withRows(changedRow(0, { qrText: rows[6]!.qrText! })), 'audit-mismatch'],
    [
      'another place of business in the record',
      () => {
        const record = rows[0]!.record!;
        const fields = { ...record.data.fields, premises: '别处' };
        return withRows(changedRow(0, { record: { ...record, data: { ...record.data, fields } } }));
      },
      'audit-mismatch',
    ],
    ['another version before', () => withRows(changedRow(2, { replaces: rows[0]!.identifier })), 'audit-mismatch'],
    ['a record erased alone', () => withRows(without(0, 'record', 'qrText')), 'half-erased'],
    ['a QR text erased alone', () => withRows(without(0, 'qrText')), 'audit-mismatch'],
    ['a suspension that nobody recorded', () => withRows(changedRow(0, { status: 'suspended' })), 'audit-status'],
    ['a revocation undone', () => withRows(changedRow(4, { status: 'valid' })), 'audit-status'],
    [
      'a revocation undone without a trace',
      () =>
        withRows(
          without(4, 'statusAuditIndex').map((row) => (row.status === 'revoked' ? { ...row, status: 'valid' } : row)),
        ),
      'audit-status',
    ],
    [
      'a resumption forgotten',
      () => withRows(changedRow(5, { status: 'suspended', statusAuditIndex: rows[5]!.statusAuditIndex! - 1 })),
      'audit-status',
    ],
    [
      "another licence's change",
      () => withRows(changedRow(0, { status: 'revoked', statusAuditIndex: rows[4]!.statusAuditIndex! })),
      'audit-status',
    ],
    ['another time of the change', () => withRows(changedRow(4, { statusAt: '2031-01-01T00:00:00Z' })), 'audit-status'],
    ['another reason', () => withRows(changedRow(4, { statusReason: 'other' })), 'audit-status'],
    ['a reason taken away', () => withRows(without(4, 'statusReason')), 'half-erased'],
    ['a reason of no change', () => withRows(changedRow(0, { statusReason: 'r' })), 'audit-status'],
    [
      'a status from before the issuing',
      () => withRows(changedRow(0, { statusAt: '2026-05-20T01:00:00Z' })),
      'time-order',
    ],
    ['a request of its own', () => withRows(changedRow(0, { request: { key: 'k', digest: 'd' } })), 'audit-mismatch'],
    [
      'a version older than the one before',
      () => withRows(changedRow(2, { issuedAt: '2026-05-20T01:00:00.000Z' })),
      'time-order',
    ],
    ['an issued serial called void', () => withRows(changedRow(0, { status: 'void' })), 'audit-mismatch'],
    ['a change beyond the log', () => withRows(changedRow(3, { statusAuditIndex: 99 })), 'audit-status'],
    [
      'status lists made from something else',
      () => withRows(changedRow(3, { status: 'revoked' }), false),
      'slot-status',
    ],
    [
      'a place that no list counts',
      () =>
        withRows(
          rows.filter((_, index) => index !== 0),
          false,
        ),
      'slot-status',
    ],
  ])('names %s', async (_, broken, code) => {
    expect(await codes(broken())).toContain(code);
  });

  it('names status lists that know nothing of a revocation', async () => {
    const silent = lying(store, {
      async slotStatuses(issuerCode, list, listSize) {
        const { taken, changed } = await store.slotStatuses(issuerCode, list, listSize);
        return { taken, changed: changed.filter(({ status }) => status !== 'revoked') };
      },
    });
    expect(await codes(silent)).toEqual(['slot-status']);
  });

  it('names an entry of the log that no row has', async () => {
    const entry = auditEntry({ at: TIMES.signed, action: 'license-issue', actor: 'x' });
    await store.transaction(async (tx) => {
      const { appendAudit } = await import('@gov/audit');
      await appendAudit(tx.audit, LOG, [entry]);
    });
    expect(await codes(store)).toEqual(['audit-unregistered']);
  });

  it('is done soon where a counter was raised out of all reason', async () => {
    const most = Number.MAX_SAFE_INTEGER;
    const found = await discrepancies(withCounters({ [SLOTS]: most, [SERIALS]: most }));
    expect(found.map(({ code }) => code)).toEqual(['serial-missing', 'slot-missing']);
    expect(found[1]!.detail).toContain('no row has place 3 of list 1 to place ');
  });

  it('names each gap of places once, by its ends', async () => {
    const found = await discrepancies(withRows(rows.filter((_, index) => [1, 6].includes(index))));
    expect(found.filter(({ code }) => code === 'slot-missing').map(({ detail }) => detail.split('has ')[1])).toEqual([
      'place 0 of list 0',
      'place 2 of list 0, place 3 of list 0, place 0 of list 1',
      'place 2 of list 1',
    ]);
  });

  it('finds a revocation that was taken back, its openings with it', async () => {
    await store.audit.eraseSecrets(LOG, [rows[4]!.statusAuditIndex!]);
    expect(await codes(store)).toEqual(['half-erased']);
    const back = without(4, 'statusAuditIndex', 'statusReason').map(
      (row): RegisterEntry => (row.status === 'revoked' ? { ...row, status: 'valid', statusAt: row.issuedAt } : row),
    );
    expect(await discrepancies(withRows(back))).toMatchObject([
      { code: 'audit-status', auditIndex: rows[4]!.statusAuditIndex },
    ]);
    // The change of another licence in its place, whose openings are gone too.
    const others = rows[5]!.statusAuditIndex!;
    await store.audit.eraseSecrets(LOG, [others]);
    const { statusAt } = rows[5]!;
    const lent = back.map((row, i): RegisterEntry => (i === 4 ? { ...row, statusAuditIndex: others, statusAt } : row));
    expect(await codes(withRows(lent))).toContain('audit-status');
  });

  it('takes what was erased as it is, but only where both were', async () => {
    await store.audit.eraseSecrets(LOG, [rows[0]!.auditIndex]);
    expect(await codes(store)).toEqual(['half-erased']);
    expect(await codes(withRows(without(0, 'record', 'qrText')))).toEqual([]);
  });

  it('does not take a commitment that does not open', async () => {
    const forged = lying(store, {
      audit: lying(
        store.audit as unknown as Store,
        {
          async secrets(log: string, index: number) {
            const secrets = await store.audit.secrets(log, index);
            return index === rows[0]!.auditIndex
              ? secrets.map((secret) => (secret.name === 'number' ? { ...secret, salt: new Uint8Array(32) } : secret))
              : secrets;
          },
        } as never,
      ) as never,
    });
    expect(await discrepancies(forged)).toMatchObject([{ code: 'audit-mismatch', identifier: rows[0]!.identifier }]);
  });

  it('takes void serials for what they are', async () => {
    await store.transaction(async (tx) => {
      const serial = serialText(await tx.takeNumbers(SERIALS, 1));
      const slot = slotOf(await tx.takeNumbers(SLOTS, 1), LIST_SIZE);
      const options = { type: TYPE, issuerCode: ISSUER, serial, slot, at: TIMES.signed, reason: 'too large', ...BY };
      await insertPrepared(tx, LOG, [prepareVoid(options)]);
    });
    expect(await discrepancies(store)).toEqual([]);
    const after = await all(store);
    expect(after.at(-1)).toMatchObject({ status: 'void', number: 'void 000000007', statusReason: 'too large' });
    expect((await register.issue(sample(7), BY)).entry.serial).toBe('000000008');
    rows = after;
    const without8 = await discrepancies(withRows(changedRow(7, { status: 'valid' })));
    expect(without8.map(({ code }) => code)).toContain('audit-mismatch');
    expect(await codeOf(register.reissue(after.at(-1)!.identifier, sample(7), { ...WHY, act: 'replacement' }))).toBe(
      'license-status',
    );
  });

  it('does not miss what a batch still waits for', async () => {
    const batch = {
      id: 'b',
      typeCode: TYPE.code,
      issuerCode: ISSUER,
      digest: 'd',
      rows: 3,
      rangeSize: 10,
      createdAt: TIMES.signed.toISOString(),
      options: '{}',
    };
    await store.transaction(async (tx) => {
      const firstSerial = await tx.takeNumbers(SERIALS, 3);
      const firstSlot = await tx.takeNumbers(SLOTS, 3);
      await tx.insertBatch({ ...batch, firstSerial, firstSlot });
    });
    expect(await discrepancies(store)).toEqual([
      { code: 'batch-unfinished', detail: 'batch b: 0 of 3 rows are issued' },
    ]);
    await register.issue(sample(9), BY);
    expect(await codes(store)).toEqual(['batch-unfinished']);
    expect(await codes(lying(store, { countBatchRows: async () => 3 }))).toEqual(['serial-missing', 'slot-missing']);
  });

  it('refuses a size of lists that is none', async () => {
    for (const listSize of [0, -1, 1.5, Number.NaN])
      expect(await codeOf(reconcile(store, { log: LOG, listSize })[Symbol.asyncIterator]().next())).toBe(
        'invalid-argument',
      );
  });
});
