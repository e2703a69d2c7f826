import { readAuditEntry, verifyCommitment } from '@gov/audit';
import { parseIdentifier } from '@gov/e-license';
import { verifyLicenseQr } from '@gov/e-license/qr';
import { REQUEST_KEY_MAX } from '@gov/e-license/register';
import type { Store } from '@gov/store';
import { memoryStore } from '@gov/store/memory';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeLeaf, makeWorld, TIMES, type World } from '../../../../test/world.js';
import {
  BY,
  codeOf,
  discrepancies,
  faulty,
  ISSUER,
  LOG,
  registerOn,
  SERIALS,
  SLOTS,
  sample,
  snapshot,
  TYPE,
  withFields,
} from './fixture.js';

let world: World;
let store: Store;

beforeAll(async () => {
  world = await makeWorld();
});
beforeEach(() => {
  store = memoryStore();
});

describe('issue', () => {
  it('gives serial, identifier, QR, slot, row and audit entry', async () => {
    const register = registerOn(store, world);
    const { entry, again } = await register.issue(sample(1), { ...BY, key: 'case-1' });
    expect(again).toBe(false);
    expect(entry).toMatchObject({
      typeCode: TYPE.code,
      issuerCode: ISSUER,
      serial: '000000001',
      version: 1,
      number: sample(1).number,
      act: 'first',
      status: 'valid',
      slot: { list: 0, index: 0 },
      request: { key: 'case-1' },
      auditIndex: 0,
      issuedAt: '2026-05-20T02:00:00.000Z',
      validTo: '2031-05-19',
    });
    expect(parseIdentifier(entry.identifier)).toMatchObject({ ok: true, value: { serial: '000000001', version: 1 } });
    expect(await store.entry({ identifier: entry.identifier })).toEqual(entry);
    const report = await verifyLicenseQr(entry.qrText!, { at: TIMES.verified, trust: world.trust });
    expect(report.verdict).toBe('valid');
    expect(report.subject).toMatchObject({ status: { list: 0, index: 0 }, number: entry.number });
    expect(await discrepancies(store)).toEqual([]);
  });

  it('says in the audit log what was done, and commits to whom it concerns without naming them', async () => {
    const { entry } = await registerOn(store, world).issue(sample(1), BY);
    const [bytes] = await store.audit.entries(LOG, 0, 1);
    const audit = readAuditEntry(bytes!);
    expect(audit).toMatchObject({
      action: 'license-issue',
      actor: 'window-3',
      at: '2026-05-20T02:00:00Z',
      details: { type: TYPE.code, issuer: ISSUER, act: 'first', version: 1 },
    });
    const text = new TextDecoder().decode(bytes);
    for (const personal of [entry.identifier, entry.serial, entry.number, '91990100MA00000073', '餐饮'])
      expect(text).not.toContain(personal);
    const secrets = await store.audit.secrets(LOG, 0);
    expect(secrets.map(({ name }) => name).sort()).toEqual(['content', 'holders', 'identifier', 'number']);
    for (const secret of secrets) expect(verifyCommitment(audit, secret.name, secret)).toBe(true);
  });

  it('numbers without gaps, and fills one list after another', async () => {
    const register = registerOn(store, world);
    const slots = [];
    for (let n = 1; n <= 6; n++) {
      const { entry } = await register.issue(sample(n), BY);
      expect(entry.serial).toBe(`00000000${n}`);
      slots.push(entry.slot);
    }
    expect(slots.slice(3)).toEqual([
      { list: 0, index: 3 },
      { list: 1, index: 0 },
      { list: 1, index: 1 },
    ]);
    expect(await store.counters()).toEqual(
      expect.arrayContaining([
        { counter: SERIALS, last: 6 },
        { counter: SLOTS, last: 6 },
      ]),
    );
    expect(await discrepancies(store)).toEqual([]);
  });

  it('parses the data itself, whatever the caller did', async () => {
    const register = registerOn(store, world);
    const wrong: [unknown, string][] = [
      [null, 'license-data-invalid'],
      [{ ...sample(1), validTo: '2026-02-30' }, 'license-data-invalid'],
      [{ ...sample(1), type: '11990100MB0000019L001' }, 'license-data-invalid'],
      [{ ...sample(1), holders: [] }, 'license-data-invalid'],
      [{ ...sample(1), more: Array.from({ length: 3000 }, () => 0) }, 'limit-exceeded'],
      [sample(1, { version: 2 }), 'invalid-argument'],
    ];
    for (const [data, code] of wrong) expect(await codeOf(register.issue(data, BY))).toBe(code);
    expect(await snapshot(store)).toBe(await snapshot(memoryStore()));
  });

  it('finds before it takes a number that the QR would be too large', async () => {
    const long = (n: number) => '〇一二三四五六七八九甲乙丙丁戊己庚辛壬癸'.repeat(10).slice(0, n);
    const fields = { domicile: long(120), premises: [...long(120)].reverse().join(''), businessItems: long(200) };
    const names = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [i, String.fromCharCode(0x4e00 + i * 97)]));
    const tooLong = withFields(sample(1), { ...fields, supervisor: Object.values(names).join('') });
    const holders = Array.from({ length: 20 }, (_, i) => ({
      name: String.fromCharCode(...Array.from({ length: 90 }, (_, j) => 0x4e00 + (((i * 90 + j) * 7919) % 20000))),
      code: `R-${i}`,
      codeType: '999',
    }));
    const spied = faulty(store, 0, 'before');
    expect(await codeOf(registerOn(spied.store, world).issue({ ...tooLong, holders }, BY))).toBe(
      'license-qr-too-large',
    );
    expect(spied.calls()).toBe(0);
  });

  it('refuses data of another body than the one that signs, and a certificate out of its time', async () => {
    const other = await makeLeaf(world.root, 'license-issuer', { subject: 'CN=x,O=11990100MB0000027F某市教育局,C=CN' });
    const spied = faulty(store, 0, 'before');
    const issued = (options: Parameters<typeof registerOn>[2]) =>
      codeOf(registerOn(spied.store, world, options).issue(sample(1), BY));
    expect(await issued({ issuer: other })).toBe('certificate-unsuitable');
    expect(await issued({ clock: () => new Date('2036-01-01T00:00:00Z') })).toBe('certificate-expired');
    expect(await issued({ clock: () => new Date('2025-12-31T00:00:00Z') })).toBe('certificate-not-yet-valid');
    expect(() => registerOn(store, world, { issuer: { ...world.issuer, signer: world.signer.signer } })).toThrow(
      expect.objectContaining({ code: 'key-mismatch' }),
    );
    expect(spied.calls()).toBe(0);
  });

  it('issues a number once', async () => {
    const register = registerOn(store, world);
    await register.issue(sample(1), BY);
    const before = await snapshot(store);
    expect(await codeOf(register.issue(sample(1), BY))).toBe('license-exists');
    expect(await codeOf(register.issue(sample(1), { ...BY, key: 'k' }))).toBe('license-exists');
    expect(await snapshot(store)).toBe(before);
  });
});

