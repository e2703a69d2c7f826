import { createCipheriv } from 'node:crypto';
import { bytesToHex, hexToBytes, sm4CcmMaxLength, sm4Decrypt, sm4Encrypt } from '@gov/sm';
import { SM4_GCM_MAX_LENGTH, SM4_MAX_AAD_LENGTH, type Sm4AeadOptions } from '@gov/sm/sm4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sm4Backend } from '../src/internal/sm4-backend.js';
import { ccmDecrypt, ccmEncrypt } from '../src/internal/sm4-ccm.js';
import { type AeadParameters, gcmDecrypt, gcmEncrypt } from '../src/internal/sm4-gcm.js';
import { js } from '../src/internal/sm4-js.js';
import { native } from '../src/internal/sm4-native.node.js';

const BACKENDS = ['native', 'js'] as const;
const RFC_KEY = hexToBytes('0123456789abcdeffedcba9876543210');
const KEY = Uint8Array.from({ length: 16 }, (_, i) => i);
const NONCE = hexToBytes('00001234567800000000abcd');
const counted = (length: number, by = 151, from = 7) =>
  Uint8Array.from({ length }, (_, index) => (index * by + from) & 0xff);
const refusal = (code: string) => expect.objectContaining({ name: 'GovError', code });

describe.each(BACKENDS)('vectors, backend %s', (backend) => {
  const same = (options: Sm4AeadOptions, plaintext: Uint8Array, sealed: string) => {
    expect(bytesToHex(sm4Encrypt({ ...options, backend }, plaintext))).toBe(sealed);
    expect(bytesToHex(sm4Decrypt({ ...options, backend }, hexToBytes(sealed)))).toBe(bytesToHex(plaintext));
  };
  const plaintext = hexToBytes(
    'aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd' +
      'eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa',
  );
  const aad = hexToBytes('feedfacedeadbeeffeedfacedeadbeefabaddad2');

  it('RFC 8998 A.1, GCM', () => {
    const sealed =
      '17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735' +
      'd82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d' +
      '83de3541e4c2b58177e065a9bf7b62ec';
    same({ mode: 'gcm', key: RFC_KEY, nonce: NONCE, aad }, plaintext, sealed);
    for (const tagLength of [12, 13, 14, 15])
      same(
        { mode: 'gcm', key: RFC_KEY, nonce: NONCE, aad, tagLength },
        plaintext,
        sealed.slice(0, 128 + 2 * tagLength),
      );
  });

  it('RFC 8998 A.2, CCM', () => {
    same(
      { mode: 'ccm', key: RFC_KEY, nonce: NONCE, aad },
      plaintext,
      '48af93501fa62adbcd414cce6034d895dda1bf8f132f042098661572e7483094' +
        'fd12e518ce062c98acee28d95df4416bed31a2f04476c18bb40c84a74b97dc5b' +
        '16842d4fa186f56ab33256971fa110f4',
    );
  });

  it('GB/T 15852.3-2019 A, GMAC, which is GCM without a plaintext', () => {
    const options: Sm4AeadOptions = { mode: 'gcm', key: new Uint8Array(16), nonce: new Uint8Array(12) };
    same(options, new Uint8Array(0), '232f0cfe308b49ea6fc88229b5dc858d');
  });

  // Computed with OpenSSL 4.0: nonces of other lengths, texts that end within a block or at its edge.
  it.each<[number, number, number, string]>([
    [12, 0, 0, 'bfa733d331289158ba638baa06b017fb'],
    [12, 0, 1, 'adbcd714c296c471e916be07a6abba22e4'],
    [12, 13, 16, 'ad971c988755368e3a1bfb6d3c197e9d0bfcdc48a82149a5eea3561b92b87a26'],
    [12, 16, 17, 'ad971c988755368e3a1bfb6d3c197e9d79eb8d122c68c729be97bd6445851af7df'],
    [8, 20, 33, '9103a9de9ec4d0744a5408872127196f074468a245bf16aa49d7e74ab864f31240b33b892a148a56d825807fe3f78d2fba'],
    [
      16,
      0,
      47,
      'cff30503ec783ce8d5db3f118828d5af993d302ee023c610b68e82e82032c3ebef44cb70bc1ffb24688dad2aac59f64f' +
        '50d1aeaf587761a4e9073ce2914e6f',
    ],
    [
      60,
      40,
      64,
      '79a11833f9c405194532a375f626d61f7dda2f55f1503b5ce5b74cbd54f34a0e58b660e18f949ae84d3ae290f298aec3' +
        '7daf9f8e97e1174ce6dd0c259682cc79ed1ad71c421d57eab4a39c4ec33fc425',
    ],
    [
      128,
      3,
      100,
      '08e61c2a3a34add6676eadf64c17aa45e83b529e532380a98ddfd1b5ba45a307bc585fcf737f381ecf58867445cb5ce4' +
        '9c6cdff946ab8d727846a0e3f153bcc1d01531b9392010b1fc0293f2705e356e751e417a7101436b37a843f916b90afd' +
        '1e22d16985215271353759b4360a539cff10a70b',
    ],
  ])('GCM with a nonce of %i, aad of %i and plaintext of %i', (nonceLength, aadLength, length, sealed) => {
    const nonce = counted(nonceLength, 3, 1);
    same({ mode: 'gcm', key: KEY, nonce, aad: counted(aadLength, 5, 2) }, counted(length, 7, 3), sealed);
  });
});

