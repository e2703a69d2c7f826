import { readAuditEntry } from '@gov/audit';
import { ACCESS_LIMITS, type LicenseRegister, REVOKED_STATUSES } from '@gov/e-license/register';
import { CLOCK_SKEW_MS } from '@gov/pki';
import type { Store } from '@gov/store';
import { memoryStore } from '@gov/store/memory';
import { type GovError, isGovError } from '@gov/verdict';
import * as zh from '@gov/verdict/zh';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeWorld, TIMES, type World } from '../../../../test/world.js';
import {
  BY,
  codeOf,
  discrepancies,
  ISSUER,
  LIST_SIZE,
  LOG,
  registerOn,
  sample,
  snapshot,
  withFields,
} from './fixture.js';

let world: World;
let store: Store;
let register: LicenseRegister;
let identifier: string;

beforeAll(async () => {
  world = await makeWorld();
});
beforeEach(async () => {
  store = memoryStore();
  register = registerOn(store, world);
  identifier = (await register.issue(sample(1), BY)).entry.identifier;
});

const WHY = { ...BY, reason: '限期整改' } as const;
const unknown = '1.2.156.3005.2.11100000MB0000000P001.11990100MB0000019L.000000007.001.K';

async function lastAudit(): Promise<{ action: string; details: unknown; secrets: Readonly<Record<string, string>> }> {
  const last = (await store.audit.size(LOG)) - 1;
  const [bytes] = await store.audit.entries(LOG, last, last + 1);
  const { action, details } = readAuditEntry(bytes!);
  const secrets = await store.audit.secrets(LOG, last);
  return { action, details, secrets: Object.fromEntries(secrets.map(({ name, value }) => [name, value])) };
}

