/**
 * `@gov/city-code/show`: the holder's side of city codes. A device asks for delegations and, without a network, shows a new
 * code every half minute (亮码).
 *
 * @packageDocumentation
 * @example
 * import { cityCodeText } from '@gov/city-code';
 * import { CodeHolder, memoryCounters, secondsToNext, type SignedDelegation, webCryptoDeviceKey } from '@gov/city-code/show';
 *
 * const key = await webCryptoDeviceKey();
 * const delegations: SignedDelegation[] = []; // what the issuer answered to `delegationRequest(challenge, key)`
 * const holder = new CodeHolder({
 *   delegations: async () => delegations,
 *   counters: memoryCounters(),
 *   keyOf: async () => key,
 * });
 * if (delegations.length > 0) {
 *   const code = await holder.show({ at: new Date(), scene: 12 });
 *   console.log(cityCodeText(code.presented), secondsToNext(code, new Date()));
 * }
 */
import { bytesToHex, sameBytes } from '@gov/sm';
import { GovError } from '@gov/verdict';
import { challengeOctets } from './challenge.js';
import { type CityCode, readCityCode, type SignedDelegation, shownOctets } from './code.js';
import type { DeviceKey } from './device-key.js';

export type { SignedDelegation } from './code.js';
export { type DelegationRequest, delegationRequest } from './delegation-request.js';
export type { DeviceKey } from './device-key.js';
export { sm2DeviceKey, type WrappedSm2DeviceKey, type WrappedSm2Key, wrappedSm2DeviceKey } from './sm2-device-key.js';
export { type WebCryptoDeviceKey, webCryptoDeviceKey } from './web-device-key.js';

/** Codes of one delegation: its counter has 16 bits. */
export const CODES_PER_DELEGATION = 65_536;

/** How often each delegation was shown. It must outlive the application, and a restored backup must not bring it back. */
export interface CodeCounters {
  /** Codes made so far with this delegation: 0 to 65536. */
  shown(tag: Uint8Array): Promise<number>;
  /**
   * The number of the next code, from 0, kept as used before it is answered: never the same twice, however many ask at once
   * (in other tabs, too). Beyond 65535 what it answers is not used.
   */
  take(tag: Uint8Array): Promise<number>;
}

/** Counters in this process: for tests and demonstrations. Make one for all holders that may have the same delegations. */
export function memoryCounters(): CodeCounters {
  const counts = new Map<string, number>();
  return {
    shown: async (tag) => counts.get(bytesToHex(tag)) ?? 0,
    async take(tag) {
      const count = counts.get(bytesToHex(tag)) ?? 0;
      counts.set(bytesToHex(tag), count + 1);
      return count;
    },
  };
}

export interface CodeHolderOptions {
  /** What lies on the device; expired ones may be among them. */
  readonly delegations: () => Promise<readonly SignedDelegation[]>;
  readonly counters: CodeCounters;
  /** The key that a delegation was given to; undefined where the device has it no more. */
  readonly keyOf: (delegation: SignedDelegation) => Promise<DeviceKey | undefined>;
  /** Codes shown with one delegation before the next one's turn comes, as long as there is another; 32 unless given. */
  readonly codesInTurn?: number;
}

export interface ShowOptions {
  readonly at: Date;
  /** 0 to 65535 (场景): of the region's table, or 0 for any. */
  readonly scene: number;
  /** 1 to 255; 60 unless given, which is also what gates take at most unless they are told otherwise. */
  readonly ttlSeconds?: number;
  /** 16 octets that the gate shows. */
  readonly challenge?: Uint8Array;
}

/** A code to draw. */
export interface ShownCode extends CityCode {
  /** The octets of the code; with the answer to a challenge behind them, 64 octets more. */
  readonly presented: Uint8Array;
}

/** Shows codes on a device (亮码). */
export class CodeHolder {
  readonly #options: CodeHolderOptions;
  readonly #codesInTurn: number;
  /** The last number of each delegation that this object saw. */
  readonly #last = new Map<string, number>();
  #taking: Promise<unknown> = Promise.resolve();

