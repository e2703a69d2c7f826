/** Reading what people type: numbers, times, certificates, trust. */

import { looksLikePem } from '@gov/der/pem';
import { isDate } from '@gov/e-license';
import {
  type Certificate,
  parseName,
  readCertificate,
  readCertificates,
  TrustStore,
  type VerificationOptions,
} from '@gov/pki';
import { looksLikePkcs12, readPkcs12 } from '@gov/pki/pkcs12';
import { readPrivateKey } from '@gov/pki/private-key';
import { gatherRevocation, memoryRevocationCache } from '@gov/pki/revocation';
import type { TrustList } from '@gov/pki/trust-list';
import type { Signer } from '@gov/sm';
import { type Check, GovError } from '@gov/verdict';
import type { OptionDefinition } from './command.js';
import { filesOf, readInput } from './files.js';
import { isLocked, signingKeyOf } from './key-file.js';
import { readPassword } from './password.js';
import { revocationDataOf } from './revocation-data.js';
import { publicKeysOf, trustListText, verifyTrustListFile } from './trust-list-file.js';

/** A finite number, e.g. millimetres. @throws GovError `usage` */
export function numberOf(text: string, name: string): number {
  const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isFinite(value)) throw new GovError('usage', `--${name} is a number, not "${text}"`);
  return value;
}

/** An instant (RFC 3339), or a day in Asia/Shanghai: its beginning, or with `end` its last second. @throws GovError `usage` */
export function timeOf(text: string, name: string, end = false): Date {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const isInstant = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$/.test(text);
  const time = new Date(isDay ? `${text}T${end ? '23:59:59' : '00:00:00'}+08:00` : text);
  // 2026-02-30 would silently become the 2nd of March.
  if (!(isDay || isInstant) || Number.isNaN(time.getTime()) || !isDate(text.slice(0, 10))) {
    throw new GovError(
      'usage',
      `--${name} is a time like 2026-05-20T09:00:00+08:00 or a day like 2026-05-20, not "${text}"`,
    );
  }
  return time;
}

/** A subject like `CN=…,O=…,C=CN`, checked. @throws GovError `name-malformed` */
export function subjectOf(text: string): string {
  parseName(text);
  return text;
}

export const certificateOf = async (file: string): Promise<Certificate> => readCertificate(await readInput(file));

/** The option that goes with a private key of a verb: `key` and `key-password-file`. */
export const PASSWORD_FILE = {
  type: 'string',
  value: 'FILE|-',
  about: { en: 'password of that key, where it is encrypted', zh: '该私钥的口令文件（私钥已加密时）' },
} as const satisfies OptionDefinition;

/**
 * A signer on a key file of any algorithm: PKCS#8, SEC1, PKCS#1, encrypted or not, or the signing key of a PKCS#12, with the
 * file of its password.
 *
 * @throws GovError `usage` for a password that nothing needs; `key-encrypted`, `password-wrong` and what reading throws
 */
export async function signerOf(
  file: string,
  passwordFile?: string,
  readStdin: () => Promise<Uint8Array> = async () => new Uint8Array(),
): Promise<Signer> {
  const input = await readInput(file);
  if (passwordFile === undefined) {
    if (looksLikePkcs12(input)) throw new GovError('key-encrypted', `${file} needs the file of its password`);
    return readPrivateKey(input);
  }
  if (!(await isLocked(input))) throw new GovError('usage', `${file} is not encrypted: its password file does nothing`);
  const password = await readPassword(passwordFile, readStdin);
  if (!looksLikePkcs12(input)) return readPrivateKey(input, { password });
  const { keys } = await readPkcs12(input, password);
  for (const key of keys) key.destroy();
  return signingKeyOf(keys).signer;
}

