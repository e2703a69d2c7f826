/** Both sides answer alike: Node's OpenSSL and WebCrypto. */
import { structureVerifier } from '@gov/pki';
import { generatePrivateKey } from '@gov/pki/private-key';
import type { SignatureAlgorithm } from '@gov/sm';
import { describe, expect, it } from 'vitest';
import { foreignVerifier as browser } from '../../sm/src/internal/foreign-verifier.browser.js';
import { foreignVerifier as node } from '../../sm/src/internal/foreign-verifier.node.js';

const ALGORITHMS: readonly SignatureAlgorithm[] = [
  'ECDSA-P256-SHA256',
  'ECDSA-P384-SHA384',
  'ECDSA-P521-SHA512',
  'RSA-PKCS1-SHA256',
  'RSA-PKCS1-SHA384',
  'RSA-PKCS1-SHA512',
  'RSA-PSS-SHA256',
  'RSA-PSS-SHA384',
  'RSA-PSS-SHA512',
  'Ed25519',
];

describe.each(ALGORITHMS)('%s', (algorithm) => {
  it('is verified, and nothing else is', async () => {
    const { signer } = await generatePrivateKey(algorithm);
    const message = new TextEncoder().encode('某市行政审批局');
    const signature = await signer.sign(message);
    const changed = (bytes: Uint8Array, at: number) => bytes.map((octet, i) => (i === at ? octet ^ 1 : octet));
    for (const foreignVerifier of [node, browser]) {
      const { verify } = foreignVerifier(signer.publicKey, algorithm);
      expect(await verify(message, signature)).toBe(true);
      for (const at of [0, signature.length >> 1, signature.length - 1])
        expect(await verify(message, changed(signature, at))).toBe(false);
      expect(await verify(changed(message, 0), signature)).toBe(false);
      expect(await verify(message, signature.subarray(1))).toBe(false);
      expect(await verify(message, Uint8Array.of(...signature, 0))).toBe(false);
      expect(await verify(message, new Uint8Array(signature.length))).toBe(false);
      expect(await verify(message, new Uint8Array(0))).toBe(false);
      const others = ALGORITHMS.filter((other) => other !== algorithm && other.slice(0, 3) === algorithm.slice(0, 3));
      for (const other of others) {
        if (algorithm.startsWith('RSA')) {
          expect(await foreignVerifier(signer.publicKey, other).verify(message, signature), other).toBe(false);
        }
      }
    }
  });
});

it('a point off the curve verifies nothing', async () => {
  const { signer } = await generatePrivateKey('ECDSA-P256-SHA256');
  const spki = signer.publicKey.slice();
  spki[spki.length - 1]! ^= 1;
  const message = new Uint8Array(3);
  const signature = await signer.sign(message);
  for (const foreignVerifier of [node, browser])
    expect(await foreignVerifier(spki, 'ECDSA-P256-SHA256').verify(message, signature)).toBe(false);
  expect(await structureVerifier(spki, '1.2.840.10045.4.3.2').verify(message, signature)).toBe(false);
});
