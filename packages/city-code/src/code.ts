/** The octets of a city code (城市码): docs/formats/city-code.md draws the same table. */
import { parseDivisionCode } from '@gov/codes';
import { GovError } from '@gov/verdict';

/** Whom a code stands for: a person (自然人), an organisation (法人) or a thing (物). */
export const CITY_CODE_SUBJECTS = ['person', 'organization', 'thing'] as const;
export type CitySubject = (typeof CITY_CODE_SUBJECTS)[number];

/**
 * Suites (算法套件): the issuer always signs with SM2; the device with SM2 in suite 1, with ECDSA on P-256 and SHA-256 in suite 2,
 * which is what the key stores of browsers and phones hold without ever giving the key away.
 */
export type CitySuite = 1 | 2;

/** Octets of each profile. */
export const CITY_CODE_LENGTH = { P0: 34, P1: 195, P2: 211 } as const;

/** First octet: 0xC0 for online codes, 0xC1 for CC1. */
const ONLINE = 0xc0;
const CC1 = 0xc1;

/** What an issuer signs (授权, delegation): for some hours, a key of one device may show codes in somebody's name. */
export interface Delegation {
  readonly profile: 'P1' | 'P2';
  readonly subject: CitySubject;
  /** 0 to 3. */
  readonly assurance: number;
  readonly suite: CitySuite;
  /** GB/T 2260, six digits. */
  readonly region: string;
  /** Of the issuer's key in trust lists. */
  readonly issuerIndex: number;
  /** 10 octets, random, new with each delegation: a pseudonym (匿名标识) that nothing else shares. */
  readonly tag: Uint8Array;
  /** Whole seconds. */
  readonly expires: Date;
  /** 32 bits (权益). What each means is a matter of the profile of the region. */
  readonly entitlements: number;
  /** 33 octets, compressed point: of a key that is used for this delegation alone. */
  readonly deviceKey: Uint8Array;
  /** P2: the first 16 octets of SM3 over the payload of the licence's QR text (证照摘要). */
  readonly licenseDigest?: Uint8Array;
}

/** A delegation with the signature of its issuer: 122 octets, 138 with a licence. */
export interface SignedDelegation extends Delegation {
  readonly bytes: Uint8Array;
  /** What the issuer signed, a prefix of `bytes`. */
  readonly signed: Uint8Array;
  /** 64 octets, r ‖ s. */
  readonly issuerSignature: Uint8Array;
}

/** A code as it is shown (亮码), good for a minute or so. */
export interface CityCode {
  readonly delegation: SignedDelegation;
  /** Whole seconds. */
  readonly generated: Date;
  /** 0 to 255. */
  readonly ttlSeconds: number;
  /** 0 to 65535 (场景). */
  readonly scene: number;
  /** 0 to 65535, not twice within a delegation. */
  readonly counter: number;
  readonly bytes: Uint8Array;
  /** What the device signed, a prefix of `bytes`. */
  readonly signed: Uint8Array;
  /** 64 octets, r ‖ s. */
  readonly deviceSignature: Uint8Array;
}

/** Lengths of the parts, in octets. */
const DIGEST = 16;
const SIGNATURE = 64;
const HEAD = 58;
const TAIL = 9 + SIGNATURE;

/** Octets of a signed delegation. */
const DELEGATION_LENGTH = { P1: HEAD + SIGNATURE, P2: HEAD + DIGEST + SIGNATURE } as const;

/**
 * What an issuer signs: octets 0 to 57 of a code, 0 to 73 with a licence.
 *
 * @throws GovError `invalid-argument` for a field that does not fit its octets
 */
