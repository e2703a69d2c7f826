import { FOOD_BUSINESS, type LicenseData, parseLicenseData } from '@gov/e-license';
import { LicenseQrIssuer } from '@gov/e-license/qr';
import {
  insertPrepared,
  type PrepareOptions,
  prepareLicense,
  STATUS_LIST_SIZE,
  serialText,
  slotOf,
} from '@gov/e-license/register';
import { memoryStore } from '@gov/store/memory';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, TIMES } from '../../../../test/world.js';
import { codeOf, discrepancies, LIST_SIZE, LOG, sample } from './fixture.js';

let data: LicenseData;
let options: PrepareOptions;

beforeAll(async () => {
  const world = await makeWorld();
  data = parseLicenseData(sample(1), [FOOD_BUSINESS]);
  options = {
    type: FOOD_BUSINESS,
    issuer: new LicenseQrIssuer(world.issuer),
    serial: serialText(1),
    slot: { list: 0, index: 0 },
    issuedAt: TIMES.signed,
    act: 'first',
    actor: 'batch',
  };
});

describe('numbers', () => {
  it('are nine digits, from 1 to 999,999,999', () => {
    expect([1, 16, 999_999_999].map(serialText)).toEqual(['000000001', '000000016', '999999999']);
    expect(() => serialText(1_000_000_000)).toThrow(expect.objectContaining({ code: 'limit-exceeded' }));
    for (const n of [0, -1, 1.5, Number.NaN, 2 ** 53])
      expect(() => serialText(n)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });

  it('fill one list after another, each place once', () => {
    expect(slotOf(1, STATUS_LIST_SIZE)).toEqual({ list: 0, index: 0 });
    expect(slotOf(STATUS_LIST_SIZE, STATUS_LIST_SIZE)).toEqual({ list: 0, index: STATUS_LIST_SIZE - 1 });
    expect(slotOf(STATUS_LIST_SIZE + 1, STATUS_LIST_SIZE)).toEqual({ list: 1, index: 0 });
    for (const [n, size] of [
      [0, 4],
      [1, 0],
      [1.5, 4],
      [1, 1.5],
    ] as const)
      expect(() => slotOf(n, size)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.integer({ min: 1, max: 1e6 }), (n, size) => {
        const { list, index } = slotOf(n, size);
        expect(index).toBeLessThan(size);
        expect(list * size + index + 1).toBe(n);
      }),
    );
  });
});

describe('prepareLicense', () => {
  it('is plain data that crosses threads, the same for the same input, salts and signature', async () => {
    const fixed = { ...options, random: (length: number) => new Uint8Array(length).fill(7) };
    const prepared = await prepareLicense(data, fixed);
    expect(structuredClone(prepared)).toEqual(prepared);
    expect(JSON.parse(JSON.stringify(prepared.entry))).toEqual(prepared.entry);
    const again = await prepareLicense(data, fixed);
    const { qrText: _, ...entry } = prepared.entry;
    expect(again.entry).toMatchObject(entry);
    const salted = await prepareLicense(data, options);
    expect(salted.audit.secrets.map(({ salt }) => salt.join())).not.toContain(new Uint8Array(32).fill(7).join());
  });

  it('refuses what does not fit: issuer, type, version, serial', async () => {
    const refused = (changes: Partial<PrepareOptions>, of = data) =>
      codeOf(prepareLicense(of, { ...options, ...changes }));
    expect(await refused({ issuerCode: '11990100MB0000027F' })).toBe('invalid-argument');
    expect(await refused({ issuerCode: data.authority.code })).toBe('done');
    expect(await refused({ version: 2 }, { ...data, version: 1 })).toBe('invalid-argument');
    expect(await refused({ version: 2 })).toBe('done');
    expect(await refused({ version: 1000 })).toBe('invalid-argument');
    expect(await refused({ serial: '1' })).toBe('invalid-argument');
    expect(await refused({ serial: 'abcdefghi' })).toBe('invalid-argument');
    expect(await refused({}, { ...data, type: '11990100MB0000019L001' })).toBe('license-type-unknown');
    expect(await refused({ actor: '' })).toBe('invalid-argument');
  });

  it('goes in many at once, in its order, or not at all', async () => {
    const store = memoryStore();
    const take = async (count: number, number: (i: number) => string) =>
      store.transaction(async (tx) => {
        const serial = await tx.takeNumbers(`serial:${data.type}:${data.authority.code}`, count);
        const slot = await tx.takeNumbers(`slot:${data.authority.code}`, count);
        const prepared = [];
        for (let i = 0; i < count; i++) {
          const numbers = { serial: serialText(serial + i), slot: slotOf(slot + i, LIST_SIZE) };
          prepared.push(await prepareLicense({ ...data, number: number(i) }, { ...options, ...numbers }));
        }
        return insertPrepared(tx, LOG, prepared);
      });
    const entries = await take(20, (i) => `N-${i}`);
    expect(entries.map(({ auditIndex }) => auditIndex)).toEqual(Array.from({ length: 20 }, (_, i) => i));
    expect(await codeOf(take(3, (i) => (i === 2 ? 'N-0' : `M-${i}`)))).toBe('license-exists');
    expect(await store.audit.size(LOG)).toBe(20);
    expect(await discrepancies(store)).toEqual([]);
    expect(await store.transaction((tx) => insertPrepared(tx, LOG, []))).toEqual([]);
  });
});
