import { createECDH, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import { generateSm2Key, hexToBytes, sm2Signer } from '@gov/sm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { compressedPoint, deviceVerifier } from '../src/device-key.js';
import { p256Verifier as browserVerifier } from '../src/internal/p256.browser.js';
import { p256Verifier as nodeVerifier } from '../src/internal/p256.node.js';
import { sm2DeviceKey, webCryptoDeviceKey, wrappedSm2DeviceKey } from '../src/show.js';
import { codeOf } from './delegation-world.js';

const MESSAGE = new TextEncoder().encode('a message of a device');

/** 33 octets, and what signs with it, by OpenSSL. */
function p256(): { readonly compressed: Uint8Array; readonly sign: (message: Uint8Array) => Uint8Array } {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-65);
  return {
    compressed: compressedPoint(point),
    sign: (message) => new Uint8Array(sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  };
}

const wrongPoints = (form: number): [string, Uint8Array][] => [
  // x³ − 3x + b is no square for this x on either curve, as the test below makes sure.
  ['x beyond the field', Uint8Array.of(form, ...new Uint8Array(32).fill(255))],
  ['32 octets', new Uint8Array(32).fill(form)],
  ['34 octets', new Uint8Array(34).fill(form)],
  ['nothing', new Uint8Array()],
  ['the point at infinity', new Uint8Array(1)],
  ['an uncompressed point', Uint8Array.of(4, ...new Uint8Array(64))],
  ['form 4 in 33 octets', Uint8Array.of(4, ...new Uint8Array(32))],
  ['form 0', new Uint8Array(33)],
];

/** One half 0 or the order of the group, the other as it was or the same. @param order hexadecimal */
function outOfRange(signature: Uint8Array, order: string): Uint8Array[] {
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32)];
  return [new Uint8Array(32), hexToBytes(order)].flatMap((bad) =>
    [
      [bad, s],
      [r, bad],
      [bad, bad],
    ].map(([one, other]) => Uint8Array.of(...one!, ...other!)),
  );
}

