/** docs/formats/city-code-vectors.json, by our code and by sm-crypto and OpenSSL. */
import { createPublicKey, verify as opensslVerify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  cityCodeProfile,
  cityCodeText,
  cityCodeUrl,
  readCityCode,
  readCityCodeText,
  readDelegation,
} from '@gov/city-code';
import { challengeOctets, challengeText, readChallengeText, readPresentedCode } from '@gov/city-code/challenge';
import { licenseDigest } from '@gov/city-code/delegate';
import { bytesToHex, hexToBytes, readSm2PublicKey, sm2Verifier } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import { sm2 } from 'sm-crypto';
import { describe, expect, it } from 'vitest';
import { delegationOctets, shownOctets } from '../src/code.js';
import { isProved } from '../src/delegation-request.js';
import { deviceVerifier } from '../src/device-key.js';

const vectors = JSON.parse(
  readFileSync(new URL('../../../docs/formats/city-code-vectors.json', import.meta.url), 'utf8'),
) as Vectors;

interface Vectors {
  readonly issuer: { readonly index: number; readonly privateKey: string; readonly publicKey: string };
  readonly license: { readonly payload: string; readonly digest: string };
  readonly base: string;
  readonly challenge: { readonly octets: string; readonly text: string };
  readonly malformedChallenges: readonly { readonly name: string; readonly text: string; readonly error: string }[];
  readonly online: { readonly code: string; readonly base45: string; readonly url: string };
  readonly codes: readonly Vector[];
  readonly malformed: readonly { readonly name: string; readonly bytes: string; readonly error: string }[];
  readonly malformedTexts: readonly { readonly name: string; readonly text: string; readonly error: string }[];
  readonly forged: readonly { readonly name: string; readonly fails: 'issuer' | 'device'; readonly code: string }[];
}

interface Vector {
  readonly name: string;
  readonly profile: 'P1' | 'P2';
  readonly suite: 1 | 2;
  readonly subject: 'person' | 'organization' | 'thing';
  readonly assurance: number;
  readonly region: string;
  readonly issuerIndex: number;
  readonly tag: string;
  readonly expires: string;
  readonly entitlements: number;
  readonly devicePrivateKey: string;
  readonly deviceKey: string;
  readonly licenseDigest?: string;
  readonly delegationSigned: string;
  readonly delegation: string;
  readonly generated: string;
  readonly ttlSeconds: number;
  readonly scene: number;
  readonly counter: number;
  readonly codeSigned: string;
  readonly code: string;
  readonly base45: string;
  readonly url: string;
  readonly challenge: string;
  readonly answerSigned: string;
  readonly answer: string;
  readonly answered: { readonly bytes: string; readonly base45: string };
  readonly request: { readonly challenge: string; readonly signed: string; readonly proof: string };
}

const codeOf = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    return isGovError(error) ? error.code : String(error);
  }
  return 'nothing thrown';
};

/** sm-crypto takes the default ID and raw r ‖ s in hexadecimal. */
const bySmCrypto = (message: string, signature: string, key: string): boolean =>
  sm2.doVerifySignature([...hexToBytes(message)], signature, key, { hash: true });

const byOpenssl = (message: string, signature: string, key: string): boolean =>
  opensslVerify(
    'sha256',
    hexToBytes(message),
    {
      key: createPublicKey({
        key: Buffer.from(`3039301306072a8648ce3d020106082a8648ce3d030107032200${key}`, 'hex'),
        format: 'der',
        type: 'spki',
      }),
      dsaEncoding: 'ieee-p1363',
    },
    hexToBytes(signature),
  );

