/** The codes that are checked, with what each is made of (代码种类). */
import { type BankCard, parseBankCard } from '../bank-card.js';
import { type CitizenId, parseCitizenId } from '../citizen-id.js';
import { type CreditCode, checkCharacterOfCreditCode, parseCreditCode } from '../credit-code.js';
import { registrationOf } from '../credit-code-registration.js';
import { type DivisionCode, parseDivisionCode } from '../division-code.js';
import { checkCharacterMod11_2 } from '../iso7064.js';
import { type LicenseTypeCode, parseLicenseTypeCode } from '../license-type-code.js';
import {
  checkCharacterOfOrganizationCode,
  type OrganizationCode,
  parseOrganizationCode,
} from '../organization-code.js';
import type { Parsed } from '../parsed.js';
import { type Passport, parsePassport } from '../passport.js';
import { type PermanentResidence, parsePermanentResidence } from '../permanent-residence.js';
import { parseServiceItem, type ServiceItem } from '../service-item.js';
import { parseStatisticalDivision, type StatisticalDivision } from '../statistical-division.js';
import { parseTravelPermit, type TravelPermit } from '../travel-permit.js';

/** What each kind is read into. */
export interface CodeValues {
  /** 公民身份号码, residence permits of Hong Kong, Macao and Taiwan residents too */
  readonly 'citizen-id': CitizenId;
  /** 统一社会信用代码 */
  readonly 'credit-code': CreditCode;
  /** 组织机构代码 */
  readonly 'organization-code': OrganizationCode;
  /** 外国人永久居留身份证号码 */
  readonly 'permanent-residence': PermanentResidence;
  /** 银行卡号 */
  readonly 'bank-card': BankCard;
  /** 证照类型代码 */
  readonly 'license-type-code': LicenseTypeCode;
  /** 政务服务事项编码 */
  readonly 'service-item': ServiceItem;
  /** 行政区划代码 */
  readonly 'division-code': DivisionCode;
  /** 统计用区划代码 */
  readonly 'statistical-division': StatisticalDivision;
  /** 护照号码 */
  readonly passport: Passport;
  /** 往来通行证号码 */
  readonly 'travel-permit': TravelPermit;
}

export type CodeKind = keyof CodeValues;

interface Kind<Value> {
  readonly parse: (text: string, options: { readonly at?: Date }) => Parsed<Value>;
  /** What a wrong character may have been. */
  readonly alphabet: string;
  /** Without a check character any change of form would fit: nothing can be suggested but what the form refuses. */
  readonly hasCheck: boolean;
  /** The division that the code begins with or holds. */
  readonly division?: (value: Value) => string | undefined;
  /** Whether it would be suggested: codes that nobody has yet are read, but not proposed. */
  readonly plausible?: (value: Value) => boolean;
  /** What it becomes where its check character was left off, or where it has an older form; undefined where it has neither. */
  readonly completed?: (text: string) => string | undefined;
}

const DIGITS = '0123456789';
const CREDIT = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** In the order of certainty: check characters first, then those that are told by their form alone. */
export const KINDS: { readonly [Name in CodeKind]: Kind<CodeValues[Name]> } = {
  'citizen-id': {
    parse: parseCitizenId,
    alphabet: `${DIGITS}X`,
    hasCheck: true,
    // What begins with 9 or 8 is no place.
    division: ({ kind, divisionCode }) => (kind === 'citizen' ? divisionCode : undefined),
    completed: (text) => {
      if (/^[0-9]{17}$/.test(text)) return text + checkCharacterMod11_2(text);
      // 15-digit numbers (一代证) were given to people born in the 20th century.
      if (!/^[0-9]{15}$/.test(text)) return undefined;
      const body = `${text.slice(0, 6)}19${text.slice(6)}`;
      return body + checkCharacterMod11_2(body);
    },
  },
  'credit-code': {
    parse: parseCreditCode,
    alphabet: CREDIT,
    hasCheck: true,
    division: ({ divisionCode }) => (divisionCode === '100000' ? undefined : divisionCode),
    plausible: (value) => registrationOf(value)?.category !== undefined,
    completed: (text) =>
      text.length === 17 && [...text].every((character) => CREDIT.includes(character))
        ? text + checkCharacterOfCreditCode(text)
        : undefined,
  },
  'permanent-residence': {
    parse: parsePermanentResidence,
    alphabet: LETTERS,
    hasCheck: true,
    completed: (text) => (/^9[0-9]{16}$/.test(text) ? text + checkCharacterMod11_2(text) : undefined),
  },
  'license-type-code': { parse: parseLicenseTypeCode, alphabet: CREDIT, hasCheck: true },
  'organization-code': {
    parse: parseOrganizationCode,
    alphabet: LETTERS,
    hasCheck: true,
    completed: (text) => (/^[0-9A-Z]{8}$/.test(text) ? text + checkCharacterOfOrganizationCode(text) : undefined),
  },
  'bank-card': { parse: parseBankCard, alphabet: DIGITS, hasCheck: true },
  'service-item': { parse: parseServiceItem, alphabet: CREDIT, hasCheck: false },
  'statistical-division': {
    parse: parseStatisticalDivision,
    alphabet: DIGITS,
    hasCheck: false,
    division: ({ divisionCode }) => divisionCode,
  },
  'division-code': { parse: parseDivisionCode, alphabet: DIGITS, hasCheck: false, division: ({ code }) => code },
  passport: { parse: parsePassport, alphabet: LETTERS, hasCheck: false },
  'travel-permit': { parse: parseTravelPermit, alphabet: `${LETTERS}()`, hasCheck: false },
};

/** In the order in which `kindsOf` names them. */
export const CODE_KINDS = Object.keys(KINDS) as readonly CodeKind[];