/** AES in the place of SM4: what is composed of it must be the AES-GCM and AES-CCM of OpenSSL, octet for octet. */
const aes: Sm4Backend = {
  name: 'native',
  ecb: (_, key, data) => openssl('aes-128-ecb', key, null, data),
  cbc: (_, key, iv, data) => openssl('aes-128-cbc', key, iv, data),
  ctr: (key, counter, data) => openssl('aes-128-ctr', key, counter, data),
};

function openssl(name: string, key: Uint8Array, iv: Uint8Array | null, data: Uint8Array): Uint8Array {
  return Uint8Array.from(createCipheriv(name, key, iv).setAutoPadding(false).update(data));
}

function sealedByNode(mode: 'gcm' | 'ccm', { key, nonce, aad, tagLength }: AeadParameters, plaintext: Uint8Array) {
  const cipher =
    mode === 'gcm'
      ? createCipheriv('aes-128-gcm', key, nonce, { authTagLength: tagLength })
      : createCipheriv('aes-128-ccm', key, nonce, { authTagLength: tagLength });
  cipher.setAAD(aad, { plaintextLength: plaintext.length });
  return bytesToHex(Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]));
}

describe('the composition, with AES in place of SM4, is that of OpenSSL', () => {
  const check = (mode: 'gcm' | 'ccm', parameters: AeadParameters, plaintext: Uint8Array) => {
    const [encrypt, decrypt] = mode === 'gcm' ? [gcmEncrypt, gcmDecrypt] : [ccmEncrypt, ccmDecrypt];
    const sealed = encrypt(aes, parameters, plaintext);
    expect(bytesToHex(sealed)).toBe(sealedByNode(mode, parameters, plaintext));
    expect(Buffer.compare(decrypt(aes, parameters, sealed)!, plaintext)).toBe(0);
  };
  const key = counted(16, 11, 3);

  it('GCM for nonces of 1 to 40 bytes and every tag length', () => {
    for (let length = 1; length <= 40; length++)
      for (const tagLength of [12, 13, 14, 15, 16])
        check('gcm', { key, nonce: counted(length), aad: counted(length % 7), tagLength }, counted(length + 3));
  });

  it('CCM for every nonce and tag length', () => {
    for (let length = 7; length <= 13; length++)
      for (const tagLength of [4, 6, 8, 10, 12, 14, 16])
        check('ccm', { key, nonce: counted(length), aad: counted(length), tagLength }, counted(length * 3));
  });

  it.each(['gcm', 'ccm'] as const)('%s for all short texts, with and without associated data', (mode) => {
    for (let length = 0; length <= 50; length++)
      for (let aadLength = 0; aadLength <= 34; aadLength++)
        check(mode, { key, nonce: NONCE, aad: counted(aadLength), tagLength: 16 }, counted(length));
  });

  it.each(['gcm', 'ccm'] as const)('%s beyond the pieces in which work is done', (mode) => {
    for (const length of [(1 << 16) - 1, 1 << 16, (1 << 16) + 1, 200_000])
      check(mode, { key, nonce: NONCE, aad: counted(length), tagLength: 16 }, counted(length + 5));
  });

  it('CCM where the length of the associated data changes its form', () => {
    for (const aadLength of [0xfeff, 0xff00, 0xff01, 0x10000, 0x12345])
      check('ccm', { key, nonce: NONCE, aad: counted(aadLength), tagLength: 16 }, counted(20));
  });

  it('CCM where the length of the text needs more octets', () => {
    for (const length of [255, 256, 65535, 65536, 70_001])
      check('ccm', { key, nonce: NONCE, aad: counted(3), tagLength: 16 }, counted(length));
    check('ccm', { key, nonce: counted(13), aad: counted(3), tagLength: 16 }, counted(65535));
  });

  it('GCM where the counter wraps within its last 32 bits', () => {
    const h = BigInt(`0x${bytesToHex(aes.ecb('encrypt', key, new Uint8Array(16)))}`);
    for (const last of ['ffffffff', 'fffffffe', 'fffffffd', '00000000']) {
      // J0 = (N·H ⊕ L)·H for a nonce N of one block and its length L, solved for N.
      const j0 = BigInt(`0x0123456789abcdefffffffff${last}`);
      const inverse = inverted(h);
      const nonce = product(product(j0, inverse) ^ 128n, inverse);
      const parameters = {
        key,
        nonce: hexToBytes(nonce.toString(16).padStart(32, '0')),
        aad: counted(5),
        tagLength: 16,
      };
      for (const length of [0, 1, 16, 17, 32, 33, 48, 100]) check('gcm', parameters, counted(length));
    }
  });

  it('for anything', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('gcm' as const, 'ccm' as const),
        fc.uint8Array({ minLength: 16, maxLength: 16 }),
        fc.uint8Array({ minLength: 7, maxLength: 13 }),
        fc.uint8Array({ maxLength: 100 }),
        fc.constantFrom(12, 14, 16),
        fc.uint8Array({ maxLength: 300 }),
        (mode, key, nonce, aad, tagLength, plaintext) => check(mode, { key, nonce, aad, tagLength }, plaintext),
      ),
      { numRuns: process.env.SLOW ? 5000 : 300 },
    );
  });
});

