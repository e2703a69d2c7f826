/** Delegations whose signature was verified (授权缓存), so that who passes again costs one verification. */
import { readSm2PublicKey, sm2Verifier, sm3, type Verifier } from '@gov/sm';
import type { SignedDelegation } from '../code.js';
import { deviceVerifier } from '../device-key.js';

/** Delegations that are kept, unless given: about 1 KB each. */
export const DEFAULT_MAX_DELEGATIONS = 10_000;

/** The least recently used goes first. Only genuine ones are kept: nobody fills it but issuers. */
export class VerifiedDelegations {
  readonly #max: number;
  /** What verifies for the device, by SM3 of the signed delegation, issuer signature included. */
  readonly #devices = new Map<string, DeviceCheck>();

  constructor(max: number) {
    this.#max = max;
  }

  get(key: string): DeviceCheck | undefined {
    const device = this.#devices.get(key);
    if (device === undefined) return undefined;
    this.#devices.delete(key);
    this.#devices.set(key, device);
    return device;
  }

  keep(key: string, device: DeviceCheck): void {
    this.#devices.set(key, device);
    if (this.#devices.size > this.#max) this.#devices.delete(this.#devices.keys().next().value!);
  }
}

/** A verifier for one passage. */
type DeviceCheck = () => Verifier;

/**
 * What verifies for the device of a delegation. An SM2 verifier builds a table when it is used for the third time, which pays
 * for itself with the tenth: most who pass a gate do not come so often, so that each passage gets a verifier of its own.
 *
 * @throws GovError `key-malformed`
 */
export function deviceCheck({ suite, deviceKey }: SignedDelegation): DeviceCheck {
  if (suite === 1) {
    const key = readSm2PublicKey(deviceKey);
    return () => sm2Verifier(key);
  }
  const verifier = deviceVerifier(suite, deviceKey);
  return () => verifier;
}

/** SM3 of octets 0 to 121, of P2 0 to 137. */
export const delegationKey = (delegation: SignedDelegation): string => octetText(sm3(delegation.bytes));

/** One character for each octet. Spread as arguments they would take five times as long. */
export const octetText = (octets: Uint8Array): string =>
  String.fromCharCode.apply(undefined, octets as unknown as number[]);
