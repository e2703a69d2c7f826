/** Files that keep private keys, by the command `openssl`. */
import type { Bytes } from '../peer.js';
import { equal } from '../peer.js';
import { type Algorithm, type Exhibits, NAMES, PASSWORD } from './exhibits.js';
import type { Skill } from './matrix.js';
import { derIn, type Openssl } from './openssl-shell.js';

const withPassword = (password: string): readonly string[] => ['-passin', `pass:${password}`];

const publicKeyIn = (openssl: Openssl, pem: Bytes): Bytes =>
  openssl.run('pkey', '-in', openssl.file(pem), '-pubout', '-outform', 'DER');

export function pkcs12(
  openssl: Openssl,
  algorithm: Algorithm,
  how: readonly string[],
  legacy: boolean,
): Skill<Exhibits['PKCS#12, AES-256']> {
  const old = legacy ? ['-legacy'] : [];
  return {
    make: {
      run() {
        const root = openssl.root(algorithm);
        const { key, certificate } = openssl.issue(algorithm, 'leaf', NAMES.leaf, root);
        const out = openssl.fresh();
        openssl.run(
          ...['pkcs12', '-export', ...old, ...how, '-inkey', key, '-in', certificate, '-certfile', root.certificate],
          ...['-name', 'interop', '-passout', `pass:${PASSWORD}`, '-out', out],
        );
        return {
          file: openssl.bytes(out),
          password: PASSWORD,
          publicKey: openssl.spki(key),
          certificate: openssl.der(certificate),
        };
      },
    },
    take: {
      run({ file, password, publicKey, certificate }) {
        const open = (...what: readonly string[]) =>
          openssl.run('pkcs12', ...old, '-in', openssl.file(file), ...withPassword(password), '-nodes', ...what);
        if (!equal(publicKeyIn(openssl, open('-nocerts')), publicKey)) return 'another key';
        const found =
          Buffer.from(open('-nokeys'))
            .toString()
            .match(/-----BEGIN[^-]+-----[^-]+-----END/g) ?? [];
        return found.some((pem) => equal(derIn(pem), certificate)) ? undefined : 'another certificate';
      },
    },
  };
}

export const pkcs8 = (
  openssl: Openssl,
  algorithm: Algorithm,
  cipher: string,
): Skill<Exhibits['encrypted PKCS#8, AES-256']> => ({
  make: {
    run() {
      const key = openssl.keyOf(algorithm, NAMES.leaf);
      const how = ['-v2', cipher, '-v2prf', 'hmacWithSHA256', '-passout', `pass:${PASSWORD}`, '-outform', 'DER'];
      return {
        file: openssl.run('pkcs8', '-topk8', '-in', key, ...how),
        password: PASSWORD,
        publicKey: openssl.spki(key),
      };
    },
  },
  take: {
    run({ file, password, publicKey }) {
      const read = ['-in', openssl.file(file), '-inform', 'DER', ...withPassword(password)];
      return equal(openssl.run('pkey', ...read, '-pubout', '-outform', 'DER'), publicKey) ? undefined : 'another key';
    },
  },
});
