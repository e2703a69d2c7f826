/** The directory on a store: versions, references, what follows from them, and its audit entries. */

import { verifyCommitment } from '@gov/audit';
import type { IdentityTransaction } from '@gov/identity';
import { clientAssertionForm, privateKeyJwt } from '@gov/identity/client-authentication';
import { applicationKeys, Directory } from '@gov/identity/directory';
import { GMT_0125 } from '@gov/token/dialect';
import { fixedKeys } from '@gov/token/key-source';
import { describe, expect, it } from 'vitest';
import {
  AT,
  application,
  CHANGE,
  code,
  emptyDirectory,
  entriesOf,
  filledDirectory,
  gathered,
  LOG,
  native,
  organization,
  scope,
  signer,
  staff,
} from './directory-world.js';

const fails = (work: Promise<unknown>, code: string) => expect(work).rejects.toThrow(expect.objectContaining({ code }));
const seen = (version: number) => ({ ...CHANGE, version });

describe('versions', () => {
  it('count up, and an entry comes back as it was put', async () => {
    const { directory } = await filledDirectory();
    expect(await directory.find('application', 'city-portal')).toEqual({
      value: application(),
      state: 'active',
      version: 1,
      changedAt: AT.toISOString(),
    });
    const changed = await directory.put('application', application({ dpop: true }), seen(1));
    expect([changed.version, changed.value.dpop]).toEqual([2, true]);
    expect(await directory.find('application', 'city-portal')).toEqual(changed);
    expect(await directory.find('scope', 'city-portal')).toBeUndefined();
    expect(await directory.find('application', 'other')).toBeUndefined();
  });

  it('of another one than the one that was seen change nothing', async () => {
    const { store, directory } = await filledDirectory();
    const before = await entriesOf(store);
    for (const version of [0, 2, 7]) {
      await fails(directory.put('application', application({ dpop: true }), seen(version)), 'directory-conflict');
      await fails(directory.disable('application', 'city-portal', seen(version)), 'directory-conflict');
      await fails(directory.enable('application', 'city-portal', seen(version)), 'directory-conflict');
    }
    await fails(directory.put('scope', scope('new'), seen(1)), 'directory-conflict');
    await fails(directory.disable('scope', 'new', CHANGE), 'directory-conflict');
    await fails(directory.enable('scope', 'new', seen(1)), 'directory-conflict');
    expect((await directory.find('application', 'city-portal'))?.version).toBe(1);
    expect(await entriesOf(store)).toEqual(before);
  });

  it('let one of 16 at a time through, and all 16 where they are of different entries', async () => {
    const { store, directory } = await filledDirectory();
    const before = (await entriesOf(store)).length;
    const same = await Promise.allSettled(
      Array.from({ length: 16 }, (_, i) =>
        directory.put('organization', organization(1, { name: { zh: `${i}` } }), seen(1)),
      ),
    );
    expect(same.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of same) if (one.status === 'rejected') expect(one.reason.code).toBe('directory-conflict');
    expect(await entriesOf(store)).toHaveLength(before + 1);
    await Promise.all(Array.from({ length: 16 }, (_, i) => directory.put('scope', scope(`s${i}`), CHANGE)));
    expect(await gathered(directory.list('scope'))).toHaveLength(18);
    expect(await entriesOf(store)).toHaveLength(before + 17);
  });
});

