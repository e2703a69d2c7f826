/** What an inventory is made from: things that were found, and where. */
import type { Certificate } from '../certificate.js';
import type { CbomOccurrence } from './document.js';

/** A certificate that was found. */
export interface FoundCertificate {
  readonly certificate: Certificate;
  readonly occurrence: CbomOccurrence;
}

/** A key that was found. No form of it holds a secret. */
export type FoundKey =
  | {
      readonly kind: 'public' | 'private';
      /** SubjectPublicKeyInfo of the key, or of the pair; DER. */
      readonly publicKey: Uint8Array;
      /** e.g. `PKCS#8 PEM` */
      readonly format?: string;
      readonly occurrence: CbomOccurrence;
    }
  | {
      readonly kind: 'encrypted';
      /** EncryptedPrivateKeyInfo, DER: its fingerprint names the key, which nobody opened. */
      readonly encrypted: Uint8Array;
      readonly format?: string;
      readonly occurrence: CbomOccurrence;
    };

/** An algorithm that was found at work, e.g. in a signature. */
export interface FoundAlgorithm {
  readonly oid: string;
  readonly occurrence: CbomOccurrence;
}

/** Something that could not be looked into; an inventory that left it out would look complete. */
export interface FoundUnread {
  readonly location: string;
  /** Why, as a stable code. */
  readonly code: string;
}
