import { appendAudit, auditEntry, leafHash, readAuditEntry, rootOf, verifyCommitment } from '@gov/audit';
import type { RegisterEntry } from '@gov/e-license/register';
import { generateSm2Key, sm2Signer, sm2Verifier } from '@gov/sm';
import type { Store } from '@gov/store';
import { type Erasure, eraseByPolicy, type RetentionPolicy, readRetentionPolicy } from '@gov/store/erasure';
import { readJws, verifyJws } from '@gov/token/jws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gathered, type OpenStore, octets, refused, world } from './world.js';

const DAY = 86_400_000;
const AT = new Date('2026-05-20T01:00:00Z');
const daysAgo = (days: number): string => new Date(AT.getTime() - days * DAY).toISOString();

/** Data of every kind, some just old enough for 30 days, some not yet. */
async function fill(store: Store) {
  const w = world();
  const record = { identifier: 'x', issuedAt: 'y', data: { holder: '张三' }, face: [] };
  const kept = { record: record as unknown as NonNullable<RegisterEntry['record']>, qrText: 'EL1:张三' };
  const ended = { status: 'revoked', statusAt: daysAgo(30.01), statusReason: '张三 申请' } as const;
  const entries: RegisterEntry[] = [
    w.entry(0, { ...kept, issuedAt: daysAgo(400), request: { key: '张三-old', digest: 'd' } }),
    w.entry(1, { ...kept, ...ended, issuedAt: daysAgo(29), request: { key: '张三-ended', digest: 'd' } }),
    w.entry(2, {
      ...kept,
      status: 'revoked',
      statusAt: daysAgo(29.99),
      issuedAt: daysAgo(29),
      request: { key: '张三-new', digest: 'd' },
    }),
    w.entry(3, { ...kept, validTo: '2026-04-19' }),
    w.entry(4, { ...kept, validTo: '2026-04-20' }),
    w.entry(5, { ...kept, validTo: '长期', status: 'suspended', statusAt: daysAgo(400) }),
  ];
  const b = (row: number) => ({ batch: { id: w.batch('done').id, row } });
  await store.transaction(async (tx) => {
    await tx.insertEntries([...entries, w.entry(10, b(0)), w.entry(11, b(1))]);
    for (const { identifier } of entries) await tx.insertDocument(identifier, 'pdf', octets('张三'));
    await tx.insertBatch(w.batch('done', { rows: 2, createdAt: daysAgo(31) }));
    await tx.insertBatch(w.batch('half', { rows: 2, createdAt: daysAgo(31) }));
    await tx.insertBatch(w.batch('new', { rows: 2, createdAt: daysAgo(29) }));
    for (const name of ['done', 'half', 'new']) await tx.insertRange(w.batch(name).id, 0, octets('张三'));
    const made = (days: number) =>
      auditEntry({ at: new Date(daysAgo(days)), action: 'test', actor: 'tester', secrets: { holder: '张三' } });
    await appendAudit(tx.audit, w.log, [made(31), made(29), made(400)]);
  });
  await store.replay.firstUse('s', 'old', new Date(daysAgo(31)));
  await store.replay.firstUse('s', 'new', new Date(daysAgo(29)));
  await store.oneTime.put('s', octets('old'), '张三', new Date(daysAgo(31)));
  await store.oneTime.put('s', octets('new'), '张三', new Date(daysAgo(29)));
  const [old, young, later] = [daysAgo(30.01), daysAgo(29.99), daysAgo(-1)];
  const id = (name: string): string => `${w.log}-${name}`;
  await store.identityTransaction(async (tx) => {
    const issued = { issuer: 'https://id.city.gov.cn', kind: 'access', clientId: 'app', subject: 'local' } as const;
    const token = (name: string, expiresAt: string, revokedAt?: string) =>
      tx.insertToken({
        ...issued,
        tokenId: id(name),
        issuedAt: daysAgo(400),
        expiresAt,
        ...(revokedAt === undefined ? {} : { revokedAt }),
      });
    await token('expired', old);
    await token('young', young);
    // Status lists still say so.
    await token('revoked', later, old);
    const session = (name: string, expiresAt: string, endedAt?: string) =>
      tx.insertSession({
        sessionId: id(name),
        subject: 'local',
        startedAt: daysAgo(400),
        expiresAt,
        ...(endedAt === undefined ? {} : { endedAt }),
      });
    await session('expired', old);
    // It bars its tokens still.
    await session('ended', later, old);
    await session('ended and expired', old, old);
    await session('young', later, young);
    await session('open', later);
    const mandate = (name: string, expiresAt: string, revokedAt?: string) =>
      tx.insertMandate({
        mandateId: id(name),
        principal: 'o-7',
        agent: 'u-1',
        expiresAt,
        mandate: '{"name":"张三"}',
        ...(revokedAt === undefined ? {} : { revokedAt }),
      });
    await mandate('expired', old);
    await mandate('revoked', later, old);
    await mandate('young', later, young);
    await mandate('open', later);
  });
  return { ...w, entries, id };
}

