/**
 * SM2 by Node's OpenSSL at full speed. Node cannot set the signer's ID, but hashing is left to us: over a key imported
 * from bytes, `createSign('sm3').update(ZA).update(message)` is exactly SM2 of GB/T 32918.2 (a key fresh from
 * `generateKeyPairSync` would sign plain ECDSA, and one-shot `crypto.sign` takes an empty ID).
 */
import { createPrivateKey, createPublicKey, createSign, createVerify } from 'node:crypto';
import { bytesToHex, hexToBytes } from '../bytes.js';
import { encodePkcs8, encodeSpki } from '../key-encoding.js';
import { derToRaw, rawToDer } from '../signature.js';
import type { Sm2Backend } from './backend.js';
import { sm2Backend as jsBackend } from './sm2-js.js';

export const native: Sm2Backend = {
  name: 'native',

  // OpenSSL derives the point while reading a PKCS#8 without one; Node exports it as SPKI.
  publicPoint(scalar) {
    const key = createPrivateKey({ key: Buffer.from(encodePkcs8(scalar)), format: 'der', type: 'pkcs8' });
    return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-65));
  },

  signer(scalar, point) {
    const key = createPrivateKey({ key: Buffer.from(encodePkcs8(scalar, point)), format: 'der', type: 'pkcs8' });
    return (za, message) => derToRaw(createSign('sm3').update(za).update(message).sign(key))!;
  },

  verifier(point) {
    const key = createPublicKey({ key: Buffer.from(encodeSpki(point)), format: 'der', type: 'spki' });
    return (za, message, signature) =>
      signature.length === 64 && createVerify('sm3').update(za).update(message).verify(key, rawToDer(signature));
  },
};

let chosen: Sm2Backend | undefined;

/** Native where it passes the known answer, else JavaScript (Bun, Deno and Electron build without the curve). */
export function sm2Backend(): Sm2Backend {
  chosen ??= passesKnownAnswer(native) ? native : jsBackend();
  return chosen;
}

/** The signature of GB/T 32918.5-2017 A.2 must verify, a changed one must not, and a fresh one must verify. */
export function passesKnownAnswer(backend: Sm2Backend): boolean {
  const scalar = hexToBytes('3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8');
  const za = hexToBytes('b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3');
  const signature = hexToBytes(
    'f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3' +
      'b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa',
  );
  const message = new TextEncoder().encode('message digest');
  try {
    const point = backend.publicPoint(scalar);
    if (!bytesToHex(point).startsWith('0409f9df31')) return false;
    const verify = backend.verifier(point);
    const fresh = backend.signer(scalar, point)(za, message);
    return verify(za, message, signature) && verify(za, message, fresh) && !verify(message, message, signature);
  } catch {
    return false;
  }
}
