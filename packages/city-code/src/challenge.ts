/**
 * `@gov/city-code/challenge`: the challenge of a gate (挑战) as its screen shows it, and the answer of a device behind a code (应答):
 * docs/formats/city-code.md.
 *
 * @packageDocumentation
 * @example
 * import { challengeText, readChallengeText } from '@gov/city-code/challenge';
 *
 * const text = challengeText(gate.challenge()); // drawn at the gate: version 2 at level M
 * const { presented } = await holder.show({ at: new Date(), scene: 7, challenge: readChallengeText(text) });
 */
import { decodeBase45, encodeBase45 } from '@gov/qr/base45';
import { GovError, isGovError } from '@gov/verdict';
import { ANSWERED_CODE_LENGTH, type CityCode, readCityCode } from './code.js';

/** Octets of a gate's challenge, random. */
export const CHALLENGE_LENGTH = 16;

/** What the text of a challenge begins with. */
const CHALLENGE_PREFIX = 'GATE:';

/** Characters of a challenge in base45. */
const CHARACTERS = (CHALLENGE_LENGTH / 2) * 3;

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

/**
 * A challenge as a gate shows it, in a QR code of its own: `GATE:` and base45, 29 characters.
 *
 * @throws GovError `invalid-argument` for a challenge of another length
 */
export function challengeText(challenge: Uint8Array): string {
  if (challenge.length !== CHALLENGE_LENGTH)
    throw new GovError('invalid-argument', `a challenge has ${CHALLENGE_LENGTH} octets`);
  return CHALLENGE_PREFIX + encodeBase45(challenge);
}

/**
 * The 16 octets of what `challengeText` writes, and of nothing else.
 *
 * @throws GovError `challenge-malformed`
 */
export function readChallengeText(text: string): Uint8Array {
  const malformed = (cause?: unknown) => new GovError('challenge-malformed', 'no challenge of a gate', { cause });
  if (!text.startsWith(CHALLENGE_PREFIX) || text.length !== CHALLENGE_PREFIX.length + CHARACTERS) throw malformed();
  try {
    return decodeBase45(text.slice(CHALLENGE_PREFIX.length));
  } catch (cause) {
    throw isGovError(cause) ? malformed(cause) : cause;
  }
}
