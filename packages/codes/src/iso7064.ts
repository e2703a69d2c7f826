/**
 * ISO/IEC 7064 check characters: the hybrid system MOD 37,36 of licence identifiers (GB/T 36904) and the pure system
 * MOD 11-2 of citizen IDs (GB 11643).
 */

import { GovError } from '@gov/verdict';
import { Alphabet } from './internal/alphabet.js';

const ALPHANUMERIC = new Alphabet('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ');
const DIGITS = new Alphabet('0123456789');

/**
 * Check character of `body` by ISO 7064 MOD 37,36 (校验码), 0–9 or A–Z. Finds every single wrong character.
 *
 * @throws GovError `code-invalid` when `body` is empty or holds anything but 0–9 and A–Z.
 * @example
 * checkCharacterMod37_36('A12425GABC1234002') // 'M'
 */
export function checkCharacterMod37_36(body: string): string {
  let product = 36;
  for (let index = 0; index < nonEmpty(body).length; index++) {
    const sum = (product + ALPHANUMERIC.valueAt(body, index)) % 36;
    product = ((sum === 0 ? 36 : sum) * 2) % 37;
  }
  return ALPHANUMERIC.characters.charAt((37 - product) % 36);
}

/**
 * Check character of `digits` by ISO 7064 MOD 11-2 (校验码), 0–9 or X. Finds every single wrong digit and every two
 * neighbours exchanged.
 *
 * @throws GovError `code-invalid` when `digits` is empty or holds anything but 0–9.
 * @example
 * checkCharacterMod11_2('0794') // '0'
 */
export function checkCharacterMod11_2(digits: string): string {
  let sum = 0;
  for (let index = 0; index < nonEmpty(digits).length; index++) sum = ((sum + DIGITS.valueAt(digits, index)) * 2) % 11;
  return '0123456789X'.charAt((12 - sum) % 11);
}

function nonEmpty(body: string): string {
  if (body.length === 0) throw new GovError('code-invalid', 'there is no check character of an empty text');
  return body;
}