describe.each([
  ['Node', nodeVerifier],
  ['browsers', browserVerifier],
])('P-256 for %s', (_, verifierOf) => {
  it('opens points of both signs and verifies by them alone', async () => {
    const signs = new Set<number>();
    for (let i = 0; i < 24; i++) {
      const key = p256();
      signs.add(key.compressed[0]!);
      const signature = key.sign(MESSAGE);
      const verifier = verifierOf(key.compressed);
      expect(await verifier.verify(MESSAGE, signature)).toBe(true);
      expect(await verifier.verify(MESSAGE.subarray(1), signature)).toBe(false);
      const other = key.compressed.slice();
      other[0]! ^= 1;
      expect(await verifierOf(other).verify(MESSAGE, signature)).toBe(false);
    }
    expect(signs).toEqual(new Set([2, 3]));
  });

  it('takes raw signatures of 64 octets and no others', async () => {
    const key = p256();
    const verifier = verifierOf(key.compressed);
    const signature = key.sign(MESSAGE);
    for (const wrong of [
      new Uint8Array(),
      new Uint8Array(64),
      signature.subarray(1),
      Uint8Array.of(...signature, 0),
      Uint8Array.of(...signature.subarray(32), ...signature.subarray(0, 32)),
      new Uint8Array(64).fill(255),
      ...outOfRange(signature, 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'),
    ]) {
      expect(await verifier.verify(MESSAGE, wrong)).toBe(false);
    }
  });

  it('refuses a point off the curve', async () => {
    let refused = 0;
    for (let x = 0; x < 64; x++) {
      const compressed = Uint8Array.of(2, ...new Uint8Array(31), x);
      const onCurve = isOnCurve(compressed);
      expect(await codeOf(() => verifierOf(compressed)), `x = ${x}`).toBe(onCurve ? 'nothing thrown' : 'key-malformed');
      if (!onCurve) refused++;
      // The same element of the field, written p higher.
      const higher = (2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n + BigInt(x)).toString(16);
      expect(await codeOf(() => verifierOf(Uint8Array.of(2, ...hexToBytes(higher))))).toBe('key-malformed');
    }
    expect(refused).toBeGreaterThan(10);
    expect(await codeOf(() => verifierOf(Uint8Array.of(2, ...new Uint8Array(32).fill(255))))).toBe('key-malformed');
  });

  it('names the key', () => {
    const { compressed } = p256();
    const exported = createPublicKey({
      key: Buffer.from(verifierOf(compressed).publicKey),
      format: 'der',
      type: 'spki',
    });
    const { x } = exported.export({ format: 'jwk' });
    expect(Buffer.from(x!, 'base64url')).toEqual(Buffer.from(compressed.subarray(1)));
  });
});

/** By OpenSSL. */
function isOnCurve(compressed: Uint8Array): boolean {
  try {
    createECDH('prime256v1').setPrivateKey(Buffer.alloc(32, 1));
    const ecdh = createECDH('prime256v1');
    ecdh.setPrivateKey(Buffer.alloc(32, 1));
    ecdh.computeSecret(compressed);
    return true;
  } catch {
    return false;
  }
}

describe('deviceVerifier', () => {
  it.each([
    ['SM2', 1 as const],
    ['P-256', 2 as const],
  ])('%s: refuses what is no compressed point', async (_, suite) => {
    for (const [name, point] of [...wrongPoints(2), ...wrongPoints(3)]) {
      expect(await codeOf(() => deviceVerifier(suite, point)), name).toBe('key-malformed');
    }
  });

  it('refuses another suite', async () => {
    const { publicKey } = sm2DeviceKey(generateSm2Key());
    expect(await codeOf(() => deviceVerifier(3 as 1, publicKey))).toBe('invalid-argument');
  });

  it('does not take a signature of the other suite, or of SM2 under another ID', async () => {
    const key = generateSm2Key();
    const verifier = deviceVerifier(1, sm2DeviceKey(key).publicKey);
    expect(await verifier.verify(MESSAGE, await sm2Signer(key).sign(MESSAGE))).toBe(true);
    const id = new TextEncoder().encode('another');
    expect(await verifier.verify(MESSAGE, await sm2Signer(key, { id }).sign(MESSAGE))).toBe(false);
    expect(await verifier.verify(MESSAGE, p256().sign(MESSAGE))).toBe(false);
    const order = 'fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123';
    for (const wrong of outOfRange(await sm2Signer(key).sign(MESSAGE), order))
      expect(await verifier.verify(MESSAGE, wrong)).toBe(false);
  });

  it('keeps its key when the caller changes the octets', async () => {
    const key = p256();
    const octets = key.compressed.slice();
    const verifier = deviceVerifier(2, octets);
    octets.fill(0);
    expect(await verifier.verify(MESSAGE, key.sign(MESSAGE))).toBe(true);
  });
});

describe('webCryptoDeviceKey', () => {
  it('signs what verifies, and is kept as a pair that cannot be exported', async () => {
    const key = await webCryptoDeviceKey();
    const kept = await webCryptoDeviceKey(structuredClone(key.keyPair));
    expect(kept.publicKey).toEqual(key.publicKey);
    for (const one of [key, kept]) {
      expect(one.suite).toBe(2);
      expect(await deviceVerifier(2, key.publicKey).verify(MESSAGE, await one.sign(MESSAGE))).toBe(true);
    }
    for (const format of ['pkcs8', 'jwk'] as const) {
      await expect(crypto.subtle.exportKey(format, key.keyPair.privateKey)).rejects.toThrow();
    }
    expect((await webCryptoDeviceKey()).publicKey).not.toEqual(key.publicKey);
  });

  it('refuses keys of another kind, and those that can be exported', async () => {
    const p256 = { name: 'ECDSA', namedCurve: 'P-256' };
    const pairs = await Promise.all([
      crypto.subtle.generateKey(p256, true, ['sign', 'verify']),
      crypto.subtle.generateKey({ ...p256, namedCurve: 'P-384' }, false, ['sign', 'verify']),
      crypto.subtle.generateKey({ ...p256, name: 'ECDH' }, false, ['deriveBits']),
    ]);
    for (const pair of pairs)
      expect(await codeOf(() => webCryptoDeviceKey(pair as CryptoKeyPair))).toBe('key-unsupported');
  });
});

describe('wrappedSm2DeviceKey', () => {
  it('signs what verifies, after it was stored too', async () => {
    const key = await wrappedSm2DeviceKey();
    const kept = await wrappedSm2DeviceKey(structuredClone(key.stored));
    for (const one of [key, kept]) {
      expect(one.suite).toBe(1);
      expect(await deviceVerifier(1, key.publicKey).verify(MESSAGE, await one.sign(MESSAGE))).toBe(true);
    }
    expect(key.stored.wrappingKey.extractable).toBe(false);
    for (const format of ['raw', 'jwk'] as const) {
      await expect(crypto.subtle.exportKey(format, key.stored.wrappingKey)).rejects.toThrow();
    }
  });

  it('does not open what was changed, or belongs to another key', async () => {
    const { stored } = await wrappedSm2DeviceKey();
    const other = (await wrappedSm2DeviceKey()).stored;
    const changed = stored.wrapped.slice();
    changed[20]! ^= 1;
    for (const wrong of [
      { ...stored, wrapped: changed },
      { ...stored, wrapped: new Uint8Array() },
      { ...stored, iv: other.iv },
      { ...stored, publicKey: other.publicKey },
      { ...stored, wrappingKey: other.wrappingKey },
    ]) {
      const key = await wrappedSm2DeviceKey(wrong);
      expect(await codeOf(() => key.sign(MESSAGE))).toBe('decryption-failed');
    }
  });

  it('refuses a wrapping key that could be exported', async () => {
    const { stored } = await wrappedSm2DeviceKey();
    const wrappingKey = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['decrypt', 'encrypt']);
    expect(await codeOf(() => wrappedSm2DeviceKey({ ...stored, wrappingKey }))).toBe('key-unsupported');
  });

  it('leaves no scalar in what it decrypts into', async () => {
    const opened: Uint8Array[] = [];
    const decrypt = crypto.subtle.decrypt.bind(crypto.subtle);
    vi.spyOn(crypto.subtle, 'decrypt').mockImplementation(async (...parameters) => {
      const octets = await decrypt(...parameters);
      opened.push(new Uint8Array(octets));
      return octets;
    });
    const key = await wrappedSm2DeviceKey();
    await key.sign(MESSAGE);
    expect(opened).toHaveLength(1);
    expect(opened[0]!.some((octet) => octet !== 0)).toBe(false);
  });
});

describe('without WebCrypto', () => {
  it('both say so', async () => {
    vi.stubGlobal('crypto', { getRandomValues: crypto.getRandomValues.bind(crypto) });
    expect(await codeOf(() => webCryptoDeviceKey())).toBe('backend-unavailable');
    expect(await codeOf(() => wrappedSm2DeviceKey())).toBe('backend-unavailable');
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});
