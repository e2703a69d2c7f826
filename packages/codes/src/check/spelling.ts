/** Spellings that mean the same code: accepted, and named (全角、小写等写法). */
import type { Issue } from '@gov/verdict';
import type { IssueTexts } from '../internal/issues.js';

const TEXTS = {
  'spelling-invisible': ['invisible characters were left out', '已忽略不可见字符'],
  'spelling-full-width': ['full-width characters were read as usual ones', '已将全角字符按半角读取'],
  'spelling-look-alike': [
    'characters of another script were read as the letters that they look like',
    '已将形近的其他文字按英文字母读取',
  ],
  'spelling-blank': ['blanks were left out', '已忽略空格'],
  'spelling-hyphen': ['hyphens were left out', '已忽略连字符'],
  'spelling-lower-case': ['small letters were read as capital ones', '已将小写字母按大写读取'],
} as const satisfies IssueTexts;

type SpellingCode = keyof typeof TEXTS;

/** The X of an ID number as input methods offer it, and letters of Cyrillic and Greek that nobody can tell from Latin ones. */
const LOOK_ALIKES: Readonly<Record<string, string>> = Object.fromEntries(
  [
    '×X',
    'ⅩX',
    'ⅹX',
    '✕X',
    '╳X',
    'ХX',
    'хX',
    'ΧX',
    'χX',
    'АA',
    'ВB',
    'ЕE',
    'КK',
    'МM',
    'НH',
    'ОO',
    'РP',
    'СC',
    'ТT',
    'УY',
  ]
    .concat(['ΑA', 'ΒB', 'ΕE', 'ΗH', 'ΙI', 'ΚK', 'ΜM', 'ΝN', 'ΟO', 'ΡP', 'ΤT', 'ΥY', 'ΖZ'])
    .map((pair) => [...pair]),
);
const LOOK_ALIKE = new RegExp(`[${Object.keys(LOOK_ALIKES).join('')}]`, 'gu');

const STEPS: readonly (readonly [SpellingCode, (text: string) => string])[] = [
  ['spelling-invisible', (text) => text.replaceAll(/\p{Default_Ignorable_Code_Point}|[\u200e\u200f\u061c]/gu, '')],
  ['spelling-full-width', (text) => text.replaceAll(/[\uff01-\uff5e]/g, (one) => one.normalize('NFKC'))],
  ['spelling-look-alike', (text) => text.replaceAll(LOOK_ALIKE, (one) => LOOK_ALIKES[one]!)],
  ['spelling-blank', (text) => text.replaceAll(/[\s\u0085]/g, '')],
  ['spelling-hyphen', (text) => text.replaceAll(/[-\u2010-\u2015\u2212\u30fc]/g, '')],
  ['spelling-lower-case', (text) => text.replaceAll(/[a-z]/g, (one) => one.toUpperCase())],
];

/** The text in its one spelling, and what was done for it. */
export function unified(given: string): { readonly text: string; readonly spelling: readonly Issue[] } {
  let text = given;
  const spelling: Issue[] = [];
  for (const [code, step] of STEPS) {
    const next = step(text);
    if (next === text) continue;
    text = next;
    const [message, messageZh] = TEXTS[code];
    spelling.push({ path: [], code, message, messageZh });
  }
  return { text, spelling };
}
