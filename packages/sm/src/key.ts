/**
 * SM2 keys (SM2 密钥) and their byte forms: PKCS#8, SEC1, SPKI in PEM and DER.
 *
 * @packageDocumentation
 */

import { type DerMode, readDer } from '@gov/der';
import { looksLikePem, readPem, writePem } from '@gov/der/pem';
import { GovError, isGovError } from '@gov/verdict';
import { sm2Backend } from '#backend/sm2';
import { bytesToHex } from './bytes.js';
import type { Sm2Backend, Sm2Sign } from './internal/backend.js';
import { CURVE } from './internal/curve.js';
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
 * A private scalar with its public key. The scalar is a private field: `console.log`, `JSON.stringify` and errors never
 * show it; only the export methods do.
 */
export class Sm2PrivateKey {
  readonly publicKey: Sm2PublicKey;
  readonly #scalar: Uint8Array;

  /** @internal */
  constructor(scalar: Uint8Array, publicKey: Sm2PublicKey) {
    this.#scalar = scalar;
    this.publicKey = publicKey;
  }

  /** PrivateKeyInfo, DER. */
  toPkcs8(): Uint8Array {
    return encodePkcs8(this.#scalar, this.publicKey.point);
  }

  /** ECPrivateKey (RFC 5915), DER. */
  toSec1(): Uint8Array {
    return encodeSec1(this.#scalar, this.publicKey.point);
  }

  /** `PRIVATE KEY` (PKCS#8), or `EC PRIVATE KEY` (SEC1). */
  toPem(form: 'pkcs8' | 'sec1' = 'pkcs8'): string {
    return form === 'pkcs8' ? writePem('PRIVATE KEY', this.toPkcs8()) : writePem('EC PRIVATE KEY', this.toSec1());
  }

  /** The signing functions of a backend, holding the scalar. @internal */
  bind(backend: Sm2Backend): Sm2Sign {
    return backend.signer(this.#scalar, this.publicKey.point);
  }

  /** d·point, 65 octets, for a point that is known to be on the curve. @internal */
  multiply(point: Uint8Array): Uint8Array {
    return sm2Backend('point').multiply(this.#scalar, point);
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
 * @throws GovError `key-encrypted` for an encrypted one, `key-unsupported` for another algorithm or curve, `key-malformed`
 *   for a scalar outside 1 … n − 2, `key-mismatch` where a stored public key is not that of the scalar
 */
export function readSm2PrivateKey(input: Uint8Array | string, mode: DerMode = 'lenient'): Sm2PrivateKey {
  return guarded(() => {
    const decoded = decodePrivateKey(readDer(pemOrDer(input, PRIVATE_LABELS), { mode }));
    if (!isPrivateScalar(decoded.scalar)) throw new GovError('key-malformed', 'the private key is outside 1 … n − 2');
    const key = fromScalar(decoded.scalar.slice());
    for (const point of decoded.points) {
      if (bytesToHex(readPoint(point).point) !== bytesToHex(key.publicKey.point)) {
        throw new GovError('key-mismatch', 'the stored public key does not belong to the private key');
      }
    }
    return key;
  });
}

/**
 * Reads a public key: SPKI as DER or PEM, or a bare point of 65 (uncompressed), 64 (x ‖ y) or 33 (compressed) octets.
 *
 * @throws GovError `key-unsupported` for another algorithm or curve, `key-malformed` for a point that is not on the curve
 */
export function readSm2PublicKey(input: Uint8Array | string, mode: DerMode = 'lenient'): Sm2PublicKey {
  return guarded(() => {
    if (typeof input !== 'string') {
      if (input.length === 64) return readPoint(Uint8Array.of(4, ...input));
      if (input.length === 65 || input.length === 33) return readPoint(input);
    }
    return readPoint(decodeSpki(readDer(pemOrDer(input, ['PUBLIC KEY']), { mode })));
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
  const x = BigInt(`0x${bytesToHex(octets.subarray(1, 33))}`);
  const squared = (((x * x + a) % p) * x + b) % p;
  if (x >= p) throw notOnCurve();
  if (compressed) {
    // Where there is no root, what comes back is none, and the point is refused below.
    const root = squareRoot(squared);
    const y = (root & 1n) === BigInt(octets[0]! & 1) ? root : p - root;
    return readPoint(hexPoint(x, y));
  }
  const y = BigInt(`0x${bytesToHex(octets.subarray(33))}`);
  if (y >= p || (y * y) % p !== squared) throw notOnCurve();
  return new Sm2PublicKey(octets.slice());
}

const notOnCurve = () => new GovError('key-malformed', 'the public key is not a point of the SM2 curve');

function hexPoint(x: bigint, y: bigint): Uint8Array {
  const octets = new Uint8Array(65);
  octets[0] = 4;
  for (let i = 0; i < 32; i++) {
    octets[32 - i] = Number((x >> BigInt(8 * i)) & 0xffn);
    octets[64 - i] = Number((y >> BigInt(8 * i)) & 0xffn);
  }
  return octets;
}

/** p ≡ 3 (mod 4), so z^((p+1)/4) is a root where there is one. */
function squareRoot(z: bigint): bigint {
  let root = 1n;
  let power = z;
  for (let exponent = (CURVE.p + 1n) / 4n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) root = (root * power) % CURVE.p;
    power = (power * power) % CURVE.p;
  }
  return root;
}

/** `openssl ec` of OpenSSL 3 calls the SEC1 form of these keys SM2 PRIVATE KEY. */
const PRIVATE_LABELS = ['PRIVATE KEY', 'EC PRIVATE KEY', 'SM2 PRIVATE KEY', 'ENCRYPTED PRIVATE KEY'] as const;

function pemOrDer(input: Uint8Array | string, labels: readonly [string, ...string[]]): Uint8Array {
  if (typeof input !== 'string' && !looksLikePem(input)) return input;
  const text = typeof input === 'string' ? input : new TextDecoder('latin1').decode(input);
  const blocks = readPem(text);
  const block = blocks.find(({ label }) => labels.includes(label));
  if (block === undefined) {
    // RSA PRIVATE KEY, OPENSSH PRIVATE KEY, RSA PUBLIC KEY …
    const foreign = blocks.find(({ label }) => label.endsWith(` ${labels[0]}`));
    if (foreign !== undefined) throw new GovError('key-unsupported', `not an SM2 key: ${foreign.label}`);
    throw new GovError('pem-malformed', `no ${labels[0]} in the PEM text`);
  }
  if (block.label.startsWith('ENCRYPTED')) throw new GovError('key-encrypted', 'the private key is encrypted');
  return block.bytes;
}

/** Whatever is wrong with the bytes, the caller asked for a key. */
function guarded<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (isGovError(error) && error.code.startsWith('der-')) {
      throw new GovError('key-malformed', `not a key: ${error.message}`, { cause: error });
    }
    throw error;
  }
}
