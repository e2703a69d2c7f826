/** `gov audit`: the audit log of a database, and what clients verify of it without one. */
import {
  type AuditDetail,
  type AuditHead,
  AuditLog,
  auditEntry,
  auditUsage,
  checkLog,
  followHead,
  readHead,
  readProof,
  verifyEntryProof,
  verifyHead,
  writeProof,
} from '@gov/audit';
import { signatureOid, structureVerifier } from '@gov/pki';
import type { SignatureAlgorithm, Verifier } from '@gov/sm';
import type { Store } from '@gov/store';
import { isJsonObject, type JsonObject, type JsonValue, readJson } from '@gov/token/json';
import { GovError, isGovError, type Report, report } from '@gov/verdict';
import { PASSWORD_FILE, signerOf } from '../arguments.js';
import { type Command, command, type OptionDefinition } from '../command.js';
import { DATABASE_OPTION, openDatabase } from '../database.js';
import { readInput, writeOutputs } from '../files.js';
import { LICENSE_LOG } from '../license-log.js';
import { publicKeysOf } from '../trust-list-file.js';

const LOG = {
  type: 'string',
  value: 'NAME',
  about: {
    en: `name of the log in the database (${LICENSE_LOG}: that of gov license)`,
    zh: `数据库中的日志名称（默认 ${LICENSE_LOG}，即 gov license 所写）`,
  },
} as const satisfies OptionDefinition;

const ORIGIN = {
  type: 'string',
  value: 'ORIGIN',
  about: {
    en: 'name of the log in heads, e.g. audit.example.gov.cn/license',
    zh: '树头中的日志标识，如 audit.example.gov.cn/license',
  },
} as const satisfies OptionDefinition;

const TRUSTED_HEAD = {
  type: 'string',
  value: 'HEAD',
  about: { en: 'a head that was kept and is believed', zh: '此前保存并采信的树头' },
} as const satisfies OptionDefinition;

const append = command({
  noun: 'audit',
  verb: 'append',
  about: { en: 'append an entry, or a list of them, all or none', zh: '追加一个或一组日志条目，同成同败' },
  words: ['ENTRY.json|-'],
  options: { database: DATABASE_OPTION, log: LOG },
  async run([file], values, { at, readStdin }) {
    const input = file === '-' ? await readStdin() : await readInput(file!);
    const drafts = draftsOf(readJson(input, ENTRIES_LIMITS));
    const entries = drafts.map((draft) => auditEntry({ ...draft, at }));
    const append = async (store: Store, name: string) => {
      const log = new AuditLog(store.audit, name);
      const index = await log.append(entries);
      const json = { log: name, index, entries: entries.length, size: await log.size() };
      return { kind: 'done', json, lines: [`${name} ${index}`] } as const;
    };
    return withStore(values, append, { create: true });
  },
});

const ENTRIES_LIMITS = { bytes: 64 * 1024 * 1024, depth: 3, items: 1_000_000 };

const head = command({
  noun: 'audit',
  verb: 'head',
  about: { en: 'sign a head of all there is', zh: '签发树头' },
  words: [],
  options: {
    database: DATABASE_OPTION,
    log: LOG,
    origin: ORIGIN,
    key: { type: 'string', value: 'K', about: { en: 'private key of the log', zh: '日志的私钥' }, required: true },
    'key-password-file': PASSWORD_FILE,
    previous: {
      type: 'string',
      value: 'HEAD',
      about: { en: 'the last head signed: what contradicts it is not signed', zh: '上次签发的树头：与之矛盾则不签' },
    },
    out: { type: 'string', value: 'HEAD', about: { en: 'the signed head', zh: '签名树头' }, required: true },
  },
  async run(_, values, { at, force, readStdin }) {
    const previous = values.previous === undefined ? undefined : await headOf(values.previous);
    const signer = await signerOf(values.key, values['key-password-file'], readStdin);
    return withStore(values, async (store, name) => {
      const origin = values.origin ?? previous?.origin;
      const log = new AuditLog(store.audit, name, origin === undefined ? {} : { origin });
      const text = await log.head(signer, { at, ...(previous === undefined ? {} : { previous }) });
      await writeOutputs([{ path: values.out, content: text }], force);
      const json = { head: values.out, origin: log.origin, size: readHead(text).size };
      return { kind: 'done', json, lines: [values.out] };
    });
  },
});