/** Options of every verb that verifies. */
export const TRUST_OPTIONS = {
  trust: {
    type: 'string',
    value: 'FILE|DIR',
    about: { en: 'trust anchors, PEM or DER; or a trust list', zh: '信任锚证书（PEM 或 DER），或信任列表' },
  },
  'trust-key': {
    type: 'string',
    value: 'FILE',
    about: { en: 'public keys that may sign the trust list', zh: '信任列表的签发公钥' },
  },
  'trust-state': {
    type: 'string',
    value: 'FILE',
    about: { en: 'keeps the highest edition seen', zh: '保存已采信的最高版本，防止回退' },
  },
  certs: {
    type: 'string',
    value: 'FILE|DIR',
    about: { en: 'certificates to look up, untrusted by themselves', zh: '供查找的证书，本身不作信任锚' },
  },
  crls: {
    type: 'string',
    value: 'FILE|DIR',
    about: { en: 'lists of revoked certificates (CRL), PEM or DER', zh: '证书吊销列表（CRL），PEM 或 DER' },
  },
  ocsp: { type: 'string', value: 'FILE|DIR', about: { en: 'OCSP responses, DER', zh: 'OCSP 应答，DER' } },
  'fetch-revocation': {
    type: 'boolean',
    about: {
      en: 'ask the addresses in the certificates whether they are revoked',
      zh: '联网查询证书所载地址，核验是否已被吊销',
    },
  },
  profile: {
    type: 'string',
    value: 'strict|lenient',
    about: { en: 'how real-world encodings are judged (lenient)', zh: '对现实编码的宽严程度（默认 lenient）' },
  },
  require: {
    type: 'string',
    value: 'LIST',
    about: { en: 'also demand: revocation, status, timestamp', zh: '另外要求核验：revocation、status、timestamp' },
  },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

interface TrustValues {
  readonly trust: string | undefined;
  readonly 'trust-key': string | undefined;
  readonly 'trust-state': string | undefined;
  readonly certs: string | undefined;
  readonly crls: string | undefined;
  readonly ocsp: string | undefined;
  readonly 'fetch-revocation': boolean;
  readonly profile: string | undefined;
  readonly require: string | undefined;
}

/**
 * What `--trust`, `--trust-key`, `--trust-state`, `--certs`, `--crls`, `--ocsp`, `--fetch-revocation`, `--profile` and `--require` say.
 *
 * @throws GovError `usage`; `trust-list-untrusted`, `trust-list-rollback`; what reading throws
 */
export async function trustOf(
  values: TrustValues,
  at: Date,
): Promise<
  Pick<VerificationOptions, 'trust' | 'revocation' | 'fetchRevocation'> & { readonly require: readonly Check[] }
> {
  const profile = values.profile ?? 'lenient';
  if (profile !== 'strict' && profile !== 'lenient') throw new GovError('usage', '--profile is strict or lenient');
  const optional: readonly string[] = ['revocation', 'status', 'timestamp'];
  const require = values.require?.split(',').filter((name) => name !== '') ?? [];
  for (const name of require) {
    if (!optional.includes(name)) throw new GovError('usage', `--require takes ${optional.join(', ')}, not "${name}"`);
  }
  const revocation = await revocationDataOf(values.crls, values.ocsp);
  const trust = new TrustStore({
    ...(await believedOf(values, at)),
    certificates: await certificatesAt(values.certs),
    profile,
  });
  const cache = memoryRevocationCache();
  return {
    trust,
    require: require as Check[],
    ...(revocation === undefined ? {} : { revocation }),
    ...(values['fetch-revocation'] === true
      ? { fetchRevocation: (path) => gatherRevocation(path, { trust, at, fetch, cache }) }
      : {}),
  };
}

/** Anchors, or a trust list: one nobody vouches for, or an old one, is refused before anything rests on it. */
export async function believedOf(
  values: Pick<TrustValues, 'trust' | 'trust-key' | 'trust-state'>,
  at: Date,
): Promise<{ readonly anchors: Certificate[] } | { readonly list: TrustList }> {
  const { trust: place, 'trust-key': keyFile, 'trust-state': stateFile } = values;
  // A folder holds anchors: of its files none has a name like this.
  const isFile = place !== undefined && (await filesOf(place, /(?!)/)).length > 0;
  const jws = isFile ? trustListText(await readInput(place)) : undefined;
  if (jws === undefined) {
    if (keyFile !== undefined || stateFile !== undefined)
      throw new GovError('usage', '--trust-key and --trust-state go with a trust list (--trust LIST.jws)');
    return { anchors: await certificatesAt(place) };
  }
  if (keyFile === undefined) throw new GovError('usage', `${place} is a trust list: it needs --trust-key FILE`);
  const { list, report } = await verifyTrustListFile(jws, { keys: await publicKeysOf(keyFile), at, stateFile });
  if (list !== undefined) return { list };
  const failed = report.findings.filter(({ outcome }) => outcome === 'fail');
  const rollback = failed.some(({ code }) => code === 'trust-list-rollback');
  const why = failed.map(({ code, detail }) => `${code} (${detail})`).join(', ');
  throw new GovError(rollback ? 'trust-list-rollback' : 'trust-list-untrusted', `${place}: ${why}`);
}

/** Certificates of a file, or of every .pem, .crt, .cer and .der of a folder. */
export async function certificatesAt(place: string | undefined): Promise<Certificate[]> {
  if (place === undefined) return [];
  const certificates: Certificate[] = [];
  for (const file of await filesOf(place, /\.(pem|crt|cer|der)$/i)) {
    const bytes = await readInput(file);
    const found = readCertificates(bytes);
    // A folder may hold keys beside the certificates; a file that was named must hold one.
    if (found.length === 0 && file === place && looksLikePem(bytes)) {
      throw new GovError('certificate-malformed', `no certificate in ${file}`);
    }
    certificates.push(...found);
  }
  return certificates;
}
