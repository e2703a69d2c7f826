/** JWE with SM2 and SM4: a random key for the content, encrypted to the recipient (RFC 7516 2, Key Encryption). */
import { readDer, Tag } from '@gov/der';
import { type Decrypter, readSm2PublicKey } from '@gov/sm';
import { sm2Encrypt } from '@gov/sm/sm2-encryption';
import { sm4Decrypt, sm4Encrypt } from '@gov/sm/sm4';
import { isGovError } from '@gov/verdict';
import { ENCRYPTED_KEY_FORM, ENCRYPTIONS, type JweEncryption } from './jwe-algorithms.js';
import type { Jwe } from './jwe-compact.js';

interface Sealed {
  readonly encryptedKey: Uint8Array;
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}

/** @throws GovError what `readSm2PublicKey` throws for a key of another kind */
export async function sealSm(
  plaintext: Uint8Array,
  { recipient, enc, aad }: { readonly recipient: Uint8Array; readonly enc: JweEncryption; readonly aad: Uint8Array },
): Promise<Sealed> {
  const { mode, keyOctets, nonceOctets, tagOctets } = ENCRYPTIONS[enc];
  const publicKey = readSm2PublicKey(recipient, 'strict');
  const key = randomOctets(keyOctets);
  try {
    const iv = randomOctets(nonceOctets);
    const sealed = sm4Encrypt({ mode, key, nonce: iv, aad, tagLength: tagOctets }, plaintext);
    return {
      encryptedKey: await sm2Encrypt(publicKey, key, { form: ENCRYPTED_KEY_FORM }),
      iv,
      ciphertext: sealed.subarray(0, -tagOctets),
      tag: sealed.subarray(-tagOctets),
    };
  } finally {
    key.fill(0);
  }
}

/**
 * Undefined for all that does not fit. An encrypted key that does not decrypt gives way to a random one, so that it takes
 * the same way, and the same time, as a wrong tag (RFC 7516 11.5).
 *
 * @throws GovError what the decrypter throws besides: its key is destroyed, its machine does not answer
 */
export async function openSm({ header, encryptedKey, iv, ciphertext, tag, aad }: Jwe, decrypter: Decrypter) {
  const { mode, keyOctets, tagOctets } = ENCRYPTIONS[header.enc];
  const random = randomOctets(keyOctets);
  const key = await contentKey(encryptedKey, decrypter);
  const sealed = new Uint8Array(ciphertext.length + tagOctets);
  sealed.set(ciphertext);
  sealed.set(tag, ciphertext.length);
  try {
    const fits = key?.length === keyOctets && isOneSpelling(encryptedKey, keyOctets);
    return sm4Decrypt({ mode, key: fits ? key : random, nonce: iv, aad, tagLength: tagOctets }, sealed);
  } catch (error) {
    if (isGovError(error) && error.code === 'decryption-failed') return undefined;
    throw error;
  } finally {
    key?.fill(0);
    random.fill(0);
  }
}

const FAILURES: readonly string[] = ['ciphertext-malformed', 'decryption-failed', 'input-too-large'];

async function contentKey(encryptedKey: Uint8Array, decrypter: Decrypter): Promise<Uint8Array | undefined> {
  try {
    return await decrypter.decrypt(encryptedKey);
  } catch (error) {
    if (isGovError(error) && FAILURES.includes(error.code)) return undefined;
    throw error;
  }
}

/** DER, whatever the decrypter puts up with: nothing else keeps an encrypted key from being written in other ways. */
function isOneSpelling(encryptedKey: Uint8Array, keyOctets: number): boolean {
  try {
    const fields = readDer(encryptedKey, { mode: 'strict' }).children(Tag.sequence);
    for (const _ of ['x', 'y']) fields.next(Tag.integer).unsigned(32);
    const sizes = [fields.next(Tag.octetString).octets().length, fields.next(Tag.octetString).octets().length];
    fields.end();
    return sizes[0] === 32 && sizes[1] === keyOctets;
  } catch (error) {
    if (isGovError(error)) return false;
    throw error;
  }
}

const randomOctets = (octets: number): Uint8Array => crypto.getRandomValues(new Uint8Array(octets));
