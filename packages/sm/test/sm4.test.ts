import { bytesToHex, hexToBytes, type Sm4Options, sm4Decrypt, sm4Encrypt } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { chooseSm4, type Sm4Backend } from '../src/internal/sm4-backend.js';
import { sm4Backend as browserChoice } from '../src/internal/sm4-choice.browser.js';
import { sm4Backend as nodeChoice } from '../src/internal/sm4-choice.node.js';
import { js } from '../src/internal/sm4-js.js';
import { native } from '../src/internal/sm4-native.node.js';
import { hasOpenssl, Openssl } from './openssl.js';

const BACKENDS = ['native', 'js'] as const;
const KEY = hexToBytes('0123456789abcdeffedcba9876543210');
const OTHER_KEY = hexToBytes('fedcba98765432100123456789abcdef');
const IV = hexToBytes('000102030405060708090a0b0c0d0e0f');
const NONCE = IV.slice(0, 12);
const counted = (length: number) => Uint8Array.from({ length }, (_, index) => (index * 151 + 7) & 0xff);
const refusal = (code: string) => expect.objectContaining({ name: 'GovError', code });

it('is native in this runtime, as the tests suppose', () => {
  expect(nodeChoice().name).toBe('native');
  expect(browserChoice().name).toBe('js');
});

