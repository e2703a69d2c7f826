/** SM2 and SM4 ciphertexts that must not be decrypted. */
import { type BackendName, readSm2PrivateKey, sm3 } from '@gov/sm';
import { type Sm2CiphertextForm, sm2Decrypt } from '@gov/sm/sm2-encryption';
import { type Sm4Options, sm4Decrypt, sm4Encrypt } from '@gov/sm/sm4';
import { isGovError } from '@gov/verdict';
import gmCrypto from 'gm-crypto';
import smCrypto, { type SmCrypto } from 'sm-crypto';
import * as smCryptoV2 from 'sm-crypto-v2';
import type { Tool } from '../tools.js';
import { workFolder } from '../tools.js';
import { add, encoded, G, multiply, octets, type Point } from './curve.js';
import { integer, sec1, tlv } from './encodings.js';
import { bytesOf, type Question } from './hostile.js';
import { type Bytes, equal, hex, join, unhex } from './peer.js';

const v2 = smCryptoV2 as unknown as SmCrypto;

const D = octets(0x3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8n);
const d = BigInt(`0x${hex(D)}`);
const PLAINTEXT: Bytes = new TextEncoder().encode('key of session');

interface Parts {
  readonly c1: Bytes;
  readonly c2: Bytes;
  readonly c3: Bytes;
}

/** What the owner of d would decrypt to the plaintext, whether or not C1 is on the curve; `shared` is d·C1. */
function partsFor(c1: Point, plaintext: Bytes, shared = multiply(d, c1)): Parts & { readonly mask: Bytes } {
  const [x2, y2] = [octets(shared!.x), octets(shared!.y)];
  const mask = sm3(x2, y2, unhex('00000001')).subarray(0, plaintext.length);
  const c2 = plaintext.map((octet, i) => octet ^ mask[i]!);
  return { c1: encoded(c1), c2, c3: sm3(x2, plaintext, y2), mask };
}

/** k·G for the first k whose mask of one octet is zero. */
function zeroMask(): Parts {
  const P = multiply(d, G);
  let [c1, shared]: [Point, Point] = [undefined, undefined];
  for (;;) {
    [c1, shared] = [add(c1, G), add(shared, P)];
    const parts = partsFor(c1, unhex('5a'), shared);
    if (parts.mask[0] === 0) return parts;
  }
}

export function sm2CiphertextQuestions(openssl: Tool | undefined): Question[] {
  const privateKey = readSm2PrivateKey(sec1(D));
  const ours = (bytes: Bytes, form: Sm2CiphertextForm, plaintext: Bytes) => async () =>
    equal(await sm2Decrypt(privateKey, bytes, { form }), plaintext);
  const question = (
    name: string,
    clause: string,
    parts: Parts,
    plaintext = PLAINTEXT,
    expected: Question['expected'] = 'refuses',
  ): Question[] => {
    const bare = join(parts.c1.subarray(1), parts.c3, parts.c2);
    const asn1 = tlv(
      0x30,
      integer(parts.c1.subarray(1, 33)),
      integer(parts.c1.subarray(33)),
      tlv(4, parts.c3),
      tlv(4, parts.c2),
    );
    const decrypts =
      (library: SmCrypto, bytes: Bytes, options: object = {}) =>
      () =>
        equal(bytesOf(library.sm2.doDecrypt(hex(bytes), hex(D), 1, { output: 'array', ...options })), plaintext);
    return [
      {
        name: `ciphertext C1 ‖ C3 ‖ C2, ${name}`,
        expected,
        clause,
        ask: {
          '@gov/sm': ours(bare, 'c1c3c2-bare', plaintext),
          'sm-crypto': decrypts(smCrypto, bare),
          'sm-crypto-v2': decrypts(v2, bare),
          'gm-crypto': () =>
            equal(bytesOf(new Uint8Array(gmCrypto.SM2.decrypt(Buffer.from(bare), hex(D), { mode: 1 }))), plaintext),
        },
      },
      {
        name: `ciphertext in ASN.1, ${name}`,
        expected,
        clause,
        ask: {
          '@gov/sm': ours(asn1, 'asn1', plaintext),
          openssl:
            openssl &&
            (() => {
              using folder = workFolder();
              folder.write('k', sec1(D));
              folder.write('c', asn1);
              const { status, stdout } = openssl('pkeyutl -decrypt -keyform DER -inkey k -in c'.split(' '), {
                cwd: folder.path,
              });
              return status === 0 && equal(stdout, plaintext);
            }),
          'sm-crypto-v2': decrypts(v2, asn1, { asn1: true }),
        },
      },
    ];
  };
  const right = partsFor(multiply(777n, G), PLAINTEXT);
  const changed = right.c3.slice();
  changed[31]! ^= 1;
  return [
    ...question('as it must be', 'GB/T 32918.4 7.1', right, PLAINTEXT, 'accepts'),
    ...question('C1 off the curve', 'GB/T 32918.4 7.1 B1', partsFor({ x: 5n, y: 7n }, PLAINTEXT)),
    ...question('C3 changed', 'GB/T 32918.4 7.1 B6', { ...right, c3: changed }),
    ...question('a mask of zeros: the plaintext in clear', 'GB/T 32918.4 7.1 B4', zeroMask(), unhex('5a')),
  ];
}

