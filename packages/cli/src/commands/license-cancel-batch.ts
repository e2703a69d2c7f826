/** `gov license cancel-batch`. */
import { cancelBatch } from '@gov/e-license/batch';
import { command } from '../command.js';
import { DATABASE_OPTION, openDatabase } from '../database.js';
import { interruptible } from '../interrupt.js';
import { ACTOR_OPTION } from '../license-acts.js';
import { LICENSE_LOG } from '../license-log.js';

export const licenseCancelBatch = command({
  noun: 'license',
  verb: 'cancel-batch',
  about: {
    en: 'take a batch back: what is not issued yet never will be',
    zh: '撤销批次：尚未签发的各行作废，已签发的不变',
  },
  words: ['BATCH'],
  options: {
    database: DATABASE_OPTION,
    actor: { ...ACTOR_OPTION, required: true },
    reason: {
      type: 'string',
      value: 'TEXT',
      about: { en: 'why; kept with each serial', zh: '原因，随各作废号保存' },
      required: true,
    },
  },
  async run([id], { database, actor, reason }, { at }) {
    const store = await openDatabase(database);
    try {
      const cancel = (signal: AbortSignal) => cancelBatch(store, id!, { log: LICENSE_LOG, actor, reason, at, signal });
      const voided = await interruptible(cancel, 'what became void stays; the same command goes on');
      return { kind: 'done', json: { batch: id, voided }, lines: [`${id}: void ${voided}`] };
    } finally {
      await store.close();
    }
  },
});
