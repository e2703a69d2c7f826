// A usual access token (RFC 9068), issued and verified: one signature is the floor, and what stands around it is to cost no
// more than 25 µs. jose has no SM2; with ES256 all three sign and verify the same claims.
import { createHash, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { issueAccessToken, verifyAccessToken } from '@gov/identity';
import { generatePrivateKey } from '@gov/pki/private-key';
import { generateSm2Key, sm2Signer, sm2Verifier } from '@gov/sm';
import { foreignVerifier } from '@gov/sm/foreign-verifier';
import { publicJwk } from '@gov/token/jwk';
import { readJws } from '@gov/token/jws';
import { verifyJwt } from '@gov/token/jwt';
import { fixedKeys } from '@gov/token/key-source';
import { peer } from './peers.mjs';

const { jwtVerify, SignJWT } = await peer('jose');
const { SDJwtVcInstance } = await peer('@sd-jwt/sd-jwt-vc');

const at = new Date('2026-11-22T02:00:00Z');
const issuer = 'https://id.example.gov.cn';
const audience = 'https://api.example.gov.cn/licenses';
const kid = '2026-1';
/** @type {import('@gov/identity').AccessGrant} */
const grant = {
  subject: { kind: 'natural-person', sub: 'kQm3vJ1pXw7cT0yHs8dNfA2bRzLuEo5iGq4nVhSgYxM' },
  clientId: 'app-370000-0017',
  audience: [audience],
  scope: ['license.read', 'license.list'],
  level: 3,
  authTime: at,
  sessionId: 'Yx0qL2mWb8uT4vRk',
};
const OVER_FLOOR_MS = 0.025;

const es256 = await generatePrivateKey('ECDSA-P256-SHA256');
const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** @param {string} label @param {import('@gov/sm').Signer} signer @param {import('@gov/sm').Verifier} verifier */
async function contestant(label, signer, verifier) {
  const options = { issuer, signer, kid, at };
  const { token, claims } = await issueAccessToken(grant, options);
  const jws = readJws(token);
  const { algorithm } = signer;
  const keys = fixedKeys([publicJwk(signer.publicKey, { kid })]);
  const policy = { issuers: [{ issuer, keys, algorithms: [algorithm] }], audience, at };
  return {
    label,
    claims,
    issue: () => issueAccessToken(grant, options),
    verify: async () => expectTrue((await verifyAccessToken(token, policy)).identity !== undefined),
    verifyBare: async () => expectTrue((await verifyJwt(token, { ...policy, typ: 'at+jwt' })).claims !== undefined),
    signFloor: () => signer.sign(jws.signed),
    verifyFloor: async () => expectTrue(await verifier.verify(jws.signed, jws.signature)),
  };
}

const sm2Key = generateSm2Key();
const sm2 = await contestant('SM2', sm2Signer(sm2Key), sm2Verifier(sm2Key.publicKey));
const ecdsa = await contestant('ES256', es256.signer, foreignVerifier(es256.signer.publicKey, 'ECDSA-P256-SHA256'));

const jose = {
  label: 'jose ES256',
  issue: () => new SignJWT(sm2.claims).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid }).sign(pair.privateKey),
  /** @param {string} token */
  verify: (token) =>
    jwtVerify(token, pair.publicKey, {
      typ: 'at+jwt',
      issuer,
      audience,
      algorithms: ['ES256'],
      currentDate: at,
      requiredClaims: ['exp', 'jti', 'client_id'],
    }),
};
const joseToken = await jose.issue();

const sdJwt = new SDJwtVcInstance({
  signAlg: 'ES256',
  signer: (/** @type {string} */ input) =>
    sign('sha256', Buffer.from(input), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url'),
  verifier: (/** @type {string} */ input, /** @type {string} */ signature) => {
    const key = { key: pair.publicKey, dsaEncoding: /** @type {const} */ ('ieee-p1363') };
    return verify('sha256', Buffer.from(input), key, Buffer.from(signature, 'base64url'));
  },
  hasher: (/** @type {string} */ input) => createHash('sha256').update(input).digest(),
  hashAlg: 'sha-256',
  saltGenerator: (/** @type {number} */ length) => randomBytes(length).toString('hex').slice(0, length),
});
const vct = 'https://id.example.gov.cn/access';
// Its verifier takes the time from the clock of the machine.
const { exp: _exp, ...lasting } = /** @type {any} */ (sm2.claims);
const sdJwtToken = await sdJwt.issue({ ...lasting, vct });

const peers = {
  issue: [
    { label: jose.label, run: jose.issue },
    { label: 'sd-jwt-vc ES256', run: () => sdJwt.issue({ ...lasting, vct }) },
  ],
  verify: [
    { label: jose.label, run: () => jose.verify(joseToken) },
    { label: 'sd-jwt-vc ES256', run: () => sdJwt.verify(sdJwtToken) },
  ],
};

/** @type {import('./harness.mjs').Row[]} */
export const rows = [sm2, ecdsa].flatMap((own) => [
  {
    work: `issue an access token, ${own.label}`,
    ours: { label: '@gov/identity', run: own.issue },
    floor: { label: `${own.label} sign`, run: own.signFloor },
    peers: peers.issue,
    goal: { overFloorMs: OVER_FLOOR_MS },
  },
  {
    work: `verify an access token, ${own.label}`,
    ours: { label: '@gov/identity', run: own.verify },
    floor: { label: `${own.label} verify`, run: own.verifyFloor },
    peers: [{ label: '@gov/token verifyJwt', run: own.verifyBare }, ...peers.verify],
    goal: { overFloorMs: OVER_FLOOR_MS },
  },
]);

/** @param {boolean} verdict */
function expectTrue(verdict) {
  if (!verdict) throw new Error('a good token does not verify');
}
