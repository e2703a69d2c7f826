/**
 * `@gov/codes/documents`: numbers of passports, travel permits and foreigners' permanent resident ID cards, and machine
 * readable zones (护照、通行证、外国人永久居留身份证号码与机读区).
 *
 * @packageDocumentation
 * @example
 * import { parseTravelPermit } from '@gov/codes/documents';
 *
 * const result = parseTravelPermit('CA1234567');
 * console.log(result.ok ? result.value.kind : result.issues); // to-hong-kong-macao
 */
export { type Mrz, type MrzFormat, parseMrz } from './mrz.js';
export { type Passport, type PassportKind, parsePassport } from './passport.js';
export { type PermanentResidence, parsePermanentResidence } from './permanent-residence.js';
export { parseTravelPermit, type TravelPermit, type TravelPermitKind } from './travel-permit.js';
