/** Inputs of every row: the edges by name, and random ones from a fixed seed, so that a count is the same in every run. */
import { createHash } from 'node:crypto';
import { nonceOfCounter } from './ghash.js';
import { pairOf } from './gov.js';
import type { Bytes, CipherCase, DataCase, EncryptionCase, KeyCase, Pair, Row, Rows, SignatureCase } from './peer.js';
import { join, unhex } from './peer.js';

const RANDOM = 12;

/** SHA-256 in counter mode over a name. */
export function randomBytes(name: string, length: number): Bytes {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, i) =>
    createHash('sha256').update(`${name} ${i}`).digest(),
  );
  return join(...blocks).subarray(0, length);
}

const randomNumber = (name: string, below: number): number => {
  const [a, b, c] = randomBytes(name, 3);
  return ((a! << 16) | (b! << 8) | c!) % below;
};

const utf8 = (text: string): Bytes => new TextEncoder().encode(text);
const scalar = (digits: string): Bytes => unhex(digits.padStart(64, '0'));

/** n − 2: the greatest private key. */
const GREATEST = 'fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54121';

const PAIRS: readonly (readonly [string, Pair])[] = [
  ['d = 1', pairOf(scalar('1'))],
  ['d = n − 2', pairOf(scalar(GREATEST))],
  ['zeros lead d', pairOf(scalar('3945208f7b2144b13f36e38ac6d39f'))],
  ['zeros lead x', pairOf(scalar('59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bdcf'))],
  ['zeros lead y', pairOf(scalar('59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1cbcf'))],
];

const randomPair = (name: string): Pair => pairOf(join(Uint8Array.of(0x7f), randomBytes(`${name} d`, 31)));

const times = <T>(make: (name: string) => T): T[] => Array.from({ length: RANDOM }, (_, i) => make(`random ${i + 1}`));

const MEGABYTE = 1 << 20;

const data = (): DataCase[] => [
  ...[0, 1, 55, 56, 63, 64, 65, 119, 120, 128, 1000].map((length) => ({
    name: `${length} bytes`,
    data: randomBytes('data', length),
    key: randomBytes('key', 32),
  })),
  { name: '1 MiB', data: randomBytes('data', MEGABYTE), key: randomBytes('key', 32) },
  ...times((name) => ({
    name,
    data: randomBytes(name, randomNumber(name, 4096)),
    key: randomBytes(`${name} key`, 1 + randomNumber(name, 64)),
  })),
];

const keyed = (): DataCase[] => [
  ...data(),
  ...[1, 63, 64, 65, 200].map((length) => ({
    name: `key of ${length} bytes`,
    data: randomBytes('data', 100),
    key: randomBytes('key', length),
  })),
];

const DEFAULT_ID = utf8('1234567812345678');

function signatures(ids: readonly (readonly [string, Bytes])[], leadingZeros: boolean): SignatureCase[] {
  const [, id] = ids[0]!;
  const message = utf8('某市行政审批局');
  const pair = randomPair('signer');
  return [
    ...ids.map(([name, id]) => ({ name, pair, message, id })),
    { name: 'empty message', pair, message: new Uint8Array(0), id },
    { name: '1 MiB message', pair, message: randomBytes('message', MEGABYTE), id },
    ...PAIRS.map(([name, pair]) => ({ name, pair, message, id })),
    ...times((name) => ({ name, pair: randomPair(name), message: randomBytes(name, randomNumber(name, 500)), id })),
    ...(leadingZeros
      ? [{ name: 'a zero leads r or s', pair, message, id, until: (raw: Bytes) => raw[0] === 0 || raw[32] === 0 }]
      : []),
  ];
}

const overDigest = (): SignatureCase[] => [
  ...['00', 'ff'].map((octet) => ({
    name: `e of ${octet}`,
    pair: randomPair('signer'),
    message: unhex(octet.repeat(32)),
    id: DEFAULT_ID,
  })),
  ...PAIRS.map(([name, pair]) => ({ name, pair, message: randomBytes('e', 32), id: DEFAULT_ID })),
  ...times((name) => ({ name, pair: randomPair(name), message: randomBytes(name, 32), id: DEFAULT_ID })),
];

/**
 * Not of one or two octets: with one, a library that leaves out step A5 sends it in the clear once in 256 times, and
 * whoever keeps step B4 refuses that. It has a row of its own in `hostile.ts`.
 */
const encryptions = (): EncryptionCase[] => {
  const pair = randomPair('recipient');
  return [
    ...[8, 31, 32, 33, 1000].map((length) => ({
      name: `${length} bytes`,
      pair,
      plaintext: join(Uint8Array.of(0x7f), randomBytes('plaintext', length - 1)),
    })),
    { name: '00 in front', pair, plaintext: join(Uint8Array.of(0), randomBytes('plaintext', 20)) },
    { name: '0a in front', pair, plaintext: join(Uint8Array.of(0x0a), randomBytes('plaintext', 20)) },
    { name: 'zeros', pair, plaintext: new Uint8Array(40) },
    { name: '64 KiB', pair, plaintext: join(Uint8Array.of(0x7f), randomBytes('plaintext', 65535)) },
    ...PAIRS.map(([name, pair]) => ({ name, pair, plaintext: utf8('会话密钥') })),
    ...times((name) => ({
      name,
      pair: randomPair(name),
      plaintext: join(Uint8Array.of(0x7f), randomBytes(name, 8 + randomNumber(name, 200))),
    })),
  ];
};

