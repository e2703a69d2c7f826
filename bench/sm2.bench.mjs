// SM2 over 256 bytes: OpenSSL's own speed test is the floor of the public API, sm-crypto and sm-crypto-v2 are the peers.
import { randomFillSync } from 'node:crypto';
import { bytesToHex, generateSm2Key, sm2Signer, sm2Verifier, sm2Za } from '@gov/sm';
import smCrypto from 'sm-crypto';
import { js } from '../packages/sm/dist/internal/sm2-js.js';
import { wasm } from '../packages/sm/dist/internal/sm2-wasm.js';
import { opensslSpeed } from './harness.mjs';
import { peer } from './peers.mjs';

const { sm2: v2 } = await peer('sm-crypto-v2');

const message = randomFillSync(new Uint8Array(256));
const list = Array.from(message);
const key = generateSm2Key();
const signer = sm2Signer(key);
const verifier = sm2Verifier(key.publicKey);
const nativeVerifier = sm2Verifier(key.publicKey, { backend: 'native' });
const wasmSigner = sm2Signer(key, { backend: 'wasm' });
const signature = await signer.sign(message);

// PKCS#8 of an SM2 key ends with the scalar and the point: the peers and the JavaScript backend want them bare.
const scalar = key.toPkcs8().subarray(-102, -70);
const { point } = key.publicKey;
const privateHex = bytesToHex(scalar);
const publicHex = bytesToHex(point);
const signatureHex = bytesToHex(signature);

const options = { hash: true, publicKey: publicHex };
const precomputed = v2.precomputePublicKey(publicHex);
const v1Sign = { label: 'sm-crypto', run: () => smCrypto.sm2.doSignature(list, privateHex, options) };
const v2Sign = { label: 'sm-crypto-v2', run: () => v2.doSignature(message, privateHex, options) };
const v1Verify = {
  label: 'sm-crypto',
  run: () => expectTrue(smCrypto.sm2.doVerifySignature(list, signatureHex, publicHex, options)),
};
const v2Verify = {
  label: 'sm-crypto-v2',
  run: () => expectTrue(v2.doVerifySignature(message, signatureHex, publicHex, options)),
};
const v2VerifyKnown = {
  label: 'sm-crypto-v2, precomputed',
  run: () => expectTrue(v2.doVerifySignature(message, signatureHex, precomputed, options)),
};

const za = sm2Za(key.publicKey);
const jsSign = js.signer(scalar, point).message;
const jsVerify = js.verifier(point).message;

/** Keys that take turns: their tables do not fit into the nearest cache together. */
const many = await Promise.all(
  Array.from({ length: 40 }, async () => {
    const other = generateSm2Key();
    const signature = await sm2Signer(other).sign(message);
    return { verifier: sm2Verifier(other.publicKey), signature };
  }),
);
async function verifyMany() {
  for (const other of many) expectTrue(await other.verifier.verify(message, other.signature));
}
const knownVerify = wasm.verifier(point);
function verifyThrice() {
  for (let i = 0; i < 3; i++) expectTrue(knownVerify.message(za, message, signature));
}

const opensslSign = opensslSpeed('sign', { seconds: 1 });
const opensslVerify = opensslSpeed('verify', { seconds: 1 });
const openssl = opensslSign.label;

/** @type {import('./harness.mjs').Row[]} */
export const rows = [
  {
    work: 'SM2 sign, native',
    ours: { label: '@gov/sm', run: () => signer.sign(message) },
    floor: opensslSign,
    peers: [v1Sign, v2Sign],
    goal: { ofFloor: 0.9, times: { 'sm-crypto': 25 } },
    roundMs: 1000,
  },
  {
    work: 'SM2 verify, native',
    ours: { label: '@gov/sm native', run: async () => expectTrue(await nativeVerifier.verify(message, signature)) },
    floor: opensslVerify,
    peers: [v1Verify, v2Verify, v2VerifyKnown],
    goal: { ofFloor: 0.9, times: { 'sm-crypto': 50 } },
    roundMs: 1000,
  },
  {
    work: 'SM2 verify, WebAssembly, known key',
    ours: { label: '@gov/sm', run: async () => expectTrue(await verifier.verify(message, signature)) },
    peers: [opensslVerify, v1Verify, v2VerifyKnown],
    goal: { times: { [openssl]: 10 } },
    roundMs: 1000,
  },
  {
    work: 'SM2 verify, WebAssembly, new key',
    ours: {
      label: '@gov/sm',
      run: async () => expectTrue(await sm2Verifier(key.publicKey).verify(message, signature)),
    },
    peers: [opensslVerify, v1Verify, v2Verify],
    goal: { times: { [openssl]: 3 } },
    roundMs: 1000,
  },
  {
    work: 'SM2 verify, WebAssembly, 40 known keys in turn',
    ours: { label: '@gov/sm', times: many.length, run: verifyMany },
    peers: [opensslVerify],
    roundMs: 1000,
  },
  {
    work: 'SM2 sign, WebAssembly',
    ours: { label: '@gov/sm wasm', run: () => wasmSigner.sign(message) },
    peers: [opensslSign, v1Sign, v2Sign],
    goal: { times: { [openssl]: 6 } },
    roundMs: 1000,
  },
  {
    work: 'SM2 table of a key, WebAssembly',
    ours: {
      label: 'third verification with a new key',
      run: () => {
        const verify = wasm.verifier(point);
        for (let i = 0; i < 3; i++) expectTrue(verify.message(za, message, signature));
      },
    },
    peers: [{ label: 'three of a known key', run: () => verifyThrice() }],
  },
  {
    work: 'SM2 sign, JavaScript',
    ours: { label: '@gov/sm js', run: () => jsSign(za, message) },
    peers: [v1Sign, v2Sign],
    goal: { times: { 'sm-crypto': 20 } },
  },
  {
    work: 'SM2 verify, JavaScript, new key',
    ours: { label: '@gov/sm js', run: () => expectTrue(js.verifier(point).message(za, message, signature)) },
    peers: [v1Verify, v2Verify],
    goal: { times: { 'sm-crypto': 5 } },
  },
  {
    work: 'SM2 verify, JavaScript, known key',
    ours: { label: '@gov/sm js', run: () => expectTrue(jsVerify(za, message, signature)) },
    peers: [v1Verify, v2VerifyKnown],
    goal: { times: { 'sm-crypto': 25 } },
  },
];

/** A contestant that rejects a good signature would be fast for nothing. @param {boolean} verdict */
function expectTrue(verdict) {
  if (!verdict) throw new Error('a good signature does not verify');
}
