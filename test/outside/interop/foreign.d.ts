/** What these tests use of libraries that bring no types, or types too loose to help. */

declare module 'sm-crypto' {
  type Octets = readonly number[] | Uint8Array;
  export interface SmCrypto {
    readonly sm2: {
      doSignature(message: Octets, d: string, options: object): string;
      doVerifySignature(message: Octets, signature: string, point: string, options: object): boolean;
      doEncrypt(plaintext: Octets, point: string, order: 0 | 1, options?: object): string;
      doDecrypt(ciphertext: string, d: string, order: 0 | 1, options: object): readonly number[];
      getPublicKeyFromPrivateKey(d: string): string;
      verifyPublicKey(point: string): boolean;
      compressPublicKeyHex(point: string): string;
    };
    readonly sm3: (data: Octets, options?: object) => string;
    readonly sm4: {
      encrypt(
        data: Octets,
        key: Octets,
        options: object,
      ): Octets | { readonly output: Uint8Array; readonly tag: Uint8Array };
      decrypt(data: Octets, key: Octets, options: object): Octets;
    };
  }
  const library: SmCrypto;
  export default library;
}

declare module 'gm-crypto' {
  interface Options {
    readonly mode?: number;
    readonly iv?: string;
    readonly pc?: boolean;
  }
  const library: {
    readonly SM2: {
      readonly constants: { readonly C1C2C3: number; readonly C1C3C2: number };
      encrypt(data: Buffer, point: string, options: Options): ArrayBuffer;
      decrypt(data: Buffer, d: string, options: Options): ArrayBuffer;
    };
    readonly SM3: { digest(data: Buffer): ArrayBuffer };
    readonly SM4: {
      readonly constants: { readonly ECB: number; readonly CBC: number };
      encrypt(data: Buffer, key: string, options: Options): ArrayBuffer;
      decrypt(data: Buffer, key: string, options: Options): ArrayBuffer;
    };
  };
  export default library;
}
