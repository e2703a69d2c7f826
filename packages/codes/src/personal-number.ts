/** Numbers of persons in text that must hold none: accounts, posts, names of offices. */
import { parseCitizenId } from './citizen-id.js';
import { parseCreditCode } from './credit-code.js';

/** What stands between the digits of a number that is written in groups. */
const GROUPED = /(?<=[0-9])[ -](?=[0-9])/g;
const CITIZEN_ID = /(?<![0-9A-Za-z])[1-9][0-9]{5}(?:18|19|20)[0-9]{9}[0-9X](?![0-9A-Za-z])/g;
const MOBILE = /(?<![0-9A-Za-z])(?:86)?1[3-9][0-9]{9}(?![0-9A-Za-z])/;

/**
 * Whether a text holds the number of a citizen's ID card (公民身份号码, also mistyped: a birth date that exists is enough) or a mobile
 * number (手机号码, 11 digits, with 86 before it or not): also in full-width digits and in groups with spaces or hyphens. A
 * number inside of a longer run of letters and digits is a part of that; a credit code is no number of a person.
 *
 * @example
 * import { holdsPersonalNumber } from '@gov/codes';
 * holdsPersonalNumber('张三 11010519491231002X'); // true
 * holdsPersonalNumber('11990100MB0000019L'); // false
 */
export function holdsPersonalNumber(text: string): boolean {
  if (hasFewDigits(text)) return false;
  const plain = text.normalize('NFKC').replaceAll('x', 'X');
  return [plain, plain.replace(GROUPED, '')].some(
    (one) => MOBILE.test(one) || (one.match(CITIZEN_ID) ?? []).some(isCitizenId),
  );
}

/** Of ASCII alone, with less than the 11 digits of a mobile number: most texts, at a fiftieth of the cost. */
function hasFewDigits(text: string): boolean {
  let digits = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) return false;
    if (unit >= 0x30 && unit <= 0x39) digits++;
  }
  return digits < 11;
}

function isCitizenId(number: string): boolean {
  const read = parseCitizenId(number);
  const isOne = read.ok || read.issues.every(({ code }) => code === 'citizen-id-check');
  return isOne && !parseCreditCode(number).ok;
}
