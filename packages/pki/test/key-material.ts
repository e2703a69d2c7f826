/** Keys of Node's OpenSSL, and verification by it, for measuring what reads and writes key files. */
import { constants, createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { readSm2PublicKey, type Signer, sm2Verifier } from '@gov/sm';
import { isGovError } from '@gov/verdict';

export const text = (value: string) => new TextEncoder().encode(value);

/** The code of the GovError that `run` throws; any other error is let through, for a test to fail on. */
export async function codeOf(run: () => Promise<unknown>): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (isGovError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

interface ForeignKey {
  readonly key: KeyObject;
  readonly spki: Uint8Array;
  readonly forms: readonly { readonly type: string; readonly der: Uint8Array; readonly pem: string }[];
}

function foreignKey(key: KeyObject, types: readonly ('pkcs8' | 'sec1' | 'pkcs1')[]): ForeignKey {
  const forms = types.map((type) => ({
    type,
    // The types of Node know `export` by its own options only.
    der: new Uint8Array(key.export({ format: 'der', type: type as 'pkcs8' })),
    pem: String(key.export({ format: 'pem', type: type as 'pkcs8' })),
  }));
  return { key, spki: new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' })), forms };
}

export const foreignKeys = (): Readonly<Record<string, ForeignKey>> => ({
  rsa: foreignKey(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey, ['pkcs8', 'pkcs1']),
  p256: foreignKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, ['pkcs8', 'sec1']),
  p384: foreignKey(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey, ['pkcs8', 'sec1']),
  p521: foreignKey(generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey, ['pkcs8', 'sec1']),
  ed25519: foreignKey(generateKeyPairSync('ed25519').privateKey, ['pkcs8']),
});

/** Whether what a signer signs fits its public key, asked of Node's OpenSSL where it knows the algorithm. */
export async function verifies(signer: Signer, message: Uint8Array): Promise<boolean> {
  const signature = await signer.sign(message);
  const { algorithm, publicKey } = signer;
  if (algorithm === 'SM2-SM3') return sm2Verifier(readSm2PublicKey(publicKey)).verify(message, signature);
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  if (algorithm === 'Ed25519') return verify(null, message, key, signature);
  const hash = `sha${algorithm.slice(-3)}`;
  if (algorithm.startsWith('ECDSA')) return verify(hash, message, { key, dsaEncoding: 'ieee-p1363' }, signature);
  const padding = algorithm.startsWith('RSA-PSS') ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  return verify(hash, message, { key, padding }, signature);
}
