/** `gov key`: making SM2 keys, telling what a key file holds, changing its form. */
import { writePem } from '@gov/der/pem';
import { describePublicKey, readKeyProtection } from '@gov/pki/cbom';
import {
  bytesToHex,
  generateSm2Key,
  readSm2PrivateKey,
  readSm2PublicKey,
  type Sm2PrivateKey,
  type Sm2PublicKey,
} from '@gov/sm';
import { decryptPrivateKeyInfo, encryptPrivateKeyInfo } from '@gov/sm/key-encryption';
import { GovError } from '@gov/verdict';
import { type Command, command } from '../command.js';
import { readInput, writeOutputs } from '../files.js';
import { type KeyItem, readDerItem, readKeyItem } from '../key-file.js';
import { type Language, printable } from '../output.js';
import { readPassword, refuseStdinTwice } from '../password.js';

type Encoding = 'pem' | 'der';
type ReadStdin = () => Promise<Uint8Array>;

const encodingOption = {
  type: 'string',
  value: 'pem|der',
  about: { en: 'encoding of what is written (pem)', zh: '输出编码（默认 pem）' },
} as const;

const cipherOption = {
  type: 'string',
  value: 'sm4|aes',
  about: {
    en: 'encrypt with SM4 and HMAC-SM3 (default), or AES-256 and HMAC-SHA256, which any OpenSSL reads',
    zh: '口令加密算法：SM4 与 HMAC-SM3（默认），或各版 OpenSSL 均可读取的 AES-256 与 HMAC-SHA256',
  },
} as const;

const generate = command({
  noun: 'key',
  verb: 'generate',
  about: { en: 'make an SM2 key pair', zh: '生成 SM2 密钥对' },
  words: [],
  options: {
    out: { type: 'string', value: 'FILE', about: { en: 'the private key', zh: '私钥文件' }, required: true },
    'public-out': { type: 'string', value: 'FILE', about: { en: 'the public key (SPKI)', zh: '公钥文件（SPKI）' } },
    form: {
      type: 'string',
      value: 'pkcs8|sec1',
      about: { en: 'form of the private key (pkcs8)', zh: '私钥格式（默认 pkcs8）' },
    },
    encoding: encodingOption,
    'password-file': {
      type: 'string',
      value: 'FILE|-',
      about: { en: 'encrypt under the password in this file', zh: '以此文件中的口令加密私钥' },
    },
    cipher: cipherOption,
  },
  async run(_words, values, { force, readStdin }) {
    const form = oneOf(values.form ?? 'pkcs8', 'form', ['pkcs8', 'sec1']);
    const encoding = encodingOf(values.encoding);
    const protection = await protectionOf(form, values['password-file'], 'password-file', values.cipher, readStdin);
    const key = generateSm2Key();
    const publicKey = values['public-out'];
    await writeOutputs(
      [
        { path: values.out, content: await privateContent(key, form, encoding, protection), secret: true },
        ...(publicKey === undefined ? [] : [{ path: publicKey, content: publicContent(key.publicKey, encoding) }]),
      ],
      force,
    );
    const json = {
      privateKey: values.out,
      ...(publicKey === undefined ? {} : { publicKey }),
      encrypted: protection !== undefined,
      ...identity(key.publicKey.toSpki()),
    };
    return { kind: 'done', json, lines: [values.out, ...(publicKey === undefined ? [] : [publicKey]), json.sm3] };
  },
});

const inspect = command({
  noun: 'key',
  verb: 'inspect',
  about: { en: 'tell what a key file holds; never the private scalar', zh: '查看密钥文件内容（不显示私钥值）' },
  words: ['FILE|-'],
  options: {
    'password-file': {
      type: 'string',
      value: 'FILE|-',
      about: { en: 'password of an encrypted key', zh: '加密私钥的口令文件' },
    },
  },
  async run([file], values, { lang, readStdin }) {
    const { item, input } = await keyFileOf(file!, values['password-file'], readStdin);
    const opened = await openedItem(item, input, values['password-file'], readStdin);
    const json = {
      kind: KINDS[opened.kind],
      form: FORMS[item.form],
      encoding: item.encoding.toLowerCase(),
      ...(item.kind === 'encrypted' ? { encryption: encryptionOf(item.bytes) } : {}),
      ...(opened.kind === 'encrypted' ? {} : publicFacts(opened.publicKey)),
    };
    return { kind: 'done', json, lines: factLines(json, lang) };
  },
});

