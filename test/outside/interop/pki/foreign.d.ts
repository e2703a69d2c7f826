/** What these tests use of node-forge, which brings no types. */

declare module 'node-forge' {
  /** One character per octet. */
  export type Binary = string;
  export interface Asn1 {
    readonly value: unknown;
  }
  export interface Certificate {
    publicKey: PublicKey;
    serialNumber: string;
    readonly validity: { notBefore: Date; notAfter: Date };
    readonly subject: { readonly attributes: unknown };
    readonly issuer: { readonly attributes: unknown };
    setSubject(attributes: unknown): void;
    setIssuer(attributes: unknown): void;
    setExtensions(extensions: readonly object[]): void;
    sign(key: PrivateKey, digest: Digest): void;
  }
  export interface Request {
    publicKey: PublicKey;
    readonly subject: { getField(name: string): { readonly value: string } | null };
    setSubject(attributes: unknown): void;
    sign(key: PrivateKey, digest: Digest): void;
    verify(): boolean;
  }
  export interface PublicKey {
    verify(digest: Binary, signature: Binary): boolean;
  }
  export interface PrivateKey {
    readonly n: unknown;
  }
  export interface Digest {
    update(data: Binary): Digest;
    digest(): { getBytes(): Binary };
  }
  export interface Pkcs7 {
    content: unknown;
    readonly certificates: readonly Certificate[];
    addCertificate(certificate: Certificate): void;
    addSigner(signer: object): void;
    sign(options: object): void;
    toAsn1(): Asn1;
  }
  export interface Bag {
    readonly asn1?: Asn1;
    readonly key?: PrivateKey | null;
    readonly cert?: Certificate | null;
  }
  const forge: {
    readonly util: { createBuffer(bytes: Binary): unknown };
    readonly md: { readonly sha256: { create(): Digest } };
    readonly asn1: {
      fromDer(bytes: Binary): Asn1;
      toDer(value: Asn1): { getBytes(): Binary };
    };
    readonly pki: {
      readonly oids: Readonly<Record<string, string>>;
      createCertificate(): Certificate;
      certificateFromAsn1(value: Asn1, computeHash?: boolean): Certificate;
      certificateToAsn1(certificate: Certificate): Asn1;
      createCaStore(anchors: readonly Certificate[]): object;
      verifyCertificateChain(store: object, chain: readonly Certificate[]): boolean;
      createCertificationRequest(): Request;
      certificationRequestFromAsn1(value: Asn1, computeHash?: boolean): Request;
      certificationRequestToAsn1(request: Request): Asn1;
      privateKeyFromAsn1(value: Asn1): PrivateKey;
      privateKeyToAsn1(key: PrivateKey): Asn1;
      wrapRsaPrivateKey(key: Asn1): Asn1;
      publicKeyFromAsn1(value: Asn1): PublicKey;
      publicKeyToAsn1(key: PublicKey): Asn1;
      encryptPrivateKeyInfo(value: Asn1, password: string, options: object): Asn1;
      decryptPrivateKeyInfo(value: Asn1, password: string): Asn1 | null;
    };
    readonly pkcs7: {
      createSignedData(): Pkcs7;
      messageFromAsn1(value: Asn1): Pkcs7;
    };
    readonly pkcs12: {
      toPkcs12Asn1(key: PrivateKey, certificates: readonly Certificate[], password: string, options: object): Asn1;
      pkcs12FromAsn1(
        value: Asn1,
        password: string,
      ): { getBags(query: object): Readonly<Record<string, readonly Bag[] | undefined>> };
    };
  };
  export default forge;
}
