/** `gov store`: the database of the licences: its schema, copies of it, and what is no longer kept. */
import { sm3 } from '@gov/sm';
import { readJsonObject } from '@gov/token/json';
import { GovError } from '@gov/verdict';
import { PASSWORD_FILE, signerOf } from '../arguments.js';
import { type Command, command, type Outcome } from '../command.js';
import { DATABASE_OPTION, openDatabase } from '../database.js';
import { readInput, writeOutputs } from '../files.js';
import { ACTOR_OPTION } from '../license-acts.js';
import { LICENSE_LOG } from '../license-log.js';

/** Octets of a policy file. */
const MAX_POLICY_BYTES = 65_536;

const migrate = command({
  noun: 'store',
  verb: 'migrate',
  about: { en: 'bring a database to the schema of this program', zh: '将数据库升级到本程序的结构版本' },
  words: [],
  options: { database: DATABASE_OPTION },
  async run(_words, { database }): Promise<Outcome> {
    const store = await import('@gov/store');
    const { applied } = await store.migrate(database);
    return {
      kind: 'done',
      json: { applied },
      lines: [applied.length === 0 ? 'nothing to do' : `applied ${applied.join(', ')}`],
    };
  },
});

const backup = command({
  noun: 'store',
  verb: 'backup',
  about: { en: 'copy an embedded database into one file', zh: '将嵌入式数据库备份为一个文件' },
  words: [],
  options: {
    database: DATABASE_OPTION,
    out: { type: 'string', value: 'FILE', about: { en: 'the copy (gzip)', zh: '备份文件（gzip）' }, required: true },
  },
  async run(_words, { database, out }, { force }): Promise<Outcome> {
    const { backupStore } = await import('@gov/store');
    const copy = await backupStore(database);
    // It holds everything that the database holds.
    await writeOutputs([{ path: out, content: copy, secret: true }], force);
    const digest = hex(sm3(copy));
    return {
      kind: 'done',
      json: { file: out, bytes: copy.length, sm3: digest },
      lines: [`${out}  ${copy.length} bytes`, `SM3 ${digest}`],
    };
  },
});

const restore = command({
  noun: 'store',
  verb: 'restore',
  about: { en: 'make an embedded database of a copy', zh: '由备份文件恢复嵌入式数据库' },
  words: ['FILE'],
  options: {
    database: {
      ...DATABASE_OPTION,
      value: 'DIR',
      about: { en: 'a folder that is not there yet', zh: '尚不存在的目录' },
    },
    sm3: {
      type: 'string',
      value: 'HEX',
      about: { en: 'the digest that backup printed', zh: '备份时输出的 SM3 摘要，用于核对' },
    },
  },
  async run([file = ''], { database, sm3: expected }): Promise<Outcome> {
    const { restoreStore } = await import('@gov/store');
    const copy = await readInput(file);
    const digest = hex(sm3(copy));
    if (expected !== undefined && expected.toLowerCase() !== digest)
      throw new GovError('input-malformed', `${file} has the SM3 ${digest}: it is not the copy that was meant`);
    await restoreStore(copy, database);
    return { kind: 'done', json: { database, sm3: digest }, lines: [database] };
  },
});

const erase = command({
  noun: 'store',
  verb: 'erase',
  about: {
    en: 'erase what a policy keeps no longer, with a signed record',
    zh: '按留存策略销毁到期数据，并出具签名记录',
  },
  words: [],
  options: {
    database: DATABASE_OPTION,
    policy: {
      type: 'string',
      value: 'POLICY.json',
      about: { en: 'kinds of data and the days they are kept', zh: '留存策略：数据种类与保存天数' },
      required: true,
    },
    actor: {
      ...ACTOR_OPTION,
      about: { en: 'who erases, for the record: account or post', zh: '销毁执行方（账号或岗位），写入记录' },
    },
    key: { type: 'string', value: 'KEY', about: { en: 'signs the record', zh: '签署销毁记录的私钥' } },
    'key-password-file': PASSWORD_FILE,
    kid: { type: 'string', value: 'TEXT', about: { en: 'key id in the record', zh: '记录中的密钥标识' } },
    out: { type: 'string', value: 'RECORD.jws', about: { en: 'also write the record here', zh: '另存销毁记录' } },
    'dry-run': { type: 'boolean', about: { en: 'only count', zh: '只统计，不销毁' } },
  },
  async run(_words, values, { at, force, readStdin }): Promise<Outcome> {
    const { eraseByPolicy, readRetentionPolicy } = await import('@gov/store/erasure');
    const { key, actor, kid, out, 'dry-run': dryRun } = values;
    const policy = readRetentionPolicy(readJsonObject(await readInput(values.policy), { bytes: MAX_POLICY_BYTES }));
    if (!dryRun && (key === undefined || actor === undefined))
      throw new GovError('usage', 'erasing takes --key KEY and --actor TEXT; --dry-run takes neither');
    const signer = key === undefined ? NO_SIGNER : await signerOf(key, values['key-password-file'], readStdin);
    const store = await openDatabase(values.database);
    try {
      const { erased, record, auditIndex } = await eraseByPolicy(store, policy, {
        at,
        signer,
        actor: actor ?? '',
        log: LICENSE_LOG,
        ...(kid === undefined ? {} : { kid }),
        ...(dryRun ? { dryRun } : {}),
      });
      if (out !== undefined && record !== undefined) await writeOutputs([{ path: out, content: record }], force);
      return {
        kind: 'done',
        json: { dryRun: dryRun === true, erased, ...(record === undefined ? {} : { record, auditIndex }) },
        lines: erased.map(({ kind, count, before }) => `${kind.padEnd(16)}${String(count).padStart(10)}  < ${before}`),
      };
    } finally {
      await store.close();
    }
  },
});

/** A dry run signs nothing. */
const NO_SIGNER = {
  algorithm: 'SM2-SM3',
  publicKey: new Uint8Array(),
  sign: () => Promise.reject(new GovError('usage', 'no key was given')),
} as const;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const STORE_COMMANDS: readonly Command[] = [migrate, backup, restore, erase];