describe('audit entries', () => {
  it('show kind, id, version and state; what it says and who did it are commitments', async () => {
    const { store, directory } = emptyDirectory();
    await directory.put('organization', organization(1), CHANGE);
    await directory.put('staff', staff(), { ...CHANGE, person: 'u-7' });
    await directory.disable('staff', 'u-1001', seen(1));
    const entries = await entriesOf(store);
    expect(entries.map(({ action, actor, details }) => ({ action, actor, ...details }))).toEqual(
      [
        { kind: 'organization', id: code(1), version: 1, state: 'active' },
        { kind: 'staff', id: 'u-1001', version: 1, state: 'active' },
        { kind: 'staff', id: 'u-1001', version: 2, state: 'disabled' },
      ].map((details) => ({ action: 'directory-change', actor: 'console', ...details })),
    );
    expect(JSON.stringify(entries)).not.toMatch(/李四|科长|u-7/);
    const openings = await store.audit.secrets(LOG, 1);
    expect(openings.map(({ name, value }) => [name, value])).toEqual([
      ['content', JSON.stringify(staff())],
      ['person', 'u-7'],
    ]);
    for (const opening of openings) expect(verifyCommitment(entries[1]!, opening.name, opening)).toBe(true);
  });

  it.each(['putDirectoryEntry', 'audit', 'commit'])(
    'and the change are one: a fault at %s leaves neither',
    async (step) => {
      const { store, directory } = await filledDirectory();
      const before = await entriesOf(store);
      const broken = new Directory({
        log: LOG,
        store: {
          directoryEntry: store.directoryEntry,
          directoryEntries: store.directoryEntries,
          identityTransaction: (work) =>
            store.identityTransaction(async (tx) => {
              const result = await work(
                new Proxy(tx, {
                  get: (target, name) => {
                    if (name === step) throw new Error('crash');
                    return target[name as keyof IdentityTransaction];
                  },
                }),
              );
              if (step === 'commit') throw new Error('crash');
              return result;
            }),
        },
      });
      await expect(broken.put('application', application({ dpop: true }), seen(1))).rejects.toThrow('crash');
      await expect(broken.disable('application', 'city-portal', seen(1))).rejects.toThrow('crash');
      expect((await directory.find('application', 'city-portal'))?.version).toBe(1);
      expect(await entriesOf(store)).toEqual(before);
    },
  );

  it('take no person for the actor: the change is refused', async () => {
    const { directory } = emptyDirectory();
    const change = { ...CHANGE, actor: '11010519491231002X' };
    await fails(directory.put('organization', organization(1), change), 'invalid-argument');
    expect(await directory.find('organization', code(1))).toBeUndefined();
  });
});

describe('references', () => {
  it('to what is not there are refused', async () => {
    const { directory } = await filledDirectory();
    const post = { organization: code(9), title: '科长', main: true, from: '2020-01-01' };
    await fails(
      directory.put('application', application({ clientId: 'b', owner: code(9) }), CHANGE),
      'directory-reference',
    );
    await fails(
      directory.put('application', application({ clientId: 'b', scopes: ['none'] }), CHANGE),
      'directory-reference',
    );
    await fails(directory.put('scope', scope('b', { owner: code(9) }), CHANGE), 'directory-reference');
    await fails(directory.put('organization', organization(3, { parent: code(9) }), CHANGE), 'directory-reference');
    await fails(directory.put('staff', staff({ posts: [post] }), CHANGE), 'directory-reference');
    await fails(
      directory.put('staff', staff({ posts: [{ ...post, to: '2020-12-31' }] }), CHANGE),
      'directory-reference',
    );
    expect(await gathered(directory.list('staff'))).toEqual([]);
  });

  it('to what is disabled are refused, also when it is enabled again', async () => {
    const { directory } = await filledDirectory();
    await directory.put('staff', staff(), CHANGE);
    await directory.disable('scope', 'license.read', seen(1));
    await fails(directory.put('application', application(), seen(1)), 'directory-reference');
    await directory.put('application', application({ scopes: ['license.apply'] }), seen(1));
    await directory.disable('application', 'city-portal', seen(2));
    await directory.disable('organization', code(1), seen(1));
    await fails(
      directory.put('application', application({ clientId: 'b', scopes: [] }), CHANGE),
      'directory-reference',
    );
    await fails(directory.enable('application', 'city-portal', seen(3)), 'directory-reference');
    await fails(directory.enable('scope', 'license.read', seen(2)), 'directory-reference');
    await fails(directory.put('scope', scope('b'), CHANGE), 'directory-reference');
    await fails(directory.put('organization', organization(3, { parent: code(1) }), CHANGE), 'directory-reference');
    await fails(directory.put('staff', staff(), seen(1)), 'directory-reference');
    // The last day of a post is a day of it, in Asia/Shanghai.
    const until = (to: string) => staff({ posts: [{ ...staff().posts[0]!, to }] });
    await fails(directory.put('staff', until('2026-05-20'), seen(1)), 'directory-reference');
    await directory.put('staff', until('2026-05-19'), seen(1));
    await directory.enable('organization', code(1), seen(2));
    expect((await directory.enable('application', 'city-portal', seen(3))).state).toBe('active');
  });

  it('to what is being disabled at the same moment never win', async () => {
    const { directory } = await filledDirectory();
    await Promise.allSettled([
      directory.disable('organization', code(2), seen(1)),
      directory.put('scope', scope('late', { owner: code(2) }), CHANGE),
    ]);
    expect(await directory.find('scope', 'late')).toBeUndefined();
  });

  it('leave a disabled entry disabled when it is changed', async () => {
    const { directory } = await filledDirectory();
    await directory.disable('application', 'city-portal', seen(1));
    expect((await directory.put('application', application({ dpop: true }), seen(2))).state).toBe('disabled');
    expect((await directory.find('application', 'city-portal'))?.state).toBe('disabled');
  });
});

