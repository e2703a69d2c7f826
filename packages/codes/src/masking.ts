/**
 * Masking (脱敏) for what anyone can see: logs, QR codes, lists. Every hidden character becomes one `*`, so the length
 * stays, and masking what is masked changes nothing.
 */

/**
 * How much is hidden (脱敏等级): `partial` 部分 for those who have to recognise it, `strict` 较多 for those who have to tell it from
 * others, `full` 全部.
 */
export type MaskLevel = 'partial' | 'strict' | 'full';

export type MaskKind = 'name' | 'citizen-id' | 'phone' | 'address' | 'bank-card' | 'credit-code' | 'email';

/** At least so many characters are hidden where the usual ends would leave fewer. */
const HIDDEN_MIN = 4;

/**
 * Masks a citizen ID number or the number of another personal document (证件号码): the first 3 and last 4 characters stay,
 * `110***********1234`, the form that notices and bills use. City, county and birth date are hidden; with the first 6 and
 * last 4 only the birth date would be, which a known age and the check character narrow to a few dozen days. What is too
 * short for both ends keeps its last quarter.
 */
export const maskCitizenId = (id: string): string => keepEnds(id, 3, 4);

/**
 * Masks a telephone number (电话号码): the first 3 and last 4 characters of a mobile number stay, `138****5678`; what is
 * too short for both ends keeps its last quarter.
 */
export const maskPhone = (phone: string): string => keepEnds(phone, 3, 4);

/** Masks a person's name (姓名): the first character stays, `张**`; of a single character nothing does. */
export const maskName = (name: string): string => {
  const length = [...name].length;
  return keep(name, length > 1 ? 1 : 0, 0);
};

/**
 * Down to the county, or to the city (地址): what follows tells where a person lives. A name with the word of a level within it
 * (市中区) is hidden: what cannot be told for certain is not shown.
 */
const COUNTY =
  /^(?:[^*省市区县旗盟]{1,20}(?:省|自治区))?(?:[^*省市区县旗盟]{1,20}(?:市|自治州|地区|盟))?[^*省市区县旗盟]{1,20}(?:区|县|旗|市)/u;
const CITY = /^(?:[^*省市区县旗盟]{1,20}(?:省|自治区))?[^*省市区县旗盟]{1,20}(?:市|自治州|地区|盟)/u;

/**
 * What stays (保留部分), by kind and level; `full` leaves nothing of any. The numbers of ID and bank cards keep no more digits at either
 * level than notices and receipts show: with all but six digits of a card, its check digit leaves a hundred thousand.
 *
 * | kind | partial | strict |
 * | --- | --- | --- |
 * | name 姓名 | first character | nothing |
 * | citizen-id 证件号码 | first 3, last 4 | first and last |
 * | phone 电话 | first 3, last 4 | last 4 |
 * | address 地址 | down to the county, else to the city, else its first quarter | down to the city, else nothing |
 * | bank-card 银行卡号 | first 6, last 4 | last 4 |
 * | credit-code 统一社会信用代码 | first 8, last 4 | first 2, last 2 |
 * | email 电子邮箱 | first character and the domain | the domain |
 */
const STAYS: Readonly<Record<MaskKind, Readonly<Record<Exclude<MaskLevel, 'full'>, (text: string) => string>>>> = {
  name: { partial: (text) => maskName(text), strict: (text) => keep(text, 0, 0) },
  'citizen-id': { partial: (text) => maskCitizenId(text), strict: (text) => keepEnds(text, 1, 1) },
  phone: { partial: (text) => maskPhone(text), strict: (text) => keepEnds(text, 0, 4) },
  address: {
    partial: (text) => keepStart(text, [COUNTY, CITY], Math.floor([...text].length / 4)),
    strict: (text) => keepStart(text, [CITY], 0),
  },
  'bank-card': { partial: (text) => keepEnds(text, 6, 4), strict: (text) => keepEnds(text, 0, 4) },
  'credit-code': { partial: (text) => keepEnds(text, 8, 4), strict: (text) => keepEnds(text, 2, 2) },
  email: { partial: (text) => keepMail(text, 1), strict: (text) => keepMail(text, 0) },
};

export interface MaskOptions {
  /** `partial` unless said. */
  readonly level?: MaskLevel;
  /** `kept`: a `*` for each character, for columns of a fixed width; `hidden`: three for each hidden part, so that the length says nothing. */
  readonly length?: 'kept' | 'hidden';
}

/**
 * Masks a value by its kind and a level (分级脱敏). Cannot be undone; with the length kept, masking what is masked changes nothing. A text
 * that is too short for what would stay keeps less of it.
 *
 * @example
 * mask('bank-card', '6222021234567890128') // '622202*********0128'
 * mask('name', '欧阳某某', { level: 'partial', length: 'hidden' }) // '欧***'
 */
export function mask(kind: MaskKind, text: string, { level = 'partial', length = 'kept' }: MaskOptions = {}): string {
  const { partial, strict } = STAYS[kind];
  // What is short keeps less: the strict one never more than the partial one.
  const masked = level === 'full' ? keep(text, 0, 0) : level === 'strict' ? strict(partial(text)) : partial(text);
  return length === 'kept' ? masked : masked.replaceAll(/\*+/g, '***');
}

function keepStart(text: string, starts: readonly RegExp[], otherwise: number): string {
  const [kept] = starts.flatMap((start) => start.exec(text) ?? []);
  const length = [...text].length;
  const head = kept === undefined ? otherwise : [...kept].length;
  // Where that is all of it, nothing would be hidden.
  return keep(text, head < length ? head : 0, 0);
}

function keepMail(text: string, head: number): string {
  const at = text.lastIndexOf('@');
  if (at < 0) return keep(text, 0, 0);
  const local = [...text.slice(0, at)].length;
  return keep(text.slice(0, at), local > 1 ? head : 0, 0) + text.slice(at);
}

function keepEnds(text: string, head: number, tail: number): string {
  const length = [...text].length;
  return length >= head + tail + HIDDEN_MIN ? keep(text, head, tail) : keep(text, 0, Math.floor(length / 4));
}

/** Counts code points, so that half a character never stays behind. */
function keep(text: string, head: number, tail: number): string {
  const characters = [...text];
  return characters
    .map((character, index) => (index < head || index >= characters.length - tail ? character : '*'))
    .join('');
}