/** 30 days for everything. */
const POLICY: RetentionPolicy = {
  rules: (
    [
      'documents',
      'license-data',
      'audit-secrets',
      'batch-rows',
      'request-keys',
      'replay',
      'one-time',
      'issued-tokens',
      'sessions',
      'mandates',
    ] as const
  ).map((kind) => ({ kind, days: 30 })),
};

const EXPECTED = {
  documents: 2,
  'license-data': 2,
  'audit-secrets': 2,
  'batch-rows': 1,
  'request-keys': 1,
  replay: 1,
  'one-time': 1,
  'issued-tokens': 1,
  sessions: 2,
  mandates: 2,
};

export function erasureContract(open: OpenStore): void {
  describe('erasure', () => {
    const key = generateSm2Key();
    const signer = sm2Signer(key);
    let store: Store;
    let filled: Awaited<ReturnType<typeof fill>>;
    let done: Erasure;
    beforeAll(async () => {
      store = await open();
      filled = await fill(store);
    });
    afterAll(() => store?.close());

    const run = (dryRun: boolean): Promise<Erasure> =>
      eraseByPolicy(store, POLICY, { at: AT, signer, actor: 'operator', log: filled.log, dryRun });
    const counts = ({ erased }: Erasure) => Object.fromEntries(erased.map(({ kind, count }) => [kind, count]));
    const everything = async () => ({
      entries: await gathered(store.entries()),
      size: await store.audit.size(filled.log),
      secrets: await store.audit.secrets(filled.log, 0),
      document: await store.document(filled.entries[1]!.identifier, 'pdf'),
      range: await store.range(filled.batch('done').id, 0),
      erasures: await store.erasures(),
    });

    it('run dry counts everything and changes nothing', async () => {
      const before = await everything();
      const dry = await run(true);
      expect(counts(dry)).toEqual(EXPECTED);
      expect(dry.record).toBeUndefined();
      expect(await everything()).toEqual(before);
    });

    it('undone with its transaction leaves everything', async () => {
      const before = await everything();
      const failing = {
        algorithm: signer.algorithm,
        publicKey: signer.publicKey,
        sign: () => Promise.reject(new Error('no key')),
      };
      const options = { at: AT, signer: failing, actor: 'operator', log: filled.log };
      await expect(eraseByPolicy(store, POLICY, options)).rejects.toThrow('no key');
      expect(await everything()).toEqual(before);
    });

    it('erases what is old enough, and leaves the rest', async () => {
      const { log, entries, batch, issuer } = filled;
      const rootBefore = rootOf((await store.audit.entries(log, 0, 3)).map(leafHash));
      done = await run(false);
      expect(counts(done)).toEqual(EXPECTED);
      const now = await gathered(store.entries());
      expect(now).toHaveLength(8);
      for (const [i, was] of entries.entries()) {
        const { request: _, ...rest } = was;
        const { record: __, qrText: ___, statusReason: ____, ...bare } = rest;
        expect(now[i], `entry ${i}`).toEqual(i === 1 || i === 3 ? bare : i === 0 ? rest : was);
        const document = await store.document(was.identifier, 'pdf');
        expect(document === undefined, `document ${i}`).toBe(i === 1 || i === 3);
      }
      expect(await store.entry({ issuerCode: issuer, requestKey: '张三-old' })).toBeUndefined();
      expect(await store.entry({ issuerCode: issuer, requestKey: '张三-ended' })).toBeUndefined();
      expect(await store.entry({ issuerCode: issuer, requestKey: '张三-new' })).toBeDefined();
      expect(await store.range(batch('done').id, 0)).toBeUndefined();
      expect(await store.range(batch('half').id, 0)).toBeDefined();
      const digests = await Promise.all(['done', 'half', 'new'].map((id) => store.batch(batch(id).id)));
      expect(digests.map((one) => one?.digest)).toEqual(['', batch('half').digest, batch('new').digest]);
      expect(await store.range(batch('new').id, 0)).toBeDefined();
      expect(await store.replay.firstUse('s', 'old', AT)).toBe(true);
      expect(await store.replay.firstUse('s', 'new', AT)).toBe(false);
      expect(await store.oneTime.redeem('s', octets('old'), new Date(0))).toBeUndefined();
      expect(await store.oneTime.redeem('s', octets('new'), new Date(0))).toBe('张三');
      const { id } = filled;
      const there = async (names: readonly string[], find: (id: string) => Promise<unknown>) => {
        const found = await Promise.all(names.map((name) => find(id(name))));
        return names.filter((_, i) => found[i] !== undefined);
      };
      const [tokens, others] = [
        ['expired', 'young', 'revoked'],
        ['expired', 'ended', 'revoked', 'young', 'open'],
      ];
      expect(await there(tokens, (name) => store.token(name))).toEqual(['young', 'revoked']);
      expect(await there([...others, 'ended and expired'], (name) => store.session(name))).toEqual([
        'ended',
        'young',
        'open',
      ]);
      expect(await there(others, (name) => store.mandate(name))).toEqual(['young', 'open']);
      // The log stands: the same leaves, one more.
      const after = await store.audit.entries(log, 0, 10);
      expect(after).toHaveLength(4);
      expect(rootOf(after.slice(0, 3).map(leafHash))).toEqual(rootBefore);
      expect((await store.audit.secrets(log, 0)).length + (await store.audit.secrets(log, 2)).length).toBe(0);
      const [opening] = await store.audit.secrets(log, 1);
      expect(verifyCommitment(readAuditEntry(after[1]!), 'holder', opening!)).toBe(true);
    });

    it('leaves a signed record and an entry, which show nothing of what was erased', async () => {
      const jws = readJws(done.record!);
      expect(await verifyJws(jws, sm2Verifier(key.publicKey), { typ: 'gov-erasure+jws' })).toBe(true);
      expect(await verifyJws(jws, sm2Verifier(generateSm2Key().publicKey), { typ: 'gov-erasure+jws' })).toBe(false);
      const payload = new TextDecoder().decode(jws.payload);
      expect(JSON.parse(payload)).toMatchObject({ actor: 'operator', log: filled.log, erased: done.erased });
      const [bytes] = await store.audit.entries(filled.log, done.auditIndex!, done.auditIndex! + 1);
      const entry = readAuditEntry(bytes!);
      expect(entry).toMatchObject({ action: 'store-erase', actor: 'operator', details: EXPECTED });
      for (const text of ['张三', filled.issuer, 'EL1'])
        expect(payload.replaceAll(filled.log, '') + JSON.stringify(entry)).not.toContain(text);
      expect(await store.erasures()).toEqual([
        { log: filled.log, auditIndex: done.auditIndex, at: AT.toISOString(), record: done.record },
      ]);
    });

    it('once more finds nothing more', async () => {
      expect(Object.values(counts(await run(false))).every((count) => count === 0)).toBe(true);
    });

    it('keeps the openings of a licence with its data, and erases both together', async () => {
      const w = world();
      const record = { identifier: 'x' } as unknown as NonNullable<RegisterEntry['record']>;
      const kept = { record, qrText: 'EL1:张三' };
      const old = daysAgo(31);
      const entries = [
        // In force: issued by 0, suspended by 1, resumed by 2.
        w.entry(0, { ...kept, statusAuditIndex: 2, statusReason: '张三' }),
        // Ended by 4, a moment ago: older entries stay.
        w.entry(3, {
          ...kept,
          status: 'revoked',
          statusAt: AT.toISOString(),
          statusAuditIndex: 4,
          statusReason: '张三',
        }),
        // Followed by another version: 6 issued that one and superseded this one.
        w.entry(5, { ...kept, status: 'superseded', statusAt: old, statusAuditIndex: 6, statusReason: '张三' }),
        w.entry(6, { ...kept, replaces: w.entry(5).identifier }),
        // Ended long ago by 8, the entry of which is young.
        w.entry(7, { ...kept, status: 'revoked', statusAt: old, statusAuditIndex: 8, statusReason: '张三' }),
      ];
      const made = (days: number, of: number, secrets: Readonly<Record<string, string>> = {}) =>
        auditEntry({
          at: new Date(daysAgo(days)),
          action: 'test',
          actor: 'tester',
          secrets: { identifier: w.entry(of).identifier, ...secrets },
        });
      const acts = [0, 0, 0, 3, 3, 5, 6, 7, 7].map((of, i) =>
        made(i === 8 ? 1 : 400, of, of === 6 ? { replaces: w.entry(5).identifier } : {}),
      );
      const other = `${w.log}-other`;
      await store.transaction(async (tx) => {
        await tx.insertEntries(entries);
        await appendAudit(tx.audit, w.log, acts);
        // At the same places of another log, of other licences.
        await appendAudit(tx.audit, other, [
          made(400, 90),
          made(1, 91),
          ...acts.slice(2, 3),
          ...[3, 4, 5, 6, 7].map(() => made(1, 92)),
        ]);
      });
      const opened = async (log: string): Promise<number[]> => {
        const left: number[] = [];
        for (let i = 0; i < 9; i++) if ((await store.audit.secrets(log, i)).length > 0) left.push(i);
        return left;
      };
      const options = { at: AT, signer, actor: 'operator', log: filled.log };
      const rule = (kind: 'audit-secrets' | 'license-data') => ({ rules: [{ kind, days: 30 }] });
      await eraseByPolicy(store, rule('audit-secrets'), options);
      expect(await opened(w.log)).toEqual([0, 2, 3, 4, 5, 6, 7, 8]);
      expect(await opened(other)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      await eraseByPolicy(store, rule('license-data'), options);
      expect(await opened(w.log)).toEqual([0, 2, 3, 4, 6]);
      expect(await opened(other)).toEqual([1, 2, 3, 4, 5, 6, 7]);
      const now = await Promise.all(entries.map(({ identifier }) => store.entry({ identifier })));
      expect(now.map((entry) => entry?.record !== undefined)).toEqual([true, true, false, true, false]);
      // Both of a pair in whatever order: what neither needs any longer goes.
      const at = new Date(AT.getTime() + 40_000 * DAY);
      await eraseByPolicy(store, rule('license-data'), { ...options, at });
      expect(await opened(w.log)).toEqual([]);
    });

    it('passes over more openings that stay than one step takes', async () => {
      const w = world();
      const record = { identifier: 'x' } as unknown as NonNullable<RegisterEntry['record']>;
      const made = (secrets: Readonly<Record<string, string>>) =>
        auditEntry({ at: new Date(daysAgo(400)), action: 'test', actor: 'tester', secrets });
      const entries = Array.from({ length: 1_010 }, (_, n) => w.entry(n, { record }));
      await store.transaction(async (tx) => {
        await tx.insertEntries(entries);
        const acts = entries.map(({ identifier }) => made({ identifier }));
        await appendAudit(tx.audit, w.log, [...acts, ...Array.from({ length: 510 }, () => made({ holder: '张三' }))]);
      });
      const policy: RetentionPolicy = { rules: [{ kind: 'audit-secrets', days: 30 }] };
      const { erased } = await eraseByPolicy(store, policy, { at: AT, signer, actor: 'operator', log: filled.log });
      expect(erased[0]!.count).toBe(510);
      expect(await store.audit.secrets(w.log, 1_009)).toHaveLength(1);
    });

    it('of more than one step erases all', async () => {
      for (let i = 0; i < 1100; i += 100)
        await Promise.all(Array.from({ length: 100 }, (_, k) => store.replay.firstUse('many', `${i + k}`, AT)));
      const policy: RetentionPolicy = { rules: [{ kind: 'replay', days: 0 }] };
      const at = new Date(AT.getTime() + 1);
      const erased = await eraseByPolicy(store, policy, { at, signer, actor: 'operator', log: filled.log });
      expect(erased.erased[0]?.count).toBeGreaterThanOrEqual(1100);
      expect(await store.replay.firstUse('many', '1099', AT)).toBe(true);
    });

    it.each<[string, unknown]>([
      ['no object', []],
      ['no rules', {}],
      ['an unknown kind', { rules: [{ kind: 'everything', days: 1 }] }],
      ['a kind of the prototype', { rules: [{ kind: 'constructor', days: 1 }] }],
      ['days below 0', { rules: [{ kind: 'replay', days: -1 }] }],
      ['part of a day', { rules: [{ kind: 'replay', days: 0.5 }] }],
      ['days as a text', { rules: [{ kind: 'replay', days: '30' }] }],
      ['too many days', { rules: [{ kind: 'replay', days: 36_501 }] }],
      [
        'a kind twice',
        {
          rules: [
            { kind: 'replay', days: 1 },
            { kind: 'replay', days: 2 },
          ],
        },
      ],
      ['a word more', { rules: [{ kind: 'replay', days: 1, keep: true }] }],
      ['a member more', { rules: [], note: '' }],
    ])('by a policy with %s is refused', async (_, policy) => {
      expect(() => readRetentionPolicy(policy)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
      const options = { at: AT, signer, actor: 'operator', log: filled.log };
      await refused(eraseByPolicy(store, policy as RetentionPolicy, options), 'invalid-argument');
    });
  });
}
