/** Writes the licence types and their JSON Schemas to docs/formats anew: npx tsx scripts/license-types.ts */
import { mkdirSync, writeFileSync } from 'node:fs';
import * as license from '@gov/e-license';

const write = (name: string, value: unknown): void =>
  writeFileSync(`docs/formats/${name}`, `${JSON.stringify(value, null, 2)}\n`);

mkdirSync('docs/formats/license-data', { recursive: true });
write('license-types.json', license.LICENSE_TYPES);
write('license-type.schema.json', license.licenseTypeJsonSchema());
for (const [name, value] of Object.entries(license)) {
  const type = license.LICENSE_TYPES.find((candidate) => candidate === value);
  if (type === undefined) continue;
  write(`license-data/${name.toLowerCase().replaceAll('_', '-')}.schema.json`, license.licenseDataJsonSchema([type]));
}