/** All backends of this runtime must say the same. */
const byAllSm4 = (act: (backend: BackendName) => Bytes | undefined) => (): boolean => {
  const said = new Set<boolean>();
  for (const backend of ['native', 'wasm', 'js'] as const) {
    try {
      said.add(act(backend) !== undefined);
    } catch (error) {
      if (!isGovError(error)) throw error;
      if (error.code !== 'backend-unavailable') said.add(false);
    }
  }
  if (said.size !== 1) throw new Error('the backends of SM4 disagree');
  return said.has(true);
};

export function sm4Questions(openssl: Tool | undefined): Question[] {
  const key = unhex('0123456789abcdeffedcba9876543210');
  const iv = unhex('000102030405060708090a0b0c0d0e0f');
  const nonce = iv.subarray(0, 12);
  /** A CBC ciphertext whose last block decrypts to these octets. */
  const ending = (last: string): Bytes =>
    sm4Encrypt({ mode: 'cbc', key, iv, padding: 'none' }, join(new Uint8Array(16), unhex(last)));
  const cbc = (
    name: string,
    ciphertext: Bytes,
    withKey = key,
    withIv = iv,
    clause = 'RFC 5652 6.3',
    expected: Question['expected'] = 'refuses',
  ): Question => {
    const decrypts = (library: SmCrypto) => () =>
      library.sm4.decrypt([...ciphertext], [...withKey], {
        mode: 'cbc',
        padding: 'pkcs#7',
        iv: [...withIv],
        output: 'array',
      }) !== undefined;
    return {
      name: `SM4-CBC, ${name}`,
      expected,
      clause,
      ask: {
        '@gov/sm': byAllSm4((backend) => sm4Decrypt({ mode: 'cbc', key: withKey, iv: withIv, backend }, ciphertext)),
        openssl:
          openssl &&
          (() =>
            openssl(['enc', '-d', '-sm4-cbc', '-K', hex(withKey), '-iv', hex(withIv)], { input: ciphertext }).status ===
            0),
        'sm-crypto': decrypts(smCrypto),
        'sm-crypto-v2': decrypts(v2),
        'gm-crypto': () =>
          gmCrypto.SM4.decrypt(Buffer.from(ciphertext), hex(withKey), {
            mode: gmCrypto.SM4.constants.CBC,
            iv: hex(withIv),
          }) !== undefined,
      },
    };
  };
  const options: Sm4Options = { mode: 'gcm', key, nonce };
  const sealed = sm4Encrypt(options, PLAINTEXT);
  const gcm = (
    name: string,
    ciphertext: Bytes,
    tag: Bytes | undefined,
    expected: Question['expected'] = 'refuses',
  ): Question => ({
    name: `SM4-GCM, ${name}`,
    expected,
    clause: 'GB/T 36624 (SP 800-38D 7.2)',
    ask: {
      '@gov/sm': byAllSm4((backend) => {
        const opened = sm4Decrypt({ ...options, backend }, tag === undefined ? ciphertext : join(ciphertext, tag));
        return equal(opened, PLAINTEXT) ? opened : undefined;
      }),
      'sm-crypto-v2': () => {
        const common = { mode: 'gcm', iv: nonce, output: 'array' };
        return equal(
          bytesOf(v2.sm4.decrypt(ciphertext, key, tag === undefined ? common : { ...common, tag })),
          PLAINTEXT,
        );
      },
    },
  });
  const body = sealed.subarray(0, -16);
  const tag = sealed.subarray(-16);
  const wrongTag = tag.slice();
  wrongTag[0]! ^= 1;
  // What it is for who fills the key up with zeros.
  const filled = join(key.subarray(0, 15), unhex('00'));
  const shortKeyed = sm4Encrypt({ mode: 'cbc', key: filled, iv }, PLAINTEXT);
  const partial = new Uint8Array(20).fill(0x41);
  const partialBy = (library: SmCrypto) => () =>
    Array.from(
      library.sm4.encrypt([...partial], [...key], {
        mode: 'cbc',
        padding: 'none',
        iv: [...iv],
        output: 'array',
      }) as number[],
    ).length > 0;
  return [
    cbc('padding as it must be', ending(`41${'0f'.repeat(15)}`), key, iv, 'RFC 5652 6.3', 'accepts'),
    cbc('padding of 00', ending('00'.repeat(16))),
    cbc('padding of 17 octets', ending('11'.repeat(16))),
    cbc('padding not all alike', ending(`41${'00'.repeat(13)}0303`)),
    cbc('no ciphertext', new Uint8Array(0)),
    cbc('a partial block', ending(`41${'0f'.repeat(15)}`).subarray(0, 31)),
    cbc('a key of 15 octets', shortKeyed, key.subarray(0, 15), iv, 'GB/T 32907 5'),
    {
      name: 'SM4-CBC without padding, 20 octets to encrypt',
      expected: 'refuses',
      clause: 'GB/T 17964 6',
      ask: {
        '@gov/sm': byAllSm4((backend) => sm4Encrypt({ mode: 'cbc', key, iv, padding: 'none', backend }, partial)),
        openssl:
          openssl &&
          (() =>
            openssl(['enc', '-sm4-cbc', '-nopad', '-K', hex(key), '-iv', hex(iv)], { input: partial }).status === 0),
        'sm-crypto': partialBy(smCrypto),
        'sm-crypto-v2': partialBy(v2),
      },
    },
    gcm('as it must be', body, tag, 'accepts'),
    gcm('tag changed', body, wrongTag),
    gcm('tag left out', body, undefined),
    gcm('tag with an octet behind it', body, join(tag, unhex('00'))),
    gcm('tag of 4 octets', body, tag.subarray(0, 4)),
  ];
}
