// The page of the rules of a catalogue: npx tsx scripts/catalog-rules.ts
import { writeFileSync } from 'node:fs';
import { catalogRulesPage } from '../packages/catalog/test/rules-page.js';

writeFileSync('docs/catalog-rules.md', catalogRulesPage());