const prove = command({
  noun: 'audit',
  verb: 'prove',
  about: { en: 'prove that an entry is under a head', zh: '生成条目的证明' },
  words: ['INDEX'],
  options: {
    database: DATABASE_OPTION,
    log: LOG,
    head: { type: 'string', value: 'HEAD', about: { en: 'a signed head', zh: '签名树头' }, required: true },
    'trusted-head': TRUSTED_HEAD,
    out: { type: 'string', value: 'PROOF.json', about: { en: 'the proof', zh: '证明文件' }, required: true },
  },
  async run([word], values, { force }) {
    const text = await textOf(values.head);
    const { size } = readHead(text);
    const trusted = values['trusted-head'] === undefined ? undefined : await headOf(values['trusted-head']);
    return withStore(values, async (store, name) => {
      const proof = await new AuditLog(store.audit, name).prove(indexOf(word!), text, trusted?.size);
      await writeOutputs([{ path: values.out, content: writeProof(proof) }], force);
      return { kind: 'done', json: { proof: values.out, index: proof.index, size }, lines: [values.out] };
    });
  },
});

const verify = command({
  noun: 'audit',
  verb: 'verify',
  about: {
    en: 'verify a proof or a head offline, or the whole log of a database',
    zh: '离线核验证明或树头；或全量核验数据库中的日志',
  },
  words: ['[PROOF.json|HEAD]'],
  options: {
    key: { type: 'string', value: 'PUB', about: { en: 'public key of the log', zh: '日志的公钥' } },
    'trusted-head': TRUSTED_HEAD,
    origin: ORIGIN,
    database: { ...DATABASE_OPTION, required: false },
    log: LOG,
  },
  async run([file], values, { at }) {
    const trusted = values['trusted-head'] === undefined ? undefined : await headOf(values['trusted-head']);
    const key = values.key === undefined ? undefined : await verifierOf(values.key);
    const { database } = values;
    if ((file === undefined) === (database === undefined))
      throw new GovError('usage', 'gov audit verify takes a proof or head, or --database');
    const options = { at, ...(values.origin === undefined ? {} : { origin: values.origin }) };
    if (file === undefined) {
      // A head that nobody looked at proves nothing: anybody can write one.
      if (trusted !== undefined && key === undefined) throw new GovError('usage', '--trusted-head needs --key PUB');
      return withStore({ ...values, database: database! }, async (store, name) => {
        const whole = await checkLog(store.audit, name, trusted === undefined ? {} : { trusted });
        if (trusted === undefined || key === undefined) return { kind: 'report', report: whole };
        return { kind: 'report', report: joined(whole, await verifyHead(trusted, { ...options, key })) };
      });
    }
    if (key === undefined) throw new GovError('usage', '--key PUB is required');
    const text = await textOf(file);
    if (text.startsWith('{')) {
      const judged = await verifyEntryProof(readProof(text), {
        ...options,
        key,
        ...(trusted === undefined ? {} : { trusted }),
      });
      return { kind: 'report', report: judged };
    }
    const own = readHead(text);
    const judged =
      trusted === undefined
        ? verifyHead(own, { ...options, key })
        : followHead({ ...options, trusted, head: own, key });
    return { kind: 'report', report: await judged };
  },
});

/** A whole log under a head, and the head itself: one verdict. */
function joined(whole: Report, ofHead: Report): Report {
  const answered = ofHead.findings.filter(({ code }) => code !== 'audit-history-not-checked');
  const required = [...new Set([...whole.required, ...ofHead.required])];
  return report(whole.subject, [...whole.findings, ...answered], { required });
}

const show = command({
  noun: 'audit',
  verb: 'show',
  about: { en: 'show an entry', zh: '显示日志条目' },
  words: ['INDEX'],
  options: { database: DATABASE_OPTION, log: LOG },
  async run([word], values) {
    return withStore(values, async (store, name) => {
      const index = indexOf(word!);
      const entry = await new AuditLog(store.audit, name).entry(index);
      const { details, commitments } = entry;
      const lines = [
        `${entry.at} ${entry.actor} ${entry.action}`,
        ...Object.entries(details).map(([detail, value]) => `  ${detail}: ${value}`),
        ...Object.entries(commitments).map(([secret, commitment]) => `  ${secret}: SM3 ${commitment}`),
      ];
      return { kind: 'done', json: { log: name, index, entry }, lines };
    });
  },
});

