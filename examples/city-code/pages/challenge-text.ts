/** A gate's challenge as its screen shows it: `GATE:` and base45 of 16 octets, version 2 at level M. */
import { CHALLENGE_LENGTH } from '@gov/city-code';
import { decodeBase45, encodeBase45 } from '@gov/qr/base45';
import { isGovError } from '@gov/verdict';

const PREFIX = 'GATE:';

export const challengeText = (challenge: Uint8Array): string => PREFIX + encodeBase45(challenge);

/** Undefined for any other text. */
export function readChallengeText(text: string): Uint8Array | undefined {
  if (!text.startsWith(PREFIX)) return undefined;
  try {
    const challenge = decodeBase45(text.slice(PREFIX.length), { maxCharacters: 24 });
    return challenge.length === CHALLENGE_LENGTH ? challenge : undefined;
  } catch (error) {
    if (isGovError(error)) return undefined;
    throw error;
  }
}
