/**
 * P-256 by the OpenSSL of Node, which opens compressed points. It is given the key as a JWK: reading DER takes OpenSSL 3 half as
 * long again, and who is new at a gate waits for it.
 */
import { createPublicKey, ECDH, verify } from 'node:crypto';
import type { Verifier } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { p256Spki } from './p256-spki.js';

/** @throws GovError `key-malformed` for a point off the curve */
export function p256Verifier(compressed: Uint8Array): Verifier {
  const point = openPoint(compressed);
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((half) => half.toString('base64url')) as [
    string,
    string,
  ];
  const key = createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  return {
    algorithm: 'ECDSA-P256-SHA256',
    // Encoded when it is asked for: gates only verify.
    get publicKey() {
      return p256Spki(point);
    },
    verify: async (message, signature) =>
      signature.length === 64 && verify('sha256', message, { key, dsaEncoding: 'ieee-p1363' }, signature),
  };
}

function openPoint(compressed: Uint8Array): Buffer {
  try {
    return ECDH.convertKey(compressed, 'prime256v1', undefined, undefined, 'uncompressed') as Buffer;
  } catch (cause) {
    throw new GovError('key-malformed', 'the device key is not a point of P-256', { cause });
  }
}
