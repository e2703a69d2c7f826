/** What a second process does; told by its words, it answers by lines. */
import { createInterface } from 'node:readline';
import { openStore } from '@gov/store';
import { lockDirectory } from '../src/internal/directory-lock.node.js';

const [, , work, directory = '', count = '0'] = process.argv;

/** The code of a failure, or what was done. */
async function told(done: () => Promise<string>): Promise<void> {
  const line = await done().catch((error: { code?: string; message?: string }) => `${error.code} ${error.message}`);
  console.log(line);
}

if (work === 'lock') {
  // Ready first, so that many begin at once at a word.
  console.log('ready');
  for await (const _ of createInterface(process.stdin)) {
    await told(async () => {
      await lockDirectory(directory);
      return 'locked';
    });
    // Holds it until it is killed.
    setInterval(() => undefined, 1000);
  }
}

if (work === 'insert') {
  await told(async () => {
    const store = await openStore(directory);
    for (let i = 0; i < Number(count); i++) await store.replay.firstUse(`process ${process.pid}`, `${i}`, new Date());
    // Stays open until it is killed.
    setInterval(() => undefined, 1000);
    return 'inserted';
  });
}

if (work === 'commit') {
  const store = await openStore(directory);
  for (let i = 0; ; i++) {
    await store.transaction(async (tx) => {
      await tx.takeNumbers('numbers', 1);
      await tx.takeNumbers('again', 1);
    });
    console.log(`committed ${i + 1}`);
  }
}