describe.each(BACKENDS)('backend %s', (backend) => {
  const two = 'aaaaaaaabbbbbbbbccccccccddddddddeeeeeeeeffffffffaaaaaaaabbbbbbbb';
  const four =
    'aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd' +
    'eeeeeeeeeeeeeeeeffffffffffffffffaaaaaaaaaaaaaaaabbbbbbbbbbbbbbbb';

  it.each<[string, Sm4Options, string, string]>([
    [
      'GB/T 32907-2016 A.1',
      { mode: 'ecb', key: KEY, padding: 'none' },
      '0123456789abcdeffedcba9876543210',
      '681edf34d206965e86b3e94f536e4246',
    ],
    [
      'draft-ribose-cfrg-sm4-10 A.2.1.1',
      { mode: 'ecb', key: KEY, padding: 'none' },
      two,
      '5ec8143de509cff7b5179f8f474b86192f1d305a7fb17df985f81c8482192304',
    ],
    [
      'draft-ribose-cfrg-sm4-10 A.2.1.2',
      { mode: 'ecb', key: OTHER_KEY, padding: 'none' },
      two,
      'c5876897e4a59bbba72a10c83872245b12dd90bc2d200692b529a4155ac9e600',
    ],
    [
      'draft-ribose-cfrg-sm4-10 A.2.2.1',
      { mode: 'cbc', key: KEY, iv: IV, padding: 'none' },
      two,
      '78ebb11cc40b0a48312aaeb2040244cb4cb7016951909226979b0d15dc6a8f6d',
    ],
    [
      'draft-ribose-cfrg-sm4-10 A.2.2.2',
      { mode: 'cbc', key: OTHER_KEY, iv: IV, padding: 'none' },
      two,
      '0d3a6ddc2d21c698857215587b7bb59a91f2c147911a4144665e1fa1d40bae38',
    ],
    [
      'draft-ribose-cfrg-sm4-10 A.2.5.1',
      { mode: 'ctr', key: KEY, iv: IV },
      four,
      'ac3236cb970cc20791364c395a1342d1a3cbc1878c6f30cd074cce385cdd70c7' +
        'f234bc0e24c11980fd1286310ce37b926e02fcd0faa0baf38b2933851d824514',
    ],
    [
      'draft-ribose-cfrg-sm4-10 A.2.5.2',
      { mode: 'ctr', key: OTHER_KEY, iv: IV },
      four,
      '5dcccd25b95ab07417a08512ee160e2f8f661521cbbab44cc87138445bc29e5c' +
        '0ae0297205d62704173b21239b887f6c8cb5b800917a2488284bde9e16ea2906',
    ],
  ])('%s', (_, options, plaintext, ciphertext) => {
    expect(bytesToHex(sm4Encrypt({ ...options, backend }, hexToBytes(plaintext)))).toBe(ciphertext);
    expect(bytesToHex(sm4Decrypt({ ...options, backend }, hexToBytes(ciphertext)))).toBe(plaintext);
  });

  // Chaining over blocks of zeros encrypts again what was encrypted before; all 256 entries of the S-box are used.
  it('GB/T 32907-2016 A.2, a million times', () => {
    const zeros = new Uint8Array(16_000_000);
    const blocks = sm4Encrypt({ mode: 'cbc', key: KEY, iv: KEY, padding: 'none', backend }, zeros);
    expect(bytesToHex(blocks.subarray(0, 16))).toBe('681edf34d206965e86b3e94f536e4246');
    expect(bytesToHex(blocks.subarray(-16))).toBe('595298c7c6fd271f0402f804c33d3f66');
    const back = sm4Decrypt({ mode: 'cbc', key: KEY, iv: KEY, padding: 'none', backend }, blocks);
    expect(back.every((octet) => octet === 0)).toBe(true);
  });

  it('takes views into larger buffers and answers plain bytes in a buffer of their own', () => {
    const view = (bytes: Uint8Array) => Buffer.concat([Buffer.of(1, 2, 3), bytes, Buffer.of(4)]).subarray(3, -1);
    const plaintext = counted(37);
    const plain = every({}, backend);
    for (const [i, options] of every({ key: view(KEY), iv: view(IV), nonce: view(NONCE) }, backend).entries()) {
      const ciphertext = sm4Encrypt(options, view(plaintext));
      expect(ciphertext).toEqual(sm4Encrypt(plain[i]!, plaintext));
      const back = sm4Decrypt(options, view(ciphertext));
      expect(back).toEqual(plaintext);
      for (const answer of [ciphertext, back]) {
        expect(answer.constructor).toBe(Uint8Array);
        expect(answer.buffer.byteLength).toBe(answer.length);
      }
    }
  });

  it('leaves what it is given alone', () => {
    const given = { key: KEY.slice(), iv: IV.slice(), nonce: NONCE.slice(), aad: counted(9) };
    const plaintext = counted(37);
    for (const options of every(given, backend)) {
      const ciphertext = sm4Encrypt(options, plaintext);
      const before = ciphertext.slice();
      sm4Decrypt(options, ciphertext);
      expect(ciphertext).toEqual(before);
    }
    expect(plaintext).toEqual(counted(37));
    expect(given).toEqual({ key: KEY, iv: IV, nonce: NONCE, aad: counted(9) });
  });

  it('counts CTR over all 128 bits', () => {
    for (const iv of [
      'f'.repeat(32),
      `${'0'.repeat(23)}${'f'.repeat(9)}`,
      `00${'f'.repeat(30)}`,
      `${'f'.repeat(31)}d`,
    ]) {
      const stream = sm4Encrypt({ mode: 'ctr', key: KEY, iv: hexToBytes(iv), backend }, new Uint8Array(80));
      for (let i = 0n; i < 5n; i++) {
        const counter = BigInt.asUintN(128, BigInt(`0x${iv}`) + i);
        const block = sm4Encrypt(
          { mode: 'ecb', key: KEY, padding: 'none', backend },
          hexToBytes(counter.toString(16).padStart(32, '0')),
        );
        expect(stream.subarray(Number(i) * 16, Number(i) * 16 + 16)).toEqual(block);
      }
    }
  });

  describe('padding', () => {
    const ecb = { mode: 'ecb', key: KEY, backend } as const;

    it('pkcs7 adds 1 to 16 octets, each of which says how many', () => {
      for (let length = 0; length <= 48; length++) {
        const ciphertext = sm4Encrypt(ecb, counted(length));
        const blocks = sm4Decrypt({ ...ecb, padding: 'none' }, ciphertext);
        const added = 16 - (length % 16);
        expect([...blocks]).toEqual([...counted(length), ...Array(added).fill(added)]);
      }
    });

    it('pkcs7 refuses every last block that padding cannot have made', () => {
      const lasts: number[][] = [0, 17, 32, 127, 128, 255].map((count) => Array(16).fill(count));
      for (let count = 2; count <= 16; count++)
        for (let wrong = 2; wrong <= count; wrong++) {
          const last: number[] = Array(16).fill(count);
          last[16 - wrong] = count ^ 0x80;
          lasts.push(last);
        }
      for (const before of [[], [...counted(16)]])
        for (const last of lasts) {
          const forged = sm4Encrypt({ ...ecb, padding: 'none' }, Uint8Array.from([...before, ...last]));
          expect(() => sm4Decrypt(ecb, forged)).toThrowError(refusal('decryption-failed'));
        }
    });

    it('none takes whole blocks only, and none at all', () => {
      const options = { ...ecb, padding: 'none' } as const;
      for (const length of [1, 15, 17, 31])
        expect(() => sm4Encrypt(options, counted(length))).toThrowError(refusal('invalid-argument'));
      expect(sm4Encrypt(options, new Uint8Array(0))).toHaveLength(0);
      expect(sm4Decrypt(options, new Uint8Array(0))).toHaveLength(0);
    });

    it('a ciphertext without blocks or with part of one does not decrypt', () => {
      const cbc = { mode: 'cbc', key: KEY, iv: IV, backend } as const;
      const whole = sm4Encrypt(cbc, counted(40));
      for (const options of [ecb, cbc])
        for (const length of [0, 1, 15, 17, 31, 33, 47])
          expect(() => sm4Decrypt(options, whole.subarray(0, length))).toThrowError(refusal('decryption-failed'));
      for (const length of [1, 15, 17])
        expect(() => sm4Decrypt({ ...ecb, padding: 'none' }, counted(length))).toThrowError(
          refusal('decryption-failed'),
        );
    });
  });
});

