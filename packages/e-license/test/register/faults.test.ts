/** The plug pulled at every call of every act: afterwards all of it happened, or nothing did. */
import { readAuditEntry } from '@gov/audit';
import type { LicenseRegister } from '@gov/e-license/register';
import type { Store } from '@gov/store';
import { memoryStore } from '@gov/store/memory';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeWorld, type World } from '../../../../test/world.js';
import { BY, codeOf, discrepancies, faulty, LOG, registerOn, sample, snapshot } from './fixture.js';

let world: World;
const documents = {
  issue: async (_: unknown, qrText: string) => new TextEncoder().encode(`pdf of ${qrText}`),
  print: async (_: unknown, qrText: string, { copy }: { copy: number }) =>
    new TextEncoder().encode(`copy ${copy} of ${qrText}`),
};

beforeAll(async () => {
  world = await makeWorld();
});

/** A store with one licence in force and one suspended. */
async function prepared(): Promise<{ store: Store; valid: string; suspended: string }> {
  const store = memoryStore();
  const register = registerOn(store, world);
  const valid = (await register.issue(sample(1), BY)).entry.identifier;
  const suspended = (await register.issue(sample(2), BY)).entry.identifier;
  await register.suspend(suspended, { ...BY, reason: '整改' });
  return { store, valid, suspended };
}

type Act = (register: LicenseRegister, at: { valid: string; suspended: string }) => Promise<unknown>;
const KEYED = { ...BY, key: 'k' } as const;
const acts: Readonly<Record<string, Act>> = {
  issue: (register) => register.issue(sample(9), KEYED),
  'issue with PDF and print': (register) => register.issue(sample(9), { ...KEYED, document: true, print: true }),
  reissue: (register, { valid }) =>
    register.reissue(valid, sample(1), { ...KEYED, act: 'replacement', reason: '遗失补发', document: true }),
  suspend: (register, { valid }) => register.suspend(valid, { ...KEYED, reason: '整改' }),
  resume: (register, { suspended }) => register.resume(suspended, { ...KEYED, reason: '整改完成' }),
  revoke: (register, { valid }) => register.revoke(valid, { ...KEYED, as: 'revoked', reason: '违法', office: '某局' }),
};
const uncounted: Readonly<Record<string, Act>> = {
  document: (register, { valid }) => register.document(valid, { ...BY, purpose: '办事' }),
  print: (register, { valid }) => register.print(valid, { ...BY, purpose: '换发' }),
};

describe.each(['before', 'after'] as const)('a store that fails %s a call', (when) => {
  it.each(Object.entries({ ...acts, ...uncounted }))('%s: all of it or nothing', async (name, act) => {
    const whole = await prepared();
    const counting = faulty(whole.store, 0, when);
    await act(registerOn(counting.store, world, { documents }), whole);
    const done = await snapshotSize(whole.store);
    expect(counting.calls()).toBeGreaterThan(3);

    for (let failing = 1; failing <= counting.calls(); failing++) {
      const at = await prepared();
      const before = await snapshot(at.store);
      const beforeSize = await snapshotSize(at.store);
      const broken = faulty(at.store, failing, when);
      const code = await codeOf(act(registerOn(broken.store, world, { documents }), at));
      expect(code, `call ${failing}`).toBe('store-unavailable');
      const size = await snapshotSize(at.store);
      // Only after a commit may the act have happened although it failed.
      if (size === beforeSize) expect(await snapshot(at.store), `call ${failing}`).toBe(before);
      else expect([size, when], `call ${failing}`).toEqual([done, 'after']);
      expect(await discrepancies(at.store), `call ${failing}`).toEqual([]);
      if (!(name in acts)) continue;
      // The same call with the same key, as the caller is told to.
      await act(registerOn(at.store, world, { documents }), at);
      expect(await snapshotSize(at.store), `call ${failing}`).toBe(done);
      expect(await discrepancies(at.store), `call ${failing}`).toEqual([]);
      // And once more, after all was well.
      await act(registerOn(at.store, world, { documents }), at);
      expect(await snapshotSize(at.store), `call ${failing}`).toBe(done);
    }
  });
});

/** Rows, numbers taken and audit entries: what must not grow twice. A repeated request that gives a document notes a download each time. */
async function snapshotSize(store: Store): Promise<string> {
  const [entries, counters, size] = JSON.parse(await snapshot(store)) as [
    [{ status: string }, unknown][],
    unknown,
    number,
  ];
  const log = (await store.audit.entries(LOG, 0, size))
    .map((bytes) => readAuditEntry(bytes).action)
    .filter((action) => action !== 'license-download');
  return JSON.stringify([entries.map(([{ status }, pdf]) => [status, pdf !== null]), counters, log]);
}

describe('drawing', () => {
  const fails = async (): Promise<never> => {
    throw new Error('no font');
  };

  it('undoes an issue that was to have a PDF or a print', async () => {
    const store = memoryStore();
    for (const broken of [{ issue: fails }, { ...documents, print: fails }]) {
      const register = registerOn(store, world, { documents: broken });
      await expect(register.issue(sample(1), { ...BY, document: true, print: true })).rejects.toThrow();
    }
    expect(await snapshot(store)).toBe(await snapshot(memoryStore()));
  });

  it('counts no print that was not drawn, and records none', async () => {
    const { store, valid } = await prepared();
    const before = await snapshot(store);
    const broken = registerOn(store, world, { documents: { ...documents, print: fails } });
    await expect(broken.print(valid, { ...BY, purpose: 'p' })).rejects.toThrow('no font');
    expect(await snapshot(store)).toBe(before);
    const register = registerOn(store, world, { documents });
    expect((await register.print(valid, { ...BY, purpose: 'p' })).copy).toBe(1);
    expect((await register.print(valid, { ...BY, purpose: 'p' })).copy).toBe(2);
  });

  it('undoes an issue whose signing fails', async () => {
    const store = memoryStore();
    const signer = {
      ...world.issuer.signer,
      algorithm: 'SM2-SM3' as const,
      publicKey: world.issuer.signer.publicKey,
      sign: fails,
    };
    const register = registerOn(store, world, { issuer: { certificate: world.issuer.certificate, signer } });
    await expect(register.issue(sample(1), { ...BY, key: 'k' })).rejects.toThrow('no font');
    expect(await snapshot(store)).toBe(await snapshot(memoryStore()));
  });
});
