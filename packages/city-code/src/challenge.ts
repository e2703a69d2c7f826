/** Answers of a device to the challenge of a gate (挑战应答): docs/formats/city-code.md. */
import { GovError } from '@gov/verdict';
import { ANSWERED_CODE_LENGTH, type CityCode, readCityCode } from './code.js';

/** Octets of a gate's challenge, random. */
export const CHALLENGE_LENGTH = 16;

/** Octets of an answer, r ‖ s. */
const ANSWER = 64;

const DOMAIN = 'gov-city-code/challenge/1\0';

/** A code as a gate scans it: with or without an answer to its challenge. */
export interface PresentedCode {
  readonly code: CityCode;
  /** 64 octets, r ‖ s, by the device key over `challengeOctets`. */
  readonly answer?: Uint8Array;
}

/**
 * What a device signs to answer: the domain, the challenge, the whole code. No code begins like the domain.
 *
 * @throws GovError `invalid-argument` for a challenge of another length
 */
export function challengeOctets(challenge: Uint8Array, code: Uint8Array): Uint8Array<ArrayBuffer> {
  if (challenge.length !== CHALLENGE_LENGTH) {
    throw new GovError('invalid-argument', `a challenge has ${CHALLENGE_LENGTH} octets`);
  }
  return Uint8Array.of(...new TextEncoder().encode(DOMAIN), ...challenge, ...code);
}

/**
 * Reads the octets of CC1, with an answer behind them or without. Signatures are not looked at.
 *
 * @throws GovError `city-code-malformed`
 */
export function readPresentedCode(bytes: Uint8Array): PresentedCode {
  const answered = bytes.length === ANSWERED_CODE_LENGTH.P1 || bytes.length === ANSWERED_CODE_LENGTH.P2;
  if (!answered) return { code: readCityCode(bytes) };
  const end = bytes.length - ANSWER;
  return { code: readCityCode(bytes.subarray(0, end)), answer: bytes.slice(end) };
}
