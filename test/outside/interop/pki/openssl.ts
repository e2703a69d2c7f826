/** The command `openssl` as a peer of `@gov/pki`. */
import type { Algorithm, Exhibits, Thing } from './exhibits.js';
import type { Or, Peer, Skill } from './matrix.js';
import { certificate, chain, crl, csr, ocspRequest, ocspResponse } from './openssl-certificates.js';
import { envelopedData, signedData, timestampRequest, timestampToken } from './openssl-cms.js';
import { pkcs8, pkcs12 } from './openssl-keys.js';
import type { Openssl } from './openssl-shell.js';

type Skills = { readonly [T in Thing]: (openssl: Openssl, algorithm: Algorithm) => Or<Skill<Exhibits[T]>> };

const SKILLS: Skills = {
  certificate,
  'certificate for a use of ours': certificate,
  chain,
  CSR: csr,
  CRL: crl,
  'OCSP request': ocspRequest,
  'OCSP response': ocspResponse,
  'CMS SignedData, attached': (openssl, algorithm) => signedData(openssl, algorithm, { attached: true, signers: 1 }),
  'CMS SignedData, detached': (openssl, algorithm) => signedData(openssl, algorithm, { attached: false, signers: 1 }),
  'CMS SignedData, two signers': (openssl, algorithm) => signedData(openssl, algorithm, { attached: true, signers: 2 }),
  'CMS EnvelopedData, SM4-CBC': envelopedData,
  'CMS AuthEnvelopedData, SM4-GCM': () => '`cms` takes no SM2 key, and `enc` has no AEAD modes',
  'timestamp request, SM3': (openssl) => timestampRequest(openssl, 'sm3'),
  'timestamp request, SHA-256': (openssl) => timestampRequest(openssl, 'sha256'),
  'timestamp token, SM3': (openssl, algorithm) => timestampToken(openssl, algorithm, 'sm3'),
  'timestamp token, SHA-256': (openssl, algorithm) => timestampToken(openssl, algorithm, 'sha256'),
  'PKCS#12, AES-256': (openssl, algorithm) => pkcs12(openssl, algorithm, [], false),
  'PKCS#12, SM4': (openssl, algorithm) =>
    pkcs12(openssl, algorithm, ['-keypbe', 'sm4-cbc', '-certpbe', 'sm4-cbc', '-macalg', 'sm3'], false),
  'PKCS#12, RC2 and 3DES': (openssl, algorithm) => pkcs12(openssl, algorithm, [], true),
  'encrypted PKCS#8, AES-256': (openssl, algorithm) => pkcs8(openssl, algorithm, 'aes-256-cbc'),
  'encrypted PKCS#8, SM4': (openssl, algorithm) => pkcs8(openssl, algorithm, 'sm4-cbc'),
};

export const opensslPeer = (openssl: Openssl): Peer => ({
  name: 'openssl',
  version: openssl.version,
  exceptions: [
    {
      ...{ thing: 'PKCS#12, SM4', at: 'take' },
      why: 'we derive its keys with HMAC-SM3, which OpenSSL knows from 3.2 on',
    },
  ],
  skill: (thing, algorithm) => SKILLS[thing](openssl, algorithm),
});
