/** Machine readable zones (机读区) of passports and cards, ICAO Doc 9303, parts 3 to 6. */

import { checkDigit731 } from './internal/check-731.js';
import { dayInShanghai } from './internal/day.js';
import { type IssueTexts, parsed } from './internal/issues.js';
import { birthDateOf, expiryDateOf } from './internal/short-date.js';
import type { Parsed } from './parsed.js';

const TEXTS = {
  'mrz-layout': [
    'a machine readable zone has 2 lines of 44 characters, 2 of 36 or 3 of 30',
    '机读区应为2行每行44位、2行每行36位或3行每行30位',
  ],
  'mrz-alphabet': ['a machine readable zone is written with 0-9, A-Z and <', '机读区只能使用数字、大写英文字母和<'],
  'mrz-document-code': [
    'the document code is none of a passport (P, 2 lines of 44) or a card (A, C, I; a V in its second place is a visa)',
    '机读区证件类型代码有误：44位格式应以P开头，其他格式应以A、C或I开头且第2位不为V',
  ],
  'mrz-issuer': [
    'the issuing state in the machine readable zone is not a code of letters',
    '机读区签发国代码应为英文字母代码',
  ],
  'mrz-name': ['the name in the machine readable zone is not parted by < as it should be', '机读区姓名格式有误'],
  'mrz-document-number': ['there is no document number in the machine readable zone', '机读区缺少证件号码'],
  'mrz-document-number-check': ['the check digit of the document number does not fit', '机读区证件号码校验码错误'],
  'mrz-nationality': [
    'the nationality in the machine readable zone is not a code of letters',
    '机读区国籍代码应为英文字母代码',
  ],
  'mrz-birth-date': ['the birth date in the machine readable zone does not exist', '机读区出生日期不存在'],
  'mrz-birth-date-check': ['the check digit of the birth date does not fit', '机读区出生日期校验码错误'],
  'mrz-sex': ['the sex in the machine readable zone is none of F, M and <', '机读区性别应为F、M或<'],
  'mrz-expiry-date': ['the expiry date in the machine readable zone does not exist', '机读区有效期截止日期不存在'],
  'mrz-expiry-date-check': ['the check digit of the expiry date does not fit', '机读区有效期校验码错误'],
  'mrz-optional-data-check': ['the check digit of the optional data does not fit', '机读区可选数据校验码错误'],
  'mrz-composite-check': ['the composite check digit of the machine readable zone does not fit', '机读区总校验码错误'],
} as const satisfies IssueTexts;

/** TD3 passports, 2 lines of 44; TD2 and TD1 cards, 2 lines of 36 and 3 of 30. */
export type MrzFormat = 'TD1' | 'TD2' | 'TD3';

/** Parts of a machine readable zone (机读区), without fillers at their ends. */
export interface Mrz {
  readonly format: MrzFormat;
  /** 证件类型代码, 1 or 2 letters: P a passport; A, C, I a card. */
  readonly documentCode: string;
  /** 签发国代码, Doc 9303-3 section 5: 3 letters, `D` for Germany; not looked up. */
  readonly issuer: string;
  /** 姓 (primary identifier); its words are parted by blanks. */
  readonly primaryName: string;
  /** 名 (secondary identifier), likewise; empty when there is none. */
  readonly secondaryName: string;
  /** 证件号码; one of a card may be longer than 9 characters. A filler in it stands for a blank or a sign. */
  readonly documentNumber: string;
  /** 国籍代码, as the issuer's. */
  readonly nationality: string;
  /** `YYYY-MM-DD` with an X for each digit that is not known, as in ISO 8601-2: without `at` `XXYY-MM-DD`. */
  readonly birthDate: string;
  readonly sex: 'female' | 'male' | 'unspecified';
  /** 有效期至, written like the birth date. */
  readonly expiryDate: string;
  /** What the issuer added (可选数据): 2 texts in TD1, otherwise 1; those of Doc 9303's form may be empty. */
  readonly optionalData: readonly string[];
}

