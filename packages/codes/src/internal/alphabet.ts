import { GovError } from '@gov/verdict';

/**
 * The values of the characters of `text` in `alphabet`.
 *
 * @throws GovError `code-invalid` for a character outside it; names the place, not the character.
 */
export function valuesIn(alphabet: string, text: string): number[] {
  const values: number[] = [];
  for (let index = 0; index < text.length; index++) {
    const value = alphabet.indexOf(text.charAt(index));
    if (value < 0) throw new GovError('code-invalid', `character ${index + 1} is outside the alphabet of the code`);
    values.push(value);
  }
  return values;
}
