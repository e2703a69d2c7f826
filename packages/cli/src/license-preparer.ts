/** Who signs licences in bulk: the options of `gov license batch` and `gov license worker`. */
import { availableParallelism } from 'node:os';
import { handlePreparer, type RangePreparer } from '@gov/e-license/batch';
import { licenseThreads } from '@gov/e-license/batch/threads';
import { looksLikePkcs12 } from '@gov/pki/pkcs12';
import { openPrivateKey } from '@gov/pki/private-key';
import { readSm2PrivateKey } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { certificateOf, PASSWORD_FILE, signerOf } from './arguments.js';
import type { OptionDefinition } from './command.js';
import { readInput } from './files.js';
import { readPassword } from './password.js';

export const PREPARER_OPTIONS = {
  cert: {
    type: 'string',
    value: 'C',
    about: { en: "the issuer's certificate", zh: '颁发机构的证书' },
  },
  key: { type: 'string', value: 'K', about: { en: "the issuer's private key", zh: '颁发机构的私钥' } },
  'key-password-file': PASSWORD_FILE,
  threads: {
    type: 'string',
    value: 'N',
    about: { en: 'threads that sign (default: one for each core)', zh: '签名线程数（默认每核一个）' },
  },
  backend: {
    type: 'string',
    value: 'native|wasm',
    about: { en: 'implementation of SM2 that signs (wasm)', zh: '签名所用的 SM2 实现（默认 wasm）' },
  },
} as const satisfies Readonly<Record<string, OptionDefinition>>;

interface PreparerValues {
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly 'key-password-file': string | undefined;
  readonly threads: string | undefined;
  readonly backend: string | undefined;
}

export type ClosablePreparer = RangePreparer & { close(): Promise<void> };

/**
 * Threads that hold the key; the key of a PKCS#12 stays a handle of this thread.
 *
 * @throws GovError `usage`, `key-mismatch` and what reading keys and certificates throws
 */
export async function preparerOf(
  values: PreparerValues,
  readStdin: () => Promise<Uint8Array>,
): Promise<ClosablePreparer> {
  const { cert, key: keyFile, 'key-password-file': passwordFile } = values;
  if (cert === undefined || keyFile === undefined) throw new GovError('usage', 'issuing needs --cert and --key');
  const backend = backendOf(values.backend);
  const threads = wholeOf(values.threads, 'threads') ?? availableParallelism();
  const certificate = await certificateOf(cert);
  const input = await readInput(keyFile);
  if (looksLikePkcs12(input)) {
    const signer = await signerOf(keyFile, passwordFile, readStdin);
    return { ...handlePreparer({ certificate, signer }), close: async () => undefined };
  }
  const password = passwordFile === undefined ? undefined : await readPassword(passwordFile, readStdin);
  const pkcs8 = await openPrivateKey(input, password);
  try {
    const key = readSm2PrivateKey(pkcs8);
    return await licenseThreads({ certificate, key, threads, ...(backend === undefined ? {} : { backend }) });
  } finally {
    pkcs8.fill(0);
  }
}

function backendOf(text: string | undefined): 'native' | 'wasm' | undefined {
  if (text === undefined || text === 'native' || text === 'wasm') return text;
  throw new GovError('usage', '--backend is native or wasm');
}

/** @throws GovError `usage` for anything but a whole number from 1 */
export function wholeOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new GovError('usage', `--${name} is a whole number from 1`);
  return Number(text);
}