describe.each(vectors.codes)('$name', (vector) => {
  const { suite, deviceKey, delegation, code } = vector;
  const byOracle = suite === 1 ? bySmCrypto : byOpenssl;

  it('is read field by field', () => {
    const read = readCityCode(hexToBytes(code));
    const { bytes, signed, issuerSignature, tag, expires, licenseDigest, ...rest } = read.delegation;
    expect({
      ...rest,
      deviceKey: bytesToHex(rest.deviceKey),
      tag: bytesToHex(tag),
      expires: expires.toISOString().replace('.000', ''),
      ...(licenseDigest !== undefined && { licenseDigest: bytesToHex(licenseDigest) }),
    }).toEqual(
      Object.fromEntries(
        Object.entries(vector).filter(([name]) =>
          [
            ...['profile', 'suite', 'subject', 'assurance', 'region', 'issuerIndex', 'tag', 'expires', 'entitlements'],
            ...['deviceKey', 'licenseDigest'],
          ].includes(name),
        ),
      ),
    );
    expect(bytesToHex(bytes)).toBe(delegation);
    expect(bytesToHex(signed)).toBe(vector.delegationSigned);
    expect(bytesToHex(issuerSignature)).toBe(delegation.slice(-128));
    expect(read.generated.toISOString().replace('.000', '')).toBe(vector.generated);
    expect([read.ttlSeconds, read.scene, read.counter]).toEqual([vector.ttlSeconds, vector.scene, vector.counter]);
    expect(bytesToHex(read.signed)).toBe(vector.codeSigned);
    expect(bytesToHex(read.deviceSignature)).toBe(code.slice(-128));
    expect(cityCodeProfile(read.bytes)).toBe(vector.profile);
    expect(readDelegation(hexToBytes(delegation))).toEqual(read.delegation);
  });

  it('is written octet by octet', () => {
    const read = readCityCode(hexToBytes(code));
    expect(bytesToHex(delegationOctets(read.delegation))).toBe(vector.delegationSigned);
    expect(bytesToHex(shownOctets(read.delegation.bytes, read))).toBe(vector.codeSigned);
    expect(cityCodeText(read.bytes)).toBe(vector.base45);
    expect(cityCodeUrl(read.bytes, vectors.base)).toBe(vector.url);
    expect(bytesToHex(challengeOctets(hexToBytes(vector.challenge), read.bytes))).toBe(vector.answerSigned);
  });

  it('comes back from both texts, and with an answer behind it', () => {
    expect(bytesToHex(readCityCodeText(vector.base45))).toBe(code);
    expect(bytesToHex(readCityCodeText(vector.url, [vectors.base]))).toBe(code);
    const presented = readPresentedCode(readCityCodeText(vector.answered.base45));
    expect(bytesToHex(presented.code.bytes)).toBe(code);
    expect(bytesToHex(presented.answer!)).toBe(vector.answer);
    expect(vector.answered.bytes).toBe(code + vector.answer);
    expect(readPresentedCode(hexToBytes(code))).toEqual({ code: readCityCode(hexToBytes(code)) });
  });

  it('has signatures that verify here and elsewhere', async () => {
    const device = deviceVerifier(suite, hexToBytes(deviceKey));
    const issuerKey = bytesToHex(readSm2PublicKey(hexToBytes(vectors.issuer.publicKey)).point);
    const issuer = sm2Verifier(readSm2PublicKey(hexToBytes(vectors.issuer.publicKey)));
    const oracleKey = suite === 1 ? bytesToHex(readSm2PublicKey(hexToBytes(deviceKey)).point) : deviceKey;
    const signature = delegation.slice(-128);
    expect(bySmCrypto(vector.delegationSigned, signature, issuerKey)).toBe(true);
    expect(await issuer.verify(hexToBytes(vector.delegationSigned), hexToBytes(signature))).toBe(true);
    for (const [message, value] of [
      [vector.codeSigned, code.slice(-128)],
      [vector.answerSigned, vector.answer],
      [vector.request.signed, vector.request.proof],
    ] as const) {
      expect(byOracle(message, value, oracleKey)).toBe(true);
      expect(await device.verify(hexToBytes(message), hexToBytes(value))).toBe(true);
    }
    const request = { suite, deviceKey: hexToBytes(deviceKey), proof: hexToBytes(vector.request.proof) };
    expect(await isProved(request, hexToBytes(vector.request.challenge))).toBe(true);
  });
});

it('the public keys of sm-crypto are ours', () => {
  for (const [scalar, key] of [
    [vectors.issuer.privateKey, vectors.issuer.publicKey],
    ...vectors.codes.filter(({ suite }) => suite === 1).map((one) => [one.devicePrivateKey, one.deviceKey] as const),
  ] as const) {
    expect(sm2.getPublicKeyFromPrivateKey(scalar)).toBe(bytesToHex(readSm2PublicKey(hexToBytes(key)).point));
  }
});

it('an online code in both texts', () => {
  const { code, base45, url } = vectors.online;
  expect(cityCodeText(hexToBytes(code))).toBe(base45);
  expect(cityCodeUrl(hexToBytes(code), vectors.base)).toBe(url);
  expect(bytesToHex(readCityCodeText(base45))).toBe(code);
  expect(bytesToHex(readCityCodeText(url, [vectors.base]))).toBe(code);
  expect(cityCodeProfile(hexToBytes(code))).toBe('P0');
});

it('a challenge as a gate shows it', () => {
  const { octets, text } = vectors.challenge;
  expect(challengeText(hexToBytes(octets))).toBe(text);
  expect(bytesToHex(readChallengeText(text))).toBe(octets);
});

it.each(vectors.malformedChallenges)('refuses a challenge: $name', ({ text, error }) => {
  expect(codeOf(() => readChallengeText(text))).toBe(error);
});

it('the digest of a licence', () => {
  expect(bytesToHex(licenseDigest(hexToBytes(vectors.license.payload)))).toBe(vectors.license.digest);
});

it.each(vectors.malformed)('refuses octets: $name', ({ bytes, error }) => {
  expect(codeOf(() => readPresentedCode(hexToBytes(bytes)))).toBe(error);
});

it.each(vectors.malformedTexts)('refuses a text: $name', ({ text, error }) => {
  expect(codeOf(() => readPresentedCode(readCityCodeText(text, [vectors.base])))).toBe(error);
});

it.each(vectors.forged)('does not verify: $name', async ({ fails, code }) => {
  const { delegation, signed, deviceSignature } = readCityCode(hexToBytes(code));
  const issuer = sm2Verifier(readSm2PublicKey(hexToBytes(vectors.issuer.publicKey)));
  const authentic = await issuer.verify(delegation.signed, delegation.issuerSignature);
  expect(authentic).toBe(fails === 'device');
  if (!authentic) return;
  expect(await deviceVerifier(delegation.suite, delegation.deviceKey).verify(signed, deviceSignature)).toBe(false);
});
