import { isGovError } from '@gov/verdict';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpuTime } from '../../../test/cpu-time.js';
import { defineLicenseType, LICENSE_TYPES } from '../src/index.js';
import { fitsForm, formIssues, formsPattern } from '../src/internal/code-form.js';
import type { CodeForm } from '../src/license-type.js';

const part = fc.oneof(
  fc.constantFrom('J', '-', '（', '号', 'A1', '0', '.*', '$', '(', '\\d', '[a]', '|', '{2}', '/', '𬎆'),
  fc.record(
    {
      of: fc.constantFrom('digit' as const, 'capital' as const, 'capital-or-digit' as const, 'han' as const),
      count: fc.integer({ min: 1, max: 3 }),
      upTo: fc.integer({ min: 1, max: 5 }),
    },
    { requiredKeys: ['of', 'count'] },
  ),
);
const form: fc.Arbitrary<CodeForm> = fc.array(part, { minLength: 1, maxLength: 5 });
const LETTERS = { digit: '07', capital: 'AJ', 'capital-or-digit': 'Z90', han: '某号' } as const;
const example = (of: CodeForm): fc.Arbitrary<string> =>
  fc
    .tuple(
      ...of.map((one) =>
        typeof one === 'string'
          ? fc.constant(one)
          : fc
              .array(fc.constantFrom(...LETTERS[one.of]), { minLength: one.count, maxLength: one.upTo ?? one.count })
              .map((letters) => letters.join('')),
      ),
    )
    .map((parts) => parts.join(''));
const accepted = form.filter((one) => formIssues(one).length === 0);

describe('a form', () => {
  it('accepts every text that is built as it says, and its JSON Schema pattern does', () => {
    fc.assert(
      fc.property(
        accepted.chain((one) => fc.tuple(fc.constant(one), example(one))),
        ([one, text]) => {
          expect(fitsForm(text, one)).toBe(true);
          expect(text).toMatch(new RegExp(formsPattern([one]), 'u'));
        },
      ),
      { numRuns: process.env.SLOW === undefined ? 1_000 : 50_000 },
    );
  });

  it('says of any text what its pattern says', () => {
    const text = fc.array(fc.constantFrom('J', '-', 'A', '0', '7', '某', '号', '（', 'a', '𬎆', ' ', '\n'), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(
        accepted.chain((one) =>
          fc.tuple(
            fc.constant(one),
            fc.oneof(
              text.map((all) => all.join('')),
              fc
                .tuple(example(one), fc.nat(12), fc.constantFrom('', 'A', '0', '某'))
                .map(([whole, at, more]) => whole.slice(0, at) + more + whole.slice(at + 1)),
            ),
          ),
        ),
        ([one, value]) => {
          expect(fitsForm(value, one)).toBe(new RegExp(formsPattern([one]), 'u').test(value));
        },
      ),
      { numRuns: process.env.SLOW === undefined ? 2_000 : 100_000 },
    );
  });

  it('is read in time that grows with the text, even where it is hostile', () => {
    const hostile: CodeForm = Array.from({ length: 16 }, () => ({ of: 'capital-or-digit', count: 1, upTo: 100 }));
    const started = cpuTime();
    expect(fitsForm(`${'A'.repeat(2_000)}!`, hostile)).toBe(false);
    expect(cpuTime() - started).toBeLessThan(1_000);
  });
});

it('a fuzzed definition is accepted or refused, never anything else', () => {
  const paths = LICENSE_TYPES.flatMap((type) => {
    const found: (string | number)[][] = [];
    const walk = (value: unknown, path: (string | number)[]): void => {
      found.push(path);
      if (typeof value === 'object' && value !== null)
        for (const [key, one] of Object.entries(value)) walk(one, [...path, key]);
    };
    walk(type, []);
    return found.map((path) => ({ type, path }));
  });
  fc.assert(
    fc.property(
      fc.constantFrom(...paths.filter(({ path }) => path.length > 0)),
      fc.anything({ maxDepth: 2, withBigInt: true, withDate: true, withNullPrototype: true }),
      ({ type, path }, value) => {
        // biome-ignore lint/suspicious/noExplicitAny: JSON that is broken on purpose
        const broken = structuredClone(type) as any;
        const parent = path.slice(0, -1).reduce((at, step) => at[step], broken);
        parent[path.at(-1)!] = value;
        try {
          defineLicenseType(broken);
        } catch (error) {
          if (!isGovError(error)) throw error;
          expect(error.code).toBe('license-type-invalid');
          expect(error.issues.length).toBeGreaterThan(0);
        }
      },
    ),
    { numRuns: process.env.SLOW === undefined ? 800 : 50_000 },
  );
});
