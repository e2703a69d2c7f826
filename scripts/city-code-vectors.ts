/**
 * Writes docs/formats/city-code-vectors.json anew (npx tsx scripts/city-code-vectors.ts): the same keys and cases, new signatures.
 * Octets are put together by hand and P-256 is signed by OpenSSL: not by the code that the vectors are for.
 */
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { encodeBase45 } from '@gov/qr/base45';
import { bytesToHex, hexToBytes, readSm2PrivateKey, sm2Signer } from '@gov/sm';

/** A scalar from a name: these keys are for tests alone. */
const scalarOf = (name: string): string => createHash('sha256').update(`city code vectors: ${name}`).digest('hex');

interface Key {
  readonly private: string;
  /** 33 octets. */
  readonly compressed: string;
  readonly sign: (message: string) => Promise<string>;
}

function sm2Key(name: string): Key {
  const scalar = scalarOf(name);
  const key = readSm2PrivateKey(hexToBytes(`30310201010420${scalar}a00a06082a811ccf5501822d`));
  const signer = sm2Signer(key);
  return {
    private: scalar,
    compressed: compressed(bytesToHex(key.publicKey.point)),
    sign: async (message) => bytesToHex(await signer.sign(hexToBytes(message))),
  };
}

function p256Key(name: string): Key {
  const scalar = scalarOf(name);
  const der = Buffer.from(`30310201010420${scalar}a00a06082a8648ce3d030107`, 'hex');
  const key = createPrivateKey({ key: der, format: 'der', type: 'sec1' });
  const point = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-65).toString('hex');
  return {
    private: scalar,
    compressed: compressed(point),
    sign: async (message) =>
      sign('sha256', Buffer.from(message, 'hex'), { key, dsaEncoding: 'ieee-p1363' }).toString('hex'),
  };
}

const compressed = (point: string): string =>
  (Number.parseInt(point.slice(-1), 16) % 2 === 0 ? '02' : '03') + point.slice(2, 66);

const number = (value: number, octets: number): string => value.toString(16).padStart(2 * octets, '0');
const seconds = (time: string): string => number(Date.parse(time) / 1000, 4);
const ascii = (text: string): string => Buffer.from(text).toString('hex');

/** 25 characters. */
const BASE = 'https://code.example.cn/#';
const url = (bytes: string): string => BASE + Buffer.from(bytes, 'hex').toString('base64url');
const base45 = (bytes: string): string => encodeBase45(hexToBytes(bytes));

const issuer = sm2Key('issuer');
const EXPIRES = '2026-11-22T16:00:00Z';
const GENERATED = '2026-11-22T08:00:01Z';
const CHALLENGE = '000102030405060708090a0b0c0d0e0f';

const CASES = [
  { name: 'person, SM2', suite: 1, profile: 'P1', subject: 0, assurance: 2, region: 440106, tag: 'a0', license: '' },
  { name: 'person, P-256', suite: 2, profile: 'P1', subject: 0, assurance: 3, region: 440106, tag: 'b1', license: '' },
  {
    name: 'organization, SM2',
    suite: 1,
    profile: 'P2',
    subject: 1,
    assurance: 1,
    region: 110000,
    tag: 'c2',
    license: 'l',
  },
  { name: 'thing, P-256', suite: 2, profile: 'P2', subject: 2, assurance: 0, region: 659001, tag: 'd3', license: 'l' },
] as const;

/** Stands for the payload of a licence's QR text; the digest is SM3's, its first 16 octets: GB/T 32905-2016 A.1, "abc". */
const LICENSE = { payload: ascii('abc'), digest: '66c7f0f462eeedd9d1f2d46bdc10e4e2' };

