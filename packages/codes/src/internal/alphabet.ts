import { GovError } from '@gov/verdict';

/**
 * The values of the characters of `text` in `alphabet`.
 *
 * @throws GovError `code-invalid` for a character outside it; names the place, not the character.
 */
export function valuesIn(alphabet: string, text: string): number[] {
  return Array.from(text, (character, index) => {
    const value = alphabet.indexOf(character);
    if (value < 0) throw new GovError('code-invalid', `character ${index + 1} is outside the alphabet of the code`);
    return value;
  });
}
