/** Texts that say nothing, texts that name a law, words that make a person look (空话、依据、敏感词). */
import { anyOf, plainName, simplified, visible } from '../internal/name-form.js';

/** What people type into a field that must not be empty. */
const NOTHING = new Set(
  [
    '无 無 无无 没 没有 暂无 空 空白 是 否 不详 未知 待定 待补充 待填 略 其他 同上 不适用 null none na nil nan no x xx xxx tbd 0 1',
    '无要求 没有要求 无条件 无依据 没有依据 暂无依据 暂无要求',
  ].flatMap((words) => words.split(' ')),
);

/** Whether a text is missing, or is there to fill the field only. */
export function saysNothing(text: string | undefined): boolean {
  if (text === undefined) return true;
  const plain = plainName(text);
  return NOTHING.has(plain) || !/[\p{L}\p{N}]/u.test(visible(plain));
}

/** A title in 《》, a number of a document, or the name of a law, regulation or rule: not 依法, not 有关规定. */
const LAW =
  /《[^《》]{2,}》|〔[0-9]{4}〕|\p{Script=Han}{2}(?<![依合非违无执司方守])法(?![律规院官人治定制])|\p{Script=Han}{3}(?<!有关|相关|内部|单位|部门|上级|领导|国家|法律|法规)(?:条例|规定|办法|细则|决定)/u;

/** Whether a text names a law or another document that somebody can look up. */
export const namesLaw = (text: string): boolean => LAW.test(visible(text).replaceAll(/\s/g, ''));

/** The first of the watch words in a text: width, case, traditional characters, and blanks and punctuation between aside. */
export class WatchWords {
  readonly #words: ReadonlyMap<string, string>;
  readonly #any: RegExp | undefined;

  constructor(words: readonly string[]) {
    this.#words = new Map(words.map((word) => [folded(word), word]));
    const texts = [...this.#words.keys()].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
    this.#any = texts.length === 0 ? undefined : anyOf(texts);
  }

  find(text: string): string | undefined {
    const [found] = this.#any === undefined ? [] : (folded(text).match(this.#any) ?? []);
    return found === undefined ? undefined : this.#words.get(found);
  }
}

const folded = (text: string): string => plainName(simplified(text));