const codes = [];
for (const [i, { name, suite, profile, subject, assurance, region, tag, license }] of CASES.entries()) {
  const device = suite === 1 ? sm2Key(`device ${i}`) : p256Key(`device ${i}`);
  const flags = subject | (assurance << 2) | (suite << 4) | (profile === 'P2' ? 0x80 : 0);
  const digest = license === '' ? '' : LICENSE.digest;
  const entitlements = i === 1 ? 0x80000005 : 0x00000005;
  const signed = [
    'c1',
    number(flags, 1),
    number(region, 3),
    number(7, 2),
    tag.repeat(10),
    seconds(EXPIRES),
    number(entitlements, 4),
    device.compressed,
    digest,
  ].join('');
  const issuerSignature = await issuer.sign(signed);
  const delegation = signed + issuerSignature;
  const [ttlSeconds, scene, counter] = [60, 0x0102 + i, i === 3 ? 65535 : i];
  const shown = delegation + seconds(GENERATED) + number(ttlSeconds, 1) + number(scene, 2) + number(counter, 2);
  const bytes = shown + (await device.sign(shown));
  const answerSigned = ascii('gov-city-code/challenge/1\0') + CHALLENGE + bytes;
  const answer = await device.sign(answerSigned);
  const requestSigned = ascii('gov-city-code/request/1\0') + device.compressed + CHALLENGE;
  codes.push({
    name,
    profile,
    suite,
    subject: ['person', 'organization', 'thing'][subject],
    assurance,
    region: String(region),
    issuerIndex: 7,
    tag: tag.repeat(10),
    expires: EXPIRES,
    entitlements,
    devicePrivateKey: device.private,
    deviceKey: device.compressed,
    ...(digest !== '' && { licenseDigest: digest }),
    delegationSigned: signed,
    delegation,
    generated: GENERATED,
    ttlSeconds,
    scene,
    counter,
    codeSigned: shown,
    code: bytes,
    base45: base45(bytes),
    url: url(bytes),
    challenge: CHALLENGE,
    answerSigned,
    answer,
    answered: { bytes: bytes + answer, base45: base45(bytes + answer) },
    request: { challenge: CHALLENGE, signed: requestSigned, proof: await device.sign(requestSigned) },
  });
}

const [p1, , p2] = codes as [(typeof codes)[0], (typeof codes)[0], (typeof codes)[0]];
const p1p256 = codes[1]!;
const refused = (all: Readonly<Record<string, string>>, member: string) =>
  Object.entries(all).map(([name, value]) => ({
    name,
    [member]: value,
    error: value.length > 512 && member === 'text' ? 'input-too-large' : 'city-code-malformed',
  }));
/** Octets from `at` on replaced. */
const put = (bytes: string, at: number, octets: string): string =>
  bytes.slice(0, 2 * at) + octets + bytes.slice(2 * at + octets.length);
const flipped = (bytes: string, at: number): string =>
  put(bytes, at, number(Number.parseInt(bytes.slice(2 * at, 2 * at + 2), 16) ^ 1, 1));
const n = { sm2: 'fffffffeffffffffffffffffffffffff7203df6b21c6052b53bbf40939d54123' };

const GATE = `GATE:${base45(CHALLENGE)}`;
const put45 = (text: string, characters: string): string =>
  text.slice(0, 5) + characters + text.slice(5 + characters.length);

const online = `c0${createHash('sha256').update('city code vectors: online').digest('hex')}ff`;

