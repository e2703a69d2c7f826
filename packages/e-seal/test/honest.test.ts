/** The verifier does not cry wolf: what honest people do after a seal leaves every signature valid. */
import { verifyPdf } from '@gov/e-seal/pdf';
import { beforeAll, describe, expect, it } from 'vitest';
import { TIMES } from '../../../test/world.js';
import { makeScene } from './forged/world.js';
import { makePeople, trustBoth } from './honest/people.js';
import type { Stage } from './honest/sequence.js';
import { HONEST } from './honest/sequences.js';

let stage: Stage;
beforeAll(async () => {
  stage = { scene: await makeScene(), people: await makePeople() };
});

describe('an honest sequence', () => {
  it.each(HONEST)('$name', async ({ make, signatures, verdict = 'valid', codes = [], password }) => {
    const file = await make(stage);
    const trust = trustBoth(stage.scene.world.root.certificate, stage.people);
    const options = { at: TIMES.verified, trust, ...(password === undefined ? {} : { password }) };
    const report = await verifyPdf(file, options);
    const told = report.signatures!.map(({ verdict, findings }) => ({
      verdict,
      codes: findings
        .filter(
          ({ outcome, check }) =>
            outcome !== 'pass' && outcome !== 'warn' && check !== 'revocation' && check !== 'timestamp',
        )
        .map(({ outcome, code, detail }) => `${outcome} ${code}: ${detail}`),
    }));
    expect(told.length).toBe(signatures);
    if (verdict === 'valid')
      expect(told.flatMap((one) => (one.verdict === 'valid' ? [] : one.codes)).join('\n')).toBe('');
    expect(report.verdict).toBe(verdict);
    const outstanding = report
      .signatures!.flatMap(({ findings }) => findings)
      .filter(({ code }) => codes.includes(code));
    expect(new Set(outstanding.map(({ code }) => code))).toEqual(new Set(codes));
  });
});

it('there are forty at least', () => {
  expect(HONEST.length).toBeGreaterThanOrEqual(40);
});
