import { Alphabet } from './alphabet.js';

const ALPHANUMERIC = new Alphabet('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ');

/**
 * Check digit of ICAO Doc 9303-3, 4.9: weights 7, 3, 1, modulo 10; A is 10, Z is 35, the filler < counts nothing.
 *
 * @throws GovError `code-invalid` for any other character.
 */
export function checkDigit731(text: string): string {
  let sum = 0;
  for (let index = 0; index < text.length; index++)
    if (text[index] !== '<') sum += ALPHANUMERIC.valueAt(text, index) * [7, 3, 1][index % 3]!;
  return String(sum % 10);
}
