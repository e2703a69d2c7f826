import * as fc from 'fast-check';
import {
  checkCharacterMod11_2,
  checkCharacterOfCreditCode,
  checkCharacterOfOrganizationCode,
  type Parsed,
} from '../src/index.js';

export const DIGITS = '0123456789';
export const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
export const CREDIT_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

export const codesOf = (result: Parsed<unknown>): string[] =>
  result.ok ? [] : result.issues.map((issue) => issue.code);

export const textOf = (alphabet: string, length: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: length, maxLength: length });

/** Every text that differs from `text` in the one character at `index`. */
export function* substitutions(text: string, alphabet: string): Generator<string> {
  for (let index = 0; index < text.length; index++) {
    for (const character of alphabet) {
      if (character !== text[index]) yield text.slice(0, index) + character + text.slice(index + 1);
    }
  }
}

export const organizationCodes = textOf(CREDIT_ALPHABET, 8).map(
  (body) => body + checkCharacterOfOrganizationCode(body),
);

export const creditCodes = fc
  .tuple(textOf(CREDIT_ALPHABET, 2), textOf(DIGITS, 6), organizationCodes)
  .map((parts) => parts.join(''))
  .map((body) => body + checkCharacterOfCreditCode(body));

export const citizenIds = fc
  .tuple(
    fc.integer({ min: 100000, max: 899999 }),
    fc.date({ min: new Date('1900-01-01'), max: new Date('2025-12-31'), noInvalidDate: true }),
    textOf(DIGITS, 3),
  )
  .map(([area, birth, sequence]) => `${area}${birth.toISOString().slice(0, 10).replaceAll('-', '')}${sequence}`)
  .map((body) => body + checkCharacterMod11_2(body));
