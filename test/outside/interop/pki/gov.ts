/** `@gov/pki`, as the others are. */
import type { Algorithm, Exhibits, Thing } from './exhibits.js';
import {
  certificate,
  certificateForUse,
  chain,
  crl,
  csr,
  GovPki,
  ocspRequest,
  ocspResponse,
} from './gov-certificates.js';
import { envelopedData, signedData, timestampRequest, timestampToken } from './gov-cms.js';
import { pkcs8, pkcs12 } from './gov-keys.js';
import type { Or, Peer, Skill } from './matrix.js';

const SM2_ENVELOPES = '`@gov/pki` encrypts to SM2 keys only, with SM4 (GB/T 35275)';

type Skills = { readonly [T in Thing]: (pki: GovPki) => Or<Skill<Exhibits[T]>> };

const SKILLS: Skills = {
  certificate,
  'certificate for a use of ours': certificateForUse,
  chain,
  CSR: csr,
  CRL: crl,
  'OCSP request': ocspRequest,
  'OCSP response': ocspResponse,
  'CMS SignedData, attached': (pki) => signedData(pki, { attached: true, signers: 1 }),
  'CMS SignedData, detached': (pki) => signedData(pki, { attached: false, signers: 1 }),
  'CMS SignedData, two signers': (pki) => signedData(pki, { attached: true, signers: 2 }),
  'CMS EnvelopedData, SM4-CBC': (pki) => (pki.algorithm === 'SM2' ? envelopedData(pki) : SM2_ENVELOPES),
  'CMS AuthEnvelopedData, SM4-GCM': envelopedData,
  'timestamp request, SM3': (pki) => timestampRequest(pki, 'SM3'),
  'timestamp request, SHA-256': (pki) => timestampRequest(pki, 'SHA-256'),
  'timestamp token, SM3': (pki) => timestampToken(pki, 'SM3'),
  'timestamp token, SHA-256': (pki) => timestampToken(pki, 'SHA-256'),
  'PKCS#12, AES-256': (pki) => pkcs12(pki, 'aes'),
  'PKCS#12, SM4': (pki) => pkcs12(pki, 'sm4'),
  'PKCS#12, RC2 and 3DES': (pki) => ({ ...pkcs12(pki, 'aes'), make: 'we read RC2 and 3DES and write neither' }),
  'encrypted PKCS#8, AES-256': (pki) => pkcs8(pki, 'AES-256-CBC'),
  'encrypted PKCS#8, SM4': (pki) => pkcs8(pki, 'SM4-CBC'),
};

export function govPeer(): Peer {
  const pkis = new Map<Algorithm, GovPki>();
  const pkiOf = (algorithm: Algorithm): GovPki => {
    const pki = pkis.get(algorithm) ?? new GovPki(algorithm);
    pkis.set(algorithm, pki);
    return pki;
  };
  return {
    name: '@gov/pki',
    version: '',
    exceptions: [],
    skill<T extends Thing>(thing: T, algorithm: Algorithm): Or<Skill<Exhibits[T]>> {
      return (SKILLS[thing] as (pki: GovPki) => Or<Skill<Exhibits[T]>>)(pkiOf(algorithm));
    },
  };
}
