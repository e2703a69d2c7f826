// City codes at a gate: the floor is what no check leaves out, one SM2 verification with a known key (the issuer's) and one with a
// new key (the device's, opened from its 33 octets); with the delegation cached, the latter alone. And revocation filters of ten
// million tags.
import { execFile } from 'node:child_process';
import { createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { Delegator, delegationRequest, memoryDelegationRegister } from '@gov/city-code/delegate';
import { buildRevocationFilter, readRevocationFilter } from '@gov/city-code/filter';
import { Gate } from '@gov/city-code/gate';
import { CodeHolder, memoryCounters, sm2DeviceKey } from '@gov/city-code/show';
import { VerdictLog } from '@gov/city-code/verdict-log';
import { certificateKid } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import { bytesToHex, generateSm2Key, readSm2PublicKey, sm2Signer, sm2Verifier } from '@gov/sm';
import smCrypto from 'sm-crypto';
import { peer } from './peers.mjs';

const AT = new Date('2026-11-22T04:00:00Z');
const SCENE = 3;
const TAGS = 10_000_000;

const gateIssuer = await newIssuer();

/** As a trust list names it. */
async function newIssuer() {
  const [rootKey, key] = [generateSm2Key(), generateSm2Key()];
  const time = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2035-12-31T00:00:00Z') };
  const signer = sm2Signer(rootKey);
  const certificate = await issueLeaf({
    ca: { certificate: await issueRoot({ subject: 'CN=root,C=CN', signer, ...time }), signer },
    use: 'city-code-issuer',
    subject: 'CN=city codes,C=CN',
    publicKey: key.publicKey.toSpki(),
    ...time,
  });
  return {
    signer: sm2Signer(key),
    entry: /** @type {const} */ ({
      kid: bytesToHex(certificateKid(certificate)),
      index: 7,
      use: 'city-code-issuer',
      service: 'city-code',
      region: '440000',
      certificate: certificate.bytes,
      from: time.notBefore,
      status: 'active',
    }),
  };
}

/** Codes of delegations of their own; of each delegation so many. @param {1 | 2} suite @param {number} delegations @param {number} codes */
async function prepared(suite, delegations, codes) {
  const delegator = new Delegator({ signer: gateIssuer.signer, issuerIndex: 7, register: memoryDelegationRegister() });
  const challenge = new Uint8Array(32);
  const holders = [];
  for (let i = 0; i < delegations; i++) {
    const key = suite === 1 ? sm2DeviceKey(generateSm2Key()) : p256DeviceKey();
    const content = /** @type {const} */ ({
      challenge,
      at: AT,
      lifetimeSeconds: 8 * 3600,
      subject: 'person',
      assurance: 2,
      region: '440106',
      entitlements: 5,
      holder: `account ${i}`,
    });
    const delegation = await delegator.issue(await delegationRequest(challenge, key), content);
    const options = { delegations: async () => [delegation], counters: memoryCounters(), keyOf: async () => key };
    holders.push(new CodeHolder(options));
  }
  // All of the first codes, then all of the second ones: as people come.
  const shown = [];
  for (let i = 0; i < codes; i++) for (const holder of holders) shown.push(await holder.show({ at: AT, scene: SCENE }));
  return shown;
}

/** A P-256 key of Node, as a device key. @returns {import('@gov/city-code/show').DeviceKey} */
function p256DeviceKey() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const point = publicKey.export({ format: 'der', type: 'spki' }).subarray(-65);
  return {
    suite: 2,
    publicKey: Uint8Array.of(2 | ((point[64] ?? 0) & 1), ...point.subarray(1, 33)),
    sign: async (message) => new Uint8Array(sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' })),
  };
}

const newGate = (/** @type {Partial<import('@gov/city-code/gate').GateOptions>} */ options = {}) =>
  new Gate({ issuers: [gateIssuer.entry], policy: { scenes: [SCENE] }, ...options });

/** @typedef {Awaited<ReturnType<typeof prepared>>[number]} Code */

/** @param {Gate} gate @param {Code} code */
async function check(gate, code) {
  const { report } = await gate.check(code.bytes, { at: AT });
  if (report.verdict !== 'valid') throw new Error(JSON.stringify(report.findings));
}

/**
 * One check after another; a new gate when all codes were shown, since each is taken once.
 * @param {readonly Code[]} codes @param {{ make?: () => Gate, met?: readonly Code[] }} [options] met: shown to each new gate before
 */
async function gateRun(codes, { make = newGate, met = [] } = {}) {
  /** @type {Gate} */
  let gate;
  let next = 0;
  const begin = async () => {
    gate = make();
    next = 0;
    for (const code of met) await check(gate, code);
  };
  await begin();
  return async () => {
    if (next === codes.length) await begin();
    const code = codes[next++];
    if (code === undefined) throw new Error('no code');
    await check(gate, code);
  };
}

/** Milliseconds that 99 of 100 checks take at most. @param {Promise<() => Promise<void>>} running */
async function p99(running, times = 4000) {
  const run = await running;
  for (let i = 0; i < 500; i++) await run();
  const taken = [];
  for (let i = 0; i < times; i++) {
    const began = performance.now();
    await run();
    taken.push(performance.now() - began);
  }
  const at99 = taken.sort((a, b) => a - b)[Math.floor(times * 0.99)] ?? Number.NaN;
  return `p99 ${at99.toFixed(2)} ms, ${at99 <= 2 ? 'met' : '**missed**'}: ≤ 2 ms`;
}

/** @type {import('./harness.mjs').Row[]} */
export const rows = [];
/** @type {import('./harness.mjs').PeakRow[]} */
export const peaks = [];

if (process.argv[1] === import.meta.filename) {
  if (process.argv[2] === 'build') await filterOf(TAGS);
  else readRevocationFilter(await filterOf(1000));
  const peak = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
  console.log(Math.round(Number(peak) / 1024));
} else {
  await gateRows();
  await filterRows();
}

async function gateRows() {
  const issuer = sm2Verifier(readSm2PublicKey(gateIssuer.signer.publicKey));
  const issuerPoint = bytesToHex(readSm2PublicKey(gateIssuer.signer.publicKey).point);
  const sm2 = await prepared(1, 3000, 1);
  const seen = await prepared(1, 2000, 8);
  const [first, again] = [seen.slice(0, 2000), seen.slice(2000)];
  const p256 = await prepared(2, 2000, 1);
  /** @template T @param {readonly T[]} list @param {(one: T) => Promise<boolean> | boolean} check */
  const inTurn = (list, check) => {
    let next = 0;
    return async () => {
      const one = list[next++ % list.length];
      if (one === undefined || !(await check(one))) throw new Error('a good signature does not verify');
    };
  };
  const known = (/** @type {Code} */ { delegation }) => issuer.verify(delegation.signed, delegation.issuerSignature);
  const opened = (/** @type {Code} */ { delegation, signed, deviceSignature }) =>
    sm2Verifier(readSm2PublicKey(delegation.deviceKey)).verify(signed, deviceSignature);
  const openedP256 = (/** @type {Code} */ { delegation, signed, deviceSignature }) => {
    const spki = Buffer.concat([
      Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
      delegation.deviceKey,
    ]);
    const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
    return verify('sha256', signed, { key, dsaEncoding: 'ieee-p1363' }, deviceSignature);
  };
  // Points written out, as a code could not carry them: what opening one costs shows in the difference.
  const written = sm2.map((code) => ({ ...code, key: readSm2PublicKey(code.delegation.deviceKey) }));
  const options = { hash: true };
  const points = written.slice(0, 200).map((code) => ({ ...code, point: bytesToHex(code.key.point) }));
  const smCryptoRun = inTurn(
    points,
    ({ delegation, signed, deviceSignature, point }) =>
      smCrypto.sm2.doVerifySignature(
        Array.from(delegation.signed),
        bytesToHex(delegation.issuerSignature),
        issuerPoint,
        options,
      ) && smCrypto.sm2.doVerifySignature(Array.from(signed), bytesToHex(deviceSignature), point, options),
  );
  const make = () => newGate({ log: new VerdictLog({ gate: 'bench', signer: gateIssuer.signer }) });
  rows.push(
    {
      work: `gate: CC1, suite 1, all of it (${await p99(gateRun(sm2))})`,
      ours: { label: 'Gate', run: await gateRun(sm2) },
      floor: {
        label: 'SM2, known and new key',
        run: inTurn(sm2, async (code) => (await known(code)) && (await opened(code))),
      },
      peers: [
        {
          label: 'the same, new key as a point',
          run: inTurn(
            written,
            async (code) => (await known(code)) && sm2Verifier(code.key).verify(code.signed, code.deviceSignature),
          ),
        },
        { label: 'both on sm-crypto', run: smCryptoRun },
      ],
      goal: { ofFloor: 0.85, times: { 'both on sm-crypto': 30 } },
    },
    {
      work: `gate: CC1, suite 1, all of it, with a verdict log (${await p99(gateRun(sm2, { make }))})`,
      ours: { label: 'Gate', run: await gateRun(sm2, { make }) },
      floor: {
        label: 'SM2, known and new key',
        run: inTurn(sm2, async (code) => (await known(code)) && (await opened(code))),
      },
    },
    {
      work: `gate: CC1, suite 1, delegation cached (${await p99(gateRun(again, { met: first }))})`,
      ours: { label: 'Gate', run: await gateRun(again, { met: first }) },
      floor: { label: 'SM2, new key', run: inTurn(again, opened) },
      goal: { ofFloor: 0.85 },
    },
    {
      work: `gate: CC1, suite 2, all of it (${await p99(gateRun(p256))})`,
      ours: { label: 'Gate', run: await gateRun(p256) },
      floor: {
        label: 'SM2 known key, P-256 new key',
        run: inTurn(p256, async (code) => (await known(code)) && openedP256(code)),
      },
      goal: { ofFloor: 0.85 },
    },
  );
}

/** Tags as issuers draw them. @param {number} count */
function* randomTags(count) {
  const octets = new Uint8Array(60_000);
  for (let made = 0; made < count; ) {
    crypto.getRandomValues(octets);
    for (let at = 0; at < octets.length && made < count; at += 10, made++) yield octets.subarray(at, at + 10);
  }
}

/** @param {number} count @param {8 | 16} [fingerprintBits] */
function filterOf(count, fingerprintBits = 16) {
  const [issued, until] = [AT, new Date(AT.getTime() + 3_600_000)];
  const options = { issuerIndex: 7, sequence: 1, issued, until, signer: gateIssuer.signer, fingerprintBits };
  return buildRevocationFilter(randomTags(count), options);
}

async function filterRows() {
  for (const bits of /** @type {const} */ ([16, 8])) {
    const began = performance.now();
    const bytes = await filterOf(TAGS, bits);
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const filter = readRevocationFilter(bytes);
    const asked = Array.from(randomTags(1_000_000), (tag) => tag.slice());
    const found = asked.filter((tag) => filter.mayContain(tag)).length;
    const megabytes = (bytes.length / 1e6).toFixed(1);
    const name = `filter of ${TAGS.toLocaleString('en')}, ${bits} bits: built in ${seconds} s, ${megabytes} MB`;
    const part = asked.slice(0, 100_000);
    rows.push({
      work: `${name}, ${found} of 1,000,000 strangers found: one look-up`,
      ours: { label: 'RevocationFilter', times: part.length, run: () => lookUp(part, (tag) => filter.mayContain(tag)) },
    });
  }
  const { BloomFilter } = (await peer('bloom-filters')).default;
  const tags = Array.from(randomTags(100_000), (tag) => tag.slice());
  const filter = readRevocationFilter(
    await buildRevocationFilter(tags, {
      issuerIndex: 7,
      sequence: 1,
      issued: AT,
      until: new Date(AT.getTime() + 3_600_000),
      signer: gateIssuer.signer,
    }),
  );
  const bloom = BloomFilter.create(tags.length, 2 ** -16);
  for (const tag of tags) bloom.add(bytesToHex(tag));
  const hex = tags.map(bytesToHex);
  const bloomBytes = Math.round(bloom.size / 8000);
  rows.push({
    work: 'filter of 100,000, 16 bits: one look-up',
    ours: { label: 'RevocationFilter', times: tags.length, run: () => lookUp(tags, (tag) => filter.mayContain(tag)) },
    peers: [
      {
        label: `bloom-filters, as many false positives (${bloomBytes} kB)`,
        times: 1000,
        run: () => lookUp(hex.slice(0, 1000), (tag) => bloom.has(tag)),
      },
    ],
    rounds: 5,
  });
  peaks.push({
    work: `building a filter of ${TAGS.toLocaleString('en')}`,
    ours: { label: 'buildRevocationFilter', megabytes: () => peakOf('build') },
    peers: [{ label: 'one of 1,000', megabytes: () => peakOf('small') }],
    most: 450,
  });
}

/** @template T @param {readonly T[]} tags @param {(tag: T) => boolean} has */
function lookUp(tags, has) {
  let found = 0;
  for (const tag of tags) if (has(tag)) found++;
  return found;
}

/** In a process of its own. @param {string} what */
async function peakOf(what) {
  const { stdout } = await promisify(execFile)(process.execPath, [import.meta.filename, what]);
  return Number(stdout.trim());
}
