/** `gov trust`: making the editions of a trust list, and verifying them. */
import { dirname, resolve } from 'node:path';
import {
  buildTrustList,
  decodeTrustList,
  LISTING_STATUSES,
  type ListingStatus,
  readTrustList,
  rotateTrustListKeys,
  signTrustList,
  type TrustList,
  type TrustListAnchorDraft,
  type TrustListIssuerDraft,
  trustListJson,
} from '@gov/pki/trust-list';
import { isJsonObject, type JsonObject, type JsonValue, readJsonObject } from '@gov/token/json';
import { GovError } from '@gov/verdict';
import { certificateOf, PASSWORD_FILE, signerOf, timeOf } from '../arguments.js';
import { type Command, command, type Outcome } from '../command.js';
import { readInput, writeOutputs } from '../files.js';
import { publicKeysOf, trustListText, verifyTrustListFile } from '../trust-list-file.js';

const build = command({
  noun: 'trust',
  verb: 'build',
  about: { en: 'make an edition of a trust list from a draft', zh: '由草稿编制一版信任列表' },
  words: ['DRAFT.json'],
  options: {
    out: { type: 'string', value: 'LIST.json', about: 'the edition, to be signed', required: true },
    previous: {
      type: 'string',
      value: 'LIST.json|LIST.jws',
      about: { en: 'the edition before: indexes go on from it', zh: '上一版列表：序号、索引由此延续' },
    },
  },
  async run([file], values, { at, force }) {
    const draft = new Draft(readJsonObject(await readInput(file!), DRAFT_LIMITS), dirname(file!));
    const previous = values.previous === undefined ? undefined : await editionOf(values.previous);
    const list = buildTrustList({
      ...(await draft.read(at)),
      ...(previous === undefined ? {} : { previous }),
    });
    return writeEdition(list, values.out, force);
  },
});

const DRAFT_LIMITS = { bytes: 64 * 1024 * 1024, depth: 6, items: 500_000 };

const sign = command({
  noun: 'trust',
  verb: 'sign',
  about: { en: 'sign an edition with its current key', zh: '用当前密钥签发一版信任列表' },
  words: ['LIST.json'],
  options: {
    key: { type: 'string', value: 'K', about: 'private key of the list', required: true },
    'key-password-file': PASSWORD_FILE,
    out: { type: 'string', value: 'LIST.jws', about: 'the signed edition', required: true },
  },
  async run([file], values, { force, readStdin }) {
    const list = decodeTrustList(await readInput(file!));
    const jws = await signTrustList(list, await signerOf(values.key, values['key-password-file'], readStdin));
    await writeOutputs([{ path: values.out, content: jws }], force);
    return {
      kind: 'done',
      json: { list: values.out, id: list.id, sequence: list.sequence, bytes: jws.length },
      lines: [values.out],
    };
  },
});

const verify = command({
  noun: 'trust',
  verb: 'verify',
  about: { en: 'verify an edition of a trust list', zh: '核验信任列表' },
  words: ['LIST.jws'],
  options: {
    'trust-key': { type: 'string', value: 'FILE', about: 'public keys that may sign it', required: true },
    'trust-state': {
      type: 'string',
      value: 'FILE',
      about: { en: 'keeps the highest edition seen', zh: '保存已采信的最高版本，防止回退' },
    },
  },
  async run([file], values, { at }) {
    const jws = trustListText(await readInput(file!));
    if (jws === undefined) throw new GovError('jws-malformed', `${file} is not a signed trust list`);
    const keys = await publicKeysOf(values['trust-key']);
    const { report } = await verifyTrustListFile(jws, { keys, at, stateFile: values['trust-state'] });
    return { kind: 'report', report };
  },
});

const rotate = command({
  noun: 'trust',
  verb: 'rotate',
  about: { en: 'the next edition with other keys: announce, then promote', zh: '轮换列表密钥：先公告，后启用' },
  words: ['LIST.json|LIST.jws'],
  options: {
    promote: {
      type: 'boolean',
      about: { en: 'the announced key becomes the current one', zh: '启用已公告的密钥' },
    },
    'next-key': {
      type: 'string',
      value: 'FILE',
      about: { en: 'public key to announce', zh: '要公告的下一公钥' },
    },
    out: { type: 'string', value: 'NEXT.json', about: 'the edition, to be signed', required: true },
  },
  async run([file], values, { at, force }) {
    const next = values['next-key'] === undefined ? undefined : await publicKeyOf(values['next-key']);
    if (!values.promote && next === undefined) throw new GovError('usage', '--next-key FILE, --promote, or both');
    const list = rotateTrustListKeys(await editionOf(file!), {
      issued: wholeSeconds(at),
      promote: values.promote,
      ...(next === undefined ? {} : { next }),
    });
    return writeEdition(list, values.out, force);
  },
});

async function writeEdition(list: TrustList, out: string, force: boolean): Promise<Outcome> {
  await writeOutputs([{ path: out, content: `${JSON.stringify(trustListJson(list), null, 2)}\n` }], force);
  const { id, sequence } = list;
  const json = { list: out, id, sequence, anchors: list.anchors.length, issuers: list.issuers.length };
  return { kind: 'done', json, lines: [out] };
}

/** An edition as built or as signed; it is one's own, and not verified. */
async function editionOf(file: string): Promise<TrustList> {
  const bytes = await readInput(file);
  const jws = trustListText(bytes);
  return jws === undefined ? decodeTrustList(bytes) : readTrustList(jws);
}

async function publicKeyOf(file: string): Promise<Uint8Array> {
  const [key, ...more] = await publicKeysOf(file);
  if (key === undefined || more.length > 0) throw new GovError('usage', `${file} holds ${1 + more.length} public keys`);
  return key;
}

