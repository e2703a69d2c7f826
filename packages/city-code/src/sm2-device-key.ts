/** Device keys of suite 1: SM2, which no runtime keeps for anybody. */
import { generateSm2Key, readSm2PrivateKey, type Sm2PrivateKey, sm2Signer } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { compressedPoint, type DeviceKey } from './device-key.js';

/** A device key from an SM2 key in this process: for servers, terminals with a store of their own, and tests. */
export function sm2DeviceKey(key: Sm2PrivateKey): DeviceKey {
  const signer = sm2Signer(key);
  return { suite: 1, publicKey: compressedPoint(key.publicKey.point), sign: (message) => signer.sign(message) };
}

/** An SM2 key as a browser keeps it: IndexedDB takes it as it is. */
export interface WrappedSm2Key {
  /** AES-GCM, 256 bits, not extractable. */
  readonly wrappingKey: CryptoKey;
  /** 12 octets. */
  readonly iv: Uint8Array;
  /** PKCS#8, encrypted; the public key is authenticated with it. */
  readonly wrapped: Uint8Array;
  /** 33 octets. */
  readonly publicKey: Uint8Array;
}

export interface WrappedSm2DeviceKey extends DeviceKey {
  readonly suite: 1;
  readonly stored: WrappedSm2Key;
}

/**
 * A device key of SM2 for browsers: a new one, or one that was kept. The key lies encrypted under an AES key that cannot be
 * exported, and is opened only while it signs.
 *
 * What that is worth: whoever copies the store of the browser has nothing. A script that runs in the page can ask for
 * signatures, and by reading the memory of the page while one is made can take the key itself; in suite 2 it cannot take it.
 * Copies that the runtime made (a `BigInt`, for one) stay until they are collected.
 *
 * @throws GovError `backend-unavailable` without WebCrypto; `key-unsupported` for a wrapping key that can be exported; the key's
 *   `sign` throws `decryption-failed` for a key that was changed in the store
 */
export async function wrappedSm2DeviceKey(stored?: WrappedSm2Key): Promise<WrappedSm2DeviceKey> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) throw new GovError('backend-unavailable', 'this runtime has no WebCrypto');
  const own = stored ?? (await wrapped(subtle));
  if (own.wrappingKey.extractable) throw new GovError('key-unsupported', 'the wrapping key could be exported');
  return {
    suite: 1,
    publicKey: own.publicKey,
    stored: own,
    async sign(message) {
      const key = await opened(subtle, own);
      try {
        return await sm2Signer(key).sign(message);
      } finally {
        key.destroy();
      }
    },
  };
}

async function wrapped(subtle: SubtleCrypto): Promise<WrappedSm2Key> {
  const key = generateSm2Key();
  const pkcs8 = Uint8Array.from(key.toPkcs8());
  try {
    const publicKey = compressedPoint(key.publicKey.point);
    const wrappingKey = await subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const sealed = await subtle.encrypt({ name: 'AES-GCM', iv, additionalData: publicKey }, wrappingKey, pkcs8);
    return { wrappingKey, iv, wrapped: new Uint8Array(sealed), publicKey };
  } finally {
    pkcs8.fill(0);
    key.destroy();
  }
}

async function opened(subtle: SubtleCrypto, stored: WrappedSm2Key): Promise<Sm2PrivateKey> {
  const [iv, additionalData, sealed] = [stored.iv, stored.publicKey, stored.wrapped].map((octets) =>
    Uint8Array.from(octets),
  ) as [Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>];
  let pkcs8: Uint8Array;
  try {
    pkcs8 = new Uint8Array(await subtle.decrypt({ name: 'AES-GCM', iv, additionalData }, stored.wrappingKey, sealed));
  } catch (cause) {
    throw new GovError('decryption-failed', 'the device key does not open', { cause });
  }
  try {
    return readSm2PrivateKey(pkcs8);
  } finally {
    pkcs8.fill(0);
  }
}
