/** Patterns of profiles (代码规则): I-Regexp (RFC 9485), and none of those that a hostile text can hold up. */
import { GovError } from '@gov/verdict';
import { CATALOG_LIMITS } from './limits.js';

/**
 * The regular expression of a pattern, for whole texts of at most `CATALOG_LIMITS.code` characters. A pattern is refused that such
 * a text could be tried against in more than `CATALOG_LIMITS.patternWays` ways: `(a+)+`, `(a|a)*`, `a?a?a?…`. Of I-Regexp, `\p{…}`
 * is left out.
 *
 * @throws GovError `invalid-argument` for a pattern that is none, too long, or refused
 */
export function resourceCodePattern(text: string): RegExp {
  if (text.length > CATALOG_LIMITS.pattern) throw unfit(`longer than ${CATALOG_LIMITS.pattern} characters`);
  const reader = new PatternReader(text);
  if (reader.read() > CATALOG_LIMITS.patternWays) throw unfit('it could be tried in too many ways');
  try {
    return new RegExp(`^(?:${text})$`, 'u');
  } catch (cause) {
    throw unfit('no regular expression', cause);
  }
}

const unfit = (why: string, cause?: unknown): GovError =>
  new GovError('invalid-argument', `pattern: ${why}`, { cause });

const ESCAPED = String.raw`()*+-.?[\]^nrt{|}$`;

/** Counts the ways to try a pattern: of one after another the product, of alternatives the sum, of repetitions the powers. */
class PatternReader {
  #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): number {
    const ways = this.#alternatives();
    if (this.#at < this.#text.length) throw unfit('a bracket that was not opened');
    return ways;
  }

  #alternatives(): number {
    let ways = this.#branch();
    while (this.#take('|')) ways += this.#branch();
    return ways;
  }

  #branch(): number {
    let ways = 1;
    while (this.#at < this.#text.length && !'|)'.includes(this.#text[this.#at]!)) ways *= this.#piece();
    return ways;
  }

  #piece(): number {
    const ways = this.#atom();
    const [min, max] = this.#quantifier();
    let sum = 0;
    for (let times = min; times <= max; times++) sum += ways ** times;
    return sum;
  }

  #atom(): number {
    if (this.#take('(')) {
      // I-Regexp has neither captures nor conditions: `(?` is nothing.
      if (this.#text[this.#at] === '?') throw unfit('(? is not of I-Regexp');
      const ways = this.#alternatives();
      if (!this.#take(')')) throw unfit('a bracket that is not closed');
      return ways;
    }
    if (this.#take('[')) this.#characterClass();
    else this.#character('*+?{}]^$');
    return 1;
  }

  #characterClass(): void {
    this.#take('^');
    this.#take('-');
    if (this.#text[this.#at] === ']') throw unfit('a class of no characters');
    while (this.#at < this.#text.length && !this.#take(']')) this.#character('[');
    if (this.#text[this.#at - 1] !== ']') throw unfit('a class that is not closed');
  }

  #character(special: string): void {
    if (this.#take('\\')) {
      if (!ESCAPED.includes(this.#text[this.#at] ?? ' ')) throw unfit('an escape that is not of I-Regexp');
    } else if (special.includes(this.#text[this.#at]!)) throw unfit('a special character without an escape');
    this.#at += String.fromCodePoint(this.#text.codePointAt(this.#at)!).length;
  }

  #quantifier(): readonly [min: number, max: number] {
    const max = CATALOG_LIMITS.code;
    if (this.#take('*')) return [0, max];
    if (this.#take('+')) return [1, max];
    if (this.#take('?')) return [0, 1];
    if (!this.#take('{')) return [1, 1];
    const [whole, from, comma, to] = /^([0-9]{1,3})(,?)([0-9]{0,3})\}/.exec(this.#text.slice(this.#at)) ?? [];
    if (whole === undefined) throw unfit('a quantifier that is none');
    this.#at += whole.length;
    const range = [Number(from), comma === '' ? Number(from) : to === '' ? max : Number(to)] as const;
    if (range[0] > range[1] || range[1] > max) throw unfit(`a quantifier is at most ${max}, the smaller number first`);
    return range;
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }
}