/** In GF(2^128) of SP 800-38D 6.3: the first bit is the coefficient of x^0. */
function product(x: bigint, y: bigint): bigint {
  let z = 0n;
  let v = y;
  for (let i = 127n; i >= 0n; i--) {
    if ((x >> i) & 1n) z ^= v;
    v = v & 1n ? (v >> 1n) ^ (0xe1n << 120n) : v >> 1n;
  }
  return z;
}

/** x^(2^128 − 2). */
function inverted(x: bigint): bigint {
  let power = x;
  let answer = 1n << 127n;
  for (let i = 1; i < 128; i++) {
    power = product(power, power);
    answer = product(answer, power);
  }
  return answer;
}

const aeads = (['gcm', 'ccm'] as const).flatMap((mode) => BACKENDS.map((backend) => ({ mode, backend })));

describe.each(aeads)('$mode, backend $backend, fails', ({ mode, backend }) => {
  const options: Sm4AeadOptions = { mode, backend, key: KEY, nonce: NONCE, aad: counted(5) };
  const plaintext = counted(5);
  const sealed = sm4Encrypt(options, plaintext);
  const fails = (changed: Partial<Sm4AeadOptions>, given = sealed) =>
    expect(() => sm4Decrypt({ ...options, ...changed }, given)).toThrowError(refusal('decryption-failed'));
  const changedAt = (bytes: Uint8Array, bit: number) =>
    bytes.map((octet, i) => (i === bit >> 3 ? octet ^ (1 << (bit & 7)) : octet));

  it('not when nothing was changed', () => expect(sm4Decrypt(options, sealed)).toEqual(plaintext));

  it('for a change of any bit of ciphertext and tag', () => {
    for (let bit = 0; bit < 8 * sealed.length; bit++) fails({}, changedAt(sealed, bit));
  });

  it('for a change of any bit of the associated data, the nonce or the key', () => {
    for (let bit = 0; bit < 40; bit++) fails({ aad: changedAt(options.aad!, bit) });
    for (let bit = 0; bit < 96; bit++) fails({ nonce: changedAt(NONCE, bit) });
    for (let bit = 0; bit < 128; bit++) fails({ key: changedAt(KEY, bit) });
  });

  it('for associated data cut, lengthened, left out or moved into the text', () => {
    for (const aad of [counted(4), counted(6), new Uint8Array(0), Uint8Array.of(...counted(5), 0)]) fails({ aad });
    const { aad: _, ...without } = options;
    expect(() => sm4Decrypt(without, sealed)).toThrowError(refusal('decryption-failed'));
  });

  it('for a ciphertext cut anywhere or lengthened', () => {
    for (let length = 0; length < sealed.length; length++) fails({}, sealed.subarray(0, length));
    for (let from = 1; from < sealed.length; from++) fails({}, sealed.subarray(from));
    fails({}, Uint8Array.of(...sealed, 0));
    fails({}, Uint8Array.of(0, ...sealed));
  });

  it('for a tag of another length than was agreed', () => {
    for (const tagLength of [12, 14]) fails({ tagLength });
    const short = sm4Encrypt({ ...options, tagLength: 12 }, plaintext);
    fails({}, short);
    fails({ tagLength: 14 }, short);
    expect(sm4Decrypt({ ...options, tagLength: 12 }, short)).toEqual(plaintext);
  });

  it('for the other mode', () => fails({ mode: mode === 'gcm' ? 'ccm' : 'gcm' }));

  it('for a nonce that is only padded or cut', () => {
    for (const nonce of [NONCE.slice(0, 11), Uint8Array.of(...NONCE, 0)]) fails({ nonce });
  });

  it('also where there is nothing to encrypt', () => {
    for (const aad of [new Uint8Array(0), counted(16), counted(17)]) {
      const tag = sm4Encrypt({ ...options, aad }, new Uint8Array(0));
      expect(tag).toHaveLength(16);
      expect(sm4Decrypt({ ...options, aad }, tag)).toHaveLength(0);
      for (let bit = 0; bit < 128; bit++) fails({ aad }, changedAt(tag, bit));
      fails({ aad: Uint8Array.of(...aad, 0) }, tag);
    }
  });

  it('around the edges of a block', () => {
    for (const length of [1, 15, 16, 17, 31, 32, 33]) {
      const long = sm4Encrypt(options, counted(length));
      for (const bit of [0, 8 * length - 1, 8 * length, 8 * long.length - 1]) fails({}, changedAt(long, bit));
    }
  });
});

