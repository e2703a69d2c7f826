/** How a device asks for a delegation (授权申请): it proves that it holds the key. */
import { GovError } from '@gov/verdict';
import type { CitySuite } from './code.js';
import { type DeviceKey, deviceVerifier } from './device-key.js';

/** Octets of an issuer's challenge. */
export const REQUEST_CHALLENGE = { least: 16, most: 64 } as const;

const DOMAIN = 'gov-city-code/request/1\0';

export interface DelegationRequest {
  readonly suite: CitySuite;
  /** 33 octets, compressed point: of a key made for this request alone. */
  readonly deviceKey: Uint8Array;
  /** 64 octets, r ‖ s, by that key over the domain, its own 33 octets and the issuer's challenge. */
  readonly proof: Uint8Array;
}

/**
 * A request for a delegation to a device.
 *
 * @param challenge of the issuer, 16 to 64 octets, for this holder and this once
 * @throws GovError `invalid-argument`
 */
export async function delegationRequest(challenge: Uint8Array, key: DeviceKey): Promise<DelegationRequest> {
  const { suite, publicKey } = key;
  return { suite, deviceKey: publicKey, proof: await key.sign(requestOctets(challenge, publicKey)) };
}

/**
 * Whether the device holds the key that it names.
 *
 * @throws GovError `invalid-argument`; `key-malformed` for a key that is no point of its curve
 */
export const isProved = ({ suite, deviceKey, proof }: DelegationRequest, challenge: Uint8Array): Promise<boolean> =>
  deviceVerifier(suite, deviceKey).verify(requestOctets(challenge, deviceKey), proof);

/** No code and no answer to a gate begins like this. */
function requestOctets(challenge: Uint8Array, deviceKey: Uint8Array): Uint8Array<ArrayBuffer> {
  const { least, most } = REQUEST_CHALLENGE;
  if (challenge.length < least || challenge.length > most) {
    throw new GovError('invalid-argument', `a challenge has ${least} to ${most} octets`);
  }
  return Uint8Array.of(...new TextEncoder().encode(DOMAIN), ...deviceKey, ...challenge);
}
