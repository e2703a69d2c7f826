/** Every forged file is given away, and by the check it was made to fool: with that one switched off it would be valid. */
import { isGovError, type Report } from '@gov/verdict';
import { beforeAll, describe, expect, it } from 'vitest';
import { FORGED } from './forged/index.js';
import { type ForgedCase, makeScene, type Scene, sealedFile, verdictWithout } from './forged/world.js';

let scene: Scene;
beforeAll(async () => {
  scene = await makeScene();
});

const classes = new Map<string, ForgedCase[]>();
for (const one of FORGED) classes.set(one.class, [...(classes.get(one.class) ?? []), one]);

/** Verdict and what did not pass, signature by signature: what a failure prints. */
const told = ({ verdict, signatures = [] }: Report): string =>
  [
    verdict,
    ...signatures.map(({ findings }) =>
      findings
        .filter(({ outcome, check }) => outcome !== 'pass' && check !== 'revocation')
        .map(({ outcome, code, detail }) => `${outcome} ${code} (${detail?.slice(0, 200)})`)
        .join('; '),
    ),
  ].join('\n  ');

describe.each([...classes].map(([name, cases]) => ({ name, cases })))('$name', ({ cases }) => {
  it.each(cases)('$name', async (forged) => {
    const sealed = await sealedFile(forged, scene);
    expect((await scene.verify(sealed)).verdict, 'before the attack').toBe('valid');
    const file = await forged.forge(sealed, scene);
    const { expect: wanted, inseparable } = forged;
    if ('refused' in wanted) {
      const code = await scene.verify(file).then(
        (report) => told(report),
        (error) => (isGovError(error) ? error.code : String(error)),
      );
      expect(code).toBe(wanted.refused);
      return;
    }
    const report = await scene.verify(file);
    const findings = [...report.findings, ...report.signatures!.flatMap((one) => one.findings)];
    expect(report.verdict, told(report)).not.toBe('valid');
    expect(
      findings.some(({ code, outcome }) => code === wanted.code && outcome === wanted.outcome),
      told(report),
    ).toBe(true);
    const without = verdictWithout(report, [wanted.code, ...(inseparable?.codes ?? [])]);
    if (inseparable === undefined) expect(without, told(report)).toEqual(without.map(() => 'valid'));
    // As few as may be: whoever names a code as inseparable names no more than what really fails.
    for (const code of inseparable?.codes ?? [])
      expect(
        findings.some((finding) => finding.code === code && finding.outcome !== 'pass'),
        `${code}: ${told(report)}`,
      ).toBe(true);
    if (inseparable !== undefined) expect(without, told(report)).not.toContain('invalid');
  });
});

it.each([...classes.keys()])('three forged files at least: %s', (name) => {
  expect(classes.get(name)!.length).toBeGreaterThanOrEqual(3);
});
