/** RSA, ECDSA and Ed25519 by WebCrypto. */
import type { SignatureAlgorithm, Verifier } from '../signer.js';

/** @param spki of a key that fits the algorithm */
export function foreignVerifier(spki: Uint8Array, algorithm: SignatureAlgorithm): Verifier {
  const parameters = parametersOf(algorithm);
  const key = () => crypto.subtle.importKey('spki', owned(spki), parameters, false, ['verify']);
  let imported: ReturnType<typeof key> | undefined;
  return {
    algorithm,
    publicKey: spki,
    async verify(message, signature) {
      imported ??= key();
      try {
        return await crypto.subtle.verify(parameters, await imported, owned(signature), owned(message));
      } catch {
        // A key that the runtime refuses (a point off the curve) verifies nothing.
        return false;
      }
    },
  };
}

function parametersOf(algorithm: SignatureAlgorithm) {
  const bits = algorithm.slice(-3);
  const hash = `SHA-${bits}`;
  if (algorithm.startsWith('RSA-PSS')) return { name: 'RSA-PSS', hash, saltLength: Number(bits) / 8 };
  if (algorithm.startsWith('RSA')) return { name: 'RSASSA-PKCS1-v1_5', hash };
  return algorithm === 'Ed25519'
    ? { name: 'Ed25519' }
    : { name: 'ECDSA', namedCurve: `P-${algorithm.slice(7, 10)}`, hash };
}

/** WebCrypto's types want bytes that no SharedArrayBuffer backs. */
const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);
