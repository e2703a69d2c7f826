import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openStore } from '@gov/store';
import { describe, expect, it, vi } from 'vitest';
import { newDatabase } from '../../../test/databases.js';
import { lockDirectory } from '../src/internal/directory-lock.node.js';
import { refused } from './contract/world.js';
import { child, folder } from './directory.js';

// A new embedded database takes seconds where the machine is busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const LOCKED = /^store-locked ERR_STORE_LOCKED: /;

describe('a directory', () => {
  it('is locked once in a process, and free after the release', async () => {
    const directory = await folder();
    const first = await lockDirectory(directory);
    await refused(lockDirectory(directory), 'store-locked');
    await refused(lockDirectory(directory), 'store-locked');
    await first.release();
    await (await lockDirectory(directory)).release();
    expect(await readdir(directory)).toEqual([]);
  });

  it('is the same by a link, and by a path too long for a socket', async () => {
    const directory = join(await folder(), 'd'.repeat(100), 'e'.repeat(100));
    await mkdir(directory, { recursive: true });
    const link = join(await folder(), 'link');
    await symlink(directory, link);
    const first = await lockDirectory(directory);
    await refused(lockDirectory(link), 'store-locked');
    await first.release();
    const second = await lockDirectory(link);
    await refused(lockDirectory(directory), 'store-locked');
    await second.release();
  });

  it('of 20 that want it at once in one process, one gets it', async () => {
    const directory = await folder();
    const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockDirectory(directory)));
    const locks = results.filter((result) => result.status === 'fulfilled');
    expect(locks).toHaveLength(1);
    for (const result of results) if (result.status === 'rejected') expect(result.reason.code).toBe('store-locked');
    await locks[0]!.value.release();
    expect(await readdir(directory)).toEqual([]);
  });

  it('is free at once after kill -9 of its holder; of 8 processes that want it then, one gets it, three times', async () => {
    const directory = await folder();
    const processes = Array.from({ length: 8 }, () => child('lock', directory));
    const first = child('lock', directory);
    await Promise.all([first, ...processes].map((one) => one.line('ready')));
    first.say('go');
    await first.line('locked');
    let holder = first;
    let others = processes;
    for (let round = 0; round < 3; round++) {
      // Another may come before the system has seen the holder's end: killed and then waited for.
      await holder.kill();
      for (const { lines } of others) lines.length = 0;
      for (const one of others) one.say('go');
      await Promise.all(others.map((one) => Promise.any([one.line('locked'), one.line('store-locked')])));
      const holders = others.filter(({ lines }) => lines.includes('locked'));
      expect(holders).toHaveLength(1);
      holder = holders[0]!;
      others = others.filter((one) => one !== holder);
      for (const { lines } of others) expect(lines[0]).toMatch(LOCKED);
    }
  });

  it('stays locked by a process that is stopped', async () => {
    const directory = await folder();
    const holder = child('lock', directory);
    await holder.line('ready');
    holder.say('go');
    await holder.line('locked');
    holder.process.kill('SIGSTOP');
    await refused(lockDirectory(directory), 'store-locked');
    await holder.kill();
    await (await lockDirectory(directory)).release();
  });

  it('is not locked by files that only look like claims', async () => {
    const directory = await folder();
    const id = 'a'.repeat(32);
    await writeFile(join(directory, `claim-1-${id}`), '');
    await writeFile(join(directory, `held-${id}`), '');
    await writeFile(join(directory, 'claim-1-short'), '');
    const lock = await lockDirectory(directory);
    expect((await readdir(directory)).filter((name) => name.includes(id))).toEqual([]);
    await lock.release();
  });
});

describe('an embedded database', () => {
  it('is opened once in a process; closed, it is opened again and has everything', async () => {
    const directory = await newDatabase(join(await folder(), 'store'));
    const store = await openStore(`pglite:${directory}`);
    await store.transaction((tx) => tx.takeNumbers('n', 5));
    await refused(openStore(directory), 'store-locked');
    await refused(openStore(join(directory, '..', directory.split('/').at(-1)!)), 'store-locked');
    await store.close();
    const again = await openStore(directory);
    expect(await again.counters()).toEqual([{ counter: 'n', last: 5 }]);
    await again.close();
  });

  it('is opened by one of two processes: the other is told so, and no row is lost', async () => {
    const directory = await newDatabase(join(await folder(), 'store'));
    const both = [child('insert', directory, '600'), child('insert', directory, '600')];
    const answers = await Promise.all(both.map((one) => Promise.any([one.line('inserted'), one.line('store-')])));
    expect(answers.filter((answer) => answer === 'inserted')).toHaveLength(1);
    expect(answers.find((answer) => answer !== 'inserted')).toMatch(LOCKED);
    const winner = both[answers.indexOf('inserted')]!;
    await winner.kill();
    const store = await openStore(directory);
    const scope = `process ${winner.process.pid}`;
    for (let i = 0; i < 600; i++) expect(await store.replay.firstUse(scope, `${i}`, new Date())).toBe(false);
    expect(await store.replay.firstUse(scope, '600', new Date())).toBe(true);
    await store.close();
  });

  it('loses nothing that was reported as committed by kill -9', async () => {
    const directory = await newDatabase(join(await folder(), 'store'));
    let expected = 0;
    for (let round = 0; round < 3; round++) {
      const writer = child('commit', directory);
      await writer.line(`committed ${20 + round * 17}`);
      await writer.kill();
      expected += writer.lines.filter((line) => line.startsWith('committed')).length;
      const store = await openStore(directory);
      const [again, numbers] = await store.counters();
      expect(again?.last).toBe(numbers?.last);
      expect(numbers!.last).toBeGreaterThanOrEqual(expected);
      // At most the one that was being committed when it was killed.
      expect(numbers!.last).toBeLessThanOrEqual(expected + 1);
      expected = numbers!.last;
      await store.close();
    }
  });

  it('is not put among other files, and none of them is touched', async () => {
    const directory = await folder();
    await writeFile(join(directory, 'letter.txt'), 'mine');
    await refused(openStore(directory), 'invalid-argument');
    expect(await readdir(directory)).toEqual(['letter.txt']);
    await refused(openStore(join(directory, 'letter.txt')), 'store-unavailable');
  });

  it.each(['', 'pglite:', 'mysql://u:secret@h/d', 'http://x', 'a\0b', 'memory:x'])(
    'has no address like %j',
    async (url) => {
      await refused(openStore(url), 'invalid-argument', ['secret']);
    },
  );
});
