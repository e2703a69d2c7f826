import { inspect } from 'node:util';
import { der, readDer, Tag } from '@gov/der';
import { bytesToHex, hexToBytes } from '@gov/sm';
import { decryptPrivateKeyInfo, readEncryptedSm2PrivateKey } from '@gov/sm/key-encryption';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CIPHERS, codeOf, ed25519, encrypted, info, key, rsa, SALT } from './encrypted-key.js';

describe('a wrong password', () => {
  const files = [
    ['SM2, SM4', encrypted(info, { cipher: 'sm4-cbc', iterations: 1 }).file],
    ['SM2, triple DES', encrypted(info, { cipher: 'des-ede3-cbc', iterations: 1 }).file],
    ['RSA, AES', encrypted(rsa, { iterations: 1 }).file],
    ['Ed25519, AES', encrypted(ed25519, { iterations: 1 }).file],
  ] as const;
  it.each(files)('is always called so: %s', async (_, file) => {
    for (let i = 0; i < (process.env.SLOW ? 50_000 : 2000); i++) {
      expect(await codeOf(() => decryptPrivateKeyInfo(file, `wrong ${i}`))).toBe('password-wrong');
    }
  });

  it('and so are a changed salt and changed rounds', async () => {
    const { file } = encrypted(info, { iterations: 3 });
    const at = bytesToHex(file).indexOf(bytesToHex(SALT)) / 2;
    expect(await codeOf(() => decryptPrivateKeyInfo(file.with(at, 1), 'secret'))).toBe('password-wrong');
    const rounds = bytesToHex(file).indexOf('020103') / 2 + 2;
    expect(await codeOf(() => decryptPrivateKeyInfo(file.with(rounds, 4), 'secret'))).toBe('password-wrong');
  });
});

