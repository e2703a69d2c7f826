/** What retention leaves of a licence: an honest register stays one without a discrepancy, and nothing of it can be guessed. */
import { readAuditEntry } from '@gov/audit';
import { FOOD_BUSINESS, parseLicenseData } from '@gov/e-license';
import { LicenseQrIssuer } from '@gov/e-license/qr';
import {
  insertPrepared,
  type LicenseRegister,
  prepareLicense,
  prepareVoid,
  serialText,
  slotOf,
} from '@gov/e-license/register';
import { bytesToHex, generateSm2Key, sm2Signer, sm3 } from '@gov/sm';
import type { Store } from '@gov/store';
import { eraseByPolicy, type RetentionRule } from '@gov/store/erasure';
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
} from './fixture.js';

let world: World;
let store: Store;
let register: LicenseRegister;
const signer = sm2Signer(generateSm2Key());
const WHY = { ...BY, reason: '死亡' } as const;

beforeAll(async () => {
  world = await makeWorld();
});
beforeEach(() => {
  store = memoryStore();
  register = registerOn(store, world);
});

const erase = async (kinds: readonly RetentionRule['kind'][], days = 0, at = new Date('2027-05-20T02:00:00Z')) =>
  eraseByPolicy(store, { rules: kinds.map((kind) => ({ kind, days })) }, { at, signer, actor: 'operator', log: LOG });

const namesOf = async (index: number) => (await store.audit.secrets(LOG, index)).map(({ name }) => name);

/** A licence in force, one suspended and resumed, one ended, one followed by another version. */
async function fill() {
  const ids: string[] = [];
  for (let n = 1; n <= 4; n++) ids.push((await register.issue(sample(n), { ...BY, key: `k${n}` })).entry.identifier);
  await register.suspend(ids[1]!, WHY);
  await register.resume(ids[1]!, WHY);
  await register.revoke(ids[2]!, { ...WHY, as: 'cancelled', key: 'end' });
  const { entry } = await register.reissue(ids[3]!, sample(4), { ...WHY, act: 'replacement' });
  return { ids, next: entry.identifier };
}

