/** Block ciphers in CBC mode on whole blocks, without padding: what PBES2 (RFC 8018 6.2) encrypts with. */
import { GovError } from '@gov/verdict';
import { desEde3Cbc } from '#backend/des-ede3';
import { sm4Decrypt, sm4Encrypt } from '../sm4.js';
import type { Cbc, CbcCipher } from './cbc-cipher.js';
import { webCrypto } from './web-crypto.js';

const sm4: Cbc = (direction, key, iv, blocks) =>
  (direction === 'encrypt' ? sm4Encrypt : sm4Decrypt)({ mode: 'cbc', key, iv, padding: 'none' }, blocks);

/**
 * WebCrypto always pads, and tells nothing but "failed" where it finds no padding. In front of a block that decrypts to
 * nothing but padding it gives out everything.
 */
const aes: Cbc = async (direction, key, iv, blocks) => {
  const subtle = webCrypto();
  const name = 'AES-CBC';
  try {
    const handle = await subtle.importKey('raw', key.slice(), name, false, ['encrypt', 'decrypt']);
    const encrypt = async (iv: Uint8Array, data: Uint8Array): Promise<Uint8Array> =>
      new Uint8Array(await subtle.encrypt({ name, iv: iv.slice() }, handle, data.slice()));
    if (direction === 'encrypt') return (await encrypt(iv, blocks)).subarray(0, blocks.length);
    const padding = await encrypt(blocks.subarray(-16), new Uint8Array(0));
    const padded = new Uint8Array(blocks.length + padding.length);
    padded.set(blocks);
    padded.set(padding, blocks.length);
    return new Uint8Array(await subtle.decrypt({ name, iv: iv.slice() }, handle, padded));
  } catch (cause) {
    // Chromium has no AES-192.
    throw new GovError('backend-unavailable', `this runtime has no AES of ${8 * key.length} bits`, { cause });
  }
};

export const SM4_CBC: CbcCipher = { keyLength: 16, block: 16, cbc: sm4 };
export const AES_128_CBC: CbcCipher = { keyLength: 16, block: 16, cbc: aes };
export const AES_192_CBC: CbcCipher = { keyLength: 24, block: 16, cbc: aes };
export const AES_256_CBC: CbcCipher = { keyLength: 32, block: 16, cbc: aes };
export const DES_EDE3_CBC: CbcCipher = { keyLength: 24, block: 8, cbc: desEde3Cbc };
