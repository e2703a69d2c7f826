/** Writes docs/formats/license-data.schema.json anew: npx tsx scripts/license-data-schema.ts */
import { writeFileSync } from 'node:fs';
import { FOOD_BUSINESS, licenseDataJsonSchema } from '@gov/e-license';

writeFileSync(
  'docs/formats/license-data.schema.json',
  `${JSON.stringify(licenseDataJsonSchema([FOOD_BUSINESS]), null, 2)}\n`,
);
