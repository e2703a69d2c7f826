/** `gov license status-list`: the status lists of a register as files, for counters that are offline and for static servers. */
import { join } from 'node:path';
import { GovError } from '@gov/verdict';
import { command } from '../command.js';
import { openDatabase } from '../database.js';
import { writeOutputs } from '../files.js';
import { baseOf, PUBLISH_OPTIONS, publishersOf, publishSettingsOf } from '../license-status.js';

export const licenseStatusList = command({
  noun: 'license',
  verb: 'status-list',
  about: {
    en: 'write the signed status lists of a register to files',
    zh: '将登记库的状态列表签名后导出为文件，供离线核验',
  },
  words: [],
  options: {
    ...PUBLISH_OPTIONS,
    base: {
      type: 'string',
      value: 'URL',
      about: { en: 'what the URIs of the lists begin with', zh: '状态列表地址前缀' },
      required: true,
    },
    out: { type: 'string', value: 'DIR', about: { en: 'folder for the files', zh: '输出目录' }, required: true },
  },
  async run(_words, values, { at, force, readStdin }) {
    const base = baseOf(values.base);
    const settings = await publishSettingsOf(values, readStdin);
    const store = await openDatabase(values.database);
    try {
      const files: { readonly path: string; readonly content: string }[] = [];
      for (const [code, publisher] of publishersOf(store, base, settings, () => at)) {
        const count = await publisher.lists();
        for (let list = 0; list < count; list++) {
          const content = (await publisher.token(list, 'jwt'))!;
          files.push({ path: join(values.out, `${code}-${list}.jwt`), content });
        }
      }
      if (files.length === 0) throw new GovError('license-not-found', 'no licence of these issuers in the register');
      await writeOutputs(files, force);
      const paths = files.map(({ path }) => path);
      const statusBase = settings.codes.map((code) => `${base}${code}/`);
      const lines = [...paths, ...statusBase.map((own) => `gov license verify … --status-base ${own}`)];
      return { kind: 'done', json: { files: paths, statusBase }, lines };
    } finally {
      await store.close();
    }
  },
});
