/**
 * SM2 signatures (GB/T 32918.2-2016) on the audited curve arithmetic of @noble/curves: the backend of browsers and the
 * second opinion in tests. BigInt arithmetic is not constant-time (SECURITY.md); servers sign with the native backend.
 */
import { type WeierstrassPointCons, weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { bytesToNumberBE, numberToBytesBE } from '@noble/curves/utils.js';
import { sm3 } from '../sm3.js';
import type { Sm2Backend } from './backend.js';
import { CURVE } from './curve.js';
import { jsVerification } from './sm2-verify-js.js';

let sm2Curve: WeierstrassPointCons<bigint> | undefined;

/** Made on first use: an import must not cost anything. */
function curve(): WeierstrassPointCons<bigint> {
  sm2Curve ??= weierstrass<bigint>({ ...CURVE, h: 1n });
  return sm2Curve;
}

const modN = (value: bigint): bigint => {
  const rest = value % CURVE.n;
  return rest < 0n ? rest + CURVE.n : rest;
};

export const js: Sm2Backend = {
  name: 'js',

  publicPoint: (scalar) => curve().BASE.multiply(bytesToNumberBE(scalar)).toBytes(false),

  multiply: (scalar, point) => curve().fromBytes(point).multiply(bytesToNumberBE(scalar)).toBytes(false),

  openPoint: jsVerification.openPoint,

  signer(scalar) {
    const d = bytesToNumberBE(scalar);
    const inverse = curve().Fn.inv(d + 1n);
    const sign = (e: Uint8Array): Uint8Array => {
      for (;;) {
        const signature = signWithNonce(bytesToNumberBE(e), d, inverse, randomScalar());
        if (signature !== undefined) return signature;
      }
    };
    return { message: (za, message) => sign(sm3(za, message)), digest: sign };
  },

  verifier: jsVerification.verifier,
};

/** 6.1 steps A3 to A7 for a given nonce; undefined where the standard says to take another one. */
export function signWithNonce(e: bigint, d: bigint, inverse: bigint, k: bigint): Uint8Array | undefined {
  const r = modN(e + curve().BASE.multiply(k).toAffine().x);
  if (r === 0n || r + k === CURVE.n) return undefined;
  const s = modN(inverse * (k - r * d));
  if (s === 0n) return undefined;
  const signature = new Uint8Array(64);
  signature.set(numberToBytesBE(r, 32));
  signature.set(numberToBytesBE(s, 32), 32);
  return signature;
}

/** Uniform within 1 … n − 1, by taking draws again that fall outside. */
function randomScalar(): bigint {
  for (;;) {
    const candidate = bytesToNumberBE(crypto.getRandomValues(new Uint8Array(32)));
    if (candidate > 0n && candidate < CURVE.n) return candidate;
  }
}
