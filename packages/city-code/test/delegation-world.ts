/** An issuer, devices, and how a code verifies: for tests of delegations and codes. */
import { readCityCode } from '@gov/city-code';
import {
  type DelegationContent,
  type DelegationRegister,
  Delegator,
  delegationRequest,
  memoryDelegationRegister,
} from '@gov/city-code/delegate';
import { type DeviceKey, type SignedDelegation, sm2DeviceKey, webCryptoDeviceKey } from '@gov/city-code/show';
import { bytesToHex, generateSm2Key, sm2Signer, sm2Verifier } from '@gov/sm';
import { isGovError } from '@gov/verdict';
import { deviceVerifier } from '../src/device-key.js';

export const AT = new Date('2026-11-22T08:00:00.500Z');
export const later = (seconds: number, from = AT): Date => new Date(from.getTime() + seconds * 1000);

export const CHALLENGE = new Uint8Array(32).fill(9);

export const CONTENT: DelegationContent = {
  challenge: CHALLENGE,
  at: AT,
  lifetimeSeconds: 8 * 3600,
  subject: 'person',
  assurance: 2,
  region: '440106',
  entitlements: 5,
  holder: 'account 4711',
};

const issuerKey = generateSm2Key();
export const issuerVerifier = sm2Verifier(issuerKey.publicKey);
export const signer = sm2Signer(issuerKey);

export const newDevice = async (suite: 1 | 2): Promise<DeviceKey> =>
  suite === 1 ? sm2DeviceKey(generateSm2Key()) : webCryptoDeviceKey();

export const newDelegator = (register: DelegationRegister = memoryDelegationRegister()): Delegator =>
  new Delegator({ signer, issuerIndex: 7, region: '440000', register });

export interface Issued {
  readonly key: DeviceKey;
  readonly delegation: SignedDelegation;
}

export async function issued(suite: 1 | 2 = 1, content: Partial<DelegationContent> = {}): Promise<Issued> {
  const key = await newDevice(suite);
  const delegation = await newDelegator().issue(await delegationRequest(CHALLENGE, key), { ...CONTENT, ...content });
  return { key, delegation };
}

/** The key of a delegation among many. */
export const keyAmong =
  (all: readonly Issued[]) =>
  async ({ deviceKey }: SignedDelegation): Promise<DeviceKey | undefined> =>
    all.find(({ key }) => bytesToHex(key.publicKey) === bytesToHex(deviceKey))?.key;

/** How octets fare: unreadable, or which of both signatures fails. */
export async function fateOf(bytes: Uint8Array): Promise<'malformed' | 'issuer' | 'device' | 'good'> {
  let code: ReturnType<typeof readCityCode>;
  try {
    code = readCityCode(bytes);
  } catch (error) {
    if (isGovError(error) && error.code === 'city-code-malformed') return 'malformed';
    throw error;
  }
  const { delegation, signed, deviceSignature } = code;
  if (!(await issuerVerifier.verify(delegation.signed, delegation.issuerSignature))) return 'issuer';
  const device = deviceVerifier(delegation.suite, delegation.deviceKey);
  return (await device.verify(signed, deviceSignature)) ? 'good' : 'device';
}

export async function codeOf(act: () => unknown): Promise<string> {
  try {
    await act();
  } catch (error) {
    return isGovError(error) ? error.code : String(error);
  }
  return 'nothing thrown';
}
