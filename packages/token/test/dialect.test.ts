/** How others write SM2 and HMAC-SM3: each dialect verifies its own and nothing else. */
import { createHmac, createPrivateKey, createSign, sign } from 'node:crypto';
import { generateSm2Key, hmacSm3, rawToDer, type SignatureAlgorithm, sm2Digest, sm2Signer, sm3 } from '@gov/sm';
import {
  algorithmNames,
  GMT_0125,
  hmacSm3Verifier,
  JOSE_DIALECTS,
  type JoseDialect,
  sm2DialectVerifier,
} from '@gov/token/dialect';
import { describe, expect, it } from 'vitest';

const key = generateSm2Key();
const signer = sm2Signer(key);
const message = new TextEncoder().encode('eyJ0.e30');
const empty = new Uint8Array(0);

const variants = (['default', 'empty', 'none'] as const).flatMap((sm2Id) =>
  (['raw', 'der'] as const).map((signature): JoseDialect => ({ ...GMT_0125, sm2Id, signature })),
);

/** Signed as a dialect says. */
async function signed({ sm2Id, signature }: JoseDialect): Promise<Uint8Array> {
  const e = sm2Id === 'none' ? sm3(message) : sm2Digest(key.publicKey, message, ...(sm2Id === 'empty' ? [empty] : []));
  const raw = await signer.signDigest(e);
  return signature === 'raw' ? raw : rawToDer(raw);
}

describe('SM2', () => {
  it.each(variants)('$sm2Id $signature verifies its own signature, and no other one', async (dialect) => {
    const verifier = sm2DialectVerifier(key.publicKey, dialect);
    expect(verifier.algorithm).toBe('SM2-SM3');
    for (const other of variants) {
      const fits = await verifier.verify(message, await signed(other));
      expect([other.sm2Id, other.signature, fits]).toEqual([other.sm2Id, other.signature, other === dialect]);
    }
  });

  it('takes no changed message, no other key, and nothing that is no signature', async () => {
    for (const dialect of variants) {
      const verifier = sm2DialectVerifier(key.publicKey, dialect);
      const signature = await signed(dialect);
      expect(await verifier.verify(Uint8Array.of(...message, 1), signature)).toBe(false);
      expect(await sm2DialectVerifier(generateSm2Key().publicKey, dialect).verify(message, signature)).toBe(false);
      for (const wrong of [empty, new Uint8Array(64), signature.slice(1), Uint8Array.of(...signature, 0)])
        expect(await verifier.verify(message, wrong)).toBe(false);
    }
  });

  it('reads OpenSSL in DER: an empty ID where it signs in one go, no ZA where it hashes first', async () => {
    const privateKey = createPrivateKey(key.toPem());
    const ways = { empty: sign('sm3', message, privateKey), none: createSign('sm3').update(message).sign(privateKey) };
    for (const [way, signature] of Object.entries(ways))
      for (const sm2Id of ['default', 'empty', 'none'] as const) {
        const verifier = sm2DialectVerifier(key.publicKey, { ...GMT_0125, sm2Id, signature: 'der' });
        expect([way, sm2Id, await verifier.verify(message, signature)]).toEqual([way, sm2Id, way === sm2Id]);
      }
  });
});

describe('HMAC-SM3', () => {
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const code = new Uint8Array(createHmac('sm3', secret).update(message).digest());

  it('verifies the code of OpenSSL, and no part or change of it', async () => {
    const verifier = hmacSm3Verifier(secret);
    expect(verifier.algorithm).toBe('HMAC-SM3');
    expect(await verifier.verify(message, code)).toBe(true);
    expect(await verifier.verify(Uint8Array.of(...message, 0), code)).toBe(false);
    for (const wrong of [empty, code.slice(0, 31), Uint8Array.of(...code, 0)])
      expect(await verifier.verify(message, wrong)).toBe(false);
    for (let at = 0; at < code.length; at++) {
      const changed = code.slice();
      changed[at]! ^= 1;
      expect(await verifier.verify(message, changed)).toBe(false);
    }
  });

  it('keeps a copy of its secret', async () => {
    const own = secret.slice();
    const verifier = hmacSm3Verifier(own);
    own.fill(0);
    expect(await verifier.verify(message, code)).toBe(true);
    expect(await verifier.verify(message, hmacSm3(own, message))).toBe(false);
  });

  it('has a least length', async () => {
    const short = secret.slice(1);
    expect(() => hmacSm3Verifier(short)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
    expect(await hmacSm3Verifier(short, { minimumOctets: 31 }).verify(message, hmacSm3(short, message))).toBe(true);
    for (const minimumOctets of [0, -1])
      expect(() => hmacSm3Verifier(empty, { minimumOctets })).toThrow(
        expect.objectContaining({ code: 'invalid-argument' }),
      );
  });
});

describe('names', () => {
  it('are of the dialect for SM2 and HMAC-SM3, and of JOSE for the others', () => {
    const other: JoseDialect = { ...GMT_0125, sm2Names: ['SM2', 'GmSM2'], hmacNames: [] };
    expect(algorithmNames('SM2-SM3', GMT_0125)).toEqual(['SGD_SM3_SM2']);
    expect(algorithmNames('HMAC-SM3', GMT_0125)).toEqual(['SGD_SM3_HMAC']);
    expect(algorithmNames('SM2-SM3', other)).toEqual(['SM2', 'GmSM2']);
    expect(algorithmNames('HMAC-SM3', other)).toEqual([]);
    for (const dialect of [GMT_0125, other]) {
      expect(algorithmNames('ECDSA-P521-SHA512', dialect)).toEqual(['ES512']);
      expect(algorithmNames('RSA-PSS-SHA256', dialect)).toEqual(['PS256']);
      expect(algorithmNames('Ed25519', dialect)).toEqual(['EdDSA', 'Ed25519']);
      expect(algorithmNames('ECDSA-P256-SHA384', dialect)).toEqual([]);
    }
  });

  it('of no two algorithms are the same, in any dialect', () => {
    for (const dialect of JOSE_DIALECTS.values()) {
      const algorithms: readonly SignatureAlgorithm[] = [
        'ECDSA-P256-SHA256',
        'ECDSA-P384-SHA384',
        'RSA-PKCS1-SHA256',
        'RSA-PSS-SHA256',
        'Ed25519',
        'SM2-SM3',
      ];
      const names = [...algorithms, 'HMAC-SM3' as const].flatMap((one) => algorithmNames(one, dialect));
      expect(new Set(names).size).toBe(names.length);
    }
  });

  it('of dialects are those of the table', () => {
    for (const [name, dialect] of JOSE_DIALECTS) expect(dialect.name).toBe(name);
    expect(JOSE_DIALECTS.get('gmt-0125')).toBe(GMT_0125);
    expect([...JOSE_DIALECTS.keys()]).toEqual(['gmt-0125', 'sm2sm3-empty-id', 'sm2sm3-no-za']);
  });
});
