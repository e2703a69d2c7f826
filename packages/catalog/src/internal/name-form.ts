/** Names as they are compared (名称比对). */

/** Most names: nothing to change. */
const PLAIN = /^[\u4e00-\u9fffa-z0-9]+$/;

/** Joiners, fillers, selectors of variants: letters and marks among them, all of which nobody sees. */
const UNSEEN = /\p{Default_Ignorable_Code_Point}/gu;

/** In the usual width, without what nobody sees. */
export const visible = (text: string): string => text.normalize('NFKC').replace(UNSEEN, '');

/** Width, case, blanks, punctuation and what nobody sees aside; what consists of these alone stays. */
export function plainName(name: string): string {
  if (PLAIN.test(name)) return name;
  const folded = visible(name).toLowerCase();
  return folded.replace(/[^\p{L}\p{N}\p{M}]/gu, '') || folded || name;
}

/** Traditional characters of the words by which secrets are known, and the simplified ones. */
const SIMPLIFIED: Readonly<Record<string, string>> = Object.fromEntries(
  [
    '機机',
    '絕绝',
    '絶绝',
    '祕秘',
    '內内',
    '傳传',
    '級级',
    '長长',
    '嚴严',
    '資资',
    '軍军',
    '國国',
    '開开',
    '務务',
    '個个',
    '㊙秘',
  ].map((pair) => [...pair]),
);
const TRADITIONAL = new RegExp(`[${Object.keys(SIMPLIFIED).join('')}]`, 'gu');

/** Simplified, as far as words about secrets need it (繁体). */
export const simplified = (text: string): string => text.replace(TRADITIONAL, (one) => SIMPLIFIED[one]!);

/** Plain names with synonyms written alike: what may be the same, by the words of a profile. */
export class NameFolder {
  readonly #firsts: ReadonlyMap<string, string>;
  readonly #words: RegExp | undefined;

  constructor(synonyms: readonly (readonly string[])[]) {
    const words = synonyms.flatMap((list) => list.map((word) => [plainName(word), plainName(list[0]!)] as const));
    this.#firsts = new Map(words);
    // The longest first: 身份证号码 before 身份证号.
    const texts = [...this.#firsts.keys()].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
    this.#words = texts.length === 0 ? undefined : anyOf(texts);
  }

  fold(plain: string): string {
    const short = plain.length > 2 ? plain.replaceAll('的', '') : plain;
    const folded = this.#words === undefined ? short : short.replace(this.#words, (word) => this.#firsts.get(word)!);
    return folded === '' ? plain : folded;
  }
}

/** Any of some texts, the first that fits. */
export const anyOf = (texts: readonly string[]): RegExp =>
  new RegExp(texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'), 'gu');

/**
 * Characters that make another datum of a name (是否在职, 不在职; 父亲姓名, 母亲姓名): a name with one of them more is not a near one.
 */
const TELLING =
  /[0-9a-z不非未无是否前后上下左右内外男女父母正副原现新旧首末初终一二三四五六七八九十百千万亿甲乙丙丁东西南北大小多少高低长短出入进退收支借贷年月日时分秒元旬季周省市县区乡镇村子总]/;

/** Shorter names with one character more are other names. */
const SHORTEST = 6;
/** Longer ones are not tried. */
const LONGEST = 40;

/** A name with one of its characters left out, each way once. */
export function* shorterBy1(name: string): Generator<string, void> {
  if (name.length <= SHORTEST || name.length > LONGEST) return;
  for (let at = 0; at < name.length; at++) {
    // Of a run of equal characters any one.
    if (name[at] === name[at - 1] || TELLING.test(name[at]!)) continue;
    yield name.slice(0, at) + name.slice(at + 1);
  }
}
