/** The folder of a development CA: its certificate and key, and the record of what it issued. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Certificate, formatName, readCertificates } from '@gov/pki';
import type { CertificateAuthority } from '@gov/pki/dev-ca';
import { readPrivateKey } from '@gov/pki/private-key';
import type { SignatureAlgorithm } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { appendLine, readInput } from './files.js';

/** What `--algorithm` takes, and the signature algorithm of such a key. */
export const KEY_ALGORITHMS = {
  sm2: 'SM2-SM3',
  rsa: 'RSA-PKCS1-SHA256',
  p256: 'ECDSA-P256-SHA256',
  p384: 'ECDSA-P384-SHA384',
  ed25519: 'Ed25519',
} as const satisfies Readonly<Record<string, SignatureAlgorithm>>;

/** @throws GovError `usage` */
export function algorithmOf(name = 'sm2'): SignatureAlgorithm {
  if (!Object.hasOwn(KEY_ALGORITHMS, name))
    throw new GovError('usage', `--algorithm is ${Object.keys(KEY_ALGORITHMS).join(', ')}, not "${name}"`);
  return KEY_ALGORITHMS[name as keyof typeof KEY_ALGORITHMS];
}

/** A root lies in `root.…`, an intermediate CA in `ca.…`. */
export const caFiles = (folder: string, name: 'root' | 'ca') => ({
  certificate: join(folder, `${name}.crt.pem`),
  privateKey: join(folder, `${name}.key.pem`),
});

interface CaFolder extends CertificateAuthority {
  /** The CA's own certificate, then those above it up to the root. */
  readonly path: readonly Certificate[];
}

/** What `gov ca init` wrote. @throws GovError `file-missing`, and what reading throws */
export async function readCaFolder(folder: string): Promise<CaFolder> {
  const intermediate = caFiles(folder, 'ca');
  const files = (await exists(intermediate.certificate)) ? intermediate : caFiles(folder, 'root');
  const path = readCertificates(await readInput(files.certificate));
  const [certificate] = path;
  if (certificate === undefined) throw new GovError('certificate-malformed', `no certificate in ${files.certificate}`);
  return { certificate, signer: await readPrivateKey(await readInput(files.privateKey)), path };
}

/** One line of the record: what a CA must know to revoke it again. */
interface IssuedRecord {
  /** Serial number, hexadecimal. */
  readonly serial: string;
  readonly subject: string;
  /** RFC 3339 */
  readonly notAfter: string;
  /** A use, `encryption` of dual certificates, or `ca`. */
  readonly use: string;
}

export const issuedRecord = (folder: string): string => join(folder, 'issued.jsonl');

/** @throws GovError `file-unwritable` */
export async function recordIssued(
  folder: string,
  { serialNumber, subject, notAfter }: Certificate,
  use: string,
): Promise<void> {
  const record: IssuedRecord = {
    serial: serialNumber.toString(16),
    subject: formatName(subject),
    notAfter: notAfter.toISOString(),
    use,
  };
  await appendLine(issuedRecord(folder), JSON.stringify(record));
}

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
