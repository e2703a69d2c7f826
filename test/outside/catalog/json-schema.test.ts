/** The published schema, as ajv reads it, beside `readRecord`. */
import {
  type CatalogIssue,
  catalogJsonSchema,
  NATIONAL_PROFILE,
  RECORD_KINDS,
  recordJsonSchema,
  recordReader,
} from '@gov/catalog';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { GOOD, spoilt } from '../../../packages/catalog/test/schema-world.js';

const RUNS = process.env.SLOW === undefined ? 2_000 : 50_000;

// A classification is a tuple with a tail, which strictTuples takes for a mistake.
const ajv = new Ajv2020({ strict: true, strictTuples: false });
const read = recordReader(NATIONAL_PROFILE);

/** What JSON Schema has no words for: check characters, the calendar, code points nobody sees, numbers of persons. */
const BEYOND =
  /^(?:credit-code-check|organization-code-check|division-code-level|day-impossible|text-form|personal-number)$/;

it('takes a good record of every kind', () => {
  const isRecord = ajv.compile(catalogJsonSchema(NATIONAL_PROFILE));
  for (const kind of RECORD_KINDS) {
    expect(isRecord(GOOD[kind])).toBe(true);
    expect(ajv.validate(recordJsonSchema(kind), GOOD[kind])).toBe(true);
  }
});

it('refuses what readRecord refuses, but for what it has no words for, and nothing else', () => {
  const isRecord = ajv.compile(catalogJsonSchema(NATIONAL_PROFILE));
  let refused = 0;
  fc.assert(
    fc.property(spoilt, (value) => {
      // As it would come out of a file.
      const json: unknown = value === undefined ? null : JSON.parse(JSON.stringify(value));
      const issues: readonly CatalogIssue[] = read(json).issues ?? [];
      const isTaken = isRecord(json);
      if (issues.length === 0) expect(isTaken).toBe(true);
      else if (!issues.every(({ code }) => BEYOND.test(code))) expect(isTaken).toBe(false);
      if (!isTaken) refused++;
    }),
    { numRuns: RUNS },
  );
  expect(refused).toBeGreaterThan(RUNS / 10);
});
