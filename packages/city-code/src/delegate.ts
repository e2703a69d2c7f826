/**
 * `@gov/city-code/delegate`: the issuer's side of city codes. It signs delegations, and remembers whose they are and which it
 * took back; their octets say nothing about anybody (授权签发).
 *
 * @packageDocumentation
 * @example
 * import { Delegator, delegationRequest, memoryDelegationRegister } from '@gov/city-code/delegate';
 * import { sm2DeviceKey } from '@gov/city-code/show';
 * import { generateSm2Key, sm2Signer } from '@gov/sm';
 *
 * const register = memoryDelegationRegister();
 * const delegator = new Delegator({ signer: sm2Signer(generateSm2Key()), issuerIndex: 7, region: '440100', register });
 * const challenge = crypto.getRandomValues(new Uint8Array(32));
 * const request = await delegationRequest(challenge, sm2DeviceKey(generateSm2Key())); // on the device
 * const delegation = await delegator.issue(request, {
 *   challenge,
 *   at: new Date(),
 *   lifetimeSeconds: 8 * 3600,
 *   subject: 'person',
 *   assurance: 2,
 *   region: '440106',
 *   entitlements: 0b101,
 *   holder: 'account 4711',
 * });
 * console.log(delegation.bytes.length); // 122
 */
import { regionCovers } from '@gov/pki/trust-list';
import { bytesToHex, type Signer, sm3 } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { type CitySubject, delegationOctets, readDelegation, type SignedDelegation } from './code.js';
import type { DelegationRegister } from './delegation-register.js';
import { type DelegationRequest, isProved } from './delegation-request.js';

export {
  type DelegationEntry,
  type DelegationRegister,
  type DelegationsOf,
  memoryDelegationRegister,
  REVOKED_FOR,
} from './delegation-register.js';
export { type DelegationRequest, delegationRequest, REQUEST_CHALLENGE } from './delegation-request.js';
export { licenseDigest } from './license-digest.js';

export const DELEGATION_LIMITS = {
  /** Seconds: the gates take none that lives longer. */
  lifetimeSeconds: 86_400,
  /** Delegations issued at once. */
  requests: 64,
  /** Characters of an issuer's own reference. */
  reference: 256,
} as const;

/** The bit of the entitlements that says: shown by a relative or guardian (亲属或监护人代办). */
export const SHOWN_BY_RELATIVE = 0x8000_0000;

export interface DelegatorOptions {
  /** SM2, default ID: the key of the certificate that trust lists name by `issuerIndex`. */
  readonly signer: Signer;
  /** Of the issuer's entry in trust lists, 0 to 65535. */
  readonly issuerIndex: number;
  /** GB/T 2260, six digits: delegations are for this region or one within it. Everywhere unless given. */
  readonly region?: string;
  /** At most, and unless given, 86400. */
  readonly maxLifetimeSeconds?: number;
  readonly register: DelegationRegister;
  /** So many random octets; `crypto.getRandomValues` unless given. */
  readonly random?: (octets: number) => Uint8Array;
}

export interface DelegationContent {
  /** What the device answered, 16 to 64 octets. That it is given out once is the matter of whoever gives it out. */
  readonly challenge: Uint8Array;
  readonly at: Date;
  /** At most; it ends on a round time (`expiryOf`), which says less about when and with what else it was issued. */
  readonly lifetimeSeconds: number;
  readonly subject: CitySubject;
  /** 0 to 3. */
  readonly assurance: number;
  /** GB/T 2260, six digits. */
  readonly region: string;
  /** Bits 0 to 30; bit 31 is `SHOWN_BY_RELATIVE`. */
  readonly entitlements: number;
  /** P2: 16 octets of `licenseDigest`. All codes of one licence share them: who scans two knows that they belong together. */
  readonly licenseDigest?: Uint8Array;
  /** In whose name: the issuer's own reference, which goes to the register and nowhere else. */
  readonly holder: string;
  /** Whose device it is where it is not the holder's own; a reference too, and it sets `SHOWN_BY_RELATIVE`. */
  readonly relative?: string;
}

/** Issues delegations (授权签发者). */
export class Delegator {
  readonly #options: Required<Omit<DelegatorOptions, 'region'>> & Pick<DelegatorOptions, 'region'>;

  /** @throws GovError `invalid-argument`; `algorithm-unsupported` for a signer of another algorithm than SM2 */
  constructor(options: DelegatorOptions) {
    const { signer, issuerIndex, maxLifetimeSeconds = DELEGATION_LIMITS.lifetimeSeconds } = options;
    if (signer.algorithm !== 'SM2-SM3')
      throw new GovError('algorithm-unsupported', 'issuers of city codes sign with SM2');
    demand(Number.isInteger(issuerIndex) && issuerIndex >= 0 && issuerIndex <= 0xffff, 'the index has 16 bits');
    demand(isLifetime(maxLifetimeSeconds, DELEGATION_LIMITS.lifetimeSeconds), 'a delegation lives 24 hours at most');
    const random = options.random ?? ((octets: number) => crypto.getRandomValues(new Uint8Array(octets)));
    this.#options = { ...options, maxLifetimeSeconds, random };
  }

