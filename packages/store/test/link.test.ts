/** A database whose parts are links: the lock beside the link would not be the one beside the database. */
import { lstat, mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { takeDirectory } from '../src/open.node.js';
import { refused } from './contract/world.js';
import { folder } from './directory.js';

it.each(['data', 'lock'])('is refused where %s is a link, to a folder or to nothing', async (name) => {
  const parent = await folder();
  const other = join(parent, 'other');
  await mkdir(join(other, name), { recursive: true });
  for (const target of [join(other, name), join(other, 'nothing')]) {
    const database = await folder();
    await symlink(target, join(database, name));
    await refused(takeDirectory(database), 'invalid-argument');
    expect(await readdir(database)).toEqual([name]);
    expect((await lstat(join(database, name))).isSymbolicLink()).toBe(true);
  }
  expect(await readdir(other)).toEqual([name]);
  expect(await readdir(join(other, name))).toEqual([]);
});

it('is taken where the folder itself is one', async () => {
  const [parent, database] = [await folder(), await folder()];
  await symlink(database, join(parent, 'link'));
  const { data, release } = await takeDirectory(join(parent, 'link'));
  expect(data).toBe(join(database, 'data'));
  await refused(takeDirectory(database), 'store-locked');
  await release();
});