describe('nothing is given away when the tag is wrong', () => {
  const parameters = { key: KEY, nonce: NONCE, aad: counted(5), tagLength: 16 };

  it('GCM decrypts nothing', () => {
    const watched: Sm4Backend = {
      ...js,
      ctr: () => {
        throw new Error('decrypted before the tag was checked');
      },
    };
    expect(gcmDecrypt(watched, parameters, counted(50))).toBeUndefined();
  });

  it('CCM wipes what it decrypted', () => {
    const seen: Uint8Array[] = [];
    const watched: Sm4Backend = {
      ...native,
      ctr(...args) {
        const out = native.ctr(...args);
        seen.push(args[2], out);
        return out;
      },
      cbc(...args) {
        seen.push(args[3]);
        return native.cbc(...args);
      },
    };
    expect(ccmDecrypt(watched, parameters, counted(50))).toBeUndefined();
    expect(seen.map((bytes) => bytes.length)).toEqual([16 + 34, 16 + 34, 16 + 16 + 48]);
    for (const bytes of seen) expect(bytes.every((octet) => octet === 0)).toBe(true);
  });
});

it.each([
  ['gcm', gcmDecrypt],
  ['ccm', ccmDecrypt],
] as const)('%s does no work for less than a tag', (_, decrypt) => {
  const unwanted = (): never => expect.unreachable('worked');
  const idle: Sm4Backend = { name: 'js', ecb: unwanted, cbc: unwanted, ctr: unwanted };
  for (const length of [0, 1, 8, 15])
    expect(decrypt(idle, { key: KEY, nonce: NONCE, aad: counted(0), tagLength: 16 }, counted(length))).toBeUndefined();
});

describe('limits', () => {
  /** Bytes that claim a length which no memory holds. */
  const claiming = (length: number) => Object.defineProperty(new Uint8Array(0), 'length', { value: length });
  const gcm: Sm4AeadOptions = { mode: 'gcm', key: KEY, nonce: NONCE };

  it('GCM takes 2^36 − 32 bytes', () => {
    expect(SM4_GCM_MAX_LENGTH).toBe(68_719_476_704);
    const tooLong = refusal('input-too-large');
    expect(() => sm4Encrypt(gcm, claiming(SM4_GCM_MAX_LENGTH + 1))).toThrowError(tooLong);
    expect(() => sm4Decrypt(gcm, claiming(SM4_GCM_MAX_LENGTH + 17))).toThrowError(tooLong);
    // At the limit it is taken, and only memory is wanting.
    expect(() => sm4Encrypt(gcm, claiming(SM4_GCM_MAX_LENGTH))).toThrowError(RangeError);
  });

  it('CCM takes as many bytes as the nonce leaves octets for their number', () => {
    expect([13, 12, 11, 7].map(sm4CcmMaxLength)).toEqual([65_535, 16_777_215, 4_294_967_295, 2 ** 64 - 1]);
    for (const nonceLength of [13, 12]) {
      const options: Sm4AeadOptions = { mode: 'ccm', key: KEY, nonce: counted(nonceLength) };
      const most = sm4CcmMaxLength(nonceLength);
      const sealed = sm4Encrypt(options, new Uint8Array(most));
      expect(Buffer.compare(sm4Decrypt(options, sealed), new Uint8Array(most))).toBe(0);
      expect(() => sm4Encrypt(options, new Uint8Array(most + 1))).toThrowError(refusal('input-too-large'));
      expect(() => sm4Decrypt(options, new Uint8Array(most + 17))).toThrowError(refusal('input-too-large'));
    }
  });

  it('associated data has less than 2^32 bytes', () => {
    expect(SM4_MAX_AAD_LENGTH).toBe(4_294_967_295);
    for (const mode of ['gcm', 'ccm'] as const)
      for (const use of [sm4Encrypt, sm4Decrypt])
        expect(() => use({ ...gcm, mode, aad: claiming(2 ** 32) }, counted(20))).toThrowError(
          refusal('input-too-large'),
        );
  });
});
