/** What is tried between `@gov/sm` and a foreign library: rows of the matrix, and what a library must bring for one. */

export type Bytes = Uint8Array;

/** An SM2 key as numbers that every library takes: d, 32 octets; 04 ‖ x ‖ y, 65 octets. */
export interface Pair {
  readonly d: Bytes;
  readonly point: Bytes;
}

/** One thing to make and to take. */
interface Named {
  /** Unique within its row; exceptions are noted by it. */
  readonly name: string;
}

export interface DataCase extends Named {
  readonly data: Bytes;
  /** HMAC only. */
  readonly key: Bytes;
}

export interface SignatureCase extends Named {
  readonly pair: Pair;
  readonly message: Bytes;
  readonly id: Bytes;
  /** Over r ‖ s: another signature is made until it holds. */
  readonly until?: (raw: Bytes) => boolean;
}

export interface EncryptionCase extends Named {
  readonly pair: Pair;
  readonly plaintext: Bytes;
}

export interface KeyCase extends Named {
  readonly pair: Pair;
  readonly password: string;
}

export interface CipherCase extends Named {
  readonly key: Bytes;
  /** iv, first counter block, or nonce. */
  readonly iv: Bytes;
  readonly aad: Bytes;
  readonly tagLength: number;
  readonly plaintext: Bytes;
}

export interface Rows {
  SM3: DataCase;
  'HMAC-SM3': DataCase;
  'SM2 signature, r ‖ s': SignatureCase;
  'SM2 signature, DER': SignatureCase;
  'SM2 signature, another ID': SignatureCase;
  'SM2 signature, ID not UTF-8': SignatureCase;
  'SM2 signature over e': SignatureCase;
  'SM2 ciphertext `asn1`': EncryptionCase;
  'SM2 ciphertext `c1c3c2`': EncryptionCase;
  'SM2 ciphertext `c1c2c3`': EncryptionCase;
  'SM2 ciphertext `c1c3c2-bare`': EncryptionCase;
  'SM2 ciphertext `c1c2c3-bare`': EncryptionCase;
  'private key, PKCS#8 PEM': KeyCase;
  'private key, PKCS#8 DER': KeyCase;
  'private key, SEC1 PEM': KeyCase;
  'private key, SEC1 DER': KeyCase;
  'private key, PBES2 of SM4 and HMAC-SM3': KeyCase;
  'private key, PBES2 of SM4 and HMAC-SHA256': KeyCase;
  'private key, PBES2 of AES-256 and HMAC-SHA256': KeyCase;
  'private key, bare d': KeyCase;
  'public key, SPKI PEM': KeyCase;
  'public key, SPKI DER': KeyCase;
  'public key, bare 04 ‖ x ‖ y': KeyCase;
  'public key, compressed': KeyCase;
  'SM4-ECB': CipherCase;
  'SM4-CBC': CipherCase;
  'SM4-CBC without padding': CipherCase;
  'SM4-CTR': CipherCase;
  'SM4-GCM': CipherCase;
  'SM4-CCM': CipherCase;
}

export type Row = keyof Rows;

/** The answer, or in one short sentence why there is none. */
export type Or<Act> = Act | string;

export interface Skill<Case> {
  /** Hashes, signs, encrypts, or writes a key file. */
  readonly make: Or<(one: Case) => Bytes | Promise<Bytes>>;
  /** Whether what another made is taken and says the same: verified, decrypted to the plaintext, read as the key. */
  readonly take: Or<(one: Case, made: Bytes) => boolean | Promise<boolean>>;
}

export interface Peer {
  readonly name: string;
  readonly version: string;
  readonly skills: { readonly [R in Row]: Or<Skill<Rows[R]>> };
  /** What is known not to go: row, direction (`make` by it, `take` by it), name of the case, and why. */
  readonly exceptions: readonly Exception[];
}

export interface Exception {
  readonly row: Row;
  readonly at: 'make' | 'take';
  readonly cases: readonly string[];
  readonly why: string;
}

/** Hash and code: nothing to take but the same octets. */
export const same = <Case>(make: (one: Case) => Bytes | Promise<Bytes>): Skill<Case> => ({
  make,
  take: async (one, made) => equal(await make(one), made),
});

export const equal = (a: Bytes, b: Bytes): boolean => Buffer.compare(a, b) === 0;
export const hex = (bytes: Bytes): string => Buffer.from(bytes).toString('hex');
export const unhex = (text: string): Bytes => new Uint8Array(Buffer.from(text, 'hex'));
export const text = (bytes: Bytes): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
export const join = (...parts: readonly Bytes[]): Bytes => new Uint8Array(Buffer.concat(parts));

/** A skill whose making is repeated until the case is content; `raw` gives r ‖ s of what was made. */
export function until(skill: Skill<SignatureCase>, raw: (made: Bytes) => Bytes = (made) => made): Skill<SignatureCase> {
  const { make } = skill;
  if (typeof make === 'string') return skill;
  return {
    ...skill,
    async make(one) {
      for (let tries = 0; tries < 10_000; tries++) {
        const made = await make(one);
        if (one.until?.(raw(made)) ?? true) return made;
      }
      throw new Error(`${one.name}: not within 10,000 tries`);
    },
  };
}
