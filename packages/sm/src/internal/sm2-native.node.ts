/**
 * SM2 by Node's OpenSSL at full speed. Node cannot set the signer's ID, but hashing is left to us: over a key imported
 * from bytes, `createSign('sm3').update(ZA).update(message)` is exactly SM2 of GB/T 32918.2 (a key fresh from
 * `generateKeyPairSync` would sign plain ECDSA, and one-shot `crypto.sign` takes an empty ID).
 */
import { createPrivateKey, createPublicKey, createSign, createVerify } from 'node:crypto';
import { encodePkcs8, encodeSpki } from '../key-encoding.js';
import { derToRaw, rawToDer } from '../signature.js';
import type { Sm2Backend } from './backend.js';
import { wasm } from './sm2-wasm.js';

export const native: Sm2Backend = {
  name: 'native',

  // OpenSSL derives the point while reading a PKCS#8 without one; Node exports it as SPKI.
  publicPoint(scalar) {
    const key = createPrivateKey({ key: Buffer.from(encodePkcs8(scalar)), format: 'der', type: 'pkcs8' });
    return new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-65));
  },

  multiply: wasm.multiply,

  openPoint: wasm.openPoint,

  signer(scalar, point) {
    const key = createPrivateKey({ key: Buffer.from(encodePkcs8(scalar, point)), format: 'der', type: 'pkcs8' });
    return {
      message: (za, message) => derToRaw(createSign('sm3').update(za).update(message).sign(key))!,
      digest: (e) => wasm.signer(scalar, point).digest(e),
    };
  },

  verifier(point) {
    const key = createPublicKey({ key: Buffer.from(encodeSpki(point)), format: 'der', type: 'spki' });
    return {
      message: (za, message, signature) =>
        signature.length === 64 && createVerify('sm3').update(za).update(message).verify(key, rawToDer(signature)),
      digest: (e, signature) => wasm.verifier(point).digest(e, signature),
    };
  },
};
