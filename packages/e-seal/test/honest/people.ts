/** Who signs besides the office: standard signatures by RSA and ECDSA, and an authority that stamps the time. */
import { type Certificate, TrustStore } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { requestTimestamp } from '@gov/pki/timestamp';
import { tsaHandler } from '@gov/pki/tsa';
import type { Signer } from '@gov/sm';
import { type Holder, TIMES } from '../../../../test/world.js';

const VALIDITY = { notBefore: TIMES.certificatesFrom, notAfter: TIMES.certificatesTo };
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;
const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

async function rsa(): Promise<Signer> {
  const how = { ...RSA, modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1) };
  const { publicKey, privateKey } = await crypto.subtle.generateKey(how, true, ['sign', 'verify']);
  return {
    algorithm: 'RSA-PKCS1-SHA256',
    publicKey: new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign(RSA, privateKey, Uint8Array.from(message))),
  };
}

async function p256(): Promise<Signer> {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  return {
    algorithm: 'ECDSA-P256-SHA256',
    publicKey: new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)),
    sign: async (message) => new Uint8Array(await crypto.subtle.sign(P256, privateKey, Uint8Array.from(message))),
  };
}

export interface People {
  readonly root: Certificate;
  readonly rsa: Holder;
  readonly ecdsa: Holder;
  /** The root's own key, for its revocation list. */
  readonly ca: Holder;
  /** A timestamp at a time, on whatever is given. */
  readonly stampAt: (time: Date) => (content: Uint8Array) => Promise<Uint8Array>;
}

/** A second root, RSA, as signers outside China have. */
export async function makePeople(): Promise<People> {
  const signer = await rsa();
  const root = await issueRoot({ ...VALIDITY, subject: 'CN=Foreign Root,C=XX', signer });
  const ca = { certificate: root, signer };
  const leaf = async (name: string, key: Signer, use: 'signer' | 'timestamp'): Promise<Holder> => ({
    certificate: await issueLeaf({ ...VALIDITY, ca, subject: `CN=${name},C=XX`, publicKey: key.publicKey, use }),
    signer: key,
  });
  const tsa = await leaf('Timestamps', await rsa(), 'timestamp');
  let serial = 0n;
  const stampAt = (time: Date) => async (content: Uint8Array) => {
    const fetch = tsaHandler({ ...tsa, policy: '1.2.3.4', clock: () => time, serial: async () => ++serial });
    return (await requestTimestamp('http://tsa/', { content, hash: 'SHA-256' }, { fetch, at: time })).bytes;
  };
  return {
    root,
    ca,
    rsa: await leaf('Rivest', await rsa(), 'signer'),
    ecdsa: await leaf('Koblitz', await p256(), 'signer'),
    stampAt,
  };
}

/** Believes both roots. */
export const trustBoth = (first: Certificate, { root }: People): TrustStore =>
  new TrustStore({ anchors: [first, root] });
