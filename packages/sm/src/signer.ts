/**
 * Keys are handles: whoever signs, verifies or decrypts sees these ports only, so that a password machine (密码机) or a cloud
 * pool replaces a local key without a change elsewhere.
 */

/** Signature algorithms by the name used throughout; curve and hash are fixed by it. */
export type SignatureAlgorithm =
  /** SM2 with SM3, GB/T 32918.2, over ZA ‖ message */
  | 'SM2-SM3'
  | 'ECDSA-P256-SHA256'
  | 'ECDSA-P384-SHA384'
  | 'ECDSA-P521-SHA512'
  /** A curve with another length of hash (FIPS 186-5 6.4: the leftmost bits count), as some certificates carry it; verified, not written. */
  | 'ECDSA-P256-SHA384'
  | 'ECDSA-P256-SHA512'
  | 'ECDSA-P384-SHA256'
  | 'ECDSA-P384-SHA512'
  | 'ECDSA-P521-SHA256'
  | 'ECDSA-P521-SHA384'
  | 'RSA-PKCS1-SHA256'
  | 'RSA-PKCS1-SHA384'
  | 'RSA-PKCS1-SHA512'
  /** RSASSA-PSS, MGF1 with the same hash, a salt of the hash's length */
  | 'RSA-PSS-SHA256'
  | 'RSA-PSS-SHA384'
  | 'RSA-PSS-SHA512'
  /** RFC 8032, over the message itself */
  | 'Ed25519';

/** A private key that can sign (签名者). */
export interface Signer {
  readonly algorithm: SignatureAlgorithm;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** Signs the whole message. SM2 and ECDSA answer raw r‖s, both halves of the curve's size (64 bytes for SM2). */
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** A public key that can verify (验签者); it holds whatever it has computed from the key in advance. */
export interface Verifier {
  readonly algorithm: SignatureAlgorithm;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** True when `signature` (the form `Signer.sign` answers) fits; false for any other bytes. Never throws for a bad one. */
  verify(message: Uint8Array, signature: Uint8Array): Promise<boolean>;
}

/** A private key that can decrypt (解密者); the form of the ciphertext is settled where the handle is made. */
export interface Decrypter {
  /** SubjectPublicKeyInfo, DER: what others encrypt to. */
  readonly publicKey: Uint8Array;
  /**
   * The plaintext of the whole ciphertext.
   *
   * @throws GovError `ciphertext-malformed` for what cannot be read, `decryption-failed`, without a reason, for all else
   */
  decrypt(ciphertext: Uint8Array): Promise<Uint8Array>;
}