describe('status', () => {
  it('is suspended and resumed, with the reason, in the row, the status list and the log', async () => {
    const suspended = await register.suspend(identifier, { ...WHY, office: '某市市场监督管理局' });
    expect(suspended).toMatchObject({
      status: 'suspended',
      statusAt: TIMES.signed.toISOString(),
      statusReason: '限期整改（某市市场监督管理局）',
      statusAuditIndex: 1,
    });
    expect(await store.entry({ identifier })).toEqual(suspended);
    expect(await store.slotStatuses(ISSUER, 0, LIST_SIZE)).toMatchObject({
      changed: [{ index: 0, status: 'suspended' }],
    });
    expect(await lastAudit()).toMatchObject({
      action: 'license-suspend',
      details: { of: 0, from: 'valid', to: 'suspended', office: '某市市场监督管理局' },
      secrets: { identifier, reason: '限期整改' },
    });
    const resumed = await register.resume(identifier, { ...BY, reason: '整改完成' });
    expect(resumed).toMatchObject({ status: 'valid', statusReason: '整改完成', statusAuditIndex: 2 });
    expect((await store.slotStatuses(ISSUER, 0, LIST_SIZE)).changed).toEqual([]);
    expect(await discrepancies(store)).toEqual([]);
  });

  it.each(REVOKED_STATUSES)('ends as %s, and nothing comes after', async (as) => {
    const ended = await register.revoke(identifier, { ...WHY, as });
    expect(ended.status).toBe(as);
    const before = await snapshot(store);
    for (const act of [
      register.suspend(identifier, WHY),
      register.resume(identifier, WHY),
      register.revoke(identifier, { ...WHY, as: 'revoked' }),
      register.reissue(identifier, sample(1), { ...WHY, act: 'replacement' }),
    ])
      expect(await codeOf(act)).toBe('license-status');
    expect(await snapshot(store)).toBe(before);
    expect(await discrepancies(store)).toEqual([]);
  });

  it('refuses what cannot follow, what is not there, and reasons that are none', async () => {
    const before = await snapshot(store);
    expect(await codeOf(register.resume(identifier, WHY))).toBe('license-status');
    for (const missing of [unknown, '', 'x', identifier.slice(0, -1), `${identifier} `]) {
      expect(await codeOf(register.suspend(missing, WHY))).toBe('license-not-found');
      expect(await codeOf(register.revoke(missing, { ...WHY, as: 'revoked' }))).toBe('license-not-found');
    }
    expect(await codeOf(register.revoke(identifier, { ...WHY, as: 'superseded' as 'revoked' }))).toBe(
      'invalid-argument',
    );
    for (const reason of ['', '  ', 'a\nb', '字'.repeat(ACCESS_LIMITS.reason + 1)])
      expect(await codeOf(register.suspend(identifier, { ...BY, reason }))).toBe('invalid-argument');
    expect(await codeOf(register.suspend(identifier, { ...WHY, office: '' }))).toBe('invalid-argument');
    expect(await codeOf(register.suspend(identifier, { ...WHY, actor: '' }))).toBe('invalid-argument');
    // The log shows them to everybody, for ever; the reason is a commitment.
    for (const person of ['张三 370303199001011237', '值班 138 1234 5678']) {
      expect(await codeOf(register.suspend(identifier, { ...WHY, office: person }))).toBe('invalid-argument');
      expect(await codeOf(register.suspend(identifier, { ...WHY, actor: person }))).toBe('invalid-argument');
      expect(await codeOf(register.issue(sample(2), { actor: person }))).toBe('invalid-argument');
    }
    expect(await snapshot(store)).toBe(before);
    const longest = await register.suspend(identifier, { ...BY, reason: '𬎆'.repeat(ACCESS_LIMITS.reason) });
    expect(longest.status).toBe('suspended');
  });

  it('does nothing again for the same key, also after something else happened', async () => {
    const first = { ...WHY, key: 'k1' };
    expect(await register.suspend(identifier, first)).not.toHaveProperty('again');
    await register.resume(identifier, { ...WHY, key: 'k2' });
    const before = await snapshot(store);
    expect(await register.suspend(identifier, first)).toMatchObject({ status: 'valid', again: true });
    expect(await snapshot(store)).toBe(before);
    for (const act of [
      register.suspend(identifier, { ...first, reason: '另案' }),
      register.revoke(identifier, { ...first, as: 'revoked' }),
      register.resume(identifier, { ...first }),
    ])
      expect(await codeOf(act)).toBe('idempotency-key-reused');
    expect(await discrepancies(store)).toEqual([]);
  });

  it('takes a key for one act, whatever acts they are', async () => {
    await register.issue(sample(2), { ...BY, key: 'issue' });
    await register.suspend(identifier, { ...WHY, key: 'suspend' });
    const before = await snapshot(store);
    expect(await codeOf(register.resume(identifier, { ...WHY, key: 'issue' }))).toBe('idempotency-key-reused');
    expect(await codeOf(register.issue(sample(3), { ...BY, key: 'suspend' }))).toBe('idempotency-key-reused');
    await register.resume(identifier, WHY);
    const follow = { ...WHY, act: 'replacement', key: 'suspend' } as const;
    expect(await codeOf(register.reissue(identifier, sample(1), follow))).toBe('idempotency-key-reused');
    await register.suspend(identifier, { ...WHY, key: 'more' });
    expect(JSON.parse(before)[0]).toHaveLength(2);
    expect(await discrepancies(store)).toEqual([]);
  });

  const clockAt = (milliseconds: number) =>
    registerOn(store, world, { clock: () => new Date(TIMES.signed.getTime() + milliseconds) });

  it('never goes backwards in time', async () => {
    const before = await snapshot(store);
    for (const late of [3_600_000, CLOCK_SKEW_MS + 1]) {
      const early = clockAt(-late);
      for (const act of [
        () => early.suspend(identifier, WHY),
        () => early.revoke(identifier, { ...WHY, as: 'revoked' }),
        () => early.reissue(identifier, sample(1), { ...WHY, act: 'replacement' }),
      ]) {
        const refused = await act().catch((error: unknown) => error as GovError);
        expect(refused).toMatchObject({ code: 'clock-behind', message: expect.stringContaining('clock') });
      }
    }
    expect(zh.errorText['clock-behind']).toContain('时钟');
    expect(await snapshot(store)).toBe(before);
  });

  it('goes on at the time of the last act where the clock of this machine is a little behind', async () => {
    await clockAt(1_500).suspend(identifier, WHY);
    const last = new Date(TIMES.signed.getTime() + 1_500).toISOString();
    for (const behind of [1, 1_000, CLOCK_SKEW_MS]) {
      const resumed = await clockAt(1_500 - behind).resume(identifier, WHY);
      expect(resumed.statusAt).toBe(last);
      expect((await clockAt(1_500 - behind).suspend(identifier, WHY)).statusAt).toBe(last);
      expect(await discrepancies(store)).toEqual([]);
    }
    // A clock that is ahead is believed, as before.
    expect((await clockAt(9_250).resume(identifier, WHY)).statusAt).toBe(
      new Date(TIMES.signed.getTime() + 9_250).toISOString(),
    );
    // A licence has whole seconds: the next, where the last act came within one.
    const { entry } = await clockAt(9_000).reissue(identifier, sample(1), { ...WHY, act: 'replacement' });
    expect(entry.issuedAt).toBe(new Date(TIMES.signed.getTime() + 10_000).toISOString());
    expect(await store.entry({ identifier })).toMatchObject({ status: 'superseded', statusAt: entry.issuedAt });
    expect((await clockAt(9_000).suspend(entry.identifier, WHY)).statusAt).toBe(entry.issuedAt);
    expect(await discrepancies(store)).toEqual([]);
  });

  it('is said at the time of the log, also within a second', async () => {
    const late = registerOn(store, world, { clock: () => new Date(TIMES.signed.getTime() + 1_700) });
    await late.reissue(identifier, sample(1), { ...WHY, act: 'replacement' });
    expect(await discrepancies(store)).toEqual([]);
  });

  it('keeps no key of what was refused', async () => {
    expect(await codeOf(register.resume(identifier, { ...WHY, key: 'k' }))).toBe('license-status');
    expect((await register.suspend(identifier, { ...WHY, key: 'k' })).status).toBe('suspended');
  });

  it('lets one of those win that race', async () => {
    const acts = Array.from({ length: 6 }, () => codeOf(register.suspend(identifier, WHY)));
    expect((await Promise.all(acts)).sort()).toEqual(['done', ...Array.from({ length: 5 }, () => 'license-status')]);
    const keyed = Array.from({ length: 6 }, () => codeOf(register.resume(identifier, { ...WHY, key: 'k' })));
    expect(new Set(await Promise.all(keyed))).toEqual(new Set(['done']));
    expect(await store.audit.size(LOG)).toBe(3);
    expect(await discrepancies(store)).toEqual([]);
  });

  it('says where a licence stands', async () => {
    expect(await register.status(identifier)).toMatchObject({ entry: { status: 'valid' }, validity: 'within' });
    const later = registerOn(store, world, { clock: () => new Date('2031-05-19T16:00:00Z') });
    expect((await later.status(identifier)).validity).toBe('after');
    const earlier = registerOn(store, world, { clock: () => new Date('2026-05-19T15:59:59Z') });
    expect((await earlier.status(identifier)).validity).toBe('before');
    expect(await codeOf(register.status(unknown))).toBe('license-not-found');
  });
});

