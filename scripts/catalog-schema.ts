// The published schema of catalogue records: npx tsx scripts/catalog-schema.ts
import { writeFileSync } from 'node:fs';
import { catalogJsonSchema } from '@gov/catalog';

writeFileSync('docs/formats/catalog.schema.json', `${JSON.stringify(catalogJsonSchema(), null, 2)}\n`);
