/**
 * `@gov/codes`: citizen IDs, credit codes, organisation and division codes, bank cards, codes of licence holders, licence types,
 * service items and statistical divisions: read, check, make, mask (代码与脱敏).
 *
 * @packageDocumentation
 * @example
 * import { parseCreditCode } from '@gov/codes';
 *
 * const result = parseCreditCode('11100000000013338W');
 * console.log(result.ok ? result.value.divisionCode : result.issues); // 100000
 */
export { type BankCard, luhnDigit, parseBankCard } from './bank-card.js';
export { type CitizenId, parseCitizenId } from './citizen-id.js';
export { type CreditCode, checkCharacterOfCreditCode, parseCreditCode } from './credit-code.js';
export { type CreditCodeRegistration, type RegistrationName, registrationOf } from './credit-code-registration.js';
export { type DivisionCode, parseDivisionCode } from './division-code.js';
export type { DivisionTable } from './division-table.js';
export { HOLDER_CODE_TYPES, type HolderCode, type HolderCodeType, parseHolderCode } from './holder-code.js';
export { checkCharacterMod11_2, checkCharacterMod37_36 } from './iso7064.js';
export { type LicenseTypeCode, parseLicenseTypeCode } from './license-type-code.js';
export {
  type MaskKind,
  type MaskLevel,
  type MaskOptions,
  mask,
  maskCitizenId,
  maskName,
  maskPhone,
} from './masking.js';
export { unifyName } from './name.js';
export { checkCharacterOfOrganizationCode, type OrganizationCode, parseOrganizationCode } from './organization-code.js';
export type { Parsed } from './parsed.js';
export { holdsPersonalNumber } from './personal-number.js';
export { type NamedCode, parseServiceItem, type ServiceItem } from './service-item.js';
export { parseStatisticalDivision, type StatisticalDivision } from './statistical-division.js';
