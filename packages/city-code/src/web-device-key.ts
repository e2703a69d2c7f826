/** Device keys of suite 2, in WebCrypto: the runtime never gives the private half away (不可导出密钥). */
import { GovError } from '@gov/verdict';
import { compressedPoint, type DeviceKey } from './device-key.js';

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** A key that IndexedDB keeps as it is, by `keyPair`. */
export interface WebCryptoDeviceKey extends DeviceKey {
  readonly suite: 2;
  readonly keyPair: CryptoKeyPair;
}

/**
 * A device key on P-256: a new one, or one that was kept.
 *
 * @throws GovError `backend-unavailable` without WebCrypto (pages that did not come over TLS); `key-unsupported` for another
 *   kind of key, and for one that can be exported
 * @example
 * import { webCryptoDeviceKey } from '@gov/city-code/show';
 *
 * const key = await webCryptoDeviceKey();
 * // indexedDB: store.put({ tag, keyPair: key.keyPair }); later: webCryptoDeviceKey(keyPair)
 * console.log(key.suite, key.publicKey.length); // 2 33
 */
export async function webCryptoDeviceKey(keyPair?: CryptoKeyPair): Promise<WebCryptoDeviceKey> {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined) throw new GovError('backend-unavailable', 'this runtime has no WebCrypto');
  const pair = keyPair ?? (await subtle.generateKey(P256, false, ['sign', 'verify']));
  const { algorithm, extractable, usages } = pair.privateKey;
  const isP256 = algorithm.name === P256.name && (algorithm as EcKeyAlgorithm).namedCurve === P256.namedCurve;
  if (!isP256 || extractable || !usages.includes('sign')) {
    throw new GovError('key-unsupported', 'a device key signs on P-256 and cannot be exported');
  }
  const point = new Uint8Array(await subtle.exportKey('raw', pair.publicKey));
  return {
    suite: 2,
    publicKey: compressedPoint(point),
    keyPair: pair,
    sign: async (message) =>
      new Uint8Array(
        await subtle.sign({ name: P256.name, hash: 'SHA-256' }, pair.privateKey, Uint8Array.from(message)),
      ),
  };
}
