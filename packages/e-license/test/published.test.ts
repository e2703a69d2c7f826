/** What docs/formats has for those who are not on TypeScript is what the package says. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LICENSE_TYPES, licenseDataJsonSchema, licenseTypeJsonSchema, licenseTypeOf } from '../src/index.js';

const FORMATS = join(import.meta.dirname, '../../../docs/formats');
const published = (name: string) => JSON.parse(readFileSync(join(FORMATS, name), 'utf8'));
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value));

it('the types', () => {
  expect(published('license-types.json')).toEqual(asJson(LICENSE_TYPES));
});

it('the JSON Schema of types', () => {
  expect(published('license-type.schema.json')).toEqual(asJson(licenseTypeJsonSchema()));
});

it('a JSON Schema of the data of each type', () => {
  const codes = readdirSync(join(FORMATS, 'license-data')).map((name) => {
    const schema = published(join('license-data', name));
    const type = licenseTypeOf(schema.properties.type.const)!;
    expect(schema, name).toEqual(asJson(licenseDataJsonSchema([type])));
    return type.code;
  });
  expect(codes.sort()).toEqual(LICENSE_TYPES.map((type) => type.code).sort());
});
