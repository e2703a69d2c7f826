/** What is written of CycloneDX 1.6 (ECMA-424), member by member as its JSON schema names them. */
import type { AlgorithmProperties } from './algorithm.js';

/** A CBOM (密码资产清单) as a plain object, for `JSON.stringify`. */
export interface CbomDocument {
  readonly $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json';
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: '1.6';
  /** `urn:uuid:…` */
  readonly serialNumber?: string;
  readonly version: 1;
  readonly metadata: {
    /** RFC 3339 */
    readonly timestamp: string;
    readonly lifecycles: readonly [{ readonly phase: 'discovery' }];
    readonly tools: { readonly components: readonly [{ readonly type: 'application'; readonly name: string }] };
    readonly component?: { readonly type: 'application'; readonly 'bom-ref': 'system'; readonly name: string };
  };
  readonly components: readonly CbomComponent[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
  readonly compositions: readonly [{ readonly aggregate: 'unknown' | 'incomplete' }];
}

export type CbomComponent = CryptographicAsset | UnreadFile;

/** One algorithm, certificate or key. */
export interface CryptographicAsset {
  readonly type: 'cryptographic-asset';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly cryptoProperties: CryptoProperties;
  readonly properties: readonly CbomProperty[];
  readonly evidence?: { readonly occurrences: readonly CbomOccurrence[] };
}

/** A file that could not be looked into. */
export interface UnreadFile {
  readonly type: 'file';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly properties: readonly CbomProperty[];
}

export interface CbomProperty {
  readonly name: `gov:${string}`;
  readonly value: string;
}

/** Where something was found. */
export interface CbomOccurrence {
  /** Path as the caller names it. */
  readonly location: string;
  /** Line of a text, from 1. */
  readonly line?: number;
  /** What it is there, e.g. `seal signature`. */
  readonly additionalContext?: string;
}

export type CryptoProperties =
  | { readonly assetType: 'algorithm'; readonly algorithmProperties: AlgorithmProperties; readonly oid?: string }
  | { readonly assetType: 'certificate'; readonly certificateProperties: CertificateProperties }
  | {
      readonly assetType: 'related-crypto-material';
      readonly relatedCryptoMaterialProperties: RelatedCryptoMaterialProperties;
    };

export interface CertificateProperties {
  readonly subjectName: string;
  readonly issuerName: string;
  readonly notValidBefore: string;
  readonly notValidAfter: string;
  readonly signatureAlgorithmRef: string;
  readonly subjectPublicKeyRef: string;
  readonly certificateFormat: 'X.509';
}

export interface RelatedCryptoMaterialProperties {
  readonly type: 'public-key' | 'private-key';
  /** SM3, hexadecimal. */
  readonly id: string;
  readonly state?: 'pre-activation' | 'active' | 'deactivated';
  readonly algorithmRef?: string;
  readonly activationDate?: string;
  readonly expirationDate?: string;
  /** Bits. */
  readonly size?: number;
  readonly format?: string;
  readonly securedBy?: { readonly mechanism: 'Software' | 'None'; readonly algorithmRef?: string };
}
