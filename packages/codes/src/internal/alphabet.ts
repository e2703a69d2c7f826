import { GovError } from '@gov/verdict';

/** The characters of a code, each with a value: its place. */
export class Alphabet {
  readonly characters: string;
  readonly #values: Int8Array;

  constructor(characters: string) {
    this.characters = characters;
    this.#values = new Int8Array(128).fill(-1);
    for (let value = 0; value < characters.length; value++) this.#values[characters.charCodeAt(value)] = value;
  }

  /**
   * The value of the character of `text` at `index`.
   *
   * @throws GovError `code-invalid` for a character outside the alphabet; names the place, not the character.
   */
  valueAt(text: string, index: number): number {
    const value = this.#values[text.charCodeAt(index)] ?? -1;
    if (value < 0) throw new GovError('code-invalid', `character ${index + 1} is outside the alphabet of the code`);
    return value;
  }
}
