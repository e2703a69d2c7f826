import { format, inspect } from 'node:util';
import { der } from '@gov/der';
import { writePem } from '@gov/der/pem';
import { isGovError } from '@gov/verdict';
import { describe, expect, it } from 'vitest';
import { bytesToHex, hexToBytes } from '../src/bytes.js';
import { js } from '../src/internal/sm2-js.js';
import { generateSm2Key, readSm2PrivateKey, Sm2PrivateKey } from '../src/key.js';
import { readEncryptedSm2PrivateKey, writeEncryptedSm2PrivateKey } from '../src/key-encryption.js';
import { sm2Signer, sm2Verifier } from '../src/sm2.js';
import { sm2Decrypt, sm2Decrypter, sm2Encrypt } from '../src/sm2-encryption.js';

const text = (value: string) => new TextEncoder().encode(value);
const HEX = '3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8';
const SCALAR = hexToBytes(HEX);
const PASSWORD = 'correct-horse-马';
const sec1 = (scalar: Uint8Array, ...rest: Uint8Array[]) =>
  der.sequence(der.integer(1), der.octetString(scalar), der.explicit(0, der.oid('1.2.156.10197.1.301')), ...rest);
const make = (): Sm2PrivateKey => readSm2PrivateKey(sec1(SCALAR));

/** What a log, a debugger’s console or an error page would show, without white space. */
function shown(value: unknown): string {
  const json = (): string => {
    try {
      return JSON.stringify(value) ?? '';
    } catch {
      return '';
    }
  };
  return [
    inspect(value, { depth: 99, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null }),
    format('%s %o %O', value, value, value),
    String(value),
    json(),
    value instanceof Error ? `${value.stack} ${shown(value.cause)}` : '',
  ]
    .join('\n')
    .replace(/\s/g, '');
}

/** The scalar in the spellings in which it has been seen in logs, also a part of it. */
function spellings(): readonly string[] {
  const part = SCALAR.subarray(4, 12);
  return [
    bytesToHex(part),
    bytesToHex(part).toUpperCase(),
    [...part].join(','),
    BigInt(`0x${HEX}`).toString().slice(0, 20),
    // base64 has three phases
    ...[0, 1, 2].map((phase) => btoa(String.fromCharCode(...SCALAR.subarray(phase, phase + 24))).slice(4, 24)),
    PASSWORD,
    bytesToHex(text(PASSWORD)),
    [...text(PASSWORD)].join(','),
  ];
}

function expectSilent(value: unknown): void {
  const output = shown(value);
  expect(output.length).toBeGreaterThan(0);
  for (const spelling of spellings()) expect(output).not.toContain(spelling);
}

const thrown = async (run: () => unknown): Promise<unknown> => {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing thrown');
};

describe('a private key shows nothing', () => {
  it('the check finds every spelling', () => {
    const pem = make().toPem();
    for (const leak of [SCALAR, { SCALAR }, HEX, [...SCALAR], BigInt(`0x${HEX}`), pem, new Error(HEX)]) {
      expect(spellings().some((spelling) => shown(leak).includes(spelling))).toBe(true);
    }
    expect(spellings().some((spelling) => shown(new Error('x', { cause: { PASSWORD } })).includes(spelling))).toBe(
      true,
    );
  });

  it('as itself, in an object, as a clone', () => {
    const key = make();
    for (const value of [key, { key }, [key], new Map([['key', key]]), Object.assign(new Error('x'), { key })]) {
      expectSilent(value);
    }
    expectSilent(structuredClone(key));
    expectSilent({ ...key });
    expectSilent(Object.getOwnPropertyDescriptors(key));
    expectSilent(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(key)));
    expect(Reflect.ownKeys(key)).toEqual(['publicKey']);
    // A clone is no key.
    expect(structuredClone(key)).not.toHaveProperty('toPkcs8');
  });

  it('through a signer, a decrypter and their functions', async () => {
    const key = make();
    for (const backend of ['native', 'wasm'] as const) {
      const signer = sm2Signer(key, { backend });
      await signer.sign(text('x'));
      expectSilent(signer);
      expectSilent(signer.sign);
    }
    expectSilent(key.bind(js));
    const decrypter = sm2Decrypter(key);
    await decrypter.decrypt(await sm2Encrypt(key.publicKey, text('x')));
    expectSilent(decrypter);
    expectSilent(decrypter.decrypt);
  });
});

