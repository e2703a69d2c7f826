/** The command `openssl` in one folder of its own, and the small PKI that it makes there for each algorithm. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Tool, workFolder } from '../../tools.js';
import type { Bytes } from '../peer.js';
import { SIGNER_USE } from './assemble.js';
import { type Algorithm, keyHolder, NAMES } from './exhibits.js';

/** GB/T 35276: what everybody hashes into ZA. openssl takes an empty ID where nothing is said. */
export const DISTID = 'distid:1234567812345678';

const CONFIG = `[req]
distinguished_name = dn
[dn]
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[intermediate]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[leaf]
keyUsage = critical, digitalSignature, nonRepudiation
extendedKeyUsage = ${SIGNER_USE}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[recipient]
keyUsage = critical, keyEncipherment, keyAgreement
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[timestamp]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
`;

export interface Run {
  readonly ok: boolean;
  readonly stdout: Bytes;
  readonly text: string;
}

export interface Identity {
  /** Names of files in the shell's folder. */
  readonly key: string;
  readonly certificate: string;
}

export type Section = 'intermediate' | 'leaf' | 'recipient' | 'timestamp';

export interface Openssl extends Disposable {
  readonly version: string;
  /** Runs it; the arguments name files of the folder. */
  try(...args: readonly string[]): Run;
  /** The same, an error where it fails; answers standard output. */
  run(...args: readonly string[]): Bytes;
  /** A new file of these contents, named. */
  file(contents: Bytes | string): string;
  bytes(name: string): Bytes;
  /** A certificate in a file, as DER. */
  der(certificate: string): Bytes;
  /** Certificates in DER, as one PEM file. */
  pem(...certificates: readonly Bytes[]): string;
  /** A new name for a file to be written. */
  fresh(): string;
  root(algorithm: Algorithm): Identity;
  stranger(algorithm: Algorithm): Identity;
  issue(algorithm: Algorithm, section: Section, name: string, by: Identity): Identity;
  /** One per holder: keys of RSA take their time. */
  keyOf(algorithm: Algorithm, holder: string): string;
  pkcs8(key: string): Bytes;
  spki(key: string): Bytes;
}

/** Digest and options of a signature, of a verification. */
export const signing = (algorithm: Algorithm): readonly string[] =>
  algorithm === 'SM2' ? ['-sm3', '-sigopt', DISTID] : algorithm === 'Ed25519' ? [] : ['-sha256'];
export const verifying = (algorithm: Algorithm): readonly string[] => (algorithm === 'SM2' ? ['-vfyopt', DISTID] : []);

const KEYS: Readonly<Record<Algorithm, readonly string[]>> = {
  SM2: ['-algorithm', 'SM2'],
  RSA: ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  'ECDSA P-256': ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  Ed25519: ['-algorithm', 'ED25519'],
};

export function opensslShell(openssl: Tool): Openssl {
  const folder = workFolder();
  const cwd = folder.path;
  folder.write('config', CONFIG);
  let files = 0;
  let serial = 0x51_00;
  const fresh = (): string => `file${++files}`;
  const attempt = (...args: readonly string[]): Run => {
    const { status, stdout, text } = openssl(args, { cwd });
    return { ok: status === 0, stdout: new Uint8Array(stdout), text };
  };
  const run = (...args: readonly string[]): Bytes => {
    const { ok, stdout, text } = attempt(...args);
    if (!ok) throw new Error(`openssl ${args[0]}: ${text}`);
    return stdout;
  };
  const file = (contents: Bytes | string): string => {
    const name = fresh();
    writeFileSync(join(cwd, name), contents);
    return name;
  };
  const keys = new Map<string, string>();
  const keyOf = (algorithm: Algorithm, holder: string): string => {
    const name = `${algorithm}, ${keyHolder(algorithm, holder)}`;
    const known = keys.get(name);
    if (known !== undefined) return known;
    const key = fresh();
    run('genpkey', ...KEYS[algorithm], '-out', key);
    keys.set(name, key);
    return key;
  };
  const selfSigned = (algorithm: Algorithm, holder: string): Identity => {
    const [key, certificate] = [keyOf(algorithm, holder), fresh()];
    const subject = `/CN=${NAMES.root}`;
    const rest = ['-config', 'config', '-extensions', 'root', '-days', '365', '-out', certificate];
    run('req', '-x509', '-new', '-key', key, ...signing(algorithm), '-subj', subject, ...rest);
    return { key, certificate };
  };
  const roots = new Map<string, Identity>();
  const once = (name: string, make: () => Identity): Identity => {
    const known = roots.get(name) ?? make();
    roots.set(name, known);
    return known;
  };
  return {
    version: /OpenSSL (\S+)/.exec(openssl(['version']).text)?.[1] ?? '?',
    try: attempt,
    run,
    file,
    fresh,
    keyOf,
    bytes: (name) => new Uint8Array(readFileSync(join(cwd, name))),
    der: (certificate) => derIn(readFileSync(join(cwd, certificate), 'utf8')),
    pem: (...certificates) =>
      file(
        certificates
          .map(
            (der) =>
              `-----BEGIN CERTIFICATE-----\n${Buffer.from(der)
                .toString('base64')
                .replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`,
          )
          .join(''),
      ),
    root: (algorithm) => once(algorithm, () => selfSigned(algorithm, 'root')),
    stranger: (algorithm) => once(`${algorithm}, stranger`, () => selfSigned(algorithm, 'stranger')),
    issue(algorithm, section, name, by) {
      const [key, csr, certificate] = [keyOf(algorithm, name), fresh(), fresh()];
      run('req', '-new', '-key', key, ...signing(algorithm), '-subj', `/CN=${name}`, '-config', 'config', '-out', csr);
      const ca = ['-CA', by.certificate, '-CAkey', by.key, '-set_serial', String(serial++)];
      const rest = ['-days', '100', '-extfile', 'config', '-extensions', section, '-out', certificate];
      run('x509', '-req', '-in', csr, ...verifying(algorithm), ...ca, ...signing(algorithm), ...rest);
      return { key, certificate };
    },
    pkcs8: (key) => run('pkcs8', '-topk8', '-nocrypt', '-in', key, '-outform', 'DER'),
    spki: (key) => run('pkey', '-in', key, '-pubout', '-outform', 'DER'),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  };
}

/** The first PEM block; a process for it would take as long as a signature. */
export const derIn = (pem: string): Bytes =>
  new Uint8Array(Buffer.from(/-----BEGIN [^-]+-----([^-]+)-----END/.exec(pem)?.[1] ?? '', 'base64'));

/** The last line that says something, without what differs from run to run. */
export const lastWord = (text: string): string =>
  text
    .trim()
    .split('\n')
    .filter((line) => !line.startsWith('Using configuration'))
    .at(-1)
    ?.replace(/^[0-9A-F]+:error:[0-9A-F]+:/, '')
    .replace(/:\.\.\/.*$/, '') ?? 'refused';
