/** An issuer in a trust list, devices of both suites, and codes made octet by octet: for tests of the gate. */
import type { CityCode, Delegation } from '@gov/city-code';
import { readCityCode } from '@gov/city-code';
import { buildRevocationFilter, type RevocationFilterOptions, readRevocationFilter } from '@gov/city-code/filter';
import type { GatePolicy, Passage } from '@gov/city-code/gate';
import { Gate, type GateOptions } from '@gov/city-code/gate';
import { type DeviceKey, sm2DeviceKey, webCryptoDeviceKey } from '@gov/city-code/show';
import { type CertificateUse, certificateKid } from '@gov/pki';
import { issueLeaf, issueRoot } from '@gov/pki/dev-ca';
import type { TrustListIssuer } from '@gov/pki/trust-list';
import { bytesToHex, generateSm2Key, type Signer, sm2Signer } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import { challengeOctets } from '../src/challenge.js';
import { delegationOctets, shownOctets } from '../src/code.js';

export const AT = new Date('2026-11-22T08:00:00Z');
export const later = (seconds: number, from = AT): Date => new Date(from.getTime() + seconds * 1000);

export const SCENE = 3;
export const POLICY: GatePolicy = { scenes: [SCENE] };

interface Issuer {
  readonly signer: Signer;
  readonly entry: TrustListIssuer;
}

const rootKey = generateSm2Key();
const validity = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2035-12-31T23:59:59Z') };
const root = await issueRoot({ subject: 'CN=某省电子政务根,C=CN', signer: sm2Signer(rootKey), ...validity });

export async function newIssuer(
  changes: Partial<TrustListIssuer> = {},
  use: CertificateUse = 'city-code-issuer',
): Promise<Issuer> {
  const key = generateSm2Key();
  const certificate = await issueLeaf({
    ca: { certificate: root, signer: sm2Signer(rootKey) },
    use,
    subject: 'CN=城市码签发,O=某市政务服务和数据管理局,C=CN',
    publicKey: key.publicKey.toSpki(),
    ...validity,
  });
  return {
    signer: sm2Signer(key),
    entry: {
      kid: bytesToHex(certificateKid(certificate)),
      index: 7,
      use: 'city-code-issuer',
      service: 'city-code',
      region: '440000',
      certificate: certificate.bytes,
      from: validity.notBefore,
      status: 'active',
      ...changes,
    },
  };
}

export const issuer = await newIssuer();
export const devices = { 1: sm2DeviceKey(generateSm2Key()), 2: await webCryptoDeviceKey() } as const;

let tags = 0;
/** A new one each time, the same in each run. */
export function newTag(): Uint8Array {
  const tag = new Uint8Array(10).fill(0x42);
  new DataView(tag.buffer).setUint32(0, ++tags);
  return tag;
}

interface Draft extends Partial<Delegation>, Partial<Pick<CityCode, 'generated' | 'ttlSeconds' | 'scene' | 'counter'>> {
  /** In place of the issuer's. */
  readonly signer?: Signer;
  /** In place of the one that is delegated to. */
  readonly signingDevice?: DeviceKey;
  readonly device?: DeviceKey;
}

/** A code whose signatures fit whatever it says. */
export async function codeOf(draft: Draft = {}): Promise<CityCode> {
  const { suite = 1, signer = issuer.signer, device = devices[suite], signingDevice = device } = draft;
  const { generated = AT, ttlSeconds = 60, scene = SCENE, counter = 0 } = draft;
  const signed = delegationOctets({
    profile: draft.licenseDigest === undefined ? 'P1' : 'P2',
    subject: 'person',
    assurance: 2,
    suite,
    region: '440106',
    issuerIndex: 7,
    tag: newTag(),
    expires: later(8 * 3600),
    entitlements: 5,
    deviceKey: device.publicKey,
    ...draft,
  });
  const shown = shownOctets(joined(signed, await signer.sign(signed)), { generated, ttlSeconds, scene, counter });
  return readCityCode(joined(shown, await signingDevice.sign(shown)));
}

/** A code with an answer behind it. */
export const answered = async (
  code: CityCode,
  challenge: Uint8Array,
  device: DeviceKey = devices[1],
): Promise<Uint8Array> => joined(code.bytes, await device.sign(challengeOctets(challenge, code.bytes)));

export const newGate = (options: Partial<GateOptions> = {}): Gate =>
  new Gate({ issuers: [issuer.entry], policy: POLICY, ...options });

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** Verdict, and codes of all findings that did not pass. */
export const told = ({ report }: Pick<Passage, 'report'>): string =>
  [
    report.verdict,
    ...report.findings.filter(({ outcome }) => outcome !== 'pass' && outcome !== 'skipped').map(({ code }) => code),
  ].join(' ');

/** A filter of tags that the issuer took back, as it was received. */
export async function filterOf(tags: readonly Uint8Array[], changes: Partial<RevocationFilterOptions> = {}) {
  const options = {
    issuerIndex: 7,
    sequence: 1,
    issued: later(-3600),
    until: later(3600),
    signer: issuer.signer,
    ...changes,
  };
  return readRevocationFilter(await buildRevocationFilter(tags, options));
}

/** The code of what is thrown. */
export const thrown = async (work: () => unknown): Promise<string> => {
  try {
    await work();
    return 'nothing';
  } catch (error) {
    return isGovError(error) ? error.code : String(error);
  }
};