const file = {
  issuer: { index: 7, privateKey: issuer.private, publicKey: issuer.compressed },
  license: LICENSE,
  base: BASE,
  online: { code: online, base45: base45(online), url: url(online) },
  /** As the screen of a gate shows it. */
  challenge: { octets: CHALLENGE, text: GATE },
  codes,
  /** Octets that are no code, and how they are refused. */
  malformed: refused(
    {
      empty: '',
      'version C2': put(p1.code, 0, 'c2'),
      'version C0 with the octets of P1': put(p1.code, 0, 'c0'),
      'a subject of the fourth kind': put(p1.code, 1, '1b'),
      'suite 0': put(p1.code, 1, '08'),
      'suite 3': put(p1.code, 1, '38'),
      'suite 7': put(p1.code, 1, '78'),
      'P2 flag on the octets of P1': put(p1.code, 1, '98'),
      'no P2 flag on the octets of P2': put(p2.code, 1, '15'),
      'a region of seven digits': put(p1.code, 2, 'ffffff'),
      'region 000000': put(p1.code, 2, '000000'),
      'an uncompressed point': put(p1.code, 25, '04'),
      'a point of no form': put(p1.code, 25, '00'),
      'an octet too few': p1.code.slice(0, -2),
      'an octet too many': `${p1.code}00`,
      'a delegation alone': p1.delegation,
      'an answer of 63 octets': p1.answered.bytes.slice(0, -2),
      'P0 with an octet too few': online.slice(0, -2),
    },
    'bytes',
  ),
  /** Texts that are no code. */
  malformedTexts: refused(
    {
      empty: '',
      'more than 512 characters': 'A'.repeat(513),
      'lower case': p1.base45.toLowerCase(),
      'a character too few': p1.base45.slice(0, -1),
      'a group above its range': `GGW${p1.base45.slice(3)}`,
      'a URL behind another base': p1.url.replace('code.', 'evil.'),
      'a base in capitals': p1.url.replace('https', 'HTTPS'),
      'padded base64url': `${p1.url}==`,
      base64: p1.url.replace(/[-_]/g, '+'),
      'base64url without its base': p1.url.slice(BASE.length),
    },
    'text',
  ),
  /** Texts that are no challenge. */
  malformedChallenges: Object.entries({
    empty: '',
    'no prefix': GATE.slice(5),
    'lower case': GATE.toLowerCase(),
    'another prefix': `GATES:${GATE.slice(6)}`,
    '14 octets': GATE.slice(0, -3),
    '18 octets': `${GATE}000`,
    'a group above its range': put45(GATE, 'GGW'),
    'a space behind it': `${GATE} `,
    'a character outside the alphabet': put45(GATE, 'a'),
    'a city code': base45(online),
  }).map(([name, text]) => ({ name, text, error: 'challenge-malformed' })),
  /** Codes that are read, and whose signature of the issuer or of the device fails. */
  forged: [
    { name: 'another region', fails: 'issuer', code: put(p1.code, 2, number(440103, 3)) },
    { name: 'another issuer', fails: 'issuer', code: put(p1.code, 5, '0008') },
    { name: 'a higher assurance', fails: 'issuer', code: put(p1.code, 1, '1c') },
    { name: 'another suite', fails: 'issuer', code: put(p1.code, 1, '28') },
    { name: 'a later expiry', fails: 'issuer', code: put(p1.code, 17, seconds('2026-11-23T16:00:00Z')) },
    { name: 'more entitlements', fails: 'issuer', code: put(p1.code, 21, '0000000f') },
    { name: 'the other root of the device key', fails: 'issuer', code: flipped(p1.code, 25) },
    { name: "another's licence", fails: 'issuer', code: flipped(p2.code, 58) },
    { name: 'an issuer signature of zeros', fails: 'issuer', code: put(p1.code, 58, '0'.repeat(128)) },
    { name: 'an issuer signature with r = n', fails: 'issuer', code: put(p1.code, 58, n.sm2) },
    { name: 'a later time', fails: 'device', code: put(p1.code, 122, seconds('2026-11-22T08:00:02Z')) },
    { name: 'a longer life', fails: 'device', code: put(p1.code, 126, 'ff') },
    { name: 'another scene', fails: 'device', code: put(p1.code, 127, '0000') },
    { name: 'another counter', fails: 'device', code: put(p1.code, 129, '0001') },
    { name: 'a later time, P-256', fails: 'device', code: put(p1p256.code, 122, seconds('2026-11-22T08:00:02Z')) },
    { name: 'a device signature of zeros, P-256', fails: 'device', code: put(p1p256.code, 131, '0'.repeat(128)) },
    {
      name: 'what another device showed',
      fails: 'device',
      code: p1.delegation + p1p256.code.slice(p1p256.delegation.length),
    },
    {
      name: 'an answer to a challenge in the place of the signature',
      fails: 'device',
      code: put(p1.code, 131, p1.answer),
    },
  ],
};
writeFileSync('docs/formats/city-code-vectors.json', `${JSON.stringify(file, null, 2)}\n`);
