/** Writing a PKCS#12 (个人信息交换). */
import { der, Tag } from '@gov/der';
import { sm3 } from '@gov/sm';
import { encryptPrivateKeyInfo, pbes2Encrypt } from '@gov/sm/key-encryption';
import { GovError } from '@gov/verdict';
import type { Certificate } from '../certificate.js';
import { bmpPassword } from '../internal/password-scheme.js';
import { signerOf } from '../private-key.js';
import { PKCS12_LIMITS } from './limits.js';
import { writeMac } from './mac.js';
import { OID } from './pfx.js';
import { sameKey } from './same-key.js';

export interface Pkcs12Content {
  /** PrivateKeyInfo (PKCS#8), DER. */
  readonly key: Uint8Array;
  /** The certificate of the key first, then those of its issuers. */
  readonly certificates: readonly Certificate[];
  /** Text, taken as UTF-8 by PBES2 and as UTF-16 by the authentication code, or octets of UTF-8. */
  readonly password: string | Uint8Array;
  /**
   * `sm4` (the default): PBES2 with SM4-CBC and HMAC-SM3, authenticated with SM3. `aes`: AES-256-CBC and HMAC-SHA256,
   * authenticated with SHA-256, which OpenSSL 3, Java and Windows read.
   */
  readonly cipher?: 'sm4' | 'aes';
  /** What programs show as the name of the key; the default is none. */
  readonly friendlyName?: string;
  /** Rounds of each of the three derivations: 1,000 to 1,000,000; the default is 600,000. */
  readonly iterations?: number;
}

/** Each of key, certificates and authentication code takes them. */
const MAX_ITERATIONS = PKCS12_LIMITS.iterations / 3;

/**
 * A PKCS#12 (`.p12`, RFC 7292) in DER: the key and its certificates encrypted, all of it authenticated.
 *
 * @throws GovError `key-mismatch` where the first certificate is not that of the key; `invalid-argument` for no certificate,
 *   an empty password or one that is not Unicode text, options out of range; `key-malformed`, `key-unsupported`; `backend-unavailable`
 * @example
 * import { writePkcs12 } from '@gov/pki/pkcs12';
 * const p12 = await writePkcs12({ key: pkcs8, certificates: [certificate, issuer], password: '口令' });
 */
export async function writePkcs12(content: Pkcs12Content): Promise<Uint8Array> {
  const { key, certificates, password, cipher = 'sm4', friendlyName, iterations = 600_000 } = content;
  const [own] = certificates;
  if (own === undefined) throw new GovError('invalid-argument', 'a PKCS#12 holds a certificate of its key');
  if (cipher !== 'sm4' && cipher !== 'aes') throw new GovError('invalid-argument', 'no such cipher');
  if (!(iterations <= MAX_ITERATIONS)) throw new GovError('invalid-argument', `iterations: at most ${MAX_ITERATIONS}`);
  if (certificates.length >= PKCS12_LIMITS.bags) throw new GovError('invalid-argument', 'too many certificates');
  const signer = await signerOf(key);
  if (!sameKey(signer.publicKey, own.publicKey))
    throw new GovError('key-mismatch', 'the first certificate is not that of the key');

  const bmp = bmpPassword(password);
  try {
    const options = { cipher: cipher === 'sm4' ? 'SM4-CBC' : 'AES-256-CBC', iterations } as const;
    const attributes = der.setOf(
      attribute(OID.localKeyId, der.octetString(sm3(own.bytes).subarray(0, 20))),
      ...(friendlyName === undefined ? [] : [attribute(OID.friendlyName, bmpString(friendlyName))]),
    );
    const certBags = certificates.map(({ bytes }, index) => {
      const value = der.sequence(der.oid(OID.x509Certificate), der.explicit(0, der.octetString(bytes)));
      return bag(OID.certBag, value, index === 0 ? attributes : undefined);
    });
    const encrypted = await pbes2Encrypt(der.sequence(...certBags), password, options);
    const shrouded = await encryptPrivateKeyInfo(key, password, options);
    const authSafe = der.sequence(
      contentInfo(
        OID.encryptedData,
        der.sequence(
          der.integer(0),
          der.sequence(der.oid(OID.data), encrypted.algorithm, der.implicitPrimitive(0, encrypted.ciphertext)),
        ),
      ),
      contentInfo(OID.data, der.octetString(der.sequence(bag(OID.shroudedKeyBag, shrouded, attributes)))),
    );
    const mac = await writeMac(authSafe, bmp, cipher === 'sm4' ? 'SM3' : 'SHA-256', iterations);
    return der.sequence(der.integer(3), contentInfo(OID.data, der.octetString(authSafe)), mac);
  } finally {
    bmp.fill(0);
  }
}

const contentInfo = (oid: string, content: Uint8Array): Uint8Array =>
  der.sequence(der.oid(oid), der.explicit(0, content));

const bag = (oid: string, value: Uint8Array, attributes: Uint8Array | undefined): Uint8Array =>
  der.sequence(der.oid(oid), der.explicit(0, value), ...(attributes === undefined ? [] : [attributes]));

const attribute = (oid: string, value: Uint8Array): Uint8Array => der.sequence(der.oid(oid), der.setOf(value));

function bmpString(text: string): Uint8Array {
  const octets = new Uint8Array(2 * text.length);
  for (let i = 0; i < text.length; i++) {
    octets[2 * i] = text.charCodeAt(i) >> 8;
    octets[2 * i + 1] = text.charCodeAt(i);
  }
  return der.element(Tag.bmpString, octets);
}
