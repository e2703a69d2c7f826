/**
 * `@gov/city-code`: city codes (城市码), one dynamic code for persons, organisations and things: their octets and their text.
 *
 * @packageDocumentation
 * @example
 * import { readCityCode, readCityCodeText } from '@gov/city-code';
 *
 * const code = readCityCode(readCityCodeText(text));
 * console.log(code.delegation.region, code.delegation.subject, code.generated);
 */
export {
  ANSWERED_CODE_LENGTH,
  CITY_CODE_LENGTH,
  CITY_CODE_SUBJECTS,
  type CityCode,
  type CitySubject,
  type CitySuite,
  cityCodeProfile,
  type Delegation,
  readCityCode,
  readDelegation,
  type SignedDelegation,
} from './code.js';
export { CITY_CODE_TEXT_LIMITS, cityCodeText, cityCodeUrl, readCityCodeText } from './text.js';