/** The fields of a zone where its format has them. */
interface Fields {
  readonly format: MrzFormat;
  readonly head: string;
  readonly name: string;
  readonly number: string;
  readonly numberCheck: string;
  readonly nationality: string;
  readonly birth: string;
  readonly sex: string;
  readonly expiry: string;
  /** In the first of these goes on what has no room in the number. */
  readonly optional: readonly string[];
  /** Of TD3 only. */
  readonly optionalCheck: string | undefined;
  /** What the last check digit is of, and the digit itself. */
  readonly composite: string;
}

/**
 * Reads a machine readable zone: its lines one after another, each with a line ending or all without one. Visas, which have no
 * composite check digit, are refused, and so are zones of one line of 30, which Doc 9303 does not know.
 * With `at` the dates have their century: the birth date is the latest that is not after that day in Asia/Shanghai, and the
 * year of expiry one from 50 years before to 49 after it.
 * Issues: `mrz-layout` or `mrz-alphabet` alone; otherwise `mrz-document-code`, `mrz-issuer`, `mrz-name`,
 * `mrz-document-number`, `mrz-document-number-check`, `mrz-nationality`, `mrz-birth-date`, `mrz-birth-date-check`,
 * `mrz-sex`, `mrz-expiry-date`, `mrz-expiry-date-check`, `mrz-optional-data-check`, `mrz-composite-check`.
 *
 * @throws GovError `invalid-argument` when `at` is no valid time.
 * @example
 * const zone = `P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<
 * L898902C36UTO7408122F1204159ZE184226B<<<<<10`;
 * const result = parseMrz(zone, { at: new Date('2010-01-01') });
 * if (result.ok) console.log(result.value.documentNumber, result.value.birthDate); // L898902C3 1974-08-12
 */
export function parseMrz(text: string, options: { readonly at?: Date } = {}): Parsed<Mrz> {
  const today = options.at === undefined ? undefined : dayInShanghai(options.at);
  const lines = linesOf(text);
  const fields = fieldsOf(lines);
  if (fields === undefined) return refused('mrz-layout');
  if (!/^[0-9A-Z<]*$/.test(lines.join(''))) return refused('mrz-alphabet');
  const { format, head, name, number, numberCheck, nationality, birth, sex, expiry, optional, optionalCheck } = fields;

  // Notes to the data elements in Doc 9303-5 and 9303-6: the number goes on in the optional data, up to its check digit and a filler.
  const overflow =
    format !== 'TD3' && numberCheck === '<' && !number.endsWith('<') ? /^([0-9A-Z]+)([0-9])</.exec(optional[0]!) : null;
  const documentNumber = trimmed(number) + (overflow?.[1] ?? '');
  const birthDate = birthDateOf(birth.slice(0, 6), today);
  const expiryDate = expiryDateOf(expiry.slice(0, 6), today);
  return parsed(
    TEXTS,
    [
      !(format === 'TD3' ? /^P[A-Z<]/ : /^[ACI][A-UW-Z<]/).test(head) && 'mrz-document-code',
      !STATE.test(head.slice(2)) && 'mrz-issuer',
      !NAME.test(name) && 'mrz-name',
      documentNumber.replaceAll('<', '') === '' && 'mrz-document-number',
      checkDigit731(number + (overflow?.[1] ?? '')) !== (overflow?.[2] ?? numberCheck) && 'mrz-document-number-check',
      !STATE.test(nationality) && 'mrz-nationality',
      birthDate === undefined && 'mrz-birth-date',
      !fits(birth) && 'mrz-birth-date-check',
      !(sex in SEXES) && 'mrz-sex',
      expiryDate === undefined && 'mrz-expiry-date',
      !fits(expiry) && 'mrz-expiry-date-check',
      optionalCheck !== undefined &&
        !fits(optional[0]! + optionalCheck) &&
        // Doc 9303-4: the check digit of empty data is 0 or a filler.
        !/^<*$/.test(optional[0]! + optionalCheck) &&
        'mrz-optional-data-check',
      !fits(fields.composite) && 'mrz-composite-check',
    ],
    () => {
      const [primaryName, secondaryName = ''] = trimmed(name)
        .split('<<')
        .map((words) => words.replaceAll('<', ' '));
      return {
        format,
        documentCode: trimmed(head.slice(0, 2)),
        issuer: trimmed(head.slice(2)),
        primaryName: primaryName!,
        secondaryName,
        documentNumber,
        nationality: trimmed(nationality),
        birthDate: birthDate!,
        sex: SEXES[sex as keyof typeof SEXES],
        expiryDate: expiryDate!,
        optionalData: optional.map((data, index) =>
          trimmed(index === 0 ? data.slice(overflow?.[0].length ?? 0) : data),
        ),
      };
    },
  );
}

