/**
 * SM2 keys (SM2 密钥) and their byte forms: PKCS#8, SEC1, SPKI in PEM and DER.
 *
 * @packageDocumentation
 */

import { type DerMode, readDer } from '@gov/der';
import { writePem } from '@gov/der/pem';
import { GovError } from '@gov/verdict';
import { sm2Backend } from '#backend/sm2';
import { sm2Verification } from '#backend/sm2-verification';
import { bytesToHex, sameBytes } from './bytes.js';
import type { Sm2Backend, Sm2Sign } from './internal/backend.js';
import { CURVE } from './internal/curve.js';
import { asKey, keyInput } from './internal/key-input.js';
import { decodePrivateKey, decodeSpki, encodePkcs8, encodeSec1, encodeSpki } from './key-encoding.js';

/** A point on the curve, checked when it is made. */
export class Sm2PublicKey {
  /** 04 ‖ x ‖ y, 65 octets. */
  readonly point: Uint8Array;
  /** @internal */
  constructor(point: Uint8Array) {
    this.point = point;
  }

  /** SubjectPublicKeyInfo, DER. */
  toSpki(): Uint8Array {
    return encodeSpki(this.point);
  }

  /** `PUBLIC KEY`. */
  toPem(): string {
    return writePem('PUBLIC KEY', this.toSpki());
  }
}

/**
 * A private scalar with its public key. The scalar is a private field: `console.log`, `JSON.stringify`, `structuredClone`
 * and errors never show it; only the export methods do.
 */
export class Sm2PrivateKey {
  readonly publicKey: Sm2PublicKey;
  readonly #scalar: Uint8Array;
  #destroyed = false;

  /** @internal */
  constructor(scalar: Uint8Array, publicKey: Sm2PublicKey) {
    this.#scalar = scalar;
    this.publicKey = publicKey;
  }