/** One of each mode. */
function every({ key = KEY, iv = IV, nonce = NONCE, aad = counted(9) }, backend: 'native' | 'js'): Sm4Options[] {
  return [
    { mode: 'ecb', key, backend },
    { mode: 'cbc', key, iv, backend },
    { mode: 'ctr', key, iv, backend },
    { mode: 'gcm', key, nonce, aad, backend },
    { mode: 'ccm', key, nonce, aad, backend },
  ];
}

describe('both backends', () => {
  const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

  it('agree on everything, and decrypt what the other encrypted', () => {
    fc.assert(
      fc.property(
        fc.record({ key: octets(16), iv: octets(16), nonce: octets(12), aad: fc.uint8Array({ maxLength: 60 }) }),
        fc.uint8Array({ maxLength: 300 }),
        (parameters, plaintext) => {
          const natives = every(parameters, 'native');
          for (const [i, options] of every(parameters, 'js').entries()) {
            const ciphertext = sm4Encrypt(options, plaintext);
            expect(bytesToHex(sm4Encrypt(natives[i]!, plaintext))).toBe(bytesToHex(ciphertext));
            expect(bytesToHex(sm4Decrypt(natives[i]!, ciphertext))).toBe(bytesToHex(plaintext));
            expect(bytesToHex(sm4Decrypt(options, ciphertext))).toBe(bytesToHex(plaintext));
          }
        },
      ),
      { numRuns: process.env.SLOW ? 5000 : 300 },
    );
  });

  it('agree on every length from 0 to 300', () => {
    for (let length = 0; length <= 300; length++) {
      const natives = every({}, 'native');
      for (const [i, options] of every({}, 'js').entries())
        expect(bytesToHex(sm4Encrypt(options, counted(length)))).toBe(
          bytesToHex(sm4Encrypt(natives[i]!, counted(length))),
        );
    }
  });

  it('agree beyond the pieces in which work is done', () => {
    const aad = counted((1 << 16) + 3);
    const natives = every({ aad }, 'native');
    for (const length of [(1 << 16) + 1, (1 << 20) - 16, 1 << 20, (1 << 20) + 5, (2 << 20) + 32]) {
      const plaintext = counted(length);
      for (const [i, options] of every({ aad }, 'js').entries()) {
        const ciphertext = sm4Encrypt(natives[i]!, plaintext);
        expect(Buffer.compare(ciphertext, sm4Encrypt(options, plaintext))).toBe(0);
        expect(Buffer.compare(sm4Decrypt(natives[i]!, ciphertext), plaintext)).toBe(0);
      }
    }
  });
});

