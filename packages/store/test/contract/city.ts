import { type DelegationEntry, Delegator, delegationRequest, REVOKED_FOR } from '@gov/city-code/delegate';
import { buildRevocationFilter, readRevocationFilter } from '@gov/city-code/filter';
import { bankCards, CodeLinks } from '@gov/city-code/merge';
import { sm2DeviceKey } from '@gov/city-code/show';
import { bytesToHex, generateSm2Key, sm2Signer, sm3 } from '@gov/sm';
import type { Store } from '@gov/store';
import { eraseByPolicy } from '@gov/store/erasure';
import { isGovError } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import { gathered, octets, refused, world } from './world.js';

const HOUR = 3_600_000;
/** Each test lives in a day of its own: what another one revoked has expired, or does not yet begin. */
let day = Date.parse('2027-01-01T00:00:00Z');

/** Delegations and links of city codes. */
export function cityContract(store: () => Store): void {
  const names = () => {
    const { issuer, log } = world();
    day += 48 * HOUR;
    const at = new Date(day);
    const later = (ms: number): Date => new Date(at.getTime() + ms);
    const tag = (name: string): Uint8Array => sm3(octets(`${issuer} tag ${name}`)).slice(0, 10);
    const key = (name: string): Uint8Array => sm3(octets(`${issuer} key ${name}`));
    const delegation = (name: string, more: Partial<DelegationEntry> = {}): DelegationEntry => ({
      tag: tag(name),
      expires: later(HOUR),
      deviceKeyDigest: key(name),
      holder: `${issuer} 张三`,
      ...more,
    });
    const keep = async (...entries: readonly DelegationEntry[]): Promise<void> => {
      for (const entry of entries) await store().delegations.keep(entry);
    };
    const revokedTags = async (time: Date): Promise<string[]> =>
      (await gathered(store().delegations.revokedTags(time))).map(bytesToHex);
    const erase = (kind: 'delegations' | 'code-links', days: number, time: Date) =>
      eraseByPolicy(store(), { rules: [{ kind, days }] }, { at: time, signer: SIGNER, actor: 'operator', log });
    return { issuer, holder: `${issuer} 张三`, at, later, tag, key, delegation, keep, revokedTags, erase };
  };
  const hexOf = (tags: readonly Uint8Array[]): string[] => tags.map(bytesToHex);

  describe('delegations', () => {
    it('are kept once by tag and by device key; what was refused left nothing', async () => {
      const { delegation, keep, tag, key, holder, revokedTags, at } = names();
      await keep(delegation('a'));
      const again = { tag: tag('a'), deviceKeyDigest: key('new') };
      await refused(store().delegations.keep(delegation('b', again)), 'delegation-exists', [holder]);
      await refused(store().delegations.keep(delegation('c', { deviceKeyDigest: key('a') })), 'delegation-exists');
      // Neither the key of the first nor the tag of the second was used up.
      await keep(delegation('d', { deviceKeyDigest: key('new') }), delegation('c'));
      expect(await store().delegations.revoke({ holder })).toBe(3);
      expect((await revokedTags(at)).sort()).toEqual(hexOf([tag('a'), tag('c'), tag('d')]).sort());
    });

    it('of 16 with one device key at once, one is kept', async () => {
      const { delegation, key, holder } = names();
      const kept = await Promise.allSettled(
        Array.from({ length: 16 }, (_, i) =>
          store().delegations.keep(delegation(`racer ${i}`, { deviceKeyDigest: key('one') })),
        ),
      );
      expect(kept.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      for (const one of kept) if (one.status === 'rejected') expect(one.reason.code).toBe('delegation-exists');
      expect(await store().delegations.revoke({ holder })).toBe(1);
    });

    it('of 16 with one tag at once, one is kept', async () => {
      const { delegation, tag, key, keep, holder } = names();
      const kept = await Promise.allSettled(
        Array.from({ length: 16 }, (_, i) => store().delegations.keep(delegation(`racer ${i}`, { tag: tag('one') }))),
      );
      const winner = kept.findIndex(({ status }) => status === 'fulfilled');
      expect(kept.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      // The keys of the losers are free.
      await keep(delegation('after', { deviceKeyDigest: key(`racer ${(winner + 1) % 16}`) }));
      expect(await store().delegations.revoke({ holder })).toBe(2);
    });

    it('are revoked by tag or by holder, each once', async () => {
      const { delegation, keep, tag, holder, issuer, revokedTags, at } = names();
      const other = { holder: `${issuer} 李四`, relative: holder };
      await keep(delegation('a'), delegation('b'), delegation('c'), delegation('d', other));
      expect(await revokedTags(at)).toEqual([]);
      expect(await store().delegations.revoke({ tag: tag('a') })).toBe(1);
      expect(await revokedTags(at)).toEqual(hexOf([tag('a')]));
      expect(await store().delegations.revoke({ tag: tag('a') })).toBe(0);
      // Not those that he shows for somebody else.
      expect(await store().delegations.revoke({ holder })).toBe(2);
      expect(await store().delegations.revoke({ holder })).toBe(0);
      expect(await store().delegations.revoke({ tag: tag('none') })).toBe(0);
      expect(await store().delegations.revoke({ holder: `${issuer} none` })).toBe(0);
      expect((await revokedTags(at)).sort()).toEqual(hexOf(['a', 'b', 'c'].map(tag)).sort());
      expect(await store().delegations.revoke({ holder: other.holder })).toBe(1);
    });

    it('revoked by 16 at once are counted once', async () => {
      const { delegation, keep, tag, holder } = names();
      const all = Array.from({ length: 24 }, (_, i) => `${i}`);
      await keep(...all.map((name) => delegation(name)));
      const counts = await Promise.all(
        Array.from({ length: 16 }, (_, i) =>
          store().delegations.revoke(i % 2 === 0 ? { holder } : { tag: tag(`${i}`) }),
        ),
      );
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(all.length);
    });

    it('show their tags until no gate takes their codes any longer, the earliest end first', async () => {
      const { delegation, keep, tag, holder, later, at, revokedTags } = names();
      const end = (name: string, ms: number) => delegation(name, { expires: later(ms) });
      await keep(end('late', 3000), end('a', 1000), end('b', 1000), end('early', 0));
      await store().delegations.revoke({ holder });
      const same = hexOf([tag('a'), tag('b')]).sort();
      expect(await revokedTags(at)).toEqual([...hexOf([tag('early')]), ...same, ...hexOf([tag('late')])]);
      expect(await revokedTags(later(REVOKED_FOR * 1000))).toHaveLength(4);
      expect(await revokedTags(later(REVOKED_FOR * 1000 + 1))).toEqual([...same, ...hexOf([tag('late')])]);
      expect(await revokedTags(later(REVOKED_FOR * 1000 + 3000))).toEqual(hexOf([tag('late')]));
      expect(await revokedTags(later(REVOKED_FOR * 1000 + 3001))).toEqual([]);
    });

    it('show more tags than one piece of a reading, each once, whatever their ends; reading may stop', async () => {
      const { delegation, holder, later, at, revokedTags } = names();
      // A piece ends within those of one end.
      const end = (i: number): Date => later(i < 20 ? 0 : i < 1030 ? 1000 : 2000);
      const all = Array.from({ length: 1050 }, (_, i) => delegation(`${i}`, { expires: end(i) }));
      for (let i = 0; i < all.length; i += 50)
        await Promise.all(all.slice(i, i + 50).map((one) => store().delegations.keep(one)));
      expect(await store().delegations.revoke({ holder })).toBe(all.length);
      const order = (some: readonly DelegationEntry[]): string[] => hexOf(some.map((one) => one.tag)).sort();
      const expected = [...order(all.slice(0, 20)), ...order(all.slice(20, 1030)), ...order(all.slice(1030))];
      expect(await revokedTags(at)).toEqual(expected);
      for await (const first of store().delegations.revokedTags(at)) {
        expect(bytesToHex(first)).toBe(expected[0]);
        break;
      }
    });

    it('keep copies: what the caller changes afterwards changes nothing', async () => {
      const { delegation, tag, revokedTags, at } = names();
      const own = delegation('own');
      const kept = store().delegations.keep(own);
      own.tag.fill(0);
      own.deviceKeyDigest.fill(0);
      own.expires.setTime(0);
      await kept;
      await store().delegations.revoke({ tag: tag('own') });
      expect(await revokedTags(at)).toEqual(hexOf([tag('own')]));
      for await (const one of store().delegations.revokedTags(at)) one.fill(0);
      expect(await revokedTags(at)).toEqual(hexOf([tag('own')]));
    });

    it.each<[string, Partial<DelegationEntry>, string]>([
      ['a tag of 9 octets', { tag: new Uint8Array(9) }, 'invalid-argument'],
      ['a tag of 11 octets', { tag: new Uint8Array(11) }, 'invalid-argument'],
      ['a tag as text', { tag: '00112233445566778899' as unknown as Uint8Array }, 'invalid-argument'],
      ['a digest of 31 octets', { deviceKeyDigest: new Uint8Array(31) }, 'invalid-argument'],
      ['a device key for its digest', { deviceKeyDigest: new Uint8Array(33) }, 'invalid-argument'],
      ['no time', { expires: new Date(Number.NaN) }, 'invalid-argument'],
      ['no holder', { holder: '' }, 'invalid-argument'],
      ['a holder with U+0000', { holder: 'a\0b' }, 'invalid-argument'],
      ['a holder of 257 characters', { holder: 'x'.repeat(257) }, 'limit-exceeded'],
      ['an empty relative', { relative: '' }, 'invalid-argument'],
    ])('with %s are refused', async (_, more, code) => {
      const { delegation, keep, holder, issuer } = names();
      await refused(store().delegations.keep(delegation('bad', more)), code);
      await keep(delegation('bad', { holder: `${issuer}${'x'.repeat(256 - issuer.length)}`, relative: holder }));
    });

    it('are asked for with what they are: a tag of 10 octets, a holder, a time', async () => {
      const { delegations } = store();
      await refused(delegations.revoke({ tag: new Uint8Array(9) }), 'invalid-argument');
      await refused(delegations.revoke({ holder: '' }), 'invalid-argument');
      await refused(gathered(delegations.revokedTags(new Date(Number.NaN))), 'invalid-argument');
      expect(await gathered(delegations.revokedTags(new Date('9999-12-31T23:59:59Z')))).toEqual([]);
      // Nothing ended before 1970.
      await gathered(delegations.revokedTags(new Date(0)));
    });

    it('are issued, taken back, and found by a gate: the port as the issuer uses it', async () => {
      const { at, holder, later } = names();
      const delegator = new Delegator({ signer: SIGNER, issuerIndex: 7, register: store().delegations });
      const challenge = sm3(octets('challenge'));
      const content = { challenge, at, lifetimeSeconds: 3600, subject: 'person', assurance: 2 } as const;
      const more = { region: '440106', entitlements: 5, holder, relative: 'daughter' };
      const device = sm2DeviceKey(generateSm2Key());
      const request = await delegationRequest(challenge, device);
      const delegation = await delegator.issue(request, { ...content, ...more });
      await refused(delegator.issue(request, { ...content, ...more }), 'delegation-exists');
      expect(await store().delegations.revoke({ holder })).toBe(1);
      const head = { issuerIndex: 7, sequence: 1, issued: at, until: later(HOUR) };
      const tags = store().delegations.revokedTags(at);
      const filter = readRevocationFilter(await buildRevocationFilter(tags, { ...head, signer: SIGNER }));
      expect([filter.count, filter.mayContain(delegation.tag)]).toEqual([1, true]);
    });
  });

  describe('erasure of delegations', () => {
    it('takes holders and tags once no gate takes a code, revoked or not, and never the device key', async () => {
      const { delegation, keep, key, tag, holder, later, revokedTags, at, erase, issuer } = names();
      const end = (name: string, ms: number) => delegation(name, { expires: later(ms) });
      await keep(end('old', -1), end('old revoked', -1), end('edge', 0), end('edge revoked', 0), end('young', HOUR));
      for (const name of ['old revoked', 'edge revoked']) await store().delegations.revoke({ tag: tag(name) });
      const gates = later(REVOKED_FOR * 1000);
      const { erased, record } = await erase('delegations', 0, gates);
      // Those of tests before this one are older still.
      expect(erased[0]!.count).toBeGreaterThanOrEqual(2);
      expect(record).not.toContain(issuer);
      expect(await revokedTags(at)).toEqual(hexOf([tag('edge revoked')]));
      expect(await store().delegations.revoke({ holder })).toBe(2);
      expect(await revokedTags(at)).toHaveLength(3);
      expect((await erase('delegations', 0, gates)).erased[0]!.count).toBe(0);
      // A key that comes back links what it signed, however long ago.
      await erase('delegations', 0, later(400 * 24 * HOUR));
      for (const name of ['old', 'old revoked', 'edge', 'young']) {
        const reused = delegation(`${name} again`, { deviceKeyDigest: key(name) });
        await refused(store().delegations.keep(reused), 'delegation-exists');
      }
      expect(await store().delegations.revoke({ holder })).toBe(0);
    });

    it('keeps them for the days of the rule', async () => {
      const { delegation, keep, holder, later, erase } = names();
      await keep(delegation('kept', { expires: later(0) }));
      const day = 24 * HOUR;
      await erase('delegations', 30, later(30 * day + REVOKED_FOR * 1000));
      expect(await store().delegations.revoke({ holder })).toBe(1);
      expect((await erase('delegations', 30, later(30 * day + REVOKED_FOR * 1000 + 1))).erased[0]!.count).toBe(1);
    });

    it('while they are revoked: what was counted was revoked, and nothing is left', async () => {
      const { delegation, keep, holder, tag, later, revokedTags, at, erase } = names();
      const all = Array.from({ length: 40 }, (_, i) => `${i}`);
      await keep(...all.map((name) => delegation(name, { expires: later(0) })));
      const [counted, done] = await Promise.all([
        Promise.all(
          [{ holder }, ...all.map((name) => ({ tag: tag(name) }))].map((which) => store().delegations.revoke(which)),
        ),
        erase('delegations', 0, later(REVOKED_FOR * 1000 + 1)),
      ]);
      expect(done.erased[0]!.count).toBe(all.length);
      expect(counted.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(all.length);
      expect(await revokedTags(at)).toEqual([]);
      expect(await store().delegations.revoke({ holder })).toBe(0);
    });

    it('undone with its transaction leaves them', async () => {
      const { delegation, keep, holder, later, at } = names();
      await keep(delegation('a', { expires: later(0) }));
      const cutoff = { before: later(HOUR).toISOString(), beforeDay: '2000-01-01', endedStatuses: [] };
      await expect(
        store().transaction(async (tx) => {
          expect(await tx.erase('delegations', cutoff, 500)).toContain(
            `${at.toISOString()}\n${bytesToHex(delegation('a').tag)}`,
          );
          throw new Error('undone');
        }),
      ).rejects.toThrow('undone');
      expect(await store().delegations.revoke({ holder })).toBe(1);
    });
  });

  describe('links', () => {
    it('are put once: of 16 at once one is told so, and stays', async () => {
      const { issuer } = names();
      const key = `bind:${issuer}`;
      const puts = await Promise.all(Array.from({ length: 16 }, (_, i) => store().links.put(key, `holder ${i}`)));
      expect(puts.filter((isNew) => isNew)).toHaveLength(1);
      expect(await store().links.get(key)).toBe(`holder ${puts.indexOf(true)}`);
      expect(await store().links.put(key, `holder ${puts.indexOf(true)}`)).toBe(false);
    });

    it('are removed by key and text together, by one of 16', async () => {
      const { issuer } = names();
      const key = `bind:${issuer}`;
      await store().links.put(key, '张三');
      await store().links.put(`${key}x`, '张三');
      expect(await store().links.remove(key, '李四')).toBe(false);
      expect(await store().links.remove(`${key}y`, '张三')).toBe(false);
      const removed = await Promise.all(Array.from({ length: 16 }, () => store().links.remove(key, '张三')));
      expect(removed.filter((isRemoved) => isRemoved)).toHaveLength(1);
      expect([await store().links.get(key), await store().links.get(`${key}x`)]).toEqual([undefined, '张三']);
      expect(await store().links.put(key, '李四')).toBe(true);
      expect(await store().links.get(key)).toBe('李四');
    });

    it('with texts that some database does not keep are refused', async () => {
      const { links } = store();
      for (const bad of ['', 'a\0b', '\ud800', '\ufeffa']) {
        await refused(links.put('k', bad), 'invalid-argument');
        await refused(links.put(bad, 't'), 'invalid-argument');
        await refused(links.get(bad), 'invalid-argument');
        await refused(links.remove(bad, 't'), 'invalid-argument');
        await refused(links.remove('k', bad), 'invalid-argument');
      }
      await refused(links.put('k', 'x'.repeat(257)), 'limit-exceeded');
    });

    it('are those of CodeLinks: one holder of a card, whoever asks at once', async () => {
      const { at, issuer } = names();
      const links = new CodeLinks({ store: store().links, key: sm3(octets(issuer)), confirm: async () => true });
      const cards = bankCards();
      const card = cards.read('6222021234567894')!;
      const reports = await Promise.all(
        Array.from({ length: 8 }, (_, i) => links.bind(`${issuer} ${i}`, card, cards, { at })),
      );
      const winner = reports.findIndex(({ verdict }) => verdict === 'valid');
      expect(reports.filter(({ verdict }) => verdict === 'valid')).toHaveLength(1);
      expect(await links.holderOf(card)).toBe(`${issuer} ${winner}`);
      expect(await links.unbind(`${issuer} ${winner}`, card)).toBe(true);
      expect(await links.holderOf(card)).toBeUndefined();
    });

    it('are erased by their age, and can be made anew', async () => {
      const { issuer, erase } = names();
      const key = `fuse:${issuer}`;
      await store().links.put(key, 'account');
      const now = Date.now();
      await erase('code-links', 30, new Date(now + 29.9 * 24 * HOUR));
      expect(await store().links.get(key)).toBe('account');
      const { erased, record } = await erase('code-links', 30, new Date(now + 30.1 * 24 * HOUR));
      expect(erased[0]!.count).toBeGreaterThanOrEqual(1);
      expect(record).not.toContain(issuer);
      expect(await store().links.get(key)).toBeUndefined();
      expect(await store().links.put(key, 'another')).toBe(true);
    });
  });

  it('errors of city codes show nobody', async () => {
    const { delegation, keep, holder, tag } = names();
    await keep(delegation('a'));
    const error = await store()
      .delegations.keep(delegation('a'))
      .catch((thrown: unknown) => thrown);
    expect(isGovError(error)).toBe(true);
    const shown = `${error}${(error as Error).stack}${JSON.stringify((error as Error).cause ?? '')}`;
    for (const text of [holder, bytesToHex(tag('a'))]) expect(shown).not.toContain(text);
  });
}

const SIGNER = sm2Signer(generateSm2Key());