const stats = command({
  noun: 'audit',
  verb: 'stats',
  about: { en: 'count entries by action, actor and day', zh: '按动作、调用方、日期统计' },
  words: [],
  options: { database: DATABASE_OPTION, log: LOG },
  async run(_, values) {
    return withStore(values, async (store, name) => {
      const usage = await auditUsage(new AuditLog(store.audit, name).entries());
      const { entries } = usage;
      const counts = {
        byAction: Object.fromEntries(usage.byAction),
        byActor: Object.fromEntries(usage.byActor),
        byDay: Object.fromEntries(usage.byDay),
      };
      const lines = Object.values(counts).flatMap((group) => [
        '',
        ...Object.entries(group).map(([what, count]) => `${`${count}`.padStart(12)}  ${what}`),
      ]);
      return { kind: 'done', json: { log: name, entries, ...counts }, lines: [`${entries}`, ...lines] };
    });
  },
});

/** Opens the database for one verb, and closes it whatever happens. */
async function withStore<T>(
  values: { readonly database: string; readonly log: string | undefined },
  work: (store: Store, log: string) => Promise<T>,
  opening: { readonly create?: boolean } = {},
): Promise<T> {
  const store = await openDatabase(values.database, opening);
  try {
    return await work(store, values.log ?? LICENSE_LOG);
  } finally {
    await store.close();
  }
}

function draftsOf(value: JsonValue): Draft[] {
  const drafts = Array.isArray(value) ? (value as readonly JsonValue[]) : [value];
  return drafts.map((draft, at) => {
    if (!isJsonObject(draft)) throw wrong(at, 'not an object');
    const unknown = Object.keys(draft).find((name) => !['action', 'actor', 'details', 'secrets'].includes(name));
    if (unknown !== undefined) throw wrong(at, `${unknown} is not known: action, actor, details, secrets`);
    const { action, actor, details, secrets } = draft;
    if (typeof action !== 'string') throw wrong(at, 'action is not a text');
    if (typeof actor !== 'string') throw wrong(at, 'actor is not a text');
    return {
      action,
      actor,
      // `auditEntry` looks at what is in them.
      ...(details === undefined ? {} : { details: object(details, at, 'details') as Record<string, AuditDetail> }),
      ...(secrets === undefined ? {} : { secrets: object(secrets, at, 'secrets') as Record<string, string> }),
    };
  });
}

type Draft = Omit<Parameters<typeof auditEntry>[0], 'at' | 'random'>;

function object(value: JsonValue, at: number, name: string): JsonObject {
  if (!isJsonObject(value)) throw wrong(at, `${name} is not an object`);
  return value;
}

const wrong = (at: number, why: string): GovError => new GovError('input-malformed', `entry ${at}: ${why}`);

function indexOf(word: string): number {
  const index = /^\d{1,16}$/.test(word) ? Number(word) : Number.NaN;
  if (!Number.isSafeInteger(index)) throw new GovError('usage', `INDEX is a number from 0, not "${word}"`);
  return index;
}

/** Heads and proofs are UTF-8 to the last octet. */
async function textOf(file: string): Promise<string> {
  const bytes = await readInput(file);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new GovError('audit-malformed', `${file} is not UTF-8`, { cause });
  }
}

const headOf = async (file: string): Promise<AuditHead> => readHead(await textOf(file));

/** One algorithm for each kind of key, the one that signers of it have. */
const KEY_ALGORITHMS: readonly SignatureAlgorithm[] = [
  'SM2-SM3',
  'ECDSA-P256-SHA256',
  'ECDSA-P384-SHA384',
  'Ed25519',
  'RSA-PKCS1-SHA256',
];

async function verifierOf(file: string): Promise<Verifier> {
  const [key, ...more] = await publicKeysOf(file);
  if (key === undefined || more.length > 0)
    throw new GovError('usage', `${file} holds ${more.length + (key ? 1 : 0)} public keys`);
  for (const algorithm of KEY_ALGORITHMS) {
    try {
      const { verifier } = structureVerifier(key, signatureOid(algorithm));
      if (verifier.algorithm === algorithm) return verifier;
    } catch (error) {
      if (!isGovError(error)) throw error;
    }
  }
  throw new GovError('key-unsupported', `${file}: a public key that no log is signed with`);
}

export const AUDIT_COMMANDS: readonly Command[] = [append, head, prove, verify, show, stats];