const SEXES = { F: 'female', M: 'male', '<': 'unspecified' } as const;

/** Germany alone has a code of one letter. */
const STATE = /^(?:[A-Z]{3}|D<<)$/;

/** One filler between words, two between the identifiers, Doc 9303-3, 4.6. */
const NAME = /^[A-Z]+(?:<[A-Z]+)*(?:<<[A-Z]+(?:<[A-Z]+)*)?<*$/;

const fits = (checked: string): boolean => checkDigit731(checked.slice(0, -1)) === checked.slice(-1);

const trimmed = (field: string): string => field.replace(/<+$/, '');

/** What cannot be taken apart into fields. */
const refused = (code: 'mrz-layout' | 'mrz-alphabet'): Parsed<Mrz> =>
  parsed(TEXTS, [code], () => {
    throw new TypeError('a zone with an issue has no value');
  });

/** The length of a line by that of the whole zone. */
const LINE_LENGTHS: ReadonlyMap<number, number> = new Map([
  [90, 30],
  [72, 36],
  [88, 44],
]);

function linesOf(text: string): readonly string[] {
  // Three lines, and a line ending after each.
  if (text.length > 96) return [];
  const lines = text.replace(/\r?\n$/, '').split(/\r?\n/);
  const length = LINE_LENGTHS.get(lines.join('').length);
  if (length === undefined) return [];
  return lines.length === 1 ? (text.match(new RegExp(`.{${length}}`, 'g')) ?? []) : lines;
}

function fieldsOf(lines: readonly string[]): Fields | undefined {
  const [first = '', second = '', third] = lines;
  const layout = lines.map((line) => line.length).join('+');
  if (layout === '30+30+30')
    return {
      format: 'TD1',
      head: first.slice(0, 5),
      name: third!,
      number: first.slice(5, 14),
      numberCheck: first.charAt(14),
      nationality: second.slice(15, 18),
      birth: second.slice(0, 7),
      sex: second.charAt(7),
      expiry: second.slice(8, 15),
      optional: [first.slice(15), second.slice(18, 29)],
      optionalCheck: undefined,
      composite: first.slice(5) + second.slice(0, 7) + second.slice(8, 15) + second.slice(18),
    };
  if (layout !== '36+36' && layout !== '44+44') return undefined;
  const format = layout === '44+44' ? 'TD3' : 'TD2';
  return {
    format,
    head: first.slice(0, 5),
    name: first.slice(5),
    number: second.slice(0, 9),
    numberCheck: second.charAt(9),
    nationality: second.slice(10, 13),
    birth: second.slice(13, 20),
    sex: second.charAt(20),
    expiry: second.slice(21, 28),
    optional: [second.slice(28, format === 'TD3' ? 42 : 35)],
    optionalCheck: format === 'TD3' ? second.charAt(42) : undefined,
    composite: second.slice(0, 10) + second.slice(13, 20) + second.slice(21),
  };
}