export function delegationOctets(delegation: Delegation): Uint8Array<ArrayBuffer> {
  const { profile, subject, assurance, suite, region, issuerIndex, tag, expires, entitlements, deviceKey } = delegation;
  const { licenseDigest } = delegation;
  const octets = new Uint8Array(HEAD + (profile === 'P2' ? DIGEST : 0));
  const view = new DataView(octets.buffer);
  const kind = CITY_CODE_SUBJECTS.indexOf(subject);
  demand(kind >= 0, 'the subject is a person, an organisation or a thing');
  demand(within(assurance, 3), 'the assurance is 0 to 3');
  demand(suite === 1 || suite === 2, 'the suite is 1 or 2');
  demand(parseDivisionCode(region).ok, 'the region is a division code of six digits');
  demand(within(issuerIndex, 0xffff), 'the index of the issuer has 16 bits');
  demand(tag.length === 10, 'the tag has 10 octets');
  demand(within(entitlements, 0xffffffff), 'entitlements have 32 bits');
  demand(isCompressed(deviceKey), 'the device key is a compressed point of 33 octets');
  demand((profile === 'P2') === (licenseDigest !== undefined), 'a licence digest makes profile P2, and it alone');
  octets[0] = CC1;
  octets[1] = kind | (assurance << 2) | (suite << 4) | (profile === 'P2' ? 0x80 : 0);
  const division = Number(region);
  octets[2] = division >> 16;
  view.setUint16(3, division & 0xffff);
  view.setUint16(5, issuerIndex);
  octets.set(tag, 7);
  view.setUint32(17, secondsOf(expires));
  view.setUint32(21, entitlements);
  octets.set(deviceKey, 25);
  if (licenseDigest !== undefined) {
    demand(licenseDigest.length === DIGEST, 'the digest of a licence has 16 octets');
    octets.set(licenseDigest, HEAD);
  }
  return octets;
}

/**
 * What a device signs: the signed delegation, then when, for how long, where and which.
 *
 * @throws GovError `invalid-argument` for a field that does not fit its octets
 */
export function shownOctets(
  delegation: Uint8Array,
  { generated, ttlSeconds, scene, counter }: Pick<CityCode, 'generated' | 'ttlSeconds' | 'scene' | 'counter'>,
): Uint8Array<ArrayBuffer> {
  demand(within(ttlSeconds, 0xff), 'the time to live is 0 to 255 seconds');
  demand(within(scene, 0xffff), 'the scene has 16 bits');
  demand(within(counter, 0xffff), 'the counter has 16 bits');
  const octets = new Uint8Array(delegation.length + TAIL - SIGNATURE);
  const view = new DataView(octets.buffer);
  octets.set(delegation);
  view.setUint32(delegation.length, secondsOf(generated));
  octets[delegation.length + 4] = ttlSeconds;
  view.setUint16(delegation.length + 5, scene);
  view.setUint16(delegation.length + 7, counter);
  return octets;
}

/**
 * Reads a signed delegation. Signatures are not looked at.
 *
 * @throws GovError `city-code-malformed`
 */
export function readDelegation(bytes: Uint8Array): SignedDelegation {
  const octets = Uint8Array.from(bytes.subarray(0, DELEGATION_LENGTH.P2 + 1));
  const delegation = delegationAt(octets);
  if (delegation.bytes.length !== bytes.length) throw malformed(`a delegation of ${bytes.length} octets`);
  return delegation;
}

/**
 * Reads the octets of CC1, profiles P1 and P2. Signatures are not looked at.
 *
 * @throws GovError `city-code-malformed` for another length, version or suite, and for fields that no issuer writes
 */
export function readCityCode(bytes: Uint8Array): CityCode {
  if (bytes.length !== CITY_CODE_LENGTH.P1 && bytes.length !== CITY_CODE_LENGTH.P2) {
    throw malformed(`${bytes.length} octets`);
  }
  // The caller's own may change while signatures are verified.
  const octets = new Uint8Array(bytes);
  const delegation = delegationAt(octets);
  const at = delegation.bytes.length;
  if (octets.length !== at + TAIL) throw malformed(`${octets.length} octets of profile ${delegation.profile}`);
  const view = new DataView(octets.buffer);
  return {
    delegation,
    generated: new Date(view.getUint32(at) * 1000),
    ttlSeconds: octets[at + 4]!,
    scene: view.getUint16(at + 5),
    counter: view.getUint16(at + 7),
    bytes: octets,
    signed: octets.subarray(0, at + 9),
    deviceSignature: octets.subarray(at + 9),
  };
}