const convert = command({
  noun: 'key',
  verb: 'convert',
  about: { en: 'write an SM2 key in another form', zh: '转换 SM2 密钥的格式' },
  words: ['FILE|-'],
  options: {
    out: { type: 'string', value: 'FILE', about: { en: 'the converted key', zh: '转换后的文件' }, required: true },
    form: {
      type: 'string',
      value: 'pkcs8|sec1|spki|raw-point',
      about: { en: 'spki and raw-point are public; raw-point is 04, x, y', zh: 'spki 与 raw-point（04‖x‖y）只含公钥' },
      required: true,
    },
    encoding: encodingOption,
    'password-file': {
      type: 'string',
      value: 'FILE|-',
      about: { en: 'password of the key that is read', zh: '输入私钥的口令文件' },
    },
    'new-password-file': {
      type: 'string',
      value: 'FILE|-',
      about: {
        en: 'password of the key that is written; without it, it is written unencrypted',
        zh: '输出私钥的口令文件；不给出则输出不加密',
      },
    },
    cipher: cipherOption,
  },
  async run([file], values, { force, lang, readStdin }) {
    const form = oneOf(values.form, 'form', ['pkcs8', 'sec1', 'spki', 'raw-point']);
    if (form === 'raw-point' && values.encoding === 'pem') throw new GovError('usage', 'a raw point has no PEM form');
    const encoding = encodingOf(values.encoding);
    refuseStdinTwice(file, values['password-file'], values['new-password-file']);
    const newPassword = values['new-password-file'];
    const protection = await protectionOf(form, newPassword, 'new-password-file', values.cipher, readStdin);
    const { item, input } = await keyFileOf(file!, values['password-file'], readStdin);
    const secret = form === 'pkcs8' || form === 'sec1';
    const content = secret
      ? await withPrivateKey(item, input, values['password-file'], readStdin, (key) =>
          privateContent(key, form, encoding, protection),
        )
      : publicForm(await openedItem(item, input, values['password-file'], readStdin), form, encoding);
    await writeOutputs([{ path: values.out, content, secret }], force);
    const encrypted = protection !== undefined;
    const json = {
      out: values.out,
      form,
      encoding: form === 'raw-point' ? 'raw' : encoding,
      ...(secret ? { encrypted } : {}),
    };
    return { kind: 'done', json, lines: [values.out, ...(secret && !encrypted ? [UNENCRYPTED[lang]] : [])] };
  },
});

const UNENCRYPTED: Readonly<Record<Language, string>> = {
  en: 'the private key is written unencrypted',
  zh: '私钥未加密写出',
};

function oneOf<const T extends string>(value: string, name: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new GovError('usage', `--${name} is ${allowed.join(' or ')}, not "${value}"`);
  return found;
}

const encodingOf = (value = 'pem'): Encoding => oneOf(value, 'encoding', ['pem', 'der']);

interface Protection {
  readonly password: Uint8Array;
  readonly cipher: 'SM4-CBC' | 'AES-256-CBC';
}

/** How the written key is encrypted; undefined for not at all. @throws GovError `usage` */
async function protectionOf(
  form: string,
  passwordFile: string | undefined,
  option: string,
  cipher: string | undefined,
  readStdin: ReadStdin,
): Promise<Protection | undefined> {
  if (passwordFile === undefined) {
    if (cipher !== undefined) throw new GovError('usage', `--cipher goes with --${option}`);
    return undefined;
  }
  if (form !== 'pkcs8') throw new GovError('usage', `--${option} goes with --form pkcs8: no other form is encrypted`);
  const chosen = oneOf(cipher ?? 'sm4', 'cipher', ['sm4', 'aes']);
  return {
    password: await readPassword(passwordFile, readStdin),
    cipher: chosen === 'sm4' ? 'SM4-CBC' : 'AES-256-CBC',
  };
}

async function privateContent(
  key: Sm2PrivateKey,
  form: 'pkcs8' | 'sec1',
  encoding: Encoding,
  protection: Protection | undefined,
): Promise<Uint8Array | string> {
  if (protection === undefined) {
    if (encoding === 'pem') return key.toPem(form);
    return form === 'pkcs8' ? key.toPkcs8() : key.toSec1();
  }
  const info = key.toPkcs8();
  const encrypted = await encryptPrivateKeyInfo(info, protection.password, { cipher: protection.cipher });
  info.fill(0);
  return encoding === 'pem' ? writePem('ENCRYPTED PRIVATE KEY', encrypted) : encrypted;
}

const publicContent = (key: Sm2PublicKey, encoding: Encoding): Uint8Array | string =>
  encoding === 'pem' ? key.toPem() : key.toSpki();

/** @throws GovError `key-encrypted`, `key-unsupported` for another algorithm */
function publicForm(item: KeyItem, form: 'spki' | 'raw-point', encoding: Encoding): Uint8Array | string {
  if (item.kind === 'encrypted') throw locked();
  const key = readSm2PublicKey(item.publicKey);
  return form === 'raw-point' ? key.point : publicContent(key, encoding);
}

interface KeyFile {
  readonly item: KeyItem;
  readonly input: Uint8Array;
}

