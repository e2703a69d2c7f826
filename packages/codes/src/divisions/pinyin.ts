/** How the names of divisions are spelled in pinyin (汉语拼音), without tones; `ü` as `v`. */
import { OTHER_READINGS, SYLLABLES } from './data.js';

/** Spells a name: one syllable for each character; what has no reading (a comma) spells nothing. */
export type Spelling = (name: string) => readonly string[];

export function unpackedSpelling(): Spelling {
  const usual = new Map<string, string>();
  for (const [, syllable = '', characters = ''] of SYLLABLES.matchAll(/([a-z]+)([^a-z]+)/g))
    for (const character of characters) usual.set(character, syllable);
  const other = new Map<string, [at: number, syllable: string][]>();
  for (const [, name = '', at = '', syllable = ''] of OTHER_READINGS.matchAll(/([^ 0-9]+)(\d+)([a-z]+)/g))
    other.set(name, [...(other.get(name) ?? []), [Number(at), syllable]]);
  return (name) => {
    const syllables = Array.from(name, (character) => usual.get(character) ?? '');
    for (const [at, syllable] of other.get(name) ?? []) syllables[at] = syllable;
    return syllables;
  };
}