  /**
   * A delegation to the device that asks.
   *
   * @throws GovError `delegation-unproved` where the device does not hold the key; `delegation-exists` for a key that had one
   *   before: two delegations with one key show that they are one person's; `key-malformed`; `invalid-argument`
   */
  async issue(request: DelegationRequest, content: DelegationContent): Promise<SignedDelegation> {
    const [delegation] = await this.issueMany([request], content);
    return delegation!;
  }

  /**
   * Several delegations of one holder, to be used one after the other. What they share they share with others of the same region,
   * entitlements and quarter of an hour. Nothing is issued unless all requests are good.
   *
   * @throws GovError as `issue`; `limit-exceeded` beyond `DELEGATION_LIMITS.requests`
   */
  async issueMany(requests: readonly DelegationRequest[], content: DelegationContent): Promise<SignedDelegation[]> {
    if (requests.length > DELEGATION_LIMITS.requests) {
      throw new GovError('limit-exceeded', `more than ${DELEGATION_LIMITS.requests} delegations at once`);
    }
    // The callers' own may change while signatures are verified and made.
    const own = requests.map((request) => ({ ...request, deviceKey: request.deviceKey.slice() }));
    this.#check(content);
    if (new Set(own.map(({ deviceKey }) => bytesToHex(deviceKey))).size < own.length) throw keyRepeated();
    for (const request of own) {
      if (await isProved(request, content.challenge)) continue;
      throw new GovError('delegation-unproved', 'the device does not hold the key that it names');
    }
    const delegations: SignedDelegation[] = [];
    for (const request of own) delegations.push(await this.#issue(request, content));
    return delegations;
  }

  #check({ at, lifetimeSeconds, region, entitlements, holder, relative }: DelegationContent): void {
    const { maxLifetimeSeconds, region: cover } = this.#options;
    demand(!Number.isNaN(at.getTime()), 'the time is no date');
    demand(isLifetime(lifetimeSeconds, maxLifetimeSeconds), `a lifetime is 1 to ${maxLifetimeSeconds} whole seconds`);
    demand(cover === undefined || regionCovers(cover, region), `the issuer is one of ${cover}, not of ${region}`);
    const bits = Number.isInteger(entitlements) && entitlements >= 0 && entitlements < SHOWN_BY_RELATIVE;
    demand(bits, 'entitlements are bits 0 to 30; bit 31 is set by naming the relative');
    for (const reference of relative === undefined ? [holder] : [holder, relative]) {
      demand(
        reference !== '' && reference.length <= DELEGATION_LIMITS.reference,
        'a reference has 1 to 256 characters',
      );
    }
  }

  async #issue({ suite, deviceKey }: DelegationRequest, content: DelegationContent): Promise<SignedDelegation> {
    const { signer, issuerIndex, register, random } = this.#options;
    const { subject, assurance, region, licenseDigest, holder, relative } = content;
    const expires = expiryOf(content.at, content.lifetimeSeconds);
    const tag = random(10);
    const signed = delegationOctets({
      profile: licenseDigest === undefined ? 'P1' : 'P2',
      subject,
      assurance,
      suite,
      region,
      issuerIndex,
      tag,
      expires,
      entitlements: content.entitlements + (relative === undefined ? 0 : SHOWN_BY_RELATIVE),
      deviceKey,
      ...(licenseDigest !== undefined && { licenseDigest }),
    });
    const signature = await signer.sign(signed);
    // Kept before it is handed out: what nobody remembers could not be taken back.
    await register.keep({
      tag,
      expires,
      deviceKeyDigest: sm3(deviceKey),
      holder,
      ...(relative !== undefined && { relative }),
    });
    return readDelegation(Uint8Array.of(...signed, ...signature));
  }
}

/**
 * When a delegation ends: the whole seconds of `at` and the lifetime, down to a quarter of an hour where it lives for an hour
 * or more, and to a minute from ten minutes. Those issued within one such step cannot be told apart by their end.
 */
export function expiryOf(at: Date, lifetimeSeconds: number): Date {
  const step = lifetimeSeconds >= 3600 ? 900 : lifetimeSeconds >= 600 ? 60 : 1;
  const end = Math.floor(at.getTime() / 1000) + lifetimeSeconds;
  return new Date((end - (end % step)) * 1000);
}

const isLifetime = (seconds: number, most: number): boolean =>
  Number.isInteger(seconds) && seconds >= 1 && seconds <= most;

const keyRepeated = (): GovError => new GovError('delegation-exists', 'a device key stands in two requests');

function demand(holds: boolean, what: string): void {
  if (!holds) throw new GovError('invalid-argument', what);
}