describe('idempotency', () => {
  it('answers the same licence for the same key and request, in whatever order its members stand', async () => {
    const register = registerOn(store, world);
    const first = await register.issue(sample(1), { ...BY, key: 'k' });
    const before = await snapshot(store);
    const reversed = Object.fromEntries(Object.entries(sample(1)).reverse());
    for (const data of [sample(1), reversed]) {
      const second = await register.issue(data, { actor: 'someone-else', key: 'k' });
      expect(second).toEqual({ entry: first.entry, again: true });
    }
    expect(await snapshot(store)).toBe(before);
  });

  it('answers also when nothing could be issued any more', async () => {
    const { entry } = await registerOn(store, world).issue(sample(1), { ...BY, key: 'k' });
    const later = registerOn(store, world, { clock: () => new Date('2036-01-01T00:00:00Z') });
    expect(await later.issue(sample(1), { ...BY, key: 'k' })).toEqual({ entry, again: true });
  });

  it('refuses the same key for another request', async () => {
    const register = registerOn(store, world);
    const { entry } = await register.issue(sample(1), { ...BY, key: 'k' });
    const other = withFields(sample(1), { signatory: '孙某某' });
    for (const data of [sample(2), other])
      expect(await codeOf(register.issue(data, { ...BY, key: 'k' }))).toBe('idempotency-key-reused');
    const reissued = register.reissue(entry.identifier, sample(1), {
      ...BY,
      key: 'k',
      act: 'replacement',
      reason: 'r',
    });
    expect(await codeOf(reissued)).toBe('idempotency-key-reused');
    expect(await discrepancies(store)).toEqual([]);
  });

  it('takes keys of 1 to 128 visible ASCII characters', async () => {
    const register = registerOn(store, world);
    for (const key of ['', ' ', 'a b', '键', 'k'.repeat(REQUEST_KEY_MAX + 1), 'a\n'])
      expect(await codeOf(register.issue(sample(1), { ...BY, key }))).toBe('invalid-argument');
    const { entry } = await register.issue(sample(1), { ...BY, key: '~'.repeat(REQUEST_KEY_MAX) });
    expect(entry.request?.key).toHaveLength(REQUEST_KEY_MAX);
  });

  it('answers all who race with one key the one licence, and takes one number', async () => {
    const register = registerOn(store, world);
    const all = await Promise.all(Array.from({ length: 12 }, () => register.issue(sample(1), { ...BY, key: 'k' })));
    expect(new Set(all.map(({ entry }) => entry.identifier)).size).toBe(1);
    expect(all.filter(({ again }) => !again)).toHaveLength(1);
    expect(await store.counters()).toContainEqual({ counter: SERIALS, last: 1 });
    expect(await discrepancies(store)).toEqual([]);
  });

  it('lets exactly one of those win that race with one key for different licences', async () => {
    const register = registerOn(store, world);
    const codes = await Promise.all([1, 2, 3].map((n) => codeOf(register.issue(sample(n), { ...BY, key: 'k' }))));
    expect(codes.sort()).toEqual(['done', 'idempotency-key-reused', 'idempotency-key-reused']);
    expect(await discrepancies(store)).toEqual([]);
  });

  it('holds whatever is asked in whatever order: one licence per key, no gaps', async () => {
    const asked = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 })), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(asked, fc.boolean(), async (requests, together) => {
        const fresh = memoryStore();
        const register = registerOn(fresh, world);
        const acts = requests.map(
          ([key, n]) =>
            () =>
              codeOf(register.issue(sample(n), { ...BY, key: `k${key}` })),
        );
        const codes = new Set<string>();
        if (together) for (const code of await Promise.all(acts.map((act) => act()))) codes.add(code);
        else for (const act of acts) codes.add(await act());
        for (const code of codes) expect(['done', 'license-exists', 'idempotency-key-reused']).toContain(code);
        const keys = new Set<string>();
        let rows = 0;
        for await (const entry of fresh.entries()) {
          rows += 1;
          keys.add(entry.request!.key);
        }
        expect(keys.size).toBe(rows);
        expect(await discrepancies(fresh)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});
