import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GovError } from '@gov/verdict';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIdentifier, IDENTIFIER_LIMITS, IDENTIFIER_ROOT, parseIdentifier } from '../src/identifier.js';

const VECTORS = join(import.meta.dirname, '../../../../shared/data/license/licence-id-vectors.json');
const ALPHANUMERIC = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const TYPE = '11100000MB03271699022';
const ISSUER = '11430000006122244L';
const SAMPLE = formatIdentifier({ type: TYPE, issuer: ISSUER, serial: '000000016', version: 1 }, { root: false });

const codesOf = (text: string): string[] => {
  const result = parseIdentifier(text);
  return result.ok ? [] : result.issues.map((issue) => issue.code);
};
const thrown = (work: () => unknown): GovError => {
  try {
    work();
  } catch (error) {
    if (error instanceof GovError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

const present = existsSync(VECTORS);
if (!present) console.info(`identifiers seen in the wild: skipped, ${VECTORS} is absent`);
describe.skipIf(!present)('identifiers seen in the wild', () => {
  const vectors = present ? JSON.parse(readFileSync(VECTORS, 'utf8')) : { valid: [], invalid_in_the_wild: [] };

  it('are all accepted where right, and written again the same', () => {
    expect(vectors.valid).toHaveLength(3);
    for (const { id } of vectors.valid) {
      for (const text of [id, id.replace(`${IDENTIFIER_ROOT}.`, '')]) {
        const result = parseIdentifier(text);
        if (!result.ok) throw new Error(`${text} ${JSON.stringify(result.issues)}`);
        expect(formatIdentifier(result.value)).toBe(id);
      }
    }
  });

  it('are refused where wrong, for the right reason', () => {
    const [shifted, dummy] = vectors.invalid_in_the_wild;
    expect(codesOf(shifted.id)).toEqual(['identifier-check']);
    expect(codesOf(shifted.id.slice(0, -1) + shifted.correctCheck)).toEqual([]);
    expect(codesOf(dummy.id)).toEqual([
      'identifier-type',
      'identifier-issuer',
      'identifier-serial',
      'identifier-check',
    ]);
  });
});

describe('parseIdentifier', () => {
  it('answers typed parts', () => {
    expect(parseIdentifier(`${IDENTIFIER_ROOT}.${SAMPLE}`)).toEqual({
      ok: true,
      value: { type: TYPE, issuer: ISSUER, serial: '000000016', version: 1 },
    });
  });

  const [type, issuer, serial, version, check] = SAMPLE.split('.') as [string, string, string, string, string];
  it.each([
    ['', ['identifier-form']],
    ['....', ['identifier-type', 'identifier-issuer', 'identifier-serial', 'identifier-version', 'identifier-check']],
    [SAMPLE.slice(0, -2), ['identifier-form']],
    [`${SAMPLE}.`, ['identifier-form']],
    [`${SAMPLE}.0`, ['identifier-form']],
    [`1.2.156.3005.3.${SAMPLE}`, ['identifier-form']],
    [`${IDENTIFIER_ROOT}.${IDENTIFIER_ROOT}.${SAMPLE}`, ['identifier-form']],
    [`${IDENTIFIER_ROOT}${SAMPLE}`, ['identifier-form']],
    [`${SAMPLE}${'0'.repeat(200)}`, ['identifier-form']],
    [SAMPLE.slice(0, -1), ['identifier-check']],
    [`${SAMPLE}0`, ['identifier-check']],
    [`${SAMPLE}\n`, ['identifier-check']],
    [SAMPLE.toLowerCase(), ['credit-code-alphabet', 'credit-code-alphabet', 'identifier-check']],
    [`${type}.${issuer}.${serial}.01.${check}`, ['identifier-version', 'identifier-check']],
    [`${type}.${issuer}.${serial}.00A.${check}`, ['identifier-version', 'identifier-check']],
    [`${type}.${issuer}.0_0000016.${version}.${check}`, ['identifier-serial', 'identifier-check']],
    [`${type}.3401000.${serial}.${version}.${check}`, ['identifier-issuer', 'identifier-check']],
    [`${type}.34010X.${serial}.${version}.${check}`, ['division-code-form', 'identifier-check']],
    [`${type}0.${issuer}.${serial}.${version}.${check}`, ['identifier-type', 'identifier-check']],
    [`${type.slice(0, 17)}A022.${issuer}.${serial}.${version}.${check}`, ['credit-code-check', 'identifier-check']],
  ])('refuses %j with every issue', (text, codes) => {
    expect(codesOf(text)).toEqual(codes);
  });

  it('catches every substitution of a character', () => {
    for (let index = 0; index < SAMPLE.length; index++) {
      for (const character of ALPHANUMERIC) {
        const wrong = SAMPLE.slice(0, index) + character + SAMPLE.slice(index + 1);
        if (wrong === SAMPLE) continue;
        // A full stop overwritten joins two parts; any other change reaches the check character.
        expect(codesOf(wrong)).toContain(SAMPLE[index] === '.' ? 'identifier-form' : 'identifier-check');
      }
    }
  });

  it('reads what is written, at the edges of the serial and past them', () => {
    const { serialMin, serialMax } = IDENTIFIER_LIMITS;
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(...ALPHANUMERIC), minLength: serialMin, maxLength: serialMax }),
        fc.integer({ min: 0, max: 999 }),
        fc.constantFrom(ISSUER, '340100'),
        fc.boolean(),
        (serial, version, issuer, root) => {
          const parts = { type: TYPE, issuer, serial, version };
          expect(parseIdentifier(formatIdentifier(parts, { root }))).toEqual({ ok: true, value: parts });
        },
      ),
    );
    for (const length of [serialMin, serialMax]) {
      expect(formatIdentifier({ type: TYPE, issuer: ISSUER, serial: 'A'.repeat(length), version: 1 })).toContain('AAA');
    }
    for (const length of [serialMin - 1, serialMax + 1]) {
      const error = thrown(() =>
        formatIdentifier({ type: TYPE, issuer: ISSUER, serial: 'A'.repeat(length), version: 1 }),
      );
      expect(error.issues.map((issue) => issue.code)).toEqual(['identifier-serial']);
    }
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...SAMPLE, '.', '😀', '\u0000', 'é'), maxLength: 140 }), (text) => {
        parseIdentifier(text);
      }),
      { numRuns: process.env.SLOW ? 100_000 : 2_000 },
    );
  });
});

describe('formatIdentifier', () => {
  it('names every wrong part', () => {
    const error = thrown(() => formatIdentifier({ type: 'x', issuer: '340004', serial: 'abc', version: 1000 }));
    expect(error.code).toBe('invalid-argument');
    expect(error.issues.map((issue) => [issue.path.join('.'), issue.code])).toEqual([
      ['type', 'identifier-type'],
      ['issuer', 'division-code-level'],
      ['serial', 'identifier-serial'],
      ['version', 'identifier-version'],
    ]);
  });

  it.each([-1, 1.5, Number.NaN, 1e21])('refuses version %d', (version) => {
    const error = thrown(() => formatIdentifier({ type: TYPE, issuer: ISSUER, serial: '0000000', version }));
    expect(error.issues.map((issue) => issue.code)).toEqual(['identifier-version']);
  });
});