function delegationAt(octets: Uint8Array<ArrayBuffer>): SignedDelegation {
  if (octets[0] !== CC1) throw malformed(`version 0x${octets[0]?.toString(16) ?? ''}`);
  if (octets.length < DELEGATION_LENGTH.P1) throw malformed(`${octets.length} octets`);
  const view = new DataView(octets.buffer);
  const flags = octets[1]!;
  const subject = CITY_CODE_SUBJECTS[flags & 3];
  if (subject === undefined) throw malformed('a subject of a fourth kind');
  const suite = (flags >> 4) & 7;
  if (suite !== 1 && suite !== 2) throw malformed(`suite ${suite}`);
  const profile = flags & 0x80 ? 'P2' : 'P1';
  const region = String(octets[2]! * 0x10000 + view.getUint16(3)).padStart(6, '0');
  if (!parseDivisionCode(region).ok) throw malformed('a region that is no division code');
  const deviceKey = octets.subarray(25, 58);
  if (!isCompressed(deviceKey)) throw malformed('a device key that is no compressed point');
  const length = DELEGATION_LENGTH[profile];
  if (octets.length < length) throw malformed(`${octets.length} octets of profile ${profile}`);
  return {
    profile,
    subject,
    assurance: (flags >> 2) & 3,
    suite,
    region,
    issuerIndex: view.getUint16(5),
    tag: octets.subarray(7, 17),
    expires: new Date(view.getUint32(17) * 1000),
    entitlements: view.getUint32(21),
    deviceKey,
    ...(profile === 'P2' && { licenseDigest: octets.subarray(HEAD, HEAD + DIGEST) }),
    bytes: octets.subarray(0, length),
    signed: octets.subarray(0, length - SIGNATURE),
    issuerSignature: octets.subarray(length - SIGNATURE, length),
  };
}

/** Octets of a code with a device's answer to a gate's challenge behind it (`readPresentedCode`). */
export const ANSWERED_CODE_LENGTH = {
  P1: CITY_CODE_LENGTH.P1 + SIGNATURE,
  P2: CITY_CODE_LENGTH.P2 + SIGNATURE,
} as const;

/** What the octets of a text are, by their first and their number, with an answer behind them or without; undefined for neither. */
export function cityCodeProfile(bytes: Uint8Array): 'P0' | 'P1' | 'P2' | undefined {
  const { length } = bytes;
  if (length === CITY_CODE_LENGTH.P0 && bytes[0] === ONLINE) return 'P0';
  if (bytes[0] !== CC1) return undefined;
  if (length === CITY_CODE_LENGTH.P1 || length === ANSWERED_CODE_LENGTH.P1) return 'P1';
  return length === CITY_CODE_LENGTH.P2 || length === ANSWERED_CODE_LENGTH.P2 ? 'P2' : undefined;
}

const isCompressed = (point: Uint8Array): boolean => point.length === 33 && (point[0] === 2 || point[0] === 3);

const within = (value: number, most: number): boolean => Number.isInteger(value) && value >= 0 && value <= most;

function secondsOf(time: Date): number {
  const seconds = time.getTime() / 1000;
  demand(within(seconds, 0xffffffff), 'times are whole seconds of 1970 to 2106');
  return seconds;
}

function demand(holds: boolean, what: string): void {
  if (!holds) throw new GovError('invalid-argument', what);
}

const malformed = (what: string): GovError => new GovError('city-code-malformed', `no city code: ${what}`);
