// A usual access token (RFC 9068), issued, verified and exchanged (RFC 8693). The floor is the raw signatures: one for issue and for
// verify; for the exchange one verified (the subject token) and one made (the new token). What stands around them is to cost no
// more than 25 µs. jose has no SM2; with ES256 all three sign and verify the same claims.
//
// The exchange is `TokenExchange.exchange`, after the client has proved who it is, and without DPoP: the subject token is read,
// verified and judged, its one use taken, the session joined, the new token issued and kept, and the entry of the audit log made
// and appended, with four commitments (HMAC-SM3). Its store keeps nothing, so that all of the time is ours; what a store in memory
// makes of it, and what the entry alone takes, stands beside it. jose exchanges nothing: its row is jwtVerify and SignJWT,
// which map, keep and note nothing.
import { createHash, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { appendAudit, auditEntry } from '@gov/audit';
import { ASSURANCE_LEVELS, assuranceMapping, issueAccessToken, verifyAccessToken } from '@gov/identity';
import { EXCHANGE_TOKEN_TYPES, TokenExchange } from '@gov/identity/exchange';
import { generatePrivateKey } from '@gov/pki/private-key';
import { generateSm2Key, sm2Signer, sm2Verifier } from '@gov/sm';
import { foreignVerifier } from '@gov/sm/foreign-verifier';
import { memoryStore } from '@gov/store/memory';
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
const city = 'https://id.city.example.gov.cn';
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
const SAME_LEVEL = { 'urn:gov:assurance:3': 'urn:gov:assurance:3' };
const OVER_FLOOR_MS = 0.025;

/** A transaction that keeps nothing: every use is the first, every login has its session. @type {import('@gov/audit').AuditTransaction} */
const forgetful = {
  lockSize: async () => 0,
  readTile: async () => undefined,
  insertEntries: async () => undefined,
  writeTile: async () => undefined,
};
const session = {
  sessionId: 's',
  subject: 'p',
  startedAt: '2026-11-22T00:00:00.000Z',
  expiresAt: '2026-11-22T12:00:00.000Z',
};
/** @type {any} */
const steps = {
  firstUse: async () => true,
  lockSession: async () => session,
  insertToken: async () => undefined,
  audit: forgetful,
};
/** @type {Pick<import('@gov/identity').IdentityStore, 'identityTransaction'>} */
const nothingKept = { identityTransaction: (work) => work(steps) };

/** The store in memory, but for one thing: the same subject token can be exchanged again. */
function memoryForBench() {
  const store = memoryStore();
  let uses = 0;
  /** @type {Pick<import('@gov/identity').IdentityStore, 'identityTransaction'>} */
  const keeping = {
    identityTransaction: (work) =>
      store.identityTransaction((tx) =>
        work({
          ...tx,
          firstUse: (scope, id, until) => tx.firstUse(scope, scope === 'exchange' ? `${id}${uses++}` : id, until),
        }),
      ),
  };
  return keeping;
}

const es256 = await generatePrivateKey('ECDSA-P256-SHA256');
const pair = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });

/** @param {string} label @param {import('@gov/sm').Signer} signer @param {import('@gov/sm').Verifier} verifier */
async function contestant(label, signer, verifier) {
  const options = { issuer, signer, kid, at };
  const { token, claims } = await issueAccessToken(grant, options);
  const jws = readJws(token);
  const { algorithm } = signer;
  const keys = fixedKeys([publicJwk(signer.publicKey, { kid })]);
  const profile = { issuer, keys, algorithms: [algorithm] };
  const policy = { issuers: [profile], audience, at };
  const { token: subjectToken } = await issueAccessToken({ ...grant, audience: [city] }, options);
  const { access_token: subjectTokenType } = EXCHANGE_TOKEN_TYPES;
  const request = { clientId: 'city-portal', subjectToken, subjectTokenType, at };
  /** @param {Pick<import('@gov/identity').IdentityStore, 'identityTransaction'>} store */
  const exchangeOn = (store) => {
    const exchange = new TokenExchange({
      issuer: city,
      endpoint: `${city}/token`,
      keys: { current: () => ({ kid, signer }) },
      store,
      replay: memoryStore().replay,
      log: 'identity',
      actor: 'id-city',
      issuers: [
        { profile, audience: city, assurance: assuranceMapping(ASSURANCE_LEVELS, ASSURANCE_LEVELS, SAME_LEVEL) },
      ],
      subject: async ({ sub }) => ({ kind: 'natural-person', sub: `local-${sub}` }),
      rule: async () => ({ audience: [audience], scope: grant.scope }),
    });
    return async () => expectTrue((await exchange.exchange(request)).outcome === 'issued');
  };
  return {
    label,
    claims,
    issue: () => issueAccessToken(grant, options),
    verify: async () => expectTrue((await verifyAccessToken(token, policy)).identity !== undefined),
    verifyBare: async () => expectTrue((await verifyJwt(token, { ...policy, typ: 'at+jwt' })).claims !== undefined),
    signFloor: () => signer.sign(jws.signed),
    verifyFloor: async () => expectTrue(await verifier.verify(jws.signed, jws.signature)),
    exchange: exchangeOn(nothingKept),
    exchangeInMemory: exchangeOn(memoryForBench()),
    exchangeFloor: async () => {
      expectTrue(await verifier.verify(jws.signed, jws.signature));
      await signer.sign(jws.signed);
    },
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

/** As the exchange notes it. */
async function noteInLog() {
  const details = { client: 'city-portal', issuer, level: 3, token: 'kQm3vJ1pXw7cT0yHs8dNfA' };
  const { sub } = grant.subject;
  const secrets = { subject: `local-${sub}`, upstream: sub, audience, scope: grant.scope.join(' ') };
  const entry = auditEntry({ at, action: 'token-exchange', actor: 'id-city', details, secrets });
  await appendAudit(forgetful, 'identity', [entry]);
}

const peers = {
  exchange: [
    {
      label: 'jose ES256, verify and sign',
      run: async () => {
        await jose.verify(joseToken);
        await jose.issue();
      },
    },
    { label: 'the audit entry alone', run: noteInLog },
  ],
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
  {
    work: `exchange an access token, ${own.label}`,
    ours: { label: '@gov/identity', run: own.exchange },
    floor: { label: `${own.label} verify and sign`, run: own.exchangeFloor },
    peers: [{ label: 'on the store in memory', run: own.exchangeInMemory }, ...peers.exchange],
    goal: { overFloorMs: OVER_FLOOR_MS },
  },
]);

/** @param {boolean} verdict */
function expectTrue(verdict) {
  if (!verdict) throw new Error('a good token does not verify');
}