const keyFiles = (): KeyCase[] => [
  ...PAIRS.map(([name, pair]) => ({ name, pair, password: 'Correct-Horse-9' })),
  ...times((name) => ({ name, pair: randomPair(name), password: 'Correct-Horse-9' })),
];

const cipher = (name: string, length: number, change: Partial<CipherCase> = {}): CipherCase => ({
  name,
  key: randomBytes(`${name} key`, 16),
  iv: randomBytes(`${name} iv`, 16),
  aad: new Uint8Array(0),
  tagLength: 16,
  plaintext: randomBytes(`${name} plaintext`, length),
  ...change,
});

const blocks = (lengths: readonly number[]): CipherCase[] => [
  ...lengths.map((length) => cipher(`${length} bytes`, length)),
  cipher('key and iv of zeros', 64, { key: new Uint8Array(16), iv: new Uint8Array(16) }),
  ...times((name) => cipher(name, 16 * randomNumber(name, 64))),
];

const padded = (): CipherCase[] => [
  ...blocks([0, 1, 15, 16, 17, 31, 32, 33, 65536]),
  ...times((name) => cipher(`${name}, any length`, randomNumber(name, 1000))),
];

const counted = (): CipherCase[] => [
  ...padded(),
  cipher('the counter wraps', 100, { iv: new Uint8Array(16).fill(0xff) }),
];

const aead = (nonces: readonly number[], tags: readonly number[]): CipherCase[] => [
  ...[0, 1, 15, 16, 17, 32, 1000, 65536].map((length) =>
    cipher(`${length} bytes`, length, { iv: randomBytes('nonce', 12), aad: randomBytes('aad', 20) }),
  ),
  ...[0, 1, 16, 17, 300].map((length) =>
    cipher(`aad of ${length} bytes`, 50, { iv: randomBytes('nonce', 12), aad: randomBytes('aad', length) }),
  ),
  ...nonces.map((length) => cipher(`nonce of ${length} bytes`, 50, { iv: randomBytes('nonce', length) })),
  ...tags.map((tagLength) => cipher(`tag of ${tagLength} bytes`, 50, { iv: randomBytes('nonce', 12), tagLength })),
  ...times((name) =>
    cipher(name, randomNumber(name, 1000), {
      iv: randomBytes(`${name} nonce`, 12),
      aad: randomBytes(`${name} aad`, randomNumber(`${name} aad`, 64)),
    }),
  ),
];

/** A nonce of 16 bytes is hashed to the first counter; of this one the last 32 bits are ff. */
const wrappingNonce = (): CipherCase => {
  const key = randomBytes('wrapping key', 16);
  const counter = join(randomBytes('counter', 12), Uint8Array.of(0xff, 0xff, 0xff, 0xff));
  return cipher('the counter wraps', 100, { key, iv: nonceOfCounter(key, counter) });
};

const defaultId = (): SignatureCase[] => signatures([['default ID', DEFAULT_ID]], true);

const CASES: { readonly [R in Row]: () => readonly Rows[R][] } = {
  SM3: data,
  'HMAC-SM3': keyed,
  'SM2 signature, r ‖ s': defaultId,
  'SM2 signature, DER': defaultId,
  'SM2 signature, another ID': () =>
    signatures(
      [
        ['Chinese ID', utf8('某市行政审批局')],
        ['ID of 1 byte', utf8('x')],
        ['ID of 1000 bytes', utf8('x'.repeat(1000))],
        ['empty ID', new Uint8Array(0)],
      ],
      false,
    ),
  'SM2 signature, ID not UTF-8': () => signatures([['ID not UTF-8', unhex('ff00fe80')]], false),
  'SM2 signature over e': overDigest,
  'SM2 ciphertext `asn1`': encryptions,
  'SM2 ciphertext `c1c3c2`': encryptions,
  'SM2 ciphertext `c1c2c3`': encryptions,
  'SM2 ciphertext `c1c3c2-bare`': encryptions,
  'SM2 ciphertext `c1c2c3-bare`': encryptions,
  'private key, PKCS#8 PEM': keyFiles,
  'private key, PKCS#8 DER': keyFiles,
  'private key, SEC1 PEM': keyFiles,
  'private key, SEC1 DER': keyFiles,
  'private key, PBES2 of SM4 and HMAC-SM3': keyFiles,
  'private key, PBES2 of SM4 and HMAC-SHA256': keyFiles,
  'private key, PBES2 of AES-256 and HMAC-SHA256': keyFiles,
  'private key, bare d': keyFiles,
  'public key, SPKI PEM': keyFiles,
  'public key, SPKI DER': keyFiles,
  'public key, bare 04 ‖ x ‖ y': keyFiles,
  'public key, compressed': keyFiles,
  'SM4-ECB': padded,
  'SM4-CBC': padded,
  'SM4-CBC without padding': () => blocks([0, 16, 32, 65536]),
  'SM4-CTR': counted,
  'SM4-GCM': () => [...aead([1, 8, 16, 60], [12, 13, 15]), wrappingNonce()],
  'SM4-CCM': () => aead([7, 13], [4, 8, 14]),
};

export const ROWS = Object.keys(CASES) as Row[];

/** Made once: the keys of all peers are the same. */
const made = new Map<Row, readonly Rows[Row][]>();

export function casesOf<R extends Row>(row: R): readonly Rows[R][] {
  const cases = made.get(row) ?? CASES[row]();
  made.set(row, cases);
  return cases as readonly Rows[R][];
}