describe('what is refused', () => {
  const plaintext = counted(16);
  const both = (options: unknown, data: unknown = plaintext) => [
    () => sm4Encrypt(options as Sm4Options, data as Uint8Array),
    () => sm4Decrypt(options as Sm4Options, data as Uint8Array),
  ];
  const wrong: [string, unknown][] = [
    ...[0, 8, 15, 17, 24, 32].flatMap((length): [string, unknown][] =>
      every({}, 'js').map((options) => [`${options.mode}, key of ${length}`, { ...options, key: counted(length) }]),
    ),
    ...[0, 12, 15, 17].flatMap((length): [string, unknown][] => [
      [`cbc, iv of ${length}`, { mode: 'cbc', key: KEY, iv: counted(length) }],
      [`ctr, iv of ${length}`, { mode: 'ctr', key: KEY, iv: counted(length) }],
    ]),
    ...[0, 6, 14, 16].map((length): [string, unknown] => [
      `ccm, nonce of ${length}`,
      { mode: 'ccm', key: KEY, nonce: counted(length) },
    ]),
    ['gcm, empty nonce', { mode: 'gcm', key: KEY, nonce: counted(0) }],
    ...[0, 4, 8, 11, 17, 12.5, Number.NaN, -1, '16'].map((tagLength): [string, unknown] => [
      `gcm, tag of ${tagLength}`,
      { mode: 'gcm', key: KEY, nonce: NONCE, tagLength },
    ]),
    ...[0, 2, 3, 5, 15, 18, 12.5, Number.NaN, -4].map((tagLength): [string, unknown] => [
      `ccm, tag of ${tagLength}`,
      { mode: 'ccm', key: KEY, nonce: NONCE, tagLength },
    ]),
    ['key as text', { mode: 'ecb', key: '0123456789abcdef' }],
    ['iv as text', { mode: 'cbc', key: KEY, iv: '0123456789abcdef' }],
    ['nonce as text', { mode: 'gcm', key: KEY, nonce: '0123456789ab' }],
    ['aad as text', { mode: 'gcm', key: KEY, nonce: NONCE, aad: 'aad' }],
    ['no iv', { mode: 'cbc', key: KEY }],
    ['no nonce', { mode: 'ccm', key: KEY }],
    ['no mode', { key: KEY }],
    ['a mode that is not offered', { mode: 'cfb', key: KEY, iv: IV }],
    ['a name of another library', { mode: 'sm4-cbc', key: KEY, iv: IV }],
    ['another padding', { mode: 'cbc', key: KEY, iv: IV, padding: 'zero' }],
  ];

  it.each(wrong)('%s', (_, options) => {
    for (const use of both(options)) expect(use).toThrowError(refusal('invalid-argument'));
  });

  it('data that is no bytes', () => {
    for (const options of every({}, 'native'))
      for (const data of ['text', [1, 2, 3], null, new ArrayBuffer(16)])
        for (const use of both(options, data)) expect(use).toThrowError(refusal('invalid-argument'));
  });

  it('a backend that there is not', () => {
    for (const use of both({ mode: 'ecb', key: KEY, backend: 'wasm' }))
      expect(use).toThrowError(refusal('backend-unavailable'));
  });

  it('says nothing of the key', () => {
    let error: unknown;
    try {
      sm4Decrypt({ mode: 'gcm', key: KEY, nonce: NONCE }, plaintext);
    } catch (caught) {
      error = caught;
    }
    expect(isGovError(error)).toBe(true);
    expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toMatch(/0123456789|1,35,69/);
  });
});

describe('the choice of a backend', () => {
  const none = (): never => {
    throw new Error('unknown cipher');
  };

  it.each<[string, Partial<Sm4Backend>]>([
    ['throws in ECB', { ecb: none }],
    ['throws in CBC', { cbc: none }],
    ['throws in CTR', { ctr: none }],
    ['decrypts what it should encrypt', { ecb: (_, key, data) => js.ecb('decrypt', key, data) }],
    ['encrypts what it should decrypt', { cbc: (_, key, iv, data) => js.cbc('encrypt', key, iv, data) }],
    ['answers nothing', { ctr: () => new Uint8Array(0) }],
  ])('passes over one that %s', (_, lack) => {
    const lacking = { ...native, ...lack };
    expect(chooseSm4([lacking, js])().name).toBe('js');
    expect(() => chooseSm4([lacking])()).toThrowError(refusal('backend-unavailable'));
    expect(() => chooseSm4([lacking, js])('native')).toThrowError(refusal('backend-unavailable'));
  });

  it('asks each once', () => {
    let asked = 0;
    const ecb = () => {
      asked++;
      return none();
    };
    const choose = chooseSm4([{ ...native, ecb }, js]);
    for (let i = 0; i < 3; i++) choose();
    expect(asked).toBe(1);
  });
});

describe.skipIf(!hasOpenssl)('openssl enc', () => {
  const openssl = new Openssl();
  afterAll(() => openssl.remove());
  const modes: [string, Sm4Options][] = [
    ['-sm4-ecb', { mode: 'ecb', key: KEY }],
    ['-sm4-cbc', { mode: 'cbc', key: KEY, iv: IV }],
    ['-sm4-ctr', { mode: 'ctr', key: KEY, iv: IV }],
    ['-sm4-ctr', { mode: 'ctr', key: KEY, iv: hexToBytes('ffffffffffffffffffffffffffffffff') }],
  ];

  it.each(modes)('%s encrypts and decrypts as both backends do', (name, options) => {
    const iv = 'iv' in options ? ['-iv', bytesToHex(options.iv)] : [];
    const run = (...args: string[]) => openssl.run('enc', name, '-K', bytesToHex(KEY), ...iv, ...args);
    for (const length of [0, 1, 15, 16, 17, 64, 100]) {
      openssl.put('plain', counted(length));
      run('-e', '-in', 'plain', '-out', 'cipher');
      for (const backend of BACKENDS) {
        const ciphertext = sm4Encrypt({ ...options, backend }, counted(length));
        expect(bytesToHex(ciphertext)).toBe(bytesToHex(openssl.get('cipher')));
      }
    }
    openssl.put('ours', sm4Encrypt({ ...options, backend: 'js' }, counted(1000)));
    run('-d', '-in', 'ours', '-out', 'back');
    expect(openssl.get('back')).toEqual(counted(1000));
  });
});