describe('a damaged file under the right password', () => {
  const cases = [
    ['SM2, SM4', info, 'sm4-cbc'],
    ['SM2, AES', info, 'aes-256-cbc'],
    ['SM2, triple DES', info, 'des-ede3-cbc'],
  ] as const;

  it.each(cases)('is called so for a bit of any ciphertext octet: %s', async (_, plain, cipher) => {
    const { ciphertext, wrap } = encrypted(plain, { cipher, iterations: 1 });
    for (let at = 0; at < ciphertext.length; at++) {
      for (const bit of [1, 0x10, 0x80]) {
        const damaged = wrap(ciphertext.with(at, ciphertext[at]! ^ bit));
        expect(`${at}: ${await codeOf(() => readEncryptedSm2PrivateKey(damaged, 'secret'))}`).toBe(
          `${at}: key-malformed`,
        );
      }
    }
  });

  it.each(cases)('and for any whole block: %s', async (_, plain, cipher) => {
    const { ciphertext, wrap } = encrypted(plain, { cipher, iterations: 1 });
    const size = CIPHERS[cipher][2];
    for (let at = 0; at < ciphertext.length; at += size) {
      for (const block of [
        new Uint8Array(size),
        new Uint8Array(size).fill(0xff),
        ciphertext.slice(-size).reverse(),
        ciphertext.slice(0, size).reverse(),
      ]) {
        const bytes = ciphertext.slice();
        bytes.set(block, at);
        expect(await codeOf(() => readEncryptedSm2PrivateKey(wrap(bytes), 'secret'))).toBe('key-malformed');
      }
    }
  });

  it('cut by a block, or with blocks exchanged', async () => {
    const { ciphertext, wrap } = encrypted(info);
    const swapped = Uint8Array.from([
      ...ciphertext.subarray(0, 32),
      ...ciphertext.subarray(48, 64),
      ...ciphertext.subarray(32, 48),
      ...ciphertext.subarray(64),
    ]);
    for (const bytes of [ciphertext.slice(0, -16), ciphertext.slice(16), ciphertext.slice(0, 48), swapped]) {
      expect(await codeOf(() => readEncryptedSm2PrivateKey(wrap(bytes), 'secret'))).toBe('key-malformed');
    }
  });

  it('where only the padding is left, and where only the head is', async () => {
    const noise = crypto.getRandomValues(new Uint8Array(64));
    const padded = (count: number) => Uint8Array.from([...noise.subarray(count), ...new Uint8Array(count).fill(count)]);
    const code = (plain: Uint8Array) =>
      codeOf(() => decryptPrivateKeyInfo(encrypted(plain, { padding: false }).file, 'secret'));
    expect(await code(padded(5))).toBe('key-malformed');
    expect(await code(padded(16))).toBe('key-malformed');
    expect(await code(padded(4))).toBe('password-wrong');
    expect(await code(padded(17))).toBe('password-wrong');
    // ecPublicKey, the SM2 curve, rsaEncryption, the public key in SEC1
    for (const mark of ['06072a8648ce3d0201', '06082a811ccf5501822d', '06092a864886f70d010101', 'a14403420004']) {
      for (const at of [1, 13, 40]) {
        const plain = noise.slice();
        plain.set(hexToBytes(mark), at);
        plain[63] = 0;
        expect(await code(plain)).toBe('key-malformed');
        plain[at + mark.length / 2 - 1]! ^= 1;
        expect(await code(plain)).toBe('password-wrong');
      }
    }
    // SEQUENCE, length, version, SEQUENCE
    const head = (length: number, ...rest: number[]) => {
      const plain = noise.slice();
      plain.set([0x30, length, ...rest]);
      plain[63] = 0;
      return plain;
    };
    for (const length of [0x2e, 0x30, 0x3d]) expect(await code(head(length, 2, 1, 0, 0x30))).toBe('key-malformed');
    expect(await code(head(0x30, 2, 1, 1, 0x30))).toBe('key-malformed');
    expect(await code(head(0x81, 0x2d, 2, 1, 0, 0x30))).toBe('key-malformed');
    expect(await code(head(0x82, 0, 0x2d, 2, 1, 0, 0x30))).toBe('key-malformed');
    for (const length of [0x2d, 0x3e, 0x7f]) expect(await code(head(length, 2, 1, 0, 0x30))).toBe('password-wrong');
    expect(await code(head(0x30, 2, 1, 2, 0x30))).toBe('password-wrong');
    expect(await code(head(0x30, 2, 1, 0, 0x31))).toBe('password-wrong');
    expect(await code(head(0x30, 2, 2, 0, 0x30))).toBe('password-wrong');
    expect(await code(head(0x85, 0, 0, 0, 0, 0x2d, 2, 1, 0, 0x30))).toBe('password-wrong');
  });

  it('cannot be told for the first block of a key without marks further on', async () => {
    // Documented: what is left of it are random octets and three octets of padding.
    const plain = der.sequence(
      der.integer(0),
      der.sequence(der.oid('1.3.101.112')),
      der.octetString(new Uint8Array(32)),
    );
    const { ciphertext, wrap } = encrypted(plain);
    expect(plain.length % 16).toBe(14);
    const damaged = wrap(ciphertext.with(0, ciphertext[0]! ^ 1));
    expect(await codeOf(() => decryptPrivateKeyInfo(damaged, 'secret'))).toBe('password-wrong');
  });

  it('shows nothing of the key', async () => {
    const { ciphertext, wrap } = encrypted(info);
    for (let at = 0; at < ciphertext.length; at += 5) {
      const error = await readEncryptedSm2PrivateKey(wrap(ciphertext.with(at, ciphertext[at]! ^ 1)), 'secret').catch(
        (reason: unknown) => reason,
      );
      const shown = inspect(error, { depth: 9, showHidden: true });
      expect(shown).not.toContain('secret');
      expect(shown).not.toContain('0x');
      expect((error as Error).cause).toBeUndefined();
    }
  });
});

describe('a stranger’s bytes', () => {
  const { file } = encrypted(info, { cipher: 'sm4-cbc', iterations: 1 });
  it('lead to the key or a GovError', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(file.length), fc.nat(255), fc.nat(3)), { minLength: 1, maxLength: 4 }),
        async (changes) => {
          const bytes = [...file];
          for (const [at, octet, kind] of changes) {
            if (kind === 0) bytes.splice(at, 1);
            else if (kind === 1) bytes.splice(at, 0, octet);
            else if (kind === 2) bytes.splice(at, bytes.length, ...bytes.slice(at, at + octet));
            else if (at < bytes.length) bytes[at] = octet;
          }
          // No more than a second of rounds
          const asked = iterationsOf(Uint8Array.from(bytes));
          if (asked > 100_000n) return;
          try {
            const read = await readEncryptedSm2PrivateKey(Uint8Array.from(bytes), 'secret');
            expect(read.publicKey.point).toEqual(key.publicKey.point);
          } catch (error) {
            if (!isGovError(error)) throw error;
          }
        },
      ),
      { numRuns: process.env.SLOW ? 100_000 : 2000 },
    );
  }, 120_000);
});

function iterationsOf(bytes: Uint8Array): bigint {
  try {
    const algorithm = readDer(bytes, { mode: 'lenient' }).children().next().children();
    algorithm.next();
    const derivation = algorithm.next().children().next().children();
    derivation.next();
    const parameters = derivation.next().children();
    parameters.next();
    return parameters.next(Tag.integer).integer();
  } catch {
    return 0n;
  }
}
