/** Comparing names (姓名、名称比对): the dot between the parts of a name is typed in a dozen ways. */

/**
 * Middle dots, bullets and katakana dots that input methods and old systems write for the dot (间隔号, U+00B7) in 买买提·阿不都:
 * they differ by nothing that anybody means. Full stops count only between Chinese characters, where no other is meant.
 */
const DOT = /[\u00b7\u0387\u2022\u2027\u2219\u22c5\u2e31\u30fb\uff65]|(?<=\p{Script=Han})[.\uff0e](?=\p{Script=Han})/gu;

/**
 * A name as it is compared: NFC, and every variant of the dot as `·`. To compare by, not to print: a licence shows the name
 * as it was given.
 *
 * @example
 * unifyName('买买提•阿不都') === unifyName('买买提·阿不都') // true
 */
export const unifyName = (name: string): string => name.normalize('NFC').replace(DOT, '·');
