/** The licence types that come with the package (内置证照类型). A department's own are data like these: `defineLicenseType`. */

import type { LicenseType } from '../license-type.js';
import { BIRTH_CERTIFICATE } from './birth-certificate.js';
import { BUSINESS_LICENSE } from './business-license.js';
import { CONSTRUCTION_QUALIFICATION } from './construction-qualification.js';
import { DATA_ASSET } from './data-asset.js';
import { FOOD_BUSINESS } from './food-business.js';
import { MARRIAGE_CERTIFICATE } from './marriage-certificate.js';
import { MEDICAL_INSTITUTION } from './medical-institution.js';
import { PERSONAL_ATTESTATION } from './personal-attestation.js';
import { REAL_ESTATE } from './real-estate.js';
import { RESIDENCE_PERMIT } from './residence-permit.js';
import { ROAD_TRANSPORT } from './road-transport.js';

export {
  BIRTH_CERTIFICATE,
  BUSINESS_LICENSE,
  CONSTRUCTION_QUALIFICATION,
  DATA_ASSET,
  FOOD_BUSINESS,
  MARRIAGE_CERTIFICATE,
  MEDICAL_INSTITUTION,
  PERSONAL_ATTESTATION,
  REAL_ESTATE,
  RESIDENCE_PERMIT,
  ROAD_TRANSPORT,
};

/** All of them, by code. The codes are made up: where a national one is known, copy the definition and put it in. */
export const LICENSE_TYPES: readonly LicenseType[] = [
  FOOD_BUSINESS,
  BUSINESS_LICENSE,
  RESIDENCE_PERMIT,
  REAL_ESTATE,
  ROAD_TRANSPORT,
  BIRTH_CERTIFICATE,
  CONSTRUCTION_QUALIFICATION,
  MEDICAL_INSTITUTION,
  PERSONAL_ATTESTATION,
  MARRIAGE_CERTIFICATE,
  DATA_ASSET,
];

/**
 * The type with this code, of those that come with the package.
 *
 * @example
 * import { licenseTypeOf } from '@gov/e-license';
 * licenseTypeOf('11100000MB0000000P001')?.name; // 食品经营许可证
 */
export const licenseTypeOf = (code: string): LicenseType | undefined =>
  LICENSE_TYPES.find((type) => type.code === code);