describe('reissue', () => {
  const AGAIN = { ...BY, act: 'replacement', reason: '遗失补发' } as const;

  it('follows with the same serial, the next version and a new slot; the one before is superseded', async () => {
    const data = withFields(sample(1), { premises: '某省某市示范区虚构街道样例大道9号' });
    const { entry } = await register.reissue(identifier, data, {
      ...BY,
      act: 'change',
      reason: '经营场所变更',
      key: 'k',
    });
    expect(entry).toMatchObject({
      serial: '000000001',
      version: 2,
      act: 'change',
      replaces: identifier,
      slot: { list: 0, index: 1 },
      status: 'valid',
      record: { data: { version: 2 } },
    });
    const [old, now] = await register.versions(identifier);
    expect(old).toMatchObject({ identifier, status: 'superseded', statusReason: '经营场所变更', statusAuditIndex: 1 });
    expect(now).toEqual(entry);
    expect(await register.versions(entry.identifier)).toEqual([old, now]);
    expect(await store.slotStatuses(ISSUER, 0, LIST_SIZE)).toEqual({
      taken: 2,
      changed: [{ index: 0, status: 'superseded' }],
    });
    expect(await lastAudit()).toMatchObject({
      action: 'license-issue',
      details: { act: 'change', version: 2, of: 0 },
      secrets: { identifier: entry.identifier, replaces: identifier, reason: '经营场所变更' },
    });
    expect(await register.find({ typeCode: entry.typeCode, issuerCode: ISSUER, number: entry.number })).toEqual(entry);
    expect(await discrepancies(store)).toEqual([]);
  });

  it('follows the newest version only', async () => {
    const { entry: second } = await register.reissue(identifier, sample(1), AGAIN);
    expect(await codeOf(register.reissue(identifier, sample(1), AGAIN))).toBe('license-status');
    const { entry: third } = await register.reissue(second.identifier, sample(1), AGAIN);
    expect(third).toMatchObject({ version: 3, serial: '000000001', replaces: second.identifier });
    expect((await register.versions(third.identifier)).map(({ status }) => status)).toEqual([
      'superseded',
      'superseded',
      'valid',
    ]);
    expect(await discrepancies(store)).toEqual([]);
  });

  it('refuses another licence, a suspended one, one that is not there, and a wrong version', async () => {
    const before = await snapshot(store);
    expect(await codeOf(register.reissue(identifier, sample(2), AGAIN))).toBe('license-data-invalid');
    expect(await codeOf(register.reissue(unknown, sample(1), AGAIN))).toBe('license-not-found');
    expect(await codeOf(register.reissue(identifier, sample(1, { version: 3 }), AGAIN))).toBe('invalid-argument');
    expect(await codeOf(register.reissue(identifier, sample(1), { ...AGAIN, reason: ' ' }))).toBe('invalid-argument');
    expect(await snapshot(store)).toBe(before);
    await register.suspend(identifier, WHY);
    expect(await codeOf(register.reissue(identifier, sample(1), AGAIN))).toBe('license-status');
  });

  it('goes by what each act may change; the number stays whatever the act', async () => {
    const { entry } = await register.find({ identifier }).then((found) => ({ entry: found! }));
    const refused = async (data: unknown, act: 'change' | 'renewal' | 'correction' | 'replacement') => {
      try {
        await register.reissue(identifier, data, { ...AGAIN, act });
      } catch (error) {
        return isGovError(error)
          ? [error.code, ...error.issues.map(({ code, path }) => `${code} ${path.join('.')}`)]
          : [];
      }
      return [];
    };
    const moved = withFields(sample(1), { premises: '别处' });
    expect(await refused(moved, 'replacement')).toEqual([
      'license-data-invalid',
      'reissue-not-allowed fields.premises',
    ]);
    expect(await refused(sample(1), 'renewal')).toEqual(['license-data-invalid', 'renewal-not-longer validTo']);
    expect(await refused(sample(1), 'change')).toEqual(['license-data-invalid', 'reissue-nothing-changed ']);
    for (const act of ['change', 'renewal', 'correction', 'replacement'] as const)
      expect(await refused({ ...moved, number: 'X-1' }, act)).toContain('reissue-not-allowed number');
    expect(await store.audit.size(LOG)).toBe(1);
    // Data as it stands in the register, with the version it has there.
    const own = { ...entry.record!.data, version: 1, validTo: '2036-05-19' };
    expect((await register.reissue(identifier, own, { ...AGAIN, act: 'renewal' })).entry).toMatchObject({
      version: 2,
      validTo: '2036-05-19',
      record: { data: { version: 2 } },
    });
    expect(await discrepancies(store)).toEqual([]);
  });

  it('lets exactly one of those win that race', async () => {
    const codes = await Promise.all(
      Array.from({ length: 5 }, () => codeOf(register.reissue(identifier, sample(1), AGAIN))),
    );
    expect(codes.sort()).toEqual(['done', ...Array.from({ length: 4 }, () => 'license-status')]);
    expect(await register.versions(identifier)).toHaveLength(2);
    const keyed = { ...AGAIN, key: 'k' };
    const newest = (await register.versions(identifier))[1]!.identifier;
    const all = await Promise.all(Array.from({ length: 5 }, () => register.reissue(newest, sample(1), keyed)));
    expect(new Set(all.map(({ entry }) => entry.identifier)).size).toBe(1);
    expect(await discrepancies(store)).toEqual([]);
  });
});

