/** `gov key`: making SM2 keys, telling what a key file holds, changing its form. */
import { writePem } from '@gov/der/pem';
import { readCertificates } from '@gov/pki';
import { describePublicKey, type KeyProtection, readKeyProtection } from '@gov/pki/cbom';
import { looksLikePkcs12, readPkcs12, writePkcs12 } from '@gov/pki/pkcs12';
import { openPrivateKey } from '@gov/pki/private-key';
import {
  bytesToHex,
  generateSm2Key,
  readSm2PrivateKey,
  readSm2PublicKey,
  type Sm2PrivateKey,
  type Sm2PublicKey,
} from '@gov/sm';
import { encryptPrivateKeyInfo } from '@gov/sm/key-encryption';
import { GovError, isGovError } from '@gov/verdict';
import { type Command, command } from '../command.js';
import { readInput, writeOutputs } from '../files.js';
import { type KeyItem, readDerItem, readKeyItem, signingKeyOf } from '../key-file.js';
import type { Language } from '../output.js';
import { readPassword, refuseStdinTwice } from '../password.js';
import { pkcs12Facts } from '../pkcs12-file.js';

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
    const info = key.toPkcs8();
    const content = await privateContent(info, form, encoding, protection);
    info.fill(0);
    await writeOutputs(
      [
        { path: values.out, content, secret: true },
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
    const passwordFile = values['password-file'];
    refuseStdinTwice(file, passwordFile);
    const bytes = await inputOf(file!, readStdin);
    if (looksLikePkcs12(bytes)) {
      const password = passwordFile === undefined ? undefined : await readPassword(passwordFile, readStdin);
      const json = await pkcs12Facts(bytes, password, encryptionFacts, publicFacts);
      return { kind: 'done', json, lines: nestedLines(json, lang) };
    }
    const { item, input } = await keyFileOf(file!, bytes, passwordFile, readStdin);
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
  about: { en: 'write a key in another form', zh: '转换密钥的格式' },
  words: ['FILE|-'],
  options: {
    out: { type: 'string', value: 'FILE', about: { en: 'the converted key', zh: '转换后的文件' }, required: true },
    form: {
      type: 'string',
      value: 'pkcs8|sec1|spki|raw-point|p12',
      about: {
        en: 'spki and raw-point are public; raw-point is 04, x, y; p12 holds --cert too',
        zh: 'spki 与 raw-point（04‖x‖y）只含公钥；p12 同时包含 --cert 的证书',
      },
      required: true,
    },
    cert: {
      type: 'string',
      value: 'FILE',
      about: {
        en: 'for p12: the certificate of the key, then those of its issuers',
        zh: 'p12 所含证书：先本人证书，后其签发者',
      },
    },
    name: { type: 'string', value: 'TEXT', about: { en: 'for p12: what programs show', zh: 'p12 中显示的名称' } },
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
    const form = oneOf(values.form, 'form', ['pkcs8', 'sec1', 'spki', 'raw-point', 'p12']);
    if ((form === 'raw-point' || form === 'p12') && values.encoding === 'pem')
      throw new GovError('usage', `${form} has no PEM form`);
    if (form !== 'p12' && (values.cert !== undefined || values.name !== undefined))
      throw new GovError('usage', '--cert and --name go with --form p12');
    const encoding = encodingOf(values.encoding);
    refuseStdinTwice(file, values['password-file'], values['new-password-file']);
    const newPassword = values['new-password-file'];
    const protection = await protectionOf(form, newPassword, 'new-password-file', values.cipher, readStdin);
    const bytes = await inputOf(file!, readStdin);
    const passwordFile = values['password-file'];
    const { item, input } = await keyFileOf(file!, bytes, passwordFile, readStdin);
    const secret = form === 'pkcs8' || form === 'sec1' || form === 'p12';
    const content = !secret
      ? publicForm(await openedItem(item, input, passwordFile, readStdin), form, encoding)
      : await withPrivateKey(item, input, passwordFile, readStdin, (info) =>
          form === 'p12'
            ? pkcs12Content(info, protection, values.cert, values.name)
            : privateContent(info, form, encoding, protection),
        );
    await writeOutputs([{ path: values.out, content, secret }], force);
    const encrypted = protection !== undefined;
    const json = {
      out: values.out,
      form,
      encoding: form === 'raw-point' ? 'raw' : form === 'p12' ? 'der' : encoding,
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
  if (form !== 'pkcs8' && form !== 'p12')
    throw new GovError('usage', `--${option} goes with --form pkcs8 or p12: no other form is encrypted`);
  const chosen = oneOf(cipher ?? 'sm4', 'cipher', ['sm4', 'aes']);
  return {
    password: await readPassword(passwordFile, readStdin),
    cipher: chosen === 'sm4' ? 'SM4-CBC' : 'AES-256-CBC',
  };
}

/** @throws GovError `key-unsupported` for SEC1 of another algorithm than SM2 */
async function privateContent(
  info: Uint8Array,
  form: 'pkcs8' | 'sec1',
  encoding: Encoding,
  protection: Protection | undefined,
): Promise<Uint8Array | string> {
  const key = sm2KeyOf(info);
  if (form === 'sec1') {
    if (key === undefined) throw new GovError('key-unsupported', 'SEC1 is written of SM2 keys only');
    return encoding === 'pem' ? key.toPem(form) : key.toSec1();
  }
  const plain = key?.toPkcs8() ?? info;
  if (protection === undefined) return encoding === 'pem' ? writePem('PRIVATE KEY', plain) : plain.slice();
  const encrypted = await encryptPrivateKeyInfo(plain, protection.password, { cipher: protection.cipher });
  return encoding === 'pem' ? writePem('ENCRYPTED PRIVATE KEY', encrypted) : encrypted;
}

/** SM2 keys are written as this product writes them, others as they came. */
function sm2KeyOf(info: Uint8Array): Sm2PrivateKey | undefined {
  try {
    return readSm2PrivateKey(info);
  } catch (error) {
    if (isGovError(error) && error.code === 'key-unsupported') return undefined;
    throw error;
  }
}

async function pkcs12Content(
  info: Uint8Array,
  protection: Protection | undefined,
  certificates: string | undefined,
  friendlyName: string | undefined,
): Promise<Uint8Array> {
  if (protection === undefined || certificates === undefined)
    throw new GovError('usage', '--form p12 needs --cert and --new-password-file');
  return writePkcs12({
    key: info,
    certificates: readCertificates(await readInput(certificates)),
    password: protection.password,
    cipher: protection.cipher === 'SM4-CBC' ? 'sm4' : 'aes',
    ...(friendlyName === undefined ? {} : { friendlyName }),
  });
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

const inputOf = (file: string, readStdin: ReadStdin): Promise<Uint8Array> =>
  file === '-' ? readStdin() : readInput(file);

/** Of a PKCS#12, and of a key in OpenSSL's old encryption, what the password opens. */
async function keyFileOf(
  file: string,
  input: Uint8Array,
  passwordFile: string | undefined,
  readStdin: ReadStdin,
): Promise<KeyFile> {
  const item = looksLikePkcs12(input) ? undefined : readableItem(input);
  if (item !== undefined) {
    if (passwordFile !== undefined && item.kind !== 'encrypted')
      throw new GovError('usage', `${file} is not encrypted: --password-file does nothing for it`);
    return { item, input };
  }
  if (passwordFile === undefined) throw locked();
  const info = await openedFile(input, await readPassword(passwordFile, readStdin));
  return { item: readDerItem(info), input: info };
}

function readableItem(input: Uint8Array): KeyItem | undefined {
  try {
    return readKeyItem(input);
  } catch (error) {
    if (isGovError(error) && error.code === 'key-encrypted') return undefined;
    throw error;
  }
}

async function openedFile(input: Uint8Array, password: Uint8Array): Promise<Uint8Array> {
  if (!looksLikePkcs12(input)) return openPrivateKey(input, password);
  const { keys } = await readPkcs12(input, password);
  const info = signingKeyOf(keys).toPkcs8();
  for (const key of keys) key.destroy();
  return info;
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
  use: (info: Uint8Array) => Promise<T>,
): Promise<T> {
  if (item.kind !== 'private' && item.kind !== 'encrypted')
    throw new GovError('usage', 'the file holds a public key only');
  if (item.kind === 'encrypted' && passwordFile === undefined) throw locked();
  if (item.kind === 'encrypted') return opened(input, passwordFile!, readStdin, use);
  const info = await openPrivateKey(input);
  try {
    return await use(info);
  } finally {
    info.fill(0);
  }
}

async function opened<T>(
  input: Uint8Array,
  passwordFile: string,
  readStdin: ReadStdin,
  read: (info: Uint8Array) => T | Promise<T>,
): Promise<T> {
  const info = await openPrivateKey(input, await readPassword(passwordFile, readStdin));
  try {
    return await read(info);
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

const encryptionOf = (bytes: Uint8Array) => encryptionFacts(readKeyProtection(bytes));

function encryptionFacts({ cipher, derivation, iterations }: KeyProtection) {
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
  authentication: '完整性校验',
  parts: '内容',
  bags: '条目',
  keys: '私钥',
  certificates: '证书',
  friendlyName: '名称',
  certificate: '所属证书',
  subject: '主体',
  issuer: '签发者',
  notBefore: '生效时间',
  notAfter: '失效时间',
};

const VALUES_ZH: Readonly<Record<string, string>> = {
  'private-key': '私钥',
  'public-key': '公钥',
  'encrypted-private-key': '加密私钥',
  certificate: '证书',
  pkcs12: 'PKCS#12（个人信息交换）',
  key: '私钥（未加密）',
  'encrypted-key': '加密私钥',
  other: '其他',
  none: '无',
  true: '是',
  false: '否',
};

function factLines(facts: Readonly<Record<string, unknown>>, lang: Language): string[] {
  return Object.entries(facts).map(([name, value]) => {
    const text = typeof value === 'object' && value !== null ? Object.values(value).join(', ') : String(value);
    const shown = lang === 'zh' ? (VALUES_ZH[text] ?? text) : text;
    return `${lang === 'zh' ? (LABELS_ZH[name] ?? name) : name}: ${shown}`;
  });
}

/** Lists of things one below the other, each with its own lines. */
function nestedLines(facts: Readonly<Record<string, unknown>>, lang: Language): string[] {
  const flat = Object.entries(facts).filter(([, value]) => !Array.isArray(value));
  const lists = Object.entries(facts).filter((entry): entry is [string, Record<string, unknown>[]] =>
    Array.isArray(entry[1]),
  );
  return [
    ...factLines(Object.fromEntries(flat), lang),
    ...lists.flatMap(([name, list]) =>
      list.flatMap((one, index) => [
        `${lang === 'zh' ? (LABELS_ZH[name] ?? name) : name} ${index + 1}:`,
        ...nestedLines(one, lang).map((line) => `  ${line}`),
      ]),
    ),
  ];
}

export const KEY_COMMANDS: readonly Command[] = [generate, inspect, convert];
