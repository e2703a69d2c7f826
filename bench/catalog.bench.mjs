// A resource of ten items held against its schema: `recordReader` beside zod and ajv, both made from the JSON Schema that we publish
// (docs/formats/catalog.schema.json). And a whole catalogue, 100,000 resources with a million items, imported and checked in a
// process of its own: what it takes in memory at most, from each kind of file. The last of them is written by exceljs, texts shared.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NATIONAL_PROFILE, recordJsonSchema, recordReader } from '@gov/catalog';
import { checkInput, writeInput } from './catalog-memory.mjs';
import { catalogOf, DEPARTMENTS, ITEMS_EACH } from './catalog-world.mjs';
import { peer } from './peers.mjs';

const [{ z }, { default: Ajv }, { default: addFormats }] = await Promise.all([
  peer('zod'),
  peer('ajv/dist/2020.js'),
  peer('ajv-formats'),
]);

const schema = recordJsonSchema('resource', NATIONAL_PROFILE);
const resources = [...catalogOf(200)].slice(DEPARTMENTS);
const read = recordReader(NATIONAL_PROFILE);
const byZod = z.fromJSONSchema(schema);
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats(ajv);
const byAjv = ajv.compile(schema);

let turn = 0;
/** @param {(resource: unknown) => boolean} isGood */
const eachInTurn = (isGood) => () => {
  const resource = resources[turn++ % resources.length];
  if (!isGood(resource)) throw new Error(`refused: ${JSON.stringify(resource)}`);
};

/** @type {import('./harness.mjs').Row[]} */
export const rows = [
  {
    work: 'the shape of a resource of ten items',
    ours: { label: '@gov/catalog', run: eachInTurn((one) => read(one).record !== undefined) },
    peers: [
      { label: 'ajv', run: eachInTurn((one) => byAjv(one)) },
      { label: 'zod', run: eachInTurn((one) => byZod.safeParse(one).success) },
    ],
    goal: { times: { zod: 1 } },
  },
];

const RESOURCES = 100_000;
const FORMS = /** @type {const} */ ([
  ['jsonl', 'JSON Lines'],
  ['csv', 'CSV'],
  ['xlsx', 'XLSX'],
  ['exceljs', 'XLSX of exceljs'],
]);

/** @type {import('./harness.mjs').PeakRow[]} */
export const peaks = FORMS.map(([form, called]) => ({
  work: `import and check ${RESOURCES.toLocaleString('en-US')} resources of ${ITEMS_EACH} items: ${called}`,
  ours: {
    label: '@gov/catalog',
    megabytes: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'gov-catalog-bench-'));
      try {
        const file = join(folder, `catalog.${form === 'exceljs' ? 'xlsx' : form}`);
        await writeInput(form, file, RESOURCES);
        const { megabytes, seconds, records, issues, told } = await checkInput(file);
        if (records < RESOURCES) throw new Error(`${form}: ${records} records`);
        const size = Math.round(statSync(file).size / 1e6);
        const found = `${issues.toLocaleString('en-US')} issues, progress told ${told} times`;
        console.log(`  ${called}: ${size} MB, ${records} records in ${seconds.toFixed(0)} s, ${found}`);
        return megabytes;
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  },
  peers: [],
  most: 300,
}));