  /** PrivateKeyInfo, DER. @throws GovError `key-destroyed` */
  toPkcs8(): Uint8Array {
    return encodePkcs8(this.#secret(), this.publicKey.point);
  }

  /** ECPrivateKey (RFC 5915), DER. @throws GovError `key-destroyed` */
  toSec1(): Uint8Array {
    return encodeSec1(this.#secret(), this.publicKey.point);
  }

  /** `PRIVATE KEY` (PKCS#8), or `EC PRIVATE KEY` (SEC1). @throws GovError `key-destroyed` */
  toPem(form: 'pkcs8' | 'sec1' = 'pkcs8'): string {
    return form === 'pkcs8' ? writePem('PRIVATE KEY', this.toPkcs8()) : writePem('EC PRIVATE KEY', this.toSec1());
  }

  /**
   * Overwrites the scalar (销毁). From now on the key, and every signer and decrypter made from it, throw `key-destroyed`;
   * the public key stays.
   *
   * What JavaScript cannot reach is not overwritten: copies that the runtime made, those that signers keep in their backend
   * (OpenSSL's memory, a `BigInt`) until they are collected, and whatever was exported or read from, PEM texts above all.
   */
  destroy(): void {
    this.#scalar.fill(0);
    this.#destroyed = true;
  }

  /** The signing functions of a backend, which hold the scalar and end with it. @internal */
  bind(backend: Sm2Backend): Sm2Sign {
    const sign = backend.signer(this.#secret(), this.publicKey.point);
    const bound = () => {
      this.#secret();
      return sign;
    };
    return { message: (za, message) => bound().message(za, message), digest: (e) => bound().digest(e) };
  }

  /** d·point, 65 octets, for a point that is known to be on the curve. @internal */
  multiply(point: Uint8Array): Uint8Array {
    return sm2Backend('point').multiply(this.#secret(), point);
  }

  #secret(): Uint8Array {
    if (this.#destroyed) throw new GovError('key-destroyed', 'the private key was destroyed');
    return this.#scalar;
  }
}

/**
 * A new key from the runtime's random generator.
 *
 * @example
 * import { generateSm2Key } from '@gov/sm/key';
 * const key = generateSm2Key();
 * console.log(key.publicKey.toPem());
 */
export function generateSm2Key(): Sm2PrivateKey {
  for (;;) {
    const scalar = crypto.getRandomValues(new Uint8Array(32));
    if (isPrivateScalar(scalar)) return fromScalar(scalar);
  }
}

/**
 * Reads a private key: PKCS#8 or SEC1, DER or PEM.
 *
 * @throws GovError `key-encrypted` for an encrypted one (`@gov/sm/key-encryption` reads it), `key-unsupported` for another
 *   algorithm or curve, `key-malformed` for a scalar outside 1 … n − 2, `key-mismatch` where a stored public key is not that
 *   of the scalar
 */
export function readSm2PrivateKey(input: Uint8Array | string, mode: DerMode = 'lenient'): Sm2PrivateKey {
  return asKey(() => {
    const { label, bytes } = keyInput(input, PRIVATE_LABELS);
    if (label?.startsWith('ENCRYPTED')) throw new GovError('key-encrypted', 'the private key is encrypted');
    try {
      return fromDer(bytes, mode);
    } finally {
      // Decoded from PEM, the octets are ours.
      if (label !== undefined) bytes.fill(0);
    }
  });
}

function fromDer(bytes: Uint8Array, mode: DerMode): Sm2PrivateKey {
  const { scalar, points } = decodePrivateKey(readDer(bytes, { mode }));
  if (!isPrivateScalar(scalar)) throw new GovError('key-malformed', 'the private key is outside 1 … n − 2');
  const key = fromScalar(scalar);
  for (const point of points) {
    if (sameBytes(readPoint(point).point, key.publicKey.point)) continue;
    throw new GovError('key-mismatch', 'the stored public key does not belong to the private key');
  }
  return key;
}

/**
 * Reads a public key: SPKI as DER or PEM, or a bare point of 65 (uncompressed), 64 (x ‖ y) or 33 (compressed) octets.
 *
 * @throws GovError `key-unsupported` for another algorithm or curve, `key-malformed` for a point that is not on the curve
 */
export function readSm2PublicKey(input: Uint8Array | string, mode: DerMode = 'lenient'): Sm2PublicKey {
  return asKey(() => {
    if (typeof input !== 'string') {
      if (input.length === 64) return readPoint(Uint8Array.of(4, ...input));
      if (input.length === 65 || input.length === 33) return readPoint(input);
    }
    return readPoint(decodeSpki(readDer(keyInput(input, ['PUBLIC KEY']).bytes, { mode })));
  });
}

function fromScalar(scalar: Uint8Array): Sm2PrivateKey {
  return new Sm2PrivateKey(scalar, new Sm2PublicKey(sm2Backend('sign').publicPoint(scalar)));
}

/** GB/T 32918.1 6.1: d within 1 … n − 2, so that 1 + d has an inverse. */
function isPrivateScalar(scalar: Uint8Array): boolean {
  const d = BigInt(`0x${bytesToHex(scalar)}`);
  return d >= 1n && d <= CURVE.n - 2n;
}

/** x³ + ax + b = y², both within the field; a compressed point is opened. */
function readPoint(octets: Uint8Array): Sm2PublicKey {
  const { p, a, b } = CURVE;
  const compressed = octets.length === 33 && (octets[0] === 2 || octets[0] === 3);
  if (!compressed && (octets.length !== 65 || octets[0] !== 4)) {
    throw new GovError('key-malformed', 'not an encoding of a point');
  }
  if (compressed) {
    const point = sm2Verification().openPoint(octets);
    if (point === undefined) throw notOnCurve();
    return new Sm2PublicKey(point);
  }
  const x = BigInt(`0x${bytesToHex(octets.subarray(1, 33))}`);
  const y = BigInt(`0x${bytesToHex(octets.subarray(33))}`);
  if (x >= p || y >= p || (y * y - ((x * x + a) * x + b)) % p !== 0n) throw notOnCurve();
  return new Sm2PublicKey(octets.slice());
}

const notOnCurve = () => new GovError('key-malformed', 'the public key is not a point of the SM2 curve');

/** `openssl ec` of OpenSSL 3 calls the SEC1 form of these keys SM2 PRIVATE KEY. */
const PRIVATE_LABELS = ['PRIVATE KEY', 'EC PRIVATE KEY', 'SM2 PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'] as const;
