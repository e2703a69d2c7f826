/** Delegations whose signature was verified (授权缓存), so that who passes again costs one verification. */
import { sm3, type Verifier } from '@gov/sm';
import type { SignedDelegation } from '../code.js';

/** Delegations that are kept, unless given: about 1 KB each. */
export const DEFAULT_MAX_DELEGATIONS = 10_000;

/** The least recently used goes first. Only genuine ones are kept: nobody fills it but issuers. */
export class VerifiedDelegations {
  readonly #max: number;
  /** The device's verifier by SM3 of the signed delegation, issuer signature included. */
  readonly #devices = new Map<string, Verifier>();

  constructor(max: number) {
    this.#max = max;
  }

  get(key: string): Verifier | undefined {
    const device = this.#devices.get(key);
    if (device === undefined) return undefined;
    this.#devices.delete(key);
    this.#devices.set(key, device);
    return device;
  }

  keep(key: string, device: Verifier): void {
    this.#devices.set(key, device);
    if (this.#devices.size > this.#max) this.#devices.delete(this.#devices.keys().next().value!);
  }
}

/** SM3 of octets 0 to 121, of P2 0 to 137. */
export const delegationKey = (delegation: SignedDelegation): string => octetText(sm3(delegation.bytes));

/** One character for each octet. */
export const octetText = (octets: Uint8Array): string => String.fromCharCode(...octets);
