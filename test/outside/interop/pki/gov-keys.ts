/** Files that keep private keys, by `@gov/pki`. */
import { readPkcs12, writePkcs12 } from '@gov/pki/pkcs12';
import { readPrivateKey } from '@gov/pki/private-key';
import { encryptPrivateKeyInfo, type Pbes2Options } from '@gov/sm/key-encryption';
import { equal } from '../peer.js';
import { type Exhibits, NAMES, PASSWORD } from './exhibits.js';
import type { GovPki } from './gov-certificates.js';
import type { Skill } from './matrix.js';

/** Fewer than the default, which takes a second in tools that are plain JavaScript. */
const ITERATIONS = 2048;

export const pkcs8 = (
  pki: GovPki,
  cipher: NonNullable<Pbes2Options['cipher']>,
): Skill<Exhibits['encrypted PKCS#8, AES-256']> => ({
  make: {
    async run() {
      const { signer, pkcs8 } = await pki.keyOf(NAMES.leaf);
      const file = await encryptPrivateKeyInfo(pkcs8, PASSWORD, { cipher, prf: 'HMAC-SHA256', iterations: ITERATIONS });
      return { file, password: PASSWORD, publicKey: signer.publicKey };
    },
  },
  take: {
    async run({ file, password, publicKey }) {
      const { publicKey: found } = await readPrivateKey(file, { password });
      return equal(found, publicKey) ? undefined : 'another key';
    },
  },
});

export const pkcs12 = (pki: GovPki, cipher: 'aes' | 'sm4'): Skill<Exhibits['PKCS#12, AES-256']> => ({
  make: {
    async run() {
      const [root, { certificate, pkcs8: key, signer }] = await Promise.all([pki.root(), pki.leaf()]);
      const certificates = [certificate, root.certificate];
      const file = await writePkcs12({
        key,
        certificates,
        password: PASSWORD,
        cipher,
        friendlyName: 'interop',
        iterations: ITERATIONS,
      });
      return { file, password: PASSWORD, publicKey: signer.publicKey, certificate: certificate.bytes };
    },
  },
  take: {
    async run({ file, password, publicKey, certificate }) {
      const { keys, authenticated } = await readPkcs12(file, password);
      if (!authenticated) return 'not authenticated';
      const [key] = keys;
      if (key === undefined || !equal(key.signer.publicKey, publicKey)) return 'another key';
      return key.certificate !== undefined && equal(key.certificate.bytes, certificate)
        ? undefined
        : 'another certificate';
    },
  },
});
