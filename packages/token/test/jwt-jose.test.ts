/** The oracle: what jose issues is read here, and what is issued here is read by jose. */

import { jwkSigner, publicJwk, readJwk } from '@gov/token/jwk';
import { signJwt } from '@gov/token/jwt';
import { fixedKeys } from '@gov/token/key-source';
import { type CryptoKey, exportJWK, generateKeyPair, importJWK, type JWK, jwtVerify, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { AT, AUDIENCE, CLAIMS, ISSUER, judged, KID, NOW, VALID } from './jwt-world.js';

const ALGORITHMS = [
  ['ES256', 'ECDSA-P256-SHA256'],
  ['ES384', 'ECDSA-P384-SHA384'],
  ['PS256', 'RSA-PSS-SHA256'],
  ['RS256', 'RSA-PKCS1-SHA256'],
  ['EdDSA', 'Ed25519'],
] as const;

describe.each(ALGORITHMS)('%s', (alg, algorithm) => {
  const pair = generateKeyPair(alg, { extractable: true });
  const jwkOf = async (key: CryptoKey) => ({ ...(await exportJWK(key)), kid: KID, alg });

  it('of jose is read here', async () => {
    const { privateKey, publicKey } = await pair;
    const text = await new SignJWT({ ...CLAIMS }).setProtectedHeader({ alg, kid: KID, typ: 'at+jwt' }).sign(privateKey);
    const keys = fixedKeys([readJwk({ ...(await jwkOf(publicKey)) } as Parameters<typeof readJwk>[0])]);
    expect(await judged(text, { issuers: [{ issuer: ISSUER, keys, algorithms: [algorithm] }] })).toEqual(VALID(CLAIMS));
  });

  it('of ours is read by jose, and refused by it for the same reasons', async () => {
    const { privateKey } = await pair;
    const jwk = readJwk({ ...(await jwkOf(privateKey)) } as Parameters<typeof readJwk>[0], { privateKey: true });
    const signer = await jwkSigner(jwk);
    const sign = (claims: object) => signJwt({ ...CLAIMS, ...claims }, { typ: 'at+jwt', kid: KID, signer });
    const key = await importJWK({ ...publicJwk(signer.publicKey), alg } as JWK);
    const keys = fixedKeys([publicJwk(signer.publicKey, { kid: KID, alg })]);
    for (const claims of [
      {},
      { aud: ['x', AUDIENCE] },
      { aud: 'x' },
      { exp: NOW - 60 },
      { exp: NOW - 59 },
      { exp: NOW + 0.5 },
      { nbf: NOW + 60 },
      { nbf: NOW + 61 },
      { iss: 'https://other.example' },
    ]) {
      const text = await sign({ ...claims, iat: NOW - 100 });
      const options = { issuer: ISSUER, audience: AUDIENCE, typ: 'at+jwt', clockTolerance: 60, currentDate: AT };
      const theirs = await jwtVerify(text, key, options).then(
        ({ payload }) => payload,
        () => undefined,
      );
      const ours = await judged(text, { issuers: [{ issuer: ISSUER, keys, algorithms: [algorithm] }] });
      expect(ours.claims).toEqual(theirs);
    }
  });
});
