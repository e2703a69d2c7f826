// The parts of sm-crypto that tests use as an outside oracle; it ships no types of its own.
declare module 'sm-crypto' {
  interface SignatureOptions {
    readonly der?: boolean;
    readonly hash?: boolean;
    readonly publicKey?: string;
    readonly userId?: string;
  }
  export const sm2: {
    generateKeyPairHex(): { privateKey: string; publicKey: string };
    getPublicKeyFromPrivateKey(privateKey: string): string;
    compressPublicKeyHex(publicKey: string): string;
    verifyPublicKey(publicKey: string): boolean;
    doSignature(message: string | number[], privateKey: string, options?: SignatureOptions): string;
    doVerifySignature(
      message: string | number[],
      signature: string,
      publicKey: string,
      options?: SignatureOptions,
    ): boolean;
    doEncrypt(message: string | number[], publicKey: string, mode?: 0 | 1): string;
    doDecrypt(ciphertext: string, privateKey: string, mode?: 0 | 1): string;
    doDecrypt(ciphertext: string, privateKey: string, mode: 0 | 1, options: { readonly output: 'array' }): number[];
  };
  export function sm3(message: string | number[], options?: { mode: 'hmac' | 'mac'; key: string | number[] }): string;
  const all: { sm2: typeof sm2; sm3: typeof sm3 };
  export default all;
}