/** Lists know no parts of seconds. */
const wholeSeconds = (time: Date): Date => new Date(Math.floor(time.getTime() / 1000) * 1000);

/** A draft: the list as people write it, with names of files for certificates and keys, and what follows from others left out. */
class Draft {
  readonly #draft: JsonObject;
  readonly #folder: string;

  constructor(draft: JsonObject, folder: string) {
    this.#draft = draft;
    this.#folder = folder;
  }

  async read(at: Date) {
    const draft = this.#draft;
    refuseUnknown(draft, '', ['id', 'sequence', 'issued', 'nextUpdate', 'hardExpiry', 'keys', 'anchors', 'issuers']);
    const keys = object(draft.keys, 'keys');
    refuseUnknown(keys, 'keys.', ['current', 'next']);
    return {
      id: text(draft.id, 'id'),
      ...(draft.sequence === undefined ? {} : { sequence: integer(draft.sequence, 'sequence') }),
      issued: draft.issued === undefined ? wholeSeconds(at) : time(draft.issued, 'issued'),
      nextUpdate: time(draft.nextUpdate, 'nextUpdate', true),
      hardExpiry: time(draft.hardExpiry, 'hardExpiry', true),
      keys: {
        current: await publicKeyOf(this.#file(keys.current, 'keys.current')),
        ...(keys.next === undefined ? {} : { next: await publicKeyOf(this.#file(keys.next, 'keys.next')) }),
      },
      anchors: await this.#each(draft.anchors, 'anchors', (entry, where) => this.#anchor(entry, where)),
      issuers: await this.#each(draft.issuers, 'issuers', (entry, where) => this.#issuer(entry, where)),
    };
  }

  async #anchor(entry: JsonObject, where: string): Promise<TrustListAnchorDraft> {
    refuseUnknown(entry, where, ['cert', 'services', 'regions']);
    return {
      certificate: await certificateOf(this.#file(entry.cert, `${where}cert`)),
      ...(entry.services === undefined ? {} : { services: texts(entry.services, `${where}services`) }),
      ...(entry.regions === undefined ? {} : { regions: texts(entry.regions, `${where}regions`) }),
    };
  }

  async #issuer(entry: JsonObject, where: string): Promise<TrustListIssuerDraft> {
    const { from, to, status, index, statusBase, statusKid } = entry;
    refuseUnknown(entry, where, [
      'cert',
      'use',
      'region',
      ...['from', 'to', 'status', 'index', 'statusBase', 'statusKid'],
    ]);
    if (status !== undefined && !LISTING_STATUSES.includes(status as ListingStatus))
      throw wrong(`${where}status`, `not one of ${LISTING_STATUSES.join(', ')}`);
    return {
      certificate: await certificateOf(this.#file(entry.cert, `${where}cert`)),
      use: text(entry.use, `${where}use`),
      region: text(entry.region, `${where}region`),
      ...(from === undefined ? {} : { from: time(from, `${where}from`) }),
      ...(to === undefined ? {} : { to: time(to, `${where}to`, true) }),
      ...(status === undefined ? {} : { status: status as ListingStatus }),
      ...(index === undefined ? {} : { index: integer(index, `${where}index`) }),
      ...(statusBase === undefined ? {} : { statusBase: text(statusBase, `${where}statusBase`) }),
      ...(statusKid === undefined ? {} : { statusKid: text(statusKid, `${where}statusKid`) }),
    };
  }

  async #each<T>(
    value: JsonValue | undefined,
    where: string,
    read: (entry: JsonObject, where: string) => Promise<T>,
  ): Promise<T[]> {
    const entries: T[] = [];
    for (const [at, entry] of array(value, where).entries()) {
      entries.push(await read(object(entry, `${where}.${at}`), `${where}.${at}.`));
    }
    return entries;
  }

  /** Beside the draft, unless it says more. */
  #file(value: JsonValue | undefined, where: string): string {
    return resolve(this.#folder, text(value, where));
  }
}

/** A name that is misspelt must not be passed over: `stauts` would leave an issuer active. */
function refuseUnknown(from: JsonObject, where: string, known: readonly string[]): void {
  const unknown = Object.keys(from).find((name) => !known.includes(name));
  if (unknown !== undefined) throw wrong(`${where}${unknown}`, `not known; there are ${known.join(', ')}`);
}

function object(value: JsonValue | undefined, where: string): JsonObject {
  if (!isJsonObject(value)) throw wrong(where, 'not an object');
  return value;
}

function array(value: JsonValue | undefined, where: string): readonly JsonValue[] {
  if (!Array.isArray(value)) throw wrong(where, 'not an array');
  return value;
}

function text(value: JsonValue | undefined, where: string): string {
  if (typeof value !== 'string' || value === '') throw wrong(where, 'not a text');
  return value;
}

const texts = (value: JsonValue, where: string): string[] =>
  array(value, where).map((one, at) => text(one, `${where}.${at}`));

function integer(value: JsonValue, where: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) throw wrong(where, 'not an integer');
  return value;
}

function time(value: JsonValue | undefined, where: string, end = false): Date {
  try {
    return wholeSeconds(timeOf(text(value, where), where, end));
  } catch (cause) {
    throw cause instanceof GovError && cause.code === 'usage'
      ? wrong(where, 'not a time like 2026-05-20T09:00:00+08:00 or a day like 2026-05-20')
      : cause;
  }
}

const wrong = (where: string, why: string): GovError => new GovError('input-malformed', `draft: ${where}: ${why}`);

export const TRUST_COMMANDS: readonly Command[] = [build, sign, verify, rotate];