describe('documents and prints', () => {
  let made: number;
  const documents = {
    issue: async (_: unknown, qrText: string) => {
      made += 1;
      return new TextEncoder().encode(`pdf ${made} of ${qrText}`);
    },
    print: async (_: unknown, _qrText: string, { copy }: { copy: number }) => new TextEncoder().encode(`copy ${copy}`),
  };
  const ASKED = { actor: 'portal', purpose: '办理社保' } as const;

  beforeEach(() => {
    made = 0;
    register = registerOn(store, world, { documents });
  });

  it('makes the PDF once, on the first download, and records each download', async () => {
    const first = await register.document(identifier, ASKED);
    expect(await lastAudit()).toMatchObject({
      action: 'license-download',
      details: { status: 'valid' },
      secrets: { identifier, purpose: '办理社保' },
    });
    expect(await store.audit.size(LOG)).toBe(3);
    const second = await register.document(identifier, ASKED);
    expect(second.pdf).toEqual(first.pdf);
    expect([made, await store.audit.size(LOG)]).toEqual([1, 4]);
  });

  it('gives all who download at once the same octets', async () => {
    const all = await Promise.all(Array.from({ length: 5 }, () => register.document(identifier, ASKED)));
    expect(new Set(all.map(({ pdf }) => new TextDecoder().decode(pdf))).size).toBe(1);
    expect(await store.audit.size(LOG)).toBe(1 + 1 + 5);
  });

  it('makes both in the act of issuing where they are asked for', async () => {
    const issued = await register.issue(sample(2), { ...BY, key: 'k', document: true, print: true });
    expect(issued.paper?.copy).toBe(1);
    const again = await register.issue(sample(2), { ...BY, key: 'k', document: true, print: true });
    expect(again).toEqual({ entry: issued.entry, again: true, pdf: issued.pdf });
    expect((await register.document(issued.entry.identifier, ASKED)).pdf).toEqual(issued.pdf);
    expect((await register.print(issued.entry.identifier, ASKED)).copy).toBe(2);
    expect(await lastAudit()).toMatchObject({ action: 'license-print', details: { copy: 2 } });
    expect(await discrepancies(store)).toEqual([]);
  });

  it('comes with a repeated request like any other download: made where there is none, noted, and only while valid', async () => {
    const asked = { ...BY, key: 'k', document: true } as const;
    await register.issue(sample(2), { ...BY, key: 'k' });
    const first = await register.issue(sample(2), asked);
    expect(first).toMatchObject({ again: true, pdf: expect.any(Uint8Array) });
    expect(await lastAudit()).toMatchObject({ action: 'license-download', details: { of: 1 } });
    expect((await register.issue(sample(2), asked)).pdf).toEqual(first.pdf);
    const downloads = await store.audit.size(LOG);
    expect(downloads).toBe(5);
    await register.revoke(first.entry.identifier, { ...WHY, as: 'revoked' });
    const after = await register.issue(sample(2), asked);
    expect(after).toMatchObject({ again: true, entry: { status: 'revoked' } });
    expect(after.pdf).toBeUndefined();
    expect(await store.audit.size(LOG)).toBe(downloads + 1);
  });

  it('numbers prints one by one, whoever prints', async () => {
    const copies = await Promise.all(Array.from({ length: 5 }, () => register.print(identifier, ASKED)));
    expect(copies.map(({ copy }) => copy).sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('gives what is not in force only to who says so, and never prints it', async () => {
    await register.revoke(identifier, { ...WHY, as: 'revoked' });
    expect(await codeOf(register.document(identifier, ASKED))).toBe('license-status');
    expect(await codeOf(register.print(identifier, ASKED))).toBe('license-status');
    expect(made).toBe(0);
    const { entry } = await register.document(identifier, { ...ASKED, anyStatus: true });
    expect(entry.status).toBe('revoked');
    expect(await lastAudit()).toMatchObject({ details: { status: 'revoked' } });
  });

  it('asks for a purpose, and for what makes documents', async () => {
    for (const purpose of ['', '事'.repeat(ACCESS_LIMITS.purpose + 1)]) {
      expect(await codeOf(register.document(identifier, { ...ASKED, purpose }))).toBe('invalid-argument');
      expect(await codeOf(register.print(identifier, { ...ASKED, purpose }))).toBe('invalid-argument');
    }
    const bare = registerOn(store, world);
    expect(await codeOf(bare.document(identifier, ASKED))).toBe('invalid-argument');
    expect(await codeOf(bare.print(identifier, ASKED))).toBe('invalid-argument');
    expect(await codeOf(bare.issue(sample(2), { ...BY, document: true }))).toBe('invalid-argument');
    expect(await codeOf(register.document(unknown, ASKED))).toBe('license-not-found');
    expect(await codeOf(register.print(unknown, ASKED))).toBe('license-not-found');
    expect(await store.audit.size(LOG)).toBe(1);
  });
});

describe('whatever is done in whatever order', () => {
  it('register, counters, slots and log agree', async () => {
    const act = fc.record({
      kind: fc.constantFrom('issue', 'suspend', 'resume', 'revoke', 'reissue'),
      n: fc.integer({ min: 1, max: 3 }),
      key: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 14 }), async (acts) => {
        const fresh = memoryStore();
        const one = registerOn(fresh, world);
        const newest = new Map<number, string>();
        for (const { kind, n, key } of acts) {
          const options = { ...WHY, ...(key === undefined ? {} : { key: `k${key}` }) };
          const at = newest.get(n) ?? unknown;
          const run = async () => {
            if (kind === 'issue') newest.set(n, (await one.issue(sample(n), options)).entry.identifier);
            else if (kind === 'suspend') await one.suspend(at, options);
            else if (kind === 'resume') await one.resume(at, options);
            else if (kind === 'revoke') await one.revoke(at, { ...options, as: 'cancelled' });
            else newest.set(n, (await one.reissue(at, sample(n), { ...options, act: 'replacement' })).entry.identifier);
          };
          const code = await codeOf(run());
          expect(['done', 'license-exists', 'license-not-found', 'license-status', 'idempotency-key-reused']).toContain(
            code,
          );
        }
        expect(await discrepancies(fresh)).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });
});
