/** Reading what people type: numbers, times, certificates, trust. */

import { looksLikePem } from '@gov/der/pem';
import { isDate } from '@gov/e-license';
import { type Certificate, parseName, readCertificate, readCertificates, TrustStore } from '@gov/pki';
import { readSm2PrivateKey, type Signer, sm2Signer } from '@gov/sm';
import { readEncryptedSm2PrivateKey } from '@gov/sm/key-encryption';
import { type Check, GovError } from '@gov/verdict';
import type { OptionDefinition } from './command.js';
import { filesOf, readInput } from './files.js';
import { readKeyItem } from './key-file.js';
import { readPassword } from './password.js';

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
 * A signer on a key file: PKCS#8 or SEC1, or encrypted PKCS#8 with the file of its password.
 *
 * @throws GovError `usage` for a password that nothing needs; `key-encrypted`, `password-wrong` and what reading throws
 */
export async function signerOf(
  file: string,
  passwordFile?: string,
  readStdin: () => Promise<Uint8Array> = async () => new Uint8Array(),
): Promise<Signer> {
  const input = await readInput(file);
  if (passwordFile === undefined) return sm2Signer(readSm2PrivateKey(input));
  if (readKeyItem(input).kind !== 'encrypted')
    throw new GovError('usage', `${file} is not encrypted: its password file does nothing`);
  return sm2Signer(await readEncryptedSm2PrivateKey(input, await readPassword(passwordFile, readStdin)));
}

/** Options of every verb that verifies. */
export const TRUST_OPTIONS = {
  trust: { type: 'string', value: 'FILE|DIR', about: 'trust anchors, PEM or DER' },
  certs: { type: 'string', value: 'FILE|DIR', about: 'certificates to look up, untrusted by themselves' },
  profile: { type: 'string', value: 'strict|lenient', about: 'how real-world encodings are judged (lenient)' },
  require: { type: 'string', value: 'LIST', about: 'also demand: revocation, status, timestamp' },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

interface TrustValues {
  readonly trust: string | undefined;
  readonly certs: string | undefined;
  readonly profile: string | undefined;
  readonly require: string | undefined;
}

/** What `--trust`, `--certs`, `--profile` and `--require` say. @throws GovError `usage` and what reading throws */
export async function trustOf(
  values: TrustValues,
): Promise<{ readonly trust: TrustStore; readonly require: readonly Check[] }> {
  const profile = values.profile ?? 'lenient';
  if (profile !== 'strict' && profile !== 'lenient') throw new GovError('usage', '--profile is strict or lenient');
  const optional: readonly string[] = ['revocation', 'status', 'timestamp'];
  const require = values.require?.split(',').filter((name) => name !== '') ?? [];
  for (const name of require) {
    if (!optional.includes(name)) throw new GovError('usage', `--require takes ${optional.join(', ')}, not "${name}"`);
  }
  return {
    trust: new TrustStore({
      anchors: await certificatesAt(values.trust),
      certificates: await certificatesAt(values.certs),
      profile,
    }),
    require: require as Check[],
  };
}

/** Certificates of a file, or of every .pem, .crt, .cer and .der of a folder. */
async function certificatesAt(place: string | undefined): Promise<Certificate[]> {
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