describe('errors show nothing', () => {
  const other = generateSm2Key().publicKey.point;
  const inner = sec1(SCALAR);
  const pkcs8 = make().toPkcs8();

  it.each<[string, Uint8Array | string]>([
    ['a sign octet too many', sec1(Uint8Array.of(0x39, ...SCALAR))],
    ['34 octets', sec1(Uint8Array.of(0x39, ...SCALAR, 0))],
    ['another public key', sec1(SCALAR, der.explicit(1, der.bitString(other)))],
    ['a field too many', sec1(SCALAR, der.nullValue())],
    ['octets behind the key', Uint8Array.of(...pkcs8, 1)],
    ['a key cut short', pkcs8.slice(0, 80)],
    ['PEM cut short', make().toPem().slice(0, 150)],
    ['PEM with a character too many', make().toPem().replace('\n-----END', '!\n-----END')],
    ['PEM under another label', writePem('RSA PRIVATE KEY', inner)],
    ['PEM without labels', make().toPem().replaceAll('-----', '')],
    ['hexadecimal text', HEX],
    ['the bare scalar', SCALAR],
  ])('of a bad key: %s', async (_, input) => {
    const error = await thrown(() => readSm2PrivateKey(input));
    expect(isGovError(error)).toBe(true);
    expectSilent(error);
  });

  it('at every octet of a PKCS#8', async () => {
    for (let at = 0; at < pkcs8.length; at++) {
      for (const octet of [0, 0x30, 0xff]) {
        try {
          readSm2PrivateKey(pkcs8.with(at, octet));
        } catch (error) {
          expectSilent(error);
        }
      }
    }
  });

  it('of encrypted keys', async () => {
    const pem = await writeEncryptedSm2PrivateKey(make(), PASSWORD, { iterations: 1000 });
    expectSilent(pem);
    expectSilent(await readEncryptedSm2PrivateKey(pem, PASSWORD));
    expectSilent(await thrown(() => readEncryptedSm2PrivateKey(pem, `${PASSWORD}x`)));
    expectSilent(await thrown(() => readEncryptedSm2PrivateKey(pem, text(`${PASSWORD}x`))));
    expectSilent(await thrown(() => readEncryptedSm2PrivateKey(pem, `${PASSWORD}\ud800`)));
    expectSilent(await thrown(() => readEncryptedSm2PrivateKey(pem.slice(0, 200), PASSWORD)));
    const options = { iterations: 1 };
    expectSilent(await thrown(() => writeEncryptedSm2PrivateKey(make(), PASSWORD, options)));
  });

  it('of decryption', async () => {
    const key = make();
    const ciphertext = await sm2Encrypt(key.publicKey, text(PASSWORD), { form: 'c1c3c2' });
    for (const at of [0, 1, 70, 100]) {
      const changed = ciphertext.with(at, ciphertext[at]! ^ 1);
      expectSilent(await thrown(() => sm2Decrypt(key, changed, { form: 'c1c3c2' })));
    }
    expectSilent(await thrown(() => sm2Decrypt(key, ciphertext)));
  });
});

describe('destroy', () => {
  it('ends the key, its signers and its decrypters', async () => {
    const key = make();
    const message = text('某市行政审批局');
    const e = new Uint8Array(32).fill(7);
    const backends = ['native', 'wasm'] as const;
    const signers = backends.map((backend) => sm2Signer(key, { backend }));
    const bound = key.bind(js);
    expect(bound.digest(e).length).toBe(64);
    const before = await Promise.all(signers.map((signer) => signer.sign(message)));
    const decrypter = sm2Decrypter(key);
    const ciphertext = await sm2Encrypt(key.publicKey, message);
    expect(await decrypter.decrypt(ciphertext)).toEqual(message);

    key.destroy();
    key.destroy();
    const uses: readonly [string, () => unknown][] = [
      ['toPkcs8', () => key.toPkcs8()],
      ['toSec1', () => key.toSec1()],
      ['toPem', () => key.toPem()],
      ['toPem sec1', () => key.toPem('sec1')],
      ['encrypted PEM', () => writeEncryptedSm2PrivateKey(key, PASSWORD)],
      ['a new signer', () => sm2Signer(key)],
      ['decryption', () => sm2Decrypt(key, ciphertext)],
      ['a new decrypter', () => sm2Decrypter(key).decrypt(ciphertext)],
      ['the old decrypter', () => decrypter.decrypt(ciphertext)],
      ['bound, message', () => bound.message(e, message)],
      ['bound, digest', () => bound.digest(e)],
      ...signers.map((signer, i): [string, () => unknown] => [`sign, ${backends[i]}`, () => signer.sign(message)]),
      ...signers.map((signer, i): [string, () => unknown] => [`digest, ${backends[i]}`, () => signer.signDigest(e)]),
    ];
    for (const [name, use] of uses) {
      const error = await thrown(use);
      expect(`${name}: ${isGovError(error) ? error.code : error}`).toBe(`${name}: key-destroyed`);
      expectSilent(error);
    }

    // What is public stays.
    expect(key.publicKey.point).toEqual(make().publicKey.point);
    const verifier = sm2Verifier(key.publicKey);
    for (const signature of before) expect(await verifier.verify(message, signature)).toBe(true);
  });

  it('overwrites the scalar, and no other key’s', async () => {
    const one = make();
    const two = make();
    const exported = one.toPkcs8();
    one.destroy();
    const scalar = SCALAR.slice();
    new Sm2PrivateKey(scalar, one.publicKey).destroy();
    expect(scalar).toEqual(new Uint8Array(32));
    expect(two.toPkcs8()).toEqual(exported);
    expect(await sm2Verifier(two.publicKey).verify(text('x'), await sm2Signer(two).sign(text('x')))).toBe(true);
  });

  it('leaves what a key was read from', () => {
    const input = sec1(SCALAR);
    const before = input.slice();
    readSm2PrivateKey(input).destroy();
    expect(input).toEqual(before);
    const pem = text(make().toPem());
    const kept = pem.slice();
    readSm2PrivateKey(pem).destroy();
    expect(pem).toEqual(kept);
  });
});
