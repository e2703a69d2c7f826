/** An identifier is the same licence with or without its root, in capital or small letters. */
import type { LicenseRegister } from '@gov/e-license/register';
import type { Store } from '@gov/store';
import { memoryStore } from '@gov/store/memory';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { makeWorld, type World } from '../../../../test/world.js';
import { BY, codeOf, discrepancies, registerOn, sample, snapshot } from './fixture.js';

const ROOT = '1.2.156.3005.2.';
const WHY = { ...BY, reason: '限期整改' } as const;
const ASKED = { actor: 'portal', purpose: '办理社保' } as const;
const documents = {
  issue: async () => new TextEncoder().encode('pdf'),
  print: async () => new TextEncoder().encode('paper'),
};

let world: World;
let store: Store;
let register: LicenseRegister;
let identifier: string;

beforeAll(async () => {
  world = await makeWorld();
});
beforeEach(async () => {
  store = memoryStore();
  register = registerOn(store, world, { documents });
  identifier = (await register.issue(sample(1), BY)).entry.identifier;
});

const spellings: Readonly<Record<string, (identifier: string) => string>> = {
  'without its root': (text) => text.slice(ROOT.length),
  'in small letters': (text) => text.toLowerCase(),
  'in small letters, without its root': (text) => text.slice(ROOT.length).toLowerCase(),
};

it.each(Object.entries(spellings))('finds, changes and follows it %s', async (_, spell) => {
  const spelt = spell(identifier);
  expect(spelt).not.toBe(identifier);
  expect(await register.find({ identifier: spelt })).toMatchObject({ identifier });
  expect((await register.status(spelt)).entry.identifier).toBe(identifier);
  expect(await register.versions(spelt)).toHaveLength(1);
  expect((await register.document(spelt, ASKED)).entry.identifier).toBe(identifier);
  expect((await register.print(spelt, ASKED)).copy).toBe(1);
  expect(await register.suspend(spelt, WHY)).toMatchObject({ identifier, status: 'suspended' });
  expect(await register.resume(spelt, WHY)).toMatchObject({ identifier, status: 'valid' });
  const { entry } = await register.reissue(spelt, sample(1), { ...WHY, act: 'replacement' });
  expect(entry).toMatchObject({ version: 2, replaces: identifier });
  const ended = await register.revoke(spell(entry.identifier), { ...WHY, as: 'revoked' });
  expect(ended).toMatchObject({ identifier: entry.identifier, status: 'revoked' });
  expect(await discrepancies(store)).toEqual([]);
});

it('is one request, however it is spelt', async () => {
  const keyed = { ...WHY, key: 'k1' };
  await register.suspend(identifier, keyed);
  for (const spell of Object.values(spellings))
    expect(await register.suspend(spell(identifier), keyed)).toMatchObject({ identifier, again: true });
});

it('is no other licence, and no text that only looks like it', async () => {
  const before = await snapshot(store);
  for (const wrong of [
    `${ROOT}${identifier}`,
    identifier.slice(2),
    ` ${identifier}`,
    `${identifier.slice(0, -1)}${identifier.endsWith('0') ? '1' : '0'}`,
    identifier.replace('MB', 'ＭＢ'),
    identifier.replace('.000000001.', '.00000001.'),
  ]) {
    expect(await register.find({ identifier: wrong })).toBeUndefined();
    for (const act of [
      register.status(wrong),
      register.versions(wrong),
      register.document(wrong, ASKED),
      register.print(wrong, ASKED),
      register.suspend(wrong, WHY),
      register.reissue(wrong, sample(1), { ...WHY, act: 'replacement' }),
    ])
      expect(await codeOf(act)).toBe('license-not-found');
  }
  expect(await snapshot(store)).toBe(before);
});
