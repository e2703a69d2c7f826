/** Signers on the private keys of JWKs. */
import { der } from '@gov/der';
import { readSm2PrivateKey, type SignatureAlgorithm, type Signer, sm2Signer } from '@gov/sm';
import { foreignVerifier } from '@gov/sm/foreign-verifier';
import { GovError } from '@gov/verdict';
import { CURVE_OIDS } from './public-key.js';

/** @throws GovError `key-malformed` for a scalar outside 1 … n − 2, `key-mismatch` */
export function sm2JwkSigner(scalar: Uint8Array, { x, y }: { readonly x: Uint8Array; readonly y: Uint8Array }): Signer {
  // ECPrivateKey (RFC 5915) with the public key, which its reader compares.
  const sec1 = der.sequence(
    der.integer(1),
    der.octetString(scalar),
    der.explicit(0, der.oid(CURVE_OIDS.SM2)),
    der.explicit(1, der.bitString(Uint8Array.of(4, ...x, ...y))),
  );
  try {
    return sm2Signer(readSm2PrivateKey(sec1));
  } finally {
    sec1.fill(0);
    scalar.fill(0);
  }
}

/**
 * RSA, ECDSA and Ed25519 by WebCrypto.
 *
 * @param jwk only the numbers: a runtime judges `use`, `key_ops` and `alg` in its own way
 *
 * @throws GovError `key-malformed` for a key that the runtime refuses, `key-mismatch`
 */
export async function foreignJwkSigner(
  jwk: JsonWebKey,
  algorithm: SignatureAlgorithm,
  publicKey: Uint8Array,
): Promise<Signer> {
  const parameters = parametersOf(algorithm);
  const key = await crypto.subtle.importKey('jwk', jwk, parameters, false, ['sign']).catch((cause: unknown) => {
    throw new GovError('key-malformed', 'JWK: the runtime refuses the private key', { cause });
  });
  const sign = async (message: Uint8Array): Promise<Uint8Array> =>
    new Uint8Array(await crypto.subtle.sign(parameters, key, Uint8Array.from(message)));
  const probe = new TextEncoder().encode('JWK');
  if (!(await foreignVerifier(publicKey, algorithm).verify(probe, await sign(probe))))
    throw new GovError('key-mismatch', 'JWK: the private key does not belong to the public one');
  return { algorithm, publicKey, sign };
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
