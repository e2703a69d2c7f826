/** Writes the JSON Schemas of the directory to docs/formats anew: npx tsx scripts/directory-schemas.ts */
import { writeFileSync } from 'node:fs';
import {
  applicationJsonSchema,
  organizationJsonSchema,
  scopeJsonSchema,
  staffJsonSchema,
} from '@gov/identity/directory';

const write = (name: string, schema: unknown): void =>
  writeFileSync(`docs/formats/directory-${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`);

write('application', applicationJsonSchema());
write('organization', organizationJsonSchema());
write('scope', scopeJsonSchema());
write('staff', staffJsonSchema());
