/** pkijs as a peer of `@gov/pki`: whatever WebCrypto signs with. */
import { type Algorithm, type Exhibits, KEYLESS, type Thing } from './exhibits.js';
import type { Or, Peer, Skill } from './matrix.js';
import {
  certificate,
  chain,
  crl,
  csr,
  isKnown,
  ocspRequest,
  ocspResponse,
  type PkijsAlgorithm,
  PkijsPki,
} from './pkijs-certificates.js';
import { pkcs8, pkcs12, signedData, timestampRequest, timestampToken } from './pkijs-cms.js';

type Skills = { readonly [T in Thing]: (pki: PkijsPki) => Or<Skill<Exhibits[T]>> };

const NO_KEY = 'RSA and ECDSA only: it leaves keys to WebCrypto, which has no SM2, and knows no Ed25519';
const NO_SM3 = 'no SM3: hashes are those of WebCrypto';
const NO_SM4 = 'no SM4: ciphers are those of WebCrypto';
const NO_3DES = 'no RC2, no 3DES: ciphers are those of WebCrypto';

const SKILLS: Skills = {
  certificate,
  'certificate for a use of ours': certificate,
  chain,
  CSR: csr,
  CRL: crl,
  'OCSP request': ocspRequest,
  'OCSP response': ocspResponse,
  'CMS SignedData, attached': (pki) => signedData(pki, { attached: true, signers: 1 }),
  'CMS SignedData, detached': (pki) => signedData(pki, { attached: false, signers: 1 }),
  'CMS SignedData, two signers': (pki) => signedData(pki, { attached: true, signers: 2 }),
  'CMS EnvelopedData, SM4-CBC': () => NO_SM4,
  'CMS AuthEnvelopedData, SM4-GCM': () => NO_SM4,
  'timestamp request, SM3': () => NO_SM3,
  'timestamp request, SHA-256': timestampRequest,
  'timestamp token, SM3': () => NO_SM3,
  'timestamp token, SHA-256': timestampToken,
  'PKCS#12, AES-256': pkcs12,
  'PKCS#12, SM4': () => NO_SM4,
  'PKCS#12, RC2 and 3DES': () => NO_3DES,
  'encrypted PKCS#8, AES-256': pkcs8,
  'encrypted PKCS#8, SM4': () => NO_SM4,
};

export function pkijsPeer(version: string): Peer {
  const pkis = new Map<PkijsAlgorithm, PkijsPki>();
  const pkiOf = (algorithm: PkijsAlgorithm): PkijsPki => {
    const pki = pkis.get(algorithm) ?? new PkijsPki(algorithm);
    pkis.set(algorithm, pki);
    return pki;
  };
  return {
    name: 'pkijs',
    version,
    exceptions: [],
    skill<T extends Thing>(thing: T, algorithm: Algorithm): Or<Skill<Exhibits[T]>> {
      const used = KEYLESS.includes(thing) ? 'RSA' : algorithm;
      const skill = SKILLS[thing] as (pki: PkijsPki) => Or<Skill<Exhibits[T]>>;
      if (!isKnown(used)) return NO_KEY;
      return skill(pkiOf(used));
    },
  };
}