describe('the tree', () => {
  async function chain(from: number, count: number, directory: Directory, top?: string) {
    for (let i = 0; i < count; i++) {
      const parent = i === 0 ? top : code(from + i - 1);
      await directory.put('organization', organization(from + i, parent === undefined ? {} : { parent }), CHANGE);
    }
  }

  it('is as deep as the limit, and no deeper', async () => {
    const { store, directory } = emptyDirectory();
    await chain(1, 16, directory);
    expect((await directory.path(code(16))).map(({ value }) => value.code)).toEqual(
      Array.from({ length: 16 }, (_, i) => code(i + 1)),
    );
    await fails(directory.put('organization', organization(17, { parent: code(16) }), CHANGE), 'directory-reference');
    await fails(directory.path(code(17)), 'directory-reference');
    // As one that was added while what is above it moved down.
    const entry = (await store.directoryEntry('organization', code(16)))!;
    const content = JSON.stringify(organization(17, { parent: code(16) }));
    await store.identityTransaction((tx) =>
      tx.putDirectoryEntry({ ...entry, id: code(17), parent: code(16), content }),
    );
    await fails(directory.path(code(17)), 'directory-reference');
  });

  it('is not made deeper by moving a part of it', async () => {
    const { directory } = emptyDirectory();
    await chain(1, 14, directory);
    await chain(101, 3, directory);
    await fails(directory.put('organization', organization(101, { parent: code(14) }), seen(1)), 'directory-reference');
    await directory.put('organization', organization(101, { parent: code(13) }), seen(1));
    expect(await directory.path(code(103))).toHaveLength(16);
  });

  it('has no circle', async () => {
    const { directory } = emptyDirectory();
    await chain(1, 3, directory);
    await fails(directory.put('organization', organization(1, { parent: code(3) }), seen(1)), 'directory-reference');
    await fails(directory.put('organization', organization(2, { parent: code(3) }), seen(1)), 'directory-reference');
    await chain(11, 2, directory);
    const both = await Promise.allSettled([
      directory.put('organization', organization(1, { parent: code(11) }), seen(1)),
      directory.put('organization', organization(11, { parent: code(1) }), seen(1)),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('that was changed past the directory is not followed round and round', async () => {
    const { store, directory } = emptyDirectory();
    await chain(1, 2, directory);
    const entry = (await store.directoryEntry('organization', code(1)))!;
    const content = JSON.stringify(organization(1, { parent: code(2) }));
    await store.identityTransaction((tx) => tx.putDirectoryEntry({ ...entry, version: 2, parent: code(2), content }));
    await fails(directory.path(code(1)), 'directory-reference');
    await fails(directory.put('organization', organization(3, { parent: code(1) }), CHANGE), 'directory-reference');
    await fails(directory.put('organization', organization(2, { parent: code(1) }), seen(1)), 'directory-reference');
    const other = JSON.stringify(organization(7));
    await store.identityTransaction((tx) => tx.putDirectoryEntry({ ...entry, version: 3, content: other }));
    await fails(directory.find('organization', code(1)), 'input-malformed');
  });
});

describe('what follows', () => {
  it('effective scopes are its own and active ones', async () => {
    const { directory } = await filledDirectory();
    const scopes = async () => (await directory.effectiveScopes('city-portal')).map(({ name }) => name);
    await directory.put('scope', scope('foreign'), CHANGE);
    expect(await scopes()).toEqual(['license.read', 'license.apply']);
    await directory.disable('scope', 'license.read', seen(1));
    expect(await scopes()).toEqual(['license.apply']);
    await directory.disable('application', 'city-portal', seen(1));
    expect(await scopes()).toEqual([]);
    await directory.put('application', application({ scopes: ['license.apply'] }), seen(2));
    await directory.enable('application', 'city-portal', seen(3));
    expect(await scopes()).toEqual(['license.apply']);
    await directory.disable('organization', code(1), seen(1));
    expect(await scopes()).toEqual([]);
    expect(await directory.effectiveScopes('nobody')).toEqual([]);
  });

  it('posts and staff are those of the day, in Asia/Shanghai', async () => {
    const { directory } = await filledDirectory();
    const main = { organization: code(1), title: '科长', main: true, from: '2026-05-01', to: '2026-05-31' };
    const side = { organization: code(2), title: '兼职', main: false, from: '2026-05-20' };
    await directory.put('staff', staff({ posts: [main, side] }), CHANGE);
    const titles = async (time: string) => (await directory.posts('u-1001', new Date(time))).map(({ title }) => title);
    expect(await titles('2026-04-30T15:59:59Z')).toEqual([]);
    expect(await titles('2026-04-30T16:00:00Z')).toEqual(['科长']);
    expect(await titles('2026-05-19T16:00:00Z')).toEqual(['科长', '兼职']);
    expect(await titles('2026-05-31T15:59:59Z')).toEqual(['科长', '兼职']);
    expect(await titles('2026-05-31T16:00:00Z')).toEqual(['兼职']);
    const of = async (n: number) => (await gathered(directory.staffOf(code(n), AT))).map(({ id }) => id);
    expect([await of(1), await of(2), await of(9)]).toEqual([['u-1001'], ['u-1001'], []]);
    expect(await gathered(directory.list('staff', { parent: code(1) }))).toHaveLength(1);
    expect(await gathered(directory.list('staff', { parent: code(2) }))).toEqual([]);
    await directory.disable('organization', code(2), seen(1));
    expect([await of(2), await titles(AT.toISOString())]).toEqual([[], ['科长']]);
    await directory.disable('staff', 'u-1001', seen(1));
    expect([await of(1), await titles(AT.toISOString())]).toEqual([[], []]);
    expect(await directory.posts('nobody', AT)).toEqual([]);
  });
});

describe('keys of applications', () => {
  const WANTED = { kid: 'k1', algorithm: 'SM2-SM3', dialect: GMT_0125, at: AT } as const;

  it('authenticate them, until they or their owners are disabled', async () => {
    const { store, directory } = await filledDirectory();
    const audience = 'https://id.example.gov.cn';
    const ask = async (clientId = 'city-portal') => {
      const form = await clientAssertionForm({ clientId, audience, at: AT }, { kid: 'k1', signer });
      const authentication = privateKeyJwt({ clients: applicationKeys(directory), audience, replay: store.replay });
      return authentication.authenticate(new Request(audience, { method: 'POST' }), form, AT);
    };
    expect(await ask()).toEqual({ clientId: 'city-portal' });
    expect(await ask('other')).toBeUndefined();
    await directory.disable('application', 'city-portal', seen(1));
    expect(await ask()).toBeUndefined();
    await directory.enable('application', 'city-portal', seen(2));
    expect(await ask()).toEqual({ clientId: 'city-portal' });
    await directory.disable('organization', code(1), seen(1));
    expect(await ask()).toBeUndefined();
  });

  it('that it publishes are asked of the port, and are unavailable without it', async () => {
    const { directory } = await filledDirectory();
    const { jwks: _, ...rest } = application({ clientId: 'b', jwksUri: 'https://b.example.gov.cn/jwks' });
    await directory.put('application', rest, CHANGE);
    const bare = await applicationKeys(directory)('b', AT);
    expect((await bare?.keys.find(WANTED))?.outcome).toBe('unavailable');
    const asked: string[] = [];
    const published = (uri: string) => {
      asked.push(uri);
      return fixedKeys([]);
    };
    const found = await applicationKeys(directory, { published })('b', AT);
    expect(await found?.keys.find(WANTED)).toEqual({ outcome: 'unknown' });
    expect([asked, found?.application.clientId]).toEqual([['https://b.example.gov.cn/jwks'], 'b']);
  });

  it('are none of a native application', async () => {
    const { directory } = await filledDirectory();
    await directory.put('application', native({ clientId: 'device' }), CHANGE);
    expect(await applicationKeys(directory)('device', AT)).toBeUndefined();
  });
});