  /** @throws GovError `invalid-argument` */
  constructor(options: CodeHolderOptions) {
    const { codesInTurn = 32 } = options;
    if (!Number.isInteger(codesInTurn) || codesInTurn < 1 || codesInTurn > CODES_PER_DELEGATION) {
      throw new GovError('invalid-argument', `codes in turn are 1 to ${CODES_PER_DELEGATION}`);
    }
    this.#options = options;
    this.#codesInTurn = codesInTurn;
  }

  /**
   * A code that nobody has seen. Delegations take turns, so that gates see one tag for a short while only; one that has expired
   * at `at`, is used up or has lost its key is passed over.
   *
   * @throws GovError `delegation-missing` where none is left: the device must fetch some; `key-mismatch` where the key is not that
   *   of the delegation; `counter-reused` where the counters went back; `invalid-argument`
   */
  async show({ at, scene, ttlSeconds = 60, challenge }: ShowOptions): Promise<ShownCode> {
    const generated = new Date(Math.floor(at.getTime() / 1000) * 1000);
    if (Number.isNaN(generated.getTime())) throw new GovError('invalid-argument', 'the time is no date');
    if (ttlSeconds === 0) throw new GovError('invalid-argument', 'a code lives for a second at least');
    for (const delegation of await this.#inTurn(generated)) {
      const key = await this.#options.keyOf(delegation);
      if (key === undefined) continue;
      if (key.suite !== delegation.suite || !sameBytes(key.publicKey, delegation.deviceKey)) {
        throw new GovError('key-mismatch', 'the key is not the one that the delegation names');
      }
      // What does not fit is refused before it costs a number.
      shownOctets(delegation.bytes, { generated, ttlSeconds, scene, counter: 0 });
      if (challenge !== undefined) challengeOctets(challenge, delegation.bytes);
      const counter = await this.#take(delegation.tag);
      if (counter === undefined) continue;
      const signed = shownOctets(delegation.bytes, { generated, ttlSeconds, scene, counter });
      const code = readCityCode(Uint8Array.of(...signed, ...(await key.sign(signed))));
      if (challenge === undefined) return { ...code, presented: code.bytes };
      const answer = await key.sign(challengeOctets(challenge, code.bytes));
      return { ...code, presented: Uint8Array.of(...code.bytes, ...answer) };
    }
    throw new GovError('delegation-missing', 'no delegation in force is left on this device');
  }

  /** Those in force: who has had fewer turns first, of these the one whose turn it is, then the one that ends first. */
  async #inTurn(at: Date): Promise<SignedDelegation[]> {
    const { delegations, counters } = this.#options;
    const inForce = (await delegations()).filter(({ expires }) => expires >= at);
    const ranked = await Promise.all(
      inForce.map(async (delegation) => {
        const shown = await counters.shown(delegation.tag);
        return { delegation, shown, turns: Math.floor(shown / this.#codesInTurn) };
      }),
    );
    return ranked
      .sort(
        (one, other) =>
          one.turns - other.turns ||
          other.shown - one.shown ||
          one.delegation.expires.getTime() - other.delegation.expires.getTime(),
      )
      .map(({ delegation }) => delegation);
  }

  /**
   * The next number, undefined where there is none. One at a time, so that a number that does not grow means that the counters
   * went back: gates would refuse its code as a replay.
   */
  #take(tag: Uint8Array): Promise<number | undefined> {
    const name = bytesToHex(tag);
    const taken = this.#taking.then(async () => {
      const counter = await this.#options.counters.take(tag);
      if (!Number.isInteger(counter) || counter <= (this.#last.get(name) ?? -1)) {
        throw new GovError('counter-reused', 'the counters of this device went back');
      }
      this.#last.set(name, counter);
      return counter < CODES_PER_DELEGATION ? counter : undefined;
    });
    this.#taking = taken.catch(() => undefined);
    return taken;
  }
}

/**
 * Whole seconds until a code gives way to the next: half of its time to live, so that whoever scans it at the last moment has the
 * other half. 0 where it is time.
 */
export function secondsToNext({ generated, ttlSeconds }: CityCode, at: Date): number {
  const half = Math.ceil(ttlSeconds / 2);
  const left = half - Math.floor((at.getTime() - generated.getTime()) / 1000);
  // A clock that was set back must not freeze the screen.
  return left > half ? 0 : Math.max(0, left);
}