async function keyFileOf(file: string, passwordFile: string | undefined, readStdin: ReadStdin): Promise<KeyFile> {
  refuseStdinTwice(file, passwordFile);
  const input = file === '-' ? await readStdin() : await readInput(file);
  const item = readKeyItem(input);
  if (passwordFile !== undefined && item.kind !== 'encrypted')
    throw new GovError('usage', `${file} is not encrypted: --password-file does nothing for it`);
  return { item, input };
}

/** What an encrypted key holds, if there is a password; any other thing as it is. @throws GovError `password-wrong` */
async function openedItem(
  item: KeyItem,
  input: Uint8Array,
  passwordFile: string | undefined,
  readStdin: ReadStdin,
): Promise<KeyItem> {
  if (item.kind !== 'encrypted' || passwordFile === undefined) return item;
  return opened(input, passwordFile, readStdin, readDerItem);
}

async function withPrivateKey<T>(
  item: KeyItem,
  input: Uint8Array,
  passwordFile: string | undefined,
  readStdin: ReadStdin,
  use: (key: Sm2PrivateKey) => Promise<T>,
): Promise<T> {
  if (item.kind === 'private') return use(readSm2PrivateKey(input));
  if (item.kind !== 'encrypted') throw new GovError('usage', 'the file holds a public key only');
  if (passwordFile === undefined) throw locked();
  return use(await opened(input, passwordFile, readStdin, readSm2PrivateKey));
}

async function opened<T>(
  input: Uint8Array,
  passwordFile: string,
  readStdin: ReadStdin,
  read: (info: Uint8Array) => T,
): Promise<T> {
  const info = await decryptPrivateKeyInfo(input, await readPassword(passwordFile, readStdin));
  try {
    return read(info);
  } finally {
    info.fill(0);
  }
}

const locked = () => new GovError('key-encrypted', 'the private key is encrypted; --password-file opens it');

const KINDS = {
  private: 'private-key',
  public: 'public-key',
  encrypted: 'encrypted-private-key',
  certificate: 'certificate',
} as const;

const FORMS = {
  'PKCS#8': 'pkcs8',
  SEC1: 'sec1',
  'PKCS#1': 'pkcs1',
  SPKI: 'spki',
  point: 'raw-point',
  'X.509': 'x509',
} as const;

function encryptionOf(bytes: Uint8Array) {
  const { cipher, derivation, iterations } = readKeyProtection(bytes);
  return {
    cipher: cipher.name,
    ...(derivation === undefined ? {} : { derivation: derivation.name }),
    ...(iterations === undefined ? {} : { iterations: Number(iterations) }),
  };
}

/** How a public key is told from others: SM3 over its SPKI, and the 20 octets that certificates carry of it. */
function identity(spki: Uint8Array) {
  const sm3 = bytesToHex(describePublicKey(spki).fingerprint);
  return { sm3, keyIdentifier: sm3.slice(0, 40) };
}

function publicFacts(spki: Uint8Array) {
  const { algorithm, size } = describePublicKey(spki);
  const isSm2 = algorithm.properties.curve === 'oscaa/SM2';
  const curve = isSm2 ? 'sm2p256v1' : algorithm.properties.curve?.split('/')[1];
  return {
    algorithm: algorithm.name,
    national: algorithm.national,
    ...(algorithm.weakness === undefined ? {} : { weakness: algorithm.weakness }),
    ...(curve === undefined ? {} : { curve }),
    ...(size === undefined ? {} : { bits: size }),
    ...identity(spki),
    ...(isSm2 ? { point: bytesToHex(readSm2PublicKey(spki).point) } : {}),
  };
}

const LABELS_ZH: Readonly<Record<string, string>> = {
  kind: '类别',
  form: '格式',
  encoding: '编码',
  encryption: '加密方式',
  algorithm: '算法',
  national: '国密',
  weakness: '弱点',
  curve: '曲线',
  bits: '位数',
  sm3: 'SM3 指纹',
  keyIdentifier: '密钥标识符',
  point: '公钥点',
};

const VALUES_ZH: Readonly<Record<string, string>> = {
  'private-key': '私钥',
  'public-key': '公钥',
  'encrypted-private-key': '加密私钥',
  certificate: '证书',
  true: '是',
  false: '否',
};

function factLines(facts: Readonly<Record<string, unknown>>, lang: Language): string[] {
  return Object.entries(facts).map(([name, value]) => {
    const text = typeof value === 'object' && value !== null ? Object.values(value).join(', ') : String(value);
    const shown = lang === 'zh' ? (VALUES_ZH[text] ?? text) : text;
    return printable(`${lang === 'zh' ? (LABELS_ZH[name] ?? name) : name}: ${shown}`);
  });
}

export const KEY_COMMANDS: readonly Command[] = [generate, inspect, convert];
