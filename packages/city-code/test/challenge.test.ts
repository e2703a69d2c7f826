/** What a gate shows to be answered, and the answer: their octets and their text. */
import { CHALLENGE_LENGTH, challengeOctets, challengeText, readChallengeText } from '@gov/city-code/challenge';
import { qrCode } from '@gov/qr/draw';
import { isGovError } from '@gov/verdict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from './delegation-world.js';

const octets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

it('a challenge of another length than 16 is refused', async () => {
  expect(challengeOctets(new Uint8Array(CHALLENGE_LENGTH), new Uint8Array(195))).toHaveLength(26 + 16 + 195);
  for (const length of [0, 15, 17, 32]) {
    expect(await codeOf(() => challengeOctets(new Uint8Array(length), new Uint8Array(195)))).toBe('invalid-argument');
    expect(await codeOf(() => challengeText(new Uint8Array(length)))).toBe('invalid-argument');
  }
});

describe('the text of a challenge', () => {
  it('comes back, fits version 2 at level M, and has one spelling', () => {
    fc.assert(
      fc.property(octets(CHALLENGE_LENGTH), (challenge) => {
        const text = challengeText(challenge);
        expect(text).toHaveLength(29);
        expect(qrCode(text, { level: 'M' }).version).toBe(2);
        expect(readChallengeText(text)).toEqual(challenge);
      }),
      { numRuns: 50 },
    );
  });

  it('is read from nothing else: whatever is read is written the same', () => {
    const text = challengeText(new Uint8Array(CHALLENGE_LENGTH).fill(0xa5));
    const changed = fc
      .tuple(fc.nat(28), fc.string({ minLength: 1, maxLength: 2, unit: 'grapheme' }))
      .map(([at, put]) => text.slice(0, at) + put + text.slice(at + 1));
    fc.assert(
      fc.property(
        fc.oneof(
          changed,
          fc.string().map((rest) => `GATE:${rest}`),
          fc.string(),
        ),
        (shown) => {
          try {
            expect(challengeText(readChallengeText(shown))).toBe(shown);
          } catch (error) {
            if (!isGovError(error)) throw error;
            expect(error.code).toBe('challenge-malformed');
          }
        },
      ),
      { numRuns: process.env.SLOW ? 100_000 : 2000 },
    );
    expect(() => readChallengeText('GATE:'.padEnd(10_000_000, '0'))).toThrow(/no challenge/);
  });
});
