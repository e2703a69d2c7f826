// The ciphers of node-forge, and nothing of the rest. No types of single files are published for it.
declare module 'node-forge/lib/util.js' {
  export interface ByteBuffer {
    getBytes(): string;
  }
  const util: { createBuffer(bytes: string): ByteBuffer };
  export default util;
}

declare module 'node-forge/lib/des.js' {
  import type { ByteBuffer } from 'node-forge/lib/util.js';
  export interface Decipher {
    readonly output: ByteBuffer;
    start(iv: string): void;
    update(input: ByteBuffer): void;
    finish(padding: () => boolean): boolean;
  }
  const des: { createDecryptionCipher(key: string, mode: 'CBC'): Decipher };
  export default des;
}

declare module 'node-forge/lib/rc2.js' {
  import type { Decipher } from 'node-forge/lib/des.js';
  const rc2: { createDecryptionCipher(key: string, effectiveBits: number): Decipher };
  export default rc2;
}