describe('retention', () => {
  it('keeps the openings of a licence as long as its data, and no others', async () => {
    await fill();
    const { erased } = await erase(['audit-secrets']);
    expect(erased[0]!.count).toBe(1);
    expect(await namesOf(4)).toEqual([]);
    expect(await namesOf(0)).toContain('content');
    expect(await discrepancies(store)).toEqual([]);
  });

  it('takes data, request and openings of what ended together', async () => {
    const { ids, next } = await fill();
    const at = (await store.entry({ identifier: next }))!.auditIndex;
    await erase(['license-data']);
    for (const identifier of [ids[2]!, ids[3]!]) {
      const entry = (await store.entry({ identifier }))!;
      expect(entry.record ?? entry.qrText ?? entry.statusReason ?? entry.request).toBeUndefined();
      expect(await namesOf(entry.auditIndex)).toEqual([]);
    }
    expect(await namesOf(6)).toEqual([]);
    // The version in force keeps what issued it.
    expect(await namesOf(at)).toContain('replaces');
    expect(await store.entry({ issuerCode: ISSUER, requestKey: 'k3' })).toBeUndefined();
    expect(await discrepancies(store)).toEqual([]);
    await register.revoke(next, { ...WHY, as: 'cancelled' });
    await erase(['license-data', 'audit-secrets']);
    expect(await namesOf(at)).toEqual([]);
    expect(await discrepancies(store)).toEqual([]);
  });

  it.each<readonly RetentionRule['kind'][]>([
    ['documents'],
    ['license-data'],
    ['audit-secrets'],
    ['batch-rows'],
    ['request-keys'],
    ['license-data', 'audit-secrets', 'request-keys'],
  ])('never makes an honest register look tampered with: %s, %s, %s', async (...kinds) => {
    const { ids } = await fill();
    await erase(kinds, 365);
    expect(await discrepancies(store)).toEqual([]);
    await erase(kinds);
    expect(await discrepancies(store)).toEqual([]);
    // Ended by its last day, erased, and revoked afterwards.
    await erase(kinds, 0, new Date('2050-01-01T00:00:00Z'));
    expect(await discrepancies(store)).toEqual([]);
    await register.revoke(ids[0]!, { ...WHY, as: 'revoked' });
    expect(await discrepancies(store)).toEqual([]);
  });

  it('leaves nothing of a request that could be guessed', async () => {
    let kept: unknown[] = [];
    const spied = lying(store, {
      transaction: (work) =>
        store.transaction((tx) =>
          work({
            ...tx,
            keepRequest: (...args) => {
              kept = [...kept, ...args];
              return tx.keepRequest(...args);
            },
          }),
        ),
    });
    const spying = registerOn(spied, world);
    const { entry } = await spying.issue(sample(1), { ...BY, key: 'random-1' });
    await spying.revoke(entry.identifier, { ...WHY, as: 'cancelled', key: 'random-2' });
    const requests = [
      { action: 'license-revoke', identifier: entry.identifier, status: 'cancelled', reason: WHY.reason },
      { act: 'first', data: parseLicenseData(sample(1), [FOOD_BUSINESS]) },
    ];
    const { canonicalJson } = await import('@gov/token/json');
    const unsalted = requests.map((one) => bytesToHex(sm3(new TextEncoder().encode(canonicalJson(one)))));
    for (const text of [...unsalted, 'random-1', 'random-2', entry.request!.digest]) expect(kept).not.toContain(text);
    expect(unsalted).not.toContain(entry.request!.digest);
    expect(kept).toHaveLength(6);
    await erase(['license-data']);
    expect(JSON.stringify(await store.entry({ identifier: entry.identifier }))).not.toContain('random-1');
    // The key stays used, though what it asked for is forgotten.
    expect(await codeOf(register.issue(sample(2), { ...BY, key: 'random-1' }))).toBe('idempotency-key-reused');
    expect(await discrepancies(store)).toEqual([]);
  });

  it('shows no id of a batch in the log, which may be a digest of its file, and forgets that digest with the rows', async () => {
    const id = 'ab'.repeat(16);
    const data = parseLicenseData(sample(1), [FOOD_BUSINESS]);
    const issuer = new LicenseQrIssuer(world.issuer);
    await store.transaction(async (tx) => {
      const [serial, slot] = [await tx.takeNumbers(SERIALS, 2), await tx.takeNumbers(SLOTS, 2)];
      const draft = { id, typeCode: data.type, issuerCode: ISSUER, digest: 'ab'.repeat(32), rows: 2, rangeSize: 2 };
      const createdAt = TIMES.signed.toISOString();
      await tx.insertBatch({ ...draft, firstSerial: serial, firstSlot: slot, createdAt, options: '{}' });
      await tx.insertRange(id, 0, new Uint8Array([1]));
      const numbers = (row: number) => ({
        serial: serialText(serial + row),
        slot: slotOf(slot + row, LIST_SIZE),
        batch: { id, row },
        type: FOOD_BUSINESS,
        ...BY,
      });
      await insertPrepared(tx, LOG, [
        await prepareLicense(data, { ...numbers(0), issuer, issuedAt: TIMES.signed, act: 'first' }),
        prepareVoid({ ...numbers(1), issuerCode: ISSUER, at: TIMES.signed, reason: 'r' }),
      ]);
    });
    for (const bytes of await store.audit.entries(LOG, 0, 2)) {
      expect(JSON.stringify(readAuditEntry(bytes))).not.toContain(id);
    }
    expect(await discrepancies(store)).toEqual([]);
    const rows = async (change: (row: number) => object): Promise<string[]> => {
      const other = lying(store, {
        async *entries() {
          let row = 0;
          for await (const entry of store.entries()) yield { ...entry, ...change(row++) };
        },
      });
      return (await discrepancies(other)).map(({ code }) => code);
    };
    expect(await rows((row) => ({ batch: { id, row: 1 - row } }))).toEqual(['audit-mismatch', 'audit-mismatch']);
    expect(await rows((row) => ({ batch: { id: 'x', row } }))).toEqual(['audit-mismatch', 'audit-mismatch']);
    expect(await rows((row) => (row === 1 ? { statusReason: 'x' } : {}))).toEqual(['audit-mismatch']);
    await erase(['batch-rows', 'license-data', 'audit-secrets']);
    expect(await store.batch(id)).toMatchObject({ digest: '' });
    expect(await discrepancies(store)).toEqual([]);
  });
});
