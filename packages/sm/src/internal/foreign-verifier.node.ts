/** RSA, ECDSA and Ed25519 by the OpenSSL of Node: several times as fast as its WebCrypto, which goes through other threads. */
import { constants, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { SignatureAlgorithm, Verifier } from '../signer.js';

/** @param spki of a key that fits the algorithm */
export function foreignVerifier(spki: Uint8Array, algorithm: SignatureAlgorithm): Verifier {
  const bits = algorithm.slice(-3);
  const hash = algorithm === 'Ed25519' ? null : `sha${bits}`;
  const padding = algorithm.startsWith('RSA-PSS')
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: Number(bits) / 8 }
    : {};
  let key: KeyObject | undefined;
  return {
    algorithm,
    publicKey: spki,
    async verify(message, signature) {
      try {
        key ??= createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
        return verify(hash, message, { key, dsaEncoding: 'ieee-p1363', ...padding }, signature);
      } catch {
        // A key that OpenSSL refuses (a point off the curve) verifies nothing.
        return false;
      }
    },
  };
}
