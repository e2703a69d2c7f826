import type { IdentityTransaction, KeptSession, KeptToken } from '@gov/identity';
import type { Store } from '@gov/store';
import { describe, expect, it } from 'vitest';
import { gathered, octets, refused, world } from './world.js';

const AT = new Date('2026-05-20T01:00:00Z');
const NOW = AT.toISOString();

/** Tokens, sessions, mandates and the directory. */
export function identityContract(store: () => Store): void {
  const within = <T>(work: (tx: IdentityTransaction) => Promise<T>): Promise<T> => store().identityTransaction(work);

  /** Names of their own for one test. */
  const names = () => {
    const { issuer } = world();
    const id = (name: string): string => `${issuer}-${name}`;
    const token = (name: string, more: Partial<KeptToken> = {}): KeptToken => ({
      tokenId: id(name),
      issuer: 'https://id.city.gov.cn',
      kind: 'access',
      clientId: 'app',
      subject: 'pairwise',
      issuedAt: NOW,
      expiresAt: '2026-05-20T01:05:00.000Z',
      ...more,
    });
    const child = (name: string, parent: string, more: Partial<KeptToken> = {}): KeptToken =>
      token(name, { parent: { issuer: 'https://id.city.gov.cn', tokenId: id(parent) }, ...more });
    const session = (name: string, more: Partial<KeptSession> = {}): KeptSession => ({
      sessionId: id(name),
      subject: 'local',
      startedAt: NOW,
      expiresAt: '2026-05-20T09:00:00.000Z',
      ...more,
    });
    return { id, token, child, session };
  };

  describe('issued tokens', () => {
    it('come back as they were put, with everything and with nothing optional', async () => {
      const { token, id } = names();
      const bare = token('bare');
      const full = token('full', {
        kind: 'refresh',
        sessionId: id('s'),
        parent: { issuer: 'https://id.province.gov.cn', tokenId: 'foreign' },
        mandateId: id('m'),
        slot: { list: 3, index: 17 },
        revokedAt: NOW,
      });
      await within(async (tx) => {
        await tx.insertToken(bare);
        await tx.insertToken(full);
      });
      expect(await store().token(id('bare'))).toEqual(bare);
      expect(await store().token(id('full'))).toEqual(full);
      expect(await store().token(id('none'))).toBeUndefined();
      expect(await within((tx) => tx.lockToken(id('full')))).toEqual(full);
      expect(await store().tokensOfSession(id('s'))).toEqual([full]);
    });

    it('have their id once: the second loses its transaction', async () => {
      const { token, id } = names();
      await within((tx) => tx.insertToken(token('a')));
      await refused(
        within(async (tx) => {
          await tx.insertSession(names().session('lost'));
          await tx.insertToken(token('a')).catch(() => undefined);
        }),
        'invalid-argument',
      );
      expect(await store().token(id('a'))).toEqual(token('a'));
    });

    it('are revoked with whatever was exchanged from them, and nothing else', async () => {
      const { token, child, id } = names();
      await within(async (tx) => {
        for (const one of [
          token('a'),
          token('b'),
          child('a1', 'a'),
          child('a11', 'a1'),
          child('a2', 'a'),
          child('b1', 'b'),
        ])
          await tx.insertToken(one);
        // The same id at another issuer is another token.
        await tx.insertToken(token('foreign', { parent: { issuer: 'https://elsewhere.gov.cn', tokenId: id('a') } }));
      });
      const revoked = await within((tx) => tx.revokeTokens({ tokenId: id('a') }, AT));
      expect(revoked.map(({ tokenId }) => tokenId)).toEqual([id('a'), id('a1'), id('a11'), id('a2')]);
      for (const one of revoked) expect(one.revokedAt).toBe(NOW);
      for (const name of ['b', 'b1', 'foreign']) expect((await store().token(id(name)))?.revokedAt).toBeUndefined();
      const again = await within((tx) => tx.revokeTokens({ tokenId: id('a') }, new Date('2026-05-20T02:00:00Z')));
      expect(again).toEqual([]);
      expect((await store().token(id('a11')))?.revokedAt).toBe(NOW);
    });

    it('are revoked by session, by mandate and by a parent elsewhere', async () => {
      const { token, id } = names();
      const parent = { issuer: 'https://id.province.gov.cn', tokenId: id('upstream') };
      await within(async (tx) => {
        await tx.insertToken(token('s', { sessionId: id('session') }));
        await tx.insertToken(token('m', { mandateId: id('mandate') }));
        await tx.insertToken(token('p', { parent }));
      });
      const ids = async (which: Parameters<IdentityTransaction['revokeTokens']>[0]) =>
        (await within((tx) => tx.revokeTokens(which, AT))).map(({ tokenId }) => tokenId);
      expect(await ids({ sessionId: id('session') })).toEqual([id('s')]);
      expect(await ids({ mandateId: id('mandate') })).toEqual([id('m')]);
      expect(await ids({ parent })).toEqual([id('p')]);
      expect(await ids({ tokenId: id('none') })).toEqual([]);
    });

    it('show the places of those that are revoked and have not expired', async () => {
      const { token } = names();
      const list = Math.floor(Math.random() * 2 ** 30);
      await within(async (tx) => {
        await tx.insertToken(token('in force', { slot: { list, index: 1 } }));
        await tx.insertToken(token('revoked', { slot: { list, index: 9 }, revokedAt: NOW }));
        await tx.insertToken(token('too', { slot: { list, index: 2 }, revokedAt: NOW }));
        await tx.insertToken(token('elsewhere', { slot: { list: list + 1, index: 3 }, revokedAt: NOW }));
        await tx.insertToken(token('over', { slot: { list, index: 4 }, revokedAt: NOW, expiresAt: NOW }));
      });
      expect(await store().revokedSlots(list, AT)).toEqual([2, 9]);
      expect(await store().revokedSlots(list, new Date('2026-05-20T01:05:00Z'))).toEqual([]);
    });
  });

  describe('in a transaction of identity', () => {
    it('a first use is one of 64, and is undone with it', async () => {
      const { id } = names();
      const use = () => within((tx) => tx.firstUse(id('scope'), 'jti', AT));
      await expect(
        within(async (tx) => {
          expect(await tx.firstUse(id('scope'), 'jti', AT)).toBe(true);
          throw new Error('undone');
        }),
      ).rejects.toThrow('undone');
      const answers = await Promise.all(Array.from({ length: 64 }, use));
      expect(answers.filter((isFirst) => isFirst)).toHaveLength(1);
      expect(await store().replay.firstUse(id('scope'), 'jti', AT)).toBe(false);
    });

    it('a one-time code is redeemed by one of 64, and is there again where that one is undone', async () => {
      const { id } = names();
      const before = new Date('2026-05-20T00:59:00Z');
      await within((tx) => tx.putOneTime(id('scope'), octets('d'), '值', AT));
      await refused(
        within((tx) => tx.putOneTime(id('scope'), octets('d'), 'again', AT)),
        'invalid-argument',
      );
      await expect(
        within(async (tx) => {
          expect(await tx.redeemOneTime(id('scope'), octets('d'), before)).toBe('值');
          throw new Error('undone');
        }),
      ).rejects.toThrow('undone');
      expect(await within((tx) => tx.redeemOneTime(id('scope'), octets('d'), AT))).toBeUndefined();
      const values = await Promise.all(
        Array.from({ length: 64 }, () => within((tx) => tx.redeemOneTime(id('scope'), octets('d'), before))),
      );
      expect(values.filter((value) => value !== undefined)).toEqual(['值']);
    });

    it('numbers, tokens and audit entries come together or not at all', async () => {
      const { token, id } = names();
      await expect(
        within(async (tx) => {
          expect(await tx.takeNumbers(id('slots'), 1)).toBe(1);
          await tx.insertToken(token('a'));
          expect(await tx.audit.lockSize(id('log'))).toBe(0);
          throw new Error('undone');
        }),
      ).rejects.toThrow('undone');
      expect(await store().token(id('a'))).toBeUndefined();
      expect(await within((tx) => tx.takeNumbers(id('slots'), 1))).toBe(1);
    });
  });

  describe('sessions', () => {
    it('end once, by their id or by what they were carried over from', async () => {
      const { session, id } = names();
      const issuer = id('province');
      const all = [
        session('own'),
        session('a', { upstream: { issuer, subject: 'p1', sessionId: 's1' } }),
        session('b', { upstream: { issuer, subject: 'p1', sessionId: 's2' } }),
        session('c', { upstream: { issuer, subject: 'p2' } }),
        session('d', { upstream: { issuer: `${issuer}2`, subject: 'p1', sessionId: 's1' } }),
      ];
      await within(async (tx) => {
        for (const one of all) await tx.insertSession(one);
      });
      for (const one of all) expect(await store().session(one.sessionId)).toEqual(one);
      const ended = async (which: Parameters<IdentityTransaction['endSessions']>[0]) =>
        (await within((tx) => tx.endSessions(which, AT))).map(({ sessionId }) => sessionId);
      expect(await ended({ upstream: { issuer, sessionId: 's1' } })).toEqual([id('a')]);
      expect(await ended({ upstream: { issuer, subject: 'p1' } })).toEqual([id('b')]);
      expect(await ended({ sessionId: id('own') })).toEqual([id('own')]);
      expect(await ended({ sessionId: id('own') })).toEqual([]);
      expect(await ended({ sessionId: id('none') })).toEqual([]);
      expect((await within((tx) => tx.lockSession(id('a'))))?.endedAt).toBe(NOW);
      for (const name of ['c', 'd']) expect((await store().session(id(name)))?.endedAt).toBeUndefined();
    });
  });

  describe('mandates', () => {
    it('are revoked by one of 16, and found by their agent', async () => {
      const { id } = names();
      const mandate = (name: string, expiresAt: string) => ({
        mandateId: id(name),
        principal: id('company'),
        agent: id('clerk'),
        expiresAt,
        mandate: '{"holder":"张三"}',
      });
      const [first, second] = [mandate('z', '2026-06-01T00:00:00.000Z'), mandate('a', '2026-07-01T00:00:00.000Z')];
      await within(async (tx) => {
        await tx.insertMandate(second);
        await tx.insertMandate(first);
      });
      expect(await store().mandatesOfAgent(id('clerk'))).toEqual([first, second]);
      expect(await store().mandatesOfAgent(id('company'))).toEqual([]);
      const answers = await Promise.all(
        Array.from({ length: 16 }, () => within((tx) => tx.revokeMandate(id('z'), AT))),
      );
      expect(answers.filter((isRevoked) => isRevoked)).toHaveLength(1);
      expect(await store().mandate(id('z'))).toEqual({ ...first, revokedAt: NOW });
      expect(await within((tx) => tx.lockMandate(id('a')))).toEqual(second);
      expect(await within((tx) => tx.revokeMandate(id('none'), AT))).toBe(false);
      await refused(
        within((tx) => tx.insertMandate(first)),
        'invalid-argument',
      );
    });
  });

  describe('the directory', () => {
    it('takes the first version once and each further one upon the one before', async () => {
      const { id } = names();
      const entry = (version: number, content: string) => ({
        kind: 'organization' as const,
        id: id('office'),
        state: 'active' as const,
        version,
        changedAt: NOW,
        content,
      });
      const put = (version: number, content: string) => within((tx) => tx.putDirectoryEntry(entry(version, content)));
      expect(await put(2, 'too early')).toBe(false);
      const first = await Promise.all(Array.from({ length: 8 }, (_, i) => put(1, `first ${i}`)));
      expect(first.filter((isPut) => isPut)).toHaveLength(1);
      expect(await put(1, 'again')).toBe(false);
      const second = await Promise.all(Array.from({ length: 8 }, (_, i) => put(2, `second ${i}`)));
      expect(second.filter((isPut) => isPut)).toHaveLength(1);
      expect(await store().directoryEntry('organization', id('office'))).toEqual(
        entry(2, `second ${second.indexOf(true)}`),
      );
      expect(await store().directoryEntry('staff', id('office'))).toBeUndefined();
    });

    it('is locked entry by entry: what was read is what is changed', async () => {
      const { id } = names();
      const entry = (name: string, version: number, state: 'active' | 'disabled' = 'active') =>
        ({ kind: 'organization', id: id(name), state, version, changedAt: NOW, content: '{}' }) as const;
      const full = { ...entry('full', 1, 'disabled'), parent: id('top') };
      await within(async (tx) => {
        expect(await tx.lockDirectoryEntry('organization', id('full'))).toBeUndefined();
        await tx.putDirectoryEntry(full);
        expect(await tx.lockDirectoryEntry('organization', id('full'))).toEqual(full);
        expect(await tx.lockDirectoryEntry('staff', id('full'))).toBeUndefined();
        await tx.putDirectoryEntry(entry('top', 1));
      });
      const put = await Promise.all(
        Array.from({ length: 8 }, () =>
          within(async (tx) => {
            const { version } = (await tx.lockDirectoryEntry('organization', id('top')))!;
            return tx.putDirectoryEntry(entry('top', version + 1));
          }),
        ),
      );
      expect(put).toEqual(Array(8).fill(true));
      // Either it is disabled first, or what stands below it is there first.
      const [, below] = await Promise.all([
        within((tx) => tx.putDirectoryEntry(entry('top', 10, 'disabled'))),
        within(async (tx) => {
          const top = (await tx.lockDirectoryEntry('organization', id('top')))!;
          if (top.state === 'active') await tx.putDirectoryEntry(entry(`below-${top.version}`, 1));
          return top;
        }),
      ]);
      expect([below.version, below.state]).toEqual(below.state === 'active' ? [9, 'active'] : [10, 'disabled']);
      for (const wrong of ['', 'a\0'])
        await refused(
          within((tx) => tx.lockDirectoryEntry('staff', wrong)),
          'invalid-argument',
        );
    });

    it('is listed by kind and parent in the order of ids, however long', async () => {
      const { id } = names();
      await within(async (tx) => {
        for (let i = 0; i < 1_001; i++) {
          const name = String(i).padStart(4, '0');
          const parent = i % 2 === 0 ? id('even') : id('odd');
          const more = { kind: 'staff', state: 'disabled', version: 1, changedAt: NOW, content: '{}' } as const;
          await tx.putDirectoryEntry({ ...more, id: id(name), parent });
        }
      });
      const even = await gathered(store().directoryEntries('staff', { parent: id('even') }));
      expect(even.map((entry) => entry.id)).toEqual(
        Array.from({ length: 501 }, (_, i) => id(String(2 * i).padStart(4, '0'))),
      );
      expect(await gathered(store().directoryEntries('scope', { parent: id('even') }))).toEqual([]);
    });
  });

  it('what no database should see is refused before', async () => {
    const { token, session, id } = names();
    const wrong: ((tx: IdentityTransaction) => Promise<unknown>)[] = [
      (tx) => tx.insertToken(token('a', { kind: 'id' as 'access' })),
      (tx) => tx.insertToken(token('a', { expiresAt: 'soon' })),
      (tx) => tx.insertToken(token('a', { subject: '' })),
      (tx) => tx.insertToken(token('a', { slot: { list: -1, index: 0 } })),
      (tx) => tx.insertToken(token('a', { parent: { issuer: '', tokenId: 'x' } })),
      (tx) => tx.insertSession(session('a', { upstream: { issuer: 'i', subject: '' } })),
      (tx) => tx.lockToken('a\0b'),
      (tx) => tx.revokeTokens({ sessionId: '' }, AT),
      (tx) => tx.revokeTokens({ tokenId: id('a') }, new Date(Number.NaN)),
      (tx) => tx.endSessions({ upstream: { issuer: '', sessionId: 's' } }, AT),
      (tx) => tx.firstUse('', 'x', AT),
      (tx) => tx.redeemOneTime('s', new Uint8Array(0), AT),
      (tx) => tx.insertMandate({ mandateId: 'm', principal: 'p', agent: '', expiresAt: NOW, mandate: '{}' }),
      (tx) =>
        tx.putDirectoryEntry({
          kind: 'x' as 'staff',
          id: 'i',
          state: 'active',
          version: 1,
          changedAt: NOW,
          content: '',
        }),
      (tx) =>
        tx.putDirectoryEntry({ kind: 'staff', id: 'i', state: 'active', version: 0, changedAt: NOW, content: '' }),
    ];
    for (const work of wrong) await refused(within(work), 'invalid-argument');
    await refused(store().token(''), 'invalid-argument');
    await refused(store().revokedSlots(-1, AT), 'invalid-argument');
  });
}
