/** JWE with SM2 and SM4: against an implementation made of others' parts, octet by octet, and as docs/formats/jwe-sm.md has it. */
import { createCipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { derToRaw, generateSm2Key, readSm2PrivateKey, sm2Signer } from '@gov/sm';
import { sm2Decrypter } from '@gov/sm/sm2-encryption';
import { sm4Encrypt } from '@gov/sm/sm4';
import {
  type DecryptJweOptions,
  decryptJwe,
  decryptJwt,
  encryptJwe,
  encryptJwt,
  JWE_LIMITS,
  type JweEncryption,
  type JweHeader,
  readJwe,
} from '@gov/token/jwe';
import { publicJwk, readJwk } from '@gov/token/jwk';
import { signJwt } from '@gov/token/jwt';
import { GovError, isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { sm2 as smCrypto } from 'sm-crypto';
import { describe, expect, it } from 'vitest';

interface Vectors {
  readonly privateKey: string;
  readonly publicKey: { readonly kid: string };
  readonly plaintext: string;
  readonly gcm: { readonly contentKey: string; readonly iv: string; readonly jwe: string };
  readonly ccm: { readonly contentKey: string; readonly iv: string; readonly jwe: string };
  readonly refused: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../docs/formats/jwe-sm-vectors.json', import.meta.url), 'utf8'),
) as Vectors;
const key = readSm2PrivateKey(vectors.privateKey);
const spki = key.publicKey.toSpki();
const recipient = publicJwk(spki, { kid: 'a', use: 'enc' });
const plaintext = Buffer.from(vectors.plaintext, 'hex');
const open: DecryptJweOptions = {
  algorithms: ['SGD_SM2_3'],
  encryptions: ['SGD_SM4_GCM', 'SGD_SM4_CCM'],
  keys: () => sm2Decrypter(key),
};
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
const bytesOf = (part: string): Buffer => Buffer.from(part, 'base64url');

async function codeOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (isGovError(error)) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

/** Made of sm-crypto for SM2, OpenSSL for the bare SM4, and the formulas of SP 800-38D and 38C. */
const other = {
  scalar: derScalar(),
  point: Buffer.from(spki.subarray(-65)).toString('hex'),

  ecb: (k: Uint8Array, block: Uint8Array): Buffer =>
    createCipheriv('sm4-ecb', k, null).setAutoPadding(false).update(block),

  ctr: (k: Uint8Array, counter: Uint8Array, data: Uint8Array): Buffer =>
    createCipheriv('sm4-ctr', k, counter).update(data),

  /** SP 800-38D 6.3: bits from the left, R = 11100001 ‖ 0^120. */
  times(x: bigint, y: bigint): bigint {
    let [z, v] = [0n, y];
    for (let bit = 127n; bit >= 0n; bit--) {
      if ((x >> bit) & 1n) z ^= v;
      v = v & 1n ? (v >> 1n) ^ (0xe1n << 120n) : v >> 1n;
    }
    return z;
  },

  gcmTag(k: Uint8Array, iv: Uint8Array, aad: Uint8Array, text: Uint8Array): Buffer {
    const big = (block: Uint8Array): bigint => BigInt(`0x${Buffer.from(block).toString('hex')}`);
    const filled = (part: Uint8Array): Buffer => Buffer.concat([part, Buffer.alloc((16 - (part.length % 16)) % 16)]);
    const lengths = Buffer.alloc(16);
    lengths.writeBigUInt64BE(BigInt(aad.length * 8), 0);
    lengths.writeBigUInt64BE(BigInt(text.length * 8), 8);
    const all = Buffer.concat([filled(aad), filled(text), lengths]);
    const h = big(other.ecb(k, Buffer.alloc(16)));
    let sum = 0n;
    for (let at = 0; at < all.length; at += 16) sum = other.times(sum ^ big(all.subarray(at, at + 16)), h);
    const mask = big(other.ecb(k, Buffer.concat([iv, Buffer.from([0, 0, 0, 1])])));
    return Buffer.from((sum ^ mask).toString(16).padStart(32, '0'), 'hex');
  },

  gcmText: (k: Uint8Array, iv: Uint8Array, text: Uint8Array): Buffer =>
    other.ctr(k, Buffer.concat([iv, Buffer.from([0, 0, 0, 2])]), text),

  /** SP 800-38C: 12 octets of nonce leave three for the length; 16 of tag. */
  ccmTag(k: Uint8Array, nonce: Uint8Array, aad: Uint8Array, text: Uint8Array): Buffer {
    const filled = (part: Uint8Array): Buffer => Buffer.concat([part, Buffer.alloc((16 - (part.length % 16)) % 16)]);
    const b0 = Buffer.concat([Buffer.from([0x40 + 8 * 7 + 2]), nonce, Buffer.from([0, 0, 0])]);
    b0.writeUIntBE(text.length, 13, 3);
    const length = Buffer.alloc(2);
    length.writeUInt16BE(aad.length);
    let mac: Uint8Array = Buffer.alloc(16);
    const all = Buffer.concat([b0, filled(Buffer.concat([length, aad])), filled(text)]);
    for (let at = 0; at < all.length; at += 16)
      mac = other.ecb(
        k,
        mac.map((octet, i) => octet ^ all[at + i]!),
      );
    const mask = other.ecb(k, Buffer.concat([Buffer.from([2]), nonce, Buffer.alloc(3)]));
    return Buffer.from(mac.map((octet, i) => octet ^ mask[i]!));
  },

  ccmText: (k: Uint8Array, nonce: Uint8Array, text: Uint8Array): Buffer =>
    other.ctr(k, Buffer.concat([Buffer.from([2]), nonce, Buffer.from([0, 0, 1])]), text),

  /** SEQUENCE { x, y, hash, cipher }: every length below 128. */
  contentKey(encrypted: Buffer): Buffer {
    expect([encrypted[0], encrypted[1]]).toEqual([0x30, encrypted.length - 2]);
    const fields: Buffer[] = [];
    for (let at = 2; at < encrypted.length; at += 2 + encrypted[at + 1]!)
      fields.push(encrypted.subarray(at, at + 2 + encrypted[at + 1]!));
    expect(fields.map((field) => field[0])).toEqual([2, 2, 4, 4]);
    const [x, y, hash, cipher] = fields as [Buffer, Buffer, Buffer, Buffer];
    const point = derToRaw(Uint8Array.from(Buffer.concat([Buffer.from([0x30, x.length + y.length]), x, y])))!;
    const bare = Buffer.concat([point, hash.subarray(2), cipher.subarray(2)]).toString('hex');
    return Buffer.from(smCrypto.doDecrypt(bare, other.scalar, 1, { output: 'array' }));
  },

  encryptedKey(contentKey: Uint8Array): Buffer {
    const bare = Buffer.from(smCrypto.doEncrypt([...contentKey], other.point, 1), 'hex');
    const integer = (octets: Buffer): Buffer => {
      let rest = octets;
      while (rest[0] === 0 && rest[1]! < 0x80) rest = rest.subarray(1);
      const body = rest[0]! >= 0x80 ? Buffer.concat([Buffer.from([0]), rest]) : rest;
      return Buffer.concat([Buffer.from([2, body.length]), body]);
    };
    const string = (octets: Buffer): Buffer => Buffer.concat([Buffer.from([4, octets.length]), octets]);
    const body = Buffer.concat([
      integer(bare.subarray(0, 32)),
      integer(bare.subarray(32, 64)),
      string(bare.subarray(64, 96)),
      string(bare.subarray(96)),
    ]);
    return Buffer.concat([Buffer.from([0x30, body.length]), body]);
  },
};

function derScalar(): string {
  const der = Buffer.from(vectors.privateKey.replace(/-----[A-Z ]+-----|\s/g, ''), 'base64').toString('hex');
  // ECPrivateKey: version 1, then an OCTET STRING of 32.
  return /0201010420([0-9a-f]{64})/.exec(der)![1]!;
}

describe.each([
  ['SGD_SM4_GCM', vectors.gcm, other.gcmText, other.gcmTag],
  ['SGD_SM4_CCM', vectors.ccm, other.ccmText, other.ccmTag],
] as const)('%s', (enc, vector, otherText, otherTag) => {
  it('decrypts the vector', async () => {
    const { header, plaintext: read } = await decryptJwe(vector.jwe, open);
    expect(header).toEqual({ alg: 'SGD_SM2_3', enc, kid: 'a' });
    expect(Buffer.from(read)).toEqual(plaintext);
    const [, encryptedKey = '', iv = ''] = vector.jwe.split('.');
    expect(other.contentKey(bytesOf(encryptedKey)).toString('hex')).toBe(vector.contentKey);
    expect(bytesOf(iv).toString('hex')).toBe(vector.iv);
  });

  it('is decrypted by an implementation made of other parts', async () => {
    for (const text of [vector.jwe, await encryptJwe(plaintext, { recipient, enc })]) {
      const [first = '', encryptedKey = '', iv = '', ciphertext = '', tag = ''] = text.split('.');
      const contentKey = other.contentKey(bytesOf(encryptedKey));
      expect(contentKey).toHaveLength(16);
      const read = otherText(contentKey, bytesOf(iv), bytesOf(ciphertext));
      expect(read).toEqual(plaintext);
      // CCM authenticates the plaintext, GCM the ciphertext.
      const protectedText = enc === 'SGD_SM4_GCM' ? bytesOf(ciphertext) : read;
      expect(otherTag(contentKey, bytesOf(iv), Buffer.from(first), protectedText)).toEqual(bytesOf(tag));
    }
  });

  it('decrypts what an implementation made of other parts encrypted', async () => {
    for (const length of [1, 15, 16, 17, 300]) {
      const text = randomBytes(length);
      const [contentKey, iv] = [randomBytes(16), randomBytes(12)];
      const first = b64(utf8(JSON.stringify({ enc, alg: 'SGD_SM2_3', further: [1] })));
      const ciphertext = otherText(contentKey, iv, text);
      const tag = otherTag(contentKey, iv, Buffer.from(first), enc === 'SGD_SM4_GCM' ? ciphertext : text);
      const jwe = [first, ...[other.encryptedKey(contentKey), iv, ciphertext, tag].map(b64)].join('.');
      expect(Buffer.from((await decryptJwe(jwe, open)).plaintext)).toEqual(text);
    }
  });

  it('refuses every octet that was changed, with one code behind the header', async () => {
    const parts = vector.jwe.split('.');
    for (let part = 0; part < 5; part++) {
      const octets = bytesOf(parts[part]!);
      for (let at = 0; at < octets.length; at++) {
        const changed = Uint8Array.from(octets);
        changed[at]! ^= 1 << (at % 8);
        const code = await codeOf(() => decryptJwe(parts.with(part, b64(changed)).join('.'), open));
        if (part === 0) expect(['jwe-malformed', 'algorithm-unsupported', 'decryption-failed']).toContain(code);
        else expect(code).toBe('decryption-failed');
      }
    }
  });

  it('refuses every part from another message', async () => {
    const parts = vector.jwe.split('.');
    const others = (await encryptJwe(plaintext, { recipient, enc, kid: 'b' })).split('.');
    for (let part = 0; part < 5; part++)
      expect(await codeOf(() => decryptJwe(parts.with(part, others[part]!).join('.'), open))).toBe('decryption-failed');
  });
});

describe('encryptJwe', () => {
  it('names the algorithms and the key in a protected header', async () => {
    const text = await encryptJwe(plaintext, { recipient, typ: 'x', cty: 'y' });
    expect(readJwe(text).header).toEqual({ alg: 'SGD_SM2_3', enc: 'SGD_SM4_GCM', kid: 'a', typ: 'x', cty: 'y' });
    expect(readJwe(await encryptJwe(plaintext, { recipient: spki })).header).toEqual({
      alg: 'SGD_SM2_3',
      enc: 'SGD_SM4_GCM',
    });
  });

  it('has a new content key and IV each time', async () => {
    const texts = await Promise.all(Array.from({ length: 4 }, () => encryptJwe(plaintext, { recipient })));
    for (const part of [1, 2, 3, 4]) expect(new Set(texts.map((text) => text.split('.')[part])).size).toBe(4);
  });

  it('gives back any plaintext', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.boolean(), async (octets, gcm) => {
        const enc: JweEncryption = gcm ? 'SGD_SM4_GCM' : 'SGD_SM4_CCM';
        const { plaintext: read } = await decryptJwe(await encryptJwe(octets, { recipient, enc }), open);
        expect(read).toEqual(octets);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['an empty plaintext', new Uint8Array(0), { recipient: spki }, 'invalid-argument'],
    ['one that nobody would read', new Uint8Array(800_000), { recipient: spki }, 'invalid-argument'],
    ['a header that nobody would read', plaintext, { recipient: spki, kid: 'k'.repeat(2048) }, 'invalid-argument'],
    ['SM2 with AES', plaintext, { recipient: spki, enc: 'A128GCM' }, 'algorithm-unsupported'],
    ['a key for signing', plaintext, { recipient: { ...recipient, use: 'sig' } }, 'invalid-argument'],
    ['a key for verifying', plaintext, { recipient: publicJwkWith({ key_ops: ['verify'] }) }, 'invalid-argument'],
    ['a key for something else', plaintext, { recipient: { ...recipient, alg: 'ECDH-ES' } }, 'invalid-argument'],
    ['no key', plaintext, { recipient: new Uint8Array(91) }, 'key-malformed'],
    ['dir', plaintext, { recipient: spki, alg: 'dir' as 'SGD_SM2_3' }, 'algorithm-unsupported'],
    ['RSA1_5', plaintext, { recipient: spki, alg: 'RSA1_5' as 'SGD_SM2_3' }, 'algorithm-unsupported'],
  ] as const)('refuses %s', async (_, octets, options, code) => {
    expect(await codeOf(() => encryptJwe(octets, options))).toBe(code);
  });

  it('does not encrypt to a key of P-256 with SM2', async () => {
    const pair = (await crypto.subtle.generateKey({ name: 'ECDH', namedCurve: 'P-256' }, true, [
      'deriveBits',
    ])) as CryptoKeyPair;
    const p256 = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
    expect(await codeOf(() => encryptJwe(plaintext, { recipient: p256 }))).toBe('key-unsupported');
  });
});

function publicJwkWith(more: Readonly<Record<string, readonly string[]>>) {
  return readJwk({ ...publicJwk(spki), ...more });
}

describe('decryptJwe', () => {
  it.each(
    Object.entries(vectors.refused).flatMap(([code, cases]) =>
      Object.entries(cases).map(([name, text]) => [code, name, text] as const),
    ),
  )('%s: %s', async (code, _, text) => {
    expect(await codeOf(() => decryptJwe(text, open))).toBe(code);
  });

  it('takes only algorithms that the caller names', async () => {
    expect(await codeOf(() => decryptJwe(vectors.gcm.jwe, { ...open, algorithms: ['ECDH-ES'] }))).toBe(
      'algorithm-unsupported',
    );
    expect(await codeOf(() => decryptJwe(vectors.gcm.jwe, { ...open, algorithms: [] }))).toBe('algorithm-unsupported');
    expect(await codeOf(() => decryptJwe(vectors.gcm.jwe, { ...open, encryptions: ['SGD_SM4_CCM'] }))).toBe(
      'algorithm-unsupported',
    );
  });

  it('asks for a key by the header, and not before the algorithm is accepted', async () => {
    const asked: unknown[] = [];
    const keys = (header: JweHeader) => {
      asked.push(header.kid);
      return sm2Decrypter(key);
    };
    await decryptJwe(vectors.gcm.jwe, { ...open, keys });
    await codeOf(() => decryptJwe(vectors.gcm.jwe, { ...open, keys, algorithms: [] }));
    expect(asked).toEqual(['a']);
  });

  it('says the same of no key, of another one, and of one of another kind', async () => {
    const messages = new Set<string>();
    const jwk = { kty: 'oct', k: 'AAAAAAAAAAAAAAAAAAAAAA' } as const;
    for (const one of [undefined, sm2Decrypter(generateSm2Key()), jwk]) {
      await decryptJwe(vectors.gcm.jwe, { ...open, keys: () => one }).catch((error: GovError) => {
        expect(error.code).toBe('decryption-failed');
        expect(error.cause).toBeUndefined();
        messages.add(error.message);
      });
    }
    const spoilt = vectors.gcm.jwe
      .split('.')
      .with(4, b64(new Uint8Array(16)))
      .join('.');
    await decryptJwe(spoilt, open).catch((error: GovError) => messages.add(error.message));
    expect(messages.size).toBe(1);
  });

  it.each(['ciphertext-malformed', 'decryption-failed', 'input-too-large'] as const)(
    'goes on with a random key where the decrypter says %s, and never the same one',
    async (code) => {
      const failing = { publicKey: spki, decrypt: () => Promise.reject(new GovError(code, 'x')) };
      expect(await codeOf(() => decryptJwe(vectors.gcm.jwe, { ...open, keys: () => failing }))).toBe(
        'decryption-failed',
      );
      // Encrypted under a key of zeros: what somebody would hope to find in place of a random one.
      const [first = '', encryptedKey = '', iv = ''] = vectors.gcm.jwe.split('.');
      const zeros = sm4Encrypt(
        { mode: 'gcm', key: new Uint8Array(16), nonce: bytesOf(iv), aad: utf8(first) },
        plaintext,
      );
      const forged = [first, encryptedKey, iv, b64(zeros.subarray(0, -16)), b64(zeros.subarray(-16))].join('.');
      expect(await codeOf(() => decryptJwe(forged, { ...open, keys: () => failing }))).toBe('decryption-failed');
    },
  );

  it.each(['pool-unavailable', 'key-destroyed'] as const)('passes on %s of a decrypter', async (code) => {
    const absent = { publicKey: spki, decrypt: () => Promise.reject(new GovError(code, 'x')) };
    expect(await codeOf(() => decryptJwe(vectors.gcm.jwe, { ...open, keys: () => absent }))).toBe(code);
  });

  it('refuses a content key that is too long, and overwrites what it was given', async () => {
    for (const length of [15, 16, 17, 32]) {
      const given = new Uint8Array(length).fill(7);
      const lying = { publicKey: spki, decrypt: async () => given };
      expect(await codeOf(() => decryptJwe(vectors.gcm.jwe, { ...open, keys: () => lying }))).toBe('decryption-failed');
      expect([...given].every((octet) => octet === 0)).toBe(true);
    }
  });

  it('refuses an encrypted key in a second spelling, whatever the decrypter puts up with', async () => {
    const parts = vectors.gcm.jwe.split('.');
    const strict = bytesOf(parts[1]!);
    const long = Buffer.concat([Buffer.from([0x30, 0x81, strict.length - 2]), strict.subarray(2)]);
    expect(await sm2Decrypter(key, { mode: 'lenient' }).decrypt(long)).toHaveLength(16);
    expect(await codeOf(() => decryptJwe(parts.with(1, b64(long)).join('.'), open))).toBe('decryption-failed');
  });
});

describe('the limits', () => {
  const of = (header: string, rest: readonly [string, string, string, string]): string =>
    [b64(utf8(header)), ...rest].join('.');
  const [, ...rest] = vectors.gcm.jwe.split('.') as [string, string, string, string, string];
  const padded = (bytes: number): string => {
    const bare = JSON.stringify({ alg: 'SGD_SM2_3', enc: 'SGD_SM4_GCM', x: '' });
    return bare.replace('""', `"${'x'.repeat(bytes - bare.length)}"`);
  };

  it('of the header', () => {
    expect(readJwe(of(padded(JWE_LIMITS.headerBytes), rest)).header.alg).toBe('SGD_SM2_3');
    expect(() => readJwe(of(padded(JWE_LIMITS.headerBytes + 1), rest))).toThrow(/header/);
  });

  it('of the encrypted key', () => {
    const header = JSON.stringify({ alg: 'SGD_SM2_3', enc: 'SGD_SM4_GCM' });
    const { encryptedKeyBytes } = JWE_LIMITS;
    const withKey = (octets: number): string => of(header, rest.with(0, b64(new Uint8Array(octets))) as typeof rest);
    expect(readJwe(withKey(encryptedKeyBytes)).encryptedKey).toHaveLength(encryptedKeyBytes);
    expect(() => readJwe(withKey(encryptedKeyBytes + 1))).toThrow(/encrypted key/);
  });

  it('of the whole', async () => {
    const { length } = vectors.gcm.jwe;
    expect(readJwe(vectors.gcm.jwe, { characters: length }).header.kid).toBe('a');
    expect(await codeOf(() => readJwe(vectors.gcm.jwe, { characters: length - 1 }))).toBe('input-too-large');
    expect(await codeOf(() => decryptJwe(vectors.gcm.jwe, { ...open, limits: { characters: length - 1 } }))).toBe(
      'input-too-large',
    );
    expect(await codeOf(() => readJwe('.'.repeat(JWE_LIMITS.characters)))).toBe('jwe-malformed');
    expect(await codeOf(() => readJwe('.'.repeat(JWE_LIMITS.characters + 1)))).toBe('input-too-large');
  });
});

describe('a nested token', () => {
  const signer = sm2Signer(key);
  const claims = { iss: 'https://a.example', aud: 'b', exp: 1_800_000_000 };

  it('is the signed one inside, with cty JWT', async () => {
    const token = await signJwt(claims, { typ: 'JWT', kid: 's', signer });
    const text = await encryptJwt(token, { recipient });
    expect(readJwe(text).header.cty).toBe('JWT');
    expect(await decryptJwt(text, open)).toBe(token);
  });

  it.each(['jwt', 'application/jwt'])('says so as %s too', async (cty) => {
    const token = await signJwt(claims, { typ: 'JWT', kid: 's', signer });
    expect(await decryptJwt(await encryptJwe(utf8(token), { recipient, cty }), open)).toBe(token);
  });

  it('is refused without cty, and with nothing signed inside', async () => {
    const token = await signJwt(claims, { typ: 'JWT', kid: 's', signer });
    const cases = [
      await encryptJwe(utf8(token), { recipient }),
      await encryptJwe(utf8(token), { recipient, cty: 'json' }),
      await encryptJwe(utf8(JSON.stringify(claims)), { recipient, cty: 'JWT' }),
      await encryptJwe(Uint8Array.of(0xff, 0xfe), { recipient, cty: 'JWT' }),
      await encryptJwe(utf8(await encryptJwe(utf8(token), { recipient, cty: 'JWT' })), { recipient, cty: 'JWT' }),
    ];
    for (const text of cases) expect(await codeOf(() => decryptJwt(text, open))).toBe('jwt-malformed');
    expect(await codeOf(() => encryptJwt(JSON.stringify(claims), { recipient }))).toBe('jwt-malformed');
  });
});
